#!/bin/sh
# make run: a demo headquarters and a handheld from assets/demo, all below build/demo.
# With a display the handheld opens. Without one a visit is played headless, its network taken away
# where the system lets us, and what it leaves is named. Run again, it opens the same stores and,
# without a display, plays the next job.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
demo=${DOCKET_DEMO:-build/demo}
bin=$root/build
mkdir -p "$demo/shots"
demo=$(cd "$demo" && pwd)
hq=$demo/hq
device=$demo/handheld
pin=2468
tech=T01
now=2026-11-21T09:20
# The device secret stays below build/demo too: the demo leaves nothing elsewhere.
export XDG_CONFIG_HOME=$demo/config
mkdir -p "$XDG_CONFIG_HOME"
log=$demo/run.log
: >"$log"

say() { printf '%s\n' "$*"; }
stop() { say "make run: $1" >&2; say "  what happened before it stands in $log" >&2; exit 1; }
ctl() { "$bin/docketctl" "$@" >>"$log" 2>&1 || stop "docketctl $1 refused: $(tail -n 1 "$log")"; }
with_pin() { printf '%s\n' "$pin" | "$bin/docketctl" "$@" --store "$device" --pin-fd 0; }

server=
stop_server() {
    [ -n "$server" ] || return 0
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
}
trap stop_server EXIT
trap 'exit 130' INT TERM
start_server() {
    : >"$demo/docketd.out" # before the server is there: an address of an earlier one must not be read
    "$bin/docketd" --store "$hq" --listen 127.0.0.1:0 >"$demo/docketd.out" 2>>"$log" &
    server=$!
    n=0
    until url=$(sed -n 's/^listening on //p' "$demo/docketd.out") && [ -n "$url" ]; do
        n=$((n + 1))
        if [ $n -gt 100 ] || ! kill -0 "$server" 2>/dev/null; then
            stop "docketd did not start: $(tail -n 1 "$log")"
        fi
        sleep 0.1
    done
    case $url in http*) ;; *) url=http://$url ;; esac
    printf 'language=zh\nscale=100\ntheme=0\nleft=0\naddress=%s\n' "$url" >"$device.settings"
}

found() {
    ctl init-hq --store "$hq" --name "安心家电服务"
    for kind in technicians customers equipment contracts parts stock faults cases prices calendar jobs; do
        map=
        [ -f "assets/demo/$kind.map" ] && map="--map assets/demo/$kind.map"
        [ $kind = calendar ] && map="--verify-url https://docket.example/verify"
        # shellcheck disable=SC2086
        ctl import --store "$hq" "$kind" "assets/demo/$kind.csv" $map --utc-offset 480
    done
    code=$("$bin/docketctl" enrol --store "$hq" --technician $tech 2>>"$log") || stop "no enrolment code"
    start_server
    with_pin join --code "$code" --url "$url" >>"$log" 2>&1 || stop "the handheld could not join"
    sync_device
}
sync_device() {
    with_pin sync --url "$url" >"$demo/sync.txt" 2>>"$log" || stop "the handheld could not sync"
    cat "$demo/sync.txt" >>"$log"
}
play() { # SCRIPT COMMAND...: the app on it, started by COMMAND when one is given
    play_script=$1
    shift
    "$@" "$bin/docket" --store "$device" --headless --size 480x800 --density 1 --lang zh \
        --now "$now" --script "$play_script" --shots "$demo/shots" --tree "$demo/tree.txt" \
        >>"$log" 2>&1 || stop "the visit could not be played: $(grep -m 1 '^script' "$log")"
}

if [ -f "$demo/ready" ]; then
    start_server
else
    rm -rf "$hq" "$hq".* "$device" "$device".* "$XDG_CONFIG_HOME"
    mkdir -p "$XDG_CONFIG_HOME"
    found
    : >"$demo/ready"
fi
ctl pub --store "$hq" --file "$demo/hq.pub"

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    {
        say "Headquarters: $hq, at $url while this runs"
        say "Handheld: $device, technician $tech, PIN $pin"
        say "Whom to trust when verifying: $demo/hq.pub"
        say "Run it again for the same stores; 'make clean' forgets it all."
    } | tee "$demo/summary.txt"
    "$bin/docket" --store "$device" --now "$now" --lang zh 2>"$demo/window.txt" && exit 0
    grep -q '^docket: ' "$demo/window.txt" || exit 1
    # A display is named, but no window opens there: as without one.
    say "No window here: $(sed -n 's/^docket: //p' "$demo/window.txt" | head -n 1). The visit is played headless."
fi

# No display: the first job of the list that has not been done yet.
with_pin export jobs --json >"$demo/jobs.json" 2>>"$log" || stop "the jobs cannot be listed"
code=
while IFS=, read -r job class fault part1 part2; do
    id=$(jq -r --arg job "$job" \
        '.[] | select(.code == $job and ((.visits // 0) | tonumber) == 0) | .id' "$demo/jobs.json")
    [ -n "$id" ] && { code=$job; break; }
done <assets/demo/visits.csv
if [ -z "$code" ]; then
    say "All jobs of the demo are done. 'make clean' and 'make run' begin the day again."
    exit 0
fi
stop_server
rm -f "$demo/shots"/*.png
sed "s/@JOB@/#job:$id/; s/@FAULT@/$fault/; s/@PART1@/$part1/; s/@PART2@/$part2/" \
    "assets/demo/visit-$(printf %s "$class" | tr ABC abc).script" >"$demo/visit.script"
network="the server stopped"
offline=
for how in "unshare -n" "unshare -rn"; do
    if $how true 2>/dev/null; then offline=$how network="its network taken away"; break; fi
done
# shellcheck disable=SC2086
play "$demo/visit.script" $offline
with_pin log --job "$code" >"$demo/log-before.txt" 2>>"$log" || stop "the log cannot be read"
with_pin bundle export --file "$demo/day.docket" >>"$log" 2>&1 || stop "the day's bundle cannot be written"
start_server
sync_device
{ cat "$demo/sync.txt"; with_pin log --job "$code"; } >"$demo/receipt.txt" 2>>"$log" || stop "no log"
printf '%s\n' 'tap #pin' "type \"$pin\"" 'tap #primary' wait 'tap #which:1' 'shot 25-at-headquarters' \
    >"$demo/after.script"
play "$demo/after.script"
with_pin report --job "$code" --pdf "$demo/report.pdf" --cbor "$demo/report.cbor" >>"$log" 2>&1 ||
    stop "the report cannot be written: $(tail -n 1 "$log")"
ctl pub --store "$hq" --file "$demo/hq.pub"
verdict=$("$bin/docketctl" verify "$demo/report.cbor" --trust "$demo/hq.pub" 2>&1) ||
    stop "the report is not genuine: $verdict"
own=$(grep -c ' visit\.' "$demo/log-before.txt") || own=0
there=$(grep ' visit\.' "$demo/receipt.txt" | grep -c 'at headquarters') || there=0
{
    say "Job $code, class $class, was recorded by $tech with $network: $own entries, signed by the customer."
    say "Then it was synced: $there of them are at headquarters, by its signed receipt."
    say "  pictures of every step      $demo/shots ($(ls "$demo/shots" | wc -l))"
    say "  the signed service report   $demo/report.pdf"
    say "  its proof                   $demo/report.cbor"
    say "  whom to trust               $demo/hq.pub"
    say "    docketctl verify says: $(printf '%s\n' "$verdict" | tail -n 1)"
    say "  the day's sealed bundle     $demo/day.docket"
    say "  receipt and log             $demo/receipt.txt"
    say "The handheld's PIN is $pin. 'make run' plays the next job; 'make clean' forgets it all."
} | tee "$demo/summary.txt"
[ "$own" -gt 0 ] && [ "$own" = "$there" ] || stop "not all entries are at headquarters"

#!/bin/sh
# make run: a demo headquarters and a handheld from assets/demo, all below build/demo.
# With a display the handheld opens. Without one a visit is played headless, and what it leaves is named.
# Run again, it opens the same stores and, without a display, plays the next job.
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
# The device secret stays below build/demo too: the demo leaves nothing elsewhere.
export XDG_CONFIG_HOME=$demo/config
mkdir -p "$XDG_CONFIG_HOME"
log=$demo/run.log
: >"$log"

say() { printf '%s\n' "$*"; }
stop() { say "make run: $1" >&2; say "  what happened before it stands in $log" >&2; exit 1; }
ctl() { "$bin/docketctl" "$@" >>"$log" 2>&1 || stop "docketctl $1 refused: $(tail -1 "$log")"; }
with_pin() { # docketctl on the handheld's store
    printf '%s\n' "$pin" | "$bin/docketctl" "$@" --pin-fd 0
}

server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; wait 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM
start_server() {
    "$bin/docketd" --store "$hq" --listen 127.0.0.1:0 >"$demo/docketd.out" 2>>"$log" &
    server=$!
    n=0
    until url=$(sed -n 's/^listening on //p' "$demo/docketd.out") && [ -n "$url" ]; do
        n=$((n + 1))
        [ $n -lt 100 ] && kill -0 "$server" 2>/dev/null || stop "docketd did not start"
        sleep 0.1
    done
    case $url in http*) ;; *) url=http://$url ;; esac
}

found() {
    ctl init-hq --store "$hq" --name "安心家电服务" --pub "$demo/hq.pub"
    for kind in technicians customers equipment contracts parts stock faults prices calendar jobs; do
        map=
        [ -f "assets/demo/$kind.map" ] && map="--map assets/demo/$kind.map"
        # shellcheck disable=SC2086
        ctl import --store "$hq" "$kind" "assets/demo/$kind.csv" $map --utc-offset 480
    done
    code=$("$bin/docketctl" enrol --store "$hq" --technician $tech 2>>"$log") || stop "no enrolment code"
    start_server
    printf '%s\n%s\n' "$pin" "$pin" | "$bin/docketctl" join --store "$device" --code "$code" \
        --url "$url" --pin-fd 0 >>"$log" 2>&1 || stop "the handheld could not join"
}
sync_device() {
    with_pin sync --store "$device" --url "$url" >"$demo/sync.txt" 2>>"$log" ||
        stop "the handheld could not sync"
}

if [ -d "$hq" ] && [ -d "$device" ]; then
    start_server
else
    rm -rf "$hq" "$hq".* "$device" "$device".*
    found
    sync_device
fi
ctl pub --store "$hq" --file "$demo/hq.pub"

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    printf 'language=zh\nscale=100\ntheme=0\nleft=0\naddress=%s\n' "$url" >"$device.settings"
    {
        say "Headquarters: $hq, at $url while this runs"
        say "Handheld: $device, technician $tech, PIN $pin"
    } | tee "$demo/summary.txt"
    "$bin/docket" --store "$device" --now 2026-11-21T09:20
    exit 0
fi

# No display: play the next open job.
jobs=$demo/jobs.json
with_pin export --store "$device" jobs --json >"$jobs" 2>>"$log" || stop "the jobs cannot be listed"
job=$(python3 "$root/assets/demo/next_job.py" "$jobs" 2>>"$log") ||
    { say "All jobs of the demo are done. 'make clean' and 'make run' begin a new day."; exit 0; }
id=${job%% *}; rest=${job#* }; class=${rest%% *}; code=${rest#* }
script=$demo/visit.script
sed "s/@JOB@/#job:$id/" "assets/demo/visit-$(printf %s "$class" | tr A-Z a-z).script" >"$script"
printf 'language=zh\nscale=100\ntheme=0\nleft=0\naddress=%s\n' "$url" >"$device.settings"
"$bin/docket" --store "$device" --headless --size 480x800 --density 1 --lang zh \
    --now 2026-11-21T09:20 --script "$script" --shots "$demo/shots" --tree "$demo/tree.txt" \
    >>"$log" 2>&1 || stop "the visit could not be played: $(tail -1 "$log")"
with_pin bundle export --store "$device" --file "$demo/day.docket" >>"$log" 2>&1 ||
    stop "the day's bundle cannot be written"
sync_device
cp "$demo/sync.txt" "$demo/receipt.txt"
with_pin log --store "$device" --job "$code" >>"$demo/receipt.txt" 2>>"$log" || stop "no log"
with_pin report --store "$device" --job "$code" --pdf "$demo/report.pdf" --cbor "$demo/report.cbor" \
    >>"$log" 2>&1 || stop "the report cannot be written"
verdict=$("$bin/docketctl" verify "$demo/report.cbor" --trust "$demo/hq.pub" 2>&1) || true
{
    say "A visit was recorded with no network, signed by the customer, and merged at headquarters."
    say "  job $code (class $class), technician $tech; the handheld's PIN is $pin"
    say "  $(ls "$demo/shots" | wc -l) pictures of the screens: $demo/shots"
    say "  the signed service report: $demo/report.pdf"
    say "  its proof: $demo/report.cbor"
    say "    docketctl verify says: $(printf '%s\n' "$verdict" | tail -1)"
    say "  the sealed bundle of the day, for a stick: $demo/day.docket"
    say "  headquarters' receipt, entry by entry: $demo/receipt.txt"
    say "  whom to trust when verifying: $demo/hq.pub"
    say "Run it again for the next job; 'make clean' forgets it all."
} | tee "$demo/summary.txt"

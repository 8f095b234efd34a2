#!/bin/sh
# Goal of this test: bad input gets a clear answer, and nothing is lost
# - a wrong PIN; a wrong and a used enrolment code,
# - CSV with missing columns, bad dates, duplicate ids, a 10 MB line, broken encoding,
# - a bundle that is cut or altered, one for another device, one of another deployment,
# - a server that goes in mid-transfer, and a disk that is full during append.
# After each, what was there before is there still, and check passes.
set -u
. tests/support/e2e.sh
e2e_begin bad
device_first

refused() { # WORDS COMMAND...: exit 1 (refused), on stderr one line with those words
    words=$1
    shift
    "$@" >"$T/out" 2>"$T/err" </dev/null
    rc=$?
    cat "$T/out" "$T/err"
    [ $rc -eq 1 ] && grep -qiE -- "$words" "$T/err"
}
# ---- PIN, codes --------------------------------------------------------------------------------
wrong_pin() { printf '9999\n' | XDG_CONFIG_HOME=$T/dev.config "$bin/docketctl" log --store "$T/dev" --pin-fd 0; }
claim "a wrong PIN is refused in words" refused 'PIN' wrong_pin
right_pin() { dctl "$T/dev" check; }
claim "the right one opens the store as before" right_pin
join_with() { # CODE DIR
    mkdir -p "$2.config"
    printf '%s\n' "$PIN" | XDG_CONFIG_HOME=$2.config "$bin/docketctl" join --store "$2" --code "$1" --url "$URL" --pin-fd 0
}
claim "a code that headquarters never gave is refused in words" refused 'code' join_with 0000111122223333 "$T/no1"
used=$(hqctl enrol --technician T02 2>>"$T/log" | tail -n 1)
need "a code is used once" join_with "$used" "$T/other"
claim "the same code on another device is refused in words" refused 'used.*code|code.*used' join_with "$used" "$T/no2"
nothing_made() { [ ! -e "$T/no1" ] && [ ! -e "$T/no2" ]; }
claim "and no store is made" nothing_made

# ---- CSV ---------------------------------------------------------------------------------------
jobs_before=$(hqctl export jobs --json 2>>"$T/log" | jq length)
csv() { refused "$1" hqctl import jobs "$2" --utc-offset 480; }
head=$(head -n 1 assets/demo/jobs.csv)
printf 'customer,fault_text\nC-1001,no id here\n' >"$T/missing.csv"
claim "a file without its columns is refused, and they are named" csv '"?id"?' "$T/missing.csv"
row() { printf '%s,C-1001,E-2001,%s,phone,words,,city,,,normal,,,\n' "$1" "$2"; }
{ echo "$head"; row X-1 '2026-13-45 09:15'; } >"$T/date.csv"
claim "a date that is none is refused with its line" csv 'line 2.*' "$T/date.csv"
{ echo "$head"; row X-2 '2026-11-20 09:15'; row X-2 '2026-11-20 10:15'; } >"$T/twice.csv"
claim "an id that stands twice is refused with its line" csv 'line 3.*X-2' "$T/twice.csv"
{ echo "$head"; printf 'X-3,C-1001,E-2001,2026-11-20 09:15,phone,'; head -c 10000000 /dev/zero | tr '\0' a; echo; } >"$T/long.csv"
claim "a line of 10 MB is refused with its number" csv 'line 2' "$T/long.csv"
{ echo "$head"; printf 'X-4,C-1001,E-2001,2026-11-20 09:15,phone,\377\376\001\200\n'; } >"$T/broken.csv"
claim "broken encoding is refused, and said to be that" csv 'UTF-8|GB18030|encoding' "$T/broken.csv"
no_more() {
    hqctl check || return 1
    [ "$(hqctl export jobs --json | jq "[.[] | select(.code | startswith(\"X-\"))] | length")" -le 1 ] &&
        [ "$(hqctl export jobs --json | jq length)" -ge "$jobs_before" ]
}
claim "none of it harmed what was there" no_more

# ---- bundles -----------------------------------------------------------------------------------
id=$(job_id "$T/dev" J-261120-01)
printf '%s\n' 'tap #pin' "type \"$PIN\"" 'tap #primary' wait "tap #job:$id" wait 'tap #accept' wait >"$T/s"
server_stop
need "a step is recorded with no network" play "$T/dev" "$T/s" --shots "$T"
need "it is exported as a bundle" dctl "$T/dev" bundle export --file "$T/day.docket"
take() { hqctl_bundle "$1"; }
hqctl_bundle() { "$bin/docketctl" bundle import --store "$HQ" --file "$1" --answer "$T/answer.docket"; }
size=$(wc -c <"$T/day.docket")
head -c $((size - 20)) "$T/day.docket" >"$T/cut.docket"
bit_turned "$T/day.docket" "$T/altered.docket" $((size / 2))
claim "an altered bundle is refused in words" refused 'altered|damaged|changed|does not open|not whole' take "$T/altered.docket"
claim "a cut bundle is told to be cut" refused 'cut|whole|incomplete|short' take "$T/cut.docket"
printf 'not a bundle at all, only text' >"$T/text.docket"
claim "a file that is no bundle is refused in words" refused 'bundle' take "$T/text.docket"
"$bin/docketctl" init-hq --store "$T/hq2" --name Other >>"$T/log" 2>&1
stranger() { "$bin/docketctl" bundle import --store "$T/hq2" --file "$T/day.docket" --answer "$T/a2.docket"; }
claim "another company's headquarters refuses it in words" refused 'another|deployment|headquarters' stranger
need "headquarters takes the whole bundle" take "$T/day.docket"
mine() { dctl "$T/other" bundle import --file "$T/answer.docket"; }
claim "its answer is refused by another device, in words" refused 'another|other|does not open|device' mine
still_here() { dctl "$T/dev" log --job J-261120-01 | grep -q 'visit.accepted.* here'; }
claim "until the answer is read the entry is said to be here only" still_here
need "the answer is read by its own device" dctl "$T/dev" bundle import --file "$T/answer.docket"
at_hq() { dctl "$T/dev" log --job J-261120-01 | grep -q 'visit.accepted.*at headquarters'; }
claim "then it is at headquarters" at_hq

# ---- a server that goes, a disk that is full ------------------------------------------------------
printf '%s\n' 'tap #pin' "type \"$PIN\"" 'tap #primary' wait 'tap #travelling' wait >"$T/s2"
need "another step is recorded" play "$T/dev" "$T/s2" --shots "$T"
node tests/support/bad_server.js "$T/port" >>"$T/log" 2>&1 &
BAD=$!
n=0
until [ -s "$T/port" ] || [ $n -gt 600 ]; do n=$((n + 1)); sleep 0.05; done
gone() { dctl "$T/dev" sync --url "http://127.0.0.1:$(cat "$T/port")/$1"; }
for how in hang-up half-answer not-found garbage empty; do
    claim "a server that does \"$how\" is told of in a sentence" refused '[a-z]{3} [a-z]' gone $how
    not_said() { dctl "$T/dev" log --job J-261120-01 | grep -q 'visit.travelling.* here'; }
    claim "after \"$how\" nothing is said to be at headquarters" not_said
done
kill $BAD
wait $BAD 2>/dev/null
nobody() { dctl "$T/dev" sync --url http://127.0.0.1:9; }
claim "no server at all is told of in a sentence" refused 'not answer|reach|connect|offline' nobody
need "docketd listens again" server_start "$T/hq"
need "the device syncs" device_sync "$T/dev"
travelled() { dctl "$T/dev" log --job J-261120-01 | grep -q 'visit.travelling.*at headquarters'; }
claim "nothing was lost: all is at headquarters now" travelled
server_stop

small= # a disk of 4 MB of the test's own, where the system lets us make one
for how in "unshare -m" "unshare -rm"; do
    if $how sh -c "mkdir -p '$T/small' && mount -t tmpfs -o size=4M tmpfs '$T/small'" 2>/dev/null; then
        small=$how
        break
    fi
done
if [ -z "$small" ]; then
    skipped "a full disk cannot be made here; tests/unit/core/test_store_faults shows it by failing calls"
else
    id=$(job_id "$T/dev" J-261121-03)
    # A note that is corrected again and again, until there is no room.
    { unlock_lines; printf '%s\n' 'tap #back' wait "tap #job:$id" wait; } >"$T/full.script"
    n=0
    while [ $n -lt 150 ]; do
        n=$((n + 1))
        printf '%s\n' 'tap #details' 'tap #note' 'type "记一笔 note"' 'tap #save' wait
    done >>"$T/full.script"
    cat >"$T/full.sh" <<'FULL'
mount -t tmpfs -o size=4M tmpfs "$T/small" || exit 99
cp -a "$T/dev" "$T/dev.config" "$T/dev.settings" "$T/small/"
. tests/support/e2e.sh
d=$T/small/dev
dd if=/dev/zero of="$T/small/filler" bs=4k 2>/dev/null
truncate -s -64k "$T/small/filler"
play "$d" "$T/full.script" --shots "$T" >"$T/full.out" 2>&1
echo "rc $?" >"$T/full.rc"
rm "$T/small/filler"
dctl "$d" check >"$T/full.check" 2>&1
dctl "$d" log --job J-261121-03 --json >"$T/full.log" 2>>"$T/log"
# On from there: a full disk may have kept the place, too.
{ unlock_lines; echo 'tree place'; } >"$T/place.script"
play "$d" "$T/place.script" --shots "$T" >>"$T/log" 2>&1
{
    unlock_lines
    head -n 1 "$T/place.txt" | grep -q ' id=details ' || printf '%s\n' 'tap #details' 'tap #note' 'type "again"'
    printf '%s\n' 'tap #save' wait 'expect "设备"'
} >"$T/rest.script"
play "$d" "$T/rest.script" --shots "$T" >"$T/rest.out" 2>&1
echo "rc $?" >"$T/rest.rc"
dctl "$d" check >>"$T/full.check" 2>&1
dctl "$d" log --job J-261121-03 --json >"$T/rest.log" 2>>"$T/log"
FULL
    export T OFFLINE URL
    $small sh "$T/full.sh" >>"$T/log" 2>&1
    full_said() { head -n 12 "$T/full.out"; grep -q 'rc 1' "$T/full.rc" && grep -q 'banner "存储已满.*已保存的都在' "$T/full.out"; }
    claim "when the disk is full the screen says so, and that what was saved is safe" full_said
    full_sound() { cat "$T/full.check"; [ "$(grep -c 'the store is sound' "$T/full.check")" = 2 ]; }
    claim "check passes then, and after there is room again" full_sound
    notes() { jq '[.[] | select(.kind_name == "record.set")] | length' "$1"; }
    full_rest() {
        tail -n 20 "$T/rest.out"
        echo "notes: $(notes "$T/full.log"), then $(notes "$T/rest.log")"
        grep -q 'rc 0' "$T/rest.rc" && [ "$(notes "$T/full.log")" -gt 2 ] &&
            [ "$(notes "$T/rest.log")" = $(($(notes "$T/full.log") + 1)) ] &&
            jq -r '.[].hash' "$T/full.log" | while read -r h; do grep -q "$h" "$T/rest.log" || exit 1; done
    }
    claim "with room again the next step is saved, and nothing before it is lost" full_rest
fi
check_all() { hqctl check && dctl "$T/dev" check; }
claim "check passes on both" check_all

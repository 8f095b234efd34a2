#!/bin/sh
# Goal of this test: what happens to keys, with the real programs:
# - a forgotten PIN: headquarters gives a code for just that device; over the network, and by file; the
#   old PIN opens nothing any more, what was not sent is there and reaches headquarters, under receipts,
# - a code that was given for another device, or for a new one, opens nothing,
# - a PIN that everybody tries first is not taken,
# - a lost device that hears of its revocation late: one parcel, every key gone, nothing readable left;
#   the parcel goes to headquarters, over the network or by file, and is gone when its receipts came;
#   a supervisor lets its work count by name,
# - the same from the app: its store goes when the answer is read, the page says so and writes the parcel,
# - two technicians on one device: the second, unlocked, sees nothing of the first, nor do the files,
# - a device is replaced: a new one joins for the same technician, and has his jobs,
# - the root key is changed while docketd runs: a device of before syncs on, a new one joins, an old
#   report still verifies, and the old key alone signs nothing that is taken any more.
set -u
. tests/support/e2e.sh
e2e_begin secrets
JOB=J-261120-01
need "a demo headquarters is made" hq_demo "$T/hq"
need "docketd listens" server_start "$T/hq"
need "a device joins" device_make "$T/one" T01
need "a second device joins" device_make "$T/two" T02
need "it fetches its jobs" device_sync "$T/one"
need "the second fetches its jobs" device_sync "$T/two"
id=$(job_id "$T/one" $JOB)
work() { # DEVICE SCRIPT-LINES...
    dev=$1
    shift
    { unlock_lines; printf '%s\n' "tap #job:$id" wait "$@"; } >"$T/s"
    play "$dev" "$T/s"
}

# ---- a forgotten PIN -------------------------------------------------------------------------------
server_stop
need "work is done with no network" work "$T/one" 'tap #accept' wait 'tap #travelling' wait
before=$(dctl "$T/one" log --json 2>>"$T/log" | jq length)
device=$("$bin/docketctl" recover --store "$T/one" --show)
shown() { [ ${#device} -eq 16 ]; }
claim "a locked store says which device it is" shown
need "docketd listens again" server_start "$T/hq"
code() { hqctl recover --device "$device" 2>>"$T/log"; }
new_pin() { # PIN ARGS...
    pin=$1
    shift
    printf '%s\n' "$pin" | XDG_CONFIG_HOME=$T/one.config "$bin/docketctl" recover --store "$T/one" --pin-fd 0 "$@"
}
other_code() {
    c=$(hqctl enrol --technician T01 2>>"$T/log")
    ! new_pin 97531 --code "$c" --url "$URL" && dctl "$T/one" log >/dev/null
}
claim "a code for a new device opens no store" other_code
not_his() {
    d=$("$bin/docketctl" recover --store "$T/two" --show)
    c=$(hqctl recover --device "$d" 2>>"$T/log")
    ! new_pin 97531 --code "$c" --url "$URL" && dctl "$T/one" log >/dev/null
}
claim "nor does a code that was given for another device" not_his
weak() {
    c=$(code)
    for pin in 1234 0000 1987 121212; do new_pin $pin --code "$c" --url "$URL" && return 1; done
    new_pin 97531 --code "$c" --url "$URL"
}
claim "a first guess is no PIN; a better one is set with a code of headquarters" weak
PIN_OLD=$PIN
closed() { ! dctl "$T/one" log && PIN=97531 && [ "$(dctl "$T/one" log --json | jq length)" -gt "$before" ]; }
claim "the old PIN opens nothing; under the new one everything is there" closed
PIN=97531
new_author() { [ "$("$bin/docketctl" recover --store "$T/one" --show)" != "$device" ]; }
claim "it is a new author: the signing key did not come back" new_author
arrives() {
    device_sync "$T/one" && dctl "$T/one" status --json >"$T/st" 2>/dev/null
    dctl "$T/one" log --job $JOB --json | jq -r '.[].hash' | sort >"$T/l1"
    hqctl log --job $JOB --json | jq -r '.[].hash' | sort >"$T/l0"
    [ "$(wc -l <"$T/l1")" -ge 3 ] && [ -z "$(comm -23 "$T/l1" "$T/l0")" ]
}
claim "what was not sent reaches headquarters" arrives
whole() { dctl "$T/one" check && hqctl check; }
claim "both stores are whole" whole
by_file() {
    device=$("$bin/docketctl" recover --store "$T/one" --show)
    c=$(hqctl recover --device "$device" --file "$T/trust" 2>>"$T/log") &&
        XDG_CONFIG_HOME=$T/one.config "$bin/docketctl" recover --store "$T/one" --code "$c" \
            --trust "$T/trust" --request "$T/ask.docket" &&
        hqctl bundle import --file "$T/ask.docket" --answer "$T/grant.docket" &&
        new_pin 86420 --code "$c" --grant "$T/grant.docket" && PIN=86420 && device_sync "$T/one"
}
hqctl_bundle() { "$bin/docketctl" bundle "$1" --store "$HQ" "$2" "$3" "$4" "$5"; }
hqctl() {
    hqctl_cmd=$1
    shift
    [ "$hqctl_cmd" = bundle ] && { hqctl_bundle "$@"; return; }
    "$bin/docketctl" "$hqctl_cmd" --store "$HQ" "$@"
}
claim "the same by file, with no network" by_file
PIN=$PIN_OLD

# ---- a lost device ---------------------------------------------------------------------------------
server_stop
id=$(job_id "$T/two" J-261120-02)
[ -n "$id" ] || id=$(dctl "$T/two" export jobs --json | jq -r '.[0].id')
need "the second works" work "$T/two" 'tap #accept' wait
need "what it has goes on a stick" dctl "$T/two" bundle export --file "$T/out.docket"
# It comes back to where it was.
on() { { unlock_lines; printf '%s\n' 'tap #travelling' wait; } >"$T/s" && play "$T/two" "$T/s"; }
need "it works on" on
lost=$("$bin/docketctl" recover --store "$T/two" --show)
need "headquarters revokes it" hqctl revoke --device "$lost"
need "the stick is read" hqctl bundle import --file "$T/out.docket" --answer "$T/in.docket"
told() {
    dctl "$T/two" bundle import --file "$T/in.docket" >"$T/told" 2>&1
    cat "$T/told"
    grep -q "was revoked" "$T/told" && [ -s "$T/two.parcel" ] && [ ! -e "$T/two" ]
}
claim "the answer tells the device, which seals what it owes and destroys its store" told
nothing() {
    for word in 陈志强 刘美华 138-0000 travelling; do
        grep -rlq "$word" "$T/two.parcel" "$T/two.parcel.key" && return 1
    done
    ! dctl "$T/two" log
}
claim "nothing readable is left" nothing
no_way_back() {
    ! hqctl recover --device "$lost"
}
claim "headquarters gives no code for it" no_way_back
need "docketd listens once more" server_start "$T/hq"
parcel() { "$bin/docketctl" parcel --store "$T/two" --url "$URL" && [ ! -e "$T/two.parcel" ] && [ ! -e "$T/two.parcel.key" ]; }
claim "the parcel goes to headquarters and is gone when the receipts came" parcel
late() {
    hqctl admit --json >"$T/late.json" && cat "$T/late.json"
    [ "$(jq '.late | length' "$T/late.json")" -ge 2 ]
}
claim "headquarters has it and lists it as late" late
admitted() {
    # shellcheck disable=SC2046
    hqctl admit $(jq -r '.late[].entry' "$T/late.json") --role supervisor
}
claim "a supervisor lets it count by name" admitted

# ---- the same in the app ---------------------------------------------------------------------------
# app DIR SCRIPT-LINES...: the app with the network; HOME is where it proposes files.
app() {
    d=$1
    shift
    printf '%s\n' "$@" >"$T/s"
    HOME=$T XDG_CONFIG_HOME=${app_config:-$d.config} "$bin/docket" --store "$d" --headless --size 480x800 \
        --density 1 --lang zh --now "$E2E_NOW" --script "$T/s" --shots "$T" --tree "$T/tree"
}
need "a device for the app joins" device_make "$T/four" T03
need "it fetches its jobs" device_sync "$T/four"
id=$(dctl "$T/four" export jobs --json | jq -r '.[0].id')
four=$("$bin/docketctl" recover --store "$T/four" --show)
written() { app "$T/four" 'tap #pin' "type \"$PIN\"" 'tap #primary' wait 'tap #sync' wait 'tap #by-file' \
    'scroll end' 'tap #write-file' wait && [ -s "$T/day.docket" ]; }
claim "the app writes its stick" written
worked() { app "$T/four" 'tap #pin' "type \"$PIN\"" 'tap #primary' wait 'tap #back' wait "tap #job:$id" wait \
    'tap #accept' wait 'tap #back' wait 'tap #sync' wait; }
claim "it works on" worked
server_stop
need "headquarters revokes it" hqctl revoke --device "$four"
need "headquarters reads the stick" hqctl bundle import --file "$T/day.docket" --answer "$T/back.docket"
cp "$T/back.docket" "$T/day.docket"
stopped() {
    rm -f "$T/tree"
    app "$T/four" 'tap #pin' "type \"$PIN\"" 'tap #primary' wait 'tap #by-file' 'scroll end' 'tap #read-file' \
        wait 'shot stopped' 'tap #by-file' 'scroll end' 'tap #write-file' wait 'shot stopped-file' || return 1
    [ ! -e "$T/four" ] && [ -s "$T/four.parcel" ] && cmp "$T/four.parcel" "$T/parcel.docket" && grep -q 设备已停用 "$T/tree"
}
claim "the answer stops it: the page says so, the store is gone, the parcel is written" stopped
need "headquarters takes the parcel" hqctl bundle import --file "$T/parcel.docket" --answer "$T/receipt.docket"
cp "$T/receipt.docket" "$T/parcel.docket"
settled() {
    app "$T/four" 'tap #by-file' 'scroll end' 'tap #read-file' wait 'shot settled' 'tap "重新开始"' wait \
        'shot anew' && [ ! -e "$T/four.parcel" ] && [ ! -e "$T/four.parcel.key" ]
}
claim "its answer ends it, and the device starts anew" settled
need "docketd listens for the rest" server_start "$T/hq"

# ---- two on one device -----------------------------------------------------------------------------
join_second() {
    c=$(hqctl enrol --technician T04 2>>"$T/log")
    printf '864203\n' | XDG_CONFIG_HOME=$T/shared.config "$bin/docketctl" join --store "$T/shared.2" --code "$c" \
        --url "$URL" --pin-fd 0
}
need "a device is shared: the first joins" device_make "$T/shared" T01
need "... and the second" join_second
need "the first fetches his jobs" device_sync "$T/shared"
fetch_second() { printf '864203\n' | XDG_CONFIG_HOME=$T/shared.config "$bin/docketctl" sync --store "$T/shared.2" \
    --url "$URL" --pin-fd 0; }
need "the second fetches his" fetch_second
dctl "$T/shared" export jobs --json >"$T/first.json" 2>>"$T/log"
first_in() { app "$T/shared" 'tap #who:0' 'tap #pin' "type \"$PIN\"" 'tap #primary' wait 'shot first' \
    'tap #settings' 'scroll end' 'tap #lock' wait; }
claim "the first opens his store by his PIN" first_in
own_words() { jq -r '.[] | .code, .customer, .fault_told, .address, .contact, .phone | strings' "$T/first.json" |
    grep -v "^$" | sort -u; }
nothing_of_him() {
    rm -f "$T/tree"
    app "$T/shared" 'tap #who:1' 'tap #pin' 'type "864203"' 'tap #primary' wait 'shot second' 'scroll end' \
        'tap #sync' wait 'tap #back' wait 'tap #settings' 'scroll end' || return 1
    own_words >"$T/words"
    [ -s "$T/words" ] || return 1
    while read -r w; do
        grep -qF -- "$w" "$T/tree" && { echo "the tree shows $w"; return 1; }
        grep -rlqF -- "$w" "$T/shared" "$T/shared.2" "$T"/shared.[a-z]* "$T/shared.config" && { echo "a file holds $w"; return 1; }
    done <"$T/words"
    wc -l <"$T/words"
}
claim "the second, unlocked, sees nothing of the first, nor does any file" nothing_of_him
not_mine() { ! app "$T/shared" 'tap #who:0' 'tap #pin' 'type "864203"' 'tap #primary' wait 'tap #settings'; }
claim "his PIN does not open the other's" not_mine

forgotten() {
    d=$("$bin/docketctl" recover --store "$T/shared" --show)
    c=$(hqctl recover --device "$d" 2>>"$T/log")
    app "$T/shared" 'tap #who:0' 'tap #forgot' 'tap #code' "type \"$c\"" 'tap #new-pin' 'type "5071934"' \
        'scroll end' 'tap #again' 'type "5071934"' 'tap #primary' wait 'shot recovered' || return 1
    ! dctl "$T/shared" log >/dev/null && PIN=5071934 && dctl "$T/shared" log --json | jq -e 'length > 3'
}
claim "he forgets it, calls headquarters, and sets another on the device" forgotten

# ... and once more, with no network at all: one file goes to and fro.
unsent() { PIN=5071934 && dctl "$T/shared" log --json | jq '[.[] | select(.place == "here")] | length'; }
works() {
    id=$(jq -r '[.[] | select(.stage == "received")][0].id' "$T/first.json")
    app "$T/shared" 'tap #who:0' 'tap #pin' 'type "5071934"' 'tap #primary' wait 'tap #back' wait "tap #job:$id" wait 'tap #accept' wait &&
        [ "$(unsent)" -ge 1 ]
}
need "he works on" works
server_stop
owed=$(PIN=5071934 && dctl "$T/shared" log --json | jq -r '.[] | select(.place == "here") | .hash')
was=$("$bin/docketctl" recover --store "$T/shared" --show)
asked() {
    c=$(hqctl recover --device "$was" --file "$T/recover.docket" 2>>"$T/log") && echo "$c" >"$T/code" &&
        cp "$T/recover.docket" "$T/trust.only" &&
        app "$T/shared" 'tap #who:0' 'tap #forgot' 'tap #code' "type \"$c\"" 'tap #by-file' 'shot by-file' \
            'tap #write-file' wait 'shot asked' &&
        ! cmp -s "$T/recover.docket" "$T/trust.only"
}
claim "he forgets it again: the app turns headquarters' file into the request" asked
early() { # read before it was at headquarters: refused in words, and nothing is changed
    rm -f "$T/tree"
    answer 'shot early' && grep -q 这个文件不是总部随此代码给出的 "$T/tree" && PIN=5071934 && dctl "$T/shared" log >/dev/null
}
answer() {
    app "$T/shared" 'tap #who:0' 'tap #forgot' 'tap #code' "type \"$(cat "$T/code")\"" 'tap #by-file' 'tap #new-pin' \
        'type "6190482"' 'scroll end' 'tap #again' 'type "6190482"' 'tap #primary' wait "$@"
}
claim "a file that has not been there is no answer" early
carried() { hqctl bundle import --file "$T/recover.docket" --answer "$T/back.docket" && cp "$T/back.docket" "$T/recover.docket"; }
need "the file is carried to headquarters and back" carried
by_file() {
    answer 'shot by-file-done' || return 1
    ! dctl "$T/shared" log >/dev/null && PIN=6190482 && dctl "$T/shared" log --json >"$T/after.json" &&
        for h in $owed; do jq -e --arg h "$h" 'any(.[]; .hash == $h and .place == "here")' "$T/after.json" || return 1; done
}
claim "the answer sets the new PIN, and the unsent work is there" by_file
renewed() { now=$("$bin/docketctl" recover --store "$T/shared" --show) && [ "$now" != "$was" ] &&
    hqctl status --json | jq -e --arg a "$now" 'any(.devices[]; .author == $a)'; }
claim "the signing key is a new one, which headquarters knows" renewed
need "docketd listens after that" server_start "$T/hq"
sent() { PIN=6190482 && device_sync "$T/shared" && hqctl log --json >"$T/hq.json" &&
    for h in $owed; do jq -e --arg h "$h" 'any(.[]; .hash == $h)' "$T/hq.json" || return 1; done; }
claim "what was unsent arrives under the key that signed it" sent
PIN=$PIN_OLD

# ---- replaced --------------------------------------------------------------------------------------
need "a new device joins for the same technician" device_make "$T/three" T02
replaced() { device_sync "$T/three" && [ "$(dctl "$T/three" export jobs --json | jq length)" -ge 1 ]; }
claim "it has the technician's jobs" replaced
own() { dctl "$T/three" log --json | jq -e --arg d "$lost" 'any(.[]; .author | startswith($d[0:8]))'; }
claim "and what was admitted of the lost one" own

# ---- lost a while before it is told ------------------------------------------------------------------
three=$("$bin/docketctl" recover --store "$T/three" --show)
id=$(dctl "$T/three" export jobs --json | jq -r '[.[] | select(.stage == "received")][0].id')
first() { app "$T/three" 'tap #pin' "type \"$PIN\"" 'tap #primary' wait "tap #job:$id" wait 'tap #accept' wait && device_sync "$T/three"; }
need "it works and syncs" first
sleep 1
since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
sleep 1
second() { app "$T/three" 'tap #pin' "type \"$PIN\"" 'tap #primary' wait 'tap #travelling' wait && device_sync "$T/three"; }
need "then it is out of its owner's hands, and somebody works and syncs with it" second
stage() { hqctl export jobs --json | jq -r --arg i "$id" '.[] | select(.id == $i) | .stage'; }
lost_since() {
    [ "$(stage)" = travelling ] || return 1
    ! hqctl revoke --device "$three" --since tomorrow && ! hqctl revoke --device "$three" --since 2199-01-01T00:00Z &&
        hqctl revoke --device "$three" --since "$since" && [ "$(stage)" = accepted ]
}
claim "it is revoked since then: what came before stands, what came after does not count" lost_since
aside() {
    hqctl admit --device "$three" --json >"$T/aside.json" && cat "$T/aside.json" &&
        jq -e '[.late[].kind] == ["visit.travelling"]' "$T/aside.json" &&
        hqctl log --json | jq -e --slurpfile l "$T/aside.json" 'any(.[]; .hash == $l[0].late[0].entry)' && hqctl check
}
claim "it is kept, and listed for the supervisor" aside
honest() { hqctl admit --device "$three" --all --role supervisor && [ "$(stage)" = travelling ] &&
    hqctl admit --device "$three" --json | jq -e '.late == []' && hqctl check; }
claim "who lets all of it count does so by name, and it counts" honest

# ---- the root key is changed -------------------------------------------------------------------------
server_stop
need "another headquarters is made" hq_demo "$T/root"
need "docketd listens for it" server_start "$T/root"
need "a device joins under its first root" device_make "$T/first" T01
need "it fetches its jobs" device_sync "$T/first"
id=$(job_id "$T/first" $JOB)
sed "s/@JOB@/#job:$id/; s/@FAULT@/AC-03/; s/@PART1@/AC-CAP-35/; s/@PART2@/AC-SEN-T/; /^shot/d" \
    assets/demo/visit-a.script >"$T/visit.script"
need "a visit is signed on it" play "$T/first" "$T/visit.script"
need "it is synced" device_sync "$T/first"
need "its report is kept" dctl "$T/first" report --job $JOB --cbor "$T/old.cbor"
serial() { hqctl status --json | jq .trust_serial; }
cp "$T/root.root" "$T/offline.root"
rotate() { "$bin/docketctl" init-hq --store "$HQ" --rotate root "$@"; }
says_how() { rotate --help >"$T/said" && grep -q -- '--new-root FILE' "$T/said" && grep -q 'DIR.root.new' "$T/said"; }
claim "--help says how the root is changed" says_how
wrong() {
    head -c 32 /dev/urandom >"$T/other.root" && chmod 600 "$T/other.root"
    for f in "$T/other.root" "$T/none.root"; do
        rotate --root "$f" --new-root "$T/new.root" 2>"$T/said"
        [ $? -eq 1 ] && cat "$T/said" && [ ! -e "$T/new.root" ] || return 1
    done
    rotate --root "$T/offline.root" --name X
    [ $? -eq 2 ] && [ "$(serial)" = 1 ]
}
claim "another key, or none, changes nothing and makes no file" wrong
rotated() {
    rotate --root "$T/offline.root" --new-root "$T/new.root" --pub "$T/new.pub" && [ "$(serial)" = 3 ] &&
        [ "$(stat -c %a-%s "$T/new.root")" = 600-32 ] && ! cmp -s "$T/new.root" "$T/offline.root"
}
claim "the root is changed while docketd runs" rotated
again() { rotate --root "$T/offline.root" --new-root "$T/new.root" && [ "$(serial)" = 3 ]; }
claim "the same once more ends the same" again
goes_on() {
    { unlock_lines; printf '%s\n' "tap #job:$(job_id "$T/first" J-261120-03)" wait 'tap #accept' wait; } >"$T/s"
    play "$T/first" "$T/s" && device_sync "$T/first" && dctl "$T/first" check && hqctl check &&
        dctl "$T/first" log --json | jq -e 'all(.[]; .place != "here")'
}
claim "a device that knew the old root syncs on" goes_on
need "a new device joins under the new root" device_make "$T/later" T02
later() { device_sync "$T/later" && [ "$(dctl "$T/later" export jobs --json | jq length)" -ge 1 ]; }
claim "it has its jobs" later
genuine() { "$bin/docketctl" verify "$1" --trust "$2" >"$T/said" && grep -qx genuine "$T/said"; }
reports() {
    dctl "$T/first" report --job $JOB --cbor "$T/new.cbor" && ! cmp -s "$T/new.cbor" "$T/old.cbor" &&
        genuine "$T/old.cbor" "$HQ.pub" && genuine "$T/old.cbor" "$T/new.pub" && genuine "$T/new.cbor" "$T/new.pub"
}
claim "an old report is genuine by the old hq.pub and by the new one, a new one by the new" reports
spent() {
    rotate --root "$T/offline.root" --new-root "$T/thief.root" 2>"$T/said"
    [ $? -eq 1 ] && cat "$T/said" && grep -q 'not the root key in force' "$T/said" && [ ! -e "$T/thief.root" ] && [ "$(serial)" = 3 ]
}
claim "the old root alone names no successor any more" spent
once_more() {
    server_stop
    rotate --root "$T/new.root" --pub "$T/newest.pub" && [ -s "$HQ.root.new" ] && server_start "$T/root" &&
        [ "$(serial)" = 5 ] && device_sync "$T/first" && dctl "$T/first" check && genuine "$T/old.cbor" "$T/newest.pub" &&
        genuine "$T/new.cbor" "$T/newest.pub" && dctl "$T/first" report --job $JOB --cbor "$T/third.cbor" &&
        genuine "$T/third.cbor" "$T/newest.pub" && ! genuine "$T/third.cbor" "$T/new.pub"
}
claim "the new one does, with docketd stopped, into DIR.root.new; reports of all three are genuine by the newest hq.pub" once_more

#!/bin/sh
# Goal of this test: what happens to keys, with the real programs:
# - a forgotten PIN: headquarters gives a code for just that device; over the network, and by file; the
#   old PIN opens nothing any more, what was not sent is there and reaches headquarters, under receipts,
# - a code that was given for another device, or for a new one, opens nothing,
# - a PIN that everybody tries first is not taken,
# - a lost device that hears of its revocation late: one parcel, every key gone, nothing readable left;
#   the parcel goes to headquarters, over the network or by file, and is gone when its receipts came;
#   a supervisor lets its work count by name,
# - a device is replaced: a new one joins for the same technician, and has his jobs.
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
    for word in 陈 刘 138-0000 travelling; do
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

# ---- replaced --------------------------------------------------------------------------------------
need "a new device joins for the same technician" device_make "$T/three" T02
replaced() { device_sync "$T/three" && [ "$(dctl "$T/three" export jobs --json | jq length)" -ge 1 ]; }
claim "it has the technician's jobs" replaced
own() { dctl "$T/three" log --json | jq -e --arg d "$lost" 'any(.[]; .author | startswith($d[0:8]))'; }
claim "and what was admitted of the lost one" own

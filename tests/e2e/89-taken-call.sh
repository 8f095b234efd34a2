#!/bin/sh
# Goal of this test: a technician takes a call himself, with no network, and it is a job like any other
# - taken under a provisional number for a customer on file, and for a new one with a new machine, in words;
#   half said, killed, and come back to: the words stand where they stood,
# - the first is visited, paid and signed before headquarters knows of it: its report is genuine and carries
#   the provisional number,
# - after one sync both stand in headquarters' register as taken by a technician, with official numbers, are
#   assigned to him and found by either number; the numbers come back to the handheld in the same exchange,
# - what was new waits among the proposals until a clerk has looked at it in the console, mended it, and says that it is
#   on file (taken.mjs is the browser's half, in Debian's Chromium); the signed report stays.
set -u
. tests/support/e2e.sh
e2e_begin taken
browser_first
need "a demo headquarters is made" hq_demo "$T/hq"
need "a clerk has a login" user_add clerk clerk
need "docketd listens" server_start "$T/hq" --assets build/assets
need "a device joins" device_make "$T/dev" T01
need "it fetches its jobs" device_sync "$T/dev"

{
    unlock_lines
    new_call_lines "Pier 3"
    echo wait
} >"$T/half.script"
{
    unlock_lines
    cat <<'SCRIPT'
expect "Harbour Canteen"
expect "Pier 3"
tap #what
type "Ice maker"
key Escape
tap #serial
scan "IM-5-77"
scroll end
tap #fault
type "no ice"
key Escape
tap #take
wait
key Escape
wait
tap #more
tap #own:5
wait
scan "LX35-2204-000871"
scroll end
tap #fault
type "drips on the wall"
key Escape
tap #take
wait
expect "C-"
key Escape
wait
SCRIPT
} >"$T/take.script"
claim "a call is half said, and the device goes dark" play "$T/dev" "$T/half.script"
claim "it is there again; two calls are taken with no network" play "$T/dev" "$T/take.script"

jobs() { dctl "$T/dev" export jobs --json 2>>"$T/log"; }
field() { # FAULT KEY: of the call with that fault, on the handheld
    jobs | jq -r --arg f "$1" --arg k "$2" '.[] | select(.fault_told == $f) | .[$k]'
}
at_hq() { hqctl export jobs --json 2>>"$T/log" | jq -r --arg f "$1" --arg k "$2" '.[] | select(.fault_told == $f) | .[$k]'; }
ice=$(field "no ice" provisional)
drip=$(field "drips on the wall" provisional)
numbered() {
    echo "ice $ice drip $drip" && case $ice in C-*-000001) ;; *) return 1 ;; esac
    case $drip in C-*-000002) ;; *) return 1 ;; esac
    [ -z "$(field "no ice" code)" ] && [ -z "$(field "drips on the wall" code)" ]
}
claim "they have provisional numbers of the device's own and no official ones" numbered
id=$(field "drips on the wall" id)
sed "s/@JOB@/#job:$id/; s/@FAULT@/AC-04/; s/@PART1@/AC-CAP-35/; s/@PART2@/AC-SEN-T/; /^shot/d" \
    assets/demo/visit-a.script >"$T/visit.script"
claim "the second is visited, paid and signed, still with no network" play "$T/dev" "$T/visit.script"
claim "its report is printed on the device" dctl "$T/dev" report --job "$drip" --pdf "$T/here.pdf"
pdf_has() { pdftotext -raw "$1" - | tr -d '\n ' | grep -q "$2"; }
claim "and carries the provisional number" pdf_has "$T/here.pdf" "$drip"

claim "one sync" device_sync "$T/dev"
registered() {
    for fault in "no ice" "drips on the wall"; do
        code=$(at_hq "$fault" code)
        echo "$fault: $code"
        case $code in R[0-9]*) ;; *) return 1 ;; esac
        [ "$(at_hq "$fault" channel)" = 3 ] && [ "$(field "$fault" code)" = "$code" ] &&
            [ "$(at_hq "$fault" provisional)" = "$(field "$fault" provisional)" ] || return 1
    done
}
in_order() { [ "$(at_hq "no ice" code)" = R000001 ] && [ "$(at_hq "drips on the wall" code)" = R000002 ]; }
claim "headquarters has both, taken by a technician, and their official numbers came back at once" registered
his() { [ "$(at_hq "no ice" assigned)" = "$(at_hq "drips on the wall" assigned)" ] && [ -n "$(at_hq "no ice" assigned)" ]; }
claim "numbered in the order in which they were called" in_order
claim "they are assigned to him" his
both() {
    for code in "$drip" "$(at_hq "drips on the wall" code)"; do
        dctl "$T/dev" log --job "$code" | grep -q visit.signed && hqctl log --job "$code" | grep -q visit.signed || return 1
    done
}
claim "the commands find it by the official number and by the provisional one, there and on the handheld" both
login() {
    curl -sS -o "$T/body" -c "$T/jar" -H 'Content-Type: application/json' \
        -d '{"login":"clerk","password":"a long password"}' "$URL/api/v1/session" && jq -r .csrf "$T/body" >"$T/csrf"
}
need "the clerk logs in" login
get() { curl -sS -b "$T/jar" "$URL/api/v1$1"; }
look() { curl -sS -b "$T/jar" -H "X-CSRF-Token: $(cat "$T/csrf")" -H 'Content-Type: application/json' -d "{\"q\":\"$1\"}" "$URL/api/v1/search"; }
finds() { [ "$(look "$1" | jq -r '[.hits[].code] | join(",")')" = "$(at_hq "drips on the wall" code)" ]; }
claim "the search finds it by the provisional number" finds "$drip"
claim "and by the official one" finds "$(at_hq "drips on the wall" code)"
proposed() { [ "$(get /registers/proposals | jq -r '[.rows[].proposals[].what] | sort | join(",")')" = "$1" ]; }
claim "what is new waits among the proposals" proposed customer,equipment
mkdir -p "${SHOTS:=$T/shots}"
TZ=Asia/Shanghai timeout "$BROWSER_S" node tests/e2e/taken.mjs "$URL" "$SHOTS" "$ice" 2>>"$T/log" || {
    echo "not ok - the browser's half came to its end"
    tail -n 20 "$T/log" | cut -c 1-400 | sed 's/^/# /'
}
claim "until the clerk says that it is on file" proposed ""
stays() {
    hqctl report --job "$(at_hq "drips on the wall" code)" --pdf "$T/there.pdf" --cbor "$T/report.cbor" &&
        pdf_has "$T/there.pdf" "$drip" && "$bin/docketctl" verify "$T/report.cbor" --trust "$T/hq.pub" | grep -qx genuine
}
claim "the report that was signed stays as it was, and is genuine" stays
same() { device_sync "$T/dev" && dctl "$T/dev" check && hqctl check; }
claim "both stores are sound, and agree" same

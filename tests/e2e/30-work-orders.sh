#!/bin/sh
# Goal of this test: 2,160 real work orders, taken in, dispatched, worked on without a network, merged
# - the file is imported as it is: the number of its line is the job's id, equal rows are different
#   jobs, four negative costs are credits that the report names; importing it again adds nothing,
# - all are dispatched to two devices,
# - 20 visits a device, with faults and parts of the rows, are played with no network,
# - both sync; headquarters' entries equal, by id and bytes, a ledger that was kept outside: what each
#   device had recorded before it synced, and what headquarters had before.
set -u
. tests/support/e2e.sh
UI_LANG=en
e2e_begin orders
csv=../shared/data/work-orders-abc.csv
if [ ! -f "$csv" ]; then
    skipped "the real work orders are absent ($csv): their map is tried on four rows of that form"
    {
        echo 'Date,Asset,OriginalShorttext,PMType,Cost,RunningTime,MajorSystem,Part,Action,Variant,FM,Location,Comments,FuncLocation,SuspSugg'
        echo '01/07/2004,A,"DOOR, LEFT: ""WON\x27T"" SHUT",PM01,183.05,NA,Cab,Door,Repair,NA,NA,Left,NA,CAB,0' | sed "s/.x27/'/"
        echo '02/07/2004,B,OIL LEAK #2,PM01,-12.5,3,Engine,Hose,Replace,4,Leak,NA,NA,ENGINE,0'
        echo '02/07/2004,C,SAME AGAIN,PM02,0,NA,NA,NA,NA,NA,NA,NA,NA,NA,0'
        echo '02/07/2004,C,SAME AGAIN,PM02,0,NA,NA,NA,NA,NA,NA,NA,NA,NA,0'
    } >"$T/four.csv"
    need "headquarters is made" hq_make "$T/hq"
    books() {
        hq_import customers tests/e2e/work-orders-customers.csv && hq_import equipment tests/e2e/work-orders-equipment.csv
    }
    need "its books are filled" books
    four() {
        hq_import jobs "$T/four.csv" tests/e2e/work-orders.map >"$T/import" 2>&1
        cat "$T/import"
        grep -q '^4 new' "$T/import" && grep -q 'line 3: job 3 has a negative cost (-12.5)' "$T/import" &&
            hqctl export jobs --json >"$T/all.json" && node tests/e2e/work_orders.js compare "$T/four.csv" "$T/all.json"
    }
    claim "the map reads such rows: line numbers are ids, equal rows are two jobs, a credit is named" four
    exit 0
fi
visits=${VISITS:-20}
need "the rows' faults and parts make a catalogue" node tests/e2e/work_orders.js catalogue "$csv" "$T"
need "headquarters is made" hq_make "$T/hq"
stock_it() {
    hq_import technicians assets/demo/technicians.csv && hq_import customers tests/e2e/work-orders-customers.csv &&
        hq_import equipment tests/e2e/work-orders-equipment.csv && hq_import parts "$T/parts.csv" &&
        hq_import stock "$T/stock.csv" && hq_import faults "$T/faults.csv" &&
        hq_import prices assets/demo/prices.csv
}
need "its books are filled" stock_it
take_in() { hq_import jobs "$csv" tests/e2e/work-orders.map >"$T/import" 2>&1; }
dry() { hqctl import jobs "$csv" --map tests/e2e/work-orders.map --dry-run && [ "$(hqctl export jobs --json | jq length)" = 0 ]; }
claim "a dry run takes in nothing" dry
need "the file of real work orders is imported" take_in
all_new() { cat "$T/import"; grep -q '^2160 new, 0 changed' "$T/import"; }
claim "2,160 rows become 2,160 jobs" all_new
credits() { [ "$(grep -c '^line [0-9]*: job [0-9]* has a negative cost (-[0-9.]*): taken in as a credit' "$T/import")" = 4 ]; }
claim "four negative costs are named as credits" credits
hqctl export jobs --json >"$T/all.json" 2>>"$T/log"
is_as_in_file() { node tests/e2e/work_orders.js compare "$csv" "$T/all.json"; }
claim "every job is its row: id, time of the call, words, cost, kind of work" is_as_in_file
take_in
none_new() { cat "$T/import"; grep -q '^0 new, 0 changed, 2160 as they were' "$T/import"; }
claim "importing it again adds nothing" none_new

dispatch() {
    node tests/e2e/work_orders.js dispatch "$csv" T01 T02 >"$T/dispatch"
    while read -r job technician; do
        hqctl assign --job "$job" --technician "$technician" >/dev/null || return 1
    done <"$T/dispatch"
}
need "all are dispatched to two technicians" dispatch
need "docketd listens" server_start "$T/hq"
need "the first device joins" device_make "$T/one" T01
need "the second device joins" device_make "$T/two" T02
need "the first fetches its jobs" device_sync "$T/one"
need "the second fetches its jobs" device_sync "$T/two"
device_sync "$T/one" >>"$T/log" 2>&1
server_stop
holds() {
    dctl "$T/one" export jobs --json >"$T/one.json" && dctl "$T/two" export jobs --json >"$T/two.json" || return 1
    a=$(jq length "$T/one.json") b=$(jq length "$T/two.json")
    echo "$a and $b"
    [ $((a + b)) = 2160 ] && [ "$a" = "$(grep -c T01 "$T/dispatch")" ]
}
need "each device holds the jobs that it was given, 2,160 together" holds
hqctl log --json --hex >"$T/hq-before.json" 2>>"$T/log"

write_visits() { node tests/e2e/work_orders.js visits "$csv" "$T/$1.json" "$visits" >"$T/$1.script"; }
need "visits are written for the first" write_visits one
need "visits are written for the second" write_visits two
for d in one two; do
    { play "$T/$d" "$T/$d.script" --shots "$T" >"$T/$d.out" 2>&1; echo $? >"$T/$d.rc"; } &
done
wait
played() { head -n 30 "$T/$1.out"; [ "$(cat "$T/$1.rc")" = 0 ]; }
need "the first plays $visits visits with no network" played one
need "the second plays $visits visits with no network" played two
for d in one two; do dctl "$T/$d" log --json --hex >"$T/$d-log.json" 2>>"$T/log"; done
signed() { [ "$(jq '[.[] | select(.kind_name == "visit.signed")] | length' "$T/$1-log.json")" = "$visits" ]; }
claim "the first device's log holds $visits signed visits" signed one
claim "the second's, too" signed two

need "docketd listens again" server_start "$T/hq"
need "the first syncs" device_sync "$T/one"
need "the second syncs" device_sync "$T/two"
server_stop
hqctl log --json --hex >"$T/hq-after.json" 2>>"$T/log"
ledger() { node tests/e2e/work_orders.js ledger "$T/hq-after.json" "$T/hq-before.json" "$T/one-log.json" "$T/two-log.json"; }
claim "headquarters' entries equal the ledger kept outside, by id and bytes" ledger
said_hq() { # every entry of the device is at headquarters, by its receipt
    dctl "$T/$1" log --json | jq -e '[.[] | select(.place != "at headquarters")] | length == 0'
}
claim "every entry of the first is at headquarters, by receipt" said_hq one
claim "and of the second" said_hq two
claim "headquarters' check passes" hqctl check
stages() { [ "$(hqctl export jobs --json | jq '[.[] | select(.visits == 1)] | length')" = $((2 * visits)) ]; }
claim "headquarters shows $((2 * visits)) jobs as visited" stages

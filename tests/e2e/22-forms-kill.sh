#!/bin/sh
# Goal of this test: leaving a form at any point, by a power cut too, costs nothing
# - four forms are filled with no network: a call that the technician takes himself (a customer on file, and a
#   new one in words), the daily report to its signature, a take-away receipt to the customer's stroke, a request
#   for help about a larger problem; the app is killed (SIGKILL) after each touch, once for each,
# - after each restart the screen is the one that was left, with the same words, choices, numbers and strokes;
#   what was taken back stays taken back, and what was saved is in the log.
set -u
. tests/support/e2e.sh
e2e_begin forms
device_first
device_alone "$T/dev"
JOB=J-261120-01
id=$(job_id "$T/dev" $JOB)
copy() { device_copy "$T/$1" "$T/$2"; }
need "a morning with nothing begun" eval 'copy dev call && copy dev day'

{
    unlock_lines
    cat <<'S'
tap #more
tap #own:5
wait
tap #find
wait
tap #search
type "1001"
wait
tap #hit:0
wait
tap #e:0
tap #in-words
type "Water heater 热水器"
key Escape
tap #maker
type "Lingxue"
key Escape
tap #serial
scan "IM-5-77"
key Escape
scroll end
tap #fault
type "drips, 漏水"
key Escape
tap #day:1
tap #time
type "1530"
key Escape
tap #who
type "Mrs Li"
key Escape
tap #who-phone
type "138 0000 7777"
key Escape
tap #take
wait
key Escape
wait
S
    new_call_lines "Pier 3, 三号码头"
    cat <<'S'
tap #what
type "Ice maker"
key Escape
scroll end
tap #fault
type "no ice"
key Escape
tap #take
wait
S
} >"$T/call.script"

{
    unlock_lines
    cat <<'S'
tap #more
tap #own:1
wait
tap #add
tap #kind:2
tap #from
key CtrlA
type "745"
tap #to
key CtrlA
type "0830"
key Escape
tap #keep
tap #add
tap #words
type "Stock count, 盘点 first half"
key Escape
tap #keep
tap #line:0
tap #from
key CtrlA
type "730"
key Escape
tap #keep
tap #line:1
tap #remove
tap #line:0
tap #remove
tap #add
tap #back
tap #add
tap #kind:5
tap #keep
tap #preview
wait
tap #pin
type "2468"
tap #submit
wait
tap #correct
tap #add
tap #kind:0
tap #keep
tap #drop
S
} >"$T/day.script"

{ # the device as it stands when a machine must be taken away: agreed with the customer, not put right
    unlock_lines
    cat <<S
tap #job:$id
wait
tap #accept
wait
tap #travelling
wait
tap #arrive
tap #arrived
wait
tap #all_faults
tap #f:AC-03
tap #resp:4
tap #save
wait
tap #p:L-CHECK
scroll top
tap #parts
type "300.00"
key Escape
tap #show
scroll end
tap #agree
draw
tap #consent
wait
key Escape
wait
S
} >"$T/ready.script"
{
    unlock_lines
    cat <<'S'
tap #more
tap #menu:5
tap #goods-menu:0
wait
tap #condition:2
tap #with:0
tap #with:1
tap #with_words
type "scratch on the left, 划痕"
key Escape
tap #why
type "board to be soldered"
key Escape
tap #days:more
tap #days:more
tap #show
wait
scroll end
tap #agree
tap #who
tap #relation:1
tap #named
draw 10,50 40,20 60,80
tap #clear
draw 10,50 40,20 60,80
draw 60,20 90,80
tap #signed
wait
S
} >"$T/take.script"
{
    unlock_lines
    cat <<'S'
tap #ask_help
wait
tap #help:2
tap #help:4
tap #note
type "Compressor seized, 压缩机卡死"
key Escape
tap #proposal
type "exchange of the outdoor unit"
key Escape
tap #demand
type "a new unit, free"
key Escape
tap #save
wait
tap #ask_help
wait
tap #help:1
S
} >"$T/help.script"

need "the visit comes to where a machine must be taken away" play "$T/dev" "$T/ready.script"
need "and where help is asked for" eval 'copy dev take && copy dev help'
export T OFFLINE E2E_NOW UI_LANG KEEP
killed() { # NAME JOB LEAST
    copy "$1" "$1.whole" && play "$T/$1.whole" "$T/$1.script" --shots "$T" || return 1
    rm -rf "$T/$1.whole"*
    node tests/e2e/visit_kill.js plan "$T/$1.script" >"$T/plan"
    xargs -P "${J:-2}" -n 1 sh tests/e2e/lib/kill_one.sh "$T/$1" "$T/$1.script" "$2" <"$T/plan" >"$T/judged" 2>&1
    want=$(wc -l <"$T/plan") good=$(grep -c '^good' "$T/judged")
    grep -v '^good' "$T/judged" | head -40
    [ "$good" = "$want" ] && [ "$want" -ge "$3" ]
}
claim "a call that he takes: killed after each touch, it is there as it was" killed call - 40
claim "the daily report: killed after each touch, it is there as it was, and what was taken out stays out" killed day - 35
claim "a take-away receipt: killed after each touch, it is there as it was, strokes too" killed take "$JOB" 20
claim "a request for help: killed after each touch, it is there as it was" killed help "$JOB" 15

#!/bin/sh
# Goal of this test: a clock that is set, or runs on in a pocket, in the middle of a sign-off costs nothing
# - the demo's visit is played with no network; between the pages that the customer reads, rates and signs, and
#   before the technician takes the device back, the clock is set on and back by minutes, hours and days,
# - what was read is what is signed, or it is said that it must be read again; nobody signs what he has not read,
# - the visit ends signed, once; the store is sound; the report proves itself.
set -u
. tests/support/e2e.sh
e2e_begin clock
device_first
device_alone "$T/dev"
JOB=J-261120-01
id=$(job_id "$T/dev" $JOB)
sed "s/@JOB@/#job:$id/; s/@FAULT@/AC-03/; s/@PART1@/AC-CAP-35/; s/@PART2@/AC-SEN-T/; /^shot/d; /^#/d" \
    assets/demo/visit-a.script >"$T/visit.script"

jumps() { # MINUTES: after each touch of the sign-off the clock is set by so many, on and back in turn
    awk -v by="$1" '
        /^tap #sign$/ { pages = 1 }
        { print }
        pages && /^(tap|draw|type)/ { sign = -sign; if (sign == 0) sign = 1; print "clock " sign * by; n++ }
        /^tap #unlock$/ { pages = 0 }' "$T/visit.script" >"$T/jumps.script"
}
logged() { dctl "$1" log --job $JOB 2>>"$T/log" | grep -c "$2"; }
signed() { # MINUTES
    d=$T/by$1
    device_copy "$T/dev" "$d" || return 1
    jumps "$1"
    play "$d" "$T/jumps.script" --shots "$T" || return 1
    [ "$(logged "$d" visit.signed)" = 1 ] || { echo "signed $(logged "$d" visit.signed) times"; return 1; }
    dctl "$d" check && dctl "$d" report --job $JOB --cbor "$d.cbor" --pdf "$d.pdf" &&
        "$bin/docketctl" verify "$d.cbor" --trust "$T/hq.pub" | grep -qx genuine
}
for minutes in 3 90 1500 43200; do
    claim "set on and back by $minutes minutes at each touch of the sign-off: signed once, and genuine" signed $minutes
done

# It lies in a pocket while the customer has it: it locks itself, and opens where he was.
{
    sed '/^tap #rated$/q' "$T/visit.script"
    cat <<'S'
wait
draw 10,50 40,20 60,80
pass 600
wait
S
} >"$T/pocket.script"
{
    unlock_lines
    cat <<'S'
draw 20,50 50,20 70,80
tap #signed
wait
tap #pin
type "2468"
tap #unlock
wait
S
} >"$T/back.script"
pocket() {
    cat "$T/pocket.script" "$T/back.script" >"$T/both.script"
    play "$T/dev" "$T/both.script" --shots "$T" && [ "$(logged "$T/dev" visit.signed)" = 1 ]
}
claim "ten hours in a pocket at the pad: locked before the touch that wakes it counts, and it goes on where it was" pocket

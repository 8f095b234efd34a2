#!/bin/sh
# Goal of this test: a report that was tampered with is never genuine
# - docketctl verify says genuine of a signed report, with the key that others were given,
# - with any single bit of the file changed it does not: all bits by the function that the command
#   calls, and the command itself for one bit of each part of the file,
# - nor with another company's key, nor when it is cut, or lengthened.
set -u
. tests/support/e2e.sh
e2e_begin verify
device_first
id=$(job_id "$T/dev" J-261120-01)
sed "s/@JOB@/#job:$id/; s/@FAULT@/AC-03/; s/@PART1@/AC-CAP-35/; s/@PART2@/AC-SEN-T/; /^shot/d
    s/^tap #signed\$/tap #who\ntap #name\ntype \"王秀兰\"\ntap #seal\ntype \"圆形公章，编号 3\"\ntap #named\n&/" \
    assets/demo/visit-a.script >"$T/visit.script"
need "a visit is played" play "$T/dev" "$T/visit.script"
need "it is synced" device_sync "$T/dev"
server_stop
need "the proof is written" dctl "$T/dev" report --job J-261120-01 --cbor "$T/report.cbor"
need "headquarters writes whom to trust" hqctl pub --file "$T/hq.pub"

verify() { "$bin/docketctl" verify "$1" --trust "${2:-$T/hq.pub}"; }
genuine() { verify "$1" >"$T/said" && grep -qx genuine "$T/said"; }
claim "verify says genuine, exit 0" genuine "$T/report.cbor"
said() { grep -q "$1" "$T/said"; }
claim "and who signed" said '^outcome .*王秀兰'
claim "with which company seal on the paper" said '^company seal *圆形公章，编号 3$'
refused() { # FILE [TRUST]: exit 1, "not genuine", and why
    verify "$@" >"$T/said" 2>&1
    [ $? -eq 1 ] && grep -q 'not genuine' "$T/said" && ! grep -qx genuine "$T/said" || { cat "$T/said"; return 1; }
}

"$B/tests/e2e/flip_all" "$T/report.cbor" "$T/hq.pub" 2 2>>"$T/log"

size=$(wc -c <"$T/report.cbor")
# Where each part begins in the file (PROOF.md: a map of parts, in order of their keys).
node tests/support/cbor_parts.js "$T/report.cbor" >"$T/parts"
parts=$(wc -l <"$T/parts")
each_part() {
    [ "$parts" -ge 9 ] || return 1
    while read -r key from length; do
        at=$((from + length / 2))
        bit_turned "$T/report.cbor" "$T/flipped.cbor" "$at"
        refused "$T/flipped.cbor" || { echo "part $key, byte $at"; return 1; }
        sed -n '/not genuine/p' "$T/said"
    done <"$T/parts"
}
claim "the command refuses the file with one bit changed in each of its $parts parts, and says why" each_part
head -c $((size - 1)) "$T/report.cbor" >"$T/cut.cbor"
claim "a cut file is not genuine" refused "$T/cut.cbor"
{ cat "$T/report.cbor"; printf '\0'; } >"$T/long.cbor"
claim "a file with a byte behind it is not genuine" refused "$T/long.cbor"
need "another company is founded" "$bin/docketctl" init-hq --store "$T/other" --name "Other" --pub "$T/other.pub"
claim "under another company's key it is not genuine" refused "$T/report.cbor" "$T/other.pub"
no_trust() { : >"$T/empty.pub"; verify "$T/report.cbor" "$T/empty.pub" >"$T/said" 2>&1; [ $? -ne 0 ] && ! grep -qx genuine "$T/said"; }
claim "without a usable key nothing is said to be genuine" no_trust

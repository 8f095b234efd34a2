#!/bin/sh
# The sync as a model (sync.pml), exhaustively for bounded sizes; the broken variants must be refuted.
# Some 40 seconds; LONG=1: larger sizes, up to an hour and 2 GB. Prints "ok - ..." lines and state counts.
set -u
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
command -v spin >/dev/null || { echo "not ok - spin is there (apt-get install spin)"; exit 1; }

# search NAME LTL? DEFINES: builds and runs one verifier; its report is $dir/NAME/report.
search() {
    mkdir -p "$dir/$1" && cd "$dir/$1" && cp "$here/sync.pml" . || return 1
    if [ "$2" = ltl ]; then gen=-DLTL cc='-DNFAIR=3' how='-a -f'; else gen='' cc=-DSAFETY how=''; fi
    # shellcheck disable=SC2086 # several words each
    spin $gen $3 -a sync.pml >build 2>&1 &&
        cc -O2 -w -DCOLLAPSE -DVECTORSZ=1024 -DMEMLIM=3000 $cc -o pan pan.c >>build 2>&1 &&
        ./pan $how -m4000000 >report 2>&1
}
states() { sed -n 's/^ *\([0-9e+.]*\) states, stored.*/\1/p' "$dir/$1/report"; }
# holds NAME LTL? DEFINES CLAIM: no error, and the search was not cut off.
holds() {
    search "$1" "$2" "$3"
    if grep -q 'errors: 0' "$dir/$1/report" && ! grep -Eq 'Out of memory|max search depth|not completed|truncated' "$dir/$1/report"; then
        echo "ok - $4"
        echo "# counted: model, $3: $(states "$1") states, all of them"
    else
        echo "not ok - $4"
        tail -5 "$dir/$1/build" "$dir/$1/report"
    fi
}
# bites NAME LTL? DEFINES WHAT CLAIM: the broken variant is refuted, by that.
bites() {
    search "$1" "$2" "$3"
    if grep -q "$4" "$dir/$1/report"; then
        echo "ok - $5"
        echo "# counted: model, $3: refuted after $(states "$1") states"
    else
        echo "not ok - $5"
        tail -5 "$dir/$1/build" "$dir/$1/report"
    fi
}

small='-DNE=1 -DNH=1'
holds faults ltl "$small -DFAULTS=1 -DRESTORES=0" \
    "what is lost, late, repeated, reordered or crashes leaves no gap and no false receipt, and all agree in the end"
holds restore ltl "$small -DFAULTS=0 -DRESTORES=1" \
    "a headquarters put back from any backup at any time leads to agreement on what anybody holds"
holds raw ltl "$small -DFAULTS=0 -DRESTORES=1 -DRAW" \
    "one that does not know that it was put back finds out by the marks of its outboxes, and all agree"
bites receipt safety "$small -DFAULTS=1 -DRESTORES=0 -DBROKEN_RECEIPT" 'assertion violated (rcpt' \
    "a receipt before durability is refuted: a device believes a false one"
bites cursor safety "$small -DFAULTS=1 -DRESTORES=0 -DBROKEN_CURSOR" 'assertion violated ((set' \
    "a cursor that moves before delivery is refuted: there is a gap"
bites mark ltl "$small -DFAULTS=0 -DRESTORES=1 -DRAW -DBROKEN_MARK" 'acceptance cycle' \
    "an outbox that is known by the number of a place alone is refuted: they never agree"
bites back ltl "$small -DFAULTS=0 -DRESTORES=1 -DBROKEN_BACK" 'acceptance cycle' \
    "devices that hand nothing back are refuted: they never agree"
[ -n "${LONG:-}${SOAK:-}" ] || exit 0
bites over safety "-DNE=1 -DNH=0 -DFAULTS=2 -DRESTORES=1 -DBROKEN_OVER" 'assertion violated (((n==0)' \
    "a receipt of an epoch that is over is refuted: a device believes what was lost since"
bites late ltl "$small -DFAULTS=1 -DRESTORES=1 -DRAW -DBROKEN_LATE" 'acceptance cycle' \
    "a device that keeps to itself what no place covers is refuted: they never agree"
holds steps safety "$small -DFAULTS=1 -DRESTORES=0 -DSTEPS" "the same with receiving and committing taken apart"
holds both safety "$small -DFAULTS=1 -DRESTORES=1" "faults and a restore: no gap, no false receipt"
holds bothraw safety "$small -DFAULTS=1 -DRESTORES=1 -DRAW" "likewise where nothing but the marks tells"
holds more safety "-DNE=2 -DNH=1 -DFAULTS=1 -DRESTORES=0" "two entries a device: likewise"
holds bothless ltl "-DNE=1 -DNH=0 -DFAULTS=1 -DRESTORES=1" "faults and a restore, devices' entries alone: all agree in the end"
holds bothlive ltl "$small -DFAULTS=1 -DRESTORES=1" "faults and a restore: all agree in the end"

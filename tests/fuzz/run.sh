#!/bin/sh
# Runs the doors under libFuzzer, T seconds each (T=60): tests/fuzz/run.sh PROGRAM... (fuzz_*, built
# with MODE=fuzz). With T of 30 or more what is new is merged into tests/fuzz/corpus/DOOR. A finding
# is left in build/fuzz/findings and fails this run and every later one until it holds.
set -u
work=build/fuzz/work
findings=build/fuzz/findings
T=${T:-60}
mkdir -p "$work" "$findings"
failed=0
# Symbols for a finding; memory on a file system without a disk, where there is one.
ASAN_OPTIONS=detect_stack_use_after_return=1:allocator_may_return_null=1
export ASAN_OPTIONS
if [ -d /dev/shm ] && [ -w /dev/shm ]; then TMPDIR=/dev/shm; export TMPDIR; fi
for program in "$@"; do
    door=${program##*/fuzz_}
    seeds=$work/$door/seeds new=$work/$door/new kept=tests/fuzz/corpus/$door
    rm -rf "$work/$door"
    mkdir -p "$seeds" "$new" "$kept"
    if ! "$program" --seeds "$seeds" >"$work/$door/count"; then
        echo "  FAIL  $door: its seeds cannot be made"; failed=$((failed + 1)); continue
    fi
    # What an earlier run found holds by now, or is found again.
    for f in "$findings/$door-"*; do
        if [ -f "$f" ] && "$program" "$f" >"$work/$door/log" 2>&1; then rm -f "$f"; fi
    done
    max=$(find "$seeds" "$kept" -type f -printf '%s\n' | sort -n | tail -1)
    [ "$max" -gt 4096 ] || max=4096
    if ! "$program" -max_total_time="$T" -max_len="$max" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$findings/$door-" "$new" "$seeds" "$kept" >"$work/$door/log" 2>&1; then
        echo "  FAIL  $door, $work/$door/log:"; tail -40 "$work/$door/log"; failed=$((failed + 1)); continue
    fi
    before=$(find "$kept" -type f | wc -l)
    # A short run looks only. A longer one keeps, of what it found, the smallest input for each edge
    # that seeds and corpus do not reach.
    if [ "$T" -ge 30 ]; then
        mkdir -p "$work/$door/all" "$work/$door/small"
        cp "$seeds"/* "$work/$door/all"
        find "$kept" -type f -exec cp {} "$work/$door/all" \;
        find "$new" -type f -size -5 -exec cp {} "$work/$door/small" \;
        ls "$work/$door/all" >"$work/$door/had"
        if ! "$program" -merge=1 -use_counters=0 -max_len=4096 -artifact_prefix="$findings/$door-" \
            "$work/$door/all" "$work/$door/small" >"$work/$door/merge.log" 2>&1; then
            echo "  FAIL  $door, $work/$door/merge.log:"; tail -20 "$work/$door/merge.log"; failed=$((failed + 1)); continue
        fi
        ls "$work/$door/all" | grep -vxFf "$work/$door/had" | while IFS= read -r f; do cp "$work/$door/all/$f" "$kept/"; done
    fi
    if [ -n "$(find "$findings" -name "$door-*")" ]; then
        echo "  FAIL  $door: $(find "$findings" -name "$door-*" | tr '\n' ' ')"; failed=$((failed + 1)); continue
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$door/log")
    cov=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$work/$door/log" | tail -1)
    echo "  ok    $door: $runs inputs in $T s, $cov edges, corpus $before -> $(find "$kept" -type f | wc -l)"
    rmdir "$kept" 2>/dev/null || true
done
echo "fuzz: $# doors, $failed with findings"
[ "$failed" -eq 0 ]

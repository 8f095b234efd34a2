#!/bin/sh
# Runs test programs, then (without --unit) tests/e2e/*.sh; each prints "ok - ..." or "not ok - ...".
# The last line is the count. A suite that ends badly, or claims nothing, is a failure.
set -u
unit=
[ "${1:-}" = --unit ] && { unit=1; shift; }
log=build/test-logs
mkdir -p "$log"
passed=0 failed=0
suite() { # suite NAME COMMAND...
    name=$1; shift
    out="$log/$(echo "$name" | tr / _).log"
    "$@" >"$out" 2>&1 </dev/null
    rc=$?
    p=$(grep -c '^ok ' "$out"); f=$(grep -c '^not ok ' "$out")
    if [ $rc -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
    if [ $((p + f)) -eq 0 ]; then echo "not ok - $name claims nothing" >>"$out"; f=1; fi
    passed=$((passed + p)); failed=$((failed + f))
    if [ "$f" -eq 0 ]; then echo "  ok    $name ($p)"
    else echo "  FAIL  $name ($p passed, $f failed, exit $rc), $out:"; grep -v '^ok ' "$out" | tail -40; fi
}
for t in "$@"; do suite "${t#"$B"/}" "$t"; done
if [ -z "$unit" ]; then
    for t in tests/e2e/*.sh; do
        [ -e "$t" ] && suite "${t%.sh}" sh "$t"
    done
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

#!/bin/sh
# Runs test programs, then (without --unit) tests/e2e/*.sh, two at a time (J=n: n at a time); each
# prints "ok - ..." or "not ok - ...". The last line is the count. A suite that ends badly, or claims
# nothing, is a failure. What a suite could not show here it says in lines "# skipped: ...", what it
# counted (faults injected, entries lost) in lines "# counted: ...".
set -u
log=build/test-logs
if [ "${1:-}" = --one ]; then # one suite, in a process of its own: its log, its exit code, its seconds
    name=$2
    case $name in tests/e2e/*) set -- sh "$name.sh" ;; *) set -- "$B/$name" ;; esac
    out="$log/$(echo "$name" | tr / _)"
    from=$(date +%s)
    "$@" >"$out.log" 2>&1 </dev/null
    echo "$? $(($(date +%s) - from))" >"$out.rc"
    exit 0
fi
unit=
[ "${1:-}" = --unit ] && { unit=1; shift; }
mkdir -p "$log"
names=
for t in "$@"; do names="$names ${t#"$B"/}"; done
if [ -z "$unit" ]; then
    for t in tests/e2e/*.sh; do
        [ -e "$t" ] && names="$names ${t%.sh}"
    done
fi
passed=0 failed=0
report() {
    out="$log/$(echo "$1" | tr / _)"
    read -r rc seconds <"$out.rc" 2>/dev/null || { rc=none seconds=0; }
    p=$(grep -c '^ok ' "$out.log"); f=$(grep -c '^not ok ' "$out.log")
    if [ "$rc" != 0 ] && [ "$f" -eq 0 ]; then f=1; fi
    if [ $((p + f)) -eq 0 ]; then echo "not ok - $1 claims nothing" >>"$out.log"; f=1; fi
    passed=$((passed + p)); failed=$((failed + f))
    if [ "$f" -eq 0 ]; then echo "  ok    $1 ($p, $seconds s)"
    else
        echo "  FAIL  $1 ($p passed, $f failed, exit $rc), $out.log:"
        grep -v '^ok ' "$out.log" | tail -40
    fi
    sed -n -e 's/^# skipped: /        skipped: /p' -e 's/^# counted: /        /p' "$out.log"
}
for t in $names; do rm -f "$log/$(echo "$t" | tr / _)".*; done
# Long stories first: they end together with the short ones.
{
    for t in $names; do case $t in tests/e2e/*) echo "$t" ;; esac; done
    for t in $names; do case $t in tests/e2e/*) ;; *) echo "$t" ;; esac; done
} | xargs -r -P "${J:-2}" -n 1 "$0" --one
for t in $names; do report "$t"; done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

#!/bin/sh
# golden.sh [--accept]: the draw lists of all screens (one size, both languages) against tests/ui/golden.
# What changed on purpose is taken in by one line, then read in the diff of the commit:
#     tests/ui/golden.sh --accept
# Positions are not in them, so that a font's next version changes nothing; ui_check looks at places.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build/release}
[ -x "$B/tests/ui/test_screens" ] || { echo "not ok - golden frames: $B/tests/ui/test_screens is not built"; exit 1; }
mkdir -p build
new=$(mktemp -d build/golden.XXXXXX)
trap 'rm -rf "$new"' EXIT
GOLDEN=$new "$B/tests/ui/test_screens" >"$new/log" 2>&1 || { cat "$new/log"; echo "not ok - golden frames: the scripts play"; exit 1; }
rm "$new/log"
if [ "${1:-}" = --accept ]; then
    rm -rf tests/ui/golden
    mkdir -p tests/ui/golden
    cp "$new"/*.txt tests/ui/golden/
    du -sh tests/ui/golden
    exit 0
fi
bad=0
for name in $({ ls "$new"; ls tests/ui/golden; } | sort -u); do
    if diff -u "tests/ui/golden/$name" "$new/$name" >"$new.diff" 2>&1; then
        echo "ok - golden frames: $name"
    else
        bad=1
        echo "not ok - golden frames: $name (tests/ui/golden.sh --accept, if it is meant)"
        sed 's/^/# /' "$new.diff" | head -n 30
    fi
done
rm -f "$new.diff"
exit $bad

#!/bin/sh
# screenshots.sh DIR: every screen in both languages, at the tested sizes and text scales, as the
# visits of test_screens.c pass them. Fails when that test fails: pictures of broken screens are none.
set -eu
dir=${1:-build/screenshots}
mkdir -p "$dir"
log=$dir/log.txt
if ! SHOTS=$dir "${B:-build/release}/tests/ui/test_screens" >"$log" 2>&1; then
    grep -v '^ok ' "$log" | head -20 >&2
    echo "screenshots: the screens' test failed, see $log" >&2
    exit 1
fi
echo "$(find "$dir" -name '*.png' | wc -l) pictures in $dir, one folder for each size, text scale, language and theme:"
ls "$dir" | grep -v log.txt | sed 's/^/  /'

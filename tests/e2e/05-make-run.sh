#!/bin/sh
# Goal of this test: what `make run` does without a display, twice: a headquarters and a handheld are
# made, a visit is recorded with no network, synced, and its report is genuine; the second run plays the
# next job on the same stores.
set -u
. tests/support/e2e.sh
e2e_begin make-run
demo() { DISPLAY='' WAYLAND_DISPLAY='' DOCKET_DEMO="$T/demo" sh assets/demo/run.sh >"$T/$1.out" 2>&1 || { cat "$T/$1.out" "$T/demo/run.log"; return 1; }; }
claim "the first run ends well" demo first
left() { for f in shots/*.png report.pdf report.cbor hq.pub day.docket receipt.txt summary.txt; do
    set -- "$T"/demo/$f; [ -s "$1" ] || { echo "$f is missing"; return 1; }; done; }
claim "it leaves pictures, report, proof, bundle, receipt and summary" left
claim "its report is genuine" grep -q 'says: genuine' "$T/first.out"
claim "all its entries are at headquarters" test ! "$(grep -c 'only here' "$T/demo/receipt.txt")" -gt 0
claim "the second run plays another job" demo second
other() { [ "$(sed -n 's/^Job \([^,]*\),.*/\1/p' "$T/first.out")" != "$(sed -n 's/^Job \([^,]*\),.*/\1/p' "$T/second.out")" ]; }
claim "it is not the first one's" other

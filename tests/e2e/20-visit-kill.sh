#!/bin/sh
# Goal of this test: what the screen showed as saved is there after a power cut, whenever it comes
# - a visit of arrival, diagnosis, two parts, consent, fee and sign-off is played with no network and
#   no headquarters, once for each touch k, and the app is killed (SIGKILL) right after the tree that
#   follows touch k was written,
# - after each restart the log holds every fact that any tree had shown as saved,
# - and the screen is back where it was with what was half typed or half drawn; only what the
#   customer was rating when the power went is asked again: once he left that page it stays sealed.
set -u
. tests/support/e2e.sh
e2e_begin kill
device_first
device_alone "$T/dev"

JOB=J-261120-01
id=$(job_id "$T/dev" $JOB)
# The demo's visit without what takes time only, and with a field left half typed.
sed "s/@JOB@/#job:$id/; s/@FAULT@/AC-03/; s/@PART1@/AC-CAP-35/; s/@PART2@/AC-SEN-T/" \
    assets/demo/visit-a.script | sed '/^shot/d; /^pass/d; /^#/d; /^tap #which/d' |
    sed 's/^tap #taught$/tap #taught\ntap #danger\ntype "插座无接地 no earth"/' >"$T/visit.script"
need "the visit can be played to its end with no network" sh -c "
    . tests/support/e2e.sh; T=$T OFFLINE='$OFFLINE'
    device_copy $T/dev $T/whole
    play $T/whole $T/visit.script --shots $T --tree $T/whole.tree"
rm -rf "$T/whole"*

node tests/e2e/visit_kill.js plan "$T/visit.script" >"$T/plan"
export T OFFLINE E2E_NOW UI_LANG KEEP
xargs -P "${J:-2}" -n 1 sh tests/e2e/lib/kill_one.sh "$T/dev" "$T/visit.script" "$JOB" <"$T/plan" >"$T/judged" 2>>"$T/log"
want=$(wc -l <"$T/plan") good=$(grep -c '^good' "$T/judged") facts=$(sed -n 's/^good.* facts //p' "$T/judged" | sort -n | tail -n 1)
grep -v '^good' "$T/judged" | sed 's/^/# /' | head -60
all() { [ "$good" = "$want" ] && [ "$want" -gt 40 ]; }
claim "killed after each of $want touches, nothing that was shown as saved is lost and every form is as it was ($good held)" all
most() { [ "${facts:-0}" -ge 12 ]; }
claim "the last trees showed twelve facts and more as saved (${facts:-0})" most

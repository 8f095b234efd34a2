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
need "a demo headquarters is made" hq_demo "$T/hq"
need "docketd listens" server_start "$T/hq"
need "a device joins" device_make "$T/dev" T01
need "it fetches its jobs" device_sync "$T/dev"
server_stop
URL= device_settings "$T/dev"

JOB=J-261120-01
id=$(job_id "$T/dev" $JOB)
# The demo's visit without what takes time only, and with a field left half typed.
sed "s/@JOB@/#job:$id/; s/@FAULT@/AC-03/; s/@PART1@/AC-CAP-35/; s/@PART2@/AC-SEN-T/" \
    assets/demo/visit-a.script | sed '/^shot/d; /^pass/d; /^#/d; /^tap #which/d' |
    sed 's/^tap #taught$/tap #taught\ntap #danger\ntype "插座无接地 no earth"/' >"$T/visit.script"
need "the visit can be played to its end with no network" sh -c "
    . tests/support/e2e.sh; T=$T OFFLINE='$OFFLINE'
    cp -a $T/dev $T/whole; cp -a $T/dev.config $T/whole.config; cp $T/dev.settings $T/whole.settings
    play $T/whole $T/visit.script --shots $T --tree $T/whole.tree"
rm -rf "$T/whole"*

printf 'tap #pin\ntype "2468"\ntap #primary\nwait\n' >"$T/back.script"

cat >"$T/one.sh" <<'ONE'
# one.sh N: play to action N, kill, restart, judge. Prints what visit_kill.js says.
. tests/support/e2e.sh
k=$1
d=$T/k$k
cp -a "$T/dev" "$d"
cp "$T/dev.settings" "$d.settings"
play_config=$T/dev.config dctl_config=$T/dev.config
node tests/e2e/visit_kill.js cut "$T/visit.script" "$k" >"$d.script"
# One process to kill: the app itself, not the shell that made its network.
XDG_CONFIG_HOME=$play_config $OFFLINE "$bin/docket" --store "$d" --headless --size 480x800 \
    --density 1 --lang zh --now "$E2E_NOW" --script "$d.script" --shots "$T" --tree "$d.tree" \
    >"$d.out" 2>&1 &
app=$!
n=0
until grep -q "^== $k " "$d.tree" 2>/dev/null; do
    n=$((n + 1))
    if [ $n -gt 3000 ] || ! kill -0 $app 2>/dev/null; then
        echo "bad $k the script did not come so far: $(head -n 1 "$d.out")"
        kill -9 $app 2>/dev/null
        exit 0
    fi
    sleep 0.01
done
# The tree is written in one go; let its last bytes reach the file, then the power is cut.
until [ "$(tail -c 1 "$d.tree" | od -An -c | tr -d ' ')" = '\n' ]; do sleep 0.005; done
kill -9 $app
wait $app 2>/dev/null
# A try to unlock that was cut is counted, as it must be; three are free.
if ! play "$d" "$T/back.script" --shots "$T" --tree "$d.after" >"$d.out2" 2>&1; then
    echo "bad $k the restart cannot be played: $(head -n 1 "$d.out2")"
    exit 0
fi
dctl "$d" log --job "$JOB" --json >"$d.log" 2>>"$d.out2" || { echo "bad $k no log: $(tail -n 1 "$d.out2")"; exit 0; }
node tests/e2e/visit_kill.js judge "$d.tree" "$d.after" "$d.log" "$k"
if [ "${KEEP:-}" != 1 ]; then rm -rf "$d" "$d".*; fi
exit 0
ONE
node tests/e2e/visit_kill.js plan "$T/visit.script" >"$T/plan"
export T OFFLINE JOB E2E_NOW UI_LANG KEEP
xargs -P "${J:-2}" -n 1 sh "$T/one.sh" <"$T/plan" >"$T/judged" 2>>"$T/log"
want=$(wc -l <"$T/plan") good=$(grep -c '^good' "$T/judged") facts=$(sed -n 's/^good.* facts //p' "$T/judged" | sort -n | tail -n 1)
grep -v '^good' "$T/judged" | sed 's/^/# /' | head -60
all() { [ "$good" = "$want" ] && [ "$want" -gt 40 ]; }
claim "killed after each of $want touches, nothing that was shown as saved is lost and every form is as it was ($good held)" all
most() { [ "${facts:-0}" -ge 12 ]; }
claim "the last trees showed twelve facts and more as saved (${facts:-0})" most

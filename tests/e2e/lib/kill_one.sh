# kill_one.sh DEV SCRIPT JOB K: a copy of the store DEV plays SCRIPT to its action K, is killed (SIGKILL) right
# after the tree that follows was written, and is started again. Prints what visit_kill.js says of it.
# JOB: whose log is read; - for none. In the environment: T, OFFLINE, E2E_NOW, UI_LANG, KEEP.
. tests/support/e2e.sh
dev=$1 script=$2 job=$3 k=$4
d=$dev.k$k
cp -a "$dev" "$d"
cp "$dev.settings" "$d.settings"
play_config=$dev.config dctl_config=$dev.config
node tests/e2e/visit_kill.js cut "$script" "$k" >"$d.script"
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
printf 'tap #pin\ntype "2468"\ntap #primary\nwait\n' >"$d.back"
if ! play "$d" "$d.back" --shots "$T" --tree "$d.after" >"$d.out2" 2>&1; then
    echo "bad $k the restart cannot be played: $(head -n 1 "$d.out2")"
    exit 0
fi
echo '[]' >"$d.log"
if [ "$job" != - ]; then
    dctl "$d" log --job "$job" --json >"$d.log" 2>>"$d.out2" || { echo "bad $k no log: $(tail -n 1 "$d.out2")"; exit 0; }
fi
node tests/e2e/visit_kill.js judge "$d.tree" "$d.after" "$d.log" "$k"
if [ "${KEEP:-}" != 1 ]; then rm -rf "$d" "$d".*; fi
exit 0

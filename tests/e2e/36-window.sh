#!/bin/sh
# Goal of this test: the built app in a real window, under a pointer and keys that it cannot tell from a person's
# - unlock, a job, set off, arrive: clicked and typed by xdotool on an X server of the test's own; what was
#   tapped stands in the log, once, also when it hung and was tapped five times,
# - the window is turned on its side and work goes on there,
# - a second start on the same store says that one is open, raises it, and touches nothing,
# - stopped and continued (SIGSTOP, SIGCONT) it goes on; when hours have passed meanwhile it is locked
#   before the touch that wakes it does anything,
# - left alone on Today it wakes at most once in ten seconds, all threads counted; with a cursor
#   in a field it does not wake at all.
set -u
. tests/support/e2e.sh
e2e_begin window
for tool in Xvfb xdotool; do
    command -v $tool >/dev/null 2>&1 || { skipped "$tool is not here (packaging/apt-test.txt)"; exit 0; }
done
X= APP=
stop() { # the processes of this test
    [ -z "$APP" ] || { kill -CONT "$APP" 2>/dev/null; kill "$APP" 2>/dev/null; wait "$APP" 2>/dev/null; }
    [ -z "$X" ] || { kill "$X" 2>/dev/null; wait "$X" 2>/dev/null; }
    APP= X=
}
trap 'stop; e2e_end' EXIT
device_first
device_alone "$T/dev"
id=$(job_id "$T/dev" J-261120-01)

# Where things are: the same touches without a window, on a copy.
device_copy "$T/dev" "$T/plan"
cat >"$T/plan.script" <<PLAN
tree unlock
tap #pin
tree pin
type "2468"
tree typed
tap #primary
wait
tree today
tap #job:$id
wait
tree job
tap #accept
wait
tree accepted
tap #travelling
wait
tree set-off
tap #arrive
wait
tree arrive
PLAN
printf 'tap #pin\ntype "2468"\ntap #primary\nwait\ntree lying\n' >"$T/lying.script"
lying() {
    XDG_CONFIG_HOME=$T/plan.config "$bin/docket" --store "$T/plan" --headless --size 800x480 --density 1 \
        --lang zh --now "$E2E_NOW" --script "$T/lying.script" --shots "$T"
}
need "the touches are known" play "$T/plan" "$T/plan.script" --shots "$T"
need "and how it looks on its side" lying
middle() { # TREE ID: x y
    sed -n "s/.* id=$2 rect=\(-*[0-9]*\),\(-*[0-9]*\),\([0-9]*\),\([0-9]*\).*/\1 \2 \3 \4/p" "$T/$1.txt" |
        awk 'NR == 1 { print int($1 + $3 / 2), int($2 + $4 / 2) }'
}

Xvfb -displayfd 3 -screen 0 1280x1024x24 -nolisten tcp -noreset 3>"$T/display" >>"$T/log" 2>&1 &
X=$!
n=0
until [ -s "$T/display" ] || [ $n -gt 300 ]; do sleep 0.1; n=$((n + 1)); done
DISPLAY=:$(cat "$T/display")
export DISPLAY
unset WAYLAND_DISPLAY SDL_VIDEODRIVER
start() { # [COMMAND BEFORE IT...]
    XDG_CONFIG_HOME=$T/dev.config "$@" "$bin/docket" --store "$T/dev" --size 480x800 --density 1 --lang zh \
        ${NOW:+--now "$NOW"} >"$T/app.out" 2>&1 &
    APP=$!
    n=0
    until WID=$(xdotool search --onlyvisible --class '^docket$' 2>/dev/null | tail -n 1) && [ -n "$WID" ]; do
        n=$((n + 1))
        if [ $n -gt 600 ] || ! kill -0 $APP 2>/dev/null; then cat "$T/app.out"; return 1; fi
        sleep 0.05
    done
    still
}
# All threads: times they went to sleep of their own accord, and what they have used.
sleeps() { cat /proc/$APP/task/*/status 2>/dev/null | awk '/^voluntary/ { n += $2 } END { print n + 0 }'; }
used() { cut -d ' ' -f 14,15 /proc/$APP/stat 2>/dev/null; }
still() { # nothing has moved for a moment
    n=0 was=
    until is="$(sleeps) $(used)" && [ "$is" = "$was" ] || [ $n -gt 60 ]; do
        was=$is
        n=$((n + 1))
        sleep 0.25
    done
}
touch_it() { # TREE ID
    # shellcheck disable=SC2046
    set -- $(middle "$1" "$2") && [ $# -eq 2 ] || return 1
    xdotool mousemove --window "$WID" "$1" "$2" mousedown 1
    sleep 0.03
    xdotool mouseup 1
    still
}
keys() { xdotool type --delay 60 "$1"; }
unlock() {
    touch_it unlock pin && keys 2468 && touch_it typed primary
}
logged() { # KIND: how often, once it is there, or after half a minute
    n=0
    until got=$(dctl "$T/dev" log 2>/dev/null | grep -c "$1") && [ "$got" -ge "${2:-1}" ] || [ $n -gt 90 ]; do
        n=$((n + 1))
        sleep 0.3
    done
    [ "$got" -eq "${2:-1}" ] || { echo "$1: $got, wanted ${2:-1}"; return 1; }
}

NOW=$E2E_NOW
need "a window opens" start
xdotool windowfocus "$WID" 2>/dev/null
quiet() { # SECONDS MOST
    before=$(sleeps)
    sleep "$1"
    after=$(sleeps)
    echo "voluntary switches of $(ls /proc/$APP/task | wc -l) threads in $1 s: $((after - before))"
    [ $((after - before)) -le "$2" ]
}
in_hand() { touch_it unlock pin && quiet 5 0; }
claim "with a field in hand it sleeps too: the cursor stands still" in_hand
accept() { unlock && touch_it today "job:$id" && touch_it job accept && logged visit.accepted; }
claim "pointer and keys: unlocked, the job opened, accepted" accept
set_off() { # it hangs, and somebody taps, and taps, and pulls at the window
    # shellcheck disable=SC2046
    set -- $(middle accepted travelling)
    kill -STOP $APP
    for once in 1 2 3 4 5; do
        xdotool mousemove --window "$WID" "$1" "$2" click 1
        sleep 0.05
    done
    kill -CONT $APP
    for size in "700 500" "320 480" "900 900" "480 800"; do
        # shellcheck disable=SC2086
        xdotool windowsize "$WID" $size
    done
    still
    logged visit.travelling && [ "$(dctl "$T/dev" log | grep -c visit.arrived)" -eq 0 ]
}
claim "set off: five taps on it while it hung, and a storm of sizes after them, are one entry" set_off
second_start() {
    XDG_CONFIG_HOME=$T/dev.config "$bin/docket" --store "$T/dev" --size 480x800 --density 1 >"$T/second.out" 2>&1
    [ $? -eq 3 ] && grep -q "open already" "$T/second.out" || { cat "$T/second.out"; return 1; }
}
second() {
    second_start && still &&
        [ "$(xdotool search --onlyvisible --class '^docket$' | wc -l)" -eq 1 ]
}
claim "a second start says that one is open already, and ends" second
on_top() { # the window under the pointer in the middle of the screen
    xdotool mousemove 640 512
    xdotool getmouselocation --shell | sed -n 's/^WINDOW=//p'
}
raised() { # above a window that lies over it: another store's
    cover=
    XDG_CONFIG_HOME=$T/plan.config "$bin/docket" --store "$T/plan" --size 600x900 --density 1 >"$T/cover.out" 2>&1 &
    cover=$!
    n=0
    until [ "$(on_top)" != "$WID" ] || [ $n -gt 300 ]; do sleep 0.1; n=$((n + 1)); done
    covered=$(on_top)
    second_start
    n=0
    until [ "$(on_top)" = "$WID" ] || [ $n -gt 300 ]; do sleep 0.1; n=$((n + 1)); done
    now=$(on_top)
    kill $cover
    wait $cover 2>/dev/null
    [ "$covered" != "$WID" ] && [ "$now" = "$WID" ]
}
claim "and brings the first to the front" raised
paused() { kill -STOP $APP && sleep 1 && kill -CONT $APP && touch_it set-off arrive; }
claim "stopped and continued, it takes the next touch" paused
turned() { # arrive again: the step of the job, on its side
    xdotool windowsize --sync "$WID" 800 480 && still && touch_it lying arrived && logged visit.arrived
}
claim "turned on its side the arrival is tapped there" turned
xdotool windowsize --sync "$WID" 480 800
still
claim "one touch made one entry each" sh -c '. tests/support/e2e.sh; T=$1; [ "$(dctl "$T/dev" log | grep -c "visit\.")" -eq 3 ]' - "$T"

# To Today, and nothing in hand. The tick of the minute may fall into the ten seconds, once.
xdotool key --delay 60 Escape Escape Escape
still
claim "left alone it wakes at most once in ten seconds" quiet 10 1
grep '^voluntary switches' "$T/log" | tail -n 1 | sed 's/^/# /'
kill $APP
wait $APP 2>/dev/null
APP=

if command -v faketime >/dev/null 2>&1; then
    # A clock that the test moves: the machine slept for hours.
    unset NOW
    moved="$T/moved"
    echo "+0" >"$moved"
    lib=$(find /usr/lib -name libfaketimeMT.so.1 | head -n 1)
    open_store() { find "/proc/$APP/fd" -lname '*data.mdb' | grep -q .; }
    by_pin() { # a busy machine takes its time to derive a key, and may lose a click in a window that just came
        for once in 1 2 3; do
            unlock || return 1
            n=0
            until open_store || [ $n -gt 150 ]; do sleep 0.1; n=$((n + 1)); done
            open_store && return 0
        done
        return 1
    }
    hours() {
        start env LD_PRELOAD="$lib" FAKETIME_TIMESTAMP_FILE="$moved" FAKETIME_NO_CACHE=1 || return 1
        by_pin || { echo "it was never unlocked"; return 1; }
        kill -STOP $APP
        echo "+5h" >"$moved"
        kill -CONT $APP
        xdotool mousemove --window "$WID" 240 400 click 1
        n=0 # locked: it has let go of the store
        while open_store && [ $n -lt 300 ]; do sleep 0.1; n=$((n + 1)); done
        open_store && { echo "it is not locked"; return 1; }
        by_pin || { echo "the PIN does not open it again"; return 1; }
    }
    claim "after hours of sleep it is locked, and opens by the PIN again" hours
else
    skipped "faketime is not here (packaging/apt-test.txt)"
fi

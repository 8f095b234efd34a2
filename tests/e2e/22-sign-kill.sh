#!/bin/sh
# Goal of this test: the power goes while the customer has the device in his hands
# - on each of his three pages, in either language, at 320x480 with the largest text: killed (SIGKILL), three days
#   go by, and after the technician's unlock the same page is there in the same language,
# - on the page of ratings what was chosen there is asked again, and nothing says what it was; once he left that
#   page it is sealed: it is in the sign-off, and he is not asked again,
# - the strokes are there: from the pad it goes on to a signature that holds.
set -u
. tests/support/e2e.sh
e2e_begin sign-kill
device_first T02
server_stop
JOB=J-261120-04
{
    unlock_lines
    printf 'tap #job:%s\nwait\n' "$(job_id "$T/dev" $JOB)"
    cat <<S
tap #accept
wait
tap #travelling
wait
tap #arrive
scroll end
tap #arrived
wait
tap #in_words
type "Flame sensor"
key Escape
tap #cause:2
tap #resp:1
tap #save
wait
tap #act:4
tap #save
wait
tap #result:0
tap #save
wait
S
} >"$T/work.script"
need "a visit is done but for the signature" play "$T/dev" "$T/work.script"

to() { # PAGE LANGUAGE: the script that comes to it; the customer's own language is English
    unlock_lines
    printf 'tap #sign\n'
    [ "$2" = en ] || printf 'tap #action\n'
    printf 'wait\n'
    [ "$1" = read ] && return
    printf 'scroll end\ntap #confirm\nwait\ntap #attitude:3\nwait\n'
    [ "$1" = rate ] && return
    printf 'tap #rated\nwait\ndraw\nwait\n'
}
words() { # PAGE-LANGUAGE: what only that page says
    case $1 in
    read-en) echo 'Please check' ;;
    rate-en) echo 'Your rating' ;;
    pad-en) echo 'Confirm signature' ;;
    read-zh) echo '请您核对' ;;
    rate-zh) echo '您的评价' ;;
    pad-zh) echo '确认签字' ;;
    esac
}
cut_at() { # STORE SCRIPT: killed when all of the script was played
    n=$(grep -c . "$2")
    echo 'wait "what is never said" 60' >>"$2"
    XDG_CONFIG_HOME=$T/dev.config $OFFLINE "$bin/docket" --store "$1" --headless --size 320x480 --scale 2 --density 1 \
        --lang zh --now "$E2E_NOW" --script "$2" --shots "$T" --tree "$1.tree" >"$1.out" 2>&1 &
    app=$!
    k=0
    until grep -q "^== $n " "$1.tree" 2>/dev/null && [ "$(tail -c 1 "$1.tree" | od -An -c | tr -d ' ')" = '\n' ]; do
        k=$((k + 1))
        [ $k -lt 3000 ] && kill -0 $app 2>/dev/null || { cat "$1.out"; return 1; }
        sleep 0.02
    done
    kill -9 $app
    wait $app 2>/dev/null
    return 0
}
back() { # PAGE LANGUAGE
    d=$T/$1-$2
    cp -a "$T/dev" "$d" && cp "$T/dev.settings" "$d.settings" && to "$1" "$2" >"$d.script" && cut_at "$d" "$d.script" || return 1
    { unlock_lines && printf 'expect "%s"\n' "$(words "$1-$2")"; } >"$d.back"
    [ "$1" != pad ] || printf 'tap #signed\nwait\ntap #pin\ntype "%s"\ntap #unlock\nwait\nexpect "T01-"\n' "$PIN" >>"$d.back"
    E2E_NOW=2026-11-24T08:10 play_config=$T/dev.config play "$d" "$d.back" --tree "$d.after" || return 1
    if [ "$1" = rate ] && grep -q 'checked' "$d.after"; then
        echo "the choices of the page are there" && return 1
    fi
    # Facts, text, strokes, name, and the sealed rating.
    [ "$1" != pad ] || dctl_config=$T/dev.config dctl "$d" log --job $JOB --json |
        jq -e '[.[] | select(.kind_name == "visit.signed") | .attachments | length] == [5]'
}
for lang in zh en; do
    for page in read rate pad; do
        claim "killed on the page to $page, in $lang: three days later it is that page again" back $page $lang
    done
done

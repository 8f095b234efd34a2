#!/bin/sh
# Goal of this test: a handheld put back to an older copy, a clone, a stick that comes late, and both
# sides put back at once: with the real programs
# - a restored handheld opens a new epoch, is told, and gets its own later work back from headquarters;
#   nothing is written twice under one number,
# - the fork is proved by a file that anybody checks with hq.pub alone, and is marked on the handheld,
#   in log and in status,
# - one that worked on before it synced makes a fork: both branches are kept and folded at
#   headquarters, on the device and on its colleague's, each entry has its receipt, the supervisor sees it,
# - a bundle of the old epoch that comes by stick afterwards, twice, has its effect once,
# - a clone and its original end up in epochs of their own,
# - headquarters and a handheld restored at once: what the colleague holds comes back.
set -u
. tests/support/e2e.sh
e2e_begin rollback
JOB=J-261120-01
need "a demo headquarters is made" hq_demo "$T/hq"
need "docketd listens" server_start "$T/hq"
need "a first device joins" device_make "$T/one" T01
need "a colleague's device, too" device_make "$T/two" T01
both() { device_sync "$T/one" && device_sync "$T/two" && device_sync "$T/one"; }
need "both fetch their jobs" both
id=$(job_id "$T/one" $JOB)

work() { # DEVICE NAME LINES...: unlock; where a visit is open that is the page, else it is the list
    work_dir=$1
    printf '%s\n' 'tap #pin' "type \"$PIN\"" 'tap #primary' wait >"$T/$2.script"
    shift
    work_script=$T/$1.script
    shift
    printf '%s\n' "$@" wait >>"$work_script"
    play "$work_dir" "$work_script" --shots "$T"
}
details() { # DEVICE NAME TEXT: the note of the job, once a visit is open
    work "$1" "$2" 'tap #details' 'tap #note' "type \"$3\"" 'tap #save'
}
keep() { rm -rf "$2" && cp -a "$1" "$2"; }
put() { rm -rf "$2" && cp -a "$1" "$2"; }
one() { dctl "$T/one" "$@"; }
two() { dctl "$T/two" "$@"; }
own() { # RUNNER: the device's own entries, hash and epoch
    "$@" log --json | jq -r --arg a "$author" '.[] | select(.author == $a) | .hash + " " + .epoch + " " + (.seq | tostring)' | sort
}
author=$(one log --json | jq -r '.[] | select(.place == "at headquarters" and .kind_name == "journal.opened") | .author' | head -1)
other=$(two log --json | jq -r '.[] | select(.place == "at headquarters" and .kind_name == "journal.opened") | .author' | head -1)
need "the job is accepted" work "$T/one" accept "tap #job:$id" wait 'tap #accept' wait 'tap #travelling'
need "the first syncs" both
need "a copy of the handheld is kept" keep "$T/one" "$T/one.old"

# --- put back, then synced ---------------------------------------------------------------------------
need "it works on" work "$T/one" arrive 'tap #arrive' 'tap #credential' 'tap #arrived'
need "and syncs" both
own one >"$T/had"
need "it is put back to the copy" put "$T/one.old" "$T/one"
fewer() { own one >"$T/has"; [ "$(wc -l <"$T/has")" -lt "$(wc -l <"$T/had")" ]; }
claim "its newer work is not on it" fewer
told() {
    one sync --url "$URL" --json >"$T/s" 2>"$T/e" || { cat "$T/e"; return 1; }
    cat "$T/s" "$T/e"
    jq -e '.new_epoch and (.forked | not) and .unsent == 0' "$T/s" && grep -q "restored from an older copy" "$T/e"
}
claim "the next sync tells that it was restored, and opens a new epoch" told
returned() { own one >"$T/has"; comm -23 "$T/had" "$T/has" | grep . && return 1; [ "$(cut -d' ' -f2 "$T/has" | sort -u | wc -l)" = 2 ]; }
claim "all that it had made is back on it, in the old epoch, and the new one is begun" returned
sound() { one check && two check && hqctl check; }
claim "check passes on all three" sound
unforked() { ! hqctl check | grep -q forked; }
claim "no number was given twice" unforked

# --- put back, worked on, then synced ----------------------------------------------------------------
need "a copy is kept again" keep "$T/one" "$T/one.old"
need "it writes a note" details "$T/one" note1 "一号 first"
stick() { dctl "$T/one" bundle export --file "$T/stick.docket"; }
need "which leaves by stick only" stick
own one >"$T/had"
need "then it is put back" put "$T/one.old" "$T/one"
need "and writes another note under the same number" details "$T/one" note2 "二号 second"
own one >"$T/had2"
need "and syncs: headquarters has nothing against it yet" both
state() { "$@" digests --job $JOB | grep "$JOB"; }
late() { hqctl bundle import --file "$T/stick.docket" --answer "$T/answer.docket"; }
claim "the stick comes late and is taken in" late
entries() { hqctl log --json | jq length; }
before=$(entries)
state hqctl >"$T/d1"
claim "it comes again" late
once() { [ "$(entries)" = "$before" ] && state hqctl >"$T/d2" && cmp "$T/d1" "$T/d2"; }
claim "and changes nothing: each entry has its effect once" once
fork() {
    one sync --url "$URL" --json >"$T/s" 2>"$T/e" || { cat "$T/e"; return 1; }
    cat "$T/s" "$T/e"
    jq -e '.new_epoch and .forked and .unsent == 0' "$T/s" && grep -q "two entries under one number" "$T/e"
}
claim "the handheld is told of the fork and goes on in a new epoch" fork
need "both sync" both
kept() { own one | cut -d' ' -f1 | sort >"$T/has"; cat "$T/had" "$T/had2" | cut -d' ' -f1 | sort -u >"$T/all"
    [ -s "$T/all" ] && [ -z "$(comm -23 "$T/all" "$T/has")" ] && hqctl log --json | jq -r '.[].hash' | sort >"$T/hqhas" &&
        [ -z "$(comm -23 "$T/all" "$T/hqhas")" ]; }
claim "both branches are kept, at headquarters and on the handheld" kept
equal() { state one >"$T/d1" && state two >"$T/d2" && state hqctl >"$T/d0"; cat "$T/d0" "$T/d1" "$T/d2"; cmp "$T/d0" "$T/d1" && cmp "$T/d0" "$T/d2"; }
claim "and folded to one state on all three" equal
receipted() { one log --json | jq -e --arg a "$author" '[.[] | select(.author == $a) | .place] | all(. == "at headquarters")'; }
claim "each entry of both branches is at headquarters by a receipt" receipted
supervisor() { hqctl status --json | jq -e --arg a "$author" '.devices[] | select(.author == $a) | .forked and .epochs == 3'; }
claim "the supervisor sees the fork and each epoch" supervisor
claim "check passes, and names the fork" sound
where() { hqctl log --forks --json >"$T/forks"; cat "$T/forks"
    jq -e --arg a "$author" 'length == 1 and .[0].author == $a' "$T/forks" &&
        hqctl status --json | jq -e --slurpfile f "$T/forks" --arg a "$author" \
            '[.devices[] | select(.author == $a) | .forks[].entries[]] == $f[0][0].entries'; }
claim "log and status say where the two histories begin" where
twice=$(jq -r '.[0].entries[1]' "$T/forks") seq=$(jq -r '.[0].seq' "$T/forks")
marked() { hqctl log --json | jq -e --arg a "$author" --argjson s "$seq" --slurpfile f "$T/forks" \
    '[.[] | select(.two_histories)] as $m | ($m | length) >= 2 and ($m | all(.author == $a and .seq >= $s)) and
     ([$m[].hash] | contains($f[0][0].entries))' && hqctl log | grep -c 'two histories$'; }
claim "each entry from there on is marked in log, and nobody else's" marked
proof() { hqctl log --proof "$twice" --file "$T/fork.proof" && hqctl pub --file "$T/hq.pub" &&
    one log --proof "$twice" --file "$T/fork2.proof" && cmp "$T/fork.proof" "$T/fork2.proof"; }
claim "headquarters and the handheld write the same proof of it" proof
alone() { mkdir -p "$T/alone" && cp "$T/fork.proof" "$T/hq.pub" "$T/alone" &&
    (cd "$T/alone" && "$bin/docketctl" verify fork.proof --trust hq.pub) &&
    "$bin/docketctl" verify "$T/fork.proof" --trust "$T/hq.pub" --json |
    jq -e --arg a "$author" '.genuine and .author == $a and (.entries | length) == 2'; }
claim "which anybody checks with hq.pub alone" alone
bent() { bit_turned "$T/fork.proof" "$T/bent.proof" 300 &&
    ! "$bin/docketctl" verify "$T/bent.proof" --trust "$T/hq.pub"; }
claim "and one bit changed proves nothing" bent
none() { first=$(hqctl log --json | jq -r --arg a "$author" '[.[] | select(.author == $a)][0].hash')
    ! hqctl log --proof "$first" --file "$T/none.proof" && [ ! -e "$T/none.proof" ]; }
claim "there is no proof of an entry that stands alone" none
shown() { work "$T/one" shown "tree marked" && grep 两条历史 "$T/marked.txt"; }
claim "the handheld shows it on the job" shown
quiet() { one sync --url "$URL" --json >"$T/s"; cat "$T/s"; jq -e '.problems == 0 and .sent_entries == 0 and .new_epoch == false' "$T/s"; }
claim "it is not told for ever" quiet

# --- a clone -----------------------------------------------------------------------------------------
clone() { device_copy "$T/two" "$T/clone"; }
need "the colleague's handheld is cloned" clone
need "the original works" work "$T/two" o1 "tap #job:$id" wait 'tap #accept'
need "and so does the clone" work "$T/clone" c1 "tap #job:$id" wait 'tap #accept'
need "the original syncs" device_sync "$T/two"
need "the clone syncs" device_sync "$T/clone"
need "the original syncs again" device_sync "$T/two"
epochs() { # DEVICE: the newest epoch of its own
    dctl "$1" log --json | jq -r --arg a "$other" '[.[] | select(.author == $a and .kind_name == "journal.opened")] | .[-1].epoch'
}
apart() { e1=$(epochs "$T/two") e2=$(epochs "$T/clone"); echo "$e1 $e2"; [ -n "$e1" ] && [ "$e1" != "$e2" ] && hqctl status --json |
    jq -e --arg a "$other" '.devices[] | select(.author == $a) | .forked and .epochs == 3'; }
claim "original and clone write in epochs of their own, and the supervisor is told" apart

# --- both at once ------------------------------------------------------------------------------------
need "a backup of headquarters is made" hqctl backup --to "$T/backup"
need "and a copy of the handheld" keep "$T/one" "$T/one.old"
need "the handheld works on" details "$T/one" note3 "三号 third"
need "all sync" both
own one >"$T/had"
server_stop
lose() { rm -rf "$T/hq" "$T/one" && cp -a "$T/one.old" "$T/one"; }
need "headquarters is lost, and the handheld is put back" lose
need "headquarters is restored from the backup" hqctl restore --from "$T/backup"
need "docketd listens again" server_start "$T/hq"
need "all sync, the handheld first" both
need "and once more" both
back() { own one >"$T/has"; [ -z "$(comm -23 "$T/had" "$T/has")" ]; }
claim "what the colleague held of it is back on the handheld and at headquarters" back
claim "the job is in one state everywhere" equal
claim "check passes on all three at the end" sound

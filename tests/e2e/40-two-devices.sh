#!/bin/sh
# Goal of this test: two devices that worked offline on one job come to the same
# - two devices hold the same job; each works on it with no network: a visit of its own, a field that
#   only it changes, and one field that both change,
# - after syncing, the state digests of the job are equal on both and at headquarters, and so are the
#   sets of entries; the field that both changed is a conflict on both and at headquarters, with both
#   values, on the screen too; the other fields are kept from either,
# - syncing again sends no entry,
# - a resolution by the supervisor, by name, reaches both.
# - two devices sign for one call, unknowing: headquarters gives out either report by its number.
set -u
. tests/support/e2e.sh
e2e_begin two
JOB=J-261120-01
need "a demo headquarters is made" hq_demo "$T/hq"
need "docketd listens" server_start "$T/hq"
need "a first device joins" device_make "$T/one" T01
need "a second device of the same technician joins" device_make "$T/two" T01
need "the first fetches its jobs" device_sync "$T/one"
need "the second fetches its jobs" device_sync "$T/two"
need "the first hears of the second" device_sync "$T/one"
server_stop
id=$(job_id "$T/one" $JOB)
same_job() { [ -n "$id" ] && [ "$id" = "$(job_id "$T/two" $JOB)" ]; }
need "both hold the same job" same_job

visit() { # FIELD-LINES: unlock, accept, arrive, correct details
    printf '%s\n' 'tap #pin' "type \"$PIN\"" 'tap #primary' wait "tap #job:$id" wait 'tap #accept' wait \
        'tap #travelling' wait 'tap #arrive' 'tap #credential' 'tap #arrived' wait 'tap #back' wait 'tap #details' "$@" \
        'tap #save' wait
}
visit 'tap #contact' 'type "（北门）"' 'tap #phone' 'type "-1"' >"$T/one.script"
visit 'tap #contact' 'type "（南门）"' 'tap #note' 'type "有狗 dog"' >"$T/two.script"
need "the first works with no network" play "$T/one" "$T/one.script" --shots "$T"
need "the second works with no network" play "$T/two" "$T/two.script" --shots "$T"

digests() { # RUNNER: of the job
    "$@" digests --job $JOB | grep "$JOB"
}
on_one() { dctl "$T/one" "$@"; }
on_two() { dctl "$T/two" "$@"; }
differ() { digests on_one >"$T/d1" && digests on_two >"$T/d2" && [ -s "$T/d1" ] && ! cmp -s "$T/d1" "$T/d2"; }
claim "before syncing their states differ" differ

need "docketd listens again" server_start "$T/hq"
need "the first syncs" device_sync "$T/one"
need "the second syncs" device_sync "$T/two"
need "the first syncs again" device_sync "$T/one"
equal() {
    digests on_one >"$T/d1" && digests on_two >"$T/d2" && digests hqctl >"$T/d0" || return 1
    cat "$T/d0" "$T/d1" "$T/d2"
    [ -s "$T/d0" ] && cmp "$T/d0" "$T/d1" && cmp "$T/d0" "$T/d2"
}
claim "after it the digests are equal on both devices and at headquarters" equal
entries() { "$@" log --job $JOB --json --hex | jq -r '.[] | .hash + " " + .bytes' | sort; }
sets() {
    entries on_one >"$T/e1" && entries on_two >"$T/e2" && entries hqctl >"$T/e0" || return 1
    [ "$(wc -l <"$T/e0")" -ge 10 ] && cmp "$T/e0" "$T/e1" && cmp "$T/e0" "$T/e2"
}
claim "all three hold the same entries of the job, byte for byte" sets
visits() { [ "$(hqctl export jobs --json | jq -r --arg c $JOB '.[] | select(.code == $c) | .visits')" = 2 ]; }
claim "the work of the two devices is two visits" visits

conflict() { # RUNNER: one conflict of the job, on the contact, with both values
    "$@" conflicts --json >"$T/c" || return 1
    cat "$T/c"
    [ "$(jq '.conflicts | length' "$T/c")" = 1 ] && [ "$(jq -r '.conflicts[0] | .code + " " + .field' "$T/c")" = "$JOB contact" ] &&
        [ "$(jq '.conflicts[0].values | length' "$T/c")" = 2 ] && grep -q 北门 "$T/c" && grep -q 南门 "$T/c"
}
claim "the field that both changed is a conflict at headquarters" conflict hqctl
claim "and on the first device" conflict on_one
claim "and on the second" conflict on_two
show() { # DEVICE: on its screen
    printf '%s\n' 'tap #pin' "type \"$PIN\"" 'tap #primary' wait 'tap #back' wait 'tap #conflicts' wait \
        'expect "北门"' 'expect "南门"' 'expect "您 · "' 'expect "陈志强（技术员），138-0000-0101"' 'tree conflicts' >"$T/show.script"
    play "$1" "$T/show.script" --shots "$T"
}
claim "the screen shows both values, and who wrote them: here, and on the other device" show "$T/two"
kept() { # the fields that one of them changed
    hqctl export jobs --json | jq -r --arg c $JOB '.[] | select(.code == $c) | .phone + "|" + .note' >"$T/f"
    cat "$T/f"
    grep -q '138-0000-1001-1|.*有狗 dog' "$T/f"
}
claim "fields that only one of them changed are kept from either" kept
nothing() { # DEVICE
    dctl "$1" sync --url "$URL" --json >"$T/s" || return 1
    cat "$T/s"
    [ "$(jq '.sent_entries + .received_entries' "$T/s")" = 0 ]
}
device_sync "$T/two" >>"$T/log" 2>&1
claim "syncing again sends no entry, from the first" nothing "$T/one"
claim "nor from the second" nothing "$T/two"

entry=$(hqctl conflicts --json | jq -r '.conflicts[0].values[] | select(.value | contains("南门")) | .entry')
need "the supervisor resolves it, by name" hqctl conflicts --resolve "job:$JOB:contact" --entry "$entry" --actor S01
need "the first syncs" device_sync "$T/one"
need "the second syncs" device_sync "$T/two"
resolved() { # RUNNER
    [ "$("$@" conflicts --json | jq '.conflicts | length')" = 0 ] || return 1
    "$@" export jobs --json | jq -r --arg c $JOB '.[] | select(.code == $c) | .contact' | grep -q 南门
}
claim "at headquarters the conflict is over, the chosen value stands" resolved hqctl
claim "on the first device, too" resolved on_one
claim "on the second, too" resolved on_two
claim "the digests are equal again" equal
named() { # DEVICE: the visit is still going on
    printf '%s\n' 'tap #pin' "type \"$PIN\"" 'tap #primary' wait 'tap #back' wait "tap #job:$id" wait 'scroll top' \
        'expect "总部有改动"' 'expect "周建国（服务主任），138-0000-0201"' >"$T/named.script"
    play "$1" "$T/named.script" --shots "$T"
}
claim "a technician who is at the job reads by whom of the office it was changed, by name" named "$T/one"
by_name() { hqctl log --job $JOB --json | jq -e '.[-1] | .kind_name == "record.set" and (.actor_role == "supervisor")'; }
claim "the entry says that a supervisor decided" by_name
check() { on_one check && on_two check && hqctl check; }
claim "check passes on all three" check

# Two more sign for one call, unknowing: two reports of it, each reached by its number, the older one too.
need "two more devices join, and fetch their jobs" eval 'for d in three four; do device_make "$T/$d" T01 && device_sync "$T/$d" || return 1; done'
signed() { # DEVICE
    sed "s/@JOB@/#job:$(job_id "$1" J-261120-01)/; s/@FAULT@/AC-03/; s/@PART1@/AC-CAP-35/; s/@PART2@/AC-SEN-T/; /^shot/d" \
        assets/demo/visit-a.script >"$T/visit.script"
    play "$1" "$T/visit.script" && dctl "$1" report --job J-261120-01 --text "$1.txt" --pdf "$1.pdf"
}
need "the first signs for a call" signed "$T/three"
need "the second signs for it too, unknowing" signed "$T/four"
by_number() {
    device_sync "$T/three" && device_sync "$T/four" || return 1
    for d in three four; do
        number=$(head -n 1 "$T/$d.txt" | grep -o '[A-Z0-9]*-[A-Z0-9]*-[0-9]\{6\}' | head -n 1)
        echo "$d: $number"
        hqctl report --job J-261120-01 --number "$number" --text "$T/$d.hq" --pdf "$T/$d.hq.pdf" &&
            cmp "$T/$d.txt" "$T/$d.hq" && cmp "$T/$d.pdf" "$T/$d.hq.pdf" || return 1
    done
    ! cmp -s "$T/three.hq" "$T/four.hq" && ! hqctl report --job J-261120-01 --number T09-9-000009
}
claim "headquarters gives out either report by its number, to the byte, and none of another number" by_number
by_version() {
    for d in three four; do
        number=$(head -n 1 "$T/$d.txt" | grep -o '[A-Z0-9]*-[A-Z0-9]*-[0-9]\{6\}' | head -n 1)
        hqctl report --job J-261120-01 --number "$number" --version 1 --text "$T/$d.v1" && cmp "$T/$d.txt" "$T/$d.v1" || return 1
        hqctl report --job J-261120-01 --number "$number" --version 2 --text "$T/$d.v2" 2>"$T/err" && return 1
        cat "$T/err"
        grep -q "report $number of job J-261120-01 has no version 2" "$T/err" || return 1
        hqctl report --job J-261120-01 --version 2 2>"$T/err" && return 1
        grep -q "there is --number $number --version 1\$" "$T/err" || return 1
    done
}
claim "and each version of each visit by number and version; of one that is not it says which there are" by_version

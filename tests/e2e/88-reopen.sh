#!/bin/sh
# Goal of this test: a supervisor reopens a signed report (reopen.mjs is the browser's half)
# - the clerk may not; the supervisor does, by the console's form, with a reason, in either language,
# - the call is open again, the report that was signed stays as it was: its PDF is the same to the byte, and
#   its proof is genuine,
# - the handheld learns it by syncing: both sides come to the same state, and there the report is unsigned too,
# - what is not signed, or filed already, is refused by its rule,
# - the handheld says who reopened it, why and when; put right, it is signed as a second version, and both
#   versions prove themselves, on the handheld and at headquarters.
set -u
. tests/support/e2e.sh
e2e_begin reopen
browser_first
JOB=J-261120-01
need "a demo headquarters is made" hq_demo "$T/hq"
users() { user_add clerk clerk && user_add super supervisor && user_add acct accountant; }
need "clerk, supervisor and accountant have logins" users
need "docketd serves the console" server_start "$T/hq" --assets build/assets
visit() {
    device_make "$T/dev" T01 && device_sync "$T/dev" || return 1
    id=$(job_id "$T/dev" $JOB)
    sed "s/@JOB@/#job:$id/; s/@FAULT@/AC-03/; s/@PART1@/AC-CAP-35/; s/@PART2@/AC-SEN-T/; /^shot/d" \
        assets/demo/visit-a.script >"$T/visit.script"
    play "$T/dev" "$T/visit.script" && device_sync "$T/dev"
}
need "a signed visit is at headquarters" visit
id=$(job_id "$T/dev" $JOB)
hqctl report --job $JOB --pdf "$T/before.pdf" --cbor "$T/report.cbor" >>"$T/log" 2>&1
login() {
    curl -sS -o "$T/body" -c "$T/$1.jar" -H 'Content-Type: application/json' \
        -d "{\"login\":\"$1\",\"password\":\"a long password\"}" "$URL/api/v1/session" && jq -r .csrf "$T/body" >"$T/$1.csrf"
}
post() { # LOGIN PATH BODY: the status
    curl -sS -o "$T/body" -w '%{http_code}' -b "$T/$1.jar" -X POST -H "X-CSRF-Token: $(cat "$T/$1.csrf")" \
        -H "Idempotency-Key: key-$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')" -H 'Content-Type: application/json' \
        -d "$3" "$URL/api/v1$2"
}
state() { curl -sS -b "$T/super.jar" "$URL/api/v1/jobs/$1" | jq -r .state; }
need "they log in" eval 'login clerk && login super && login acct'
refused() {
    [ "$(post clerk "/jobs/$id/reopen" '{"reason":1}')" = 403 ] && [ "$(post super "/jobs/$id/reopen" '{"reason":9}')" = 400 ] &&
        [ "$(post super "/jobs/$id/reopen" '{}')" = 400 ] && [ "$(state "$id")" = signed ] &&
        [ "$(post super /jobs/J-261120-02/reopen '{"reason":1}')" = 409 ] && grep -q step_out_of_order "$T/body"
}
claim "a clerk, no reason, what is not signed: refused" refused
mkdir -p "${SHOTS:=$T/shots}"
TZ=Asia/Shanghai timeout "$BROWSER_S" node tests/e2e/reopen.mjs "$URL" "$SHOTS" $JOB 2>>"$T/log" || {
    echo "not ok - the browser's half came to its end"
    tail -n 20 "$T/log" | cut -c 1-400 | sed 's/^/# /'
}
open_again() { [ "$(state "$id")" = on_site ] && [ "$(post super "/jobs/$id/reopen" '{"reason":1}')" = 409 ]; }
claim "the call is open again, and is not reopened twice" open_again
stays() {
    hqctl report --job $JOB --pdf "$T/after.pdf" >>"$T/log" 2>&1 && cmp "$T/before.pdf" "$T/after.pdf" &&
        "$bin/docketctl" verify "$T/report.cbor" --trust "$T/hq.pub" | grep -qx genuine
}
claim "what was signed stays: the same PDF, and its proof is genuine" stays
digest() { # RUNNER
    "$@" digests --job $JOB | grep "$JOB"
}
on_device() { dctl "$T/dev" "$@"; }
same_state() {
    device_sync "$T/dev" && device_sync "$T/dev" || return 1
    digest hqctl >"$T/d1"
    digest on_device >"$T/d2"
    cmp "$T/d1" "$T/d2" && [ -s "$T/d1" ] && dctl "$T/dev" log --job $JOB | grep -q job.reopened
}
claim "the handheld learns it, and both sides have the same state" same_state

# On the handheld: said in the list and on the job, put right, signed again as a second version.
cat >"$T/again.script" <<S
$(unlock_lines)
expect "已重开"
shot 1-today-reopened
tap #job:$id
wait
expect "总部已重开：金额有误"
expect "服务主任"
expect "第 1 版"
shot 2-job-reopened
tap #put-right
tap #correct:cancel
tap #step:fee
tap #labour
key CtrlA
type "50.00"
key Escape
tap #save
wait
expect "总部已重开"
tap #sign
wait
expect "第 2 版"
scroll end
tap #confirm
tap #unrated
draw
tap #signed
wait
S
again_1() { E2E_NOW=2026-11-21T15:00 play "$T/dev" "$T/again.script" --shots "$SHOTS"; }
claim "the handheld says who reopened it, why and when, and the customer signs a second version" again_1
cat >"$T/back.script" <<S
$(unlock_lines)
reject "总部已重开"
shot 3-signed-again
tap #leave
wait
S
claim "after that it says so no more; the technician leaves" play "$T/dev" "$T/back.script" --shots "$SHOTS"
proves() { # WHERE...: both versions, each by itself
    for v in 1 2; do
        "$@" report --job $JOB --version $v --cbor "$T/v$v.cbor" --text "$T/v$v.txt" &&
            "$bin/docketctl" verify "$T/v$v.cbor" --trust "$T/hq.pub" | grep -qx genuine || return 1
    done
    ! cmp -s "$T/v1.txt" "$T/v2.txt" || return 1
    ! "$@" report --job $JOB --version 3 2>"$T/err" && grep -q 'there is --number [^ ]* --version 1, 2$' "$T/err"
}
claim "on the handheld the old sign-off proves itself as the new one does" proves on_device
both() { device_sync "$T/dev" && device_sync "$T/dev" && proves hqctl && [ "$(state "$id")" = signed ] && same_state; }
claim "headquarters has both versions, and the call is signed" both

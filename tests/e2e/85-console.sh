#!/bin/sh
# Goal of this test: the console in a real browser, on a real docketd (console.mjs is the browser's half)
# - each page, in both languages, at 1280 and at 390: its words, no sideways scrolling, rows as cards and a
#   record as its own page when it is narrow, and no serious finding of axe-core, under our own CSP,
# - two clerks who edit one record see each other's change before they overwrite it; what one does the
#   other sees without loading again; papers go their way by forms and keys,
# - script in a name or a fault is text everywhere; nothing is asked of another host; no error in the console,
# - what a lost handheld's revocation set aside is ticked by name and counts then, for a reason,
# - an enrolment's QR can be scanned; a voucher prints as a sheet.
# Chromium is Debian's (packaging/apt-test.txt); without it this fails.
set -u
. tests/support/e2e.sh
e2e_begin console
browser() { [ -x /usr/bin/chromium ] || { echo "chromium is missing: packaging/deps.sh test"; return 1; }; }
need "chromium is there" browser
need "its driver is there" sh tests/support/npm.sh
need "headquarters with its books is made" hq_demo "$T/hq"
user() { # LOGIN ROLE NAME
    printf 'a long password\n' | hqctl "user add" --login "$1" --password-fd 0 ${3:+--name "$3" --role "$2"}
}
hqctl() {
    hqctl_cmd=$1
    shift
    # shellcheck disable=SC2086
    "$bin/docketctl" $hqctl_cmd --store "$HQ" "$@"
}
users() {
    user admin && user clerk clerk 许文静 && user clerk2 clerk 方圆 && user super supervisor 周建国 &&
        user acct accountant 沈秋萍 && user parts "parts keeper" 罗永明
}
need "everybody has a login" users
need "docketd serves the console" server_start "$T/hq" --assets build/assets
visit() {
    device_make "$T/dev" T01 && device_sync "$T/dev" || return 1
    job=$(job_id "$T/dev" J-261120-01)
    sed "s/@JOB@/#job:$job/; s/@FAULT@/AC-03/; s/@PART1@/AC-CAP-35/; s/@PART2@/AC-SEN-T/; /^shot/d" \
        assets/demo/visit-a.script >"$T/visit.script"
    play "$T/dev" "$T/visit.script" && device_sync "$T/dev"
}
need "a technician's signed visit is at headquarters" visit
lost() { # a device works on after it was lost, and is revoked since then
    device_make "$T/lost" T03 && device_sync "$T/lost" || return 1
    job=$(job_id "$T/lost" J-261120-07)
    { unlock_lines; printf '%s\n' "tap #job:$job" wait 'tap #accept' wait; } >"$T/lost.script"
    play "$T/lost" "$T/lost.script" && device_sync "$T/lost" && sleep 1 || return 1
    since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    sleep 1
    { unlock_lines; printf '%s\n' 'tap #travelling' wait 'tap #arrive' wait 'tap #arrived' wait; } >"$T/lost.script"
    play "$T/lost" "$T/lost.script" && device_sync "$T/lost" &&
        hqctl revoke --device "$("$bin/docketctl" recover --store "$T/lost" --show)" --since "$since" &&
        hqctl admit --json | jq -e '.late | length == 2'
}
need "a lost handheld's later work is set aside" lost
mkdir -p "${SHOTS:=$T/shots}"
TZ=Asia/Shanghai timeout 480 node tests/e2e/console.mjs "$URL" "$SHOTS" 2>>"$T/log" || {
    echo "not ok - the browser's half came to its end"
    tail -n 20 "$T/log" | cut -c 1-400 | sed 's/^/# /'
}

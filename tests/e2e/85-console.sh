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
browser_first
need "headquarters with its books is made" hq_demo "$T/hq"
evil() { # imported cells that are script, and formulas: every kind of record that words stand in
    x='"=1+1<img src=x onerror=""window.hacked=1""><script>window.hacked=2</script>"'
    printf 'id,name,phone,address,note\nX-1,%s,%s,%s,%s\n' "$x" "$x" "$x" "$x" >"$T/customers.csv"
    printf 'id,customer,model,serial,name,maker,location,note\nX-2,X-1,%s,XS-2,%s,%s,%s,%s\n' "$x" "$x" "$x" "$x" "$x" >"$T/equipment.csv"
    printf 'id,customer,equipment,number,start,end,terms\nX-3,X-1,X-2,X-3,2026-07-01,2027-06-30,%s\n' "$x" >"$T/contracts.csv"
    printf 'id,name,branch,role,phone\nX-4,%s,,technician,%s\n' "$x" "$x" >"$T/technicians.csv"
    printf 'id,customer,equipment,call_time,fault_text,technician,contact,phone,note\nX-5,X-1,X-2,2026-11-20 08:00,%s,X-4,%s,%s,%s\n' "$x" "$x" "$x" "$x" >"$T/jobs.csv"
    for kind in customers equipment contracts technicians jobs; do
        hq_import $kind "$T/$kind.csv" || return 1
    done
}
need "records of every kind are imported, each cell of words script and a formula" evil
users() {
    user_add admin && user_add clerk clerk 许文静 && user_add clerk2 clerk 方圆 && user_add super supervisor 周建国 &&
        user_add acct accountant 沈秋萍 && user_add parts "parts keeper" 罗永明
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
TZ=Asia/Shanghai timeout "$BROWSER_S" node tests/e2e/console.mjs "$URL" "$SHOTS" 2>>"$T/log" || {
    echo "not ok - the browser's half came to its end"
    tail -n 20 "$T/log" | cut -c 1-400 | sed 's/^/# /'
}

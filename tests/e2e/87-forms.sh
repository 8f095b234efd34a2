#!/bin/sh
# Goal of this test: the console's forms, each walked in a real browser (forms.mjs is the browser's half)
# - goods: in, repair, help, done, sent back, passed, out, receipt void; receipt and repair card print as sheets,
# - daily reports from the supervisor by the manager to the service department; invoices made, handed, printed,
# - logins and access tokens: made, shut, opened, ended; a secret is shown once; a new password works,
# - a catalogue: what it changes is shown before it is published; versions stay; one can be saved as a file,
# - lists without a register of their own are saved as CSV, and no cell is a formula,
# - no serious finding of axe-core in any dialog, in both languages; nothing asked of another host.
set -u
. tests/support/e2e.sh
e2e_begin forms
browser_first
need "headquarters with its books is made" hq_demo "$T/hq"
users() {
    user_add admin && user_add clerk clerk 许文静 && user_add super supervisor 周建国 && user_add acct accountant 沈秋萍 &&
        user_add keeper "parts keeper" 罗永明 && user_add manager "branch manager" 高建军 && user_add dept "service department" 孙立
}
need "everybody has a login" users
# Another edition, of the same tables but for three rows and a branch's Saturday, by another headquarters.
edition() {
    here=$HQ
    hq_demo "$T/other" || return 1
    sed '/^AC-CAP-35,/s/38.00/39.50/' assets/demo/parts.csv >"$T/parts.csv"
    head -n 1 assets/demo/parts.csv >"$T/one.csv"
    sed -n 's/^AC-CAP-35,/NEW-PART-1,/p' assets/demo/parts.csv >>"$T/one.csv"
    map=
    [ -f assets/demo/parts.map ] && map=assets/demo/parts.map
    hq_import parts "$T/parts.csv" "$map" && hq_import parts "$T/one.csv" "$map" || return 1
    printf 'date,open,close,kind,branch,zone\nsat,09:00,12:00,work,HZ1,CST-7\n' >"$T/hours.csv"
    hq_import calendar "$T/hours.csv" || return 1
    user_add admin || return 1
    server_start "$T/other" --assets build/assets || return 1
    curl -sS -c "$T/jar" -o "$T/body" -H 'Content-Type: application/json' -d '{"login":"admin","password":"a long password"}' "$URL/api/v1/session"
    id=$(curl -sS -b "$T/jar" "$URL/api/v1/registers/editions" | jq -r '.rows[0].id')
    curl -sS -b "$T/jar" -o "$T/edition.cbor" "$URL/api/v1/catalogue/$id"
    server_stop
    HQ=$here
    [ "$(wc -c <"$T/edition.cbor")" -gt 1000 ]
}
need "another headquarters gives its catalogue out as a file" edition
need "docketd serves the console" server_start "$T/hq" --assets build/assets
mkdir -p "${SHOTS:=$T/shots}"
TZ=Asia/Shanghai timeout "$BROWSER_S" node tests/e2e/forms.mjs "$URL" "$SHOTS" "$T/edition.cbor" 2>>"$T/log" || {
    echo "not ok - the browser's half came to its end"
    tail -n 20 "$T/log" | cut -c 1-400 | sed 's/^/# /'
}

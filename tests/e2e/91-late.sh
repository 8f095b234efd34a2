#!/bin/sh
# Goal of this test: answers that come late, or in another order than they were asked for (late.mjs is the browser's half,
# which holds each answer back until its moment)
# - a page, a list, a record, a form, a note or a verdict that comes when it is wanted no more draws over nothing,
# - of two answers for one place the one that was asked for last stays, whichever comes first,
# - a form that is shut while it is saved, or looked into, shuts no other and writes nothing that was not meant,
# - a session that ends, or begins again, in the middle: nothing of one reader stays for the next; no error stands anywhere,
# - what others write while nobody listens, or while an answer is refused, is seen all the same.
set -u
. tests/support/e2e.sh
e2e_begin late
browser_first
need "headquarters with its books is made" hq_demo "$T/hq"
users() {
    user_add admin && user_add clerk clerk 许文静 && user_add clerk2 clerk 方圆 && user_add super supervisor 周建国 && user_add acct accountant 沈秋萍
}
need "everybody has a login" users
need "docketd serves the console" server_start "$T/hq" --assets build/assets
TZ=Asia/Shanghai timeout "$BROWSER_S" node tests/e2e/late.mjs "$URL" 2>>"$T/log" || {
    echo "not ok - the browser's half came to its end"
    tail -n 20 "$T/log" | cut -c 1-400 | sed 's/^/# /'
}

#!/bin/sh
# Goal of this test: the public page /verify in a real browser (verify.mjs is the browser's half)
# - a genuine report is said to be genuine and held, an altered one not, in both languages, at 1280 and 390,
#   and its text is proved when it is pasted,
# - one that headquarters does not hold: that is said, it can be sent, is kept and raised, and once the handheld
#   has synced it is held; a stopped handheld's is said to be one,
# - a browser without Ed25519 is told so and nothing is said to be genuine,
# - what strangers send is bounded, must be genuine, and is limited; no name, no text in the log; own CSP.
set -u
. tests/support/e2e.sh
e2e_begin public
browser_first
need "a demo headquarters is made" hq_demo "$T/hq"
need "a supervisor has a login" user_add super supervisor 周建国
need "docketd serves the page" server_start "$T/hq" --assets build/assets
visit() { # DEVICE: one joins, fetches, and signs a visit
    device_make "$T/$1" T01 && device_sync "$T/$1" || return 1
    job=$(job_id "$T/$1" J-261120-01)
    sed "s/@JOB@/#job:$job/; s/@FAULT@/AC-03/; s/@PART1@/AC-CAP-35/; s/@PART2@/AC-SEN-T/; /^shot/d" \
        assets/demo/visit-a.script >"$T/visit.script"
    play "$T/$1" "$T/visit.script" && dctl "$T/$1" report --job J-261120-01 --pdf "$T/$1.pdf" --text "$T/$1.txt" || return 1
    pdftoppm -r 203 -png -singlefile "$T/$1.pdf" "$T/$1" && zbarimg -q --raw "$T/$1.png" | sed 's/^[^#]*#//' >"$T/$1.code"
    [ "$(wc -c <"$T/$1.code")" -gt 500 ]
}
need "three handhelds sign a visit each, with no network" eval 'visit one && visit two && visit three'
need "one of them syncs" device_sync "$T/one"
author() { "$bin/docketctl" recover --store "$T/$1" --show; }

half() { # STORY FILE...: the browser's half
    TZ=Asia/Shanghai timeout "$BROWSER_S" node tests/e2e/verify.mjs "$URL" "$SHOTS" "$@" 2>>"$T/log" || {
        echo "not ok - the browser's half of $1 came to its end"
        tail -n 20 "$T/log" | cut -c 1-400 | sed 's/^/# /'
    }
}
mkdir -p "${SHOTS:=$T/shots}"
half genuine "$T/one.code" "$T/one.txt"
half unknown "$T/two.code" "$T/two.txt"

stranger() { # BODY [TYPE]: the status of what a stranger sends
    curl -sS -o "$T/body" -w '%{http_code}' -X POST -H "Content-Type: ${2:-application/json}" \
        -H "Idempotency-Key: stranger-$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')" --data-binary "$1" "$URL/api/v1/verify"
}
parts() { # CODE-FILE: what the page would send
    node -e 'const b = Buffer.from(require("fs").readFileSync(process.argv[1], "utf8").trim(), "base64url");
        const item = (at) => { const low = b[at] & 31, k = low < 24 ? 0 : low === 24 ? 1 : 2, n = k === 0 ? low : b.readUIntBE(at + 1, k);
            return b.subarray(at + 1 + k, at + 1 + k + n); };
        const e = item(1), c = item(1 + (e.length > 255 ? 3 : 2) + e.length);
        if (process.argv[2]) { e[e.length - 5] ^= 1; }
        process.stdout.write(JSON.stringify({ entry: e.toString("base64url"), certificate: c.toString("base64url") }));' "$@"
}
bounded() {
    head -c 9000 /dev/zero | tr '\0' a >"$T/long"
    [ "$(stranger "@$T/long")" = 413 ] && [ "$(stranger '{}')" = 400 ] && [ "$(stranger 'entry=1' text/plain)" = 415 ] &&
        [ "$(stranger "$(parts "$T/two.code" altered)")" = 422 ] && grep -q not-genuine "$T/body" &&
        [ "$(stranger "$(parts "$T/one.code")")" = 200 ] && jq -e '.held and (.kept | not)' "$T/body"
}
claim "what a stranger sends is bounded and must be genuine; what is held is not kept twice" bounded
limited() {
    for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
        [ "$(stranger '{}')" = 429 ] && return 0
    done
    return 1
}
claim "and not too often from one address" limited
need "the second handheld syncs after all" device_sync "$T/two"
half came "$T/two.code" "$T/two.txt"
stop() { for d in one two; do hqctl revoke --device "$(author $d)" || return 1; done; }
need "all three are stopped" eval 'stop && hqctl revoke --device "$(author three)"'
half stopped "$T/one.code" "$T/three.code"
quiet() {
    ! grep -E '王|李|C-10|138-0000|空调|verify/[0-9a-f]' "$T/docketd.log" && [ -s "$T/docketd.log" ]
}
grep '"event"' "$T/log" >"$T/docketd.log"
claim "the log names nobody and no report" quiet

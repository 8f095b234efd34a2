#!/bin/sh
# Goal of this test: what somebody who means ill sends to a docketd that runs (attack.mjs is his half)
# - what is no HTTP, headers and bodies without end, other methods, tricks with paths, cookies, types and JSON are
#   refused by problem documents; nothing hides in a request; a stranger fills no memory,
# - limits go by address and login, and no other way of writing either is another one,
# - TLS speaks nothing old and nothing weak, whatever is offered;
# - who tries enrolment codes waits; /metrics is for this machine; every line of the log is JSON, and none is made of a request's words.
set -u
. tests/support/e2e.sh
e2e_begin attack
node_there() { command -v node >/dev/null || { echo "node is missing: packaging/deps.sh test"; return 1; }; }
need "node is there" node_there
need "headquarters is made" hq_make "$T/hq"
users() { user_add clerk clerk && user_add boss supervisor; }
need "two have logins" users
mkdir -p "$T/assets/console/js"
echo '<!doctype html><title>Docket</title>' >"$T/assets/console/index.html"
echo 'export const a = 1;' >"$T/assets/console/js/app.js"
echo 'not for anybody' >"$T/assets/secret.txt"
need "docketd listens" server_start "$T/hq" --assets "$T/assets"
node tests/e2e/attack.mjs "$URL" clerk "a long password" "$SERVER"
# shellcheck disable=SC2181
[ $? -le 1 ] || echo "not ok - attack.mjs came to its end"

try() { # LOGIN PASSWORD: the status
    curl -sS -o "$T/body" -D "$T/head" -w '%{http_code}' -H 'Content-Type: application/json' --data-binary "{\"login\":\"$1\",\"password\":\"$2\"}" "$URL/api/v1/session"
}
timing() { # the second fastest of five: a login that is there, one that is not
    python3 - "$URL" <<'P'
import json, sys, time, urllib.request, urllib.error
def took(login):
    t = []
    for _ in range(5):
        r = urllib.request.Request(sys.argv[1] + "/api/v1/session", json.dumps({"login": login, "password": "not this one"}).encode(), {"Content-Type": "application/json"})
        a = time.monotonic()
        try: urllib.request.urlopen(r)
        except urllib.error.HTTPError as e: assert e.code in (401, 429), e.code
        t.append(time.monotonic() - a)
    return sorted(t)[1]
there, nobody = took("clerk"), took("nobody-%d" % time.time())
print("there %.0f ms, nobody %.0f ms" % (there * 1000, nobody * 1000))
assert 0.4 < there / nobody < 2.5
P
}
claim "a login that is not there takes as long as one that is" timing
spellings() { # of one login nothing else is the same login, and its own wait holds
    n=0 # until the wait is long enough for what follows, on a machine that is busy, too
    until [ "$(try boss wrong)" = 429 ] && [ "$(sed -n 's/^[Rr]etry-[Aa]fter: \([0-9]*\).*/\1/p' "$T/head")" -ge 6 ]; do
        n=$((n + 1))
        [ $n -lt 60 ] || return 1
        sleep 0.3
    done
    [ "$(try boss 'a long password')" = 429 ] || return 1
    [ "$(try 'bo\u0073s' 'a long password')" = 429 ] || return 1 # the same letters, written otherwise in JSON
    for other in BOSS Boss ' boss' 'boss ' 'bo\u0073s\u0000' 'ｂｏｓｓ' 'bоss' 'boss\u200b'; do
        got=$(try "$other" 'a long password')
        [ "$got" = 401 ] || [ "$got" = 400 ] || { echo "$other: $got"; return 1; }
    done
}
claim "no other way of writing a login is that login, or gets around its wait" spellings
guesses() { # ten codes that are none, then who has one waits, too; from another address he would not
    code=$(hqctl enrol --technician clerk | tail -n 1)
    for i in 1 2 3 4 5 6 7 8 9 10; do
        printf '2468\n' | XDG_CONFIG_HOME=$T/cfg "$bin/docketctl" join --store "$T/guess" --code "ABCDEFGH0000000$((i % 10))" --url "$URL" --pin-fd 0 >"$T/said" 2>&1 && return 1
        grep -qiE 'code' "$T/said" && ! grep -q 'wait' "$T/said" || { cat "$T/said"; return 1; }
    done
    printf '2468\n' | XDG_CONFIG_HOME=$T/cfg "$bin/docketctl" join --store "$T/guess" --code "$code" --url "$URL" --pin-fd 0 >"$T/said" 2>&1 && return 1
    grep 'too many enrolment codes were wrong: wait' "$T/said" && [ ! -e "$T/guess" ]
}
claim "who tries enrolment codes waits after ten" guesses
server_stop
lines() { # each line is one JSON object, or docketd's own word at start and stop
    python3 - "$T/log" <<'P'
import json, sys
seen = set()
for line in open(sys.argv[1], encoding="utf-8", errors="strict"):
    if line.startswith("{"):
        seen.add(json.loads(line)["event"])
    assert "forged" not in line, line
    assert not any(ord(c) < 32 and c != "\n" for c in line), line
assert {"refused", "session", "write"} <= seen, seen
P
}
claim "each line of the log is whole JSON, and no request wrote one" lines
weak() { # KEY-OPTION...: with a certificate of that kind nothing weak is agreed upon, what is strong is
    openssl req -x509 -newkey "$@" -nodes -days 2 -subj /CN=localhost -keyout "$T/key.pem" -out "$T/cert.pem" 2>>"$T/log" || return 1
    server_start "$T/hq" --tls "$T/cert.pem:$T/key.pem" || return 1
    at=${URL#https://}
    for offer in '-tls1' '-tls1_1' '-tls1_2 -cipher ALL:COMPLEMENTOFALL:!AESGCM:!CHACHA20:!AESCCM:@SECLEVEL=0' \
        '-tls1_2 -cipher kRSA:kDHE:kPSK:aNULL:eNULL:@SECLEVEL=0:!ECDHE:!AESGCM:!CHACHA20:!AESCCM' '-tls1_2 -cipher kRSA:@SECLEVEL=0'; do
        # shellcheck disable=SC2086
        ! echo | timeout 10 openssl s_client -connect "$at" $offer >"$T/tls" 2>&1 || ! grep -E 'Cipher is [A-Z]' "$T/tls" || { echo "$offer"; return 1; }
    done
    for offer in -tls1_2 -tls1_3; do
        echo | timeout 10 openssl s_client -connect "$at" $offer >"$T/tls" 2>&1
        grep -qE 'Cipher is .*(GCM|POLY1305)' "$T/tls" || { cat "$T/tls"; return 1; }
    done
    server_stop
}
if command -v openssl >/dev/null; then
    claim "TLS agrees on nothing old and nothing weak, with an EC certificate" weak ec -pkeyopt ec_paramgen_curve:P-256
    claim "nor with an RSA one" weak rsa:2048
else
    skipped "openssl is not here: TLS is not tried"
fi
elsewhere() { # by another address of this machine: as anybody in the house would
    addr=$(hostname -I 2>/dev/null | tr ' ' '\n' | grep -E '^[0-9.]+$' | grep -v '^127\.' | head -n 1)
    [ -n "$addr" ] || return 77
    : >"$T/docketd.out"
    "$bin/docketd" --store "$T/hq" --listen 0.0.0.0:0 >"$T/docketd.out" 2>>"$T/log" &
    SERVER=$!
    n=0
    until grep -q '^listening on ' "$T/docketd.out"; do n=$((n + 1)); [ $n -lt 200 ] || return 1; sleep 0.05; done
    p=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$T/docketd.out")
    [ "$(curl -sS -o /dev/null -w '%{http_code}' "http://127.0.0.1:$p/metrics")" = 200 ] &&
        [ "$(curl -sS -o /dev/null -w '%{http_code}' "http://$addr:$p/metrics")" = 404 ] &&
        [ "$(curl -sS "http://$addr:$p/healthz")" = ok ]
}
if [ -n "$(hostname -I 2>/dev/null | tr ' ' '\n' | grep -E '^[0-9.]+$' | grep -v '^127\.')" ]; then
    claim "its measures are not told to another address" elsewhere
    server_stop
else
    skipped "this machine has no address but its own: /metrics from elsewhere is not shown"
fi

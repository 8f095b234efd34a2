#!/bin/sh
# Goal of this test: a day at the console, over real HTTP
# - logins are made by docketctl; a clerk logs in, registers a call, a supervisor dispatches it, and
#   every entry names who did it in which role,
# - cookies, headers, refusals are as the contract says; a write sent twice is done once,
# - what changes is told without being asked for, while docketd runs; backlog and devices included,
# - the console's files come from one table of names; TLS says Secure and HSTS,
# - 8 clients at once lose nothing, and the log holds no name, no phone, no address.
set -u
. tests/support/e2e.sh
e2e_begin api
need "headquarters with its books is made" hq_demo "$T/hq"
user() { # LOGIN PASSWORD OPTION...
    user_login=$1 user_password=$2
    shift 2
    printf '%s\n' "$user_password" | "$bin/docketctl" user add --store "$HQ" --login "$user_login" --password-fd 0 "$@"
}
users() {
    user admin "correct horse battery" && user chen "the clerk's own words" --name "陈文静" --role clerk &&
        user zhao "the supervisor's words" --name "赵敏芝" --role supervisor &&
        ! user weak short --name W --role clerk
}
need "docketctl makes logins, and none with a short password" users
mkdir -p "$T/assets/console/js"
echo '<!doctype html><title>Docket</title><script type="module" src="/js/app.js"></script>' >"$T/assets/console/index.html"
echo 'export const a = 1;' >"$T/assets/console/js/app.js"
echo 'not for anybody' >"$T/assets/secret.txt"
need "docketd serves the console" server_start "$T/hq" --assets "$T/assets"

ask() { # JAR METHOD PATH [BODY] [KEY]: the answer in $T/body, its status on stdout, headers in $T/head
    ask_jar=$1 ask_method=$2 ask_path=$3
    csrf=$(cat "$T/$ask_jar.csrf" 2>/dev/null)
    set -- "${4:-}" "${5:-key-$$-$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')}"
    curl -sS -o "$T/body" -D "$T/head" -w '%{http_code}' -b "$T/$ask_jar" -c "$T/$ask_jar" -X "$ask_method" \
        -H "X-CSRF-Token: $csrf" -H "Idempotency-Key: $2" -H 'Content-Type: application/json' \
        ${1:+--data-binary "$1"} ${CACERT:+--cacert "$CACERT"} "$URL/api/v1$ask_path"
}
is() { # STATUS JAR METHOD PATH [BODY] [KEY]
    is_want=$1
    shift
    is_got=$(ask "$@")
    [ "$is_got" = "$is_want" ] || { echo "$2 $3: $is_got, wanted $is_want"; cat "$T/body"; return 1; }
}
login() { # LOGIN PASSWORD
    is 200 "$1" POST /session "{\"login\":\"$1\",\"password\":\"$2\"}" && jq -r .csrf "$T/body" >"$T/$1.csrf"
}
need "the clerk logs in" login chen "the clerk's own words"
cookie() { grep -qi '^set-cookie: docket=.*HttpOnly; SameSite=Strict' "$T/head" && ! grep -qi 'set-cookie:.*Secure' "$T/head"; }
claim "the cookie is HttpOnly and SameSite=Strict" cookie
headers() {
    is 200 chen GET /session || return 1
    grep -qi "^content-security-policy: default-src 'none'; script-src 'self';" "$T/head" &&
        grep -qi '^x-content-type-options: nosniff' "$T/head" && grep -qi '^content-disposition: attachment; filename="api.json"' "$T/head" && grep -qi '^cache-control: no-store' "$T/head" &&
        ! grep -qi 'unsafe-' "$T/head"
}
claim "every answer has the strict headers" headers
everywhere() { # also what is no page of the console: text, a bundle's refusal, a file, nothing at all
    for path in /healthz /v1/trust /v1/sync /nothing/here /api/v1/nothing /metrics /; do
        curl -sS -o /dev/null -D "$T/head" "$URL$path" || return 1
        for want in '^x-content-type-options: nosniff' '^content-type: [a-z]'; do
            grep -qi "$want" "$T/head" || { echo "$path: no $want"; return 1; }
        done
        ! grep -Ei '^(server|x-powered-by):' "$T/head" || { echo "$path says what it is"; return 1; }
        ! grep -i '^content-type: text/' "$T/head" | grep -vi 'charset=utf-8' || { echo "$path: no charset"; return 1; }
        [ "$path" = /v1/trust ] || { grep -qi "^content-security-policy: default-src 'none'" "$T/head" &&
            grep -qi '^x-frame-options: DENY' "$T/head" && grep -qi '^referrer-policy: no-referrer' "$T/head"; } || { echo "$path: no policy"; return 1; }
    done
}
claim "no answer goes without its type, its policy and nosniff, none says which program it is" everywhere
refusals() {
    is 401 nobody GET /registers/calls && grep -qi '^content-type: application/problem+json' "$T/head" &&
        is 403 chen GET /users && is 404 chen GET /jobs/none && is 405 chen PATCH /users &&
        is 400 chen POST /calls '{"fields":' && is 400 chen POST /calls '[]' && is 400 chen POST /calls '{}'
}
claim "refusals are problem documents with their status" refusals
no_csrf() {
    [ "$(curl -sS -o /dev/null -w '%{http_code}' -b "$T/chen" -X POST -H 'Idempotency-Key: 12345678' \
        -H 'Content-Type: application/json' -d '{}' "$URL/api/v1/calls")" = 403 ] &&
        [ "$(curl -sS -o /dev/null -w '%{http_code}' -b "$T/chen" -X POST -H "X-CSRF-Token: $(cat "$T/chen.csrf")" \
            -H 'Idempotency-Key: 12345678' -d '{}' "$URL/api/v1/calls")" = 415 ]
}
claim "another site's form does nothing: no token, no JSON" no_csrf
too_long() {
    head -c 300000 /dev/zero | tr '\0' ' ' >"$T/long"
    [ "$(curl -sS -o /dev/null -w '%{http_code}' -b "$T/chen" -X POST -H 'Content-Type: application/json' \
        --data-binary "@$T/long" "$URL/api/v1/calls")" = 413 ]
}
claim "a body beyond its bound is refused" too_long

# --- a call, from the telephone to the technician
curl -sSN -m 60 -b "$T/chen" "$URL/api/v1/events" >"$T/events" 2>/dev/null &
listener=$!
listens() { until grep -q '^id:' "$T/events"; do kill -0 $listener || return 1; sleep 0.05; done; }
need "the clerk's page listens" listens
call='{"customer":"C-1001","fields":{"fault_told":"不制冷","zone":1,"contact":"李先生","phone":"138-0000-7777"}}'
register() { is 200 chen POST /calls "$call" call-key-0001 && jq -r .code "$T/body" >"$T/code" && [ "$(cat "$T/code")" = R000001 ]; }
need "the clerk registers a call, headquarters numbers it" register
again() { is 200 chen POST /calls "$call" call-key-0001 && jq -e '.replayed and .code == "R000001"' "$T/body"; }
claim "sent again under its key it is one call" again
told() {
    n=0
    until grep -q '^event: changed' "$T/events"; do
        n=$((n + 1))
        [ $n -lt 300 ] || return 1
        sleep 0.1
    done
}
claim "who listens is told within a moment" told
kill $listener 2>/dev/null
wait $listener 2>/dev/null
need "the supervisor logs in" login zhao "the supervisor's words"
dispatch() {
    is 403 chen POST /jobs/R000001/assign '{"technician":"T01"}' && is 200 zhao POST /jobs/R000001/assign '{"technician":"T01"}' &&
        is 200 zhao GET /jobs/R000001 && jq -e '.state == "dispatched" and .technician.code == "T01"' "$T/body"
}
claim "the supervisor dispatches it, the clerk may not" dispatch
who() {
    is 200 zhao GET /jobs/R000001/history &&
        jq -e '[.entries[] | [.kind, .role, .actor.code]] == [["record.set","clerk","chen"],["job.assigned","supervisor","zhao"]]' "$T/body"
}
claim "its history says who did what in which role" who
reaches() {
    device_make "$T/dev" T01 && device_sync "$T/dev" >>"$T/log" 2>&1 && dctl "$T/dev" export jobs --json >"$T/jobs" &&
        jq -e 'any(.[]; .id == "R000001" or .code == "R000001")' "$T/jobs"
}
claim "the technician's device has it after a sync" reaches
edit() {
    is 200 chen GET /jobs/R000001 || return 1
    seen=$(jq -c '.values.contact.seen' "$T/body")
    is 200 zhao PATCH /jobs/R000001 "{\"fields\":{\"contact\":\"Ms Li\"},\"seen\":{\"contact\":$seen}}" &&
        is 409 chen PATCH /jobs/R000001 "{\"fields\":{\"contact\":\"Mr Li\"},\"seen\":{\"contact\":$seen}}" &&
        jq -e '.conflict.fields.contact | .yours == "Mr Li" and .stands[0].value == "Ms Li" and .stands[0].actor.code == "zhao"' "$T/body"
}
claim "two who edit one field see each other's change" edit
finds() { n=0; until is 200 chen POST /search '{"q":"138-0000-7777"}' && jq -e '.hits[0].code == "R000001"' "$T/body"; do n=$((n + 1)); [ $n -lt 300 ] || return 1; sleep 0.1; done; }
claim "search finds a telephone" finds
beside() { hqctl user list >"$T/users" && grep -q '^chen	clerk' "$T/users" && hqctl user disable --login chen && is 401 chen POST /session '{"login":"chen","password":"the clerk'"'"'s own words"}' && is 401 chen GET /registers && hqctl user enable --login chen && hqctl user sessions --login chen; }
claim "docketctl shuts a login while docketd runs, and its sessions with it" beside

# --- the console's files
files() {
    [ "$(curl -sS -o "$T/page" -w '%{http_code} %{content_type}' "$URL/")" = "200 text/html; charset=utf-8" ] &&
        [ "$(curl -sS -o /dev/null -w '%{http_code} %{content_type}' "$URL/js/app.js")" = "200 text/javascript; charset=utf-8" ] &&
        for path in /secret.txt /../secret.txt /js/../../secret.txt /%2e%2e/secret.txt /js /etc/passwd //index.html; do
            [ "$(curl -sS --path-as-is -o /dev/null -w '%{http_code}' "$URL$path")" = 404 ] || { echo "$path"; return 1; }
        done
}
claim "files come from the table of names and from nowhere else" files
debian() {
    [ -f /usr/share/javascript/mustache/mustache.min.js ] || { echo "not installed"; return 1; }
    [ "$(curl -sS -o /dev/null -w '%{http_code}' "$URL/vendor/mustache.js")" = 200 ] && [ "$(curl -sS -o /dev/null -w '%{http_code}' "$URL/vendor/chart.js")" = 200 ]
}
claim "mustache.js and chart.js are Debian's" debian
measures() { curl -sS "$URL/metrics" >"$T/metrics" && grep -q '^docket_entries [0-9]' "$T/metrics" && [ "$(curl -sS "$URL/healthz")" = ok ]; }
claim "metrics and health" measures

# --- many at once
many() {
    login chen "the clerk's own words" || return 1
    csrf=$(cat "$T/chen.csrf")
    for c in 1 2 3 4 5 6 7 8; do
        (for i in 1 2 3 4 5 6 7 8 9 10; do
            curl -sS -o /dev/null -w '%{http_code}\n' -b "$T/chen" -X POST -H "X-CSRF-Token: $csrf" -H "Idempotency-Key: many-$c-$i-" \
                -H 'Content-Type: application/json' -d "{\"customer\":\"C-1001\",\"fields\":{\"fault_told\":\"n $c $i\",\"zone\":1}}" "$URL/api/v1/calls"
            curl -sS -o /dev/null -w '%{http_code}\n' -b "$T/chen" "$URL/api/v1/registers/calls?limit=50"
        done >"$T/many.$c") &
    done
    for c in 1 2 3 4 5 6 7 8; do
        n=0
        until [ "$(grep -c . "$T/many.$c")" = 20 ]; do
            n=$((n + 1))
            [ $n -lt 600 ] || return 1
            sleep 0.1
        done
    done
    [ "$(cat "$T"/many.* | sort | uniq -c | tr -s ' ')" = " 160 200" ] && is 200 chen GET '/registers/calls?limit=200' &&
        [ "$(jq '[.rows[].code | select(startswith("R"))] | length' "$T/body")" = 81 ]
}
claim "8 clients at once: 80 calls, 80 numbers, nothing lost" many
server_stop
quiet() {
    grep -q '"event":"write"' "$T/log" || return 1
    ! grep -E '陈文静|赵敏芝|李先生|138-0000|不制冷|own words' "$T/log"
}
claim "the log says what was done and names nobody" quiet
line() { # JQ-CONDITION: some line of docketd's log is so
    grep '^{' "$T/log" | jq -se "any(.[]; $1)" >/dev/null || { echo "no line: $1"; return 1; }
}
inquiry() {
    line '.event == "session" and .route == "/session" and .status == 200 and .role == "clerk"' &&
        line '.event == "session" and .status == 401' &&
        line '.event == "refused" and .route == "/users" and .method == "GET" and .status == 403 and .role == "clerk"' &&
        line '.event == "refused" and .route == "/jobs/{id}/assign" and .status == 403' &&
        line '.event == "refused" and .route == "/calls" and .status == 400' &&
        line '.event == "refused" and .status == 415 and .problem == "media-type"' &&
        line '.event == "write" and .op == "assign" and .status == 200' &&
        ! grep '^{' "$T/log" | jq -se 'any(.[]; has("route") and ((.time | test("^20[0-9-]+T[0-9:.]+Z$") | not) or .request < 1))' >/dev/null
}
claim "it says when, and what was refused to which role" inquiry
looked() { # by the ids alone: whose are they is in the store
    clerk=$(grep '^{' "$T/log" | jq -rs '[.[] | select(.event == "write" and .op == "call.create")][0].actor')
    job=$(grep '^{' "$T/log" | jq -rs '[.[] | select(.event == "read" and .route == "/jobs/{id}" and .role == "clerk")][0].record')
    [ ${#clerk} = 32 ] && [ ${#job} = 32 ] &&
        line ".event == \"read\" and .record == \"$job\" and .actor == \"$clerk\"" &&
        line '.event == "read" and .route == "/registers/{id}" and .record == "calls"' &&
        line ".event == \"read\" and .route == \"/search\" and .actor == \"$clerk\""
}
claim "and who looked at which record, by their ids alone" looked

# --- TLS
if openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$T/key.pem" -out "$T/cert.pem" >>"$T/log" 2>&1; then
    CACERT=$T/cert.pem
    secure() {
        server_start "$T/hq" --tls "$T/cert.pem:$T/key.pem" || return 1
        case $URL in https://*) ;; *) return 1 ;; esac
        login zhao "the supervisor's words" && grep -qi '^set-cookie: __Host-docket=.*; Path=/;.*; Secure' "$T/head" &&
            is 200 zhao GET /session &&
            grep -qi '^strict-transport-security:.*includeSubDomains' "$T/head" &&
            curl -sS --cacert "$CACERT" -o /dev/null -D "$T/head" "$URL/healthz" && grep -qi '^strict-transport-security:' "$T/head" &&
            ! curl -sS --cacert "$CACERT" --tls-max 1.1 "$URL/healthz" 2>/dev/null
    }
    claim "with --tls the cookie is Secure, HSTS is said, and TLS 1.1 is not spoken" secure
    server_stop
    wrong() { ! server_start "$T/hq" --tls "$T/key.pem:$T/key.pem"; }
    claim "a certificate that does not fit is refused at the start" wrong
else
    skipped "openssl makes no certificate here: TLS is not shown"
fi

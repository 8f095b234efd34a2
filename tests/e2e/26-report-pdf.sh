#!/bin/sh
# Goal of this test: one sign-off is one PDF, wherever it is made
# - the handheld's copy, docketctl's on the device and at headquarters, and the server's answer are the same
#   bytes, on A4 and (where the handheld makes none) on a receipt of 80 mm,
# - a Japanese locale, and a fontconfig that gives Japanese shapes to every family, change none of them,
# - dates of the file are the sign-off's; qpdf, pdftotext and zbarimg have nothing to say against it,
# - who may not see a call gets no paper; once its text was withdrawn nobody does, and is told why.
set -u
. tests/support/e2e.sh
e2e_begin report-pdf
need "a demo headquarters is made" hq_demo "$T/hq" 0
users() { user_add clerk clerk && user_add keeper "parts keeper"; }
need "a clerk and a parts keeper have logins" users
need "docketd listens" server_start "$T/hq"
need "a device joins" device_make "$T/dev" T01
need "it fetches its jobs" device_sync "$T/dev"
id=$(job_id "$T/dev" J-261120-01)
sed "s/@JOB@/#job:$id/; s/@FAULT@/AC-03/; s/@PART1@/AC-CAP-35/; s/@PART2@/AC-SEN-T/; /^shot/d" \
    assets/demo/visit-a.script >"$T/visit.script"
need "a visit is signed on the handheld" play "$T/dev" "$T/visit.script"
printf '%s\n' 'tap #pin' 'type "2468"' 'tap #primary' wait 'tap #which:1' "tap #job:$id" wait 'tap #copy' wait \
    'scroll end' 'tap #pdf' wait wait 'tap #paper:1' 'tap #pdf' wait wait >"$T/copy.script"
cat >"$T/jp.conf" <<XML
<?xml version='1.0'?><fontconfig><dir>/usr/share/fonts</dir><cachedir>/var/cache/fontconfig</cachedir>
<match target='pattern'><edit name='family' mode='assign' binding='strong'><string>Noto Sans CJK JP</string></edit></match>
</fontconfig>
XML
grabbed() { # COMMAND...: the copies are there while it runs, and gone when it ended
    rm -f "$T/grabbed.pdf" "$T/grabbed-80.pdf"
    "$@" &
    grabbed_pid=$!
    while kill -0 $grabbed_pid 2>/dev/null; do
        [ -e "$T/grabbed.pdf" ] || ln "$T/dev.copies/"*-1.pdf "$T/grabbed.pdf" 2>/dev/null
        [ -e "$T/grabbed-80.pdf" ] || ln "$T/dev.copies/"*-1-80mm.pdf "$T/grabbed-80.pdf" 2>/dev/null
        sleep 0.01
    done
    wait $grabbed_pid && [ -s "$T/grabbed.pdf" ] && [ -s "$T/grabbed-80.pdf" ] && [ -z "$(ls "$T/dev.copies")" ]
}
mkdir -p "$T/shots"
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "shot moment-$i"; done >>"$T/copy.script" # somebody prints them
need "the app saves the copies as PDF beside the store; at exit they go" grabbed play "$T/dev" "$T/copy.script" --shots "$T/shots"
mv "$T/grabbed.pdf" "$T/app.pdf" && mv "$T/grabbed-80.pdf" "$T/app-80.pdf"
need "docketctl makes it on the device" dctl "$T/dev" report --job J-261120-01 --pdf "$T/device.pdf" --text "$T/text"
need "and as a receipt" dctl "$T/dev" report --job J-261120-01 --pdf "$T/device-80.pdf" --paper 80mm
need "the device syncs" device_sync "$T/dev"
need "docketctl makes it at headquarters" hqctl report --job J-261120-01 --pdf "$T/hq.pdf"
need "and as a receipt there" hqctl report --job J-261120-01 --pdf "$T/hq-80.pdf" --paper 80mm

login() { # LOGIN
    curl -sS -o "$T/body" -c "$T/$1.jar" -H 'Content-Type: application/json' -H 'Idempotency-Key: 0123456789' \
        -d "{\"login\":\"$1\",\"password\":\"a long password\"}" "$URL/api/v1/session"
    jq -e .csrf "$T/body" >/dev/null
}
fetch() { # LOGIN QUERY FILE: the status
    curl -sS -o "$3" -D "$T/head" -w '%{http_code}' -b "$T/$1.jar" "$URL/api/v1/jobs/$id/report.pdf$2"
}
need "the clerk and the keeper log in" eval 'login clerk && login keeper'
need "the server answers with the file" [ "$(fetch clerk '' "$T/server.pdf")" = 200 ]
type_and_name() { grep -qi '^content-type: application/pdf' "$T/head" && grep -qi '^content-disposition: attachment; filename="T01-.*-1.pdf"' "$T/head"; }
claim "it is a PDF by type and has the report's number for a name" type_and_name
need "the server answers with a receipt" [ "$(fetch clerk '?paper=80mm&version=1' "$T/server-80.pdf")" = 200 ]
claim "app, docketctl on both sides and server: the same bytes on A4" eval \
    'cmp "$T/app.pdf" "$T/device.pdf" && cmp "$T/app.pdf" "$T/hq.pdf" && cmp "$T/app.pdf" "$T/server.pdf" && [ -s "$T/app.pdf" ]'
claim "app, docketctl on both sides and server: the same bytes on 80 mm" eval \
    'cmp "$T/app-80.pdf" "$T/hq-80.pdf" && cmp "$T/device-80.pdf" "$T/hq-80.pdf" && cmp "$T/device-80.pdf" "$T/server-80.pdf" && ! cmp -s "$T/hq.pdf" "$T/hq-80.pdf"'
refused() {
    [ "$(fetch keeper '' "$T/no")" = 403 ] && [ "$(fetch clerk '?paper=letter' "$T/no")" = 400 ] &&
        [ "$(fetch clerk '?version=7' "$T/no")" = 409 ] && [ "$(fetch nobody '' "$T/no")" = 401 ]
}
touch "$T/nobody.jar"
claim "a parts keeper, nobody, a paper or a version that is not: refused with their status" refused

elsewhere() {
    env LANG=ja_JP.UTF-8 LC_ALL=ja_JP.UTF-8 LANGUAGE=ja PANGO_LANGUAGE=ja FONTCONFIG_FILE="$T/jp.conf" \
        "$bin/docketctl" report --store "$HQ" --job J-261120-01 --pdf "$T/jp.pdf" || return 1
    cmp "$T/jp.pdf" "$T/app.pdf" && pdffonts "$T/jp.pdf" | grep -q CJKsc && ! pdffonts "$T/jp.pdf" | grep -q CJKjp
}
claim "a Japanese locale and fontconfig change no byte" elsewhere
app_elsewhere() { # it opens where it was left: on the copy
    sed "/which:1/,/#copy/d" "$T/copy.script" >"$T/again.script"
    LANG=ja_JP.UTF-8 LC_ALL=ja_JP.UTF-8 PANGO_LANGUAGE=ja FONTCONFIG_FILE="$T/jp.conf" \
        grabbed play "$T/dev" "$T/again.script" --shots "$T/shots" && cmp "$T/grabbed.pdf" "$T/app.pdf"
}
claim "nor on the handheld" app_elsewhere

sound() {
    for f in app.pdf hq-80.pdf; do
        qpdf --check "$T/$f" && pdftotext -raw "$T/$f" "$T/$f.txt" && tr -d ' \n\f' <"$T/$f.txt" >"$T/flat" || return 1
        grep -qF "应付：253.00元" "$T/flat" && grep -qF "服务凭证T01-" "$T/flat" || return 1
        pdftoppm -r 203 -png -singlefile "$T/$f" "$T/${f%.pdf}" && zbarimg -q --raw "$T/${f%.pdf}.png" >"$T/$f.qr" || return 1
    done
    cmp "$T/app.pdf.qr" "$T/hq-80.pdf.qr" &&
        "$bin/docketctl" verify --qr "$T/app.pdf.qr" --text "$T/text" --trust "$T/hq.pub"
}
claim "both papers are sound, can be searched, and their QR proves the text" sound
dated() {
    said=$(pdfinfo -isodates "$T/app.pdf" | sed -n 's/^CreationDate: *//p')
    sign=$(pdftotext -raw "$T/app.pdf" - | sed -n 's/^时间：//p' | head -n 1)
    [ "$(date -u -d "$said" +%Y-%m-%dT%H:%M)" = "$(date -u -d "$sign" +%Y-%m-%dT%H:%M)" ]
}
claim "the file's date is the sign-off's" dated
no_ratings() { ! grep -qE '评价|很满意|服务态度' "$T/app.pdf.txt"; }
claim "no rating stands on it" no_ratings
withdrawn() {
    hqctl forget --customer C-1001 || return 1
    [ "$(fetch clerk '' "$T/gone")" = 410 ] && grep -q withdrawn "$T/gone" || return 1
    ! hqctl report --job J-261120-01 --pdf "$T/gone.pdf" 2>"$T/why" && grep -q withdrawn "$T/why" && [ ! -e "$T/gone.pdf" ]
}
claim "once it was withdrawn there is no paper, at the server and by docketctl, and both say why" withdrawn

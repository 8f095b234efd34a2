#!/bin/sh
# Goal of this test: what the customer reads is what is signed, kept, rendered again, and printed
# - the lines under the report's node of the read page are the canonical report, byte for byte,
# - confirming is possible only after the last line was in view,
# - headquarters renders the report again from its own entries, and it is the same,
# - the PDF is sound, holds each line, and its QR, as the screen's at 320 pixels, proves the visit.
set -u
. tests/support/e2e.sh
e2e_begin report
device_first
server_stop

visit_script() { # JOB CLASS FAULT PART1 PART2: the demo's visit
    id=$(job_id "$T/dev" "$1")
    sed "s/@JOB@/#job:$id/; s/@FAULT@/$3/; s/@PART1@/$4/; s/@PART2@/$5/" "assets/demo/visit-$2.script"
}
# Nothing was scrolled yet on the read page: a tap on confirm must be refused, and the run ends.
visit_script J-261120-01 a AC-03 AC-CAP-35 AC-SEN-T >"$T/visit.script"
device_copy "$T/dev" "$T/early"
sed '/17-sign-read-end/,$d; /16-sign-read/,/scroll end/d' "$T/visit.script" >"$T/early.script"
echo 'tap #confirm' >>"$T/early.script"
mkdir -p "$T/shots"
too_early() {
    play "$T/early" "$T/early.script" --shots "$T/shots" --tree "$T/early.tree" >"$T/early.out" 2>&1 && return 1
    grep -q '^script line .*confirm.*it is disabled' "$T/early.out" || { cat "$T/early.out"; return 1; }
}
claim "confirm is off before the last line was in view" too_early

need "the visit is played with no network" play "$T/dev" "$T/visit.script" --shots "$T/shots" --tree "$T/tree"
node tests/support/report_text.js "$T/tree" >"$T/screen.txt" 2>>"$T/log"
same() { cmp "$1" "$2" && [ -s "$1" ]; }
need "the signed text comes from the device" dctl "$T/dev" report --job J-261120-01 --text "$T/device.txt" \
    --cbor "$T/report.cbor" --pdf "$T/report.pdf"
claim "the lines of the read page are the canonical report, byte for byte" same "$T/screen.txt" "$T/device.txt"

need "docketd listens again" server_start "$T/hq"
need "the device syncs" device_sync "$T/dev"
server_stop
again() {
    hqctl report --job J-261120-01 --text "$T/hq.txt" >"$T/hq.said" || return 1
    grep -q 'renders the same text from its own entries, byte for byte' "$T/hq.said"
}
claim "headquarters renders the report again from its own entries and compares" again
claim "headquarters' text is the same, byte for byte" same "$T/screen.txt" "$T/hq.txt"

claim "the PDF is sound" qpdf --check "$T/report.pdf"
pdftotext -raw "$T/report.pdf" "$T/pdf.txt"
# Lines are wrapped on paper: blanks and line ends aside, each stands there.
each_line() {
    tr -d ' \n\f' <"$T/pdf.txt" >"$T/pdf.flat"
    n=0
    while IFS= read -r line || [ -n "$line" ]; do
        flat=$(printf %s "$line" | tr -d ' ')
        grep -qF -- "$flat" "$T/pdf.flat" || { echo "not in the PDF: $line"; return 1; }
        n=$((n + 1))
    done <"$T/device.txt"
    [ $n -gt 20 ]
}
claim "each line of the report stands in the PDF" each_line

pdftoppm -r 200 -png -singlefile "$T/report.pdf" "$T/page"
qr_of() { # PNG OUT
    zbarimg -q --raw "$1" >"$2" 2>>"$T/log" && [ "$(wc -c <"$2")" -gt 500 ] && [ "$(wc -c <"$2")" -le 1251 ]
}
need "the QR of the PDF can be read" qr_of "$T/page.png" "$T/pdf.qr"
id=$(job_id "$T/dev" J-261120-01)
printf '%s\n' 'tap #pin' 'type "2468"' 'tap #primary' wait 'tap #which:1' "tap #job:$id" wait 'tap #copy' wait \
    'shot qr' >"$T/qr.script"
need "the customer's copy is shown at 320 pixels" play "$T/dev" "$T/qr.script" --shots "$T/shots" --size 320x480
need "the QR of the screen can be read at 320 pixels" qr_of "$T/shots/qr.png" "$T/screen.qr"
{ unlock_lines; echo 'shot qr'; } >"$T/again.script" # it comes back to where it was
every_size() { # with nothing scrolled: whoever opens the copy sees a QR that is whole
    for how in '320x480 --scale 2.0' '480x320' '480x320 --scale 2.0' '480x800' '480x800 --scale 2.0' '800x480 --scale 1.5'; do
        # shellcheck disable=SC2086
        play "$T/dev" "$T/again.script" --shots "$T/shots" --size $how && qr_of "$T/shots/qr.png" "$T/big.qr" &&
            same "$T/big.qr" "$T/screen.qr" || { echo "at $how"; return 1; }
    done
}
claim "it can be read as the copy opens at every other size, large text too" every_size
claim "screen and paper carry the same QR" same "$T/screen.qr" "$T/pdf.qr"
genuine() { "$bin/docketctl" verify --qr "$T/screen.qr" "$@" --trust "$T/hq.pub"; }
claim "verify --qr proves number, time, class and amount without any network" genuine
claim "with the text typed from the paper it proves the text" genuine --text "$T/device.txt"
sed 's/253\.00/252.00/' "$T/device.txt" >"$T/other.txt"
not_genuine() { ! genuine --text "$T/other.txt"; }
claim "with one figure of the text changed it does not" not_genuine

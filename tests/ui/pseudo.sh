#!/bin/sh
# pseudo.sh CATALOGUE MO...: every text of the catalogue in « » and a quarter longer, as English and as
# Chinese of a language that nobody speaks. What shows without « » came past gettext.
set -eu
po=$1; shift
for mo in "$@"; do mkdir -p "$(dirname "$mo")"; done
msgcat --no-wrap "$po" | awk '
function quoted(line) { sub(/^[^"]*"/, "", line); sub(/"$/, "", line); return line }
function strange(text,    n, tail) {
    n = int(length(text) / 4); tail = ""
    while (length(tail) < n) tail = tail " lo"
    return "«" text substr(tail, 1, n) "»"
}
/^msgid ""$/ && !head { head = 1; print; next }
head == 1 { print; if ($0 == "") head = 2; next }
/^#/ { if ($0 ~ /^#,/) print; next }
/^msgid / { id = quoted($0); print; next }
/^msgid_plural / { plural = quoted($0); print; next }
/^msgstr\[/ { k = substr($0, 1, index($0, "]")); print k " \"" strange(k == "msgstr[0]" ? id : plural) "\""; next }
/^msgstr / { print "msgstr \"" strange(id) "\""; next }
{ print }' >"$1.po"
for mo in "$@"; do
    msgfmt --check-format -o "$mo.new" "$1.po" && mv -f "$mo.new" "$mo"
done
rm -f "$1.po"

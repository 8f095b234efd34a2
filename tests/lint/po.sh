#!/bin/sh
# Both catalogues hold every string of app/ and of the console, translated, none of them guessed (fuzzy), with the same
# placeholders; and wherever a text says a word of the glossary, the Chinese says the glossary's.
. "$(dirname "$0")/lib.sh"
lint_need xgettext msgfmt msgcmp msgcat awk
bad="$lint_tmp/bad"
: >"$bad"
lint_sources app >"$lint_tmp/files"
[ -s "$lint_tmp/files" ] || exit 0
xgettext --from-code=UTF-8 --language=C --keyword=_ --keyword=N_ --files-from="$lint_tmp/files" \
    -o "$lint_tmp/docket.pot" 2>"$lint_tmp/out" || { cat "$lint_tmp/out"; exit 1; }
[ -f "$lint_tmp/docket.pot" ] || exit 0 # not a string yet
lint_files 'assets/console/*.js' >"$lint_tmp/js"
[ ! -s "$lint_tmp/js" ] ||
    xgettext --from-code=UTF-8 --language=JavaScript --keyword=_ --keyword=N_ --keyword=n_:1,2 --join-existing \
        --files-from="$lint_tmp/js" -o "$lint_tmp/docket.pot" 2>"$lint_tmp/out" || { cat "$lint_tmp/out"; exit 1; }
for lang in zh_CN en; do
    po="assets/i18n/$lang.po"
    if [ ! -f "$po" ]; then echo "$po:1: missing; assets/i18n/update.sh makes it" >>"$bad"; continue; fi
    LC_ALL=C.UTF-8 msgfmt --check-format --check-domain -o /dev/null "$po" 2>&1 | grep -E '^[^ ]+:[0-9]+:' >>"$bad" || true
    LC_ALL=C.UTF-8 msgcmp "$po" "$lint_tmp/docket.pot" >"$lint_tmp/out" 2>&1 ||
        grep -E '^[^ ]+:[0-9]+:' "$lint_tmp/out" | sed "s|^$lint_tmp/docket.pot:[0-9]*:|$po:1: not in it: a string of app/ or the console:|" >>"$bad"
    if grep -q '^#, .*fuzzy' "$po"; then
        grep -n '^#, .*fuzzy' "$po" | sed "s|^\([0-9]*\):.*|$po:\1: fuzzy|" >>"$bad"
    fi
done
if [ -f assets/i18n/zh_CN.po ]; then
    msgcat --no-wrap -o "$lint_tmp/flat.po" assets/i18n/zh_CN.po
    awk -v po=assets/i18n/zh_CN.po -f tests/lint/glossary.awk assets/i18n/glossary.csv "$lint_tmp/flat.po" >>"$bad"
fi
lint_end "$bad"

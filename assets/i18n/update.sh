#!/bin/sh
# Brings both catalogues up to date with the strings of app/ and assets/console/. New strings come in untranslated in
# Chinese and as themselves in English; strings that are gone go. Nothing is guessed. Catalogues hold
# no paths, line numbers, hosts or dates, so that only words change in a commit.
set -eu
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.."
for tool in xgettext msgmerge msgattrib msgen; do
    command -v "$tool" >/dev/null 2>&1 || { echo "$tool is missing: apt-get install gettext" >&2; exit 1; }
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
find app -name '*.[ch]' | sort >"$tmp/files"
xgettext --from-code=UTF-8 --language=C --keyword=_ --keyword=N_ --add-comments=TRANSLATORS: \
    --no-location --sort-output --package-name=Docket --files-from="$tmp/files" -o "$tmp/docket.pot"
# The console's: the same words, so a string that both say is translated once.
find assets/console -name '*.js' | sort >"$tmp/js"
xgettext --from-code=UTF-8 --language=JavaScript --keyword=_ --keyword=N_ --keyword=n_:1,2 --add-comments=TRANSLATORS: \
    --no-location --sort-output --package-name=Docket --join-existing --files-from="$tmp/js" -o "$tmp/docket.pot"
sed -i 's/charset=CHARSET/charset=UTF-8/' "$tmp/docket.pot"
for lang in zh_CN en; do
    po="assets/i18n/$lang.po"
    if [ ! -f "$po" ]; then
        plural='nplurals=2; plural=(n != 1);'
        [ "$lang" = zh_CN ] && plural='nplurals=1; plural=0;'
        printf 'msgid ""\nmsgstr ""\n"Project-Id-Version: Docket\\n"\n"Language: %s\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: %s\\n"\n' \
            "$lang" "$plural" >"$po"
    fi
    msgmerge --quiet --no-fuzzy-matching --no-location --sort-output -o "$tmp/new.po" "$po" "$tmp/docket.pot"
    msgattrib --no-obsolete --no-location --sort-output -o "$tmp/kept.po" "$tmp/new.po"
    # Ours is English: what has no English yet is itself.
    if [ "$lang" = en ]; then msgen --no-location -o "$tmp/new.po" "$tmp/kept.po"; else cp "$tmp/kept.po" "$tmp/new.po"; fi
    sed -E '/^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid-Bugs-To|X-Generator):/d' \
        "$tmp/new.po" >"$po"
    # The heading is an entry too.
    all=$(grep -c '^msgid ' "$po" || true)
    left=$(msgattrib --untranslated --no-obsolete "$po" | grep -c '^msgid ' || true)
    echo "$po: $((all - 1)) strings, $((left > 0 ? left - 1 : 0)) to translate"
done

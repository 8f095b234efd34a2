#!/bin/sh
# A catalogue as the console reads it: {"English": "words", "one": ["one", "many"]}, the heading left
# out. Both formats escape a string alike.   json.sh CATALOGUE.po >MESSAGES.json
set -eu
export LC_ALL=C.UTF-8
msgattrib --translated --no-fuzzy --no-obsolete --no-wrap "$1" | awk '
function flush() {
    if (id != "" && n > 0) {
        out = n == 1 && !plural ? str[0] : "[" str[0]
        if (plural) { for (i = 1; i < n; i++) out = out ", " str[i]; out = out "]" }
        printf "%s\n%s: %s", (entries++ ? "," : "{"), "\"" id "\"", out
    }
    id = ""; n = 0; plural = 0
}
function more(s) { if (where == "id") id = id s; else if (where == "str") str[n - 1] = substr(str[n - 1], 1, length(str[n - 1]) - 1) s "\"" }
/^#/ || /^$/ { if (/^$/) flush(); next }
/^msgid_plural "/ { plural = 1; where = ""; next }
/^msgid "/ { flush(); id = substr($0, 8, length($0) - 8); where = "id"; next }
/^msgstr(\[[0-9]+\])? "/ { sub(/^msgstr(\[[0-9]+\])? /, ""); str[n++] = $0; where = "str"; next }
/^"/ { more(substr($0, 2, length($0) - 2)) }
END { flush(); print entries ? "\n}" : "{}" }'

#!/bin/sh
# Goal of this test: each check of tests/lint
# - passes a small clean tree,
# - names file and line of an offence planted in it, and fails,
# - fails, saying so, when a tool that it needs is missing.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
claim() { # claim NAME COMMAND...: ok when the command succeeds
    name=$1
    shift
    if "$@"; then echo "ok - $name"; else echo "not ok - $name"; fi
}

cd "$tree" || exit 1
mkdir -p tests core/base sync/hq app/screens assets/i18n packaging
cp -R "$root/tests/lint" tests/lint
cp "$root/.clang-format" .
cp "$root/assets/i18n/glossary.csv" "$root/assets/i18n/update.sh" assets/i18n/
touch Makefile README.md core/README.md core/base/README.md sync/README.md sync/hq/README.md \
    app/README.md app/screens/README.md assets/README.md assets/i18n/README.md tests/README.md \
    tests/lint/README.md
cat >core/base/good.h <<'C'
/* good.h - a header. */
#ifndef GOOD_H
#define GOOD_H
/* good_one: one. */
int good_one(int a);
int good_two(int b); /* of the same group */
#endif
C
cat >core/base/good.c <<'C'
/* It says strcpy(x) and "system(" only here. */
#include "core/base/good.h"

int good_one(int a)
{
    static const char *const text = "gets(x)";
    while (a > 1 && text[0] != '\"') {
        a -= 1;
    }
    return a == 1 ? 1 : 0;
}
C
cat >app/screens/good.c <<'C'
#include "core/base/good.h"
const char *words[] = {_("Customer"), N_("%d parts")};
C
clang-format -i app/screens/good.c
assets/i18n/update.sh >/dev/null 2>&1
sed -i '/^msgid "Customer"/{n;s/""/"客户"/}; /^msgid "%d parts"/{n;s/""/"%d 个配件"/}' assets/i18n/zh_CN.po
clean() {
    said=$(sh tests/lint/run.sh 2>&1) || { echo "$said" | sed 's/^/# /'; return 1; }
}
# A table of the standard that needs no test to be named: nothing of it applies here.
{
    printf '| | level | asks for | here | shown by |\n|---|---|---|---|---|\n'
    sed -n '/^for span in/,/; do$/p' tests/lint/asvs.sh | grep -oE '[0-9]+\.[0-9]+\.[0-9]+-[0-9]+' |
        awk -F'[.-]' '{ for (i = $3; i <= $4; i++) printf "| %s.%s.%d | 1 | x | does not apply | |\n", $1, $2, i }'
} >sync/hq/ASVS.md
claim "a clean tree passes every check" clean

finds() { # finds CHECK PATTERN: the check fails and prints a line like PATTERN
    said=$(sh "tests/lint/$1.sh" 2>&1) && { echo "# $1 passed"; return 1; }
    echo "$said" | grep -qE "$2" || { echo "$said" | sed 's/^/# /'; return 1; }
}
plant() { # plant FILE CHECK PATTERN NAME, the offence on standard input
    mkdir -p "$(dirname "$1")"
    [ -e "$1" ] && cp "$1" kept
    cat >"$1"
    claim "$4" finds "$2" "$3"
    rm -f "$1"
    if [ -e kept ]; then mv kept "$1"; fi
}
printf 'int f(void)\n{\n  return 1;\n}\n' | plant core/base/bad.c format '^core/base/bad.c:[0-9]+: ' "format finds two spaces"
printf 'void f(char *a)\n{\n    strcpy(a, "x");\n}\n' | plant core/base/bad.c banned '^core/base/bad.c:3: calls strcpy' "banned finds strcpy"
printf 'int f(int a)\n{\n    if ((a = 2)) {\n    }\n    return a;\n}\n' | plant app/screens/bad.c banned ':3: an assignment' "banned finds an assignment in a condition"
printf 'static int count;\n' | plant sync/hq/bad.c banned ':1: state in a static' "banned finds a static variable"
printf 'int f(int a)\n{\n    if (a)\n        return 1;\n    return 2;\n}\n' | plant core/base/bad.c braces '^core/base/bad.c:3: ' "braces finds an if without"
printf '#include "sync/x.h"\n' | plant core/base/bad.c includes ':1: core may not include sync/x.h' "includes finds core reaching up"
printf '#include "app/x.h"\n' | plant sync/hq/bad.h includes ':1: sync may not include app/x.h' "includes finds sync reaching up"
printf '#include <SDL2/SDL.h>\n' | plant app/screens/bad.c includes 'SDL stays' "includes finds SDL on a screen"
printf '#include <sys/socket.h>\n' | plant core/base/bad.c includes 'sockets stay' "includes finds a socket in core"
printf '/* bad.h */\n\nint bad_one(int a,\n            int b);\n' | plant core/base/bad.h headers '^core/base/bad.h:4: bad_one has no comment' "headers finds a bare prototype"
grep -v '^| 2\.1\.7 ' sync/hq/ASVS.md | plant sync/hq/ASVS.md asvs '2\.1\.7 is missing' "asvs finds a requirement left out"
sed 's/^| 2\.1\.7 .*/| 2.1.7 | 1 | x | met | `test_none: nothing` |/' sync/hq/ASVS.md |
    plant sync/hq/ASVS.md asvs 'no test "nothing" in test_none' "asvs finds a test that is none"
awk 'BEGIN { for (i = 0; i < 701; i++) print "int a;" }' | plant core/base/bad.c length 'bad.c:701: more than 700' "length finds a long file"
awk 'BEGIN { print "void f(void)\n{"; for (i = 0; i < 81; i++) print "    g();"; print "}" }' | plant core/base/bad.c length 'bad.c:2: a function of 81' "length finds a long function"
printf 'int a;\n' | plant sync/new/a.c readme '^sync/new/README.md:1: missing' "readme finds a room without one"
printf 'x\n' | plant NOTES.txt readme '^NOTES.txt:1: does not belong' "readme finds a stranger at the top"
printf '{\n"resolved": "https://x.example/a.tgz"\n}\n' | plant tests/package-lock.json hosts ':2: names a host' "hosts finds one in a lock file"
printf 'const char *w = _("Never translated");\n' | plant app/screens/bad.c po 'zh_CN.po:.*not in it' "po finds a string that is in no catalogue"
sed 's/客户/顾客/' assets/i18n/zh_CN.po | plant assets/i18n/zh_CN.po po 'zh_CN.po:[0-9]*: "customer" in "Customer" is 客户' "po finds a word that is not the glossary's"
sed 's/%d 个/%s 个/' assets/i18n/zh_CN.po | plant assets/i18n/zh_CN.po po 'zh_CN.po:[0-9]+: ' "po finds a wrong placeholder"
sed 's/^msgid "Customer"/#, fuzzy\n&/' assets/i18n/zh_CN.po | plant assets/i18n/zh_CN.po po 'zh_CN.po:[0-9]+: fuzzy' "po finds a guess"

# Without its tools on the path: only what every shell needs.
mkdir bin
for t in sh dirname mktemp rm cat git find sed sort awk grep; do
    p=$(command -v "$t") && ln -s "$p" "bin/$t"
done
without() { # without CHECK TOOL
    said=$(PATH="$tree/bin" sh "tests/lint/$1.sh" 2>&1) && return 1
    echo "$said" | grep -q "$2 is missing"
}
claim "format fails without clang-format" without format clang-format
claim "po fails without xgettext" without po xgettext

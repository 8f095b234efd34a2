#!/bin/sh
# packaging/sbom.sh: a bill of materials of what was built, as CycloneDX 1.5 on stdout: each library that the three
# programs load (theirs and those libraries' own), the fonts, and what the console is served beside our own files; by
# the Debian package that it comes from, with its version. What tests use alone stands in tests/package-lock.json.
set -eu
cd "$(dirname "$0")/.."
for tool in ldd dpkg-query awk sort; do
    command -v "$tool" >/dev/null 2>&1 || { echo "$tool is missing" >&2; exit 1; }
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
for program in docket docketd docketctl; do
    [ -x "build/$program" ] || { echo "build/$program is missing: run make first" >&2; exit 1; }
    ldd "build/$program" | awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\/.*ld-/ { print $1 }'
done | sort -u >"$tmp/files"
printf '%s\n' /usr/share/javascript/mustache/mustache.min.js /usr/share/javascript/chart.js/chart.mjs >>"$tmp/files"
find /usr/share/fonts/truetype/noto/NotoSans-Regular.ttf /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc 2>/dev/null >>"$tmp/files" || :
# A library is listed by its real name or by a link to it, below /lib or below /usr/lib: Debian merged the two.
while read -r file; do
    real=$(readlink -f "$file")
    printf "%s\t$file\n" "$file" "$real" "${real#/usr}" "/usr$file"
done <"$tmp/files" | sort -u >"$tmp/names"
cut -f 1 "$tmp/names" | sort -u | xargs dpkg-query -S 2>/dev/null >"$tmp/found" || : # of four names one is known
awk -F '\t' '
NR == FNR { at = index($0, ": "); while ((n = index(substr($0, at + 2), ": ")) > 0) at += n + 1
            of[substr($0, at + 2)] = substr($0, 1, at - 1); next }
{ all[$2]; if ($1 in of) { has[$2]; print of[$1] } }
END { for (f in all) if (!(f in has)) { print "no package has " f >"/dev/stderr"; bad = 1 } exit bad }
' "$tmp/found" "$tmp/names" >"$tmp/owners"
tr -d ' ' <"$tmp/owners" | tr ',' '\n' | sort -u >"$tmp/packages"
[ -s "$tmp/packages" ] || exit 1
xargs dpkg-query -W -f '${Package}\t${Version}\t${Architecture}\t${Source}\n' <"$tmp/packages" | sort -u >"$tmp/rows"
[ "$(wc -l <"$tmp/rows")" -ge "$(wc -l <"$tmp/packages")" ] || { echo "a package has no version" >&2; exit 1; }
version=$(sed -n '1s/.*(\(.*\)).*/\1/p' packaging/debian/changelog)
awk -F '\t' -v version="$version" '
BEGIN {
    print "{\n \"bomFormat\": \"CycloneDX\",\n \"specVersion\": \"1.5\",\n \"version\": 1,"
    printf " \"metadata\": {\"component\": {\"type\": \"application\", \"name\": \"docket\", \"version\": \"%s\"}},\n", version
    print " \"components\": ["
}
{
    v = $2; gsub(/\+/, "%2B", v); gsub(/:/, "%3A", v); gsub(/~/, "%7E", v)
    printf "%s  {\"type\": \"library\", \"name\": \"%s\", \"version\": \"%s\", \"purl\": \"pkg:deb/debian/%s@%s?arch=%s\"}", (NR > 1 ? ",\n" : ""), $1, $2, $1, v, $3
}
END { print "\n ]\n}" }' "$tmp/rows"

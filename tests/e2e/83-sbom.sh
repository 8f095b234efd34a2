#!/bin/sh
# Goal of this test: the bill of materials (packaging/sbom.sh) names what the programs are made of
# - it is CycloneDX, each component has a name, a version and a package's address, none stands twice,
# - each library that a program asks for by itself comes from a package that it names; so do the fonts and
#   what the console is served beside our own files.
set -u
. tests/support/e2e.sh
e2e_begin sbom
debian() { command -v dpkg-query >/dev/null && command -v jq >/dev/null && command -v objdump >/dev/null; }
if ! debian; then
    skipped "this is no Debian, or jq or objdump is not here: there is nothing to list by"
    exit 0
fi
need "it is made" sh -c 'packaging/sbom.sh >"$1"' sh "$T/bom.json"
form() {
    jq -e '.bomFormat == "CycloneDX" and .specVersion == "1.5" and (.metadata.component.version | length > 0) and
        (.components | length > 20) and ([.components[].name] | length == (unique | length)) and
        all(.components[]; (.name | length > 0) and (.version | test("^[0-9]")) and (.purl | test("^pkg:deb/debian/[a-z0-9.+-]+@[A-Za-z0-9.%~+-]+\\?arch=[a-z0-9]+$")))' "$T/bom.json"
}
claim "each component has a name, a version and a package's address, none twice" form
named() {
    jq -r '.components[].name' "$T/bom.json" >"$T/names"
    for program in docket docketd docketctl; do
        objdump -p "$bin/$program" | awk '$1 == "NEEDED" { print $2 }' >"$T/needed"
        [ -s "$T/needed" ] || return 1
        sed 's|^|*/*-linux-gnu/|' "$T/needed" | xargs dpkg-query -S | sed 's/:.*//' | sort -u >"$T/owners" || return 1
        [ -s "$T/owners" ] && ! grep -vxFf "$T/names" "$T/owners" || { echo "$program: that is not in it"; return 1; }
    done
    for other in libjs-mustache libjs-chart.js fonts-noto-core fonts-noto-cjk; do
        ! dpkg-query -W "$other" >/dev/null 2>&1 || grep -qx "$other" "$T/names" || { echo "$other"; return 1; }
    done
}
claim "what the programs load, the fonts and the console's libraries are in it" named

#!/bin/sh
# Goal of this test: every word on the handheld's screens comes from the catalogues, and there is room
# for a language whose words are a quarter longer than the English.
# - the visits of tests/ui are played with a catalogue in which each text stands in « » and is longer
#   (the kit's checks are on: nothing is cut, nothing overlaps, nothing is too small),
# - in the trees of all their screens no word stands outside of « » but the data's.
set -u
. tests/support/e2e.sh
e2e_begin pseudo
words="$T/words"
need "the catalogue of a language that nobody speaks is made" tests/ui/pseudo.sh assets/i18n/en.po \
    "$words/en/LC_MESSAGES/docket.mo" "$words/zh_CN/LC_MESSAGES/docket.mo"
# What is data: the demo shop's strings, what the scripts type and scan, and names that are no words.
{
    grep -ohE '"([^"\\]|\\.)*"' tests/ui/shop.h tests/support/sample.c
    sed -nE 's/^(type|scan) //p' tests/ui/*.script
    echo "Docket English CNY"
    echo "Choose your language" # the first screen speaks both languages, before one is chosen
} | tr -cs 'A-Za-z' '\n' | sort -u >"$T/data"

longer() { # SCRIPT SIZE: the script at the size (test_screens' table), its trees kept
    XDG_CONFIG_HOME="$T" WORDS="$words" TREE="$T/$1-$2.tree" "$B/tests/ui/test_screens" "tests/ui/$1.script" "$2" 1.0 en
}
for script in visit other secrets; do
    claim "$script at 480x800 in a longer language: nothing is cut" longer "$script" 1
    claim "$script at 320x480 in a longer language: nothing is cut" longer "$script" 0
done
none() {
    awk -f tests/e2e/lib/literals.awk "$T/data" "$T"/*.tree >"$T/literals"
    [ ! -s "$T/literals" ] || { cut -c1-200 "$T/literals"; return 1; }
}
claim "no word on any screen came past the catalogues" none
bites() {
    sed 's/button "«Settings[^"]*"/button "Settings"/' "$T/visit-1.tree" >"$T/planted.tree"
    awk -f tests/e2e/lib/literals.awk "$T/data" "$T/planted.tree" | grep -q '"Settings" in'
}
claim "a literal that is put among them is found" bites

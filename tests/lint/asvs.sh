#!/bin/sh
# sync/hq/ASVS.md: every requirement of levels 1 and 2 of OWASP ASVS 4.0.3 in V2-V5, V7-V9, V12-V14 stands in it
# once, and no other; each says what is here; what is met names a test or a file, and what it names exists.
. "$(dirname "$0")/lib.sh"
lint_need awk sort grep comm
table=sync/hq/ASVS.md
[ -f $table ] || { echo "$table:1: missing"; exit 1; }
# Those that 4.0.3 deleted (4.1.4, 7.3.2, 13.1.2, 13.2.4, 14.3.1) and those of level 3 are not here.
for span in 2.1.1-12 2.2.1-3 2.3.1-3 2.4.1-6 2.5.1-7 2.6.1-3 2.7.1-6 2.8.1-7 2.9.1-3 2.10.1-4 3.1.1-1 3.2.1-4 3.3.1-4 \
    3.4.1-5 3.5.1-3 3.7.1-1 4.1.1-3 4.1.5-5 4.2.1-2 4.3.1-3 5.1.1-5 5.2.1-8 5.3.1-10 5.4.1-3 5.5.1-4 7.1.1-4 7.2.1-2 \
    7.3.1-1 7.3.3-4 7.4.1-3 8.1.1-4 8.2.1-3 8.3.1-8 9.1.1-3 9.2.1-4 12.1.1-3 12.2.1-1 12.3.1-6 12.4.1-2 12.5.1-2 \
    12.6.1-1 13.1.1-1 13.1.3-5 13.2.1-3 13.2.5-6 13.3.1-2 13.4.1-2 14.1.1-4 14.2.1-6 14.3.2-3 14.4.1-7 14.5.1-4; do
    echo "$span"
done | awk -F'[.-]' '{ for (i = $3; i <= $4; i++) print $1 "." $2 "." i }' | sort >"$lint_tmp/want"
awk -F' *[|] *' '
/^\| [0-9]/ {
    n = split($2, ends, "-"); split(ends[1], a, "."); last = a[3]
    if (n == 2) { split(ends[2], b, "."); last = b[3] }
    for (i = a[3]; i <= last; i++) print a[1] "." a[2] "." i
    if ($3 !~ /^[12]$/) print FILENAME ":" FNR ": no level" >"/dev/stderr"
    if ($5 == "") print FILENAME ":" FNR ": says nothing" >"/dev/stderr"
    if ($6 == "" && $5 !~ /not met/ && $5 !~ /^does not apply/) print FILENAME ":" FNR ": met, and nothing shows it" >"/dev/stderr"
}' $table >"$lint_tmp/unsorted" 2>"$lint_tmp/bad"
sort "$lint_tmp/unsorted" >"$lint_tmp/have"
uniq -d "$lint_tmp/have" | sed "s|.*|$table:1: & stands twice|" >>"$lint_tmp/bad"
sort -u "$lint_tmp/have" >"$lint_tmp/once"
comm -23 "$lint_tmp/want" "$lint_tmp/once" | sed "s|.*|$table:1: & is missing|" >>"$lint_tmp/bad"
comm -13 "$lint_tmp/want" "$lint_tmp/once" | sed "s|.*|$table:1: & is none of the standard's, of these levels|" >>"$lint_tmp/bad"
# What shows a row stands in backquotes in its last column: a path, or SUITE: NAME.
awk -F'|' '/^\| [0-9]/ { n = split($6, part, "`"); for (i = 2; i <= n; i += 2) print FNR "\t" part[i] }' $table >"$lint_tmp/shown"
while IFS="$(printf '\t')" read -r line what; do
    case $what in
    *': '*)
        suite=${what%%: *} name=${what#*: }
        case $suite in
        test_*) file=$(find tests/unit tests/ui -name "$suite.c" | head -n 1) mark="RUN($name);" ;;
        *.mjs) file=tests/e2e/$suite mark=$name ;;
        *) file=tests/e2e/$suite.sh mark="\"$name" ;;
        esac
        { [ -f "$file" ] && grep -E '^ *(RUN|claim|need)|claim\(' "$file" | grep -qF -- "$mark"; } ||
            echo "$table:$line: no test \"$name\" in $suite" ;;
    *) [ -e "$what" ] || case $what in
        build/* | tests/node_modules/*) : ;;
        *) echo "$table:$line: there is no $what" ;;
        esac ;;
    esac
done <"$lint_tmp/shown" >>"$lint_tmp/bad"
lint_end "$lint_tmp/bad"

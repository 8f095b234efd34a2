#!/bin/sh
# The body of if, else, for and while stands in braces, always.
. "$(dirname "$0")/lib.sh"
lint_need awk
lint_sources core sync app tests >"$lint_tmp/files"
[ -s "$lint_tmp/files" ] || exit 0
xargs awk -f tests/lint/strip.awk <"$lint_tmp/files" >"$lint_tmp/code"
awk '
function count(s, c,   n) { n = gsub(c, "", s); return n }
{
    at = index($0, ":"); file = substr($0, 1, at - 1); rest = substr($0, at + 1)
    at = index(rest, ":"); line = substr(rest, 1, at - 1); code = substr(rest, at + 1)
    sub(/[ \t\\]+$/, "", code)
    if (!open && code ~ /^[ \t]*(\} *)?(else +)?(if|for|while) *\(/ && code !~ /^[ \t]*\} *while/) {
        open = 1; depth = 0; start = file ":" line
    }
    if (open) {
        depth += count(code, "[(]") - count(code, "[)]")
        if (depth <= 0) {
            open = 0
            if (code !~ /\{( *\})?$/ && code !~ /\{.*\}$/) print start ": a body without braces"
        }
    } else if (code ~ /(^|[ }])else$/) print file ":" line ": else without a brace"
}' "$lint_tmp/code" >"$lint_tmp/bad"
lint_end "$lint_tmp/bad"

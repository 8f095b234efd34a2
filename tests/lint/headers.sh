#!/bin/sh
# Every function that a header offers has its words: a comment before it or beside it, in the same
# paragraph (lines without an empty one between), so that a group may share one.
. "$(dirname "$0")/lib.sh"
lint_need awk
lint_sources core sync app | grep '\.h$' >"$lint_tmp/files" || exit 0
xargs awk '
FNR == 1 { depth = 0; said = 0; in_comment = 0; statement = ""; continued = 0 }
{
    line = $0
    if (!in_comment && line ~ /^[ \t]*$/) { said = 0; statement = "" }
    if (in_comment || line ~ /\/\*|\/\//) said = 1
    # Comments out of the line.
    while (1) {
        if (in_comment) {
            at = index(line, "*/")
            if (at == 0) { line = ""; break }
            line = substr(line, at + 2); in_comment = 0
        }
        at = index(line, "/*")
        if (at == 0) break
        end = index(substr(line, at + 2), "*/")
        if (end == 0) { line = substr(line, 1, at - 1); in_comment = 1; break }
        line = substr(line, 1, at - 1) substr(line, at + end + 3)
    }
    sub(/\/\/.*/, "", line)
    if (continued || line ~ /^[ \t]*#/) { continued = line ~ /\\$/; next }
    opened = gsub(/\{/, "{", line); closed = gsub(/\}/, "}", line)
    if (depth == 0 && !opened) statement = statement " " line
    depth += opened - closed
    if (opened || closed) { statement = ""; next }
    if (depth == 0 && statement ~ /;[ \t]*$/) {
        if (statement ~ /[A-Za-z0-9_]\(/ && statement !~ /typedef|_Static_assert|^ *\*/ && !said) {
            name = statement; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
            # A name in capitals is a macro that makes a family of functions; its words stand there.
            if (name !~ /^[A-Z0-9_]+$/) print FILENAME ":" FNR ": " name " has no comment"
        }
        statement = ""
    }
}' <"$lint_tmp/files" >"$lint_tmp/bad"
lint_end "$lint_tmp/bad"

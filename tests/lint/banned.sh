#!/bin/sh
# Calls and constructs that the house does without: unbounded string functions, conversions that
# cannot fail, the C library's hidden state, shells, allocation on the stack, assignment inside a
# condition, and state that lives in static variables (several devices run in one process).
. "$(dirname "$0")/lib.sh"
lint_need awk
lint_sources core sync app tests >"$lint_tmp/files"
[ -s "$lint_tmp/files" ] || exit 0
xargs awk -f tests/lint/strip.awk <"$lint_tmp/files" >"$lint_tmp/code"
awk '
BEGIN {
    n = split("strcpy strcat sprintf vsprintf strncpy strncat strtok atoi atol atof atoll scanf sscanf " \
              "fscanf vsscanf gets localtime gmtime ctime asctime rand srand random alloca system " \
              "popen tmpnam mktemp", names, " ")
    for (i = 1; i <= n; i++) banned[names[i]] = 1
}
function where() { return file ":" line ": " }
{
    at = index($0, ":"); file = substr($0, 1, at - 1); rest = substr($0, at + 1)
    at = index(rest, ":"); line = substr(rest, 1, at - 1); code = substr(rest, at + 1)
    words = code
    while (match(words, /[A-Za-z_][A-Za-z0-9_]* *\(/)) {
        before = RSTART > 1 ? substr(words, RSTART - 1, 1) : " "
        name = substr(words, RSTART, RLENGTH)
        sub(/ *\($/, "", name)
        # After . or > it is a member of that name, after a digit a part of another word.
        if ((name in banned) && before !~ /[.>0-9]/) print where() "calls " name
        words = substr(words, RSTART + RLENGTH)
    }
    if (code ~ /(^|[^A-Za-z0-9_])(if|while) *\(/) {
        cond = code
        sub(/^.*[^A-Za-z0-9_]?(if|while) *\(/, "", cond)
        gsub(/[=!<>]=/, "", cond)
        sub(/\) *\{.*/, "", cond)
        # What stands in a brace of a compound literal is no assignment.
        if (cond ~ /[^=]=[^=]/ && cond !~ /[{;]/) print where() "an assignment inside a condition"
    }
    if (file !~ /^tests\// && code ~ /^ *static / && code !~ /const|inline|sig_atomic_t|_Static_assert|\(/ &&
        code ~ /[;=]/) print where() "state in a static variable; it goes through a context"
}' "$lint_tmp/code" >"$lint_tmp/bad"
lint_end "$lint_tmp/bad"

#!/bin/sh
# Every C file is as clang-format would write it; `make format` mends what is not.
. "$(dirname "$0")/lib.sh"
lint_need clang-format
lint_sources core sync app tests >"$lint_tmp/files"
[ -s "$lint_tmp/files" ] || exit 0
xargs -P 2 -n 24 clang-format --dry-run -Werror <"$lint_tmp/files" 2>"$lint_tmp/out" && exit 0
# One line a file is enough: the first place that differs.
grep -E '^[^ ]+:[0-9]+:[0-9]+: error' "$lint_tmp/out" |
    awk -F: '!seen[$1]++ { print $1 ":" $2 ": not formatted; make format" }' >"$lint_tmp/bad"
[ -s "$lint_tmp/bad" ] || cp "$lint_tmp/out" "$lint_tmp/bad"
cat "$lint_tmp/bad"
exit 1

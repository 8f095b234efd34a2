#!/bin/sh
# A lock file names packages by version and hash, never the host from which somebody once took them.
. "$(dirname "$0")/lib.sh"
lint_need grep
lint_files '*package-lock.json' >"$lint_tmp/files"
: >"$lint_tmp/bad"
while IFS= read -r f; do
    grep -nE '"resolved"|https?://[^"]*\.tgz' "$f" |
        awk -v f="$f" -F: '{ print f ":" $1 ": names a host; remove \"resolved\"" }' >>"$lint_tmp/bad"
done <"$lint_tmp/files"
lint_end "$lint_tmp/bad"

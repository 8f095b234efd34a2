#!/bin/sh
# Every room has a README.md of its own; the top level holds the fixed names and nothing else.
. "$(dirname "$0")/lib.sh"
lint_need awk sort
lint_files '*' >"$lint_tmp/files"
awk -F/ '
{
    if (NF == 1) {
        if ($1 !~ /^\./ && $1 != "Makefile" && $1 != "README.md") print $1 ":1: does not belong at the top level"
        next
    }
    if ($1 !~ /^\./ && $1 !~ /^(app|core|sync|assets|packaging|tests)$/)
        if (!odd[$1]++) print $1 ":1: does not belong at the top level"
    if ($1 ~ /^\./ || $0 ~ /^packaging\/debian\//) next
    # Rooms are one or two folders deep; what lies deeper belongs to its room.
    for (deep = 1; deep <= 2 && deep < NF; deep++) {
        room = deep == 1 ? $1 : $1 "/" $2
        rooms[room] = 1
        if ($0 == room "/README.md") has[room] = 1
    }
}
END { for (room in rooms) if (!has[room]) print room "/README.md:1: missing: what lives here, what may never, how to add one" }
' "$lint_tmp/files" | sort >"$lint_tmp/bad"
[ -f README.md ] || echo "README.md:1: missing" >>"$lint_tmp/bad"
lint_end "$lint_tmp/bad"

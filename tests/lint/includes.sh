#!/bin/sh
# Who may include whom: core only core; sync only sync and core; app only app, sync and core. SDL only
# in app/platform and app/render, sockets only in sync/carrier, sync/hq and app/platform (what runs on
# the device itself), no threads in core.
# Names are written from the project's root, so that every line can be checked.
. "$(dirname "$0")/lib.sh"
lint_need awk
lint_sources core sync app >"$lint_tmp/files"
[ -s "$lint_tmp/files" ] || exit 0
xargs awk '
/^[ \t]*#[ \t]*include/ {
    room = FILENAME; sub(/\/.*/, "", room)
    what = $0; sub(/^[ \t]*#[ \t]*include[ \t]*/, "", what)
    name = what; sub(/^["<]/, "", name); sub(/[">].*/, "", name)
    say = FILENAME ":" FNR ": "
    if (what ~ /^"/) {
        top = name; sub(/\/.*/, "", top)
        ok = top == "core" || (top == "sync" && room != "core") || (top == "app" && room == "app")
        if (!ok) print say room " may not include " name
    } else if (name ~ /^(SDL|SDL2\/)/) {
        if (FILENAME !~ /^app\/(platform|render)\//) print say "SDL stays in app/platform and app/render"
    } else if (name ~ /^(sys\/socket|sys\/un|netinet\/|arpa\/|netdb|curl\/|microhttpd)/) {
        if (FILENAME !~ /^(sync\/(carrier|hq)|app\/platform)\//) print say "sockets stay in sync/carrier, sync/hq and app/platform"
    } else if (name ~ /^(pthread|threads|semaphore)\.h/) {
        if (room == "core") print say "core has no threads"
    }
}' <"$lint_tmp/files" >"$lint_tmp/bad"
lint_end "$lint_tmp/bad"

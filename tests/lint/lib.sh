# shellcheck shell=sh
# Sourced by the checks: where the project is, what its files are, what a missing tool means.
set -eu
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/../.."
lint_tmp=$(mktemp -d)
trap 'rm -rf "$lint_tmp"' EXIT

# lint_need TOOL...: a check that cannot run has not passed.
lint_need() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null 2>&1 || { echo "$0: $tool is missing; this check fails without it"; exit 1; }
    done
}

# lint_files PATTERN...: what git holds or would take (a source archive has no git: then what is there).
lint_files() {
    if [ -e .git ] && command -v git >/dev/null 2>&1; then
        git ls-files -co --exclude-standard -- "$@" | while IFS= read -r f; do [ -f "$f" ] && echo "$f"; done
    else
        for pattern in "$@"; do
            find . -path ./build -prune -o -path "./$pattern" -type f -print | sed 's|^\./||'
        done
    fi | sort -u
}

# lint_sources ROOM...: C sources and headers of rooms.
lint_sources() {
    for room in "$@"; do echo "$room/*.c"; echo "$room/*.h"; done >"$lint_tmp/patterns"
    set -f
    # shellcheck disable=SC2046
    lint_files $(cat "$lint_tmp/patterns")
    set +f
}

# lint_end FILE: prints the offenders in FILE; fails when there are any.
lint_end() {
    [ -s "$1" ] || exit 0
    cat "$1"
    exit 1
}

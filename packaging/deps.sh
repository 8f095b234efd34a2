#!/bin/sh
# Installs the Debian packages that a target needs: deps.sh build | run | test | fuzz.
# As root, or with `sudo -n`; otherwise prints the one line to run, and stops.
set -eu
here=$(dirname "$0")
lists="$here/apt-build.txt"
case "${1:-build}" in
build) ;;
run) lists="$lists $here/apt-run.txt" ;;
test) lists="$lists $here/apt-run.txt $here/apt-test.txt" ;;
fuzz) lists="$lists $here/apt-run.txt $here/apt-test.txt $here/apt-fuzz.txt" ;;
*) echo "deps.sh: build, run, test or fuzz" >&2; exit 2 ;;
esac
missing=
for p in $(cat $lists); do
    case "$p" in
    # Another provider of the program serves as well.
    nodejs) command -v node >/dev/null 2>&1 && continue ;;
    npm) command -v npm >/dev/null 2>&1 && continue ;;
    esac
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing="$missing $p"
done
[ -z "$missing" ] && exit 0
line="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    run=
elif sudo -n true 2>/dev/null; then
    run="sudo -n"
else
    echo "Docket needs these Debian packages. Run this once, then the same make again:" >&2
    echo "  sudo $line" >&2
    exit 1
fi
echo "  APT  $missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# sudo does not hand variables on: env does.
if ! { $run apt-get update -qq && $run env DEBIAN_FRONTEND=noninteractive $line; } >"$log" 2>&1; then
    tail -20 "$log" >&2
    echo "deps.sh: apt-get did not install them; is there a network, and room on the disk?" >&2
    exit 1
fi

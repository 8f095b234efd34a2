#!/bin/sh
# Installs the Debian packages that a target needs: deps.sh build | run | test.
# As root, or with `sudo -n`; otherwise prints the one line to run, and stops.
set -eu
here=$(dirname "$0")
lists="$here/apt-build.txt"
case "${1:-build}" in
build) ;;
run) lists="$lists $here/apt-run.txt" ;;
test) lists="$lists $here/apt-run.txt $here/apt-test.txt" ;;
*) echo "deps.sh: build, run or test" >&2; exit 2 ;;
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
$run apt-get update -qq
DEBIAN_FRONTEND=noninteractive $run $line >/tmp/docket-apt.$$ 2>&1 || { cat /tmp/docket-apt.$$ >&2; exit 1; }
rm -f /tmp/docket-apt.$$

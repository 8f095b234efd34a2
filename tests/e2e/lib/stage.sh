# shellcheck shell=sh
# Sourced by the stories: a stage of their own below $stage, the three programs, claims.
# Ends, on exit, every process that the story started, by its id, and removes the stage.
set -u
LC_ALL=C.UTF-8
export LC_ALL
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root" || exit 1
bin=${DOCKET_BIN:-$root/build}
stage=$(mktemp -d)
demo=$root/assets/demo
pin=2468
server=
others=
claims=0

stage_end() {
    for p in $server $others; do kill "$p" 2>/dev/null; done
    for p in $server $others; do wait "$p" 2>/dev/null; done
    rm -rf "$stage"
}
trap stage_end EXIT
trap 'exit 130' INT TERM

for program in docketctl docketd; do
    [ -x "$bin/$program" ] || { echo "not ok - $program is built"; exit 1; }
done

# claim NAME COMMAND...: ok when the command succeeds; what it said is shown when it does not.
claim() {
    claim_name=$1
    shift
    if "$@" >"$stage/claim.out" 2>&1; then
        echo "ok - $claim_name"
    else
        echo "not ok - $claim_name"
        sed 's/^/    /' "$stage/claim.out" | tail -15
    fi
}
# refused TEXT COMMAND...: the command exits 1 and its stderr holds TEXT (an extended expression).
refused() {
    text=$1
    shift
    "$@" >"$stage/refused.out" 2>"$stage/refused.err"
    rc=$?
    cat "$stage/refused.out" "$stage/refused.err"
    [ $rc -eq 1 ] && grep -Eq "$text" "$stage/refused.err"
}
ctl() { "$bin/docketctl" "$@"; }
# on DEVICE COMMAND...: docketctl on a handheld's store, with its own config folder and its PIN.
on() {
    who=$1
    shift
    mkdir -p "$stage/config-$who"
    printf '%s\n' "${PIN:-$pin}" |
        XDG_CONFIG_HOME="$stage/config-$who" "$bin/docketctl" "$@" --store "$stage/$who" --pin-fd 0
}
# serve [STORE]: start docketd on a port of its own choice; sets $server and $url.
serve() {
    : >"$stage/docketd.out"
    "$bin/docketd" --store "${1:-$stage/hq}" --listen 127.0.0.1:0 \
        >"$stage/docketd.out" 2>>"$stage/docketd.err" &
    server=$!
    tries=0
    url=
    while [ -z "$url" ]; do
        url=$(sed -n 's/^listening on //p' "$stage/docketd.out")
        tries=$((tries + 1))
        if [ $tries -gt 100 ] || ! kill -0 "$server" 2>/dev/null; then
            echo "not ok - docketd starts"
            tail -5 "$stage/docketd.err"
            exit 1
        fi
        [ -n "$url" ] || sleep 0.1
    done
    case $url in http*) ;; *) url=http://$url ;; esac
}
unserve() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    wait "$server" 2>/dev/null
    server=
}
# found: headquarters with the demo's tables.
found() {
    ctl init-hq --store "$stage/hq" --name "安心家电服务" --pub "$stage/hq.pub" || return 1
    for kind in technicians customers equipment contracts parts stock faults cases prices calendar jobs; do
        bring "$kind" || return 1
    done
}
# bring KIND [OPTION...]: one of the demo's tables.
bring() {
    kind=$1
    shift
    if [ -f "$demo/$kind.map" ]; then set -- --map "$demo/$kind.map" "$@"; fi
    ctl import --store "$stage/hq" "$kind" "$demo/$kind.csv" --utc-offset 480 "$@"
}
# enlist DEVICE TECHNICIAN: enrol and join over the network.
enlist() {
    code=$(ctl enrol --store "$stage/hq" --technician "$2") || return 1
    on "$1" join --code "$code" --url "$url"
}
entries_at() { # how many entries a store (hq, or a device's name) holds
    if [ "$1" = hq ]; then ctl log --store "$stage/hq"; else on "$1" log; fi | wc -l
}

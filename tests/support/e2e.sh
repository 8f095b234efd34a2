# e2e.sh - what whole stories share: a folder of their own, claims, headquarters, devices, scripts.
# Sourced by tests/e2e/*.sh after `set -u`; they run from the root of the tree.
#
#   e2e_begin NAME              makes $T (below build/e2e), sees to cleaning up; KEEP=1 leaves it
#   claim SENTENCE COMMAND...   ok when the command succeeds, else not ok with the end of $T/log
#   need SENTENCE COMMAND...    the same, and ends the story when it fails
#   skipped SENTENCE            says that a thing could not be shown here, and why; claims nothing
#   hq_make DIR [LEGAL_DAYS]    an empty headquarters;  hq_demo DIR: assets/demo imported into it
#   hqctl COMMAND ARGS...       docketctl on $HQ
#   user_add LOGIN [ROLE [NAME [BRANCH]]]  a login at $HQ with "a long password"; without a role an administrator
#   browser_first               claims that Chromium and its driver are there; its half ends within $BROWSER_S
#   server_start DIR [OPTION..] docketd on a port of its own choice: $URL, $SERVER; server_stop
#   device_make DIR CODE [PIN]  enrols and joins a device of that technician, with its own device
#                               secret below DIR.config; settings in Chinese unless $UI_LANG says en
#   device_first [CODE]         how most stories begin, a claim each: the demo's headquarters in $T/hq, docketd on it,
#                               a device of that technician (T01) in $T/dev, which has its jobs
#   device_alone DIR            docketd ends, and the device knows no address
#   device_copy DIR TO          with its config and its settings
#   dctl DIR COMMAND ARGS...    docketctl on a device, its PIN given
#   play DIR SCRIPT ARGS...     the app, headless, network gone where the system lets us
#   job_id DIR CODE             the subject of a job, in hex
#   unlock_lines [PIN]          the lines of a script that open the store
#   new_call_lines ADDRESS      ... that begin a call for a customer who is not on file
#   bit_turned IN OUT AT        the file with one bit of byte AT turned: always another file, whatever stood there
root=$(pwd)
bin=${BIN:-$root/build}
B=${B:-build/release}
PIN=2468
BROWSER_S=900 # a bound for what hangs; slowed down, a page of claims takes longer
[ -z "${SLOW:-}" ] || BROWSER_S=3600
UI_LANG=${UI_LANG:-zh}
SERVER=
E2E_NOW=${E2E_NOW:-2026-11-21T09:20}

e2e_begin() {
    mkdir -p build/e2e
    T=$(mktemp -d "$root/build/e2e/$1.XXXXXX")
    : >"$T/log"
    trap e2e_end EXIT
    trap 'exit 130' INT TERM
    # Without the right to make a network of our own the story is played with no server running.
    if unshare -n true 2>/dev/null; then
        OFFLINE="unshare -n"
    elif unshare -rn true 2>/dev/null; then
        OFFLINE="unshare -rn"
    else
        OFFLINE=
        skipped "the network cannot be taken away here; the app is played with no server instead"
    fi
}
e2e_end() {
    e2e_rc=$?
    server_stop
    if [ "${KEEP:-}" = 1 ]; then echo "# left: $T"; else rm -rf "$T"; fi
    exit $e2e_rc
}
claim() {
    claim_name=$1
    shift
    if "$@" >>"$T/log" 2>&1; then
        echo "ok - $claim_name"
        return 0
    fi
    echo "not ok - $claim_name"
    tail -n 15 "$T/log" | cut -c 1-300 | sed 's/^/# /'
    return 1
}
need() { claim "$@" || exit 1; }
skipped() { echo "# skipped: $*"; }

hq_make() {
    HQ=$1
    "$bin/docketctl" init-hq --store "$1" --name "安心家电服务" --legal-days "${2:-3650}" \
        --pub "$1.pub" >>"$T/log" 2>&1
}
hqctl() {
    hqctl_cmd=$1
    shift
    "$bin/docketctl" "$hqctl_cmd" --store "$HQ" "$@"
}
# One kind of table; the demo's times are those of China.
hq_import() { # KIND FILE [MAP]
    hq_map=
    [ -n "${3:-}" ] && hq_map="--map $3"
    # shellcheck disable=SC2086
    hqctl import "$1" "$2" $hq_map --utc-offset 480
}
hq_demo() {
    hq_make "$1" "${2:-3650}" || return 1
    for kind in technicians customers equipment contracts parts stock faults cases prices calendar jobs; do
        map=
        [ -f "assets/demo/$kind.map" ] && map=assets/demo/$kind.map
        hq_import "$kind" "assets/demo/$kind.csv" "$map" >>"$T/log" 2>&1 || return 1
    done
}
user_add() {
    printf 'a long password\n' | "$bin/docketctl" user add --store "$HQ" --login "$1" --password-fd 0 \
        ${2:+--role "$2" --name "${3:-$1}"} ${4:+--branch "$4"}
}
browser_there() { [ -x /usr/bin/chromium ] || { echo "chromium is missing: packaging/deps.sh test"; return 1; }; }
browser_first() {
    need "chromium is there" browser_there
    need "its driver is there" sh tests/support/npm.sh
}

server_start() {
    : >"$T/docketd.out"
    server_dir=$1
    shift
    "$bin/docketd" --store "$server_dir" --listen 127.0.0.1:0 "$@" >"$T/docketd.out" 2>>"$T/log" &
    SERVER=$!
    n=0
    until URL=$(sed -n 's/^listening on //p' "$T/docketd.out") && [ -n "$URL" ]; do
        n=$((n + 1))
        if [ $n -gt 200 ] || ! kill -0 "$SERVER" 2>/dev/null; then
            echo "docketd did not start" >>"$T/log"
            return 1
        fi
        sleep 0.05
    done
    case $URL in http*) ;; *) URL=http://$URL ;; esac
}
server_stop() {
    [ -n "$SERVER" ] || return 0
    kill "$SERVER" 2>/dev/null
    wait "$SERVER" 2>/dev/null
    SERVER=
}

device_make() {
    code=$(hqctl enrol --technician "$2" 2>>"$T/log" | tail -n 1) || return 1
    mkdir -p "$1.config"
    printf '%s\n' "${3:-$PIN}" | XDG_CONFIG_HOME=$1.config "$bin/docketctl" join --store "$1" \
        --code "$code" --url "$URL" --pin-fd 0 >>"$T/log" 2>&1 || return 1
    device_settings "$1"
}
device_settings() {
    printf 'language=%s\nscale=100\ntheme=0\nleft=0\naddress=%s\n' "$UI_LANG" "${URL:-}" \
        >"$1.settings"
}
device_first() {
    need "a demo headquarters is made" hq_demo "$T/hq"
    need "docketd listens" server_start "$T/hq"
    need "a device joins" device_make "$T/dev" "${1:-T01}"
    need "it fetches its jobs" device_sync "$T/dev"
}
device_alone() {
    server_stop
    URL= device_settings "$1"
}
device_copy() { cp -a "$1" "$2" && cp -a "$1.config" "$2.config" && cp "$1.settings" "$2.settings"; }
dctl() {
    dctl_dir=$1 dctl_cmd=$2
    shift 2
    case $dctl_cmd in
    bundle) dctl_cmd="bundle $1"; shift ;;
    esac
    # shellcheck disable=SC2086
    printf '%s\n' "$PIN" | XDG_CONFIG_HOME=${dctl_config:-$dctl_dir.config} "$bin/docketctl" \
        $dctl_cmd --store "$dctl_dir" "$@" --pin-fd 0
}
device_sync() { dctl "$1" sync --url "$URL"; }
play() {
    play_dir=$1 play_script=$2
    shift 2
    # shellcheck disable=SC2086
    XDG_CONFIG_HOME=${play_config:-$play_dir.config} $OFFLINE "$bin/docket" --store "$play_dir" \
        --headless --size 480x800 --density 1 --lang "$UI_LANG" --now "$E2E_NOW" \
        --script "$play_script" "$@"
}
unlock_lines() {
    if [ "$UI_LANG" = en ]; then unlock_word=Unlock; else unlock_word=解锁; fi
    printf 'tap #pin\ntype "%s"\ntap "%s"\nwait\n' "${1:-$PIN}" "$unlock_word"
}
new_call_lines() {
    cat <<S
tap #more
tap #own:5
wait
tap #fresh
tap #name
type "Harbour Canteen"
key Escape
tap #phone
type "0571 5555 1234"
key Escape
tap #address
type "$1"
key Escape
S
}
job_id() { # DIR CODE: the subject of a job that the device holds, in hex
    dctl "$1" export jobs --json 2>>"$T/log" | jq -r --arg c "$2" '.[] | select(.code == $c) | .id'
}
bit_turned() {
    node -e 'const fs = require("fs"), b = fs.readFileSync(process.argv[1]);
        b[Number(process.argv[3])] ^= 1; fs.writeFileSync(process.argv[2], b);' "$@"
}

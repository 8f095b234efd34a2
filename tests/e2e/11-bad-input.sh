#!/bin/sh
# Goal of this test: what is wrong is refused with a sentence that says what happened, and nothing is
# lost by it: codes, PINs, tables, bundles, another headquarters' things, a broken line, a full disk.
# shellcheck source=tests/e2e/lib/stage.sh
. "$(dirname "$0")/lib/stage.sh"

found >"$stage/found.out" 2>&1 || { echo "not ok - headquarters is set up"; tail -3 "$stage/found.out"; exit 1; }
serve

# --- addresses, codes, PINs ---------------------------------------------------------------------
claim "postgresql:// is refused with a sentence" \
    refused "PostgreSQL" ctl init-hq --store postgresql://localhost/docket --name X
claim "docketd refuses it too" \
    sh -c '! "$1"/docketd --store postgresql://localhost/docket --listen 127.0.0.1:0 2>"$2" && grep -qi postgres "$2"' - "$bin" "$stage/pg.err"
no_store() { refused "does not know this code|16 characters" "$@" && [ ! -e "$stage/alpha" ]; }
claim "a code that headquarters never gave is refused and makes nothing" \
    no_store on alpha join --code 0000-1111-2222-3333 --url "$url"
claim "a code of the wrong length is refused" \
    refused "16|code" on alpha join --code ABC --url "$url"
bad_pin() {
    code=$(ctl enrol --store "$stage/hq" --technician T01) || return 1
    PIN=12 refused "4 to 64" on alpha join --code "$code" --url "$url" && [ ! -e "$stage/alpha" ]
}
claim "a PIN that is too short is refused before the code is used" bad_pin
claim "and the same code then serves" on alpha join --code "$code" --url "$url"
used() { refused "used" on other join --code "$code" --url "$url" && [ ! -e "$stage/other" ]; }
claim "the code is refused to a second device" used
claim "enrolment of somebody unknown is refused" \
    refused "T77|no technician|unknown|no " ctl enrol --store "$stage/hq" --technician T77
on alpha sync --url "$url" >/dev/null 2>&1
wrong_pin() {
    PIN=9999 refused "PIN" on alpha log && on alpha log >"$stage/log.out" && [ -s "$stage/log.out" ]
}
claim "a wrong PIN is refused, the right one opens" wrong_pin
back_off() {
    for _ in 1 2 3 4 5; do PIN=9999 on alpha log >/dev/null 2>"$stage/pin.err"; done
    cat "$stage/pin.err"
    refused "wait|second" on alpha log
}
claim "after several wrong PINs even the right one has to wait" back_off
waited() {
    tries=0
    until on alpha log >/dev/null 2>"$stage/pin.err"; do
        tries=$((tries + 1))
        [ $tries -lt 30 ] || { cat "$stage/pin.err"; return 1; }
        sleep 1
    done
}
claim "and opens when that time is over" waited
enlist beta T02 >/dev/null 2>&1
on beta sync --url "$url" >/dev/null 2>&1

# --- tables -------------------------------------------------------------------------------------
unchanged() { # COMMAND...: fails or not, headquarters holds what it held
    before=$(entries_at hq)
    "$@" || return 1
    [ "$(entries_at hq)" -eq "$before" ] || { echo "entries were added"; return 1; }
}
take() { ctl import --store "$stage/hq" "$@"; }
printf 'id,telephone\nC-7001,1\n' >"$stage/column.csv"
claim "a table without a column that is needed is refused by the column's name" \
    unchanged refused "name" take customers "$stage/column.csv"
: >"$stage/empty.csv"
claim "an empty file is refused" unchanged refused "empty" take customers "$stage/empty.csv"
claim "a file that is not there is refused" unchanged refused "nowhere.csv|no such" take customers "$stage/nowhere.csv"
claim "a kind that is not there is a usage error" \
    sh -c '"$1"/docketctl import --store "$2" weather x.csv 2>/dev/null; [ $? -eq 2 ]' - "$bin" "$stage/hq"

some_in() { # KIND FILE LINES GOOD: those lines are refused by number, the GOOD rows are in
    take "$1" "$2" --json >"$stage/some.json" 2>"$stage/some.err"
    rc=$?
    cat "$stage/some.err"
    [ $rc -eq 1 ] || return 1
    python3 - "$stage/some.json" "$3" "$4" <<'P'
import json, sys
r = json.load(open(sys.argv[1]))
have = [str(x["line"]) for x in r["refused"]]
print(have, r["created"])
assert have == sys.argv[2].split(","), have
assert r["created"] + r["changed"] + r["unchanged"] == int(sys.argv[3])
assert all(x["why"] for x in r["refused"])
P
}
cat >"$stage/dates.csv" <<'C'
id,customer,call_time,fault_text
J-9001,C-1001,2026-02-30 10:00,no such day
J-9002,C-1001,2026-11-20 10:00,good
J-9003,C-1001,yesterday,no date
J-9004,C-1001,2026-11-20 25:00,no such hour
C
claim "bad dates are refused by line, the rest is in" some_in jobs "$stage/dates.csv" 2,4,5 1
cat >"$stage/twice.csv" <<'C'
id,customer,call_time,fault_text
J-9011,C-1001,2026-11-20 10:00,first
J-9012,C-1001,2026-11-20 10:00,second
J-9011,C-1001,2026-11-20 10:00,the first id again
C
claim "a repeated id is refused with the line on which it stood" some_in jobs "$stage/twice.csv" 4 2
claim "(and says which)" grep -q "line 2 already" "$stage/some.err"
cat >"$stage/unknown.csv" <<'C'
id,customer,call_time,fault_text,technician
J-9021,C-0000,2026-11-20 10:00,unknown customer,
J-9022,C-1001,2026-11-20 10:00,unknown technician,T77
J-9023,C-1001,2026-11-20 10:00,known,T02
C
claim "a row that names what is not there is refused" some_in jobs "$stage/unknown.csv" 2,3 1
equal_rows() {
    printf 'id,customer,call_time,fault_text\nJ-9031,C-1001,2026-11-20 10:00,same\nJ-9032,C-1001,2026-11-20 10:00,same\n' \
        >"$stage/equal.csv"
    take jobs "$stage/equal.csv" --json >"$stage/equal.json" || return 1
    grep -q '"created": 2' "$stage/equal.json"
}
claim "equal rows with different ids are different jobs" equal_rows
python3 - "$stage/long.csv" <<'P'
import sys
with open(sys.argv[1], "w") as f:
    f.write("id,name\nC-7101,before\nC-7102," + "x" * 10_000_000 + "\nC-7103,after\n")
P
claim "a line of 10 MB is refused, those around it are in" some_in customers "$stage/long.csv" 3 2
python3 - "$stage/broken.csv" <<'P'
import sys
rows = [f"C-72{i:02},客户{i}".encode() for i in range(60)]
rows[30] = b"C-7230,broken \xe4\xb8"
open(sys.argv[1], "wb").write(b"id,name\n" + b"\n".join(rows) + b"\n")
P
claim "a line whose encoding is broken is refused, those around it are in" some_in customers "$stage/broken.csv" 32 59
claim "an encoding that nobody knows is refused" \
    unchanged refused "KLINGON" take customers "$stage/broken.csv" --encoding KLINGON

# --- bundles ------------------------------------------------------------------------------------
ctl assign --store "$stage/hq" --job J-9002 --technician T02 >/dev/null
on beta bundle export --file "$stage/beta.docket" >/dev/null 2>&1
bend() { # IN OUT HOW: cut:N keeps N percent; flip:N turns one bit at N percent
    python3 - "$1" "$2" "$3" <<'P'
import sys
d = bytearray(open(sys.argv[1], "rb").read())
how, n = sys.argv[3].split(":")
at = len(d) * int(n) // 100
if how == "cut":
    d = d[:at]
else:
    d[at] ^= 1
open(sys.argv[2], "wb").write(d)
P
}
give() { ctl bundle import --store "$stage/hq" --file "$1" --answer "$stage/answer.docket"; }
for how in flip:2 flip:50 flip:99 cut:10 cut:97; do
    bend "$stage/beta.docket" "$stage/bent.docket" $how
    claim "headquarters refuses a bundle with $how and is as it was" \
        unchanged refused "." give "$stage/bent.docket"
done
claim "headquarters refuses what is no bundle" unchanged refused "." give "$stage/long.csv"
claim "and takes the whole one" give "$stage/beta.docket"
cp "$stage/answer.docket" "$stage/for-beta.docket"
as_before() { # COMMAND...: the device holds what it held
    n=$(entries_at beta)
    "$@" || return 1
    [ "$(entries_at beta)" -eq "$n" ]
}
for how in flip:2 flip:99 cut:30; do
    bend "$stage/for-beta.docket" "$stage/bent.docket" $how
    claim "the device refuses an answer with $how and loses nothing" \
        as_before refused "lost|nothing|kept" on beta bundle import --file "$stage/bent.docket"
done
claim "an answer for another device is refused" \
    refused "another|not" on alpha bundle import --file "$stage/for-beta.docket"
claim "the device takes its own" on beta bundle import --file "$stage/for-beta.docket"
holds() { on beta export jobs --csv | cut -d, -f2 | grep -Fqx "$1"; }
claim "and holds what headquarters sent" holds J-9002
elsewhere() {
    ctl init-hq --store "$stage/hq2" --name Another >/dev/null || return 1
    n=$(ctl log --store "$stage/hq2" | wc -l)
    refused "." ctl bundle import --store "$stage/hq2" --file "$stage/beta.docket" \
        --answer "$stage/x.docket" || return 1
    [ "$(ctl log --store "$stage/hq2" | wc -l)" -eq "$n" ] && [ ! -e "$stage/x.docket" ]
}
claim "another headquarters refuses the bundle and is as it was" elsewhere

# --- a line that breaks -------------------------------------------------------------------------
through() { # HOW: sync of beta through a line that breaks so; sets the exit code
    python3 tests/e2e/lib/cut_proxy.py "$url" "$1" 1 >"$stage/port" &
    others="$others $!"
    proxy=$!
    tries=0
    until [ -s "$stage/port" ] || [ $tries -gt 300 ]; do sleep 0.1; tries=$((tries + 1)); done
    on beta sync --url "http://127.0.0.1:$(cat "$stage/port")"
    rc=$?
    kill "$proxy" 2>/dev/null
    return $rc
}
more_jobs() {
    python3 - "$stage/more.csv" "$1" <<'P'
import sys
with open(sys.argv[1], "w") as f:
    f.write("id,customer,call_time,fault_text,technician\n")
    for i in range(60):
        f.write(f"{sys.argv[2]}{i:03},C-1001,2026-11-20 10:00,job {i},T02\n")
P
    take jobs "$stage/more.csv" >/dev/null
}
cut_answer() {
    more_jobs K-1 || return 1
    refused "Nothing is lost|early" through answer:2 || return 1
    kept=$(on beta export jobs --csv | grep -c ',K-1')
    echo "$kept of 60 came before the line broke"
    on beta check >/dev/null || return 1
    on beta sync --url "$url" || return 1
    [ "$(on beta export jobs --csv | grep -c ',K-1')" -eq 60 ]
}
claim "a line that breaks in the answer loses nothing; the next sync brings the rest" cut_answer
cut_request() { refused "Nothing is lost" through request:2 && on beta sync --url "$url"; }
claim "a line that breaks in the request loses nothing" cut_request

# --- a full disk --------------------------------------------------------------------------------
more_jobs K-2
full_disk() {
    unshare -m sh tests/e2e/lib/full_disk.sh "$stage" "$bin" "$url" "$pin"
    rc=$?
    [ $rc -ne 77 ] || echo "no disk of its own could be had here"
    return $rc
}
if unshare -m true 2>/dev/null; then
    claim "with the disk full a sync is refused, the store is sound, and goes on when there is room" full_disk
else
    echo "full disk: no mount namespace here"
fi

#!/bin/sh
# Goal of this test: docketctl alone carries the thread from tables to receipts.
# - Headquarters is set up and takes in the demo's tables; the same tables again add nothing.
# - Devices join over the network and by file, receive their own jobs and nobody else's, and see
#   their entries at headquarters after a verified receipt only.
# - Log, digests and check say the same on both sides, also while docketd runs.
# - Real work orders, where they are there, all become jobs within seconds.
# shellcheck source=tests/e2e/lib/stage.sh
. "$(dirname "$0")/lib/stage.sh"

json_count() { python3 -c 'import json,sys; print(len(json.load(sys.stdin)))'; }
json_get() { python3 -c 'import json,sys; d=json.load(sys.stdin); print(d[sys.argv[1]])' "$1"; }
rows() { tail -n +2 "$1" | grep -c .; }

# --- headquarters -------------------------------------------------------------------------------
claim "headquarters is set up, and the demo's ten tables go in" found
claim "the key file and the root key are nobody else's to read" \
    sh -c '[ "$(stat -c %a "$1.keys")" = 600 ] && [ "$(stat -c %a "$1.root")" = 600 ]' - "$stage/hq"
claim "a second init-hq is refused and changes nothing" \
    refused "already|exists|is there" ctl init-hq --store "$stage/hq" --name Other

all_jobs() {
    n=$(ctl export --store "$stage/hq" jobs --json | json_count)
    echo "$n of $(rows "$demo/jobs.csv")"
    [ "$n" -eq "$(rows "$demo/jobs.csv")" ]
}
claim "every job of the table is there" all_jobs

again() {
    before=$(entries_at hq)
    for kind in technicians customers equipment contracts parts stock faults cases prices calendar jobs; do
        bring "$kind" --json >"$stage/again.json" || return 1
        for key in created changed assigned; do
            n=$(json_get "$key" <"$stage/again.json")
            [ "$n" -eq 0 ] || { echo "$kind: $n $key"; return 1; }
        done
    done
    echo "$before entries, then $(entries_at hq)"
    [ "$(entries_at hq)" -eq "$before" ]
}
claim "the same tables again add nothing" again

dry() {
    before=$(entries_at hq)
    printf 'id,name\nC-9999,Nobody\n' >"$stage/one.csv"
    ctl import --store "$stage/hq" customers "$stage/one.csv" --dry-run || return 1
    [ "$(entries_at hq)" -eq "$before" ]
}
claim "a dry run says what would go in and changes nothing" dry

formula() {
    printf 'id,name,phone\nC-9001,"=HYPERLINK(""http://x"")",+86 1\n' >"$stage/formula.csv"
    ctl import --store "$stage/hq" customers "$stage/formula.csv" || return 1
    ctl export --store "$stage/hq" customers --csv >"$stage/customers.csv" || return 1
    grep C-9001 "$stage/customers.csv"
    grep -q "\"'=HYPERLINK" "$stage/customers.csv" && grep -q "\"'+86 1\"" "$stage/customers.csv"
}
claim "an exported name that a spreadsheet would run is made harmless" formula

# A clerk of a branch sees what is of his branch: a row that names none takes the customer's.
branches() {
    printf 'id,name,branch\nC-9101,Here,SZ\nC-9102,Nowhere,\n' >"$stage/branches.csv"
    ctl import --store "$stage/hq" customers "$stage/branches.csv" || return 1
    printf 'id,customer,call_time,fault_text,branch\n%s\n%s\n%s\n' "J-9101,C-9101,2026-11-20 10:00,drips," \
        "J-9102,C-9101,2026-11-20 10:00,drips,HZ" "J-9103,C-9102,2026-11-20 10:00,drips," >"$stage/calls.csv"
    ctl import --store "$stage/hq" jobs "$stage/calls.csv" || return 1
    ctl export --store "$stage/hq" jobs --json | python3 -c '
import json, sys
got = {r["code"]: r["branch"] for r in json.load(sys.stdin) if r["code"].startswith("J-910")}
print(got)
assert got["J-9101"] and got["J-9102"] and got["J-9101"] != got["J-9102"] and not got["J-9103"], got'
}
claim "an imported call is of its customer's branch, or of the one that its row names" branches

encodings() {
    printf 'id,name\nC-9101,国标客户\n' | iconv -t GB18030 >"$stage/gb.csv"
    printf 'id,name\nC-9102,统一码客户\n' | iconv -t UTF-16 >"$stage/utf16.csv"
    ctl import --store "$stage/hq" customers "$stage/gb.csv" >"$stage/gb.out" || return 1
    ctl import --store "$stage/hq" customers "$stage/utf16.csv" >"$stage/utf16.out" || return 1
    cat "$stage/gb.out" "$stage/utf16.out"
    ctl export --store "$stage/hq" customers --csv >"$stage/customers.csv"
    grep -q 国标客户 "$stage/customers.csv" && grep -q 统一码客户 "$stage/customers.csv" &&
        grep -q "GB18030 (a guess" "$stage/gb.out" && ! grep -q guess "$stage/utf16.out"
}
claim "GB18030 is read and said to be a guess, UTF-16 by its mark" encodings

# --- devices ------------------------------------------------------------------------------------
serve
claim "a device joins from a code over the network" enlist alpha T01
claim "so does a second one" enlist beta T02

own_jobs() { # DEVICE TECHNICIAN: exactly the jobs that the table gives him
    on "$1" sync --url "$url" --json >"$stage/sync.json" || return 1
    on "$1" export jobs --csv | tail -n +2 | cut -d, -f2 | sort >"$stage/have"
    python3 - "$demo/jobs.csv" "$2" <<'P' | sort >"$stage/want"
import csv, sys
for row in csv.DictReader(open(sys.argv[1], encoding="utf-8-sig")):
    if row["technician"] == sys.argv[2]:
        print(row["id"])
P
    diff "$stage/want" "$stage/have" && [ -s "$stage/want" ]
}
claim "after its sync it holds the jobs of its technician and no other" own_jobs alpha T01
claim "and so does the second" own_jobs beta T02

nothing_new() {
    on alpha sync --url "$url" --json >"$stage/sync.json" || return 1
    cat "$stage/sync.json"
    [ "$(json_get sent_entries <"$stage/sync.json")" -eq 0 ] &&
        [ "$(json_get received_entries <"$stage/sync.json")" -eq 0 ] &&
        [ "$(json_get unsent <"$stage/sync.json")" -eq 0 ]
}
claim "syncing again sends and receives no entry" nothing_new

same_bytes() { # the device's own entries, by id and bytes, are headquarters'
    on alpha log --json --hex >"$stage/a.json" && ctl log --store "$stage/hq" --json --hex \
        >"$stage/h.json" || return 1
    python3 - "$stage/a.json" "$stage/h.json" <<'P'
import json, sys
a, h = (json.load(open(p)) for p in sys.argv[1:3])
held = {e["hash"]: e["bytes"] for e in h}
assert a and all(held.get(e["hash"]) == e["bytes"] for e in a), "an entry differs"
assert all(e["place"] == "at headquarters" for e in a), "an entry is not at headquarters"
assert any(e["kind_name"] == "journal.opened" for e in a)
print(len(a), "of", len(h), "entries")
P
}
claim "each entry of the device is headquarters' by id and bytes" same_bytes

same_digests() {
    on alpha digests | grep -v '	author	' | sort >"$stage/da"
    ctl digests --store "$stage/hq" | sort >"$stage/dh"
    n=0
    while IFS='	' read -r id type code rest; do
        [ "$type" = job ] || continue
        n=$((n + 1))
        grep -Fqx "$id	$type	$code	$rest" "$stage/dh" || { echo "$code differs"; return 1; }
    done <"$stage/da"
    echo "$n jobs"
    [ $n -gt 0 ]
}
claim "the digests of every shared job are equal on device and headquarters" same_digests
claim "check passes at headquarters while docketd runs" ctl check --store "$stage/hq"
claim "check passes on the device" on alpha check

assigned() {
    job=$(on beta export jobs --csv | sed -n 2p | cut -d, -f2)
    ctl assign --store "$stage/hq" --job "$job" --technician T01 || return 1
    on alpha sync --url "$url" >/dev/null || return 1
    on alpha export jobs --csv | cut -d, -f2 | grep -Fqx "$job"
}
claim "a job assigned while docketd runs reaches its technician with the next sync" assigned
claim "import works while docketd runs" bring customers
claim "nothing is in conflict" sh -c '"$1"/docketctl conflicts --store "$2" | grep -q "nothing is in conflict"' - "$bin" "$stage/hq"

# --- by file ------------------------------------------------------------------------------------
by_file() {
    code=$(ctl enrol --store "$stage/hq" --technician T03 --file "$stage/trust.cbor") || return 1
    on gamma join --code "$code" --trust "$stage/trust.cbor" --request "$stage/ask.docket" || return 1
    ctl bundle import --store "$stage/hq" --file "$stage/ask.docket" --answer "$stage/grant.docket" ||
        return 1
    on gamma join --code "$code" --grant "$stage/grant.docket"
}
claim "a device joins by file" by_file
here_first() {
    on gamma log | grep -q '  here  '
}
claim "its entries are only here" here_first
exchange_by_file() {
    on gamma bundle export --file "$stage/up.docket" || return 1
    ctl bundle import --store "$stage/hq" --file "$stage/up.docket" --answer "$stage/down.docket" || return 1
    on gamma bundle import --file "$stage/down.docket" || return 1
    ! on gamma log | grep -q '  here  '
}
claim "bundle and answer by file bring the receipt" exchange_by_file
file_jobs() {
    on gamma export jobs --csv | tail -n +2 | cut -d, -f2 | sort >"$stage/have"
    [ -s "$stage/have" ]
}
claim "and the jobs" file_jobs
unserve

# --- without docketd ----------------------------------------------------------------------------
rebuilt() {
    ctl digests --store "$stage/hq" >"$stage/before" && ctl rebuild --store "$stage/hq" &&
        ctl digests --store "$stage/hq" >"$stage/after" && cmp "$stage/before" "$stage/after" || return 1
    on alpha digests >"$stage/before" && on alpha rebuild && on alpha digests >"$stage/after" &&
        cmp "$stage/before" "$stage/after"
}
claim "rebuild gives the same digests on both sides" rebuilt
offline() { refused "Nothing is lost" on alpha sync --url "$url"; }
claim "with docketd gone a sync says that nothing is lost" offline

# --- real work orders ---------------------------------------------------------------------------
orders=$root/../shared/data/work-orders-abc.csv
real() {
    ctl init-hq --store "$stage/mine" --name Mine >/dev/null || return 1
    ctl import --store "$stage/mine" customers tests/e2e/work-orders-customers.csv || return 1
    ctl import --store "$stage/mine" equipment tests/e2e/work-orders-equipment.csv || return 1
    began=$(date +%s)
    ctl import --store "$stage/mine" jobs "$orders" --map tests/e2e/work-orders.map \
        >"$stage/real.out" 2>"$stage/real.err" || { tail -3 "$stage/real.err"; return 1; }
    took=$(($(date +%s) - began))
    n=$(ctl export --store "$stage/mine" jobs --json | json_count)
    echo "$n jobs in $took s"
    [ "$n" -eq "$(rows "$orders")" ] && [ $took -le 20 ]
}
credits() {
    python3 - "$orders" "$stage/real.err" <<'P'
import csv, re, sys
want = {n for n, row in enumerate(csv.DictReader(open(sys.argv[1])), 2) if row["Cost"].startswith("-")}
have = {int(m.group(1)) for m in re.finditer(r"^line (\d+): .* credit$", open(sys.argv[2]).read(), re.M)}
print(len(want), "credits")
assert want and want == have, (want - have, have - want)
P
}
real_again() {
    ctl import --store "$stage/mine" jobs "$orders" --map tests/e2e/work-orders.map --json \
        >"$stage/real.json" 2>/dev/null || return 1
    [ "$(json_get created <"$stage/real.json")" -eq 0 ] && [ "$(json_get changed <"$stage/real.json")" -eq 0 ]
}
if [ -f "$orders" ]; then
    claim "2,160 real work orders become jobs within seconds" real
    claim "a negative cost is a credit that the report names" credits
    claim "the same work orders again add nothing" real_again
else
    echo "real work orders: absent"
fi

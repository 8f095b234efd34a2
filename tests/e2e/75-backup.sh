#!/bin/sh
# Goal of this test: headquarters comes back from a backup, and says what did not.
# - A backup is made while docketd takes work, is one moment of the store, and holds no key unless it
#   was asked for; `check` proves it where it lies, and after it was put back.
# - The keys of subjects lie apart, at most 30 days: what is erased afterwards stays erased.
# - Restored to an older state, headquarters gets back what any device holds: the device's own work
#   and headquarters' own entries that it had heard. What only headquarters had is named: a span of
#   time and numbers of its journal.
# shellcheck source=tests/e2e/lib/stage.sh
. "$(dirname "$0")/lib/stage.sh"

get() { python3 -c 'import json,sys; d=json.load(sys.stdin)
for k in sys.argv[1].split("."): d=d[int(k)] if isinstance(d,list) else d[k]
print(json.dumps(d) if isinstance(d,(dict,list)) else d)' "$1"; }
status() { ctl status --store "$stage/hq" --json; }

claim "headquarters is set up" found
serve
claim "a device joins" enlist alpha T01
claim "and another" enlist beta T02
both() { on alpha sync --url "$url" && on beta sync --url "$url"; }
claim "both fetch their jobs" both

stale=$(ctl enrol --store "$stage/hq" --technician T01)
claim "a code is given that the backup still has as unused" [ ${#stale} -ge 16 ]

# --- backup ------------------------------------------------------------------------------------------
under_way() { # clerks write and a device syncs while the copy is made
    (for i in 1 2 3 4 5 6; do
        printf 'id,name\nC-8%s,Customer %s\n' "$i" "$i" >"$stage/c$i.csv"
        ctl import --store "$stage/hq" customers "$stage/c$i.csv" >/dev/null 2>&1
        on beta sync --url "$url" >/dev/null 2>&1
    done) &
    writer=$!
    ctl backup --store "$stage/hq" --to "$stage/backup" --json >"$stage/backup.out"
    rc=$?
    wait $writer
    cat "$stage/backup.out"
    return $rc
}
claim "a backup is made while docketd takes work" under_way
proves() { # the copy itself, with the key file from elsewhere
    ctl check --store "$stage/backup" --keys "$stage/hq.keys" || return 1
    seq=$(get seq <"$stage/backup.out") && epoch=$(get epoch <"$stage/backup.out")
    ctl log --store "$stage/backup" --keys "$stage/hq.keys" --json >"$stage/log" || return 1
    python3 - "$stage/log" "$epoch" "$seq" <<'P'
import json, sys
log, epoch, seq = json.load(open(sys.argv[1])), sys.argv[2], int(sys.argv[3])
own = [e["seq"] for e in log if e["epoch"] == epoch]
assert sorted(own) == list(range(1, seq + 1)), (len(own), seq)
print("numbers 1 to", seq)
P
}
claim "check proves the copy where it lies: chains, signatures, states, one moment" proves
no_keys() {
    [ ! -e "$stage/backup.keys" ] || { echo "a key file"; return 1; }
    ! find "$stage/backup" -name '*key*' | grep -q . || { echo "a key inside"; return 1; }
    [ "$(stat -c %a "$stage/backup.keytable")" = 600 ] || return 1
    python3 - "$stage/hq.keys" "$stage/hq.keytable" "$stage/backup" <<'P'
import os, sys
keys, table, folder = sys.argv[1:]
# Any 32 bytes of a secret: the key file's, and each subject's key.
raw = open(keys, "rb").read()
secrets = {raw[i:i + 32] for i in range(len(raw) - 31)}
t = open(table, "rb").read()
secrets |= {t[i + 2:i + 34] for i in range(len(t) - 33) if t[i:i + 2] == b"\x58\x20"}
for root, _, files in os.walk(folder):
    for f in files:
        data = open(os.path.join(root, f), "rb").read()
        for i in range(len(data) - 31):
            assert data[i:i + 32] not in secrets or data[i:i + 32] == bytes(32), f
print(len(secrets), "secrets looked for")
P
}
claim "it holds no key: neither headquarters' nor a subject's" no_keys
claim "a second backup does not overwrite the first" \
    refused "there already" ctl backup --store "$stage/hq" --to "$stage/backup"
with_keys() {
    ctl backup --store "$stage/hq" --to "$stage/full/" --with-keys || return 1
    cmp "$stage/full.keys" "$stage/hq.keys" && [ "$(stat -c %a "$stage/full.keys")" = 600 ]
}
claim "asked for, the key file is beside it, for nobody else to read" with_keys
claim "a handheld's store is not backed up, and it is said why" \
    refused "second author" ctl backup --store "$stage/alpha" --to "$stage/x"
expires() { # its date says 31 days ago
    python3 - "$stage/full/backup.json" <<'P'
import json, sys
p = sys.argv[1]
d = json.load(open(p)); d["made_ms"] -= 31 * 86400000
json.dump(d, open(p, "w"))
P
    ctl backup --store "$stage/hq" --to "$stage/later" --json >"$stage/later.out" || return 1
    cat "$stage/later.out"
    [ ! -e "$stage/full.keytable" ] && [ "$(get expired_keytables <"$stage/later.out")" = 1 ] &&
        [ -e "$stage/backup.keytable" ]
}
claim "key tables of backups older than 30 days are destroyed by the next backup" expires

# --- after it ---------------------------------------------------------------------------------------
before=$(get seq <"$stage/backup.out")
job() { # CODE TECHNICIAN: taken after the backup
    python3 - "$demo/jobs.csv" "$stage/job.csv" "$1" "$2" <<'P'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], encoding="utf-8-sig")))
row = dict(zip(rows[0], rows[1]))
row["id"], row["technician"] = sys.argv[3], sys.argv[4]
w = csv.writer(open(sys.argv[2], "w"))
w.writerow(rows[0])
w.writerow([row[k] for k in rows[0]])
P
    ctl import --store "$stage/hq" jobs "$stage/job.csv" --utc-offset 480
}
claim "a job is taken and given to a technician, who hears of it" job J-AFTER-1 T01
claim "another is heard of by nobody" job J-ALONE-1 ""
claim "and one more reaches a device" job J-AFTER-2 T02
claim "both devices sync" both
claim "the code is used after the backup" on gamma join --code "$stale" --url "$url"
ctl log --store "$stage/hq" --json >"$stage/full.log"
unserve

# --- the disk fails -----------------------------------------------------------------------------------
mv "$stage/hq" "$stage/gone"
mv "$stage/hq.keytable" "$stage/gone.keytable"
claim "without the key file nothing is restored" \
    refused "no key|key file|not there|is there no" sh -c "mv '$stage/hq.keys' '$stage/k' && '$bin/docketctl' restore \
    --store '$stage/hq' --from '$stage/backup'; rc=\$?; mv '$stage/k' '$stage/hq.keys'; exit \$rc"
restore() {
    ctl restore --store "$stage/hq" --from "$stage/backup" --json >"$stage/restore.out" || return 1
    cat "$stage/restore.out"
    [ "$(get whole_to <"$stage/restore.out")" = "$before" ] &&
        [ "$(get lost_from_number <"$stage/restore.out")" = $((before + 1)) ] &&
        [ "$(get lost_from_ms <"$stage/restore.out")" -gt 0 ] &&
        [ "$(get lost_to_ms <"$stage/restore.out")" -gt "$(get lost_from_ms <"$stage/restore.out")" ]
}
claim "it is restored and says for which span and from which number on work may be lost" restore
claim "a restored store is sound" ctl check --store "$stage/hq"
claim "what is there is not overwritten" \
    refused "move it away" ctl restore --store "$stage/hq" --from "$stage/backup"
gone() { ! ctl export --store "$stage/hq" jobs --csv | grep -q J-AFTER; }
claim "the jobs of after the backup are not there yet" gone

serve
old_code() { refused "code" on delta join --code "$stale" --url "$url" && [ ! -e "$stage/delta" ]; }
claim "a code of before the backup, used since, lets nobody else in" old_code
claim "the first device syncs" on alpha sync --url "$url"
claim "and the second" on beta sync --url "$url"
back() { ctl export --store "$stage/hq" jobs --csv >"$stage/jobs.csv"; grep AFTER "$stage/jobs.csv"
    grep -q J-AFTER-1 "$stage/jobs.csv" && grep -q J-AFTER-2 "$stage/jobs.csv" && ! grep -q J-ALONE "$stage/jobs.csv"; }
newcomer() { # whom the backup does not know, with an entry that nobody else has
    on gamma sync --url "$url" --json >"$stage/s" && cat "$stage/s" || return 1
    [ "$(get unsent <"$stage/s")" = 0 ] || return 1
    ctl recover --store "$stage/gamma" --show >"$stage/gamma.id" || return 1
    ctl log --store "$stage/hq" --json | python3 -c '
import json, sys
author = open(sys.argv[1]).read().split()[-1]
n = sum(e["author"] == author for e in json.load(sys.stdin))
print(n, "entries of it are here")
sys.exit(n == 0)' "$stage/gamma.id"
}
claim "a device that joined after the backup comes back by itself, with all that it holds" newcomer
claim "jobs that a device had heard of are back; the one of which nobody knew is not" back
named() { # exactly the numbers that are in the old journal and not in the new
    ctl restore --store "$stage/hq" --lost --json >"$stage/lost" || return 1
    ctl restore --store "$stage/hq" --lost
    ctl log --store "$stage/hq" --json >"$stage/now.log"
    python3 - "$stage/full.log" "$stage/now.log" "$stage/lost" "$(get epoch <"$stage/backup.out")" <<'P'
import json, sys
full, now, lost = (json.load(open(p)) for p in sys.argv[1:4])
epoch = sys.argv[4]
had = {e["seq"] for e in full if e["epoch"] == epoch}
have = {e["seq"] for e in now if e["epoch"] == epoch}
r = lost["restores"][0]
said = {n for a, b in r["missing"] for n in range(a, b + 1)}
gone = {n for n in had - have if n <= r["known_to"]}
assert said == gone and said, (sorted(said), sorted(gone))
assert r["missing_entries"] == len(said)
assert all(h in {e["hash"] for e in full} for h in (e["hash"] for e in now if e["epoch"] == epoch))
print(len(had), "numbers,", len(have), "are here,", len(said), "named as missing, to", r["known_to"])
P
}
claim "the numbers that did not come back are named, and only these" named
claim "check knows them for what they are: no damage" ctl check --store "$stage/hq"
same() {
    on alpha digests | grep J- | sort >"$stage/da" && ctl digests --store "$stage/hq" | grep J- | sort >"$stage/dh"
    n=$(comm -12 "$stage/da" "$stage/dh" | wc -l)
    echo "$n of $(wc -l <"$stage/da") equal"
    [ -s "$stage/da" ] && [ "$n" -eq "$(wc -l <"$stage/da")" ]
}
claim "each job of the device has the same state digest at headquarters" same
quiet() {
    on alpha sync --url "$url" --json >"$stage/s" && cat "$stage/s"
    [ "$(get sent_entries <"$stage/s")" = 0 ] && [ "$(get handed_back <"$stage/s")" = 0 ] &&
        [ "$(get received_entries <"$stage/s")" = 0 ]
}
claim "then there is nothing more to hand back" quiet
no_number_twice() {
    ctl log --store "$stage/hq" --json | python3 -c '
import json, sys
seen = set()
for e in json.load(sys.stdin):
    k = (e["author"], e["epoch"], e["seq"])
    assert k not in seen, k
    seen.add(k)
print(len(seen), "numbers, none twice")'
}
claim "no number was given twice" no_number_twice
status_says() { status | get restores.0.missing_entries; [ "$(status | get restores.0.missing_entries)" -gt 0 ]; }
claim "status shows the restore to the supervisor" status_says

# --- erased is erased ---------------------------------------------------------------------------------
forgets() {
    customer=$(tail -n +2 "$demo/customers.csv" | tail -1 | cut -d, -f1)
    name=$(tail -n +2 "$demo/customers.csv" | tail -1 | cut -d, -f2)
    ctl export --store "$stage/hq" customers --csv | grep -q "$name" || return 1
    ctl forget --store "$stage/hq" --customer "$customer" >"$stage/f" || return 1
    unserve
    mv "$stage/hq" "$stage/gone2"
    ctl restore --store "$stage/hq" --from "$stage/backup" >"$stage/said" || return 1 # the table in place is newer
    cat "$stage/said"
    grep -q '^logins, passwords and access tokens are those of 20.* user list' "$stage/said" || return 1
    ctl export --store "$stage/hq" customers --csv >"$stage/customers.csv" || return 1
    grep -q "$customer" "$stage/customers.csv" && ! grep -q "$name" "$stage/customers.csv"
}
claim "a customer erased after the backup stays erased after a restore, which says that logins are as old as it" forgets
claim "and the store is sound" ctl check --store "$stage/hq"
old_table() {
    mv "$stage/hq" "$stage/gone3" && mv "$stage/hq.keytable" "$stage/gone3.keytable"
    python3 - "$stage/backup/backup.json" <<'P'
import json, sys
p = sys.argv[1]
d = json.load(open(p)); d["made_ms"] -= 31 * 86400000
json.dump(d, open(p, "w"))
P
    refused "30 days" ctl restore --store "$stage/hq" --from "$stage/backup" && [ ! -e "$stage/hq" ]
}
claim "a key table older than 30 days is not used" old_table

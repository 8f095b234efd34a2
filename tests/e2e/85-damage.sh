#!/bin/sh
# Goal of this test: pages of a store rot; the programs say so, go on with what holds, and what is
# missing comes back.
# - `check` names the damage and changes nothing; beside a sound store it stays content.
# - docketd that ended without close finds the damage before it opens the store, and serves.
# - `rebuild` leaves damage behind after a clean end too, and says what it kept.
# - A handheld whose file is damaged gets back from headquarters what it lost.
# shellcheck source=tests/e2e/lib/stage.sh
. "$(dirname "$0")/lib/stage.sh"

# Values that fill pages of their own lose their bytes: so many of them, or as many as there are.
rot() { # STORE MANY
    python3 - "$1/env/data.mdb" "$2" <<'P'
import sys
path, many, size = sys.argv[1], int(sys.argv[2]), 4096
data = bytearray(open(path, "rb").read())
done = 0
for n in range(2, len(data) // size):
    page = data[n * size:(n + 1) * size]
    if int.from_bytes(page[0:8], "little") == n and page[10:12] == b"\x04\x00" and done < many:
        data[n * size + 16:n * size + 80] = bytes(64)
        done += 1
open(path, "wb").write(data)
print(done, "values of", path)
sys.exit(0 if done else 1)
P
}
crashed() { printf w >"$1/lock"; }
unchanged() { # STORE COMMAND...: the file is as it was
    store=$1
    shift
    before=$(cksum <"$store/env/data.mdb")
    "$@" || return 1
    [ "$before" = "$(cksum <"$store/env/data.mdb")" ]
}

claim "headquarters is set up" found
serve
claim "a device joins" enlist alpha T01
claim "and fetches its jobs" on alpha sync --url "$url"
unserve
claim "check finds a sound store sound" ctl check --store "$stage/hq"

# --- headquarters ------------------------------------------------------------------------------------
claim "a page of headquarters' file rots" rot "$stage/hq" 1
claim "check says that it is damaged, and changes nothing" \
    unchanged "$stage/hq" refused "damaged" ctl check --store "$stage/hq"
crashed "$stage/hq"
serve
claim "docketd that was cut off serves all the same" on alpha sync --url "$url"
claim "and says what it kept" grep -q "the store's file was damaged: .* values hold" "$stage/docketd.err"
unserve
no_damage() { # what headquarters alone had may be missing; nothing that is there is wrong
    ctl check --store "$stage/hq" >"$stage/check" 2>&1
    ! grep -E 'DAMAGED' "$stage/check" | grep -vE 'attachment is missing'
}
claim "what is left of the store is sound" no_damage

# --- after a clean end --------------------------------------------------------------------------------
claim "another rots, behind a clean end" rot "$stage/hq" 1
rebuilt() { ctl rebuild --store "$stage/hq" >"$stage/rebuilt"; cat "$stage/rebuilt"; grep -q "values hold and were kept" "$stage/rebuilt"; }
claim "rebuild leaves the damage behind and says so" rebuilt
claim "what is left is sound again" no_damage

# --- a handheld ---------------------------------------------------------------------------------------
serve
claim "the handheld is up to date" on alpha sync --url "$url"
claim "pages of the handheld's file rot" rot "$stage/alpha" 2
claim "check says so there" unchanged "$stage/alpha" refused "damaged" on alpha check
crashed "$stage/alpha"
back() { on alpha sync --url "$url" && on alpha sync --url "$url" && on alpha check; }
claim "its next sync mends it, and what it lost comes back from headquarters" back
unserve

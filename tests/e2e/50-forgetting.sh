#!/bin/sh
# Goal of this test: what was forgotten is gone, and what the law keeps stays
# - in a deployment whose vouchers' legal period is over at once, after `docketctl forget` `check`
#   passes, and at headquarters at once, on a device after its next sync and exit, no command, no page
#   of the environment (freed ones included, opened with every key that is left) and no other file
#   holds name, phone, address, strokes or report text; before, each of them is found that way,
# - on a report exported afterwards verify says that the evidence was withdrawn, when and by whom,
# - inside the legal period contact data goes, the signed voucher stays, and forget says until when.
set -u
. tests/support/e2e.sh
e2e_begin forget

visited() { # DIR-of-headquarters DEVICE LEGAL_DAYS: a signed visit at C-1001, synced, exported
    hq_demo "$1" "$3" && server_start "$1" && device_make "$2" T01 && device_sync "$2" || return 1
    id=$(job_id "$2" J-261120-01)
    sed "s/@JOB@/#job:$id/; s/@FAULT@/AC-03/; s/@PART1@/AC-CAP-35/; s/@PART2@/AC-SEN-T/; /^shot/d" \
        assets/demo/visit-a.script | sed 's/^tap #done$/tap #pdf\nwait\ntap #done/' >"$T/visit.script"
    play "$2" "$T/visit.script" && device_sync "$2" || return 1
    dctl "$2" report --job J-261120-01 --cbor "$T/before.cbor" --text "$T/text" || return 1
    server_stop
}
need "a visit is signed and synced where vouchers need not be kept" visited "$T/hq" "$T/dev" 0
gone_pdf() { [ -d "$T/dev.copies" ] && ! ls "$T"/dev.copies/*.pdf; }
claim "the customer's copy, saved as a PDF beside the store, went with the app" gone_pdf

# What must not be found: words of the records, of the report, and points of the strokes.
hex() { od -An -v -tx1 | tr -d ' \n'; echo; }
{
    for word in 刘美华 138-0000-1001 刘阿姨 上城区望江路18号 空调不制热，外机不转 老人在家，请先打电话再上门; do
        printf %s "$word" | hex
    done
    grep -F '叫修内容' "$T/text" | tr -d '\n' | hex
    grep -F '服务凭证' "$T/text" | tr -d '\n' | hex
} >"$T/needles"
strokes_too() { node tests/support/strokes_of.js "$T/before.cbor" >>"$T/needles"; }
need "points of the strokes are looked for, too" strokes_too
wanted=$(wc -l <"$T/needles")
dump_hq() { "$B/tests/e2e/dump_all" "$T/hq" "$T/needles"; }
dump_dev() { XDG_CONFIG_HOME=$T/dev.config "$B/tests/e2e/dump_all" "$T/dev" "$T/needles" $PIN; }
found_all() { # COMMAND WAY...: every needle by its reading of the store, and from the bare pages
    "$1" >"$T/dump"
    [ $? -eq 3 ] || { tail -n 3 "$T/dump"; return 1; }
    for way in attachment '\(node\|overflow\)'; do
        got=$(sed -n "s/^hit needle \([0-9]*\) $way .*/\1/p" "$T/dump" | sort -u | wc -l)
        [ "$got" -eq "$wanted" ] || { echo "$way: $got of $wanted"; grep -c . "$T/dump"; return 1; }
    done
}
claim "before, all $wanted things are found in headquarters' store, also from its bare pages" found_all dump_hq
claim "before, all $wanted things are found in the device's store, also from its bare pages" found_all dump_dev

not_found() {
    "$1" >"$T/dump" 2>&1
    rc=$?
    tail -n 1 "$T/dump"
    [ $rc -eq 0 ] || { head -n 20 "$T/dump"; return 1; }
}
# No command prints them: whatever it says, and whether it refuses or not.
silent() { # RUNNER OUT
    : >"$T/said"
    for kind in jobs customers equipment contracts parts technicians entries; do
        "$1" export $kind --json >>"$T/said" 2>&1
        "$1" export $kind --csv >>"$T/said" 2>&1
    done
    for cmd in 'log' 'log --json --hex' 'conflicts' 'digests' 'check' 'check --json'; do
        # shellcheck disable=SC2086
        "$1" $cmd >>"$T/said" 2>&1
    done
    "$1" report --job J-261120-01 --text "$T/gone.txt" >>"$T/said" 2>&1
    "$1" report --job J-261120-01 --cbor "$T/gone.cbor" >>"$T/said" 2>&1
    rm -f "$T/gone.txt"
    node -e '
        const fs = require("fs"), said = fs.readFileSync(process.argv[1]), cbor = fs.readFileSync(process.argv[3]);
        const hit = fs.readFileSync(process.argv[2], "utf8").trim().split("\n").filter((h) =>
            said.includes(Buffer.from(h, "hex")) || cbor.includes(Buffer.from(h, "hex")) || said.includes(h));
        for (const h of hit) console.log(Buffer.from(h, "hex").toString());
        process.exit(hit.length > 0 || said.length < 2000 ? 1 : 0);' "$T/said" "$T/needles" "$T/gone.cbor"
}
on_dev() { dctl "$T/dev" "$@"; }

need "headquarters forgets the customer" hqctl forget --customer C-1001
claim "headquarters' check passes" hqctl check
claim "at headquarters nothing of it is left at once, freed pages included" not_found dump_hq
claim "no command of headquarters says it any more" silent hqctl
withdrawn() { # FILE
    "$bin/docketctl" verify "$1" --trust "$T/hq.pub" >"$T/verdict" 2>&1
    cat "$T/verdict"
    grep -qi 'withdrawn' "$T/verdict" && grep -q '20[0-9][0-9]-[01][0-9]-[0-3][0-9]' "$T/verdict" &&
        grep -qi 'withdrawn.* by ' "$T/verdict"
}
need "headquarters still exports the proof" hqctl report --job J-261120-01 --cbor "$T/after.cbor"
hqctl pub --file "$T/hq.pub" >>"$T/log" 2>&1
claim "on it verify says that the evidence was withdrawn, when and by whom" withdrawn "$T/after.cbor"
claim "before its next sync the device still holds it" found_all dump_dev
need "docketd listens" server_start "$T/hq"
need "the device syncs, and is closed" device_sync "$T/dev"
claim "on the device nothing is left, freed pages included" not_found dump_dev
no_pdf() { ! ls "$T"/dev.copies/*.pdf; }
claim "nor the customer's copy beside the store" no_pdf
claim "the device's check passes" on_dev check
claim "no command of the device says it any more" silent on_dev
need "the device exports the proof too" on_dev report --job J-261120-01 --cbor "$T/device.cbor"
claim "on it, too, the evidence is withdrawn" withdrawn "$T/device.cbor"
again() { device_sync "$T/dev" && hqctl check && on_dev check && not_found dump_dev; }
claim "syncing again brings nothing back" again
server_stop

# ---- inside the legal period -------------------------------------------------------------------
need "a visit is signed and synced where vouchers are kept for ten years" visited "$T/hq10" "$T/dev10" 3650
HQ=$T/hq10
forget10() {
    hqctl forget --customer C-1001 >"$T/forget10" 2>&1 || return 1
    cat "$T/forget10"
    grep -q '2036-' "$T/forget10"
}
claim "inside the legal period forget says until when the voucher stays" forget10
contact_gone() {
    hqctl export customers --json >"$T/customers" && ! grep -q '138-0000-1001' "$T/customers"
}
claim "contact data goes" contact_gone
voucher() {
    hqctl report --job J-261120-01 --text "$T/kept.txt" --cbor "$T/kept.cbor" && cmp "$T/kept.txt" "$T/text" &&
        "$bin/docketctl" verify "$T/kept.cbor" --trust "$T/hq10.pub" | grep -qx genuine
}
claim "the signed voucher stays, and is genuine" voucher
claim "headquarters' check passes there too" hqctl check

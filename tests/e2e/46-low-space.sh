#!/bin/sh
# Goal of this test: a handheld whose storage runs out, on disks of the test's own
# - while there is room for a week it is told how much is left, in both languages,
# - within the reserve it is told what is still saved and what is not; work is recorded and carried to
#   headquarters all the same,
# - with room again nothing is said any more, and nothing is lost.
set -u
. tests/support/e2e.sh
e2e_begin low-space
need "a demo headquarters is made" hq_demo "$T/hq"
need "docketd listens" server_start "$T/hq"
need "a device joins" device_make "$T/dev" T01
need "and fetches its jobs" device_sync "$T/dev"
small=
for how in "unshare -m" "unshare -rm"; do
    if $how sh -c "mkdir -p '$T/small' && mount -t tmpfs -o size=4M tmpfs '$T/small'" 2>/dev/null; then
        small=$how
        break
    fi
done
if [ -z "$small" ]; then
    skipped "a small disk cannot be made here; tests/unit/core/test_store_faults shows the reserve by failing calls"
    exit 0
fi
id=$(job_id "$T/dev" J-261121-03)
printf '%s\n' 'tap #pin' "type \"$PIN\"" 'tap #primary' wait 'tree low' 'shot low' >"$T/low.script"
{
    unlock_lines
    printf '%s\n' wait 'tree none' 'shot none' "tap #job:$id" wait 'tap #accept' wait 'tap #travelling' wait \
        'tap #back' wait 'tap #sync' wait 'tap #by-file' 'scroll end' 'tap #write-file' wait 'tree stick'
} >"$T/none.script"
cat >"$T/low.sh" <<'LOW'
mount -t tmpfs -o size=200M tmpfs "$T/small" || exit 99
cp -a "$T/dev" "$T/dev.config" "$T/dev.settings" "$T/small/"
. tests/support/e2e.sh
d=$T/small/dev
play "$d" "$T/low.script" --shots "$T" && cp "$T/low.txt" "$T/low-zh.txt"
UI_LANG=en
play "$d" "$T/low.script" --shots "$T"
UI_LANG=zh
mount -o remount,size=28M "$T/small" || exit 98
HOME=$T/small play "$d" "$T/none.script" --shots "$T"
echo "rc $?" >"$T/none.rc"
cp "$T/small/day.docket" "$T/day.docket"
dctl "$d" check >"$T/none.check" 2>&1
mount -o remount,size=2G "$T/small" || exit 97
{ unlock_lines; printf '%s\n' 'tap #back' wait 'tree room'; } >"$T/room.script"
play "$d" "$T/room.script" --shots "$T"
dctl "$d" check >>"$T/none.check" 2>&1
dctl "$d" log --job J-261121-03 --json >"$T/room.json"
LOW
export T OFFLINE URL
$small sh "$T/low.sh" >>"$T/log" 2>&1
near() { grep '存储空间快满了：还剩 1[0-9][0-9] MB' "$T/low-zh.txt" && grep 'nearly full: 1[0-9][0-9] MB left' "$T/low.txt"; }
claim "nearly full: it says how much is left, in both languages" near
within() { grep '存储空间已满。记录和签名仍能保存，照片不能' "$T/none.txt"; }
claim "within the reserve: it says that work and signatures are still saved, and photos are not" within
saved() { cat "$T/none.rc"; grep -q 'rc 0' "$T/none.rc" && jq -e '[.[].kind_name] | contains(["visit.accepted", "visit.travelling"])' "$T/room.json"; }
claim "and they are: steps are saved" saved
carried() { [ -s "$T/day.docket" ] && hqctl bundle import --file "$T/day.docket" --answer "$T/back.docket" &&
    hqctl log --job J-261121-03 --json | jq -e 'any(.[]; .kind_name == "visit.travelling")'; }
claim "and sync still goes, here by stick" carried
sound() { cat "$T/none.check"; [ "$(grep -c 'the store is sound' "$T/none.check")" = 2 ]; }
claim "the store is sound then, and with room again" sound
silent() { [ -s "$T/room.txt" ] && ! grep 'id=space' "$T/room.txt"; }
claim "with room again nothing is said" silent

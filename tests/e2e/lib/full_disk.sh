#!/bin/sh
# full_disk.sh STAGE BIN URL PIN: in a mount namespace of its own, beta's store on a disk that is full.
# Exit 77: the disk cannot be had. Else 0 when a sync was refused with a sentence, the store was sound,
# and the sync went on once there was room.
set -u
stage=$1 bin=$2 url=$3 pin=$4
on_beta() {
    printf '%s\n' "$pin" |
        XDG_CONFIG_HOME="$stage/config-beta" "$bin/docketctl" "$@" --store "$stage/beta" --pin-fd 0
}
mv "$stage/beta" "$stage/beta.kept" && mkdir "$stage/beta" || exit 77
size=$(($(du -sk "$stage/beta.kept" | cut -f1) + 4096))
mount -t tmpfs -o "size=${size}k" none "$stage/beta" || exit 77
cp -a "$stage/beta.kept/." "$stage/beta/" || exit 77
full() { # nothing written, and said so
    on_beta sync --url "$url" 2>"$stage/full.err"
    rc=$?
    cat "$stage/full.err"
    [ $rc -eq 1 ] && grep -Eq "room" "$stage/full.err" && grep -Eq "safe|lost" "$stage/full.err"
}
dd if=/dev/zero of="$stage/beta/fill" bs=4k 2>/dev/null
full || { echo "not refused with no room at all"; exit 1; }
# Room for the PIN's count, not for what headquarters sends.
truncate -s -40k "$stage/beta/fill"
full || { echo "not refused with room for a page or two"; exit 1; }
rm "$stage/beta/fill"
on_beta check || exit 1
on_beta sync --url "$url" || exit 1
n=$(on_beta export jobs --csv | grep -c ',K-2')
echo "$n of 60 jobs came"
[ "$n" -eq 60 ]

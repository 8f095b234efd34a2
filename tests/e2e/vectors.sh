#!/bin/sh
# Goal of this test: somebody else's CBOR and Ed25519 read what we sign, from the documents alone.
# - every committed vector and bundle is accepted, or refused for the reason that the list gives;
# - the committed report.cbor files and QR codes are genuine, and are not with a bit changed;
# - so is the report.cbor that `make run` left, where it has been run.
set -u
tests/vectors/check.sh vectors
rc=$?
if [ $rc -eq 3 ]; then
    echo "not ok - node's libraries for the independent check cannot be installed (npm ci in tests/)"
    exit 1
fi
if [ -s build/demo/report.cbor ] && [ -s build/demo/hq.pub ]; then
    tests/vectors/check.sh live build/demo/report.cbor build/demo/hq.pub || rc=1
fi
exit $rc

#!/bin/sh
# check.mjs with its two libraries, installed when they are missing: tests/vectors/check.sh ARGS
# (see check.mjs). Exit 3: they are missing and cannot be had.
here=$(dirname "$0")
tests=$here/..
if ! cmp -s "$tests/package-lock.json" "$tests/node_modules/.docket-lock"; then
    (cd "$tests" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 &&
        cp package-lock.json node_modules/.docket-lock) || exit 3
fi
exec node "$here/check.mjs" "$@"

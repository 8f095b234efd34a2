#!/bin/sh
# check.mjs with its two libraries, installed when they are missing: tests/vectors/check.sh ARGS
# (see check.mjs). Exit 3: they are missing and cannot be had.
here=$(dirname "$0")
sh "$here/../support/npm.sh" || exit 3
exec node "$here/check.mjs" "$@"

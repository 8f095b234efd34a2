#!/bin/sh
# The libraries of tests/package.json, installed when they are missing. Two suites may ask at once.
# Exit 3: they are missing and cannot be had.
cd "$(dirname "$0")/.." || exit 3
exec 9>.npm-lock && flock 9 || exit 3
cmp -s package-lock.json node_modules/.docket-lock && exit 0
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 &&
    cp package-lock.json node_modules/.docket-lock || exit 3

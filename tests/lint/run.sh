#!/bin/sh
# All checks of this folder, each of which can be run alone. Offenders are printed as file:line: what.
cd "$(dirname "$0")" || exit 1
failed=0 checks=0
for check in format banned braces includes headers length readme hosts po asvs; do
    checks=$((checks + 1))
    sh "./$check.sh" || { echo "lint: $check failed"; failed=$((failed + 1)); }
done
echo "lint: $checks checks, $failed failed"
[ "$failed" -eq 0 ]

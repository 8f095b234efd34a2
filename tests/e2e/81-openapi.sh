#!/bin/sh
# Goal of this test: the document of the API is one that others' tools read
# - a linter that we did not write finds nothing in it, neither error nor warning,
# - and it would have: a document with a hole in it is refused.
# That it says every route and no other is test_api's.
set -u
. tests/support/e2e.sh
e2e_begin openapi
need "its linter is there" sh tests/support/npm.sh
claim "an independent linter accepts openapi.json" node tests/e2e/openapi.mjs sync/hq/openapi.json
broken() { # SED-SCRIPT RULE: with this change the linter names that rule
    sed "$1" sync/hq/openapi.json >"$T/broken.json"
    cmp -s "$T/broken.json" sync/hq/openapi.json && { echo "nothing was changed"; return 1; }
    node tests/e2e/openapi.mjs "$T/broken.json" >"$T/found" && { echo "accepted"; return 1; }
    grep -m1 "$2" "$T/found"
}
claim "it refuses a reference to nothing" broken '0,/schemas\/Named"/s//schemas\/Nobody"/' no-unresolved-refs
claim "it refuses a parameter that the path does not have" broken '0,/"name": "id"/s//"name": "ib"/' path-parameters-defined
claim "it refuses an operation without an id of its own" broken '0,/"operationId": "get_board"/s//"operationId": "get_dashboard"/' operation-operationId-unique

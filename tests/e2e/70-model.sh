#!/bin/sh
# Goal of this test: the sync's model (tests/sim/sync.pml) holds for every run of a bounded size, and
# its broken variants are refuted: a receipt before durability, a cursor before delivery, an outbox
# known by the number of a place alone, devices that hand nothing back. LONG=1: larger sizes.
exec sh "$(dirname "$0")/../sim/model.sh"

#!/bin/sh
# Goal of this test: no screen has changed unseen: what is painted on every screen, in which order, colour, size and
# words, is that of tests/ui/golden. A change that is meant is taken in by tests/ui/golden.sh --accept.
exec tests/ui/golden.sh

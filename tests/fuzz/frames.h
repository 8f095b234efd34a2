/* frames.h - hostile bundles that open: the fuzzer writes what is inside, we seal it.
 *
 * A plan is a row of frames, each: a byte (0 MESSAGE, 1 FINAL, 2 PUSH, 3 REKEY), its length (two
 * bytes, big end first), its plaintext, kind byte included. What is left over at the end follows
 * the last frame as it is. So a plan, and only a plan, decides what the reader finds inside. */
#ifndef TESTS_FUZZ_FRAMES_H
#define TESTS_FUZZ_FRAMES_H
#include "sync/bundle/bundle.h"

struct frames {
    uint8_t header[BUNDLE_HEADER_BYTES_MAX];
    size_t header_n;
    uint8_t key[32];
};
/* frames_begin: a header by `seal`, opened by `open`: made once, used for every plan. */
void frames_begin(struct frames *f, const struct bundle_seal *seal, const struct bundle_open *open);
/* frames_make: the sealed bundle of a plan, in static memory until the next call. */
bytes frames_make(const struct frames *f, bytes plan);
/* frames_plan: add a frame to a plan of at most `cap` bytes; `tag` as above. */
void frames_plan(uint8_t *plan, size_t cap, size_t *n, unsigned tag, enum bundle_frame kind,
                 bytes body);
/* frames_plan_of: the plan of a whole bundle, written back from it; `open` opens it. */
bytes frames_plan_of(bytes bundle, const struct bundle_open *open);
#endif

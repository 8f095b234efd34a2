/* door.h - one place where bytes from outside come in, as a target for a fuzzer.
 *
 * A fuzz_<what>.c defines `door`. Two drivers run it: driver_fuzz.c under libFuzzer (MODE=fuzz),
 * driver_plain.c under the ordinary compiler, which replays seeds and corpus in `make test`. A
 * broken promise ends the process: HOLD prints it and aborts. */
#ifndef TESTS_FUZZ_DOOR_H
#define TESTS_FUZZ_DOOR_H
#include "core/base/slice.h"

#include <stdio.h>
#include <stdlib.h>

#define DOOR_BYTES_MAX 65536 /* no input is longer */

struct door {
    const char *name;
    size_t max_bytes;
    bool prefix_free; /* no strict prefix of an accepted input is accepted */
    bool no_memory;   /* taking an input asks for no memory */
    unsigned tries;   /* altered inputs that the replay makes; 0: the usual */
    void (*begin)(void);
    bool (*take)(bytes in); /* true: accepted */
    void (*seeds)(void);    /* calls door_seed for each */
    /* Where CBOR begins in an input, to its end, of which nothing but the one encoding is accepted:
     * then every bend (tests/support/bend.h) of every seed is refused. *in_strings: of what it
     * holds in byte strings, too. DOOR_NO_CBOR: it is none. NULL: as if always. */
    size_t (*cbor_at)(bytes in, bool *in_strings);
    /* Likewise where one object of JSON begins. `headed`: its length stands in the input's first
     * four bytes, big end first. */
    size_t (*json_at)(bytes in);
    bool headed;
};
#define DOOR_NO_CBOR SIZE_MAX
extern const struct door door;

/* door_seed: one honest (or nearly honest) input. door_seed_with: the same behind one byte. */
void door_seed(bytes in);
void door_seed_with(uint8_t first, bytes in);
/* door_seed_vectors: every vector of a type ("entry"; NULL: all); behind `first` unless it is < 0.
 */
void door_seed_vectors(const char *type, int first);
/* door_run: take, with what must hold of every door: memory, and (all: each, else a few) prefixes.
 */
bool door_run(bytes in, bool all_prefixes);
/* door_file: `in` as a file of mode 0600; the path is static storage per `which` (0 to 3). */
const char *door_file(unsigned which, bytes in);
/* door_read_file: a whole file into static memory of `which` (0, 1), or exit(99). */
str door_read_file(unsigned which, const char *path);
/* door_long_lived: from here on (until false) memory is held for good, by pointers that the leak
 * detector does not see: a store's lie in locked pages. */
void door_long_lived(bool begin);
/* The driver's half of door_seed. */
void door_keep_seed(bytes in);
/* door_allocs: requests for memory since the program began; door_counting: are they counted? */
unsigned long door_allocs(void);
bool door_counting(void);

#define HOLD(c)                                                                                    \
    do {                                                                                           \
        if (!(c)) {                                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #c);                 \
            abort();                                                                               \
        }                                                                                          \
    } while (0)
#endif

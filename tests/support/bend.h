/* bend.h - a valid value of CBOR, and every way to say the same, or more, that our profile refuses.
 *
 * A place is an item of the value: the whole, each element, key and value, and (`inside`) the items
 * of byte strings that hold CBOR themselves, as a signed message's payload does; heads around a
 * bent item are made right again. So what is refused is refused for the bend alone. */
#ifndef TESTS_BEND_H
#define TESTS_BEND_H
#include "core/base/slice.h"

enum bend {
    BEND_LONG_HEAD,  /* an integer or length in more bytes than it takes */
    BEND_INDEFINITE, /* a string, array or map of no stated length */
    BEND_KEY_TWICE,  /* the first pair of a map, twice */
    BEND_DEEP,       /* within more arrays than may be open at once */
    BEND_DEEPER,     /* ... within a thousand */
    BEND_HUGE_32,    /* a length of 2^32 - 1, */
    BEND_HUGE_63,    /* of 2^63 - 1, */
    BEND_HUGE_64,    /* of 2^64 - 1 */
    BEND_RESERVED,   /* a head that no version of CBOR gives a meaning */
    BEND_BEHIND,     /* a byte behind a whole value */
    BENDS
};
const char *bend_name(enum bend how);
/* bend_places: how many there are; 0: `in` is not one item of CBOR and nothing more. */
size_t bend_places(bytes in, bool inside);
/* bend_make: *out views buf. False: that bend means nothing at that place, or `cap` is too little.
 */
bool bend_make(bytes in, bool inside, enum bend how, size_t place, uint8_t *buf, size_t cap,
               bytes *out);

/* bend_json: the same of an object of JSON, which has fewer ways: BEND_KEY_TWICE (the first key of
 * the object at `place`), BEND_LONG_HEAD (the number there with a nought before it), BEND_HUGE_64
 * (in place of it one that no integer holds), BEND_DEEPER and BEND_BEHIND (of the whole, at place
 * 0). `place`: a byte of the text. */
bool bend_json(bytes in, enum bend how, size_t place, uint8_t *buf, size_t cap, bytes *out);
#endif

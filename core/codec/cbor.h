/* cbor.h - strict deterministic CBOR (RFC 8949 section 4.2.1) without allocation.
 *
 * One value has one encoding. The profile: integers of int64 range, byte strings, text strings in
 * valid UTF-8, definite arrays and maps, false, true, null; tag 18 only where it is asked for.
 * Heads are shortest. Map keys are integers or strings, ascending bytewise by their encodings,
 * none twice. At most CAP_CBOR_DEPTH arrays and maps are open at once. Nothing else is accepted:
 * no floats, no undefined or other simple values, no other tags, no indefinite lengths.
 *
 * Bytes from outside go through cbor_check first; the reader then serves what passed. The reader
 * is memory safe on any bytes, but leaves key order and UTF-8 to the check.
 *
 * Nothing here owns memory: results point into the input. Pure functions, any thread. */
#ifndef CORE_CODEC_CBOR_H
#define CORE_CODEC_CBOR_H
#include "core/base/caps.h"
#include "core/base/slice.h"
#include "core/base/status.h"

/* ---- Check ---------------------------------------------------------------------------------- */

enum cbor_flags {
    CBOR_NO_TEXT = 1,      /* refuse text strings: bodies of entries hold none */
    CBOR_ALLOW_TAG18 = 2,  /* accept tag 18 (COSE_Sign1) before any value */
    CBOR_SEQUENCE_ITEM = 4 /* the input goes on after the item, or has not all arrived */
};

/* cbor_check: does `in` begin with one item of the profile? One pass, work linear in in.n.
 *
 * ST_OK          The whole input is one item. With CBOR_SEQUENCE_ITEM: the first *used bytes are.
 * ST_INCOMPLETE  Only with CBOR_SEQUENCE_ITEM: the input ends inside an item that broke no rule so
 *                far. Lengths are not believed: bound the bytes you wait for yourself.
 * ST_BAD_FORM    A rule is broken; *rule is its name, such as "key order" or "trailing bytes".
 *
 * `used` and `rule` may be NULL. *used is 0 and *rule is "" where they do not apply; *rule has
 * static storage. */
MUST_USE enum st cbor_check(bytes in, unsigned flags, size_t *used, const char **rule);

/* cbor_check_work: cbor_check that also counts the bytes it looked at, each as often as it did:
 * the measure by which a test holds the check to linear work. */
MUST_USE enum st cbor_check_work(bytes in, unsigned flags, size_t *used, const char **rule,
                                 size_t *work);

/* ---- Reader --------------------------------------------------------------------------------- */

enum cbor_type {
    CBOR_NONE, /* at the end, after an error, or before bytes that are no item of the profile */
    CBOR_UINT,
    CBOR_NEGATIVE,
    CBOR_BYTES,
    CBOR_TEXT,
    CBOR_ARRAY,
    CBOR_MAP,
    CBOR_BOOL,
    CBOR_NULL,
    CBOR_TAG18
};

/* cbor_r: a cursor with a sticky error. Read in a straight line and ask cbor_done once: after the
 * first thing that is not there, or not of the type asked for, `st` is ST_BAD_FORM, nothing moves,
 * and every getter answers zero or empty. */
struct cbor_r {
    const uint8_t *p;
    const uint8_t *end;
    enum st st;
};

/* cbor_r_init: a reader at the start of `in`, which it borrows. */
struct cbor_r cbor_r_init(bytes in);

/* The next item, which must be of that type; zero or empty, and the reader failed, when not. */
uint64_t cbor_get_uint(struct cbor_r *r);
int64_t cbor_get_int(struct cbor_r *r); /* unsigned or negative */
bytes cbor_get_bytes(struct cbor_r *r); /* points into the input; never NULL unless it failed */
/* cbor_get_bytes_n: a byte string of exactly n bytes, copied; out is zeroed when it is not. */
void cbor_get_bytes_n(struct cbor_r *r, uint8_t *out, size_t n);
str cbor_get_text(struct cbor_r *r);
/* Heads of containers: the items or pairs that follow. Never more than the bytes that are left
 * could hold, so a loop up to the answer ends. */
size_t cbor_get_array(struct cbor_r *r);
size_t cbor_get_map(struct cbor_r *r);
bool cbor_get_bool(struct cbor_r *r);
void cbor_get_null(struct cbor_r *r);
void cbor_get_tag18(struct cbor_r *r);

enum cbor_type cbor_peek(const struct cbor_r *r); /* of the next item; moves and spoils nothing */
void cbor_skip(struct cbor_r *r);                 /* one item with all that is in it */
bytes cbor_raw(struct cbor_r *r);                 /* the same, answering its encoding */
/* cbor_fail: the caller's own rule is broken (a count, a range): the reader is spoilt from here. */
void cbor_fail(struct cbor_r *r);
/* cbor_done: ST_OK when nothing failed and all was consumed, else ST_BAD_FORM. */
MUST_USE enum st cbor_done(const struct cbor_r *r);

/* cbor_map: the pairs of a map with integer keys, in order:
 *
 *     struct cbor_map m = cbor_map_begin(&r);
 *     for (int64_t key; cbor_map_next(&m, &key);) {
 *         switch (key) { case 1: x = cbor_get_uint(&r); break; ... }
 *     }
 *
 * After cbor_map_next read the value whole, or not at all: an untouched value is skipped, so
 * unknown keys need no case. False at the end or on an error (which then stands in r->st). The
 * iterator borrows the reader; maps may nest. */
struct cbor_map {
    struct cbor_r *r;
    size_t left;          /* pairs not yet begun */
    const uint8_t *value; /* where the current pair's value begins, NULL before the first */
};
struct cbor_map cbor_map_begin(struct cbor_r *r);
bool cbor_map_next(struct cbor_map *m, int64_t *key);

/* cbor_map_find: the encoding of the value under an integer key of the map `map_item` (one whole
 * item). ST_OK, ST_NOT_FOUND, or ST_BAD_FORM when it is no map with integer keys; *value_raw is
 * empty unless ST_OK. */
MUST_USE enum st cbor_map_find(bytes map_item, int64_t key, bytes *value_raw);

/* ---- Writer --------------------------------------------------------------------------------- */

/* cbor_w: writes into the caller's buffer, shortest heads. What does not fit sets `full`, and from
 * then on nothing is written; ask once, at cbor_w_done. The writer does not sort: put map keys in
 * ascending order of their encodings (0, 1 ... 23, 24 ..., then -1, -2 ...), as many items as the
 * container's head announced, and text in valid UTF-8. */
struct cbor_w {
    uint8_t *p;
    size_t n; /* written so far */
    size_t cap;
    bool full;
};

/* cbor_w_init: a writer into the caller's `cap` bytes; every put appends one item or head. */
struct cbor_w cbor_w_init(uint8_t *buf, size_t cap);
void cbor_put_uint(struct cbor_w *w, uint64_t v); /* beyond INT64_MAX: sets `full` */
void cbor_put_int(struct cbor_w *w, int64_t v);
void cbor_put_bytes(struct cbor_w *w, bytes b);
void cbor_put_text(struct cbor_w *w, str s);
void cbor_put_array(struct cbor_w *w, size_t items);
void cbor_put_map(struct cbor_w *w, size_t pairs);
void cbor_put_bool(struct cbor_w *w, bool v);
void cbor_put_null(struct cbor_w *w);
void cbor_put_tag18(struct cbor_w *w);
void cbor_put_raw(struct cbor_w *w, bytes item); /* one whole item, encoded already */
/* cbor_w_done: ST_OK and the encoding (in the caller's buffer), or ST_FULL and {NULL, 0}. */
MUST_USE enum st cbor_w_done(const struct cbor_w *w, bytes *out);
#endif

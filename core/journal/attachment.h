/* attachment.h - what is personal or typed: named by the hash of a manifest (DESIGN 2, ENTRY.md).
 *
 * manifest = {1: salt bstr32, 2: type uint, 3: length uint, 4: [chunk hash bstr32, ...]}
 * chunk hash = BLAKE2b-256 keyed with the salt over the chunk (64 KiB, the last one shorter).
 * name = BLAKE2b-256(manifest). Pure; any thread. */
#ifndef CORE_JOURNAL_ATTACHMENT_H
#define CORE_JOURNAL_ATTACHMENT_H
#include "core/base/arena.h"
#include "core/base/caps.h"
#include "core/base/ids.h"
#include "core/base/status.h"

enum att_type {
    ATT_TEXT = 1,    /* typed text, utf8_clean form */
    ATT_STROKES = 2, /* a signature as drawn */
    ATT_FACTS = 3,   /* frozen facts of a report */
    ATT_REPORT = 4,  /* canonical text of a report */
    ATT_RATINGS = 5, /* sealed box to headquarters: ratings, comment, customer's code */
    ATT_EDITION = 6, /* catalogue edition, CBOR */
    ATT_PHOTO = 7,
    ATT_POSITION = 8
};

struct att_view {
    bytes manifest;
    h32 name;
    const uint8_t *salt; /* 32 */
    enum att_type type;
    uint64_t length;
    unsigned nchunks;
};

/* att_make: manifest of `content` under a fresh random salt, into the arena.
 * ST_TOO_BIG over CAP_ATT_BYTES, ST_FULL. */
MUST_USE enum st att_make(struct arena *a, enum att_type type, bytes content, struct att_view *out);
/* att_make_salted: the same under a given salt (verification, vectors). */
MUST_USE enum st att_make_salted(struct arena *a, enum att_type type, bytes content,
                                 const uint8_t salt[static 32], struct att_view *out);
/* att_parse: form of a manifest; *out views it. ST_BAD_FORM, ST_TOO_BIG. */
MUST_USE enum st att_parse(bytes manifest, struct att_view *out, const char **rule);
/* att_check_chunk: is `chunk` the i-th of it? ST_OK, ST_BAD_SIGNATURE, ST_BAD_FORM (length). */
MUST_USE enum st att_check_chunk(const struct att_view *v, unsigned i, bytes chunk);
/* att_check: is `content` the whole of it? */
MUST_USE enum st att_check(const struct att_view *v, bytes content);
#endif

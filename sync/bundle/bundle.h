/* bundle.h - the sealed bundle, as BUNDLE.md says: a header, then authenticated frames.
 *
 * Knows bytes and keys; what a manifest or an item means is manifest.h's and items.h's. Nothing
 * here reads a clock or a store. One object, one thread at a time; objects are the caller's and
 * hold one buffer of BUNDLE_FRAME_BYTES_MAX from malloc while open. main has called sodium_init().
 *
 * Every frame that the reader gives is authenticated as the sender's and may be committed, whatever
 * follows. Only BUNDLE_WHOLE says that nothing is missing. */
#ifndef SYNC_BUNDLE_BUNDLE_H
#define SYNC_BUNDLE_BUNDLE_H
#include "core/base/ids.h"
#include "core/base/status.h"
#include "sync/bundle/limits.h"

#include <sodium/crypto_secretstream_xchacha20poly1305.h>

#define BUNDLE_VERSION 1
#define BUNDLE_MEDIA_TYPE "application/vnd.docket.bundle"
#define BUNDLE_SUFFIX ".docket"
#define ENROL_CODE_BYTES 10 /* 80 bits, 16 Crockford characters */

/* Who seals: decides what the header's sender field holds. */
enum bundle_from {
    BUNDLE_FROM_AUTHOR = 0, /* an author's id (its certificate has the X25519 key) */
    BUNDLE_FROM_KEY = 1,    /* a joining device: its new X25519 key itself, 32 bytes */
    BUNDLE_FROM_HQ = 2,     /* the id of headquarters' sealing key (in the trust document) */
    BUNDLE_FROM_CERT = 3 /* an author that headquarters may have forgotten: its X25519 key itself,
                          * 32 bytes; the certificate is in the manifest */
};

struct bundle_header {
    uint8_t deployment[16];
    enum bundle_from from;
    id8 sender;            /* zero for BUNDLE_FROM_KEY and _CERT */
    uint8_t sender_pk[32]; /* of these two only */
    id8 recipient;         /* key_id of the recipient's X25519 key */
    uint8_t ephemeral[32];
    uint8_t stream[24]; /* libsodium's secretstream header */
    uint8_t raw[BUNDLE_HEADER_BYTES_MAX];
    size_t raw_n; /* up to, not with, `stream`: what the key is bound to */
};

enum bundle_frame { BUNDLE_MANIFEST = 1, BUNDLE_ITEMS = 2, BUNDLE_CHUNK = 3 };

/* --- keys ----------------------------------------------------------------------------------------
 */
/* bundle_enrol_key: the 32 bytes that a code mixes into both bundles of a joining. */
void bundle_enrol_key(const uint8_t code[static ENROL_CODE_BYTES], uint8_t out[static 32]);

/* Half of what makes a bundle's key is the same in every bundle between two parties, both ways. Who
 * keeps it with his secret key (another's public key, what the two make; zero at first) has it
 * worked out once. As secret as that key; for one thread at a time. */
#define BUNDLE_PAIR_BYTES 64

/* --- writing -------------------------------------------------------------------------------------
 */
/* Takes the next bytes of the bundle; what it answers other than ST_OK ends the writing. */
typedef enum st (*bundle_sink)(void *ctx, bytes part, struct err *err);

struct bundle_seal {
    uint8_t deployment[16];
    enum bundle_from from;
    id8 sender;               /* ignored for BUNDLE_FROM_KEY and _CERT */
    const uint8_t *sender_pk; /* X25519 */
    const uint8_t *sender_sk;
    const uint8_t *recipient_pk;
    const uint8_t *enrol_key; /* 32 bytes, or NULL */
    uint8_t *pair;            /* BUNDLE_PAIR_BYTES of sender_sk's, or NULL */
};
struct bundle_writer {
    crypto_secretstream_xchacha20poly1305_state state;
    bundle_sink sink;
    void *ctx;
    uint8_t *buf; /* the frame being filled: one frame is held back, so that the last is FINAL */
    size_t n;     /* plaintext in it, kind byte included */
    uint64_t written_bytes;
    bool failed;
};
/* bundle_begin: header to the sink. ST_FULL (memory), ST_BAD_INPUT (a key of small order), the
 * sink's. After any error only bundle_drop is left. */
MUST_USE enum st bundle_begin(struct bundle_writer *w, const struct bundle_seal *keys,
                              bundle_sink sink, void *ctx, struct err *err);
/* bundle_manifest: the first frame. bundle_item: one whole CBOR item (checked by the caller);
 * frames end by themselves. bundle_chunk: chunk `index` of the large attachment `name`. ST_TOO_BIG.
 */
MUST_USE enum st bundle_manifest(struct bundle_writer *w, bytes manifest, struct err *err);
MUST_USE enum st bundle_item(struct bundle_writer *w, bytes item, struct err *err);
MUST_USE enum st bundle_chunk(struct bundle_writer *w, h32 name, unsigned index, bytes chunk,
                              struct err *err);
/* bundle_end: the last frame, with TAG_FINAL; frees the buffer in every case. */
MUST_USE enum st bundle_end(struct bundle_writer *w, struct err *err);
void bundle_drop(struct bundle_writer *w); /* wipes and frees; a zeroed or ended writer is fine */

/* --- reading -------------------------------------------------------------------------------------
 */
/* bundle_header_read: *used bytes of `in` are the header. ST_INCOMPLETE; ST_BAD_FORM (no bundle);
 * ST_NEWER (version). Nothing is proved yet. */
MUST_USE enum st bundle_header_read(bytes in, struct bundle_header *h, size_t *used,
                                    struct err *err);

struct bundle_open {
    const uint8_t *deployment;   /* 16 bytes: ST_WRONG_PARTY when the header has another */
    const uint8_t *recipient_pk; /* ours, the one the header names: else ST_WRONG_PARTY */
    const uint8_t *recipient_sk;
    const uint8_t *sender_pk;
    const uint8_t *enrol_key; /* or NULL */
    uint8_t *pair;            /* BUNDLE_PAIR_BYTES of recipient_sk's, or NULL */
    const uint8_t *shared;    /* what bundle_shared answered for this header; NULL: worked out */
};
/* bundle_shared: the costly half of a bundle's key, once for all the codes that are tried on it.
 * ST_BAD_SIGNATURE when a key is of small order. The caller wipes it. */
#define BUNDLE_SHARED_BYTES 64
struct bundle_header;
MUST_USE enum st bundle_shared(const struct bundle_header *h, const struct bundle_open *keys,
                               uint8_t out[static BUNDLE_SHARED_BYTES]);
struct bundle_reader {
    crypto_secretstream_xchacha20poly1305_state state;
    uint8_t *plain; /* BUNDLE_PLAIN_BYTES_MAX */
    bool whole;     /* TAG_FINAL was seen */
    bool failed;
    unsigned frames;
};
struct bundle_part {
    enum bundle_frame frame;
    bytes body; /* manifest, CBOR sequence of items, or chunk; until the next call */
    h32 name;   /* BUNDLE_CHUNK */
    unsigned index;
};
/* bundle_reader_begin: ST_FULL (memory), ST_WRONG_PARTY, ST_BAD_INPUT (small order). */
MUST_USE enum st bundle_reader_begin(struct bundle_reader *r, const struct bundle_header *h,
                                     const struct bundle_open *keys, struct err *err);
/* bundle_next: the frame at the start of `in`; *used bytes were it.
 *   ST_OK          a frame, authenticated; *part until the next call
 *   ST_INCOMPLETE  more bytes are needed; at the end of the input it means: truncated
 *   ST_END         the bundle was whole and `in` is empty
 *   ST_BAD_SIGNATURE  altered, or not sealed by that sender (or under that code); the reader is
 * done ST_BAD_FORM    a frame length or kind out of range, or bytes after the last frame */
MUST_USE enum st bundle_next(struct bundle_reader *r, bytes in, size_t *used,
                             struct bundle_part *part, struct err *err);
void bundle_reader_drop(struct bundle_reader *r); /* wipes and frees; zeroed is fine */

/* --- a bundle in memory: the usual sink
 * ------------------------------------------------------------ */
struct bundle_buffer {
    uint8_t *p;
    size_t n, room;
    size_t cap; /* never grows beyond; set before use */
};
/* bundle_buffer_sink: a bundle_sink, ctx = struct bundle_buffer. ST_TOO_BIG beyond cap, ST_FULL. */
MUST_USE enum st bundle_buffer_sink(void *ctx, bytes part, struct err *err);
void bundle_buffer_drop(struct bundle_buffer *b);
#endif

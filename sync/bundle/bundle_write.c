/* bundle_write.c - the writing half of bundle.h. */
#include "core/keys/trust.h"
#include "sync/bundle/bundle_key.h"

#include <sodium/crypto_scalarmult.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>
#include <stdlib.h>

#define ABYTES crypto_secretstream_xchacha20poly1305_ABYTES

static size_t put_header(uint8_t *out, const struct bundle_seal *k, const uint8_t *ephemeral_pk)
{
    size_t n = 0;
    out[n++] = 'D';
    out[n++] = 'K';
    out[n++] = 'T';
    out[n++] = BUNDLE_VERSION;
    out[n++] = (uint8_t)k->from;
    memcpy(out + n, k->deployment, 16);
    n += 16;
    if (k->from == BUNDLE_FROM_KEY || k->from == BUNDLE_FROM_CERT) {
        memcpy(out + n, k->sender_pk, 32);
        n += 32;
    } else {
        memcpy(out + n, k->sender.b, 8);
        n += 8;
    }
    id8 to = key_id(k->recipient_pk);
    memcpy(out + n, to.b, 8);
    n += 8;
    memcpy(out + n, ephemeral_pk, 32);
    return n + 32;
}

static enum st fail(struct bundle_writer *w, enum st st)
{
    w->failed = true;
    return st;
}

static enum st emit(struct bundle_writer *w, bytes part, struct err *err)
{
    enum st st = w->sink(w->ctx, part, err);
    if (st != ST_OK) {
        return fail(w, st);
    }
    w->written_bytes += part.n;
    return ST_OK;
}

/* The held frame, sealed, to the sink. The buffer's second half takes the ciphertext. */
static enum st flush(struct bundle_writer *w, bool last, struct err *err)
{
    uint8_t *out = w->buf + BUNDLE_PLAIN_BYTES_MAX;
    size_t n = w->n + ABYTES;
    bundle_key_length(out, n);
    crypto_secretstream_xchacha20poly1305_push(
        &w->state, out + 4, NULL, w->buf, w->n, out, 4,
        last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
             : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
    w->n = 0;
    return emit(w, bytes_of(out, n + 4), err);
}

/* Makes room for a frame of another kind, or one that would grow too long. */
static enum st turn(struct bundle_writer *w, enum bundle_frame kind, struct err *err)
{
    if (w->failed || w->buf == NULL) {
        return err_set(err, ST_BUG, 0, __func__, "this bundle's writing is over");
    }
    if (w->n != 0) {
        enum st st = flush(w, false, err);
        if (st != ST_OK) {
            return st;
        }
    }
    w->buf[w->n++] = (uint8_t)kind;
    return ST_OK;
}

static void put(struct bundle_writer *w, bytes b)
{
    if (b.n != 0) {
        memcpy(w->buf + w->n, b.p, b.n);
    }
    w->n += b.n;
}

enum st bundle_begin(struct bundle_writer *w, const struct bundle_seal *keys, bundle_sink sink,
                     void *ctx, struct err *err)
{
    memset(w, 0, sizeof *w);
    w->sink = sink;
    w->ctx = ctx;
    uint8_t esk[32], epk[32], key[32];
    uint8_t header[BUNDLE_HEADER_BYTES_MAX];
    enum st st = ST_OK;
    randombytes_buf(esk, sizeof esk);
    crypto_scalarmult_base(epk, esk);
    size_t n = put_header(header, keys, epk);
    struct key_parts parts = {.header = header,
                              .header_n = n,
                              .sender_pk = keys->sender_pk,
                              .recipient_pk = keys->recipient_pk,
                              .ephemeral_pk = epk,
                              .sender_sk = keys->sender_sk,
                              .ephemeral_sk = esk,
                              .enrol_key = keys->enrol_key,
                              .pair = keys->pair};
    if (!bundle_key_derive(&parts, key)) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "the recipient's key is of small order");
        goto out;
    }
    w->buf = malloc(BUNDLE_PLAIN_BYTES_MAX + BUNDLE_FRAME_BYTES_MAX);
    if (w->buf == NULL) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory for a bundle");
        goto out;
    }
    crypto_secretstream_xchacha20poly1305_init_push(&w->state, header + n, key);
    st = emit(w, bytes_of(header, n + 24), err);
out:
    sodium_memzero(esk, sizeof esk);
    sodium_memzero(key, sizeof key);
    if (st != ST_OK) {
        bundle_drop(w);
    }
    return st;
}

enum st bundle_manifest(struct bundle_writer *w, bytes manifest, struct err *err)
{
    if (manifest.n > BUNDLE_MANIFEST_BYTES) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the manifest is too long");
    }
    enum st st = turn(w, BUNDLE_MANIFEST, err);
    if (st == ST_OK) {
        put(w, manifest);
    }
    return st;
}

enum st bundle_item(struct bundle_writer *w, bytes item, struct err *err)
{
    if (item.n > BUNDLE_ITEM_BYTES_MAX) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "an item is too long for a frame");
    }
    enum st st = ST_OK;
    if (w->n == 0 || w->buf[0] != BUNDLE_ITEMS || w->n - 1 >= BUNDLE_ITEMS_BYTES) {
        st = turn(w, BUNDLE_ITEMS, err);
    }
    if (st == ST_OK) {
        put(w, item);
    }
    return st;
}

enum st bundle_chunk(struct bundle_writer *w, h32 name, unsigned index, bytes chunk,
                     struct err *err)
{
    if (chunk.n > CAP_CHUNK_BYTES) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "a chunk is too long");
    }
    enum st st = turn(w, BUNDLE_CHUNK, err);
    if (st == ST_OK) {
        uint8_t at[4];
        bundle_key_length(at, index);
        put(w, bytes_of(name.b, sizeof name.b));
        put(w, bytes_of(at, sizeof at));
        put(w, chunk);
    }
    return st;
}

enum st bundle_end(struct bundle_writer *w, struct err *err)
{
    enum st st;
    if (w->failed || w->buf == NULL || w->n == 0) {
        st = err_set(err, ST_BUG, 0, __func__, "this bundle has no manifest, or is over");
    } else {
        st = flush(w, true, err);
    }
    bundle_drop(w);
    return st;
}

void bundle_drop(struct bundle_writer *w)
{
    if (w->buf != NULL) {
        sodium_memzero(w->buf, BUNDLE_PLAIN_BYTES_MAX);
        free(w->buf);
        w->buf = NULL;
    }
    sodium_memzero(&w->state, sizeof w->state);
    w->failed = true;
}

/* --- a bundle in memory --------------------------------------------------------------------------
 */

enum st bundle_buffer_sink(void *ctx, bytes part, struct err *err)
{
    struct bundle_buffer *b = ctx;
    if (part.n > b->cap || b->n > b->cap - part.n) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the bundle is longer than %zu bytes", b->cap);
    }
    size_t need = b->n + part.n;
    if (need > b->room) {
        size_t room = b->room < 1024 ? 1024 : b->room;
        while (room < need) {
            room *= 2;
        }
        room = room > b->cap ? b->cap : room;
        uint8_t *p = realloc(b->p, room);
        if (p == NULL) {
            return err_set(err, ST_FULL, 0, __func__, "no memory for the bundle");
        }
        b->p = p;
        b->room = room;
    }
    if (part.n != 0) {
        memcpy(b->p + b->n, part.p, part.n);
    }
    b->n = need;
    return ST_OK;
}

void bundle_buffer_drop(struct bundle_buffer *b)
{
    free(b->p);
    b->p = NULL;
    b->n = 0;
    b->room = 0;
}

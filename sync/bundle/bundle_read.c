/* bundle_read.c - the reading half of bundle.h. */
#include "core/keys/trust.h"
#include "sync/bundle/bundle_key.h"

#include <sodium/utils.h>
#include <stdlib.h>

#define ABYTES crypto_secretstream_xchacha20poly1305_ABYTES

enum st bundle_header_read(bytes in, struct bundle_header *h, size_t *used, struct err *err)
{
    static const uint8_t mark[3] = {'D', 'K', 'T'};
    memset(h, 0, sizeof *h);
    *used = 0;
    if (in.n != 0 && memcmp(in.p, mark, in.n < 3 ? in.n : 3) != 0) {
        return err_set(err, ST_BAD_FORM, 0, __func__, "this is not a docket bundle");
    }
    if (in.n < 5) {
        return err_set(err, ST_INCOMPLETE, 0, __func__, "the bundle ends inside its header");
    }
    if (in.p[3] != BUNDLE_VERSION) {
        return err_set(err, ST_NEWER, 0, __func__, "bundle version %u is not known here", in.p[3]);
    }
    if (in.p[4] > BUNDLE_FROM_CERT) {
        return err_set(err, ST_BAD_FORM, 0, __func__,
                       "the bundle's header names no kind of sender");
    }
    h->from = (enum bundle_from)in.p[4];
    bool by_key = h->from == BUNDLE_FROM_KEY || h->from == BUNDLE_FROM_CERT;
    size_t sender_n = by_key ? 32 : 8;
    size_t raw_n = 5 + 16 + sender_n + 8 + 32;
    if (in.n < raw_n + sizeof h->stream) {
        return err_set(err, ST_INCOMPLETE, 0, __func__, "the bundle ends inside its header");
    }
    const uint8_t *p = in.p + 5;
    memcpy(h->deployment, p, 16);
    p += 16;
    memcpy(by_key ? h->sender_pk : h->sender.b, p, sender_n);
    p += sender_n;
    memcpy(h->recipient.b, p, 8);
    p += 8;
    memcpy(h->ephemeral, p, 32);
    memcpy(h->stream, in.p + raw_n, sizeof h->stream);
    memcpy(h->raw, in.p, raw_n);
    h->raw_n = raw_n;
    *used = raw_n + sizeof h->stream;
    return ST_OK;
}

static struct key_parts parts_of(const struct bundle_header *h, const struct bundle_open *keys)
{
    return (struct key_parts){.header = h->raw,
                              .header_n = h->raw_n,
                              .sender_pk = keys->sender_pk,
                              .recipient_pk = keys->recipient_pk,
                              .ephemeral_pk = h->ephemeral,
                              .recipient_sk = keys->recipient_sk,
                              .enrol_key = keys->enrol_key,
                              .pair = keys->pair,
                              .shared = keys->shared};
}

enum st bundle_shared(const struct bundle_header *h, const struct bundle_open *keys,
                      uint8_t out[static BUNDLE_SHARED_BYTES])
{
    struct key_parts parts = parts_of(h, keys);
    return bundle_key_shared(&parts, out) ? ST_OK : ST_BAD_SIGNATURE;
}

enum st bundle_reader_begin(struct bundle_reader *r, const struct bundle_header *h,
                            const struct bundle_open *keys, struct err *err)
{
    memset(r, 0, sizeof *r);
    r->failed = true;
    if (memcmp(h->deployment, keys->deployment, 16) != 0) {
        return err_set(err, ST_WRONG_PARTY, 0, __func__, "the bundle is of another deployment");
    }
    if (!id8_eq(h->recipient, key_id(keys->recipient_pk))) {
        return err_set(err, ST_WRONG_PARTY, 0, __func__, "the bundle is for another recipient");
    }
    uint8_t key[32];
    struct key_parts parts = parts_of(h, keys);
    if (!bundle_key_derive(&parts, key)) {
        return err_set(err, ST_BAD_SIGNATURE, 0, __func__, "the bundle's keys are of small order");
    }
    r->plain = malloc(BUNDLE_PLAIN_BYTES_MAX);
    if (r->plain == NULL) {
        sodium_memzero(key, sizeof key);
        return err_set(err, ST_FULL, 0, __func__, "no memory to read a bundle");
    }
    /* Fails for nothing but a wrong header size, which is fixed here. */
    IGNORE(crypto_secretstream_xchacha20poly1305_init_pull(&r->state, h->stream, key) != 0);
    sodium_memzero(key, sizeof key);
    r->failed = false;
    return ST_OK;
}

static enum st spoilt(struct bundle_reader *r, enum st st, struct err *err, const char *why)
{
    r->failed = true;
    return err_set(err, st, 0, "bundle_next", "%s", why);
}

static enum st parse(struct bundle_reader *r, size_t n, struct bundle_part *part, struct err *err)
{
    if (n == 0) {
        return spoilt(r, ST_BAD_FORM, err, "the bundle has an empty frame");
    }
    part->frame = (enum bundle_frame)r->plain[0];
    part->body = bytes_of(r->plain + 1, n - 1);
    bool first = r->frames == 0;
    if ((part->frame == BUNDLE_MANIFEST) != first) {
        return spoilt(r, ST_BAD_FORM, err, "the bundle does not begin with its one manifest");
    }
    if (part->frame == BUNDLE_CHUNK) {
        if (n <= 1 + 36) {
            return spoilt(r, ST_BAD_FORM, err, "the bundle has a chunk of nothing");
        }
        memcpy(part->name.b, r->plain + 1, 32);
        const uint8_t *p = r->plain + 33;
        part->index = (unsigned)p[0] << 24 | (unsigned)p[1] << 16 | (unsigned)p[2] << 8 | p[3];
        part->body = bytes_of(r->plain + 37, n - 37);
    } else if (part->frame != BUNDLE_MANIFEST && part->frame != BUNDLE_ITEMS) {
        return spoilt(r, ST_BAD_FORM, err, "the bundle has a frame of an unknown kind");
    }
    r->frames++;
    return ST_OK;
}

enum st bundle_next(struct bundle_reader *r, bytes in, size_t *used, struct bundle_part *part,
                    struct err *err)
{
    *used = 0;
    memset(part, 0, sizeof *part);
    if (r->failed) {
        return err_set(err, ST_BUG, 0, __func__, "this bundle's reading is over");
    }
    if (r->whole) {
        return in.n == 0 ? ST_END
                         : spoilt(r, ST_BAD_FORM, err, "there are bytes after the bundle's end");
    }
    if (in.n < 4) {
        return err_set(err, ST_INCOMPLETE, 0, __func__, "the bundle is cut off");
    }
    size_t n = (size_t)in.p[0] << 24 | (size_t)in.p[1] << 16 | (size_t)in.p[2] << 8 | in.p[3];
    if (n < ABYTES + 1 || n > BUNDLE_PLAIN_BYTES_MAX + ABYTES) {
        return spoilt(r, ST_BAD_FORM, err, "the bundle has a frame of impossible length");
    }
    if (in.n - 4 < n) {
        return err_set(err, ST_INCOMPLETE, 0, __func__, "the bundle is cut off");
    }
    unsigned char tag = 0;
    unsigned long long got = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&r->state, r->plain, &got, &tag, in.p + 4, n,
                                                   in.p, 4) != 0) {
        return spoilt(r, ST_BAD_SIGNATURE, err,
                      "the bundle was altered, or somebody else sealed it");
    }
    bool last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    if (!last && tag != crypto_secretstream_xchacha20poly1305_TAG_MESSAGE) {
        return spoilt(r, ST_BAD_FORM, err, "the bundle has a frame of an unknown kind");
    }
    enum st st = parse(r, (size_t)got, part, err);
    if (st == ST_OK) {
        r->whole = last;
        *used = n + 4;
    }
    return st;
}

void bundle_reader_drop(struct bundle_reader *r)
{
    if (r->plain != NULL) {
        sodium_memzero(r->plain, BUNDLE_PLAIN_BYTES_MAX);
        free(r->plain);
        r->plain = NULL;
    }
    sodium_memzero(&r->state, sizeof r->state);
    r->failed = true;
}

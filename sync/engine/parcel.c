/* parcel.c - see parcel.h. */
#include "sync/engine/parcel.h"

#include "core/codec/cbor.h"
#include "sync/bundle/manifest.h"
#include "sync/carrier/file.h"
#include "sync/engine/exchange.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE_BYTES (CAP_TRUST_CHAIN_BYTES + 4096)
#define PARCEL_ENTRY_BYTES (24U << 20) /* of 64 MiB: a hundred thousand entries and their texts */
#define PARCEL_LARGE_BYTES (36U << 20)

struct head {
    id8 author, epoch;
    uint64_t seq;
    h32 hash;
};
struct state {
    uint8_t sk[32], pk[32];
    struct trust trust;
    uint8_t docs[CAP_TRUST_CHAIN_BYTES];
    size_t ndocs;
    struct head heads[MANIFEST_JOURNALS_MAX];
    unsigned nheads;
    bool atts; /* receipts for the attachments are awaited too: none was left out */
};

void parcel_path(const char *dir, char *out, size_t cap)
{
    snprintf(out, cap, "%s.parcel", dir);
}

static void key_path(const char *dir, char *out, size_t cap)
{
    snprintf(out, cap, "%s.parcel.key", dir);
}

bool parcel_pending(const char *dir)
{
    char path[600];
    struct stat sb;
    key_path(dir, path, sizeof path);
    return stat(path, &sb) == 0;
}

enum st parcel_due(struct journal *j, bool *due, struct err *err)
{
    struct store_txn *t = NULL;
    struct arena a = arena_of(j->scratch, j->scratch_bytes);
    struct revocation *r = arena_new(&a, struct revocation, 1);
    const char *rule;
    bytes doc;
    id8 own = j->head.author;
    *due = false;
    enum st st =
        r == NULL ? err_set(err, ST_FULL, 0, __func__, "scratch") : store_read(j->store, &t, err);
    if (st == ST_OK) {
        st = store_get(t, T_REVOKED, bytes_of(own.b, sizeof own.b), &a, &doc, err);
        *due = st == ST_OK && revocation_open(doc, &j->trust, r, &rule) == ST_OK &&
               id8_eq(r->author, own);
    }
    store_abort(&t);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* --- the file of the key ------------------------------------------------------------------------
 */

static enum st state_write(const struct state *s, const char *dir, struct err *err)
{
    char path[600];
    uint8_t *buf = malloc(STATE_BYTES);
    bytes out;
    if (buf == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    struct cbor_w w = cbor_w_init(buf, STATE_BYTES);
    cbor_put_array(&w, 4);
    cbor_put_uint(&w, s->atts ? 1 : 2);
    cbor_put_bytes(&w, bytes_of(s->sk, sizeof s->sk));
    cbor_put_bytes(&w, bytes_of(s->docs, s->ndocs));
    cbor_put_array(&w, s->nheads);
    for (unsigned i = 0; i < s->nheads; i++) {
        cbor_put_array(&w, 4);
        cbor_put_bytes(&w, bytes_of(s->heads[i].author.b, 8));
        cbor_put_bytes(&w, bytes_of(s->heads[i].epoch.b, 8));
        cbor_put_uint(&w, s->heads[i].seq);
        cbor_put_bytes(&w, bytes_of(s->heads[i].hash.b, 32));
    }
    key_path(dir, path, sizeof path);
    enum st st = cbor_w_done(&w, &out) == ST_OK
                     ? file_write(path, out, 0600, err)
                     : err_set(err, ST_BUG, 0, __func__, "the key's file does not fit");
    sodium_memzero(buf, STATE_BYTES);
    free(buf);
    return st;
}

static enum st state_decode(bytes in, struct state *s)
{
    if (cbor_check(in, 0, NULL, NULL) != ST_OK) {
        return ST_CORRUPT;
    }
    struct cbor_r r = cbor_r_init(in);
    if (cbor_get_array(&r) != 4) {
        return ST_CORRUPT;
    }
    uint64_t what = cbor_get_uint(&r);
    s->atts = what == 1;
    cbor_get_bytes_n(&r, s->sk, sizeof s->sk);
    bytes docs = cbor_get_bytes(&r);
    size_t n = cbor_get_array(&r);
    if (docs.n > sizeof s->docs || n > MANIFEST_JOURNALS_MAX || what < 1 || what > 2) {
        return ST_CORRUPT;
    }
    for (size_t i = 0; i < n; i++) {
        if (cbor_get_array(&r) != 4) {
            return ST_CORRUPT;
        }
        cbor_get_bytes_n(&r, s->heads[i].author.b, 8);
        cbor_get_bytes_n(&r, s->heads[i].epoch.b, 8);
        s->heads[i].seq = cbor_get_uint(&r);
        cbor_get_bytes_n(&r, s->heads[i].hash.b, 32);
    }
    s->nheads = (unsigned)n;
    if (cbor_done(&r) != ST_OK || docs.n == 0) {
        return ST_CORRUPT;
    }
    memcpy(s->docs, docs.p, docs.n);
    s->ndocs = docs.n;
    const char *rule;
    return trust_chain_open(docs, &s->trust, &rule) == ST_OK &&
                   crypto_scalarmult_base(s->pk, s->sk) == 0
               ? ST_OK
               : ST_CORRUPT;
}

static enum st state_read(struct state *s, const char *dir, struct err *err)
{
    char path[600];
    bytes in = {NULL, 0};
    memset(s, 0, sizeof *s);
    key_path(dir, path, sizeof path);
    enum st st = file_read(path, STATE_BYTES, &in, err);
    if (st == ST_OK && state_decode(in, s) != ST_OK) {
        st = err_set(err, ST_CORRUPT, 0, __func__, "the parcel's key cannot be read");
    }
    if (in.p != NULL) {
        sodium_memzero((void *)(uintptr_t)in.p, in.n);
        free((void *)(uintptr_t)in.p);
    }
    return st;
}

/* --- making
 * -------------------------------------------------------------------------------------- */

static enum st collect(struct journal *j, struct state *s, struct err *err)
{
    struct store_txn *t = NULL;
    struct arena a = arena_of(j->scratch, j->scratch_bytes);
    bytes docs = {NULL, 0};
    enum st st = store_read(j->store, &t, err);
    if (st == ST_OK) {
        st = trust_store_chain(t, 0, &a, &docs, err);
    }
    if (st == ST_OK && (docs.n == 0 || docs.n > sizeof s->docs)) {
        st = err_set(err, ST_TOO_BIG, 0, __func__, "the trust documents");
    }
    if (st == ST_OK) {
        memcpy(s->docs, docs.p, docs.n);
        s->ndocs = docs.n;
    }
    store_abort(&t);
    return st;
}

static enum st write_bundle(struct journal *j, const char *dir, struct state *s,
                            const struct now *now, struct parcel_made *out, struct err *err)
{
    char path[600];
    struct file_out f;
    struct exchange_result res = {0};
    struct exchange_awaited awaited = {0};
    /* It cannot introduce itself later, should headquarters have forgotten it. */
    struct exchange_options opt = {.introduce = true,
                                   .max_bytes = PARCEL_ENTRY_BYTES,
                                   .large_bytes = PARCEL_LARGE_BYTES,
                                   .reply_pk = s->pk,
                                   .awaited = &awaited};
    parcel_path(dir, path, sizeof path);
    enum st st = file_out_begin(&f, path, err);
    if (st != ST_OK) {
        return st;
    }
    st = exchange_request(j, &opt, now, file_out_sink, &f, &res, err);
    out->entries = res.sent_entries;
    out->attachments = res.sent_attachments;
    out->bytes = res.sent_bytes;
    out->left_out = res.again;
    out->any = st == ST_OK && (res.sent_entries != 0 || res.sent_attachments != 0);
    for (unsigned i = 0; out->any && i < awaited.n; i++) {
        const struct chain_mark *m = &awaited.marks[i];
        s->heads[s->nheads++] = (struct head){m->author, m->epoch, m->seq, m->hash};
    }
    struct err later;
    enum st end = file_out_end(&f, out->any, st == ST_OK ? err : &later);
    st = st == ST_OK ? end : st;
    /* One from before a cut, whose key was never written: nobody can open an answer to it. */
    if (st == ST_OK && !out->any && unlink(path) != 0 && errno != ENOENT) {
        st = err_set(err, ST_IO, 0, __func__, "the parcel cannot be removed");
    }
    return st;
}

enum st parcel_make(struct journal *j, const char *dir, const struct now *now,
                    struct parcel_made *out, struct err *err)
{
    memset(out, 0, sizeof *out);
    struct state *s = sodium_malloc((sizeof *s + 63U) & ~(size_t)63U);
    if (s == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no locked memory");
    }
    memset(s, 0, sizeof *s);
    randombytes_buf(s->sk, sizeof s->sk);
    enum st st = crypto_scalarmult_base(s->pk, s->sk) == 0 ? collect(j, s, err) : ST_BUG;
    if (st == ST_OK) {
        st = write_bundle(j, dir, s, now, out, err);
    }
    /* The key last: where it lies, the parcel is whole and the store may go. Without a parcel it is
     * as good: it says that the store is to go, and no answer is awaited. */
    if (st == ST_OK) {
        s->atts = !out->left_out;
        st = state_write(s, dir, err);
    }
    sodium_free(s);
    return st;
}

/* --- the answer
 * ----------------------------------------------------------------------------------- */

static enum st covered(struct state *s, const struct manifest *m, struct err *err)
{
    const char *rule;
    bytes newer = m->trust;
    while (newer.n != 0) {
        struct trust next;
        bytes doc = trust_chain(&newer);
        if (trust_next(&s->trust, doc, &next, &rule) == ST_OK && next.serial > s->trust.serial) {
            s->trust = next;
        }
    }
    for (unsigned i = 0; i < s->nheads; i++) {
        const struct head *h = &s->heads[i];
        bool good = false;
        for (unsigned k = 0; k < m->nreceipts && !good; k++) {
            struct receipt r;
            good = receipt_open(m->receipts[k], &s->trust, &r, &rule) == ST_OK &&
                   id8_eq(r.author, h->author) && id8_eq(r.epoch, h->epoch) && r.seq == h->seq &&
                   h32_eq(r.head, h->hash) && /* not a copy's that is longer */
                   (r.att_through >= h->seq || !s->atts);
        }
        if (!good) {
            return err_set(err, ST_INCOMPLETE, 0, "parcel_answer",
                           "headquarters does not have all of the parcel yet");
        }
    }
    return ST_OK;
}

static enum st read_answer(struct state *s, bytes in, struct arena *a, struct manifest *m,
                           struct err *err)
{
    struct bundle_header h;
    struct bundle_reader r = {0};
    struct bundle_part part;
    size_t used;
    enum st st = bundle_header_read(in, &h, &used, err);
    const struct trust_key *from = st == ST_OK && h.from == BUNDLE_FROM_HQ
                                       ? trust_find(&s->trust, TRUST_SEALING, h.sender)
                                       : NULL;
    if (st == ST_OK && (from == NULL || from->revoked)) {
        st = err_set(err, ST_WRONG_PARTY, 0, __func__, "the answer is not from this headquarters");
    }
    if (st == ST_OK) {
        struct bundle_open keys = {.deployment = s->trust.deployment,
                                   .recipient_pk = s->pk,
                                   .recipient_sk = s->sk,
                                   .sender_pk = from->pk};
        in = bytes_of(in.p + used, in.n - used);
        st = bundle_reader_begin(&r, &h, &keys, err);
    }
    if (st == ST_OK) {
        st = bundle_next(&r, in, &used, &part, err);
    }
    if (st == ST_OK) {
        uint8_t *copy = arena_new(a, uint8_t, part.body.n);
        if (copy == NULL) {
            st = err_set(err, ST_FULL, 0, __func__, "no memory");
        } else {
            memcpy(copy, part.body.p, part.body.n);
            st = part.frame == BUNDLE_MANIFEST ? manifest_decode(bytes_of(copy, part.body.n), a, m)
                                               : ST_BAD_FORM;
            if (st != ST_OK || m->role != MANIFEST_ANSWER) {
                st = err_set(err, ST_BAD_FORM, 0, __func__, "that is no answer");
            }
        }
    }
    bundle_reader_drop(&r);
    return st;
}

enum st parcel_answer(const char *dir, bytes answer, struct err *err)
{
    char path[600];
    struct manifest m;
    struct state *s = sodium_malloc((sizeof *s + 63U) & ~(size_t)63U);
    uint8_t *room = malloc(4 * BUNDLE_MANIFEST_BYTES);
    enum st st = s == NULL || room == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory")
                                           : state_read(s, dir, err);
    parcel_path(dir, path, sizeof path);
    /* A key whose parcel is gone: the answer had come, and a cut came between the two; or there was
     * none. Where one lies nothing but an answer to it is believed, whatever is awaited. */
    if (st == ST_OK && (access(path, F_OK) == 0 || errno != ENOENT)) {
        struct arena a = arena_of(room, 4 * BUNDLE_MANIFEST_BYTES);
        st = read_answer(s, answer, &a, &m, err);
        st = st == ST_OK ? covered(s, &m, err) : st;
    }
    if (st == ST_OK) {
        /* The parcel opens with a key that only headquarters has: a name is all that goes. */
        bool gone = unlink(path) == 0 || errno == ENOENT;
        key_path(dir, path, sizeof path);
        gone = gone && unlink(path) == 0;
        st = gone ? ST_OK : err_set(err, ST_IO, 0, __func__, "the parcel cannot be removed");
    }
    free(room);
    sodium_free(s);
    return st;
}

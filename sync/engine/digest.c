/* digest.c - see digest.h. */
#include "sync/engine/digest.h"

#include "core/codec/hash.h"
#include "core/fold/refold.h"

#include <stdlib.h>

#define SUBJECT_KEY_BYTES 56 /* T_SUBJECT: subject, time, hash */

static int by_bytes32(const void *a, const void *b)
{
    return memcmp(a, b, 32);
}

static int by_bytes16(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

void digest_sort(h32 *hashes, size_t n)
{
    if (n > 1) {
        qsort(hashes, n, sizeof *hashes, by_bytes32);
    }
}

bool digest_find(const h32 *sorted, size_t n, h32 what)
{
    return n != 0 && bsearch(&what, sorted, n, sizeof *sorted, by_bytes32) != NULL;
}

size_t digest_unique(id16 *ids, size_t n)
{
    if (n < 2) {
        return n;
    }
    qsort(ids, n, sizeof *ids, by_bytes16);
    size_t kept = 1;
    for (size_t i = 1; i < n; i++) {
        if (!id16_eq(ids[i], ids[kept - 1])) {
            ids[kept++] = ids[i];
        }
    }
    return kept;
}

enum st digest_subject(struct store_txn *t, id16 subject, const h32 *without, size_t n,
                       struct arena tmp, struct manifest_subject *out, struct err *err)
{
    memset(out, 0, sizeof *out);
    out->subject = subject;
    out->revocations = store_count(t, T_REVOKED);
    struct store_cursor *c = NULL;
    enum st st =
        store_scan(t, T_SUBJECT, bytes_of(subject.b, sizeof subject.b), (bytes){NULL, 0}, &c, err);
    if (st != ST_OK) {
        return st;
    }
    struct hash32_state h;
    hash32_begin(&h);
    bytes key;
    for (;;) {
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        h32 hash;
        if (key.n != SUBJECT_KEY_BYTES) {
            continue;
        }
        memcpy(hash.b, key.p + 24, sizeof hash.b);
        if (!digest_find(without, n, hash)) {
            hash32_add(&h, bytes_of(hash.b, sizeof hash.b));
            out->count++;
        }
    }
    store_scan_end(&c);
    if (st != ST_END) {
        return st;
    }
    uint8_t set[HASH_BYTES];
    hash32_end(&h, set);
    memcpy(out->set, set, sizeof out->set);
    struct subject_state state;
    h32 digest;
    if (fold_load(t, subject, &tmp, &state, &digest, NULL) == ST_OK) {
        memcpy(out->state, digest.b, sizeof out->state);
        out->fold_version = FOLD_VERSION;
    }
    return ST_OK;
}

enum st digest_hashes(struct store_txn *t, id16 subject, h32 *out, unsigned max, unsigned *n,
                      struct err *err)
{
    *n = 0;
    struct store_cursor *c = NULL;
    enum st st =
        store_scan(t, T_SUBJECT, bytes_of(subject.b, sizeof subject.b), (bytes){NULL, 0}, &c, err);
    if (st != ST_OK) {
        return st;
    }
    bytes key;
    for (;;) {
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        if (key.n != SUBJECT_KEY_BYTES) {
            continue;
        }
        if (*n == max) {
            st = ST_TOO_BIG;
            break;
        }
        memcpy(out[(*n)++].b, key.p + 24, 32);
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

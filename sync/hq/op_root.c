/* op_root.c - root.take: trust documents by which the root passes to another key, signed where the
 * root lies. What else a trust document says stays as it is: what runs holds it in memory. */
#include "sync/hq/hq_root.h"
#include "sync/hq/ops.h"

#include "core/base/encode.h"

static bool same_key(const struct trust_key *a, const struct trust_key *b)
{
    return a->use == b->use && memcmp(a->pk, b->pk, sizeof a->pk) == 0 &&
           a->from_ms == b->from_ms && a->until_ms == b->until_ms && a->revoked == b->revoked;
}

/* Only serial, root and the next root may differ. */
static bool same_but_root(const struct trust *a, const struct trust *b)
{
    bool same = a->nkeys == b->nkeys && a->legal_period_days == b->legal_period_days &&
                strcmp(a->name, b->name) == 0;
    for (unsigned i = 0; i < a->nkeys && same; i++) {
        same = same_key(&a->keys[i], &b->keys[i]);
    }
    return same;
}

static enum st take(struct hq *hq, bytes docs, struct err *err)
{
    uint8_t room[CAP_TRUST_BYTES + 64];
    struct arena tmp = arena_of(room, sizeof room);
    struct store_txn *t = NULL;
    struct trust now;
    bytes kept = {NULL, 0};
    bool mine;
    enum st st = hq_write(hq, &t, &mine, err);
    if (st != ST_OK) {
        return st;
    }
    st = trust_store_put(t, docs, err);
    if (st == ST_EXISTS) {
        st = err_set(err, st, 0, __func__, "headquarters has a trust document as new as this");
    }
    if (st == ST_OK) {
        st = trust_store_get(t, &tmp, &now, &kept, err);
    }
    if (st == ST_OK && (kept.n > docs.n || memcmp(kept.p, docs.p + docs.n - kept.n, kept.n) != 0)) {
        /* All of it or none: what names a root is not kept without what that root says. */
        st = err_set(err, ST_TOO_BIG, 0, __func__,
                     "not all of the documents hold, or the root has changed too often");
    }
    if (st == ST_OK && !same_but_root(&now, &hq->journal.trust)) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "this changes more than the root");
    }
    st = hq_written(hq, &t, mine, st, err);
    if (st == ST_OK) {
        st = journal_reload(&hq->journal, err);
    }
    return st;
}

enum st op_root_take(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    uint8_t docs[HQ_ROOT_DOCS_BYTES];
    size_t n = 0;
    str code;
    enum st st = ops_str(in, "documents", &code, err);
    if (st == ST_OK && !base64url_get(code, docs, sizeof docs, &n)) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "\"documents\" is no base64url, or too long");
    }
    if (st == ST_OK && hq->batch != NULL) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "the root is changed by itself");
    }
    st = st == ST_OK ? take(hq, bytes_of(docs, n), err) : st;
    if (st == ST_OK) {
        atomic_store(&hq->trust_serial, hq->journal.trust.serial);
        *out = json_pack("{s:I}", "serial", (json_int_t)hq->journal.trust.serial);
    }
    return st;
}

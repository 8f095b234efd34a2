/* trust_store.c - the trust document and certificates where the store keeps them. */
#include "core/journal/append.h"

#define ROOT_BYTES 32

static bytes trust_key(void)
{
    return str_bytes(S("trust"));
}

/* The root that we believe: the first one, or one that its predecessor named. */
static bytes root_key(void)
{
    return str_bytes(S("root"));
}

enum st trust_store_get(struct store_txn *t, struct arena *a, struct trust *trust, bytes *doc,
                        struct err *err)
{
    bytes kept;
    memset(trust, 0, sizeof *trust);
    enum st st = store_get(t, T_META, trust_key(), a, &kept, err);
    if (st != ST_OK) {
        return st;
    }
    if (doc != NULL) {
        *doc = kept;
    }
    uint8_t room[ROOT_BYTES + 16];
    struct arena tmp = arena_of(room, sizeof room);
    bytes root;
    const char *rule = "no root";
    st = store_get(t, T_META, root_key(), &tmp, &root, err);
    if (st == ST_OK && root.n == ROOT_BYTES) {
        st = trust_open(kept, root.p, trust, &rule);
    }
    if (st != ST_OK) {
        return err_set(err, ST_CORRUPT, 0, "trust_store_get", "the kept trust document: %s", rule);
    }
    return ST_OK;
}

/* The documents by roots that were left behind, each naming the root of the next: whoever knows an
 * old root, or only the first, can follow them to the newest. */
static bytes links_key(void)
{
    return str_bytes(S("trust.links"));
}

static enum st links_get(struct store_txn *t, struct arena *a, bytes *links, struct err *err)
{
    enum st st = store_get(t, T_META, links_key(), a, links, err);
    if (st == ST_NOT_FOUND) {
        *links = (bytes){NULL, 0};
        return ST_OK;
    }
    return st;
}

static enum st keep_link(struct store_txn *t, bytes doc, struct err *err)
{
    uint8_t room[2 * CAP_TRUST_CHAIN_BYTES + 256];
    struct arena tmp = arena_of(room, sizeof room);
    bytes links;
    enum st st = links_get(t, &tmp, &links, err);
    uint8_t *all = st == ST_OK ? arena_new(&tmp, uint8_t, links.n + doc.n) : NULL;
    if (st == ST_OK && (all == NULL || links.n + doc.n > CAP_TRUST_CHAIN_BYTES - CAP_TRUST_BYTES)) {
        st = err_set(err, ST_TOO_BIG, 0, "trust_store_put", "the root has changed too often");
    }
    if (st != ST_OK) {
        return st;
    }
    if (links.n != 0) {
        memcpy(all, links.p, links.n);
    }
    memcpy(all + links.n, doc.p, doc.n);
    return store_put(t, T_META, links_key(), bytes_of(all, links.n + doc.n), err);
}

enum st trust_store_chain(struct store_txn *t, uint64_t after_serial, struct arena *a, bytes *docs,
                          struct err *err)
{
    struct trust trust, last, one;
    bytes links, newest, from;
    const char *rule = "";
    *docs = (bytes){NULL, 0};
    enum st st = trust_store_get(t, a, &trust, &newest, err);
    st = st == ST_OK ? links_get(t, a, &links, err) : st;
    if (st != ST_OK || trust.serial <= after_serial) {
        return st;
    }
    from = links;
    for (bool first = true; links.n != 0; first = false) {
        bytes doc = trust_chain(&links);
        st = first ? trust_open(doc, NULL, &one, &rule) : trust_next(&last, doc, &one, &rule);
        if (st != ST_OK) {
            return err_set(err, ST_CORRUPT, 0, __func__, "a kept trust document: %s", rule);
        }
        if (one.serial > after_serial) {
            break;
        }
        last = one;
        from = links;
    }
    uint8_t *all = arena_new(a, uint8_t, from.n + newest.n);
    if (all == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory for the trust documents");
    }
    if (from.n != 0) {
        memcpy(all, from.p, from.n);
    }
    memcpy(all + from.n, newest.p, newest.n);
    *docs = bytes_of(all, from.n + newest.n);
    return ST_OK;
}

static enum st put_one(struct store_txn *t, bytes doc, struct err *err)
{
    uint8_t room[CAP_TRUST_BYTES + 64];
    struct arena tmp = arena_of(room, sizeof room);
    struct trust known, next;
    const char *rule = "";
    bytes before;
    enum st st = trust_store_get(t, &tmp, &known, &before, err);
    if (st == ST_NOT_FOUND) {
        before = (bytes){NULL, 0};
        st = trust_open(doc, NULL, &next, &rule);
    } else if (st == ST_OK) {
        st = trust_next(&known, doc, &next, &rule);
        if (st == ST_OK && next.serial <= known.serial) {
            return ST_EXISTS;
        }
    } else {
        return st;
    }
    if (st != ST_OK) {
        return err_set(err, st, 0, "trust_store_put", "the trust document was refused: %s", rule);
    }
    if (before.p != NULL && memcmp(known.root_pk, next.root_pk, sizeof next.root_pk) != 0) {
        st = keep_link(t, before, err);
    }
    st = st == ST_OK ? store_put(t, T_META, trust_key(), doc, err) : st;
    return st == ST_OK ? store_put(t, T_META, root_key(), bytes_of(next.root_pk, ROOT_BYTES), err)
                       : st;
}

enum st trust_store_put(struct store_txn *t, bytes docs, struct err *err)
{
    bool moved = false;
    if (docs.n > CAP_TRUST_CHAIN_BYTES) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the trust documents are too long");
    }
    do {
        bytes doc = trust_chain(&docs);
        enum st st = put_one(t, doc, err);
        moved = moved || st == ST_OK;
        /* One that was left behind is not by a root that we know: then the later ones decide. */
        if (st != ST_OK && st != ST_EXISTS && (docs.n == 0 || st != ST_UNTRUSTED)) {
            return moved ? ST_OK : st;
        }
    } while (docs.n != 0);
    return moved ? ST_OK : ST_EXISTS;
}

enum st cert_store_get(struct store_txn *t, id8 author, const struct trust *trust, struct arena *a,
                       struct cert *c, struct err *err)
{
    bytes doc;
    memset(c, 0, sizeof *c);
    enum st st = store_get(t, T_CERT, bytes_of(author.b, sizeof author.b), a, &doc, err);
    if (st != ST_OK) {
        return st;
    }
    const char *rule = "";
    st = cert_open(doc, trust, c, &rule);
    if (st != ST_OK) {
        return err_set(err, st, 0, "cert_store_get", "a kept certificate was refused: %s", rule);
    }
    return ST_OK;
}

enum st cert_store_put(struct store_txn *t, const struct cert *c, struct err *err)
{
    return store_put(t, T_CERT, bytes_of(c->author.b, sizeof c->author.b), c->whole, err);
}

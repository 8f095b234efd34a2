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

/* A new document must be by the root we know, or by the one it named as the next. */
static enum st open_next(const struct trust *known, bytes doc, struct trust *next,
                         const char **rule)
{
    enum st st = trust_open(doc, known->root_pk, next, rule);
    static const uint8_t none[32] = {0};
    if (st == ST_UNTRUSTED && memcmp(known->next_root, none, sizeof none) != 0) {
        st = trust_open(doc, known->next_root, next, rule);
    }
    if (st == ST_OK && memcmp(known->deployment, next->deployment, sizeof next->deployment) != 0) {
        *rule = "another deployment";
        return ST_WRONG_PARTY;
    }
    return st;
}

enum st trust_store_put(struct store_txn *t, bytes doc, struct err *err)
{
    uint8_t room[CAP_TRUST_BYTES + 64];
    struct arena tmp = arena_of(room, sizeof room);
    struct trust known, next;
    const char *rule = "";
    enum st st = trust_store_get(t, &tmp, &known, NULL, err);
    if (st == ST_NOT_FOUND) {
        st = trust_open(doc, NULL, &next, &rule);
    } else if (st == ST_OK) {
        st = open_next(&known, doc, &next, &rule);
        if (st == ST_OK && next.serial <= known.serial) {
            return ST_EXISTS;
        }
    } else {
        return st;
    }
    if (st != ST_OK) {
        return err_set(err, st, 0, "trust_store_put", "the trust document was refused: %s", rule);
    }
    st = store_put(t, T_META, trust_key(), doc, err);
    return st == ST_OK ? store_put(t, T_META, root_key(), bytes_of(next.root_pk, ROOT_BYTES), err)
                       : st;
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

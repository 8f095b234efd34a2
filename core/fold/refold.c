/* refold.c - the fold over a store: gather a subject's entries, fold, keep the state and its rows.
 */
#include "core/fold/refold.h"

#include "core/codec/cbor.h"
#include "core/codec/hash.h"
#include "core/fold/lists.h"
#include "core/journal/append.h"

#define SUBJECT_KEY_BYTES 56
#define CODE_KEY_BYTES 17
#define MARK_KEY_BYTES 33

enum { K_DIGEST = 1, K_STATE, K_LISTS, K_ROW, K_CODE };

/* ---- whom to believe ------------------------------------------------------------------------ */

struct source {
    struct store_txn *t;
    struct arena tmp; /* scratch for certificates and revocations */
    bool marks;       /* there are marks at all */
    bool revocations;
    id8 revoked_author; /* the revocation that is loaded, if any */
    bool loaded;
    bool readable;
    struct revocation revocation;
};

static void mark_key(h32 entry, uint8_t key[static MARK_KEY_BYTES])
{
    key[0] = 's';
    memcpy(key + 1, entry.b, sizeof entry.b);
}

enum st fold_mark_bad(struct store_txn *t, h32 entry, struct err *err)
{
    uint8_t key[MARK_KEY_BYTES];
    mark_key(entry, key);
    return store_put(t, T_ODD, bytes_of(key, sizeof key), str_bytes(S("signature")), err);
}

bool fold_is_bad(struct store_txn *t, h32 entry)
{
    uint8_t key[MARK_KEY_BYTES];
    mark_key(entry, key);
    return store_has(t, T_ODD, bytes_of(key, sizeof key));
}

static void find_author(void *ctx, id8 author, struct fold_author *out)
{
    struct source *s = ctx;
    struct arena tmp = s->tmp;
    bytes doc;
    struct cert c;
    if (store_get(s->t, T_CERT, bytes_of(author.b, sizeof author.b), &tmp, &doc, NULL) == ST_OK &&
        cert_parse(doc, &c, NULL) == ST_OK && id8_eq(c.author, author)) {
        out->known = true;
        out->role = c.role;
        out->person = c.person;
    }
}

/* A revocation that is there but cannot be read cuts everything off: better unshown than forged. */
static void load_revocation(struct source *s, id8 author)
{
    struct arena tmp = s->tmp;
    struct trust trust;
    bytes doc;
    s->revoked_author = author;
    s->loaded = true;
    s->readable = trust_store_get(s->t, &tmp, &trust, NULL, NULL) == ST_OK &&
                  store_get(s->t, T_REVOKED, bytes_of(author.b, sizeof author.b), &tmp, &doc,
                            NULL) == ST_OK &&
                  revocation_open(doc, &trust, &s->revocation, NULL) == ST_OK;
}

static bool is_cut_off(struct source *s, const struct entry_view *e)
{
    if (!store_has(s->t, T_REVOKED, bytes_of(e->author.b, sizeof e->author.b))) {
        return false;
    }
    if (!s->loaded || !id8_eq(s->revoked_author, e->author)) {
        load_revocation(s, e->author);
    }
    for (unsigned i = 0; s->readable && i < s->revocation.nheads; i++) {
        if (id8_eq(s->revocation.heads[i].epoch, e->epoch)) {
            return e->seq > s->revocation.heads[i].seq;
        }
    }
    return true;
}

static bool is_trusted(void *ctx, const struct entry_view *e)
{
    struct source *s = ctx;
    return !(s->marks && fold_is_bad(s->t, e->hash)) && !(s->revocations && is_cut_off(s, e));
}

/* ---- gathering ------------------------------------------------------------------------------ */

static enum st count_entries(struct store_txn *t, id16 subject, size_t *n, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key;
    *n = 0;
    enum st st =
        store_scan(t, T_SUBJECT, bytes_of(subject.b, sizeof subject.b), (bytes){0}, &c, err);
    while (st == ST_OK) {
        st = store_next(c, &key);
        *n += st == ST_OK;
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* One entry by its place. ST_NOT_FOUND: damaged or not ours to read; the rest goes on. */
static enum st read_one(struct store_txn *t, bytes place, h32 hash, struct arena *a,
                        struct entry_view *e)
{
    bytes whole;
    struct arena before = *a;
    enum st st = store_get(t, T_ENTRY, place, a, &whole, NULL);
    if (st == ST_OK && entry_kept(whole, hash, e) == ST_OK) {
        return ST_OK;
    }
    *a = before;
    return st == ST_FULL || st == ST_IO ? st : ST_NOT_FOUND;
}

static enum st read_entries(struct store_txn *t, id16 subject, struct arena *a,
                            struct entry_view *e, size_t most, size_t *n, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key, place;
    *n = 0;
    enum st st =
        store_scan(t, T_SUBJECT, bytes_of(subject.b, sizeof subject.b), (bytes){0}, &c, err);
    while (st == ST_OK && *n < most) {
        st = store_next(c, &key);
        if (st != ST_OK || key.n != SUBJECT_KEY_BYTES) {
            continue;
        }
        h32 hash;
        memcpy(hash.b, key.p + 24, sizeof hash.b);
        uint8_t room[128];
        struct arena small = arena_of(room, sizeof room);
        st = store_value(c, &small, &place, err);
        if (st == ST_OK) {
            st = read_one(t, place, hash, a, &e[*n]);
        } else if (st == ST_CORRUPT) {
            st = ST_NOT_FOUND;
        }
        *n += st == ST_OK;
        st = st == ST_NOT_FOUND ? ST_OK : st;
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* Encode into what is left of the arena: zeroing a megabyte first would cost more than the fold. */
static enum st seal_state(const struct subject_state *s, struct arena *a, bytes *encoded,
                          h32 *digest, struct err *err)
{
    size_t room = (size_t)(a->end - a->beg);
    enum st st = fold_encode(s, a->beg, room < CAP_STATE_BYTES ? room : CAP_STATE_BYTES, encoded);
    if (st != ST_OK) {
        return err_set(err, ST_TOO_BIG, 0, "fold_fresh", "the state does not fit");
    }
    a->beg += encoded->n;
    hash32(*encoded, digest->b);
    return ST_OK;
}

static enum st gather(struct store_txn *t, id16 subject, struct arena *a, struct entry_view **e,
                      size_t *n, bool *over, struct err *err)
{
    size_t all = 0;
    enum st st = count_entries(t, subject, &all, err);
    if (st == ST_OK && all == 0) {
        return ST_NOT_FOUND;
    }
    *over = all > CAP_SUBJECT_ENTRIES;
    all = *over ? 1 : all; /* one is read: the subject's type stands in it */
    *e = arena_new(a, struct entry_view, all);
    if (st == ST_OK && *e == NULL) {
        st = ST_FULL;
    }
    return st == ST_OK ? read_entries(t, subject, a, *e, all, n, err) : st;
}

enum st fold_fresh(struct store_txn *t, id16 subject, struct arena *a, struct subject_state *out,
                   bytes *encoded, h32 *digest, struct err *err)
{
    struct entry_view *e = NULL;
    size_t n = 0;
    bool over = false;
    bytes coded;
    h32 hash;
    memset(out, 0, sizeof *out);
    uint8_t *tmp = arena_new(a, uint8_t, 2 * CAP_TRUST_BYTES);
    enum st st = tmp == NULL ? ST_FULL : gather(t, subject, a, &e, &n, &over, err);
    if (st == ST_OK) {
        struct source s = {.t = t,
                           .tmp = arena_of(tmp, 2 * CAP_TRUST_BYTES),
                           .marks = store_count(t, T_ODD) > 0,
                           .revocations = store_count(t, T_REVOKED) > 0};
        struct fold_lookup look = {find_author, is_trusted, &s};
        st = fold_run(e, over ? 0 : n, &look, a, out);
    }
    if (st == ST_FULL) {
        return err_set(err, st, 0, "fold_fresh", "a subject's entries do not fit the scratch");
    }
    if (st != ST_OK) {
        return st;
    }
    out->subject = subject;
    out->type = n > 0 ? e[0].subject_type : 0;
    out->damaged |= over;
    st = seal_state(out, a, &coded, &hash, err);
    if (st == ST_OK && encoded != NULL) {
        *encoded = coded;
    }
    if (st == ST_OK && digest != NULL) {
        *digest = hash;
    }
    return st;
}

/* ---- what is kept --------------------------------------------------------------------------- */

struct kept {
    h32 digest;
    bytes state, row;
    struct list_keys keys;
    bytes code;
};

static void read_keys(struct cbor_r *r, struct list_keys *keys)
{
    size_t n = cbor_get_array(r);
    for (size_t i = 0; i < n; i++) {
        bytes b = cbor_get_bytes(r);
        if (i < LIST_ROWS_MOST && b.n <= LIST_KEY_BYTES && b.n > 0) {
            struct list_key *k = &keys->key[keys->n++];
            memcpy(k->b, b.p, b.n);
            k->n = (uint8_t)b.n;
        }
    }
}

static enum st get_kept(struct store_txn *t, id16 subject, struct arena *a, struct kept *k,
                        struct err *err)
{
    bytes value;
    memset(k, 0, sizeof *k);
    enum st st = store_get(t, T_STATE, bytes_of(subject.b, sizeof subject.b), a, &value, err);
    if (st != ST_OK) {
        return st;
    }
    struct cbor_r r = cbor_r_init(value);
    struct cbor_map m = cbor_map_begin(&r);
    for (int64_t key; cbor_map_next(&m, &key);) {
        switch (key) {
        case K_DIGEST:
            cbor_get_bytes_n(&r, k->digest.b, sizeof k->digest.b);
            break;
        case K_STATE:
            k->state = cbor_get_bytes(&r);
            break;
        case K_LISTS:
            read_keys(&r, &k->keys);
            break;
        case K_ROW:
            k->row = cbor_get_bytes(&r);
            break;
        case K_CODE:
            k->code = cbor_get_bytes(&r);
            break;
        default:
            break;
        }
    }
    if (cbor_done(&r) != ST_OK) {
        return err_set(err, ST_CORRUPT, 0, "fold_load", "a kept state does not read");
    }
    return ST_OK;
}

static enum st put_kept(struct store_txn *t, id16 subject, const struct kept *k, struct arena tmp,
                        struct err *err)
{
    struct cbor_w w = cbor_w_init(tmp.beg, (size_t)(tmp.end - tmp.beg));
    bytes value;
    cbor_put_map(&w, k->code.n == 0 ? 4 : 5);
    cbor_put_uint(&w, K_DIGEST);
    cbor_put_bytes(&w, bytes_of(k->digest.b, sizeof k->digest.b));
    cbor_put_uint(&w, K_STATE);
    cbor_put_bytes(&w, k->state);
    cbor_put_uint(&w, K_LISTS);
    cbor_put_array(&w, k->keys.n);
    for (unsigned i = 0; i < k->keys.n; i++) {
        cbor_put_bytes(&w, bytes_of(k->keys.key[i].b, k->keys.key[i].n));
    }
    cbor_put_uint(&w, K_ROW);
    cbor_put_bytes(&w, k->row);
    if (k->code.n != 0) {
        cbor_put_uint(&w, K_CODE);
        cbor_put_bytes(&w, k->code);
    }
    if (cbor_w_done(&w, &value) != ST_OK) {
        return err_set(err, ST_FULL, 0, "fold_refold", "a state does not fit the scratch");
    }
    return store_put(t, T_STATE, bytes_of(subject.b, sizeof subject.b), value, err);
}

static bool has_key(const struct list_keys *keys, const struct list_key *k)
{
    for (unsigned i = 0; i < keys->n; i++) {
        if (keys->key[i].n == k->n && memcmp(keys->key[i].b, k->b, k->n) == 0) {
            return true;
        }
    }
    return false;
}

/* Rows that moved are deleted where they were; rows that say the same are left alone. */
static enum st put_rows(struct store_txn *t, const struct kept *old, const struct kept *now,
                        struct err *err)
{
    enum st st = ST_OK;
    for (unsigned i = 0; i < old->keys.n && st == ST_OK; i++) {
        const struct list_key *k = &old->keys.key[i];
        if (!has_key(&now->keys, k)) {
            st = store_del(t, T_LIST, bytes_of(k->b, k->n), err);
            st = st == ST_NOT_FOUND ? ST_OK : st;
        }
    }
    bool same = bytes_eq(old->row, now->row);
    for (unsigned i = 0; i < now->keys.n && st == ST_OK; i++) {
        const struct list_key *k = &now->keys.key[i];
        if (!same || !has_key(&old->keys, k)) {
            st = store_put(t, T_LIST, bytes_of(k->b, k->n), now->row, err);
        }
    }
    return st;
}

static bool owns_code(struct store_txn *t, bytes key, id16 subject, bool *taken)
{
    uint8_t room[128];
    struct arena tmp = arena_of(room, sizeof room);
    bytes value;
    *taken = store_get(t, T_CODE, key, &tmp, &value, NULL) == ST_OK;
    return *taken && bytes_eq(value, bytes_of(subject.b, sizeof subject.b));
}

static enum st put_code(struct store_txn *t, id16 subject, bytes old, bytes now, struct err *err)
{
    enum st st = ST_OK;
    bool taken;
    if (old.n == CODE_KEY_BYTES && !bytes_eq(old, now) && owns_code(t, old, subject, &taken)) {
        st = store_del(t, T_CODE, old, err);
    }
    if (st == ST_OK && now.n == CODE_KEY_BYTES && !owns_code(t, now, subject, &taken) && !taken) {
        st = store_put(t, T_CODE, now, bytes_of(subject.b, sizeof subject.b), err);
    }
    return st;
}

static enum st drop_kept(struct store_txn *t, id16 subject, const struct kept *old, struct err *err)
{
    struct kept none = {0};
    enum st st = put_rows(t, old, &none, err);
    if (st == ST_OK) {
        st = put_code(t, subject, old->code, (bytes){0}, err);
    }
    if (st == ST_OK) {
        st = store_del(t, T_STATE, bytes_of(subject.b, sizeof subject.b), err);
    }
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* What a subject beyond all bounds is worth: that it is there, and that something is wrong. */
static enum st fold_damaged(struct subject_state *s, enum subject_type type, id16 subject,
                            struct arena *a, struct kept *k, struct err *err)
{
    memset(s, 0, sizeof *s);
    s->type = type;
    s->subject = subject;
    s->damaged = true;
    return seal_state(s, a, &k->state, &k->digest, err);
}

enum st fold_refold(struct store_txn *t, id16 subject, struct arena scratch, struct err *err)
{
    struct kept old, now = {0};
    struct subject_state s;
    enum st st = get_kept(t, subject, &scratch, &old, err);
    if (st == ST_CORRUPT || st == ST_NOT_FOUND) {
        memset(&old, 0, sizeof old);
        st = ST_OK;
    }
    if (st != ST_OK) {
        return st;
    }
    struct arena a = scratch;
    st = fold_fresh(t, subject, &a, &s, &now.state, &now.digest, err);
    if (st == ST_NOT_FOUND) {
        return drop_kept(t, subject, &old, err);
    }
    if (st == ST_FULL || st == ST_TOO_BIG) {
        a = scratch;
        st = fold_damaged(&s, s.type, subject, &a, &now, err);
    }
    if (st != ST_OK || (old.keys.n > 0 && h32_eq(old.digest, now.digest))) {
        return st; /* nothing new: the same set */
    }
    uint8_t row_bytes[LIST_ROW_BYTES], code_key[CODE_KEY_BYTES];
    struct list_row row;
    lists_row(&s, &row);
    lists_keys(&s, &row, &now.keys);
    st = lists_row_encode(&row, row_bytes, &now.row);
    const struct field_value *code = fold_shown(&s, F_CODE);
    if (code != NULL && code->nb > 0) {
        store_code_key(store_of(t), (unsigned)s.type, bytes_of(code->b, code->nb), code_key);
        now.code = bytes_of(code_key, sizeof code_key);
    }
    if (st == ST_OK) {
        st = put_rows(t, &old, &now, err);
    }
    if (st == ST_OK) {
        st = put_code(t, subject, old.code, now.code, err);
    }
    return st == ST_OK ? put_kept(t, subject, &now, a, err) : st;
}

enum st fold_load(struct store_txn *t, id16 subject, struct arena *a, struct subject_state *out,
                  h32 *digest, struct err *err)
{
    struct kept k;
    memset(out, 0, sizeof *out);
    enum st st = get_kept(t, subject, a, &k, err);
    if (st != ST_OK) {
        return st;
    }
    if (digest != NULL) {
        *digest = k.digest;
    }
    st = fold_decode(k.state, a, out);
    return st == ST_OK ? ST_OK : err_set(err, st, 0, "fold_load", "a kept state does not read");
}

enum st list_row_get(struct store_txn *t, id16 subject, struct arena *tmp, struct list_row *out,
                     struct err *err)
{
    struct kept k;
    struct arena a = *tmp;
    memset(out, 0, sizeof *out);
    enum st st = get_kept(t, subject, &a, &k, err);
    return st == ST_OK ? list_row_decode(k.row, out) : st;
}

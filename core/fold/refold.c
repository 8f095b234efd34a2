/* refold.c - the fold over a store: the state that is kept, its rows, its code. */
#include "core/fold/refold.h"

#include "core/base/be64.h"
#include "core/codec/cbor.h"
#include "core/fold/fresh.h"
#include "core/fold/lists.h"
#include "core/fold/register.h"

#define CODE_KEY_BYTES 17
#define CODES_MOST 2 /* its number, and the provisional one of a call that a technician took */
/* A provisional number is what a technician wrote: it never goes before an official one. */
#define CODE_LATER ((hlc)1 << 63)

enum { K_DIGEST = 1, K_STATE, K_LISTS, K_ROW, K_CODE, K_PLACE };

/* ---- what is kept --------------------------------------------------------------------------- */

struct kept {
    h32 digest;
    bytes state, row;
    struct list_keys keys;
    bytes code, place; /* code: keys one after the other; place: of registers, whose keys follow
                          from it: headquarters' alone */
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
        case K_PLACE:
            k->place = cbor_get_bytes(&r);
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
    cbor_put_map(&w, 4U + (k->code.n != 0) + (k->place.n != 0));
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
    if (k->place.n != 0) {
        cbor_put_uint(&w, K_PLACE);
        cbor_put_bytes(&w, k->place);
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

/* A code's row lists all who have it, the first to have written it first: whom it leads to is then
 * no matter of who came first, and when he gives it up it leads to the next. */
#define CLAIM_BYTES 24 /* subject 16, time of the write 8 */
#define CLAIMS_MAX 64  /* one code for more subjects is no code; the rest are not found by it */

struct claim {
    id16 subject;
    uint8_t time[8];
};
struct claims {
    unsigned n;
    struct claim c[CLAIMS_MAX];
};

static enum st claims_get(struct store_txn *t, bytes key, struct claims *out, struct err *err)
{
    uint8_t room[CLAIMS_MAX * CLAIM_BYTES + 128];
    struct arena tmp = arena_of(room, sizeof room);
    bytes v;
    out->n = 0;
    enum st st = store_get(t, T_CODE, key, &tmp, &v, err);
    for (size_t at = 0; st == ST_OK && at + CLAIM_BYTES <= v.n && out->n < CLAIMS_MAX;
         at += CLAIM_BYTES) {
        struct claim *c = &out->c[out->n++];
        memcpy(c->subject.b, v.p + at, 16);
        memcpy(c->time, v.p + at + 16, 8);
    }
    return st == ST_NOT_FOUND || st == ST_CORRUPT ? ST_OK : st;
}

static enum st claims_put(struct store_txn *t, bytes key, const struct claims *k, struct err *err)
{
    uint8_t buf[CLAIMS_MAX * CLAIM_BYTES];
    for (unsigned i = 0; i < k->n; i++) {
        memcpy(buf + i * CLAIM_BYTES, k->c[i].subject.b, 16);
        memcpy(buf + i * CLAIM_BYTES + 16, k->c[i].time, 8);
    }
    if (k->n > 0) {
        return store_put(t, T_CODE, key, bytes_of(buf, k->n * CLAIM_BYTES), err);
    }
    enum st st = store_del(t, T_CODE, key, err);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static bool claim_before(const struct claim *a, const struct claim *b)
{
    int d = memcmp(a->time, b->time, sizeof a->time);
    return d != 0 ? d < 0 : memcmp(a->subject.b, b->subject.b, sizeof a->subject.b) < 0;
}

static struct claim claim_of(id16 subject, hlc time)
{
    struct claim c = {.subject = subject};
    be64_put(c.time, time);
    return c;
}

/* The subject's claim goes, and with `now` a new one comes. */
static enum st claim(struct store_txn *t, bytes key, id16 subject, const struct claim *now,
                     struct err *err)
{
    struct claims all;
    enum st st = claims_get(t, key, &all, err);
    if (st != ST_OK) {
        return st;
    }
    unsigned n = 0, before = all.n;
    for (unsigned i = 0; i < all.n; i++) {
        if (!id16_eq(all.c[i].subject, subject)) {
            all.c[n++] = all.c[i];
        }
    }
    if (now != NULL && (n < CLAIMS_MAX || claim_before(now, &all.c[n - 1]))) {
        unsigned at = n < CLAIMS_MAX ? n++ : n - 1;
        for (; at > 0 && claim_before(now, &all.c[at - 1]); at--) {
            all.c[at] = all.c[at - 1];
        }
        all.c[at] = *now;
    }
    all.n = n;
    return n == 0 && before == 0 ? ST_OK : claims_put(t, key, &all, err);
}

enum st fold_code_find(struct store_txn *t, enum subject_type type, bytes code, id16 *out,
                       struct err *err)
{
    uint8_t key[CODE_KEY_BYTES];
    struct claims all;
    store_code_key(store_of(t), (unsigned)type, code, key);
    enum st st = claims_get(t, bytes_of(key, sizeof key), &all, err);
    if (st == ST_OK && all.n > 0) {
        *out = all.c[0].subject;
    }
    return st == ST_OK && all.n == 0 ? ST_NOT_FOUND : st;
}

static bytes code_at(bytes codes, size_t i)
{
    return bytes_of(codes.p + i * CODE_KEY_BYTES, CODE_KEY_BYTES);
}

static bool has_code(bytes codes, bytes key)
{
    for (size_t i = 0; i < codes.n / CODE_KEY_BYTES; i++) {
        if (bytes_eq(code_at(codes, i), key)) {
            return true;
        }
    }
    return false;
}

/* `time`: of each key of `now`. */
static enum st put_codes(struct store_txn *t, id16 subject, bytes old, bytes now, const hlc *time,
                         struct err *err)
{
    enum st st = ST_OK;
    for (size_t i = 0; i < old.n / CODE_KEY_BYTES && st == ST_OK; i++) {
        if (!has_code(now, code_at(old, i))) {
            st = claim(t, code_at(old, i), subject, NULL, err);
        }
    }
    for (size_t i = 0; i < now.n / CODE_KEY_BYTES && st == ST_OK; i++) {
        struct claim c = claim_of(subject, time[i]);
        st = claim(t, code_at(now, i), subject, &c, err);
    }
    return st;
}

static enum st drop_kept(struct store_txn *t, id16 subject, const struct kept *old, struct err *err)
{
    struct kept none = {0};
    enum st st = put_rows(t, old, &none, err);
    st = st == ST_OK ? register_put(t, subject, old->place, none.place, err) : st;
    if (st == ST_OK) {
        st = put_codes(t, subject, old->code, (bytes){0}, NULL, err);
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
    return fresh_seal(s, a, &k->state, &k->digest, err);
}

/* What follows from a state beside it: its rows and its codes. */
struct derived {
    uint8_t row[LIST_ROW_BYTES], code[CODES_MOST * CODE_KEY_BYTES], place[REG_PLACE_BYTES];
    hlc code_time[CODES_MOST];
};

static void derive_code(struct store_txn *t, const struct subject_state *s, int field, hlc later,
                        struct derived *d, struct kept *out)
{
    const struct field_value *code = fold_shown(s, field);
    uint8_t *key = d->code + out->code.n;
    if (code == NULL || code->nb == 0) {
        return;
    }
    store_code_key(store_of(t), (unsigned)s->type, bytes_of(code->b, code->nb), key);
    if (!has_code(out->code, bytes_of(key, CODE_KEY_BYTES))) {
        d->code_time[out->code.n / CODE_KEY_BYTES] = code->time | later;
        out->code = bytes_of(d->code, out->code.n + CODE_KEY_BYTES);
    }
}

static enum st derive(struct store_txn *t, const struct subject_state *s, struct arena tmp,
                      struct derived *d, struct kept *out)
{
    struct list_row row;
    struct calendars cal = {.nbranches = 0};
    memset(d, 0, sizeof *d);
    if (s->type == SUBJECT_JOB) {
        fold_calendars_of(t, &tmp, calendars_branch(s), &cal);
    }
    lists_row(s, &row);
    lists_keys(s, &row, &cal, &out->keys);
    if (store_side(store_of(t)) == STORE_HQ) {
        struct register_place p;
        register_of(s, &cal, &p);
        enum st st = register_place_encode(&p, d->place, &out->place);
        if (st != ST_OK) {
            return st;
        }
    }
    out->code = (bytes){d->code, 0};
    derive_code(t, s, F_CODE, 0, d, out);
    if (s->type == SUBJECT_JOB) {
        derive_code(t, s, F_JOB_PROVISIONAL, CODE_LATER, d, out);
    }
    return lists_row_encode(&row, d->row, &out->row);
}

/* `now`, whose state and digest are there, takes the place of `old`, with all that follows. */
static enum st keep(struct store_txn *t, const struct subject_state *s, const struct kept *old,
                    struct kept *now, struct arena a, struct err *err)
{
    struct derived d;
    enum st st = derive(t, s, a, &d, now);
    if (st == ST_OK) {
        st = put_rows(t, old, now, err);
    }
    st = st == ST_OK ? register_put(t, s->subject, old->place, now->place, err) : st;
    if (st == ST_OK) {
        st = put_codes(t, s->subject, old->code, now->code, d.code_time, err);
    }
    return st == ST_OK ? put_kept(t, s->subject, now, a, err) : st;
}

enum st fold_keep(struct store_txn *t, const struct subject_state *s, struct arena scratch,
                  struct err *err)
{
    struct kept none = {0}, now = {0};
    enum st st = fresh_seal(s, &scratch, &now.state, &now.digest, err);
    return st == ST_OK ? keep(t, s, &none, &now, scratch, err) : st;
}

enum st fold_refold(struct store_txn *t, id16 subject, struct arena scratch, struct err *err)
{
    return fold_refold_cut(t, subject, NULL, scratch, err);
}

enum st fold_refold_cut(struct store_txn *t, id16 subject, struct fold_cut *cut,
                        struct arena scratch, struct err *err)
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
    st = fresh_fold(t, subject, cut, &a, &s, &now.state, &now.digest, err);
    if (st == ST_NOT_FOUND) {
        return drop_kept(t, subject, &old, err);
    }
    if (st == ST_FULL || st == ST_TOO_BIG) {
        a = scratch;
        st = fold_damaged(&s, s.type, subject, &a, &now, err);
    }
    bool hq = store_side(store_of(t)) == STORE_HQ;
    if (st != ST_OK ||
        (old.keys.n > 0 && h32_eq(old.digest, now.digest) && (!hq || old.place.n > 0))) {
        return st; /* nothing new: the same set */
    }
    return keep(t, &s, &old, &now, a, err);
}

enum st fold_relist(struct store_txn *t, id16 subject, struct arena scratch, struct err *err)
{
    struct kept old, now;
    struct subject_state s;
    struct derived d;
    enum st st = get_kept(t, subject, &scratch, &old, err);
    if (st == ST_NOT_FOUND || st == ST_CORRUPT) {
        return ST_OK; /* it has no place, or none that can be known: a rebuild finds it one */
    }
    struct arena a = scratch;
    st = st == ST_OK ? fold_decode(old.state, &a, &s) : st;
    if (st != ST_OK) {
        return st == ST_CORRUPT ? ST_OK : st;
    }
    now = old;
    memset(&now.keys, 0, sizeof now.keys);
    st = derive(t, &s, a, &d, &now);
    st = st == ST_OK ? put_rows(t, &old, &now, err) : st;
    st = st == ST_OK ? register_put(t, subject, old.place, now.place, err) : st;
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

enum st register_place_get(struct store_txn *t, id16 subject, struct arena tmp,
                           struct register_place *out, struct err *err)
{
    struct kept k;
    enum st st = get_kept(t, subject, &tmp, &k, err);
    return st != ST_OK      ? st
           : k.place.n == 0 ? ST_NOT_FOUND
                            : register_place_decode(k.place, subject, out);
}

/* ---- are they what they should be? ------------------------------------------------------------
 */

static bool row_holds(struct store_txn *t, const struct list_key *k, bytes row, struct arena tmp)
{
    bytes value;
    return store_get(t, T_LIST, bytes_of(k->b, k->n), &tmp, &value, NULL) == ST_OK &&
           bytes_eq(value, row);
}

static bool code_holds(struct store_txn *t, id16 subject, bytes key, hlc time)
{
    struct claims all;
    struct claim mine = claim_of(subject, time);
    if (claims_get(t, key, &all, NULL) != ST_OK) {
        return false;
    }
    for (unsigned i = 0; i < all.n; i++) {
        if (id16_eq(all.c[i].subject, subject)) {
            return memcmp(all.c[i].time, mine.time, sizeof mine.time) == 0;
        }
    }
    return all.n == CLAIMS_MAX;
}

bool fold_rows_hold(struct store_txn *t, const struct subject_state *s, struct arena tmp,
                    struct fold_rows *sum)
{
    struct kept k = {0};
    struct derived d;
    bool holds = derive(t, s, tmp, &d, &k) == ST_OK;
    for (unsigned i = 0; i < k.keys.n && holds; i++) {
        holds = row_holds(t, &k.keys.key[i], k.row, tmp);
    }
    sum->lists += k.keys.n;
    holds = register_holds(t, s->subject, k.place, &sum->lists) && holds;
    for (size_t i = 0; i < k.code.n / CODE_KEY_BYTES; i++) {
        sum->claims++;
        holds = holds && code_holds(t, s->subject, code_at(k.code, i), d.code_time[i]);
    }
    return holds;
}

enum st fold_rows_count(struct store_txn *t, struct fold_rows *out, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key;
    *out = (struct fold_rows){.lists = store_count(t, T_LIST)};
    enum st st = store_scan(t, T_CODE, (bytes){0}, (bytes){0}, &c, err);
    while (st == ST_OK) {
        struct claims all;
        st = store_next(c, &key);
        if (st == ST_OK) {
            st = claims_get(t, key, &all, err);
            out->claims += all.n;
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

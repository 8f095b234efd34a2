/* att_row.c - the rows of T_ATT: laid out, sealed under the subject's key at headquarters. */
#include "core/store/inside.h"

#include "core/journal/attachment.h"

#include <sodium.h>

static void put_be(uint8_t *p, uint64_t v, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        p[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
    }
}

static uint64_t get_be(const uint8_t *p, unsigned n)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < n; i++) {
        v = v << 8 | p[i];
    }
    return v;
}

static bool parse_row(bytes row, struct att_row *r)
{
    *r = (struct att_row){.kind = row.n > 0 ? (enum row_kind)row.p[0] : 0};
    if (r->kind == ROW_FORGOTTEN && row.n == ROW_MARK_BYTES) {
        memcpy(r->by_entry.b, row.p + 1, 32);
        r->rule = (unsigned)get_be(row.p + 33, 4);
        r->when_ms = (int64_t)get_be(row.p + 37, 8);
        return true;
    }
    if ((r->kind != ROW_SMALL && r->kind != ROW_LARGE) || row.n < ROW_HEAD_BYTES + 2) {
        return false;
    }
    memcpy(r->subject.b, row.p + 1, 16);
    memcpy(r->key_id.b, row.p + 17, 8);
    r->body = bytes_of(row.p + ROW_HEAD_BYTES, row.n - ROW_HEAD_BYTES);
    return true;
}

static bool split_body(bytes body, struct att_row *r)
{
    size_t n = body.n >= 2 ? (size_t)get_be(body.p, 2) : 0;
    if (n == 0 || body.n - 2 < n) {
        return false;
    }
    r->manifest = bytes_of(body.p + 2, n);
    r->rest = bytes_of(body.p + 2 + n, body.n - 2 - n);
    return r->kind == ROW_SMALL || r->rest.n == 32;
}

enum st att_row_get(struct store_txn *t, h32 name, struct arena *a, struct att_row *r,
                    struct err *err)
{
    bytes row;
    enum st st = store_get(t, T_ATT, bytes_of(name.b, sizeof name.b), a, &row, err);
    if (st == ST_OK && !parse_row(row, r)) {
        st = err_set(err, ST_CORRUPT, 0, __func__, "an attachment's row is damaged");
    }
    return st;
}

static bytes body_ad(h32 name, uint8_t buf[static 33])
{
    buf[0] = 'a';
    memcpy(buf + 1, name.b, sizeof name.b);
    return bytes_of(buf, 33);
}

static enum st open_body(struct store_txn *t, h32 name, struct arena *a, struct att_row *r,
                         struct err *err)
{
    bytes body = r->body;
    if (t->s->side == STORE_HQ) {
        uint8_t key[32], ad[33];
        size_t n = 0;
        if (!keytable_find(&t->s->kt, r->key_id, key)) {
            return err_set(err, ST_REVOKED, 0, __func__, "forgotten: its key was destroyed");
        }
        uint8_t *out =
            body.n >= SEAL_OVERHEAD ? arena_new(a, uint8_t, body.n - SEAL_OVERHEAD) : NULL;
        enum st st = out == NULL ? ST_FULL : seal_get(key, body_ad(name, ad), body, out, &n);
        sodium_memzero(key, sizeof key);
        if (st != ST_OK) {
            return err_set(err, body.n < SEAL_OVERHEAD ? ST_CORRUPT : st, 0, __func__,
                           st == ST_FULL ? "no room for an attachment's row"
                                         : "an attachment's row is damaged");
        }
        body = bytes_of(out, n);
    }
    return split_body(body, r)
               ? ST_OK
               : err_set(err, ST_CORRUPT, 0, __func__, "an attachment's row is damaged");
}

enum st att_row_open(struct store_txn *t, h32 name, struct arena *a, struct att_row *r,
                     struct err *err)
{
    enum st st = att_row_get(t, name, a, r, err);
    if (st != ST_OK) {
        return st;
    }
    if (r->kind == ROW_FORGOTTEN) {
        return err_set(err, ST_REVOKED, 0, __func__, "forgotten by rule %u", r->rule);
    }
    return open_body(t, name, a, r, err);
}

enum st att_row_put(struct store_txn *t, h32 name, const struct att_row *r, struct err *err)
{
    struct store *s = t->s;
    uint8_t *row = s->scratch[0], *body = s->scratch[1];
    size_t n = 2 + r->manifest.n + r->rest.n, used = ROW_HEAD_BYTES + SEAL_OVERHEAD + n;
    if (r->manifest.n > CAP_MANIFEST_BYTES || n > SCRATCH_BYTES - ROW_HEAD_BYTES - SEAL_OVERHEAD) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "an attachment's row of %zu bytes", n);
    }
    id8 id = {{0}};
    row[0] = (uint8_t)r->kind;
    memcpy(row + 1, r->subject.b, 16);
    /* At headquarters the body is built apart and sealed into the row; rest may lie in scratch[1]
     * already at its place, so memmove. */
    uint8_t *at = s->side == STORE_HQ ? body : row + ROW_HEAD_BYTES;
    memmove(at + 2 + r->manifest.n, r->rest.p, r->rest.n);
    memmove(at + 2, r->manifest.p, r->manifest.n);
    put_be(at, r->manifest.n, 2);
    if (s->side == STORE_HQ) {
        uint8_t key[32], ad[33];
        enum st st = keytable_of(&s->kt, r->subject, false, &id, key, err);
        if (st != ST_OK) {
            return st;
        }
        seal_put(key, body_ad(name, ad), bytes_of(body, n), row + ROW_HEAD_BYTES);
        sodium_memzero(key, sizeof key);
        n += SEAL_OVERHEAD;
    }
    memcpy(row + 17, id.b, sizeof id.b);
    enum st st = store_put(t, T_ATT, bytes_of(name.b, sizeof name.b),
                           bytes_of(row, ROW_HEAD_BYTES + n), err);
    sodium_memzero(row, used); /* most are small: not all of both halves */
    sodium_memzero(body, used);
    return st;
}

enum st att_row_mark(struct store_txn *t, h32 name, const struct att_row *r, struct err *err)
{
    uint8_t row[ROW_MARK_BYTES];
    row[0] = ROW_FORGOTTEN;
    memcpy(row + 1, r->by_entry.b, 32);
    put_be(row + 33, r->rule, 4);
    put_be(row + 37, (uint64_t)r->when_ms, 8);
    return store_put(t, T_ATT, bytes_of(name.b, sizeof name.b), bytes_of(row, sizeof row), err);
}

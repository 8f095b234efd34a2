/* shown.c - see shown.h. */
#include "sync/hq/shown.h"

#include "core/base/encode.h"
#include "core/codec/cbor.h"
#include "core/journal/append.h"
#include "core/model/bodies.h"
#include "sync/hq/hq_store.h"

#include <stdio.h>
#include <stdlib.h>

static enum st member(const json_t *in, const char *name, size_t most, struct arena *a, bytes *out,
                      struct err *err)
{
    const json_t *v = json_object_get(in, name);
    str code = {json_string_value(v), json_string_length(v)};
    uint8_t *buf = arena_new(a, uint8_t, most);
    size_t n = 0;
    if (buf == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    if (code.p == NULL || !base64url_get(code, buf, most, &n)) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "\"%s\" is missing or is no base64url",
                       name);
    }
    *out = bytes_of(buf, n);
    return ST_OK;
}

enum st shown_read(const json_t *in, const struct trust *trust, struct arena *a, struct shown *out,
                   struct err *err)
{
    const char *rule = "";
    union body body;
    bytes entry, cert;
    enum st st = member(in, "entry", CAP_ENTRY_BYTES, a, &entry, err);
    st = st == ST_OK ? member(in, "certificate", CAP_CERT_BYTES, a, &cert, err) : st;
    if (st != ST_OK) {
        return st;
    }
    if (cert_open(cert, trust, &out->cert, &rule) != ST_OK ||
        entry_parse(entry, &out->entry, NULL, &rule) != ST_OK) {
        return err_set(err, ST_BAD_SIGNATURE, 0, __func__, "this is not genuine: %s", rule);
    }
    if (!id8_eq(out->entry.author, out->cert.author) ||
        entry_verify(&out->entry, trust->deployment, out->cert.sign_pk) != ST_OK) {
        return err_set(err, ST_BAD_SIGNATURE, 0, __func__, "its signature does not hold");
    }
    if (out->entry.kind != KIND_VISIT_SIGNED || out->cert.role == ROLE_HEADQUARTERS ||
        body_decode(KIND_VISIT_SIGNED, out->entry.body, &body) != ST_OK) {
        return err_set(err, ST_BAD_SIGNATURE, 0, __func__, "it is no sign-off");
    }
    return ST_OK;
}

bool shown_held(struct store_txn *t, h32 entry)
{
    uint8_t room[2 * CAP_ENTRY_BYTES + 512];
    struct arena a = arena_of(room, sizeof room);
    struct entry_view e;
    return journal_get(t, entry, &a, &e, NULL) == ST_OK;
}

bool shown_kept(struct store_txn *t, h32 entry)
{
    return hq_odd_reason(t, entry) == HQ_ODD_SHOWN;
}

/* How many are kept is counted as they come and go, in all and of each author. */
#define COUNT_BYTES 4

static unsigned count_get(struct store_txn *t, const char *name)
{
    uint8_t b[COUNT_BYTES];
    size_t n;
    unsigned count = 0;
    if (hq_meta_get(t, name, b, sizeof b, &n, NULL) == ST_OK && n == sizeof b) {
        for (size_t i = 0; i < sizeof b; i++) {
            count = count << 8 | b[i];
        }
    }
    return count; /* of before it was counted: from now on */
}

static enum st count_put(struct store_txn *t, const char *name, unsigned count, struct err *err)
{
    uint8_t b[COUNT_BYTES];
    for (size_t i = 0; i < sizeof b; i++) {
        b[i] = (uint8_t)(count >> (24 - 8 * i));
    }
    return hq_meta_put(t, name, bytes_of(b, sizeof b), err);
}

#define ALL "shown"
#define NAME_BYTES 24

static void name_of(id8 author, char out[static NAME_BYTES])
{
    char hex[17];
    hex_put(bytes_of(author.b, sizeof author.b), hex);
    snprintf(out, NAME_BYTES, "shown/%s", hex);
}

bool shown_any(struct store_txn *t)
{
    uint8_t any[8];
    size_t n;
    return hq_meta_get(t, ALL, any, sizeof any, &n, NULL) == ST_OK;
}

/* ---- what goes --------------------------------------------------------------------------------
 */

struct aside {
    h32 entry;
    id8 author;
    int64_t at_ms;
};

/* A row of T_ODD: was it shown, whose is it, since when? */
static bool aside_of(bytes key, bytes value, struct aside *out)
{
    struct cbor_r r = cbor_r_init(value);
    struct cbor_map m = cbor_map_begin(&r);
    uint64_t reason = 0;
    memset(out, 0, sizeof *out);
    for (int64_t k; cbor_map_next(&m, &k);) {
        if (k == 1) {
            reason = cbor_get_uint(&r);
        } else if (k == 2) {
            out->at_ms = cbor_get_int(&r);
        } else if (k == 4) {
            cbor_get_bytes_n(&r, out->author.b, sizeof out->author.b);
        }
    }
    if (cbor_done(&r) != ST_OK || reason != HQ_ODD_SHOWN || key.n != sizeof out->entry.b) {
        return false;
    }
    memcpy(out->entry.b, key.p, sizeof out->entry.b);
    return true;
}

/* All that were shown; *n of them, SHOWN_MAX at most. */
static enum st asides(struct store_txn *t, struct aside *out, unsigned *n, struct err *err)
{
    uint8_t room[2 * CAP_ENTRY_BYTES + 512];
    struct store_cursor *c = NULL;
    bytes key, value;
    *n = 0;
    enum st st = store_scan(t, T_ODD, (bytes){0}, (bytes){0}, &c, err);
    while (st == ST_OK && *n < SHOWN_MAX) {
        struct arena a = arena_of(room, sizeof room);
        st = store_next(c, &key);
        /* What does not fit is longer than an entry: a bundle's item. */
        if (st == ST_OK && store_value(c, &a, &value, NULL) == ST_OK) {
            *n += aside_of(key, value, &out[*n]);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

static enum st drop(struct store_txn *t, const struct aside *s, struct err *err)
{
    char author[NAME_BYTES];
    name_of(s->author, author);
    unsigned all = count_get(t, ALL), his = count_get(t, author);
    enum st st = store_del(t, T_ODD, bytes_of(s->entry.b, sizeof s->entry.b), err);
    st = st == ST_OK ? count_put(t, author, his > 0 ? his - 1 : 0, err) : st;
    return st == ST_OK ? count_put(t, ALL, all > 0 ? all - 1 : 0, err) : st;
}

enum st shown_sweep(struct store_txn *t, int64_t now_ms, unsigned *gone, struct err *err)
{
    struct aside *s = calloc(SHOWN_MAX, sizeof *s);
    unsigned n = 0;
    *gone = 0;
    if (s == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    enum st st = shown_any(t) ? asides(t, s, &n, err) : ST_OK;
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        char author[NAME_BYTES];
        int64_t age_ms = now_ms - s[i].at_ms;
        name_of(s[i].author, author);
        bool crowded =
            count_get(t, ALL) > SHOWN_MAX / 2 || count_get(t, author) > SHOWN_PER_AUTHOR_MAX / 2;
        bool over = age_ms > SHOWN_KEEP_MS ||
                    ((crowded || age_ms > SHOWN_CAME_MS) && shown_held(t, s[i].entry));
        if (over) {
            st = drop(t, &s[i], err);
            *gone += st == ST_OK;
        }
    }
    free(s);
    return st;
}

enum st shown_put(struct store_txn *t, const struct shown *s, int64_t now_ms, bool *fresh,
                  struct err *err)
{
    char author[NAME_BYTES];
    *fresh = false;
    if (shown_kept(t, s->entry.hash)) {
        return ST_OK;
    }
    name_of(s->cert.author, author);
    unsigned all = count_get(t, ALL), his = count_get(t, author);
    if (all >= SHOWN_MAX || his >= SHOWN_PER_AUTHOR_MAX) {
        return err_set(err, ST_FULL, 0, __func__, "enough are kept of this journal");
    }
    enum st st = hq_odd_put(t, s->cert.author, HQ_ODD_SHOWN, s->entry.whole, now_ms, err);
    st = st == ST_OK ? count_put(t, author, his + 1, err) : st;
    st = st == ST_OK ? count_put(t, ALL, all + 1, err) : st;
    *fresh = st == ST_OK;
    return st;
}

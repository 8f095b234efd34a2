/* shown.c - see shown.h. */
#include "sync/hq/shown.h"

#include "core/base/encode.h"
#include "core/codec/cbor.h"
#include "core/journal/append.h"
#include "core/model/bodies.h"
#include "sync/hq/hq_store.h"

#include <stdio.h>

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

/* What a row of T_ODD says; false: it is none of ours. */
static bool reason_is_shown(bytes value)
{
    struct cbor_r r = cbor_r_init(value);
    struct cbor_map m = cbor_map_begin(&r);
    int64_t k;
    return cbor_map_next(&m, &k) && k == 1 && cbor_get_uint(&r) == SHOWN_REASON;
}

bool shown_kept(struct store_txn *t, h32 entry)
{
    uint8_t room[CAP_ENTRY_BYTES + 1024];
    struct arena a = arena_of(room, sizeof room);
    bytes value;
    return store_get(t, T_ODD, bytes_of(entry.b, sizeof entry.b), &a, &value, NULL) == ST_OK &&
           reason_is_shown(value);
}

/* Every row is looked at: they are at most SHOWN_MAX and what bundles brought, and nobody waits. */
static enum st count(struct store_txn *t, id8 author, unsigned *all, unsigned *his)
{
    struct store_cursor *c = NULL;
    bytes key, value;
    *all = *his = 0;
    enum st st = store_scan(t, T_ODD, (bytes){0}, (bytes){0}, &c, NULL);
    while (st == ST_OK) {
        uint8_t room[CAP_ENTRY_BYTES + 1024];
        struct arena a = arena_of(room, sizeof room);
        st = store_next(c, &key);
        if (st != ST_OK || key.n != sizeof(h32) || store_value(c, &a, &value, NULL) != ST_OK ||
            !reason_is_shown(value)) {
            continue;
        }
        ++*all;
        *his += value.n > 8 && memcmp(value.p + value.n - 8, author.b, 8) == 0; /* its last field */
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

bool shown_any(struct store_txn *t)
{
    uint8_t any[8];
    size_t n;
    return hq_meta_get(t, "shown", any, sizeof any, &n, NULL) == ST_OK;
}

enum st shown_put(struct store_txn *t, const struct shown *s, int64_t now_ms, bool *fresh,
                  struct err *err)
{
    unsigned all, his;
    *fresh = false;
    if (shown_kept(t, s->entry.hash)) {
        return ST_OK;
    }
    enum st st = count(t, s->cert.author, &all, &his);
    if (st == ST_OK && (all >= SHOWN_MAX || his >= SHOWN_PER_AUTHOR_MAX)) {
        return err_set(err, ST_FULL, 0, __func__, "enough are kept of this journal");
    }
    st =
        st == ST_OK ? hq_odd_put(t, s->cert.author, SHOWN_REASON, s->entry.whole, now_ms, err) : st;
    st = st == ST_OK ? hq_meta_put(t, "shown", str_bytes(S("1")), err) : st;
    *fresh = st == ST_OK;
    return st;
}

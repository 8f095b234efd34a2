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

bool shown_kept(struct store_txn *t, h32 entry)
{
    return hq_odd_reason(t, entry) == HQ_ODD_SHOWN;
}

/* How many are kept is counted as they come, in all and of each author: none ever goes. */
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

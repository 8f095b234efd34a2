/* document.c - see document.h. */
#include "core/keys/document.h"

enum st document_rule(const char **rule, const char *name, enum st st)
{
    if (rule != NULL) {
        *rule = name;
    }
    return st;
}

enum st document_read(bytes doc, const struct document_form *form, struct cose_view *v, void *out,
                      const char **rule)
{
    enum st st = cose_open(doc, 0, v, NULL, rule);
    if (st != ST_OK) {
        return st;
    }
    if (doc.n > form->cap) {
        return document_rule(rule, "document too long", ST_TOO_BIG);
    }
    st = cbor_check(v->payload, 0, NULL, rule);
    if (st != ST_OK) {
        return st;
    }
    struct cbor_r r = cbor_r_init(v->payload);
    struct cbor_map m = cbor_map_begin(&r);
    unsigned seen = 0;
    for (int64_t key; cbor_map_next(&m, &key);) {
        if (key < 1) {
            return document_rule(rule, "payload key", ST_BAD_FORM);
        }
        if (key > form->last) {
            return document_rule(rule, "unknown payload key", ST_NEWER);
        }
        const char *broken = form->take(&r, (int)key, out);
        if (broken == NULL && r.st != ST_OK) {
            broken = "payload value";
        }
        if (broken != NULL) {
            return document_rule(rule, broken, ST_BAD_FORM);
        }
        seen |= 1U << key;
    }
    if (cbor_done(&r) != ST_OK || (seen & form->required) != form->required) {
        return document_rule(rule, "payload keys", ST_BAD_FORM);
    }
    return document_rule(rule, "", ST_OK);
}

int64_t document_ms(struct cbor_r *r)
{
    uint64_t v = cbor_get_uint(r);
    if (r->st != ST_OK || v >= (uint64_t)DOCUMENT_MS_MAX) {
        cbor_fail(r);
        return -1;
    }
    return (int64_t)v;
}

void document_put_id8(struct cbor_w *w, unsigned key, id8 id)
{
    cbor_put_uint(w, key);
    cbor_put_bytes(w, bytes_of(id.b, sizeof id.b));
}

void document_put_h32(struct cbor_w *w, unsigned key, const uint8_t b[static 32])
{
    cbor_put_uint(w, key);
    cbor_put_bytes(w, bytes_of(b, 32));
}

void document_put_uint(struct cbor_w *w, unsigned key, uint64_t v)
{
    cbor_put_uint(w, key);
    cbor_put_uint(w, v);
}

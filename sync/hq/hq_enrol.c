/* hq_enrol.c - rows of pending and used enrolments: T_CODE_ENROL. See hq_store.h. */
#include "core/codec/cbor.h"
#include "sync/hq/hq_store.h"

static enum st encode(const struct hq_enrolment *e, uint8_t *buf, size_t cap, bytes *out)
{
    struct cbor_w w = cbor_w_init(buf, cap);
    cbor_put_array(&w, 11);
    cbor_put_uint(&w, (uint64_t)e->state);
    cbor_put_bytes(&w, bytes_of(e->enrol_key, 32));
    cbor_put_bytes(&w, bytes_of(e->person.b, 16));
    cbor_put_uint(&w, (uint64_t)e->role);
    cbor_put_bytes(&w, bytes_of(e->branch.b, 8));
    cbor_put_bytes(&w, bytes_of(e->prefix, strlen(e->prefix)));
    cbor_put_int(&w, e->made_ms);
    cbor_put_int(&w, e->until_ms);
    cbor_put_bytes(&w, bytes_of(e->device_pk, 32));
    cbor_put_bytes(&w, bytes_of(e->sign_pk, 32));
    cbor_put_bytes(&w, bytes_of(e->recover.b, sizeof e->recover.b));
    return cbor_w_done(&w, out);
}

static enum st decode(bytes in, struct hq_enrolment *e)
{
    if (cbor_check(in, 0, NULL, NULL) != ST_OK) {
        return ST_CORRUPT;
    }
    struct cbor_r r = cbor_r_init(in);
    size_t fields = cbor_get_array(&r);
    if (fields != 10 && fields != 11) {
        return ST_CORRUPT;
    }
    e->state = (enum hq_enrol_state)cbor_get_uint(&r);
    cbor_get_bytes_n(&r, e->enrol_key, 32);
    cbor_get_bytes_n(&r, e->person.b, 16);
    e->role = (enum role)cbor_get_uint(&r);
    cbor_get_bytes_n(&r, e->branch.b, 8);
    bytes prefix = cbor_get_bytes(&r);
    e->made_ms = cbor_get_int(&r);
    e->until_ms = cbor_get_int(&r);
    cbor_get_bytes_n(&r, e->device_pk, 32);
    cbor_get_bytes_n(&r, e->sign_pk, 32);
    if (fields == 11) { /* a row of an older program is for a new device */
        cbor_get_bytes_n(&r, e->recover.b, sizeof e->recover.b);
    }
    if (cbor_done(&r) != ST_OK || prefix.n >= sizeof e->prefix) {
        return ST_CORRUPT;
    }
    if (prefix.n != 0) {
        memcpy(e->prefix, prefix.p, prefix.n);
    }
    return ST_OK;
}

enum st hq_enrol_put(struct store_txn *t, const struct hq_enrolment *e, struct err *err)
{
    uint8_t buf[256];
    bytes value;
    if (encode(e, buf, sizeof buf, &value) != ST_OK) {
        return err_set(err, ST_BUG, 0, __func__, "an enrolment does not fit");
    }
    return store_put(t, T_CODE_ENROL, bytes_of(e->id.b, sizeof e->id.b), value, err);
}

enum st hq_enrol_del(struct store_txn *t, id8 id, struct err *err)
{
    return store_del(t, T_CODE_ENROL, bytes_of(id.b, sizeof id.b), err);
}

enum st hq_enrol_all(struct store_txn *t, struct hq_enrolment *out, unsigned max, unsigned *n,
                     struct err *err)
{
    *n = 0;
    struct store_cursor *c = NULL;
    bytes key, value;
    enum st st = store_scan(t, T_CODE_ENROL, (bytes){NULL, 0}, (bytes){NULL, 0}, &c, err);
    while (st == ST_OK && *n < max) {
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        uint8_t room[512];
        struct arena tmp = arena_of(room, sizeof room);
        struct hq_enrolment *e = &out[*n];
        memset(e, 0, sizeof *e);
        memcpy(e->id.b, key.p, key.n < 8 ? key.n : 8);
        if (store_value(c, &tmp, &value, err) == ST_OK && decode(value, e) == ST_OK) {
            (*n)++;
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* slots_file.c - see slots_file.h. */
#include "core/keys/slots_file.h"

#include "core/codec/cbor.h"
#include "core/keys/keyfile.h"

#define VERSION 2
#define FILE_BYTES_MAX 4096 /* eight slots and the frame */

static void get_part(struct cbor_r *r, uint8_t *out, size_t cap, size_t *n)
{
    bytes b = cbor_get_bytes(r);
    if (b.n > cap) {
        cbor_fail(r);
        return;
    }
    if (b.n > 0) {
        memcpy(out, b.p, b.n);
    }
    *n = b.n;
}

static void get_slots(struct cbor_r *r, uint64_t version, struct slots *s)
{
    size_t n = cbor_get_array(r);
    if (n > CAP_KEY_SLOTS) {
        cbor_fail(r);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct slot *k = &s->slot[i];
        if (cbor_get_array(r) != (version == 1 ? 3 : 6)) {
            cbor_fail(r);
        }
        uint64_t kind = cbor_get_uint(r);
        k->kind = (enum slot_kind)(kind & 0xFF);
        if (kind == 0 || kind > 0xFF) {
            cbor_fail(r);
        }
        get_part(r, k->salt, sizeof k->salt, &k->salt_bytes);
        get_part(r, k->sealed, sizeof k->sealed, &k->sealed_bytes);
        if (version == 1) {
            k->ops = k->kind == SLOT_PIN ? SLOT_V1_OPS : 0;
            k->mem_bytes = k->kind == SLOT_PIN ? SLOT_V1_BYTES : 0;
        } else {
            k->ops = cbor_get_uint(r);
            k->mem_bytes = cbor_get_uint(r);
            get_part(r, k->own, sizeof k->own, &k->own_bytes);
        }
    }
    s->n = (unsigned)n;
}

static enum st decode(bytes in, struct slots *s)
{
    if (cbor_check(in, CBOR_NO_TEXT, NULL, NULL) != ST_OK) {
        return ST_CORRUPT;
    }
    struct cbor_r r = cbor_r_init(in);
    size_t pairs = cbor_get_map(&r);
    uint64_t k1 = cbor_get_uint(&r);
    uint64_t version = cbor_get_uint(&r);
    if (r.st == ST_OK && k1 == 1 && version > VERSION) {
        return ST_NEWER;
    }
    uint64_t k2 = cbor_get_uint(&r);
    s->tries = cbor_get_uint(&r);
    uint64_t k3 = cbor_get_uint(&r);
    s->last_ms = cbor_get_int(&r);
    uint64_t k4 = cbor_get_uint(&r);
    get_slots(&r, version, s);
    uint64_t k5 = version == 1 ? 5 : cbor_get_uint(&r);
    if (version == 1) {
        s->last_ms = 0; /* of the wall clock, then: the wait counts from the start of the machine */
    } else {
        cbor_get_bytes_n(&r, s->boot_id, sizeof s->boot_id);
    }
    if (cbor_done(&r) != ST_OK || pairs != (version == 1 ? 4 : 5) || version == 0 || k1 != 1 ||
        k2 != 2 || k3 != 3 || k4 != 4 || k5 != 5 || s->last_ms < 0) {
        return ST_CORRUPT;
    }
    return ST_OK;
}

enum st slots_file_get(const char *path, struct slots *out, struct err *err)
{
    uint8_t buf[FILE_BYTES_MAX];
    size_t n;
    memset(out, 0, sizeof *out);
    enum st st = keyfile_read(path, buf, sizeof buf, &n, err);
    if (st == ST_OK) {
        st = decode(bytes_of(buf, n), out);
        if (st != ST_OK) {
            memset(out, 0, sizeof *out);
            return err_set(err, st, 0, "slots", "the file of key slots cannot be read");
        }
    }
    return st;
}

enum st slots_file_put(const char *path, const struct slots *s, bool fresh, struct err *err)
{
    uint8_t buf[FILE_BYTES_MAX];
    struct cbor_w w = cbor_w_init(buf, sizeof buf);
    cbor_put_map(&w, 5);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, VERSION);
    cbor_put_uint(&w, 2);
    cbor_put_uint(&w, s->tries);
    cbor_put_uint(&w, 3);
    cbor_put_int(&w, s->last_ms);
    cbor_put_uint(&w, 4);
    cbor_put_array(&w, s->n);
    for (unsigned i = 0; i < s->n; i++) {
        const struct slot *k = &s->slot[i];
        cbor_put_array(&w, 6);
        cbor_put_uint(&w, (uint64_t)k->kind);
        cbor_put_bytes(&w, bytes_of(k->salt, k->salt_bytes));
        cbor_put_bytes(&w, bytes_of(k->sealed, k->sealed_bytes));
        cbor_put_uint(&w, k->ops);
        cbor_put_uint(&w, k->mem_bytes);
        cbor_put_bytes(&w, bytes_of(k->own, k->own_bytes));
    }
    cbor_put_uint(&w, 5);
    cbor_put_bytes(&w, bytes_of(s->boot_id, sizeof s->boot_id));
    bytes out;
    if (cbor_w_done(&w, &out) != ST_OK) {
        return err_set(err, ST_BUG, 0, "slots", "key slots do not fit");
    }
    return keyfile_put(path, out, fresh, err);
}

struct slot *slots_file_find(struct slots *s, enum slot_kind kind)
{
    for (unsigned i = 0; i < s->n; i++) {
        if (s->slot[i].kind == kind) {
            return &s->slot[i];
        }
    }
    return NULL;
}

struct slot *slots_file_room(struct slots *s, enum slot_kind kind)
{
    struct slot *k = slots_file_find(s, kind);
    if (k == NULL && s->n < CAP_KEY_SLOTS) {
        k = &s->slot[s->n++];
    }
    if (k != NULL) {
        memset(k, 0, sizeof *k);
        k->kind = kind;
    }
    return k;
}

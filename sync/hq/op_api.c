/* op_api.c - api.write: an operation once for each idempotency key, and what it answered again. */
#include "core/codec/hash.h"
#include "sync/hq/ops.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define KEPT_MS 86400000LL /* keys are remembered for a day */
#define ANSWER_BYTES 4096  /* longer answers are none that a client waits for twice */
#define KEY_PREFIX "hq/idem/"

/* Operations that have transactions of their own: the key is kept right after them. Done twice they
 * do nothing more: what was erased is gone, and a bundle's entries are a set. */
static bool alone(const char *op)
{
    static const char *const names[] = {"forget", "bundle.import"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], op) == 0) {
            return true;
        }
    }
    return false;
}

struct once {
    char key[48];  /* of T_META, without "hq/" */
    char hash[65]; /* of the request */
};

static enum st once_of(const json_t *in, const char *op, const json_t *op_in, struct once *o,
                       struct err *err)
{
    str who, key;
    uint8_t h[32];
    crypto_generichash_state g;
    enum st st = ops_str(in, "who", &who, err);
    st = st == ST_OK ? ops_str(in, "key", &key, err) : st;
    json_t *same = st == ST_OK ? json_copy((json_t *)(uintptr_t)op_in) : NULL;
    if (json_object_get(same, "mark") != NULL) {
        json_object_del(same, "hash"); /* salted: each time another of the same password */
    }
    char *text = same == NULL ? NULL : json_dumps(same, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(same);
    if (st == ST_OK && text == NULL) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    if (st != ST_OK) {
        return st;
    }
    crypto_generichash_init(&g, NULL, 0, sizeof h);
    crypto_generichash_update(&g, (const uint8_t *)who.p, who.n);
    crypto_generichash_update(&g, (const uint8_t *)"\n", 1);
    crypto_generichash_update(&g, (const uint8_t *)key.p, key.n);
    crypto_generichash_final(&g, h, sizeof h);
    char hex[33];
    hex_put(bytes_of(h, 16), hex);
    snprintf(o->key, sizeof o->key, "idem/%s", hex);
    crypto_generichash_init(&g, NULL, 0, sizeof h);
    crypto_generichash_update(&g, (const uint8_t *)op, strlen(op) + 1);
    crypto_generichash_update(&g, (const uint8_t *)text, strlen(text));
    crypto_generichash_final(&g, h, sizeof h);
    hex_put(bytes_of(h, 32), o->hash);
    free(text);
    return ST_OK;
}

/* ST_OK: said before, *out is what; ST_NOT_FOUND: the key is new. */
static enum st recall(struct hq *hq, const struct once *o, json_t **out, struct err *err)
{
    uint8_t buf[ANSWER_BYTES + 512];
    size_t n;
    struct store_txn *t = NULL;
    bool mine;
    enum st st = hq_txn(hq, &t, &mine, err);
    if (st != ST_OK) {
        return st;
    }
    st = hq_meta_get(t, o->key, buf, sizeof buf, &n, err);
    if (mine) {
        store_abort(&t);
    }
    json_t *row = st == ST_OK ? json_loadb((const char *)buf, n, 0, NULL) : NULL;
    if (row == NULL ||
        hq_now(hq).wall_ms - json_integer_value(json_object_get(row, "t")) > KEPT_MS) {
        json_decref(row);
        return st == ST_OK || st == ST_NOT_FOUND ? ST_NOT_FOUND : st;
    }
    const char *hash = json_string_value(json_object_get(row, "h"));
    if (hash == NULL || strcmp(hash, o->hash) != 0) {
        json_decref(row);
        return err_set(err, ST_EXISTS, 0, "key", "this Idempotency-Key was used for another write");
    }
    json_t *said = json_object_get(row, "out");
    *out = said != NULL ? json_deep_copy(said) : json_object();
    json_object_set_new(*out, "replayed", json_true());
    json_decref(row);
    return ST_OK;
}

/* A token's secret or an enrolment code is said once: it is not kept to be said again. */
static json_t *kept_answer(const char *op, const json_t *out)
{
    json_t *o = json_deep_copy(out);
    json_object_del(o, "secret");
    if (strcmp(op, "enrol") == 0) { /* of a call its "code" is its number */
        json_object_del(o, "code");
        json_object_del(o, "qr");
    }
    return o;
}

static enum st remember(struct hq *hq, const struct once *o, const char *op, const json_t *out,
                        struct err *err)
{
    json_t *row = json_pack("{s:I,s:s,s:o}", "t", (json_int_t)hq_now(hq).wall_ms, "h", o->hash,
                            "out", kept_answer(op, out));
    char *text = row == NULL ? NULL : json_dumps(row, JSON_COMPACT);
    enum st st = text == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory") : ST_OK;
    if (text != NULL && strlen(text) > ANSWER_BYTES) {
        free(text);
        json_object_del(row, "out");
        text = json_dumps(row, JSON_COMPACT);
        st = text == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory") : ST_OK;
    }
    if (st == ST_OK) {
        st = hq_meta_put(hq->batch, o->key, str_bytes(str_c(text)), err);
    }
    free(text);
    json_decref(row);
    return st;
}

static enum st run(struct hq *hq, const char *op, const json_t *op_in, const struct once *o,
                   json_t **out, struct err *err)
{
    bool own = alone(op);
    enum st st = own ? ops_run(hq, op, op_in, out, err) : ST_OK;
    st = st == ST_OK ? hq_batch_begin(hq, err) : st;
    if (st != ST_OK) {
        return st;
    }
    st = own ? ST_OK : ops_run(hq, op, op_in, out, err);
    bool refused = st == ST_OK && json_object_get(*out, "conflict") != NULL;
    if (st == ST_OK && !refused) {
        st = remember(hq, o, op, *out, err);
    }
    enum st end = hq_batch_end(hq, st == ST_OK && !refused, st == ST_OK ? err : NULL);
    st = st == ST_OK ? end : st;
    if (st != ST_OK) {
        json_decref(*out);
        *out = NULL;
    }
    return st;
}

enum st op_api_write(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct once o;
    const json_t *op_in = json_object_get(in, "in");
    const char *op = json_string_value(json_object_get(in, "op"));
    if (op == NULL || strcmp(op, "api.write") == 0) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "no operation was named");
    }
    enum st st = once_of(in, op, op_in, &o, err);
    st = st == ST_OK ? recall(hq, &o, out, err) : st;
    return st == ST_NOT_FOUND ? run(hq, op, op_in, &o, out, err) : st;
}

#define SWEEP_MOST 1024

enum st op_api_sweep(struct hq *hq, int64_t now_ms, struct err *err)
{
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    char(*old)[48] = calloc(SWEEP_MOST, sizeof *old);
    unsigned n = 0;
    bytes key, value;
    enum st st = old == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory")
                             : store_write(hq->store, &t, err);
    if (st == ST_OK) {
        st = store_scan(t, T_META, str_bytes(str_c(KEY_PREFIX)), (bytes){0}, &c, err);
    }
    while (st == ST_OK && n < SWEEP_MOST) {
        uint8_t room[ANSWER_BYTES + 1024];
        struct arena tmp = arena_of(room, sizeof room);
        st = store_next(c, &key);
        st = st == ST_OK ? store_value(c, &tmp, &value, err) : st;
        json_t *row = st == ST_OK ? json_loadb((const char *)value.p, value.n, 0, NULL) : NULL;
        if (st == ST_OK && key.n < sizeof old[0] &&
            now_ms - json_integer_value(json_object_get(row, "t")) > KEPT_MS) {
            memcpy(old[n++], key.p, key.n);
        }
        json_decref(row);
    }
    store_scan_end(&c);
    st = st == ST_END ? ST_OK : st;
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        st = store_del(t, T_META, str_bytes(str_c(old[i])), err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    store_abort(&t);
    free(old);
    return st;
}

/* op_enrol.c - a code for one new device of a person. */
#include "sync/hq/hq_join.h"
#include "sync/hq/ops.h"
#include "sync/pdf/qr.h"

#include <stdio.h>

#define PREFIXES_TRIED 100 /* in a row that were given by hand */

/* Prefixes of human numbers are counted up: no two devices share one. */
static enum st next_prefix(struct hq *hq, char out[static 9], struct err *err)
{
    struct store_txn *t = NULL;
    uint64_t next = 0;
    bool mine;
    enum st st = hq_write(hq, &t, &mine, err);
    if (st != ST_OK) {
        return st;
    }
    st = hq_count_get(t, "prefix", &next, err);
    if (st == ST_OK) {
        st = hq_count_put(t, "prefix", ++next, err);
    }
    st = hq_written(hq, &t, mine, st, err);
    snprintf(out, 9, "T%02u", (unsigned)(next % 10000000));
    return st;
}

/* The device's certificate says the branch of its person's record; zero when none is on file. */
static enum st branch_of(struct hq *hq, id16 person, id8 *out, struct err *err)
{
    struct arena a = hq_arena(hq);
    struct subject_state s;
    enum st st = ops_state(hq, person, &a, &s, err);
    const struct field_value *v = st == ST_OK ? fold_shown(&s, F_BRANCH) : NULL;
    if (v != NULL && v->type == FT_ID8) {
        memcpy(out->b, v->b, sizeof out->b);
    }
    return st;
}

/* The code as a QR's rows of '0' and '1': whoever shows it only paints. NULL: no memory. */
static json_t *qr_rows(const char *code)
{
    struct qr qr;
    if (qr_make(str_c(code), &qr) != ST_OK) {
        return NULL;
    }
    json_t *rows = json_array();
    for (int y = 0; y < qr.side; y++) {
        char row[QR_SIDE_MAX];
        for (int x = 0; x < qr.side; x++) {
            row[x] = qr.modules[y * qr.side + x] != 0 ? '1' : '0';
        }
        json_array_append_new(rows, json_stringn(row, (size_t)qr.side));
    }
    return rows;
}

/* A forgotten PIN: the code is for the device that has the store, and its person is known. */
static enum st recovered(struct hq *hq, const json_t *in, struct hq_invite *inv, struct err *err)
{
    str s;
    id16 asked = inv->person;
    enum st st = ops_str(in, "recover", &s, err);
    if (st == ST_OK && (s.n != 16 || !hex_get(s, inv->recover.b, sizeof inv->recover.b))) {
        st = err_set(err, ST_BAD_INPUT, 0, "enrol", "a device's id has 16 hex digits");
    }
    const struct hq_device *d = st == ST_OK ? hq_device(hq, inv->recover) : NULL;
    if (st == ST_OK && d == NULL) {
        st = err_set(err, ST_NOT_FOUND, 0, "enrol", "there is no such device");
    }
    if (st == ST_OK && (d->revoked || (!id16_zero(asked) && !id16_eq(asked, d->person)))) {
        st = err_set(err, ST_FORBIDDEN, 0, "enrol", "%s",
                     d->revoked ? "that device was revoked: its store stays shut"
                                : "that device is another technician's");
    }
    if (st == ST_OK) {
        inv->person = d->person;
        inv->role = d->role;
    }
    return st;
}

enum st op_enrol(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct hq_invite inv = {.role = ROLE_TECHNICIAN, .lasts_ms = HQ_ONLINE_CODE_MS};
    char code[20];
    int64_t until, minutes;
    str s;
    bool recover = json_object_get(in, "recover") != NULL;
    enum st st = ST_OK;
    if (!recover || json_object_get(in, "technician") != NULL) {
        st = ops_subject(hq, in, "technician", SUBJECT_TECHNICIAN, &inv.person, err);
    }
    if (st == ST_OK && recover) {
        st = recovered(hq, in, &inv, err);
    }
    if (st == ST_OK) {
        st = branch_of(hq, inv.person, &inv.branch, err);
    }
    if (st == ST_OK && json_is_true(json_object_get(in, "by_file"))) {
        inv.lasts_ms = HQ_FILE_CODE_MS;
    }
    if (st == ST_OK && json_object_get(in, "minutes") != NULL) {
        st = ops_int(in, "minutes", &minutes, err);
        if (st == ST_OK && (minutes < 1 || minutes > 7 * 24 * 60)) {
            st = err_set(err, ST_BAD_INPUT, 0, __func__, "a code lasts 1 minute to 7 days");
        }
        inv.lasts_ms = minutes * 60000;
    }
    if (st == ST_OK && json_object_get(in, "role") != NULL) {
        st = ops_str(in, "role", &s, err);
        inv.role = st == ST_OK ? ops_role(s) : ROLE_NONE;
        if (st == ST_OK && (inv.role == ROLE_NONE || inv.role == ROLE_HEADQUARTERS)) {
            st = err_set(err, ST_BAD_INPUT, 0, __func__, "a device has no such role");
        }
    }
    if (st == ST_OK && json_object_get(in, "prefix") != NULL) {
        st = ops_str(in, "prefix", &s, err);
        if (st == ST_OK && (s.n < 2 || s.n >= sizeof inv.prefix)) {
            st = err_set(err, ST_BAD_INPUT, 0, __func__, "a prefix has 2 to 8 characters");
        } else if (st == ST_OK) {
            memcpy(inv.prefix, s.p, s.n);
        }
    } else if (st == ST_OK) {
        st = next_prefix(hq, inv.prefix, err);
    }
    const bool counted = st == ST_OK && json_object_get(in, "prefix") == NULL;
    if (st == ST_OK) {
        st = hq_join_invite(hq, &inv, code, &until, err);
    }
    /* The next number may have been given by hand before. */
    for (int i = 0; i < PREFIXES_TRIED && counted && st == ST_EXISTS; i++) {
        st = next_prefix(hq, inv.prefix, err);
        st = st == ST_OK ? hq_join_invite(hq, &inv, code, &until, err) : st;
    }
    if (st == ST_OK) {
        *out = json_pack("{s:s,s:I,s:o*}", "code", code, "until_ms", (json_int_t)until, "qr",
                         qr_rows(code));
    }
    return st;
}

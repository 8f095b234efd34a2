/* ctl_view.c - see ctl_view.h. */
#include "sync/ctl/ctl_view.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/base/encode.h"
#include "core/model/catalogue.h"

static const str nothing = {"", 0};

enum st ctl_view_begin(struct ctl_view *v, struct ctl_store *s, struct err *err)
{
    memset(v, 0, sizeof *v);
    v->s = s;
    v->a = arena_of(s->scratch, CAP_SCRATCH_BYTES);
    enum st st = store_read(s->store, &v->t, err);
    if (st == ST_OK && s->side == STORE_DEVICE) {
        /* Without it nothing could be said of where an entry is: every one would look like another
         * author's. */
        st = journal_author(s->store, v->t, &v->own, err);
    }
    return st;
}

void ctl_view_end(struct ctl_view *v)
{
    store_abort(&v->t);
}

enum st ctl_view_find(struct ctl_view *v, enum subject_type type, str code, id16 *out)
{
    if (code.n == 0 || code.n > CAP_CODE_BYTES) {
        return ST_NOT_FOUND;
    }
    if (fold_code_find(v->t, type, str_bytes(code), out, NULL) == ST_OK) {
        return ST_OK;
    }
    if (code.n == 32 && hex_get(code, out->b, sizeof out->b) &&
        store_has(v->t, T_STATE, bytes_of(out->b, sizeof out->b))) {
        return ST_OK;
    }
    return ST_NOT_FOUND;
}

bool ctl_view_next(struct store_cursor *c, bytes *key, enum st *st)
{
    *st = store_next(c, key);
    bool more = *st == ST_OK;
    *st = *st == ST_END ? ST_OK : *st;
    return more;
}

/* ---- values ------------------------------------------------------------------------------------
 */
static str copy(struct arena *a, const char *z)
{
    const char *p = arena_cstr(a, str_c(z));
    return p == NULL ? nothing : str_c(p);
}

static str thousandths(struct arena *a, int64_t v)
{
    char buf[32];
    int64_t rest = v % 1000 < 0 ? -(v % 1000) : v % 1000;
    int n = snprintf(buf, sizeof buf, "%s%" PRId64 ".%03d", v < 0 && v > -1000 ? "-" : "", v / 1000,
                     (int)rest);
    while (n > 0 && buf[n - 1] == '0') {
        buf[--n] = '\0';
    }
    if (n > 0 && buf[n - 1] == '.') {
        buf[n - 1] = '\0';
    }
    return copy(a, buf);
}

static str money(struct arena *a, int64_t v)
{
    char buf[32];
    int64_t rest = v % 100 < 0 ? -(v % 100) : v % 100;
    snprintf(buf, sizeof buf, "%s%" PRId64 ".%02d", v < 0 && v > -100 ? "-" : "", v / 100,
             (int)rest);
    return copy(a, buf);
}

/* A branch is up to eight ASCII characters, left-aligned; anything else is shown as hex. */
static str branch(struct arena *a, const uint8_t b[static 8])
{
    char buf[17];
    size_t n = 0;
    while (n < 8 && b[n] > 0x20 && b[n] < 0x7f) {
        buf[n] = (char)b[n];
        n++;
    }
    bool plain = n > 0;
    for (size_t k = n; k < 8; k++) {
        plain = plain && b[k] == 0;
    }
    buf[n] = '\0';
    if (!plain) {
        hex_put(bytes_of(b, 8), buf);
    }
    return copy(a, buf);
}

str ctl_view_value(struct ctl_view *v, struct arena *a, const struct field_value *f)
{
    char buf[32];
    id16 ref;
    h32 att;
    bytes content;
    bool ok = true;
    switch (f->type) {
    case FT_TEXT:
        memcpy(att.b, f->b, sizeof att.b);
        return store_att_get(v->t, att, a, NULL, &content, NULL) == ST_OK ? bytes_str(content)
                                                                          : nothing;
    case FT_CODE:
        return bytes_str(arena_bytes(a, bytes_of(f->b, f->nb), &ok));
    case FT_REF:
        memcpy(ref.b, f->b, sizeof ref.b);
        return ctl_view_code(v, a, ref);
    case FT_TIME:
        return copy(a, ctl_time(f->i, buf));
    case FT_MONEY:
        return money(a, f->i);
    case FT_QTY:
        return thousandths(a, f->i);
    case FT_ID8:
        return branch(a, f->b);
    case FT_INT:
    case FT_ENUM:
        break;
    }
    snprintf(buf, sizeof buf, "%" PRId64, f->i);
    return copy(a, buf);
}

str ctl_view_field(struct ctl_view *v, struct arena *a, const struct subject_state *s, int field)
{
    const struct field_value *f = fold_shown(s, field);
    return f == NULL ? nothing : ctl_view_value(v, a, f);
}

str ctl_view_code(struct ctl_view *v, struct arena *a, id16 subject)
{
    /* The state may be large and goes; the code is small and stays. */
    struct arena tmp = *a;
    struct subject_state *s = arena_new(&tmp, struct subject_state, 1);
    char keep[CAP_CODE_BYTES + 1] = "";
    if (s != NULL && fold_load(v->t, subject, &tmp, s, NULL, NULL) == ST_OK) {
        str code = ctl_view_field(v, &tmp, s, F_CODE);
        memcpy(keep, code.p, code.n <= CAP_CODE_BYTES ? code.n : 0);
        keep[code.n <= CAP_CODE_BYTES ? code.n : 0] = '\0';
    }
    return copy(a, keep);
}

str ctl_view_name(struct ctl_view *v, struct arena *a, id16 subject)
{
    struct subject_state *s = arena_new(a, struct subject_state, 1);
    if (s == NULL || fold_load(v->t, subject, a, s, NULL, NULL) != ST_OK) {
        return nothing;
    }
    int field = s->type == SUBJECT_CUSTOMER     ? F_CUSTOMER_NAME
                : s->type == SUBJECT_EQUIPMENT  ? F_EQUIPMENT_NAME
                : s->type == SUBJECT_TECHNICIAN ? F_TECHNICIAN_NAME
                                                : F_CODE;
    return ctl_view_field(v, a, s, field);
}

bool ctl_view_ref(const struct subject_state *s, int field, id16 *out)
{
    const struct field_value *f = fold_shown(s, field);
    if (f == NULL || f->type != FT_REF) {
        return false;
    }
    memcpy(out->b, f->b, sizeof out->b);
    return true;
}

enum st ctl_view_catalogue(struct ctl_view *v, struct arena *a, struct catalogue *out, bytes *whole,
                           struct err *err)
{
    struct arena tmp = v->a;
    struct subject_state *s = arena_new(&tmp, struct subject_state, 1);
    id16 deployment;
    bytes content;
    const char *rule = "";
    memcpy(deployment.b, v->s->trust.deployment, sizeof deployment.b);
    enum st st = s == NULL ? ST_FULL : fold_load(v->t, deployment, &tmp, s, NULL, err);
    if (st != ST_OK || h32_zero(s->edition)) {
        return st == ST_OK ? ST_NOT_FOUND : st;
    }
    st = store_att_get(v->t, s->edition, a, NULL, &content, err);
    if (st == ST_OK && catalogue_open(content, a, out, &rule) != ST_OK) {
        st = err_set(err, ST_CORRUPT, 0, __func__, "the newest edition cannot be read: %s", rule);
    }
    if (st == ST_OK) {
        out->edition = s->edition;
    }
    if (whole != NULL) {
        *whole = st == ST_OK ? content : (bytes){NULL, 0};
    }
    return st;
}

void ctl_view_author(struct ctl_view *v, id8 author, char out[static 32])
{
    uint8_t room[2 * CAP_CERT_BYTES];
    struct arena tmp = arena_of(room, sizeof room);
    const char *rule;
    struct cert c;
    bytes doc;
    char id[17];
    hex_put(bytes_of(author.b, sizeof author.b), id);
    bool known =
        store_get(v->t, T_CERT, bytes_of(author.b, sizeof author.b), &tmp, &doc, NULL) == ST_OK &&
        cert_parse(doc, &c, &rule) == ST_OK;
    snprintf(out, 32, "%s#%.8s", known ? c.prefix : "?", id);
}

/* ---- words -------------------------------------------------------------------------------------
 */
const char *ctl_view_stage(const struct list_row *row)
{
    static const char *const names[] = {"received",  "accepted", "travelling", "arrived",
                                        "diagnosed", "working",  "tested",     "fee",
                                        "signed",    "left",     "ended"};
    static const char *const ends[] = {"ended",         "nobody there", "part wanted",
                                       "price refused", "help wanted",  "handed over"};
    if (row->archived) {
        return "archived";
    }
    if (row->cancelled) {
        return "cancelled";
    }
    if ((row->stage == VISIT_SIGNED || row->stage == VISIT_LEFT) && row->outcome != SIGN_SIGNED) {
        return row->outcome == SIGN_REFUSED  ? "refused"
               : row->outcome == SIGN_ABSENT ? "absent"
                                             : names[row->stage];
    }
    if (row->stage == VISIT_ENDED) {
        return row->end < sizeof ends / sizeof ends[0] ? ends[row->end] : ends[0];
    }
    return row->stage <= VISIT_ENDED ? names[row->stage] : "?";
}

const char *ctl_view_class(enum service_class c)
{
    static const char *const names[] = {"", "A", "B", "C", "D"};
    return c <= CLASS_D ? names[c] : "?";
}

const char *ctl_view_type(enum subject_type t)
{
    return t == SUBJECT_AUTHOR       ? "author"
           : t == SUBJECT_DEPLOYMENT ? "deployment"
                                     : ops_type_name(t);
}

/* ---- JSON --------------------------------------------------------------------------------------
 */
json_t *ctl_json_hex(const void *p, size_t n)
{
    char *text = malloc(2 * n + 1);
    if (text == NULL) {
        return NULL;
    }
    hex_put(bytes_of(p, n), text);
    json_t *out = json_string(text);
    free(text);
    return out;
}

json_t *ctl_json_str(str s)
{
    return json_stringn(s.n == 0 ? "" : s.p, s.n);
}

json_t *ctl_json_time(int64_t ms)
{
    char buf[32];
    return ms == 0 ? json_null() : json_string(ctl_time(ms, buf));
}

json_t *ctl_json_branch(str code)
{
    uint8_t id[8] = {0};
    if (code.n == 0 || code.n > sizeof id) {
        return ctl_json_str(code);
    }
    memcpy(id, code.p, code.n);
    return ctl_json_hex(id, sizeof id);
}

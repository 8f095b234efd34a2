/* reg_page.c - a page of a register by a keyed cursor, as JSON or as CSV. See reg.h. */
#include "sync/hq/reg.h"

#include "sync/hq/reg_csv.h"
#include "sync/hq/reg_other.h"
#include "sync/hq/search.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define PLACE_BYTES 24 /* of a cursor: time, subject */

struct query {
    const struct reg *reg;
    enum register_dimension d;
    uint8_t value[16];
    bool has_value;
    id8 branch;
    int64_t from_ms, to_ms, limit;
    unsigned state, class_; /* filters beyond the dimension; 0: none */
    id16 technician;
    uint8_t place[PLACE_BYTES];
    bool placed;
};

/* ---- what is asked ----------------------------------------------------------------------------
 */

static bool takes(const struct reg *r, const char *filter)
{
    const char *p = strstr(r->filters, filter);
    return p != NULL && (p[strlen(filter)] == ' ' || p[strlen(filter)] == '\0');
}

static enum st bad(struct api_call *c, const char *what)
{
    return err_set(&c->err, ST_BAD_INPUT, 0, "query", "%s", what);
}

static enum st filters_of(struct api_call *c, struct query *q)
{
    const char *state = api_query(c, "state"), *who = api_query(c, "technician");
    int64_t class_ = 0;
    if (state != NULL && *state != '\0') {
        q->state = reg_state_of(q->reg->type, state);
        if (!takes(q->reg, "state") || q->state == 0) {
            return bad(c, "this register has no such state");
        }
    }
    if (!api_query_int(c, "class", &class_) || class_ < 0 || class_ > 4 ||
        (class_ != 0 && !takes(q->reg, "class"))) {
        return bad(c, "a class is 1 to 4");
    }
    q->class_ = (unsigned)class_;
    if (who != NULL && *who != '\0' &&
        (!takes(q->reg, "technician") ||
         hq_id_in(c->txn, api_hq(c), SUBJECT_TECHNICIAN, str_c(who), &q->technician) != ST_OK)) {
        return bad(c, "there is no such technician");
    }
    if (c->user.role == ROLE_TECHNICIAN) {
        q->technician = c->user.person; /* his own, whatever he asks */
    }
    return ST_OK;
}

static enum st branch_of(struct api_call *c, struct query *q)
{
    const char *name = api_query(c, "branch");
    size_t n = name == NULL ? 0 : strlen(name);
    if (!api_all_branches(&c->user)) {
        q->branch = c->user.branch;
    } else if (n == 16 && hex_get(str_c(name), q->branch.b, sizeof q->branch.b)) {
        return ST_OK;
    } else if (n > sizeof q->branch.b) {
        return bad(c, "there is no such branch");
    } else if (n != 0) {
        memcpy(q->branch.b, name, n);
    }
    return ST_OK;
}

/* The index that is walked: the register's own, else the filter that finds fewest. */
static void choose(struct api_call *c, struct query *q)
{
    const char *due = api_query(c, "due");
    q->d = q->reg->dimension;
    q->has_value = q->d != REG_ALL;
    q->value[0] = q->reg->value;
    if (q->d != REG_ALL) {
        return;
    }
    if (due != NULL && strcmp(due, "1") == 0 && takes(q->reg, "due")) {
        q->d = REG_DUE;
    } else if (!id16_zero(q->technician)) {
        q->d = REG_TECHNICIAN;
        memcpy(q->value, q->technician.b, sizeof q->value);
        q->has_value = true;
    } else if (q->state != 0) {
        q->d = REG_STATE;
        q->value[0] = (uint8_t)q->state;
        q->has_value = true;
    } else if (q->class_ != 0) {
        q->d = REG_CLASS;
        q->value[0] = (uint8_t)q->class_;
        q->has_value = true;
    }
}

static enum st query_of(struct api_call *c, const struct reg *r, struct query *q)
{
    const char *cursor = api_query(c, "cursor");
    size_t n = 0;
    memset(q, 0, sizeof *q);
    q->reg = r;
    q->limit = 50;
    q->from_ms = INT64_MIN;
    q->to_ms = INT64_MAX;
    if (!api_query_int(c, "limit", &q->limit) || q->limit < 1 || q->limit > REG_PAGE_MAX) {
        return bad(c, "a page has 1 to 200 rows");
    }
    if (!api_query_int(c, "from", &q->from_ms) || !api_query_int(c, "to", &q->to_ms)) {
        return bad(c, "from and to are milliseconds");
    }
    if (cursor != NULL && *cursor != '\0') {
        q->placed = base64url_get(str_c(cursor), q->place, sizeof q->place, &n);
        if (!q->placed || n != sizeof q->place) {
            return bad(c, "this is no cursor of ours");
        }
    }
    enum st st = filters_of(c, q);
    st = st == ST_OK ? branch_of(c, q) : st;
    choose(c, q);
    return st;
}

/* ---- the walk ---------------------------------------------------------------------------------
 */

typedef enum st (*row_fn)(void *ctx, struct api_call *c, const struct subject_state *s);

static bool wanted(struct api_call *c, const struct query *q, const struct subject_state *s)
{
    if (q->state != 0 && office_state(s) != q->state) {
        return false;
    }
    if (q->class_ != 0 && office_class(s) != (enum service_class)q->class_) {
        return false;
    }
    if (!id16_zero(q->technician) && q->d != REG_TECHNICIAN && s->type == SUBJECT_JOB &&
        !id16_eq(s->assigned, q->technician)) {
        return false;
    }
    return api_sees(c, s);
}

bytes reg_start(enum register_dimension d, bytes prefix, int64_t from_ms, int64_t to_ms,
                uint8_t out[static LIST_KEY_BYTES])
{
    int64_t begin = d == REG_DUE ? from_ms : to_ms;
    memcpy(out, prefix.p, prefix.n);
    if (begin == INT64_MIN || begin == INT64_MAX) {
        return bytes_of(out, prefix.n);
    }
    register_time(d, d == REG_DUE ? begin : begin - 1, out + prefix.n);
    return bytes_of(out, prefix.n + 8);
}

bool reg_past(enum register_dimension d, int64_t ms, int64_t from_ms, int64_t to_ms)
{
    return d == REG_DUE ? ms >= to_ms : ms < from_ms;
}

/* Where the walk begins: after the cursor, else at the nearer end of the range. */
static bytes start_of(const struct query *q, bytes prefix, uint8_t out[static LIST_KEY_BYTES + 1])
{
    if (!q->placed) {
        return reg_start(q->d, prefix, q->from_ms, q->to_ms, out);
    }
    memcpy(out, prefix.p, prefix.n);
    memcpy(out + prefix.n, q->place, sizeof q->place);
    out[prefix.n + sizeof q->place] = 0;
    return bytes_of(out, prefix.n + sizeof q->place + 1);
}

/* One row handed on; what it took of the arena is given back. */
static enum st hand_on(struct api_call *c, const struct query *q, id16 subject, row_fn take,
                       void *ctx, bool *taken)
{
    struct arena keep = c->arena;
    struct subject_state s;
    enum st st = ST_OK;
    *taken = false;
    if (fold_load(c->txn, subject, &c->arena, &s, NULL, NULL) == ST_OK && wanted(c, q, &s)) {
        *taken = true;
        st = take(ctx, c, &s);
    }
    c->arena = keep;
    return st;
}

/* `max` rows, at most `scan` keys; *more: the walk did not come to its end, q->place says where. */
static enum st walk(struct api_call *c, struct query *q, int64_t max, int64_t scan, row_fn take,
                    void *ctx, bool *more)
{
    uint8_t prefix_room[LIST_KEY_BYTES], from_room[LIST_KEY_BYTES + 1];
    bytes prefix =
        register_prefix(q->reg->type, q->branch, q->d, q->has_value ? q->value : NULL, prefix_room);
    struct store_cursor *cur = NULL;
    bytes key;
    int64_t n = 0;
    *more = false;
    enum st st = store_scan(c->txn, T_LIST, prefix, start_of(q, prefix, from_room), &cur, &c->err);
    while (st == ST_OK) {
        st = store_next(cur, &key);
        if (st != ST_OK || key.n != prefix.n + PLACE_BYTES ||
            reg_past(q->d, register_time_ms(q->d, key.p + prefix.n), q->from_ms, q->to_ms)) {
            break;
        }
        if (n == max || scan-- == 0) {
            *more = true;
            break;
        }
        id16 subject;
        bool taken;
        memcpy(q->place, key.p + prefix.n, PLACE_BYTES);
        memcpy(subject.b, key.p + key.n - sizeof subject.b, sizeof subject.b);
        st = hand_on(c, q, subject, take, ctx, &taken);
        n += taken;
    }
    store_scan_end(&cur);
    return st == ST_END ? ST_OK : st;
}

static enum st take_row(void *ctx, struct api_call *c, const struct subject_state *s)
{
    return json_array_append_new(ctx, reg_row(c, s)) == 0
               ? ST_OK
               : err_set(&c->err, ST_FULL, 0, __func__, "no memory");
}

/* ---- CSV --------------------------------------------------------------------------------------
 */

static enum st csv_row(void *ctx, struct api_call *c, const struct subject_state *s)
{
    json_t *row = reg_row(c, s);
    reg_csv_record(ctx, row);
    json_decref(row);
    return ST_OK;
}

static enum st csv_page(struct api_call *c, struct query *q)
{
    struct reg_csv v;
    bool more;
    enum st st = reg_csv_begin(c, q->reg, &v);
    st = st == ST_OK ? walk(c, q, REG_CSV_MAX, REG_CSV_MAX, csv_row, &v, &more) : st;
    return reg_csv_end(c, &v, st);
}

/* ---- readers ----------------------------------------------------------------------------------
 */

static bool visible(const struct api_call *c, const struct reg *r)
{
    bool scope = !c->user.token || (c->user.scopes >> (2 * (unsigned)r->scope) & 1U) != 0;
    return scope && (r->roles >> c->user.role & 1U) != 0;
}

enum st reg_read_list(struct api_call *c)
{
    size_t n;
    const struct reg *all = reg_table(&n);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        if (!visible(c, &all[i])) {
            continue;
        }
        json_t *filters = json_array(), *states = json_array();
        static const char *const known[] = {"state", "technician", "class", "due"};
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
            if (takes(&all[i], known[k])) {
                json_array_append_new(filters, json_string(known[k]));
            }
        }
        for (unsigned k = 1; *reg_state_name(all[i].type, k) != '\0'; k++) {
            json_array_append_new(states, json_string(reg_state_name(all[i].type, k)));
        }
        json_array_append_new(list, json_pack("{s:s,s:s,s:o,s:o}", "name", all[i].name, "type",
                                              ops_type_name(all[i].type), "filters", filters,
                                              "states", states));
    }
    c->out = json_pack("{s:o}", "registers", list);
    return ST_OK;
}

enum st reg_read_page(struct api_call *c)
{
    const struct reg *r = reg_find(c->param);
    const char *format = api_query(c, "format");
    struct query q;
    if (r == NULL) {
        return api_refuse(c, 404, "not-found", "there is no such register");
    }
    if (!visible(c, r)) {
        return api_refuse(c, 403, "role", "this register takes another role");
    }
    bool csv = format != NULL && strcmp(format, "csv") == 0;
    if (r->source != REG_SUBJECTS) {
        enum st other = reg_other_page(c, r);
        return other == ST_OK && csv ? reg_csv_rows(c, r, json_object_get(c->out, "rows")) : other;
    }
    enum st st = query_of(c, r, &q);
    if (st != ST_OK) {
        return st;
    }
    if (csv) {
        return csv_page(c, &q);
    }
    json_t *rows = json_array();
    bool more = false;
    char next[48];
    st = walk(c, &q, q.limit, REG_SCAN_MAX, take_row, rows, &more);
    base64url_put(bytes_of(q.place, sizeof q.place), next);
    c->out = json_pack("{s:s,s:o,s:o}", "register", r->name, "rows", rows, "next",
                       more ? json_string(next) : json_null());
    return st;
}

enum st reg_read_search(struct api_call *c)
{
    const char *text = api_query(c, "q");
    id16 *ids = malloc(REG_HITS_MAX * sizeof *ids);
    json_t *hits = json_array();
    bool more = false;
    if (ids == NULL || text == NULL || *text == '\0' || strlen(text) > 200) {
        free(ids);
        json_decref(hits);
        return bad(c, "what is looked for has 1 to 200 bytes");
    }
    unsigned n = search_find(api_search(c), str_c(text), ids, REG_HITS_MAX, &more);
    for (unsigned i = 0; i < n; i++) {
        struct arena keep = c->arena;
        struct subject_state s;
        if (fold_load(c->txn, ids[i], &c->arena, &s, NULL, NULL) == ST_OK && api_sees(c, &s)) {
            json_array_append_new(hits, reg_row(c, &s));
        }
        c->arena = keep;
    }
    free(ids);
    c->out = json_pack("{s:o,s:b}", "hits", hits, "more", more);
    return ST_OK;
}

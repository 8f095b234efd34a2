/* reg_page.c - a page of a register by a keyed cursor, as JSON or as CSV. See reg.h. */
#include "sync/hq/reg_csv.h"
#include "sync/hq/reg_other.h"
#include "sync/hq/reg_query.h"
#include "sync/hq/search.h"

#include <stdio.h>
#include <stdlib.h>

typedef enum st (*row_fn)(void *ctx, struct api_call *c, json_t *row); /* row: borrowed */

/* ---- the walk ---------------------------------------------------------------------------------
 */

/* Through the store's keys, or through rows that stand in memory in the same order. */
struct walk {
    struct api_call *c;
    struct reg_query *q;
    struct store_cursor *cur;
    size_t prefix_n;
    struct reg_rows rows;
    size_t at;
};

static enum st open_keys(struct walk *w)
{
    struct reg_query *q = w->q;
    uint8_t prefix_room[LIST_KEY_BYTES], from[LIST_KEY_BYTES + REG_SORT_BYTES + 1];
    bytes prefix = register_prefix(q->type, q->branch_looked ? (id8){{0}} : q->branch, q->d,
                                   q->order, q->has_value ? q->value : NULL, prefix_room);
    const uint8_t *to = q->place_n > 0 ? q->place : q->down ? q->high : q->low;
    size_t n = q->place_n > 0 ? q->place_n : q->down ? q->high_n : q->low_n;
    if (prefix.n + n + 1 > LIST_KEY_BYTES) {
        return err_set(&w->c->err, ST_BAD_INPUT, 0, "query", "this is no cursor of ours");
    }
    w->prefix_n = prefix.n;
    memcpy(from, prefix.p, prefix.n);
    memcpy(from + prefix.n, to, n);
    from[prefix.n + n] = 0; /* upwards a walk goes on beyond its place */
    size_t from_n = n == 0 ? 0 : prefix.n + n + (q->place_n > 0 && !q->down);
    return (q->down ? store_scan_down : store_scan)(w->c->txn, T_LIST, prefix,
                                                    bytes_of(from, from_n), &w->cur, &w->c->err);
}

static enum st open_rows(struct walk *w)
{
    enum st st = reg_other_rows(w->c, w->q->reg, &w->rows);
    reg_other_sort(&w->rows, w->q->d, w->q->order);
    return st;
}

/* Is this row of memory before the start? */
static bool passed(const struct reg_query *q, bytes key)
{
    bytes place = bytes_of(q->place, q->place_n);
    if (q->down) {
        bytes start = q->place_n > 0 ? place : bytes_of(q->high, q->high_n);
        return start.n > 0 && !reg_before(key, start);
    }
    return q->place_n > 0 ? !reg_before(place, key)
                          : q->low_n > 0 && reg_before(key, bytes_of(q->low, q->low_n));
}

/* What follows the walk's prefix in the next key; *row: it stands in memory. ST_END. */
static enum st step(struct walk *w, bytes *tail, struct reg_one **row)
{
    bytes key;
    *row = NULL;
    if (w->cur != NULL) {
        enum st st = store_next(w->cur, &key);
        *tail = st == ST_OK ? bytes_of(key.p + w->prefix_n, key.n - w->prefix_n) : (bytes){0};
        return st;
    }
    while (w->at < w->rows.n) {
        struct reg_one *r = &w->rows.v[w->q->down ? w->rows.n - 1 - w->at : w->at];
        w->at++;
        *tail = bytes_of(r->key, r->key_n);
        if (!passed(w->q, *tail)) {
            *row = r;
            return ST_OK;
        }
    }
    return ST_END;
}

/* Beyond the range, at its other end? */
static bool beyond(const struct reg_query *q, bytes tail)
{
    return q->down ? q->low_n > 0 && reg_before(tail, bytes_of(q->low, q->low_n))
                   : q->high_n > 0 && !reg_before(tail, bytes_of(q->high, q->high_n));
}

/* One row handed on; what it took of the arena is given back. */
static enum st hand_on(struct api_call *c, const struct reg_query *q, id16 subject, row_fn take,
                       void *ctx, bool *taken)
{
    struct arena keep = c->arena;
    struct subject_state s;
    struct register_place p;
    enum st st = ST_OK;
    *taken = false;
    if (q->look && (register_place_get(c->txn, subject, c->arena, &p, NULL) != ST_OK ||
                    !reg_query_wants(q, &p))) {
        return ST_OK;
    }
    if (fold_load(c->txn, subject, &c->arena, &s, NULL, NULL) == ST_OK && api_sees(c, &s)) {
        json_t *row = q->reg->source == REG_CONFLICTS ? reg_detail(c, &s) : reg_row(c, &s);
        *taken = true;
        st = row == NULL ? err_set(&c->err, ST_FULL, 0, __func__, "no memory") : take(ctx, c, row);
        json_decref(row);
    }
    c->arena = keep;
    return st;
}

static enum st hand_on_row(struct walk *w, struct reg_one *row, row_fn take, void *ctx, bool *taken)
{
    *taken = reg_query_wants(w->q, &row->place);
    if (*taken && reg_other_json(w->c, row) == NULL) {
        return err_set(&w->c->err, ST_FULL, 0, __func__, "no memory");
    }
    return *taken ? take(ctx, w->c, row->json) : ST_OK;
}

/* `max` rows, at most `scan` keys; *more: the walk did not come to its end, q->place says where. */
static enum st walk(struct api_call *c, struct reg_query *q, int64_t max, int64_t scan, row_fn take,
                    void *ctx, bool *more)
{
    struct walk w = {.c = c, .q = q};
    struct reg_one *row;
    struct reg_query from = *q; /* q->place moves, passed() must not */
    bytes tail;
    int64_t n = 0;
    *more = false;
    w.q = &from;
    enum st st = q->reg->source >= REG_DEVICES ? open_rows(&w) : open_keys(&w);
    while (st == ST_OK) {
        st = step(&w, &tail, &row);
        if (st != ST_OK || beyond(q, tail) || tail.n < sizeof(id16)) {
            break;
        }
        if (n == max || scan-- == 0) {
            *more = true;
            break;
        }
        id16 subject;
        bool taken;
        memcpy(q->place, tail.p, tail.n);
        q->place_n = tail.n;
        memcpy(subject.b, tail.p + tail.n - sizeof subject.b, sizeof subject.b);
        st = row != NULL ? hand_on_row(&w, row, take, ctx, &taken)
                         : hand_on(c, q, subject, take, ctx, &taken);
        n += taken;
    }
    store_scan_end(&w.cur);
    reg_other_free(&w.rows);
    return st == ST_END ? ST_OK : st;
}

static enum st take_row(void *ctx, struct api_call *c, json_t *row)
{
    return json_array_append(ctx, row) == 0 ? ST_OK
                                            : err_set(&c->err, ST_FULL, 0, __func__, "no memory");
}

static enum st csv_row(void *ctx, struct api_call *c, json_t *row)
{
    (void)c;
    reg_csv_record(ctx, row);
    return ST_OK;
}

static enum st csv_page(struct api_call *c, struct reg_query *q)
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

static json_t *words_of(const char *list, const char *without)
{
    json_t *out = json_array();
    for (const char *p = list; *p != '\0'; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        if (without == NULL || strlen(without) != n || strncmp(p, without, n) != 0) {
            json_array_append_new(out, json_stringn(p, n));
        }
        p += n;
    }
    return out;
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
        json_t *states = json_array(), *filters = words_of(all[i].filters, NULL);
        for (unsigned k = 1; *reg_state_of_row(&all[i], k) != '\0'; k++) {
            json_array_append_new(states, json_string(reg_state_of_row(&all[i], k)));
        }
        json_t *sorts = words_of(all[i].sorts, api_all_branches(&c->user) ? NULL : "branch");
        json_array_append_new(list, json_pack("{s:s,s:s,s:o,s:o,s:o}", "name", all[i].name, "type",
                                              ops_type_name(all[i].type), "filters", filters,
                                              "sorts", sorts, "states", states));
    }
    c->out = json_pack("{s:o}", "registers", list);
    return ST_OK;
}

enum st reg_read_page(struct api_call *c)
{
    const struct reg *r = reg_find(c->param);
    const char *format = api_query(c, "format");
    struct reg_query q;
    if (r == NULL) {
        return api_refuse(c, 404, "not-found", "there is no such register");
    }
    if (!visible(c, r)) {
        return api_refuse(c, 403, "role", "this register takes another role");
    }
    enum st st = reg_query_of(c, r, &q);
    if (st != ST_OK) {
        return st;
    }
    if (format != NULL && strcmp(format, "csv") == 0) {
        return csv_page(c, &q);
    }
    json_t *rows = json_array();
    bool more = false;
    char next[REG_CURSOR_BYTES];
    st = walk(c, &q, q.limit, REG_SCAN_MAX, take_row, rows, &more);
    reg_query_cursor(&q, next);
    c->out = json_pack("{s:s,s:o,s:o}", "register", r->name, "rows", rows, "next",
                       more ? json_string(next) : json_null());
    return st;
}

enum st reg_read_search(struct api_call *c)
{
    const char *text = json_string_value(json_object_get(c->in, "q"));
    id16 *ids = malloc(REG_HITS_MAX * sizeof *ids);
    json_t *hits = json_array();
    bool more = false;
    if (ids == NULL || text == NULL || *text == '\0' || strlen(text) > 200) {
        free(ids);
        json_decref(hits);
        return err_set(&c->err, ST_BAD_INPUT, 0, "query", "what is looked for has 1 to 200 bytes");
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

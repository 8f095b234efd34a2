/* reg_page.c - a page of a register by a keyed cursor, as JSON or as CSV. See reg.h. */
#include "core/rules/office.h"
#include "sync/hq/reg_csv.h"
#include "sync/hq/reg_other.h"
#include "sync/hq/search.h"

#include <stdio.h>
#include <stdlib.h>

typedef enum st (*row_fn)(void *ctx, struct api_call *c, json_t *row); /* row: borrowed */

/* ---- the walk ---------------------------------------------------------------------------------
 */

/* Through the store's keys, group by group where the groups have an order of their own, or through
 * rows that stand in memory in the same order. */
struct walk {
    struct api_call *c;
    struct reg_query *q;
    struct store_cursor *cur;
    size_t prefix_n;
    struct reg_groups groups;
    size_t group;
    struct reg_rows rows;
    size_t at;
    struct reg_name who; /* of the place where it goes on, in memory and by people */
};

/* From `to` on (n 0: from the beginning), through one group or, `value` NULL, through the walk's
 * own. What follows the prefix has the group's value before it in either case. */
static enum st open_at(struct walk *w, const uint8_t *value, const uint8_t *to, size_t n)
{
    struct reg_query *q = w->q;
    uint8_t room[LIST_KEY_BYTES], whole[LIST_KEY_BYTES], from[LIST_KEY_BYTES + REG_SORT_BYTES + 1];
    id8 branch = q->branch_looked ? (id8){{0}} : q->branch;
    bytes prefix = register_prefix(q->type, q->part, branch, q->d, q->order,
                                   q->has_value ? q->value : NULL, room);
    bytes in = value == NULL
                   ? prefix
                   : register_prefix(q->type, q->part, branch, q->d, q->order, value, whole);
    if (prefix.n + n + 1 > LIST_KEY_BYTES) {
        return err_set(&w->c->err, ST_BAD_INPUT, 0, "query", "this is no cursor of ours");
    }
    w->prefix_n = prefix.n;
    memcpy(from, prefix.p, prefix.n);
    memcpy(from + prefix.n, to, n);
    from[prefix.n + n] = 0; /* upwards a walk goes on beyond its place */
    size_t from_n = n == 0 ? 0 : prefix.n + n + (q->place_n > 0 && !q->down);
    return (q->down ? store_scan_down : store_scan)(w->c->txn, T_LIST, in, bytes_of(from, from_n),
                                                    &w->cur, &w->c->err);
}

/* The group where the walk is, from the range's end that it comes to first. */
static enum st open_group(struct walk *w)
{
    const struct reg_query *q = w->q;
    const uint8_t *value = w->groups.v[w->group], *end = q->down ? q->high : q->low;
    size_t width = register_value_bytes(q->d), n = q->down ? q->high_n : q->low_n;
    uint8_t to[16 + REG_SORT_BYTES];
    memcpy(to, value, width);
    memcpy(to + width, end, n);
    return open_at(w, value, to, n == 0 ? 0 : width + n);
}

static enum st open_keys(struct walk *w)
{
    const struct reg_query *q = w->q;
    bool goes_on = q->place_n > 0;
    const uint8_t *to = goes_on ? q->place : q->down ? q->high : q->low;
    size_t n = goes_on ? q->place_n : q->grouped ? 0 : q->down ? q->high_n : q->low_n;
    size_t width = register_value_bytes(q->d);
    uint8_t value[16] = {0};
    enum st st = reg_groups_of(w->c, q, &w->groups);
    if (st != ST_OK || w->groups.n == 0) {
        return st == ST_OK ? open_at(w, NULL, to, n) : st;
    }
    if (n < width) {
        w->group = q->down ? w->groups.n - 1 : 0;
        return open_group(w);
    }
    memcpy(value, to, width);
    w->group = reg_groups_at(w->c, q, &w->groups, value);
    if (w->group == w->groups.n) {
        return ST_END;
    }
    bool same = memcmp(w->groups.v[w->group], value, width) == 0;
    return same ? open_at(w, w->groups.v[w->group], to, n) : open_group(w);
}

/* The group after this one, in the walk's direction. ST_END: there is none. */
static enum st open_next(struct walk *w)
{
    bool last = w->groups.n == 0 || w->group == (w->q->down ? 0 : w->groups.n - 1);
    store_scan_end(&w->cur);
    if (last) {
        return ST_END;
    }
    w->group += w->q->down ? (size_t)-1 : 1;
    return open_group(w);
}

static enum st open_rows(struct walk *w)
{
    const struct reg_query *q = w->q;
    id16 who;
    enum st st = reg_other_rows(w->c, q->reg, &w->rows);
    reg_other_sort(w->c, &w->rows, q->d, q->order);
    if (q->d == REG_TECHNICIAN && q->place_n >= sizeof who.b) {
        memcpy(who.b, q->place, sizeof who.b);
        reg_name_of(w->c, who, &w->who);
    }
    return st;
}

/* Is this row of memory before the start? */
static bool passed(const struct walk *w, const struct reg_one *r)
{
    const struct reg_query *q = w->q;
    bytes place = bytes_of(q->place, q->place_n), key = bytes_of(r->key, r->key_n);
    int by_name = q->d == REG_TECHNICIAN && q->place_n > 0 ? reg_name_compare(&r->who, &w->who) : 0;
    if (by_name != 0) {
        return q->down ? by_name > 0 : by_name < 0;
    }
    if (q->down) {
        bytes start = q->place_n > 0 ? place : bytes_of(q->high, q->high_n);
        return start.n > 0 && !reg_before(key, start);
    }
    return q->place_n > 0 ? !reg_before(place, key)
                          : q->low_n > 0 && reg_before(key, bytes_of(q->low, q->low_n));
}

/* Beyond the range, at its other end? */
static bool beyond(const struct reg_query *q, bytes tail)
{
    return q->down ? q->low_n > 0 && reg_before(tail, bytes_of(q->low, q->low_n))
                   : q->high_n > 0 && !reg_before(tail, bytes_of(q->high, q->high_n));
}

static bool group_over(const struct reg_query *q, bytes tail)
{
    size_t width = register_value_bytes(q->d);
    return tail.n > width && beyond(q, bytes_of(tail.p + width, tail.n - width));
}

/* What follows the walk's prefix in the next key; *row: it stands in memory. ST_END. */
static enum st step(struct walk *w, bytes *tail, struct reg_one **row)
{
    bytes key;
    *row = NULL;
    while (w->cur != NULL) {
        enum st st = store_next(w->cur, &key);
        *tail = st == ST_OK ? bytes_of(key.p + w->prefix_n, key.n - w->prefix_n) : (bytes){0};
        bool over = st == ST_END || (st == ST_OK && w->groups.n > 0 && group_over(w->q, *tail));
        st = over ? open_next(w) : st;
        if (!over || st != ST_OK) {
            return st;
        }
    }
    while (w->at < w->rows.n) {
        struct reg_one *r = &w->rows.v[w->q->down ? w->rows.n - 1 - w->at : w->at];
        w->at++;
        *tail = bytes_of(r->key, r->key_n);
        if (!passed(w, r)) {
            *row = r;
            return ST_OK;
        }
    }
    return ST_END;
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
    if (fold_load(c->txn, subject, &c->arena, &s, NULL, NULL) == ST_OK && api_sees(c, &s) &&
        (q->only != REG_UNHELPED || office_late_unhelped(&s, q->now_ms))) {
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
    *taken =
        *taken && (w->q->only != REG_SILENT || json_is_true(json_object_get(row->json, "silent")));
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
        if (st != ST_OK || (!q->grouped && beyond(q, tail)) || tail.n < sizeof(id16)) {
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
    reg_groups_free(&w.groups);
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
        json_array_append_new(list, json_pack("{s:s,s:s,s:o,s:o,s:o,s:o}", "name", all[i].name,
                                              "type", ops_type_name(all[i].type), "filters",
                                              filters, "sorts", sorts, "states", states, "only",
                                              words_of(all[i].only, NULL)));
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

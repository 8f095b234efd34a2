/* reg_board.c - the dispatch board, and the unit at a glance: from the registers' keys. */
#include "core/rules/service.h"
#include "sync/hq/reg_devices.h"

#include <stdlib.h>

#define BOARD_MAX 1000  /* jobs shown at once */
#define COUNT_MAX 10000 /* keys counted for one figure: some ms; beyond, "more" says so */
#define LOOK_MAX 500    /* states looked into for one figure */

static id8 unit_of(const struct api_call *c)
{
    id8 all = {{0}};
    return api_all_branches(&c->user) ? all : c->user.branch;
}

/* ---- walking a register -----------------------------------------------------------------------
 */

struct which {
    enum subject_type type;
    enum register_part part;
    enum register_dimension d;
    unsigned value; /* 0: all */
};
#define ALL_OF(type) ((struct which){type, REG_WHOLE, REG_ALL, 0})
#define PART_OF(type, part) ((struct which){type, part, REG_ALL, 0})
#define IN_STATE(type, state) ((struct which){type, REG_WHOLE, REG_STATE, state})

/* Subjects of a register whose time is in [from, to), the latest first; *n at most `max`. With
 * `out` NULL they are only counted. */
static enum st subjects(struct api_call *c, struct which w, int64_t from_ms, int64_t to_ms,
                        id16 *out, unsigned max, unsigned *n)
{
    uint8_t prefix_room[LIST_KEY_BYTES], below[LIST_KEY_BYTES], v = (uint8_t)w.value;
    struct store_cursor *cur = NULL;
    bytes key, prefix = register_prefix(w.type, w.part, unit_of(c), w.d, REG_BY_TIME,
                                        w.value == 0 ? NULL : &v, prefix_room);
    size_t below_n = 0;
    if (to_ms != INT64_MAX) {
        memcpy(below, prefix.p, prefix.n);
        below_n = prefix.n + register_time(to_ms, below + prefix.n).n;
    }
    *n = 0;
    enum st st = store_scan_down(c->txn, T_LIST, prefix, bytes_of(below, below_n), &cur, &c->err);
    while (st == ST_OK && *n < max) {
        st = store_next(cur, &key);
        if (st != ST_OK || register_time_ms(key.p + prefix.n) < from_ms) {
            break;
        }
        if (out != NULL) {
            memcpy(out[*n].b, key.p + key.n - 16, 16);
        }
        (*n)++;
    }
    store_scan_end(&cur);
    return st == ST_END ? ST_OK : st;
}

static unsigned counted(struct api_call *c, struct which w, int64_t from_ms, int64_t to_ms,
                        bool *more)
{
    unsigned n = 0;
    IGNORE(subjects(c, w, from_ms, to_ms, NULL, COUNT_MAX, &n) != ST_OK);
    *more = *more || n == COUNT_MAX;
    return n;
}

/* Where the day began: by the wall of the unit's branch, of all branches by the company's. */
static int64_t midnight(struct api_call *c)
{
    struct calendar at = calendar_of_branch(api_calendars(c), unit_of(c)), *cal = &at;
    int64_t now = c->now_ms + (int64_t)calendar_offset(cal, c->now_ms) * 60000;
    int64_t first = c->now_ms - now % 86400000;
    /* The clock may have been turned since. */
    return first + (int64_t)(calendar_offset(cal, c->now_ms) - calendar_offset(cal, first)) * 60000;
}

/* ---- the board --------------------------------------------------------------------------------
 */

struct card {
    struct office_due due;
    id16 technician;
    json_t *row;
};

static int before(const void *a, const void *b)
{
    const struct card *x = a, *y = b;
    return office_dispatch_before(&x->due, &y->due)   ? -1
           : office_dispatch_before(&y->due, &x->due) ? 1
                                                      : 0;
}

static unsigned cards_of(struct api_call *c, struct card *cards, const id16 *ids, unsigned n)
{
    unsigned k = 0;
    for (unsigned i = 0; i < n; i++) {
        struct arena keep = c->arena;
        struct subject_state s;
        if (fold_load(c->txn, ids[i], &c->arena, &s, NULL, NULL) == ST_OK && api_sees(c, &s)) {
            json_t *row = reg_row(c, &s), *due = json_object_get(row, "due_ms");
            cards[k++] = (struct card){
                .row = row,
                .technician = s.assigned,
                .due = {.subject = s.subject,
                        .left_over = json_is_true(json_object_get(row, "left_over")),
                        .due_ms = json_is_integer(due) ? json_integer_value(due) : INT64_MAX,
                        .called_ms = register_order_ms(&s)}};
        }
        c->arena = keep;
    }
    return k;
}

static json_t *column_of(struct api_call *c, json_t *columns, id16 technician)
{
    json_t *hex = ops_hex(technician.b, 16);
    for (size_t i = 0; i < json_array_size(columns); i++) {
        json_t *one = json_array_get(columns, i);
        if (json_equal(json_object_get(json_object_get(one, "technician"), "id"), hex)) {
            json_decref(hex);
            return json_object_get(one, "jobs");
        }
    }
    json_decref(hex);
    json_t *jobs = json_array();
    json_array_append_new(columns,
                          json_pack("{s:o,s:o}", "technician",
                                    reg_named(c, technician, F_TECHNICIAN_NAME), "jobs", jobs));
    return jobs;
}

/* Every technician of the unit has a column, with work or without. */
static void all_technicians(struct api_call *c, json_t *columns)
{
    id16 ids[LOOK_MAX];
    unsigned n;
    if (subjects(c, ALL_OF(SUBJECT_TECHNICIAN), INT64_MIN, INT64_MAX, ids, LOOK_MAX, &n) != ST_OK) {
        return;
    }
    for (unsigned i = 0; i < n; i++) {
        struct arena a = c->arena;
        struct subject_state s;
        const struct field_value *role;
        if (fold_load(c->txn, ids[i], &a, &s, NULL, NULL) == ST_OK &&
            (role = fold_shown(&s, F_TECHNICIAN_ROLE)) != NULL && role->i == ROLE_TECHNICIAN) {
            IGNORE(column_of(c, columns, ids[i]) == NULL);
        }
    }
}

enum st reg_read_board(struct api_call *c)
{
    /* What is given out first: however many more were registered, nobody's column is emptied. */
    static const unsigned shown[] = {JOB_ON_SITE, JOB_ACCEPTED, JOB_WAITING, JOB_DISPATCHED,
                                     JOB_REGISTERED};
    id16 *ids = malloc(BOARD_MAX * sizeof *ids);
    struct card *cards = calloc(BOARD_MAX, sizeof *cards);
    json_t *columns = json_array(), *nobody = json_array();
    unsigned n = 0, k = 0;
    enum st st =
        ids == NULL || cards == NULL ? err_set(&c->err, ST_FULL, 0, __func__, "no memory") : ST_OK;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0] && st == ST_OK; i++) {
        unsigned got = 0;
        st = subjects(c, IN_STATE(SUBJECT_JOB, shown[i]), INT64_MIN, INT64_MAX, ids + n,
                      BOARD_MAX - n, &got);
        n += got;
    }
    if (st == ST_OK) {
        k = cards_of(c, cards, ids, n);
        qsort(cards, k, sizeof *cards, before);
        all_technicians(c, columns);
    }
    for (unsigned i = 0; i < k; i++) {
        json_array_append_new(
            id16_zero(cards[i].technician) ? nobody : column_of(c, columns, cards[i].technician),
            cards[i].row);
    }
    free(ids);
    free(cards);
    c->out = json_pack("{s:I,s:o,s:o,s:b}", "now_ms", (json_int_t)c->now_ms, "undispatched", nobody,
                       "technicians", columns, "more", n == BOARD_MAX);
    return st;
}

/* ---- at a glance ------------------------------------------------------------------------------
 */

static int64_t cash_out(struct api_call *c, unsigned *jobs)
{
    id16 ids[LOOK_MAX];
    int64_t sum = 0;
    if (subjects(c, PART_OF(SUBJECT_JOB, REG_CASH_OWED), INT64_MIN, INT64_MAX, ids, LOOK_MAX,
                 jobs) != ST_OK) {
        return 0;
    }
    for (unsigned i = 0; i < *jobs; i++) {
        struct arena a = c->arena;
        struct subject_state s;
        if (fold_load(c->txn, ids[i], &a, &s, NULL, NULL) == ST_OK) {
            sum += office_cash_owed_minor(&s);
        }
    }
    return sum;
}

static unsigned late_unhelped(struct api_call *c)
{
    id16 ids[LOOK_MAX];
    unsigned n, late = 0;
    for (unsigned state = GOODS_IN; state <= GOODS_IN_WORK; state++) {
        if (subjects(c, IN_STATE(SUBJECT_GOODS, state), INT64_MIN, INT64_MAX, ids, LOOK_MAX, &n) !=
            ST_OK) {
            return late;
        }
        for (unsigned i = 0; i < n; i++) {
            struct arena a = c->arena;
            struct subject_state s;
            late += fold_load(c->txn, ids[i], &a, &s, NULL, NULL) == ST_OK &&
                    office_late_unhelped(&s, c->now_ms);
        }
    }
    return late;
}

enum st reg_read_dashboard(struct api_call *c)
{
    json_t *states = json_object();
    bool more = false;
    unsigned in_state[JOB_CANCELLED + 1] = {0}, open_goods = 0, cash_jobs = 0;
    for (unsigned s = JOB_REGISTERED; s <= JOB_SIGNED; s++) {
        in_state[s] = counted(c, IN_STATE(SUBJECT_JOB, s), INT64_MIN, INT64_MAX, &more);
        json_object_set_new(states, reg_state_name(SUBJECT_JOB, s),
                            json_integer((json_int_t)in_state[s]));
    }
    open_goods = counted(c, PART_OF(SUBJECT_GOODS, REG_HELD), INT64_MIN, INT64_MAX, &more);
    int64_t today = midnight(c), cash = cash_out(c, &cash_jobs);
    unsigned late =
        counted(c, (struct which){SUBJECT_JOB, REG_WHOLE, REG_DUE, 0}, INT64_MIN, c->now_ms, &more);
    unsigned left = counted(c, IN_STATE(SUBJECT_JOB, JOB_REGISTERED), INT64_MIN, today, &more);
    unsigned in = counted(c, ALL_OF(SUBJECT_JOB), today, INT64_MAX, &more);
    unsigned help = counted(c, PART_OF(SUBJECT_JOB, REG_HELP_WAITS), INT64_MIN, INT64_MAX, &more);
    unsigned over =
        counted(c, PART_OF(SUBJECT_JOB, REG_HANDOVER_ASKED), INT64_MIN, INT64_MAX, &more);
    unsigned apart = counted(c, PART_OF(0, REG_CONFLICT), INT64_MIN, INT64_MAX, &more);
    c->out = json_pack("{s:I,s:I,s:o,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:I,s:i,s:i,s:b}",
                       "now_ms", (json_int_t)c->now_ms, "today_ms", (json_int_t)today, "states",
                       states, "today", (int)in, "late", (int)late, "left_over", (int)left,
                       "undispatched", (int)in_state[JOB_REGISTERED], "unreturned_vouchers",
                       (int)in_state[JOB_SIGNED], "goods_open", (int)open_goods, "late_unhelped",
                       (int)late_unhelped(c), "help", (int)help, "handovers", (int)over,
                       "conflicts", (int)apart, "cash_out_minor", (json_int_t)cash, "cash_jobs",
                       (int)cash_jobs, "withheld", (int)reg_other_shown(c), "more", more);
    json_object_set_new(c->out, "devices_silent", reg_devices_silent(c));
    return ST_OK;
}

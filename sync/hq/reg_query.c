/* reg_query.c - see reg_query.h. */
#include "sync/hq/reg_query.h"

#include "core/rules/office.h"

enum sort { BY_TIME = 1, BY_NUMBER, BY_STATE, BY_CLASS, BY_TECHNICIAN, BY_BRANCH, BY_DUE };
static const struct {
    const char *name;
    enum sort sort;
    enum register_dimension d; /* that it groups by; 0: it is an order of any */
} sorts[] = {
    {"time", BY_TIME, 0},
    {"number", BY_NUMBER, 0},
    {"state", BY_STATE, REG_STATE},
    {"class", BY_CLASS, REG_CLASS},
    {"technician", BY_TECHNICIAN, REG_TECHNICIAN},
    {"branch", BY_BRANCH, REG_BRANCH},
    {"due", BY_DUE, REG_DUE},
};
#define SORTS (sizeof sorts / sizeof sorts[0])

bool reg_takes(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; *p != '\0'; p += strspn(p, " ")) {
        size_t k = strcspn(p, " ");
        if (k == n && strncmp(p, word, n) == 0) {
            return true;
        }
        p += k;
    }
    return false;
}

bool reg_before(bytes a, bytes b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int d = n == 0 ? 0 : memcmp(a.p, b.p, n);
    return d != 0 ? d < 0 : a.n < b.n;
}

static enum st bad(struct api_call *c, const char *what)
{
    return err_set(&c->err, ST_BAD_INPUT, 0, "query", "%s", what);
}

/* A parameter that says something; NULL: it is absent or empty. */
static const char *said(struct api_call *c, const char *name)
{
    const char *v = api_query(c, name);
    return v == NULL || *v == '\0' ? NULL : v;
}

/* ---- filters ----------------------------------------------------------------------------------
 */

static enum st type_of(struct api_call *c, struct reg_query *q)
{
    const char *type = said(c, "type");
    q->type = q->reg->type;
    if (type == NULL) {
        return ST_OK;
    }
    for (unsigned t = 1; reg_takes(q->reg->filters, "type") && t < SUBJECT_TYPES; t++) {
        if (strcmp(ops_type_name((enum subject_type)t), type) == 0) {
            q->type = (enum subject_type)t;
            return ST_OK;
        }
    }
    return bad(c, "this register has no such type");
}

static enum st filters_of(struct api_call *c, struct reg_query *q)
{
    const char *state = said(c, "state"), *who = said(c, "technician");
    int64_t class_ = 0;
    if (state != NULL) {
        q->state = reg_state_of(q->reg, state);
        if (!reg_takes(q->reg->filters, "state") || q->state == 0) {
            return bad(c, "this register has no such state");
        }
    }
    if (!api_query_int(c, "class", &class_) || class_ < 0 || class_ > 4 ||
        (class_ != 0 && !reg_takes(q->reg->filters, "class"))) {
        return bad(c, "a class is 1 to 4");
    }
    q->class_ = (unsigned)class_;
    if (who != NULL &&
        (!reg_takes(q->reg->filters, "technician") ||
         hq_id_in(c->txn, api_hq(c), SUBJECT_TECHNICIAN, str_c(who), &q->technician) != ST_OK)) {
        return bad(c, "there is no such technician");
    }
    const char *whose = said(c, "customer");
    if (whose != NULL &&
        (!reg_takes(q->reg->filters, "customer") ||
         hq_id_in(c->txn, api_hq(c), SUBJECT_CUSTOMER, str_c(whose), &q->customer) != ST_OK)) {
        return bad(c, "there is no such customer");
    }
    if (c->user.role == ROLE_TECHNICIAN) {
        q->technician = c->user.person; /* his own, whatever he asks */
    }
    return ST_OK;
}

static enum st only_of(struct api_call *c, struct reg_query *q)
{
    static const struct {
        const char *name;
        enum reg_only only;
    } words[] = {{"late", REG_LATE},         {"open", REG_OPEN},       {"workshop", REG_WORKSHOP},
                 {"unhelped", REG_UNHELPED}, {"waiting", REG_WAITING}, {"answered", REG_ANSWERED},
                 {"silent", REG_SILENT}};
    const char *only = said(c, "only");
    q->now_ms = c->now_ms;
    for (size_t i = 0; only != NULL && i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(only, words[i].name) == 0 && reg_takes(q->reg->only, only)) {
            q->only = words[i].only;
        }
    }
    return only != NULL && q->only == REG_ANY ? bad(c, "this register has no such part") : ST_OK;
}

static enum st branch_of(struct api_call *c, struct reg_query *q)
{
    const char *name = said(c, "branch");
    size_t n = name == NULL ? 0 : strlen(name);
    if (!api_all_branches(&c->user)) { /* of what is no subject its source knows who sees it */
        q->branch = q->reg->source >= REG_DEVICES ? q->branch : c->user.branch;
    } else if (n == 16 && hex_get(str_c(name), q->branch.b, sizeof q->branch.b)) {
        return ST_OK;
    } else if (n > sizeof q->branch.b) {
        return bad(c, "there is no such branch");
    } else if (n != 0) {
        memcpy(q->branch.b, name, n);
    }
    return ST_OK;
}

static enum st number_of(struct api_call *c, const char *name, uint8_t out[static REG_SORT_BYTES],
                         size_t *n)
{
    const char *v = said(c, name);
    *n = 0;
    if (v == NULL) {
        return ST_OK;
    }
    for (const char *p = v; *p != '\0'; p++) {
        if (*p < ' ' || *p > '~' || p - v == CAP_CODE_BYTES) {
            return bad(c, "a number has 1 to 32 printable characters");
        }
    }
    *n = register_number(str_bytes(str_c(v)), out).n;
    return ST_OK;
}

static enum st ranges_of(struct api_call *c, struct reg_query *q)
{
    q->from_ms = INT64_MIN;
    q->to_ms = INT64_MAX;
    if (!api_query_int(c, "from", &q->from_ms) || !api_query_int(c, "to", &q->to_ms)) {
        return bad(c, "from and to are milliseconds");
    }
    enum st st = number_of(c, "number_from", q->first, &q->first_n);
    st = st == ST_OK ? number_of(c, "number_to", q->last, &q->last_n) : st;
    return st == ST_OK && q->first_n + q->last_n > 0 && !reg_takes(q->reg->sorts, "number")
               ? bad(c, "this register has no numbers")
               : st;
}

/* ---- the index --------------------------------------------------------------------------------
 */

/* "due=1" is what "sort=due" was before there were others. */
static enum st sort_of(struct api_call *c, struct reg_query *q, enum sort *sort)
{
    const char *by = said(c, "sort"), *order = said(c, "order"), *due = said(c, "due");
    by = by != NULL                             ? by
         : due != NULL && strcmp(due, "1") == 0 ? "due"
         : q->first_n + q->last_n > 0           ? "number"
                                                : "time";
    *sort = 0;
    for (size_t i = 0; i < SORTS && reg_takes(q->reg->sorts, by); i++) {
        if (strcmp(sorts[i].name, by) == 0) {
            *sort = sorts[i].sort;
            q->d = sorts[i].d;
        }
    }
    if (*sort == 0) {
        return bad(c, "this register is not sorted by that");
    }
    if (order != NULL && strcmp(order, "asc") != 0 && strcmp(order, "desc") != 0) {
        return bad(c, "an order is asc or desc");
    }
    q->down = order == NULL ? *sort == BY_TIME : strcmp(order, "desc") == 0;
    return ST_OK;
}

static void through(struct reg_query *q, enum register_dimension d, const void *value)
{
    q->d = d;
    q->has_value = value != NULL;
    if (value != NULL) {
        memcpy(q->value, value, register_value_bytes(d));
    }
}

/* Through the value that is asked for, where the sort leaves the choice: of whom there are fewest.
 */
static void choose(struct reg_query *q, enum sort sort)
{
    uint8_t state = (uint8_t)q->state, class_ = (uint8_t)q->class_;
    bool memory = q->reg->source >= REG_DEVICES;
    bool one_branch = sort == BY_BRANCH && !id8_zero(q->branch);
    bool free = sort == BY_TIME || sort == BY_NUMBER || one_branch;
    q->order = sort == BY_NUMBER ? REG_BY_NUMBER : REG_BY_TIME;
    q->part = q->only == REG_WAITING                                ? REG_HELP_WAITS
              : q->reg->part != REG_WHOLE                           ? q->reg->part
              : q->reg->type == SUBJECT_GOODS && q->only != REG_ANY ? REG_HELD
                                                                    : REG_WHOLE;
    if (free && memory) {
        through(q, REG_ALL, NULL);
    } else if (sort == BY_TIME && !id16_zero(q->customer)) {
        through(q, REG_CUSTOMER, q->customer.b); /* of all branches: who sees a row is looked at */
        q->part = REG_WHOLE;
        q->branch_looked = true;
    } else if ((free || sort == BY_TECHNICIAN) && !id16_zero(q->technician)) {
        through(q, REG_TECHNICIAN, q->technician.b);
    } else if ((free || sort == BY_STATE) && state != 0) {
        through(q, REG_STATE, &state);
    } else if ((free || sort == BY_CLASS) && class_ != 0) {
        through(q, REG_CLASS, &class_);
    } else if (free) {
        through(q, REG_ALL, NULL);
    }
    q->has_value = q->has_value && !memory; /* rows in memory are looked at, each */
    q->grouped = !memory && !q->has_value && register_value_bytes(q->d) != 0;
}

static void set(uint8_t to[static REG_SORT_BYTES], size_t *n, bytes from)
{
    memcpy(to, from.p, from.n);
    *n = from.n;
}

/* What of the ranges the walk itself keeps to, in each of its groups: there the rows are looked at
 * too, for of too many groups none is begun anew. Of a deadline it is the deadline that lies
 * within.
 */
static void bound(struct reg_query *q)
{
    uint8_t buf[REG_SORT_BYTES];
    bool memory = q->reg->source >= REG_DEVICES;
    if (memory && register_value_bytes(q->d) != 0) {
        return;
    }
    if (q->only == REG_LATE && q->d == REG_DUE) {
        q->to_ms = q->to_ms < q->now_ms ? q->to_ms : q->now_ms;
        q->only = REG_ANY;
    }
    if (q->order == REG_BY_TIME) {
        if (q->from_ms != INT64_MIN) {
            set(q->low, &q->low_n, register_time(q->from_ms, buf));
        }
        if (q->to_ms != INT64_MAX || (q->d == REG_DUE && q->from_ms != INT64_MIN)) {
            set(q->high, &q->high_n, register_time(q->to_ms, buf));
        }
        if (q->grouped) {
            return;
        }
        q->from_ms = INT64_MIN;
        q->to_ms = INT64_MAX;
        return;
    }
    set(q->low, &q->low_n, bytes_of(q->first, q->first_n));
    set(q->high, &q->high_n, bytes_of(q->last, q->last_n));
    if (q->high_n > 0) {
        q->high[q->high_n - 1] = 1; /* where the number ends: just beyond it */
    }
    q->first_n = q->last_n = 0;
}

/* What the walk answers need not be looked at again. */
static void settle(struct reg_query *q)
{
    bool memory = q->reg->source >= REG_DEVICES;
    if (q->has_value && q->d == REG_CUSTOMER) {
        q->customer = (id16){{0}};
    } else if (q->has_value && q->d == REG_TECHNICIAN) {
        q->technician = (id16){{0}};
    } else if (q->has_value && q->d == REG_STATE) {
        q->state = 0;
    } else if (q->has_value && q->d == REG_CLASS) {
        q->class_ = 0;
    }
    q->look = memory || q->only == REG_LATE || q->only == REG_OPEN || q->only == REG_WORKSHOP ||
              q->only == REG_UNHELPED || q->only == REG_WAITING || q->only == REG_ANSWERED ||
              q->branch_looked || !id16_zero(q->customer) || q->state != 0 || q->class_ != 0 ||
              !id16_zero(q->technician) || q->from_ms != INT64_MIN || q->to_ms != INT64_MAX ||
              q->first_n + q->last_n != 0;
}

/* ---- the cursor -------------------------------------------------------------------------------
 */

/* A cursor is of one walk: of another it is refused. */
static uint8_t walk_mark(const struct reg_query *q)
{
    return (uint8_t)((unsigned)q->d << 3 | (q->has_value ? 4U : 0U) |
                     (q->order == REG_BY_NUMBER ? 2U : 0U) | (q->down ? 1U : 0U));
}

void reg_query_cursor(const struct reg_query *q, char out[static REG_CURSOR_BYTES])
{
    uint8_t b[LIST_KEY_BYTES + 1] = {walk_mark(q)};
    memcpy(b + 1, q->place, q->place_n);
    base64url_put(bytes_of(b, q->place_n + 1), out);
}

static enum st cursor_of(struct api_call *c, struct reg_query *q)
{
    const char *cursor = said(c, "cursor");
    uint8_t b[LIST_KEY_BYTES + 1];
    size_t n = 0;
    if (cursor == NULL) {
        return ST_OK;
    }
    if (!base64url_get(str_c(cursor), b, sizeof b, &n) || n < 1 + sizeof(id16) ||
        b[0] != walk_mark(q)) {
        return bad(c, "this is no cursor of ours, or one of another order");
    }
    memcpy(q->place, b + 1, n - 1);
    q->place_n = n - 1;
    return ST_OK;
}

enum st reg_query_of(struct api_call *c, const struct reg *r, struct reg_query *q)
{
    enum sort sort = 0;
    memset(q, 0, sizeof *q);
    q->reg = r;
    q->limit = 50;
    if (!api_query_int(c, "limit", &q->limit) || q->limit < 1 || q->limit > REG_PAGE_MAX) {
        return bad(c, "a page has 1 to 200 rows");
    }
    enum st st = type_of(c, q);
    st = st == ST_OK ? filters_of(c, q) : st;
    st = st == ST_OK ? only_of(c, q) : st;
    st = st == ST_OK ? branch_of(c, q) : st;
    st = st == ST_OK ? ranges_of(c, q) : st;
    st = st == ST_OK ? sort_of(c, q, &sort) : st;
    if (st == ST_OK) {
        choose(q, sort);
        bound(q);
        settle(q);
        st = cursor_of(c, q);
    }
    return st;
}

bool reg_query_state(const struct reg_query *q, unsigned state)
{
    return q->only == REG_OPEN       ? state != GOODS_VOIDED
           : q->only == REG_WORKSHOP ? state >= GOODS_IN && state <= GOODS_PASSED
           : q->only == REG_UNHELPED ? state == GOODS_IN || state == GOODS_IN_WORK
                                     : true;
}

static bool helped(const struct reg_query *q, const struct register_place *p)
{
    bool asked = (p->parts >> REG_HELP_ASKED & 1U) != 0;
    bool waits = (p->parts >> REG_HELP_WAITS & 1U) != 0;
    return q->only == REG_WAITING ? waits : q->only == REG_ANSWERED ? asked && !waits : true;
}

bool reg_query_wants(const struct reg_query *q, const struct register_place *p)
{
    uint8_t buf[REG_SORT_BYTES];
    bytes number = register_number(bytes_of(p->number, p->nnumber), buf);
    return (id8_zero(q->branch) || id8_eq(p->branch, q->branch)) && reg_query_state(q, p->state) &&
           helped(q, p) && (q->only != REG_LATE || (p->has_due && p->due_ms < q->now_ms)) &&
           (q->state == 0 || p->state == q->state) && (q->class_ == 0 || p->class_ == q->class_) &&
           (id16_zero(q->technician) || id16_eq(p->technician, q->technician)) &&
           (id16_zero(q->customer) || id16_eq(p->customer, q->customer)) &&
           p->time_ms >= q->from_ms && p->time_ms < q->to_ms &&
           (q->first_n == 0 || !reg_before(number, bytes_of(q->first, q->first_n))) &&
           (q->last_n == 0 || !reg_before(bytes_of(q->last, q->last_n), number));
}

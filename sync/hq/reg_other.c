/* reg_other.c - registers that are no subjects. See reg_other.h. */
#include "sync/hq/reg_other.h"

#include "sync/hq/reg_hours.h"

#include "core/codec/hash.h"
#include "sync/hq/hq_store.h"
#include "sync/hq/reg_devices.h"
#include "sync/hq/shown.h"

#include <stdio.h>
#include <stdlib.h>

struct reg_one *reg_other_more(struct reg_rows *rows)
{
    if (rows->n == rows->room) {
        size_t room = rows->room == 0 ? 64 : 2 * rows->room;
        struct reg_one *v = realloc(rows->v, room * sizeof *v);
        if (v == NULL) {
            return NULL;
        }
        rows->v = v;
        rows->room = room;
    }
    memset(&rows->v[rows->n], 0, sizeof rows->v[rows->n]);
    return &rows->v[rows->n++];
}

/* A row more, taken; NULL: one that is not shown. ST_FULL. */
static enum st add(struct reg_rows *rows, json_t *row)
{
    struct reg_one *one = row == NULL || rows->n == REG_OTHER_MAX ? NULL : reg_other_more(rows);
    if (one == NULL) {
        bool full = row != NULL && rows->n < REG_OTHER_MAX;
        json_decref(row);
        return full ? ST_FULL : ST_OK;
    }
    one->json = row;
    return ST_OK;
}

/* ---- quarantine -------------------------------------------------------------------------------
 */

_Static_assert(HQ_ODD_BYTES / HQ_ODD_ROW_BYTES + SHOWN_MAX <= REG_OTHER_MAX,
               "whatever is kept aside can be listed");

/* What came in and could not be kept: when, from whom, why, how often; never its content. Who sees
 * one branch sees what its own devices sent. */
static json_t *odd_row(struct api_call *c, bytes key, bytes value)
{
    struct hq_odd o;
    h32 what;
    id16 person = {{0}};
    if (key.n != sizeof what.b || !hq_odd_read(value, &o)) {
        return NULL;
    }
    memcpy(what.b, key.p, sizeof what.b);
    if (!api_all_branches(&c->user) && !(o.has_author && reg_device_seen(c, o.author))) {
        return NULL;
    }
    bool shown = o.reason == HQ_ODD_SHOWN;
    const char *state = shown && shown_held(c->txn, what)         ? "came"
                        : hq_odd_settled(c->txn, what, o.last_ms) ? "settled"
                        : shown                                   ? "shown"
                                                                  : "kept";
    bool known = o.has_author && api_person_of(c, o.author, &person);
    id8 branch = known ? reg_device_branch(c, o.author) : (id8){{0}};
    return json_pack("{s:o,s:s,s:s,s:o,s:o,s:I,s:{s:I,s:I,s:o,s:I,s:I}}", "id",
                     ops_hex(key.p, key.n), "type", "quarantine", "state", state, "technician",
                     known ? reg_named(c, person, F_TECHNICIAN_NAME) : json_null(), "branch",
                     id8_zero(branch) ? json_null() : ops_branch(branch.b), "time_ms",
                     (json_int_t)o.first_ms, "fields", "reason", (json_int_t)o.reason, "bytes",
                     (json_int_t)o.item.n, "author",
                     o.has_author ? ops_hex(o.author.b, sizeof o.author.b) : json_null(), "tries",
                     (json_int_t)o.tries, "last_ms", (json_int_t)o.last_ms);
}

json_t *reg_other_item(struct api_call *c, h32 what)
{
    struct arena keep = c->arena;
    bytes key = bytes_of(what.b, sizeof what.b), value;
    json_t *row = store_get(c->txn, T_ODD, key, &c->arena, &value, NULL) == ST_OK
                      ? odd_row(c, key, value)
                      : NULL;
    c->arena = keep;
    return row;
}

static enum st quarantine(struct api_call *c, struct reg_rows *rows)
{
    struct store_cursor *cur = NULL;
    bytes key, value;
    enum st st = store_scan(c->txn, T_ODD, (bytes){0}, (bytes){0}, &cur, &c->err);
    while (st == ST_OK && rows->n < REG_OTHER_MAX) {
        struct arena a = c->arena;
        st = store_next(cur, &key);
        if (st != ST_OK) {
            break;
        }
        st = add(rows, store_value(cur, &a, &value, NULL) == ST_OK ? odd_row(c, key, value) : NULL);
    }
    store_scan_end(&cur);
    return st == ST_END ? ST_OK : st;
}

unsigned reg_other_shown(struct api_call *c)
{
    struct reg_rows rows = {.n = 0};
    unsigned n = 0;
    if (shown_any(c->txn) && quarantine(c, &rows) == ST_OK) {
        for (size_t i = 0; i < rows.n; i++) {
            const char *state = json_string_value(json_object_get(rows.v[i].json, "state"));
            n += state != NULL && strcmp(state, "shown") == 0;
        }
    }
    reg_other_free(&rows);
    return n;
}

/* ---- editions ---------------------------------------------------------------------------------
 */

static json_t *edition_row(struct api_call *c, const struct entry_view *e, h32 stands)
{
    union body b;
    char number[24];
    h32 name = {{0}};
    if (e->kind != KIND_EDITION || e->natt != 1 || !api_by_node(c, e->author) ||
        body_decode(e->kind, e->body, &b) != ST_OK) {
        return NULL;
    }
    name = entry_att(e, 0);
    snprintf(number, sizeof number, "%llu", (unsigned long long)b.edition.number);
    bool is = h32_eq(name, stands);
    json_t *row = json_pack(
        "{s:o,s:s,s:s,s:s,s:I,s:{s:I,s:o}}", "id", ops_hex(name.b, 32), "type", "edition", "code",
        number, "state", is ? "stands" : "superseded", "time_ms", (json_int_t)e->wall_ms, "fields",
        "number", (json_int_t)b.edition.number, "by", reg_named(c, e->actor, F_TECHNICIAN_NAME));
    if (is && row != NULL) {
        json_object_set_new(row, "calendars", reg_hours(api_calendars(c), NULL));
    }
    return row;
}

/* Every version that was published. */
static enum st editions(struct api_call *c, struct reg_rows *rows)
{
    struct subject_state s;
    struct store_cursor *cur = NULL;
    bytes key;
    id16 deployment;
    memcpy(deployment.b, api_hq(c)->keys.deployment, sizeof deployment.b);
    enum st st = fold_load(c->txn, deployment, &c->arena, &s, NULL, &c->err);
    if (st != ST_OK || s.edition_number == 0) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    st = store_scan(c->txn, T_SUBJECT, bytes_of(deployment.b, sizeof deployment.b), (bytes){0},
                    &cur, &c->err);
    while (st == ST_OK && rows->n < REG_OTHER_MAX) {
        struct arena keep = c->arena;
        struct entry_view e;
        h32 hash;
        st = store_next(cur, &key);
        if (st == ST_OK && key.n == 56) {
            memcpy(hash.b, key.p + 24, sizeof hash.b);
            st = add(rows, journal_get(c->txn, hash, &c->arena, &e, NULL) == ST_OK
                               ? edition_row(c, &e, s.edition)
                               : NULL);
        }
        c->arena = keep;
    }
    store_scan_end(&cur);
    return st == ST_END ? ST_OK : st;
}

/* ---- logins and tokens ------------------------------------------------------------------------
 */

static enum st user_row(void *ctx, const struct acct_user *u)
{
    json_t *branch = id8_zero(u->branch) ? json_null() : ops_branch(u->branch.b);
    return add(ctx, json_pack("{s:s,s:s,s:s,s:o,s:s,s:I,s:{s:s,s:s,s:o}}", "id", u->login, "type",
                              "user", "code", u->login, "branch", branch, "state",
                              u->disabled ? "shut" : "open", "time_ms", (json_int_t)u->changed_ms,
                              "fields", "name", u->name, "role", ops_role_name(u->role), "person",
                              ops_hex(u->person.b, 16)));
}

struct tokens {
    struct reg_rows *rows;
    int64_t now_ms;
};

/* By the time until which it has access; one without end stands last. */
static enum st token_row(void *ctx, const struct acct_token *k)
{
    const struct tokens *t = ctx;
    char scopes[256];
    acct_scopes_put(k->scopes, scopes, sizeof scopes);
    const char *state = k->ended_ms != 0                               ? "ended"
                        : k->until_ms != 0 && t->now_ms >= k->until_ms ? "expired"
                                                                       : "active";
    return add(t->rows,
               json_pack("{s:s,s:s,s:s,s:s,s:I,s:{s:s,s:s,s:I,s:I}}", "id", k->id, "type", "token",
                         "code", k->label, "state", state, "time_ms", (json_int_t)k->until_ms,
                         "fields", "login", k->login, "scopes", scopes, "made_ms",
                         (json_int_t)k->made_ms, "ended_ms", (json_int_t)k->ended_ms));
}

static enum st tokens(struct api_call *c, struct reg_rows *rows)
{
    struct tokens t = {rows, c->now_ms};
    return acct_token_each(c->txn, token_row, &t, &c->err);
}

/* ---- rows -------------------------------------------------------------------------------------
 */

static void branch_in(const json_t *row, id8 *out)
{
    const char *b = json_string_value(json_object_get(row, "branch"));
    size_t n = b == NULL ? 0 : strlen(b);
    if (n > sizeof out->b) {
        IGNORE(!hex_get(str_c(b), out->b, sizeof out->b)); /* zero: sorts first */
    } else if (n > 0) {
        memcpy(out->b, b, n);
    }
}

void reg_other_apart(const char *id, struct register_place *p)
{
    uint8_t hash[HASH_BYTES];
    hash32(str_bytes(str_c(id)), hash);
    memcpy(p->subject.b, hash, sizeof p->subject.b);
}

/* Where a row stands, from what it shows. */
static void place_of(const struct reg *r, const json_t *row, struct register_place *p)
{
    const char *id = json_string_value(json_object_get(row, "id"));
    const char *code = json_string_value(json_object_get(row, "code"));
    code = code == NULL ? id : code; /* what could not be kept is called by its hash */
    const char *state = json_string_value(json_object_get(row, "state"));
    const char *who = json_string_value(json_object_get(json_object_get(row, "technician"), "id"));
    size_t n = code == NULL ? 0 : strlen(code);
    memset(p, 0, sizeof *p);
    reg_other_apart(id == NULL ? "" : id, p);
    p->time_ms = json_integer_value(json_object_get(row, "time_ms"));
    p->state = (uint8_t)(state == NULL ? 0 : reg_state_of(r, state));
    p->nnumber = (uint8_t)(n < sizeof p->number ? n : sizeof p->number);
    if (n > 0) {
        memcpy(p->number, code, p->nnumber);
    }
    if (who != NULL) {
        IGNORE(!hex_get(str_c(who), p->technician.b, sizeof p->technician.b)); /* zero: nobody */
    }
    branch_in(row, &p->branch);
}

enum st reg_other_rows(struct api_call *c, const struct reg *r, struct reg_rows *rows)
{
    enum st st = r->source == REG_DEVICES      ? reg_device_rows(c, r, rows)
                 : r->source == REG_QUARANTINE ? quarantine(c, rows)
                 : r->source == REG_EDITIONS   ? editions(c, rows)
                 : r->source == REG_USERS ? acct_each(c->txn, c->arena, user_row, rows, &c->err)
                                          : tokens(c, rows);
    for (size_t i = 0; i < rows->n && r->source != REG_DEVICES; i++) {
        place_of(r, rows->v[i].json, &rows->v[i].place);
    }
    return st;
}

const json_t *reg_other_json(struct api_call *c, struct reg_one *row)
{
    row->json = row->json != NULL ? row->json : reg_device_json(c, row->device, row->place.time_ms);
    return row->json;
}

static int by_key(const void *a, const void *b)
{
    const struct reg_one *x = a, *y = b;
    int who = reg_name_compare(&x->who, &y->who);
    if (who != 0) {
        return who;
    }
    bytes p = bytes_of(x->key, x->key_n), q = bytes_of(y->key, y->key_n);
    return reg_before(q, p) - reg_before(p, q);
}

void reg_other_sort(struct api_call *c, struct reg_rows *rows, enum register_dimension d,
                    enum register_order order)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct reg_one *r = &rows->v[i];
        r->key_n = register_key(&r->place, d, order, r->key).n;
        if (d == REG_TECHNICIAN) {
            reg_name_of(c, r->place.technician, &r->who);
        }
    }
    if (rows->n > 1) {
        qsort(rows->v, rows->n, sizeof *rows->v, by_key);
    }
}

void reg_other_free(struct reg_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        json_decref(rows->v[i].json);
    }
    free(rows->v);
    memset(rows, 0, sizeof *rows);
}

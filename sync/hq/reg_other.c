/* reg_other.c - registers that are no subjects. See reg_other.h. */
#include "sync/hq/reg_other.h"

#include "core/codec/cbor.h"
#include "sync/hq/hq_store.h"
#include "sync/hq/shown.h"

#include <stdlib.h>

#define ROWS_MAX 1000 /* each of these is short, or its head is what matters */

/* ---- devices ----------------------------------------------------------------------------------
 */

/* When it was last heard of: in this process (`known`), else by the newest receipt given to it. */
static int64_t heard(struct api_call *c, id8 author, int64_t known, uint64_t *entries, bool *forked)
{
    struct store_cursor *cur = NULL;
    bytes key;
    int64_t ms = known;
    *entries = 0;
    *forked = false;
    if (store_scan(c->txn, T_HEAD, bytes_of(author.b, sizeof author.b), (bytes){0}, &cur, NULL) !=
        ST_OK) {
        return 0;
    }
    while (store_next(cur, &key) == ST_OK) {
        uint8_t room[2048];
        struct arena tmp = arena_of(room, sizeof room), doc_room = tmp;
        struct chain_mark m;
        struct receipt r;
        bytes doc;
        id8 epoch;
        if (key.n != 16) {
            continue;
        }
        memcpy(epoch.b, key.p + 8, sizeof epoch.b);
        if (chain_mark_get(c->txn, author, epoch, &tmp, &m, NULL) == ST_OK) {
            *entries += m.seq;
            *forked = *forked || m.forked;
        }
        /* A signature a device a look at the dashboard would add up: once it was heard of in this
         * process, that moment is the newest. */
        if (known == 0 && store_get(c->txn, T_RECEIPT, key, &doc_room, &doc, NULL) == ST_OK &&
            receipt_open(doc, &api_hq(c)->trust, &r, NULL) == ST_OK && r.time_ms > ms) {
            ms = r.time_ms;
        }
    }
    store_scan_end(&cur);
    return ms;
}

json_t *reg_device_json(struct api_call *c, id8 author, int64_t *heard_ms)
{
    struct arena a = c->arena;
    struct cert cert;
    bytes doc;
    const char *rule;
    uint64_t entries;
    bool forked;
    if (store_get(c->txn, T_CERT, bytes_of(author.b, sizeof author.b), &a, &doc, NULL) != ST_OK ||
        cert_parse(doc, &cert, &rule) != ST_OK || cert.role == ROLE_HEADQUARTERS) {
        return NULL;
    }
    struct hq_contact last = {.at_ms = 0};
    bool met = hq_contacts_get(api_hq(c)->contacts, author, &last);
    uint64_t out = hq_out_last(c->txn, author);
    bool revoked = store_has(c->txn, T_REVOKED, bytes_of(author.b, sizeof author.b));
    *heard_ms = heard(c, author, last.at_ms, &entries, &forked);
    return json_pack(
        "{s:o,s:s,s:s,s:o,s:s,s:I,s:{s:s,s:o,s:I,s:b,s:b,s:I,s:I,s:o,s:o}}", "id",
        ops_hex(author.b, 8), "type", "device", "code", cert.prefix, "technician",
        reg_named(c, cert.person, F_TECHNICIAN_NAME), "state", revoked ? "revoked" : "active",
        "time_ms", (json_int_t)*heard_ms, "fields", "role", ops_role_name(cert.role), "branch",
        ops_branch(cert.branch.b), "entries", (json_int_t)entries, "forked", forked, "revoked",
        revoked, "outbox", (json_int_t)out, "joined_ms", (json_int_t)cert.from_ms, "unsent",
        met ? json_integer((json_int_t)last.unsent) : json_null(), "waiting",
        met && last.has_cursor && last.cursor <= out ? json_integer((json_int_t)(out - last.cursor))
                                                     : json_null());
}

static bool device_seen(struct api_call *c, id8 author)
{
    id16 person;
    struct arena keep = c->arena;
    struct subject_state s;
    bool sees = api_person_of(c, author, &person) &&
                fold_load(c->txn, person, &c->arena, &s, NULL, NULL) == ST_OK && api_sees(c, &s);
    c->arena = keep;
    return sees;
}

static enum st devices(struct api_call *c, json_t *rows)
{
    struct store_cursor *cur = NULL;
    bytes key;
    enum st st = store_scan(c->txn, T_CERT, (bytes){0}, (bytes){0}, &cur, &c->err);
    while (st == ST_OK && json_array_size(rows) < HQ_DEVICES_MAX) {
        st = store_next(cur, &key);
        id8 author;
        int64_t ms;
        if (st != ST_OK || key.n != sizeof author.b) {
            continue;
        }
        memcpy(author.b, key.p, sizeof author.b);
        json_t *row = device_seen(c, author) ? reg_device_json(c, author, &ms) : NULL;
        if (row != NULL) {
            json_array_append_new(rows, row);
        }
    }
    store_scan_end(&cur);
    return st == ST_END ? ST_OK : st;
}

/* ---- conflicts --------------------------------------------------------------------------------
 */

static enum st conflicts(struct api_call *c, json_t *rows)
{
    uint8_t prefix[LIST_KEY_BYTES];
    struct store_cursor *cur = NULL;
    bytes key;
    enum st st = store_scan(c->txn, T_LIST, fold_list_prefix(LIST_CONFLICTS, 0, NULL, prefix),
                            (bytes){0}, &cur, &c->err);
    while (st == ST_OK && json_array_size(rows) < ROWS_MAX) {
        struct arena keep = c->arena;
        struct subject_state s;
        id16 id;
        st = store_next(cur, &key);
        if (st != ST_OK || key.n != 17) {
            continue;
        }
        memcpy(id.b, key.p + 1, sizeof id.b);
        if (fold_load(c->txn, id, &c->arena, &s, NULL, NULL) == ST_OK && api_sees(c, &s)) {
            json_array_append_new(rows, reg_detail(c, &s));
        }
        c->arena = keep;
    }
    store_scan_end(&cur);
    return st == ST_END ? ST_OK : st;
}

/* ---- quarantine -------------------------------------------------------------------------------
 */

/* What came in and could not be kept: when, from whom, why; never its content. */
/* Of a branch: what its own devices sent. */
static json_t *odd_row(struct api_call *c, bytes key, bytes value)
{
    struct cbor_r r = cbor_r_init(value);
    struct cbor_map m = cbor_map_begin(&r);
    uint64_t reason = 0;
    int64_t ms = 0;
    bytes item = {0}, author = {0};
    for (int64_t k; cbor_map_next(&m, &k);) {
        if (k == 1) {
            reason = cbor_get_uint(&r);
        } else if (k == 2) {
            ms = cbor_get_int(&r);
        } else if (k == 3) {
            item = cbor_get_bytes(&r);
        } else {
            author = cbor_get_bytes(&r);
        }
    }
    const char *state = "kept";
    h32 entry;
    id8 by;
    if (cbor_done(&r) != ST_OK) {
        return NULL;
    }
    memcpy(by.b, author.p, author.n == sizeof by.b ? sizeof by.b : 0);
    if (!api_all_branches(&c->user) && (author.n != sizeof by.b || !device_seen(c, by))) {
        return NULL;
    }
    if (reason == HQ_ODD_SHOWN && key.n == sizeof entry.b) {
        memcpy(entry.b, key.p, sizeof entry.b);
        state = shown_held(c->txn, entry) ? "came" : "shown";
    }
    return json_pack("{s:o,s:s,s:s,s:I,s:{s:I,s:I,s:o}}", "id", ops_hex(key.p, key.n), "type",
                     "quarantine", "state", state, "time_ms", (json_int_t)ms, "fields", "reason",
                     (json_int_t)reason, "bytes", (json_int_t)item.n, "author",
                     ops_hex(author.p, author.n));
}

static enum st quarantine(struct api_call *c, json_t *rows)
{
    struct store_cursor *cur = NULL;
    bytes key, value;
    enum st st = store_scan(c->txn, T_ODD, (bytes){0}, (bytes){0}, &cur, &c->err);
    while (st == ST_OK && json_array_size(rows) < ROWS_MAX) {
        struct arena a = c->arena;
        st = store_next(cur, &key);
        if (st != ST_OK) {
            break;
        }
        json_t *row = store_value(cur, &a, &value, NULL) == ST_OK ? odd_row(c, key, value) : NULL;
        if (row != NULL) {
            json_array_append_new(rows, row);
        }
    }
    store_scan_end(&cur);
    return st == ST_END ? ST_OK : st;
}

unsigned reg_other_shown(struct api_call *c)
{
    json_t *rows = json_array(), *row;
    unsigned n = 0;
    size_t i;
    if (shown_any(c->txn) && quarantine(c, rows) == ST_OK) {
        json_array_foreach(rows, i, row)
        {
            const char *state = json_string_value(json_object_get(row, "state"));
            n += state != NULL && strcmp(state, "shown") == 0;
        }
    }
    json_decref(rows);
    return n;
}

/* ---- editions ---------------------------------------------------------------------------------
 */

static json_t *edition_row(struct api_call *c, const struct entry_view *e, h32 stands)
{
    union body b;
    h32 name = {{0}};
    if (e->kind != KIND_EDITION || e->natt != 1 || body_decode(e->kind, e->body, &b) != ST_OK) {
        return NULL;
    }
    name = entry_att(e, 0);
    return json_pack("{s:o,s:s,s:s,s:I,s:{s:I,s:o}}", "id", ops_hex(name.b, 32), "type", "edition",
                     "state", h32_eq(name, stands) ? "stands" : "superseded", "time_ms",
                     (json_int_t)e->wall_ms, "fields", "number", (json_int_t)b.edition.number, "by",
                     reg_named(c, e->actor, F_TECHNICIAN_NAME));
}

/* Every version that was published, the newest first. */
static enum st editions(struct api_call *c, json_t *rows)
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
    while (st == ST_OK) {
        struct arena keep = c->arena;
        struct entry_view e;
        h32 hash;
        st = store_next(cur, &key);
        if (st == ST_OK && key.n == 56) {
            memcpy(hash.b, key.p + 24, sizeof hash.b);
            json_t *row = journal_get(c->txn, hash, &c->arena, &e, NULL) == ST_OK
                              ? edition_row(c, &e, s.edition)
                              : NULL;
            if (row != NULL) {
                json_array_insert_new(rows, 0, row);
            }
            if (json_array_size(rows) > ROWS_MAX) {
                json_array_remove(rows, ROWS_MAX);
            }
        }
        c->arena = keep;
    }
    store_scan_end(&cur);
    return st == ST_END ? ST_OK : st;
}

enum st reg_other_page(struct api_call *c, const struct reg *r)
{
    json_t *rows = json_array();
    enum st st = r->source == REG_DEVICES      ? devices(c, rows)
                 : r->source == REG_CONFLICTS  ? conflicts(c, rows)
                 : r->source == REG_QUARANTINE ? quarantine(c, rows)
                                               : editions(c, rows);
    c->out = json_pack("{s:s,s:o,s:n}", "register", r->name, "rows", rows, "next");
    return st;
}

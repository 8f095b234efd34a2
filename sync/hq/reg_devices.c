/* reg_devices.c - see reg_devices.h. */
#include "sync/hq/reg_devices.h"

/* ---- when it was heard of ---------------------------------------------------------------------
 */

/* By the newest receipt given to it: what is known of a device since before this process began. */
static int64_t receipted_ms(struct api_call *c, id8 author)
{
    struct store_cursor *cur = NULL;
    bytes key;
    int64_t ms = 0;
    if (store_scan(c->txn, T_RECEIPT, bytes_of(author.b, sizeof author.b), (bytes){0}, &cur,
                   NULL) != ST_OK) {
        return 0;
    }
    while (store_next(cur, &key) == ST_OK) {
        uint8_t room[2048];
        struct arena tmp = arena_of(room, sizeof room);
        struct receipt r;
        bytes doc;
        if (store_value(cur, &tmp, &doc, NULL) == ST_OK &&
            receipt_kept(doc, &api_hq(c)->trust, &r, NULL) == ST_OK && r.time_ms > ms) {
            ms = r.time_ms;
        }
    }
    store_scan_end(&cur);
    return ms;
}

/* The newest contact: in this process, else the last one that was kept. */
static bool last_contact(struct api_call *c, id8 author, struct hq_contact *out)
{
    struct hq_contact past[HQ_CONTACTS];
    if (hq_contacts_get(api_hq(c)->contacts, author, out)) {
        return true;
    }
    unsigned n = hq_contacts_last(api_hq(c)->contacts, c->txn, author, past);
    *out = n == 0 ? (struct hq_contact){.at_ms = 0} : past[n - 1];
    return n != 0;
}

/* Before this process began. */
static int64_t heard_before_ms(struct api_call *c, id8 author)
{
    struct hq_contact last;
    int64_t receipt_ms = receipted_ms(c, author);
    IGNORE(!last_contact(c, author, &last)); /* zeroes say so */
    return last.at_ms > receipt_ms ? last.at_ms : receipt_ms;
}

static bool cert_of(struct api_call *c, id8 author, struct arena tmp, struct cert *out)
{
    bytes doc;
    return store_get(c->txn, T_CERT, bytes_of(author.b, sizeof author.b), &tmp, &doc, NULL) ==
               ST_OK &&
           cert_parse(doc, out, NULL) == ST_OK && out->role != ROLE_HEADQUARTERS;
}

static bool is_revoked(struct api_call *c, id8 author)
{
    return store_has(c->txn, T_REVOKED, bytes_of(author.b, sizeof author.b));
}

static bool person_seen(struct api_call *c, id16 person)
{
    struct arena keep = c->arena;
    struct subject_state s;
    bool sees = fold_load(c->txn, person, &c->arena, &s, NULL, NULL) == ST_OK && api_sees(c, &s);
    c->arena = keep;
    return sees;
}

bool reg_device_seen(struct api_call *c, id8 author)
{
    id16 person;
    return api_person_of(c, author, &person) && person_seen(c, person);
}

id8 reg_device_branch(struct api_call *c, id8 author)
{
    struct cert cert;
    return cert_of(c, author, c->arena, &cert) ? cert.branch : (id8){{0}};
}

/* One that has only joined is silent when it has been so since then. */
static bool is_silent(const struct api_call *c, const struct cert *cert, int64_t heard_ms)
{
    return c->now_ms - (heard_ms != 0 ? heard_ms : cert->from_ms) > REG_SILENT_MS;
}

/* ---- the register -----------------------------------------------------------------------------
 */

static void chains_of(struct api_call *c, id8 author, uint64_t *entries, bool *forked)
{
    struct store_cursor *cur = NULL;
    bytes key;
    *entries = 0;
    *forked = false;
    if (store_scan(c->txn, T_HEAD, bytes_of(author.b, sizeof author.b), (bytes){0}, &cur, NULL) !=
        ST_OK) {
        return;
    }
    while (store_next(cur, &key) == ST_OK) {
        uint8_t room[512];
        struct arena tmp = arena_of(room, sizeof room);
        struct chain_mark m;
        id8 epoch;
        if (key.n != 16) {
            continue;
        }
        memcpy(epoch.b, key.p + 8, sizeof epoch.b);
        if (chain_mark_get(c->txn, author, epoch, &tmp, &m, NULL) == ST_OK) {
            *entries += m.seq;
            *forked = *forked || m.forked;
        }
    }
    store_scan_end(&cur);
}

json_t *reg_device_json(struct api_call *c, id8 author, int64_t ms)
{
    struct cert cert;
    uint64_t entries;
    bool forked;
    if (!cert_of(c, author, c->arena, &cert)) {
        return NULL;
    }
    struct hq_contact last;
    bool met = last_contact(c, author, &last);
    uint64_t out = hq_out_last(c->txn, author);
    bool revoked = is_revoked(c, author);
    bool silent = !revoked && is_silent(c, &cert, ms);
    chains_of(c, author, &entries, &forked);
    return json_pack(
        "{s:o,s:s,s:b,s:s,s:o,s:o,s:s,s:I,s:{s:s,s:o,s:I,s:b,s:b,s:I,s:I,s:o,s:o}}", "id",
        ops_hex(author.b, 8), "type", "device", "silent", silent, "code", cert.prefix, "technician",
        reg_named(c, cert.person, F_TECHNICIAN_NAME), "branch", ops_branch(cert.branch.b), "state",
        revoked ? "revoked" : "active", "time_ms", (json_int_t)ms, "fields", "role",
        ops_role_name(cert.role), "branch", ops_branch(cert.branch.b), "entries",
        (json_int_t)entries, "forked", forked, "revoked", revoked, "outbox", (json_int_t)out,
        "joined_ms", (json_int_t)cert.from_ms, "unsent",
        met ? json_integer((json_int_t)last.unsent) : json_null(), "waiting",
        met && last.has_cursor && last.cursor <= out ? json_integer((json_int_t)(out - last.cursor))
                                                     : json_null());
}

static void place_of(struct api_call *c, const struct reg *r, const struct cert *cert,
                     struct register_place *p)
{
    struct hq_contact last = {.at_ms = 0};
    char id[17];
    bool met = hq_contacts_get(api_hq(c)->contacts, cert->author, &last);
    hex_put(bytes_of(cert->author.b, sizeof cert->author.b), id);
    reg_other_apart(id, p);
    p->time_ms = met ? last.at_ms : heard_before_ms(c, cert->author);
    p->state = (uint8_t)reg_state_of(r, is_revoked(c, cert->author) ? "revoked" : "active");
    p->nnumber = (uint8_t)strnlen(cert->prefix, sizeof cert->prefix);
    memcpy(p->number, cert->prefix, p->nnumber);
    p->technician = cert->person;
    p->branch = cert->branch;
}

enum st reg_device_rows(struct api_call *c, const struct reg *r, struct reg_rows *rows)
{
    struct store_cursor *cur = NULL;
    bytes key;
    enum st st = store_scan(c->txn, T_CERT, (bytes){0}, (bytes){0}, &cur, &c->err);
    while (st == ST_OK && rows->n < HQ_DEVICES_MAX) {
        struct cert cert;
        id8 author;
        st = store_next(cur, &key);
        if (st != ST_OK || key.n != sizeof author.b) {
            continue;
        }
        memcpy(author.b, key.p, sizeof author.b);
        if (!cert_of(c, author, c->arena, &cert) || !person_seen(c, cert.person)) {
            continue;
        }
        struct reg_one *one = reg_other_more(rows);
        if (one == NULL) {
            st = ST_FULL;
            break;
        }
        one->device = author;
        place_of(c, r, &cert, &one->place);
    }
    store_scan_end(&cur);
    return st == ST_END ? ST_OK : st;
}

/* ---- the silent -------------------------------------------------------------------------------
 */

static json_t *silent_json(struct api_call *c, id8 author)
{
    struct cert cert;
    if (is_revoked(c, author) || !cert_of(c, author, c->arena, &cert)) {
        return NULL;
    }
    struct hq_contact last;
    int64_t ms = hq_contacts_get(api_hq(c)->contacts, author, &last) ? last.at_ms
                                                                     : heard_before_ms(c, author);
    if (!is_silent(c, &cert, ms) || !person_seen(c, cert.person)) {
        return NULL;
    }
    return json_pack("{s:o,s:o,s:I}", "author", ops_hex(author.b, sizeof author.b), "technician",
                     reg_named(c, cert.person, F_TECHNICIAN_NAME), "receipt_ms", (json_int_t)ms);
}

json_t *reg_devices_silent(struct api_call *c)
{
    struct store_cursor *cur = NULL;
    json_t *list = json_array();
    bytes key;
    if (store_scan(c->txn, T_CERT, (bytes){0}, (bytes){0}, &cur, NULL) != ST_OK) {
        return list;
    }
    while (json_array_size(list) < HQ_DEVICES_MAX && store_next(cur, &key) == ST_OK) {
        struct hq_contact last;
        id8 author;
        if (key.n != sizeof author.b) {
            continue;
        }
        memcpy(author.b, key.p, sizeof author.b);
        bool met = hq_contacts_get(api_hq(c)->contacts, author, &last);
        json_t *one =
            met && c->now_ms - last.at_ms <= REG_SILENT_MS ? NULL : silent_json(c, author);
        if (one != NULL) {
            json_array_append_new(list, one);
        }
    }
    store_scan_end(&cur);
    return list;
}

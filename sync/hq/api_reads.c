/* api_reads.c - sessions, records, users: the readers of api_routes.c that are no registers. */
#include "sync/hq/api_reads.h"

#include "sync/hq/api_inside.h"
#include "sync/hq/openapi.h"
#include "sync/hq/reg.h"
#include "sync/hq/reg_job.h"

#include <stdio.h>
#include <stdlib.h>

#define HISTORY_MAX CAP_SUBJECT_ENTRIES /* all that is folded: some 0.2 s */

enum st api_read_openapi(struct api_call *c)
{
    c->reply.body = malloc(openapi_bytes);
    if (c->reply.body == NULL) {
        return err_set(&c->err, ST_FULL, 0, __func__, "no memory");
    }
    memcpy(c->reply.body, openapi_json, openapi_bytes);
    c->reply.n = openapi_bytes;
    c->reply.status = 200;
    c->reply.type = "application/json";
    return ST_OK;
}

enum st api_read_events(struct api_call *c)
{
    c->reply.stream = true;
    c->reply.status = 200;
    c->reply.type = "text/event-stream";
    return ST_OK;
}

enum st api_read_status(struct api_call *c)
{
    struct store_space space = {0};
    struct hq *hq = api_hq(c);
    enum st st = store_space(hq->store, &space);
    c->out = json_pack(
        "{s:s,s:o,s:I,s:I,s:I,s:I,s:I,s:I,s:b,s:s}", "name", hq->trust.name, "deployment",
        ops_hex(hq->keys.deployment, 16), "entries", (json_int_t)store_count(c->txn, T_ENTRY),
        "subjects", (json_int_t)store_count(c->txn, T_STATE), "quarantined",
        (json_int_t)store_count(c->txn, T_ODD), "quarantine_dropped",
        (json_int_t)hq_odd_gone(c->txn), "wanted_attachments",
        (json_int_t)store_count(c->txn, T_WANT), "free_bytes", (json_int_t)space.free_bytes,
        "in_reserve", space.in_reserve, "version", DOCKET_VERSION);
    return st;
}

/* ---- records ----------------------------------------------------------------------------------
 */

/* Which fields a record.set wrote, by name: what, not the values (those stand under "values"). */
static json_t *written(const struct entry_view *e)
{
    struct record_write w[CAP_RECORD_WRITES];
    size_t n = 0;
    json_t *list = json_array();
    if (e->kind != KIND_RECORD_SET || record_decode(e->subject_type, e->body, w, &n) != ST_OK) {
        return list;
    }
    for (size_t i = 0; i < n; i++) {
        const struct field_info *f = field_info(e->subject_type, w[i].field);
        const char *dot = f == NULL ? NULL : strchr(f->name, '.');
        json_array_append_new(list, json_string(f == NULL ? "" : dot != NULL ? dot + 1 : f->name));
    }
    return list;
}

/* What was answered to a help request. Its words may be forgotten: null. */
static json_t *help_said(struct api_call *c, const struct entry_view *e, const struct body_help *b)
{
    h32 words = entry_att(e, 0);
    return json_pack("{s:o,s:i,s:o,s:I,s:o}", "asked", ops_hex(b->asked.b, sizeof b->asked.b),
                     "decision", (int)b->decision, "person",
                     reg_named(c, b->who, F_TECHNICIAN_NAME), "when_ms", (json_int_t)b->when_ms,
                     "words", b->words ? reg_text(c, words.b) : json_string(""));
}

static json_t *entry_json(struct api_call *c, const struct entry_view *e)
{
    const struct kind_info *k = kind_info(e->kind);
    bool node =
        api_by_node(c, e->author); /* a handheld's is its technician's, whom ever it names */
    id16 who = node ? e->actor : (id16){{0}};
    if (id16_zero(who)) {
        IGNORE(!api_person_of(c, e->author, &who)); /* zero: shown as nobody */
    }
    json_t *out = json_pack(
        "{s:o,s:s,s:o,s:o,s:s,s:I,s:I,s:o}", "entry", ops_hex(e->hash.b, 32), "kind",
        k == NULL ? "" : k->name, "author", ops_hex(e->author.b, 8), "actor",
        reg_named(c, who, F_TECHNICIAN_NAME), "role", node ? ops_role_name(e->actor_role) : "",
        "wall_ms", (json_int_t)e->wall_ms, "seq", (json_int_t)e->seq, "fields", written(e));
    union body b;
    if (e->kind == KIND_JOB_ASSIGNED && body_decode(e->kind, e->body, &b) == ST_OK) {
        json_object_set_new(out, "technician",
                            reg_named(c, b.assigned.technician, F_TECHNICIAN_NAME));
    }
    if (e->kind == KIND_ADMITTED && body_decode(e->kind, e->body, &b) == ST_OK) {
        json_object_set_new(out, "reason", json_integer((json_int_t)b.admitted.reason));
    }
    if (e->kind == KIND_ITEM_SETTLED && body_decode(e->kind, e->body, &b) == ST_OK) {
        json_object_set_new(out, "reason", json_integer((json_int_t)b.settled.reason));
    }
    if (e->kind == KIND_HELP_ANSWERED && body_decode(e->kind, e->body, &b) == ST_OK) {
        json_object_set_new(out, "answer", help_said(c, e, &b.help));
    }
    if (e->kind == KIND_ACCESS && body_decode(e->kind, e->body, &b) == ST_OK) {
        api_access_said(out, &b.access);
    }
    return out;
}

json_t *api_history(struct api_call *c, id16 subject, api_entry_fn of, void *ctx)
{
    json_t *list = json_array();
    struct store_cursor *cur = NULL;
    bytes key;
    if (store_scan(c->txn, T_SUBJECT, bytes_of(subject.b, sizeof subject.b), (bytes){0}, &cur,
                   NULL) != ST_OK) {
        return list;
    }
    while (json_array_size(list) < HISTORY_MAX && store_next(cur, &key) == ST_OK) {
        struct arena keep = c->arena;
        struct entry_view e;
        h32 hash;
        if (key.n == 56) {
            memcpy(hash.b, key.p + 24, sizeof hash.b);
            if (journal_get(c->txn, hash, &c->arena, &e, NULL) == ST_OK &&
                (of == NULL || of(ctx, &e))) {
                json_array_append_new(list, entry_json(c, &e));
            }
        }
        c->arena = keep;
    }
    store_scan_end(&cur);
    return list;
}

enum st api_read_record(struct api_call *c)
{
    struct subject_state s;
    enum st st = fold_load(c->txn, c->id, &c->arena, &s, NULL, &c->err);
    if (st == ST_OK) {
        c->out = reg_detail(c, &s);
        json_object_set_new(c->out, "history", api_history(c, c->id, NULL, NULL));
        if (s.type == SUBJECT_CUSTOMER || s.type == SUBJECT_EQUIPMENT) {
            reg_file_add(c, s.subject,
                         s.type == SUBJECT_CUSTOMER ? LIST_OF_CUSTOMER : LIST_OF_EQUIPMENT, c->out);
        } else if (s.type == SUBJECT_GOODS) {
            reg_goods_add(c, &s, c->out);
        }
    }
    return st;
}

enum st api_read_job(struct api_call *c)
{
    enum st st = api_read_record(c);
    struct subject_state s;
    st = st == ST_OK ? fold_load(c->txn, c->id, &c->arena, &s, NULL, &c->err) : st;
    if (st == ST_OK) {
        reg_job_add(c, &s, c->out);
        if (c->user.role == ROLE_ACCOUNTANT) {
            json_object_del(c->out, "history");
        }
    }
    return st;
}

enum st api_read_history(struct api_call *c)
{
    c->out = json_pack("{s:o}", "entries", api_history(c, c->id, NULL, NULL));
    return ST_OK;
}

/* ---- users and tokens -------------------------------------------------------------------------
 */

static enum st user_row(void *ctx, const struct acct_user *u)
{
    json_array_append_new(ctx,
                          json_pack("{s:s,s:s,s:s,s:o,s:o,s:b,s:I}", "login", u->login, "name",
                                    u->name, "role", ops_role_name(u->role), "branch",
                                    id8_zero(u->branch) ? json_null() : ops_branch(u->branch.b),
                                    "person", ops_hex(u->person.b, 16), "disabled", u->disabled,
                                    "changed_ms", (json_int_t)u->changed_ms));
    return ST_OK;
}

enum st api_read_users(struct api_call *c)
{
    json_t *list = json_array();
    enum st st = acct_each(c->txn, c->arena, user_row, list, &c->err);
    c->out = json_pack("{s:o}", "users", list);
    return st;
}

static enum st token_row(void *ctx, const struct acct_token *k)
{
    char scopes[256];
    acct_scopes_put(k->scopes, scopes, sizeof scopes);
    json_array_append_new(
        ctx, json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:I}", "id", k->id, "label", k->label, "login",
                       k->login, "scopes", scopes, "made_ms", (json_int_t)k->made_ms, "until_ms",
                       (json_int_t)k->until_ms, "ended_ms", (json_int_t)k->ended_ms));
    return ST_OK;
}

enum st api_read_tokens(struct api_call *c)
{
    json_t *list = json_array();
    enum st st = acct_token_each(c->txn, token_row, list, &c->err);
    c->out = json_pack("{s:o}", "tokens", list);
    return st;
}

/* api_verify.c - what the public page asks: whether headquarters holds a sign-off, by its hash, and
 * what is known of its author by now. Nothing of a person is asked or said. */
#include "sync/hq/api_inside.h"
#include "sync/hq/api_reads.h"

#include "core/fold/refold.h"
#include "core/journal/append.h"
#include "sync/hq/shown.h"

/* Was the text of the report withdrawn? */
static bool withdrawn(struct api_call *c, const struct entry_view *e)
{
    return e->natt > 1 && store_att_state(c->txn, entry_att(e, 1)) == ATT_FORGOTTEN;
}

static bool revoked(struct api_call *c, id8 author, int64_t *ms)
{
    struct arena a = c->arena;
    struct revocation *r = arena_new(&a, struct revocation, 1);
    bytes doc;
    *ms = 0;
    if (r == NULL ||
        store_get(c->txn, T_REVOKED, bytes_of(author.b, sizeof author.b), &a, &doc, NULL) !=
            ST_OK ||
        revocation_open(doc, &api_hq(c)->trust, r, NULL) != ST_OK) {
        return false;
    }
    *ms = r->time_ms;
    return true;
}

enum st api_read_shown(struct api_call *c)
{
    struct arena a = c->arena;
    struct entry_view e;
    h32 hash;
    id8 author;
    int64_t revoked_ms = 0;
    const char *who = api_query(c, "author");
    bool named = who != NULL && hex_get(str_c(who), author.b, sizeof author.b);
    if (!hex_get(str_c(c->param), hash.b, sizeof hash.b)) {
        return api_refuse(c, 400, "bad-input", "a sign-off is named by its hash");
    }
    bool held = journal_get(c->txn, hash, &a, &e, NULL) == ST_OK && e.kind == KIND_VISIT_SIGNED;
    if (held) {
        author = e.author;
    }
    bool stopped = (held || named) && revoked(c, author, &revoked_ms);
    bool counts =
        held && !fold_is_bad(c->txn, hash) && !(stopped && fold_is_cut_off(c->txn, &e, NULL, a));
    c->out = json_pack("{s:b,s:b,s:b,s:b,s:o}", "held", held, "counts", counts, "withdrawn",
                       held && withdrawn(c, &e), "kept", !held && shown_kept(c->txn, hash),
                       "revoked_ms", stopped ? json_integer((json_int_t)revoked_ms) : json_null());
    return ST_OK;
}

/* Strangers' writes: patience first, then the signatures, both before the writer's thread. */
enum st api_check_shown(struct api_call *c)
{
    struct arena a = c->arena;
    struct shown *s = arena_new(&a, struct shown, 1);
    int wait = rate_take(c->api->strangers, c->request->peer, c->now_ms);
    if (wait > 0) {
        c->reply.retry_after_s = wait;
        return api_refuse(c, 429, "busy", "too many were sent: wait");
    }
    enum st st = s == NULL ? err_set(&c->err, ST_FULL, 0, __func__, "no memory")
                           : shown_read(c->in, &api_hq(c)->trust, &a, s, &c->err);
    return st == ST_BAD_SIGNATURE ? api_refuse(c, 422, "not-genuine", c->err.text) : st;
}

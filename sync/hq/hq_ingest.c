/* hq_ingest.c - see hq_ingest.h. */
#include "sync/hq/hq_ingest.h"

#include "sync/engine/parts.h"
#include "sync/hq/hq_epoch.h"
#include "sync/hq/hq_join.h"
#include "sync/hq/hq_quota.h"
#include "sync/hq/hq_receipt.h"
#include "sync/hq/hq_returned.h"
#include "sync/hq/hq_route.h"
#include "sync/hq/hq_wanted.h"

#include <stdlib.h>

#define BAD_HEADS_MAX 8 /* signatures tried from the end of a run before it is given up */

struct ingest {
    struct hq *hq;
    struct hq_request *r;
    struct store_txn *t;
    struct now now;
    struct arena arena;
    const struct entry_view *views; /* of the run in hand, in the request */
    struct entry_view *fresh;       /* to be settled in this transaction */
    bool *fresh_bad;
    size_t nfresh;
    bool inline_; /* few enough to be settled now */
    struct err *err;
};

/* --- attachments
 * ----------------------------------------------------------------------------------- */

enum st hq_ingest_atts(struct hq_request *r, struct store_txn *t, const struct entry_view *e,
                       bool *all, struct err *err)
{
    enum st st = ST_OK;
    *all = true;
    for (unsigned i = 0; i < e->natt && st == ST_OK; i++) {
        h32 name = entry_att(e, i);
        const struct hq_att *a = hq_request_att(r, name);
        if (store_att_state(t, name) != ATT_ABSENT) {
            continue;
        }
        *all = *all && a != NULL;
        if (a != NULL) {
            st = store_att_put(t, a->manifest, a->content, e->subject, err);
            st = st == ST_EXISTS ? ST_OK : st;
            if (st == ST_OK && store_has(t, T_WANT, bytes_of(name.b, sizeof name.b))) {
                st = parts_done(t, name, err);
            }
        } else {
            st = parts_want(t, name, err);
            st = st == ST_OK ? store_put(t, T_ATTREF, bytes_of(name.b, sizeof name.b),
                                         bytes_of(e->subject.b, sizeof e->subject.b), err)
                             : st;
        }
    }
    return st;
}

/* Whose is it, by the entry that names it? */
static bool find_subject(struct ingest *g, h32 name, id16 *subject)
{
    struct arena tmp = g->arena;
    bytes ref;
    if (store_get(g->t, T_ATTREF, bytes_of(name.b, sizeof name.b), &tmp, &ref, NULL) != ST_OK ||
        ref.n != sizeof subject->b) {
        return false;
    }
    memcpy(subject->b, ref.p, sizeof subject->b);
    return true;
}

/* Small ones that came for entries of an earlier exchange, and the chunks of large ones. */
static enum st keep_late(struct ingest *g)
{
    enum st st = ST_OK;
    for (size_t i = 0; i < g->r->natts && st == ST_OK; i++) {
        const struct hq_att *a = &g->r->atts[i];
        id16 subject;
        if (find_subject(g, a->name, &subject) && store_att_state(g->t, a->name) == ATT_ABSENT) {
            st = store_att_put(g->t, a->manifest, a->content, subject, g->err);
            st = st == ST_OK ? parts_done(g->t, a->name, g->err) : st == ST_EXISTS ? ST_OK : st;
        }
    }
    for (size_t i = 0; i < g->r->nlarges && st == ST_OK; i++) {
        struct att_view v;
        id16 subject;
        if (att_parse(g->r->larges[i].a, &v, NULL) != ST_OK) {
            hq_request_problem(g->r, PROBLEM_ATTACHMENT, (h32){{0}});
        } else if (find_subject(g, v.name, &subject)) {
            st = parts_begin(g->t, g->r->larges[i].a, subject, g->arena, g->err);
            st = st == ST_IO || st == ST_FULL ? st : ST_OK;
        }
    }
    for (size_t i = 0; i < g->r->nchunks && st == ST_OK; i++) {
        const struct hq_chunk *c = &g->r->chunks[i];
        struct arena tmp = g->arena;
        id16 subject;
        bool done;
        if (!find_subject(g, c->name, &subject)) {
            continue; /* no entry names it: nobody's */
        }
        st = parts_chunk(g->t, c->name, c->index, bytes_of(g->r->plain.p + c->at, c->n), subject,
                         tmp, &done, g->err);
        if (st == ST_BAD_SIGNATURE || st == ST_BAD_FORM) {
            hq_request_problem(g->r, PROBLEM_ATTACHMENT, c->name);
        }
        st = st == ST_IO || st == ST_FULL ? st : ST_OK;
    }
    return st;
}

/* --- chains
 * ------------------------------------------------------------------------------------------ */

static enum st quarantine(struct ingest *g, enum problem_code why, const struct entry_view *e)
{
    hq_request_problem(g->r, why, e->hash);
    if (!hq_quota_take(g->hq, g->r->cert.author, HQ_QUOTA_ODD, 1, g->now.wall_ms)) {
        return ST_OK; /* told, not kept */
    }
    enum st st =
        hq_odd_put(g->t, g->r->cert.author, (unsigned)why, e->whole, g->now.wall_ms, g->err);
    return st == ST_TOO_BIG ? ST_OK : st;
}

/* The head that the first of a run must link to. ST_NOT_FOUND: a gap. */
static enum st find_head(struct ingest *g, const struct entry_view *e, const struct chain_mark *m,
                         struct chain_head *head)
{
    memset(head, 0, sizeof *head);
    head->author = e->author;
    head->epoch = e->epoch;
    if (e->seq == 1) {
        return ST_OK;
    }
    if (e->seq == m->seq + 1 && h32_eq(e->prev, m->hash)) {
        head->seq = m->seq;
        head->hash = m->hash;
        return ST_OK;
    }
    struct arena tmp = g->arena;
    struct entry_view before;
    enum st st = journal_get(g->t, e->prev, &tmp, &before, g->err);
    if (st != ST_OK || !id8_eq(before.author, e->author) || !id8_eq(before.epoch, e->epoch) ||
        before.seq + 1 != e->seq) {
        return st == ST_IO ? st : ST_NOT_FOUND;
    }
    struct manifest_journal j = {
        .author = e->author, .epoch = e->epoch, .seq = before.seq, .head = before.hash};
    uint64_t shared;
    if (!hq_returned_meets(g->r, g->t, &j, m, g->arena, &shared)) {
        /* handed back by others, beyond a gap */
        return g->r->walk_cut ? ST_WAIT : ST_NOT_FOUND;
    }
    head->seq = j.seq;
    head->hash = j.head;
    return ST_OK;
}

/* How many of `n` entries link and end in one whose signature holds. Bad ends are put aside. */
static enum st check_run(struct ingest *g, const struct chain_head *from, size_t n,
                         const uint8_t pk[static 32], size_t *good)
{
    *good = 0;
    for (unsigned tries = 0; n > 0 && tries < BAD_HEADS_MAX; tries++) {
        struct chain_head head = *from;
        size_t bad = 0;
        const char *rule;
        enum st st = chain_check(&head, g->views, n, g->hq->keys.deployment, pk, &bad, &rule);
        if (st == ST_OK) {
            *good = n;
            return ST_OK;
        }
        bool link = st == ST_CONFLICT || st == ST_BAD_FORM;
        size_t at = link ? bad : n - 1;
        st = quarantine(g, link ? PROBLEM_GAP : PROBLEM_SIGNATURE, &g->views[at < n ? at : n - 1]);
        if (st != ST_OK) {
            return st;
        }
        n = at < n ? at : n - 1;
    }
    return ST_OK;
}

/* The indexes of a backlog that is not settled yet: whoever looks for anything but the plain
 * continuation of its chain needs them first. A long one is left to hq_route_rest: others wait for
 * the writer. */
enum st hq_ingest_indexes(struct store_txn *t, const struct chain_mark *m, struct arena room,
                          struct err *err)
{
    uint64_t from = hq_indexed(t, m->author, m->epoch);
    if (from < m->seq && m->seq - from > HQ_INDEX_MAX) {
        return ST_WAIT;
    }
    enum st st = ST_OK;
    for (uint64_t seq = from + 1; seq <= m->seq && st == ST_OK; seq++) {
        struct arena tmp = room;
        struct entry_view e;
        st = journal_at(t, m->author, m->epoch, seq, &tmp, &e, err);
        if (st == ST_OK) {
            st = journal_index(t, &e, err);
        } else if (st == ST_CORRUPT || st == ST_NOT_FOUND) {
            st = ST_OK; /* damage hides nothing else; check names it */
        }
    }
    return st == ST_OK && from < m->seq ? hq_indexed_set(t, m->author, m->epoch, m->seq, err) : st;
}

/* A backlog's indexes cost twice what its entries do: they come after its receipt, as the fold. */
static enum st keep_one(struct ingest *g, const struct entry_view *e, struct chain_mark *m,
                        bool *forked)
{
    *forked = false;
    enum st st = journal_keep_next(g->t, e, m, g->err);
    if (st == ST_OK) {
        return g->inline_ ? journal_index(g->t, e, g->err) : ST_OK;
    }
    if (st == ST_CONFLICT) {
        st = hq_ingest_indexes(g->t, m, g->arena, g->err);
        st = st == ST_OK ? journal_keep_marked(g->t, e, m, forked, g->err) : st;
    }
    return st;
}

static enum st keep_run(struct ingest *g, size_t n, struct chain_mark *m, const bool *bad)
{
    enum st st = ST_OK;
    bool whole = true;
    g->r->whole_epoch = m->epoch;
    g->r->whole_from = g->r->whole_to = m->seq;
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        const struct entry_view *e = &g->views[i];
        bool forked = false, all = true;
        st = keep_one(g, e, m, &forked);
        if (st == ST_EXISTS) {
            st = ST_OK;
            continue;
        }
        if (st == ST_TOO_BIG) { /* evidence, as much as there is room for; nobody else waits */
            return quarantine(g, PROBLEM_FORK, e);
        }
        st = st == ST_OK ? hq_ingest_atts(g->r, g->t, e, &all, g->err) : st;
        whole = whole && all && e->seq == g->r->whole_to + 1 && !forked;
        g->r->whole_to += whole;
        g->r->new_entries++;
        g->hq->kept_entries++;
        if (forked) {
            hq_request_problem(g->r, PROBLEM_FORK, e->hash);
            st = st == ST_OK ? hq_out_add(g->t, e->author, e->hash, g->err) : st; /* its copies */
        }
        /* A branch is settled at once: what is routed later goes by the main branch. In a backlog
         * nobody has looked at its signature yet. */
        bool fails =
            bad[i] || (forked && !g->inline_ &&
                       entry_verify(e, g->hq->keys.deployment, g->r->cert.sign_pk) != ST_OK);
        if (fails) {
            hq_request_problem(g->r, PROBLEM_SIGNATURE, e->hash);
        }
        if (g->inline_ || forked) {
            g->fresh[g->nfresh] = *e;
            g->fresh_bad[g->nfresh++] = fails;
        }
    }
    return st == ST_WAIT ? ST_OK : st; /* the rest of it comes again */
}

/* Here already, on the main branch (whose indexes may be due) or on another. */
static bool is_held(struct ingest *g, const struct entry_view *e, const struct chain_mark *m)
{
    struct arena tmp = g->arena;
    struct entry_view here;
    if (e->seq > m->seq &&
        (!m->forked || (journal_at(g->t, e->author, e->epoch, e->seq, &tmp, &here, NULL) == ST_OK &&
                        h32_eq(here.hash, e->hash)))) {
        return false; /* if it was handed back by others, the mark goes on over it now */
    }
    tmp = g->arena;
    return store_has(g->t, T_HASH, bytes_of(e->hash.b, sizeof e->hash.b)) ||
           (journal_at(g->t, e->author, e->epoch, e->seq, &tmp, &here, NULL) == ST_OK &&
            h32_eq(here.hash, e->hash));
}

/* One epoch more? A revocation must have room for all of them. */
static bool may_open(struct ingest *g, id8 author)
{
    struct store_cursor *c = NULL;
    bytes key;
    unsigned n = 0;
    enum st st =
        store_scan(g->t, T_HEAD, bytes_of(author.b, sizeof author.b), (bytes){NULL, 0}, &c, g->err);
    while (st == ST_OK && n < CAP_AUTHOR_EPOCHS && store_next(c, &key) == ST_OK) {
        n++;
    }
    store_scan_end(&c);
    return n < CAP_AUTHOR_EPOCHS;
}

static enum st take_run(struct ingest *g, size_t first, size_t n)
{
    const struct entry_view *e = g->r->entries + first;
    const bool *bad = g->r->bad + first;
    const id8 author = e[0].author, epoch = e[0].epoch;
    if (!id8_eq(author, g->r->cert.author)) {
        return hq_returned_run(g->r, g->t, e, n, g->err); /* each by its own signature */
    }
    struct chain_mark m;
    struct chain_head head;
    struct arena tmp = g->arena;
    enum st st = chain_mark_get(g->t, author, epoch, &tmp, &m, g->err);
    st = st == ST_NOT_FOUND ? ST_OK : st;
    while (st == ST_OK && n > 0 && is_held(g, &e[0], &m)) {
        e++;
        bad++;
        n--;
    }
    if (n == 0) {
        return st;
    }
    if (st == ST_OK && m.seq == 0 && !may_open(g, author)) {
        hq_request_problem(g->r, PROBLEM_QUOTA, e[0].hash);
        return ST_OK;
    }
    if (st == ST_OK && (m.forked || e[0].seq != m.seq + 1)) {
        st = hq_ingest_indexes(g->t, &m, g->arena, g->err);
    }
    if (st == ST_WAIT) {
        return ST_OK; /* no receipt covers it: it comes again when the backlog is settled */
    }
    if (st == ST_OK) {
        st = find_head(g, &e[0], &m, &head);
    }
    if (st == ST_WAIT) {
        return ST_OK; /* likewise, when there is time for its branch */
    }
    if (st == ST_NOT_FOUND) {
        hq_request_problem(g->r, PROBLEM_GAP, e[0].hash);
        /* A parcel comes as it is for ever: its device holds nothing of what we lost before it. */
        return g->r->manifest.has_reply ? hq_returned_run(g->r, g->t, e, n, g->err) : ST_OK;
    }
    g->views = e;
    size_t good = 0;
    uint64_t before = m.seq;
    st = st == ST_OK ? check_run(g, &head, n, g->r->cert.sign_pk, &good) : st;
    st = st == ST_OK ? keep_run(g, good, &m, bad) : st;
    st = st == ST_OK ? hq_returned_holes(g->t, &m, g->arena, g->err) : st;
    if (st == ST_OK && good != 0) {
        st = chain_mark_put(g->t, &m, g->err);
    }
    if (st == ST_OK && m.seq > before) {
        if (g->inline_ && hq_routed(g->t, author, epoch) == before) {
            st = hq_routed_set(g->t, author, epoch, m.seq, g->err);
        } else {
            g->hq->rest_due = true;
        }
    }
    return st;
}

/* A number that goes back begins another branch. In a parcel, whose branches lie one behind the
 * other, so does whatever does not link: what lay between them is not there. */
static bool same_run(const struct ingest *g, const struct entry_view *a, const struct entry_view *b)
{
    return id8_eq(b->author, a->author) && id8_eq(b->epoch, a->epoch) && b->seq > a->seq &&
           (!g->r->manifest.has_reply || h32_eq(b->prev, a->hash));
}

static enum st take_chains(struct ingest *g)
{
    size_t n = g->r->nentries;
    enum st st = ST_OK;
    for (size_t i = 0; i < n && st == ST_OK;) {
        size_t end = i + 1;
        while (end < n && same_run(g, &g->r->entries[end - 1], &g->r->entries[end])) {
            end++;
        }
        st = take_run(g, i, end - i);
        i = end;
    }
    return st;
}

/* --- what else came
 * ------------------------------------------------------------------------------------ */

/* The device told which entries of a subject it has: it gets what it lacks. */
static enum st compare_hashes(struct ingest *g)
{
    unsigned nsubjects = 0;
    enum st st = ST_OK;
    for (size_t i = 0; i < g->r->nhashes && st == ST_OK; i++) {
        id16 subject = g->r->hashes[i].subject;
        bool seen = false;
        for (size_t k = 0; k < i; k++) {
            seen = seen || id16_eq(g->r->hashes[k].subject, subject);
        }
        if (seen || nsubjects == MANIFEST_ASKED_MAX ||
            !hq_scope_has(g->t, g->r->cert.author, subject)) {
            continue;
        }
        nsubjects++; /* not more than one manifest asks for */
        st = hq_receipt_lacking(g->r, g->t, subject, &g->now, g->err);
    }
    return st;
}

/* What the device shows of our own receipts: were we restored? */
static enum st look_back(struct ingest *g)
{
    enum st st = ST_OK;
    for (unsigned i = 0; i < g->r->manifest.nreceipts && st == ST_OK; i++) {
        st = hq_epoch_look(g->hq, g->t, g->r->manifest.receipts[i], g->err);
    }
    return st;
}

static void note_problems(struct ingest *g)
{
    /* What the device put aside of ours: counted; `status` shows it. */
    g->hq->told_problems += g->r->manifest.nproblems;
}

static enum st room_for(struct ingest *g)
{
    size_t n = g->r->nentries + 1;
    g->fresh = calloc(n, sizeof *g->fresh);
    g->fresh_bad = calloc(n, sizeof *g->fresh_bad);
    return g->fresh != NULL && g->fresh_bad != NULL
               ? ST_OK
               : err_set(g->err, ST_FULL, 0, "hq_ingest", "no memory for a bundle's entries");
}

static bool take(struct ingest *g, enum hq_quota what, uint64_t n)
{
    return hq_quota_take(g->hq, g->r->cert.author, what, n, g->now.wall_ms);
}

/* Entries and their small attachments over the quota are refused as a whole: a device sends those
 * once, with their entry. Chunks of large ones are left out alone: it asks where to go on. */
static bool over_quota(struct ingest *g)
{
    uint64_t small = 0, large = 0;
    for (size_t i = 0; i < g->r->natts; i++) {
        small += g->r->atts[i].manifest.n + g->r->atts[i].content.n;
    }
    for (size_t i = 0; i < g->r->nchunks; i++) {
        large += g->r->chunks[i].n;
    }
    if (!take(g, HQ_QUOTA_ENTRIES, g->r->nentries)) {
        return true;
    }
    if (!take(g, HQ_QUOTA_ATT_BYTES, small)) {
        hq_quota_give_back(g->hq, g->r->cert.author, HQ_QUOTA_ENTRIES, g->r->nentries);
        return true; /* none of it was kept: its retries may not use the day up */
    }
    if (!take(g, HQ_QUOTA_ATT_BYTES, large)) {
        g->r->nlarges = g->r->nchunks = 0;
        hq_request_problem(g->r, PROBLEM_QUOTA, (h32){{0}});
    }
    return false;
}

enum st hq_ingest(struct hq_request *r, struct store_txn *t, struct err *err)
{
    if (r->st != ST_OK) {
        return ST_OK;
    }
    if (r->joining) {
        return hq_join_grant(r, t, err);
    }
    struct ingest g = {.hq = r->hq, .r = r, .t = t, .err = err};
    g.now = hq_now(r->hq);
    g.arena = arena_of(r->hq->routing, CAP_SCRATCH_BYTES);
    r->walked = r->att_looked = 0;
    r->walk_cut = false;
    r->met_seq = 0; /* what an attempt before this one met is kept no more */
    g.inline_ = !r->deferred && !r->crowded;
    if (over_quota(&g)) {
        r->err.wait_s = 0;
        IGNORE(hq_request_refuse(r, ST_WAIT, "quota", /* the answer is the refusal */
                                 "this device sent more today than its quota allows"));
        r->err.wait_s = hq_quota_wait_s(g.now.wall_ms);
        return ST_OK;
    }
    enum st st = room_for(&g);
    st = st == ST_OK ? look_back(&g) : st; /* before anything is said by our own hand */
    if (st == ST_OK && (r->ndocs != 0 || r->introduces)) {
        st = hq_returned_docs(r, t, err);
    }
    if (st == ST_OK) {
        st = take_chains(&g);
    }
    if (st == ST_OK && (r->natts | r->nlarges | r->nchunks) != 0) {
        st = keep_late(&g);
    }
    if (st == ST_OK) {
        st = hq_route_settle(r->hq, t, g.fresh, g.fresh_bad, g.nfresh, err);
    }
    if (st == ST_OK && r->nhashes != 0) {
        st = compare_hashes(&g);
    }
    if (st == ST_OK) {
        st = hq_receipt_all(r, t, &g.now, g.arena, err);
    }
    st = st == ST_OK ? hq_quota_keep(r->hq, t, r->cert.author, err) : st;
    const struct hq_device *d = hq_device(r->hq, r->cert.author);
    if (d != NULL && d->revoked) {
        h32 what = {{0}};
        memcpy(what.b, d->author.b, sizeof d->author.b);
        hq_request_problem(r, PROBLEM_REVOKED, what);
    }
    note_problems(&g);
    st = st == ST_OK ? hq_contacts_heard(r, t, g.arena, g.now.wall_ms, err) : st;
    st = st == ST_OK ? hq_wanted(r, t, err) : st;
    r->node_epoch = r->hq->journal.head.epoch;
    r->renews = r->hq->rolled_back;
    r->settled = g.inline_ && !r->hq->rest_due && !r->hq->cut_due;
    free(g.fresh);
    free(g.fresh_bad);
    return st;
}

/* exchange_request.c - the bundle that a device sends. See exchange.h and BUNDLE.md. */
#include "sync/engine/build.h"
#include "sync/engine/device_meta.h"
#include "sync/engine/digest.h"
#include "sync/engine/parts.h"
#include "sync/engine/recall.h"

#include <stdlib.h>

static void chain_prefix(const struct chain_mark *m, uint8_t out[static 16])
{
    memcpy(out, m->author.b, 8);
    memcpy(out + 8, m->epoch.b, 8);
}

/* --- what goes
 * ------------------------------------------------------------------------------------ */

static enum st read_receipt(struct build *b, struct chain *c)
{
    uint8_t key[16];
    chain_prefix(&c->mark, key);
    struct arena tmp = b->arena;
    bytes doc;
    struct receipt r;
    c->att_from = c->from;
    enum st st = store_get(b->t, T_RECEIPT, bytes_of(key, sizeof key), &tmp, &doc, b->err);
    if (st == ST_OK && receipt_open(doc, &b->j->trust, &r, NULL) == ST_OK &&
        r.att_through < c->mark.receipt_seq) {
        c->att_from = r.att_through + 1;
    }
    return st == ST_IO ? st : ST_OK;
}

/* The current chain first: whatever else there is, today's work goes. Then those that are not
 * wholly receipted, as many as a manifest lists; the next exchange has the others. */
static enum st add_chain(struct build *b, id8 author, id8 epoch)
{
    struct chain c = {.from = 0};
    struct arena tmp = b->arena;
    bool current = id8_eq(epoch, b->j->head.epoch);
    enum st st = chain_mark_get(b->t, author, epoch, &tmp, &c.mark, b->err);
    if (st != ST_OK) {
        return st;
    }
    c.from = c.mark.receipt_seq + 1;
    c.to = c.mark.seq;
    st = read_receipt(b, &c);
    /* A closed epoch that is wholly receipted, with its attachments, has nothing to say; but where
     * a receipt covers more than damage, or an old copy of this store, left here, headquarters
     * hears it and sends the rest. */
    bool lacks = c.mark.receipt_seq > c.mark.seq || device_behind(b->t, epoch);
    if (st == ST_OK && b->reply_pk != NULL) {
        st = build_beside(b, &c.mark, &c.forked);
    }
    bool all = !c.forked && c.from > c.to && c.att_from > c.to;
    if (st != ST_OK || (!current && !lacks && all)) {
        return st;
    }
    if (b->nchains == MANIFEST_JOURNALS_MAX) {
        b->more = true;
        return ST_OK;
    }
    b->chains[b->nchains++] = c;
    return ST_OK;
}

static enum st chains_of(struct build *b, id8 own)
{
    struct store_cursor *cur = NULL;
    bytes key;
    enum st st =
        store_scan(b->t, T_HEAD, bytes_of(own.b, sizeof own.b), (bytes){NULL, 0}, &cur, b->err);
    while (st == ST_OK) {
        st = store_next(cur, &key);
        if (st != ST_OK || key.n != 16) {
            continue;
        }
        id8 epoch;
        memcpy(epoch.b, key.p + 8, 8);
        if (!id8_eq(epoch, b->j->head.epoch)) {
            st = add_chain(b, own, epoch);
        }
    }
    store_scan_end(&cur);
    return st == ST_END ? ST_OK : st;
}

/* Our own, and those of the authors that this store had before a recovery. */
static enum st find_chains(struct build *b)
{
    id8 former[JOURNAL_FORMER_MAX];
    unsigned n = 0;
    enum st st = add_chain(b, b->j->head.author, b->j->head.epoch);
    st = st == ST_OK ? chains_of(b, b->j->head.author) : st;
    st = st == ST_OK ? journal_former(b->t, former, &n, b->err) : st;
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        st = chains_of(b, former[i]);
    }
    return st == ST_OK && b->reply_pk != NULL ? build_branches_list(b) : st;
}

/* Calls `each` for the entries of a chain from `from` up to `to`, main branch. ST_END ends it. */
static enum st each_entry(struct build *b, const struct chain *c, uint64_t from,
                          enum st (*each)(struct build *, const struct entry_view *, void *),
                          void *ctx, uint64_t *last)
{
    enum st st = ST_OK;
    for (uint64_t seq = from; seq <= c->to && st == ST_OK; seq++) {
        struct arena before = b->arena;
        struct entry_view e; /* lives in the arena while `each` runs */
        st = journal_at(b->t, c->mark.author, c->mark.epoch, seq, &b->arena, &e, b->err);
        if (st == ST_OK) {
            st = each(b, &e, ctx);
        }
        b->arena = before;
        if (st == ST_OK) {
            *last = seq;
        }
    }
    return st;
}

static enum st weigh(struct build *b, const struct entry_view *e, void *ctx)
{
    uint64_t *left = ctx;
    uint64_t cost = e->whole.n;
    for (unsigned i = 0; i < e->natt; i++) {
        cost += 1024; /* most are short texts; the bound is soft by one item */
    }
    if (cost > *left) {
        return ST_END;
    }
    *left -= cost;
    if (b->nsubjects < (size_t)MANIFEST_SUBJECTS_MAX * 8 &&
        (b->nsubjects == 0 || !id16_eq(b->subjects[b->nsubjects - 1], e->subject))) {
        b->subjects[b->nsubjects++] = e->subject;
    }
    return ST_OK;
}

static enum st choose(struct build *b, uint64_t max_bytes)
{
    uint64_t left = max_bytes;
    bool full = false;
    for (unsigned i = 0; i < b->nchains; i++) {
        struct chain *c = &b->chains[i];
        uint64_t last = c->from - 1;
        enum st st = full ? ST_END : each_entry(b, c, c->from, weigh, &left, &last);
        bool hole = st == ST_NOT_FOUND || st == ST_CORRUPT;
        if (st != ST_OK && st != ST_END && !hole) {
            return st;
        }
        if (hole) {
            /* Damage took an entry that nobody else has: the chain cannot be followed beyond, and
             * must not keep the others from going. What lies there stays unsent, and says so. */
            c->to = last;
        } else if (last < c->to) {
            full = b->more = true;
            c->to = last;
        }
    }
    b->nsubjects = digest_unique(b->subjects, b->nsubjects);
    if (b->nsubjects > MANIFEST_SUBJECTS_MAX) {
        b->nsubjects = MANIFEST_SUBJECTS_MAX;
    }
    return ST_OK;
}

/* --- the manifest
 * ----------------------------------------------------------------------------------- */

static enum st list_subjects(struct build *b, struct manifest *m, struct arena *a)
{
    m->subjects = arena_new(a, struct manifest_subject, b->nsubjects);
    if (m->subjects == NULL) {
        return err_set(b->err, ST_FULL, 0, __func__, "scratch");
    }
    for (size_t i = 0; i < b->nsubjects; i++) {
        enum st st = digest_subject(b->t, b->subjects[i], NULL, 0, *a, &m->subjects[i], b->err);
        if (st != ST_OK) {
            return st;
        }
    }
    m->nsubjects = (unsigned)b->nsubjects;
    return ST_OK;
}

static enum st list_held(struct build *b, struct manifest *m, struct arena *a)
{
    m->held = arena_new(a, struct manifest_held, MANIFEST_HELD_MAX);
    enum st st = m->held == NULL ? err_set(b->err, ST_FULL, 0, __func__, "scratch")
                                 : recall_held(b->t, b->j->head.author, m->held, &m->nheld, b->err);
    return st == ST_OK ? recall_name(b->t, m->recall, b->err) : st;
}

static enum st list_small(struct build *b, struct manifest *m, struct arena *a)
{
    struct device_cursor c;
    enum st st = device_cursor_get(b->t, &c, b->err);
    if (st == ST_OK && !id8_zero(c.epoch)) {
        m->has_cursor = true;
        m->cursor_epoch = c.epoch;
        m->cursor = c.place;
        m->cursor_mark = c.mark;
        struct chain_mark seen;
        st = recall_seen(b->t, c.epoch, &seen, b->err);
        m->has_seen = st == ST_OK;
        m->seen_seq = seen.seq;
        memcpy(m->seen, seen.hash.b, sizeof m->seen);
        st = st == ST_NOT_FOUND ? ST_OK : st;
    }
    m->wanted = arena_new(a, struct manifest_want, MANIFEST_WANTED_MAX);
    m->problems = arena_new(a, struct manifest_problem, MANIFEST_PROBLEMS_MAX);
    m->journals = arena_new(a, struct manifest_journal, MANIFEST_JOURNALS_MAX);
    if (m->wanted == NULL || m->problems == NULL || m->journals == NULL) {
        return err_set(b->err, ST_FULL, 0, __func__, "scratch");
    }
    if (st == ST_OK) {
        st = parts_wanted(b->t, m->wanted, MANIFEST_WANTED_MAX, &m->nwanted, b->err);
    }
    if (st == ST_OK) {
        st = device_problems_get(b->t, m->problems, &m->nproblems, b->err);
    }
    return st == ST_OK ? list_held(b, m, a) : st;
}

/* What headquarters must see of its own receipts, and then those that are kept: it may have
 * forgotten them, and gives none an earlier time than one that it sees. */
static enum st list_receipts(struct build *b, struct manifest *m, struct arena *a)
{
    uint8_t *witness = arena_new(a, uint8_t, RECEIPT_BYTES_MAX);
    m->receipts = arena_new(a, bytes, MANIFEST_JOURNALS_MAX);
    if (witness == NULL || m->receipts == NULL) {
        return err_set(b->err, ST_FULL, 0, __func__, "scratch");
    }
    size_t n = 0;
    enum st st = device_witness_get(b->t, witness, RECEIPT_BYTES_MAX, &n, b->err);
    if (st != ST_OK || n == 0) {
        return st;
    }
    m->receipts[m->nreceipts++] = bytes_of(witness, n);
    for (unsigned i = 0; i < b->nchains && m->nreceipts < MANIFEST_JOURNALS_MAX; i++) {
        uint8_t key[16];
        bytes doc;
        if (b->chains[i].branch) {
            continue; /* its chain's stands there already */
        }
        chain_prefix(&b->chains[i].mark, key);
        st = store_get(b->t, T_RECEIPT, bytes_of(key, sizeof key), a, &doc, NULL);
        if (st == ST_OK && !bytes_eq(doc, m->receipts[0])) {
            m->receipts[m->nreceipts++] = doc;
        } else if (st == ST_IO) {
            return err_set(b->err, st, 0, __func__, "a receipt cannot be read");
        }
    }
    return ST_OK;
}

static enum st write_manifest(struct build *b)
{
    struct arena a = b->arena;
    struct manifest m = {
        .role = MANIFEST_REQUEST, .trust_serial = b->j->trust.serial, .more = b->more};
    enum st st = list_small(b, &m, &a);
    if (st == ST_OK) {
        st = list_receipts(b, &m, &a);
    }
    if (b->reply_pk != NULL) {
        m.has_reply = true;
        memcpy(m.reply_pk, b->reply_pk, sizeof m.reply_pk);
    }
    if (b->introduce) {
        m.cert = bytes_of(b->j->cert_bytes, b->j->cert.whole.n);
    }
    if (st == ST_OK) {
        st = list_subjects(b, &m, &a);
    }
    if (st != ST_OK) {
        return st;
    }
    for (unsigned i = 0; i < b->nchains; i++) {
        const struct chain_mark *k = &b->chains[i].mark;
        m.journals[m.njournals++] = (struct manifest_journal){.author = k->author,
                                                              .epoch = k->epoch,
                                                              .seq = k->seq,
                                                              .head = k->hash,
                                                              .receipt_ms = k->receipt_ms,
                                                              .receipt_seq = k->receipt_seq};
    }
    uint8_t *buf = arena_new(&a, uint8_t, BUNDLE_MANIFEST_BYTES);
    bytes out;
    if (buf == NULL || manifest_encode(&m, buf, BUNDLE_MANIFEST_BYTES, &out) != ST_OK) {
        return err_set(b->err, ST_BUG, 0, __func__, "the manifest does not fit");
    }
    return bundle_manifest(&b->w, out, b->err);
}

/* --- the whole
 * -------------------------------------------------------------------------------------------- */

static enum st write_chain(struct build *b, struct chain *c)
{
    const unsigned sent = b->res->sent_entries, nlarge = b->nlarge;
    uint64_t last = 0;
    enum st st = ST_OK;
    if (c->att_from < c->from) {
        struct chain old = *c;
        old.to = c->from - 1;
        st = each_entry(b, &old, c->att_from, build_note_large, NULL, &last);
    }
    st = st == ST_OK ? each_entry(b, c, c->from, build_entry, NULL, &last) : st;
    c->owed = c->branch || b->res->sent_entries != sent || b->nlarge != nlarge;
    return st;
}

static enum st write_all(struct build *b, uint64_t large_bytes)
{
    enum st st = write_manifest(b);
    for (unsigned i = 0; i < b->nchains && st == ST_OK; i++) {
        st = write_chain(b, &b->chains[i]);
    }
    if (st == ST_OK) {
        st = build_branches(b);
    }
    if (st == ST_OK) {
        st = build_hand_back(b);
    }
    if (st == ST_OK) {
        st = build_hashes(b);
    }
    if (st == ST_OK) {
        st = build_large(b, large_bytes);
    }
    return st == ST_OK ? bundle_end(&b->w, b->err) : st;
}

/* A receipt that stands is not given again: of a chain that brings nothing none is awaited. */
static void note_awaited(const struct build *b, struct exchange_awaited *out)
{
    out->n = 0;
    for (unsigned i = 0; i < b->nchains; i++) {
        if (b->chains[i].owed) {
            out->marks[out->n++] = b->chains[i].mark;
        }
    }
}

enum st exchange_request(struct journal *j, const struct exchange_options *opt,
                         const struct now *now, bundle_sink sink, void *ctx,
                         struct exchange_result *res, struct err *err)
{
    static const struct exchange_options usual = {0};
    opt = opt == NULL ? &usual : opt;
    const struct trust_key *to = trust_current(&j->trust, TRUST_SEALING, now->wall_ms);
    if (to == NULL) {
        return err_set(err, ST_UNTRUSTED, 0, __func__, "headquarters has no sealing key");
    }
    struct build *b = calloc(1, sizeof *b);
    id16 *subjects = calloc((size_t)MANIFEST_SUBJECTS_MAX * 8, sizeof *subjects);
    enum st st = ST_OK;
    if (b == NULL || subjects == NULL) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory for a bundle");
        goto out;
    }
    b->j = j;
    b->res = res;
    b->err = err;
    b->subjects = subjects;
    b->reply_pk = opt->reply_pk;
    b->large_max = opt->reply_pk != NULL ? LARGE_PARCEL_MAX : LARGE_MAX;
    b->large = calloc(b->large_max, sizeof *b->large);
    if (b->large == NULL) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory for a bundle");
        goto out;
    }
    b->introduce = opt->introduce;
    b->arena = arena_of(j->scratch, j->scratch_bytes);
    struct bundle_seal keys = {.from = BUNDLE_FROM_AUTHOR, /* or by certificate, below */
                               .sender = j->head.author,
                               .sender_pk = j->keys.box_pk,
                               .sender_sk = j->keys.box_sk,
                               .recipient_pk = to->pk,
                               .pair = j->keys.pair};
    memcpy(keys.deployment, j->trust.deployment, 16);
    st = store_read(j->store, &b->t, err);
    if (st == ST_OK) {
        st = find_chains(b);
    }
    if (st == ST_OK && !b->introduce) {
        st = device_introduce_get(b->t, &b->introduce, err);
    }
    keys.from = b->introduce ? BUNDLE_FROM_CERT : BUNDLE_FROM_AUTHOR;
    if (st == ST_OK) {
        st = choose(b, opt->max_bytes != 0 ? opt->max_bytes : EXCHANGE_SEND_BYTES);
    }
    if (st == ST_OK) {
        st = bundle_begin(&b->w, &keys, sink, ctx, err);
    }
    if (st == ST_OK) {
        st = write_all(b, opt->large_bytes != 0 ? opt->large_bytes : EXCHANGE_LARGE_BYTES);
    }
    if (st == ST_OK) {
        st = store_commit(&b->t, err); /* an attachment that could not be read would never go */
    }
    if (st == ST_OK) {
        res->sent_bytes += b->w.written_bytes;
        res->again = res->again || b->more;
        if (opt->awaited != NULL) {
            note_awaited(b, opt->awaited);
        }
    }
out:
    if (b != NULL) {
        bundle_drop(&b->w);
        store_abort(&b->t);
        free(b->large);
    }
    free(subjects);
    free(b);
    return st;
}

/* take.c - the items of headquarters' bundle, into a device's store. See take.h. */
#include "sync/engine/take.h"

#include "core/fold/revoked.h"
#include "core/fold/refold.h"
#include "core/model/bodies.h"
#include "sync/engine/digest.h"
#include "sync/engine/parts.h"

#include <stdlib.h>

static enum st quarantine(struct take *k, enum problem_code why, bytes item)
{
    h32 what;
    enum st st = device_odd_put(k->t, why, item, k->now->wall_ms, &what, k->err);
    if (st == ST_OK) {
        k->res->quarantined++;
        if (k->nproblems < MANIFEST_PROBLEMS_MAX) {
            k->problems[k->nproblems++] = (struct manifest_problem){why, what};
            k->problems_moved = true;
        }
    }
    return st == ST_TOO_BIG ? ST_OK : st;
}

/* --- items
 * -------------------------------------------------------------------------------------------- */

static enum st find_author(struct take *k, id8 author, const struct known_author **out)
{
    for (unsigned i = 0; i < k->nauthors; i++) {
        if (id8_eq(k->authors[i].author, author)) {
            *out = &k->authors[i];
            return ST_OK;
        }
    }
    struct arena tmp = k->arena;
    struct cert c;
    enum st st = cert_store_get(k->t, author, &k->j->trust, &tmp, &c, k->err);
    if (st != ST_OK) {
        return st;
    }
    struct known_author *a = &k->authors[k->nauthors < AUTHORS_MAX ? k->nauthors++ : 0];
    a->author = author;
    memcpy(a->sign_pk, c.sign_pk, 32);
    a->role = c.role;
    *out = a;
    return ST_OK;
}

static enum st take_cert(struct take *k, const struct item *it)
{
    struct cert c;
    const char *rule;
    if (cert_open(it->a, &k->j->trust, &c, &rule) != ST_OK) {
        return quarantine(k, PROBLEM_AUTHOR, it->whole);
    }
    if (store_has(k->t, T_CERT, bytes_of(c.author.b, sizeof c.author.b))) {
        return ST_OK;
    }
    return cert_store_put(k->t, &c, k->err);
}

static enum st take_revocation(struct take *k, const struct item *it)
{
    struct revocation r;
    const char *rule;
    if (revocation_open(it->a, &k->j->trust, &r, &rule) != ST_OK) {
        return quarantine(k, PROBLEM_AUTHOR, it->whole);
    }
    bool fresh;
    k->res->revoked = k->res->revoked || id8_eq(r.author, k->j->head.author);
    return revoked_keep(k->t, &r, &k->j->trust, k->arena, &fresh, k->err);
}

static enum st drop_drafts(struct take *k, id16 subject)
{
    for (;;) {
        struct store_cursor *c = NULL;
        bytes key;
        uint8_t copy[CAP_STORE_KEY_BYTES];
        size_t n = 0;
        enum st st = store_scan(k->t, T_DRAFT, bytes_of(subject.b, sizeof subject.b),
                                (bytes){NULL, 0}, &c, k->err);
        if (st == ST_OK) {
            st = store_next(c, &key);
        }
        if (st == ST_OK && key.n <= sizeof copy) {
            n = key.n;
            memcpy(copy, key.p, n);
        }
        store_scan_end(&c);
        if (st != ST_OK) {
            return st == ST_END ? ST_OK : st;
        }
        st = store_del(k->t, T_DRAFT, bytes_of(copy, n), k->err);
        if (st != ST_OK) {
            return st;
        }
    }
}

/* What headquarters erased goes here too; the bytes go with the next compaction. */
static enum st obey_forgotten(struct take *k, const struct entry_view *e)
{
    union body *b = calloc(1, sizeof *b);
    if (b == NULL) {
        return err_set(k->err, ST_FULL, 0, __func__, "no memory");
    }
    enum st st = body_decode(KIND_FORGOTTEN, e->body, b) == ST_OK ? ST_OK : ST_END;
    for (unsigned i = 0; st == ST_OK && i < b->forgotten.n; i++) {
        if (store_att_state(k->t, b->forgotten.atts[i]) == ATT_FORGOTTEN) {
            continue;
        }
        st = store_att_forget(k->t, b->forgotten.atts[i], e->hash, b->forgotten.rule, e->wall_ms,
                              k->err);
        st = st == ST_NOT_FOUND ? ST_OK : st;
        st = st == ST_OK ? parts_done(k->t, b->forgotten.atts[i], k->err) : st;
        k->res->forgotten = true;
    }
    free(b);
    st = st == ST_OK ? drop_drafts(k, e->subject) : st;
    return st == ST_END ? ST_OK : st;
}

static enum st want_atts(struct take *k, const struct entry_view *e)
{
    enum st st = ST_OK;
    for (unsigned i = 0; i < e->natt && st == ST_OK; i++) {
        st = parts_want(k->t, entry_att(e, i), k->err);
    }
    return st;
}

/* The newest receipt of the current epoch goes with the next request: headquarters compares it
 * with its own journal. */
static enum st show_receipt(struct take *k)
{
    uint8_t key[16], due[RECEIPT_BYTES_MAX];
    struct arena tmp = k->arena;
    bytes doc;
    size_t n;
    enum st st = device_witness_get(k->t, due, sizeof due, &n, k->err);
    if (st != ST_OK || n != 0) {
        return st; /* an older one, which tells more */
    }
    memcpy(key, k->j->head.author.b, 8);
    memcpy(key + 8, k->j->head.epoch.b, 8);
    st = store_get(k->t, T_RECEIPT, bytes_of(key, sizeof key), &tmp, &doc, k->err);
    return st == ST_OK ? device_witness_put(k->t, doc, k->err) : st == ST_IO ? st : ST_OK;
}

static enum st offer_later(struct take *k, const struct entry_view *e)
{
    struct recall_row r = {
        .author = e->author, .epoch = e->epoch, .seq = e->seq, .from = e->seq - 1};
    memcpy(r.head, e->hash.b, sizeof r.head);
    for (unsigned i = 0; i < k->noffers; i++) {
        struct recall_row *was = &k->offers[i];
        if (id8_eq(was->author, r.author) && id8_eq(was->epoch, r.epoch)) {
            r.from = was->from < r.from ? was->from : r.from;
            *was = r;
            return ST_OK;
        }
    }
    if (k->noffers == OFFERS_MAX) {
        return recall_offer(k->t, &r, k->err);
    }
    k->offers[k->noffers++] = r;
    return ST_OK;
}

enum st take_offers(struct take *k)
{
    enum st st = ST_OK;
    for (unsigned i = 0; i < k->noffers && st == ST_OK; i++) {
        st = recall_offer(k->t, &k->offers[i], k->err);
        k->res->handing_back = k->res->again = true;
    }
    k->noffers = 0;
    return st;
}

/* Of a closed epoch of ours. A tail may come back without what lay before it, when headquarters was
 * put back as well: it is kept where it belongs, and the mark stays before the gap until that is
 * filled. */
static enum st keep_own(struct take *k, const struct entry_view *e, bool *forked)
{
    struct arena tmp = k->arena;
    struct chain_mark m;
    struct entry_view next;
    enum st st = chain_mark_get(k->t, e->author, e->epoch, &tmp, &m, k->err);
    if (st != ST_OK && st != ST_NOT_FOUND) {
        return st;
    }
    bool linked = e->seq == 1 || store_has(k->t, T_HASH, bytes_of(e->prev.b, sizeof e->prev.b));
    if (m.receipt_seq > m.seq) { /* damage took it out of the middle */
        return linked ? journal_keep(k->t, e, forked, k->err) : ST_EXISTS;
    }
    const struct chain_mark before = m;
    st = journal_keep_marked(k->t, e, &m, forked, k->err);
    m.seq = before.seq;
    m.hash = before.hash;
    tmp = k->arena;
    while (st == ST_OK &&
           journal_at(k->t, e->author, e->epoch, m.seq + 1, &tmp, &next, NULL) == ST_OK &&
           (m.seq == 0 || h32_eq(next.prev, m.hash))) {
        m.seq = next.seq;
        m.hash = next.hash;
        tmp = k->arena;
    }
    return st == ST_OK ? chain_mark_put(k->t, &m, k->err) : st;
}

static enum st take_entry(struct take *k, const struct item *it)
{
    struct entry_view e;
    const char *rule;
    const struct known_author *who = NULL;
    if (entry_parse(it->whole, &e, NULL, &rule) != ST_OK) {
        return quarantine(k, PROBLEM_FORM, it->whole);
    }
    if (store_has(k->t, T_HASH, bytes_of(e.hash.b, sizeof e.hash.b))) {
        return ST_OK;
    }
    enum st st = find_author(k, e.author, &who);
    if (st != ST_OK) {
        return st == ST_IO ? st : quarantine(k, PROBLEM_AUTHOR, it->whole);
    }
    if (entry_verify(&e, k->j->trust.deployment, who->sign_pk) != ST_OK) {
        return quarantine(k, PROBLEM_SIGNATURE, it->whole);
    }
    if (id8_eq(e.author, k->j->head.author) && id8_eq(e.epoch, k->j->head.epoch)) {
        /* Our own chain grows by our own hand only: these come from before a restore. */
        k->ahead = true;
        return ST_OK;
    }
    bool own = id8_eq(e.author, k->j->head.author);
    bool forked = false;
    st = own ? keep_own(k, &e, &forked) : journal_keep(k->t, &e, &forked, k->err);
    if (st == ST_EXISTS) {
        return ST_OK;
    }
    if (st == ST_TOO_BIG) { /* one branch more than a chain has room for */
        return quarantine(k, PROBLEM_FORK, it->whole);
    }
    k->res->again = k->res->again || own; /* its receipt can be believed now */
    if (st == ST_OK && forked && !own) {
        st = show_receipt(k); /* a node that wrote one number twice was restored: it must hear */
    }
    if (st == ST_OK && forked && who->role == ROLE_HEADQUARTERS) {
        /* It may know every receipt that we have, and yet not this entry. */
        st = recall_start(k->t, k->j->head.author, k->j->head.epoch, e.epoch, k->err);
        k->res->handing_back = k->res->again = true;
    }
    if (st == ST_OK) {
        st = want_atts(k, &e);
    }
    enum role role = who->role == ROLE_HEADQUARTERS ? e.actor_role : who->role;
    if (st == ST_OK && e.kind == KIND_FORGOTTEN && kind_has_effect(KIND_FORGOTTEN, role)) {
        st = obey_forgotten(k, &e);
    }
    if (st == ST_OK) {
        k->res->received_entries++;
        /* Our own main branch goes by its receipts. */
        st = own && !forked ? ST_OK : offer_later(k, &e);
        k->subjects[k->nsubjects++] = e.subject; /* room is checked in take_items */
    }
    return st;
}

static enum st take_attachment(struct take *k, const struct item *it)
{
    struct att_view v;
    const char *rule;
    static const id16 nobody = {{0}};
    if (att_parse(it->a, &v, &rule) != ST_OK || att_check(&v, it->b) != ST_OK) {
        return quarantine(k, PROBLEM_ATTACHMENT,
                          it->a); /* never content: it could not be forgotten */
    }
    if (store_att_state(k->t, v.name) != ATT_ABSENT) {
        return ST_OK;
    }
    enum st st = store_att_put(k->t, it->a, it->b, nobody, k->err);
    if (st == ST_OK) {
        k->res->received_attachments++;
        st = parts_done(k->t, v.name, k->err);
    }
    return st == ST_EXISTS ? ST_OK : st;
}

enum st take_refold(struct take *k)
{
    size_t n = digest_unique(k->subjects, k->nsubjects);
    k->nsubjects = 0;
    for (size_t i = 0; i < n; i++) {
        enum st st = fold_refold(k->t, k->subjects[i], k->arena, k->err);
        if (st != ST_OK) {
            return st;
        }
        struct arena tmp = k->arena;
        struct list_row row;
        if (list_row_get(k->t, k->subjects[i], &tmp, &row, NULL) == ST_OK && row.conflict) {
            k->res->conflict = true;
        }
    }
    return ST_OK;
}

static enum st take_place(struct take *k, const struct item *it)
{
    k->out_left = it->place < it->last;
    if (it->place > k->cursor.place && !k->beyond) {
        k->cursor.place = it->place;
        k->cursor.mark = it->mark;
        k->cursor_moved = true;
        k->noffers = 0; /* by its mark headquarters sees whether it still holds them */
    }
    return ST_OK;
}

static enum st take_item(struct take *k, const struct item *it)
{
    enum st st;
    switch (it->kind) {
    case ITEM_ENTRY:
        return take_entry(k, it);
    case ITEM_ATTACHMENT:
        return take_attachment(k, it);
    case ITEM_CERT:
        return take_cert(k, it);
    case ITEM_REVOCATION:
        return take_revocation(k, it);
    case ITEM_PLACE:
        return take_place(k, it);
    case ITEM_LARGE:
        st = parts_begin(k->t, it->a, (id16){{0}}, k->arena, k->err);
        return st == ST_EXISTS || st == ST_NOT_FOUND   ? ST_OK
               : st == ST_BAD_FORM || st == ST_TOO_BIG ? quarantine(k, PROBLEM_ATTACHMENT, it->a)
                                                       : st;
    default:
        return ST_OK; /* of a newer version, or not for a device */
    }
}

enum st take_items(struct take *k, bytes body)
{
    struct item it;
    size_t used;
    enum st st = ST_END;
    while (!k->ahead) { /* else all of it comes again, once our epoch is another */
        st = item_next(body, &it, &used);
        if (st != ST_OK) {
            break;
        }
        st = k->nsubjects == SUBJECTS_MAX ? take_refold(k) : ST_OK;
        if (st == ST_OK) {
            st = take_item(k, &it);
        }
        if (st != ST_OK) {
            return st;
        }
        body = bytes_of(body.p + used, body.n - used);
    }
    return k->ahead || st == ST_END ? ST_OK : quarantine(k, PROBLEM_FORM, body);
}

enum st take_chunk(struct take *k, const struct bundle_part *part)
{
    bool done = false;
    static const id16 nobody = {{0}};
    enum st st =
        parts_chunk(k->t, part->name, part->index, part->body, nobody, k->arena, &done, k->err);
    k->res->received_attachments += done;
    k->chunks = k->chunks || st == ST_OK;
    if (st == ST_BAD_SIGNATURE || st == ST_BAD_FORM) {
        return quarantine(k, PROBLEM_ATTACHMENT, bytes_of(part->name.b, sizeof part->name.b));
    }
    return st == ST_EXISTS || st == ST_NOT_FOUND ? ST_OK : st;
}

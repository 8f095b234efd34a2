/* exchange_answer.c - what a device takes from headquarters' bundle. See exchange.h.
 *
 * Frames are taken in groups, one write transaction each: a cut leaves whole groups. The cursor in
 * headquarters' outbox moves in the transaction that keeps the entries. */
#include "core/fold/refold.h"
#include "core/model/bodies.h"
#include "sync/engine/device_meta.h"
#include "sync/engine/digest.h"
#include "sync/engine/exchange.h"
#include "sync/engine/parts.h"
#include "sync/engine/receipts.h"

#include <stdlib.h>

#define GROUP_BYTES (1U << 20) /* committed together: bounds what a transaction dirties */
#define AUTHORS_MAX 32         /* certificates opened once an answer; more are opened again */
#define SUBJECTS_MAX 8192      /* touched by one group: a frame's items are > 100 bytes each */

struct known_author {
    id8 author;
    uint8_t sign_pk[32];
    enum role role;
};
struct take {
    struct journal *j;
    struct store_txn *t;
    struct arena arena;
    const struct now *now;
    struct exchange_result *res;
    struct err *err;
    struct device_cursor cursor;
    bool cursor_moved;
    unsigned nauthors;
    struct known_author authors[AUTHORS_MAX];
    unsigned nproblems;
    struct manifest_problem problems[MANIFEST_PROBLEMS_MAX];
    bool problems_moved, ahead;
    bool out_left; /* headquarters' outbox holds more than this bundle */
    bool chunks;   /* a chunk came that was not here */
    size_t nsubjects;
    id16 subjects[SUBJECTS_MAX];
};

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

/* --- the manifest
 * ----------------------------------------------------------------------------------- */

static enum st take_trust(struct take *k, bytes doc)
{
    enum st st = trust_store_put(k->t, doc, k->err);
    if (st == ST_OK) {
        k->res->trust_renewed = true;
        struct arena tmp = k->arena;
        st = trust_store_get(k->t, &tmp, &k->j->trust, NULL, k->err);
    } else if (st != ST_IO && st != ST_FULL && st != ST_CORRUPT) {
        st = ST_OK; /* older, or not by our root: what we have stands */
    }
    return st;
}

static enum st take_receipts(struct take *k, const struct manifest *m)
{
    enum st st = ST_OK;
    for (unsigned i = 0; i < m->nreceipts && st == ST_OK; i++) {
        enum receipt_refusal why;
        bool fresh, back, ahead;
        int64_t time_ms = 0;
        st = receipts_take(k->j, k->t, m->receipts[i], k->arena, &why, &fresh, &back, &ahead,
                           &time_ms, k->err);
        if (st == ST_OK && why != RECEIPT_FINE) {
            k->res->receipts_refused++;
            k->res->refusal = why;
        }
        k->res->receipts += fresh;
        k->res->marks_went_back = k->res->marks_went_back || back;
        k->res->again = k->res->again || back;
        k->ahead = k->ahead || ahead;
        if (time_ms > k->res->receipt_ms) {
            k->res->receipt_ms = time_ms;
        }
    }
    return st;
}

/* Headquarters asks for a subject's hashes. The same question twice is not answered in the same
 * sync: if the first answer did not help, a person must look. */
static enum st take_asked(struct take *k, const struct manifest *m)
{
    id16 before[MANIFEST_ASKED_MAX];
    unsigned n = 0;
    enum st st = device_asked_get(k->t, before, &n, k->err);
    bool same = n == m->nasked && (n == 0 || memcmp(before, m->asked, n * sizeof *before) == 0);
    if (st == ST_OK && (!same || n != 0)) {
        st = device_asked_put(k->t, m->asked, m->nasked, k->err);
    }
    k->res->again = k->res->again || (!same && m->nasked != 0);
    return st;
}

static enum st take_manifest(struct take *k, bytes body)
{
    struct arena tmp = k->arena;
    struct manifest m;
    enum st st = manifest_decode(body, &tmp, &m);
    if (st == ST_OK && m.role != MANIFEST_ANSWER) {
        st = ST_BAD_FORM;
    }
    if (st != ST_OK) {
        return err_set(k->err, st, 0, __func__, "the answer's manifest cannot be read");
    }
    k->arena = tmp;
    k->res->answered = true;
    if (m.trust.n != 0) {
        st = take_trust(k, m.trust);
    }
    if (st == ST_OK) {
        st = take_receipts(k, &m);
    }
    if (m.has_cursor && (!id8_eq(m.cursor_epoch, k->cursor.epoch) || m.cursor != k->cursor.place)) {
        k->cursor = (struct device_cursor){m.cursor_epoch, m.cursor};
        k->cursor_moved = true;
    }
    /* What we reported was heard. */
    k->problems_moved = k->nproblems != 0;
    k->nproblems = 0;
    k->res->problems += m.nproblems;
    if (m.nproblems != 0) {
        k->res->first_problem = m.problems[0];
    }
    for (unsigned i = 0; i < m.nproblems; i++) {
        k->res->revoked = k->res->revoked || m.problems[i].code == PROBLEM_REVOKED;
    }
    if (st == ST_OK) {
        st = take_asked(k, &m);
    }
    k->res->again = k->res->again || m.more;
    return st;
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
    enum st st = cert_store_get(k->t, author, &k->j->trust, &tmp, &c, NULL);
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
    k->res->revoked = k->res->revoked || id8_eq(r.author, k->j->head.author);
    return store_put(k->t, T_REVOKED, bytes_of(r.author.b, sizeof r.author.b), it->a, k->err);
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
    bool forked = false;
    st = journal_keep(k->t, &e, &forked, k->err);
    if (st == ST_EXISTS) {
        return ST_OK;
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

static enum st refold_all(struct take *k)
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
    if (it->place > k->cursor.place) {
        k->cursor.place = it->place;
        k->cursor_moved = true;
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
        st = parts_begin(k->t, it->a, k->arena, k->err);
        return st == ST_EXISTS                         ? ST_OK
               : st == ST_BAD_FORM || st == ST_TOO_BIG ? quarantine(k, PROBLEM_ATTACHMENT, it->a)
                                                       : st;
    default:
        return ST_OK; /* of a newer version, or not for a device */
    }
}

static enum st take_items(struct take *k, bytes body)
{
    struct item it;
    size_t used;
    enum st st;
    while ((st = item_next(body, &it, &used)) == ST_OK) {
        st = k->nsubjects == SUBJECTS_MAX ? refold_all(k) : ST_OK;
        if (st == ST_OK) {
            st = take_item(k, &it);
        }
        if (st != ST_OK) {
            return st;
        }
        body = bytes_of(body.p + used, body.n - used);
    }
    return st == ST_END ? ST_OK : quarantine(k, PROBLEM_FORM, body);
}

static enum st take_chunk(struct take *k, const struct bundle_part *part)
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

/* --- groups of frames
 * ---------------------------------------------------------------------------------- */

static enum st group_begin(struct take *k)
{
    enum st st = store_write(k->j->store, &k->t, k->err);
    if (st == ST_OK) {
        st = device_cursor_get(k->t, &k->cursor, k->err);
    }
    if (st == ST_OK) {
        st = device_problems_get(k->t, k->problems, &k->nproblems, k->err);
    }
    k->cursor_moved = k->problems_moved = false;
    k->nauthors = 0;
    return st;
}

static enum st group_end(struct take *k)
{
    enum st st = refold_all(k);
    if (st == ST_OK && k->cursor_moved) {
        st = device_cursor_put(k->t, &k->cursor, k->err);
    }
    if (st == ST_OK && k->problems_moved) {
        st = device_problems_put(k->t, k->problems, k->nproblems, k->err);
    }
    return st == ST_OK ? store_commit(&k->t, k->err) : st;
}

static enum st take_part(struct take *k, const struct bundle_part *part)
{
    switch (part->frame) {
    case BUNDLE_MANIFEST:
        return take_manifest(k, part->body);
    case BUNDLE_ITEMS:
        return take_items(k, part->body);
    case BUNDLE_CHUNK:
        return take_chunk(k, part);
    }
    return ST_BUG;
}

/* All that is there, group by group. ST_INCOMPLETE when the end is missing. */
static enum st take_frames(struct take *k, struct bundle_reader *r, bytes in)
{
    enum st read = ST_OK;
    while (read == ST_OK) {
        struct exchange_result before = *k->res;
        size_t n = 0;
        bool any = false;
        enum st st = group_begin(k);
        while (st == ST_OK && n < GROUP_BYTES) {
            struct bundle_part part;
            size_t used;
            read = bundle_next(r, in, &used, &part, k->err);
            if (read != ST_OK) {
                break;
            }
            any = true;
            st = take_part(k, &part);
            in = bytes_of(in.p + used, in.n - used);
            n += used;
        }
        if (st == ST_OK && any) {
            st = group_end(k);
        }
        store_abort(&k->t);
        if (st != ST_OK) {
            *k->res = before; /* nothing of this group was kept */
            return st;
        }
    }
    return read;
}

static enum st check_header(struct journal *j, bytes *in, struct bundle_header *h,
                            struct bundle_open *keys, struct err *err)
{
    size_t used;
    enum st st = bundle_header_read(*in, h, &used, err);
    if (st != ST_OK) {
        return st;
    }
    *in = bytes_of(in->p + used, in->n - used);
    *keys = (struct bundle_open){.deployment = j->trust.deployment,
                                 .recipient_pk = j->keys.box_pk,
                                 .recipient_sk = j->keys.box_sk};
    if (h->from != BUNDLE_FROM_HQ) {
        return err_set(err, ST_WRONG_PARTY, 0, __func__, "the bundle is not from headquarters");
    }
    const struct trust_key *from = trust_find(&j->trust, TRUST_SEALING, h->sender);
    if (from == NULL) {
        return memcmp(h->deployment, j->trust.deployment, 16) != 0
                   ? err_set(err, ST_WRONG_PARTY, 0, __func__,
                             "the bundle is of another deployment")
                   : err_set(err, ST_UNTRUSTED, 0, __func__,
                             "the bundle is sealed by a key that is not in the trust document");
    }
    keys->sender_pk = from->pk;
    return ST_OK;
}

static enum st finish(struct take *k, const struct now *now)
{
    struct journal *j = k->j;
    enum st st = ST_OK;
    if (k->ahead) {
        /* Headquarters holds more of this epoch than we do: the store was rolled back. Nothing is
         * re-appended; a new epoch names what is here. */
        st = journal_new_epoch(j, now, k->err);
        k->res->again = true;
    }
    struct store_txn *t = NULL;
    if (st == ST_OK) {
        st = store_read(j->store, &t, k->err);
    }
    struct sync_status s;
    if (st == ST_OK) {
        st = sync_status(t, j->head.author, arena_of(j->scratch, j->scratch_bytes), &s, k->err);
    }
    if (st == ST_OK) {
        k->res->unsent = s.unsent;
        k->res->again = k->res->again || k->out_left || (s.wanted != 0 && k->chunks);
    }
    store_abort(&t);
    return st;
}

enum st exchange_answer(struct journal *j, bytes answer, const struct now *now,
                        struct exchange_result *res, struct err *err)
{
    struct bundle_header h;
    struct bundle_open keys;
    struct bundle_reader r = {0};
    res->again = false;
    res->received_bytes += answer.n;
    enum st st = check_header(j, &answer, &h, &keys, err);
    if (st != ST_OK) {
        return st;
    }
    struct take *k = calloc(1, sizeof *k);
    if (k == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory for the answer");
    }
    k->j = j;
    k->now = now;
    k->res = res;
    k->err = err;
    k->arena = arena_of(j->scratch, j->scratch_bytes);
    st = bundle_reader_begin(&r, &h, &keys, err);
    if (st == ST_OK) {
        st = take_frames(k, &r, answer);
        res->whole = r.whole;
        res->again = res->again || (res->answered && !r.whole);
    }
    bundle_reader_drop(&r);
    if (st == ST_END || (st == ST_INCOMPLETE && res->answered)) {
        enum st end = finish(k, now);
        st = end != ST_OK ? end : st == ST_END ? ST_OK : ST_INCOMPLETE;
    }
    free(k);
    return st;
}

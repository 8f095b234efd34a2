/* hq_forget.c - see hq_forget.h. */
#include "sync/hq/hq_forget.h"

#include "core/model/bodies.h"
#include "sync/engine/digest.h"
#include "sync/engine/parts.h"

#include <stdlib.h>

#define DUE_MAX 256     /* subjects of one customer; a larger one is forgotten in several runs */
#define NAMES_MAX 65536 /* attachments of one subject: 4096 entries of 16 */
#define DAY_MS 86400000LL

struct forget {
    struct hq *hq;
    struct store_txn *t;
    const struct append *who;
    int64_t now_ms;
    struct hq_forgotten *out;
    h32 *drop, *keep; /* of the subject in hand */
    size_t ndrop, nkeep;
    union body *body; /* large: not for the stack twice */
    struct err *err;
};

/* --- which attachments
 * -------------------------------------------------------------------------------------------- */

/* What has not come, or only in part, is named too: it will not be taken when it comes. */
static void note(struct forget *f, bool drop, h32 name)
{
    enum att_state state = store_att_state(f->t, name);
    if (state == ATT_FORGOTTEN || (!drop && state != ATT_HELD)) {
        return;
    }
    if (drop && f->ndrop < NAMES_MAX) {
        f->drop[f->ndrop++] = name;
    } else if (!drop && f->nkeep < NAMES_MAX) {
        f->keep[f->nkeep++] = name;
    }
}

/* A record's texts: what field_info calls personal goes whatever the period. */
static void sort_record(struct forget *f, const struct entry_view *e)
{
    struct record_write w[CAP_RECORD_WRITES];
    size_t n = 0;
    bool named[CAP_ENTRY_ATTACHMENTS] = {false};
    if (record_decode(e->subject_type, e->body, w, &n) != ST_OK) {
        n = 0;
    }
    for (size_t i = 0; i < n; i++) {
        const struct field_info *info = field_info(e->subject_type, w[i].field);
        if (w[i].type == FT_TEXT && info != NULL && w[i].i >= 0 && (unsigned)w[i].i < e->natt &&
            w[i].i < CAP_ENTRY_ATTACHMENTS) {
            note(f, info->personal, entry_att(e, (unsigned)w[i].i));
            named[w[i].i] = true;
        }
    }
    for (unsigned i = 0; i < e->natt && i < CAP_ENTRY_ATTACHMENTS; i++) {
        if (!named[i]) {
            note(f, true, entry_att(e, i)); /* of a newer version's field: rather gone than kept */
        }
    }
}

/* The end of the legal period of a sign-off: from its claimed time, and never from before the
 * receipt that it cites (a clock set back ends no period early). */
static int64_t legal_until(const struct forget *f, const struct entry_view *e)
{
    int64_t at = e->wall_ms;
    if (e->evidence.has_receipt && e->evidence.receipt_ms > at) {
        at = e->evidence.receipt_ms;
    }
    return at + (int64_t)f->hq->trust.legal_period_days * DAY_MS;
}

struct voucher {
    id8 visit;
    int64_t until_ms;
};

/* What the customer signed: the report, or for a thing of his that left or came back. */
static bool signed_for(unsigned kind)
{
    return kind == KIND_VISIT_SIGNED || kind == KIND_VISIT_TAKEN || kind == KIND_VISIT_RETURNED;
}

static void sort_visit(struct forget *f, const struct entry_view *e, const struct voucher *v,
                       unsigned nv)
{
    id8 visit = {{0}};
    bool stays = false;
    if ((signed_for(e->kind) || e->kind == KIND_VISIT_PRICED) && body_visit(e->body, &visit)) {
        for (unsigned i = 0; i < nv; i++) {
            stays = stays || (id8_eq(v[i].visit, visit) && v[i].until_ms > f->now_ms);
        }
    }
    int ratings = -1;
    if (stays && e->kind == KIND_VISIT_SIGNED && body_decode(e->kind, e->body, f->body) == ST_OK) {
        ratings = body_att(e->kind, f->body, BA_RATINGS); /* no evidence: they go */
    }
    for (unsigned i = 0; i < e->natt; i++) {
        note(f, !stays || (int)i == ratings, entry_att(e, i));
    }
}

static unsigned read_vouchers(struct forget *f, const h32 *hashes, unsigned n, struct arena a,
                              struct voucher *v)
{
    unsigned nv = 0;
    for (unsigned i = 0; i < n; i++) {
        struct arena tmp = a;
        struct entry_view e;
        if (journal_get(f->t, hashes[i], &tmp, &e, NULL) != ST_OK || !signed_for(e.kind) ||
            fold_is_bad(f->t, e.hash) || !body_visit(e.body, &v[nv].visit)) {
            continue;
        }
        v[nv].until_ms = legal_until(f, &e);
        if (v[nv].until_ms > f->now_ms && v[nv].until_ms > f->out->kept_until_ms) {
            f->out->kept_until_ms = v[nv].until_ms;
        }
        nv++;
    }
    return nv;
}

static enum st sort_subject(struct forget *f, id16 subject, enum subject_type *type)
{
    h32 *hashes = calloc(CAP_SUBJECT_ENTRIES, sizeof *hashes);
    struct voucher *v = calloc(CAP_SUBJECT_ENTRIES, sizeof *v); /* each of them may be a sign-off */
    unsigned n = 0, nv = 0;
    struct arena a = arena_of(f->hq->work, CAP_SCRATCH_BYTES);
    if (hashes == NULL || v == NULL) {
        free(hashes);
        free(v);
        return err_set(f->err, ST_FULL, 0, __func__, "no memory");
    }
    f->ndrop = f->nkeep = 0;
    enum st st = digest_hashes(f->t, subject, hashes, CAP_SUBJECT_ENTRIES, &n, f->err);
    st = st == ST_TOO_BIG ? ST_OK : st;
    if (st == ST_OK) {
        nv = read_vouchers(f, hashes, n, a, v);
    }
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        struct arena tmp = a;
        struct entry_view e;
        if (journal_get(f->t, hashes[i], &tmp, &e, NULL) != ST_OK) {
            continue;
        }
        *type = e.subject_type;
        if (e.kind == KIND_RECORD_SET) {
            sort_record(f, &e);
        } else {
            sort_visit(f, &e, v, nv);
        }
    }
    free(hashes);
    free(v);
    return st;
}

/* An attachment that stays under one name and goes under another stays: a voucher's may be shared.
 */
static void settle(struct forget *f)
{
    digest_sort(f->keep, f->nkeep);
    digest_sort(f->drop, f->ndrop);
    size_t n = 0;
    for (size_t i = 0; i < f->ndrop; i++) {
        bool twice = n != 0 && h32_eq(f->drop[n - 1], f->drop[i]);
        if (!twice && !digest_find(f->keep, f->nkeep, f->drop[i])) {
            f->drop[n++] = f->drop[i];
        }
    }
    f->ndrop = n;
    n = 0;
    for (size_t i = 0; i < f->nkeep; i++) {
        if (n == 0 || !h32_eq(f->keep[n - 1], f->keep[i])) {
            f->keep[n++] = f->keep[i];
        }
    }
    f->nkeep = n;
}

/* --- saying and doing
 * -----------------------------------------------------------------------------------------------
 */

static enum st say(struct forget *f, id16 subject, enum subject_type type, const h32 *names,
                   unsigned n, h32 *entry)
{
    uint8_t buf[CAP_BODY_BYTES];
    struct append what = {.kind = KIND_FORGOTTEN,
                          .subject_type = type,
                          .subject = subject,
                          .actor = f->who->actor,
                          .actor_role = f->who->actor_role};
    memset(f->body, 0, sizeof *f->body);
    memcpy(f->body->forgotten.atts, names, n * sizeof *names);
    f->body->forgotten.n = n;
    f->body->forgotten.rule = FORGET_REQUEST;
    f->body->forgotten.legal_until_ms = f->out->kept_until_ms;
    enum st st = body_encode(KIND_FORGOTTEN, f->body, buf, sizeof buf, &what.body);
    if (st != ST_OK) {
        return err_set(f->err, st, 0, __func__, "the erasure does not fit an entry");
    }
    f->out->entries++;
    return hq_act_in(f->hq, f->t, &what, entry, f->err);
}

static enum st drop_subject(struct forget *f, id16 subject)
{
    enum subject_type type = 0;
    enum st st = sort_subject(f, subject, &type);
    settle(f);
    for (size_t at = 0; at < f->ndrop && st == ST_OK; at += CAP_BODY_FORGET) {
        size_t left = f->ndrop - at;
        unsigned n = left < CAP_BODY_FORGET ? (unsigned)left : CAP_BODY_FORGET;
        h32 entry;
        st = say(f, subject, type, f->drop + at, n, &entry);
        for (unsigned i = 0; i < n && st == ST_OK; i++) {
            st = store_att_forget(f->t, f->drop[at + i], entry, FORGET_REQUEST, f->now_ms, f->err);
            st = st == ST_OK ? parts_done(f->t, f->drop[at + i], f->err) : st; /* what came of it */
        }
    }
    f->out->erased += (unsigned)f->ndrop;
    f->out->kept += (unsigned)f->nkeep;
    return st;
}

/* The customer, and what T_LIST says is his. */
static enum st subjects_of(struct forget *f, id16 customer, id16 *out, unsigned *n)
{
    uint8_t key[LIST_KEY_BYTES];
    struct store_cursor *c = NULL;
    bytes k, value;
    out[0] = customer;
    *n = 1;
    enum st st = store_scan(f->t, T_LIST, fold_list_prefix(LIST_OF_CUSTOMER, 0, &customer, key),
                            (bytes){NULL, 0}, &c, f->err);
    while (st == ST_OK && *n < DUE_MAX) {
        st = store_next(c, &k);
        if (st != ST_OK) {
            break;
        }
        uint8_t room[512];
        struct arena tmp = arena_of(room, sizeof room);
        struct list_row row;
        if (store_value(c, &tmp, &value, f->err) == ST_OK &&
            list_row_decode(value, &row) == ST_OK) {
            out[(*n)++] = row.subject;
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

static enum st forget_in(struct forget *f, id16 customer, const char *due)
{
    id16 ids[DUE_MAX];
    unsigned n = 0;
    enum st st = store_write(f->hq->store, &f->t, f->err);
    if (st == ST_OK) {
        st = subjects_of(f, customer, ids, &n);
    }
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        st = drop_subject(f, ids[i]);
    }
    f->out->subjects = n;
    if (st == ST_OK) {
        st = hq_meta_put(f->t, due, bytes_of(ids, n * sizeof *ids), f->err);
    }
    if (st == ST_OK) {
        st = store_commit(&f->t, f->err);
    }
    store_abort(&f->t);
    if (st != ST_OK) {
        IGNORE(journal_reload(&f->hq->journal, NULL) != ST_OK); /* the first failure is told */
    }
    return st;
}

static void done(struct forget *f)
{
    free(f->drop);
    free(f->keep);
    free(f->body);
}

static enum st room(struct forget *f, struct hq *hq, struct err *err)
{
    f->hq = hq;
    f->err = err;
    f->now_ms = hq_now(hq).wall_ms;
    f->drop = calloc(NAMES_MAX, sizeof *f->drop);
    f->keep = calloc(NAMES_MAX, sizeof *f->keep);
    f->body = calloc(1, sizeof *f->body);
    return f->drop != NULL && f->keep != NULL && f->body != NULL
               ? ST_OK
               : err_set(err, ST_FULL, 0, "hq_forget", "no memory");
}

/* --- keys
 * ---------------------------------------------------------------------------------------------------------------
 */

/* All that is still held of a subject is sealed anew; its old keys go, and with them the rest. */
static enum st erase_keys(struct forget *f, id16 subject)
{
    h32 *hashes = calloc(CAP_SUBJECT_ENTRIES, sizeof *hashes);
    unsigned n = 0;
    if (hashes == NULL) {
        return err_set(f->err, ST_FULL, 0, __func__, "no memory");
    }
    f->ndrop = f->nkeep = 0;
    bool unread = false;
    enum st st = store_read(f->hq->store, &f->t, f->err);
    if (st == ST_OK) {
        st = digest_hashes(f->t, subject, hashes, CAP_SUBJECT_ENTRIES, &n, f->err);
        unread = st == ST_TOO_BIG;
        st = st == ST_TOO_BIG ? ST_OK : st;
    }
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        struct arena tmp = arena_of(f->hq->work, CAP_SCRATCH_BYTES);
        struct entry_view e;
        if (journal_get(f->t, hashes[i], &tmp, &e, NULL) != ST_OK) {
            unread = true; /* what it names must be sealed anew before the key goes: all that is */
            continue;
        }
        for (unsigned k = 0; k < e.natt; k++) {
            note(f, false, entry_att(&e, k));
        }
    }
    if (st == ST_OK) {
        st = store_commit(&f->t, f->err); /* whose attachments were not seen would be destroyed */
    }
    store_abort(&f->t);
    free(hashes);
    settle(f);
    return st == ST_OK ? store_keytable_erase(f->hq->store, subject, f->keep,
                                              unread ? STORE_KEEP_HELD : f->nkeep, f->err)
                       : st;
}

enum st hq_forget_resume(struct hq *hq, struct err *err)
{
    id16 ids[DUE_MAX];
    size_t n = 0;
    struct store_txn *t = NULL;
    enum st st = store_read(hq->store, &t, err);
    if (st == ST_OK) {
        st = hq_meta_get(t, "erase", (uint8_t *)ids, sizeof ids, &n, err);
    }
    store_abort(&t);
    if (st != ST_OK || n == 0) {
        return st == ST_NOT_FOUND ? ST_OK : st;
    }
    struct forget f = {0};
    st = room(&f, hq, err);
    for (size_t i = 0; i < n / sizeof *ids && st == ST_OK; i++) {
        st = erase_keys(&f, ids[i]);
    }
    done(&f);
    if (st == ST_OK) {
        st = store_write(hq->store, &t, err);
    }
    if (st == ST_OK) {
        st = hq_meta_put(t, "erase", (bytes){NULL, 0}, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    store_abort(&t);
    return st;
}

enum st hq_forget_again(struct store_txn *t, id16 subject, struct err *err)
{
    id16 ids[DUE_MAX];
    size_t n = 0;
    enum st st = hq_meta_get(t, "erase", (uint8_t *)ids, sizeof ids, &n, err);
    if (st != ST_OK && st != ST_NOT_FOUND) {
        return st;
    }
    n /= sizeof *ids;
    for (size_t i = 0; i < n; i++) {
        if (id16_eq(ids[i], subject)) {
            return ST_OK;
        }
    }
    if (n == DUE_MAX) {
        return ST_OK; /* the store's own notes make the next open erase them */
    }
    ids[n++] = subject;
    return hq_meta_put(t, "erase", bytes_of(ids, n * sizeof *ids), err);
}

enum st hq_forget(struct hq *hq, id16 customer, const struct append *what, struct hq_forgotten *out,
                  struct err *err)
{
    struct forget f = {.who = what, .out = out};
    memset(out, 0, sizeof *out);
    if (hq->batch != NULL) {
        return err_set(err, ST_BUG, 0, __func__, "an erasure stands alone");
    }
    enum st st = room(&f, hq, err);
    if (st == ST_OK) {
        st = forget_in(&f, customer, "erase");
    }
    done(&f);
    return st == ST_OK ? hq_forget_resume(hq, err) : st;
}

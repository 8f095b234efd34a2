/* append.c - one user action: attachments, entry, indexes, fold, draft; all of it or nothing. */
#include "core/journal/append.h"

#include "core/fold/refold.h"
#include "core/journal/own.h"
#include "core/journal/times.h"

/* Attachments first: an entry never names what is not held here. */
static enum st keep_atts(struct store_txn *t, const struct append *what, struct arena tmp,
                         h32 names[static CAP_ENTRY_ATTACHMENTS], struct err *err)
{
    for (unsigned i = 0; i < what->natt; i++) {
        struct append_att *att = &what->atts[i];
        if (att->have) {
            if (store_att_state(t, att->name) != ATT_HELD) {
                return err_set(err, ST_NOT_FOUND, 0, "journal_append",
                               "attachment %u of a kind %u entry is not held", i, what->kind);
            }
            names[i] = att->name;
            continue;
        }
        struct arena here = tmp;
        struct att_view v;
        enum st st = att_make(&here, att->type, att->content, &v);
        if (st != ST_OK) {
            return err_set(err, st, 0, "journal_append", "attachment %u of a kind %u entry", i,
                           what->kind);
        }
        st = store_att_put(t, v.manifest, att->content, what->subject, err);
        if (st != ST_OK) {
            return st;
        }
        att->name = v.name;
        names[i] = v.name;
    }
    return ST_OK;
}

/* What another wrote on this subject comes before what we write now, as far as we believe stamps.
 */
static hlc adopt_subject(struct store_txn *t, id16 subject, hlc own, int64_t corrected_ms,
                         struct arena tmp)
{
    bytes key;
    if (store_last(t, T_SUBJECT, bytes_of(subject.b, sizeof subject.b), &tmp, &key, NULL) !=
            ST_OK ||
        key.n < 24) {
        return own;
    }
    hlc seen = 0;
    for (size_t i = 16; i < 24; i++) {
        seen = seen << 8 | key.p[i];
    }
    return hlc_adopt(own, seen, corrected_ms);
}

/* A clock that is years off believes no stamp of its own year for that. */
static int64_t corrected_ms(struct store_txn *t, const struct chain_mark *m, const struct now *now)
{
    struct times_anchor a;
    struct times_corrected c;
    times_anchor_get(t, &a);
    times_correct(&a, now, &c);
    return c.ms > m->receipt_ms ? c.ms : m->receipt_ms;
}

/* Does the store's mark say what we hold as our head? An aborted transaction of the caller, or a
 * second copy of this journal, would fork the chain here. */
static enum st check_head(const struct journal *j, struct store_txn *t, struct arena tmp,
                          struct chain_mark *m, struct err *err)
{
    enum st st = chain_mark_get(t, j->head.author, j->head.epoch, &tmp, m, err);
    if (st != ST_OK && st != ST_NOT_FOUND) {
        return st;
    }
    if (m->seq != j->head.seq || (m->seq > 0 && !h32_eq(m->hash, j->head.hash))) {
        return err_set(err, ST_CONFLICT, 0, "journal_append",
                       "the journal's head is not the store's: journal_reload is missing");
    }
    return ST_OK;
}

static bool evidence_eq(const struct entry_evidence *a, const struct entry_evidence *b)
{
    return a->has_boot == b->has_boot && a->has_receipt == b->has_receipt &&
           a->has_offset == b->has_offset &&
           memcmp(a->boot_id, b->boot_id, sizeof a->boot_id) == 0 &&
           a->receipt_ms == b->receipt_ms && h32_eq(a->receipt, b->receipt) &&
           a->utc_offset_minutes == b->utc_offset_minutes;
}

static enum st make(struct journal *j, const struct append *what, const h32 *names,
                    const struct now *now, uint8_t *buf, struct entry_view *e, struct err *err)
{
    const struct entry_draft d = {.kind = what->kind,
                                  .subject_type = what->subject_type,
                                  .subject = what->subject,
                                  .body = what->body,
                                  .atts = names,
                                  .natt = what->natt,
                                  .actor = what->actor,
                                  .actor_role = what->actor_role,
                                  .full_evidence = what->kind == KIND_VISIT_SIGNED};
    return entry_make(&j->head, &d, now, j->trust.deployment, j->keys.sign_sk, buf, CAP_ENTRY_BYTES,
                      e, err);
}

static enum st drop_draft(struct store_txn *t, const struct append *what, struct err *err)
{
    uint8_t key[100];
    size_t n = what->draft_name == NULL ? 0 : strlen(what->draft_name);
    if (n == 0) {
        return ST_OK;
    }
    if (n > sizeof key - 16) {
        return err_set(err, ST_BUG, 0, "journal_append", "the draft's name is too long");
    }
    memcpy(key, what->drop_drafts.b, 16);
    memcpy(key + 16, what->draft_name, n);
    enum st st = store_del(t, T_DRAFT, bytes_of(key, 16 + n), err);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static enum st append_parts(struct journal *j, struct store_txn *t, struct append *what,
                            const struct now *now, h32 *hash, struct err *err)
{
    struct arena scratch = arena_of(j->scratch, j->scratch_bytes);
    struct chain_mark m;
    enum st st = check_head(j, t, scratch, &m, err);
    if (st != ST_OK) {
        return st;
    }
    own_cite_receipt(&j->head, &m);
    j->head.time = adopt_subject(t, what->subject, j->head.time, corrected_ms(t, &m, now), scratch);

    h32 names[CAP_ENTRY_ATTACHMENTS];
    if (what->natt > CAP_ENTRY_ATTACHMENTS) {
        return err_set(err, ST_TOO_BIG, 0, "journal_append", "too many attachments");
    }
    st = keep_atts(t, what, scratch, names, err);
    if (st != ST_OK) {
        return st;
    }
    struct entry_evidence said = j->head.said;
    uint8_t buf[CAP_ENTRY_BYTES];
    struct entry_view e;
    bool forked = false;
    st = make(j, what, names, now, buf, &e, err);
    if (st == ST_OK) {
        st = journal_keep_marked(t, &e, &m, &forked, err);
    }
    if (st == ST_OK && forked) {
        return err_set(err, ST_CORRUPT, 0, "journal_append", "an entry lies beyond the head");
    }
    if (st == ST_OK) {
        st = chain_mark_put(t, &m, err);
    }
    if (st == ST_OK && !evidence_eq(&said, &j->head.said)) {
        st = own_said_put(t, &j->head.said, err);
    }
    if (st == ST_OK) {
        st = fold_refold(t, what->subject, scratch, err);
    }
    if (st == ST_OK) {
        st = drop_draft(t, what, err);
    }
    if (st == ST_OK) {
        *hash = e.hash;
    }
    return st;
}

enum st journal_append_in(struct journal *j, struct store_txn *t, struct append *what,
                          const struct now *now, h32 *hash, struct err *err)
{
    struct chain_head before = j->head;
    enum st st = append_parts(j, t, what, now, hash, err);
    if (st != ST_OK) {
        j->head = before;
    }
    return st;
}

enum st journal_append(struct journal *j, struct append *what, const struct now *now, h32 *hash,
                       struct err *err)
{
    struct chain_head before = j->head;
    struct store_txn *t = NULL;
    enum st st = store_write(j->store, &t, err);
    if (st == ST_OK) {
        st = journal_append_in(j, t, what, now, hash, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    if (st != ST_OK) {
        store_abort(&t);
        j->head = before;
    }
    return st;
}

/* writer_sign.c - the sign-off and the payment: what the writer puts together in one transaction.
 *
 * The facts are collected again here, from durable state, and their text must be the one that the
 * customer read: its hash came along. If anything moved in between, nothing is signed. Several
 * reports that a customer signed for at once are signed together or not at all. */
#include <sodium.h>
#include <stdio.h>

#include "app/state/app_internal.h"
#include "core/codec/cbor.h"
#include "core/codec/hash.h"
#include "core/fold/record.h"
#include "core/model/bodies.h"
#include "core/rules/service.h"
#include "core/rules/visit.h"

static bytes counter_key(const char *name, char buf[static 32])
{
    int n = snprintf(buf, 32, "counter.%s", name);
    return bytes_of(buf, (size_t)n);
}

enum st counter_peek(struct store_txn *t, const char *name, struct arena tmp, uint64_t *n,
                     struct err *err)
{
    char key[32];
    bytes v;
    *n = 1;
    enum st st = store_get(t, T_META, counter_key(name, key), &tmp, &v, err);
    if (st == ST_NOT_FOUND) {
        return ST_OK;
    }
    if (st != ST_OK) {
        return st;
    }
    struct cbor_r r = cbor_r_init(v);
    *n = cbor_get_uint(&r);
    return cbor_done(&r) == ST_OK ? ST_OK : err_set(err, ST_CORRUPT, 0, __func__, "counter");
}

enum st counter_move(struct store_txn *t, const char *name, uint64_t next, struct err *err)
{
    char key[32];
    uint8_t buf[16];
    struct cbor_w w = cbor_w_init(buf, sizeof buf);
    bytes out;
    cbor_put_uint(&w, next);
    enum st st = cbor_w_done(&w, &out);
    return st != ST_OK ? st : store_put(t, T_META, counter_key(name, key), out, err);
}

/* Another version of a report keeps its number. */
static unsigned next_version(const struct visit_state *v, str *number)
{
    unsigned version = 1;
    for (unsigned k = 0; k < v->nsigned; k++) {
        if (v->signatures[k].version >= version) {
            version = v->signatures[k].version + 1;
            *number = bytes_str(bytes_of(v->signatures[k].number, v->signatures[k].nnumber));
        }
    }
    return version;
}

/* What all reports of one signing share. */
struct signing {
    const struct intent *i;
    struct edition edition; /* the one that the customer read by, opened anew */
    uint64_t counter;       /* the next new number */
    bool counted;           /* one was taken */
    struct now now;         /* one moment for all: so they are known to be of one pass */
};
struct sign_work {
    id16 id;
    struct subject_state job;
    struct visit_state *visit;
    struct report_facts facts;
    bytes facts_bytes;
    str text, number;
    unsigned version;
};

static enum st number_it(struct writer *w, struct signing *g, struct arena *a, struct sign_work *s,
                         struct err *err)
{
    char number[33];
    s->version = next_version(s->visit, &s->number);
    if (s->number.n > 0) {
        return ST_OK;
    }
    number_format(w->journal.cert.prefix, w->journal.epoch_mark, g->counter++, number);
    g->counted = true;
    s->number = str_c(arena_cstr(a, str_c(number)));
    return s->number.p == NULL ? err_set(err, ST_FULL, 0, __func__, "no room") : ST_OK;
}

static enum st prepare(struct writer *w, struct store_txn *t, struct signing *g, unsigned k,
                       struct arena *a, struct sign_work *s, struct err *err)
{
    const struct sign_intent *in = &g->i->sign;
    s->id = in->of[k].job;
    enum st st = fold_load(t, s->id, a, &s->job, NULL, err);
    if (st != ST_OK) {
        return st;
    }
    s->visit = fold_visit_open(&s->job, w->journal.cert.author);
    enum rule r = s->visit == NULL ? RULE_NOT_ACCEPTED : visit_missing(&s->job, s->visit);
    if (r != RULE_OK && r != RULE_CANCELLED) {
        return err_set(err, ST_FORBIDDEN, (int)r, __func__, "%s %s", rule_id(r), rule_name(r));
    }
    st = number_it(w, g, a, s, err);
    if (st == ST_OK) {
        st = report_collect(t, &s->job, s->visit, &g->edition.cat, in->template_,
                            str_c(w->journal.trust.name), s->number, s->version, &g->now, a,
                            &s->facts, err);
    }
    if (st != ST_OK) {
        return st;
    }
    uint8_t *fb = arena_new(a, uint8_t, CAP_FACTS_BYTES);
    char *tb = arena_new(a, char, CAP_REPORT_BYTES);
    if (fb == NULL || tb == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "the report is too large");
    }
    st = report_facts_encode(&s->facts, fb, CAP_FACTS_BYTES, &s->facts_bytes, err);
    if (st == ST_OK) {
        st = report_text(&s->facts, tb, CAP_REPORT_BYTES, &s->text);
    }
    if (st != ST_OK) {
        return st;
    }
    h32 shown;
    hash32(str_bytes(s->text), shown.b);
    if (!h32_eq(shown, in->of[k].text_shown)) {
        return err_set(err, ST_CONFLICT, 0, __func__, "the report is not the one that was read");
    }
    return ST_OK;
}

static void body_of(struct writer *w, const struct intent *i, const struct sign_work *s,
                    struct body_signed *b)
{
    memset(b, 0, sizeof *b);
    b->visit = s->visit->visit;
    b->outcome = i->sign.outcome;
    b->version = s->version;
    IGNORE(!code_of(str_bytes(s->number), &b->number)); /* number_format makes only such */
    b->total_minor = s->facts.total_minor;
    b->class_ = (unsigned)s->facts.class_;
    b->template_ = (unsigned)i->sign.template_;
    b->ncovers = cover_all(&s->job, w->journal.cert.author, b->covers);
    b->relation = i->sign.relation;
    b->reason = i->sign.reason;
}

static void attach(struct append *what, struct body_signed *b, unsigned flag, enum att_type type,
                   bytes content)
{
    if (content.n == 0) {
        return;
    }
    what->atts[what->natt].type = type;
    what->atts[what->natt].content = content;
    what->natt++;
    b->att_flags |= flag;
}

static enum st append_one(struct writer *w, struct store_txn *t, struct signing *g,
                          const struct sign_work *s, h32 *entry, struct err *err)
{
    const struct intent *i = g->i;
    union body b;
    uint8_t body[CAP_BODY_BYTES];
    struct append_att atts[6];
    memset(atts, 0, sizeof atts);
    struct append what = {.kind = KIND_VISIT_SIGNED,
                          .subject_type = SUBJECT_JOB,
                          .subject = s->id,
                          .atts = atts,
                          .drop_drafts = s->id,
                          .draft_name = "sign"};
    body_of(w, i, s, &b.signed_);
    attach(&what, &b.signed_, 0, ATT_FACTS, s->facts_bytes);
    attach(&what, &b.signed_, 0, ATT_REPORT, str_bytes(s->text));
    attach(&what, &b.signed_, SIGNED_STROKES, ATT_STROKES, i->sign.strokes);
    attach(&what, &b.signed_, SIGNED_NAME, ATT_TEXT, str_bytes(i->sign.name));
    attach(&what, &b.signed_, SIGNED_REASON, ATT_TEXT, str_bytes(i->sign.reason_words));
    attach(&what, &b.signed_, SIGNED_RATINGS, ATT_RATINGS, i->sign.ratings_sealed);
    enum st st = body_encode(KIND_VISIT_SIGNED, &b, body, sizeof body, &what.body);
    if (st != ST_OK) {
        return st;
    }
    enum rule r = visit_body_ok(&s->job, s->visit, KIND_VISIT_SIGNED, what.body);
    return r != RULE_OK
               ? err_set(err, ST_FORBIDDEN, (int)r, __func__, "%s %s", rule_id(r), rule_name(r))
               : journal_append_in(&w->journal, t, &what, &g->now, entry, err);
}

/* The draft of the job whose page was signed on, which may itself have been left out. */
static enum st drop_draft(struct store_txn *t, id16 job, struct err *err)
{
    uint8_t key[16 + 4];
    memcpy(key, job.b, 16);
    memcpy(key + 16, "sign", 4);
    enum st st = store_del(t, T_DRAFT, bytes_of(key, sizeof key), err);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static enum st sign_all(struct writer *w, struct store_txn *t, struct signing *g, h32 *entry,
                        struct err *err)
{
    enum st st = counter_peek(t, "report", arena_of(w->work, CAP_SCRATCH_BYTES), &g->counter, err);
    for (unsigned k = 0; st == ST_OK && k < g->i->sign.n; k++) {
        struct arena a = arena_of(w->work, CAP_SCRATCH_BYTES);
        struct sign_work s;
        h32 hash;
        memset(&s, 0, sizeof s);
        st = prepare(w, t, g, k, &a, &s, err);
        if (st == ST_OK) {
            st = append_one(w, t, g, &s, &hash, err);
        }
        if (st == ST_OK && k == 0) {
            *entry = hash;
        }
    }
    if (st == ST_OK && g->counted) {
        st = counter_move(t, "report", g->counter, err);
    }
    return st == ST_OK ? drop_draft(t, g->i->draft_of, err) : st;
}

enum st writer_sign(struct writer *w, const struct intent *i, h32 *entry, struct err *err)
{
    struct signing g;
    memset(&g, 0, sizeof g);
    g.i = i;
    w->app->clock.read(w->app->clock.ctx, &g.now);
    struct store_txn *t = NULL;
    if (i->sign.n == 0 || i->sign.n > APP_SITE_MAX) {
        return err_set(err, ST_BUG, 0, __func__, "%u reports", i->sign.n);
    }
    enum st st = store_write(w->store, &t, err);
    if (st != ST_OK) {
        return st;
    }
    edition_close(&g.edition);
    if (!h32_zero(i->entry)) {
        st = edition_open(t, i->entry, &g.edition, err);
    }
    if (st == ST_OK) {
        st = sign_all(w, t, &g, entry, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    store_abort(&t);
    if (st != ST_OK) {
        struct err again;
        IGNORE(journal_reload(&w->journal, &again)); /* the head moved in memory only */
    }
    edition_close(&g.edition);
    sodium_memzero(w->work, CAP_SCRATCH_BYTES);
    return st;
}

enum st writer_pay(struct writer *w, const struct intent *i, h32 *entry, struct err *err)
{
    struct arena a = arena_of(w->work, CAP_SCRATCH_BYTES);
    struct store_txn *t = NULL;
    enum st st = store_write(w->store, &t, err);
    if (st != ST_OK) {
        return st;
    }
    struct subject_state job;
    uint64_t counter = 0;
    st = fold_load(t, i->subject, &a, &job, NULL, err);
    if (st == ST_OK) {
        st = counter_peek(t, "receipt", a, &counter, err);
    }
    if (st == ST_OK) {
        /* The newest visit of ours: payment follows the signature, often after the visit is over.
         */
        struct visit_state *v = fold_visit_newest(&job, w->journal.cert.author);
        union body b;
        memset(&b, 0, sizeof b);
        char number[33], full[40];
        number_format(w->journal.cert.prefix, w->journal.epoch_mark, counter, number);
        snprintf(full, sizeof full, "R-%s", number);
        if (v != NULL) {
            b.paid.head.visit = v->visit;
        }
        b.paid.method = i->method;
        b.paid.amount_minor = i->amount_minor;
        bool code_ok = code_of(str_bytes(str_c(full)), &b.paid.receipt);
        uint8_t body[CAP_BODY_BYTES];
        struct append what = {.kind = KIND_VISIT_PAID,
                              .subject_type = SUBJECT_JOB,
                              .subject = i->subject,
                              .drop_drafts = i->subject,
                              .draft_name = "payment"};
        st = code_ok ? body_encode(KIND_VISIT_PAID, &b, body, sizeof body, &what.body)
                     : err_set(err, ST_TOO_BIG, 0, __func__, "the receipt number is too long");
        if (st == ST_OK) {
            enum rule r = v == NULL ? RULE_NOT_ACCEPTED : visit_may(&job, v, KIND_VISIT_PAID);
            if (r == RULE_OK) {
                r = visit_body_ok(&job, v, KIND_VISIT_PAID, what.body);
            }
            if (r != RULE_OK && r != RULE_CANCELLED) {
                st =
                    err_set(err, ST_FORBIDDEN, (int)r, __func__, "%s %s", rule_id(r), rule_name(r));
            }
        }
        if (st == ST_OK) {
            st = counter_move(t, "receipt", counter + 1, err);
        }
        struct now now;
        w->app->clock.read(w->app->clock.ctx, &now);
        if (st == ST_OK) {
            st = journal_append_in(&w->journal, t, &what, &now, entry, err);
        }
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    store_abort(&t);
    if (st != ST_OK) {
        struct err again;
        IGNORE(journal_reload(&w->journal, &again)); /* the head moved in memory only */
    }
    return st;
}

/* writer_copy.c - the customer's copy as a PDF beside the store, on the writer thread: shaping a
 * page and syncing a file take longer than a frame. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/state/app_internal.h"
#include "core/report/proof.h"
#include "sync/carrier/paths.h"
#include "sync/pdf/pdf.h"

static void folder(const struct app *a, char *out, size_t cap)
{
    IGNORE(!paths_copies(a->dir, out, cap)); /* the store's path is short enough: app_open */
}

void copy_path(const struct app *a, str number, unsigned version, char *out, size_t cap)
{
    snprintf(out, cap, "%s.copies/%.*s-%u.pdf", a->dir, (int)number.n, number.p, version);
}

static const struct signature_state *find(const struct subject_state *job, h32 entry)
{
    for (unsigned k = 0; k < job->nvisits; k++) {
        const struct visit_state *v = &job->visits[k];
        for (unsigned i = 0; i < v->nsigned; i++) {
            if (h32_eq(v->signatures[i].entry, entry)) {
                return &v->signatures[i];
            }
        }
    }
    return NULL;
}

static enum st get(struct store_txn *t, h32 att, struct arena *a, bytes *out, struct err *err)
{
    *out = (bytes){NULL, 0};
    return h32_zero(att) ? ST_OK : store_att_get(t, att, a, NULL, out, err);
}

static enum st gather(struct writer *w, struct store_txn *t, const struct intent *i,
                      struct arena *a, struct pdf_report *r, struct report_facts *facts,
                      struct err *err)
{
    struct subject_state job;
    enum st st = fold_load(t, i->subject, a, &job, NULL, err);
    const struct signature_state *s = st == ST_OK ? find(&job, i->entry) : NULL;
    if (s == NULL) {
        return st != ST_OK ? st : err_set(err, ST_NOT_FOUND, 0, __func__, "no such sign-off");
    }
    bytes b[5] = {{NULL, 0}};
    const h32 atts[5] = {s->facts, s->text, s->strokes, s->name, s->reason_text};
    for (int k = 0; k < 5 && st == ST_OK; k++) {
        st = get(t, atts[k], a, &b[k], err);
    }
    const char *rule = NULL;
    if (st == ST_OK) {
        st = report_facts_decode(b[0], a, facts, &rule);
    }
    /* The same address as on the screen; without one the code is left out. */
    struct edition edition;
    id16 id;
    memcpy(id.b, w->journal.trust.deployment, sizeof id.b);
    if (st == ST_OK && edition_open(t, edition_in_force(t, id, *a), &edition, NULL) == ST_OK) {
        if (edition.cat.verify_url.n > 0 &&
            proof_qr(t, i->entry, edition.cat.verify_url, a, &r->qr, NULL) != ST_OK) {
            r->qr = (str){NULL, 0};
        }
        edition_close(&edition);
    }
    r->facts = facts;
    r->text = bytes_str(b[1]);
    r->outcome = (enum sign_outcome)s->outcome;
    r->strokes = b[2];
    r->signer = bytes_str(b[3]);
    r->reason = bytes_str(b[4]);
    r->date_ms = s->wall_ms;
    return st;
}

enum st writer_copy(struct writer *w, const struct intent *i, struct err *err)
{
    struct arena a = arena_of(w->work, CAP_SCRATCH_BYTES);
    struct pdf_report r = {.date_ms = 0};
    struct report_facts facts;
    struct store_txn *t = NULL;
    char path[700];
    enum st st = store_read(w->store, &t, err);
    if (st == ST_OK) {
        st = gather(w, t, i, &a, &r, &facts, err);
    }
    store_abort(&t);
    folder(w->app, path, sizeof path);
    if (st == ST_OK && mkdir(path, 0700) != 0 && errno != EEXIST) {
        st = err_set(err, ST_IO, errno, __func__, "the folder for copies cannot be made");
    }
    if (st == ST_OK) {
        copy_path(w->app, facts.number, facts.version, path, sizeof path);
        st = pdf_file(&r, path, err);
    }
    return st;
}

/* writer_copy.c - the customer's copy as a PDF beside the store, on the writer thread: shaping a
 * page and syncing a file take longer than a frame. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/state/app_internal.h"
#include "sync/carrier/paths.h"
#include "sync/pdf/paper.h"

static void folder(const struct app *a, char *out, size_t cap)
{
    IGNORE(!paths_copies(a->dir, out, cap)); /* the store's path is short enough: app_open */
}

void copy_path(const struct app *a, str number, unsigned version, bool roll, char *out, size_t cap)
{
    snprintf(out, cap, "%s.copies/%.*s-%u%s.pdf", a->dir, (int)number.n, number.p, version,
             roll ? "-80mm" : "");
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

static enum st gather(struct writer *w, struct store_txn *t, const struct intent *i,
                      struct arena *a, struct paper *out, struct err *err)
{
    struct subject_state *job = arena_new(a, struct subject_state, 1);
    id16 id;
    memcpy(id.b, w->journal.trust.deployment, sizeof id.b);
    enum st st = job == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory")
                             : fold_load(t, i->subject, a, job, NULL, err);
    const struct signature_state *s = st == ST_OK ? find(job, i->entry) : NULL;
    if (s == NULL) {
        return st != ST_OK ? st : err_set(err, ST_NOT_FOUND, 0, __func__, "no such sign-off");
    }
    return paper_of(t, id, s, a, out, err);
}

enum st writer_copy(struct writer *w, const struct intent *i, struct err *err)
{
    struct arena a = arena_of(w->work, CAP_SCRATCH_BYTES);
    struct paper *r = arena_new(&a, struct paper, 1);
    struct store_txn *t = NULL;
    char path[700];
    enum st st =
        r == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory") : store_read(w->store, &t, err);
    if (st == ST_OK) {
        st = gather(w, t, i, &a, r, err);
    }
    store_abort(&t);
    folder(w->app, path, sizeof path);
    if (st == ST_OK && mkdir(path, 0700) != 0 && errno != EEXIST) {
        st = err_set(err, ST_IO, errno, __func__, "the folder for copies cannot be made");
    }
    if (st == ST_OK) {
        r->report.paper = i->roll ? PDF_RECEIPT : PDF_A4;
        copy_path(w->app, r->facts.number, r->facts.version, i->roll, path, sizeof path);
        st = pdf_file(&r->report, path, err);
    }
    return st;
}

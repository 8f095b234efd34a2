/* editions.c - the catalogue: which edition is in force, and its tables in memory of its own.
 *
 * The writer reads it after an unlock and when a newer one came, and hands it over: it is the UI's
 * from then on. For a signature the writer opens the same one again and drops it, so that neither
 * thread looks into the other's. */
#include <stdlib.h>

#include "app/state/app_internal.h"
#include "core/fold/refold.h"

h32 edition_in_force(struct store_txn *t, id16 deployment, struct arena tmp)
{
    struct subject_state dep;
    h32 none = {{0}};
    return fold_load(t, deployment, &tmp, &dep, NULL, NULL) == ST_OK ? dep.edition : none;
}

enum st edition_open(struct store_txn *t, h32 name, struct edition *out, struct err *err)
{
    memset(out, 0, sizeof *out);
    out->mem = malloc(APP_CATALOGUE_BYTES); /* pages that are not touched cost nothing */
    if (out->mem == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory for the catalogue");
    }
    struct arena m = arena_of(out->mem, APP_CATALOGUE_BYTES);
    bytes content;
    const char *rule = "";
    enum st st = store_att_get(t, name, &m, NULL, &content, err);
    if (st == ST_OK && catalogue_open(content, &m, &out->cat, &rule) != ST_OK) {
        st = err_set(err, ST_CORRUPT, 0, __func__, "the catalogue cannot be read: %s", rule);
    }
    if (st != ST_OK) {
        edition_close(out);
        return st;
    }
    out->cat.edition = name;
    return ST_OK;
}

void edition_close(struct edition *e)
{
    free(e->mem);
    memset(e, 0, sizeof *e);
    calendars_default(&e->cat.calendars);
}

/* Jobs stand in lists by their deadline, which working hours, holidays and the zone decide: other
 * ones than the lists were made by put each open job in its place. Where that fails they stand by
 * the old ones, each with its right countdown, until the next unlock. */
static bool other_hours(struct writer *w, struct store_txn *t, const struct calendars *now)
{
    struct arena tmp = arena_of(w->work, CAP_SCRATCH_BYTES);
    struct calendars kept;
    fold_calendars(t, &tmp, &kept, NULL);
    return !calendars_same(&kept, now);
}

static void relist(struct writer *w, const struct catalogue *c)
{
    struct store_txn *t = NULL;
    enum st st = store_write(w->store, &t, NULL);
    st = st == ST_OK ? fold_calendars_put(t, &c->calendars, c->edition,
                                          arena_of(w->work, CAP_SCRATCH_BYTES), NULL)
                     : st;
    IGNORE(st != ST_OK || store_commit(&t, NULL) != ST_OK);
    store_abort(&t);
}

/* The new one when its content has come; until then the one before it stays. A large one takes a
 * second: the writer reads it, and the UI goes on. */
void edition_fetch(struct writer *w)
{
    struct app *a = w->app;
    struct edition fresh;
    struct store_txn *t = NULL;
    if (!w->open || store_read(w->store, &t, NULL) != ST_OK) {
        return;
    }
    id16 deployment;
    memcpy(deployment.b, w->journal.trust.deployment, sizeof deployment.b);
    h32 name = edition_in_force(t, deployment, arena_of(w->work, CAP_SCRATCH_BYTES));
    bool came = !h32_zero(name) && !h32_eq(name, w->edition) &&
                store_att_state(t, name) == ATT_HELD &&
                edition_open(t, name, &fresh, NULL) == ST_OK;
    bool other = came && other_hours(w, t, &fresh.cat.calendars);
    store_abort(&t);
    if (!came) {
        return;
    }
    if (other) {
        relist(w, &fresh.cat);
    }
    w->edition = name;
    pthread_mutex_lock(&a->news_mutex);
    edition_close(&a->fresh_edition);
    a->fresh_edition = fresh;
    pthread_mutex_unlock(&a->news_mutex);
    app_changed(a);
}

void catalogue_refresh(struct app *a)
{
    struct edition fresh = {.mem = NULL};
    pthread_mutex_lock(&a->news_mutex);
    if (a->store != NULL && a->fresh_edition.mem != NULL) {
        fresh = a->fresh_edition;
        memset(&a->fresh_edition, 0, sizeof a->fresh_edition);
    }
    pthread_mutex_unlock(&a->news_mutex);
    if (fresh.mem != NULL) {
        edition_close(&a->edition);
        a->edition = fresh;
    }
}

void catalogue_drop(struct app *a)
{
    edition_close(&a->edition);
    pthread_mutex_lock(&a->news_mutex);
    edition_close(&a->fresh_edition);
    pthread_mutex_unlock(&a->news_mutex);
}

/* editions.c - the catalogue: which edition is in force, and its tables in memory of its own.
 *
 * The UI keeps one open; the writer opens the same one for a signature and drops it again, so that
 * neither thread looks into the other's. */
#include <stdlib.h>

#include "app/state/app_internal.h"

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
    calendar_default(&e->cat.calendar);
}

/* The new one when its content has come; until then the one before it stays. */
void catalogue_refresh(struct app *a)
{
    uint64_t g = atomic_load(&a->generation) + 1;
    if (a->store == NULL || a->catalogue_generation == g) {
        return;
    }
    a->catalogue_generation = g;
    struct store_txn *t = NULL;
    if (store_read(a->store, &t, NULL) != ST_OK) {
        return;
    }
    h32 name = edition_in_force(t, a->who.deployment, a->frame);
    struct edition fresh;
    if (!h32_zero(name) && !h32_eq(name, a->edition.cat.edition) &&
        store_att_state(t, name) == ATT_HELD && edition_open(t, name, &fresh, NULL) == ST_OK) {
        edition_close(&a->edition);
        a->edition = fresh;
    }
    store_abort(&t);
}

/* fold_calendar.c - the calendars of the edition that stands, kept beside what follows from it: see
 * refold.h. */
#include "core/fold/refold.h"
#include "core/model/catalogue.h"

#define JOBS_AT_ONCE 64 /* between two looks at the list: a cursor outlives no write */

static bytes calendar_key(void)
{
    return str_bytes(S("calendar"));
}

/* The number of the edition that is kept: what its writer knew. 0 knew one calendar alone, and left
 * those of branches out. */
#define KNOWS_BRANCHES 1

void fold_calendars(struct store_txn *t, struct arena *a, struct calendars *out, h32 *edition)
{
    bytes v;
    struct catalogue c;
    const char *rule;
    struct arena before = *a;
    memset(&c, 0, sizeof c);
    if (store_get(t, T_META, calendar_key(), a, &v, NULL) == ST_OK && v.n > 32 &&
        catalogue_open(bytes_of(v.p + 32, v.n - 32), a, &c, &rule) == ST_OK) {
        *out = c.calendars;
        if (edition != NULL) {
            memset(edition, 0, sizeof *edition);
            if (c.number >= KNOWS_BRANCHES) {
                memcpy(edition->b, v.p, 32);
            }
        }
        return;
    }
    *a = before;
    calendars_default(
        out); /* none, or one that does not read: it is put again with the next open */
    if (edition != NULL) {
        memset(edition, 0, sizeof *edition);
    }
}

void fold_calendars_of(struct store_txn *t, struct arena *a, id8 branch, struct calendars *out)
{
    bytes v;
    struct arena before = *a;
    if (store_get(t, T_META, calendar_key(), a, &v, NULL) != ST_OK || v.n <= 32 ||
        catalogue_hours(bytes_of(v.p + 32, v.n - 32), branch, a, out) != ST_OK) {
        *a = before;
        calendars_default(out); /* as above */
    }
}

/* The next open jobs after `last` (0 bytes: from the first). */
static enum st next_jobs(struct store_txn *t, uint8_t last[static LIST_KEY_BYTES], size_t *nlast,
                         id16 out[static JOBS_AT_ONCE], unsigned *n, struct err *err)
{
    static const uint8_t open_jobs[] = {LIST_JOBS_OPEN};
    struct store_cursor *c = NULL;
    bytes key;
    *n = 0;
    enum st st = store_scan(t, T_LIST, bytes_of(open_jobs, 1), bytes_of(last, *nlast), &c, err);
    while (st == ST_OK && *n < JOBS_AT_ONCE) {
        st = store_next(c, &key);
        if (st != ST_OK || key.n < 17 || key.n > LIST_KEY_BYTES ||
            (key.n == *nlast && memcmp(key.p, last, key.n) == 0)) {
            continue;
        }
        memcpy(out[(*n)++].b, key.p + key.n - 16, 16);
        memcpy(last, key.p, key.n);
        *nlast = key.n;
    }
    store_scan_end(&c);
    return st;
}

/* All are named before one is moved: a job that moves forward would come twice. */
static enum st relist_all(struct store_txn *t, struct arena scratch, struct err *err)
{
    uint8_t last[LIST_KEY_BYTES];
    size_t nlast = 0, all = 0;
    enum st st = ST_OK;
    id16 *ids = (id16 *)(void *)scratch.beg, at[JOBS_AT_ONCE];
    size_t room = (size_t)(scratch.end - scratch.beg) / 2 / sizeof *ids;
    while (st == ST_OK) {
        unsigned n;
        st = next_jobs(t, last, &nlast, at, &n, err);
        if (n > room - all) {
            return err_set(err, ST_FULL, 0, "fold_calendars_put", "too many open jobs");
        }
        memcpy(ids + all, at, n * sizeof *ids);
        all += n;
    }
    scratch.beg = (uint8_t *)(void *)(ids + all);
    st = st == ST_END ? ST_OK : st;
    for (size_t i = 0; i < all && st == ST_OK; i++) {
        st = fold_relist(t, ids[i], scratch, err);
    }
    return st;
}

enum st fold_calendars_put(struct store_txn *t, const struct calendars *all, h32 edition,
                           struct arena scratch, struct err *err)
{
    struct catalogue c;
    bytes v;
    size_t room = (size_t)(scratch.end - scratch.beg);
    memset(&c, 0, sizeof c);
    c.number = KNOWS_BRANCHES;
    c.calendars = *all;
    memcpy(scratch.beg, edition.b, 32);
    enum st st = catalogue_encode(&c, scratch.beg + 32, room - 32, &v);
    if (st != ST_OK) {
        return err_set(err, st, 0, __func__, "a calendar does not fit");
    }
    st = store_put(t, T_META, calendar_key(), bytes_of(scratch.beg, v.n + 32), err);
    return st == ST_OK ? relist_all(t, scratch, err) : st;
}

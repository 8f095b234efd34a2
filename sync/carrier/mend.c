/* mend.c - see mend.h. */
#include "sync/carrier/mend.h"

#include "core/store/rebuild.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child does no more than read pages and try seals: nothing that a thread of the parent could
 * have held at the fork is needed for it. */
enum st mend_walk(const char *dir, const struct store_options *opt, struct arena scratch,
                  struct err *err)
{
    struct salvage_totals found;
    pid_t child = fork();
    if (child == 0) {
        _exit((int)store_walk(dir, opt, scratch, &found, NULL));
    }
    int status = 0;
    pid_t got = child;
    do {
        got = child > 0 ? waitpid(child, &status, 0) : child;
    } while (got < 0 && child > 0 && errno == EINTR);
    if (child < 0 || got != child) {
        return store_walk(dir, opt, scratch, &found, err); /* no process: it bounds itself */
    }
    if (WIFSIGNALED(status)) {
        return err_set(err, ST_CORRUPT, 0, __func__, "reading the store ended a process");
    }
    enum st st = (enum st)WEXITSTATUS(status);
    return st == ST_OK
               ? ST_OK
               : err_set(err, st, 0, __func__, "looking through the store: %s", st_name(st));
}

/* *whole: the pages are sound and merely not of this key (or half a compaction lies there): what
 * that means store_open says. */
static enum st salvage(const char *dir, const struct store_options *opt, struct arena scratch,
                       struct salvage_totals *totals, bool *whole, struct err *err)
{
    enum st st = store_salvage(dir, opt, scratch, totals, err);
    *whole = st == ST_WRONG_PIN && totals->bad == 0 && totals->metas_agree;
    if (st != ST_OK) {
        memset(totals, 0, sizeof *totals);
    }
    return *whole ? ST_OK
           : st == ST_WRONG_PIN
               ? err_set(err, ST_CORRUPT, 0, __func__, "nothing of the store can be read any more")
               : st;
}

enum st mend_open(const char *dir, const struct store_options *opt, bool always,
                  struct arena scratch, struct store **s, struct salvage_totals *totals,
                  struct err *err)
{
    enum st st = ST_OK;
    bool whole = true, tried = false;
    memset(totals, 0, sizeof *totals);
    *s = NULL;
    enum store_end end = store_last_end(dir);
    if (end == STORE_END_UNCLEAN || (always && end == STORE_END_CLEAN)) {
        st = mend_walk(dir, opt, scratch, err);
        tried = st == ST_CORRUPT;
        /* No environment there: half a swap, which the open finishes. */
        st = tried                ? salvage(dir, opt, scratch, totals, &whole, err)
             : st == ST_NOT_FOUND ? ST_OK
                                  : st;
    }
    st = st != ST_OK ? st : store_open(dir, opt, s, err);
    if (st == ST_CORRUPT && !tried) {
        st = salvage(dir, opt, scratch, totals, &whole, err);
        st = st != ST_OK ? st : store_open(dir, opt, s, err);
    }
    return st;
}

enum st mend_finish(struct store *s, struct arena scratch, store_mend_also also,
                    struct salvage_totals *totals, struct err *err)
{
    struct store_txn *t = NULL;
    enum st st = store_read(s, &t, err);
    if (st != ST_OK) {
        return st;
    }
    bool due = store_mend_due(t);
    store_abort(&t);
    struct store_rebuild_totals n;
    return due ? store_mend(s, scratch, also, totals, err) : store_upgrade(s, scratch, &n, err);
}

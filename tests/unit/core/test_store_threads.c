/* test_store_threads.c - readers in threads of their own beside the one writer; run under the
 * thread sanitizer it also proves the pools and the key table. */
#include "tests/unit/core/store_help.h"

#include "core/journal/attachment.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define READERS 4
#define COMMITS 300

struct shared {
    struct store *s;
    atomic_uint done; /* commits so far */
    atomic_bool stop;
    atomic_uint failures, reads;
    h32 names[COMMITS];
};

/* Value i and attachment i come in one transaction: a reader sees both or neither. */
static bool look_at(struct shared *sh, unsigned i, struct store_txn *t)
{
    char key[16];
    uint8_t buf[1024];
    snprintf(key, sizeof key, "%05u", i);
    struct arena a = arena_of(buf, sizeof buf);
    bytes v, m;
    if (store_get(t, T_META, help_b(key), &a, &v, NULL) != ST_OK || !bytes_eq(v, help_b(key))) {
        return false;
    }
    return store_att_get(t, sh->names[i], &a, &m, &v, NULL) == ST_OK && bytes_eq(v, help_b(key)) &&
           store_att_state(t, sh->names[i]) == ATT_HELD;
}

static void *read_on(void *arg)
{
    struct shared *sh = arg;
    unsigned at = 0;
    while (!atomic_load(&sh->stop)) {
        unsigned n = atomic_load(&sh->done);
        struct store_txn *t = NULL;
        if (n == 0 || store_read(sh->s, &t, NULL) != ST_OK) {
            continue;
        }
        at = (at * 31 + 7) % n;
        bool ok = look_at(sh, at, t) && look_at(sh, n - 1, t);
        ok = ok && store_count(t, T_ATT) >= n;
        store_abort(&t);
        atomic_fetch_add(&sh->failures, !ok);
        atomic_fetch_add(&sh->reads, 1);
    }
    return NULL;
}

static void write_one(struct shared *sh, unsigned i)
{
    char key[16];
    uint8_t buf[512];
    struct arena a = arena_of(buf, sizeof buf);
    struct att_view v;
    id16 subject = {{(uint8_t)i, (uint8_t)(i >> 8), 3}}; /* a new key each time: the table grows */
    snprintf(key, sizeof key, "%05u", i);
    CHECK_INT(att_make(&a, ATT_TEXT, help_b(key), &v), ST_OK);
    sh->names[i] = v.name;
    struct store_txn *t = help_write(sh->s);
    CHECK_INT(help_put(t, T_META, key, key), ST_OK);
    CHECK_INT(store_att_put(t, v.manifest, help_b(key), subject, NULL), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    atomic_store(&sh->done, i + 1);
}

static void readers_in_threads_see_what_is_committed(void)
{
    static struct shared sh;
    sh.s = help_open(help_create(STORE_HQ), STORE_HQ, STORE_WRITE);
    pthread_t th[READERS];
    for (int i = 0; i < READERS; i++) {
        CHECK_INT(pthread_create(&th[i], NULL, read_on, &sh), 0);
    }
    for (unsigned i = 0; i < COMMITS; i++) {
        write_one(&sh, i);
        if (i == COMMITS / 2) {
            id16 nobody = {{99, 99}};
            CHECK_INT(store_keytable_erase(sh.s, nobody, NULL, 0, NULL), ST_OK);
        }
    }
    while (atomic_load(&sh.reads) < 200 && atomic_load(&sh.failures) == 0) {
        struct timespec ms = {0, 1000000};
        nanosleep(&ms, NULL);
    }
    atomic_store(&sh.stop, true);
    for (int i = 0; i < READERS; i++) {
        pthread_join(th[i], NULL);
    }
    CHECK_INT(atomic_load(&sh.failures), 0);
    printf("# %u reads beside %u commits\n", atomic_load(&sh.reads), COMMITS);
    store_close(&sh.s);
}

int main(void)
{
    RUN(readers_in_threads_see_what_is_committed);
    CHECK_END();
}

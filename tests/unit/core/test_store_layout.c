/* test_store_layout.c - a store of the previous layout is brought up to date whole or not at all,
 * and one of a newer is left alone. */
#include "tests/support/layout1.h"
#include "tests/unit/core/check_help.h"

#include "core/fold/refold.h"
#include "core/keys/slots.h"
#include "core/store/rebuild.h"
#include "core/store/salvage.h"

#include <signal.h>
#include <sodium.h>

/* One hash over keys and values of tables, as they are before sealing. */
static h32 dump(struct store *s, const enum table *which, size_t n)
{
    crypto_generichash_state h;
    h32 out;
    struct store_txn *t = help_read(s);
    crypto_generichash_init(&h, NULL, 0, sizeof out.b);
    for (size_t i = 0; i < n; i++) {
        struct store_cursor *c;
        bytes none = {NULL, 0}, key, value;
        CHECK_INT(store_scan(t, which[i], none, none, &c, NULL), ST_OK);
        while (store_next(c, &key) == ST_OK) {
            struct arena a = room();
            CHECK_INT(store_value(c, &a, &value, NULL), ST_OK);
            uint64_t lengths[3] = {which[i], key.n, value.n};
            crypto_generichash_update(&h, (const uint8_t *)lengths, sizeof lengths);
            crypto_generichash_update(&h, key.p, key.n);
            crypto_generichash_update(&h, value.p, value.n);
        }
        store_scan_end(&c);
    }
    crypto_generichash_final(&h, out.b, sizeof out.b);
    store_abort(&t);
    return out;
}

static const enum table derived[] = {T_HASH, T_SUBJECT, T_STATE, T_LIST, T_CODE, T_SAID};
/* What nobody could compute again. */
static const enum table kept[] = {T_ENTRY, T_HEAD,  T_CERT,  T_RECEIPT, T_REVOKED,
                                  T_ATT,   T_WANT,  T_OUT,   T_SCOPE,   T_CODE_ENROL,
                                  T_ODD,   T_DRAFT, T_ATTREF};
#define DUMP(s, which) dump(s, which, sizeof(which) / sizeof(which)[0])

struct old {
    const char *dir;
    enum store_side side;
    h32 derived, kept; /* before it was made older: what this version has of the same work */
};

/* A journal, drafts, an outbox, large and small attachments, marks; then as layout 1 had it. */
static void make_old(struct old *o, enum store_side side)
{
    struct store *s = make(side);
    static uint8_t big[200000];
    struct att_view v;
    struct arena a = arena_of(scratch2, sizeof scratch2);
    struct store_txn *t = help_write(s);
    for (int i = 0; i < 40; i++) {
        char k[32], text[64];
        snprintf(k, sizeof k, "draft %d of a subject", i);
        snprintf(text, sizeof text, "half-typed text number %d", i);
        CHECK_INT(help_put(t, T_DRAFT, k, text), ST_OK);
        snprintf(k, sizeof k, "outbox place %d", i);
        CHECK_INT(help_put(t, T_OUT, k, text), ST_OK);
        CHECK_INT(help_put(t, T_ODD, k, text), ST_OK);
    }
    memset(big, 7, sizeof big);
    CHECK_INT(att_make(&a, ATT_PHOTO, bytes_of(big, sizeof big), &v), ST_OK);
    CHECK_INT(store_att_put(t, v.manifest, bytes_of(big, sizeof big), subject_of("job", 1), NULL),
              ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    *o = (struct old){.dir = store_dir(s), .side = side};
    static char dirs[4][200];
    static unsigned n;
    o->dir = dirs[n % 4];
    snprintf(dirs[n++ % 4], sizeof dirs[0], "%s", store_dir(s));
    o->derived = DUMP(s, derived);
    o->kept = DUMP(s, kept);
    store_close(&s);
    layout1_make(o->dir, help_key, HELP_MAP_BYTES);
}

static void is_up_to_date(const struct old *o, struct store *s)
{
    CHECK(!store_is_older(s));
    h32 h = DUMP(s, derived);
    CHECK_BYTES(h.b, 32, o->derived.b, 32);
    h = DUMP(s, kept);
    CHECK_BYTES(h.b, 32, o->kept.b, 32);
    expect(s, 0);
    struct store_check_totals n;
    struct store_check_sink sink = {NULL, NULL};
    CHECK_INT(store_check(s, room(), &sink, &n, NULL), ST_OK);
    for (unsigned i = 0; i < TABLES; i++) {
        CHECK_INT(n.damaged[i], 0);
    }
    CHECK(n.held > 0 && n.att_damaged == 0);
}

static enum st open_as(const struct old *o, enum store_mode mode, struct store **s, struct err *err)
{
    struct store_options opt = help_options(o->side, mode);
    memset(err, 0, sizeof *err);
    return store_open(o->dir, &opt, s, err);
}

static void an_older_store_is_brought_up_to_date_with_all_that_it_holds(void)
{
    const enum store_side sides[] = {STORE_DEVICE, STORE_HQ};
    for (size_t i = 0; i < 2; i++) {
        struct old o;
        struct err e;
        struct store *s = NULL;
        struct store_rebuild_totals n;
        make_old(&o, sides[i]);
        CHECK_INT(open_as(&o, STORE_WRITE, &s, &e), ST_OK);
        CHECK(store_is_older(s));
        /* Nothing is written to it before. */
        struct store_txn *t = NULL;
        CHECK_INT(store_write(s, &t, &e), ST_OLDER);
        CHECK(t == NULL);
        CHECK_INT(store_upgrade(s, room(), &n, &e), ST_OK);
        CHECK_INT(n.entries, ENTRIES);
        CHECK_INT(n.marks, 0);
        is_up_to_date(&o, s);
        CHECK_INT(store_upgrade(s, room(), &n, &e), ST_OK);
        CHECK_INT(n.entries, 0); /* once */
        store_close(&s);
        s = help_open(o.dir, o.side, STORE_WRITE);
        is_up_to_date(&o, s);
        store_close(&s);
    }
}

static void a_reader_of_an_older_store_is_told_so_and_changes_nothing(void)
{
    struct old o;
    struct err e;
    struct store *s = NULL;
    char data[256];
    size_t n = 0, k = 0;
    make_old(&o, STORE_DEVICE);
    snprintf(data, sizeof data, "%s/env/data.mdb", o.dir);
    uint8_t *before = help_file(data, &n);
    CHECK_INT(open_as(&o, STORE_READ, &s, &e), ST_OLDER);
    CHECK(s == NULL && strstr(e.text, "older version") != NULL);
    uint8_t *after = help_file(data, &k);
    CHECK(n == k && memcmp(before, after, n) == 0);
    free(before);
    free(after);
}

static void a_raised_fold_alone_computes_again_what_is_derived(void)
{
    for (unsigned fold = FOLD_VERSION - 1; fold <= FOLD_VERSION + 1; fold += 2) {
        struct old o;
        struct err e;
        struct store *s = NULL;
        struct store_rebuild_totals n;
        make_old(&o, STORE_DEVICE);
        CHECK_INT(open_as(&o, STORE_WRITE, &s, &e), ST_OK);
        CHECK_INT(store_upgrade(s, room(), &n, &e), ST_OK);
        store_close(&s);
        layout1_raise(o.dir, help_key, HELP_MAP_BYTES, 0, fold);
        CHECK_INT(open_as(&o, STORE_READ, &s, &e), fold < FOLD_VERSION ? ST_OLDER : ST_NEWER);
        CHECK_INT(open_as(&o, STORE_WRITE, &s, &e), ST_OK);
        CHECK(store_is_older(s));
        CHECK_INT(store_upgrade(s, room(), &n, &e), ST_OK);
        CHECK_INT(n.entries, ENTRIES);
        is_up_to_date(&o, s);
        store_close(&s);
    }
}

static void a_newer_store_is_refused_and_left_alone(void)
{
    struct old o;
    struct err e;
    struct store *s = NULL;
    struct store_rebuild_totals r;
    struct salvage_totals found;
    char data[256], lock[256];
    size_t n = 0, k = 0, marks = 0;
    make_old(&o, STORE_DEVICE);
    CHECK_INT(open_as(&o, STORE_WRITE, &s, &e), ST_OK);
    CHECK_INT(store_upgrade(s, room(), &r, &e), ST_OK);
    store_close(&s);
    layout1_raise(o.dir, help_key, HELP_MAP_BYTES, 3, 0);
    snprintf(data, sizeof data, "%s/env/data.mdb", o.dir);
    snprintf(lock, sizeof lock, "%s/lock", o.dir);
    uint8_t *before = help_file(data, &n);
    for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
        CHECK_INT(open_as(&o, (enum store_mode)mode, &s, &e), ST_NEWER);
        CHECK(s == NULL && strstr(e.text, "newer version") != NULL);
    }
    /* Nor is it taken for damaged: half of it would be thrown away. */
    struct store_options opt = help_options(STORE_DEVICE, STORE_WRITE);
    CHECK_INT(store_walk(o.dir, &opt, room(), &found, &e), ST_NEWER);
    CHECK_INT(store_salvage(o.dir, &opt, room(), &found, &e), ST_NEWER);
    uint8_t *after = help_file(data, &k), *mark = help_file(lock, &marks);
    CHECK(n == k && memcmp(before, after, n) == 0);
    CHECK(mark != NULL && mark[0] == LOCK_CLOSED);
    free(before);
    free(after);
    free(mark);
}

static void an_older_store_that_ended_badly_is_not_taken_for_damaged(void)
{
    struct old o;
    struct err e;
    struct store *s = NULL;
    struct salvage_totals found;
    make_old(&o, STORE_DEVICE);
    struct store_options opt = help_options(STORE_DEVICE, STORE_WRITE);
    CHECK_INT(store_walk(o.dir, &opt, room(), &found, &e), ST_OK);
    CHECK_INT(found.bad, 0);
    /* And salvaged all the same, it is the older store still, and can be brought up to date. */
    CHECK_INT(store_salvage(o.dir, &opt, room(), &found, &e), ST_OK);
    CHECK_INT(open_as(&o, STORE_WRITE, &s, &e), ST_OK);
    struct store_txn *t = help_read(s);
    CHECK(store_is_older(s) && store_mend_due(t));
    store_abort(&t);
    CHECK_INT(store_mend(s, room(), NULL, NULL, &e), ST_OK);
    is_up_to_date(&o, s);
    store_close(&s);
}

/* --- cut at every point
 * ------------------------------------------------------------------------------------ */

static void stop_at(void *ctx, const char *step)
{
    if (strcmp(step, ctx) == 0) {
        raise(SIGKILL);
    }
}

static void upgrade_in_a_child(const struct old *o, char *step)
{
    pid_t child = fork();
    if (child == 0) {
        struct store *s = NULL;
        struct err e;
        struct store_rebuild_totals n;
        if (open_as(o, STORE_WRITE, &s, &e) != ST_OK) {
            _exit(9);
        }
        store_hook_set(s, stop_at, step);
        _exit(store_upgrade(s, room(), &n, &e) == ST_OK ? 0 : 1);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
}

static void killed_at_every_step_it_is_the_old_one_or_the_new_one(void)
{
    static char steps[][12] = {"begun", "dropped", "indexed", "folded", "committed"};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct old o;
        struct err e;
        struct store *s = NULL;
        struct store_rebuild_totals n;
        make_old(&o, i % 2 != 0 ? STORE_HQ : STORE_DEVICE);
        upgrade_in_a_child(&o, steps[i]);
        CHECK_INT(open_as(&o, STORE_WRITE, &s, &e), ST_OK);
        CHECK_INT(store_is_older(s), i < 4);
        CHECK_INT(store_upgrade(s, room(), &n, &e), ST_OK);
        is_up_to_date(&o, s);
        store_close(&s);
    }
}

static void without_room_it_stays_the_old_one(void)
{
    struct old o;
    struct err e;
    struct store *s = NULL;
    struct store_rebuild_totals n;
    make_old(&o, STORE_DEVICE);
    struct store_options opt = help_options(STORE_DEVICE, STORE_WRITE);
    struct stat sb;
    char data[256];
    snprintf(data, sizeof data, "%s/env/data.mdb", o.dir);
    CHECK(stat(data, &sb) == 0);
    opt.map_bytes = (uint64_t)sb.st_size + 4096; /* a page more: too few for what is derived */
    CHECK_INT(store_open(o.dir, &opt, &s, &e), ST_OK);
    CHECK_INT(store_upgrade(s, room(), &n, &e), ST_FULL);
    CHECK(store_is_older(s));
    struct store_txn *t = NULL;
    CHECK_INT(store_write(s, &t, &e), ST_OLDER);
    /* Once more in the same process, as after room was made; then with room. */
    CHECK_INT(store_upgrade(s, room(), &n, &e), ST_FULL);
    store_close(&s);
    CHECK_INT(open_as(&o, STORE_WRITE, &s, &e), ST_OK);
    CHECK_INT(store_upgrade(s, room(), &n, &e), ST_OK);
    is_up_to_date(&o, s);
    store_close(&s);
}

int main(void)
{
    sample_make(&sample);
    RUN(an_older_store_is_brought_up_to_date_with_all_that_it_holds);
    RUN(a_reader_of_an_older_store_is_told_so_and_changes_nothing);
    RUN(a_raised_fold_alone_computes_again_what_is_derived);
    RUN(a_newer_store_is_refused_and_left_alone);
    RUN(an_older_store_that_ended_badly_is_not_taken_for_damaged);
    RUN(killed_at_every_step_it_is_the_old_one_or_the_new_one);
    RUN(without_room_it_stays_the_old_one);
    sample_free(&sample);
    CHECK_END();
}

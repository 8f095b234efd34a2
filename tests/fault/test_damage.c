/* test_damage.c - pages of the file flipped, zeroed, swapped, cut: nobody is lost to it for longer
 * than a restart, what still holds is kept, what is missing is named. */
#include "core/journal/missing.h"
#include "sync/carrier/mend.h"
#include "sync/engine/want_back.h"
#include "tests/fault/damage_run.h"

#include <sys/stat.h>
#include <unistd.h>

static struct story story;
static struct damage_gold gold[STORY_SIDES];
static bool soak;

static const char *dir_of(enum story_side side)
{
    return side == STORY_HQ ? story.p.dir : story.d.dir;
}

/* --- many runs ----------------------------------------------------------------------------------
 */

struct tally {
    unsigned runs, restarts, salvaged, gave_up, entries_gone, lost;
};

static void set_lock(const char *dir, char mark)
{
    char path[300];
    snprintf(path, sizeof path, "%s/lock", dir);
    damage_file_write(path, (const uint8_t *)&mark, 1);
}

static void copy_store(enum story_side side, const char *to)
{
    static const char *const beside[] = {".keys", ".keytable"};
    damage_file_copy(dir_of(side), to);
    for (size_t i = 0; i < 2 && side == STORY_HQ; i++) {
        char a[300], b[300];
        snprintf(a, sizeof a, "%s%s", dir_of(side), beside[i]);
        snprintf(b, sizeof b, "%s%s", to, beside[i]);
        damage_file_copy(a, b);
    }
}

/* `unclean`: the last run ended without close, so the file is looked through before it is used. */
static void one(enum story_side side, uint32_t seed, bool unclean, const char *base,
                struct tally *t)
{
    char dir[240], data[300];
    struct damage_found f;
    size_t n = gold[side].n;
    snprintf(dir, sizeof dir, "%s/store", base);
    snprintf(data, sizeof data, "%s/env/data.mdb", dir);
    disk_log_empty(base);
    copy_store(side, dir);
    uint8_t *file = malloc(n);
    memcpy(file, gold[side].file, n);
    const char *what = damage_file_do(file, &n, seed);
    damage_file_write(data, file, n);
    set_lock(dir, unclean ? 'w' : '-');
    t->runs++;
    struct damage_run r = {.story = &story,
                           .gold = &gold[side],
                           .side = side,
                           .dir = dir,
                           .file = file,
                           .n = n,
                           .strict = unclean};
    bool lived = damage_run(&r, &f);
    if (!unclean && (!lived || f.bad[0] != '\0')) {
        /* It trusted its file: by the next start it must not, and go on. */
        t->restarts++;
        r.strict = false;
        lived = damage_run(&r, &f);
    }
    t->salvaged += f.salvaged;
    t->gave_up += f.gave_up;
    t->entries_gone += f.missing;
    if (!lived || f.bad[0] != '\0') {
        t->lost++;
        if (t->lost <= 20) {
            printf("# %s, %s, last end %s: %s\n", side == STORY_HQ ? "headquarters" : "device",
                   what, unclean ? "unclean" : "clean", lived ? f.bad : "ended by a signal again");
        }
    }
    free(file);
}

/* Seeds that once found something, on one side or the other: a chain's mark on an old page, a way
 * that led past a page, a transaction that LMDB gave up without a word. */
static const uint32_t found_before[] = {210, 759, 1371};
#define FOUND (sizeof found_before / sizeof found_before[0])

static void sweep(enum story_side side, unsigned runs)
{
    char base[200];
    struct tally t = {0};
    snprintf(base, sizeof base, "%s/damaged", story.base);
    CHECK(access(base, F_OK) == 0 || mkdir(base, 0700) == 0);
    const char *only = getenv("SEED"), *from = getenv("FROM");
    uint32_t first = only != NULL   ? (uint32_t)strtoul(only, NULL, 10)
                     : from != NULL ? (uint32_t)strtoul(from, NULL, 10)
                                    : 1;
    runs = only != NULL ? 1 : runs;
    unsigned more = only == NULL && from == NULL ? (unsigned)FOUND : 0;
    for (unsigned i = 0; i < runs + more; i++) {
        uint32_t seed = i < runs ? first + i : found_before[i - runs];
        one(side, seed, true, base, &t);
        one(side, seed, false, base, &t);
    }
    CHECK_INT(t.lost, 0);
    CHECK(only != NULL || t.salvaged > runs / 4);
    CHECK(!soak || only != NULL || t.runs >= 1000); /* 2,000 on both sides */
    printf("# counted: damage, %s: %u runs, %u survived by a restart, %u salvaged, %u had lost "
           "their keys or trust, %u entries destroyed and named, %u lost for longer\n",
           side == STORY_HQ ? "headquarters" : "device", t.runs, t.restarts, t.salvaged, t.gave_up,
           t.entries_gone, t.lost);
}

static void a_damaged_device_goes_on_with_what_holds(void)
{
    sweep(STORY_DEVICE, soak ? 600 : 25);
}

static void a_damaged_headquarters_goes_on_with_what_holds(void)
{
    sweep(STORY_HQ, soak ? 600 : 25);
}

/* --- coming back --------------------------------------------------------------------------------
 */

/* Opened again as the app would; the end may be in doubt. */
static void open_again(struct pair *p, struct pair_device *d)
{
    char slots[300];
    struct slots_keys *keys = sodium_malloc(sizeof *keys);
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct now now = pair_now(p);
    struct salvage_totals kept;
    struct arena a = arena_of(room, CAP_SCRATCH_BYTES);
    snprintf(slots, sizeof slots, "%s/slots", d->dir);
    PAIR_OK(p, slots_enter(slots, SLOT_KEYFILE, (bytes){NULL, 0}, story.secrets[1], &now, keys,
                           &p->err));
    struct store_options o = {.side = STORE_DEVICE,
                              .mode = STORE_WRITE,
                              .map_bytes = PAIR_MAP,
                              .data_key = keys->data,
                              .own_key = keys->own};
    PAIR_OK(p, mend_open(d->dir, &o, false, a, &d->store, &kept, &p->err));
    PAIR_OK(p, mend_finish(d->store, a, want_back, &kept, &p->err));
    enum st st =
        journal_open(&d->journal, d->store, NULL, d->scratch, CAP_SCRATCH_BYTES, &now, &p->err);
    if (st == ST_CORRUPT) {
        st = journal_new_epoch(&d->journal, &now, &p->err);
    }
    PAIR_OK(p, st);
    free(room);
    sodium_free(keys);
}

/* An attachment that both sides hold: then the other has it still. */
static bool on_both(const struct damage_value *v)
{
    unsigned n = 0;
    for (unsigned side = 0; side < STORY_SIDES; side++) {
        for (size_t i = 0; i < gold[side].nvalues; i++) {
            const struct damage_value *x = &gold[side].values[i];
            n += x->table == T_ATT && memcmp(x->key, v->key, 32) == 0;
        }
    }
    return n == STORY_SIDES;
}

/* Copies of both stores, open, the device's or headquarters' with the pages of some of the device's
 * receipted entries and of attachments gone. */
static unsigned open_spoilt(enum story_side side, struct pair *p, struct pair_device *d)
{
    char base[160], data[300];
    const struct damage_gold *g = &gold[side];
    size_t n = g->n;
    unsigned spoilt = 0;
    uint8_t *file = malloc(n);
    static unsigned copies;
    memcpy(file, g->file, n);
    snprintf(base, sizeof base, "%.100s/back-%u", story.base, copies++);
    CHECK_INT(mkdir(base, 0700), 0);
    *p = story.p;
    *d = story.d;
    snprintf(p->dir, sizeof p->dir, "%.110s/hq", base);
    snprintf(d->dir, sizeof d->dir, "%.110s/device", base);
    copy_store(STORY_HQ, p->dir);
    copy_store(STORY_DEVICE, d->dir);
    for (size_t i = 0; i < g->nvalues; i++) {
        const struct damage_value *v = &g->values[i];
        bool own = v->table == T_ENTRY &&
                   memcmp(v->key, story.promises[story.npromises - 1].author.b, 8) == 0;
        if ((own && v->key[23] >= 5 && v->key[23] <= 9) || (v->table == T_ATT && on_both(v))) {
            memset(file + v->at, 0, v->n); /* its seal is gone, and it alone */
            spoilt += own;
        }
    }
    snprintf(data, sizeof data, "%s/env/data.mdb", side == STORY_HQ ? p->dir : d->dir);
    damage_file_write(data, file, n);
    set_lock(side == STORY_HQ ? p->dir : d->dir, 'w');
    pair_open_hq(p);
    open_again(p, d);
    free(file);
    return spoilt;
}

static struct missing_totals missing_in(struct store *s, const id8 *own)
{
    struct missing_totals n = {0};
    struct missing_sink nobody = {NULL, NULL, NULL};
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    CHECK_INT(journal_missing(s, own, arena_of(room, CAP_SCRATCH_BYTES), &nobody, &n, NULL), ST_OK);
    free(room);
    return n;
}

static uint64_t wanted_in(struct store *s)
{
    struct store_txn *t = NULL;
    CHECK_INT(store_read(s, &t, NULL), ST_OK);
    uint64_t n = store_count(t, T_WANT);
    store_abort(&t);
    return n;
}

static void comes_back(enum story_side side)
{
    struct pair p;
    struct pair_device d;
    struct exchange_result r;
    unsigned spoilt = open_spoilt(side, &p, &d);
    id8 own = d.journal.head.author;
    struct store *s = side == STORY_HQ ? p.hq->store : d.store;
    CHECK(spoilt >= 3);
    CHECK_INT(missing_in(s, &own).entries, spoilt);
    uint64_t wanted = wanted_in(s);
    CHECK(wanted > 0);
    for (unsigned i = 0; i < 4; i++) {
        pair_sync(&p, &d, &r);
    }
    CHECK_INT(missing_in(d.store, &own).entries, 0);
    CHECK_INT(missing_in(p.hq->store, &own).entries, 0);
    CHECK_INT(missing_in(s, &own).attachments, 0);
    /* What headquarters alone had is lost, and stays named as wanted. */
    CHECK(side == STORY_HQ ? wanted_in(s) < wanted : wanted_in(s) == 0);
    CHECK_INT(r.unsent, 0);
    h32 here = pair_digest(&p, d.store, story.job, NULL);
    h32 there = pair_digest(&p, p.hq->store, story.job, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    struct damage_found f = {.bad = ""};
    CHECK_INT(damage_look(s, &f), 0);
    CHECK_STR(f.bad, "");
    pair_close_device(&d);
    hq_close(&p.hq);
}

/* An entry that nobody else has is lost in the midst of unsent ones: what lies beyond it cannot be
 * sent, is not called sent, and keeps nothing else from going. */
static void a_hole_in_unsent_work_blocks_nothing_and_is_not_hidden(void)
{
    struct pair p;
    struct pair_device d;
    struct exchange_result r;
    struct damage_gold g;
    char path[300];
    IGNORE(open_spoilt(STORY_DEVICE, &p, &d) == 0);
    pair_sync(&p, &d, &r);
    for (unsigned i = 0; i < 5; i++) {
        pair_write(&p, &d, story.job, F_JOB_CONTACT, i % 2 == 0 ? "Ms Chen" : "Mr Wang");
    }
    struct chain_head head = d.journal.head;
    pair_close_device(&d);
    damage_gold_read(&g, d.dir);
    unsigned spoilt = 0;
    for (size_t i = 0; i < g.nvalues; i++) {
        const struct damage_value *v = &g.values[i];
        if (v->table == T_ENTRY && memcmp(v->key, head.author.b, 8) == 0 &&
            memcmp(v->key + 8, head.epoch.b, 8) == 0 && v->key[23] == (uint8_t)(head.seq - 2)) {
            damage_file_wipe(g.file, g.n, v);
            spoilt++;
        }
    }
    CHECK_INT(spoilt, 1);
    snprintf(path, sizeof path, "%s/env/data.mdb", d.dir);
    damage_file_write(path, g.file, g.n);
    set_lock(d.dir, 'w');
    damage_gold_free(&g);
    open_again(&p, &d);
    CHECK(!id8_eq(d.journal.head.epoch, head.epoch));
    CHECK_INT(missing_in(d.store, &head.author).entries, 1);
    pair_write(&p, &d, story.job, F_JOB_CONTACT, "Ms Li");
    for (unsigned i = 0; i < 3; i++) {
        pair_sync(&p, &d, &r);
    }
    CHECK_INT(r.unsent, 3); /* the lost one and the two beyond it */
    CHECK_INT(missing_in(p.hq->store, &head.author).entries, 0);
    CHECK_INT(pair_place(&p, &d, d.journal.head.hash), SYNC_HQ);
    CHECK_INT(pair_place(&p, &d, head.hash), SYNC_HERE);
    pair_close_device(&d);
    hq_close(&p.hq);
}

static void what_a_device_lost_comes_back_from_headquarters(void)
{
    comes_back(STORY_DEVICE);
}

static void what_headquarters_lost_comes_back_from_the_device(void)
{
    comes_back(STORY_HQ);
}

/* The same seed spoils the same bytes of the same file: what is random comes from here. */
static uint64_t stream = 1;

static void draw(void *buf, size_t n)
{
    uint8_t *p = buf;
    for (size_t i = 0; i < n; i++) {
        stream ^= stream << 13;
        stream ^= stream >> 7;
        stream ^= stream << 17;
        p[i] = (uint8_t)(stream >> 32);
    }
}

static uint32_t draw_one(void)
{
    uint32_t v;
    draw(&v, sizeof v);
    return v;
}

static const char *draw_name(void)
{
    return "test";
}

int main(void)
{
    static struct randombytes_implementation source = {
        .implementation_name = draw_name, .random = draw_one, .buf = draw};
    CHECK(randombytes_set_implementation(&source) == 0);
    soak = getenv("SOAK") != NULL;
    story_tell(&story, 4, false);
    damage_gold_read(&gold[STORY_DEVICE], story.d.dir);
    damage_gold_read(&gold[STORY_HQ], story.p.dir);
    RUN(what_a_device_lost_comes_back_from_headquarters);
    RUN(what_headquarters_lost_comes_back_from_the_device);
    RUN(a_hole_in_unsent_work_blocks_nothing_and_is_not_hidden);
    RUN(a_damaged_device_goes_on_with_what_holds);
    RUN(a_damaged_headquarters_goes_on_with_what_holds);
    damage_gold_free(&gold[STORY_DEVICE]);
    damage_gold_free(&gold[STORY_HQ]);
    story_free(&story);
    CHECK_END();
}

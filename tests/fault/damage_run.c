/* damage_run.c - the program on a spoilt store, in a process of its own. See damage_run.h. */
#include "tests/fault/damage_run.h"

#include "core/journal/check.h"
#include "core/journal/missing.h"
#include "core/journal/place.h"
#include "core/store/store_check.h"
#include "sync/carrier/mend.h"

#include <sys/wait.h>
#include <unistd.h>

static void say_bad(struct damage_found *f, const char *what, enum st st, const struct err *err)
{
    if (f->bad[0] == '\0') {
        snprintf(f->bad, sizeof f->bad, "%s: %s: %s", what, st_name(st), err->text);
    }
}

static void note_value(void *ctx, enum table table, bytes key, const char *why)
{
    (void)key;
    if (table != T_ATT || strstr(why, "seal") != NULL) {
        snprintf(((struct damage_found *)ctx)->bad, 300, "check: %s: %s", store_check_name(table),
                 why);
    }
}

/* After damage things may be missing; nothing may be wrong. */
static void note_entry(void *ctx, enum check_what what, const struct check_place *place)
{
    bool missing = what == CHECK_GAP || what == CHECK_ATTACHMENT || what >= CHECK_FORKED ||
                   what == CHECK_NO_CERTIFICATE || what == CHECK_TRUST || what == CHECK_LOST;
    if (!missing) {
        snprintf(((struct damage_found *)ctx)->bad, 300, "check: %s (sequence %" PRIu64 ")",
                 journal_check_name(what), place->seq);
    }
}

struct names {
    const struct damage_value *v;
    bool named;
};

static void note_range(void *ctx, const struct missing_range *r)
{
    struct names *n = ctx;
    uint64_t seq = place_seq(bytes_of(n->v->key, n->v->key_n));
    n->named =
        n->named || (memcmp(r->author.b, n->v->key, 8) == 0 &&
                     memcmp(r->epoch.b, n->v->key + 8, 8) == 0 && r->from <= seq && seq <= r->to);
}

/* Is an entry that is gone among what is named as missing, unless it was its chain's end? */
static bool is_named(struct store *s, const id8 *own, const struct damage_value *v, uint8_t *room)
{
    struct missing_totals totals;
    struct names n = {.v = v};
    struct missing_sink sink = {note_range, NULL, &n};
    struct arena a = arena_of(room, CAP_SCRATCH_BYTES);
    struct store_txn *t = NULL;
    bytes last;
    if (own != NULL && memcmp(own->b, v->key, 8) != 0) {
        return true; /* a device holds others' chains in part */
    }
    if (journal_missing(s, own, a, &sink, &totals, NULL) != ST_OK) {
        return false;
    }
    bool beyond = true;
    if (store_read(s, &t, NULL) == ST_OK) {
        beyond = store_last(t, T_ENTRY, bytes_of(v->key, 16), &a, &last, NULL) != ST_OK ||
                 memcmp(last.p + 16, v->key + 16, 8) < 0;
        store_abort(&t);
    }
    return n.named || beyond;
}

static bool derived(enum table t)
{
    return t == T_HASH || t == T_SUBJECT || t == T_STATE || t == T_LIST || t == T_CODE ||
           t == T_SAID;
}

static void compare(struct store *s, const struct damage_run *r, const id8 *own, uint8_t *room,
                    struct damage_found *f)
{
    const struct damage_gold *g = r->gold;
    bool ways = damage_file_ways(g, r->file, r->n);
    for (size_t i = 0; i < g->nvalues; i++) {
        const struct damage_value *v = &g->values[i];
        struct store_txn *t = NULL;
        if (derived(v->table) || store_read(s, &t, NULL) != ST_OK) {
            continue;
        }
        bool here = store_has(t, v->table, bytes_of(v->key, v->key_n));
        store_abort(&t);
        bool never = v->table == T_ENTRY || v->table == T_CERT || v->table == T_REVOKED;
        bool due = damage_file_intact(g, v, r->file, r->n) && (never || !ways) && v->n < 2000;
        f->kept += here;
        f->gone += !here;
        if (!here && due && f->bad[0] == '\0') {
            snprintf(f->bad, sizeof f->bad, "a value of %s whose page %zu is whole is gone",
                     store_check_name(v->table), v->at / DAMAGE_PAGE);
        }
        if (!here && v->table == T_ENTRY) {
            f->missing++;
            if (!is_named(s, own, v, room) && f->bad[0] == '\0') {
                snprintf(f->bad, sizeof f->bad, "an entry is missing and is not named");
            }
        }
    }
}

uint64_t damage_look(struct store *s, struct damage_found *f)
{
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct store_check_totals v;
    struct journal_check_totals j = {0};
    struct store_check_sink to = {note_value, f};
    struct journal_check_sink jto = {note_entry, f};
    struct err err = {0};
    enum st st = store_check(s, arena_of(room, CAP_SCRATCH_BYTES), &to, &v, &err);
    st = st == ST_OK ? journal_check(s, arena_of(room, CAP_SCRATCH_BYTES), &jto, &j, &err) : st;
    if (st != ST_OK) {
        say_bad(f, "check", st, &err);
    }
    free(room);
    return j.damage;
}

static void look(struct store *s, const struct damage_run *r, const id8 *own,
                 struct damage_found *f)
{
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    damage_look(s, f);
    compare(s, r, own, room, f);
    free(room);
}

/* It may say that it cannot go on only when the row without which nobody could is gone: a device's
 * keys, or the trust document. */
static bool may_give_up(const struct damage_run *r)
{
    const struct damage_gold *g = r->gold;
    static const char *const rows[] = {"keys", "trust", "root"};
    bool whole = true;
    for (size_t i = 0; i < g->nvalues; i++) {
        const struct damage_value *v = &g->values[i];
        for (size_t k = 0; k < 3 && v->table == T_META; k++) {
            if (v->key_n == strlen(rows[k]) && memcmp(v->key, rows[k], v->key_n) == 0) {
                whole = whole && damage_file_intact(g, v, r->file, r->n);
            }
        }
        if (v->table == T_CERT) {
            whole = whole && damage_file_intact(g, v, r->file, r->n);
        }
    }
    return !whole;
}

static void run_device(const struct damage_run *r, struct damage_found *f)
{
    struct story *story = r->story;
    char slots[300];
    struct slots_keys *keys = sodium_malloc(sizeof *keys);
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct now now = pair_now(&story->p);
    struct err err = {0};
    struct store *s = NULL;
    struct journal j;
    struct salvage_totals kept;
    struct arena a = arena_of(room, CAP_SCRATCH_BYTES);
    snprintf(slots, sizeof slots, "%s/slots", r->dir);
    CHECK_INT(
        slots_enter(slots, SLOT_KEYFILE, (bytes){NULL, 0}, story->secrets[1], &now, keys, &err),
        ST_OK);
    struct store_options o = {.side = STORE_DEVICE,
                              .mode = STORE_WRITE,
                              .map_bytes = PAIR_MAP,
                              .data_key = keys->data,
                              .own_key = keys->own};
    enum st st = mend_open(r->dir, &o, false, a, &s, &kept, &err);
    st = st == ST_OK ? mend_finish(s, a, NULL, &kept, &err) : st;
    f->salvaged = kept.values + kept.rescued != 0;
    if (st == ST_OK) {
        st = journal_open(&j, s, NULL, story->d.scratch, CAP_SCRATCH_BYTES, &now, &err);
        st = st == ST_CORRUPT && j.keys.sign_sk != NULL ? journal_new_epoch(&j, &now, &err) : st;
    }
    if (st != ST_OK) {
        /* Its keys are gone with their page: it says so, and joins anew; it is not lost. */
        f->salvaged = true;
        f->gave_up = true;
        if (r->strict && !may_give_up(r)) {
            say_bad(f, "open", st, &err);
        }
    } else {
        id8 own = j.head.author;
        h32 hash;
        struct append what = {.kind = 901, .subject_type = SUBJECT_JOB, .subject = story->job};
        if (r->strict) {
            look(s, r, &own, f);
        }
        st = journal_append(&j, &what, &now, &hash, &err);
        if (st != ST_OK) {
            say_bad(f, "append", st, &err);
        }
        journal_close(&j);
    }
    store_close(&s);
    free(room);
    sodium_free(keys);
}

static void run_hq(const struct damage_run *r, struct damage_found *f)
{
    struct story *story = r->story;
    struct hq_options o = {
        .dir = r->dir, .map_bytes = PAIR_MAP, .clock = {.read = pair_clock, .ctx = &story->p}};
    struct err err = {0};
    struct hq *hq = NULL;
    enum st st = hq_open(&o, &hq, &err);
    if (st != ST_OK) {
        f->salvaged = f->gave_up = true;
        if (r->strict && !may_give_up(r)) {
            say_bad(f, "open", st, &err);
        }
        return;
    }
    f->salvaged = hq->salvaged.values + hq->salvaged.rescued != 0;
    if (r->strict) {
        look(hq->store, r, NULL, f);
    }
    struct append what = {.kind = 901, .subject_type = SUBJECT_JOB, .subject = story->job};
    st = hq_act(hq, &what, NULL, &err);
    if (st != ST_OK) {
        say_bad(f, "act", st, &err);
    }
    hq_close(&hq);
}

bool damage_run(const struct damage_run *r, struct damage_found *f)
{
    int ends[2];
    memset(f, 0, sizeof *f);
    if (pipe(ends) != 0) {
        exit(99);
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        alarm(60); /* a loop is as bad as a crash */
        if (r->side == STORY_HQ) {
            run_hq(r, f);
        } else {
            run_device(r, f);
        }
        ssize_t k = write(ends[1], f, sizeof *f);
        _exit(k == (ssize_t)sizeof *f ? 0 : 1);
    }
    close(ends[1]);
    int status = 0;
    ssize_t got = read(ends[0], f, sizeof *f);
    close(ends[0]);
    waitpid(child, &status, 0);
    return got == (ssize_t)sizeof *f && status == 0;
}

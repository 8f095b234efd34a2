/* power_check.c - see power_check.h. */
#include "core/journal/check.h"
#include "core/store/store_check.h"
#include "tests/fault/power_check.h"

#include <dirent.h>
#include <unistd.h>

static char why[400];

static const char *no(const char *what, enum st st, const struct err *err)
{
    snprintf(why, sizeof why, "%s: %s: %s", what, st_name(st), err != NULL ? err->text : "");
    return why;
}

static void note_damage(void *ctx, enum table table, bytes key, const char *what)
{
    (void)ctx;
    (void)key;
    snprintf(why, sizeof why, "check: %s: %s", store_check_name(table), what);
}

static void note_finding(void *ctx, enum check_what what, const struct check_place *place)
{
    (void)ctx;
    if (what < CHECK_FORKED) {
        snprintf(why, sizeof why, "check: %s (sequence %" PRIu64 ")", journal_check_name(what),
                 place->seq);
    }
}

/* Both checks; NULL: nothing is wrong. */
static const char *check_all(struct store *s, uint8_t *scratch)
{
    struct store_check_totals v;
    struct journal_check_totals j;
    struct store_check_sink to = {note_damage, NULL};
    struct journal_check_sink jto = {note_finding, NULL};
    struct err err = {0};
    struct arena room = arena_of(scratch, CAP_SCRATCH_BYTES);
    why[0] = '\0';
    enum st st = store_check(s, room, &to, &v, &err);
    st = st == ST_OK && why[0] == '\0' ? journal_check(s, room, &jto, &j, &err) : st;
    if (st != ST_OK) {
        return no("check", st, &err);
    }
    return why[0] != '\0' ? why : NULL;
}

static bool due(const struct promise *f, enum story_side side, size_t at)
{
    return f->side == side && f->from <= at && at < f->until;
}

static bool is_due(const struct story *s, enum story_side side, enum promise_kind kind, size_t at)
{
    for (unsigned i = 0; i < s->npromises; i++) {
        if (s->promises[i].kind == kind && due(&s->promises[i], side, at)) {
            return true;
        }
    }
    return false;
}

/* --- promises of an open store -----------------------------------------------------------------
 */

static const char *entry_holds(struct store_txn *t, const struct promise *f, struct arena a)
{
    struct entry_view e;
    enum st st = journal_at(t, f->author, f->epoch, f->n, &a, &e, NULL);
    if (st != ST_OK || !h32_eq(e.hash, f->hash)) {
        snprintf(why, sizeof why, "entry %" PRIu64 " is lost (%s)", f->n, st_name(st));
        return why;
    }
    return NULL;
}

static const char *att_holds(struct store_txn *t, const struct promise *f, struct arena a)
{
    bytes manifest, content;
    struct att_view v;
    enum st st = store_att_get(t, f->hash, &a, &manifest, &content, NULL);
    if (st != ST_OK) {
        return no("an attachment is lost", st, NULL);
    }
    return att_parse(manifest, &v, NULL) == ST_OK && att_check(&v, content) == ST_OK
               ? NULL
               : "an attachment is another";
}

static const char *receipt_holds(struct store_txn *t, const struct promise *f, struct arena a)
{
    enum sync_place place = SYNC_HERE;
    enum st st = sync_place_of(t, f->author, f->hash, a, &place, NULL);
    return st == ST_OK && place == SYNC_HQ ? NULL : "a receipt that was shown is lost";
}

static const char *draft_holds(struct store_txn *t, const struct story *s, const struct promise *f,
                               struct arena a)
{
    uint8_t key[20];
    bytes v;
    memcpy(key, s->job.b, 16);
    memcpy(key + 16, "note", 4);
    enum st st = store_get(t, T_DRAFT, bytes_of(key, sizeof key), &a, &v, NULL);
    return st == ST_OK && v.n == 3000 && v.p[0] == f->n ? NULL : "a draft is lost";
}

static const char *promise_holds(struct store_txn *t, const struct story *s,
                                 const struct promise *f, struct arena a)
{
    switch (f->kind) {
    case PROMISE_ENTRY:
        return entry_holds(t, f, a);
    case PROMISE_RECEIPT:
        return receipt_holds(t, f, a);
    case PROMISE_ATT:
        return att_holds(t, f, a);
    case PROMISE_GONE:
        return store_att_state(t, f->hash) == ATT_FORGOTTEN ? NULL : "what was forgotten is back";
    case PROMISE_DRAFT:
        return draft_holds(t, s, f, a);
    case PROMISE_CERTIFIED:
        return store_has(t, T_CERT, bytes_of(f->author.b, sizeof f->author.b))
                   ? NULL
                   : "a certified device is unknown";
    case PROMISE_FOUNDED:
    case PROMISE_SECRET:
    case PROMISE_KEY:
        return NULL; /* of the opening */
    }
    return NULL;
}

static const char *promises_hold(struct story *s, enum story_side side, size_t at,
                                 struct store *store, uint8_t *scratch)
{
    struct store_txn *t = NULL;
    const char *bad = NULL;
    if (store_read(store, &t, NULL) != ST_OK) {
        return "it cannot be read";
    }
    for (unsigned i = 0; i < s->npromises && bad == NULL; i++) {
        if (due(&s->promises[i], side, at)) {
            bad = promise_holds(t, s, &s->promises[i], arena_of(scratch, CAP_SCRATCH_BYTES));
        }
    }
    store_abort(&t);
    return bad;
}

/* Nothing of a half-done step may stay beside an open store. */
static const char *tidy(const char *dir)
{
    static const char *const rest[] = {"env.new", "env.old", "slots.new", "slots.old"};
    char path[320];
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, rest[i]);
        if (access(path, F_OK) == 0) {
            return "the rest of a compaction stays";
        }
    }
    snprintf(path, sizeof path, "%s/att", dir);
    DIR *d = opendir(path);
    const char *bad = d == NULL ? "the attachments' folder is lost" : NULL;
    for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL; e = readdir(d)) {
        bad = strlen(e->d_name) > 64 ? "half a file stays" : bad;
    }
    if (d != NULL) {
        closedir(d);
    }
    return bad;
}

/* --- a device -----------------------------------------------------------------------------------
 */

/* The data key by any slot that should open. */
static const char *open_key(struct story *s, size_t at, const char *dir, struct slots_keys *keys)
{
    char slots[320];
    struct err err = {0};
    struct now now = pair_now(&s->p);
    snprintf(slots, sizeof slots, "%s/slots", dir);
    enum st st = ST_NOT_FOUND;
    for (unsigned i = 0; i < s->npromises; i++) {
        const struct promise *f = &s->promises[i];
        if (f->kind == PROMISE_KEY && due(f, STORY_DEVICE, at)) {
            st = slots_enter(slots, SLOT_KEYFILE, (bytes){NULL, 0}, s->secrets[f->n], &now, keys,
                             &err);
            return st == ST_OK ? NULL : no("the key slot does not open", st, &err);
        }
    }
    /* In the middle of a change either opens. */
    for (unsigned i = 0; i < 2 && st != ST_OK; i++) {
        st = slots_enter(slots, SLOT_KEYFILE, (bytes){NULL, 0}, s->secrets[i], &now, keys, &err);
    }
    if (st != ST_OK) {
        st = slots_enter(slots, SLOT_PIN, str_bytes(S("1234")), s->d.secret, &now, keys, &err);
    }
    return st == ST_OK ? NULL : no("no key slot opens", st, &err);
}

/* Before the store was founded in words the joining goes on, as the app's next start would. */
static const char *join_again(struct story *s, const char *dir)
{
    struct now now = pair_now(&s->p);
    struct err err = {0};
    enum st st = join_found(s->join, dir, str_bytes(S("1234")), s->d.secret, PAIR_MAP, &now,
                            arena_of(s->d.scratch, CAP_SCRATCH_BYTES), &err);
    return st == ST_OK || st == ST_EXISTS ? NULL : no("the joining cannot go on", st, &err);
}

static const char *use_device(struct story *s, size_t at, const char *dir, struct slots_keys *keys)
{
    struct store_options o = {.side = STORE_DEVICE,
                              .mode = STORE_WRITE,
                              .map_bytes = PAIR_MAP,
                              .data_key = keys->data,
                              .own_key = keys->own};
    struct store *store = NULL;
    struct journal j;
    struct err err = {0};
    struct now now = pair_now(&s->p);
    enum st st = store_open(dir, &o, &store, &err);
    if (st != ST_OK) {
        return no("the store does not open", st, &err);
    }
    const char *bad = NULL;
    st = journal_open(&j, store, NULL, s->d.scratch, CAP_SCRATCH_BYTES, &now, &err);
    if (st != ST_OK) {
        bad = no("the journal does not open", st, &err);
    }
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    bad = bad != NULL ? bad : check_all(store, room);
    bad = bad != NULL ? bad : promises_hold(s, STORY_DEVICE, at, store, room);
    bad = bad != NULL ? bad : tidy(dir);
    if (bad == NULL) {
        h32 hash;
        struct append what = {.kind = 901, .subject_type = SUBJECT_JOB, .subject = s->job};
        st = journal_append(&j, &what, &now, &hash, &err);
        bad = st == ST_OK ? NULL : no("no further entry can be made", st, &err);
    }
    free(room);
    journal_close(&j);
    store_close(&store);
    return bad;
}

static const char *check_device(struct story *s, size_t at, const char *base)
{
    char dir[300], path[320];
    uint8_t secret[32];
    snprintf(dir, sizeof dir, "%s%s", base, strrchr(s->d.dir, '/'));
    snprintf(path, sizeof path, "%s-secret", dir);
    for (unsigned i = 0; i < s->npromises; i++) {
        const struct promise *f = &s->promises[i];
        if (f->kind == PROMISE_SECRET && due(f, STORY_DEVICE, at) &&
            (device_secret_load(path, false, secret, NULL) != ST_OK ||
             memcmp(secret, f->hash.b, 32) != 0)) {
            return "the device secret is lost";
        }
    }
    if (!is_due(s, STORY_DEVICE, PROMISE_SECRET, at)) {
        enum st st = device_secret_load(path, true, secret, NULL);
        return st == ST_OK ? NULL : no("the device secret", st, NULL);
    }
    const char *bad = is_due(s, STORY_DEVICE, PROMISE_FOUNDED, at) ? NULL : join_again(s, dir);
    struct slots_keys *keys = sodium_malloc(sizeof *keys);
    bad = bad != NULL ? bad : open_key(s, at, dir, keys);
    bad = bad != NULL ? bad : use_device(s, at, dir, keys);
    sodium_free(keys);
    return bad;
}

/* --- headquarters -------------------------------------------------------------------------------
 */

static const char *check_hq(struct story *s, size_t at, const char *base)
{
    char dir[300];
    struct hq *hq = NULL;
    struct err err = {0};
    snprintf(dir, sizeof dir, "%s%s", base, strrchr(s->p.dir, '/'));
    bool there = access(dir, F_OK) == 0;
    if (!there) {
        return is_due(s, STORY_HQ, PROMISE_FOUNDED, at) ? "headquarters is lost" : NULL;
    }
    struct hq_options o = {
        .dir = dir, .map_bytes = PAIR_MAP, .clock = {.read = pair_clock, .ctx = &s->p}};
    enum st st = hq_open(&o, &hq, &err);
    if (st != ST_OK) {
        return no("headquarters does not open", st, &err);
    }
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    const char *bad = check_all(hq->store, room);
    bad = bad != NULL ? bad : promises_hold(s, STORY_HQ, at, hq->store, room);
    bad = bad != NULL ? bad : tidy(dir);
    if (bad == NULL) {
        struct append what = {.kind = 901, .subject_type = SUBJECT_JOB, .subject = s->job};
        st = hq_act(hq, &what, NULL, &err);
        bad = st == ST_OK ? NULL : no("no further entry can be made", st, &err);
    }
    free(room);
    hq_close(&hq);
    return bad;
}

const char *power_check(struct story *s, enum story_side side, size_t at, const char *dir)
{
    return side == STORY_HQ ? check_hq(s, at, dir) : check_device(s, at, dir);
}

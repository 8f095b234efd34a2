/* scene_runs.c - the scenes: what a technician, headquarters and their stores do. See scene.h. */
#include "tests/fault/scene.h"

#include "core/fold/refold.h"
#include "core/store/inside.h"
#include "core/store/rebuild.h"
#include "sync/carrier/file.h"

#include <sys/wait.h>
#include <unistd.h>

/* --- the handheld
 * ------------------------------------------------------------------------------ */

static enum st run_unlock(struct world *w)
{
    char secret[160];
    scene_path(w, "device.secret", secret);
    enum st st = device_secret_load(secret, false, w->d.secret, &w->err);
    st = st != ST_OK ? st : scene_open(w, SCENE_DEVICE);
    if (st == ST_OK) {
        pair_close_device(&w->d);
    }
    return st;
}

static enum st run_append(struct world *w)
{
    char text[32];
    snprintf(text, sizeof text, "Mr Liu %u", w->attempt);
    return scene_append(w, F_JOB_CONTACT, text, 0, "contact");
}

static enum st run_photo(struct world *w)
{
    return scene_append(w, F_JOB_PHONE, "13700000000", 90000 + w->attempt, NULL);
}

static enum st run_draft(struct world *w)
{
    struct store_txn *t = NULL;
    uint8_t key[20];
    char text[32];
    memcpy(key, w->job.b, 16);
    memcpy(key + 16, "note", 4);
    snprintf(text, sizeof text, "draft %u", w->attempt);
    enum st st = store_write(w->d.store, &t, &w->err);
    if (st == ST_OK) {
        st = store_put(t, T_DRAFT, bytes_of(key, sizeof key), str_bytes(str_c(text)), &w->err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, &w->err);
    }
    store_abort(&t);
    if (st == ST_OK) {
        scene_tell(w, ACK_DRAFT, w->attempt, (h32){{0}});
    }
    return st;
}

static enum st run_sync(struct world *w)
{
    return scene_sync(w, &w->d);
}

static enum st prepare_forget(struct world *w)
{
    enum st st = scene_sync(w, &w->d);
    if (st == ST_OK) {
        st = scene_op(w, "forget", "{'customer':'C2'}");
    }
    return st == ST_OK ? scene_sync(w, &w->d) : st;
}

static enum st run_compact(struct world *w)
{
    uint8_t key[DATA_KEY_BYTES], wrap[32];
    char slots[160];
    struct now now = pair_now(&w->p);
    snprintf(slots, sizeof slots, "%s/slots", w->d.dir);
    enum st st = slots_open_wrap(slots, SLOT_PIN, str_bytes(str_c(scene_pins[w->pin])), w->d.secret,
                                 now.wall_ms, key, wrap, &w->err);
    if (st == ST_OK) {
        st = store_compact(w->d.store, SLOT_PIN, wrap, &w->err);
    }
    if (st == ST_OK) {
        scene_tell(w, ACK_COMPACT, 0, (h32){{0}});
    }
    return st;
}

/* The PIN is changed, and headquarters can help with a forgotten one from now on. */
static enum st run_pin(struct world *w)
{
    struct slots_keys keys;
    char slots[160];
    struct now now = pair_now(&w->p);
    unsigned next = (w->pin + 1) % SCENE_PINS;
    snprintf(slots, sizeof slots, "%s/slots", w->d.dir);
    enum st st = slots_enter(slots, SLOT_PIN, str_bytes(str_c(scene_pins[w->pin])), w->d.secret,
                             &now, &keys, &w->err);
    if (st == ST_WRONG_PIN) { /* changed after all, though the first try could not say so */
        st = slots_enter(slots, SLOT_PIN, str_bytes(str_c(scene_pins[next])), w->d.secret, &now,
                         &keys, &w->err);
    }
    if (st == ST_OK) {
        st = slots_change(slots, SLOT_PIN, str_bytes(str_c(scene_pins[next])), w->d.secret, &keys,
                          &w->err);
    }
    if (st == ST_OK) {
        w->pin = next;
        scene_tell(w, ACK_PIN, next, (h32){{0}});
        const struct trust_key *to = trust_current(&w->d.journal.trust, TRUST_SEALING, now.wall_ms);
        st = slots_set_recovery(slots, to->pk, keys.data, w->d.journal.head.author, &w->err);
    }
    return st;
}

static enum st rebuild(struct world *w, struct store *s)
{
    struct store_rebuild_totals totals;
    return store_rebuild(s, arena_of(w->d.scratch, CAP_SCRATCH_BYTES), &totals, &w->err);
}

static enum st run_rebuild(struct world *w)
{
    return rebuild(w, w->d.store);
}

static enum st run_epoch(struct world *w)
{
    struct now now = pair_now(&w->p);
    enum st st = journal_new_epoch(&w->d.journal, &now, &w->err);
    if (st == ST_OK) {
        scene_tell(w, ACK_EPOCH, 0, (h32){{0}});
        st = run_append(w);
    }
    return st;
}

/* By stick: the bundle to a file, headquarters reads it, the answer in a file back. */
static enum st run_stick(struct world *w)
{
    char there[160], back[160];
    struct exchange_result res;
    struct file_out f;
    struct now now = pair_now(&w->p);
    bytes answer = {NULL, 0};
    scene_path(w, "there.docket", there);
    scene_path(w, "back.docket", back);
    memset(&res, 0, sizeof res);
    enum st st = file_out_begin(&f, there, &w->err);
    if (st == ST_OK) {
        st = exchange_request(&w->d.journal, NULL, &now, file_out_sink, &f, &res, &w->err);
        enum st end = file_out_end(&f, st == ST_OK, st == ST_OK ? &w->err : NULL);
        st = st == ST_OK ? end : st;
    }
    if (st == ST_OK) {
        st = scene_op(w, "bundle.import", "{'file':'%s','answer':'%s'}", there, back);
    }
    if (st == ST_OK) {
        st = file_read(back, 64 << 20, &answer, &w->err);
    }
    if (st == ST_OK) {
        st = exchange_answer(&w->d.journal, answer, &now, &res, &w->err);
    }
    free((void *)(uintptr_t)answer.p);
    return st;
}

/* --- headquarters
 * ------------------------------------------------------------------------------ */

static enum st run_init(struct world *w)
{
    char dir[160];
    scene_path(w, "init", dir);
    struct hq_options o = {
        .dir = dir, .map_bytes = PAIR_MAP, .clock = {.read = pair_clock, .ctx = &w->p}};
    struct hq_setup s = {.name = "Another Appliance Service", .legal_period_days = 3650};
    enum st st = hq_init(&o, &s, &w->err);
    if (st == ST_EXISTS && w->attempt != 0 && access(dir, F_OK) == 0) {
        st = ST_OK; /* only its last sync was not known to have been done */
    }
    if (st == ST_OK) {
        scene_tell(w, ACK_INIT, 0, (h32){{0}});
    }
    return st;
}

static enum st run_hq_open(struct world *w)
{
    struct hq_options o = {
        .dir = w->p.dir, .map_bytes = PAIR_MAP, .clock = {.read = pair_clock, .ctx = &w->p}};
    struct hq *reader = NULL;
    enum st st = scene_hq_open(w);
    if (st == ST_OK) {
        hq_close(&w->p.hq);
        st = hq_open_reader(&o, &reader, &w->err);
    }
    hq_close(&reader);
    return st;
}

static enum st run_records(struct world *w)
{
    unsigned n = w->attempt;
    enum st st = scene_op(w, "record.set",
                          "{'type':'customer','code':'C1','fields':{'name':'Lotus %u'}}", n);
    if (st == ST_OK) {
        st = scene_op(w, "record.batch",
                      "{'records':[{'type':'customer','code':'N%u','fields':{'name':'New'}},"
                      "{'type':'job','code':'M%u','fields':{'customer':'C1','called':7}}]}",
                      n, n);
    }
    st = st != ST_OK ? st : scene_op(w, "status", "{}");
    if (st == ST_OK) {
        st = scene_op(w, "assign.batch", "{'assignments':[{'job':'J2','technician':'%s'}]}",
                      n % 2 == 0 ? "" : "T01");
    }
    for (unsigned i = 0; i < 2 && st == ST_OK; i++) { /* the second finds it so */
        st = scene_op(w, "assign", "{'job':'M%u','technician':'T01'}", n);
    }
    return st;
}

static enum st run_cash(struct world *w)
{
    enum st st = scene_op(w, "cash.accept", "{'job':'J1','amount':12000,'actor':'A01'}");
    return st == ST_FORBIDDEN && w->attempt != 0 ? ST_OK : st; /* the first try did it (B-18.11) */
}

static enum st prepare_sync(struct world *w)
{
    return scene_sync(w, &w->d);
}

/* An entry of headquarters' on the job is gone from the handheld, without a trace that it ever was
 * there: no mark tells, and the two find out when they compare what they hold. */
static enum st lose_one(struct world *w, struct store_txn *t)
{
    static uint8_t room[CAP_SCRATCH_BYTES];
    struct store_cursor *c = NULL;
    bytes key, place = {NULL, 0};
    uint8_t row[CAP_STORE_KEY_BYTES];
    struct arena a = arena_of(room, sizeof room);
    bool found = false;
    enum st st = store_scan(t, T_SUBJECT, bytes_of(w->job.b, 16), (bytes){NULL, 0}, &c, &w->err);
    while (st == ST_OK && !found) {
        st = store_next(c, &key);
        st = st == ST_OK ? store_value(c, &a, &place, &w->err) : st;
        found = st == ST_OK && memcmp(place.p, w->d.journal.head.author.b, 8) != 0;
    }
    memcpy(row, key.p, found ? key.n : 0);
    size_t n = key.n;
    store_scan_end(&c);
    st = st == ST_OK ? store_del(t, T_ENTRY, place, &w->err) : st;
    st = st == ST_OK ? store_del(t, T_HASH, bytes_of(row + 24, 32), &w->err) : st;
    st = st == ST_OK ? store_del(t, T_SUBJECT, bytes_of(row, n), &w->err) : st;
    return st == ST_OK ? fold_refold(t, w->job, a, &w->err) : st;
}

static enum st prepare_lacking(struct world *w)
{
    struct store_txn *t = NULL;
    enum st st = scene_sync(w, &w->d);
    st = st == ST_OK ? store_write(w->d.store, &t, &w->err) : st;
    st = st == ST_OK ? lose_one(w, t) : st;
    st = st == ST_OK ? store_commit(&t, &w->err) : st;
    store_abort(&t);
    return st == ST_OK ? run_append(w) : st; /* what a bundle touches is compared */
}

static enum st run_resolve(struct world *w)
{
    enum st st = scene_op(w, "conflicts", "{}");
    return st != ST_OK ? st
                       : scene_op(w, "resolve",
                                  "{'type':'job','code':'J1','field':'contact','value':'Dr %u',"
                                  "'actor':'S01'}",
                                  w->attempt);
}

static enum st run_forget(struct world *w)
{
    enum st st = scene_op(w, "forget", "{'customer':'C2'}");
    if (st == ST_OK) {
        scene_tell(w, ACK_FORGOT, 0, (h32){{0}});
    }
    return st;
}

static enum st run_edition(struct world *w)
{
    char path[160], name[16];
    snprintf(name, sizeof name, "edition-%u", w->attempt + 2);
    scene_path(w, name, path);
    return scene_op(w, "edition.publish", "{'file':'%s'}", path);
}

static enum st run_enrol(struct world *w)
{
    return scene_op(w, "enrol", "{'technician':'T01','prefix':'D%u'}", w->attempt + 5);
}

static enum st run_revoke(struct world *w)
{
    char author[24];
    const struct hq_device *d = &w->p.hq->devices[0];
    hex_put(bytes_of(d->author.b, 8), author);
    enum st st = scene_op(w, "revoke", "{'author':'%s'}", author);
    return st == ST_EXISTS && w->attempt != 0 ? ST_OK : st; /* the first try did it */
}

static enum st run_hq_rebuild(struct world *w)
{
    return rebuild(w, w->p.hq->store);
}

/* --- after an accident
 * ------------------------------------------------------------------------- */

static void stop_here(void *ctx, const char *step)
{
    if (strcmp(step, ctx) == 0) {
        _exit(0);
    }
}

/* A compaction was cut at a step. */
static enum st cut_at(struct world *w, const char *where)
{
    enum st st = prepare_forget(w);
    scene_close(w);
    fflush(stdout);
    pid_t pid = st == ST_OK ? fork() : -1;
    if (pid == 0) {
        char step[32];
        struct world *mine = malloc(sizeof *mine); /* *w is shared */
        *mine = *w;
        snprintf(step, sizeof step, "%s", where);
        if (scene_open(mine, SCENE_DEVICE) == ST_OK) {
            store_hook_set(mine->d.store, stop_here, step);
            IGNORE(run_compact(mine)); /* it does not come back */
        }
        _exit(1);
    }
    int status = 1;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        return err_set(&w->err, ST_BUG, 0, __func__, "the compaction was not cut");
    }
    return ST_OK;
}

static enum st prepare_cut(struct world *w)
{
    return cut_at(w, "old aside");
}

static enum st prepare_cut_early(struct world *w)
{
    return cut_at(w, "slots swapped");
}

/* Headquarters was put back to what it was: it has forgotten what it gave receipts for. */
static enum st prepare_restored(struct world *w)
{
    static const char *const parts[] = {"hq", "hq.keytable"};
    enum st st = run_records(w);
    st = st != ST_OK ? st : scene_sync(w, &w->d);
    w->nacks = 0; /* what headquarters had said since is gone with it */
    w->restored = true;
    hq_close(&w->p.hq);
    for (unsigned i = 0; i < 2; i++) {
        char from[160], to[160];
        scene_path(w, parts[i], to);
        snprintf(from, sizeof from, "%.90s/%s", w->origin, parts[i]);
        scene_remove(to);
        scene_copy_tree(from, to);
    }
    return st != ST_OK ? st : scene_open(w, SCENE_HQ);
}

static enum st run_restored(struct world *w)
{
    enum st st = scene_sync(w, &w->d);
    return st != ST_OK ? st : scene_op(w, "status", "{}");
}

/* A colleague's device is revoked; this one hears of it. */
static enum st prepare_news(struct world *w)
{
    char author[24];
    enum st st = scene_prepare_join(w);
    st = st != ST_OK ? st : scene_run_join(w);
    if (st == ST_OK) {
        hex_put(bytes_of(w->p.hq->devices[w->p.hq->ndevices - 1].author.b, 8), author);
        st = scene_op(w, "revoke", "{'author':'%s'}", author);
    }
    return st;
}

/* The key table ends in the middle of a row. */
static enum st prepare_torn(struct world *w)
{
    char path[160];
    scene_path(w, "hq.keytable", path);
    FILE *f = fopen(path, "ab");
    if (f == NULL || fputs("torn off", f) < 0 || fclose(f) != 0) {
        return err_set(&w->err, ST_IO, 0, __func__, "the key table cannot be torn");
    }
    return ST_OK;
}

#define BOTH (SCENE_DEVICE | SCENE_HQ)
const struct scene scenes[] = {
    {"unlock", 0, NULL, run_unlock},
    {"append", SCENE_DEVICE, NULL, run_append},
    {"photo", SCENE_DEVICE, NULL, run_photo},
    {"draft", SCENE_DEVICE, NULL, run_draft},
    {"sync", BOTH, NULL, run_sync},
    {"sync of what was forgotten", BOTH, run_forget, run_sync},
    {"sets that differ", BOTH, prepare_lacking, run_sync},
    {"stick", BOTH, NULL, run_stick},
    {"compaction", BOTH, prepare_forget, run_compact},
    {"change of PIN", SCENE_DEVICE, NULL, run_pin},
    {"rebuild", SCENE_DEVICE, NULL, run_rebuild},
    {"new epoch", SCENE_DEVICE, NULL, run_epoch},
    {"joining", SCENE_HQ, scene_prepare_join, scene_run_join},
    {"a colleague on one device", SCENE_HQ, scene_prepare_colleague, scene_run_colleague},
    {"recovery", SCENE_HQ, scene_prepare_recovery, scene_run_recovery},
    {"parcel", SCENE_HQ, scene_prepare_parcel, scene_run_parcel},
    {"headquarters made", 0, NULL, run_init},
    {"headquarters opened", 0, prepare_torn, run_hq_open},
    {"records", SCENE_HQ, NULL, run_records},
    {"cash", SCENE_HQ, NULL, run_cash},
    {"conflict", BOTH, prepare_sync, run_resolve},
    {"forgetting", SCENE_HQ, NULL, run_forget},
    {"edition", SCENE_HQ, NULL, run_edition},
    {"code for a device", SCENE_HQ, NULL, run_enrol},
    {"revocation", SCENE_HQ, NULL, run_revoke},
    {"headquarters rebuilt", SCENE_HQ, NULL, run_hq_rebuild},
    {"headquarters restored", BOTH, prepare_restored, run_restored},
    {"entries handed back", BOTH, scene_prepare_back, scene_run_back},
    {"a cut compaction", BOTH, prepare_cut, run_unlock},
    {"one cut earlier", BOTH, prepare_cut_early, run_unlock},
    {"news of a revocation", BOTH, prepare_news, run_sync},
    {"an older handheld", 0, scene_age_device, run_unlock},
    {"an older headquarters", 0, scene_age_hq, run_hq_open},
    {"a damaged handheld", 0, scene_spoil_device, run_unlock},
    {"a damaged headquarters", 0, scene_spoil_hq, run_hq_open},
};
const unsigned scenes_n = sizeof scenes / sizeof scenes[0];

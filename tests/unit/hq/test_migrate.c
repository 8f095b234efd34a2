/* test_migrate.c - both sides were updated with work under way: what an older version left goes on,
 * and what a newer one made is carried as it is. */
#include "core/journal/check.h"
#include "core/store/rebuild.h"
#include "sync/carrier/mend.h"
#include "sync/hq/hq_keys.h"
#include "sync/hq/hq_store.h"
#include "tests/support/layout1.h"
#include "tests/unit/hq/pair.h"

static struct pair p;

static void device_keys(struct pair_device *d, struct slots_keys *keys)
{
    char slots[160];
    struct now now = pair_now(&p);
    snprintf(slots, sizeof slots, "%s/slots", d->dir);
    PAIR_OK(&p, slots_enter(slots, SLOT_PIN, str_bytes(S("1234")), d->secret, &now, keys, &p.err));
}

static void hq_key(uint8_t key[static 32])
{
    char path[160];
    struct hq_keys k = {.secret = NULL};
    uint8_t *locked = sodium_malloc(32);
    snprintf(path, sizeof path, "%s.keys", p.dir);
    PAIR_OK(&p, hq_keys_load(&k, path, &p.err));
    snprintf(path, sizeof path, "%s/slots", p.dir);
    PAIR_OK(&p, slots_open(path, SLOT_KEYFILE, (bytes){NULL, 0}, k.secret->wrap,
                           pair_now(&p).wall_ms, locked, &p.err));
    memcpy(key, locked, 32);
    sodium_free(locked);
    hq_keys_wipe(&k);
}

/* As the app opens it. */
static enum st open_device(struct pair_device *d)
{
    struct slots_keys *keys = sodium_malloc(sizeof *keys);
    struct salvage_totals kept;
    struct now now = pair_now(&p);
    device_keys(d, keys);
    struct store_options o = {.side = STORE_DEVICE,
                              .mode = STORE_WRITE,
                              .map_bytes = PAIR_MAP,
                              .data_key = keys->data,
                              .own_key = keys->own};
    struct arena room = arena_of(d->scratch, CAP_SCRATCH_BYTES);
    enum st st = mend_open(d->dir, &o, false, room, &d->store, &kept, &p.err);
    sodium_free(keys);
    if (st != ST_OK) {
        return st;
    }
    st = mend_finish(d->store, room, NULL, &kept, &p.err);
    return st != ST_OK ? st
                       : journal_open(&d->journal, d->store, NULL, d->scratch, CAP_SCRATCH_BYTES,
                                      &now, &p.err);
}

static void older(struct pair_device *d)
{
    struct slots_keys *keys = sodium_malloc(sizeof *keys);
    device_keys(d, keys);
    pair_close_device(d);
    layout1_make(d->dir, keys->data, PAIR_MAP);
    sodium_free(keys);
}

static void sound(struct store *s)
{
    struct journal_check_totals n;
    struct journal_check_sink sink = {NULL, NULL};
    uint8_t *room = malloc(2 * CAP_SCRATCH_BYTES);
    PAIR_OK(&p, journal_check(s, arena_of(room, 2 * CAP_SCRATCH_BYTES), &sink, &n, &p.err));
    CHECK_INT(n.damage, 0);
    free(room);
}

static uint64_t count(struct store *s, enum table table)
{
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(s, &t, &p.err));
    uint64_t n = store_count(t, table);
    store_abort(&t);
    return n;
}

static id16 person(const char *name)
{
    return pair_record(&p, SUBJECT_TECHNICIAN, NULL, 0, name, F_TECHNICIAN_NAME);
}

static void both_sides_updated_with_unsent_work_go_on_and_agree(void)
{
    struct pair_device a, b;
    struct exchange_result sum;
    uint8_t key[32];
    pair_begin(&p);
    pair_join(&p, &a, person("Sample Technician"), "T1");
    pair_join(&p, &b, person("Another Technician"), "T2");
    id16 customer = pair_record(&p, SUBJECT_CUSTOMER, NULL, 0, "Sample Customer", F_CUSTOMER_NAME);
    id16 job = pair_job(&p, customer, "It leaks");
    pair_assign(&p, job, a.person);
    pair_sync(&p, &a, &sum);
    pair_sync(&p, &b, &sum);
    id8 visit = {{9, 9, 9, 9, 9, 9, 9, 9}};
    h32 sent = pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    pair_sync(&p, &a, &sum);
    /* Unsent on the device, undelivered at headquarters, half-typed in a draft. */
    h32 unsent[20];
    for (int i = 0; i < 20; i++) {
        unsent[i] = pair_write(&p, &a, job, F_JOB_FAULT_TOLD, i % 2 != 0 ? "one" : "the other");
    }
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_write(a.store, &t, &p.err));
    PAIR_OK(&p, store_put(t, T_DRAFT, bytes_of(job.b, 16), str_bytes(S("half-typed")), &p.err));
    PAIR_OK(&p, store_commit(&t, &p.err));
    pair_assign(&p, job, b.person);
    uint64_t out = count(p.hq->store, T_OUT), drafts = count(a.store, T_DRAFT);
    h32 mine = pair_digest(&p, a.store, job, NULL),
        theirs = pair_digest(&p, p.hq->store, job, NULL);
    hq_key(key);
    hq_close(&p.hq);
    layout1_make(p.dir, key, PAIR_MAP);
    older(&a);
    older(&b);
    /* Today's programs. */
    pair_open_hq(&p);
    PAIR_OK(&p, open_device(&a));
    PAIR_OK(&p, open_device(&b));
    sound(p.hq->store);
    sound(a.store);
    CHECK_INT(count(p.hq->store, T_OUT), out);
    CHECK_INT(count(a.store, T_DRAFT), drafts);
    h32 d = pair_digest(&p, a.store, job, NULL);
    CHECK_BYTES(d.b, 32, mine.b, 32);
    d = pair_digest(&p, p.hq->store, job, NULL);
    CHECK_BYTES(d.b, 32, theirs.b, 32);
    CHECK_INT(pair_place(&p, &a, sent), SYNC_HQ);
    CHECK_INT(pair_place(&p, &a, unsent[0]), SYNC_HERE);
    pair_sync(&p, &a, &sum);
    CHECK_INT(sum.sent_entries, 20);
    CHECK_INT(sum.problems, 0);
    pair_sync(&p, &b, &sum);
    CHECK_INT(pair_place(&p, &a, unsent[19]), SYNC_HQ);
    mine = pair_digest(&p, b.store, job, NULL);
    theirs = pair_digest(&p, p.hq->store, job, NULL);
    CHECK_BYTES(mine.b, 32, theirs.b, 32);
    pair_leave(&a);
    pair_leave(&b);
    pair_end(&p);
}

static void a_newer_store_is_refused_on_both_sides(void)
{
    struct pair_device a;
    uint8_t key[32];
    pair_begin(&p);
    pair_join(&p, &a, person("Sample Technician"), "T1");
    pair_close_device(&a);
    struct slots_keys *keys = sodium_malloc(sizeof *keys);
    device_keys(&a, keys);
    layout1_raise(a.dir, keys->data, PAIR_MAP, 200, 0);
    sodium_free(keys);
    CHECK_INT(open_device(&a), ST_NEWER);
    CHECK(a.store == NULL);
    hq_key(key);
    hq_close(&p.hq);
    layout1_raise(p.dir, key, PAIR_MAP, 200, 0);
    struct hq_options o = {
        .dir = p.dir, .map_bytes = PAIR_MAP, .clock = {.read = pair_clock, .ctx = &p}};
    CHECK_INT(hq_open(&o, &p.hq, &p.err), ST_NEWER);
    CHECK(p.hq == NULL && strstr(p.err.text, "newer version") != NULL);
    CHECK_INT(hq_open_reader(&o, &p.hq, &p.err), ST_NEWER);
    free(a.scratch);
}

/* --- what a newer version made
 * ------------------------------------------------------------------------------------ */

static h32 append_raw(struct pair_device *d, id16 job, unsigned kind, const uint8_t *body, size_t n)
{
    h32 hash = {{0}};
    struct now now = pair_now(&p);
    struct append what = {
        .kind = kind, .subject_type = SUBJECT_JOB, .subject = job, .body = bytes_of(body, n)};
    PAIR_OK(&p, journal_append(&d->journal, &what, &now, &hash, &p.err));
    return hash;
}

static size_t bytes_in(struct store *s, h32 hash, uint8_t out[static CAP_ENTRY_BYTES])
{
    struct store_txn *t = NULL;
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct arena a = arena_of(room, CAP_SCRATCH_BYTES);
    struct entry_view e;
    size_t n = 0;
    PAIR_OK(&p, store_read(s, &t, &p.err));
    enum st st = journal_get(t, hash, &a, &e, &p.err);
    CHECK_INT(st, ST_OK);
    if (st == ST_OK) {
        memcpy(out, e.whole.p, e.whole.n);
        n = e.whole.n;
    }
    store_abort(&t);
    free(room);
    return n;
}

static void unknown_kinds_and_keys_are_carried_to_the_byte(void)
{
    /* {1: visit, 99: [h'01', {1: 2}]}: a known step with a key that this version has not heard of;
     * {7: h'0102', 40: 5}: a kind that it has not heard of. */
    static const uint8_t known[] = {0xA2, 0x01, 0x48, 4,    4,    4,    4,    4,    4,   4,
                                    4,    0x18, 99,   0x82, 0x41, 0x01, 0xA1, 0x01, 0x02};
    static const uint8_t unknown[] = {0xA2, 0x07, 0x42, 0x01, 0x02, 0x18, 40, 0x05};
    static uint8_t here[CAP_ENTRY_BYTES], there[CAP_ENTRY_BYTES], yonder[CAP_ENTRY_BYTES];
    struct pair_device a, b;
    struct exchange_result sum;
    struct store_rebuild_totals r;
    pair_begin(&p);
    pair_join(&p, &a, person("Sample Technician"), "T1");
    pair_join(&p, &b, person("Another Technician"), "T2");
    id16 job = pair_job(&p, (id16){{0}}, "It leaks");
    pair_assign(&p, job, a.person);
    pair_sync(&p, &a, &sum);
    h32 hash[2] = {append_raw(&a, job, KIND_VISIT_ACCEPTED, known, sizeof known),
                   append_raw(&a, job, 4077, unknown, sizeof unknown)};
    pair_sync(&p, &a, &sum);
    CHECK_INT(sum.sent_entries, 2);
    CHECK_INT(sum.problems, 0);
    pair_assign(&p, job, b.person);
    pair_sync(&p, &b, &sum);
    CHECK_INT(sum.quarantined, 0);
    /* Nor does computing everything again change a byte. */
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    PAIR_OK(&p, store_rebuild(b.store, arena_of(room, CAP_SCRATCH_BYTES), &r, &p.err));
    for (int i = 0; i < 2; i++) {
        size_t n = bytes_in(a.store, hash[i], here), k = bytes_in(p.hq->store, hash[i], there),
               m = bytes_in(b.store, hash[i], yonder);
        CHECK_BYTES(here, n, there, k);
        CHECK_BYTES(here, n, yonder, m);
    }
    h32 x = pair_digest(&p, b.store, job, NULL), y = pair_digest(&p, p.hq->store, job, NULL);
    CHECK_BYTES(x.b, 32, y.b, 32);
    struct store_txn *t = NULL;
    struct subject_state s;
    struct arena w = arena_of(room, CAP_SCRATCH_BYTES);
    PAIR_OK(&p, store_read(b.store, &t, &p.err));
    PAIR_OK(&p, fold_load(t, job, &w, &s, NULL, &p.err));
    CHECK_INT(s.nunknown, 1); /* shown as made by a newer version */
    CHECK_INT(s.nvisits, 1);  /* what is known of the other holds */
    store_abort(&t);
    free(room);
    sound(b.store);
    pair_leave(&a);
    pair_leave(&b);
    pair_end(&p);
}

int main(void)
{
    RUN(both_sides_updated_with_unsent_work_go_on_and_agree);
    RUN(a_newer_store_is_refused_on_both_sides);
    RUN(unknown_kinds_and_keys_are_carried_to_the_byte);
    CHECK_END();
}

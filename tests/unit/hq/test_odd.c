/* test_odd.c - what bundles bring and headquarters cannot keep is evidence within a bound: a device
 * that floods for days fills no disk, pushes out its own, and nobody's work is lost with it. */
#define PAIR_MAP (512ULL << 20)
#include "core/codec/hash.h"
#include "core/store/rebuild.h"
#include "core/codec/cbor.h"
#include "sync/hq/hq_ingest.h"
#include "sync/hq/hq_route.h"
#include "tests/unit/hq/desk.h"

#define ROWS_MAX (HQ_ODD_BYTES / HQ_ODD_ROW_BYTES)
#define DAY_MS 86400000LL

static struct desk d;
static struct pair_device bad, good;
static id16 job;
static struct chain_head bad_from;

static void join(struct pair_device *dev, const char *login, const char *prefix)
{
    id16 who;
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, str_c(login), &who, &d.p.err));
    pair_join(&d.p, dev, who, prefix);
}

static void begin(void)
{
    struct exchange_result r;
    char id[33];
    desk_begin(&d);
    join(&bad, "technician", "D1");
    join(&good, "technician2", "D2");
    desk_record(&d, "job", "J1", "{\"called\":5,\"branch\":\"" DESK_HERE "\"}", id);
    CHECK(hex_get(str_c(id), job.b, sizeof job.b));
    pair_assign(&d.p, job, good.person);
    pair_sync(&d.p, &bad, &r);
    pair_sync(&d.p, &good, &r);
    bad_from = bad.journal.head;
    desk_login(&d, "department");
}

static void end(void)
{
    pair_leave(&bad);
    pair_leave(&good);
    desk_end(&d);
}

/* ---- a bundle by hand --------------------------------------------------------------------------
 */

static struct bundle_writer writer;
static struct bundle_buffer bundle = {.cap = 16 << 20};

static void open_bundle(const struct pair_device *dev)
{
    struct manifest m = {.role = MANIFEST_REQUEST, .trust_serial = d.p.hq->trust.serial};
    struct bundle_seal keys = {.from = BUNDLE_FROM_AUTHOR,
                               .sender = dev->journal.head.author,
                               .sender_pk = dev->journal.keys.box_pk,
                               .sender_sk = dev->journal.keys.box_sk,
                               .recipient_pk = d.p.hq->keys.secret->sealing[0].pk};
    static uint8_t room[BUNDLE_MANIFEST_BYTES];
    bytes doc;
    memcpy(keys.deployment, d.p.hq->keys.deployment, 16);
    memset(&writer, 0, sizeof writer);
    bundle.n = 0;
    PAIR_OK(&d.p, manifest_encode(&m, room, sizeof room, &doc));
    PAIR_OK(&d.p, bundle_begin(&writer, &keys, bundle_buffer_sink, &bundle, &d.p.err));
    PAIR_OK(&d.p, bundle_manifest(&writer, doc, &d.p.err));
}

static void post(void)
{
    struct hq_request *r = NULL;
    PAIR_OK(&d.p, bundle_end(&writer, &d.p.err));
    PAIR_OK(&d.p, hq_request_new(d.p.hq, &r, &d.p.err));
    PAIR_OK(&d.p, hq_request_feed(r, bytes_of(bundle.p, bundle.n)));
    PAIR_OK(&d.p, hq_request_ready(r));
    hq_ingest_group(d.p.hq, &r, 1);
    CHECK_INT(r->st, ST_OK);
    hq_request_drop(&r);
    PAIR_OK(&d.p, hq_route_rest(d.p.hq, 0, NULL, &d.p.err));
}

/* The next entry of the bad device's chain, whose signature does not hold; each is another one. */
static h32 forged(void)
{
    uint8_t body[64], buf[CAP_ENTRY_BYTES];
    struct entry_view e;
    const char *rule;
    union body b;
    struct chain_head h = bad_from;
    struct now now = pair_now(&d.p);
    memset(&b, 0, sizeof b);
    b.head.visit = (id8){{9}};
    struct entry_draft draft = {
        .kind = KIND_VISIT_ACCEPTED, .subject_type = SUBJECT_JOB, .subject = job};
    PAIR_OK(&d.p, body_encode(KIND_VISIT_ACCEPTED, &b, body, sizeof body, &draft.body));
    PAIR_OK(&d.p, entry_make(&h, &draft, &now, d.p.hq->keys.deployment, bad.journal.keys.sign_sk,
                             buf, sizeof buf, &e, &d.p.err));
    buf[e.whole.n - 1] ^= 1;
    PAIR_OK(&d.p, entry_parse(bytes_of(buf, e.whole.n), &e, NULL, &rule));
    PAIR_OK(&d.p, bundle_item(&writer, e.whole, &d.p.err));
    return e.hash;
}

static h32 flood_a_day(unsigned items)
{
    h32 first = {{0}};
    d.p.ms += DAY_MS - d.p.ms % DAY_MS;
    open_bundle(&bad);
    for (unsigned i = 0; i < items; i++) {
        h32 h = forged();
        first = i == 0 ? h : first;
    }
    post();
    return first;
}

/* ---- what is there ----------------------------------------------------------------------------
 */

static uint64_t count(enum table table)
{
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    uint64_t n = store_count(t, table);
    store_abort(&t);
    return n;
}

static bool has(enum table table, h32 what)
{
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    bool yes = store_has(t, table, bytes_of(what.b, sizeof what.b));
    store_abort(&t);
    return yes;
}

static uint64_t gone(void)
{
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    uint64_t n = hq_odd_gone(t);
    store_abort(&t);
    return n;
}

/* As who keeps headquarters is told. */
static uint64_t measured(void)
{
    size_t n;
    static const char name[] = "\ndocket_quarantine_dropped_total ";
    char *text = api_metrics(d.api, &n);
    const char *at = text == NULL ? NULL : strstr(text, name);
    uint64_t v = at == NULL ? UINT64_MAX : strtoull(at + sizeof name - 1, NULL, 10);
    free(text);
    return v;
}

static unsigned settle(h32 what)
{
    char hex[65], path[96];
    hex_put(bytes_of(what.b, sizeof what.b), hex);
    snprintf(path, sizeof path, "/quarantine/%s/settle", hex);
    return desk_do(&d, "POST", path, json_pack("{s:i}", "reason", ITEM_DEVICE));
}

static unsigned history(h32 what)
{
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    id16 subject = hq_odd_subject(what);
    bytes key;
    unsigned n = 0;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, store_scan(t, T_SUBJECT, bytes_of(subject.b, sizeof subject.b), (bytes){0}, &c,
                             &d.p.err));
    while (store_next(c, &key) == ST_OK) {
        n++;
    }
    store_scan_end(&c);
    store_abort(&t);
    return n;
}

/* An entry of a device as it lies there. */
static bytes copy_of(const struct pair_device *dev, h32 hash, uint8_t room[static 8192])
{
    struct arena a = arena_of(room, 8192);
    struct store_txn *t = NULL;
    struct entry_view e;
    PAIR_OK(&d.p, store_read(dev->store, &t, &d.p.err));
    PAIR_OK(&d.p, journal_get(t, hash, &a, &e, &d.p.err));
    store_abort(&t);
    return e.whole;
}

/* Rows as they lie there, and every state's digest, as one. */
static h32 all_rows(void)
{
    static uint8_t room[BUNDLE_ITEM_BYTES_MAX + 512], line[4 * HASH_BYTES];
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    bytes key, value;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    for (unsigned i = 0; i < 2; i++) {
        PAIR_OK(&d.p,
                store_scan(t, i == 0 ? T_ODD : T_STATE, (bytes){0}, (bytes){0}, &c, &d.p.err));
        while (store_next(c, &key) == ST_OK) {
            struct arena a = arena_of(room, sizeof room);
            PAIR_OK(&d.p, store_value(c, &a, &value, &d.p.err));
            memset(line + 32, 0, sizeof line - 32);
            memcpy(line + 32, key.p, key.n < 64 ? key.n : 64);
            hash32(value, line + 96);
            hash32(bytes_of(line, sizeof line), line);
        }
        store_scan_end(&c);
    }
    store_abort(&t);
    h32 out;
    memcpy(out.b, line, sizeof out.b);
    memset(line, 0, sizeof line);
    return out;
}

/* ---- tests -------------------------------------------------------------------------------------
 */

/* Three entries of honest work; the second is lost on the way, so the third does not link: set
 * aside. It is there until the flood is over. */
static void a_flood_of_days_is_bounded_and_loses_nobodys_work(void)
{
    struct exchange_result r;
    uint8_t ra[8192], rc[8192];
    h32 first = {{0}}, seen_to = {{0}};
    begin();
    h32 a = pair_step(&d.p, &good, job, KIND_VISIT_ACCEPTED, (id8){{1}});
    h32 b = pair_step(&d.p, &good, job, KIND_VISIT_TRAVELLING, (id8){{1}});
    h32 c = pair_step(&d.p, &good, job, KIND_VISIT_ARRIVED, (id8){{1}});
    open_bundle(&good);
    PAIR_OK(&d.p, bundle_item(&writer, copy_of(&good, a, ra), &d.p.err));
    PAIR_OK(&d.p, bundle_item(&writer, copy_of(&good, c, rc), &d.p.err));
    post();
    CHECK(has(T_HASH, a) && !has(T_HASH, c) && has(T_ODD, c));
    CHECK_INT(count(T_ODD), 1);
    unsigned days = ROWS_MAX / HQ_QUOTA_ODD_DAY + 4;
    for (unsigned day = 0; day < days; day++) {
        h32 h = flood_a_day(HQ_QUOTA_ODD_DAY + (day == 0 ? 5 : 0));
        first = day == 0 ? h : first;
        seen_to = day == 7 ? h : seen_to;
        if (day == 7) {
            desk_login(&d, "department"); /* days have passed */
            CHECK_INT(settle(seen_to), 200);
        }
        CHECK(count(T_ODD) <= ROWS_MAX);
        CHECK_INT(count(T_ODD) + gone(), 1 + (day + 1) * HQ_QUOTA_ODD_DAY);
        CHECK(!has(T_HASH, h));
    }
    CHECK(gone() > 0 && gone() == measured());
    CHECK(!has(T_ODD, first) && !has(T_ODD, seen_to));
    CHECK_INT(history(seen_to), 1); /* that somebody saw to it is an entry: it stands */
    CHECK(has(T_ODD, c));           /* who floods pushes out his own */
    pair_sync(&d.p, &good, &r);
    CHECK(r.unsent == 0 && has(T_HASH, b) && has(T_HASH, c));
    h32 own = pair_step(&d.p, &bad, job, KIND_VISIT_ACCEPTED, (id8){{2}});
    pair_sync(&d.p, &bad, &r); /* and its own true work is received as ever */
    CHECK(r.unsent == 0 && has(T_HASH, own));
    struct store_rebuild_totals totals;
    h32 before = all_rows();
    PAIR_OK(&d.p, store_rebuild(d.p.hq->store, hq_arena(d.p.hq), &totals, &d.p.err));
    CHECK(h32_eq(all_rows(), before));
    CHECK_INT(gone(), measured());
    end();
}

static void put(struct store_txn *t, id8 author, unsigned i, size_t n, unsigned reason)
{
    static uint8_t item[BUNDLE_ITEM_BYTES_MAX];
    memcpy(item, author.b, sizeof author.b);
    memcpy(item + 8, &i, sizeof i);
    PAIR_OK(&d.p, hq_odd_put(t, author, reason, bytes_of(item, n), d.p.ms + i, &d.p.err));
}

static void put_many(id8 author, unsigned from, unsigned n, size_t item_bytes)
{
    for (unsigned i = 0; i < n;) {
        struct store_txn *t = NULL;
        PAIR_OK(&d.p, store_write(d.p.hq->store, &t, &d.p.err));
        for (unsigned k = 0; k < 256 && i < n; k++, i++) {
            put(t, author, from + i, item_bytes, PROBLEM_AUTHOR);
        }
        PAIR_OK(&d.p, store_commit(&t, &d.p.err));
    }
}

/* Work that only its device has now: its row goes, and it comes in all the same. */
static void what_went_and_was_true_comes_again(void)
{
    struct exchange_result r;
    uint8_t ra[8192], rc[8192];
    begin();
    h32 a = pair_step(&d.p, &good, job, KIND_VISIT_ACCEPTED, (id8){{1}});
    IGNORE(h32_zero(pair_step(&d.p, &good, job, KIND_VISIT_TRAVELLING, (id8){{1}})));
    h32 c = pair_step(&d.p, &good, job, KIND_VISIT_ARRIVED, (id8){{1}});
    open_bundle(&good);
    PAIR_OK(&d.p, bundle_item(&writer, copy_of(&good, a, ra), &d.p.err));
    PAIR_OK(&d.p, bundle_item(&writer, copy_of(&good, c, rc), &d.p.err));
    post();
    CHECK(has(T_ODD, c));
    d.p.ms += DAY_MS;
    put_many(good.journal.head.author, 0, ROWS_MAX, 64); /* all are its own: its oldest goes */
    CHECK(!has(T_ODD, c) && !has(T_HASH, c));
    pair_sync(&d.p, &good, &r);
    CHECK(r.unsent == 0 && has(T_HASH, c));
    end();
}

static void large_ones_count_by_their_bytes(void)
{
    begin();
    unsigned fit = HQ_ODD_BYTES / BUNDLE_ITEM_BYTES_MAX;
    put_many(bad.journal.head.author, 0, fit, BUNDLE_ITEM_BYTES_MAX);
    CHECK_INT(count(T_ODD), fit);
    CHECK_INT(gone(), 0);
    put_many(bad.journal.head.author, fit, 1, BUNDLE_ITEM_BYTES_MAX);
    CHECK_INT(count(T_ODD), fit / 8 * 7);
    CHECK_INT(gone(), fit + 1 - fit / 8 * 7);
    end();
}

/* A row that comes again is one row; what was shown is neither counted nor dropped; nor is a mark
 * of an entry that is kept, of which a state is made. */
static void shown_ones_and_the_folds_marks_are_never_dropped(void)
{
    struct store_txn *t = NULL;
    const id8 nobody = {{0}};
    h32 kept = {{5}}, shown;
    uint8_t item[64] = {0};
    begin();
    hash32(bytes_of(item, sizeof item), shown.b);
    PAIR_OK(&d.p, store_write(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, fold_mark_bad(t, kept, &d.p.err));
    put(t, nobody, 0, sizeof item, PROBLEM_AUTHOR);
    put(t, nobody, 0, sizeof item, HQ_ODD_SHOWN);
    PAIR_OK(&d.p, store_commit(&t, &d.p.err));
    CHECK(has(T_ODD, shown));
    put_many(bad.journal.head.author, 0, ROWS_MAX, 64);
    put_many(bad.journal.head.author, 0, 500, 64); /* the same again */
    CHECK_INT(gone(), 0);
    CHECK_INT(count(T_ODD), ROWS_MAX + 2);
    put_many(bad.journal.head.author, ROWS_MAX, 1, 64);
    CHECK_INT(count(T_ODD), ROWS_MAX / 8 * 7 + 2);
    CHECK(has(T_ODD, shown));
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    CHECK(fold_is_bad(t, kept) && hq_odd_reason(t, shown) == HQ_ODD_SHOWN);
    store_abort(&t);
    end();
}

/* A store of a version that did not count: it is counted with the next one that comes. */
static void a_store_of_before_is_counted_and_brought_within(void)
{
    struct store_txn *t = NULL;
    begin();
    put_many(bad.journal.head.author, 0, ROWS_MAX, 64);
    PAIR_OK(&d.p, store_write(d.p.hq->store, &t, &d.p.err));
    for (unsigned i = 0; i < 600; i++) { /* as they were put then */
        uint8_t key[HASH_BYTES], row[64];
        bytes value;
        struct cbor_w w = cbor_w_init(row, sizeof row);
        hash32(bytes_of((const uint8_t *)&i, sizeof i), key);
        cbor_put_map(&w, 3);
        cbor_put_uint(&w, 1);
        cbor_put_uint(&w, PROBLEM_FORM);
        cbor_put_uint(&w, 2);
        cbor_put_int(&w, 1);
        cbor_put_uint(&w, 3);
        cbor_put_bytes(&w, bytes_of(key, sizeof key));
        PAIR_OK(&d.p, cbor_w_done(&w, &value));
        PAIR_OK(&d.p, store_put(t, T_ODD, bytes_of(key, sizeof key), value, &d.p.err));
    }
    PAIR_OK(&d.p, store_del(t, T_META, str_bytes(S("hq/odd/weight")), &d.p.err));
    PAIR_OK(&d.p, store_commit(&t, &d.p.err));
    put_many(bad.journal.head.author, ROWS_MAX, 1, 64);
    CHECK_INT(count(T_ODD), ROWS_MAX / 8 * 7);
    put_many(bad.journal.head.author, ROWS_MAX + 1, ROWS_MAX / 8, 64);
    CHECK_INT(count(T_ODD), ROWS_MAX);
    uint64_t before = gone();
    PAIR_OK(&d.p, store_write(d.p.hq->store, &t, &d.p.err)); /* no count of ours: counted anew */
    PAIR_OK(&d.p, store_put(t, T_META, str_bytes(S("hq/odd/weight")), str_bytes(S("?")), &d.p.err));
    PAIR_OK(&d.p, store_commit(&t, &d.p.err));
    put_many(bad.journal.head.author, 2 * ROWS_MAX, 1, 64);
    CHECK_INT(count(T_ODD), ROWS_MAX / 8 * 7);
    CHECK_INT(gone() - before, ROWS_MAX / 8 + 1);
    end();
}

int main(void)
{
    RUN(a_flood_of_days_is_bounded_and_loses_nobodys_work);
    RUN(what_went_and_was_true_comes_again);
    RUN(large_ones_count_by_their_bytes);
    RUN(shown_ones_and_the_folds_marks_are_never_dropped);
    RUN(a_store_of_before_is_counted_and_brought_within);
    bundle_buffer_drop(&bundle);
    CHECK_END();
}

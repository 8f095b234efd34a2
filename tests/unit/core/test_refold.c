/* test_refold.c - kept states and list rows of a store: fresh, in any batches, after damage. */
#include "core/fold/refold.h"
#include "core/journal/append.h"
#include "tests/unit/core/fold_help.h"
#include "tests/unit/core/store_help.h"

static uint8_t scratch_room[CAP_SCRATCH_BYTES], big[8U << 20];
static struct err err;

static struct arena scratch(void)
{
    return arena_of(scratch_room, sizeof scratch_room);
}
static id16 job(void)
{
    return sample_id16("job");
}

static struct store *fresh_store(const struct sample_party *const *certs, size_t n)
{
    struct store *store = help_open(help_create(STORE_DEVICE), STORE_DEVICE, STORE_WRITE);
    struct store_txn *t = help_write(store);
    CHECK(trust_store_put(t, fs.trust_doc, &err) == ST_OK);
    for (size_t i = 0; i < n; i++) {
        CHECK(cert_store_put(t, &certs[i]->cert, &err) == ST_OK);
    }
    CHECK(store_commit(&t, &err) == ST_OK);
    return store;
}
static struct store *usual_store(void)
{
    const struct sample_party *certs[] = {&fs.node, &fs.tech, &fs.other};
    return fresh_store(certs, 3);
}

/* Keep the ledger's entries from..to-1 and refold what they touch. */
static void take_in(struct store *store, size_t from, size_t to)
{
    struct store_txn *t = help_write(store);
    for (size_t i = from; i < to; i++) {
        bool forked;
        CHECK(journal_keep(t, &ledger[i], &forked, &err) == ST_OK);
    }
    for (size_t i = from; i < to; i++) {
        CHECK(fold_refold(t, ledger[i].subject, scratch(), &err) == ST_OK);
    }
    CHECK(store_commit(&t, &err) == ST_OK);
}

static struct subject_state load(struct store *store, id16 subject, h32 *digest)
{
    struct subject_state s = {0};
    struct arena a = arena_of(big, sizeof big);
    struct store_txn *t = help_read(store);
    CHECK(fold_load(t, subject, &a, &s, digest, &err) == ST_OK);
    store_abort(&t);
    return s;
}

static unsigned count_rows(struct store *store, enum list list, enum subject_type type,
                           const id16 *id)
{
    uint8_t key[LIST_KEY_BYTES];
    struct store_cursor *c = NULL;
    struct store_txn *t = help_read(store);
    bytes k, prefix = fold_list_prefix(list, type, id, key);
    unsigned n = 0;
    CHECK(store_scan(t, T_LIST, prefix, (bytes){0}, &c, &err) == ST_OK);
    while (store_next(c, &k) == ST_OK) {
        struct list_row row;
        struct arena a = arena_of(big, sizeof big);
        bytes value;
        CHECK(store_value(c, &a, &value, &err) == ST_OK);
        CHECK(list_row_decode(value, &row) == ST_OK);
        CHECK_BYTES(k.p + k.n - 16, 16, row.subject.b, 16);
        n++;
    }
    store_scan_end(&c);
    store_abort(&t);
    return n;
}

static void the_kept_state_is_the_fold_of_the_entries_in_any_batches(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_CALLED, SAMPLE_TIME_MS);
    help_visit(&tech, "v", KIND_VISIT_LEFT);
    help_set(&other, NULL, F_JOB_APPOINTMENT, 1);
    help_set(&clerk, NULL, F_JOB_APPOINTMENT, 2);
    struct subject_state s = help_fold();
    h32 want = help_digest(&s);
    for (size_t batch = 1; batch <= nledger; batch += 4) {
        struct store *store = usual_store();
        for (size_t i = 0; i < nledger; i += batch) {
            take_in(store, i, i + batch < nledger ? i + batch : nledger);
        }
        h32 got;
        struct subject_state kept = load(store, job(), &got);
        CHECK(h32_eq(got, want) && kept.nentries == nledger);
        struct store_txn *t = help_read(store);
        struct arena a = arena_of(big, sizeof big);
        bytes coded;
        CHECK(fold_fresh(t, job(), &a, &kept, &coded, &got, &err) == ST_OK && h32_eq(got, want));
        store_abort(&t);
        store_close(&store);
    }
}

static void entries_that_come_backwards_give_the_same_state(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_CALLED, SAMPLE_TIME_MS);
    help_visit(&tech, "v", KIND_VISIT_FEE);
    struct subject_state s = help_fold();
    h32 want = help_digest(&s), got;
    struct store *store = usual_store();
    for (size_t i = nledger; i-- > 0;) {
        take_in(store, i, i + 1);
    }
    load(store, job(), &got);
    CHECK(h32_eq(got, want));
    store_close(&store);
}

static bytes kept_value(struct store *store, struct arena *a)
{
    struct store_txn *t = help_read(store);
    bytes v = {0};
    CHECK(store_get(t, T_STATE, bytes_of(job().b, 16), a, &v, &err) == ST_OK);
    store_abort(&t);
    return v;
}

static void a_dropped_state_comes_back_to_the_same_bytes(void)
{
    help_start();
    help_set(&clerk, NULL, F_JOB_CALLED, SAMPLE_TIME_MS);
    help_visit(&tech, "v", KIND_VISIT_ACTION);
    struct store *store = usual_store();
    take_in(store, 0, nledger);
    struct arena a = arena_of(big, sizeof big);
    bytes before = kept_value(store, &a);
    uint64_t rows;
    struct store_txn *t = help_write(store);
    rows = store_count(t, T_LIST);
    CHECK(store_del(t, T_STATE, bytes_of(job().b, 16), &err) == ST_OK);
    CHECK(fold_refold(t, job(), scratch(), &err) == ST_OK);
    CHECK(store_count(t, T_LIST) == rows);
    CHECK(store_commit(&t, &err) == ST_OK);
    bytes after = kept_value(store, &a);
    CHECK_BYTES(before.p, before.n, after.p, after.n);
    store_close(&store);
}

static void a_job_moves_from_the_open_list_to_the_done_list(void)
{
    help_start();
    struct store *store = usual_store();
    help_set(&clerk, NULL, F_JOB_CALLED, SAMPLE_TIME_MS);
    take_in(store, 0, nledger);
    CHECK(count_rows(store, LIST_JOBS_OPEN, 0, NULL) == 1);
    CHECK(count_rows(store, LIST_JOBS_DONE, 0, NULL) == 0);
    CHECK(count_rows(store, LIST_BY_TYPE, SUBJECT_JOB, NULL) == 1);
    size_t from = nledger;
    help_visit(&tech, "v", KIND_VISIT_SIGNED);
    take_in(store, from, nledger);
    CHECK(count_rows(store, LIST_JOBS_OPEN, 0, NULL) == 0);
    CHECK(count_rows(store, LIST_JOBS_DONE, 0, NULL) == 1);
    struct list_row row;
    struct arena a = arena_of(big, sizeof big);
    struct store_txn *t = help_read(store);
    CHECK(list_row_get(t, job(), &a, &row, &err) == ST_OK);
    CHECK(row.stage == VISIT_SIGNED && row.outcome == SIGN_SIGNED && row.class_ == CLASS_A);
    CHECK(row.called_ms == SAMPLE_TIME_MS && !row.conflict && row.type == SUBJECT_JOB);
    CHECK(list_row_get(t, sample_id16("none"), &a, &row, &err) == ST_NOT_FOUND);
    store_abort(&t);
    from = nledger;
    union body b = {.asked = {.visit = sample_id8("v"), .reason = 1}};
    help_say(&tech, KIND_JOB_REOPENED, &b);
    take_in(store, from, nledger);
    CHECK(count_rows(store, LIST_JOBS_OPEN, 0, NULL) == 1);
    CHECK(count_rows(store, LIST_JOBS_DONE, 0, NULL) == 0);
    store_close(&store);
}

static void open_jobs_stand_in_the_order_in_which_technicians_are_due(void)
{
    help_start();
    struct store *store = usual_store();
    /* "first" and "suburb" call in the night before a Monday: 6 and 7 hours of work later they are
     * due on it; "late" calls on the Tuesday after; "none" has no time of a call. */
    static const struct {
        const char *name;
        int64_t called_h, zone;
    } jobs[] = {{"late", 30, 1}, {"none", 0, 0}, {"first", 1, 1}, {"suburb", 1, 2}};
    for (size_t i = 0; i < 4; i++) {
        struct record_write w[2] = {
            help_int(F_JOB_CALLED, FT_TIME, SAMPLE_TIME_MS + jobs[i].called_h * 3600000),
            help_int(F_JOB_ZONE, FT_ENUM, jobs[i].zone)};
        bool timed = jobs[i].zone != 0;
        help_record(&clerk, SUBJECT_JOB, sample_id16(jobs[i].name), NULL, timed ? w : w + 1,
                    timed ? 2 : 1);
    }
    take_in(store, 0, nledger);
    static const char *const want[] = {"first", "suburb", "late", "none"};
    uint8_t key[LIST_KEY_BYTES];
    struct store_cursor *c = NULL;
    struct store_txn *t = help_read(store);
    bytes k;
    CHECK(store_scan(t, T_LIST, fold_list_prefix(LIST_JOBS_OPEN, 0, NULL, key), (bytes){0}, &c,
                     &err) == ST_OK);
    for (size_t i = 0; i < 4; i++) {
        CHECK(store_next(c, &k) == ST_OK);
        CHECK_BYTES(k.p + 9, 16, sample_id16(want[i]).b, 16);
    }
    CHECK(store_next(c, &k) == ST_END);
    store_scan_end(&c);
    store_abort(&t);
    store_close(&store);
}

static void a_conflict_is_listed_until_it_is_resolved(void)
{
    help_start();
    struct store *store = usual_store();
    help_set(&tech, NULL, F_JOB_APPOINTMENT, 1);
    help_set(&other, NULL, F_JOB_APPOINTMENT, 2);
    take_in(store, 0, nledger);
    CHECK(count_rows(store, LIST_CONFLICTS, 0, NULL) == 1);
    struct subject_state s = load(store, job(), NULL);
    size_t from = nledger;
    help_set(&clerk, &s, F_JOB_APPOINTMENT, 2);
    take_in(store, from, nledger);
    CHECK(count_rows(store, LIST_CONFLICTS, 0, NULL) == 0);
    store_close(&store);
}

static void set_ref(enum subject_type type, const char *name, int field, const char *to,
                    const struct subject_state *seen)
{
    struct record_write w = {.field = field, .type = FT_REF, .ref = sample_id16(to)};
    help_record(&clerk, type, sample_id16(name), seen, &w, 1);
}

static void a_customers_things_are_listed_with_him_and_move_with_them(void)
{
    help_start();
    struct store *store = usual_store();
    id16 li = sample_id16("li"), wang = sample_id16("wang"), ac = sample_id16("ac");
    set_ref(SUBJECT_JOB, "job", F_JOB_CUSTOMER, "li", NULL);
    set_ref(SUBJECT_JOB, "job", F_JOB_EQUIPMENT, "ac", NULL);
    set_ref(SUBJECT_EQUIPMENT, "ac", F_EQUIPMENT_CUSTOMER, "li", NULL);
    set_ref(SUBJECT_CONTRACT, "k", F_CONTRACT_CUSTOMER, "li", NULL);
    take_in(store, 0, nledger);
    CHECK(count_rows(store, LIST_OF_CUSTOMER, 0, &li) == 3);
    CHECK(count_rows(store, LIST_OF_CUSTOMER, 0, &wang) == 0);
    CHECK(count_rows(store, LIST_OF_EQUIPMENT, 0, &ac) == 1);
    size_t from = nledger;
    struct subject_state s = load(store, ac, NULL);
    set_ref(SUBJECT_EQUIPMENT, "ac", F_EQUIPMENT_CUSTOMER, "wang", &s);
    take_in(store, from, nledger);
    CHECK(count_rows(store, LIST_OF_CUSTOMER, 0, &li) == 2);
    CHECK(count_rows(store, LIST_OF_CUSTOMER, 0, &wang) == 1);
    store_close(&store);
}

static void set_code(const char *name, const char *code, const struct subject_state *seen)
{
    struct record_write w = {.field = F_CODE, .type = FT_CODE};
    CHECK(code_of(str_bytes(str_c(code)), &w.code));
    help_record(&clerk, SUBJECT_CUSTOMER, sample_id16(name), seen, &w, 1);
}

static bool code_is(struct store *store, const char *code, const char *name)
{
    uint8_t key[17];
    struct arena a = arena_of(big, sizeof big);
    bytes v = {0};
    store_code_key(store, SUBJECT_CUSTOMER, str_bytes(str_c(code)), key);
    struct store_txn *t = help_read(store);
    enum st st = store_get(t, T_CODE, bytes_of(key, sizeof key), &a, &v, &err);
    store_abort(&t);
    id16 found = {{0}};
    t = help_read(store);
    enum st by = fold_code_find(t, SUBJECT_CUSTOMER, str_bytes(str_c(code)), &found, &err);
    store_abort(&t);
    CHECK((by == ST_OK) == (st == ST_OK));
    return by == ST_OK && id16_eq(found, sample_id16(name));
}

static void a_books_code_leads_to_its_subject(void)
{
    help_start();
    struct store *store = usual_store();
    set_code("li", "C-1", NULL);
    take_in(store, 0, nledger);
    CHECK(code_is(store, "C-1", "li"));
    size_t from = nledger;
    set_code("wang", "C-1", NULL); /* taken: the first keeps it */
    take_in(store, from, nledger);
    CHECK(code_is(store, "C-1", "li"));
    from = nledger;
    struct subject_state s = load(store, sample_id16("li"), NULL);
    set_code("li", "C-2", &s);
    take_in(store, from, nledger);
    CHECK(code_is(store, "C-2", "li"));
    CHECK(code_is(store, "C-1", "wang")); /* the next who has it */
    store_close(&store);
}

/* Whoever came first here, and whatever a rebuild does: it leads to who wrote it first. */
static void a_code_that_two_have_leads_to_the_same_in_any_order(void)
{
    for (int turn = 0; turn < 2; turn++) {
        help_start();
        struct store *store = usual_store();
        set_code("li", "C-1", NULL);
        set_code("wang", "C-1", NULL);
        take_in(store, (size_t)!turn, (size_t)!turn + 1);
        take_in(store, (size_t)turn, (size_t)turn + 1);
        CHECK(code_is(store, "C-1", "li"));
        store_close(&store);
    }
}

static void an_entry_marked_bad_is_kept_and_not_folded(void)
{
    help_start();
    struct store *store = usual_store();
    help_set(&clerk, NULL, F_JOB_CALLED, 1);
    h32 bad = help_set(&clerk, NULL, F_JOB_APPOINTMENT, 1);
    take_in(store, 0, nledger);
    struct store_txn *t = help_write(store);
    CHECK(!fold_is_bad(t, bad));
    CHECK(fold_mark_bad(t, bad, &err) == ST_OK && fold_is_bad(t, bad));
    CHECK(fold_refold(t, job(), scratch(), &err) == ST_OK);
    CHECK(store_commit(&t, &err) == ST_OK);
    struct subject_state s = load(store, job(), NULL);
    CHECK(s.nbad == 1 && s.nentries == 1 && fold_shown(&s, F_JOB_APPOINTMENT) == NULL);
    store_close(&store);
}

static void what_comes_after_a_revocation_is_not_folded(void)
{
    help_start();
    struct store *store = usual_store();
    help_visit(&tech, "v", KIND_VISIT_ARRIVED);
    take_in(store, 0, nledger);
    struct revocation r = {.number = 1, .author = fs.tech.author, .time_ms = SAMPLE_TIME_MS};
    r.heads[0].epoch = ledger[0].epoch;
    r.heads[0].seq = 2;
    r.heads[0].hash = ledger[1].hash;
    r.nheads = 1;
    uint8_t buf[1024];
    bytes doc;
    CHECK(revocation_make(&r, fs.trust.deployment, fs.issuing.sign_sk, buf, sizeof buf, &doc) ==
          ST_OK);
    struct store_txn *t = help_write(store);
    CHECK(store_put(t, T_REVOKED, bytes_of(fs.tech.author.b, 8), doc, &err) == ST_OK);
    CHECK(fold_refold(t, job(), scratch(), &err) == ST_OK);
    CHECK(store_commit(&t, &err) == ST_OK);
    struct subject_state s = load(store, job(), NULL);
    CHECK(s.nbad == 1 && s.visits[0].stage == VISIT_TRAVELLING);
    t = help_write(store); /* one that cannot be read cuts all of his off */
    CHECK(store_put(t, T_REVOKED, bytes_of(fs.tech.author.b, 8), bytes_of("x", 1), &err) == ST_OK);
    CHECK(fold_refold(t, job(), scratch(), &err) == ST_OK);
    CHECK(store_commit(&t, &err) == ST_OK);
    s = load(store, job(), NULL);
    CHECK(s.nbad == 3 && s.nvisits == 0);
    store_close(&store);
}

static void without_a_certificate_entries_are_requests_until_it_comes(void)
{
    help_start();
    const struct sample_party *certs[] = {&fs.node};
    struct store *store = fresh_store(certs, 1);
    help_visit(&tech, "v", KIND_VISIT_ARRIVED);
    take_in(store, 0, nledger);
    struct subject_state s = load(store, job(), NULL);
    CHECK(s.nvisits == 0 && s.nrequests == 3);
    struct store_txn *t = help_write(store);
    CHECK(cert_store_put(t, &fs.tech.cert, &err) == ST_OK);
    CHECK(fold_refold(t, job(), scratch(), &err) == ST_OK);
    CHECK(store_commit(&t, &err) == ST_OK);
    s = load(store, job(), NULL);
    CHECK(s.nvisits == 1 && s.nrequests == 0);
    store_close(&store);
}

static void kept_entries_read_as_they_were_parsed_and_damage_is_survived(void)
{
    help_start();
    help_visit(&tech, "v", KIND_VISIT_LEFT);
    help_set(&clerk, NULL, F_JOB_CALLED, 1);
    uint8_t bad[CAP_ENTRY_BYTES];
    uint64_t x = 88172645463325252u;
    for (size_t i = 0; i < nledger; i++) {
        struct entry_view a, b;
        bytes whole = ledger[i].whole;
        CHECK(entry_parse(whole, &a, NULL, NULL) == ST_OK);
        CHECK(entry_kept(whole, a.hash, &b) == ST_OK);
        CHECK(memcmp(&a, &b, sizeof a) == 0);
        for (int k = 0; k < 300; k++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            memcpy(bad, whole.p, whole.n);
            bad[x % whole.n] ^= (uint8_t)(1U << (x >> 32) % 8);
            IGNORE(entry_kept(bytes_of(bad, whole.n - (x >> 60)), a.hash, &b)); /* any answer */
        }
        CHECK(entry_kept(bytes_of(whole.p, 20), a.hash, &b) == ST_CORRUPT);
    }
}

static void a_subject_that_left_takes_its_rows_along(void)
{
    help_start();
    struct store *store = usual_store();
    set_ref(SUBJECT_JOB, "job", F_JOB_CUSTOMER, "li", NULL);
    take_in(store, 0, nledger);
    struct store_txn *t = help_write(store);
    uint8_t key[56];
    memcpy(key, job().b, 16);
    for (int i = 0; i < 8; i++) {
        key[16 + i] = (uint8_t)(ledger[0].time >> (56 - 8 * i));
    }
    memcpy(key + 24, ledger[0].hash.b, 32);
    CHECK(store_del(t, T_SUBJECT, bytes_of(key, sizeof key), &err) == ST_OK);
    CHECK(fold_refold(t, job(), scratch(), &err) == ST_OK);
    CHECK(store_count(t, T_LIST) == 0 && store_count(t, T_STATE) == 0);
    store_abort(&t);
    store_close(&store);
}

static void a_scratch_too_small_says_damaged_and_loses_nothing(void)
{
    help_start();
    struct store *store = usual_store();
    help_visit(&tech, "v", KIND_VISIT_ARRIVED);
    struct store_txn *t = help_write(store);
    for (size_t i = 0; i < nledger; i++) {
        bool forked;
        CHECK(journal_keep(t, &ledger[i], &forked, &err) == ST_OK);
    }
    CHECK(fold_refold(t, job(), arena_of(scratch_room, 9500), &err) == ST_OK);
    struct subject_state s;
    struct arena a = arena_of(big, sizeof big);
    CHECK(fold_load(t, job(), &a, &s, NULL, &err) == ST_OK && s.damaged && s.nvisits == 0);
    CHECK(fold_refold(t, job(), scratch(), &err) == ST_OK);
    CHECK(fold_load(t, job(), &a, &s, NULL, &err) == ST_OK && !s.damaged && s.nvisits == 1);
    CHECK(store_commit(&t, &err) == ST_OK);
    store_close(&store);
}

int main(void)
{
    RUN(the_kept_state_is_the_fold_of_the_entries_in_any_batches);
    RUN(entries_that_come_backwards_give_the_same_state);
    RUN(a_dropped_state_comes_back_to_the_same_bytes);
    RUN(a_job_moves_from_the_open_list_to_the_done_list);
    RUN(open_jobs_stand_in_the_order_in_which_technicians_are_due);
    RUN(a_conflict_is_listed_until_it_is_resolved);
    RUN(a_customers_things_are_listed_with_him_and_move_with_them);
    RUN(a_books_code_leads_to_its_subject);
    RUN(a_code_that_two_have_leads_to_the_same_in_any_order);
    RUN(an_entry_marked_bad_is_kept_and_not_folded);
    RUN(what_comes_after_a_revocation_is_not_folded);
    RUN(without_a_certificate_entries_are_requests_until_it_comes);
    RUN(kept_entries_read_as_they_were_parsed_and_damage_is_survived);
    RUN(a_subject_that_left_takes_its_rows_along);
    RUN(a_scratch_too_small_says_damaged_and_loses_nothing);
    CHECK_END();
}

/* test_taken.c - a call that a technician took himself reaches headquarters: it stands in the
 * register with both numbers, he is confirmed, what is new with it waits to be put on file, and all
 * of that comes back to him in the same exchange (A-01, B-01, J-12). */
#include "core/model/call.h"
#include "core/rules/call.h"
#include "core/rules/office.h"
#include "sync/hq/hq_taken.h"
#include "tests/support/sample.h"
#include "tests/unit/hq/desk.h"

static struct desk d;
static struct pair_device dev, second;
static id16 who, customer, machine;

static void write_record(struct pair_device *x, enum subject_type type, id16 subject,
                         struct record_write *w, size_t n, const char *words)
{
    uint8_t body[CAP_BODY_BYTES];
    struct now now = pair_now(&d.p);
    h32 hash;
    struct append_att att = {.type = ATT_TEXT, .content = str_bytes(str_c(words))};
    struct append what = {
        .kind = KIND_RECORD_SET, .subject_type = type, .subject = subject, .atts = &att, .natt = 1};
    PAIR_OK(&d.p, record_encode(w, n, body, sizeof body, &what.body));
    PAIR_OK(&d.p, journal_append(&x->journal, &what, &now, &hash, &d.p.err));
}

static struct record_write ref(int f, id16 to)
{
    return (struct record_write){.field = f, .type = FT_REF, .ref = to};
}

static struct record_write whole(int f, enum field_type type, int64_t v)
{
    return (struct record_write){.field = f, .type = type, .i = v};
}

static id16 take(struct pair_device *x, const char *number)
{
    struct record_write w[8];
    size_t n = 0;
    memset(w, 0, sizeof w);
    struct record_write text = whole(F_CUSTOMER_NAME, FT_TEXT, 0);
    write_record(x, SUBJECT_CUSTOMER, customer, &text, 1, "Harbour Canteen");
    text = whole(F_EQUIPMENT_NAME, FT_TEXT, 0);
    write_record(x, SUBJECT_EQUIPMENT, machine, &text, 1, "Ice maker");
    w[n] = (struct record_write){.field = F_JOB_PROVISIONAL, .type = FT_CODE};
    CHECK(code_of(str_bytes(str_c(number)), &w[n++].code));
    id16 job = call_subject(x->journal.cert.author, x->journal.head.epoch, &w[0].code);
    w[n++] = ref(F_JOB_CUSTOMER, customer);
    w[n++] = ref(F_JOB_EQUIPMENT, machine);
    w[n++] = whole(F_JOB_CALLED, FT_TIME, d.p.ms);
    w[n++] = whole(F_JOB_CHANNEL, FT_ENUM, CHANNEL_TECHNICIAN);
    w[n++] = whole(F_JOB_PROPOSED, FT_INT, CALL_NEW_CUSTOMER | CALL_NEW_EQUIPMENT);
    w[n++] = whole(F_JOB_FAULT_TOLD, FT_TEXT, 0);
    write_record(x, SUBJECT_JOB, job, w, n, "no ice");
    return job;
}

static void sync_dev(struct pair_device *x)
{
    struct exchange_result sum;
    pair_sync(&d.p, x, &sum);
    CHECK_INT(sum.problems, 0);
    CHECK_INT(sum.unsent, 0);
}

static struct subject_state state_in(struct store *s, id16 subject, uint8_t *room)
{
    struct arena a = arena_of(room, CAP_SCRATCH_BYTES);
    struct subject_state out = {0};
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_read(s, &t, &d.p.err));
    CHECK_INT(fold_load(t, subject, &a, &out, NULL, &d.p.err), ST_OK);
    store_abort(&t);
    return out;
}

static void begin(void)
{
    desk_begin(&d);
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, S("technician"), &who, &d.p.err));
    pair_join(&d.p, &dev, who, "T1");
    customer = sample_id16("new customer");
    machine = sample_id16("new machine");
}

static void end(void)
{
    pair_leave(&dev);
    desk_end(&d);
}

static unsigned found(const char *target, const char *what)
{
    const char *q = strncmp(target, "/search?q=", 10) == 0 ? target + 10 : NULL;
    desk_settle(&d);
    json_t *page = q == NULL ? desk_get(&d, target)
                             : desk_ask(&d, "POST", "/search", json_pack("{s:s}", "q", q));
    CHECK_INT(d.status, 200);
    unsigned n = (unsigned)json_array_size(json_object_get(page, what));
    json_decref(page);
    return n;
}

static bool leads_to(struct store *store, const char *code, id16 job)
{
    struct store_txn *t = NULL;
    id16 found = {{0}};
    PAIR_OK(&d.p, store_read(store, &t, &d.p.err));
    enum st st = fold_code_find(t, SUBJECT_JOB, str_bytes(str_c(code)), &found, &d.p.err);
    store_abort(&t);
    return st == ST_OK && id16_eq(found, job);
}

static void it_is_found_by_both_numbers_and_a_number_of_the_books_goes_before_what_he_wrote(void)
{
    begin();
    id16 job = take(&dev, "C-T1-7K-000001");
    CHECK(leads_to(dev.store, "C-T1-7K-000001", job));
    sync_dev(&dev);
    struct store *both[] = {dev.store, d.p.hq->store};
    for (int k = 0; k < 2; k++) {
        CHECK(leads_to(both[k], "R000001", job));
        CHECK(leads_to(both[k], "C-T1-7K-000001", job));
    }
    /* He writes, first, the number that the books give next. */
    id16 second_job = take(&dev, "R000003");
    CHECK(leads_to(dev.store, "R000003", second_job));
    id16 third = take(&dev, "C-T1-7K-000003");
    sync_dev(&dev);
    CHECK(leads_to(d.p.hq->store, "R000002", second_job));
    CHECK(leads_to(d.p.hq->store, "R000004", third)); /* the next that leads nowhere */
    CHECK(leads_to(dev.store, "R000004", third));
    /* Books that were kept elsewhere have that number too. */
    struct record_write w = {.field = F_CODE, .type = FT_CODE};
    CHECK(code_of(str_bytes(S("R000003")), &w.code));
    id16 book = pair_record(&d.p, SUBJECT_JOB, &w, 1, "hot", F_JOB_FAULT_TOLD);
    CHECK(leads_to(d.p.hq->store, "R000003", book));
    end();
}

static void it_is_registered_numbered_confirmed_and_all_comes_back_in_the_same_exchange(void)
{
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    begin();
    id16 job = take(&dev, "C-T1-7K-000001");
    sync_dev(&dev);
    struct subject_state s = state_in(d.p.hq->store, job, room);
    const struct field_value *code = fold_shown(&s, F_CODE);
    CHECK(code != NULL && code->nb == 7 && memcmp(code->b, "R000001", 7) == 0);
    CHECK(id16_eq(s.assigned, who) && fold_shown(&s, F_BRANCH) != NULL);
    CHECK_INT(s.nconflicts, 0);
    CHECK_INT(office_state(&s), JOB_DISPATCHED);
    /* On the handheld: one exchange was enough. */
    s = state_in(dev.store, job, room);
    code = fold_shown(&s, F_CODE);
    CHECK(code != NULL && memcmp(code->b, "R000001", 7) == 0);
    CHECK(id16_eq(s.assigned, who) && call_taken(&s, NULL) && !call_provisional(&s));
    /* The records that came with it belong to the branch, the machine to its customer. */
    s = state_in(d.p.hq->store, machine, room);
    const struct field_value *owner = fold_shown(&s, F_EQUIPMENT_CUSTOMER);
    CHECK(owner != NULL && memcmp(owner->b, customer.b, 16) == 0);
    CHECK(fold_shown(&s, F_BRANCH) != NULL);
    s = state_in(dev.store, customer, room);
    CHECK(fold_shown(&s, F_BRANCH) != NULL);
    /* Nothing is done twice. */
    hex_put(bytes_of(job.b, 16), (char *)room);
    sync_dev(&dev);
    d.p.hq->taken_due = true;
    PAIR_OK(&d.p, hq_taken_settle(d.p.hq, 0, &d.p.err));
    s = state_in(d.p.hq->store, job, room);
    CHECK_INT(s.nassigned, 1);
    CHECK(memcmp(fold_shown(&s, F_CODE)->b, "R000001", 7) == 0);
    free(room);
    end();
}

static void the_register_shows_it_finds_both_numbers_and_lists_what_is_new_until_it_is_on_file(void)
{
    char target[96], hex[33];
    begin();
    id16 job = take(&dev, "C-T1-7K-000001");
    sync_dev(&dev);
    hex_put(bytes_of(job.b, 16), hex);
    desk_login(&d, "clerk");
    CHECK_INT(found("/search?q=C-T1-7K-000001", "hits"), 1);
    CHECK_INT(found("/search?q=R000001", "hits"), 1);
    CHECK_INT(found("/search?q=C-T1-7K-000002", "hits"), 0);
    CHECK_INT(found("/registers/calls", "rows"), 1);
    CHECK_INT(found("/registers/proposals", "rows"), 1);
    snprintf(target, sizeof target, "/jobs/%s", hex);
    json_t *r = desk_get(&d, target);
    CHECK_INT(d.status, 200);
    json_t *fields = json_object_get(r, "fields"), *list = json_object_get(r, "proposals");
    CHECK_STR(json_string_value(json_object_get(fields, "provisional")), "C-T1-7K-000001");
    CHECK_INT(json_integer_value(json_object_get(fields, "channel")), CHANNEL_TECHNICIAN);
    CHECK_INT(json_array_size(list), 2);
    CHECK_STR(json_string_value(json_object_get(json_array_get(list, 0), "what")), "customer");
    CHECK_STR(json_string_value(json_object_get(json_array_get(list, 0), "words")),
              "Harbour Canteen");
    CHECK_STR(json_string_value(json_object_get(json_array_get(list, 1), "words")), "Ice maker");
    json_t *seen =
        json_object_get(json_object_get(json_object_get(r, "values"), "proposed"), "seen");
    json_t *in = json_pack("{s:{s:i},s:{s:O}}", "fields", "proposed", 0, "seen", "proposed", seen);
    json_decref(desk_ask(&d, "PATCH", target, in));
    CHECK_INT(d.status, 200);
    json_decref(r);
    CHECK_INT(found("/registers/proposals", "rows"), 0);
    end();
}

static void after_a_crash_between_keeping_and_registering_the_next_open_registers(void)
{
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    char stale[64] = "call-due/0000000000000005";
    id16 nowhere = sample_id16("nowhere");
    struct exchange_result sum;
    struct store_txn *t = NULL;
    begin();
    id16 job = take(&dev, "C-T1-7K-000001");
    d.p.hq->reader = true; /* it gets as far as the commit of what came */
    pair_sync(&d.p, &dev, &sum);
    d.p.hq->reader = false;
    struct subject_state s = state_in(d.p.hq->store, job, room);
    CHECK(call_provisional(&s) && call_is_his(&s));
    hex_put(bytes_of(nowhere.b, 16), stale + 25);
    PAIR_OK(&d.p, store_write(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, store_put(t, T_META, str_bytes(str_c(stale)), (bytes){NULL, 0}, &d.p.err));
    PAIR_OK(&d.p, store_commit(&t, &d.p.err));
    desk_end(&d);
    pair_open_hq(&d.p);
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    CHECK(!store_has(t, T_META, str_bytes(str_c(stale))));
    store_abort(&t);
    s = state_in(d.p.hq->store, job, room);
    CHECK(!call_provisional(&s) && id16_eq(s.assigned, who));
    sync_dev(&dev);
    s = state_in(dev.store, job, room);
    CHECK(!call_provisional(&s) && id16_eq(s.assigned, who));
    free(room);
    pair_leave(&dev);
    pair_end(&d.p);
}

static void a_supervisor_gives_it_to_another_and_it_goes_there_and_stays_where_work_goes_on(void)
{
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    begin();
    id16 other = pair_record(&d.p, SUBJECT_TECHNICIAN, NULL, 0, "Other", F_TECHNICIAN_NAME);
    pair_join(&d.p, &second, other, "T2");
    id16 job = take(&dev, "C-T1-7K-000001");
    sync_dev(&dev);
    pair_assign(&d.p, job, other);
    sync_dev(&second);
    struct subject_state s = state_in(second.store, job, room);
    CHECK(id16_eq(s.assigned, other) && call_taken(&s, NULL));
    s = state_in(second.store, machine, room);
    CHECK(fold_shown(&s, F_EQUIPMENT_NAME) != NULL);
    sync_dev(&dev);
    s = state_in(dev.store, job, room);
    CHECK(!call_is_his(&s));
    free(room);
    pair_leave(&second);
    end();
}

int main(void)
{
    RUN(it_is_found_by_both_numbers_and_a_number_of_the_books_goes_before_what_he_wrote);
    RUN(it_is_registered_numbered_confirmed_and_all_comes_back_in_the_same_exchange);
    RUN(the_register_shows_it_finds_both_numbers_and_lists_what_is_new_until_it_is_on_file);
    RUN(after_a_crash_between_keeping_and_registering_the_next_open_registers);
    RUN(a_supervisor_gives_it_to_another_and_it_goes_there_and_stays_where_work_goes_on);
    CHECK_END();
}

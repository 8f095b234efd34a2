/* test_late.c - what a device's revocation set aside: listed for whoever may see it, counted by
 * name and for a reason by whoever may let it count, each once. */
#include "tests/unit/hq/desk.h"

static struct desk d;
static struct pair_device lost, other; /* of the technician here, and of a colleague */
static id16 job;
static h32 before, work[3]; /* while it was its owner's; after it was lost */
static char path[64], job_code[33];

static h32 step(unsigned kind)
{
    struct exchange_result r;
    h32 made = pair_step(&d.p, &lost, job, kind, (id8){{1}});
    pair_sync(&d.p, &lost, &r);
    d.p.ms += 60000;
    return made;
}

static id16 person(const char *login)
{
    id16 who;
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, str_c(login), &who, &d.p.err));
    return who;
}

static void revoke(int64_t since_ms)
{
    json_t *in = json_pack("{s:o,s:I}", "author", ops_hex(lost.journal.head.author.b, 8),
                           "since_ms", (json_int_t)since_ms);
    json_decref(desk_op(&d, "revoke", in));
}

static void begin(void)
{
    struct exchange_result r;
    char id[33], hex[17];
    desk_begin(&d);
    desk_record(&d, "customer", "C1", "{\"name\":\"Golden Lotus\",\"branch\":\"" DESK_HERE "\"}",
                id);
    desk_record(&d, "job", "J1", "{\"customer\":\"C1\",\"called\":5,\"branch\":\"" DESK_HERE "\"}",
                job_code);
    CHECK(hex_get(str_c(job_code), job.b, sizeof job.b));
    pair_assign(&d.p, job, person("technician"));
    pair_join(&d.p, &lost, person("technician"), "D1");
    pair_join(&d.p, &other, person("technician2"), "D2");
    pair_sync(&d.p, &lost, &r);
    pair_sync(&d.p, &other, &r);
    before = step(KIND_VISIT_ACCEPTED);
    hex_put(bytes_of(lost.journal.head.author.b, 8), hex);
    snprintf(path, sizeof path, "/devices/%s/late", hex);
}

/* Three steps after the device was lost, which a revocation sets aside. */
static void lose(void)
{
    int64_t since = d.p.ms;
    d.p.ms += 60000;
    work[0] = step(KIND_VISIT_TRAVELLING);
    work[1] = step(KIND_VISIT_ARRIVED);
    work[2] = step(KIND_HELP_ASKED);
    revoke(since);
    desk_login(&d, "supervisor");
}

static void end(void)
{
    pair_leave(&lost);
    pair_leave(&other);
    desk_end(&d);
}

static size_t listed(const json_t *page)
{
    return json_array_size(json_object_get(page, "late"));
}

static json_t *named(h32 entry, int reason)
{
    return json_pack("{s:[o],s:i}", "entries", ops_hex(entry.b, 32), "reason", reason);
}

static bool is(const json_t *row, h32 entry)
{
    char hex[65];
    hex_put(bytes_of(entry.b, 32), hex);
    return strcmp(desk_str(row, "entry"), hex) == 0;
}

/* The device's own history, not its technician's other devices': so many, and the newest. */
static bool history_is(const json_t *page, size_t n, const char *newest)
{
    const json_t *list = json_object_get(page, "history");
    return json_array_size(list) == n &&
           strcmp(desk_str(json_array_get(list, n - 1), "kind"), newest) == 0;
}

static void it_is_listed_by_number_job_time_and_why(void)
{
    begin();
    desk_login(&d, "supervisor");
    json_t *page = desk_get(&d, path);
    CHECK(d.status == 200 && listed(page) == 0); /* not revoked: nothing is */
    CHECK(history_is(page, 1, "certificate"));
    json_decref(page);
    lose();
    page = desk_get(&d, path);
    CHECK_INT(listed(page), 3);
    CHECK(history_is(page, 2, "revoked"));
    for (size_t i = 0; i < listed(page); i++) {
        const json_t *row = json_array_get(json_object_get(page, "late"), i);
        CHECK(is(row, work[i]));
        CHECK_STR(desk_str(row, "type"), "job");
        CHECK_STR(desk_str(row, "why"), "after");
        CHECK_STR(desk_str(json_object_get(row, "subject"), "code"), "J1");
        CHECK(json_integer_value(json_object_get(row, "sequence")) == 3 + (json_int_t)i);
        CHECK(json_integer_value(json_object_get(row, "claimed_ms")) > d.p.ms - 600000);
    }
    CHECK_STR(desk_str(json_array_get(json_object_get(page, "late"), 0), "kind"),
              "visit.travelling");
    CHECK(json_is_false(json_object_get(page, "more")));
    json_decref(page);
    desk_login(&d, "manager"); /* sees it, and may not decide */
    page = desk_get(&d, path);
    CHECK_INT(listed(page), 3);
    json_decref(page);
    CHECK_INT(desk_do(&d, "POST", path, named(work[0], 1)), 403);
    end();
}

static void a_journal_without_a_receipt_by_then_is_set_aside_whole(void)
{
    begin();
    revoke(1000); /* long before it had joined */
    desk_login(&d, "supervisor");
    json_t *page = desk_get(&d, path);
    CHECK_INT(listed(page), 1);
    CHECK(is(json_array_get(json_object_get(page, "late"), 0), before));
    CHECK_STR(desk_str(json_array_get(json_object_get(page, "late"), 0), "why"), "journal");
    json_decref(page);
    end();
}

static enum visit_stage stage(void)
{
    struct store_txn *t = NULL;
    struct subject_state s;
    struct arena tmp = arena_of(lost.scratch, CAP_SCRATCH_BYTES);
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, fold_load(t, job, &tmp, &s, NULL, &d.p.err));
    store_abort(&t);
    return s.visits[0].stage;
}

static void what_is_named_counts_and_nothing_else(void)
{
    begin();
    lose();
    CHECK_INT(stage(), VISIT_ACCEPTED);
    CHECK_INT(desk_do(&d, "POST", path, named(work[0], 1)), 200);
    CHECK_INT(stage(), VISIT_TRAVELLING);
    json_t *page = desk_get(&d, path);
    CHECK_INT(listed(page), 2);
    CHECK(is(json_array_get(json_object_get(page, "late"), 0), work[1]));
    json_decref(page);
    CHECK_INT(desk_do(&d, "POST", path, named(work[0], 1)), 409); /* it counts already */
    end();
}

/* The entry says who, in which role, and why. */
static void the_reason_stands_in_the_entry(void)
{
    begin();
    lose();
    CHECK_INT(desk_do(&d, "POST", path, named(work[0], 2)), 200);
    struct store_txn *t = NULL;
    struct entry_view e;
    union body b;
    struct arena tmp = arena_of(lost.scratch, CAP_SCRATCH_BYTES);
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, journal_get(t, d.p.hq->journal.head.hash, &tmp, &e, &d.p.err));
    CHECK(e.kind == KIND_ADMITTED && e.actor_role == ROLE_SUPERVISOR);
    CHECK(id16_eq(e.actor, person("supervisor")) && id16_eq(e.subject, job));
    CHECK(body_decode(e.kind, e.body, &b) == ST_OK && b.admitted.reason == 2);
    CHECK(b.admitted.named.n == 1 && h32_eq(b.admitted.named.h[0], work[0]));
    store_abort(&t);
    char history[64];
    snprintf(history, sizeof history, "/jobs/%s/history", job_code);
    json_t *page = desk_get(&d, history);
    const json_t *all = json_object_get(page, "entries");
    const json_t *last = json_array_get(all, json_array_size(all) - 1);
    CHECK_STR(desk_str(last, "kind"), "admitted");
    CHECK_INT(json_integer_value(json_object_get(last, "reason")), 2);
    json_decref(page);
    end();
}

static void a_write_sent_twice_admits_once(void)
{
    begin();
    lose();
    json_t *one = desk_keyed(&d, "POST", path, named(work[0], 4), "admit-once");
    uint64_t seq = d.p.hq->journal.head.seq;
    json_t *two = desk_keyed(&d, "POST", path, named(work[0], 4), "admit-once");
    CHECK_INT(d.status, 200);
    CHECK(json_is_true(json_object_get(two, "replayed")) && one != NULL);
    CHECK_INT(json_integer_value(json_object_get(two, "admitted")), 1);
    CHECK_INT(d.p.hq->journal.head.seq, seq);
    json_decref(one);
    json_decref(two);
    desk_keyed(&d, "POST", path, named(work[1], 4), "admit-once");
    CHECK_INT(d.status, 409); /* the key was for something else */
    end();
}

/* All that is named, or nothing: a list with one wrong name changes nothing. */
static void of_another_device_or_without_a_reason_nothing_is_admitted(void)
{
    struct exchange_result r;
    begin();
    h32 theirs = pair_step(&d.p, &other, job, KIND_VISIT_ACCEPTED, (id8){{2}});
    pair_sync(&d.p, &other, &r);
    json_t *in = json_pack("{s:o}", "author", ops_hex(other.journal.head.author.b, 8));
    json_object_set_new(in, "since_ms", json_integer(1000));
    json_decref(desk_op(&d, "revoke", in));
    lose();
    uint64_t seq = d.p.hq->journal.head.seq;
    in = named(work[0], 1);
    json_array_append_new(json_object_get(in, "entries"), ops_hex(theirs.b, 32));
    CHECK_INT(desk_do(&d, "POST", path, in), 404);
    in = named(work[0], 1);
    json_object_set_new(in, "author",
                        ops_hex(other.journal.head.author.b, 8)); /* never the body's */
    CHECK_INT(desk_do(&d, "POST", path, in), 200);
    CHECK_INT(desk_do(&d, "POST", path, named(before, 1)), 200); /* counts, and is vouched for */
    CHECK_INT(desk_do(&d, "POST", path, json_object()), 400);
    CHECK_INT(desk_do(&d, "POST", path, named(work[1], 0)), 400);
    CHECK_INT(desk_do(&d, "POST", path, named(work[1], 5)), 400);
    in = json_pack("{s:[o]}", "entries", ops_hex(work[1].b, 32));
    CHECK_INT(desk_do(&d, "POST", path, in), 400);
    in = json_pack("{s:[],s:i}", "entries", "reason", 1);
    CHECK_INT(desk_do(&d, "POST", path, in), 400);
    CHECK_INT(d.p.hq->journal.head.seq, seq + 2);
    json_t *page = desk_get(&d, path);
    CHECK_INT(listed(page), 2);
    json_decref(page);
    end();
}

int main(void)
{
    RUN(it_is_listed_by_number_job_time_and_why);
    RUN(a_journal_without_a_receipt_by_then_is_set_aside_whole);
    RUN(what_is_named_counts_and_nothing_else);
    RUN(the_reason_stands_in_the_entry);
    RUN(a_write_sent_twice_admits_once);
    RUN(of_another_device_or_without_a_reason_nothing_is_admitted);
    CHECK_END();
}

/* test_ops.c - operations by their names: records, dispatch, conflicts, cash; refusals as
 * sentences. */
#include "sync/hq/problem.h"
#include "tests/unit/hq/pair.h"

static struct pair p;

static json_t *run(const char *op, json_t *in, enum st want)
{
    json_t *out = NULL;
    enum st st = ops_run(p.hq, op, in, &out, &p.err);
    if (st != want) {
        check_fail(__FILE__, __LINE__, "%s: %s (%s), wanted %s", op, st_name(st), p.err.text,
                   st_name(want));
    }
    json_decref(in);
    return out;
}

static void record(const char *type, const char *code, const char *fields, enum st want)
{
    json_t *f = json_loads(fields, 0, NULL);
    CHECK(f != NULL);
    json_decref(run("record.set",
                    json_pack("{s:s,s:s,s:o}", "type", type, "code", code, "fields", f), want));
}

static void begin(void)
{
    pair_begin(&p);
    record("technician", "T01", "{\"name\": \"Li Wei\", \"role\": 1}", ST_OK);
    record("technician", "S01", "{\"name\": \"Zhao Min\", \"role\": \"supervisor\"}", ST_OK);
    record("technician", "A01", "{\"name\": \"Sun Li\", \"role\": \"accountant\"}", ST_OK);
    record("customer", "C1", "{\"name\": \"Golden Lotus\", \"zone\": 1, \"branch\": \"SZ\"}",
           ST_OK);
    record("job", "J1", "{\"customer\": \"C1\", \"fault_told\": \"no cooling\", \"called\": 5}",
           ST_OK);
}

static void a_record_is_written_once_and_only_what_changed(void)
{
    begin();
    json_t *f = json_pack("{s:s,s:i}", "name", "Golden Lotus", "zone", 2);
    json_t *out =
        run("record.set", json_pack("{s:s,s:s,s:o}", "type", "customer", "code", "C1", "fields", f),
            ST_OK);
    CHECK(json_is_false(json_object_get(out, "unchanged")));
    json_decref(out);
    id16 id;
    PAIR_OK(&p, hq_id_of(p.hq, SUBJECT_CUSTOMER, S("C1"), &id, &p.err));
    struct arena a = hq_arena(p.hq);
    struct subject_state s;
    PAIR_OK(&p, ops_state(p.hq, id, &a, &s, &p.err));
    CHECK_INT(fold_shown(&s, F_CUSTOMER_ZONE)->i, 2);
    CHECK_INT(s.nentries, 2); /* the second says the zone alone */
    CHECK_INT(s.nconflicts, 0);
    record("customer", "C1", "{\"nothing\": 1}", ST_BAD_INPUT);
    record("customer", "C1", "{\"zone\": \"city\"}", ST_BAD_INPUT);
    record("job", "J9", "{\"customer\": \"C9\"}", ST_NOT_FOUND);
    record("planet", "X", "{}", ST_BAD_INPUT);
    pair_end(&p);
}

static void a_batch_stands_or_falls_together(void)
{
    begin();
    json_t *good = json_pack("{s:s,s:s,s:{s:s}}", "type", "customer", "code", "C2", "fields",
                             "name", "Silver Fern");
    json_t *bad =
        json_pack("{s:s,s:s,s:{s:s}}", "type", "customer", "code", "C3", "fields", "zone", "moon");
    uint64_t seq = p.hq->journal.head.seq;
    json_decref(run("record.batch", json_pack("{s:[O,O]}", "records", good, bad), ST_BAD_INPUT));
    id16 id;
    CHECK_INT(hq_id_of(p.hq, SUBJECT_CUSTOMER, S("C2"), &id, &p.err), ST_NOT_FOUND);
    CHECK_INT(p.hq->journal.head.seq, seq);
    json_decref(run("record.batch", json_pack("{s:[O]}", "records", good), ST_OK));
    CHECK_INT(hq_id_of(p.hq, SUBJECT_CUSTOMER, S("C2"), &id, &p.err), ST_OK);
    json_decref(good);
    json_decref(bad);
    pair_end(&p);
}

static void a_job_is_assigned_by_who_may_and_once(void)
{
    begin();
    json_decref(run("assign", json_pack("{s:s,s:s}", "job", "J1", "technician", "T01"), ST_OK));
    json_t *out = run("assign", json_pack("{s:s,s:s}", "job", "J1", "technician", "T01"), ST_OK);
    CHECK(json_is_true(json_object_get(out, "unchanged")));
    json_decref(out);
    json_decref(
        run("assign", json_pack("{s:s,s:s}", "job", "J1", "technician", "T99"), ST_NOT_FOUND));
    json_decref(
        run("assign", json_pack("{s:s,s:s}", "job", "J7", "technician", "T01"), ST_NOT_FOUND));
    json_decref(run("assign",
                    json_pack("{s:s,s:s,s:s}", "job", "J1", "technician", "", "actor", "A01"),
                    ST_FORBIDDEN)); /* an accountant dispatches nobody */
    json_decref(run("assign",
                    json_pack("{s:s,s:s,s:s}", "job", "J1", "technician", "", "actor", "S01"),
                    ST_OK));
    pair_end(&p);
}

static void a_conflict_is_shown_and_resolved_by_name(void)
{
    struct pair_device a, b;
    struct exchange_result r;
    id16 who, job;
    begin();
    json_decref(run("assign", json_pack("{s:s,s:s}", "job", "J1", "technician", "T01"), ST_OK));
    PAIR_OK(&p, hq_id_of(p.hq, SUBJECT_TECHNICIAN, S("T01"), &who, &p.err));
    PAIR_OK(&p, hq_id_of(p.hq, SUBJECT_JOB, S("J1"), &job, &p.err));
    pair_join(&p, &a, who, "D1");
    pair_join(&p, &b, who, "D2");
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
    pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    pair_write(&p, &b, job, F_JOB_CONTACT, "Mr Wang");
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
    json_t *out = run("conflicts", json_object(), ST_OK);
    json_t *c = json_array_get(json_object_get(out, "conflicts"), 0);
    CHECK_INT(json_array_size(json_object_get(out, "conflicts")), 1);
    CHECK_STR(json_string_value(json_object_get(c, "field")), "contact");
    CHECK_STR(json_string_value(json_object_get(c, "code")), "J1");
    json_t *v = json_array_get(json_object_get(c, "values"), 1);
    json_t *in = json_pack("{s:s,s:s,s:s,s:O,s:s}", "type", "job", "code", "J1", "field", "contact",
                           "entry", json_object_get(v, "entry"), "actor", "S01");
    json_decref(run("resolve", in, ST_OK));
    json_decref(out);
    out = run("conflicts", json_object(), ST_OK);
    CHECK_INT(json_array_size(json_object_get(out, "conflicts")), 0);
    json_decref(out);
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
    unsigned n;
    h32 here = pair_digest(&p, a.store, job, &n);
    CHECK_INT(n, 0);
    h32 there = pair_digest(&p, p.hq->store, job, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    pair_leave(&a);
    pair_leave(&b);
    pair_end(&p);
}

/* The words of one value are erased: nobody can choose it any more, and the refusal says why. */
static void a_value_whose_words_were_erased_is_not_chosen(void)
{
    struct pair_device a;
    struct exchange_result r;
    id16 who, job;
    begin();
    json_decref(run("assign", json_pack("{s:s,s:s}", "job", "J1", "technician", "T01"), ST_OK));
    PAIR_OK(&p, hq_id_of(p.hq, SUBJECT_TECHNICIAN, S("T01"), &who, &p.err));
    PAIR_OK(&p, hq_id_of(p.hq, SUBJECT_JOB, S("J1"), &job, &p.err));
    pair_join(&p, &a, who, "D1");
    pair_sync(&p, &a, &r);
    pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    json_decref(run(
        "record.set",
        json_pack("{s:s,s:s,s:{s:s}}", "type", "job", "code", "J1", "fields", "contact", "Mr Wang"),
        ST_OK));
    json_decref(run("forget", json_pack("{s:s}", "customer", "C1"), ST_OK));
    pair_sync(&p, &a, &r);
    json_t *out = run("conflicts", json_object(), ST_OK);
    json_t *c = json_array_get(json_object_get(out, "conflicts"), 0);
    char device[17];
    hex_put(bytes_of(a.journal.head.author.b, 8), device);
    for (unsigned theirs = 0; theirs < 2; theirs++) { /* headquarters' words went, a's came since */
        for (size_t i = 0; i < json_array_size(json_object_get(c, "values")); i++) {
            json_t *v = json_array_get(json_object_get(c, "values"), i);
            const char *author = json_string_value(json_object_get(v, "author"));
            if ((strcmp(author, device) == 0) == (theirs != 0)) {
                json_decref(run("resolve",
                                json_pack("{s:s,s:s,s:s,s:O}", "type", "job", "code", "J1", "field",
                                          "contact", "entry", json_object_get(v, "entry")),
                                theirs != 0 ? ST_OK : ST_FORBIDDEN));
            }
        }
    }
    json_decref(out);
    pair_leave(&a);
    pair_end(&p);
}

static void cash_is_accepted_by_the_accountant_and_only_what_was_paid(void)
{
    struct pair_device a;
    struct exchange_result r;
    id16 who, job;
    begin();
    json_decref(run("assign", json_pack("{s:s,s:s}", "job", "J1", "technician", "T01"), ST_OK));
    json_decref(
        run("cash.accept", json_pack("{s:s,s:i}", "job", "J1", "amount", 100), ST_NOT_FOUND));
    for (int none = -100; none <= 0; none += 100) { /* nobody hands in less than nothing */
        json_decref(
            run("cash.accept", json_pack("{s:s,s:i}", "job", "J1", "amount", none), ST_BAD_INPUT));
    }
    PAIR_OK(&p, hq_id_of(p.hq, SUBJECT_TECHNICIAN, S("T01"), &who, &p.err));
    PAIR_OK(&p, hq_id_of(p.hq, SUBJECT_JOB, S("J1"), &job, &p.err));
    pair_join(&p, &a, who, "D1");
    pair_sync(&p, &a, &r);
    uint8_t body[256];
    union body b;
    h32 hash;
    struct now now = pair_now(&p);
    memset(&b, 0, sizeof b);
    b.paid.head.visit = (id8){{1}};
    b.paid.method = PAY_CASH;
    b.paid.amount_minor = 12000;
    CHECK(code_of(str_bytes(S("R-1")), &b.paid.receipt));
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, b.paid.head.visit);
    struct append what = {.kind = KIND_VISIT_PAID, .subject_type = SUBJECT_JOB, .subject = job};
    PAIR_OK(&p, body_encode(KIND_VISIT_PAID, &b, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&a.journal, &what, &now, &hash, &p.err));
    pair_sync(&p, &a, &r);
    json_decref(run("cash.accept",
                    json_pack("{s:s,s:i,s:s}", "job", "J1", "amount", 12000, "actor", "S01"),
                    ST_FORBIDDEN));
    json_decref(run("cash.accept",
                    json_pack("{s:s,s:i,s:s}", "job", "J1", "amount", 12001, "actor", "A01"),
                    ST_FORBIDDEN));
    CHECK_STR(p.err.text, "B-18.11 more_than_is_out 12000"); /* how much is out is said */
    static const int parts[] = {5000, 7000};
    for (int i = 0; i < 2; i++) { /* in parts; a second accountant does not take the same again */
        json_decref(run("cash.accept",
                        json_pack("{s:s,s:i,s:s}", "job", "J1", "amount", parts[i], "actor", "A01"),
                        ST_OK));
        json_decref(run("cash.accept",
                        json_pack("{s:s,s:i,s:s}", "job", "J1", "amount", 12000, "actor", "A01"),
                        ST_FORBIDDEN));
    }
    CHECK_STR(p.err.text, "B-18.11 more_than_is_out 0");
    struct arena room = hq_arena(p.hq);
    struct subject_state s;
    PAIR_OK(&p, ops_state(p.hq, job, &room, &s, &p.err));
    CHECK_INT(s.cash_accepted_minor, 12000);
    pair_leave(&a);
    pair_end(&p);
}

static void headquarters_is_made_once_and_never_half(void)
{
    pair_begin(&p);
    struct hq_options o = {.dir = p.dir, .map_bytes = PAIR_MAP};
    struct hq_setup s = {.name = "Again"};
    CHECK_INT(hq_init(&o, &s, &p.err), ST_EXISTS);
    o.dir = "postgresql://somewhere/docket";
    CHECK_INT(hq_init(&o, &s, &p.err), ST_BAD_INPUT);
    CHECK(strstr(p.err.text, "PostgreSQL") != NULL);
    char other[200];
    pair_dir(other, sizeof other, "unnamed");
    o.dir = other;
    s.name = "";
    CHECK_INT(hq_init(&o, &s, &p.err), ST_BAD_INPUT);
    struct hq *second = NULL;
    o.dir = p.dir;
    CHECK_INT(hq_open(&o, &second, &p.err), ST_LOCKED);
    pair_end(&p);
}

static void refusals_have_a_status_and_are_json(void)
{
    char out[PROBLEM_BYTES];
    CHECK_INT(problem_status(ST_EXISTS, "enrol-used"), 409);
    CHECK_INT(problem_status(ST_WAIT, "quota"), 429);
    CHECK_INT(problem_status(ST_BAD_SIGNATURE, "altered"), 422);
    CHECK_INT(problem_status(ST_OK, NULL), 400);
    size_t n = problem_json(422, "altered", "it says \"no\" \\ at\nall", out, sizeof out);
    json_t *j = json_loadb(out, n, 0, NULL);
    CHECK_STR(json_string_value(json_object_get(j, "detail")), "it says \"no\" \\ at all");
    CHECK_STR(json_string_value(json_object_get(j, "type")), "/problems/altered");
    json_decref(j);
}

int main(void)
{
    RUN(a_record_is_written_once_and_only_what_changed);
    RUN(a_batch_stands_or_falls_together);
    RUN(a_job_is_assigned_by_who_may_and_once);
    RUN(a_conflict_is_shown_and_resolved_by_name);
    RUN(a_value_whose_words_were_erased_is_not_chosen);
    RUN(cash_is_accepted_by_the_accountant_and_only_what_was_paid);
    RUN(headquarters_is_made_once_and_never_half);
    RUN(refusals_have_a_status_and_are_json);
    CHECK_END();
}

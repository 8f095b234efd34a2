/* test_help.c - A-13: a help request is answered at the desk; the answer travels to the handheld,
 * names its request, and the registers and both histories follow. */
#include "core/rules/office.h"
#include "core/rules/visit.h"
#include "tests/unit/hq/desk.h"

static struct desk d;
static struct pair_device dev;
static id16 who, helper;
static char job[33];
static id16 subject;

static id16 person(const char *code)
{
    id16 id = {{0}};
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, str_c(code), &id, &d.p.err));
    return id;
}

static void begin(void)
{
    struct exchange_result r;
    desk_begin(&d);
    desk_record(&d, "job", "J1", "{\"called\":5,\"branch\":\"" DESK_HERE "\"}", job);
    CHECK(hex_get(str_c(job), subject.b, sizeof subject.b));
    who = person("technician");
    helper = person("technician2");
    pair_assign(&d.p, subject, who);
    pair_join(&d.p, &dev, who, "D1");
    pair_sync(&d.p, &dev, &r);
}

static void end(void)
{
    pair_leave(&dev);
    desk_end(&d);
}

/* The handheld writes a fact of its visit. */
static h32 says(unsigned kind, const union body *b)
{
    uint8_t body[CAP_BODY_BYTES];
    struct exchange_result r;
    struct append what = {.kind = kind, .subject_type = SUBJECT_JOB, .subject = subject};
    h32 hash;
    PAIR_OK(&d.p, body_encode(kind, b, body, sizeof body, &what.body));
    struct now now = pair_now(&d.p);
    PAIR_OK(&d.p, journal_append(&dev.journal, &what, &now, &hash, &d.p.err));
    pair_sync(&d.p, &dev, &r);
    CHECK_INT(r.problems, 0);
    return hash;
}

static h32 asks(void)
{
    union body b = {.asked = {.visit = {{1}}, .reason = 2}};
    return says(KIND_HELP_ASKED, &b);
}

static void held(struct store *s, struct subject_state *out)
{
    static uint8_t room[1 << 20];
    struct arena m = arena_of(room, sizeof room);
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_read(s, &t, &d.p.err));
    PAIR_OK(&d.p, fold_load(t, subject, &m, out, NULL, &d.p.err));
    store_abort(&t);
}

static json_t *answer(h32 asked, int decision, const char *words)
{
    return json_pack("{s:o,s:i,s:s}", "asked", ops_hex(asked.b, 32), "decision", decision, "words",
                     words);
}

static unsigned sends(json_t *in, const char **rule)
{
    static char name[64];
    char path[64];
    snprintf(path, sizeof path, "/jobs/%s/answer", job);
    json_t *out = desk_ask(&d, "POST", path, in);
    snprintf(name, sizeof name, "%s", desk_str(out, "rule"));
    *rule = name;
    json_decref(out);
    return d.status;
}

static size_t rows(const char *path)
{
    json_t *page = desk_get(&d, path);
    size_t n = json_array_size(json_object_get(page, "rows"));
    CHECK_INT(d.status, 200);
    json_decref(page);
    return n;
}

static int waiting_on_the_dashboard(void)
{
    json_t *o = desk_get(&d, "/dashboard");
    int n = (int)json_integer_value(json_object_get(o, "help"));
    json_decref(o);
    return n;
}

static void the_register(size_t all, size_t waiting, size_t answered)
{
    CHECK_INT(rows("/registers/help"), all);
    CHECK_INT(rows("/registers/help?only=waiting"), waiting);
    CHECK_INT(rows("/registers/help?only=answered"), answered);
    CHECK_INT(waiting_on_the_dashboard(), waiting);
}

static void an_answer_reaches_the_handheld_whole_and_the_registers_follow(void)
{
    static char words[CAP_TEXT_BYTES + 1];
    struct exchange_result r;
    struct subject_state s;
    const char *rule;
    begin();
    union body b = {.head = {.visit = {{1}}}};
    says(KIND_VISIT_ACCEPTED, &b);
    desk_login(&d, "supervisor");
    the_register(0, 0, 0);
    h32 asked = asks();
    the_register(1, 1, 0);
    memset(words, 'w', CAP_TEXT_BYTES); /* the longest text there is */
    json_t *in = answer(asked, HELP_COMES, words);
    json_object_set_new(in, "person", json_string("technician2"));
    json_object_set_new(in, "when_ms", json_integer(1779987600000));
    CHECK_INT(sends(in, &rule), 200);
    the_register(1, 0, 1);
    pair_sync(&d.p, &dev, &r);
    CHECK_INT(r.problems, 0);
    held(dev.store, &s);
    CHECK_INT(visit_help(&s, &s.visits[0]), VISIT_HELP_ANSWERED);
    const struct help_answer *a = fold_answer(&s, asked);
    CHECK(a != NULL && a->decision == HELP_COMES && id16_eq(a->who, helper) &&
          a->when_ms == 1779987600000 && id16_eq(a->actor, person("supervisor")));
    h32 here = pair_digest(&d.p, dev.store, subject, NULL);
    h32 there = pair_digest(&d.p, d.p.hq->store, subject, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    struct store_txn *t = NULL; /* its words, and who comes by name */
    struct arena m = arena_of(dev.scratch, CAP_SCRATCH_BYTES);
    bytes text = {NULL, 0};
    PAIR_OK(&d.p, store_read(dev.store, &t, &d.p.err));
    CHECK_INT(a == NULL ? ST_BUG : store_att_get(t, a->words, &m, NULL, &text, NULL), ST_OK);
    CHECK_BYTES(text.p, text.n, words, CAP_TEXT_BYTES);
    CHECK_INT(fold_load(t, helper, &m, &s, NULL, NULL), ST_OK);
    store_abort(&t);
    h32 again = asks(); /* the next request waits anew */
    the_register(1, 1, 0);
    CHECK_INT(sends(answer(asked, HELP_ADVICE, "too late"), &rule), 409);
    CHECK_STR(rule, "no_help_asked");
    CHECK_INT(sends(answer(again, HELP_AGREED, " \n"), &rule), 200);
    the_register(1, 0, 1);
    end();
}

static void the_history_says_who_answered_what(void)
{
    char path[64];
    const char *rule;
    begin();
    union body b = {.head = {.visit = {{1}}}};
    says(KIND_VISIT_ACCEPTED, &b);
    h32 asked = asks();
    desk_login(&d, "supervisor");
    json_t *in = answer(asked, HELP_TAKEN_OVER, "Wang goes on");
    json_object_set_new(in, "person", json_string("technician2"));
    CHECK_INT(sends(in, &rule), 200);
    desk_login(&d, "clerk");
    snprintf(path, sizeof path, "/jobs/%s", job);
    json_t *o = desk_get(&d, path), *past = json_object_get(o, "history");
    CHECK_INT(d.status, 200);
    CHECK(json_is_false(json_object_get(o, "help")));
    CHECK_STR(desk_str(json_object_get(o, "help_request"), "state"), "answered");
    const json_t *last = json_array_get(past, json_array_size(past) - 1);
    const json_t *said = json_object_get(last, "answer");
    CHECK_STR(desk_str(last, "kind"), "help.answered");
    CHECK_STR(desk_str(last, "role"), "supervisor");
    CHECK_STR(desk_str(json_object_get(last, "actor"), "code"), "supervisor");
    CHECK_INT(json_integer_value(json_object_get(said, "decision")), HELP_TAKEN_OVER);
    CHECK_STR(desk_str(json_object_get(said, "person"), "code"), "technician2");
    CHECK_STR(desk_str(said, "words"), "Wang goes on");
    json_decref(o);
    end();
}

static void what_says_too_little_or_is_nobody_s_to_say_is_refused(void)
{
    static char words[CAP_TEXT_BYTES + 2];
    const char *rule;
    begin();
    union body b = {.head = {.visit = {{1}}}};
    says(KIND_VISIT_ACCEPTED, &b);
    h32 asked = asks(), other = {{9}};
    desk_login(&d, "supervisor");
    for (int decision = HELP_COMES; decision < HELP_DECISIONS; decision++) {
        if (decision != HELP_AGREED) {
            CHECK_INT(sends(answer(asked, decision, ""), &rule), 409);
            CHECK_STR(rule, "answer_says_too_little");
        }
    }
    CHECK_INT(sends(answer(asked, 0, "x"), &rule), 400);
    CHECK_INT(sends(answer(asked, HELP_DECISIONS, "x"), &rule), 400);
    CHECK_INT(sends(answer(other, HELP_ADVICE, "x"), &rule), 409);
    memset(words, 'w', CAP_TEXT_BYTES + 1);
    CHECK_INT(sends(answer(asked, HELP_ADVICE, words), &rule), 400);
    json_t *in = answer(asked, HELP_PUT_OFF, "");
    json_object_set_new(in, "when_ms", json_integer(-5));
    CHECK_INT(sends(in, &rule), 400);
    in = answer(asked, HELP_COMES, "");
    json_object_set_new(in, "person", json_string("technician3")); /* of another branch */
    CHECK_INT(sends(in, &rule), 404);
    in = answer(asked, HELP_ADVICE, "x"); /* what the address names is what is answered */
    json_object_set_new(in, "type", json_string("goods"));
    CHECK_INT(sends(in, &rule), 200);
    the_register(1, 0, 1);
    end();
}

static void two_supervisors_who_answer_at_once_do_not_overrule_each_other_unseen(void)
{
    const char *rule;
    struct subject_state s;
    char hex[65];
    begin();
    union body b = {.head = {.visit = {{1}}}};
    says(KIND_VISIT_ACCEPTED, &b);
    h32 asked = asks();
    desk_user(&d, "supervisor2", ROLE_SUPERVISOR, DESK_HERE);
    desk_login(&d, "supervisor");
    CHECK_INT(sends(answer(asked, HELP_ADVICE, "measure again"), &rule), 200);
    desk_login(&d, "supervisor2");
    CHECK_INT(sends(answer(asked, HELP_ADVICE, "leave it"), &rule), 409);
    CHECK_STR(rule, "");
    held(d.p.hq->store, &s);
    CHECK_INT(s.nanswers, 1);
    hex_put(bytes_of(s.answers[0].entry.b, 32), hex);
    json_t *in = answer(asked, HELP_ADVICE, "leave it");
    json_object_set_new(in, "seen", json_string(hex));
    CHECK_INT(sends(in, &rule), 200);
    held(d.p.hq->store, &s);
    CHECK_INT(s.nanswers, 2); /* both stand in the history; the last is shown */
    const struct help_answer *a = fold_answer(&s, asked);
    CHECK(a != NULL && id16_eq(a->actor, person("supervisor2")));
    end();
}

static void help_with_a_repair_at_the_branch_is_answered_too(void)
{
    char goods[33], path[64];
    begin();
    desk_record(&d, "goods", "G1",
                "{\"job\":\"J1\",\"state\":2,\"in\":9,\"branch\":\"" DESK_HERE "\"}", goods);
    desk_login(&d, "clerk");
    snprintf(path, sizeof path, "/goods/%s/help", goods);
    CHECK_INT(desk_do(&d, "POST", path, json_object()), 200);
    CHECK_INT(rows("/registers/goods?only=waiting"), 1);
    CHECK_INT(rows("/registers/goods?only=answered"), 0);
    snprintf(path, sizeof path, "/goods/%s", goods);
    json_t *o = desk_get(&d, path);
    const json_t *asked = json_object_get(o, "help_request");
    CHECK_STR(desk_str(asked, "state"), "waiting");
    json_t *in = json_pack("{s:s,s:i,s:I}", "asked", desk_str(asked, "entry"), "decision",
                           HELP_PUT_OFF, "when_ms", (json_int_t)1779987600000);
    json_decref(o);
    snprintf(path, sizeof path, "/goods/%s/answer", goods);
    CHECK_INT(desk_do(&d, "POST", path, json_incref(in)), 403);
    desk_login(&d, "supervisor");
    CHECK_INT(desk_do(&d, "POST", path, in), 200);
    CHECK_INT(rows("/registers/goods?only=waiting"), 0);
    CHECK_INT(rows("/registers/goods?only=answered"), 1);
    end();
}

int main(void)
{
    RUN(an_answer_reaches_the_handheld_whole_and_the_registers_follow);
    RUN(the_history_says_who_answered_what);
    RUN(what_says_too_little_or_is_nobody_s_to_say_is_refused);
    RUN(two_supervisors_who_answer_at_once_do_not_overrule_each_other_unseen);
    RUN(help_with_a_repair_at_the_branch_is_answered_too);
    CHECK_END();
}

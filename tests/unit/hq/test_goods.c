/* test_goods.c - a thing's whole way (B-02): what the handheld records is headquarters' goods
 * register and repair card, what clerk and supervisor write reaches the handheld. */
#include "core/rules/office.h"
#include "core/rules/visit.h"
#include "tests/support/sample.h"
#include "tests/unit/hq/desk.h"

static struct desk d;
static struct pair_device dev;
static id16 job, goods;
static char job_hex[33], goods_hex[33];

static void sync_now(void)
{
    struct exchange_result sum;
    pair_sync(&d.p, &dev, &sum);
    CHECK_INT(sum.problems, 0);
    CHECK_INT(sum.unsent, 0);
}

static void say_on(struct pair_device *x, enum subject_type type, id16 subject, unsigned kind,
                   const union body *b, const struct append_att *atts, unsigned natt)
{
    uint8_t body[CAP_BODY_BYTES];
    struct now now = pair_now(&d.p);
    h32 hash;
    struct append what = {.kind = kind, .subject_type = type, .subject = subject, .natt = natt};
    what.atts = (struct append_att *)(uintptr_t)atts;
    PAIR_OK(&d.p, body_encode(kind, b, body, sizeof body, &what.body));
    PAIR_OK(&d.p, journal_append(&x->journal, &what, &now, &hash, &d.p.err));
}

static void say(enum subject_type type, id16 subject, unsigned kind, const union body *b,
                const struct append_att *atts, unsigned natt)
{
    say_on(&dev, type, subject, kind, b, atts, natt);
}

static struct subject_state here_on(struct pair_device *x, id16 subject, uint8_t *room)
{
    struct arena a = arena_of(room, CAP_SCRATCH_BYTES);
    struct subject_state s = {0};
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_read(x->store, &t, &d.p.err));
    PAIR_OK(&d.p, fold_load(t, subject, &a, &s, NULL, &d.p.err));
    store_abort(&t);
    return s;
}

static struct subject_state here(id16 subject, uint8_t *room)
{
    return here_on(&dev, subject, room);
}

static void write_goods_on(struct pair_device *x, struct record_write *w, size_t n, bool fresh,
                           const char *words)
{
    uint8_t body[CAP_BODY_BYTES], *room = malloc(CAP_SCRATCH_BYTES);
    struct now now = pair_now(&d.p);
    h32 hash;
    struct append_att att = {.type = ATT_TEXT, .content = str_bytes(str_c(words))};
    struct append what = {.kind = KIND_RECORD_SET,
                          .subject_type = SUBJECT_GOODS,
                          .subject = goods,
                          .atts = &att,
                          .natt = words[0] == '\0' ? 0 : 1};
    struct subject_state seen = {0};
    if (!fresh) {
        seen = here_on(x, goods, room);
    }
    record_see(fresh ? NULL : &seen, w, n);
    PAIR_OK(&d.p, record_encode(w, n, body, sizeof body, &what.body));
    PAIR_OK(&d.p, journal_append(&x->journal, &what, &now, &hash, &d.p.err));
    free(room);
}

static void write_goods(struct record_write *w, size_t n, bool fresh, const char *words)
{
    write_goods_on(&dev, w, n, fresh, words);
}

static struct record_write field(int f, enum field_type type, int64_t v)
{
    return (struct record_write){.field = f, .type = type, .i = v};
}

static struct record_write ref(int f, id16 to)
{
    return (struct record_write){.field = f, .type = FT_REF, .ref = to};
}

static id8 visit_of(const char *name)
{
    return sample_id8(name);
}

static void begin(void)
{
    char id[33];
    id16 who;
    desk_begin(&d);
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, S("technician"), &who, &d.p.err));
    pair_join(&d.p, &dev, who, "T1");
    desk_record(&d, "customer", "C1", "{\"name\":\"A\",\"branch\":\"" DESK_HERE "\"}", id);
    desk_record(&d, "job", "J1", "{\"customer\":\"C1\",\"called\":5,\"branch\":\"" DESK_HERE "\"}",
                job_hex);
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_JOB, S("J1"), &job, &d.p.err));
    pair_assign(&d.p, job, who);
    goods = sample_id16("goods");
    hex_put(bytes_of(goods.b, sizeof goods.b), goods_hex);
    sync_now();
}

/* As the handheld writes it: the fact and the register's line. */
static void take(void)
{
    static const unsigned steps[] = {KIND_VISIT_ACCEPTED, KIND_VISIT_ARRIVED};
    union body b;
    for (size_t i = 0; i < 2; i++) {
        memset(&b, 0, sizeof b);
        b.head.visit = visit_of("v");
        say(SUBJECT_JOB, job, steps[i], &b, NULL, 0);
    }
    memset(&b, 0, sizeof b);
    b.class_.head.visit = visit_of("v");
    b.class_.class_ = CLASS_C;
    b.class_.basis = BASIS_WARRANTY;
    say(SUBJECT_JOB, job, KIND_VISIT_CLASS, &b, NULL, 0);
    memset(&b, 0, sizeof b);
    b.taken.head.visit = visit_of("v");
    CHECK(code_of(str_bytes(S("G-T1-1")), &b.taken.receipt));
    b.taken.goods = goods;
    b.taken.reason = TAKE_WORKSHOP;
    b.taken.condition = CONDITION_GOOD;
    b.taken.template_ = 1;
    b.taken.promised_ms = d.p.ms + 86400000;
    struct append_att atts[] = {{.type = ATT_TEXT, .content = str_bytes(S("Goods receipt G-T1-1"))},
                                {.type = ATT_STROKES, .content = str_bytes(S("ink"))}};
    say(SUBJECT_JOB, job, KIND_VISIT_TAKEN, &b, atts, 2);
    struct record_write w[] = {ref(F_GOODS_JOB, job),
                               ref(F_GOODS_TECHNICIAN, dev.person),
                               field(F_GOODS_ACKNOWLEDGED, FT_ENUM, 1),
                               field(F_GOODS_WHAT, FT_TEXT, 0),
                               field(F_GOODS_STATE, FT_ENUM, GOODS_TAKEN),
                               {.field = F_GOODS_RECEIPT, .type = FT_CODE, .code = b.taken.receipt},
                               {.field = F_BRANCH, .type = FT_ID8},
                               {.field = F_GOODS_CUSTOMER, .type = FT_REF}};
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct subject_state s = here(job, room);
    memcpy(w[6].id.b, fold_shown(&s, F_BRANCH)->b, sizeof w[6].id.b);
    memcpy(w[7].ref.b, fold_shown(&s, F_JOB_CUSTOMER)->b, sizeof w[7].ref.b);
    write_goods(w, 8, true, "Washer");
    free(room);
}

static void step(const char *login, const char *what, const char *body, unsigned want)
{
    char path[96];
    desk_login(&d, login);
    snprintf(path, sizeof path, "/goods/%s/%s", goods_hex, what);
    json_t *in = json_pack("{s:o}", "fields", json_loads(body, 0, NULL));
    json_t *out = desk_ask(&d, "POST", path, in);
    if (d.status != want) {
        check_fail(__FILE__, __LINE__, "%s: %u %s", what, d.status, d.body == NULL ? "" : d.body);
    }
    json_decref(out);
}

static unsigned in_state(const char *login, const char *state)
{
    char path[64];
    desk_login(&d, login);
    desk_settle(&d);
    snprintf(path, sizeof path, "/registers/goods?state=%s", state);
    json_t *page = desk_get(&d, path);
    unsigned n = (unsigned)json_array_size(json_object_get(page, "rows"));
    json_decref(page);
    return n;
}

static unsigned at_handheld(void)
{
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct subject_state s = here(goods, room);
    unsigned at = office_state(&s);
    free(room);
    return at;
}

static void b_02_the_handhelds_goods_are_the_registers_and_the_other_way(void)
{
    begin();
    take();
    sync_now();
    CHECK_INT(in_state("clerk", "taken"), 1);
    CHECK_INT(in_state("clerk2", "taken"), 0); /* another branch's */
    step("clerk", "begin", "{\"repairer\":\"technician\"}", 409);
    step("clerk", "in", "{\"shelf\":\"A-3\"}", 200);
    CHECK_INT(in_state("clerk", "in"), 1);
    sync_now();
    CHECK_INT(at_handheld(), GOODS_IN);
    /* In the workshop, on the handheld. */
    union body b;
    memset(&b, 0, sizeof b);
    b.head.visit = visit_of("card");
    say(SUBJECT_GOODS, goods, KIND_VISIT_ACCEPTED, &b, NULL, 0);
    struct record_write w[] = {field(F_GOODS_STATE, FT_ENUM, GOODS_IN_WORK),
                               ref(F_GOODS_REPAIRER, dev.person)};
    write_goods(w, 2, false, "");
    memset(&b, 0, sizeof b);
    b.action.head.visit = visit_of("card");
    b.action.n = 1;
    b.action.codes[0] = ACTION_REPAIR;
    say(SUBJECT_GOODS, goods, KIND_VISIT_ACTION, &b, NULL, 0);
    struct record_write f[] = {field(F_GOODS_STATE, FT_ENUM, GOODS_FINISHED),
                               field(F_GOODS_MINUTES, FT_INT, 45)};
    write_goods(f, 2, false, "");
    sync_now();
    CHECK_INT(in_state("clerk", "finished"), 1);
    char path[96];
    snprintf(path, sizeof path, "/goods/%s", goods_hex);
    json_t *card = desk_get(&d, path);
    json_t *visits = json_object_get(card, "visits_list");
    CHECK_INT(json_array_size(json_object_get(json_array_get(visits, 0), "facts")), 2);
    CHECK_INT(json_integer_value(json_object_get(json_object_get(card, "fields"), "minutes")), 45);
    json_decref(card);
    /* His word passes nothing (B-18.4): the claim is kept, and counts as finished. */
    struct record_write claim[] = {field(F_GOODS_STATE, FT_ENUM, GOODS_PASSED)};
    write_goods(claim, 1, false, "");
    sync_now();
    CHECK_INT(in_state("clerk", "passed"), 0);
    CHECK_INT(at_handheld(), GOODS_FINISHED);
    step("supervisor", "pass", "{}", 200);
    sync_now();
    CHECK_INT(at_handheld(), GOODS_PASSED);
    desk_login(&d, "clerk");
    CHECK_INT(desk_do(&d, "POST", "/jobs/J1/archive", json_object()), 409); /* B-18.6 */
    /* Brought back: signature and voiding. */
    static const unsigned steps[] = {KIND_VISIT_LEFT, KIND_VISIT_ACCEPTED, KIND_VISIT_ARRIVED};
    for (size_t i = 0; i < 3; i++) {
        memset(&b, 0, sizeof b);
        b.head.visit = visit_of(i == 0 ? "v" : "w");
        say(SUBJECT_JOB, job, steps[i], &b, NULL, 0);
    }
    memset(&b, 0, sizeof b);
    b.returned.head.visit = visit_of("w");
    CHECK(code_of(str_bytes(S("G-T1-1")), &b.returned.receipt));
    b.returned.goods = goods;
    b.returned.outcome = RECEIPT_BACK;
    b.returned.class_ = CLASS_C;
    b.returned.template_ = 1;
    struct append_att atts[] = {{.type = ATT_TEXT, .content = str_bytes(S("Return of goods"))},
                                {.type = ATT_STROKES, .content = str_bytes(S("ink"))}};
    say(SUBJECT_JOB, job, KIND_VISIT_RETURNED, &b, atts, 2);
    struct record_write r[] = {field(F_GOODS_STATE, FT_ENUM, GOODS_VOIDED),
                               field(F_GOODS_SIGNED_BACK, FT_TIME, d.p.ms)};
    write_goods(r, 2, false, "");
    sync_now();
    CHECK_INT(in_state("clerk", "voided"), 1);
    json_t *call = desk_get(&d, "/jobs/J1");
    CHECK_STR(desk_str(call, "state"), "signed");
    json_decref(call);
    desk_login(&d, "clerk");
    /* Another thing of the call is here still (B-02.9), however much else the customer has. */
    char text[80], id[33];
    for (unsigned i = 0; i < 150; i++) {
        snprintf(text, sizeof text, "{\"customer\":\"C1\",\"state\":1%s}",
                 i == 70 ? ",\"job\":\"J1\"" : "");
        char code[16];
        snprintf(code, sizeof code, "other-%u", i);
        desk_record(&d, "goods", code, text, id);
    }
    CHECK_INT(desk_do(&d, "POST", "/jobs/J1/archive", json_object()), 409);
    desk_record(&d, "goods", "other-70", "{\"state\":6}", id);
    CHECK_INT(desk_do(&d, "POST", "/jobs/J1/archive", json_object()), 200);
    unsigned conflicts = 9, theirs = 9;
    h32 mine = pair_digest(&d.p, dev.store, goods, &conflicts);
    h32 hqs = pair_digest(&d.p, d.p.hq->store, goods, &theirs);
    CHECK(h32_eq(mine, hqs) && conflicts == 0 && theirs == 0);
    pair_leave(&dev);
    desk_end(&d);
}

static bool holds(const struct pair_device *x, id16 subject)
{
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    bool has = hq_scope_has(t, x->journal.cert.author, subject);
    store_abort(&t);
    return has;
}

static void goods_leave_a_handheld_with_their_job_but_not_while_it_has_them_in_hand(void)
{
    static struct pair_device other, fresh;
    struct exchange_result sum;
    id16 him;
    union body b;
    begin();
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, S("technician2"), &him, &d.p.err));
    pair_join(&d.p, &other, him, "T2");
    pair_sync(&d.p, &other, &sum);
    take();
    memset(&b, 0, sizeof b);
    b.head.visit = visit_of("v");
    say(SUBJECT_JOB, job, KIND_VISIT_LEFT, &b, NULL, 0);
    sync_now();
    CHECK(holds(&dev, goods));
    /* The job goes to a colleague: the thing is still in the first one's van. */
    pair_assign(&d.p, job, him);
    CHECK(!holds(&dev, job) && holds(&dev, goods));
    CHECK(holds(&other, job) && holds(&other, goods));
    /* Handed in: it is the branch's and the colleague's now. */
    step("clerk", "in", "{\"shelf\":\"A-3\"}", 200);
    CHECK(!holds(&dev, goods) && holds(&other, goods));
    /* Whoever repairs it has it, whose ever the job is; until it is the customer's again. */
    step("clerk", "begin", "{\"repairer\":\"technician\"}", 200);
    CHECK(holds(&dev, goods) && holds(&other, goods));
    /* A new device of the repairer's has what is on his bench, with none of its job. */
    pair_join(&d.p, &fresh, dev.person, "T3");
    CHECK(holds(&fresh, goods) && !holds(&fresh, job));
    pair_leave(&fresh);
    step("clerk", "finish", "{\"minutes\":10}", 200);
    step("supervisor", "pass", "{}", 200);
    step("clerk", "out", "{}", 200);
    CHECK(!holds(&dev, goods) && holds(&other, goods));
    /* A job that moves on takes what was handed in with it at once. */
    pair_assign(&d.p, job, dev.person);
    CHECK(holds(&dev, goods) && !holds(&other, goods) && !holds(&other, job));
    sync_now();
    pair_sync(&d.p, &other, &sum);
    CHECK_INT(sum.problems, 0);
    CHECK(h32_eq(pair_digest(&d.p, dev.store, goods, NULL),
                 pair_digest(&d.p, d.p.hq->store, goods, NULL)));
    pair_leave(&other);
    pair_leave(&dev);
    desk_end(&d);
}

static void bring_back_on(struct pair_device *x, const char *visit)
{
    static const unsigned steps[] = {KIND_VISIT_ACCEPTED, KIND_VISIT_ARRIVED};
    union body b;
    struct append_att atts[] = {{.type = ATT_TEXT, .content = str_bytes(S("Return of goods"))},
                                {.type = ATT_STROKES, .content = str_bytes(S("ink"))}};
    for (size_t i = 0; i < 2; i++) {
        memset(&b, 0, sizeof b);
        b.head.visit = visit_of(visit);
        say_on(x, SUBJECT_JOB, job, steps[i], &b, NULL, 0);
    }
    memset(&b, 0, sizeof b);
    b.returned.head.visit = visit_of(visit);
    CHECK(code_of(str_bytes(S("G-T1-1")), &b.returned.receipt));
    b.returned.goods = goods;
    b.returned.outcome = RECEIPT_BACK;
    b.returned.class_ = CLASS_C;
    b.returned.template_ = 1;
    say_on(x, SUBJECT_JOB, job, KIND_VISIT_RETURNED, &b, atts, 2);
    write_goods_on(x,
                   (struct record_write[]){field(F_GOODS_STATE, FT_ENUM, GOODS_VOIDED),
                                           field(F_GOODS_SIGNED_BACK, FT_TIME, d.p.ms)},
                   2, false, "");
}

static void two_handhelds_that_bring_it_back_leave_one_state_both_signatures_and_a_word_of_it(void)
{
    static struct pair_device second;
    struct exchange_result sum;
    union body b;
    begin();
    pair_join(&d.p, &second, dev.person, "T9");
    take();
    memset(&b, 0, sizeof b);
    b.head.visit = visit_of("v");
    say(SUBJECT_JOB, job, KIND_VISIT_LEFT, &b, NULL, 0);
    sync_now();
    step("clerk", "in", "{\"shelf\":\"A-3\"}", 200);
    step("clerk", "begin", "{\"repairer\":\"technician2\"}", 200);
    step("clerk", "finish", "{\"minutes\":10}", 200);
    step("supervisor", "pass", "{}", 200);
    sync_now();
    pair_sync(&d.p, &second, &sum);
    bring_back_on(&dev, "w");
    bring_back_on(&second, "x");
    for (int k = 0; k < 2; k++) {
        sync_now();
        pair_sync(&d.p, &second, &sum);
        CHECK_INT(sum.problems, 0);
    }
    const id16 both[] = {job, goods};
    for (size_t k = 0; k < 2; k++) {
        unsigned conflicts = 9;
        h32 hqs = pair_digest(&d.p, d.p.hq->store, both[k], &conflicts);
        CHECK(h32_eq(pair_digest(&d.p, dev.store, both[k], NULL), hqs));
        CHECK(h32_eq(pair_digest(&d.p, second.store, both[k], NULL), hqs));
        CHECK_INT(conflicts, k); /* of the goods: when they were signed for */
    }
    CHECK_INT(in_state("clerk", "voided"), 1);
    json_t *call = desk_get(&d, "/jobs/J1");
    CHECK(json_is_true(json_object_get(call, "returned_twice")));
    CHECK_INT(json_array_size(json_object_get(call, "visits_list")), 3);
    json_decref(call);
    pair_leave(&second);
    pair_leave(&dev);
    desk_end(&d);
}

/* What no catalogue has reaches whoever makes it, and leaves when the call is struck off. */
static void what_is_not_in_the_catalogue_is_proposed_in_words(void)
{
    begin();
    union body b;
    memset(&b, 0, sizeof b);
    b.head.visit = visit_of("v");
    say(SUBJECT_JOB, job, KIND_VISIT_ACCEPTED, &b, NULL, 0);
    say(SUBJECT_JOB, job, KIND_VISIT_ARRIVED, &b, NULL, 0);
    sync_now();
    desk_login(&d, "parts");
    desk_settle(&d);
    json_t *page = desk_get(&d, "/registers/proposals");
    CHECK_INT(json_array_size(json_object_get(page, "rows")), 0);
    json_decref(page);
    memset(&b, 0, sizeof b);
    b.diagnosed.head.visit = visit_of("v");
    b.diagnosed.cause = CAUSE_WEAR;
    b.diagnosed.fault_words = true;
    struct append_att fault = {.type = ATT_TEXT, .content = str_bytes(S("damper stuck"))};
    say(SUBJECT_JOB, job, KIND_VISIT_DIAGNOSED, &b, &fault, 1);
    memset(&b, 0, sizeof b);
    b.proposed.visit = visit_of("v");
    b.proposed.what = SUBJECT_EQUIPMENT;
    struct append_att thing = {.type = ATT_TEXT, .content = str_bytes(S("air curtain"))};
    say(SUBJECT_JOB, job, KIND_PROPOSED, &b, &thing, 1);
    sync_now();
    desk_settle(&d);
    page = desk_get(&d, "/registers/proposals");
    json_t *row = json_array_get(json_object_get(page, "rows"), 0);
    json_t *list = json_object_get(row, "proposals");
    CHECK_INT(json_array_size(list), 2);
    CHECK_STR(desk_str(json_array_get(list, 0), "what"), "fault");
    CHECK_STR(desk_str(json_array_get(list, 0), "words"), "damper stuck");
    CHECK_STR(desk_str(json_array_get(list, 1), "what"), "equipment");
    CHECK_STR(desk_str(json_array_get(list, 1), "words"), "air curtain");
    /* Of the call itself the parts keeper reads nothing else. */
    CHECK(json_object_get(json_object_get(row, "fields"), "customer") == NULL);
    json_decref(page);
    pair_leave(&dev);
    desk_end(&d);
}

static enum att_state held(h32 name)
{
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    enum att_state s = store_att_state(t, name);
    store_abort(&t);
    return s;
}

/* The customer asks to be forgotten: what he signed stays for its legal period, the rest goes. */
static void a_goods_receipt_outlives_an_erasure_for_its_legal_period(void)
{
    begin();
    take();
    sync_now();
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct subject_state s = here(job, room);
    const struct fact *f = fold_fact(&s.visits[0], KIND_VISIT_TAKEN);
    h32 text = f->atts[0], ink = f->atts[1], what;
    s = here(goods, room);
    memcpy(what.b, fold_shown(&s, F_GOODS_WHAT)->b, sizeof what.b);
    free(room);
    CHECK(held(text) == ATT_HELD && held(ink) == ATT_HELD && held(what) == ATT_HELD);
    json_decref(desk_op(&d, "forget", json_pack("{s:s}", "customer", "C1")));
    CHECK(held(text) == ATT_HELD && held(ink) == ATT_HELD);
    CHECK(held(what) == ATT_FORGOTTEN);
    pair_leave(&dev);
    desk_end(&d);
}

int main(void)
{
    RUN(a_goods_receipt_outlives_an_erasure_for_its_legal_period);
    RUN(what_is_not_in_the_catalogue_is_proposed_in_words);
    RUN(two_handhelds_that_bring_it_back_leave_one_state_both_signatures_and_a_word_of_it);
    RUN(goods_leave_a_handheld_with_their_job_but_not_while_it_has_them_in_hand);
    RUN(b_02_the_handhelds_goods_are_the_registers_and_the_other_way);
    CHECK_END();
}

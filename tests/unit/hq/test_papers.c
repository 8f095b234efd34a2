/* test_papers.c - papers that a handheld writes and the office goes on with: the technician's daily
 * report through every role, and the slips that he follows. */
#include "core/model/day.h"
#include "core/rules/office.h"
#include "tests/unit/hq/desk.h"

static struct desk d;
static struct pair_device a, b;
static id16 who;
static const int64_t midnight = 1779984000000LL;

static void begin(void)
{
    struct exchange_result r;
    desk_begin(&d);
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p,
            fold_code_find(t, SUBJECT_TECHNICIAN, str_bytes(S("technician")), &who, &d.p.err));
    store_abort(&t);
    pair_join(&d.p, &a, who, "D1");
    pair_join(&d.p, &b, who, "D2");
    pair_sync(&d.p, &a, &r);
    pair_sync(&d.p, &b, &r);
}

static void end(void)
{
    pair_leave(&a);
    pair_leave(&b);
    desk_end(&d);
}

static bool held(struct pair_device *x, id16 subject, struct subject_state *s)
{
    static uint8_t room[1 << 20];
    struct arena m = arena_of(room, sizeof room);
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_read(x->store, &t, &d.p.err));
    bool ok = fold_load(t, subject, &m, s, NULL, NULL) == ST_OK;
    store_abort(&t);
    return ok;
}

/* As the handheld writes it: all fields in one entry, having seen what stands. */
static void submit(struct pair_device *x, id16 subject, int64_t minutes, int64_t version)
{
    static const char lines[] = "D 08:00-09:30 90 - Tools\n";
    uint8_t body[CAP_BODY_BYTES];
    struct subject_state s;
    h32 hash;
    id8 branch = {{0x53, 0x5a}};
    struct append_att att = {.type = ATT_TEXT, .content = str_bytes(str_c(lines))};
    struct record_write w[] = {
        {.field = F_DAY_TECHNICIAN, .type = FT_REF, .ref = who},
        {.field = F_DAY_DAY, .type = FT_TIME, .i = midnight},
        {.field = F_DAY_STATE, .type = FT_ENUM, .i = DAY_SUBMITTED},
        {.field = F_DAY_D, .type = FT_INT, .i = minutes},
        {.field = F_DAY_VERSION, .type = FT_INT, .i = version},
        {.field = F_DAY_LINES, .type = FT_TEXT, .i = 0},
        {.field = F_BRANCH, .type = FT_ID8, .id = branch},
    };
    size_t n = sizeof w / sizeof w[0];
    record_see(held(x, subject, &s) ? &s : NULL, w, n);
    struct append what = {.kind = KIND_RECORD_SET,
                          .subject_type = SUBJECT_DAY,
                          .subject = subject,
                          .atts = &att,
                          .natt = 1};
    struct now now = pair_now(&d.p);
    PAIR_OK(&d.p, record_encode(w, n, body, sizeof body, &what.body));
    PAIR_OK(&d.p, journal_append(&x->journal, &what, &now, &hash, &d.p.err));
}

/* The only line of the register of daily reports. */
static json_t *the_row(void)
{
    json_t *page = desk_get(&d, "/registers/days");
    CHECK_INT(d.status, 200);
    const json_t *rows = json_object_get(page, "rows");
    CHECK_INT(json_array_size(rows), 1);
    json_t *row = json_incref(json_array_get(rows, 0));
    json_decref(page);
    return row;
}

static void step(const char *as, const char *name)
{
    char target[120];
    json_t *row = the_row();
    desk_login(&d, as);
    snprintf(target, sizeof target, "/days/%s/%s", desk_str(row, "id"), name);
    CHECK_INT(desk_do(&d, "POST", target, json_object()), 200);
    json_decref(row);
}

static void a_daily_report_goes_through_the_office_and_comes_back(void)
{
    struct exchange_result r;
    struct subject_state s;
    begin();
    id16 day = day_subject(who, midnight);
    submit(&a, day, 90, 1);
    pair_sync(&d.p, &a, &r);
    CHECK_INT(r.problems, 0);
    desk_login(&d, "supervisor");
    json_t *row = the_row();
    CHECK_STR(desk_str(row, "state"), "submitted");
    const json_t *f = json_object_get(row, "fields");
    CHECK_INT(json_integer_value(json_object_get(f, "d")), 90);
    CHECK_STR(desk_str(f, "lines"), "D 08:00-09:30 90 - Tools\n");
    CHECK_STR(desk_str(json_object_get(f, "technician"), "code"), "technician");
    json_decref(row);
    step("supervisor", "review");
    pair_sync(&d.p, &a, &r);
    CHECK(held(&a, day, &s));
    CHECK_INT(office_state(&s), DAY_REVIEWED);
    /* Put right: a second version, to be reviewed again. */
    submit(&a, day, 100, 2);
    pair_sync(&d.p, &a, &r);
    desk_login(&d, "supervisor");
    row = the_row();
    CHECK_STR(desk_str(row, "state"), "submitted");
    f = json_object_get(row, "fields");
    CHECK_INT(json_integer_value(json_object_get(f, "version")), 2);
    CHECK_INT(json_integer_value(json_object_get(f, "d")), 100);
    json_decref(row);
    step("supervisor", "review");
    step("manager", "sign");
    pair_sync(&d.p, &a, &r);
    CHECK(held(&a, day, &s));
    CHECK_INT(office_state(&s), DAY_SIGNED);
    /* His other device follows it, too. */
    pair_sync(&d.p, &b, &r);
    CHECK(held(&b, day, &s));
    CHECK_INT(office_state(&s), DAY_SIGNED);
    end();
}

static void slips_and_days_come_to_their_technician_and_to_his_next_device(void)
{
    static const char form[] = "{\"technician\":\"technician\",\"part\":\"P-1\",\"quantity\":2000}";
    struct exchange_result r;
    struct subject_state s;
    struct pair_device c;
    id16 id;
    begin();
    desk_login(&d, "supervisor");
    json_t *out =
        desk_ask(&d, "POST", "/slips", json_pack("{s:o}", "fields", json_loads(form, 0, NULL)));
    CHECK_INT(d.status, 200);
    CHECK(hex_get(str_c(desk_str(out, "id")), id.b, sizeof id.b));
    json_decref(out);
    CHECK(!held(&a, id, &s));
    pair_sync(&d.p, &a, &r);
    CHECK(held(&a, id, &s));
    CHECK_INT(office_state(&s), SLIP_PROPOSED);
    submit(&a, day_subject(who, midnight), 90, 1);
    pair_sync(&d.p, &a, &r);
    pair_join(&d.p, &c, who, "D3");
    pair_sync(&d.p, &c, &r);
    CHECK(held(&c, id, &s));
    CHECK(held(&c, day_subject(who, midnight), &s));
    pair_leave(&c);
    end();
}

int main(void)
{
    RUN(a_daily_report_goes_through_the_office_and_comes_back);
    RUN(slips_and_days_come_to_their_technician_and_to_his_next_device);
    CHECK_END();
}

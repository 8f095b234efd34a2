/* test_api_bodies.c - the request layer: what a body cannot do, whatever it says. Nobody gets a
 * role, a branch, a step or a record by the way he writes it down. */
#include "tests/unit/hq/desk.h"

static struct desk d;

static json_t *settle(const char *type, const char *id, const char *field, const char *key,
                      const char *value)
{
    return json_pack("{s:s,s:s,s:s,s:s}", "type", type, "id", id, "field", field, key, value);
}

/* The field's writes as the record shows them. */
static json_t *writes_of(const char *path, const char *field)
{
    json_t *r = desk_get(&d, path);
    json_t *w = json_incref(
        json_object_get(json_object_get(json_object_get(r, "values"), field), "writes"));
    json_decref(r);
    return w;
}

static void entry_of(const char *path, const char *field, size_t i, char out[static 65])
{
    json_t *w = writes_of(path, field);
    snprintf(out, 65, "%s", desk_str(json_array_get(w, i), "entry"));
    json_decref(w);
}

static void id_of(enum subject_type type, const char *code, char out[static 33])
{
    id16 id;
    PAIR_OK(&d.p, hq_id_of(d.p.hq, type, str_c(code), &id, &d.p.err));
    hex_put(bytes_of(id.b, 16), out);
}

/* A call with its customer here, and a customer there. */
static void books(char job[static 33])
{
    char id[33];
    desk_record(&d, "customer", "C1", "{\"name\":\"A\",\"branch\":\"" DESK_HERE "\"}", id);
    desk_record(&d, "customer", "C2", "{\"name\":\"B\",\"branch\":\"" DESK_THERE "\"}", id);
    desk_record(&d, "job", "J1",
                "{\"customer\":\"C1\",\"called\":5,\"fault_told\":\"hot\",\"branch\":\"" DESK_HERE
                "\"}",
                job);
}

static void settling_writes_nothing_that_was_not_in_question(void)
{
    static const char *const logins[] = {"clerk", "supervisor"};
    char job[33], slip[33], me[33], entry[65], path[64];
    desk_begin(&d);
    books(job);
    desk_record(&d, "slip", "S1",
                "{\"technician\":\"technician\",\"part\":\"P\",\"quantity\":1000,\"state\":1,"
                "\"branch\":\"" DESK_HERE "\"}",
                slip);
    for (size_t i = 0; i < 2; i++) {
        desk_login(&d, logins[i]);
        id_of(SUBJECT_TECHNICIAN, logins[i], me);
        CHECK_INT(desk_do(&d, "POST", "/conflicts",
                          settle("technician", me, "role", "value", "administrator")),
                  400);
        json_t *who = desk_get(&d, "/session");
        CHECK_STR(desk_str(who, "role"), logins[i]);
        json_decref(who);
        CHECK_INT(desk_do(&d, "POST", "/conflicts",
                          settle("technician", me, "branch", "value", DESK_THERE)),
                  400);
        CHECK_INT(desk_do(&d, "POST", "/conflicts",
                          json_pack("{s:s,s:s,s:s,s:i}", "type", "slip", "id", slip, "field",
                                    "state", "value", 2)),
                  400);
        CHECK_INT(desk_do(&d, "POST", "/conflicts", settle("job", job, "customer", "value", "C2")),
                  400);
        /* Neither is one that stands alone, unquestioned. */
        snprintf(path, sizeof path, "/jobs/%s", job);
        entry_of(path, "fault_told", 0, entry);
        CHECK_INT(
            desk_do(&d, "POST", "/conflicts", settle("job", job, "fault_told", "entry", entry)),
            409);
        CHECK_INT(
            desk_do(&d, "POST", "/conflicts", settle("job", job, "job.fault_told", "entry", entry)),
            400);
        CHECK_INT(desk_do(&d, "POST", "/conflicts", settle("job", job, "moon", "entry", entry)),
                  400);
    }
    desk_end(&d);
}

/* A technician's handheld asks for a role and for another branch's customer; whom it asks has not
 * got them to give. */
static void a_proposal_gives_nobody_what_its_settler_could_not_give(void)
{
    static struct pair_device dev;
    struct exchange_result r;
    char job[33], who_hex[33], entry[65], path[64], there[33];
    id16 who, customer;
    uint8_t body[CAP_BODY_BYTES];
    struct now now;
    h32 hash;
    desk_begin(&d);
    books(job);
    id_of(SUBJECT_TECHNICIAN, "technician", who_hex);
    id_of(SUBJECT_CUSTOMER, "C2", there);
    CHECK(hex_get(str_c(who_hex), who.b, 16) && hex_get(str_c(there), customer.b, 16));
    json_decref(desk_op(&d, "assign", json_pack("{s:s,s:s}", "job", job, "technician", who_hex)));
    pair_join(&d.p, &dev, who, "D1");
    pair_sync(&d.p, &dev, &r);
    struct record_write role = {
        .field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_ADMINISTRATOR};
    struct append what = {
        .kind = KIND_RECORD_SET, .subject_type = SUBJECT_TECHNICIAN, .subject = who};
    PAIR_OK(&d.p, record_encode(&role, 1, body, sizeof body, &what.body));
    now = pair_now(&d.p);
    PAIR_OK(&d.p, journal_append(&dev.journal, &what, &now, &hash, &d.p.err));
    struct record_write ref = {.field = F_JOB_CUSTOMER, .type = FT_REF, .ref = customer};
    id16 j;
    CHECK(hex_get(str_c(job), j.b, 16));
    what = (struct append){.kind = KIND_RECORD_SET, .subject_type = SUBJECT_JOB, .subject = j};
    PAIR_OK(&d.p, record_encode(&ref, 1, body, sizeof body, &what.body));
    now = pair_now(&d.p);
    PAIR_OK(&d.p, journal_append(&dev.journal, &what, &now, &hash, &d.p.err));
    pair_sync(&d.p, &dev, &r);
    desk_login(&d, "supervisor");
    snprintf(path, sizeof path, "/people/%s", who_hex);
    json_t *w = writes_of(path, "role");
    CHECK_INT(json_array_size(w), 2);
    json_decref(w);
    entry_of(path, "role", 1, entry);
    CHECK_INT(
        desk_do(&d, "POST", "/conflicts", settle("technician", who_hex, "role", "entry", entry)),
        403);
    desk_login(&d, "technician");
    json_t *me = desk_get(&d, "/session");
    CHECK_STR(desk_str(me, "role"), "technician");
    json_decref(me);
    desk_login(&d, "supervisor");
    snprintf(path, sizeof path, "/jobs/%s", job);
    entry_of(path, "customer", 1, entry);
    CHECK_INT(desk_do(&d, "POST", "/conflicts", settle("job", job, "customer", "entry", entry)),
              404);
    desk_login(&d, "department");
    CHECK_INT(desk_do(&d, "POST", "/conflicts", settle("job", job, "customer", "entry", entry)),
              200);
    pair_leave(&dev);
    desk_end(&d);
}

static void a_field_has_one_name(void)
{
    char job[33], goods[33], path[64];
    desk_begin(&d);
    books(job);
    desk_record(&d, "goods", "G1", "{\"job\":\"J1\",\"state\":3,\"branch\":\"" DESK_HERE "\"}",
                goods);
    desk_login(&d, "clerk");
    json_t *call = desk_fields("{\"fault_told\":\"hot\",\"job.customer\":\"C2\"}");
    CHECK_INT(desk_do(&d, "POST", "/calls", call), 400);
    snprintf(path, sizeof path, "/jobs/%s", job);
    json_t *edit = desk_fields("{\"job.customer\":\"C2\"}");
    char entry[65];
    entry_of(path, "customer", 0, entry);
    json_object_set_new(edit, "seen", json_pack("{s:[s]}", "job.customer", entry));
    CHECK_INT(desk_do(&d, "PATCH", path, edit), 400);
    CHECK_INT(desk_do(&d, "POST", "/equipment",
                      desk_fields("{\"model\":\"X\",\"equipment.customer\":\"C2\"}")),
              400);
    call = desk_fields("{\"fault_told\":\"hot\",\"customer\":\"C1\"}");
    json_object_set_new(call, "equipment_new",
                        json_pack("{s:s,s:s}", "model", "X", "equipment.customer", "C2"));
    CHECK_INT(desk_do(&d, "POST", "/calls", call), 400);
    CHECK_INT(desk_do(&d, "POST", "/goods",
                      desk_fields("{\"goods.job\":\"J1\",\"receipt\":\"R\",\"acknowledged\":1}")),
              400);
    desk_login(&d, "accountant");
    json_t *bill = desk_fields("{\"invoice.job\":\"J1\",\"amount\":100}");
    json_object_set_new(bill, "code", json_string("INV-1"));
    CHECK_INT(desk_do(&d, "POST", "/invoices", bill), 400);
    desk_end(&d);
}

/* A number that is taken leads to no paper but its own, by that paper's steps. */
static void a_new_paper_is_not_written_over_another(void)
{
    char job[33], id[33];
    desk_begin(&d);
    books(job);
    desk_login(&d, "accountant");
    json_t *bill = desk_fields("{\"job\":\"J1\",\"amount\":100}");
    json_object_set_new(bill, "code", json_string("INV-1"));
    CHECK_INT(desk_do(&d, "POST", "/invoices", json_deep_copy(bill)), 200);
    json_object_set_new(json_object_get(bill, "fields"), "amount", json_integer(5));
    CHECK_INT(desk_do(&d, "POST", "/invoices", json_deep_copy(bill)), 409);
    json_object_set_new(json_object_get(bill, "fields"), "code", json_string("INV-1"));
    json_object_del(bill, "code");
    CHECK_INT(desk_do(&d, "POST", "/invoices", bill), 409);
    json_t *it = desk_get(&d, "/invoices/INV-1");
    CHECK_INT(json_integer_value(json_object_get(json_object_get(it, "fields"), "amount")), 100);
    json_decref(it);
    desk_record(&d, "slip", "S1",
                "{\"technician\":\"technician3\",\"part\":\"P\",\"quantity\":1000,\"state\":4,"
                "\"branch\":\"" DESK_THERE "\"}",
                id);
    desk_login(&d, "clerk");
    json_t *slip = desk_fields("{\"technician\":\"technician\",\"part\":\"Q\",\"quantity\":9000}");
    json_object_set_new(slip, "code", json_string("S1")); /* another branch's, issued */
    CHECK_INT(desk_do(&d, "POST", "/slips", slip), 409);
    json_t *far = desk_fields("{\"name\":\"Mine\",\"code\":\"C2\"}");
    CHECK_INT(desk_do(&d, "POST", "/customers", far), 409);
    json_t *seen = writes_of("/customers/C1", "code");
    json_t *edit = json_pack("{s:{s:s},s:{s:[s]}}", "fields", "code", "C2", "seen", "code",
                             desk_str(json_array_get(seen, 0), "entry"));
    CHECK_INT(desk_do(&d, "PATCH", "/customers/C1", edit), 409);
    json_decref(seen);
    desk_end(&d);
}

static void what_is_not_understood_is_refused_and_changes_nothing(void)
{
    char job[33];
    desk_begin(&d);
    books(job);
    desk_login(&d, "supervisor");
    CHECK_INT(
        desk_do(&d, "POST", "/jobs/J1/assign", json_pack("{s:s}", "technician", "technician")),
        200);
    CHECK_INT(desk_do(&d, "POST", "/jobs/J1/assign", json_pack("{s:i}", "technician", 5)), 400);
    CHECK_INT(desk_do(&d, "POST", "/jobs/J1/assign", json_pack("{s:s}", "technicain", "T")), 400);
    json_t *j = desk_get(&d, "/jobs/J1");
    CHECK_STR(desk_str(json_object_get(j, "technician"), "code"), "technician");
    json_decref(j);
    CHECK_INT(desk_do(&d, "POST", "/jobs/J1/assign", json_pack("{s:s}", "technician", "")), 200);
    desk_end(&d);
}

int main(void)
{
    RUN(settling_writes_nothing_that_was_not_in_question);
    RUN(a_proposal_gives_nobody_what_its_settler_could_not_give);
    RUN(a_field_has_one_name);
    RUN(a_new_paper_is_not_written_over_another);
    RUN(what_is_not_understood_is_refused_and_changes_nothing);
    CHECK_END();
}

/* test_api_papers.c - the request layer: papers go from step to step, each by who may. */
#include "tests/unit/hq/desk.h"

static struct desk d;

static void step(const char *login, const char *path, const char *body, unsigned want,
                 const char *rule)
{
    desk_login(&d, login);
    json_t *out = desk_ask(&d, "POST", path, desk_fields(body));
    if (d.status != want || (rule != NULL && strcmp(desk_str(out, "rule_id"), rule) != 0)) {
        check_fail(__FILE__, __LINE__, "%s as %s: %u, %s", path, login, d.status,
                   d.body == NULL ? "" : d.body);
    }
    json_decref(out);
}

/* A code for a forgotten PIN opens a handheld's store: for those of one's own branch alone. */
static void a_supervisor_helps_the_handhelds_of_his_own_branch_alone(void)
{
    static struct pair_device device;
    char hex[17], target[64];
    desk_begin(&d);
    desk_user(&d, "supervisor2", ROLE_SUPERVISOR, DESK_THERE);
    struct record_write w[2] = {{.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN},
                                {.field = F_BRANCH, .type = FT_ID8}};
    CHECK(hex_get(str_c(DESK_HERE), w[1].id.b, 8));
    id16 who = pair_record(&d.p, SUBJECT_TECHNICIAN, w, 2, "Li Wei", F_TECHNICIAN_NAME);
    pair_join(&d.p, &device, who, "D1");
    hex_put(bytes_of(device.journal.head.author.b, 8), hex);
    desk_login(&d, "supervisor2");
    CHECK_INT(desk_do(&d, "POST", "/devices/enrol", json_pack("{s:s}", "recover", hex)), 404);
    CHECK_INT(desk_do(&d, "POST", "/devices/enrol",
                      json_pack("{s:s,s:s}", "recover", hex, "technician", "supervisor2")),
              404);
    CHECK_INT(desk_do(&d, "POST", "/devices/enrol", json_pack("{s:s}", "recover", "ff")), 404);
    CHECK_INT(desk_do(&d, "POST", "/devices/enrol", json_pack("{s:i}", "recover", 1)), 404);
    snprintf(target, sizeof target, "/devices/%s/revoke", hex);
    CHECK_INT(desk_do(&d, "POST", target, json_object()), 404);
    desk_login(&d, "clerk");
    CHECK_INT(desk_do(&d, "POST", "/devices/enrol", json_pack("{s:s}", "recover", hex)), 403);
    desk_login(&d, "supervisor");
    CHECK_INT(desk_do(&d, "POST", "/devices/enrol", json_pack("{s:s}", "recover", hex)), 200);
    pair_leave(&device);
    desk_end(&d);
}

static void goods_go_their_way_and_no_step_is_skipped(void)
{
    char id[33];
    desk_begin(&d);
    desk_record(&d, "customer", "C1", "{\"name\":\"A\",\"branch\":\"" DESK_HERE "\"}", id);
    desk_record(&d, "job", "J1", "{\"customer\":\"C1\",\"called\":5,\"branch\":\"" DESK_HERE "\"}",
                id);
    step("clerk", "/goods", "{\"job\":\"J1\",\"receipt\":\"G-1\"}", 409, "B-18.3");
    desk_login(&d, "clerk");
    json_t *in =
        desk_fields("{\"job\":\"J1\",\"receipt\":\"G-1\",\"acknowledged\":1,\"shelf\":\"A3\"}");
    json_object_set_new(in, "code", json_string("IN-1"));
    json_decref(desk_ask(&d, "POST", "/goods", in));
    CHECK_INT(d.status, 200);
    step("clerk", "/goods/IN-1/out", "{}", 409, "B-18.4");
    step("clerk", "/goods/IN-1/begin", "{\"state\":4}", 400, NULL); /* a state is not sent */
    step("clerk", "/goods/IN-1/begin", "{\"repairer\":\"technician\"}", 200, NULL);
    step("clerk", "/goods/IN-1/finish", "{\"minutes\":35}", 200, NULL);
    step("clerk", "/goods/IN-1/pass", "{}", 403, NULL);
    step("supervisor", "/goods/IN-1/pass", "{}", 200, NULL);
    step("clerk", "/goods/IN-1/void", "{\"signed_back\":1}", 409, "B-18.5");
    step("clerk", "/jobs/J1/archive", "{}", 409, "B-18.6");
    step("clerk", "/goods/IN-1/out", "{}", 200, NULL);
    step("clerk", "/goods/IN-1/void", "{}", 409, "B-18.5");
    step("clerk", "/goods/IN-1/void", "{\"signed_back\":1780000000000}", 200, NULL);
    json_t *page = desk_get(&d, "/registers/goods?state=voided");
    CHECK_INT(json_array_size(json_object_get(page, "rows")), 1);
    json_decref(page);
    page = desk_get(&d, "/registers/goods?state=in");
    CHECK_INT(json_array_size(json_object_get(page, "rows")), 0);
    json_decref(page);
    desk_end(&d);
}

/* How much of P1 the technician has in his van, in thousandths; -1: no such line. */
static long long van_of_p1(void)
{
    json_t *page = desk_get(&d, "/registers/stock?technician=technician");
    json_t *row = json_array_get(json_object_get(page, "rows"), 0);
    json_t *fields = json_object_get(row, "fields");
    long long n = row == NULL ? -1 : json_integer_value(json_object_get(fields, "quantity"));
    CHECK(row == NULL || strcmp(desk_str(fields, "part"), "P1") == 0);
    CHECK(json_array_size(json_object_get(page, "rows")) <= 1);
    json_decref(page);
    return n;
}

static void a_slip_moves_the_vans_account_when_issued_and_when_cleared(void)
{
    char id[33], path[80];
    desk_begin(&d);
    for (unsigned i = 0; i < 2; i++) {
        desk_login(&d, "supervisor");
        json_t *out = desk_ask(&d, "POST", "/slips",
                               desk_fields("{\"technician\":\"technician\",\"part\":\"P1\","
                                           "\"quantity\":2000}"));
        snprintf(id, sizeof id, "%s", desk_str(out, "id"));
        json_decref(out);
        snprintf(path, sizeof path, "/slips/%s/approve", id);
        step("manager", path, "{}", 200, NULL);
        desk_login(&d, "parts");
        CHECK_INT(van_of_p1(), i == 0 ? -1 : 2000); /* approved is not issued */
        snprintf(path, sizeof path, "/slips/%s/issue", id);
        step("parts", path, "{}", 200, NULL);
        CHECK_INT(van_of_p1(), 2000 * (i + 1));
        step("parts", path, "{}", 409, NULL);
        CHECK_INT(van_of_p1(), 2000 * (i + 1)); /* refused: nothing moved */
    }
    snprintf(path, sizeof path, "/slips/%s/clear", id);
    step("parts", path, "{\"old\":1000,\"unused\":1000}", 200, NULL);
    CHECK_INT(van_of_p1(), 2000);
    desk_end(&d);
}

static void a_slip_goes_from_who_wants_to_who_keeps(void)
{
    char id[33], path[80];
    desk_begin(&d);
    desk_login(&d, "supervisor");
    json_t *out = desk_ask(&d, "POST", "/slips",
                           desk_fields("{\"technician\":\"technician\",\"part\":\"P1\","
                                       "\"quantity\":2000}"));
    CHECK_INT(d.status, 200);
    snprintf(id, sizeof id, "%s", desk_str(out, "id"));
    json_decref(out);
    snprintf(path, sizeof path, "/slips/%s/issue", id);
    step("parts", path, "{}", 409, "B-18.9");
    snprintf(path, sizeof path, "/slips/%s/approve", id);
    step("parts", path, "{}", 403, NULL);
    step("manager", path, "{\"approved_by\":\"clerk\"}", 400, NULL);
    step("manager", path, "{}", 200, NULL);
    snprintf(path, sizeof path, "/slips/%s/issue", id);
    step("supervisor", path, "{}", 403, NULL);
    step("parts", path, "{}", 200, NULL);
    snprintf(path, sizeof path, "/slips/%s/clear", id);
    step("parts", path, "{\"old\":2000}", 409, "B-18.8");
    step("parts", path, "{\"old\":2000,\"unused\":0}", 200, NULL);
    snprintf(path, sizeof path, "/slips/%s", id);
    out = desk_get(&d, path);
    CHECK_STR(desk_str(out, "state"), "cleared");
    CHECK_STR(desk_str(json_object_get(json_object_get(out, "fields"), "issued_by"), "code"),
              "parts");
    json_decref(out);
    desk_end(&d);
}

int main(void)
{
    RUN(a_supervisor_helps_the_handhelds_of_his_own_branch_alone);
    RUN(goods_go_their_way_and_no_step_is_skipped);
    RUN(a_slip_goes_from_who_wants_to_who_keeps);
    RUN(a_slip_moves_the_vans_account_when_issued_and_when_cleared);
    CHECK_END();
}

/* test_api.c - the request layer: the contract, writes once, edits that see each other. */
#include "core/model/catalogue.h"
#include "sync/hq/reg.h"
#include "tests/unit/hq/desk.h"

static struct desk d;

/* ---- the contract -----------------------------------------------------------------------------
 */

static void the_document_says_every_route_and_no_other(void)
{
    json_t *doc = json_load_file("sync/hq/openapi.json", JSON_REJECT_DUPLICATES, NULL);
    json_t *paths = json_object_get(doc, "paths"), *one, *op;
    size_t n, said = 0;
    const struct api_route *all = api_routes(&n);
    const char *path, *method;
    CHECK(doc != NULL && strncmp(desk_str(doc, "openapi"), "3.0", 3) == 0);
    json_object_foreach(paths, path, one)
    {
        json_object_foreach(one, method, op)
        {
            said++;
            CHECK(*desk_str(op, "operationId") != '\0' && *desk_str(op, "summary") != '\0');
            CHECK(json_object_get(op, "responses") != NULL);
        }
    }
    CHECK_INT(said, n);
    for (size_t i = 0; i < n; i++) {
        char lower[8] = "";
        for (size_t k = 0; all[i].method[k] != '\0' && k + 1 < sizeof lower; k++) {
            lower[k] = (char)(all[i].method[k] + 32);
        }
        op = json_object_get(json_object_get(paths, all[i].path), lower);
        if (op == NULL) {
            check_fail(__FILE__, __LINE__, "%s %s is not in it", all[i].method, all[i].path);
            continue;
        }
        /* Who may, and by which scope, stands in the words that a reader sees. */
        const char *words = desk_str(op, "description");
        for (unsigned role = 1; role < ROLES; role++) {
            bool may = all[i].roles != AR_PUBLIC && (all[i].roles >> role & 1U) != 0;
            char listed[400], name[40];
            snprintf(listed, sizeof listed, " %.*s,", (int)strcspn(words, "."), words);
            snprintf(name, sizeof name, " %s,", ops_role_name((enum role)role));
            if (role != ROLE_HEADQUARTERS && may != (strstr(listed, name) != NULL)) {
                check_fail(__FILE__, __LINE__, "%s %s: %s", all[i].method, all[i].path, name);
            }
        }
        CHECK((all[i].scope != SCOPE_NONE) ==
              (strstr(words, acct_scope_name(all[i].scope)) != NULL && all[i].scope != 0));
    }
    json_decref(doc);
}

static void nothing_stands_at_other_addresses(void)
{
    desk_begin(&d);
    desk_login(&d, "administrator");
    CHECK_INT(desk_do(&d, "GET", "/nothing", NULL), 404);
    CHECK_INT(desk_do(&d, "GET", "/jobs/", NULL), 404);
    CHECK_INT(desk_do(&d, "GET", "/jobs/../users", NULL), 404);
    CHECK_INT(desk_do(&d, "DELETE", "/users", NULL), 405);
    CHECK_STR(d.type, "application/problem+json");
    CHECK_INT(desk_do(&d, "GET", "/openapi.json", NULL), 200);
    desk_end(&d);
}

/* ---- writes -----------------------------------------------------------------------------------
 */

static uint64_t entries(void)
{
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    uint64_t n = store_count(t, T_ENTRY);
    store_abort(&t);
    return n;
}

static void a_write_with_the_same_key_is_done_once(void)
{
    desk_begin(&d);
    desk_login(&d, "clerk");
    json_t *one =
        desk_keyed(&d, "POST", "/customers", desk_fields("{\"name\":\"A\"}"), "the-same-key");
    CHECK_INT(d.status, 200);
    uint64_t n = entries();
    json_t *two =
        desk_keyed(&d, "POST", "/customers", desk_fields("{\"name\":\"A\"}"), "the-same-key");
    CHECK_INT(d.status, 200);
    CHECK(json_is_true(json_object_get(two, "replayed")));
    CHECK_STR(desk_str(two, "id"), desk_str(one, "id"));
    CHECK_INT(entries(), n);
    json_decref(
        desk_keyed(&d, "POST", "/customers", desk_fields("{\"name\":\"B\"}"), "the-same-key"));
    CHECK_INT(d.status, 409); /* another write under that key */
    CHECK_INT(entries(), n);
    desk_login(&d, "supervisor"); /* another person's keys are his own */
    json_decref(
        desk_keyed(&d, "POST", "/customers", desk_fields("{\"name\":\"A\"}"), "the-same-key"));
    CHECK_INT(d.status, 200);
    CHECK(entries() > n);
    json_decref(one);
    json_decref(two);
    desk_end(&d);
}

static void an_entry_names_who_did_it_in_which_role(void)
{
    char clerk[33];
    id16 id;
    desk_begin(&d);
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, S("clerk"), &id, &d.p.err));
    hex_put(bytes_of(id.b, 16), clerk);
    desk_login(&d, "clerk");
    json_t *in = desk_fields("{\"name\":\"A\"}");
    json_object_set_new(in, "actor",
                        json_string("administrator")); /* what he says of himself: no */
    json_object_set_new(in, "role", json_string("administrator"));
    json_t *out = desk_ask(&d, "POST", "/customers", in);
    char path[64];
    snprintf(path, sizeof path, "/customers/%s", desk_str(out, "id"));
    json_t *record = desk_get(&d, path), *history = json_object_get(record, "history");
    json_t *entry = json_array_get(history, 0);
    CHECK_INT(json_array_size(history), 1);
    CHECK_STR(desk_str(json_object_get(entry, "actor"), "id"), clerk);
    CHECK_STR(desk_str(entry, "role"), "clerk");
    CHECK_STR(desk_str(record, "branch"), "SZ"); /* his own, unasked */
    json_decref(record);
    json_decref(out);
    desk_end(&d);
}

static json_t *edit(const char *name, json_t *seen)
{
    return json_pack("{s:{s:s},s:{s:o}}", "fields", "name", name, "seen", "name", seen);
}

static void two_clerks_see_each_others_change_before_they_overwrite_it(void)
{
    char id[33], path[64];
    desk_begin(&d);
    desk_record(&d, "customer", "C1", "{\"name\":\"Old\",\"branch\":\"" DESK_HERE "\"}", id);
    snprintf(path, sizeof path, "/customers/%s", id);
    desk_login(&d, "clerk");
    json_t *seen_by_both = desk_get(&d, path);
    json_t *seen =
        json_object_get(json_object_get(json_object_get(seen_by_both, "values"), "name"), "seen");
    CHECK_INT(json_array_size(seen), 1);
    CHECK_INT(desk_do(&d, "PATCH", path, edit("By the first", json_incref(seen))), 200);
    uint64_t n = entries();
    desk_login(&d, "supervisor");
    json_t *problem = desk_ask(&d, "PATCH", path, edit("By the second", json_incref(seen)));
    CHECK_INT(d.status, 409);
    CHECK_STR(d.type, "application/problem+json");
    CHECK_INT(entries(), n); /* nothing was written */
    json_t *name =
        json_object_get(json_object_get(json_object_get(problem, "conflict"), "fields"), "name");
    CHECK_STR(desk_str(name, "yours"), "By the second");
    json_t *stands = json_array_get(json_object_get(name, "stands"), 0);
    CHECK_STR(desk_str(stands, "value"), "By the first");
    /* Having seen it, he may. */
    json_t *now = json_pack("[s]", desk_str(stands, "entry"));
    CHECK_INT(desk_do(&d, "PATCH", path, edit("By the second", now)), 200);
    json_t *after = desk_get(&d, path);
    CHECK_STR(desk_str(json_object_get(after, "fields"), "name"), "By the second");
    CHECK(json_is_false(json_object_get(after, "conflict")));
    CHECK_INT(desk_do(&d, "PATCH", path, desk_fields("{\"name\":\"blind\"}")), 409);
    json_decref(after);
    json_decref(problem);
    json_decref(seen_by_both);
    desk_end(&d);
}

static void a_branch_names_only_its_own(void)
{
    char here[33], there[33];
    desk_begin(&d);
    desk_record(&d, "customer", "C1", "{\"name\":\"A\",\"branch\":\"" DESK_HERE "\"}", here);
    desk_record(&d, "customer", "C2", "{\"name\":\"B\",\"branch\":\"" DESK_THERE "\"}", there);
    desk_login(&d, "clerk");
    json_t *call = desk_fields("{\"fault_told\":\"hot\"}");
    json_object_set_new(call, "customer", json_string("C2"));
    CHECK_INT(desk_do(&d, "POST", "/calls", json_deep_copy(call)), 404);
    json_object_set_new(call, "customer", json_string("C1"));
    json_t *out = desk_ask(&d, "POST", "/calls", call);
    CHECK_INT(d.status, 200);
    CHECK_STR(desk_str(out, "code"), "R000001");
    json_decref(out);
    call = desk_fields("{\"fault_told\":\"hot\",\"branch\":\"" DESK_THERE "\"}");
    json_object_set_new(call, "customer", json_string("C1"));
    CHECK_INT(desk_do(&d, "POST", "/calls", call), 403);
    desk_login(&d, "supervisor");
    CHECK_INT(desk_do(&d, "POST", "/jobs/R000001/assign",
                      json_pack("{s:s}", "technician", "technician3")),
              404);
    CHECK_INT(
        desk_do(&d, "POST", "/jobs/R000001/assign", json_pack("{s:s}", "technician", "technician")),
        200);
    CHECK_INT(desk_do(&d, "POST", "/jobs/R000001/cancel", json_pack("{s:i}", "reason", 1)), 200);
    json_t *problem = desk_ask(&d, "POST", "/jobs/R000001/cancel", json_pack("{s:i}", "reason", 1));
    CHECK_INT(d.status, 409);
    CHECK_STR(desk_str(problem, "rule"), "step_out_of_order");
    json_decref(problem);
    desk_end(&d);
}

static void a_handheld_that_names_somebody_else_is_shown_as_its_own_technicians(void)
{
    char job[33], path[64];
    struct pair_device dev;
    struct exchange_result r;
    uint8_t body[CAP_BODY_BYTES];
    id16 who, clerk;
    h32 hash;
    desk_begin(&d);
    desk_record(&d, "job", "J1", "{\"called\":5,\"branch\":\"" DESK_HERE "\"}", job);
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, S("technician"), &who, &d.p.err));
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, S("clerk"), &clerk, &d.p.err));
    struct append what = {.kind = KIND_HELP_ASKED, .subject_type = SUBJECT_JOB};
    CHECK(hex_get(str_c(job), what.subject.b, sizeof what.subject.b));
    pair_assign(&d.p, what.subject, who);
    pair_join(&d.p, &dev, who, "D1");
    pair_sync(&d.p, &dev, &r);
    union body b = {.asked = {.visit = {{1}}, .reason = 1}};
    what.actor = clerk;
    what.actor_role = ROLE_CLERK;
    PAIR_OK(&d.p, body_encode(what.kind, &b, body, sizeof body, &what.body));
    struct now now = pair_now(&d.p);
    PAIR_OK(&d.p, journal_append(&dev.journal, &what, &now, &hash, &d.p.err));
    pair_sync(&d.p, &dev, &r);
    desk_login(&d, "supervisor");
    snprintf(path, sizeof path, "/jobs/%s/history", job);
    json_t *past = desk_get(&d, path), *list = json_object_get(past, "entries");
    const json_t *last = json_array_get(list, json_array_size(list) - 1);
    CHECK_STR(desk_str(last, "kind"), "help.asked");
    CHECK_STR(desk_str(json_object_get(last, "actor"), "code"), "technician");
    CHECK_STR(desk_str(last, "role"), "");
    json_decref(past);
    pair_leave(&dev);
    desk_end(&d);
}

/* Its entry is kept as evidence and has no effect: it is no version of the catalogue. */
static void a_catalogue_that_a_handheld_publishes_is_none(void)
{
    struct pair_device dev;
    struct exchange_result r;
    uint8_t body[CAP_BODY_BYTES];
    union body b = {.edition = {.number = 99}};
    struct append_att att = {.type = ATT_EDITION, .content = str_bytes(S("prices of its own"))};
    struct append what = {.kind = KIND_EDITION,
                          .subject_type = SUBJECT_DEPLOYMENT,
                          .actor_role = ROLE_ADMINISTRATOR,
                          .atts = &att,
                          .natt = 1};
    id16 who;
    h32 hash;
    desk_begin(&d);
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, S("technician"), &who, &d.p.err));
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, S("administrator"), &what.actor, &d.p.err));
    memcpy(what.subject.b, d.p.hq->keys.deployment, sizeof what.subject.b);
    pair_join(&d.p, &dev, who, "D1");
    pair_sync(&d.p, &dev, &r);
    static uint8_t buf[4096];
    static char text[8192];
    struct catalogue c = {.number = 1};
    bytes out;
    CHECK_INT(catalogue_encode(&c, buf, sizeof buf, &out), ST_OK);
    base64url_put(out, text);
    desk_login(&d, "administrator");
    CHECK_INT(desk_do(&d, "POST", "/catalogue", json_pack("{s:s}", "data_base64url", text)), 200);
    PAIR_OK(&d.p, body_encode(what.kind, &b, body, sizeof body, &what.body));
    struct now now = pair_now(&d.p);
    PAIR_OK(&d.p, journal_append(&dev.journal, &what, &now, &hash, &d.p.err));
    pair_sync(&d.p, &dev, &r);
    json_t *page = desk_get(&d, "/registers/editions"), *rows = json_object_get(page, "rows");
    CHECK_INT(json_array_size(rows), 1);
    CHECK_STR(desk_str(json_array_get(rows, 0), "state"), "stands");
    CHECK_STR(desk_str(json_array_get(rows, 0), "code"), "1");
    json_decref(page);
    pair_leave(&dev);
    desk_end(&d);
}

int main(void)
{
    RUN(the_document_says_every_route_and_no_other);
    RUN(nothing_stands_at_other_addresses);
    RUN(a_write_with_the_same_key_is_done_once);
    RUN(an_entry_names_who_did_it_in_which_role);
    RUN(two_clerks_see_each_others_change_before_they_overwrite_it);
    RUN(a_branch_names_only_its_own);
    RUN(a_handheld_that_names_somebody_else_is_shown_as_its_own_technicians);
    RUN(a_catalogue_that_a_handheld_publishes_is_none);
    CHECK_END();
}

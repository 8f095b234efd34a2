/* test_api.c - the request layer: the contract, sessions, writes once, edits that see each other,
 * papers from step to step, tokens. */
#include "sync/hq/reg.h"
#include "tests/unit/hq/desk.h"

static struct desk d;

static json_t *fields(const char *text)
{
    json_t *f = json_loads(text, 0, NULL);
    CHECK(f != NULL);
    return json_pack("{s:o}", "fields", f);
}

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

/* ---- sessions ---------------------------------------------------------------------------------
 */

static unsigned try_login(const char *login, const char *password)
{
    return desk_do(&d, "POST", "/session",
                   json_pack("{s:s,s:s}", "login", login, "password", password));
}

static void a_login_opens_a_session_and_only_with_the_password(void)
{
    desk_begin(&d);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 401);
    CHECK_INT(try_login("clerk", "something else entirely"), 401);
    CHECK_INT(try_login("nobody", DESK_PASSWORD), 401);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 401);
    json_t *me = desk_ask(&d, "POST", "/session",
                          json_pack("{s:s,s:s}", "login", "clerk", "password", DESK_PASSWORD));
    CHECK_INT(d.status, 200);
    CHECK_STR(desk_str(me, "role"), "clerk");
    CHECK_STR(desk_str(me, "branch"), "SZ");
    CHECK(strstr(d.renewed, "HttpOnly") != NULL && strstr(d.renewed, "SameSite=Strict") != NULL);
    CHECK(strstr(d.renewed, "Secure") == NULL); /* no TLS in this test */
    json_decref(me);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200);
    desk_end(&d);
}

static void a_write_needs_the_sessions_own_token_and_a_key(void)
{
    char good[48];
    desk_begin(&d);
    desk_login(&d, "clerk");
    memcpy(good, d.csrf, sizeof good);
    d.csrf[0] ^= 1;
    CHECK_INT(desk_do(&d, "POST", "/customers", fields("{\"name\":\"A\"}")), 403);
    d.csrf[0] = '\0';
    CHECK_INT(desk_do(&d, "POST", "/customers", fields("{\"name\":\"A\"}")), 403);
    memcpy(d.csrf, good, sizeof good);
    json_decref(desk_keyed(&d, "POST", "/customers", fields("{\"name\":\"A\"}"), "short"));
    CHECK_INT(d.status, 400);
    json_decref(desk_keyed(&d, "POST", "/customers", fields("{\"name\":\"A\"}"), "12345678\n"));
    CHECK_INT(d.status, 400);
    CHECK_INT(desk_do(&d, "POST", "/customers", fields("{\"name\":\"A\"}")), 200);
    desk_end(&d);
}

static void a_session_is_renewed_ends_idle_and_can_be_ended_everywhere(void)
{
    char old[96], other[96], csrf[48];
    desk_begin(&d);
    desk_login(&d, "clerk");
    memcpy(other, d.cookie, sizeof other);
    desk_login(&d, "clerk");
    memcpy(old, d.cookie, sizeof old);
    d.p.ms += ACCT_ROTATE_MS;
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200);
    CHECK(strcmp(old, d.cookie) != 0); /* a new cookie came */
    char renewed[96];
    memcpy(renewed, d.cookie, sizeof renewed);
    memcpy(d.cookie, old, sizeof old); /* the old one holds for requests under way */
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200);
    d.p.ms += ACCT_GRACE_MS;
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 401);
    memcpy(d.cookie, renewed, sizeof renewed);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200);
    memcpy(csrf, d.csrf, sizeof csrf);
    CHECK_INT(desk_do(&d, "DELETE", "/sessions", NULL), 204);
    memcpy(d.cookie, renewed, sizeof renewed);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 401);
    memcpy(d.cookie, other, sizeof other);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 401);
    desk_login(&d, "clerk");
    d.p.ms += ACCT_IDLE_MS;
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 401);
    desk_login(&d, "clerk");
    for (int64_t t = 0; t < ACCT_LASTS_MS; t += ACCT_IDLE_MS / 2) {
        d.p.ms += ACCT_IDLE_MS / 2; /* busy all day: it ends all the same */
        desk_do(&d, "GET", "/session", NULL);
    }
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 401);
    desk_end(&d);
}

static void wrong_passwords_are_waited_for(void)
{
    desk_begin(&d);
    for (unsigned i = 0; i < ACCT_TRIES_FREE; i++) {
        CHECK_INT(try_login("clerk", "wrong password 123"), 401);
    }
    d.p.ms -= 1000; /* the test's clock moves a second a reading: the wait is not over */
    CHECK_INT(try_login("clerk", DESK_PASSWORD), 429);
    CHECK(d.retry >= 1);
    d.p.ms += 3000;
    CHECK_INT(try_login("clerk", "wrong password 123"), 401);
    d.p.ms -= 1000;
    CHECK_INT(try_login("clerk", DESK_PASSWORD), 429);
    CHECK(try_login("supervisor", DESK_PASSWORD) == 200); /* others do not wait */
    d.p.ms += 60000;
    CHECK_INT(try_login("clerk", DESK_PASSWORD), 200);
    desk_end(&d);
}

static void an_address_that_tries_everybody_waits_too(void)
{
    char login[32];
    desk_begin(&d);
    for (unsigned i = 0; i < ACCT_ADDRESS_TRIES; i++) {
        snprintf(login, sizeof login, "guess%u", i);
        CHECK_INT(try_login(login, "wrong password 123"), 401);
    }
    CHECK_INT(try_login("clerk", DESK_PASSWORD), 429);
    d.p.ms += 70000;
    CHECK_INT(try_login("clerk", DESK_PASSWORD), 200);
    desk_end(&d);
}

static void a_shut_login_or_a_new_password_ends_the_sessions(void)
{
    char clerk[96];
    desk_begin(&d);
    desk_login(&d, "clerk");
    memcpy(clerk, d.cookie, sizeof clerk);
    desk_login(&d, "administrator");
    CHECK_INT(desk_do(&d, "POST", "/users/clerk/disable", json_object()), 200);
    CHECK_INT(try_login("clerk", DESK_PASSWORD), 401);
    memcpy(d.cookie, clerk, sizeof clerk);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 401);
    desk_login(&d, "administrator");
    CHECK_INT(desk_do(&d, "POST", "/users/clerk/enable", json_object()), 200);
    CHECK_INT(try_login("clerk", DESK_PASSWORD), 200);
    desk_login(&d, "clerk");
    CHECK_INT(desk_do(&d, "POST", "/session/password",
                      json_pack("{s:s,s:s}", "password", "not the old one", "new_password",
                                "a new one, longer")),
              403);
    CHECK_INT(desk_do(&d, "POST", "/session/password",
                      json_pack("{s:s,s:s}", "password", DESK_PASSWORD, "new_password", "short")),
              400);
    CHECK_INT(desk_do(&d, "POST", "/session/password",
                      json_pack("{s:s,s:s}", "password", DESK_PASSWORD, "new_password",
                                "a new one, longer")),
              200);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200); /* one's own goes on, renewed */
    CHECK_INT(try_login("clerk", DESK_PASSWORD), 401);
    CHECK_INT(try_login("clerk", "a new one, longer"), 200);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200);
    json_decref(desk_op(&d, "user.password", /* as docketctl does it */
                        json_pack("{s:s,s:s}", "login", "clerk", "hash", desk_hash())));
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 401);
    desk_end(&d);
}

/* What the next new password would be answered with: "" when it is taken. */
static const char *judged(const char *password)
{
    static struct err err;
    return acct_password_ok("clerk", str_c(password), &err) == ST_OK ? "" : err.where;
}

static const char *times(const char *one, unsigned n)
{
    static char buf[1024];
    buf[0] = '\0';
    for (size_t at = 0; n > 0 && at < sizeof buf; n--) {
        at += (size_t)snprintf(buf + at, sizeof buf - at, "%s", one);
    }
    return buf;
}

static void a_password_has_12_to_128_characters_of_any_script(void)
{
    static const char twelve[] = "\xE5\xB1\xB1\xE9\x9B\xA8\xE9\xA3\x8E\xE9\x9B\xAA\xE8\x8A\xB1"
                                 "\xE6\x9C\x88\xE6\xB1\x9F\xE6\xB5\xB7\xE6\x9D\xBE\xE7\xAB\xB9"
                                 "\xE6\xA2\x85\xE9\xB9\xA4"; /* 山雨风雪花月江海松竹梅鹤 */
    char hash[ACCT_HASH_BYTES], text[600];
    struct err err;
    CHECK_STR(judged("x9 kettle ro"), "");
    CHECK_STR(judged("x9 kettle r"), "password-length");
    CHECK_STR(judged("x9 k       ro"), "password-length"); /* spaces together are one */
    CHECK_STR(judged(twelve), "");
    snprintf(text, sizeof text, "%.33s", twelve);
    CHECK_STR(judged(text), "password-length"); /* eleven of them are 33 bytes */
    CHECK_STR(judged("\xF0\x9F\x90\xBC ta \xC3\xA9t\xC3\xA9 <'\"&> 9"), "");
    snprintf(text, sizeof text, "%s plainer than it looks", times(twelve, 8));
    CHECK_STR(judged(text), ""); /* 119 characters, 311 bytes */
    snprintf(text, sizeof text, "%s plainer than it looks, and longer", times(twelve, 8));
    CHECK_STR(judged(text), "password-length"); /* 131 */
    /* None is cut: the last character counts. The cost is libsodium's for logins. */
    PAIR_OK(&d.p, acct_hash("clerk", str_c(twelve), 0, hash, &err));
    CHECK(strncmp(hash, "$argon2id$v=19$m=65536,t=2,p=1$", 31) == 0);
    CHECK(acct_verify(hash, str_c(twelve)));
    CHECK(!acct_verify(hash, (str){twelve, sizeof twelve - 4}));
}

static void a_password_that_anybody_would_try_is_not_taken(void)
{
    static const char *const common[] = {
        "passwordpassword",
        "Password1234",
        "P@ssw0rd2024!",
        "123456789012",
        "qwertyuiop[]12",
        "1qaz2wsx3edc4rfv",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "iloveyou1314",
        "woaini5201314",
        "admin123456789",
        "clerkclerk01",
        "CLERK-20241231",
        "zxcvbnm12345",
        "111222333444",
        "qwer1234qwer1234",
        "asdfghjkl;'1",
        "\xE6\x88\x91\xE7\x88\xB1\xE4\xBD\xA0\xE6\x88\x91\xE7\x88\xB1\xE4\xBD\xA0"
        "\xE6\x88\x91\xE7\x88\xB1\xE4\xBD\xA0\xE6\x88\x91\xE7\x88\xB1\xE4\xBD\xA0"};
    static const char *const fine[] = {DESK_PASSWORD, "the clerk's own words", "a long password",
                                       "kettle-7 under the moon", "x9fT-22lq-PPn"};
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        CHECK_STR(judged(common[i]), "password-common");
    }
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        CHECK_STR(judged(fine[i]), "");
    }
    desk_begin(&d);
    desk_login(&d, "clerk");
    json_t *why = desk_keyed(
        &d, "POST", "/session/password",
        json_pack("{s:s,s:s}", "password", DESK_PASSWORD, "new_password", "Password12345"),
        "a-common-one");
    CHECK_INT(d.status, 400);
    CHECK_STR(desk_str(why, "type"), "/problems/password-common");
    json_decref(why);
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
    json_t *one = desk_keyed(&d, "POST", "/customers", fields("{\"name\":\"A\"}"), "the-same-key");
    CHECK_INT(d.status, 200);
    uint64_t n = entries();
    json_t *two = desk_keyed(&d, "POST", "/customers", fields("{\"name\":\"A\"}"), "the-same-key");
    CHECK_INT(d.status, 200);
    CHECK(json_is_true(json_object_get(two, "replayed")));
    CHECK_STR(desk_str(two, "id"), desk_str(one, "id"));
    CHECK_INT(entries(), n);
    json_decref(desk_keyed(&d, "POST", "/customers", fields("{\"name\":\"B\"}"), "the-same-key"));
    CHECK_INT(d.status, 409); /* another write under that key */
    CHECK_INT(entries(), n);
    desk_login(&d, "supervisor"); /* another person's keys are his own */
    json_decref(desk_keyed(&d, "POST", "/customers", fields("{\"name\":\"A\"}"), "the-same-key"));
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
    json_t *in = fields("{\"name\":\"A\"}");
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
    CHECK_INT(desk_do(&d, "PATCH", path, fields("{\"name\":\"blind\"}")), 409);
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
    json_t *call = fields("{\"fault_told\":\"hot\"}");
    json_object_set_new(call, "customer", json_string("C2"));
    CHECK_INT(desk_do(&d, "POST", "/calls", json_deep_copy(call)), 404);
    json_object_set_new(call, "customer", json_string("C1"));
    json_t *out = desk_ask(&d, "POST", "/calls", call);
    CHECK_INT(d.status, 200);
    CHECK_STR(desk_str(out, "code"), "R000001");
    json_decref(out);
    call = fields("{\"fault_told\":\"hot\",\"branch\":\"" DESK_THERE "\"}");
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

/* ---- papers -----------------------------------------------------------------------------------
 */

static void step(const char *login, const char *path, const char *body, unsigned want,
                 const char *rule)
{
    desk_login(&d, login);
    json_t *out = desk_ask(&d, "POST", path, fields(body));
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
    json_t *in = fields("{\"job\":\"J1\",\"receipt\":\"G-1\",\"acknowledged\":1,\"shelf\":\"A3\"}");
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
                               fields("{\"technician\":\"technician\",\"part\":\"P1\","
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
                           fields("{\"technician\":\"technician\",\"part\":\"P1\","
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

/* ---- tokens -----------------------------------------------------------------------------------
 */

static void a_token_does_what_its_scopes_say(void)
{
    char secret[128], id[33], wrong[128], path[64];
    desk_begin(&d);
    desk_record(&d, "customer", "C1", "{\"name\":\"A\",\"branch\":\"" DESK_HERE "\"}", id);
    desk_login(&d, "administrator");
    json_t *bad = json_pack("{s:s,s:s,s:s}", "label", "x", "login", "clerk", "scopes", "all:read");
    CHECK_INT(desk_do(&d, "POST", "/tokens", bad), 400);
    json_t *out = desk_ask(&d, "POST", "/tokens",
                           json_pack("{s:s,s:s,s:s}", "label", "map", "login", "clerk", "scopes",
                                     "calls:read,customers:read"));
    CHECK_INT(d.status, 200);
    snprintf(secret, sizeof secret, "%s", desk_str(out, "secret"));
    snprintf(path, sizeof path, "/tokens/%s", desk_str(out, "id"));
    json_decref(out);
    CHECK(strstr(d.body, "secret") != NULL);
    d.token = secret;
    d.csrf[0] = '\0';
    CHECK_INT(desk_do(&d, "GET", "/customers/C1", NULL), 200);
    CHECK_INT(desk_do(&d, "GET", "/registers/calls", NULL), 200);
    CHECK_INT(desk_do(&d, "GET", "/registers/goods", NULL), 403);
    CHECK_INT(desk_do(&d, "POST", "/customers", fields("{\"name\":\"B\"}")), 403);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 403);
    CHECK_INT(desk_do(&d, "GET", "/users", NULL), 403);
    memcpy(wrong, secret, sizeof wrong);
    wrong[strlen(wrong) - 1] ^= 1;
    d.token = wrong;
    CHECK_INT(desk_do(&d, "GET", "/customers/C1", NULL), 401);
    desk_login(&d, "administrator");
    json_t *list = desk_get(&d, "/tokens");
    CHECK(d.body != NULL && strstr(d.body, secret + 25) == NULL); /* never again */
    json_decref(list);
    CHECK_INT(desk_do(&d, "DELETE", path, NULL), 200);
    d.token = secret;
    CHECK_INT(desk_do(&d, "GET", "/customers/C1", NULL), 401);
    desk_end(&d);
}

int main(void)
{
    RUN(the_document_says_every_route_and_no_other);
    RUN(nothing_stands_at_other_addresses);
    RUN(a_login_opens_a_session_and_only_with_the_password);
    RUN(a_write_needs_the_sessions_own_token_and_a_key);
    RUN(a_session_is_renewed_ends_idle_and_can_be_ended_everywhere);
    RUN(wrong_passwords_are_waited_for);
    RUN(an_address_that_tries_everybody_waits_too);
    RUN(a_shut_login_or_a_new_password_ends_the_sessions);
    RUN(a_password_has_12_to_128_characters_of_any_script);
    RUN(a_password_that_anybody_would_try_is_not_taken);
    RUN(a_write_with_the_same_key_is_done_once);
    RUN(an_entry_names_who_did_it_in_which_role);
    RUN(two_clerks_see_each_others_change_before_they_overwrite_it);
    RUN(a_branch_names_only_its_own);
    RUN(a_supervisor_helps_the_handhelds_of_his_own_branch_alone);
    RUN(goods_go_their_way_and_no_step_is_skipped);
    RUN(a_slip_goes_from_who_wants_to_who_keeps);
    RUN(a_slip_moves_the_vans_account_when_issued_and_when_cleared);
    RUN(a_token_does_what_its_scopes_say);
    CHECK_END();
}

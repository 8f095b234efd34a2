/* test_api_sessions.c - the request layer: who is let in: sessions, passwords, tokens. */
#include "tests/unit/hq/desk.h"

#include <sodium.h>

static struct desk d;

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
    CHECK_INT(desk_do(&d, "POST", "/customers", desk_fields("{\"name\":\"A\"}")), 403);
    d.csrf[0] = '\0';
    CHECK_INT(desk_do(&d, "POST", "/customers", desk_fields("{\"name\":\"A\"}")), 403);
    memcpy(d.csrf, good, sizeof good);
    json_decref(desk_keyed(&d, "POST", "/customers", desk_fields("{\"name\":\"A\"}"), "short"));
    CHECK_INT(d.status, 400);
    json_decref(
        desk_keyed(&d, "POST", "/customers", desk_fields("{\"name\":\"A\"}"), "12345678\n"));
    CHECK_INT(d.status, 400);
    CHECK_INT(desk_do(&d, "POST", "/customers", desk_fields("{\"name\":\"A\"}")), 200);
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
    CHECK_INT(desk_do(&d, "DELETE", "/sessions", NULL), 200);
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

static void a_page_that_looks_by_itself_keeps_no_session_alive(void)
{
    desk_begin(&d);
    desk_login(&d, "clerk");
    d.background = true;
    for (int64_t t = 0; t < ACCT_IDLE_MS; t += ACCT_IDLE_MS / 8) {
        CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200);
        d.p.ms += ACCT_IDLE_MS / 8;
    }
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 401);
    desk_login(&d, "clerk");
    d.background = false;
    for (int64_t t = 0; t < ACCT_IDLE_MS; t += ACCT_IDLE_MS / 8) {
        CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200);
        d.p.ms += ACCT_IDLE_MS / 8;
    }
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200);
    desk_end(&d);
}

/* The clock is put back: a password that was changed "in the future" locks nobody out, and lets
 * nobody in. */
static void a_clock_that_is_put_back_ends_no_session_and_revives_none(void)
{
    char before[96];
    desk_begin(&d);
    desk_login(&d, "clerk");
    memcpy(before, d.cookie, sizeof before);
    json_decref(desk_op(&d, "user.password",
                        json_pack("{s:s,s:s}", "login", "clerk", "hash", desk_hash())));
    d.p.ms -= 3600000;
    desk_login(&d, "clerk");
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200);
    memcpy(d.cookie, before, sizeof before);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 401);
    desk_end(&d);
}

static json_t *session_at(const json_t *list, size_t i)
{
    return json_array_get(json_object_get(list, "sessions"), i);
}

static void one_sees_ones_sessions_and_ends_any_of_them(void)
{
    char first[96], path[64];
    desk_begin(&d);
    d.from = "2001:db8::7";
    CHECK_INT(try_login("clerk", DESK_PASSWORD), 200);
    memcpy(first, d.cookie, sizeof first);
    d.from = NULL;
    desk_login(&d, "supervisor");
    desk_login(&d, "clerk");
    json_t *list = desk_get(&d, "/sessions");
    CHECK_INT(json_array_size(json_object_get(list, "sessions")), 2);
    CHECK(json_is_true(json_object_get(session_at(list, 0), "this")));
    CHECK(json_is_false(json_object_get(session_at(list, 1), "this")));
    CHECK_STR(desk_str(session_at(list, 1), "from"), "2001:db8::7");
    CHECK_STR(desk_str(session_at(list, 1), "agent"), "Desk/1.0");
    CHECK(strstr(d.body, "csrf") == NULL);
    snprintf(path, sizeof path, "/sessions/%s", desk_str(session_at(list, 1), "id"));
    json_decref(list);
    char clerk[96], csrf[48];
    memcpy(clerk, d.cookie, sizeof clerk);
    memcpy(csrf, d.csrf, sizeof csrf);
    desk_login(&d, "supervisor"); /* not his to end */
    CHECK_INT(desk_do(&d, "DELETE", path, NULL), 404);
    memcpy(d.cookie, first, sizeof first);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200);
    memcpy(d.cookie, clerk, sizeof clerk);
    memcpy(d.csrf, csrf, sizeof csrf);
    CHECK_INT(desk_do(&d, "DELETE", path, NULL), 204);
    CHECK_INT(desk_do(&d, "DELETE", path, NULL), 404);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200);
    memcpy(d.cookie, first, sizeof first);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 401);
    desk_end(&d);
}

static void one_login_has_so_many_sessions_and_crowds_nobody_out(void)
{
    char other[96], first[96];
    desk_begin(&d);
    desk_login(&d, "supervisor");
    memcpy(other, d.cookie, sizeof other);
    desk_login(&d, "clerk");
    memcpy(first, d.cookie, sizeof first);
    for (unsigned i = 0; i < ACCT_SESSIONS_MAX + 8; i++) {
        d.p.ms += 10;
        desk_login(&d, "clerk");
    }
    json_t *list = desk_get(&d, "/sessions");
    CHECK_INT(json_array_size(json_object_get(list, "sessions")), ACCT_SESSIONS_EACH);
    json_decref(list);
    memcpy(d.cookie, first, sizeof first);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 401);
    memcpy(d.cookie, other, sizeof other);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200);
    desk_end(&d);
}

static void one_is_told_of_the_login_before_and_of_tries_that_failed(void)
{
    desk_begin(&d);
    json_t *me = desk_ask(&d, "POST", "/session",
                          json_pack("{s:s,s:s}", "login", "clerk", "password", DESK_PASSWORD));
    CHECK(json_is_null(json_object_get(me, "last_login"))); /* the first one */
    CHECK_INT(json_integer_value(json_object_get(me, "failed_since")), 0);
    json_decref(me);
    int64_t then = d.p.ms;
    d.p.ms += 86400000;
    CHECK_INT(try_login("clerk", "wrong password 123"), 401);
    CHECK_INT(try_login("clerk", "wrong password 124"), 401);
    d.from = "198.51.100.4";
    CHECK_INT(try_login("clerk", DESK_PASSWORD), 200);
    me = desk_get(&d, "/session"); /* a page that is loaded again is told it, too */
    const json_t *last = json_object_get(me, "last_login");
    int64_t at = json_integer_value(json_object_get(last, "at_ms"));
    CHECK(at > then - 60000 && at <= then);
    CHECK_STR(desk_str(last, "from"), "192.0.2.1");
    CHECK_INT(json_integer_value(json_object_get(me, "failed_since")), 2);
    json_decref(me);
    CHECK_INT(try_login("clerk", DESK_PASSWORD), 200);
    me = desk_get(&d, "/session");
    CHECK_STR(desk_str(json_object_get(me, "last_login"), "from"), "198.51.100.4");
    CHECK_INT(json_integer_value(json_object_get(me, "failed_since")), 0);
    json_decref(me);
    desk_end(&d);
}

static void one_is_told_that_somebody_else_set_ones_password(void)
{
    desk_begin(&d);
    desk_login(&d, "administrator");
    CHECK_INT(desk_do(&d, "POST", "/users/clerk/password",
                      json_pack("{s:s}", "new_password", "a new one, longer")),
              200);
    CHECK_INT(try_login("clerk", "a new one, longer"), 200);
    json_t *me = desk_get(&d, "/session");
    const json_t *set = json_object_get(me, "password_set");
    CHECK_STR(desk_str(set, "role"), "administrator");
    CHECK_STR(desk_str(json_object_get(set, "by"), "code"), "administrator");
    CHECK(json_integer_value(json_object_get(set, "at_ms")) > 0);
    json_decref(me);
    desk_login(&d, "clerk");
    CHECK_INT(desk_do(&d, "POST", "/session/password",
                      json_pack("{s:s,s:s}", "password", "a new one, longer", "new_password",
                                "now it is mine alone")),
              200);
    me = desk_get(&d, "/session");
    CHECK(json_is_null(json_object_get(me, "password_set")));
    json_decref(me);
    desk_end(&d);
}

/* Set before passwords were measured, or by a list that has grown since: it opens the door, and who
 * comes in by it is told. */
static void a_common_password_of_before_is_told_of(void)
{
    static const char common[] = "password password password";
    char hash[ACCT_HASH_BYTES];
    desk_begin(&d);
    CHECK(crypto_pwhash_str_alg(hash, common, sizeof common - 1, 1, crypto_pwhash_MEMLIMIT_MIN,
                                crypto_pwhash_ALG_ARGON2ID13) == 0);
    json_decref(
        desk_op(&d, "user.password", json_pack("{s:s,s:s}", "login", "clerk", "hash", hash)));
    CHECK_INT(try_login("clerk", common), 200);
    json_t *me = desk_get(&d, "/session");
    CHECK(json_is_true(json_object_get(me, "password_common")));
    json_decref(me);
    CHECK_INT(try_login("supervisor", DESK_PASSWORD), 200);
    me = desk_get(&d, "/session");
    CHECK(json_is_false(json_object_get(me, "password_common")));
    json_decref(me);
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

static unsigned much(void)
{
    size_t n;
    char *text = api_metrics(d.api, &n);
    const char *at = text == NULL ? NULL : strstr(text, "docket_read_much_total ");
    unsigned v = at == NULL ? 999 : (unsigned)strtoul(at + 23, NULL, 10);
    free(text);
    return v;
}

static void who_reads_very_much_is_noticed_once_an_hour(void)
{
    char id[33];
    desk_begin(&d);
    desk_record(&d, "customer", "C1", "{\"name\":\"A\",\"branch\":\"" DESK_HERE "\"}", id);
    desk_login(&d, "clerk");
    d.background = true; /* a page that is left open */
    for (unsigned i = 0; i < 700; i++) {
        CHECK_INT(desk_do(&d, "GET", "/customers/C1", NULL), 200);
    }
    CHECK_INT(much(), 0);
    d.background = false;
    d.p.ms -= 1300000; /* the test's clock moves a second a reading */
    desk_login(&d, "clerk");
    for (unsigned i = 0; i < 600; i++) {
        CHECK_INT(desk_do(&d, "GET", "/customers/C1", NULL), 200);
    }
    CHECK_INT(much(), 0);
    CHECK_INT(desk_do(&d, "GET", "/customers/C1", NULL), 200);
    CHECK_INT(much(), 1);
    CHECK_INT(desk_do(&d, "GET", "/customers/C1", NULL), 200);
    CHECK_INT(much(), 1);
    desk_login(&d, "supervisor"); /* ten registers as files, and one more */
    for (unsigned i = 0; i < 10; i++) {
        CHECK_INT(desk_do(&d, "GET", "/registers/customers?format=csv", NULL), 200);
    }
    CHECK_INT(much(), 1);
    CHECK_INT(desk_do(&d, "GET", "/registers/customers?format=csv", NULL), 200);
    CHECK_INT(much(), 2);
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
    CHECK_INT(desk_do(&d, "POST", "/customers", desk_fields("{\"name\":\"B\"}")), 403);
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
    RUN(a_login_opens_a_session_and_only_with_the_password);
    RUN(a_write_needs_the_sessions_own_token_and_a_key);
    RUN(a_session_is_renewed_ends_idle_and_can_be_ended_everywhere);
    RUN(wrong_passwords_are_waited_for);
    RUN(an_address_that_tries_everybody_waits_too);
    RUN(a_shut_login_or_a_new_password_ends_the_sessions);
    RUN(a_page_that_looks_by_itself_keeps_no_session_alive);
    RUN(a_clock_that_is_put_back_ends_no_session_and_revives_none);
    RUN(one_sees_ones_sessions_and_ends_any_of_them);
    RUN(one_login_has_so_many_sessions_and_crowds_nobody_out);
    RUN(one_is_told_of_the_login_before_and_of_tries_that_failed);
    RUN(one_is_told_that_somebody_else_set_ones_password);
    RUN(a_common_password_of_before_is_told_of);
    RUN(a_password_has_12_to_128_characters_of_any_script);
    RUN(a_password_that_anybody_would_try_is_not_taken);
    RUN(who_reads_very_much_is_noticed_once_an_hour);
    RUN(a_token_does_what_its_scopes_say);
    CHECK_END();
}

/* test_api_once.c - operations that are not an entry alone (a code, a revocation, an edition) are
 * one transaction with their Idempotency-Key: a crash leaves both or neither, and a repeated
 * request after it does them once. */
#include "tests/unit/hq/desk.h"

#include "core/base/encode.h"
#include "core/model/catalogue.h"
#include "core/store/inside.h"

#include <lmdb.h>
#include <signal.h>
#include <sys/resource.h>

static struct desk d;
static struct pair_device device;

static void begin(void)
{
    id16 person;
    desk_begin(&d);
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, S("technician"), &person, &d.p.err));
    pair_join(&d.p, &device, person, "T77");
    desk_login(&d, "administrator");
}

static void end(void)
{
    pair_leave(&device);
    desk_end(&d);
}

/* How many transactions the store has ever committed. */
static size_t commits(void)
{
    MDB_envinfo info;
    CHECK_INT(mdb_env_info(d.p.hq->store->env, &info), 0);
    return info.me_last_txnid;
}

static uint64_t rows(enum table table)
{
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    uint64_t n = store_count(t, table);
    store_abort(&t);
    return n;
}

static const char *revoke_path(void)
{
    static char path[64];
    char hex[17];
    hex_put(bytes_of(device.journal.head.author.b, 8), hex);
    snprintf(path, sizeof path, "/devices/%s/revoke", hex);
    return path;
}

static json_t *edition(uint64_t number)
{
    static uint8_t buf[4096];
    static char text[8192];
    struct catalogue c = {.number = number};
    bytes out;
    CHECK_INT(catalogue_encode(&c, buf, sizeof buf, &out), ST_OK);
    base64url_put(out, text);
    return json_pack("{s:s}", "data_base64url", text);
}

static json_t *enrol(void)
{
    return json_pack("{s:s}", "technician", "technician");
}

/* Twice with one key: the second time nothing is written, the first time one transaction. */
static void once(const char *target, json_t *in, const char *key)
{
    json_incref(in);
    size_t before = commits();
    json_decref(desk_keyed(&d, "POST", target, json_deep_copy(in), key));
    CHECK_INT(d.status, 200);
    CHECK_INT(commits() - before, 1);
    json_t *again = desk_keyed(&d, "POST", target, in, key);
    CHECK_INT(d.status, 200);
    CHECK(json_is_true(json_object_get(again, "replayed")));
    CHECK_INT(commits() - before, 1);
    json_decref(again);
    json_decref(in);
}

static void each_is_one_transaction_with_its_key(void)
{
    begin();
    uint64_t codes = rows(T_CODE_ENROL);
    once("/devices/enrol", enrol(), "enrol-once");
    CHECK_INT(rows(T_CODE_ENROL), codes + 1);
    once("/catalogue", edition(1), "edition-once");
    once(revoke_path(), json_object(), "revoke-once");
    CHECK_INT(rows(T_REVOKED), 1);
    CHECK(hq_device(d.p.hq, device.journal.head.author)->revoked);
    end();
}

/* The disk refuses the commit: nothing is done, neither on disk nor in memory; with room again the
 * same request with the same key does it. */
static void what_cannot_be_committed_is_not_done(void)
{
    begin();
    struct rlimit was, full;
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &was), 0);
    uint64_t entries = rows(T_ENTRY), codes = rows(T_CODE_ENROL), seq = d.p.hq->journal.head.seq;
    full = was;
    full.rlim_cur = 1;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &full);
    json_decref(desk_keyed(&d, "POST", revoke_path(), json_object(), "revoke-full"));
    CHECK(d.status >= 400);
    json_decref(desk_keyed(&d, "POST", "/devices/enrol", enrol(), "enrol-full"));
    CHECK(d.status >= 400);
    setrlimit(RLIMIT_FSIZE, &was);
    signal(SIGXFSZ, SIG_DFL);
    hq_close(&d.p.hq);
    pair_open_hq(&d.p); /* a failed write ends a store: docketd starts again */
    api_free(&d.api);
    struct api_options opt = {.hash_ops = 1};
    PAIR_OK(&d.p, api_new(d.p.hq, &opt, &d.api, &d.p.err));
    desk_login(&d, "administrator");
    CHECK(!hq_device(d.p.hq, device.journal.head.author)->revoked);
    CHECK(rows(T_ENTRY) == entries && rows(T_CODE_ENROL) == codes && rows(T_REVOKED) == 0);
    CHECK_INT(d.p.hq->journal.head.seq, seq);
    once(revoke_path(), json_object(), "revoke-full");
    once("/devices/enrol", enrol(), "enrol-full");
    CHECK(rows(T_REVOKED) == 1 && rows(T_CODE_ENROL) == codes + 1);
    end();
}

/* In memory, too: a batch that is undone revokes nobody. */
static void a_revocation_counts_when_its_batch_is_durable(void)
{
    begin();
    char hex[17];
    json_t *out = NULL;
    hex_put(bytes_of(device.journal.head.author.b, 8), hex);
    json_t *in = json_pack("{s:s}", "author", hex);
    PAIR_OK(&d.p, hq_batch_begin(d.p.hq, &d.p.err));
    PAIR_OK(&d.p, ops_run(d.p.hq, "revoke", in, &out, &d.p.err));
    CHECK(!hq_device(d.p.hq, device.journal.head.author)->revoked);
    PAIR_OK(&d.p, hq_batch_end(d.p.hq, false, &d.p.err));
    CHECK(!hq_device(d.p.hq, device.journal.head.author)->revoked && rows(T_REVOKED) == 0);
    json_decref(out);
    PAIR_OK(&d.p, hq_batch_begin(d.p.hq, &d.p.err));
    PAIR_OK(&d.p, ops_run(d.p.hq, "revoke", in, &out, &d.p.err));
    PAIR_OK(&d.p, hq_batch_end(d.p.hq, true, &d.p.err));
    CHECK(hq_device(d.p.hq, device.journal.head.author)->revoked && rows(T_REVOKED) == 1);
    json_decref(out);
    json_decref(in);
    end();
}

/* A new hash has a salt of its own each time; the write under its key is the same all the same. */
static void a_login_and_a_password_are_set_once(void)
{
    begin();
    json_t *in = json_pack("{s:s,s:s,s:s,s:s}", "login", "fresh", "name", "Fresh", "role", "clerk",
                           "password", DESK_PASSWORD);
    once("/users", in, "login-once");
    in = json_pack("{s:s}", "new_password", DESK_PASSWORD " and more");
    once("/users/fresh/password", in, "password-once");
    json_t *other = json_pack("{s:s}", "new_password", DESK_PASSWORD " or another");
    json_decref(desk_keyed(&d, "POST", "/users/fresh/password", other, "password-once"));
    CHECK_INT(d.status, 409);
    end();
}

static void a_code_and_a_secret_are_said_once(void)
{
    begin();
    json_t *first = desk_keyed(&d, "POST", "/devices/enrol", enrol(), "code-once");
    char code[32];
    snprintf(code, sizeof code, "%s", desk_str(first, "code"));
    CHECK_INT(strlen(code), 16);
    json_decref(first);
    json_decref(desk_keyed(&d, "POST", "/devices/enrol", enrol(), "code-once"));
    CHECK_INT(d.status, 200);
    CHECK(strstr(d.body, "replayed") != NULL && strstr(d.body, code) == NULL &&
          strstr(d.body, "qr") == NULL);
    json_t *in = json_pack("{s:s,s:s,s:s}", "label", "x", "login", "clerk", "scopes", "calls:read");
    json_decref(desk_keyed(&d, "POST", "/tokens", json_incref(in), "token-once"));
    CHECK(strstr(d.body, "dkt_") != NULL);
    json_decref(desk_keyed(&d, "POST", "/tokens", in, "token-once"));
    CHECK(strstr(d.body, "replayed") != NULL && strstr(d.body, "dkt_") == NULL);
    end();
}

/* Every route that an operation stands behind; those that name a record in their address have the
 * same way behind them (api_prepare). */
static void no_write_goes_without_a_key(void)
{
    static const char *const logins[ROLES] = {[ROLE_TECHNICIAN] = "technician",
                                              [ROLE_CLERK] = "clerk",
                                              [ROLE_SUPERVISOR] = "supervisor",
                                              [ROLE_ACCOUNTANT] = "accountant",
                                              [ROLE_PARTS_KEEPER] = "parts",
                                              [ROLE_BRANCH_MANAGER] = "manager",
                                              [ROLE_SERVICE_DEPARTMENT] = "department",
                                              [ROLE_ADMINISTRATOR] = "administrator"};
    size_t n;
    unsigned tried = 0;
    const struct api_route *all = api_routes(&n);
    begin();
    for (size_t i = 0; i < n; i++) {
        char path[64];
        const char *brace = strchr(all[i].path, '{');
        if (all[i].op == NULL || all[i].type != 0) {
            continue;
        }
        for (unsigned role = 1; role < ROLES; role++) {
            if (logins[role] != NULL && (all[i].roles >> role & 1U) != 0) {
                desk_login(&d, logins[role]);
                break;
            }
        }
        snprintf(path, sizeof path, "%.*s%s%s",
                 (int)(brace == NULL ? strlen(all[i].path) : (size_t)(brace - all[i].path)),
                 all[i].path, brace == NULL ? "" : "clerk",
                 brace == NULL ? "" : strchr(brace, '}') + 1);
        json_t *problem = desk_keyed(&d, all[i].method, path, json_object(), "");
        if (d.status != 400 ||
            strcmp(desk_str(problem, "type"), "/problems/idempotency-key") != 0) {
            check_fail(__FILE__, __LINE__, "%s %s: %u", all[i].method, path, d.status);
        }
        json_decref(problem);
        tried++;
    }
    CHECK(tried >= 18);
    end();
}

static void two_programs_of_one_login_have_keys_of_their_own(void)
{
    char secret[2][96];
    begin();
    for (unsigned i = 0; i < 2; i++) {
        json_t *out = desk_ask(&d, "POST", "/tokens",
                               json_pack("{s:s,s:s,s:s}", "label", "x", "login", "clerk", "scopes",
                                         "customers:write"));
        snprintf(secret[i], sizeof secret[i], "%s", desk_str(out, "secret"));
        json_decref(out);
    }
    for (unsigned i = 0; i < 2; i++) {
        d.token = secret[i];
        d.csrf[0] = '\0';
        json_decref(desk_keyed(&d, "POST", "/customers",
                               desk_fields(i == 0 ? "{\"name\":\"A\"}" : "{\"name\":\"B\"}"),
                               "00000001"));
        CHECK_INT(d.status, 200);
    }
    end();
}

static void an_edition_that_stands_already_is_refused_in_words(void)
{
    begin();
    CHECK_INT(desk_do(&d, "POST", "/catalogue", edition(3)), 200);
    json_t *problem = desk_ask(&d, "POST", "/catalogue", edition(3));
    CHECK_INT(d.status, 409);
    CHECK_STR(desk_str(problem, "type"), "/problems/exists");
    json_decref(problem);
    end();
}

int main(void)
{
    RUN(a_login_and_a_password_are_set_once);
    RUN(a_code_and_a_secret_are_said_once);
    RUN(no_write_goes_without_a_key);
    RUN(two_programs_of_one_login_have_keys_of_their_own);
    RUN(an_edition_that_stands_already_is_refused_in_words);
    RUN(each_is_one_transaction_with_its_key);
    RUN(what_cannot_be_committed_is_not_done);
    RUN(a_revocation_counts_when_its_batch_is_durable);
    CHECK_END();
}

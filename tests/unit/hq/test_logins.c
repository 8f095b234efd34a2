/* test_logins.c - the history of a login and of a token: each step is an entry of headquarters, by
 * whom it was; no device hears of it, and neither a name nor a secret stands in it. */
#include "core/store/rebuild.h"
#include "sync/hq/acct.h"
#include "tests/unit/hq/desk.h"
#include "tests/unit/hq/put_back.h"

static struct desk d;

/* One step of a history: its kind, and whose login did it. */
static void step_is(const json_t *past, size_t i, const char *kind, const char *actor)
{
    const json_t *step = json_array_get(json_object_get(past, "steps"), i);
    CHECK_STR(desk_str(step, "kind"), kind);
    CHECK_STR(desk_str(json_object_get(step, "actor"), "code"), actor);
    CHECK_STR(desk_str(step, "role"), actor); /* the desk's logins are called as their roles */
    CHECK(json_integer_value(json_object_get(step, "wall_ms")) > 0);
}

static size_t steps(const json_t *past)
{
    return json_array_size(json_object_get(past, "steps"));
}

static void password(const char *login, const char *new_password)
{
    char path[64];
    snprintf(path, sizeof path, "/users/%s/password", login);
    CHECK_INT(desk_do(&d, "POST", path, json_pack("{s:s}", "new_password", new_password)), 200);
}

static void what_was_done_with_a_login_is_told_whole(void)
{
    desk_begin(&d);
    desk_login(&d, "clerk");
    CHECK_INT(desk_do(&d, "POST", "/session/password",
                      json_pack("{s:s,s:s}", "password", DESK_PASSWORD, "new_password",
                                "one of his very own")),
              200);
    json_t *mine = json_loads(d.body, 0, NULL);
    snprintf(d.csrf, sizeof d.csrf, "%s", desk_str(mine, "csrf"));
    json_decref(mine);
    CHECK_INT(desk_do(&d, "DELETE", "/sessions", NULL), 200);
    desk_login(&d, "clerk");
    CHECK_INT(desk_do(&d, "GET", "/users/clerk/history", NULL), 403); /* not his to read */
    desk_login(&d, "administrator");
    CHECK_INT(desk_do(&d, "POST", "/users/clerk/disable", json_object()), 200);
    CHECK_INT(desk_do(&d, "POST", "/users/clerk/enable", json_object()), 200);
    password("clerk", "a new one, longer");
    CHECK_INT(desk_do(&d, "DELETE", "/users/clerk/sessions", NULL), 200);
    json_t *past = desk_get(&d, "/users/clerk/history");
    CHECK_INT(d.status, 200);
    CHECK_INT(steps(past), 7);
    CHECK_STR(desk_str(json_array_get(json_object_get(past, "steps"), 0), "kind"), "login.made");
    step_is(past, 1, "login.password", "clerk");
    step_is(past, 2, "login.sessions", "clerk");
    step_is(past, 3, "login.shut", "administrator");
    step_is(past, 4, "login.opened", "administrator");
    step_is(past, 5, "login.password", "administrator");
    step_is(past, 6, "login.sessions", "administrator");
    CHECK_INT(strlen(desk_str(json_array_get(json_object_get(past, "steps"), 6), "entry")), 64);
    CHECK_STR(desk_str(json_array_get(json_object_get(past, "entries"), 0), "kind"), "record.set");
    json_decref(past);
    CHECK_INT(desk_do(&d, "GET", "/users/nobody/history", NULL), 404);
    CHECK_INT(desk_do(&d, "DELETE", "/users/nobody/sessions", NULL), 404);
    for (unsigned i = 0; i < 100; i++) {
        CHECK_INT(desk_do(&d, "POST", "/users/clerk/enable", json_object()), 200);
    }
    past = desk_get(&d, "/users/clerk/history"); /* all of it */
    CHECK_INT(steps(past), 107);
    step_is(past, 1, "login.password", "clerk");
    step_is(past, 106, "login.opened", "administrator");
    json_decref(past);
    desk_end(&d);
}

static void sessions_that_somebody_else_ends_are_over(void)
{
    char cookie[96];
    desk_begin(&d);
    desk_login(&d, "clerk");
    memcpy(cookie, d.cookie, sizeof cookie);
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200);
    /* As docketctl would, beside a docketd that keeps its sessions in memory. */
    json_decref(desk_op(&d, "user.sessions", json_pack("{s:s}", "login", "clerk")));
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 401);
    d.p.ms += 1000;
    desk_login(&d, "clerk");
    CHECK_INT(desk_do(&d, "GET", "/session", NULL), 200); /* the login itself is open */
    desk_login(&d, "administrator");
    json_t *past = desk_get(&d, "/users/clerk/history");
    CHECK_INT(steps(past), 2);
    CHECK_STR(desk_str(json_array_get(json_object_get(past, "steps"), 1), "kind"),
              "login.sessions");
    json_decref(past);
    desk_end(&d);
}

static json_t *make_token(void)
{
    desk_login(&d, "administrator");
    json_t *made = desk_ask(&d, "POST", "/tokens",
                            json_pack("{s:s,s:s,s:s}", "label", "the accounts program", "login",
                                      "clerk", "scopes", "calls:read,customers:read"));
    CHECK_INT(d.status, 200);
    return made;
}

static void a_tokens_history_is_told_after_its_end_too(void)
{
    char past_of[64], end[64];
    desk_begin(&d);
    json_t *made = make_token();
    snprintf(past_of, sizeof past_of, "/tokens/%s/history", desk_str(made, "id"));
    snprintf(end, sizeof end, "/tokens/%s", desk_str(made, "id"));
    CHECK_INT(desk_do(&d, "DELETE", end, NULL), 200);
    CHECK_INT(desk_do(&d, "DELETE", end, NULL), 404); /* once */
    json_t *past = desk_get(&d, past_of);
    CHECK_INT(steps(past), 2);
    step_is(past, 0, "token.made", "administrator");
    step_is(past, 1, "token.ended", "administrator");
    const json_t *first = json_array_get(json_object_get(past, "steps"), 0);
    CHECK_STR(desk_str(first, "scopes"), "calls:read,customers:read");
    CHECK(json_integer_value(json_object_get(first, "until_ms")) > d.p.ms);
    json_decref(past);
    json_t *page = desk_get(&d, "/registers/tokens?state=ended");
    CHECK_INT(json_array_size(json_object_get(page, "rows")), 1);
    json_decref(page);
    page = desk_get(&d, "/registers/tokens?state=active");
    CHECK_INT(json_array_size(json_object_get(page, "rows")), 0);
    json_decref(page);
    CHECK_INT(desk_do(&d, "GET", "/tokens/0123456789abcdef/history", NULL), 404);
    d.token = desk_str(made, "secret");
    CHECK_INT(desk_do(&d, "GET", "/registers/calls", NULL), 401);
    d.token = NULL;
    json_decref(made);
    desk_end(&d);
}

static bool holds(bytes all, bytes part)
{
    for (size_t i = 0; i + part.n <= all.n; i++) {
        if (memcmp(all.p + i, part.p, part.n) == 0) {
            return true;
        }
    }
    return false;
}

/* Every entry of the journal of this kind: how many; none holds any of `words`. */
static unsigned entries_without(unsigned kind, const bytes *words, size_t n)
{
    static uint8_t room[1 << 16];
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    unsigned found = 0;
    bytes key;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, store_scan(t, T_HASH, (bytes){0}, (bytes){0}, &c, &d.p.err));
    while (store_next(c, &key) == ST_OK) {
        struct arena a = arena_of(room, sizeof room);
        struct entry_view e;
        h32 hash;
        memcpy(hash.b, key.p, sizeof hash.b);
        if (key.n != sizeof hash.b || journal_get(t, hash, &a, &e, NULL) != ST_OK ||
            e.kind != kind) {
            continue;
        }
        found++;
        CHECK_INT(e.natt, 0);
        for (size_t i = 0; i < n; i++) {
            CHECK(!holds(e.whole, words[i]));
        }
    }
    store_scan_end(&c);
    store_abort(&t);
    return found;
}

static void neither_a_name_nor_a_secret_stands_in_the_journal(void)
{
    desk_begin(&d);
    json_t *made = make_token();
    const char *secret = desk_str(made, "secret");
    uint8_t raw[ACCT_TOKEN_BYTES], hash[32];
    CHECK(hex_get((str){secret + 21, 64}, raw, sizeof raw));
    crypto_generichash(hash, sizeof hash, raw, sizeof raw, NULL, 0);
    password("clerk", "a new one, longer");
#define WORD(s) str_bytes(str_c(s))
    const bytes words[] = {WORD("clerk"),          WORD("administrator"), WORD("accounts"),
                           WORD("a new one"),      WORD("argon2id"),      WORD(secret + 21),
                           WORD(desk_hash() + 31), bytes_of(raw, 16),     bytes_of(hash, 16)};
#undef WORD
    CHECK(holds(str_bytes(S("two words")), str_bytes(S("word"))));
    CHECK(entries_without(KIND_ACCESS, words, sizeof words / sizeof words[0]) >= 13);
    json_decref(made);
    desk_end(&d);
}

static id16 subject_of(const char *login)
{
    struct store_txn *t = NULL;
    struct acct_user u;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, acct_get(t, login, hq_arena(d.p.hq), &u, &d.p.err));
    store_abort(&t);
    CHECK(!id16_zero(u.subject) && !id16_eq(u.subject, u.person));
    return u.subject;
}

static uint64_t outbox(const struct pair_device *dev)
{
    struct store_txn *t = NULL;
    id16 subject = subject_of("technician");
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    uint64_t last = hq_out_last(t, dev->journal.head.author);
    CHECK(!hq_scope_has(t, dev->journal.head.author, subject));
    store_abort(&t);
    return last;
}

/* The handheld of the very person whose password it is, and a headquarters that gives it all. */
static void no_device_hears_of_it(void)
{
    struct pair_device dev;
    struct exchange_result r;
    id16 who;
    desk_begin(&d);
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, S("technician"), &who, &d.p.err));
    pair_join(&d.p, &dev, who, "D1");
    pair_sync(&d.p, &dev, &r);
    uint64_t before = outbox(&dev);
    desk_login(&d, "administrator");
    password("technician", "a new one, longer");
    json_decref(make_token());
    CHECK_INT(outbox(&dev), before);
    pair_sync(&d.p, &dev, &r);
    struct pair_device second;
    pair_join(&d.p, &second, who, "D2"); /* who joins later is given the person's record alone */
    pair_sync(&d.p, &second, &r);
    uint64_t held = outbox(&second);
    CHECK(held > 0);
    h32 *all = calloc(64, sizeof *all);
    struct store_txn *t = NULL;
    unsigned n = 64;
    uint64_t last;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, hq_out_after(t, second.journal.head.author, 0, all, &n, &last, &d.p.err));
    for (unsigned i = 0; i < n; i++) {
        uint8_t room[2 * CAP_ENTRY_BYTES];
        struct arena a = arena_of(room, sizeof room);
        struct entry_view e;
        PAIR_OK(&d.p, journal_get(t, all[i], &a, &e, &d.p.err));
        CHECK(e.kind != KIND_ACCESS);
    }
    store_abort(&t);
    free(all);
    pair_leave(&second);
    pair_leave(&dev);
    desk_end(&d);
}

/* Whoever finds out a login's subject, and says from a handheld that he acts for headquarters. */
static void what_a_device_says_of_a_login_has_no_effect(void)
{
    struct pair_device dev;
    struct exchange_result r;
    struct subject_state s;
    uint8_t body[CAP_BODY_BYTES];
    id16 who;
    h32 hash;
    desk_begin(&d);
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, S("technician"), &who, &d.p.err));
    pair_join(&d.p, &dev, who, "D1");
    union body b = {.access = {.step = ACCESS_OPENED, .person = who}};
    struct append what = {.kind = KIND_ACCESS,
                          .subject_type = SUBJECT_ACCESS,
                          .subject = subject_of("clerk"),
                          .actor = who,
                          .actor_role = ROLE_ADMINISTRATOR};
    struct now now = pair_now(&d.p);
    PAIR_OK(&d.p, body_encode(what.kind, &b, body, sizeof body, &what.body));
    PAIR_OK(&d.p, journal_append(&dev.journal, &what, &now, &hash, &d.p.err));
    pair_sync(&d.p, &dev, &r);
    CHECK(put_back_has(&d.p, d.p.hq->store, hash)); /* kept, as evidence of who said it */
    desk_login(&d, "administrator");
    json_t *past = desk_get(&d, "/users/clerk/history");
    CHECK_INT(steps(past), 1);
    json_decref(past);
    struct store_txn *t = NULL;
    struct arena a = hq_arena(d.p.hq);
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, fold_load(t, what.subject, &a, &s, NULL, &d.p.err));
    CHECK_INT(s.nrequests, 1);
    CHECK_INT(s.nentries, 2);
    store_abort(&t);
    pair_leave(&dev);
    desk_end(&d);
}

/* A store of before such steps were entries: the last of them lie beside the login in T_META. */
static void an_older_history_is_told_before_the_entries(void)
{
    char key[ACCT_KEY_BYTES], row[128], hex[33];
    struct store_txn *t = NULL;
    desk_begin(&d);
    hex_put(bytes_of(d.p.hq->admin.b, 16), hex);
    snprintf(row, sizeof row, "[[1770000000000,1,\"%s\",9],[1770000001000,3,\"%s\",9]]", hex, hex);
    PAIR_OK(&d.p, store_write(d.p.hq->store, &t, &d.p.err));
    bytes k = acct_key(t, "hq/login-log/", "clerk", key);
    PAIR_OK(&d.p, store_put(t, T_META, k, str_bytes(str_c(row)), &d.p.err));
    struct acct_user u; /* its row had no subject either */
    PAIR_OK(&d.p, acct_get(t, "clerk", hq_arena(d.p.hq), &u, &d.p.err));
    memset(&u.subject, 0, sizeof u.subject);
    PAIR_OK(&d.p, acct_put(t, &u, &d.p.err));
    PAIR_OK(&d.p, store_commit(&t, &d.p.err));
    desk_login(&d, "administrator");
    json_t *past = desk_get(&d, "/users/clerk/history");
    CHECK_INT(steps(past), 2);
    json_decref(past);
    CHECK_INT(desk_do(&d, "POST", "/users/clerk/enable", json_object()), 200);
    past = desk_get(&d, "/users/clerk/history");
    CHECK_INT(steps(past), 3);
    const json_t *first = json_array_get(json_object_get(past, "steps"), 0);
    CHECK_STR(desk_str(first, "kind"), "login.made");
    CHECK_INT(json_integer_value(json_object_get(first, "wall_ms")), 1770000000000LL);
    CHECK_STR(desk_str(json_array_get(json_object_get(past, "steps"), 1), "kind"), "login.shut");
    step_is(past, 2, "login.opened", "administrator");
    json_decref(past);
    desk_end(&d);
}

static void they_are_rebuilt_to_the_same_bytes(void)
{
    static const char *const paths[] = {"/users/clerk/history", "/registers/users",
                                        "/registers/tokens", "", ""};
    char past_of[64], *before[4];
    struct store_rebuild_totals totals;
    desk_begin(&d);
    json_t *made = make_token();
    snprintf(past_of, sizeof past_of, "/tokens/%s/history", desk_str(made, "id"));
    json_decref(made);
    password("clerk", "a new one, longer");
    for (size_t i = 0; i < 4; i++) {
        CHECK_INT(desk_do(&d, "GET", i < 3 ? paths[i] : past_of, NULL), 200);
        before[i] = strdup(d.body);
    }
    PAIR_OK(&d.p, store_rebuild(d.p.hq->store, hq_arena(d.p.hq), &totals, &d.p.err));
    for (size_t i = 0; i < 4; i++) {
        CHECK_INT(desk_do(&d, "GET", i < 3 ? paths[i] : past_of, NULL), 200);
        CHECK_STR(d.body, before[i]);
        free(before[i]);
    }
    desk_end(&d);
}

int main(void)
{
    RUN(what_was_done_with_a_login_is_told_whole);
    RUN(sessions_that_somebody_else_ends_are_over);
    RUN(a_tokens_history_is_told_after_its_end_too);
    RUN(neither_a_name_nor_a_secret_stands_in_the_journal);
    RUN(no_device_hears_of_it);
    RUN(what_a_device_says_of_a_login_has_no_effect);
    RUN(an_older_history_is_told_before_the_entries);
    RUN(they_are_rebuilt_to_the_same_bytes);
    CHECK_END();
}

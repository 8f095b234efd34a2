/* test_logins.c - the history of a login: what was done with it, and by whom. */
#include "sync/hq/acct.h"
#include "tests/unit/hq/desk.h"

static struct desk d;

/* One step of a login's history: its kind, and whose login did it. */
static void step_is(const json_t *past, size_t i, const char *kind, const char *actor)
{
    const json_t *step = json_array_get(json_object_get(past, "steps"), i);
    CHECK_STR(desk_str(step, "kind"), kind);
    CHECK_STR(desk_str(json_object_get(step, "actor"), "code"), actor);
    CHECK_STR(desk_str(step, "role"), actor); /* the desk's logins are called as their roles */
    CHECK(json_integer_value(json_object_get(step, "wall_ms")) > 0);
}

static void what_was_done_with_a_login_is_told(void)
{
    desk_begin(&d);
    desk_login(&d, "clerk");
    CHECK_INT(desk_do(&d, "POST", "/session/password",
                      json_pack("{s:s,s:s}", "password", DESK_PASSWORD, "new_password",
                                "one of his very own")),
              200);
    CHECK_INT(desk_do(&d, "GET", "/users/clerk/history", NULL), 403); /* not his to read */
    desk_login(&d, "administrator");
    CHECK_INT(desk_do(&d, "POST", "/users/clerk/disable", json_object()), 200);
    CHECK_INT(desk_do(&d, "POST", "/users/clerk/enable", json_object()), 200);
    CHECK_INT(desk_do(&d, "POST", "/users/clerk/password",
                      json_pack("{s:s}", "new_password", "a new one, longer")),
              200);
    json_t *past = desk_get(&d, "/users/clerk/history");
    CHECK_INT(d.status, 200);
    CHECK_INT(json_array_size(json_object_get(past, "steps")), 5);
    CHECK_STR(desk_str(json_array_get(json_object_get(past, "steps"), 0), "kind"), "login.made");
    step_is(past, 1, "login.password", "clerk");
    step_is(past, 2, "login.shut", "administrator");
    step_is(past, 3, "login.opened", "administrator");
    step_is(past, 4, "login.password", "administrator");
    CHECK_STR(desk_str(json_array_get(json_object_get(past, "entries"), 0), "kind"), "record.set");
    json_decref(past);
    CHECK_INT(desk_do(&d, "GET", "/users/nobody/history", NULL), 404);
    for (unsigned i = 0; i < ACCT_LOG_MAX + 3; i++) {
        CHECK_INT(desk_do(&d, "POST", "/users/clerk/enable", json_object()), 200);
    }
    past = desk_get(&d, "/users/clerk/history"); /* the newest stay */
    CHECK_INT(json_array_size(json_object_get(past, "steps")), ACCT_LOG_MAX);
    step_is(past, 0, "login.opened", "administrator");
    json_decref(past);
    desk_end(&d);
}

int main(void)
{
    RUN(what_was_done_with_a_login_is_told);
    CHECK_END();
}

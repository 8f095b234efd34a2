/* cmd_user.c - docketctl user add|list|password|disable|enable|sessions: logins of headquarters'
 * console. */
#include <sodium.h>
#include <string.h>

#include "sync/ctl/commands.h"
#include "sync/ctl/ctl.h"
#include "sync/ctl/ctl_view.h"
#include "sync/hq/acct.h"

struct user_options {
    const char *store, *keys, *login, *person, *name, *role, *branch, *fd;
    bool json;
};

static void put(json_t *o, const char *key, const char *value)
{
    if (value != NULL) {
        json_object_set_new(o, key, json_string(value));
    }
}

/* The password from the descriptor or the terminal, hashed here: it goes nowhere else. A login's
 * own memory cost is the usual one. */
static enum st hashed(const struct user_options *o, json_t *in, struct err *err)
{
    char *password = NULL, hash[ACCT_HASH_BYTES];
    enum st st = ctl_secret(o->fd, "Password", ACCT_PASSWORD_BYTES, &password, err);
    if (st == ST_BAD_INPUT) {
        st = err_set(err, st, 0, __func__,
                     "no password: give it on the terminal, or by --password-fd N (%d to %d "
                     "characters)",
                     ACCT_PASSWORD_MIN, ACCT_PASSWORD_MAX);
    }
    if (st == ST_OK) {
        st = acct_hash(o->login, str_c(password), 0, hash, err);
    }
    if (password != NULL) {
        sodium_free(password);
    }
    if (st == ST_OK) {
        json_object_set_new(in, "hash", json_string(hash));
    }
    return st;
}

static int run(const struct user_options *o, const char *op, json_t *in, const char *done)
{
    struct err err = {0};
    json_t *out;
    if (ctl_call(o->store, o->keys, op, in, &out, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    if (o->json) {
        return ctl_print(out);
    }
    printf("%s %s\n", o->login, done);
    json_decref(out);
    return CTL_OK;
}

static int add(const struct user_options *o)
{
    struct err err = {0};
    json_t *in = json_object();
    put(in, "login", o->login);
    put(in, "person", o->person);
    put(in, "name", o->name);
    if (o->branch != NULL) {
        json_object_set_new(in, "branch", ctl_json_branch(str_c(o->branch)));
    }
    if (o->name != NULL && (o->role == NULL || ops_role(str_c(o->role)) == ROLE_NONE)) {
        json_decref(in);
        return ctl_failf("a new person needs --role, one of the roles of the company");
    }
    if (o->role != NULL) {
        json_object_set_new(in, "role", json_integer((json_int_t)ops_role(str_c(o->role))));
    }
    if (hashed(o, in, &err) != ST_OK) {
        json_decref(in);
        return ctl_fail(&err);
    }
    return run(o, "user.add", in, "added");
}

static int password(const struct user_options *o)
{
    struct err err = {0};
    json_t *in = json_pack("{s:s}", "login", o->login);
    if (hashed(o, in, &err) != ST_OK) {
        json_decref(in);
        return ctl_fail(&err);
    }
    return run(o, "user.password", in, "has a new password");
}

static int list(const struct user_options *o)
{
    struct err err = {0};
    json_t *out, *one;
    size_t i;
    if (ctl_call(o->store, o->keys, "user.list", json_object(), &out, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    if (o->json) {
        return ctl_print(json_incref(json_object_get(out, "users")));
    }
    json_array_foreach(json_object_get(out, "users"), i, one)
    {
        const char *branch = json_string_value(json_object_get(one, "branch"));
        printf("%s\t%s\t%s%s\n", json_string_value(json_object_get(one, "login")),
               json_string_value(json_object_get(one, "role")), branch == NULL ? "" : branch,
               json_is_true(json_object_get(one, "disabled")) ? "\tdisabled" : "");
    }
    json_decref(out);
    return CTL_OK;
}

int ctl_cmd_user(int argc, char **argv)
{
    struct user_options o = {0};
    const struct ctl_opt opts[] = {
        {"store", &o.store, NULL, true},    {"keys", &o.keys, NULL, false},
        {"login", &o.login, NULL, false},   {"person", &o.person, NULL, false},
        {"name", &o.name, NULL, false},     {"role", &o.role, NULL, false},
        {"branch", &o.branch, NULL, false}, {"password-fd", &o.fd, NULL, false},
        {"json", NULL, &o.json, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 1) {
        return ctl_usage(argv[0]);
    }
    const char *what = argv[1];
    if (strcmp(what, "list") == 0) {
        return list(&o);
    }
    if (o.login == NULL) {
        return ctl_usage(argv[0]);
    }
    if (strcmp(what, "add") == 0) {
        return add(&o);
    }
    if (strcmp(what, "password") == 0) {
        return password(&o);
    }
    if (strcmp(what, "disable") == 0) {
        return run(&o, "user.disable", json_pack("{s:s}", "login", o.login), "is shut");
    }
    if (strcmp(what, "enable") == 0) {
        return run(&o, "user.enable", json_pack("{s:s}", "login", o.login), "is open again");
    }
    if (strcmp(what, "sessions") == 0) {
        return run(&o, "user.sessions", json_pack("{s:s}", "login", o.login), "is logged out");
    }
    return ctl_usage(argv[0]);
}

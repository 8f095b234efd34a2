/* cmd_people.c - docketctl technician, enrol, assign, revoke, cash, status: operations of
 * headquarters by their names (sync/hq/ops.h), where the store is. */
#include <stdlib.h>
#include <string.h>

#include "sync/carrier/file.h"
#include "sync/ctl/csv_value.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl_view.h"

static void put(json_t *o, const char *key, const char *value)
{
    if (value != NULL) {
        json_object_set_new(o, key, json_string(value));
    }
}

static const char *text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s == NULL ? "" : s;
}

int ctl_cmd_technician(int argc, char **argv)
{
    const char *store = NULL, *keys = NULL, *id = NULL, *name = NULL, *role = "technician";
    const char *branch = NULL, *phone = NULL;
    bool json = false;
    const struct ctl_opt opts[] = {{"store", &store, NULL, true},  {"keys", &keys, NULL, false},
                                   {"id", &id, NULL, true},        {"name", &name, NULL, true},
                                   {"role", &role, NULL, false},   {"branch", &branch, NULL, false},
                                   {"phone", &phone, NULL, false}, {"json", NULL, &json, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    if (ops_role(str_c(role)) == ROLE_NONE) {
        return ctl_failf("there is no role \"%s\"", role);
    }
    json_t *fields = json_object();
    put(fields, "name", name);
    put(fields, "phone", phone);
    if (branch != NULL) {
        json_object_set_new(fields, "branch", ctl_json_branch(str_c(branch)));
    }
    json_object_set_new(fields, "role", json_integer((json_int_t)ops_role(str_c(role))));
    json_t *in = json_pack("{s:s, s:s, s:o}", "type", "technician", "code", id, "fields", fields);
    json_t *out;
    if (ctl_call(store, keys, "record.set", in, &out, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    if (json) {
        return ctl_print(out);
    }
    printf("%s %s\n", id,
           json_is_true(json_object_get(out, "created"))     ? "added"
           : json_is_true(json_object_get(out, "unchanged")) ? "is so already"
                                                             : "changed");
    json_decref(out);
    return CTL_OK;
}

/* The trust documents for a joining by file. */
static enum st write_trust(const char *store, const char *keys, const char *file, struct err *err)
{
    struct ctl_store s;
    struct ctl_open how = {.dir = store, .keys = keys};
    enum st st = ctl_store_open(&how, &s, err);
    if (st != ST_OK) {
        return st;
    }
    struct arena a = arena_of(s.scratch, CAP_SCRATCH_BYTES);
    struct store_txn *t = NULL;
    bytes doc;
    st = store_read(s.store, &t, err);
    if (st == ST_OK) {
        st = trust_store_chain(t, 0, &a, &doc, err);
        store_abort(&t);
    }
    if (st == ST_OK) {
        st = file_write(file, doc, 0644, err);
    }
    ctl_store_close(&s);
    return st;
}

static int give_code(int argc, char **argv, const char *for_key, const char *for_opt)
{
    const char *store = NULL, *keys = NULL, *who = NULL, *minutes = NULL, *file = NULL;
    bool json = false;
    const struct ctl_opt opts[] = {
        {"store", &store, NULL, true}, {"keys", &keys, NULL, false},
        {for_opt, &who, NULL, true},   {"minutes", &minutes, NULL, false},
        {"file", &file, NULL, false},  {"json", NULL, &json, false}};
    int npos;
    int64_t n = 0;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0 ||
        (minutes != NULL && !ctl_number(minutes, "minutes", 0, 10080, &n))) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    if (file != NULL && write_trust(store, keys, file, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    json_t *in = json_object();
    put(in, for_key, who);
    if (minutes != NULL) {
        json_object_set_new(in, "minutes", json_integer(n));
    }
    if (file != NULL) {
        json_object_set_new(in, "by_file", json_true());
    }
    json_t *out;
    if (ctl_call(store, keys, "enrol", in, &out, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    if (json) {
        return ctl_print(out);
    }
    char until[32];
    printf("%s\n", text(out, "code"));
    fprintf(stderr, "for %s %s, once, until %s\n",
            for_key == for_opt ? "one device of" : "the forgotten PIN of device", who,
            ctl_time(json_integer_value(json_object_get(out, "until_ms")), until));
    json_decref(out);
    return CTL_OK;
}

int ctl_cmd_enrol(int argc, char **argv)
{
    static const char technician[] = "technician";
    return give_code(argc, argv, technician, technician);
}

int ctl_recover_code(int argc, char **argv)
{
    return give_code(argc, argv, "recover", "device");
}

int ctl_cmd_assign(int argc, char **argv)
{
    const char *store = NULL, *keys = NULL, *job = NULL, *who = NULL, *actor = NULL;
    const struct ctl_opt opts[] = {{"store", &store, NULL, true},
                                   {"keys", &keys, NULL, false},
                                   {"job", &job, NULL, true},
                                   {"technician", &who, NULL, false},
                                   {"actor", &actor, NULL, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    json_t *in = json_object();
    put(in, "job", job);
    put(in, "technician", who == NULL ? "" : who);
    put(in, "actor", actor);
    json_t *out;
    if (ctl_call(store, keys, "assign", in, &out, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    printf("job %s is %s%s\n", job, who == NULL ? "nobody's" : "with ", who == NULL ? "" : who);
    json_decref(out);
    return CTL_OK;
}

/* As log prints it: 2026-11-21T10:46:00Z. */
static bool since(const char *text_or_null, int64_t *ms)
{
    struct csv_when w;
    if (text_or_null == NULL) {
        *ms = 0;
        return true;
    }
    str s = str_c(text_or_null);
    if (!csv_value_when("yyyy-mm-ddTHH:MM:SSZ", s, &w) &&
        !csv_value_when("yyyy-mm-ddTHH:MMZ", s, &w)) {
        return false;
    }
    *ms = ((int64_t)w.day * 86400 + w.minutes * 60 + w.seconds) * 1000;
    return true;
}

int ctl_cmd_revoke(int argc, char **argv)
{
    const char *store = NULL, *keys = NULL, *device = NULL, *actor = NULL, *lost = NULL;
    const struct ctl_opt opts[] = {{"store", &store, NULL, true},
                                   {"keys", &keys, NULL, false},
                                   {"device", &device, NULL, true},
                                   {"since", &lost, NULL, false},
                                   {"actor", &actor, NULL, false}};
    int npos;
    int64_t ms;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0) {
        return ctl_usage(argv[0]);
    }
    if (!since(lost, &ms)) {
        return ctl_failf("--since is a time in UTC such as 2026-11-21T10:46:00Z, not \"%.40s\"",
                         lost);
    }
    struct err err = {0};
    json_t *in = json_object();
    put(in, "author", device);
    put(in, "actor", actor);
    if (lost != NULL) {
        json_object_set_new(in, "since_ms", json_integer(ms));
    }
    json_t *out;
    if (ctl_call(store, keys, "revoke", in, &out, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    if (lost == NULL) {
        printf("device %s is revoked; what it sent so far stands\n", device);
    } else {
        printf("device %s is revoked; what headquarters had of it by %s stands, %lld entries that "
               "came after are set aside: docketctl admit lists them\n",
               device, lost, (long long)json_integer_value(json_object_get(out, "set_aside")));
    }
    json_decref(out);
    return CTL_OK;
}

int ctl_cmd_cash(int argc, char **argv)
{
    const char *store = NULL, *keys = NULL, *job = NULL, *amount = NULL, *actor = NULL;
    const struct ctl_opt opts[] = {{"store", &store, NULL, true},
                                   {"keys", &keys, NULL, false},
                                   {"job", &job, NULL, true},
                                   {"amount", &amount, NULL, true},
                                   {"actor", &actor, NULL, false}};
    int npos;
    int64_t minor;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0) {
        return ctl_usage(argv[0]);
    }
    if (!csv_value_money(str_c(amount), &minor) || minor <= 0) {
        return ctl_failf("--amount is money such as 380.00, not \"%s\"", amount);
    }
    struct err err = {0};
    json_t *in = json_object();
    put(in, "job", job);
    put(in, "actor", actor);
    json_object_set_new(in, "amount", json_integer(minor));
    json_t *out;
    if (ctl_call(store, keys, "cash.accept", in, &out, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    printf("cash of %s accepted for job %s\n", amount, job);
    json_decref(out);
    return CTL_OK;
}

int ctl_cmd_status(int argc, char **argv)
{
    const char *store = NULL, *keys = NULL;
    bool json = false;
    const struct ctl_opt opts[] = {
        {"store", &store, NULL, true}, {"keys", &keys, NULL, false}, {"json", NULL, &json, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    json_t *out;
    if (ctl_call(store, keys, "status", json_object(), &out, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    return ctl_print(out);
}

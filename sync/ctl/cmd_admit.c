/* cmd_admit.c - docketctl admit, reinstate: what was cut off or cancelled counts again. */
#include <stdlib.h>
#include <string.h>

#include "sync/ctl/commands.h"
#include "sync/ctl/ctl_view.h"

static const char *text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s == NULL ? "" : s;
}

static void print_late(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        char when[32];
        printf("%s  %s  %s  %s %s  %s  %s\n", text(v, "entry"), text(v, "author"), text(v, "kind"),
               text(v, "type"), text(v, "subject"),
               ctl_time(json_integer_value(json_object_get(v, "claimed_ms")), when),
               text(v, "why"));
    }
    if (json_array_size(list) == 0) {
        printf("nothing lies beyond a revocation\n");
    }
}

#define AT_ONCE 256 /* what one call admits at most */

struct admitting {
    const char *store, *keys, *actor, *role, *device, *why;
};

/* Why it counts, as the entry says it: op_admit.c. 0: no such word. */
static int reason_of(const char *word)
{
    static const char *const words[] = {"technician", "customer", "found", "other"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(word, words[i]) == 0) {
            return i + 1;
        }
    }
    return 0;
}

static json_t *asked(const struct admitting *a)
{
    json_t *in = json_object();
    const struct {
        const char *key, *value;
    } all[] = {{"actor", a->actor}, {"role", a->role}, {"author", a->device}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].value != NULL) {
            json_object_set_new(in, all[i].key, json_string(all[i].value));
        }
    }
    return in;
}

static enum st list_late(const struct admitting *a, json_t **out, struct err *err)
{
    return ctl_call(a->store, a->keys, "admit", asked(a), out, err);
}

/* `entries` is taken. */
static enum st admit_named(const struct admitting *a, json_t *entries, json_t **out,
                           struct err *err)
{
    json_t *in = asked(a);
    json_object_set_new(in, "entries", entries);
    json_object_set_new(in, "reason", json_integer(reason_of(a->why == NULL ? "other" : a->why)));
    return ctl_call(a->store, a->keys, "admit", in, out, err);
}

/* As long as the list has any, some at a time: each call is whole or not done. */
static enum st admit_all(const struct admitting *a, json_t **out, struct err *err)
{
    json_int_t n = 0, written = 0;
    enum st st = ST_OK;
    while (st == ST_OK) {
        json_t *late, *done, *entries = json_array();
        st = list_late(a, &late, err);
        const json_t *list = st == ST_OK ? json_object_get(late, "late") : NULL;
        for (size_t i = 0; i < json_array_size(list) && i < AT_ONCE; i++) {
            json_array_append(entries, json_object_get(json_array_get(list, i), "entry"));
        }
        json_decref(late);
        if (json_array_size(entries) == 0) {
            json_decref(entries);
            break;
        }
        st = admit_named(a, entries, &done, err);
        if (st == ST_OK) {
            n += json_integer_value(json_object_get(done, "admitted"));
            written += json_integer_value(json_object_get(done, "entries"));
            json_decref(done);
        }
    }
    *out = st == ST_OK ? json_pack("{s:I,s:I}", "admitted", n, "entries", written) : NULL;
    return st;
}

int ctl_cmd_admit(int argc, char **argv)
{
    struct admitting a = {.store = NULL};
    bool json = false, all = false;
    const struct ctl_opt opts[] = {
        {"store", &a.store, NULL, true},    {"keys", &a.keys, NULL, false},
        {"actor", &a.actor, NULL, false},   {"role", &a.role, NULL, false},
        {"device", &a.device, NULL, false}, {"all", NULL, &all, false},
        {"reason", &a.why, NULL, false},    {"json", NULL, &json, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || (npos > 0 && all) ||
        (a.why != NULL && reason_of(a.why) == 0)) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    json_t *out = NULL, *entries = json_array();
    for (int i = 1; i <= npos; i++) {
        json_array_append_new(entries, json_string(argv[i]));
    }
    enum st st = all        ? admit_all(&a, &out, &err)
                 : npos > 0 ? admit_named(&a, json_incref(entries), &out, &err)
                            : list_late(&a, &out, &err);
    json_decref(entries);
    if (st != ST_OK) {
        return ctl_fail(&err);
    }
    if (json) {
        return ctl_print(out);
    }
    if (!all && npos == 0) {
        print_late(json_object_get(out, "late"));
    } else {
        printf("%d admitted: they count from now on, and go to whoever holds their subject\n",
               (int)json_integer_value(json_object_get(out, "admitted")));
    }
    json_decref(out);
    return CTL_OK;
}

int ctl_cmd_reinstate(int argc, char **argv)
{
    const char *store = NULL, *keys = NULL, *job = NULL, *actor = NULL;
    const struct ctl_opt opts[] = {{"store", &store, NULL, true},
                                   {"keys", &keys, NULL, false},
                                   {"job", &job, NULL, true},
                                   {"actor", &actor, NULL, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    json_t *in = json_pack("{s:s}", "job", job), *out;
    if (actor != NULL) {
        json_object_set_new(in, "actor", json_string(actor));
    }
    if (ctl_call(store, keys, "job.restore", in, &out, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    printf("job %s is no longer cancelled\n", job);
    json_decref(out);
    return CTL_OK;
}

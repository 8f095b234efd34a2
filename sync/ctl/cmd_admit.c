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
        printf("%s  %s  %s  %s %s  %s\n", text(v, "entry"), text(v, "author"), text(v, "kind"),
               text(v, "type"), text(v, "subject"),
               ctl_time(json_integer_value(json_object_get(v, "claimed_ms")), when));
    }
    if (json_array_size(list) == 0) {
        printf("nothing lies beyond a revocation\n");
    }
}

int ctl_cmd_admit(int argc, char **argv)
{
    const char *store = NULL, *keys = NULL, *actor = NULL, *role = NULL;
    bool json = false;
    const struct ctl_opt opts[] = {{"store", &store, NULL, true},
                                   {"keys", &keys, NULL, false},
                                   {"actor", &actor, NULL, false},
                                   {"role", &role, NULL, false},
                                   {"json", NULL, &json, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos)) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    json_t *in = json_object(), *out;
    json_t *entries = npos > 0 ? json_array() : NULL;
    for (int i = 1; i <= npos; i++) {
        json_array_append_new(entries, json_string(argv[i]));
    }
    if (entries != NULL) {
        json_object_set_new(in, "entries", entries);
    }
    if (actor != NULL) {
        json_object_set_new(in, "actor", json_string(actor));
    }
    if (role != NULL) {
        json_object_set_new(in, "role", json_string(role));
    }
    if (ctl_call(store, keys, "admit", in, &out, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    if (json) {
        return ctl_print(out);
    }
    if (entries == NULL) {
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

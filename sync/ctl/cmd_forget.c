/* cmd_forget.c - docketctl forget: erase a customer's personal data at headquarters, as far as the
 * law lets. The devices follow with their next sync. */
#include <string.h>

#include "sync/ctl/commands.h"
#include "sync/ctl/ctl.h"

static void say(const char *customer, const json_t *out)
{
    char until[32];
    json_int_t erased = json_integer_value(json_object_get(out, "erased"));
    json_int_t kept = json_integer_value(json_object_get(out, "kept"));
    json_int_t ms = json_integer_value(json_object_get(out, "kept_until_ms"));
    if (erased > 0) {
        printf(
            "customer %s: %lld texts, signatures and reports were erased; nothing at headquarters "
            "opens them any more\n",
            customer, (long long)erased);
        printf("devices erase theirs with their next sync and exit; destroy backups of the subject "
               "keys within 30 days\n");
    } else {
        printf("customer %s: there was nothing left that may be erased\n", customer);
    }
    if (kept > 0) {
        printf("%lld parts of signed vouchers stay until %s: the law asks for them so long. Run "
               "this again then\n",
               (long long)kept, ctl_time((int64_t)ms, until));
    }
}

int ctl_cmd_forget(int argc, char **argv)
{
    const char *store = NULL, *keys = NULL, *customer = NULL, *actor = NULL;
    bool json = false;
    const struct ctl_opt opts[] = {{"store", &store, NULL, true},
                                   {"keys", &keys, NULL, false},
                                   {"customer", &customer, NULL, true},
                                   {"actor", &actor, NULL, false},
                                   {"json", NULL, &json, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    json_t *in = json_pack("{s:s}", "customer", customer), *out = NULL;
    if (in != NULL && actor != NULL) {
        json_object_set_new(in, "actor", json_string(actor));
    }
    enum st st = ctl_call(store, keys, "forget", in, &out, &err);
    if (st != ST_OK) {
        return ctl_fail(&err);
    }
    if (json) {
        return ctl_print(out);
    }
    say(customer, out);
    json_decref(out);
    return CTL_OK;
}

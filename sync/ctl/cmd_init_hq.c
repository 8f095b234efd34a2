/* cmd_init_hq.c - docketctl init-hq, and pub: what others need to verify. */
#include <sodium.h>
#include <stdlib.h>

#include "core/report/proof.h"
#include "sync/carrier/file.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl.h"

#define LEGAL_DAYS_USUAL                                                                           \
    3650 /* ten years: accounting vouchers in most places; --legal-days decides */

/* write_pub: deployment, root key and newest trust document, from the open store. */
static enum st write_pub(struct ctl_store *s, const char *path, struct err *err)
{
    struct arena a = arena_of(s->scratch, CAP_SCRATCH_BYTES);
    struct trust trust;
    bytes doc, out;
    uint8_t buf[CAP_TRUST_BYTES + 128];
    struct store_txn *t = NULL;
    enum st st = store_read(s->store, &t, err);
    if (st != ST_OK) {
        return st;
    }
    st = trust_store_get(t, &a, &trust, &doc, err);
    store_abort(&t);
    if (st == ST_OK) {
        st = hq_pub_make(doc, trust.root_pk, buf, sizeof buf, &out);
    }
    return st == ST_OK ? file_write(path, out, 0644, err) : st;
}

int ctl_cmd_pub(int argc, char **argv)
{
    const char *store = NULL, *keys = NULL, *file = NULL;
    const struct ctl_opt opts[] = {
        {"store", &store, NULL, true}, {"keys", &keys, NULL, false}, {"file", &file, NULL, true}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    struct ctl_store s;
    struct ctl_open how = {.dir = store, .keys = keys};
    enum st st = ctl_store_open(&how, &s, &err);
    if (st == ST_OK) {
        st = write_pub(&s, file, &err);
        ctl_store_close(&s);
    }
    return st == ST_OK ? CTL_OK : ctl_fail(&err);
}

int ctl_cmd_init_hq(int argc, char **argv)
{
    const char *store = NULL, *name = NULL, *keys = NULL, *root = NULL, *days = NULL, *pub = NULL;
    const struct ctl_opt opts[] = {{"store", &store, NULL, true},      {"name", &name, NULL, true},
                                   {"keys", &keys, NULL, false},       {"root", &root, NULL, false},
                                   {"legal-days", &days, NULL, false}, {"pub", &pub, NULL, false}};
    int npos;
    int64_t legal = LEGAL_DAYS_USUAL;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0 ||
        (days != NULL && !ctl_number(days, "legal-days", 0, 36500, &legal))) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    struct hq_options opt = {.dir = store, .keys_path = keys, .root_path = root};
    struct hq_setup setup = {.name = name, .legal_period_days = (uint32_t)legal};
    if (hq_init(&opt, &setup, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    if (pub != NULL) {
        struct ctl_store s;
        struct ctl_open how = {.dir = store, .keys = keys};
        enum st st = ctl_store_open(&how, &s, &err);
        if (st == ST_OK) {
            st = write_pub(&s, pub, &err);
            ctl_store_close(&s);
        }
        if (st != ST_OK) {
            return ctl_fail(&err);
        }
    }
    printf("headquarters \"%s\" is ready at %s\n", name, store);
    printf("take the root key offline: %s%s\n", root == NULL ? store : root,
           root == NULL ? ".root" : "");
    return CTL_OK;
}

/* cmd_init_hq.c - docketctl init-hq, and pub: what others need to verify; init-hq --rotate root is
 * in ctl_rotate.c. */
#include <sodium.h>
#include <stdlib.h>

#include "core/report/proof.h"
#include "sync/carrier/file.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl.h"
#include "sync/ctl/ctl_rotate.h"

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

static enum st pub_of(const char *store, const char *keys, const char *file, struct err *err)
{
    struct ctl_store s;
    struct ctl_open how = {.dir = store, .keys = keys};
    enum st st = ctl_store_open(&how, &s, err);
    if (st == ST_OK) {
        st = write_pub(&s, file, err);
        ctl_store_close(&s);
    }
    return st;
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
    return pub_of(store, keys, file, &err) == ST_OK ? CTL_OK : ctl_fail(&err);
}

static int rotate(const char *what, const struct ctl_rotate *r, const char *pub)
{
    struct err err = {0};
    if (strcmp(what, "root") != 0) {
        return ctl_usage("init-hq");
    }
    if (ctl_rotate_root(r, &err) != ST_OK ||
        (pub != NULL && pub_of(r->store, r->keys, pub, &err) != ST_OK)) {
        return ctl_fail(&err);
    }
    return CTL_OK;
}

static int found(const struct hq_options *opt, const struct hq_setup *setup, const char *pub)
{
    struct err err = {0};
    if (hq_init(opt, setup, &err) != ST_OK ||
        (pub != NULL && pub_of(opt->dir, opt->keys_path, pub, &err) != ST_OK)) {
        return ctl_fail(&err);
    }
    printf("headquarters \"%s\" is ready at %s\n", setup->name, opt->dir);
    printf("take the root key offline: %s%s\n", opt->root_path == NULL ? opt->dir : opt->root_path,
           opt->root_path == NULL ? ".root" : "");
    return CTL_OK;
}

int ctl_cmd_init_hq(int argc, char **argv)
{
    const char *store = NULL, *name = NULL, *keys = NULL, *root = NULL, *days = NULL, *pub = NULL,
               *what = NULL, *new_root = NULL;
    const struct ctl_opt opts[] = {
        {"store", &store, NULL, true},      {"name", &name, NULL, false},
        {"keys", &keys, NULL, false},       {"root", &root, NULL, false},
        {"legal-days", &days, NULL, false}, {"pub", &pub, NULL, false},
        {"rotate", &what, NULL, false},     {"new-root", &new_root, NULL, false}};
    int npos;
    int64_t legal = LEGAL_DAYS_USUAL;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0 ||
        (what != NULL ? name != NULL || days != NULL : name == NULL || new_root != NULL) ||
        (days != NULL && !ctl_number(days, "legal-days", 0, 36500, &legal))) {
        return ctl_usage(argv[0]);
    }
    if (what != NULL) {
        struct ctl_rotate r = {.store = store, .keys = keys, .root = root, .new_root = new_root};
        return rotate(what, &r, pub);
    }
    struct hq_options opt = {.dir = store, .keys_path = keys, .root_path = root};
    struct hq_setup setup = {.name = name, .legal_period_days = (uint32_t)legal};
    return found(&opt, &setup, pub);
}

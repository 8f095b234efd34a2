/* ctl_rotate.c - see ctl_rotate.h. */
#include "sync/ctl/ctl_rotate.h"

#include <sodium.h>
#include <sys/stat.h>

#include "core/base/encode.h"
#include "sync/ctl/ctl.h"
#include "sync/hq/hq_keys.h"
#include "sync/hq/hq_root.h"

#define PATH_BYTES 600

struct rotation {
    const struct ctl_rotate *how;
    char root[PATH_BYTES], fresh[PATH_BYTES];
    struct trust trust;
    uint8_t old_sk[64], old_pk[32], new_sk[64], new_pk[32];
};

static enum st paths(struct rotation *r, struct err *err)
{
    const struct ctl_rotate *h = r->how;
    int a = snprintf(r->root, PATH_BYTES, "%s%s", h->root != NULL ? h->root : h->store,
                     h->root != NULL ? "" : ".root");
    int b = snprintf(r->fresh, PATH_BYTES, "%s%s", h->new_root != NULL ? h->new_root : h->store,
                     h->new_root != NULL ? "" : ".root.new");
    return a < PATH_BYTES && b < PATH_BYTES
               ? ST_OK
               : err_set(err, ST_TOO_BIG, 0, __func__, "a path is too long");
}

/* The trust document that stands; of headquarters only. */
static enum st read_known(struct rotation *r, struct err *err)
{
    struct ctl_store s;
    struct ctl_open how = {.dir = r->how->store, .keys = r->how->keys};
    enum st st = ctl_store_open(&how, &s, err);
    if (st != ST_OK) {
        return st;
    }
    r->trust = s.trust;
    st = s.side == STORE_HQ
             ? ST_OK
             : err_set(err, ST_BAD_INPUT, 0, __func__, "this is not headquarters' store");
    ctl_store_close(&s);
    return st;
}

/* The key that follows: the one in its file, or a fresh one, on disk before anything names it. */
static enum st successor(struct rotation *r, struct err *err)
{
    struct stat sb;
    if (stat(r->fresh, &sb) != 0) {
        uint8_t seed[32];
        randombytes_buf(seed, sizeof seed);
        enum st st = hq_keys_root_save(r->fresh, seed, err);
        sodium_memzero(seed, sizeof seed);
        if (st != ST_OK) {
            return st;
        }
    }
    return hq_keys_root_load(r->fresh, r->new_sk, r->new_pk, err);
}

static enum st hand_in(struct rotation *r, int64_t *serial, struct err *err)
{
    uint8_t docs[HQ_ROOT_DOCS_BYTES];
    char text[HQ_ROOT_DOCS_BYTES / 3 * 4 + 8];
    bytes both;
    json_t *out = NULL;
    enum st st = hq_root_successor(&r->trust, r->old_sk, r->new_sk, docs, &both, err);
    if (st != ST_OK) {
        return st;
    }
    base64url_put(both, text);
    st = ctl_call(r->how->store, r->how->keys, "root.take", json_pack("{s:s}", "documents", text),
                  &out, err);
    *serial = json_integer_value(json_object_get(out, "serial"));
    json_decref(out);
    return st;
}

static enum st rotate(struct rotation *r, struct err *err)
{
    int64_t serial = (int64_t)r->trust.serial;
    enum st st = hq_keys_root_load(r->root, r->old_sk, r->old_pk, err);
    bool in_force = st == ST_OK && memcmp(r->old_pk, r->trust.root_pk, 32) == 0;
    struct stat sb;
    if (st == ST_OK && !in_force && stat(r->fresh, &sb) != 0) {
        return err_set(err, ST_WRONG_PARTY, 0, __func__,
                       "%.200s is not the root key in force: nothing was changed", r->root);
    }
    st = st == ST_OK ? successor(r, err) : st;
    if (st == ST_OK && !in_force && memcmp(r->new_pk, r->trust.root_pk, 32) != 0) {
        return err_set(err, ST_WRONG_PARTY, 0, __func__,
                       "%.200s is not the root key in force: nothing was changed", r->root);
    }
    if (st == ST_OK && in_force) { /* else a run that was cut off behind the last step */
        st = hand_in(r, &serial, err);
    }
    if (st == ST_OK) {
        printf("the root key in force is %s; trust document %lld\n", r->fresh, (long long)serial);
        printf("take it offline; %s signs nothing that is believed any more, keep or destroy it\n",
               r->root);
        printf("give out hq.pub anew (docketctl pub): with an older one newer reports do not "
               "verify\n");
    }
    return st;
}

enum st ctl_rotate_root(const struct ctl_rotate *how, struct err *err)
{
    struct rotation r = {.how = how};
    enum st st = paths(&r, err);
    st = st == ST_OK ? read_known(&r, err) : st;
    st = st == ST_OK ? rotate(&r, err) : st;
    sodium_memzero(&r, sizeof r);
    return st;
}

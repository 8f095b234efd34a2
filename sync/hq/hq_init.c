/* hq_init.c - headquarters is made once: keys, trust document, store, journal, administrator. */
#include "core/codec/hash.h"
#include "core/keys/slots.h"
#include "core/model/bodies.h"
#include "sync/hq/hq.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEYS_LAST_MS (20LL * 365 * 86400000) /* rotation comes long before */

struct init {
    const struct hq_options *opt;
    const struct hq_setup *setup;
    struct now now;
    struct hq_keys keys;
    uint8_t root_seed[32], root_sk[64], root_pk[32];
    uint8_t trust_doc[CAP_TRUST_BYTES], cert_doc[CAP_CERT_BYTES];
    bytes trust, cert;
    struct trust doc;
    id16 admin;
    char keys_path[HQ_PATH_BYTES], root_path[HQ_PATH_BYTES], making[HQ_PATH_BYTES],
        slots[HQ_PATH_BYTES], keytable[HQ_PATH_BYTES];
};

static enum st path(char out[static HQ_PATH_BYTES], const char *given, const char *dir,
                    const char *suffix, struct err *err)
{
    int n = given != NULL ? snprintf(out, HQ_PATH_BYTES, "%s", given)
                          : snprintf(out, HQ_PATH_BYTES, "%s%s", dir, suffix);
    return n > 0 && n < HQ_PATH_BYTES - 16
               ? ST_OK
               : err_set(err, ST_TOO_BIG, 0, "hq_init", "a path is too long");
}

static enum st paths(struct init *i, struct err *err)
{
    const char *dir = i->opt->dir;
    enum st st = hq_store_where(dir, err);
    if (st == ST_OK) {
        st = path(i->keys_path, i->opt->keys_path, dir, ".keys", err);
    }
    if (st == ST_OK) {
        st = path(i->root_path, i->opt->root_path, dir, ".root", err);
    }
    if (st == ST_OK) {
        st = path(i->making, NULL, dir, ".making", err);
    }
    if (st == ST_OK) {
        st = path(i->slots, NULL, dir, ".slots.new", err);
    }
    if (st == ST_OK) {
        st = path(i->keytable, NULL, dir, ".keytable", err);
    }
    return st;
}

/* Do the key files belong to the half-made store? Only then they go with it. False: not all that
 * should go went, and the store must stay, to tell the next run. */
static bool discard_keys(const struct init *i)
{
    struct hq_keys k;
    char slots[HQ_PATH_BYTES + 8];
    uint8_t sk[64], pk[32], hash[HASH_BYTES];
    uint8_t *data_key = sodium_malloc(DATA_KEY_BYTES);
    snprintf(slots, sizeof slots, "%s/slots", i->making);
    bool gone = data_key != NULL;
    if (data_key != NULL && hq_keys_load(&k, i->keys_path, NULL) == ST_OK) {
        bool ours = slots_open(slots, SLOT_KEYFILE, (bytes){NULL, 0}, k.secret->wrap, 0, data_key,
                               NULL) == ST_OK;
        if (ours && hq_keys_root_load(i->root_path, sk, pk, NULL) == ST_OK) {
            hash32(bytes_of(pk, 32), hash);
            if (memcmp(hash, k.deployment, sizeof k.deployment) == 0) {
                gone = unlink(i->root_path) == 0;
            }
            sodium_memzero(sk, sizeof sk);
        }
        if (ours && gone) { /* in this order: without these nobody knows whose the root is */
            gone = unlink(i->keys_path) == 0;
        }
        hq_keys_wipe(&k);
    }
    sodium_free(data_key);
    return gone;
}

/* What a run that failed or was killed left. The last step renames `making`, so while it is there
 * nothing of it was ever used. */
static void discard_half(const struct init *i)
{
    struct stat sb;
    IGNORE(unlink(i->slots) != 0); /* usually not there */
    if (access(i->making, F_OK) == 0) {
        bool no_rows = stat(i->keytable, &sb) == 0 && sb.st_size == 0;
        if (discard_keys(i)) {
            store_discard(i->making, no_rows ? i->keytable : NULL);
        }
    }
}

static enum st nothing_there(const struct init *i, struct err *err)
{
    const char *const taken[] = {i->opt->dir, i->keys_path, i->root_path};
    for (size_t n = 0; n < 3; n++) {
        if (access(taken[n], F_OK) == 0) {
            return err_set(err, ST_EXISTS, 0, "hq_init", "%.120s is there already", taken[n]);
        }
        if (n == 0) {
            discard_half(i);
        }
    }
    return ST_OK;
}

static void add_key(struct init *i, enum trust_use use, const uint8_t pk[static 32])
{
    struct trust_key *k = &i->doc.keys[i->doc.nkeys++];
    k->use = use;
    k->id = key_id(pk);
    memcpy(k->pk, pk, 32);
    k->from_ms = i->now.wall_ms;
    k->until_ms = i->now.wall_ms + KEYS_LAST_MS;
}

static enum st make_trust(struct init *i, struct err *err)
{
    uint8_t hash[HASH_BYTES];
    randombytes_buf(i->root_seed, sizeof i->root_seed);
    crypto_sign_seed_keypair(i->root_pk, i->root_sk, i->root_seed);
    hash32(bytes_of(i->root_pk, 32), hash);
    memcpy(i->keys.deployment, hash, 16);
    memcpy(i->doc.deployment, hash, 16);
    memcpy(i->doc.root_pk, i->root_pk, 32);
    i->doc.serial = 1;
    i->doc.legal_period_days = i->setup->legal_period_days;
    size_t n = strlen(i->setup->name);
    if (n == 0 || n >= sizeof i->doc.name) {
        return err_set(err, ST_BAD_INPUT, 0, "hq_init", "the name must have 1 to 95 bytes");
    }
    memcpy(i->doc.name, i->setup->name, n + 1);
    add_key(i, TRUST_ISSUING, i->keys.secret->issuing_pk);
    add_key(i, TRUST_NODE, i->keys.node.sign_pk);
    add_key(i, TRUST_SEALING, i->keys.secret->sealing[0].pk);
    enum st st = trust_make(&i->doc, i->root_sk, i->trust_doc, sizeof i->trust_doc, &i->trust);
    return st == ST_OK ? ST_OK : err_set(err, st, 0, "hq_init", "the trust document does not fit");
}

static enum st make_cert(struct init *i, struct err *err)
{
    struct cert c = {.author = key_id(i->keys.node.sign_pk),
                     .person = i->admin,
                     .role = ROLE_HEADQUARTERS,
                     .branch = i->setup->branch,
                     .from_ms = i->now.wall_ms,
                     .until_ms = i->now.wall_ms + KEYS_LAST_MS,
                     .prefix = "HQ",
                     .issuer = key_id(i->keys.secret->issuing_pk)};
    memcpy(c.sign_pk, i->keys.node.sign_pk, 32);
    memcpy(c.box_pk, i->keys.node.box_pk, 32);
    enum st st = cert_make(&c, i->keys.deployment, i->keys.secret->issuing_sk, i->cert_doc,
                           sizeof i->cert_doc, &i->cert);
    return st == ST_OK ? ST_OK : err_set(err, st, 0, "hq_init", "the node's certificate");
}

/* The first person: whoever runs the server. */
static enum st admit_admin(struct init *i, struct store *s, uint8_t *scratch, struct err *err)
{
    struct journal j;
    struct store_txn *t = NULL;
    uint8_t body[256];
    struct record_write w[1] = {
        {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_ADMINISTRATOR}};
    struct append what = {.kind = KIND_RECORD_SET,
                          .subject_type = SUBJECT_TECHNICIAN,
                          .subject = i->admin,
                          .actor = i->admin,
                          .actor_role = ROLE_ADMINISTRATOR};
    h32 hash;
    enum st st = journal_open(&j, s, &i->keys.node, scratch, CAP_SCRATCH_BYTES, &i->now, err);
    if (st != ST_OK) {
        journal_close(&j); /* after a damaged tail it holds the keys */
        return st;
    }
    st = record_encode(w, 1, body, sizeof body, &what.body);
    if (st == ST_OK) {
        st = store_write(s, &t, err);
    }
    if (st == ST_OK) {
        st = journal_append_in(&j, t, &what, &i->now, &hash, err);
    }
    if (st == ST_OK) {
        st = hq_meta_put(t, "admin", bytes_of(i->admin.b, sizeof i->admin.b), err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    store_abort(&t);
    journal_close(&j);
    return st;
}

static enum st found(struct init *i, const struct store_options *with, struct err *err)
{
    uint8_t *scratch = malloc(CAP_SCRATCH_BYTES);
    if (scratch == NULL) {
        return err_set(err, ST_FULL, 0, "hq_init", "no memory");
    }
    struct store *s = NULL;
    enum st st = store_open(i->making, with, &s, err);
    if (st == ST_OK) {
        st = journal_found(s, &i->keys.node, false, i->trust, i->cert, &i->now,
                           arena_of(scratch, CAP_SCRATCH_BYTES), err);
    }
    if (st == ST_OK) {
        st = admit_admin(i, s, scratch, err);
    }
    store_close(&s);
    free(scratch);
    return st;
}

static enum st sync_parent(const char *dir, struct err *err)
{
    char parent[HQ_PATH_BYTES];
    snprintf(parent, sizeof parent, "%s", dir);
    char *slash = strrchr(parent, '/');
    if (slash == parent) {
        slash[1] = '\0';
    } else if (slash != NULL) {
        *slash = '\0';
    }
    int fd = open(slash == NULL ? "." : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) {
        if (fd >= 0) {
            close(fd);
        }
        return err_set(err, ST_IO, 0, "hq_init", "the store's folder cannot be synced");
    }
    close(fd);
    return ST_OK;
}

static enum st make_store(struct init *i, struct err *err)
{
    uint8_t *data_key = sodium_malloc(DATA_KEY_BYTES);
    if (data_key == NULL) {
        return err_set(err, ST_FULL, 0, "hq_init", "no locked memory");
    }
    struct store_options with = {.side = STORE_HQ,
                                 .mode = STORE_WRITE,
                                 .map_bytes = i->opt->map_bytes,
                                 .data_key = data_key,
                                 .keytable_path = i->keytable,
                                 .slots_path = i->slots};
    enum st st =
        slots_create(i->slots, SLOT_KEYFILE, (bytes){NULL, 0}, i->keys.secret->wrap, data_key, err);
    if (st == ST_OK) {
        st = store_create(i->making, &with, err);
    }
    if (st == ST_EXISTS) {
        st = err_set(err, ST_EXISTS, 0, "hq_init",
                     "%.120s is left from a run that was cut off: remove it", i->making);
    }
    if (st == ST_OK) {
        st = found(i, &with, err);
    }
    sodium_free(data_key);
    return st;
}

/* The key files are durable before the store has its name: one that cannot be opened is never
 * there. They are written after `making`, which says that they are nobody's yet. */
static enum st finish(struct init *i, struct err *err)
{
    enum st st = hq_keys_save(&i->keys, i->keys_path, err);
    if (st == ST_OK) {
        st = hq_keys_root_save(i->root_path, i->root_seed, err);
    }
    if (st == ST_OK && rename(i->making, i->opt->dir) != 0) {
        st = err_set(err, errno == ENOSPC ? ST_FULL : ST_IO, errno, "hq_init",
                     "the store cannot be put in place");
    }
    return st == ST_OK ? sync_parent(i->opt->dir, err) : st;
}

enum st hq_init(const struct hq_options *opt, const struct hq_setup *setup, struct err *err)
{
    struct init *i = calloc(1, sizeof *i);
    if (i == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    struct clock clock = opt->clock.read != NULL ? opt->clock : hq_clock_system();
    i->opt = opt;
    i->setup = setup;
    clock.read(clock.ctx, &i->now);
    randombytes_buf(i->admin.b, sizeof i->admin.b);
    enum st st = paths(i, err);
    if (st == ST_OK) {
        st = nothing_there(i, err);
    }
    bool begun = st == ST_OK;
    if (st == ST_OK) {
        st = hq_keys_make(&i->keys, err);
    }
    if (st == ST_OK) {
        st = make_trust(i, err);
    }
    if (st == ST_OK) {
        st = make_cert(i, err);
    }
    if (st == ST_OK) {
        st = make_store(i, err);
    }
    if (st == ST_OK) {
        st = finish(i, err);
    }
    if (st != ST_OK && begun && access(opt->dir, F_OK) != 0) {
        discard_half(i);
    }
    hq_keys_wipe(&i->keys);
    sodium_memzero(i, sizeof *i);
    free(i);
    return st;
}

/* journal.c - a store becomes somebody's journal, is opened as such, starts a new epoch. */
#include "core/journal/append.h"
#include "core/journal/own.h"

#include "core/codec/cbor.h"
#include "core/keys/seal.h"

#include <sodium.h>

static bytes keys_key(void)
{
    return str_bytes(S("keys"));
}

/* First entry of an epoch; it names the last head of the one before, if there was one. */
enum st own_open_epoch(struct journal *j, struct store_txn *t, const struct now *now,
                       struct err *err)
{
    struct chain_head last = j->head;
    uint8_t buf[64];
    struct cbor_w w = cbor_w_init(buf, sizeof buf);
    bytes body = {NULL, 0};
    if (!id8_zero(last.epoch)) {
        cbor_put_map(&w, 1);
        cbor_put_uint(&w, 1);
        cbor_put_array(&w, 3);
        cbor_put_bytes(&w, bytes_of(last.epoch.b, sizeof last.epoch.b));
        cbor_put_uint(&w, last.seq);
        cbor_put_bytes(&w, bytes_of(last.hash.b, sizeof last.hash.b));
        if (cbor_w_done(&w, &body) != ST_OK) {
            return err_set(err, ST_BUG, 0, "journal_new_epoch", "body");
        }
    }
    enum st st = own_epoch_new(j, t, err);
    if (st != ST_OK) {
        return st;
    }
    struct append what = {
        .kind = KIND_JOURNAL_OPENED, .subject_type = SUBJECT_AUTHOR, .body = body};
    memcpy(what.subject.b, j->head.author.b, sizeof j->head.author.b);
    h32 hash;
    return journal_append_in(j, t, &what, now, &hash, err);
}

/* The row "keys": the seed, or the seed sealed under the store's own key, where it has one: then
 * whoever is given the data key reads everything and signs nothing. */
#define SEALED_SEED (AUTHOR_KEYS_SEED_BYTES + SEAL_OVERHEAD)

enum st own_keys_put(struct store *s, struct store_txn *t, const struct author_keys *keys,
                     struct err *err)
{
    uint8_t seed[AUTHOR_KEYS_SEED_BYTES], sealed[SEALED_SEED];
    const uint8_t *own = store_own_key(s);
    bytes row = {seed, sizeof seed};
    author_keys_save(keys, seed);
    if (own != NULL) {
        seal_put(own, keys_key(), row, sealed);
        row = bytes_of(sealed, sizeof sealed);
    }
    enum st st = store_put(t, T_META, keys_key(), row, err);
    sodium_memzero(seed, sizeof seed);
    return st;
}

static enum st copy_keys(const struct author_keys *from, struct author_keys *to, struct err *err)
{
    uint8_t seed[AUTHOR_KEYS_SEED_BYTES];
    author_keys_save(from, seed);
    enum st st = author_keys_load(to, seed);
    sodium_memzero(seed, sizeof seed);
    return st == ST_OK ? ST_OK : err_set(err, st, 0, "journal_open", "no locked memory for keys");
}

static enum st found_in(struct journal *j, struct store_txn *t, bool keep_keys, bytes trust_doc,
                        const struct now *now, struct err *err)
{
    uint8_t probe[64];
    struct arena tmp = arena_of(probe, sizeof probe);
    bytes there;
    if (store_get(t, T_META, str_bytes(S("epoch")), &tmp, &there, NULL) != ST_NOT_FOUND) {
        return err_set(err, ST_EXISTS, 0, "journal_found", "the store has a journal already");
    }
    enum st st = trust_store_put(t, trust_doc, err);
    if (st == ST_EXISTS) {
        st = ST_OK; /* the very document was kept before: joining stores it first */
    }
    if (st == ST_OK) {
        st = cert_store_put(t, &j->cert, err);
    }
    if (st == ST_OK && keep_keys) {
        st = own_keys_put(j->store, t, &j->keys, err);
    }
    return st == ST_OK ? own_open_epoch(j, t, now, err) : st;
}

enum st own_begin(struct journal *j, struct store *s, const struct author_keys *keys,
                  bytes trust_doc, bytes cert, struct arena scratch, struct err *err)
{
    const char *rule = "";
    *j = (struct journal){.store = s, .keys = *keys};
    j->scratch = scratch.beg;
    j->scratch_bytes = (size_t)(scratch.end - scratch.beg);
    enum st st = trust_chain_open(trust_doc, &j->trust, &rule);
    if (st == ST_OK) {
        st = cert_open(cert, &j->trust, &j->cert, &rule);
    }
    if (st != ST_OK) {
        return err_set(err, st, 0, __func__, "trust or certificate: %s", rule);
    }
    if (memcmp(j->cert.sign_pk, keys->sign_pk, 32) != 0 ||
        memcmp(j->cert.box_pk, keys->box_pk, 32) != 0) {
        return err_set(err, ST_WRONG_PARTY, 0, __func__, "certificate of other keys");
    }
    j->head.author = j->cert.author;
    return ST_OK;
}

enum st journal_found(struct store *s, const struct author_keys *keys, bool keep_keys,
                      bytes trust_doc, bytes cert, const struct now *now, struct arena scratch,
                      struct err *err)
{
    struct journal j;
    struct store_txn *t = NULL;
    enum st st = own_begin(&j, s, keys, trust_doc, cert, scratch, err);
    st = st == ST_OK ? store_write(s, &t, err) : st;
    if (st == ST_OK) {
        st = found_in(&j, t, keep_keys, trust_doc, now, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    store_abort(&t);
    return st;
}

static enum st open_seed(const struct store *s, bytes row,
                         uint8_t seed[static AUTHOR_KEYS_SEED_BYTES], bool *bare, struct err *err)
{
    const uint8_t *own = store_own_key(s);
    size_t n;
    *bare = row.n == AUTHOR_KEYS_SEED_BYTES;
    if (*bare) {
        memcpy(seed, row.p, AUTHOR_KEYS_SEED_BYTES);
        return ST_OK;
    }
    if (row.n != SEALED_SEED) {
        return err_set(err, ST_CORRUPT, 0, "journal_open", "the kept keys are damaged");
    }
    if (own == NULL || seal_get(own, keys_key(), row, seed, &n) != ST_OK) {
        return err_set(err, ST_LOCKED, 0, "journal_open",
                       "the signing key is sealed under another own key");
    }
    return ST_OK;
}

/* *bare: a seed that an older program kept: it is to be sealed. */
static enum st load_keys(const struct store *s, struct store_txn *t, struct author_keys *out,
                         bool *bare, struct err *err)
{
    uint8_t room[256], seed[AUTHOR_KEYS_SEED_BYTES];
    struct arena tmp = arena_of(room, sizeof room);
    bytes row;
    enum st st = store_get(t, T_META, keys_key(), &tmp, &row, err);
    if (st == ST_OK) {
        st = open_seed(s, row, seed, bare, err);
    }
    if (st == ST_OK) {
        st = author_keys_load(out, seed);
        st = st == ST_OK ? ST_OK : err_set(err, st, 0, "journal_open", "no locked memory for keys");
    }
    sodium_memzero(room, sizeof room);
    sodium_memzero(seed, sizeof seed);
    return st;
}

enum st journal_author(const struct store *s, struct store_txn *t, id8 *out, struct err *err)
{
    struct author_keys keys = {.sign_sk = NULL};
    bool bare;
    enum st st = load_keys(s, t, &keys, &bare, err);
    if (st == ST_OK) {
        *out = key_id(keys.sign_pk);
        author_keys_wipe(&keys);
    }
    return st;
}

static void seal_bare_keys(struct journal *j)
{
    struct store_txn *t = NULL;
    struct err err;
    /* What fails here is tried at the next opening; the store is as good as before. */
    if (store_own_key(j->store) != NULL && store_write(j->store, &t, &err) == ST_OK &&
        own_keys_put(j->store, t, &j->keys, &err) == ST_OK) {
        IGNORE(store_commit(&t, &err));
    }
    store_abort(&t);
}

static enum st load_cert(struct journal *j, struct store_txn *t, struct err *err)
{
    struct arena tmp = arena_of(j->scratch, j->scratch_bytes);
    id8 author = key_id(j->keys.sign_pk);
    bytes doc;
    enum st st = store_get(t, T_CERT, bytes_of(author.b, sizeof author.b), &tmp, &doc, err);
    if (st != ST_OK) {
        return st;
    }
    if (doc.n > sizeof j->cert_bytes) {
        return err_set(err, ST_CORRUPT, 0, "journal_open", "the own certificate is too long");
    }
    memcpy(j->cert_bytes, doc.p, doc.n);
    const char *rule;
    /* Form only: a device whose issuing key was revoked meanwhile still records what it sees. */
    if (cert_parse(bytes_of(j->cert_bytes, doc.n), &j->cert, &rule) != ST_OK) {
        return err_set(err, ST_CORRUPT, 0, "journal_open", "the own certificate: %s", rule);
    }
    return ST_OK;
}

/* Everything but the head: without these there is nothing to go on with. */
static enum st load_self(struct journal *j, struct store_txn *t, const struct author_keys *keys,
                         bool *bare, struct err *err)
{
    struct arena tmp = arena_of(j->scratch, j->scratch_bytes);
    enum st st =
        keys != NULL ? copy_keys(keys, &j->keys, err) : load_keys(j->store, t, &j->keys, bare, err);
    if (st == ST_OK) {
        st = trust_store_get(t, &tmp, &j->trust, NULL, err);
    }
    return st == ST_OK ? load_cert(j, t, err) : st;
}

enum st journal_open(struct journal *j, struct store *s, const struct author_keys *keys,
                     uint8_t *scratch, size_t scratch_bytes, const struct now *now, struct err *err)
{
    memset(j, 0, sizeof *j);
    j->store = s;
    j->scratch = scratch;
    j->scratch_bytes = scratch_bytes;
    struct entry_evidence *cur = &j->head.current;
    cur->has_boot = true;
    memcpy(cur->boot_id, now->boot_id, sizeof cur->boot_id);
    cur->has_offset = true;
    cur->utc_offset_minutes = now->utc_offset_minutes;
    struct store_txn *t = NULL;
    bool bare = false;
    enum st st = store_read(s, &t, err);
    if (st == ST_OK) {
        st = load_self(j, t, keys, &bare, err);
    }
    if (st != ST_OK) {
        store_abort(&t);
        journal_close(j);
        return st;
    }
    st = own_load(j, t, err);
    /* What could not be read once is no lost tail: no new epoch for that. */
    enum st read = store_commit(&t, st == ST_OK || st == ST_CORRUPT ? err : NULL);
    if (read != ST_OK) {
        journal_close(j);
        return st == ST_OK || st == ST_CORRUPT ? ST_IO : st;
    }
    if (bare) {
        seal_bare_keys(j);
    }
    if (st != ST_OK && st != ST_CORRUPT) {
        journal_close(j);
    }
    return st;
}

void journal_close(struct journal *j)
{
    author_keys_wipe(&j->keys);
    memset(j, 0, sizeof *j);
}

enum st journal_reload(struct journal *j, struct err *err)
{
    struct store_txn *t = NULL;
    enum st st = store_read(j->store, &t, err);
    if (st == ST_OK) {
        struct arena tmp = arena_of(j->scratch, j->scratch_bytes);
        st = trust_store_get(t, &tmp, &j->trust, NULL, err);
    }
    if (st == ST_OK) {
        st = own_load(j, t, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    store_abort(&t);
    return st;
}

enum st journal_new_epoch(struct journal *j, const struct now *now, struct err *err)
{
    if (j->keys.sign_sk == NULL) {
        return err_set(err, ST_BUG, 0, "journal_new_epoch", "the journal is not open");
    }
    struct chain_head before = j->head;
    char mark[3];
    memcpy(mark, j->epoch_mark, sizeof mark);
    struct store_txn *t = NULL;
    enum st st = store_write(j->store, &t, err);
    if (st == ST_OK) {
        st = own_open_epoch(j, t, now, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    if (st != ST_OK) {
        store_abort(&t);
        j->head = before;
        memcpy(j->epoch_mark, mark, sizeof mark);
    }
    return st;
}

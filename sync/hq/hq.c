/* hq.c - headquarters opened and closed; its authors in memory. See hq.h. */
#include "sync/hq/hq.h"

#include "core/keys/slots.h"
#include "sync/carrier/mend.h"
#include "sync/hq/hq_calendar.h"
#include "sync/hq/hq_cut.h"
#include "sync/hq/hq_forget.h"
#include "sync/hq/hq_route.h"
#include "sync/hq/hq_taken.h"
#include "sync/hq/hq_quota.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

struct now hq_now(struct hq *hq)
{
    struct now n;
    hq->clock.read(hq->clock.ctx, &n);
    return n;
}

struct arena hq_arena(struct hq *hq)
{
    return arena_of(hq->work, CAP_SCRATCH_BYTES);
}

/* --- authors
 * ---------------------------------------------------------------------------------------- */

const struct hq_device *hq_device(const struct hq *hq, id8 author)
{
    for (unsigned i = 0; i < hq->ndevices; i++) {
        if (id8_eq(hq->devices[i].author, author)) {
            return &hq->devices[i];
        }
    }
    return NULL;
}

enum st hq_device_add(struct hq *hq, const struct cert *c, struct err *err)
{
    if (c->role == ROLE_HEADQUARTERS || hq_device(hq, c->author) != NULL) {
        return ST_OK;
    }
    if (hq->ndevices == HQ_DEVICES_MAX) {
        return err_set(err, ST_FULL, 0, __func__, "headquarters has %u devices, its bound",
                       HQ_DEVICES_MAX);
    }
    hq->devices[hq->ndevices++] =
        (struct hq_device){.author = c->author, .person = c->person, .role = c->role};
    return ST_OK;
}

unsigned hq_devices_of(const struct hq *hq, id16 person, unsigned *index, unsigned max)
{
    unsigned n = 0;
    for (unsigned i = 0; i < hq->ndevices && n < max; i++) {
        if (id16_eq(hq->devices[i].person, person) && !hq->devices[i].revoked) {
            index[n++] = i;
        }
    }
    return n;
}

static enum st load_devices(struct hq *hq, struct store_txn *t, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key, doc;
    enum st st = store_scan(t, T_CERT, (bytes){NULL, 0}, (bytes){NULL, 0}, &c, err);
    while (st == ST_OK) {
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        uint8_t room[CAP_CERT_BYTES + 64];
        struct arena tmp = arena_of(room, sizeof room);
        struct cert cert;
        const char *rule;
        /* Form is enough: what lies here was verified before it was kept, under our own seal. */
        if (store_value(c, &tmp, &doc, err) == ST_OK && cert_parse(doc, &cert, &rule) == ST_OK) {
            st = hq_device_add(hq, &cert, err);
        }
    }
    store_scan_end(&c);
    for (unsigned i = 0; i < hq->ndevices; i++) {
        id8 author = hq->devices[i].author;
        hq->devices[i].revoked = store_has(t, T_REVOKED, bytes_of(author.b, sizeof author.b));
    }
    hq_quota_load(hq, t);
    return st == ST_END ? ST_OK : st;
}

/* --- open and close
 * ----------------------------------------------------------------------------------- */

static enum st make(const struct hq_options *opt, struct hq **out, struct err *err)
{
    enum st st = hq_store_where(opt->dir, err);
    if (st != ST_OK) {
        return st;
    }
    struct hq *hq = calloc(1, sizeof *hq);
    if (hq == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    hq->clock = opt->clock.read != NULL ? opt->clock : hq_clock_system();
    hq->devices = calloc(HQ_DEVICES_MAX, sizeof *hq->devices);
    hq->contacts = hq_contacts_new(HQ_DEVICES_MAX);
    hq->scratch = malloc(CAP_SCRATCH_BYTES);
    hq->work = malloc(CAP_SCRATCH_BYTES);
    hq->routing = malloc(CAP_SCRATCH_BYTES);
    int a = snprintf(hq->dir, sizeof hq->dir, "%s", opt->dir);
    int b = opt->keys_path != NULL
                ? snprintf(hq->keys_path, sizeof hq->keys_path, "%s", opt->keys_path)
                : snprintf(hq->keys_path, sizeof hq->keys_path, "%s.keys", opt->dir);
    if (hq->devices == NULL || hq->contacts == NULL || hq->scratch == NULL || hq->work == NULL ||
        hq->routing == NULL) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory");
    } else if (a >= (int)sizeof hq->dir || b >= (int)sizeof hq->keys_path) {
        st = err_set(err, ST_TOO_BIG, 0, __func__, "a path is too long");
    }
    if (st != ST_OK) {
        hq_close(&hq);
    }
    *out = hq;
    return st;
}

/* After a crash the file is looked through first; what was damaged is left behind and said. */
static enum st open_whole(struct hq *hq, const struct store_options *with, bool always,
                          struct err *err)
{
    struct arena room = arena_of(hq->work, CAP_SCRATCH_BYTES);
    enum st st = mend_open(hq->dir, with, always, room, &hq->store, &hq->salvaged, err);
    return st != ST_OK ? st : mend_finish(hq->store, room, hq_marks_back, &hq->salvaged, err);
}

static enum st open_reading(struct hq *hq, const struct store_options *with, bool look,
                            struct err *err)
{
    struct salvage_totals found;
    struct arena room = arena_of(hq->work, CAP_SCRATCH_BYTES);
    enum st st = look && store_last_end(hq->dir) != STORE_END_NOT_YET
                     ? store_walk(hq->dir, with, room, &found, err)
                     : ST_OK;
    return st == ST_OK || st == ST_NOT_FOUND ? store_open(hq->dir, with, &hq->store, err) : st;
}

static enum st open_store(struct hq *hq, const struct hq_options *opt, enum store_mode mode,
                          struct err *err)
{
    char slots[HQ_PATH_BYTES + 16], keytable[HQ_PATH_BYTES + 16];
    snprintf(slots, sizeof slots, "%s/slots", hq->dir);
    snprintf(keytable, sizeof keytable, "%s.keytable", hq->dir);
    uint8_t *data_key = sodium_malloc(DATA_KEY_BYTES);
    if (data_key == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no locked memory");
    }
    struct store_options with = {.side = STORE_HQ,
                                 .mode = mode,
                                 .map_bytes = opt->map_bytes,
                                 .data_key = data_key,
                                 .keytable_path = keytable};
    enum st st = hq_keys_load(&hq->keys, hq->keys_path, err);
    if (st == ST_OK) {
        st = slots_open(slots, SLOT_KEYFILE, (bytes){NULL, 0}, hq->keys.secret->wrap,
                        hq_now(hq).wall_ms, data_key, err);
    }
    if (st == ST_OK) {
        st = mode == STORE_WRITE ? open_whole(hq, &with, opt->look, err)
                                 : open_reading(hq, &with, opt->look, err);
    }
    sodium_free(data_key);
    return st;
}

static enum st load(struct hq *hq, struct err *err)
{
    struct store_txn *t = NULL;
    size_t n = 0;
    enum st st = store_read(hq->store, &t, err);
    if (st == ST_OK) {
        st = hq_meta_get(t, "admin", hq->admin.b, sizeof hq->admin.b, &n, err);
        st = st == ST_NOT_FOUND ? ST_OK : st;
    }
    if (st == ST_OK) {
        st = load_devices(hq, t, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err); /* a revocation that could not be read is none that is not */
    }
    store_abort(&t);
    return st;
}

static enum st open_any(const struct hq_options *opt, enum store_mode mode, struct hq **out,
                        struct err *err)
{
    struct hq *hq = NULL;
    *out = NULL;
    enum st st = make(opt, &hq, err);
    if (st != ST_OK) {
        return st;
    }
    struct now now = hq_now(hq);
    hq->reader = mode == STORE_READ;
    st = open_store(hq, opt, mode, err);
    if (st == ST_OK) {
        st = journal_open(&hq->journal, hq->store, &hq->keys.node, hq->scratch, CAP_SCRATCH_BYTES,
                          &now, err);
        if (st == ST_CORRUPT && hq->journal.keys.sign_sk != NULL && !hq->reader) {
            /* The node's own tail is gone: nothing is re-appended, a new epoch says so. */
            st = journal_new_epoch(&hq->journal, &now, err);
        }
    }
    if (st == ST_OK) {
        hq->trust = hq->journal.trust;
        atomic_store(&hq->trust_serial, hq->trust.serial);
        st = load(hq, err);
    }
    if (st == ST_OK && !hq->reader) {
        st = hq_route_rest(hq, 0, NULL, err);
    }
    if (st == ST_OK && !hq->reader) {
        hq->cut_due = true;
        st = hq_cut_settle(hq, 0, err);
    }
    if (st == ST_OK && !hq->reader) {
        st = hq_forget_resume(hq, err);
    }
    if (st == ST_OK && !hq->reader) {
        hq->taken_due = true;
        IGNORE(hq_taken_settle(hq, HQ_TAKEN_STEP, NULL) !=
               ST_OK); /* tried again with the next request */
    }
    if (st == ST_OK && !hq->reader) {
        /* What stood stands on; it is tried again at the next open. */
        IGNORE(hq_calendar_settle(hq, NULL) != ST_OK);
    }
    if (st != ST_OK) {
        hq_close(&hq);
    }
    *out = hq;
    return st;
}

enum st hq_open(const struct hq_options *opt, struct hq **hq, struct err *err)
{
    return open_any(opt, STORE_WRITE, hq, err);
}

enum st hq_open_reader(const struct hq_options *opt, struct hq **hq, struct err *err)
{
    return open_any(opt, STORE_READ, hq, err);
}

void hq_close(struct hq **out)
{
    struct hq *hq = *out;
    if (hq == NULL) {
        return;
    }
    store_abort(&hq->batch);
    if (hq->journal.store != NULL) {
        journal_close(&hq->journal);
    }
    store_close(&hq->store);
    hq_keys_wipe(&hq->keys);
    free(hq->devices);
    hq_contacts_free(&hq->contacts);
    free(hq->scratch);
    free(hq->work);
    free(hq->routing);
    free(hq);
    *out = NULL;
}

enum st hq_id_in(struct store_txn *t, const struct hq *hq, enum subject_type type, str code,
                 id16 *out)
{
    (void)hq; /* codes are the store of the transaction's */
    if (code.n == 32 && hex_get(code, out->b, sizeof out->b)) {
        return ST_OK;
    }
    if (code.n == 0 || code.n > CAP_CODE_BYTES) {
        return ST_NOT_FOUND;
    }
    return fold_code_find(t, type, str_bytes(code), out, NULL);
}

enum st hq_id_of(struct hq *hq, enum subject_type type, str code, id16 *out, struct err *err)
{
    if (code.n == 32 && hex_get(code, out->b, sizeof out->b)) {
        return ST_OK;
    }
    if (code.n == 0 || code.n > CAP_CODE_BYTES) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "a code has 1 to %d characters",
                       CAP_CODE_BYTES);
    }
    struct store_txn *t = NULL;
    bool mine = false;
    enum st st = hq_txn(hq, &t, &mine, err);
    if (st == ST_OK) {
        st = fold_code_find(t, type, str_bytes(code), out, err);
    }
    if (mine) {
        store_abort(&t);
    }
    if (st == ST_NOT_FOUND) {
        return err_set(err, ST_NOT_FOUND, 0, __func__, "nothing here has the code %.*s",
                       (int)code.n, code.p);
    }
    return st;
}

/* op_status.c - headquarters at a glance: counts and devices; nothing personal. */
#include "core/journal/forks.h"
#include "sync/hq/hq_epoch.h"
#include "sync/hq/ops.h"

#include <stdlib.h>

#define FORK_ROOM (4U * CAP_ENTRY_BYTES) /* two entries, and what unsealing takes */

/* Where an epoch has two histories: the first number under which there are two entries. */
static void add_fork(struct store_txn *t, const struct chain_mark *m, json_t *forks)
{
    uint8_t *big = malloc(FORK_ROOM);
    struct arena room = arena_of(big, big == NULL ? 0 : FORK_ROOM);
    struct entry_view a, b;
    if (forks_first(t, m->author, m->epoch, &room, &a, &b, NULL) == ST_OK) {
        json_array_append_new(forks, json_pack("{s:o,s:I,s:[o,o]}", "epoch", ops_hex(m->epoch.b, 8),
                                               "seq", (json_int_t)a.seq, "entries",
                                               ops_hex(a.hash.b, 32), ops_hex(b.hash.b, 32)));
    }
    free(big);
}

/* What is held of a device, over its epochs, and its newest receipt's time. */
static void add_chains(struct store_txn *t, id8 author, json_t *o)
{
    struct store_cursor *c = NULL;
    bytes key;
    uint64_t entries = 0, epochs = 0;
    bool forked = false;
    int64_t receipt_ms = 0;
    if (store_scan(t, T_HEAD, bytes_of(author.b, sizeof author.b), (bytes){NULL, 0}, &c, NULL) !=
        ST_OK) {
        return;
    }
    json_t *forks = json_array();
    while (store_next(c, &key) == ST_OK) {
        uint8_t room[2048];
        struct arena tmp = arena_of(room, sizeof room);
        struct chain_mark m;
        struct receipt r;
        bytes doc;
        id8 epoch;
        if (key.n != 16) {
            continue;
        }
        memcpy(epoch.b, key.p + 8, 8);
        if (chain_mark_get(t, author, epoch, &tmp, &m, NULL) == ST_OK) {
            entries += m.seq;
            epochs++;
            forked = forked || m.forked;
            if (m.forked) {
                add_fork(t, &m, forks);
            }
        }
        struct trust trust;
        struct arena doc_room = arena_of(room, sizeof room);
        uint8_t *big = malloc(CAP_TRUST_BYTES + 64);
        struct arena trust_room = arena_of(big, big == NULL ? 0 : CAP_TRUST_BYTES + 64);
        if (big != NULL && trust_store_get(t, &trust_room, &trust, NULL, NULL) == ST_OK &&
            store_get(t, T_RECEIPT, key, &doc_room, &doc, NULL) == ST_OK &&
            receipt_kept(doc, &trust, &r, NULL) == ST_OK && r.time_ms > receipt_ms) {
            receipt_ms = r.time_ms;
        }
        free(big);
    }
    store_scan_end(&c);
    json_object_set_new(o, "entries", json_integer((json_int_t)entries));
    json_object_set_new(o, "epochs", json_integer((json_int_t)epochs));
    json_object_set_new(o, "forked", json_boolean(forked));
    json_object_set_new(o, "forks", forks);
    json_object_set_new(o, "receipt_ms", json_integer((json_int_t)receipt_ms));
}

static json_t *devices(struct hq *hq, struct store_txn *t)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < hq->ndevices; i++) {
        const struct hq_device *d = &hq->devices[i];
        json_t *o =
            json_pack("{s:o,s:o,s:s,s:b,s:I,s:I}", "author", ops_hex(d->author.b, 8), "technician",
                      ops_hex(d->person.b, 16), "role", ops_role_name(d->role), "revoked",
                      d->revoked, "outbox", (json_int_t)hq_out_last(t, d->author), "refused_ms",
                      (json_int_t)d->refused_ms);
        add_chains(t, d->author, o);
        json_array_append_new(list, o);
    }
    return list;
}

enum st op_status(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    (void)in;
    struct store_txn *t = NULL;
    struct store_space space = {0};
    enum st st = store_read(hq->store, &t, err);
    if (st == ST_OK) {
        st = store_space(hq->store, &space);
    }
    if (st == ST_OK) {
        *out = json_pack(
            "{s:s,s:o,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:b,s:o,s:o}", "name", hq->trust.name,
            "deployment", ops_hex(hq->keys.deployment, 16), "trust_serial",
            (json_int_t)atomic_load(&hq->trust_serial), "told_problems",
            (json_int_t)hq->told_problems, "legal_period_days",
            (json_int_t)hq->trust.legal_period_days, "entries", (json_int_t)store_count(t, T_ENTRY),
            "subjects", (json_int_t)store_count(t, T_STATE), "quarantined",
            (json_int_t)store_count(t, T_ODD), "quarantine_dropped", (json_int_t)hq_odd_gone(t),
            "wanted_attachments", (json_int_t)store_count(t, T_WANT), "free_bytes",
            (json_int_t)space.free_bytes, "in_reserve", space.in_reserve, "devices", devices(hq, t),
            "restores", hq_epoch_lost(hq, t));
    }
    store_abort(&t);
    return st;
}

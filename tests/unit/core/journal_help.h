/* journal_help.h - a technician's journal in a fresh store, for the tests of core/journal. */
#ifndef TESTS_JOURNAL_HELP_H
#define TESTS_JOURNAL_HELP_H
#include "core/journal/append.h"

#include "core/codec/cbor.h"
#include "tests/support/sample.h"
#include "tests/unit/core/store_help.h"

#include <sodium.h>

static struct sample s;
static uint8_t scratch[CAP_SCRATCH_BYTES], room[1 << 16];
static struct err err;

static const uint8_t visit_body[] = {0xA1, 0x01, 0x48, 1, 2, 3, 4, 5, 6, 7, 8};

struct desk { /* one open journal */
    const char *dir;
    struct store *store;
    struct journal j;
};

static inline enum st reopen(struct desk *d, struct now now)
{
    journal_close(&d->j);
    store_close(&d->store);
    d->store = help_open(d->dir, STORE_DEVICE, STORE_WRITE);
    return journal_open(&d->j, d->store, NULL, scratch, sizeof scratch, &now, &err);
}

static inline void start(struct desk *d)
{
    memset(d, 0, sizeof *d);
    d->dir = help_create(STORE_DEVICE);
    d->store = help_open(d->dir, STORE_DEVICE, STORE_WRITE);
    struct now now = sample_now(0);
    CHECK(journal_found(d->store, &s.tech.keys, true, s.trust_doc, s.tech.cert.whole, &now,
                        arena_of(scratch, sizeof scratch), &err) == ST_OK);
    CHECK(reopen(d, now) == ST_OK);
}

static inline void stop(struct desk *d)
{
    journal_close(&d->j);
    store_close(&d->store);
}

static inline struct append step(unsigned kind)
{
    return (struct append){.kind = kind,
                           .subject_type = SUBJECT_JOB,
                           .subject = sample_id16("job"),
                           .body = bytes_of(visit_body, sizeof visit_body)};
}

static inline enum st act(struct desk *d, int64_t ms, h32 *hash)
{
    struct append a = step(KIND_VISIT_TRAVELLING);
    struct now now = sample_now(ms);
    return journal_append(&d->j, &a, &now, hash, &err);
}

/* The entry with that hash as the store has it. */
static inline enum st look(struct desk *d, h32 hash, struct entry_view *e)
{
    struct arena a = arena_of(room, sizeof room);
    struct store_txn *t = help_read(d->store);
    enum st st = journal_get(t, hash, &a, e, &err);
    store_abort(&t);
    return st;
}

static inline struct chain_mark mark(struct desk *d, id8 author, id8 epoch)
{
    struct chain_mark m;
    struct arena a = arena_of(room, sizeof room);
    struct store_txn *t = help_read(d->store);
    IGNORE(chain_mark_get(t, author, epoch, &a, &m, &err)); /* zeroed when there is none */
    store_abort(&t);
    return m;
}

#endif

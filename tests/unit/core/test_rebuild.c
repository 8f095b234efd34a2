/* test_rebuild.c - what is derived from entries comes back to the same bytes. */
#include "tests/unit/core/check_help.h"

#include "core/store/rebuild.h"
#include "core/store/salvage.h"

#include <sodium.h>

/* One hash over all keys and values of the derived tables, as they are before sealing. */
static h32 dump(struct store *s)
{
    static const enum table derived[] = {T_HASH, T_SUBJECT, T_STATE, T_LIST, T_CODE, T_HEAD};
    crypto_generichash_state h;
    h32 out;
    struct store_txn *t = help_read(s);
    crypto_generichash_init(&h, NULL, 0, sizeof out.b);
    for (size_t i = 0; i < sizeof derived / sizeof derived[0]; i++) {
        struct store_cursor *c;
        bytes none = {NULL, 0}, key, value;
        CHECK_INT(store_scan(t, derived[i], none, none, &c, NULL), ST_OK);
        while (store_next(c, &key) == ST_OK) {
            struct arena a = room();
            uint64_t lengths[3] = {derived[i], key.n, 0};
            CHECK_INT(store_value(c, &a, &value, NULL), ST_OK);
            lengths[2] = value.n;
            crypto_generichash_update(&h, (const uint8_t *)lengths, sizeof lengths);
            crypto_generichash_update(&h, key.p, key.n);
            crypto_generichash_update(&h, value.p, value.n);
        }
        store_scan_end(&c);
    }
    crypto_generichash_final(&h, out.b, sizeof out.b);
    store_abort(&t);
    return out;
}

static void rebuild_gives_the_same_bytes(void)
{
    const enum store_side sides[] = {STORE_DEVICE, STORE_HQ};
    for (size_t i = 0; i < 2; i++) {
        struct store *s = make(sides[i]);
        h32 before = dump(s);
        struct store_txn *t = help_read(s);
        CHECK_INT(store_count(t, T_CODE), sides[i] == STORE_HQ ? CUSTOMERS + JOBS : 0);
        CHECK(store_count(t, T_LIST) >= CUSTOMERS + JOBS);
        store_abort(&t);
        struct store_rebuild_totals r;
        CHECK_INT(store_rebuild(s, room(), &r, NULL), ST_OK);
        CHECK_INT(r.entries, ENTRIES);
        CHECK_INT(r.subjects, 1 + CUSTOMERS + JOBS);
        CHECK_INT(r.damaged, 0);
        CHECK_INT(r.marks, 0);
        h32 after = dump(s);
        CHECK_BYTES(before.b, 32, after.b, 32);
        /* Spoilt in every derived table, it comes back the same. */
        delete_nth(s, T_HASH, 1);
        copy_nth(s, T_SUBJECT, 3, 5);
        copy_nth(s, T_STATE, 2, 4);
        delete_nth(s, T_LIST, 0);
        break_nth(s, T_STATE, 5);
        if (sides[i] == STORE_HQ) {
            delete_nth(s, T_CODE, 2);
        }
        delete_nth(s, T_HEAD, 0);
        run(s);
        CHECK(totals.damage > 0);
        CHECK_INT(store_rebuild(s, room(), &r, NULL), ST_OK);
        CHECK_INT(r.marks, 1);
        after = dump(s);
        CHECK_BYTES(before.b, 32, after.b, 32);
        expect(s, 0);
        store_close(&s);
    }
}

static void rebuild_never_lowers_a_mark(void)
{
    struct store *s = make(STORE_DEVICE);
    delete_nth(s, T_ENTRY,
               ENTRIES - 1); /* the tail is lost: the next sequence must not be reused */
    struct store_rebuild_totals r;
    CHECK_INT(store_rebuild(s, room(), &r, NULL), ST_OK);
    CHECK_INT(r.entries, ENTRIES - 1);
    CHECK_INT(r.marks, 0);
    expect(s, BIT(CHECK_MARK));
    store_close(&s);
}

static void a_damaged_entry_is_left_and_counted_by_rebuild(void)
{
    struct store *s = make(STORE_DEVICE);
    break_nth(s, T_ENTRY, 5);
    struct store_rebuild_totals r;
    CHECK_INT(store_rebuild(s, room(), &r, NULL), ST_OK);
    CHECK_INT(r.entries, ENTRIES - 1);
    CHECK_INT(r.damaged, 1);
    expect(s, BIT(CHECK_UNREADABLE) | BIT(CHECK_GAP));
    struct store_txn *t = help_read(s);
    CHECK_INT(store_count(t, T_ENTRY), ENTRIES);
    store_abort(&t);
    store_close(&s);
}

/* A page of the chains' marks that never reached the disk, over which the rest did: every seal
 * holds, and the next entry would be written under a number that is taken. */
static void a_mark_before_an_entry_that_follows_it_is_mended_at_open(void)
{
    const enum store_side sides[] = {STORE_DEVICE, STORE_HQ};
    for (size_t i = 0; i < 2; i++) {
        struct store *s = make(sides[i]);
        struct store_txn *t = help_write(s);
        struct arena a = room();
        struct entry_view e;
        struct chain_mark m, now;
        bytes key, value;
        id8 author, epoch;
        CHECK(!store_mend_due(t));
        nth(t, T_HEAD, 0, &a, &key, &value);
        memcpy(author.b, key.p, 8);
        memcpy(epoch.b, key.p + 8, 8);
        CHECK_INT(chain_mark_get(t, author, epoch, &a, &m, NULL), ST_OK);
        CHECK_INT(m.seq, ENTRIES);
        CHECK_INT(journal_at(t, author, epoch, ENTRIES - 3, &a, &e, NULL), ST_OK);
        now = m;
        now.seq = e.seq;
        now.hash = e.hash;
        now.time = e.time;
        CHECK_INT(chain_mark_put(t, &now, NULL), ST_OK);
        CHECK_INT(store_commit(&t, NULL), ST_OK);
        expect(s, BIT(CHECK_MARK));
        t = help_read(s);
        CHECK(store_mend_due(t));
        store_abort(&t);
        CHECK_INT(store_mend(s, room(), NULL, NULL, NULL), ST_OK);
        expect(s, 0);
        t = help_read(s);
        a = room();
        CHECK(!store_mend_due(t));
        CHECK_INT(chain_mark_get(t, author, epoch, &a, &now, NULL), ST_OK);
        CHECK_INT(now.seq, ENTRIES);
        CHECK_BYTES(now.hash.b, 32, m.hash.b, 32);
        store_abort(&t);
        store_close(&s);
    }
}

/* Before a gap is where a mark belongs: what lies beyond does not follow it. */
static void a_mark_before_a_gap_is_left_there(void)
{
    struct store *s = make(STORE_HQ);
    delete_nth(s, T_ENTRY, ENTRIES - 4);
    CHECK_INT(store_mend(s, room(), NULL, NULL, NULL), ST_OK);
    struct store_txn *t = help_read(s);
    struct arena a = room();
    struct chain_mark m;
    bytes key, value;
    id8 author, epoch;
    nth(t, T_HEAD, 0, &a, &key, &value);
    memcpy(author.b, key.p, 8);
    memcpy(epoch.b, key.p + 8, 8);
    CHECK_INT(chain_mark_get(t, author, epoch, &a, &m, NULL), ST_OK);
    CHECK_INT(m.seq, ENTRIES - 4);
    CHECK(!store_mend_due(t));
    store_abort(&t);
    store_close(&s);
}

int main(void)
{
    sample_make(&sample);
    RUN(rebuild_gives_the_same_bytes);
    RUN(rebuild_never_lowers_a_mark);
    RUN(a_damaged_entry_is_left_and_counted_by_rebuild);
    RUN(a_mark_before_an_entry_that_follows_it_is_mended_at_open);
    RUN(a_mark_before_a_gap_is_left_there);
    sample_free(&sample);
    CHECK_END();
}

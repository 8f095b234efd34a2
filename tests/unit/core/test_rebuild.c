/* test_rebuild.c - what is derived from entries comes back to the same bytes. */
#include "tests/unit/core/check_help.h"

#include "core/store/rebuild.h"

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

int main(void)
{
    sample_make(&sample);
    RUN(rebuild_gives_the_same_bytes);
    RUN(rebuild_never_lowers_a_mark);
    RUN(a_damaged_entry_is_left_and_counted_by_rebuild);
    sample_free(&sample);
    CHECK_END();
}

/* test_check.c - check finds each kind of damage and names it. */
#include "tests/unit/core/check_help.h"

#include "core/fold/refold.h"

static void a_sound_store_is_found_sound(void)
{
    const enum store_side sides[] = {STORE_DEVICE, STORE_HQ};
    for (size_t i = 0; i < 2; i++) {
        struct store *s = make(sides[i]);
        expect(s, 0);
        CHECK_INT(totals.damage, 0);
        CHECK_INT(totals.chains, 1);
        CHECK_INT(totals.entries, ENTRIES);
        CHECK_INT(totals.signatures, ENTRIES);
        CHECK_INT(totals.subjects, 1 + CUSTOMERS + JOBS);
        CHECK_INT(totals.att_named, CUSTOMERS + 1);
        CHECK_INT(totals.att_held, CUSTOMERS + 1);
        struct store_check_totals v = run_values(s);
        CHECK_INT(damaged_values, 0);
        CHECK_INT(v.values[T_ENTRY], ENTRIES);
        CHECK_INT(v.held, CUSTOMERS + 1);
        CHECK_INT(v.forgotten, 0);
        store_close(&s);
    }
}

static void every_damage_is_named(void)
{
    struct store *s = make(STORE_HQ);
    delete_nth(s, T_HASH, 3);
    expect(s, BIT(CHECK_HASH_INDEX));
    store_close(&s);

    s = make(STORE_HQ);
    copy_nth(s, T_SUBJECT, 3, 5);
    expect(s, BIT(CHECK_SUBJECT_INDEX) | BIT(CHECK_STATE));
    store_close(&s);

    s = make(STORE_DEVICE);
    delete_nth(s, T_ENTRY, 4); /* its rows in the indexes lead to nothing now */
    expect(s, BIT(CHECK_GAP) | BIT(CHECK_HASH_INDEX) | BIT(CHECK_SUBJECT_INDEX) | BIT(CHECK_STATE));
    CHECK_INT(last_place[CHECK_GAP].seq, 6);
    store_close(&s);

    s = make(STORE_DEVICE);
    delete_nth(s, T_ENTRY, ENTRIES - 1);
    expect(s,
           BIT(CHECK_MARK) | BIT(CHECK_HASH_INDEX) | BIT(CHECK_SUBJECT_INDEX) | BIT(CHECK_STATE));
    store_close(&s);

    s = make(STORE_HQ);
    copy_nth(s, T_ENTRY, 2, 3);
    run(s);
    CHECK_INT(totals.found[CHECK_MISPLACED], 1);
    CHECK_INT(last_place[CHECK_MISPLACED].seq, 3);
    store_close(&s);

    s = make(STORE_HQ);
    alter_nth(s, T_ENTRY, 6, 3); /* in the signature: the entry is another one, by hash */
    run(s);
    CHECK_INT(totals.found[CHECK_SIGNATURE], 1);
    CHECK_INT(totals.found[CHECK_LINK], 1);
    CHECK_INT(last_place[CHECK_LINK].seq, 8);
    CHECK_INT(totals.signatures, ENTRIES - 1);
    store_close(&s);
}

static void what_stands_beside_entries_is_checked_too(void)
{
    struct store *s = make(STORE_HQ);
    delete_nth(s, T_ATT, 0);
    expect(s, BIT(CHECK_ATTACHMENT));
    CHECK_INT(totals.att_held, CUSTOMERS);
    struct store_txn *t = help_write(s);
    CHECK_INT(
        store_put(t, T_WANT, bytes_of(last_place[CHECK_ATTACHMENT].hash.b, 32), help_b(""), NULL),
        ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    expect(s, 0);
    CHECK_INT(totals.att_wanted, 1);
    copy_nth(s, T_STATE, 0, 1);
    expect(s, BIT(CHECK_STATE));
    CHECK_INT(totals.found[CHECK_STATE], 1);
    delete_nth(s, T_HEAD, 0);
    expect(s, BIT(CHECK_STATE) | BIT(CHECK_MARK));
    store_close(&s);

    s = make(STORE_HQ);
    delete_nth(s, T_CERT, 0);
    run(s);
    CHECK_INT(totals.found[CHECK_NO_CERTIFICATE], 1);
    CHECK_INT(totals.signatures, 0);
    t = help_write(s);
    CHECK_INT(store_del(t, T_META, help_b("trust"), NULL), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    run(s);
    CHECK_INT(totals.found[CHECK_TRUST], 1);
    store_close(&s);
}

static void rows_of_lists_and_codes_are_compared_too(void)
{
    struct store *s = make(STORE_HQ);
    expect(s, 0);
    delete_nth(s, T_LIST, 2);
    expect(s, BIT(CHECK_LIST));
    store_close(&s);
    s = make(STORE_HQ);
    alter_nth(s, T_LIST, 0, 1);
    expect(s, BIT(CHECK_LIST));
    store_close(&s);
    s = make(STORE_HQ);
    delete_nth(s, T_CODE, 0);
    expect(s, BIT(CHECK_LIST));
    store_close(&s);
    s = make(STORE_HQ);
    copy_nth(s, T_CODE, 0, 1); /* it leads to another */
    expect(s, BIT(CHECK_LIST));
    store_close(&s);
    s = make(STORE_HQ);
    struct store_txn *t = help_write(s); /* a row of nobody */
    static const uint8_t key[17] = {LIST_CONFLICTS, 9};
    CHECK_INT(store_put(t, T_LIST, bytes_of(key, sizeof key), help_b("x"), NULL), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    expect(s, BIT(CHECK_LIST));
    store_close(&s);
}

static void a_broken_seal_is_found_and_hides_nothing_else(void)
{
    struct store *s = make(STORE_DEVICE);
    break_nth(s, T_ENTRY, 5);
    run(s);
    CHECK_INT(totals.found[CHECK_UNREADABLE], 1);
    CHECK_INT(last_place[CHECK_UNREADABLE].seq, 6);
    CHECK_INT(totals.signatures, ENTRIES - 1);
    struct store_check_totals v = run_values(s);
    CHECK_INT(damaged_values, 1);
    CHECK_INT(damaged_table, T_ENTRY);
    CHECK_INT(v.damaged[T_ENTRY], 1);
    CHECK_INT(v.values[T_ENTRY], ENTRIES);
    break_nth(s, T_ATT, 1);
    v = run_values(s);
    CHECK_INT(damaged_values, 2);
    CHECK_INT(v.held, CUSTOMERS);
    alter_nth(s, T_ATT, 2, 0); /* the seal is right, the content is not the manifest's */
    v = run_values(s);
    CHECK_INT(v.att_damaged, 1);
    store_close(&s);
}

static void more_values_than_a_batch_are_all_seen(void)
{
    struct store *s = help_open(help_create(STORE_DEVICE), STORE_DEVICE, STORE_WRITE);
    struct store_txn *t = help_write(s);
    for (int i = 0; i < 10000; i++) {
        char key[16];
        snprintf(key, sizeof key, "%05d", i);
        CHECK_INT(help_put(t, T_SCOPE, key, key), ST_OK);
    }
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    struct store_check_totals v = run_values(s);
    CHECK_INT(v.values[T_SCOPE], 10000);
    store_close(&s);
}

static void others_chains_may_be_held_in_part_on_a_device(void)
{
    struct store *from = make(STORE_HQ), *s = make(STORE_DEVICE);
    struct store_txn *r = help_read(from), *t = help_write(s);
    struct arena a = room();
    CHECK_INT(cert_store_put(t, &sample.node.cert, NULL), ST_OK);
    for (unsigned i = 3; i < 9; i += 2) {
        bytes key, whole;
        struct entry_view e;
        bool forked;
        nth(r, T_ENTRY, i, &a, &key, &whole);
        CHECK_INT(entry_parse(whole, &e, NULL, NULL), ST_OK);
        CHECK_INT(journal_keep(t, &e, &forked, NULL), ST_OK);
        CHECK_INT(fold_refold(t, e.subject, arena_of(scratch2, sizeof scratch2), NULL), ST_OK);
        for (unsigned k = 0; k < e.natt; k++) {
            h32 name = entry_att(&e, k);
            CHECK_INT(store_put(t, T_WANT, bytes_of(name.b, 32), help_b(""), NULL), ST_OK);
        }
    }
    CHECK_INT(store_commit(&t, NULL), ST_OK);
    store_abort(&r);
    expect(s, 0);
    CHECK_INT(totals.chains, 2);
    CHECK_INT(totals.entries, ENTRIES + 3);
    store_close(&s);
    store_close(&from);
}

int main(void)
{
    sample_make(&sample);
    RUN(a_sound_store_is_found_sound);
    RUN(every_damage_is_named);
    RUN(what_stands_beside_entries_is_checked_too);
    RUN(rows_of_lists_and_codes_are_compared_too);
    RUN(a_broken_seal_is_found_and_hides_nothing_else);
    RUN(more_values_than_a_batch_are_all_seen);
    RUN(others_chains_may_be_held_in_part_on_a_device);
    sample_free(&sample);
    CHECK_END();
}

/* test_check.c - check finds each kind of damage and names it; rebuild gives the same bytes back.
 */
#include "tests/support/sample.h"
#include "tests/unit/core/store_help.h"

#include "core/fold/refold.h"
#include "core/journal/check.h"
#include "core/model/bodies.h"
#include "core/store/inside.h"
#include "core/store/rebuild.h"
#include "core/store/store_check.h"

#include <sodium.h>

#define CUSTOMERS 4
#define JOBS 6
/* Entries: the opening, customers, jobs, and a second name for the first customer. */
#define ENTRIES (1 + CUSTOMERS + JOBS + 1)

static uint8_t scratch[2 * CAP_SCRATCH_BYTES];
static uint8_t scratch2[CAP_SCRATCH_BYTES];
static struct sample sample;

static struct arena room(void)
{
    return arena_of(scratch, sizeof scratch);
}

static struct record_write write_of(int field, enum field_type type)
{
    return (struct record_write){.field = field, .type = type};
}

static void set(struct journal *j, enum subject_type type, id16 subject, struct record_write *w,
                size_t n, const char *text, int64_t at_ms)
{
    uint8_t buf[CAP_BODY_BYTES];
    struct append_att att = {.type = ATT_TEXT, .content = help_b(text != NULL ? text : "")};
    struct append a = {.kind = KIND_RECORD_SET, .subject_type = type, .subject = subject};
    if (store_side(j->store) == STORE_HQ) {
        a.actor = sample_id16("a clerk");
        a.actor_role = ROLE_CLERK;
    }
    a.atts = &att;
    a.natt = text != NULL;
    CHECK_INT(record_encode(w, n, buf, sizeof buf, &a.body), ST_OK);
    struct now now = sample_now(at_ms);
    h32 hash;
    struct err e = {.text = ""};
    if (journal_append(j, &a, &now, &hash, &e) != ST_OK) {
        check_fail(__FILE__, __LINE__, "append: %s", e.text);
    }
}

static id16 subject_of(const char *what, int i)
{
    char name[32];
    snprintf(name, sizeof name, "%s %d", what, i);
    return sample_id16(name);
}

static void fill(struct journal *j)
{
    char text[64];
    for (int i = 0; i < CUSTOMERS; i++) {
        struct record_write w[] = {write_of(F_CODE, FT_CODE), write_of(F_CUSTOMER_NAME, FT_TEXT)};
        snprintf(text, sizeof text, "C-%d", i);
        CHECK(code_of(help_b(text), &w[0].code));
        snprintf(text, sizeof text, "Customer number %d", i);
        set(j, SUBJECT_CUSTOMER, subject_of("customer", i), w, 2, text, 100 + i);
    }
    for (int i = 0; i < JOBS; i++) {
        struct record_write w[] = {write_of(F_CODE, FT_CODE), write_of(F_JOB_CUSTOMER, FT_REF),
                                   write_of(F_JOB_CALLED, FT_TIME)};
        snprintf(text, sizeof text, "J-%d", i);
        CHECK(code_of(help_b(text), &w[0].code));
        w[1].ref = subject_of("customer", i % CUSTOMERS);
        w[2].i = SAMPLE_TIME_MS + i * 60000;
        set(j, SUBJECT_JOB, subject_of("job", i), w, 3, NULL, 200 + i);
    }
    struct record_write w = write_of(F_CUSTOMER_NAME, FT_TEXT);
    set(j, SUBJECT_CUSTOMER, subject_of("customer", 0), &w, 1, "Another name", 300);
}

static struct store *make(enum store_side side)
{
    const char *dir = help_create(side);
    struct store *s = help_open(dir, side, STORE_WRITE);
    const struct sample_party *p = side == STORE_HQ ? &sample.node : &sample.tech;
    struct now now = sample_now(0);
    struct err e = {.text = ""};
    static struct journal j;
    if (journal_found(s, &p->keys, side == STORE_DEVICE, sample.trust_doc, p->cert.whole, &now,
                      room(), &e) != ST_OK ||
        journal_open(&j, s, &p->keys, scratch2, sizeof scratch2, &now, &e) != ST_OK) {
        check_fail(__FILE__, __LINE__, "journal: %s", e.text);
        exit(1);
    }
    fill(&j);
    journal_close(&j);
    return s;
}

/* --- running the checks
 * ---------------------------------------------------------------------------- */

static struct journal_check_totals totals;
static struct check_place last_place[CHECK_WHATS];

static void note(void *ctx, enum check_what what, const struct check_place *place)
{
    (void)ctx;
    last_place[what] = *place;
}

static void run(struct store *s)
{
    struct journal_check_sink sink = {note, NULL};
    struct err e = {.text = ""};
    memset(last_place, 0, sizeof last_place);
    if (journal_check(s, room(), &sink, &totals, &e) != ST_OK) {
        check_fail(__FILE__, __LINE__, "journal_check: %s", e.text);
    }
}

/* Only these kinds of findings, all of them (a bit each). */
static void expect(struct store *s, uint32_t whats)
{
    run(s);
    for (unsigned w = 1; w < CHECK_WHATS; w++) {
        bool want = (whats >> w & 1) != 0;
        if ((totals.found[w] > 0) != want) {
            check_fail(__FILE__, __LINE__, "%s: found %" PRIu64 ", wanted %s",
                       journal_check_name((enum check_what)w), totals.found[w],
                       want ? "some" : "none");
        }
    }
}
#define BIT(w) (1U << (w))

static unsigned damaged_values;
static enum table damaged_table;

static void note_value(void *ctx, enum table table, bytes key, const char *why)
{
    (void)ctx;
    (void)key;
    (void)why;
    damaged_values++;
    damaged_table = table;
}

static struct store_check_totals run_values(struct store *s)
{
    struct store_check_totals out;
    struct store_check_sink sink = {note_value, NULL};
    damaged_values = 0;
    CHECK_INT(store_check(s, room(), &sink, &out, NULL), ST_OK);
    return out;
}

/* The n-th key of a table (from 0) and its value, in the arena. */
static void nth(struct store_txn *t, enum table table, unsigned n, struct arena *a, bytes *key,
                bytes *value)
{
    struct store_cursor *c;
    bytes none = {NULL, 0}, k;
    bool ok = true;
    CHECK_INT(store_scan(t, table, none, none, &c, NULL), ST_OK);
    for (unsigned i = 0; i <= n; i++) {
        CHECK_INT(store_next(c, &k), ST_OK);
    }
    *key = arena_bytes(a, k, &ok);
    CHECK_INT(store_value(c, a, value, NULL), ST_OK);
    store_scan_end(&c);
}

static void delete_nth(struct store *s, enum table table, unsigned n)
{
    struct store_txn *t = help_write(s);
    struct arena a = room();
    bytes key, value;
    nth(t, table, n, &a, &key, &value);
    CHECK_INT(store_del(t, table, key, NULL), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
}

/* The n-th value becomes the m-th's, well sealed. */
static void copy_nth(struct store *s, enum table table, unsigned n, unsigned m)
{
    struct store_txn *t = help_write(s);
    struct arena a = room();
    bytes key, value, other_key, other;
    nth(t, table, n, &a, &key, &value);
    nth(t, table, m, &a, &other_key, &other);
    CHECK_INT(store_put(t, table, key, other, NULL), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
}

/* One byte of the n-th value, resealed: what a seal does not notice. */
static void alter_nth(struct store *s, enum table table, unsigned n, size_t from_end)
{
    struct store_txn *t = help_write(s);
    struct arena a = room();
    bytes key, value;
    nth(t, table, n, &a, &key, &value);
    uint8_t *copy = arena_new(&a, uint8_t, value.n);
    memcpy(copy, value.p, value.n);
    copy[value.n - 1 - from_end] ^= 1;
    CHECK_INT(store_put(t, table, key, bytes_of(copy, value.n), NULL), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
}

/* A byte below the seal. */
static void break_nth(struct store *s, enum table table, unsigned n)
{
    struct store_txn *t = help_write(s);
    struct arena a = room();
    bytes key, value;
    nth(t, table, n, &a, &key, &value);
    uint8_t k[CAP_STORE_KEY_BYTES];
    memcpy(k, key.p, key.n);
    MDB_val mk = {key.n, k}, mv;
    CHECK_INT(mdb_get(t->txn, s->dbi[table], &mk, &mv), 0);
    uint8_t *copy = arena_new(&a, uint8_t, mv.mv_size);
    memcpy(copy, mv.mv_data, mv.mv_size);
    copy[30] ^= 4;
    MDB_val mw = {mv.mv_size, copy};
    CHECK_INT(mdb_put(t->txn, s->dbi[table], &mk, &mw, 0), 0);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
}

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

/* --- rebuild
 * --------------------------------------------------------------------------------------- */

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
    RUN(a_broken_seal_is_found_and_hides_nothing_else);
    RUN(more_values_than_a_batch_are_all_seen);
    RUN(rebuild_gives_the_same_bytes);
    RUN(rebuild_never_lowers_a_mark);
    RUN(a_damaged_entry_is_left_and_counted_by_rebuild);
    RUN(others_chains_may_be_held_in_part_on_a_device);
    sample_free(&sample);
    CHECK_END();
}

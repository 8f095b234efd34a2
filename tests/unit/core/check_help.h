/* check_help.h - a store with a small journal, ways to spoil it, and the checks run over it. */
#ifndef TESTS_CHECK_HELP_H
#define TESTS_CHECK_HELP_H
#include "tests/support/sample.h"
#include "tests/unit/core/store_help.h"

#include "core/journal/check.h"
#include "core/model/bodies.h"
#include "core/store/inside.h"
#include "core/store/store_check.h"

#define CUSTOMERS 4
#define JOBS 6
/* Entries: the opening, customers, jobs, and a second name for the first customer. */
#define ENTRIES (1 + CUSTOMERS + JOBS + 1)

static uint8_t scratch[2 * CAP_SCRATCH_BYTES];
static uint8_t scratch2[CAP_SCRATCH_BYTES];
static struct sample sample;

static inline struct arena room(void)
{
    return arena_of(scratch, sizeof scratch);
}

static inline struct record_write write_of(int field, enum field_type type)
{
    return (struct record_write){.field = field, .type = type};
}

static inline void set(struct journal *j, enum subject_type type, id16 subject,
                       struct record_write *w, size_t n, const char *text, int64_t at_ms)
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

static inline id16 subject_of(const char *what, int i)
{
    char name[32];
    snprintf(name, sizeof name, "%s %d", what, i);
    return sample_id16(name);
}

static inline void fill(struct journal *j)
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

static inline struct store *make(enum store_side side)
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

static inline void note(void *ctx, enum check_what what, const struct check_place *place)
{
    (void)ctx;
    last_place[what] = *place;
}

static inline void run(struct store *s)
{
    struct journal_check_sink sink = {note, NULL};
    struct err e = {.text = ""};
    memset(last_place, 0, sizeof last_place);
    if (journal_check(s, room(), &sink, &totals, &e) != ST_OK) {
        check_fail(__FILE__, __LINE__, "journal_check: %s", e.text);
    }
}

/* Only these kinds of findings, all of them (a bit each). */
static inline void expect(struct store *s, uint32_t whats)
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

static inline void note_value(void *ctx, enum table table, bytes key, const char *why)
{
    (void)ctx;
    (void)key;
    (void)why;
    damaged_values++;
    damaged_table = table;
}

static inline struct store_check_totals run_values(struct store *s)
{
    struct store_check_totals out;
    struct store_check_sink sink = {note_value, NULL};
    damaged_values = 0;
    CHECK_INT(store_check(s, room(), &sink, &out, NULL), ST_OK);
    return out;
}

/* The n-th key of a table (from 0) and its value, in the arena. */
static inline void nth(struct store_txn *t, enum table table, unsigned n, struct arena *a,
                       bytes *key, bytes *value)
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

static inline void delete_nth(struct store *s, enum table table, unsigned n)
{
    struct store_txn *t = help_write(s);
    struct arena a = room();
    bytes key, value;
    nth(t, table, n, &a, &key, &value);
    CHECK_INT(store_del(t, table, key, NULL), ST_OK);
    CHECK_INT(store_commit(&t, NULL), ST_OK);
}

/* The n-th value becomes the m-th's, well sealed. */
static inline void copy_nth(struct store *s, enum table table, unsigned n, unsigned m)
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
static inline void alter_nth(struct store *s, enum table table, unsigned n, size_t from_end)
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
static inline void break_nth(struct store *s, enum table table, unsigned n)
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
#endif

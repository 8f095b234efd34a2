/* test_forks.c - the forks of a store: where they begin, what lies in them, and the proof of one as
 * a file that is checked with the trust document alone. */
#include "core/journal/forks.h"

#include "tests/unit/core/journal_help.h"

static uint8_t theirs[8][CAP_ENTRY_BYTES];
static uint8_t big[1 << 18];

static struct entry_view write_one(struct chain_head *h, int slot, const char *job)
{
    struct entry_view e;
    struct now now = sample_now(slot);
    struct entry_draft d = {.kind = KIND_VISIT_ARRIVED,
                            .subject_type = SUBJECT_JOB,
                            .subject = sample_id16(job),
                            .body = bytes_of(visit_body, sizeof visit_body)};
    CHECK(entry_make(h, &d, &now, s.trust.deployment, s.other.keys.sign_sk, theirs[slot],
                     sizeof theirs[slot], &e, &err) == ST_OK);
    return e;
}

static void keep(struct desk *d, const struct entry_view *e)
{
    bool forked;
    struct store_txn *t = help_write(d->store);
    CHECK(journal_keep(t, e, &forked, &err) == ST_OK);
    CHECK(cert_store_put(t, &s.other.cert, &err) == ST_OK);
    CHECK(store_commit(&t, &err) == ST_OK);
}

/* 1 on job "one"; 2 twice (jobs "one" and "two"), 3 on the main branch (job "three"). */
static struct entry_view all[4];
static void forked_desk(struct desk *d)
{
    start(d);
    struct chain_head a = {.author = s.other.author, .epoch = sample_id8("theirs")};
    all[0] = write_one(&a, 0, "one");
    struct chain_head b = a;
    all[1] = write_one(&a, 1, "before");
    all[2] = write_one(&b, 2, "two");
    all[3] = write_one(&a, 3, "three");
    for (int i = 0; i < 4; i++) {
        keep(d, &all[i]);
    }
}

static void the_first_number_that_has_two_entries_is_found(void)
{
    struct desk d;
    struct entry_view a, b;
    struct arena m = arena_of(big, sizeof big);
    forked_desk(&d);
    struct store_txn *t = help_read(d.store);
    CHECK(forks_first(t, s.other.author, sample_id8("theirs"), &m, &a, &b, &err) == ST_OK);
    CHECK(a.seq == 2 && b.seq == 2 && h32_eq(a.hash, all[1].hash) && h32_eq(b.hash, all[2].hash));
    CHECK(forks_first(t, d.j.head.author, d.j.head.epoch, &m, &a, &b, &err) == ST_NOT_FOUND);
    store_abort(&t);
    stop(&d);
}

static void what_lies_at_or_after_the_fork_is_in_one_of_two_histories(void)
{
    struct desk d;
    struct arena m = arena_of(big, sizeof big);
    h32 own;
    forked_desk(&d);
    CHECK(act(&d, 9, &own) == ST_OK);
    struct store_txn *t = help_read(d.store);
    CHECK(!forks_touch(t, sample_id16("one"), m));
    CHECK(!forks_touch(t, sample_id16("job"), m)); /* our own chain has no fork */
    CHECK(forks_touch(t, sample_id16("before"), m) && forks_touch(t, sample_id16("two"), m) &&
          forks_touch(t, sample_id16("three"), m));
    struct forks_seen seen = {.n = 0};
    CHECK(!forks_cover(t, &seen, s.other.author, sample_id8("theirs"), 1, m));
    CHECK(forks_cover(t, &seen, s.other.author, sample_id8("theirs"), 3, m));
    CHECK(seen.n == 1); /* looked for once */
    store_abort(&t);
    stop(&d);
}

static bytes proof_of(struct desk *d, h32 hash, struct arena *m, enum st *st)
{
    bytes out;
    struct store_txn *t = help_read(d->store);
    *st = forks_file_make(t, hash, m, &out, &err);
    store_abort(&t);
    return out;
}

static void the_proof_is_the_same_file_from_either_entry_and_convinces_without_a_store(void)
{
    struct desk d;
    enum st st1, st2;
    struct arena m = arena_of(big, sizeof big);
    forked_desk(&d);
    bytes one = proof_of(&d, all[1].hash, &m, &st1), two = proof_of(&d, all[2].hash, &m, &st2);
    CHECK(st1 == ST_OK && st2 == ST_OK);
    CHECK_BYTES(one.p, one.n, two.p, two.n);
    IGNORE(proof_of(&d, all[0].hash, &m, &st1).n);
    IGNORE(proof_of(&d, sample_h32("no such"), &m, &st2).n);
    CHECK(st1 == ST_NOT_FOUND && st2 == ST_NOT_FOUND);
    stop(&d);
    struct cert c;
    struct entry_view a, b;
    const char *rule;
    CHECK(forks_file_is(one));
    CHECK(forks_file_open(one, &s.trust, &c, &a, &b, &rule) == ST_OK && *rule == '\0');
    CHECK(id8_eq(c.author, s.other.author) && a.seq == 2 && !h32_eq(a.hash, b.hash));
}

static void no_bit_of_it_can_be_changed_and_none_left_out(void)
{
    static uint8_t copy[FORK_FILE_BYTES_MAX];
    struct desk d;
    enum st st;
    struct arena m = arena_of(big, sizeof big);
    struct cert c;
    struct entry_view a, b;
    forked_desk(&d);
    bytes file = proof_of(&d, all[2].hash, &m, &st);
    CHECK(st == ST_OK && file.n <= sizeof copy);
    for (size_t bit = 0; bit < file.n * 8; bit++) {
        memcpy(copy, file.p, file.n);
        copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
        CHECK(forks_file_open(bytes_of(copy, file.n), &s.trust, &c, &a, &b, NULL) != ST_OK);
    }
    for (size_t n = 0; n < file.n; n++) {
        CHECK(forks_file_open(bytes_of(file.p, n), &s.trust, &c, &a, &b, NULL) != ST_OK);
    }
    /* Somebody else's certificate, sound by itself, does not speak for these entries. */
    size_t at = file.n - s.other.cert.whole.n;
    CHECK(memcmp(file.p + at, s.other.cert.whole.p, s.other.cert.whole.n) == 0);
    if (s.tech.cert.whole.n == s.other.cert.whole.n) {
        memcpy(copy, file.p, file.n);
        memcpy(copy + at, s.tech.cert.whole.p, s.tech.cert.whole.n);
        CHECK(forks_file_open(bytes_of(copy, file.n), &s.trust, &c, &a, &b, NULL) ==
              ST_BAD_SIGNATURE);
    }
    stop(&d);
}

int main(void)
{
    sample_make(&s);
    RUN(the_first_number_that_has_two_entries_is_found);
    RUN(what_lies_at_or_after_the_fork_is_in_one_of_two_histories);
    RUN(the_proof_is_the_same_file_from_either_entry_and_convinces_without_a_store);
    RUN(no_bit_of_it_can_be_changed_and_none_left_out);
    sample_free(&s);
    CHECK_END();
}

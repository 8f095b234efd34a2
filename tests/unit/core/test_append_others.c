/* test_append_others.c - others' entries, forks, trust documents and certificates in the store. */
#include "tests/unit/core/journal_help.h"

/* ---- others' entries --------------------------------------------------------------------------
 */

static uint8_t theirs[8][CAP_ENTRY_BYTES];

static struct entry_view write_one(struct chain_head *h, int slot, int64_t ms)
{
    struct entry_view e;
    struct now now = sample_now(ms);
    struct entry_draft d = {.kind = KIND_VISIT_ARRIVED,
                            .subject_type = SUBJECT_JOB,
                            .subject = sample_id16("job"),
                            .body = bytes_of(visit_body, sizeof visit_body)};
    CHECK(entry_make(h, &d, &now, s.trust.deployment, s.other.keys.sign_sk, theirs[slot],
                     sizeof theirs[slot], &e, &err) == ST_OK);
    return e;
}

static enum st keep(struct desk *d, const struct entry_view *e, bool *forked)
{
    struct store_txn *t = help_write(d->store);
    enum st st = journal_keep(t, e, forked, &err);
    CHECK(store_commit(&t, &err) == ST_OK);
    return st;
}

static h32 main_at(struct desk *d, uint64_t seq)
{
    struct entry_view e;
    struct arena a = arena_of(room, sizeof room);
    struct store_txn *t = help_read(d->store);
    h32 h = {{0}};
    if (journal_at(t, s.other.author, sample_id8("theirs"), seq, &a, &e, &err) == ST_OK) {
        h = e.hash;
    }
    store_abort(&t);
    return h;
}

static void both_branches_of_a_fork_are_kept_and_the_main_one_stays_whole(void)
{
    struct desk d;
    start(&d);
    struct chain_head a = {.author = s.other.author, .epoch = sample_id8("theirs")};
    struct entry_view e1 = write_one(&a, 0, 1);
    struct chain_head b = a;
    struct entry_view a2 = write_one(&a, 1, 2), b2 = write_one(&b, 2, 3), b3 = write_one(&b, 3, 4),
                      a3 = write_one(&a, 4, 5);
    bool forked = true;
    CHECK(keep(&d, &e1, &forked) == ST_OK && !forked);
    CHECK(keep(&d, &a2, &forked) == ST_OK && !forked);
    CHECK(keep(&d, &b2, &forked) == ST_OK && forked);
    CHECK(keep(&d, &b3, &forked) == ST_OK && forked);
    CHECK(keep(&d, &a3, &forked) == ST_OK && !forked);
    CHECK(h32_eq(main_at(&d, 2), a2.hash) && h32_eq(main_at(&d, 3), a3.hash));
    struct chain_mark m = mark(&d, s.other.author, sample_id8("theirs"));
    CHECK(m.forked && m.seq == 3 && h32_eq(m.hash, a3.hash));
    const struct entry_view *all[] = {&e1, &a2, &b2, &b3, &a3};
    for (size_t i = 0; i < 5; i++) {
        struct entry_view e;
        CHECK(look(&d, all[i]->hash, &e) == ST_OK);
        CHECK_BYTES(e.whole.p, e.whole.n, all[i]->whole.p, all[i]->whole.n);
        CHECK(keep(&d, all[i], &forked) == ST_EXISTS);
    }
    struct store_txn *t = help_read(d.store);
    CHECK_INT(store_count(t, T_ENTRY), 6); /* five of theirs, our own first */
    CHECK_INT(store_count(t, T_SUBJECT), 6);
    store_abort(&t);
    stop(&d);
}

static void others_entries_come_in_any_order_and_with_gaps(void)
{
    struct desk d;
    start(&d);
    struct chain_head h = {.author = s.other.author, .epoch = sample_id8("theirs")};
    struct entry_view e[5];
    for (int i = 0; i < 5; i++) {
        e[i] = write_one(&h, i, i);
    }
    static const int order[] = {3, 0, 4, 1};
    bool forked;
    for (size_t i = 0; i < 4; i++) {
        CHECK(keep(&d, &e[order[i]], &forked) == ST_OK && !forked);
    }
    struct chain_mark m = mark(&d, s.other.author, sample_id8("theirs"));
    CHECK(m.seq == 5 && h32_eq(m.hash, e[4].hash) && !m.forked);
    CHECK(h32_zero(main_at(&d, 3)) && h32_eq(main_at(&d, 2), e[1].hash));
    stop(&d);
}

static void a_backlog_may_be_kept_first_and_indexed_later(void)
{
    struct desk d;
    start(&d);
    struct chain_head a = {.author = s.other.author, .epoch = sample_id8("theirs")};
    struct entry_view e[3], back;
    for (int i = 0; i < 3; i++) {
        e[i] = write_one(&a, i, i);
    }
    struct chain_head b = {.author = a.author, .epoch = a.epoch, .seq = 1, .hash = e[0].hash};
    struct entry_view fork = write_one(&b, 3, 9);
    struct chain_mark m = {.author = a.author, .epoch = a.epoch};
    struct store_txn *t = help_write(d.store);
    CHECK(journal_keep_next(t, &e[1], &m, &err) == ST_CONFLICT); /* a gap */
    CHECK(m.seq == 0 && store_count(t, T_ENTRY) == 1);
    CHECK(journal_keep_next(t, &e[0], &m, &err) == ST_OK);
    CHECK(journal_keep_next(t, &e[0], &m, &err) == ST_CONFLICT); /* again */
    CHECK(journal_keep_next(t, &e[1], &m, &err) == ST_OK);
    CHECK(m.seq == 2 && h32_eq(m.hash, e[1].hash));
    CHECK(journal_keep_next(t, &fork, &m, &err) == ST_CONFLICT);
    struct chain_mark old = {.author = a.author, .epoch = a.epoch, .seq = 1, .hash = e[0].hash};
    CHECK(journal_keep_next(t, &fork, &old, &err) == ST_CONFLICT); /* its place is taken */
    CHECK(store_count(t, T_ENTRY) == 3 && store_count(t, T_HASH) == 1);
    CHECK(chain_mark_put(t, &m, &err) == ST_OK && store_commit(&t, &err) == ST_OK);
    CHECK(h32_eq(main_at(&d, 2), e[1].hash) && look(&d, e[1].hash, &back) == ST_NOT_FOUND);

    t = help_write(d.store);
    CHECK(journal_index(t, &e[0], &err) == ST_OK && journal_index(t, &e[1], &err) == ST_OK);
    CHECK(journal_index(t, &e[1], &err) == ST_OK);
    CHECK(store_count(t, T_HASH) == 3 && store_count(t, T_SUBJECT) == 3);
    CHECK(store_commit(&t, &err) == ST_OK && look(&d, e[1].hash, &back) == ST_OK);
    bool forked;
    CHECK(keep(&d, &fork, &forked) == ST_OK && forked);
    CHECK(keep(&d, &e[0], &forked) == ST_EXISTS && keep(&d, &e[2], &forked) == ST_OK && !forked);
    m = mark(&d, a.author, a.epoch);
    t = help_write(d.store);
    m.seq = 2;
    CHECK(journal_keep_next(t, &e[2], &m, &err) == ST_CONFLICT); /* a forked chain: not plainly */
    store_abort(&t);
    stop(&d);
}

static void what_i_write_on_a_subject_comes_after_what_i_saw_of_it(void)
{
    struct desk d;
    start(&d);
    struct chain_head h = {.author = s.other.author, .epoch = sample_id8("theirs")};
    bool forked;
    struct entry_view ahead = write_one(&h, 0, 3600000); /* an hour ahead of our clock */
    CHECK(keep(&d, &ahead, &forked) == ST_OK);
    h32 hash;
    struct entry_view e;
    CHECK(act(&d, 5, &hash) == ST_OK && look(&d, hash, &e) == ST_OK);
    CHECK(e.time > ahead.time && e.wall_ms == SAMPLE_TIME_MS + 5);
    struct entry_view mad = write_one(&h, 1, 100LL * 86400000); /* a hundred days */
    CHECK(keep(&d, &mad, &forked) == ST_OK);
    CHECK(act(&d, 6, &hash) == ST_OK && look(&d, hash, &e) == ST_OK);
    CHECK(e.time < mad.time);
    stop(&d);
}

/* ---- trust in the store -----------------------------------------------------------------------
 */

static enum st put_trust(struct desk *d, const struct trust *t, const uint8_t *root_sk)
{
    uint8_t buf[CAP_TRUST_BYTES];
    bytes doc;
    CHECK(trust_make(t, root_sk, buf, sizeof buf, &doc) == ST_OK);
    struct store_txn *txn = help_write(d->store);
    enum st st = trust_store_put(txn, doc, &err);
    CHECK(store_commit(&txn, &err) == ST_OK);
    return st;
}

static void the_highest_serial_of_the_known_root_or_of_its_successor_stands(void)
{
    struct desk d;
    start(&d);
    struct author_keys next, thief;
    sample_keys("next root", &next);
    sample_keys("thief", &thief);
    struct trust t = s.trust;
    CHECK(put_trust(&d, &t, s.root.sign_sk) == ST_EXISTS);
    t.serial = 5;
    memcpy(t.next_root, next.sign_pk, 32);
    CHECK(put_trust(&d, &t, s.root.sign_sk) == ST_OK);
    t.serial = 4;
    CHECK(put_trust(&d, &t, s.root.sign_sk) == ST_EXISTS);
    t.serial = 6;
    memcpy(t.root_pk, thief.sign_pk, 32);
    CHECK(put_trust(&d, &t, thief.sign_sk) == ST_UNTRUSTED);
    memcpy(t.root_pk, next.sign_pk, 32);
    memset(t.next_root, 0, 32);
    CHECK(put_trust(&d, &t, next.sign_sk) == ST_OK);
    t.serial = 7;
    t.deployment[0] ^= 1;
    CHECK(put_trust(&d, &t, next.sign_sk) == ST_WRONG_PARTY);
    t = s.trust;
    t.serial = 8;
    CHECK(put_trust(&d, &t, s.root.sign_sk) == ST_UNTRUSTED); /* the old root is over */
    CHECK(reopen(&d, sample_now(1)) == ST_OK && d.j.trust.serial == 6);
    author_keys_wipe(&next);
    author_keys_wipe(&thief);
    stop(&d);
}

static void a_kept_certificate_is_trusted_as_long_as_its_issuer_is(void)
{
    struct desk d;
    start(&d);
    struct store_txn *t = help_write(d.store);
    struct arena a = arena_of(room, sizeof room);
    struct cert c;
    CHECK(cert_store_get(t, s.other.author, &s.trust, &a, &c, &err) == ST_NOT_FOUND);
    CHECK(cert_store_put(t, &s.other.cert, &err) == ST_OK);
    CHECK(cert_store_get(t, s.other.author, &s.trust, &a, &c, &err) == ST_OK);
    CHECK_STR(c.prefix, "T2");
    struct trust without = s.trust;
    without.keys[0].revoked = true;
    CHECK(cert_store_get(t, s.other.author, &without, &a, &c, &err) == ST_UNTRUSTED);
    store_abort(&t);
    without.serial = 2;
    CHECK(put_trust(&d, &without, s.root.sign_sk) == ST_OK);
    CHECK(reopen(&d, sample_now(1)) == ST_OK); /* its own journal goes on */
    h32 h;
    CHECK(act(&d, 2, &h) == ST_OK);
    stop(&d);
}

int main(void)
{
    sample_make(&s);
    RUN(both_branches_of_a_fork_are_kept_and_the_main_one_stays_whole);
    RUN(others_entries_come_in_any_order_and_with_gaps);
    RUN(a_backlog_may_be_kept_first_and_indexed_later);
    RUN(what_i_write_on_a_subject_comes_after_what_i_saw_of_it);
    RUN(the_highest_serial_of_the_known_root_or_of_its_successor_stands);
    RUN(a_kept_certificate_is_trusted_as_long_as_its_issuer_is);
    sample_free(&s);
    CHECK_END();
}

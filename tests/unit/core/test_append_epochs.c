/* test_append_epochs.c - what a chain says once, and how a lost tail becomes a new epoch. */
#include "tests/unit/core/journal_help.h"

/* ---- evidence ---------------------------------------------------------------------------------
 */

static void evidence_is_said_once_across_a_restart_and_again_after_a_boot(void)
{
    struct desk d;
    start(&d);
    h32 h;
    struct entry_view e;
    CHECK(act(&d, 1, &h) == ST_OK && look(&d, h, &e) == ST_OK);
    CHECK(!e.evidence.has_boot && !e.evidence.has_offset);
    CHECK(reopen(&d, sample_now(2)) == ST_OK);
    CHECK(act(&d, 3, &h) == ST_OK && look(&d, h, &e) == ST_OK);
    CHECK(!e.evidence.has_boot && !e.evidence.has_offset);
    struct now now = sample_now(4);
    now.boot_id[0] ^= 1;
    CHECK(reopen(&d, now) == ST_OK);
    struct append a = step(KIND_VISIT_LEFT);
    CHECK(journal_append(&d.j, &a, &now, &h, &err) == ST_OK && look(&d, h, &e) == ST_OK);
    CHECK(e.evidence.has_boot && !e.evidence.has_offset);
    stop(&d);
}

static void set_receipt(struct desk *d, uint64_t seq, const char *name)
{
    struct chain_mark m = mark(d, d->j.head.author, d->j.head.epoch);
    m.receipt_seq = seq;
    m.receipt_ms = SAMPLE_TIME_MS + 77;
    m.receipt_hash = sample_h32(name);
    struct store_txn *t = help_write(d->store);
    CHECK(chain_mark_put(t, &m, &err) == ST_OK);
    CHECK(store_commit(&t, &err) == ST_OK);
}

static void the_newest_receipt_is_cited_once_and_again_by_a_sign_off(void)
{
    struct desk d;
    start(&d);
    h32 h;
    struct entry_view e;
    set_receipt(&d, 1, "receipt");
    CHECK(act(&d, 1, &h) == ST_OK && look(&d, h, &e) == ST_OK);
    CHECK(e.evidence.has_receipt && h32_eq(e.evidence.receipt, sample_h32("receipt")));
    CHECK(act(&d, 2, &h) == ST_OK && look(&d, h, &e) == ST_OK);
    CHECK(!e.evidence.has_receipt);
    CHECK(mark(&d, d.j.head.author, d.j.head.epoch).receipt_seq == 1); /* appending keeps it */
    CHECK(reopen(&d, sample_now(3)) == ST_OK);
    struct append a = step(KIND_VISIT_SIGNED);
    struct now now = sample_now(4);
    CHECK(journal_append(&d.j, &a, &now, &h, &err) == ST_OK && look(&d, h, &e) == ST_OK);
    CHECK(e.evidence.has_receipt && e.evidence.has_boot && e.evidence.has_offset);
    stop(&d);
}

/* ---- epochs -----------------------------------------------------------------------------------
 */

static bool names(const struct entry_view *e, id8 epoch, uint64_t seq, h32 hash)
{
    struct cbor_r r = cbor_r_init(e->body);
    id8 ep;
    h32 h;
    bool ok = cbor_get_map(&r) == 1 && cbor_get_uint(&r) == 1 && cbor_get_array(&r) == 3;
    cbor_get_bytes_n(&r, ep.b, 8);
    ok = ok && cbor_get_uint(&r) == seq;
    cbor_get_bytes_n(&r, h.b, 32);
    return ok && cbor_done(&r) == ST_OK && id8_eq(ep, epoch) && h32_eq(h, hash);
}

static void a_new_epoch_names_the_last_head_and_appends_nothing_again(void)
{
    struct desk d;
    start(&d);
    h32 h;
    CHECK(act(&d, 1, &h) == ST_OK);
    struct chain_head old = d.j.head;
    char old_mark[3];
    memcpy(old_mark, d.j.epoch_mark, 3);
    struct now now = sample_now(2);
    CHECK(journal_new_epoch(&d.j, &now, &err) == ST_OK);
    CHECK(!id8_eq(d.j.head.epoch, old.epoch) && d.j.head.seq == 1);
    CHECK(strcmp(d.j.epoch_mark, old_mark) != 0);
    CHECK(d.j.head.time > old.time);
    struct entry_view e;
    CHECK(look(&d, d.j.head.hash, &e) == ST_OK);
    CHECK(e.kind == KIND_JOURNAL_OPENED && names(&e, old.epoch, 2, old.hash));
    CHECK(e.evidence.has_boot && e.evidence.has_offset); /* an epoch's first says it again */
    CHECK(look(&d, old.hash, &e) == ST_OK);
    CHECK(reopen(&d, sample_now(3)) == ST_OK && d.j.head.seq == 1);
    CHECK(act(&d, 4, &h) == ST_OK && d.j.head.seq == 2);
    stop(&d);
}

static void epochs_of_one_author_never_share_a_mark(void)
{
    struct desk d;
    start(&d);
    static char marks[130][3];
    struct now now = sample_now(2);
    for (int i = 0; i < 130; i++) {
        memcpy(marks[i], d.j.epoch_mark, 3);
        for (int k = 0; k < i; k++) {
            CHECK(strcmp(marks[i], marks[k]) != 0);
        }
        CHECK(journal_new_epoch(&d.j, &now, &err) == ST_OK);
    }
    stop(&d);
}

static void drop_entry(struct desk *d, uint64_t seq)
{
    uint8_t key[25] = {0};
    memcpy(key, d->j.head.author.b, 8);
    memcpy(key + 8, d->j.head.epoch.b, 8);
    key[23] = (uint8_t)seq;
    struct store_txn *t = help_write(d->store);
    CHECK(store_del(t, T_ENTRY, bytes_of(key, 25), &err) == ST_OK);
    CHECK(store_commit(&t, &err) == ST_OK);
}

static void a_journal_whose_tail_is_lost_says_so_and_goes_on_in_a_new_epoch(void)
{
    struct desk d;
    start(&d);
    h32 h[5];
    for (int i = 0; i < 5; i++) {
        CHECK(act(&d, i + 1, &h[i]) == ST_OK);
    }
    struct chain_head old = d.j.head;
    drop_entry(&d, 6);
    drop_entry(&d, 5);
    CHECK(reopen(&d, sample_now(10)) == ST_CORRUPT);
    struct now now = sample_now(11);
    CHECK(journal_new_epoch(&d.j, &now, &err) == ST_OK);
    struct entry_view e;
    CHECK(look(&d, d.j.head.hash, &e) == ST_OK);
    CHECK(names(&e, old.epoch, 4, h[2]));
    CHECK(e.time > old.time);
    CHECK(reopen(&d, sample_now(12)) == ST_OK);
    h32 more;
    CHECK(act(&d, 13, &more) == ST_OK);
    stop(&d);
}

static void an_entry_beyond_the_head_or_a_receipt_beyond_it_is_a_rollback(void)
{
    struct desk d;
    start(&d);
    h32 h;
    CHECK(act(&d, 1, &h) == ST_OK && act(&d, 2, &h) == ST_OK);
    set_receipt(&d, 4, "beyond");
    CHECK(reopen(&d, sample_now(3)) == ST_CORRUPT);
    set_receipt(&d, 2, "fine");
    CHECK(reopen(&d, sample_now(3)) == ST_OK);

    struct chain_mark m = mark(&d, d.j.head.author, d.j.head.epoch);
    struct arena a = arena_of(room, sizeof room);
    struct store_txn *t = help_write(d.store);
    struct entry_view e;
    CHECK(journal_at(t, d.j.head.author, d.j.head.epoch, 2, &a, &e, &err) == ST_OK);
    m.seq = 2;
    m.hash = e.hash;
    CHECK(chain_mark_put(t, &m, &err) == ST_OK);
    CHECK(store_commit(&t, &err) == ST_OK);
    CHECK(reopen(&d, sample_now(4)) == ST_CORRUPT);
    stop(&d);
}

static void put_receipt(struct desk *d, uint64_t seq, h32 head)
{
    uint8_t key[16], buf[RECEIPT_BYTES_MAX];
    struct receipt r = {.author = d->j.head.author,
                        .epoch = d->j.head.epoch,
                        .seq = seq,
                        .head = head,
                        .time_ms = SAMPLE_TIME_MS,
                        .node_seq = 1,
                        .node_head = sample_h32("n")};
    bytes doc;
    CHECK(receipt_make(&r, s.trust.deployment, s.node.keys.sign_sk, buf, sizeof buf, &doc) ==
          ST_OK);
    memcpy(key, r.author.b, 8);
    memcpy(key + 8, r.epoch.b, 8);
    struct store_txn *t = help_write(d->store);
    CHECK(store_put(t, T_RECEIPT, bytes_of(key, 16), doc, &err) == ST_OK);
    CHECK(store_commit(&t, &err) == ST_OK);
}

static void a_kept_receipt_of_headquarters_is_held_against_the_journal(void)
{
    struct desk d;
    start(&d);
    h32 h1, h2;
    CHECK(act(&d, 1, &h1) == ST_OK && act(&d, 2, &h2) == ST_OK);
    put_receipt(&d, 2, h1);
    CHECK(reopen(&d, sample_now(3)) == ST_OK);
    put_receipt(&d, 3, h2);
    CHECK(reopen(&d, sample_now(3)) == ST_OK);
    put_receipt(&d, 4, h2); /* headquarters has more than this copy */
    CHECK(reopen(&d, sample_now(3)) == ST_CORRUPT);
    put_receipt(&d, 2, h2); /* headquarters has another second entry */
    CHECK(reopen(&d, sample_now(3)) == ST_CORRUPT);
    struct now now = sample_now(4);
    CHECK(journal_new_epoch(&d.j, &now, &err) == ST_OK);
    CHECK(reopen(&d, sample_now(5)) == ST_OK);
    stop(&d);
}

int main(void)
{
    sample_make(&s);
    RUN(evidence_is_said_once_across_a_restart_and_again_after_a_boot);
    RUN(the_newest_receipt_is_cited_once_and_again_by_a_sign_off);
    RUN(a_new_epoch_names_the_last_head_and_appends_nothing_again);
    RUN(epochs_of_one_author_never_share_a_mark);
    RUN(a_journal_whose_tail_is_lost_says_so_and_goes_on_in_a_new_epoch);
    RUN(an_entry_beyond_the_head_or_a_receipt_beyond_it_is_a_rollback);
    RUN(a_kept_receipt_of_headquarters_is_held_against_the_journal);
    sample_free(&s);
    CHECK_END();
}

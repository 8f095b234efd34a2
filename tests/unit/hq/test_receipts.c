/* test_receipts.c - a server may answer 200 with whatever it likes: "at headquarters" is said only
 * from a true receipt. The answers are forged here, some of them with headquarters' own keys. */
#include "tests/unit/hq/scene.h"

static struct pair p;
static struct pair_device d, e2;
static id16 job;
static h32 mine;   /* the entry in question */
static bool spoil; /* flip a bit of the signature */

static void begin(void)
{
    id8 visit = {{1}};
    pair_begin(&p);
    job = scene_pair(&p, &d, &e2, NULL);
    mine = pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, visit);
}

static void end(void)
{
    scene_end(&p, &d, &e2);
}

/* What headquarters would say if it lied: an answer with these receipts, sealed as it should be. */
static struct exchange_result answer_with(const struct receipt *r, const uint8_t *node_sk)
{
    uint8_t doc[RECEIPT_BYTES_MAX], buf[8192];
    bytes receipt = {NULL, 0}, out;
    struct bundle_buffer b = {.cap = 1 << 20};
    struct bundle_writer w = {0};
    struct manifest m = {.role = MANIFEST_ANSWER};
    struct exchange_result res = {0};
    const struct hq_sealing *s = &p.hq->keys.secret->sealing[0];
    struct bundle_seal keys = {.from = BUNDLE_FROM_HQ,
                               .sender = s->id,
                               .sender_pk = s->pk,
                               .sender_sk = s->sk,
                               .recipient_pk = d.journal.keys.box_pk};
    struct now now = pair_now(&p);
    memcpy(keys.deployment, p.hq->keys.deployment, 16);
    if (r != NULL) {
        PAIR_OK(&p, receipt_make(r, p.hq->keys.deployment,
                                 node_sk != NULL ? node_sk : p.hq->keys.node.sign_sk, doc,
                                 sizeof doc, &receipt));
        doc[receipt.n - 1] ^= spoil;
        m.nreceipts = 1;
        m.receipts = &receipt;
    }
    PAIR_OK(&p, manifest_encode(&m, buf, sizeof buf, &out));
    PAIR_OK(&p, bundle_begin(&w, &keys, bundle_buffer_sink, &b, &p.err));
    PAIR_OK(&p, bundle_manifest(&w, out, &p.err));
    PAIR_OK(&p, bundle_end(&w, &p.err));
    PAIR_OK(&p, exchange_answer(&d.journal, bytes_of(b.p, b.n), &now, &res, &p.err));
    bundle_buffer_drop(&b);
    return res;
}

/* A receipt that would be true: the tests spoil one thing each. */
static struct receipt true_receipt(void)
{
    return (struct receipt){.node = p.hq->journal.head.author,
                            .author = d.journal.head.author,
                            .epoch = d.journal.head.epoch,
                            .seq = d.journal.head.seq,
                            .head = d.journal.head.hash,
                            .time_ms = pair_now(&p).wall_ms,
                            .att_through = d.journal.head.seq,
                            .node_epoch = p.hq->journal.head.epoch,
                            .node_seq = p.hq->journal.head.seq,
                            .node_head = p.hq->journal.head.hash};
}

static void refused(const struct receipt *r, const uint8_t *sk, enum receipt_refusal why)
{
    struct exchange_result res = answer_with(r, sk);
    CHECK_INT(res.receipts, 0);
    CHECK_INT(res.receipts_refused, 1);
    CHECK_INT(res.refusal, why);
    CHECK_INT(pair_place(&p, &d, mine), SYNC_HERE);
}

static void no_receipt_says_nothing(void)
{
    begin();
    struct exchange_result res = answer_with(NULL, NULL);
    CHECK(res.answered);
    CHECK_INT(res.receipts, 0);
    CHECK_INT(pair_place(&p, &d, mine), SYNC_HERE);
    CHECK_INT(res.unsent, 1);
    end();
}

static void a_receipt_by_a_strangers_key_is_refused(void)
{
    struct author_keys stranger;
    begin();
    struct receipt r = true_receipt();
    CHECK_INT(author_keys_make(&stranger), ST_OK);
    spoil = true;
    refused(&r, NULL, RECEIPT_SIGNATURE); /* the node's, with one bit of its signature flipped */
    spoil = false;
    refused(&r, stranger.sign_sk, RECEIPT_SIGNATURE); /* a node that nobody knows */
    r = true_receipt();                               /* signed by the device itself */
    refused(&r, d.journal.keys.sign_sk, RECEIPT_SIGNATURE);
    author_keys_wipe(&stranger);
    end();
}

static void another_devices_receipt_is_refused(void)
{
    begin();
    struct receipt r = true_receipt();
    r.author = e2.journal.head.author;
    r.epoch = e2.journal.head.epoch;
    refused(&r, NULL, RECEIPT_AUTHOR);
    r = true_receipt();
    r.author = e2.journal.head.author;
    refused(&r, NULL, RECEIPT_AUTHOR);
    end();
}

static void a_receipt_of_an_unknown_or_closed_epoch_covers_nothing_else(void)
{
    begin();
    struct receipt r = true_receipt();
    memset(r.epoch.b, 0x77, 8);
    refused(&r, NULL, RECEIPT_EPOCH);
    /* A new epoch: the old one's receipt does not speak for it. */
    struct now now = pair_now(&p);
    r = true_receipt();
    PAIR_OK(&p, journal_new_epoch(&d.journal, &now, &p.err));
    id8 visit = {{2}};
    h32 later = pair_step(&p, &d, job, KIND_VISIT_ACCEPTED, visit);
    struct exchange_result res = answer_with(&r, NULL);
    CHECK_INT(res.receipts, 1); /* true of the old epoch ... */
    CHECK_INT(pair_place(&p, &d, mine), SYNC_HQ);
    CHECK_INT(pair_place(&p, &d, later), SYNC_HERE); /* ... and of nothing in the new one */
    r.epoch = d.journal.head.epoch;
    res = answer_with(&r, NULL);
    CHECK_INT(res.receipts, 0);
    CHECK_INT(pair_place(&p, &d, later), SYNC_HERE);
    end();
}

static void a_stale_receipt_does_not_come_back(void)
{
    struct exchange_result res;
    begin();
    struct receipt old = true_receipt();
    id8 visit = {{1}};
    h32 second = pair_step(&p, &d, job, KIND_VISIT_ARRIVED, visit);
    struct receipt now = true_receipt();
    res = answer_with(&now, NULL);
    CHECK_INT(res.receipts, 1);
    CHECK_INT(pair_place(&p, &d, second), SYNC_HQ);
    res = answer_with(&old, NULL); /* replayed */
    CHECK_INT(res.receipts, 0);
    CHECK_INT(res.refusal, RECEIPT_STALE);
    CHECK(!res.marks_went_back);
    CHECK_INT(pair_place(&p, &d, second), SYNC_HQ);
    res = answer_with(&now, NULL); /* the very one that is kept: nothing new, nothing wrong */
    CHECK_INT(res.receipts, 0);
    CHECK_INT(res.receipts_refused, 0);
    end();
}

static void a_receipt_beyond_what_is_here_or_for_other_bytes_is_refused(void)
{
    begin();
    struct receipt r = true_receipt();
    r.head.b[5] ^= 1;
    refused(&r, NULL, RECEIPT_HASH);
    end();
    begin();
    r = true_receipt();
    r.seq += 1;
    refused(&r, NULL, RECEIPT_BEYOND);
    end();
}

static void a_true_receipt_beyond_the_head_opens_a_new_epoch(void)
{
    begin();
    id8 before = d.journal.head.epoch;
    struct receipt r = true_receipt();
    r.seq += 5; /* headquarters has more of us than we do: this store was rolled back */
    answer_with(&r, NULL);
    CHECK(!id8_eq(before, d.journal.head.epoch));
    CHECK_INT(d.journal.head.seq, 1);
    struct exchange_result res;
    pair_sync(&p, &d, &res);
    CHECK_INT(res.unsent, 0);
    CHECK_INT(pair_place(&p, &d, mine), SYNC_HQ);
    end();
}

static void a_receipt_that_covers_less_sends_again(void)
{
    struct exchange_result res;
    begin();
    pair_sync(&p, &d, &res);
    CHECK_INT(pair_place(&p, &d, mine), SYNC_HQ);
    struct receipt r = true_receipt();
    struct store_txn *t = NULL;
    struct entry_view first;
    PAIR_OK(&p, store_read(d.store, &t, &p.err));
    PAIR_OK(&p,
            journal_at(t, r.author, r.epoch, 1,
                       &(struct arena){d.scratch, d.scratch + CAP_SCRATCH_BYTES}, &first, &p.err));
    r.seq = 1;
    r.head = first.hash;
    r.att_through = 1;
    store_abort(&t);
    res = answer_with(&r, NULL); /* headquarters was restored from yesterday's backup */
    CHECK(res.marks_went_back);
    CHECK_INT(pair_place(&p, &d, mine), SYNC_HERE);
    pair_sync(&p, &d, &res);
    CHECK_INT(res.sent_entries, 1);
    CHECK_INT(pair_place(&p, &d, mine), SYNC_HQ);
    end();
}

int main(void)
{
    RUN(no_receipt_says_nothing);
    RUN(a_receipt_by_a_strangers_key_is_refused);
    RUN(another_devices_receipt_is_refused);
    RUN(a_receipt_of_an_unknown_or_closed_epoch_covers_nothing_else);
    RUN(a_stale_receipt_does_not_come_back);
    RUN(a_receipt_beyond_what_is_here_or_for_other_bytes_is_refused);
    RUN(a_true_receipt_beyond_the_head_opens_a_new_epoch);
    RUN(a_receipt_that_covers_less_sends_again);
    CHECK_END();
}

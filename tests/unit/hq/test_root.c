/* test_root.c - the root passes to another key: who follows, who is refused, and that all or
 * nothing of it stands. */
#include "core/base/encode.h"
#include "sync/hq/hq_keys.h"
#include "sync/hq/hq_root.h"
#include "tests/unit/hq/pair.h"

static struct pair p;
static struct pair_device d;
static id16 who;
static uint8_t old_sk[64], old_pk[32], new_sk[64], new_pk[32];
static uint8_t docs[HQ_ROOT_DOCS_BYTES];

static void begin(void)
{
    struct exchange_result r;
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    char path[160];
    pair_begin(&p);
    who = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    pair_join(&p, &d, who, "D1");
    pair_sync(&p, &d, &r);
    snprintf(path, sizeof path, "%s.root", p.dir);
    PAIR_OK(&p, hq_keys_root_load(path, old_sk, old_pk, &p.err));
    crypto_sign_keypair(new_pk, new_sk);
}

static void end(void)
{
    pair_leave(&d);
    pair_end(&p);
}

static enum st hand_in(bytes given)
{
    char text[HQ_ROOT_DOCS_BYTES / 3 * 4 + 8];
    json_t *out = NULL;
    base64url_put(given, text);
    json_t *in = json_pack("{s:s}", "documents", text);
    enum st st = ops_run(p.hq, "root.take", in, &out, &p.err);
    json_decref(in);
    json_decref(out);
    return st;
}

static bytes successor(void)
{
    bytes both = {NULL, 0};
    PAIR_OK(&p, hq_root_successor(&p.hq->journal.trust, old_sk, new_sk, docs, &both, &p.err));
    return both;
}

static const struct trust *at_hq(void)
{
    return &p.hq->journal.trust;
}

static void a_device_of_the_old_root_follows_and_a_new_one_joins(void)
{
    struct exchange_result r;
    struct pair_device other;
    begin();
    uint64_t before = at_hq()->serial;
    PAIR_OK(&p, hand_in(successor()));
    CHECK_INT(at_hq()->serial, before + 2);
    CHECK_BYTES(at_hq()->root_pk, 32, new_pk, 32);
    pair_sync(&p, &d, &r); /* headquarters was not opened again */
    CHECK_INT(d.journal.trust.serial, before + 2);
    CHECK_BYTES(d.journal.trust.root_pk, 32, new_pk, 32);
    CHECK_BYTES(d.journal.trust.deployment, 16, p.hq->keys.deployment, 16);
    hq_close(&p.hq);
    pair_open_hq(&p);
    pair_join(&p, &other, who, "D2");
    CHECK_INT(other.journal.trust.serial, before + 2);
    pair_sync(&p, &other, &r);
    CHECK_INT(r.unsent, 0);
    pair_leave(&other);
    /* And once more, by the new one. */
    memcpy(old_sk, new_sk, sizeof old_sk);
    crypto_sign_keypair(new_pk, new_sk);
    PAIR_OK(&p, hand_in(successor()));
    pair_sync(&p, &d, &r);
    CHECK_INT(d.journal.trust.serial, before + 4);
    end();
}

static void what_was_cut_off_is_done_again_to_the_same_bytes(void)
{
    static uint8_t again[HQ_ROOT_DOCS_BYTES];
    bytes twice = {NULL, 0};
    begin();
    struct trust known = *at_hq();
    bytes once = successor();
    PAIR_OK(&p, hq_root_successor(&known, old_sk, new_sk, again, &twice, &p.err));
    CHECK_BYTES(once.p, once.n, twice.p, twice.n);
    PAIR_OK(&p, hand_in(once));
    CHECK_INT(hand_in(twice), ST_EXISTS);
    CHECK_INT(at_hq()->serial, known.serial + 2);
    end();
}

static void the_old_root_signs_no_successor_any_more(void)
{
    static uint8_t buf[CAP_TRUST_BYTES];
    bytes both, doc;
    begin();
    PAIR_OK(&p, hand_in(successor()));
    CHECK_INT(hq_root_successor(at_hq(), old_sk, new_sk, docs, &both, &p.err), ST_WRONG_PARTY);
    CHECK_INT(hq_root_successor(at_hq(), new_sk, new_sk, docs, &both, &p.err), ST_BAD_INPUT);
    struct trust t = *at_hq(); /* what a thief of the old key makes */
    memcpy(t.root_pk, old_pk, sizeof t.root_pk);
    t.serial += 5;
    PAIR_OK(&p, trust_make(&t, old_sk, buf, sizeof buf, &doc));
    CHECK_INT(hand_in(doc), ST_UNTRUSTED);
    struct exchange_result r;
    struct store_txn *txn = NULL;
    pair_sync(&p, &d, &r);
    PAIR_OK(&p, store_write(d.store, &txn, &p.err));
    CHECK_INT(trust_store_put(txn, doc, &p.err), ST_UNTRUSTED);
    store_abort(&txn);
    CHECK_BYTES(at_hq()->root_pk, 32, new_pk, 32);
    end();
}

static void all_of_it_stands_or_nothing(void)
{
    begin();
    struct trust known = *at_hq();
    bytes both = successor(), rest = both;
    bytes link = trust_chain(&rest);
    CHECK_INT(hand_in(rest), ST_UNTRUSTED); /* nobody names it */
    docs[both.n - 1] ^= 1;                  /* the new root's signature */
    CHECK(hand_in(both) != ST_OK);
    CHECK_INT(at_hq()->serial, known.serial);
    docs[both.n - 1] ^= 1;
    CHECK(link.n != 0 && link.n + rest.n == both.n);
    /* What runs holds the rest of the document in memory: it may not change. */
    struct trust more = known;
    bytes changed;
    more.keys[0].revoked = true;
    PAIR_OK(&p, hq_root_successor(&more, old_sk, new_sk, docs, &changed, &p.err));
    CHECK_INT(hand_in(changed), ST_BAD_INPUT);
    CHECK_INT(at_hq()->serial, known.serial);
    CHECK_INT(hand_in(str_bytes(S("no document"))), ST_BAD_FORM);
    PAIR_OK(&p, hand_in(successor()));
    end();
}

int main(void)
{
    RUN(a_device_of_the_old_root_follows_and_a_new_one_joins);
    RUN(what_was_cut_off_is_done_again_to_the_same_bytes);
    RUN(the_old_root_signs_no_successor_any_more);
    RUN(all_of_it_stands_or_nothing);
    CHECK_END();
}

/* test_uncut.c - of two revocations of one author the earlier stands: what only the later one had
 * cut off goes on its way (hq_uncut.h), and nothing else does. */
#include "sync/hq/hq_uncut.h"

#include "core/fold/revoked.h"
#include "sync/hq/hq_route.h"
#include "tests/unit/hq/put_back.h"
#include "tests/unit/hq/scene.h"

#define LATE 3 /* entries that came after the device was revoked */

static struct pair p;
static struct pair_device a, b; /* a is lost; b holds the same jobs */
static id16 job;
static h32 late[LATE];
static uint8_t scratch_room[CAP_SCRATCH_BYTES];

static struct arena scratch(void)
{
    return arena_of(scratch_room, sizeof scratch_room);
}

/* Revoked with one entry here; three more came since, and were passed on to nobody. */
static void begin(bool revoked)
{
    struct exchange_result r;
    pair_begin(&p);
    job = scene_pair(&p, &a, &b, NULL);
    pair_write(&p, &a, job, F_JOB_CONTACT, "Ms Chen");
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
    if (revoked) {
        scene_revoke(&p, &a, 0);
    }
    for (unsigned i = 0; i < LATE; i++) {
        late[i] = pair_write(&p, &a, job, F_JOB_PHONE, i == 0 ? "1" : i == 1 ? "2" : "3");
    }
    r = pair_exchange(&p, &a, NULL, NULL);
    CHECK(r.revoked == revoked);
}

static void end(void)
{
    scene_end(&p, &a, &b);
}

/* Headquarters' own words of before it was put back: an hour earlier, when it held so many of the
 * late entries more than the later revocation says. */
static struct revocation earlier(unsigned more, uint8_t buf[static CAP_TRUST_BYTES])
{
    struct store_txn *t = NULL;
    struct revocation kept, opened;
    struct entry_view e;
    struct arena tmp = scratch();
    bytes doc;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, store_get(t, T_REVOKED, bytes_of(a.journal.head.author.b, 8), &tmp, &doc, &p.err));
    PAIR_OK(&p, revocation_open(doc, &p.hq->journal.trust, &kept, NULL));
    CHECK_INT(kept.nheads, 1);
    if (more > 0) {
        PAIR_OK(&p, journal_get(t, late[more - 1], &tmp, &e, &p.err));
        kept.heads[0].seq = e.seq;
        kept.heads[0].hash = e.hash;
    }
    kept.time_ms -= 3600000;
    store_abort(&t);
    PAIR_OK(&p, revocation_make(&kept, p.hq->keys.deployment, p.hq->keys.secret->issuing_sk, buf,
                                CAP_TRUST_BYTES, &doc));
    PAIR_OK(&p, revocation_open(doc, &p.hq->journal.trust, &opened, NULL));
    return opened;
}

static bool noted(const struct hq_uncut *u, h32 hash)
{
    bool found = false;
    for (size_t i = 0; i < u->n; i++) {
        found = found || h32_eq(u->v[i], hash);
    }
    return found;
}

static uint64_t outbox_of_b(struct store_txn *t)
{
    return hq_out_last(t, b.journal.head.author);
}

/* The late entries that b's outbox holds beyond `place`, one bit each. */
static unsigned sent_beyond(struct store_txn *t, uint64_t place)
{
    h32 hashes[64];
    unsigned n = 64, bits = 0;
    uint64_t last;
    PAIR_OK(&p, hq_out_after(t, b.journal.head.author, place, hashes, &n, &last, &p.err));
    for (unsigned i = 0; i < n; i++) {
        for (unsigned k = 0; k < LATE; k++) {
            bits |= (unsigned)h32_eq(hashes[i], late[k]) << k;
        }
    }
    return bits;
}

static void without_a_revocation_and_by_the_same_one_nothing_is_cut_off(void)
{
    uint8_t buf[CAP_TRUST_BYTES];
    for (unsigned revoked = 0; revoked < 2; revoked++) {
        begin(revoked != 0);
        struct store_txn *t = NULL;
        struct revocation v = {.author = a.journal.head.author, .whole = str_bytes(S("none"))};
        struct hq_uncut u = {0};
        struct arena tmp = scratch();
        PAIR_OK(&p, store_write(p.hq->store, &t, &p.err));
        if (revoked != 0) {
            PAIR_OK(&p, store_get(t, T_REVOKED, bytes_of(v.author.b, 8), &tmp, &v.whole, &p.err));
            memcpy(buf, v.whole.p, v.whole.n);
            v.whole = bytes_of(buf, v.whole.n);
        }
        PAIR_OK(&p, hq_uncut_note(t, &v, scratch(), &u, &p.err));
        CHECK_INT(u.n, 0);
        CHECK(u.v == NULL);
        PAIR_OK(&p, hq_uncut_route(p.hq, t, &u, &p.err));
        store_abort(&t);
        end();
    }
}

/* The earlier one let the first `more` of them pass. */
static void goes_on(unsigned more)
{
    uint8_t buf[CAP_TRUST_BYTES];
    begin(true);
    struct revocation v = earlier(more, buf);
    struct store_txn *t = NULL;
    struct hq_uncut u = {0};
    bool fresh = false;
    PAIR_OK(&p, store_write(p.hq->store, &t, &p.err));
    uint64_t before = outbox_of_b(t);
    CHECK_INT(sent_beyond(t, 0), 0); /* passed on to nobody */
    PAIR_OK(&p, hq_uncut_note(t, &v, scratch(), &u, &p.err));
    CHECK_INT(u.n, LATE); /* and not what came before it was revoked */
    for (unsigned i = 0; i < LATE; i++) {
        CHECK(noted(&u, late[i]));
    }
    PAIR_OK(&p, revoked_keep(t, &v, &p.hq->journal.trust, scratch(), &fresh, &p.err));
    CHECK(fresh);
    PAIR_OK(&p, hq_uncut_route(p.hq, t, &u, &p.err));
    CHECK_INT(sent_beyond(t, before), (1U << more) - 1U);
    CHECK_INT(outbox_of_b(t), before + more);
    PAIR_OK(&p, store_commit(&t, &p.err));
    free(u.v);
    struct exchange_result r;
    pair_sync(&p, &b, &r);
    for (unsigned i = 0; i < LATE; i++) {
        CHECK(put_back_has(&p, b.store, late[i]) == (i < more));
    }
    end();
}

static void what_only_the_later_one_cut_off_goes_on_its_way(void)
{
    for (unsigned more = 0; more <= LATE; more++) {
        goes_on(more);
    }
}

/* A page that was lost between the two: the rest goes all the same. */
static void what_is_damaged_hides_nothing_else(void)
{
    uint8_t buf[CAP_TRUST_BYTES];
    begin(true);
    struct revocation v = earlier(LATE, buf);
    struct store_txn *t = NULL;
    struct hq_uncut u = {0};
    bool fresh = false;
    PAIR_OK(&p, store_write(p.hq->store, &t, &p.err));
    uint64_t before = outbox_of_b(t);
    PAIR_OK(&p, hq_uncut_note(t, &v, scratch(), &u, &p.err));
    PAIR_OK(&p, revoked_keep(t, &v, &p.hq->journal.trust, scratch(), &fresh, &p.err));
    PAIR_OK(&p, store_del(t, T_HASH, bytes_of(late[1].b, 32), &p.err));
    PAIR_OK(&p, hq_uncut_route(p.hq, t, &u, &p.err));
    CHECK_INT(sent_beyond(t, before), 5);
    store_abort(&t);
    free(u.v);
    end();
}

/* More than the list has room for at first. */
static void a_long_list_is_noted_whole(void)
{
    uint8_t buf[CAP_TRUST_BYTES];
    enum { MORE = 100 };
    begin(true);
    struct revocation v = earlier(0, buf);
    for (unsigned i = 0; i < MORE; i++) {
        pair_write(&p, &a, job, F_JOB_PHONE, i % 2 == 0 ? "4" : "5");
    }
    pair_exchange(&p, &a, NULL, NULL);
    struct store_txn *t = NULL;
    struct hq_uncut u = {0};
    PAIR_OK(&p, store_write(p.hq->store, &t, &p.err));
    PAIR_OK(&p, hq_uncut_note(t, &v, scratch(), &u, &p.err));
    CHECK_INT(u.n, LATE + MORE);
    store_abort(&t);
    free(u.v);
    end();
}

int main(void)
{
    RUN(without_a_revocation_and_by_the_same_one_nothing_is_cut_off);
    RUN(what_only_the_later_one_cut_off_goes_on_its_way);
    RUN(what_is_damaged_hides_nothing_else);
    RUN(a_long_list_is_noted_whole);
    CHECK_END();
}

/* test_fold_set.c - state is a function of the set of entries: random histories of people who work
 * offline with wrong clocks, folded in random orders, with duplicates; nothing is lost silently.
 * The golden digests are a contract: they change only together with FOLD_VERSION. */
#include "tests/unit/core/fold_help.h"

static uint64_t rng;
static unsigned rnd(unsigned n)
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return (unsigned)((rng >> 33) % n);
}

/* What each person has received so far: he writes from that and from nothing else. */
struct view {
    struct help_person *p;
    bool has[HELP_ENTRIES];
};
static struct view views[4];
static struct entry_view seen_entries[HELP_ENTRIES];

static struct subject_state view_state(const struct view *v)
{
    size_t n = 0;
    for (size_t i = 0; i < nledger; i++) {
        if (v->has[i]) {
            seen_entries[n++] = ledger[i];
        }
    }
    return help_fold_of(seen_entries, n, NULL);
}

static void write_field(struct view *v, const struct subject_state *s)
{
    static const int fields[] = {F_JOB_APPOINTMENT, F_JOB_CALLED, F_JOB_PRIORITY, F_JOB_ZONE};
    const struct subject_state *seen = rnd(8) == 0 ? NULL : s; /* one draw a statement: C leaves */
    int field = fields[rnd(4)];                                /* the order of arguments open */
    help_set(v->p, seen, field, rnd(5));
}

static void write_fact(struct view *v, const struct subject_state *s, const char *visit)
{
    unsigned kind = KIND_VISIT_ACCEPTED + rnd(KIND_JOB_REOPENED - KIND_VISIT_ACCEPTED + 1);
    if (rnd(24) == 0) {
        kind = KIND_VISIT_TAKEN + rnd(2);
    }
    const struct visit_state *mine = fold_visit(s, sample_id8(visit));
    union body b = help_step(visit);
    switch (kind) {
    case KIND_VISIT_SIGNED:
        help_sign(v->p, visit, 1 + (mine == NULL ? 0 : mine->nsigned), s);
        return;
    case KIND_VISIT_DIAGNOSED:
        b = help_diagnosed(visit);
        break;
    case KIND_VISIT_CLASS:
        b = help_class(visit, 1 + rnd(3));
        break;
    case KIND_VISIT_PRICED:
        b = help_priced(visit, rnd(2), 20000);
        b.priced.estimate_minor += rnd(10000);
        break;
    case KIND_VISIT_PART:
        b = help_part(visit);
        break;
    case KIND_VISIT_ACTION:
        b = help_action(visit);
        break;
    case KIND_VISIT_TESTED:
        b = help_tested(visit);
        break;
    case KIND_VISIT_FEE:
        b = help_fee(visit);
        break;
    case KIND_VISIT_ENDED:
        b = help_ended(visit, 1 + rnd(6));
        break;
    case KIND_VISIT_PAID:
        b = help_paid(visit, PAY_CASH, rnd(30000));
        break;
    case KIND_WITHDRAWN:
        b = (union body){.withdrawn = {.visit = sample_id8(visit)}};
        b.withdrawn.entry = ledger[rnd((unsigned)nledger)].hash;
        break;
    case KIND_VISIT_TAKEN:
        b = help_taken(visit, "G-1");
        break;
    case KIND_VISIT_RETURNED:
        b = help_returned(visit, "G-1", rnd(20000));
        break;
    case KIND_JOB_REOPENED:
        b = (union body){.asked = {.visit = sample_id8(visit), .reason = 1}};
        break;
    default:
        break;
    }
    if (kind <= KIND_VISIT_PAID && mine != NULL && mine->nfacts > 0 && rnd(4) == 0) {
        b.head.old.n = 1;
        b.head.old.h[0] = mine->facts[rnd(mine->nfacts)].entry;
    }
    help_say(v->p, kind, &b);
}

static void write_office(struct view *v, const struct subject_state *s)
{
    union body b = {0};
    switch (rnd(10)) {
    case 9: {
        enum role was = v->p->actor_role;
        b.help = (struct body_help){.asked = ledger[rnd((unsigned)nledger)].hash,
                                    .decision = 1 + rnd(6),
                                    .when_ms = rnd(2) * SAMPLE_TIME_MS};
        v->p->actor_role = was == ROLE_NONE || rnd(3) == 0 ? was : ROLE_SUPERVISOR;
        help_say(v->p, KIND_HELP_ANSWERED, &b);
        v->p->actor_role = was;
        return;
    }
    case 8:
        b.named.n = s->ncancellations;
        for (size_t k = 0; k < b.named.n; k++) {
            b.named.h[k] = s->cancellations[k];
        }
        help_say(v->p, KIND_JOB_RESTORED, &b);
        return;
    case 0:
        b.cancelled.reason = 1;
        help_say(v->p, KIND_JOB_CANCELLED, &b);
        return;
    case 1:
        help_say(v->p, KIND_JOB_ARCHIVED, NULL);
        return;
    case 2:
        b.cash.paid.n = 1;
        b.cash.paid.h[0] = ledger[rnd((unsigned)nledger)].hash;
        for (size_t i = rnd((unsigned)nledger); i < nledger; i++) {
            b.cash.paid.h[0] =
                ledger[i].kind == KIND_VISIT_PAID ? ledger[i].hash : b.cash.paid.h[0];
        }
        b.cash.amount_minor = rnd(20000);
        help_say(v->p, KIND_CASH_ACCEPTED, &b);
        return;
    default:
        b.assigned.technician = rnd(2) ? fs.tech.person : fs.other.person;
        assign_see(s, &b.assigned);
        help_say(v->p, KIND_JOB_ASSIGNED, &b);
    }
}

static void make_history(uint64_t seed, unsigned entries)
{
    static const char *const visits[] = {"v", "w", "x"};
    help_start();
    rng = seed * 0x9E3779B97F4A7C15u + 1;
    memset(views, 0, sizeof views);
    views[0].p = &clerk;
    views[1].p = &accountant;
    views[2].p = &tech;
    views[3].p = &other;
    for (int i = 0; i < 4; i++) {
        views[i].p->skew_ms = ((int64_t)rnd(4) - 2) * 7200000;
    }
    help_set(&clerk, NULL, F_JOB_CALLED, 1);
    while (nledger < entries) {
        struct view *v = &views[rnd(4)];
        size_t before = nledger;
        if (rnd(6) == 0) { /* the network is there: he learns all, or the half of it */
            for (size_t i = 0; i < nledger; i++) {
                v->has[i] |= rnd(4) != 0;
            }
        }
        if (rnd(3) == 0) { /* in the same millisecond as somebody else */
            help_ms -= 1000;
        }
        struct subject_state s = view_state(v);
        unsigned what = rnd(10);
        if (what < 3) {
            write_field(v, &s);
        } else if (what < 8) {
            write_fact(v, &s, visits[rnd(3)]);
        } else {
            write_office(v, &s);
        }
        for (size_t i = before; i < nledger; i++) {
            v->has[i] = true;
        }
    }
}

static void shuffle(struct entry_view *e, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = rnd((unsigned)i);
        struct entry_view x = e[i - 1];
        e[i - 1] = e[j];
        e[j] = x;
    }
}

static h32 digest_now(void)
{
    struct subject_state s = help_fold();
    return help_digest(&s);
}

static void any_order_and_any_repetition_give_the_same_state(void)
{
    for (uint64_t seed = 1; seed <= 60; seed++) {
        make_history(seed, 20 + (unsigned)seed * 3);
        h32 want = digest_now();
        for (int round = 0; round < 4; round++) {
            size_t n = nledger;
            memcpy(help_sorted, ledger, n * sizeof *ledger);
            for (int k = 0; k < round * 10; k++) {
                help_sorted[n++] = ledger[rnd((unsigned)nledger)];
            }
            shuffle(help_sorted, n);
            struct subject_state s = help_fold_of(help_sorted, n, NULL);
            h32 got = help_digest(&s);
            CHECK(h32_eq(want, got));
        }
    }
}

static void a_state_comes_back_whole_from_its_bytes(void)
{
    static uint8_t one[CAP_STATE_BYTES], two[CAP_STATE_BYTES], room[4U << 20];
    for (uint64_t seed = 100; seed < 130; seed++) {
        make_history(seed, 80);
        struct subject_state s = help_fold(), back;
        bytes a = {0}, b = {0};
        CHECK(fold_encode(&s, one, sizeof one, &a) == ST_OK);
        struct arena m = arena_of(room, sizeof room);
        CHECK(fold_decode(a, &m, &back) == ST_OK);
        CHECK(fold_encode(&back, two, sizeof two, &b) == ST_OK);
        CHECK_BYTES(a.p, a.n, b.p, b.n);
        CHECK(id16_eq(back.assigned, s.assigned) && back.nassigned == s.nassigned);
    }
}

static void damaged_bytes_of_a_state_are_refused_or_harmless(void)
{
    static uint8_t one[CAP_STATE_BYTES], bad[CAP_STATE_BYTES], room[4U << 20];
    make_history(7, 60);
    struct subject_state s = help_fold(), back;
    bytes a = {0};
    CHECK(fold_encode(&s, one, sizeof one, &a) == ST_OK);
    unsigned refused = 0;
    for (int i = 0; i < 4000; i++) {
        memcpy(bad, one, a.n);
        bad[rnd((unsigned)a.n)] ^= (uint8_t)(1U << rnd(8));
        struct arena m = arena_of(room, sizeof room);
        refused += fold_decode(bytes_of(bad, a.n - rnd(2)), &m, &back) != ST_OK;
    }
    CHECK(refused > 1000);
}

/* Every value that somebody wrote is there, or an entry of one who may names it. */
static void no_write_goes_without_another_that_names_it(void)
{
    for (uint64_t seed = 200; seed < 230; seed++) {
        make_history(seed, 120);
        struct subject_state s = help_fold();
        for (size_t i = 0; i < nledger; i++) {
            struct record_write w[CAP_RECORD_WRITES];
            size_t n;
            if (ledger[i].kind != KIND_RECORD_SET) {
                continue;
            }
            CHECK(record_decode(SUBJECT_JOB, ledger[i].body, w, &n) == ST_OK && n == 1);
            const struct field_state *f = fold_field(&s, w[0].field);
            bool there = false, was_named = false;
            for (unsigned k = 0; k < f->n; k++) {
                there |= h32_eq(f->v[k].entry, ledger[i].hash);
            }
            for (size_t k = 0; k < nledger && !there; k++) {
                struct record_write x[CAP_RECORD_WRITES];
                if (ledger[k].kind != KIND_RECORD_SET ||
                    record_decode(SUBJECT_JOB, ledger[k].body, x, &n) != ST_OK) {
                    continue;
                }
                for (unsigned m = 0; m < x[0].seen.n; m++) {
                    was_named |= h32_eq(x[0].seen.h[m], ledger[i].hash);
                }
            }
            CHECK(there || was_named || f->n == CAP_FIELD_WRITES);
        }
    }
}

static void every_part_of_a_state_is_reached_by_the_histories(void)
{
    unsigned conflicts = 0, odd = 0, requests = 0, signatures = 0, ended = 0, cash = 0, answers = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        make_history(seed, 20 + (unsigned)seed * 3);
        struct subject_state s = help_fold();
        conflicts += s.nconflicts;
        requests += s.nrequests;
        answers += s.nanswers;
        cash += s.cash_accepted_minor != 0;
        for (unsigned i = 0; i < s.nvisits; i++) {
            odd += s.visits[i].nodd;
            signatures += s.visits[i].nsigned;
            ended += s.visits[i].stage == VISIT_ENDED;
        }
    }
    CHECK(conflicts > 10 && odd > 10 && requests > 10);
    CHECK(signatures > 10 && ended > 5 && cash > 3 && answers > 10);
}

static void golden_digests_have_not_moved(void)
{
    static const struct {
        uint64_t seed;
        const char *hex;
    } golden[] = {
        {1, "c2dcf7f5e81489a588680f4c6f13f19702c4e0a70b41111a9af0adec1810cda2"},
        {2, "e35117418d513f5e9365cb055431bc430ac4f6a6b731d6e45a4246913661dbfe"},
        {3, "2b4a26b2774b356a6e7867aa93c77735c1613f169c049231a539d58f7345e13a"},
    };
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        make_history(golden[i].seed, 60);
        h32 d = digest_now();
        char hex[65];
        for (int k = 0; k < 32; k++) {
            snprintf(hex + 2 * k, 3, "%02x", d.b[k]);
        }
        CHECK_STR(hex, golden[i].hex);
    }
}

int main(void)
{
    RUN(any_order_and_any_repetition_give_the_same_state);
    RUN(a_state_comes_back_whole_from_its_bytes);
    RUN(damaged_bytes_of_a_state_are_refused_or_harmless);
    RUN(no_write_goes_without_another_that_names_it);
    RUN(every_part_of_a_state_is_reached_by_the_histories);
    RUN(golden_digests_have_not_moved);
    CHECK_END();
}

/* test_fold_settle.c - nobody but headquarters settles a conflict: not by two writes that each name
 * one value, not by saying what another said, not by a detour over one's own, not two together. */
#include "tests/unit/core/fold_help.h"

#define FIELD F_JOB_APPOINTMENT

static struct subject_state s;
static uint64_t rng;
static unsigned rnd(unsigned n)
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return (unsigned)((rng >> 33) % n);
}

/* A write that says it saw just these. */
static h32 claim(struct help_person *p, int64_t value, const h32 *seen, unsigned n)
{
    struct record_write w = help_int(FIELD, FT_TIME, value);
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    w.seen.n = n;
    for (unsigned i = 0; i < n; i++) {
        w.seen.h[i] = seen[i];
    }
    if (record_encode(&w, 1, buf, sizeof buf, &body) != ST_OK) {
        exit(99);
    }
    return help_entry(p, KIND_RECORD_SET, SUBJECT_JOB, sample_id16("job"), body, NULL, 0)->hash;
}

static bool stands(const struct subject_state *st, h32 entry)
{
    const struct field_state *f = fold_field(st, FIELD);
    for (unsigned i = 0; f != NULL && i < f->n; i++) {
        if (h32_eq(f->v[i].entry, entry)) {
            return true;
        }
    }
    return false;
}

static struct help_person third; /* another device of the first technician: he has two */

/* The clerk says 1, the other technician says 2, neither saw the other. */
static void start(h32 *a, h32 *b)
{
    help_start();
    third = help_person_of(&fs.tech, ROLE_NONE, "third");
    h32 first = claim(&clerk, 0, NULL, 0);
    *a = claim(&clerk, 1, &first, 1);
    *b = claim(&other, 2, &first, 1);
}

static void two_writes_that_each_name_one_value_settle_nothing(void)
{
    h32 a, b, w[2];
    start(&a, &b);
    w[0] = claim(&tech, 5, &a, 1);
    w[1] = claim(&tech, 5, &b, 1);
    s = help_fold();
    CHECK(s.nconflicts == 1 && stands(&s, a) && stands(&s, b));
    h32 last = claim(&tech, 5, w, 2);
    s = help_fold();
    CHECK(s.nconflicts == 1 && stands(&s, a) && stands(&s, b) && stands(&s, last));
    CHECK(!stands(&s, w[0]) && !stands(&s, w[1])); /* his own he may take back */
}

static void to_say_what_the_one_said_over_the_other_settles_nothing(void)
{
    h32 a, b;
    start(&a, &b);
    claim(&tech, 2, &a, 1);
    s = help_fold();
    CHECK(s.nconflicts == 1 && stands(&s, a) && stands(&s, b));
}

static void a_detour_over_his_own_value_settles_nothing(void)
{
    h32 a, b, own[2];
    start(&a, &b);
    own[0] = b;
    own[1] = claim(&other, 2, &a, 1); /* hides that it had b, which is its author's own */
    claim(&other, 2, own, 2);
    s = help_fold();
    CHECK(s.nconflicts == 1 && stands(&s, a));
}

static void a_proposal_is_not_brushed_aside_either(void)
{
    help_start();
    h32 both[2] = {claim(&clerk, 1, NULL, 0), claim(&other, 1, NULL, 0)};
    h32 p = claim(&other, 3, both, 2);
    s = help_fold();
    CHECK(s.nconflicts == 1 && stands(&s, p));
    claim(&tech, 1, &p, 1);
    s = help_fold();
    CHECK(s.nconflicts == 1 && stands(&s, p));
}

static void an_author_may_come_over_to_the_other_value(void)
{
    h32 both[2];
    start(&both[0], &both[1]);
    claim(&other, 1, both, 2);
    s = help_fold();
    CHECK(s.nconflicts == 0 && stands(&s, both[0]) && !stands(&s, both[1]));
}

static void headquarters_settles_it_with_all_that_went_before(void)
{
    h32 a, b;
    start(&a, &b);
    claim(&tech, 5, &a, 1);
    claim(&tech, 6, &b, 1);
    s = help_fold();
    CHECK_INT(fold_field(&s, FIELD)->n, 4);
    help_set(&clerk, &s, FIELD, 6);
    s = help_fold();
    CHECK(s.nconflicts == 0 && fold_field(&s, FIELD)->n == 1 && fold_shown(&s, FIELD)->i == 6);
    struct subject_state seen = s;
    help_set(&tech, &seen, FIELD, 7); /* and a technician's later edit is an edit again */
    s = help_fold();
    CHECK(s.nconflicts == 0 && fold_field(&s, FIELD)->n == 1 && fold_shown(&s, FIELD)->i == 7);
}

static void what_headquarters_went_on_from_does_not_come_back(void)
{
    help_start();
    h32 first = claim(&clerk, 0, NULL, 0);
    h32 x = claim(&clerk, 1, &first, 1);
    h32 w = claim(&tech, 2, &x, 1);
    h32 r = claim(&clerk, 3, &w, 1); /* x was gone when the clerk wrote; then a late one comes */
    h32 late = claim(&other, 4, &first, 1);
    s = help_fold();
    CHECK(s.nconflicts == 1 && fold_field(&s, FIELD)->n == 2);
    CHECK(stands(&s, r) && stands(&s, late) && !stands(&s, x) && !stands(&s, w));
}

static void later_edits_in_turn_are_no_conflict(void)
{
    help_start();
    struct help_person *turn[] = {&clerk, &tech, &other, &tech, &clerk, &other, &other, &tech};
    for (int i = 0; i < 8; i++) {
        s = help_fold();
        help_set(turn[i], &s, FIELD, i % 3);
        s = help_fold();
        CHECK(s.nconflicts == 0 && fold_field(&s, FIELD)->n == 1);
        CHECK_INT(fold_shown(&s, FIELD)->i, i % 3);
    }
}

/* ---- random histories ----------------------------------------------------------------------- */

static h32 all[HELP_ENTRIES];
static unsigned nall;

static void random_write(struct help_person *p, bool honest)
{
    h32 seen[3];
    unsigned n = 0;
    if (nall > 0 && !honest) {
        for (n = 0; n < 1 + rnd(3); n++) {
            seen[n] = all[rnd(nall)];
        }
        n = rnd(2) == 0 ? 1 : n;
    } else if (nall > 0) { /* what stood in the part that he has */
        unsigned part = 1 + rnd((unsigned)nledger);
        memcpy(help_sorted, ledger, part * sizeof *ledger);
        s = help_fold_of(help_sorted, part, NULL);
        const struct field_state *f = fold_field(&s, FIELD);
        for (n = 0; f != NULL && n < f->n && n < 3; n++) {
            seen[n] = f->v[n].entry;
        }
    }
    for (unsigned i = 0; i < n; i++) {
        for (unsigned k = i + 1; k < n; k++) { /* a list names nothing twice */
            if (h32_eq(seen[i], seen[k])) {
                seen[k--] = seen[--n];
            }
        }
    }
    p->skew_ms = ((int64_t)rnd(5) - 2) * 50000; /* the order of time is nobody's proof */
    all[nall++] = claim(p, rnd(4), seen, n);
}

static bool same(const struct field_value *x, const struct field_value *y)
{
    return x->i == y->i;
}

/* Whatever one technician (with two devices) adds to whatever history: of two values by others that
 * differ, both stay, and it stays a conflict. */
static void no_technician_settles_what_others_said(void)
{
    unsigned tried = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        help_start();
        third = help_person_of(&fs.tech, ROLE_NONE, "third");
        rng = seed * 0x9E3779B97F4A7C15u + 1;
        nall = 0;
        struct help_person *people[] = {&clerk, &other, &tech, &third};
        unsigned n = 2 + rnd(12);
        for (unsigned i = 0; i < n; i++) {
            random_write(people[rnd(4)], rnd(3) != 0);
        }
        struct subject_state before = help_fold();
        const struct field_state *f = fold_field(&before, FIELD);
        h32 stay[CAP_FIELD_WRITES];
        struct field_value v[CAP_FIELD_WRITES];
        unsigned m = 0, differs = 0;
        for (unsigned i = 0; i < f->n; i++) {
            if (!id8_eq(f->v[i].author, fs.tech.author)) {
                v[m] = f->v[i];
                stay[m++] = f->v[i].entry;
            }
        }
        for (unsigned i = 1; i < m; i++) {
            differs += !same(&v[0], &v[i]);
        }
        if (differs == 0) {
            continue;
        }
        tried++;
        for (int i = 0; i < 8; i++) {
            random_write(rnd(2) == 0 ? &tech : &third, false);
            s = help_fold();
            CHECK(fold_field(&s, FIELD)->conflict);
            for (unsigned k = 0; k < m; k++) {
                CHECK(!fold_equal(&v[0], &v[k]) ? stands(&s, stay[k]) && stands(&s, stay[0])
                                                : true);
            }
        }
    }
    CHECK(tried > 60);
}

/* The set decides, not the order of arrival; and a part that was held back is heard all the same.
 */
static void any_order_of_such_histories_gives_the_same_state(void)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        help_start();
        third = help_person_of(&fs.tech, ROLE_NONE, "third");
        rng = seed * 0xD1B54A32D192ED03u + 1;
        nall = 0;
        struct help_person *people[] = {&clerk, &other, &tech, &third};
        for (unsigned i = 0; i < 30; i++) {
            random_write(people[rnd(4)], rnd(2) != 0);
        }
        s = help_fold();
        h32 want = help_digest(&s);
        for (int round = 0; round < 4; round++) {
            memcpy(help_sorted, ledger, nledger * sizeof *ledger);
            for (size_t i = nledger; i > 1; i--) {
                size_t j = rnd((unsigned)i);
                struct entry_view e = help_sorted[i - 1];
                help_sorted[i - 1] = help_sorted[j];
                help_sorted[j] = e;
            }
            s = help_fold_of(help_sorted, nledger, NULL);
            h32 got = help_digest(&s);
            CHECK(h32_eq(want, got));
        }
    }
}

/* Two devices that fill one field with values over each other's: the fold stays quick. */
static void a_flood_of_one_field_is_folded_in_bounded_time(void)
{
    help_start();
    static h32 made[2000];
    for (int i = 0; i < 2000; i++) {
        made[i] = claim(&tech, i % 2, NULL, 0);
    }
    for (int i = 0; i < 2000; i++) {
        claim(&other, i % 2, &made[i], 1);
    }
    memcpy(help_sorted, ledger, nledger * sizeof *ledger);
    s = help_fold_of(help_sorted, nledger, NULL);
    CHECK(s.nconflicts == 1 && fold_field(&s, FIELD)->n == CAP_FIELD_WRITES);
}

int main(void)
{
    RUN(two_writes_that_each_name_one_value_settle_nothing);
    RUN(to_say_what_the_one_said_over_the_other_settles_nothing);
    RUN(a_detour_over_his_own_value_settles_nothing);
    RUN(a_proposal_is_not_brushed_aside_either);
    RUN(an_author_may_come_over_to_the_other_value);
    RUN(headquarters_settles_it_with_all_that_went_before);
    RUN(what_headquarters_went_on_from_does_not_come_back);
    RUN(later_edits_in_turn_are_no_conflict);
    RUN(no_technician_settles_what_others_said);
    RUN(any_order_of_such_histories_gives_the_same_state);
    RUN(a_flood_of_one_field_is_folded_in_bounded_time);
    CHECK_END();
}

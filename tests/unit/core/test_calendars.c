/* test_calendars.c - whose working time (J-04): a branch's hours, days and zone before the
 * company's, against a count minute by minute; what an edition keeps of them. */
#include "core/model/catalogue.h"
#include "core/rules/service.h"
#include "tests/unit/core/fold_help.h"

#define MINUTE 60000LL
#define HOUR (60 * MINUTE)
#define DAY_MIN 1440
#define MONDAY 1750003200000LL /* local midnight (UTC+8) of 2025-06-16 */
#define DAYS 12

static uint8_t room[1 << 20], one[1 << 16], two[1 << 16];
static uint64_t seed = 88172645463325252u;

static unsigned pick(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % n;
}

static id8 code(const char *s)
{
    id8 b = {{0}};
    memcpy(b.b, s, strlen(s));
    return b;
}

/* ---- random ones ------------------------------------------------------------------------------
 */

static void random_day(struct calendar_day *d)
{
    unsigned at = 0;
    d->nspans = (uint8_t)pick(4);
    for (unsigned i = 0; i < d->nspans; i++) {
        unsigned from = at + pick((DAY_MIN - at) / 4 + 1),
                 to = from + pick((DAY_MIN - from) / 3 + 1);
        d->span[i].from_min = (uint16_t)from;
        d->span[i].to_min = (uint16_t)to;
        at = to;
    }
}

static size_t random_days(struct calendar_day days[static DAYS])
{
    int32_t day = (int32_t)(MONDAY / (24 * HOUR)) - 3;
    size_t n = pick(DAYS);
    for (size_t i = 0; i < n; i++) {
        day += 1 + (int32_t)pick(4);
        days[i] = (struct calendar_day){.day = day};
        random_day(&days[i]);
    }
    return n;
}

struct made {
    struct calendars all;
    struct branch_hours branch[2]; /* HZ, SZ */
    struct calendar_day days[3][DAYS];
};

static void random_calendars(struct made *m)
{
    static const char *const names[] = {"HZ", "SZ"};
    memset(m, 0, sizeof *m);
    calendars_default(&m->all);
    for (unsigned d = 0; d < 7; d++) {
        random_day(&m->all.usual.week[d]);
    }
    unsigned worked = pick(7); /* on which all do: none is shut for ever */
    m->all.usual.week[worked] = (struct calendar_day){.nspans = 1, .span = {{480, 1020}}};
    m->all.usual.nexceptions = random_days(m->days[2]);
    m->all.usual.exceptions = m->days[2];
    for (unsigned b = 0; b < 2; b++) {
        struct branch_hours *h = &m->branch[b];
        h->branch = code(names[b]);
        h->weekdays = (uint8_t)(pick(128) & ~(1U << worked));
        for (unsigned d = 0; d < 7; d++) {
            if (((unsigned)h->weekdays >> d & 1U) != 0) {
                random_day(&h->own.week[d]);
            }
        }
        h->own.nexceptions = random_days(m->days[b]);
        h->own.exceptions = m->days[b];
        h->zoned = pick(2) == 0;
        h->own.utc_offset_minutes = h->zoned ? (int16_t)((int)pick(97) * 15 - 720) : 0;
    }
    m->all.branches = m->branch;
    m->all.nbranches = 2;
}

/* ---- the count ---------------------------------------------------------------------------------
 * Written from the words alone: a date of the branch, else one of the company, else its weekday,
 * else the company's; by the branch's wall. */

static const struct calendar_day *among(const struct calendar_day *d, size_t n, int64_t day)
{
    for (size_t i = 0; i < n; i++) {
        if (d[i].day == day) {
            return &d[i];
        }
    }
    return NULL;
}

static bool is_open(const struct calendars *all, const struct branch_hours *h, int64_t ms)
{
    int offset = h != NULL && h->zoned ? h->own.utc_offset_minutes : all->usual.utc_offset_minutes;
    int64_t local = ms + offset * MINUTE, day = local / (24 * HOUR);
    unsigned minute = (unsigned)(local % (24 * HOUR) / MINUTE), weekday = (unsigned)((day + 3) % 7);
    const struct calendar_day *d =
        h == NULL ? NULL : among(h->own.exceptions, h->own.nexceptions, day);
    d = d == NULL ? among(all->usual.exceptions, all->usual.nexceptions, day) : d;
    if (d == NULL) {
        bool own = h != NULL && ((unsigned)h->weekdays >> weekday & 1U) != 0;
        d = own ? &h->own.week[weekday] : &all->usual.week[weekday];
    }
    for (unsigned i = 0; i < d->nspans; i++) {
        if (minute >= d->span[i].from_min && minute < d->span[i].to_min) {
            return true;
        }
    }
    return false;
}

/* Calls come at whole minutes here, so that a minute is worked whole or not. */
static int64_t due_of(const struct calendars *all, const struct branch_hours *h, int64_t called,
                      int minutes)
{
    int64_t ms = called;
    for (int n = 0; n < minutes; ms += MINUTE) {
        n += is_open(all, h, ms);
    }
    return ms;
}

static int64_t left_of(const struct calendars *all, const struct branch_hours *h, int64_t now,
                       int64_t due)
{
    int64_t n = 0;
    for (int64_t ms = now < due ? now : due; ms < (now < due ? due : now); ms += MINUTE) {
        n += is_open(all, h, ms);
    }
    return now < due ? n : -n;
}

static struct subject_state job_of(int64_t called_ms, const id8 *branch)
{
    help_start();
    struct record_write w[3] = {help_int(F_JOB_CALLED, FT_TIME, called_ms),
                                help_int(F_JOB_ZONE, FT_ENUM, 1),
                                {.field = F_BRANCH, .type = FT_ID8}};
    w[2].id = branch == NULL ? (id8){{0}} : *branch;
    help_record(&clerk, SUBJECT_JOB, sample_id16("job"), NULL, w, branch == NULL ? 2 : 3);
    return help_fold();
}

static int64_t arrive(const struct subject_state *job, const struct calendars *all,
                      struct deadline *out)
{
    struct deadline d[4];
    size_t n = deadlines(job, all, d);
    for (size_t i = 0; i < n; i++) {
        if (d[i].kind == DL_ARRIVE) {
            *out = d[i];
            return d[i].due_ms;
        }
    }
    return 0;
}

/* ---- tests -------------------------------------------------------------------------------------
 */

static void j04_deadlines_of_two_branches_are_what_a_count_by_the_minute_says(void)
{
    static struct made m;
    struct deadline d;
    unsigned apart = 0;
    for (int round = 0; round < 120; round++) {
        random_calendars(&m);
        int64_t called = MONDAY + (int64_t)pick(14 * DAY_MIN) * MINUTE;
        int64_t now = called + ((int64_t)pick(6 * DAY_MIN) - DAY_MIN) * MINUTE, due[3];
        for (unsigned b = 0; b < 3; b++) {
            const struct branch_hours *h = b < 2 ? &m.branch[b] : NULL;
            struct subject_state s = job_of(called, h == NULL ? NULL : &h->branch);
            due[b] = arrive(&s, &m.all, &d);
            CHECK_INT(due[b], due_of(&m.all, h, called, 360));
            CHECK_INT(deadline_left_minutes(&d, &m.all, now), left_of(&m.all, h, now, due[b]));
        }
        apart += due[0] != due[1] && due[1] != due[2];
    }
    CHECK(apart > 60);
}

static void a_branch_that_no_calendar_names_and_no_branch_at_all_go_by_the_companys(void)
{
    static struct made m;
    struct deadline a, b, c;
    id8 elsewhere = code("SZX"), plain = code("S");
    for (int round = 0; round < 20; round++) {
        random_calendars(&m);
        struct subject_state s = job_of(MONDAY, NULL);
        IGNORE(arrive(&s, &m.all, &a));
        s = job_of(MONDAY, &elsewhere);
        IGNORE(arrive(&s, &m.all, &b));
        CHECK_INT(a.due_ms, b.due_ms);
        s = job_of(MONDAY, &plain);
        IGNORE(arrive(&s, &m.all, &c));
        CHECK_INT(a.due_ms, c.due_ms);
        struct calendar usual = calendar_of_branch(&m.all, (id8){{0}});
        CHECK(calendar_same(&usual, &m.all.usual));
    }
}

static void what_a_branch_does_not_say_is_the_companys_of_any_later_edition(void)
{
    static const struct calendar_day holiday = {.day = 20256}; /* 2025-06-17, closed */
    struct calendars all;
    struct branch_hours sz = {.branch = code("SZ"), .weekdays = 1};
    struct deadline d;
    id8 branch = sz.branch;
    calendars_default(&all);
    all.branches = &sz;
    all.nbranches = 1;
    sz.own.week[0] = (struct calendar_day){.nspans = 1, .span = {{600, 720}}}; /* Monday 10 to 12 */
    struct subject_state s = job_of(MONDAY + 8 * HOUR, &branch);
    CHECK_INT(arrive(&s, &all, &d), MONDAY + 24 * HOUR + 12 * HOUR); /* two, four on Tuesday */
    all.usual.exceptions = &holiday;
    all.usual.nexceptions = 1;
    CHECK_INT(arrive(&s, &all, &d), MONDAY + 48 * HOUR + 12 * HOUR); /* the holiday is its, too */
    static const struct calendar_day open = {.day = 20256, .nspans = 1, .span = {{0, 240}}};
    sz.own.exceptions = &open;
    sz.own.nexceptions = 1;
    CHECK_INT(arrive(&s, &all, &d), MONDAY + 28 * HOUR); /* but not where it says otherwise */
    CHECK(id8_eq(d.branch, branch) && d.working);
}

/* Six hours from a call at the same moment: by walls eight hours apart, one with summer time. */
static void the_hours_are_those_of_the_wall_of_the_branch(void)
{
    struct calendars all;
    struct branch_hours berlin = {.branch = code("BER"), .zoned = true};
    struct deadline d;
    const int64_t friday = 1743177600000LL; /* 2025-03-28 16:00 UTC: 17:00 there, midnight here */
    calendars_default(&all);
    all.branches = &berlin;
    all.nbranches = 1;
    CHECK_INT(calendar_zone(&berlin.own, S("CET-1CEST,M3.5.0,M10.5.0/3")), ST_OK);
    struct subject_state s = job_of(friday, &berlin.branch);
    /* Half an hour, eight on Saturday less the rest: Saturday 15:00 there. */
    CHECK_INT(arrive(&s, &all, &d), friday + 22 * HOUR);
    s = job_of(friday, NULL);
    CHECK_INT(arrive(&s, &all, &d), friday + 15 * HOUR + 30 * MINUTE); /* Saturday 15:30 here */
    s = job_of(friday + 24 * HOUR, &berlin.branch);
    /* Saturday 17:00, and the clock is turned on Sunday: Monday 15:00 is 13:00 UTC. */
    CHECK_INT(arrive(&s, &all, &d), friday + 24 * HOUR + 45 * HOUR);
}

static void an_edition_keeps_them_in_one_form(void)
{
    static struct made m;
    struct catalogue c = {.number = 3}, back;
    bytes a, b;
    const char *rule = "";
    for (int round = 0; round < 60; round++) {
        random_calendars(&m);
        if (round % 5 == 0) {
            CHECK_INT(calendar_zone(&m.branch[1].own, S("CET-1CEST,M3.5.0,M10.5.0/3")), ST_OK);
            m.branch[1].zoned = true;
        }
        c.calendars = m.all;
        struct arena mem = arena_of(room, sizeof room);
        CHECK_INT(catalogue_encode(&c, one, sizeof one, &a), ST_OK);
        CHECK_INT(catalogue_open(a, &mem, &back, &rule), ST_OK);
        CHECK(calendars_same(&back.calendars, &m.all));
        for (unsigned k = 0; k < 3; k++) { /* of one branch alone: what all of them say of it */
            struct calendars of;
            id8 branch = k < 2 ? m.branch[k].branch : code("NB");
            CHECK_INT(catalogue_hours(a, branch, &mem, &of), ST_OK);
            CHECK(of.nbranches == (k < 2 ? 1 : 0));
            struct calendar x = calendar_of_branch(&of, branch);
            struct calendar y = calendar_of_branch(&m.all, branch);
            CHECK(calendar_same(&x, &y));
        }
        CHECK_INT(catalogue_encode(&back, two, sizeof two, &b), ST_OK);
        CHECK_BYTES(a.p, a.n, b.p, b.n);
        /* What is said of one day, or of the zone, alone tells two apart. */
        struct branch_hours *h = &m.branch[pick(2)];
        h->own.utc_offset_minutes = (int16_t)(h->own.utc_offset_minutes + 1);
        CHECK(!h->zoned || !calendars_same(&back.calendars, &m.all));
    }
}

static void what_no_edition_may_hold_is_refused(void)
{
    static struct branch_hours many[CAP_CALENDAR_BRANCHES + 1];
    static struct calendar_day days[CAP_CALENDAR_DAYS + 1];
    struct catalogue c = {.number = 3}, back;
    struct arena mem = arena_of(room, sizeof room);
    bytes a;
    calendars_default(&c.calendars);
    c.calendars.branches = many;
    for (unsigned i = 0; i <= CAP_CALENDAR_BRANCHES; i++) {
        many[i] = (struct branch_hours){.weekdays = 1};
        many[i].branch.b[0] = (uint8_t)('A' + i / 26);
        many[i].branch.b[1] = (uint8_t)('A' + i % 26);
    }
    for (unsigned i = 0; i <= CAP_CALENDAR_DAYS; i++) {
        days[i].day = 20000 + (int32_t)i;
    }
    c.calendars.nbranches = CAP_CALENDAR_BRANCHES + 1;
    CHECK_INT(catalogue_encode(&c, one, sizeof one, &a), ST_BAD_INPUT);
    c.calendars.nbranches = CAP_CALENDAR_BRANCHES;
    CHECK_INT(catalogue_encode(&c, one, sizeof one, &a), ST_OK);
    CHECK_INT(catalogue_open(a, &mem, &back, NULL), ST_OK);
    CHECK_INT(back.calendars.nbranches, CAP_CALENDAR_BRANCHES);
    many[3].branch = many[4].branch; /* twice */
    CHECK_INT(catalogue_encode(&c, one, sizeof one, &a), ST_BAD_INPUT);
    memset(&many[0].branch, 0, sizeof many[0].branch);
    c.calendars.nbranches = 1;
    CHECK_INT(catalogue_encode(&c, one, sizeof one, &a), ST_BAD_INPUT);
    many[0].branch = code("SZ");
    many[0].own.exceptions = days;
    many[0].own.nexceptions = CAP_BRANCH_DAYS + 1; /* of all branches together */
    CHECK_INT(catalogue_encode(&c, one, sizeof one, &a), ST_BAD_INPUT);
    many[0].own.nexceptions = CAP_BRANCH_DAYS;
    many[1].branch = code("TZ");
    many[1].own.exceptions = days;
    many[1].own.nexceptions = 1;
    c.calendars.nbranches = 2;
    CHECK_INT(catalogue_encode(&c, one, sizeof one, &a), ST_BAD_INPUT);
    many[1].own.nexceptions = 0;
    CHECK_INT(catalogue_encode(&c, one, sizeof one, &a), ST_OK);
    mem = arena_of(room, sizeof room);
    CHECK_INT(catalogue_open(a, &mem, &back, NULL), ST_OK);
    CHECK_INT(back.calendars.branches[0].own.nexceptions, CAP_BRANCH_DAYS);
    struct calendars of;
    mem = arena_of(room, 400);
    CHECK_INT(catalogue_hours(a, code("SZ"), &mem, &of), ST_FULL);
    CHECK(of.nbranches == 0 && of.usual.week[0].nspans == 2);
    mem = arena_of(room, sizeof room);
    CHECK_INT(catalogue_hours(bytes_of(a.p, a.n - 1), code("SZ"), &mem, &of), ST_BAD_FORM);
    mem = arena_of(room, 400);
    CHECK_INT(catalogue_hours(a, code("TZ"), &mem, &of), ST_OK); /* what is SZ's is not read */
    CHECK_INT(of.nbranches, 1);
}

int main(void)
{
    RUN(j04_deadlines_of_two_branches_are_what_a_count_by_the_minute_says);
    RUN(a_branch_that_no_calendar_names_and_no_branch_at_all_go_by_the_companys);
    RUN(what_a_branch_does_not_say_is_the_companys_of_any_later_edition);
    RUN(the_hours_are_those_of_the_wall_of_the_branch);
    RUN(an_edition_keeps_them_in_one_form);
    RUN(what_no_edition_may_hold_is_refused);
    CHECK_END();
}

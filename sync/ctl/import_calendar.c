/* import_calendar.c - the rows of a calendar: the company's, and what branches do otherwise.
 *
 * A branch says only what differs; what its rows never named is the company's, today's and that of
 * later editions. So a file of branches needs no holidays that all have. */
#include <stdlib.h>

#include "core/fold/register.h"
#include "sync/ctl/csv_value.h"
#include "sync/ctl/import.h"

#define SPANS_MAX 3
#define WEEKDAYS 7
#define NAMED_MAX (CAP_CALENDAR_DAYS + WEEKDAYS)

/* A day that this file has begun to say anew. */
struct named {
    int32_t day;
    uint8_t weekday; /* 1 to 7; 0: `day` */
    uint8_t kind;    /* of CALENDAR_KIND_* */
    uint32_t line;
};
/* One calendar: the company's first (its branch is zero), then branches in the order of the file.
 */
struct slot {
    struct branch_hours h;
    struct calendar_day days[CAP_CALENDAR_DAYS]; /* h.own.exceptions */
    struct named named[NAMED_MAX];
    size_t nnamed;
    uint32_t zone_line; /* of this file; 0: it names no zone */
    char zone[64];
};
struct import_calendar {
    size_t n;
    struct slot slot[CAP_CALENDAR_BRANCHES + 1]; /* address space: a few are touched */
    struct branch_hours sorted[CAP_CALENDAR_BRANCHES];
};

static struct slot *add_slot(struct import_calendar *c, const struct branch_hours *h)
{
    struct slot *s = &c->slot[c->n++];
    s->h = *h;
    for (size_t i = 0; i < h->own.nexceptions; i++) {
        s->days[i] = h->own.exceptions[i];
    }
    s->h.own.exceptions = s->days;
    return s;
}

enum st import_calendar_begin(const struct calendars *was, struct import_calendar **out,
                              struct err *err)
{
    struct branch_hours company = {.weekdays = 0x7F, .zoned = true, .own = was->usual};
    struct import_calendar *c = calloc(1, sizeof *c);
    *out = c;
    if (c == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    IGNORE(add_slot(c, &company));
    for (size_t i = 0; i < was->nbranches; i++) {
        IGNORE(add_slot(c, &was->branches[i]));
    }
    return ST_OK;
}

/* ---- which calendar ---------------------------------------------------------------------------
 */

/* Has anybody and anything of headquarters this branch? A code that none has is a slip of the pen,
 * and would do nothing without a word. */
static bool branch_known(struct import *im, id8 branch)
{
    static const enum subject_type types[] = {SUBJECT_TECHNICIAN, SUBJECT_CUSTOMER, SUBJECT_JOB};
    uint8_t buf[LIST_KEY_BYTES];
    bool known = false;
    for (size_t i = 0; i < sizeof types / sizeof types[0] && !known; i++) {
        struct store_cursor *cur = NULL;
        bytes key, prefix = register_prefix(types[i], REG_WHOLE, (id8){{0}}, REG_BRANCH,
                                            REG_BY_TIME, branch.b, buf);
        known = store_scan(im->v.t, T_LIST, prefix, (bytes){NULL, 0}, &cur, NULL) == ST_OK &&
                store_next(cur, &key) == ST_OK;
        store_scan_end(&cur);
    }
    return known;
}

static struct slot *slot_of(struct import *im, struct import_calendar *c, const struct csv_value *v,
                            char why[static IMPORT_WHY])
{
    struct branch_hours fresh = {.weekdays = 0};
    if (!v->given) {
        return &c->slot[0];
    }
    if (v->text.n > sizeof fresh.branch.b) {
        snprintf(why, IMPORT_WHY, "a branch's code has at most eight characters");
        return NULL;
    }
    memcpy(fresh.branch.b, v->text.p, v->text.n);
    for (size_t i = 1; i < c->n; i++) {
        if (id8_eq(c->slot[i].h.branch, fresh.branch)) {
            return &c->slot[i];
        }
    }
    if (!branch_known(im, fresh.branch)) {
        snprintf(why, IMPORT_WHY,
                 "no person, customer or call has the branch \"%.*s\": import its people first",
                 (int)v->text.n, v->text.p);
        return NULL;
    }
    if (c->n > CAP_CALENDAR_BRANCHES) {
        snprintf(why, IMPORT_WHY, "an edition has calendars of at most %d branches",
                 CAP_CALENDAR_BRANCHES);
        return NULL;
    }
    return add_slot(c, &fresh);
}

/* ---- its zone ---------------------------------------------------------------------------------
 */

/* The zone that a row names, into *out: a calendar without days. Not zoned: the company's. */
static bool zone_of(struct import *im, const struct slot *s, const struct csv_value *v,
                    struct branch_hours *out, char why[static IMPORT_WHY])
{
    static const struct csv_word usual[] = {{"usual", "照常", 1}, {NULL, NULL, 0}};
    bool company = id8_zero(s->h.branch);
    int number;
    memset(out, 0, sizeof *out);
    if (company && im->zone != NULL) {
        snprintf(why, IMPORT_WHY, "--zone gives the company's zone already");
        return false;
    }
    if (s->zone_line != 0 && !str_eq(str_c(s->zone), v->text)) {
        snprintf(why, IMPORT_WHY, "line %u gives this calendar another zone", s->zone_line);
        return false;
    }
    if (!company && csv_value_word(usual, v->text, &number)) {
        return true;
    }
    if (v->text.n >= sizeof s->zone || calendar_zone(&out->own, v->text) != ST_OK) {
        snprintf(why, IMPORT_WHY, "a zone is like CST-8 or CET-1CEST,M3.5.0,M10.5.0/3");
        return false;
    }
    out->zoned = true;
    return true;
}

static void set_zone(struct calendar *c, const struct calendar *zone)
{
    c->utc_offset_minutes = zone->utc_offset_minutes;
    c->saving_minutes = zone->saving_minutes;
    c->begins = zone->begins;
    c->ends = zone->ends;
}

/* ---- its days ---------------------------------------------------------------------------------
 */

/* add_span: keeps a day's spans in order. A sentence when it cannot be. */
static const char *add_span(struct calendar_day *d, int64_t from, int64_t to)
{
    unsigned at = 0;
    if (from >= to) {
        return "the day closes before it opens";
    }
    if (d->nspans == SPANS_MAX) {
        return "a day is open three times at most";
    }
    while (at < d->nspans && d->span[at].from_min < from) {
        at++;
    }
    if ((at > 0 && d->span[at - 1].to_min > from) ||
        (at < d->nspans && to > d->span[at].from_min)) {
        return "two spans of the day overlap";
    }
    for (unsigned i = d->nspans; i > at; i--) {
        d->span[i] = d->span[i - 1];
    }
    d->span[at].from_min = (uint16_t)from;
    d->span[at].to_min = (uint16_t)to;
    d->nspans++;
    return NULL;
}

static struct named *named_of(struct slot *s, const struct named *day)
{
    for (size_t i = 0; i < s->nnamed; i++) {
        if (s->named[i].weekday == day->weekday && s->named[i].day == day->day) {
            return &s->named[i];
        }
    }
    return NULL;
}

/* Where a date stands among those that differ, or would. */
static size_t place_of(const struct slot *s, int32_t day, bool *there)
{
    size_t at = 0;
    while (at < s->h.own.nexceptions && s->days[at].day < day) {
        at++;
    }
    *there = at < s->h.own.nexceptions && s->days[at].day == day;
    return at;
}

static bool room_for_a_day(const struct import_calendar *c, const struct slot *s)
{
    size_t all = 0;
    for (size_t i = 1; i < c->n; i++) {
        all += c->slot[i].h.own.nexceptions;
    }
    return id8_zero(s->h.branch) ? s->h.own.nexceptions < CAP_CALENDAR_DAYS : all < CAP_BRANCH_DAYS;
}

static bool may_say(const struct slot *s, const struct named *day, const struct csv_value *v,
                    char why[static IMPORT_WHY])
{
    const char *form = NULL;
    bool hours = v[CALENDAR_OPEN].given && v[CALENDAR_CLOSE].given;
    bool none = !v[CALENDAR_OPEN].given && !v[CALENDAR_CLOSE].given;
    if (day->kind == CALENDAR_KIND_WORK ? !hours : !none) {
        form = day->kind == CALENDAR_KIND_WORK      ? "a working day needs open and close"
               : day->kind == CALENDAR_KIND_HOLIDAY ? "a holiday has no open and close"
                                                    : "a day as usual has no open and close";
    } else if (day->kind == CALENDAR_KIND_USUAL && day->weekday != 0 && id8_zero(s->h.branch)) {
        form = "the company's week has no other that it could follow";
    }
    if (form != NULL) {
        snprintf(why, IMPORT_WHY, "%s", form);
    }
    return form == NULL;
}

/* The day as it is after this row. */
static bool work_out(struct import_calendar *c, struct slot *s, const struct named *day,
                     const struct csv_value *v, struct calendar_day *out,
                     char why[static IMPORT_WHY])
{
    const struct named *before = named_of(s, day);
    const char *refusal = NULL;
    bool there = true;
    size_t at = day->weekday != 0 ? 0 : place_of(s, day->day, &there);
    *out = (struct calendar_day){.day = day->day};
    if (before != NULL && (before->kind != day->kind || day->kind != CALENDAR_KIND_WORK)) {
        snprintf(why, IMPORT_WHY, "line %u says this day already", before->line);
        return false;
    }
    if ((!there && day->kind != CALENDAR_KIND_USUAL && !room_for_a_day(c, s)) ||
        (before == NULL && s->nnamed == NAMED_MAX)) {
        refusal = "there are more days that differ than calendars hold";
    } else if (day->kind == CALENDAR_KIND_WORK) {
        if (before != NULL) {
            *out = day->weekday != 0 ? s->h.own.week[day->weekday - 1] : s->days[at];
        }
        refusal = add_span(out, v[CALENDAR_OPEN].number, v[CALENDAR_CLOSE].number);
    }
    if (refusal != NULL) {
        snprintf(why, IMPORT_WHY, "%s", refusal);
    }
    return refusal == NULL;
}

static void put_weekday(struct slot *s, const struct named *day, const struct calendar_day *now)
{
    unsigned bit = 1U << (day->weekday - 1);
    bool says = day->kind != CALENDAR_KIND_USUAL;
    s->h.own.week[day->weekday - 1] = says ? *now : (struct calendar_day){0};
    s->h.weekdays = (uint8_t)(says ? s->h.weekdays | bit : s->h.weekdays & ~bit);
}

static void put_date(struct slot *s, const struct named *day, const struct calendar_day *now)
{
    bool there;
    size_t n = s->h.own.nexceptions, at = place_of(s, day->day, &there);
    if (day->kind == CALENDAR_KIND_USUAL) {
        if (there) {
            memmove(&s->days[at], &s->days[at + 1], (n - at - 1) * sizeof s->days[0]);
            s->h.own.nexceptions--;
        }
        return;
    }
    if (!there) {
        memmove(&s->days[at + 1], &s->days[at], (n - at) * sizeof s->days[0]);
        s->h.own.nexceptions++;
    }
    s->days[at] = *now;
}

bool import_calendar_row(struct import *im, struct import_calendar *c, const struct csv_record *rec,
                         char why[static IMPORT_WHY])
{
    const struct csv_value *v = rec->value, *zone = &v[CALENDAR_ZONE];
    int weekday = v[CALENDAR_DATE].weekday;
    struct named day = {.weekday = (uint8_t)weekday,
                        .day = weekday == 0 ? v[CALENDAR_DATE].day : 0,
                        .kind = (uint8_t)v[CALENDAR_KIND].number,
                        .line = rec->line};
    struct calendar_day now;
    struct branch_hours where;
    struct slot *s = slot_of(im, c, &v[CALENDAR_BRANCH], why);
    if (s == NULL || !may_say(s, &day, v, why) || !work_out(c, s, &day, v, &now, why) ||
        (zone->given && !zone_of(im, s, zone, &where, why))) {
        return false;
    }
    if (zone->given) {
        set_zone(&s->h.own, &where.own);
        s->h.zoned = where.zoned;
        s->zone_line = rec->line;
        memcpy(s->zone, zone->text.p, zone->text.n);
        s->zone[zone->text.n] = '\0';
    }
    if (named_of(s, &day) == NULL) {
        s->named[s->nnamed++] = day;
    }
    if (day.weekday != 0) {
        put_weekday(s, &day, &now);
    } else {
        put_date(s, &day, &now);
    }
    return true;
}

/* ---- the outcome ------------------------------------------------------------------------------
 */

/* The company's zone: of its rows, of --zone, of --utc-offset, of this machine. A file that is
 * about branches alone leaves it as it is. */
static void company_zone(struct import *im, struct slot *company)
{
    struct calendar zone = {.utc_offset_minutes = (int16_t)im->utc_offset_minutes};
    bool about = company->nnamed > 0 || im->zone != NULL || im->offset_said;
    if (im->zone != NULL && calendar_zone(&zone, str_c(im->zone)) != ST_OK) {
        return; /* it was looked at before the file was */
    }
    if (about && company->zone_line == 0) {
        set_zone(&company->h.own, &zone);
    }
}

void import_calendar_done(struct import *im, struct import_calendar *c, struct calendars *out)
{
    company_zone(im, &c->slot[0]);
    *out = (struct calendars){.usual = c->slot[0].h.own, .branches = c->sorted};
    for (size_t i = 1; i < c->n; i++) {
        const struct branch_hours *h = &c->slot[i].h;
        size_t at = out->nbranches;
        if (h->weekdays == 0 && !h->zoned && h->own.nexceptions == 0) {
            continue; /* it says nothing (any more): it is the company's in all */
        }
        for (; at > 0 && memcmp(c->sorted[at - 1].branch.b, h->branch.b, 8) > 0; at--) {
            c->sorted[at] = c->sorted[at - 1];
        }
        c->sorted[at] = *h;
        out->nbranches++;
    }
}

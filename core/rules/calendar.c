/* calendar.c - working time: hours of the day by weekday, days that differ, in a zone that may have
 * summer time.
 *
 * Hours are the clock on the wall's: where a working stretch holds the hour that is left out, it is
 * an hour shorter; where it holds the one that comes twice, an hour longer. */
#include "core/rules/service.h"

#include "core/base/civil.h"

#define DAY_MS 86400000LL
#define MINUTE_MS 60000LL
#define DAYS_MOST 400 /* no input may make this run on: a deadline is never a year away */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static const struct calendar_day *find_day(const struct calendar_day *days, size_t n, int64_t day)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (days[mid].day == day) {
            return &days[mid];
        }
        if (days[mid].day < day) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return NULL;
}

static const struct calendar_day *day_of(const struct calendar *c, int64_t day)
{
    const struct calendar_day *d = find_day(c->exceptions, c->nexceptions, day);
    d = d == NULL ? find_day(c->common, c->ncommon, day) : d;
    return d != NULL ? d : &c->week[((day + 3) % 7 + 7) % 7]; /* day 0 was a Thursday */
}

void calendar_default(struct calendar *c)
{
    memset(c, 0, sizeof *c);
    c->utc_offset_minutes = 480;
    for (int i = 0; i < 6; i++) {
        c->week[i].nspans = 2;
        c->week[i].span[0].from_min = 8 * 60;
        c->week[i].span[0].to_min = 12 * 60;
        c->week[i].span[1].from_min = 13 * 60 + 30;
        c->week[i].span[1].to_min = 17 * 60 + 30;
    }
}

static bool same_day(const struct calendar_day *a, const struct calendar_day *b)
{
    bool same = a->nspans == b->nspans;
    for (unsigned i = 0; same && i < a->nspans && i < 3; i++) {
        same = a->span[i].from_min == b->span[i].from_min && a->span[i].to_min == b->span[i].to_min;
    }
    return same;
}

static bool same_turn(const struct calendar_turn *a, const struct calendar_turn *b)
{
    return a->month == b->month && a->week == b->week && a->weekday == b->weekday &&
           a->minute == b->minute;
}

static bool same_days(const struct calendar_day *a, size_t na, const struct calendar_day *b,
                      size_t nb)
{
    bool same = na == nb;
    for (size_t i = 0; same && i < na; i++) {
        same = a[i].day == b[i].day && same_day(&a[i], &b[i]);
    }
    return same;
}

bool calendar_same(const struct calendar *a, const struct calendar *b)
{
    bool same = a->utc_offset_minutes == b->utc_offset_minutes &&
                a->saving_minutes == b->saving_minutes &&
                (a->saving_minutes == 0 ||
                 (same_turn(&a->begins, &b->begins) && same_turn(&a->ends, &b->ends)));
    for (unsigned i = 0; same && i < 7; i++) {
        same = same_day(&a->week[i], &b->week[i]);
    }
    return same && same_days(a->exceptions, a->nexceptions, b->exceptions, b->nexceptions) &&
           same_days(a->common, a->ncommon, b->common, b->ncommon);
}

/* ---- the zone ------------------------------------------------------------------------------- */

/* When the clock is turned in a year, in UTC; `offset` is what held until then. */
static int64_t turn_ms(const struct calendar_turn *t, int year, int offset)
{
    int64_t first = civil_days((struct civil){year, t->month, 1});
    int64_t next = t->month == 12 ? civil_days((struct civil){year + 1, 1, 1})
                                  : civil_days((struct civil){year, t->month + 1, 1});
    int64_t weekday = ((first + 4) % 7 + 7) % 7; /* day 0 was a Thursday; 0 = Sunday */
    int64_t day = first + (t->weekday - weekday + 7) % 7 + (t->week - 1) * 7LL;
    while (day >= next) {
        day -= 7;
    }
    return day * DAY_MS + (t->minute - offset) * MINUTE_MS;
}

int calendar_offset(const struct calendar *c, int64_t ms)
{
    int winter = c->utc_offset_minutes, summer = winter + c->saving_minutes;
    if (c->saving_minutes == 0) {
        return winter;
    }
    int year = civil_of(floor_div(ms + winter * MINUTE_MS, DAY_MS)).year;
    int64_t begins = turn_ms(&c->begins, year, winter), ends = turn_ms(&c->ends, year, summer);
    bool in_summer = begins < ends ? ms >= begins && ms < ends : ms >= begins || ms < ends;
    return in_summer ? summer : winter;
}

/* Of a time on the wall: one that comes twice is its first, one that is left out the turn itself.
 */
static int64_t utc_of(const struct calendar *c, int64_t local)
{
    int winter = c->utc_offset_minutes, summer = winter + c->saving_minutes;
    int ahead = winter > summer ? winter : summer, behind = winter + summer - ahead;
    int64_t first = local - ahead * MINUTE_MS, second = local - behind * MINUTE_MS;
    if (calendar_offset(c, first) == ahead) {
        return first;
    }
    if (calendar_offset(c, second) == behind) {
        return second;
    }
    int year = civil_of(floor_div(local, DAY_MS)).year;
    return summer == ahead ? turn_ms(&c->begins, year, winter) : turn_ms(&c->ends, year, summer);
}

/* The walk that both functions share: open stretches from `from` on, in UTC. */
struct walk {
    const struct calendar *c;
    int64_t from;
    int64_t day, last_day; /* on the wall */
    unsigned span;
};

static bool next_stretch(struct walk *w, int64_t *beg, int64_t *end)
{
    for (; w->day <= w->last_day; w->day++, w->span = 0) {
        const struct calendar_day *d = day_of(w->c, w->day);
        while (w->span < d->nspans && w->span < 3) {
            int64_t b = utc_of(w->c, w->day * DAY_MS + d->span[w->span].from_min * MINUTE_MS);
            int64_t e = utc_of(w->c, w->day * DAY_MS + d->span[w->span].to_min * MINUTE_MS);
            w->span++;
            b = b < w->from ? w->from : b;
            if (b < e) {
                *beg = b;
                *end = e;
                return true;
            }
        }
    }
    return false;
}

static struct walk walk_from(const struct calendar *c, int64_t ms)
{
    int64_t day = floor_div(ms + calendar_offset(c, ms) * MINUTE_MS, DAY_MS);
    return (struct walk){c, ms, day, day + DAYS_MOST, 0};
}

/* Times beyond these cannot be meant and would overflow. */
static int64_t sane(int64_t ms)
{
    const int64_t most = (int64_t)1 << 52;
    return ms > most ? most : ms < -most ? -most : ms;
}

int64_t calendar_add(const struct calendar *c, int64_t ms, int64_t minutes)
{
    ms = sane(ms);
    if (minutes <= 0) {
        return ms;
    }
    int64_t left = minutes > DAYS_MOST * 1440LL ? DAYS_MOST * DAY_MS : minutes * MINUTE_MS;
    struct walk w = walk_from(c, ms);
    for (int64_t beg, end; next_stretch(&w, &beg, &end); left -= end - beg) {
        if (end - beg >= left) {
            return beg + left;
        }
    }
    return ms + DAYS_MOST * DAY_MS;
}

/* Of these weeks from a day on, those before the first in which a day differs. */
static int64_t like_any_other(const struct calendar_day *days, size_t n, int64_t from_day,
                              int64_t weeks)
{
    for (size_t i = 0; i < n && weeks > 0; i++) {
        if (days[i].day >= from_day && days[i].day <= from_day + 7 * weeks) {
            weeks = (days[i].day - from_day - 1) / 7; /* as far as the last week before it */
        }
    }
    return weeks;
}

/* Whole weeks that are like any other are counted, not walked: what is months late costs no more
 * than what is late since yesterday. They are taken off the walk; their working time is returned.
 */
static int64_t skip_weeks(struct walk *w, int64_t b_ms)
{
    int64_t weeks = (b_ms - w->from) / (7 * DAY_MS), most = (w->last_day - w->day) / 7, sum = 0;
    weeks = weeks < most ? weeks : most;
    weeks = like_any_other(w->c->exceptions, w->c->nexceptions, w->day, weeks);
    weeks = like_any_other(w->c->common, w->c->ncommon, w->day, weeks);
    if (weeks <= 0 || w->c->saving_minutes != 0) {
        return 0;
    }
    for (unsigned d = 0; d < 7; d++) {
        const struct calendar_day *like = &w->c->week[d];
        for (unsigned i = 0; i < like->nspans && i < 3; i++) {
            int64_t minutes = like->span[i].to_min - like->span[i].from_min;
            sum += minutes > 0 ? minutes * MINUTE_MS : 0;
        }
    }
    w->day += 7 * weeks;
    w->from += 7 * weeks * DAY_MS;
    return sum * weeks;
}

int64_t calendar_between(const struct calendar *c, int64_t a_ms, int64_t b_ms)
{
    a_ms = sane(a_ms);
    b_ms = sane(b_ms);
    if (b_ms < a_ms) {
        return -calendar_between(c, b_ms, a_ms);
    }
    struct walk w = walk_from(c, a_ms);
    int64_t sum = skip_weeks(&w, b_ms);
    for (int64_t beg, end; next_stretch(&w, &beg, &end) && beg < b_ms;) {
        sum += (end < b_ms ? end : b_ms) - beg;
    }
    return sum / MINUTE_MS;
}

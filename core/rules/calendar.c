/* calendar.c - working time: hours of the day by weekday, days that differ, a fixed offset from
 * UTC.
 *
 * The offset does not change with the season: the company's country has no summer time, and a
 * deadline that moved by an hour twice a year would be worse than one that does not know. */
#include "core/rules/service.h"

#define DAY_MS 86400000LL
#define MINUTE_MS 60000LL
#define DAYS_MOST 400 /* no input may make this run on: a deadline is never a year away */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static const struct calendar_day *day_of(const struct calendar *c, int64_t day)
{
    size_t lo = 0, hi = c->nexceptions;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->exceptions[mid].day == day) {
            return &c->exceptions[mid];
        }
        if (c->exceptions[mid].day < day) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return &c->week[((day + 3) % 7 + 7) % 7]; /* day 0 was a Thursday */
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

/* The walk that both functions share: open stretches from `from` on, in local milliseconds. */
struct walk {
    const struct calendar *c;
    int64_t from;
    int64_t day, last_day;
    unsigned span;
};

static bool next_stretch(struct walk *w, int64_t *beg, int64_t *end)
{
    for (; w->day <= w->last_day; w->day++, w->span = 0) {
        const struct calendar_day *d = day_of(w->c, w->day);
        while (w->span < d->nspans && w->span < 3) {
            int64_t b = w->day * DAY_MS + d->span[w->span].from_min * MINUTE_MS;
            int64_t e = w->day * DAY_MS + d->span[w->span].to_min * MINUTE_MS;
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
    int64_t local = ms + c->utc_offset_minutes * MINUTE_MS;
    int64_t day = floor_div(local, DAY_MS);
    return (struct walk){c, local, day, day + DAYS_MOST, 0};
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
            return beg + left - c->utc_offset_minutes * MINUTE_MS;
        }
    }
    return ms + DAYS_MOST * DAY_MS;
}

int64_t calendar_between(const struct calendar *c, int64_t a_ms, int64_t b_ms)
{
    a_ms = sane(a_ms);
    b_ms = sane(b_ms);
    if (b_ms < a_ms) {
        return -calendar_between(c, b_ms, a_ms);
    }
    int64_t until = b_ms + c->utc_offset_minutes * MINUTE_MS;
    int64_t sum = 0;
    struct walk w = walk_from(c, a_ms);
    for (int64_t beg, end; next_stretch(&w, &beg, &end) && beg < until;) {
        sum += (end < until ? end : until) - beg;
    }
    return sum / MINUTE_MS;
}

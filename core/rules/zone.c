/* zone.c - a POSIX zone ("CET-1CEST,M3.5.0,M10.5.0/3") into a calendar: see service.h. */
#include "core/rules/service.h"

#define NAME_LEAST 3
#define OFFSET_MOST (24 * 60)
#define TURN_MOST (2 * 1440) /* hours beyond a day turn the clock on a neighbour's night */

struct in {
    str s;
    bool ok;
};

static char peek(const struct in *in)
{
    return in->ok && in->s.n > 0 ? in->s.p[0] : '\0';
}

static bool take(struct in *in, char c)
{
    if (peek(in) != c || c == '\0') {
        return false;
    }
    in->s.p++;
    in->s.n--;
    return true;
}

static void want(struct in *in, char c)
{
    in->ok = take(in, c) && in->ok;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Letters, or anything of letters, digits and signs between < and >. */
static void get_name(struct in *in)
{
    bool quoted = take(in, '<');
    unsigned n = 0;
    while (is_letter(peek(in)) ||
           (quoted && (is_digit(peek(in)) || peek(in) == '+' || peek(in) == '-'))) {
        in->ok = take(in, peek(in));
        n++;
    }
    if (quoted) {
        want(in, '>');
    }
    in->ok = in->ok && n >= NAME_LEAST;
}

static int get_number(struct in *in, int least, int most)
{
    int v = 0;
    in->ok = in->ok && is_digit(peek(in));
    while (is_digit(peek(in)) && v <= most) {
        v = v * 10 + (peek(in) - '0');
        in->ok = take(in, peek(in));
    }
    in->ok = in->ok && v >= least && v <= most;
    return v;
}

/* [+-]hh[:mm[:ss]] in minutes; seconds must be none. */
static int get_minutes(struct in *in, int most)
{
    bool minus = take(in, '-');
    if (!minus) {
        IGNORE(take(in, '+')); /* may stand there */
    }
    int v = get_number(in, 0, most / 60) * 60;
    if (take(in, ':')) {
        v += get_number(in, 0, 59);
        if (take(in, ':')) {
            in->ok = get_number(in, 0, 59) == 0 && in->ok;
        }
    }
    in->ok = in->ok && v <= most;
    return minus ? -v : v;
}

static struct calendar_turn get_turn(struct in *in)
{
    struct calendar_turn t = {.minute = 120};
    want(in, ',');
    want(in, 'M');
    t.month = (uint8_t)get_number(in, 1, 12);
    want(in, '.');
    t.week = (uint8_t)get_number(in, 1, 5);
    want(in, '.');
    t.weekday = (uint8_t)get_number(in, 0, 6);
    if (take(in, '/')) {
        t.minute = (int16_t)get_minutes(in, TURN_MOST);
        in->ok = in->ok && t.minute >= -1440;
    }
    return t;
}

enum st calendar_zone(struct calendar *c, str zone)
{
    struct in in = {zone, true};
    struct calendar_turn begins = {0}, ends = {0};
    get_name(&in);
    int winter = -get_minutes(&in, OFFSET_MOST), summer = winter;
    if (in.ok && in.s.n > 0) {
        get_name(&in);
        summer = winter + 60;
        if (peek(&in) != ',') {
            summer = -get_minutes(&in, OFFSET_MOST);
        }
        begins = get_turn(&in);
        ends = get_turn(&in);
    }
    if (!in.ok || in.s.n > 0) {
        return ST_BAD_INPUT;
    }
    c->utc_offset_minutes = (int16_t)winter;
    c->saving_minutes = (int16_t)(summer - winter);
    c->begins = begins;
    c->ends = ends;
    return ST_OK;
}

/* csv_value.c - see csv_value.h. */
#include "sync/ctl/csv_value.h"

#include <strings.h>

#include "core/base/caps.h"

#define LARGEST 9000000000000000LL /* far beyond any sum of money, far from overflow */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts(str s, const char *with)
{
    size_t n = strlen(with);
    return s.n >= n && memcmp(s.p, with, n) == 0;
}

static bool ends(str s, const char *with)
{
    size_t n = strlen(with);
    return s.n >= n && memcmp(s.p + s.n - n, with, n) == 0;
}

str csv_value_trim(str s)
{
    static const char *const white[] = {" ", "\t", "\r", "\n", "\xE3\x80\x80", "\xC2\xA0"};
    for (size_t i = 0; i < sizeof white / sizeof white[0];) {
        size_t n = strlen(white[i]);
        if (starts(s, white[i])) {
            s.p += n;
            s.n -= n;
            i = 0;
        } else if (ends(s, white[i])) {
            s.n -= n;
            i = 0;
        } else {
            i++;
        }
    }
    return s;
}

/* ---- numbers ----------------------------------------------------------------------------------
 */

/* Digits with, when `grouped`, commas between groups of three. *i moves past them. */
static bool whole(str s, size_t *i, bool grouped, int64_t *out)
{
    int64_t v = 0;
    size_t digits = 0, since = 0;
    bool comma = false;
    for (; *i < s.n; (*i)++) {
        if (is_digit(s.p[*i])) {
            v = v * 10 + (s.p[*i] - '0');
            digits++;
            since++;
        } else if (grouped && s.p[*i] == ',' && digits > 0 && (comma ? since == 3 : since <= 3)) {
            comma = true;
            since = 0;
        } else {
            break;
        }
        if (v > LARGEST) {
            return false;
        }
    }
    *out = v;
    return digits > 0 && (!comma || since == 3);
}

/* An unsigned decimal as an integer of 10^places; further decimals must be zeros. */
static bool decimal(str s, int places, bool grouped, int64_t *out)
{
    size_t i = 0;
    int64_t v;
    if (!whole(s, &i, grouped, &v)) {
        return false;
    }
    size_t point = i;
    if (i < s.n && s.p[i] == '.') {
        i++;
    }
    for (int k = 0; k < places; k++) {
        v *= 10;
        if (i < s.n && is_digit(s.p[i])) {
            v += s.p[i++] - '0';
        }
        if (v > LARGEST) {
            return false;
        }
    }
    while (i < s.n && s.p[i] == '0') {
        i++;
    }
    if (i != s.n || (point < s.n && i == point + 1)) {
        return false;
    }
    *out = v;
    return true;
}

bool csv_value_money(str s, int64_t *minor)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    if (negative) {
        s = (str){s.p + 1, s.n - 1};
    }
    int64_t v;
    if (!decimal(s, 2, true, &v)) {
        return false;
    }
    *minor = negative ? -v : v;
    return true;
}

bool csv_value_quantity(str s, int64_t *thousandths)
{
    return decimal(s, 3, false, thousandths);
}

bool csv_value_count(str s, int64_t *n)
{
    int64_t v;
    size_t i = 0;
    if (!whole(s, &i, false, &v) || i != s.n || v > 1000000000) {
        return false;
    }
    *n = v;
    return true;
}

/* One or `most` digits at *i. */
static bool few_digits(str s, size_t *i, size_t least, size_t most, int *out)
{
    size_t n = 0;
    int v = 0;
    while (n < most && *i < s.n && is_digit(s.p[*i])) {
        v = v * 10 + (s.p[(*i)++] - '0');
        n++;
    }
    *out = v;
    return n >= least;
}

bool csv_value_clock(str s, int *minutes)
{
    size_t i = 0;
    int h, m;
    if (!few_digits(s, &i, 1, 2, &h) || i >= s.n || s.p[i] != ':') {
        return false;
    }
    i++;
    if (!few_digits(s, &i, 2, 2, &m) || i != s.n || m > 59 || h * 60 + m > 24 * 60) {
        return false;
    }
    *minutes = h * 60 + m;
    return true;
}

/* ---- words ------------------------------------------------------------------------------------
 */

static bool is_word(str s, const char *word)
{
    return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

bool csv_value_weekday(str s, int *weekday)
{
    static const char *const en[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                     "Friday", "Saturday", "Sunday"};
    static const char *const zh[] = {"一", "二", "三", "四", "五", "六", "日"};
    for (int d = 0; d < 7; d++) {
        bool chinese = (starts(s, "周") && s.n == 6 && ends(s, zh[d])) ||
                       (starts(s, "星期") && s.n == 9 && ends(s, zh[d]));
        if (chinese || is_word(s, en[d]) || (s.n == 3 && strncasecmp(s.p, en[d], 3) == 0)) {
            *weekday = d + 1;
            return true;
        }
    }
    return false;
}

bool csv_value_code(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < 0x20 || s.p[i] > 0x7E) {
            return false;
        }
    }
    return s.n >= 1 && s.n <= CAP_CODE_BYTES;
}

bool csv_value_word(const struct csv_word *words, str s, int *number)
{
    for (const struct csv_word *w = words; w->en != NULL; w++) {
        if (is_word(s, w->en) || str_eq(s, str_c(w->zh))) {
            *number = w->number;
            return true;
        }
    }
    return false;
}

/* ---- dates ------------------------------------------------------------------------------------
 */

struct token {
    const char *name;
    size_t least, most;
};
static const struct token tokens[] = {{"yyyy", 4, 4}, {"mm", 1, 2}, {"dd", 1, 2},
                                      {"HH", 1, 2},   {"MM", 1, 2}, {"SS", 1, 2}};
enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, TOKENS };

static int token_at(const char *f)
{
    for (int t = 0; t < TOKENS; t++) {
        if (strncmp(f, tokens[t].name, strlen(tokens[t].name)) == 0) {
            return t;
        }
    }
    return -1;
}

/* The part in brackets, or the whole after it, from *f and *i on. */
static bool match(const char *f, str s, size_t *i, int part[TOKENS])
{
    bool beside = false; /* the number before this one */
    while (*f != '\0' && *f != '[' && *f != ']') {
        int t = token_at(f);
        beside = beside && t >= 0;
        if (t >= 0) {
            /* Without a sign beside it a number has all its digits: yyyymmdd. */
            const char *next = f + strlen(tokens[t].name);
            size_t least = beside || token_at(next) >= 0 ? tokens[t].most : tokens[t].least;
            beside = true;
            if (!few_digits(s, i, least, tokens[t].most, &part[t])) {
                return false;
            }
            f = next;
        } else if (*f == ' ' && *i == s.n) {
            f++; /* what follows is absent; if it may not be, the next turn says so */
        } else if (*i < s.n && s.p[*i] == *f) {
            (*i)++;
            f++;
        } else {
            return false;
        }
    }
    return true;
}

/* Days since 1970-01-01 of the Gregorian calendar: whole years counted from March, so that the day
 * which leap years add stands at the end. */
static int32_t day_number(int y, int m, int d)
{
    int years = m <= 2 ? y - 1 : y;
    int month = (m + 9) % 12;
    int days = years * 365 + years / 4 - years / 100 + years / 400;
    return days + (month * 306 + 5) / 10 + d - 1 - 719468;
}

static bool day_exists(int y, int m, int d)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (y < 1900 || y > 2199 || m < 1 || m > 12 || d < 1) {
        return false;
    }
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return d <= length[m - 1] + (m == 2 && leap);
}

bool csv_value_when(const char *format, str s, struct csv_when *out)
{
    int part[TOKENS] = {0, 0, 0, -1, 0, 0};
    size_t i = 0;
    if (!match(format, s, &i, part)) {
        return false;
    }
    const char *f = strchr(format, '[');
    if (f != NULL && i < s.n && !match(f + 1, s, &i, part)) {
        return false;
    }
    if (i != s.n || !day_exists(part[YEAR], part[MONTH], part[DAY]) || part[HOUR] > 23 ||
        part[MINUTE] > 59 || part[SECOND] > 59) {
        return false;
    }
    out->day = day_number(part[YEAR], part[MONTH], part[DAY]);
    out->minutes = part[HOUR] < 0 ? -1 : part[HOUR] * 60 + part[MINUTE];
    out->seconds = part[SECOND];
    return true;
}

bool csv_value_format_ok(const char *format)
{
    int seen[TOKENS] = {0};
    const char *open = strchr(format, '['), *close = strchr(format, ']');
    for (const char *f = format; *f != '\0';) {
        int t = token_at(f);
        if (t >= 0) {
            seen[t]++;
            f += strlen(tokens[t].name);
        } else {
            f++;
        }
    }
    bool paired = open == NULL ? close == NULL : close != NULL && close > open && close[1] == '\0';
    return paired && seen[YEAR] == 1 && seen[MONTH] == 1 && seen[DAY] == 1 && seen[HOUR] <= 1 &&
           seen[MINUTE] == seen[HOUR] && seen[SECOND] <= seen[MINUTE];
}

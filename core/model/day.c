/* day.c - see day.h. */
#include "core/model/day.h"

#include "core/base/be64.h"
#include "core/base/caps.h"
#include "core/codec/hash.h"

#include <stdio.h>

id16 day_subject(id16 person, int64_t midnight_ms)
{
    static const char what[] = "docket day 1";
    struct hash32_state h;
    uint8_t hash[HASH_BYTES], at[8];
    id16 id;
    be64_put(at, (uint64_t)midnight_ms);
    hash32_begin(&h);
    hash32_add(&h, bytes_of(what, sizeof what));
    hash32_add(&h, bytes_of(person.b, sizeof person.b));
    hash32_add(&h, bytes_of(at, sizeof at));
    hash32_end(&h, hash);
    memcpy(id.b, hash, sizeof id.b);
    return id;
}

static const char letters[] = {' ', 'A', 'B', 'C', 'D'};

static bool plain(str s, bool blanks)
{
    for (size_t k = 0; k < s.n; k++) {
        unsigned char c = (unsigned char)s.p[k];
        if (c < (blanks ? 0x20U : 0x21U) || c == 0x7FU) {
            return false;
        }
    }
    return true;
}

static bool writable(const struct day_line *l)
{
    return l->class_ >= CLASS_A && l->class_ <= CLASS_D && l->from_min >= 0 &&
           l->from_min <= l->to_min && l->to_min <= DAY_MINUTES && l->job.n <= CAP_CODE_BYTES &&
           plain(l->job, false) && l->words.n <= DAY_WORDS_MAX && plain(l->words, true) &&
           !(l->job.n == 1 && l->job.p[0] == '-');
}

bool day_put(const struct day_line *lines, size_t n, char *buf, size_t cap, str *out)
{
    size_t used = 0;
    *out = (str){NULL, 0};
    for (size_t k = 0; k < n; k++) {
        const struct day_line *l = &lines[k];
        if (!writable(l)) {
            return false;
        }
        str job = l->job.n == 0 ? S("-") : l->job;
        int wrote = snprintf(buf + used, cap - used, "%c %02d:%02d-%02d:%02d %d %.*s %.*s\n",
                             letters[l->class_], l->from_min / 60, l->from_min % 60, l->to_min / 60,
                             l->to_min % 60, l->to_min - l->from_min, (int)job.n, job.p,
                             (int)l->words.n, l->words.n == 0 ? "" : l->words.p);
        if (wrote < 0 || (size_t)wrote >= cap - used) {
            return false;
        }
        used += (size_t)wrote;
    }
    *out = (str){buf, used};
    return true;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static bool take(str *s, char c)
{
    if (s->n == 0 || s->p[0] != c) {
        return false;
    }
    s->p++;
    s->n--;
    return true;
}

static bool number(str *s, size_t least, size_t most, int *out)
{
    size_t k = 0;
    *out = 0;
    while (k < s->n && k < most && s->p[k] >= '0' && s->p[k] <= '9') {
        *out = *out * 10 + (s->p[k++] - '0');
    }
    s->p += k;
    s->n -= k;
    return k >= least;
}

static bool clock_time(str *s, int *min)
{
    int h, m;
    if (!number(s, 2, 2, &h) || !take(s, ':') || !number(s, 2, 2, &m) || m > 59) {
        return false;
    }
    *min = h * 60 + m;
    return *min <= DAY_MINUTES;
}

static str until(str *s, char c)
{
    size_t k = 0;
    while (k < s->n && s->p[k] != c) {
        k++;
    }
    str out = {s->p, k};
    s->p += k;
    s->n -= k;
    return out;
}

static bool read_line(str *s, struct day_line *l)
{
    int minutes;
    *l = (struct day_line){.class_ = CLASS_NONE};
    for (int k = CLASS_A; k <= CLASS_D && s->n > 0; k++) {
        l->class_ = s->p[0] == letters[k] ? (enum service_class)k : l->class_;
    }
    if (l->class_ == CLASS_NONE || !take(s, letters[l->class_]) || !take(s, ' ') ||
        !clock_time(s, &l->from_min) || !take(s, '-') || !clock_time(s, &l->to_min) ||
        !take(s, ' ') || !number(s, 1, 4, &minutes) || minutes != l->to_min - l->from_min ||
        !take(s, ' ')) {
        return false;
    }
    l->job = until(s, ' ');
    if (l->job.n == 0 || !take(s, ' ')) {
        return false;
    }
    if (l->job.n == 1 && l->job.p[0] == '-') {
        l->job = (str){NULL, 0};
    }
    l->words = until(s, '\n');
    return take(s, '\n') && writable(l);
}

bool day_get(str text, struct day_line *out, size_t cap, size_t *n)
{
    *n = 0;
    while (text.n > 0) {
        if (*n == cap || !read_line(&text, &out[*n])) {
            return false;
        }
        (*n)++;
    }
    return true;
}

void day_sums(const struct day_line *lines, size_t n, int64_t sums[static CLASS_D + 1])
{
    for (int k = CLASS_NONE; k <= CLASS_D; k++) {
        sums[k] = 0;
    }
    for (size_t k = 0; k < n; k++) {
        int c = (int)lines[k].class_;
        sums[c >= CLASS_A && c <= CLASS_D ? c : CLASS_NONE] += lines[k].to_min - lines[k].from_min;
    }
}

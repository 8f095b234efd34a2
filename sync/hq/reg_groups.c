/* reg_groups.c - see reg_groups.h. */
#include "sync/hq/reg_groups.h"

#include "sync/hq/search.h"

#include <iconv.h>
#include <stdlib.h>

/* ---- names ------------------------------------------------------------------------------------
 */

#define COMMON                                                                                     \
    0x40           /* before a Chinese character that GB 2312 has by its sound: after the digits, */
#define RARE 0x41  /* before another Chinese one, by its code: before the letters, */
#define OTHER 0x90 /* before any other, by its code: after them */

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* As register_number writes it: how many digits there are, then they. */
static size_t put_digits(str s, size_t at, uint8_t *out, size_t *n)
{
    size_t run = at;
    while (run < s.n && digit(s.p[run])) {
        run++;
    }
    while (at + 1 < run && s.p[at] == '0') {
        at++;
    }
    if (*n + 2 <= REG_NAME_BYTES) {
        out[(*n)++] = '0';
        out[(*n)++] = (uint8_t)(run - at);
    }
    while (at < run && *n < REG_NAME_BYTES) {
        out[(*n)++] = (uint8_t)s.p[at++];
    }
    return run;
}

static size_t char_bytes(unsigned char c)
{
    return c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* Of UTF-8: U+3400 to U+9FFF, U+F900 to U+FAFF, and beyond U+20000. */
static bool chinese(const char *c, size_t n)
{
    uint8_t a = (uint8_t)c[0], b = n > 1 ? (uint8_t)c[1] : 0;
    return n == 4 ? a == 0xF0 && b >= 0xA0
                  : n == 3 && ((a == 0xE3 && b >= 0x90) || (a >= 0xE4 && a <= 0xE9) ||
                               (a == 0xEF && b >= 0xA4 && b <= 0xAB));
}

/* One character beyond ASCII. Without the system's table for GB 18030 it stands by its code. */
static size_t put_char(iconv_t gb, str s, size_t at, uint8_t *out, size_t *n)
{
    size_t size = char_bytes((unsigned char)s.p[at]);
    char in[4], to[4], *from = in, *dest = to;
    size_t left = size = at + size <= s.n ? size : s.n - at, room = sizeof to;
    memcpy(in, s.p + at, size);
    bool known = gb != (iconv_t)-1 && iconv(gb, &from, &left, &dest, &room) != (size_t)-1;
    uint8_t lead = (uint8_t)to[0], trail = (uint8_t)to[1];
    bool common = known && room == 2 && lead >= 0xB0 && lead <= 0xD7 && trail >= 0xA1;
    size_t k = known ? sizeof to - room : size;
    if (*n + 1 + k > REG_NAME_BYTES) {
        return s.n; /* cut before it */
    }
    out[(*n)++] = common ? COMMON : chinese(in, size) ? RARE : OTHER;
    memcpy(out + *n, known ? to : in, k);
    *n += k;
    return at + size;
}

uint8_t reg_name_key(str name, uint8_t out[static REG_NAME_BYTES])
{
    iconv_t gb = (iconv_t)-1;
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < REG_NAME_BYTES;) {
        char c = name.p[i];
        if (digit(c)) {
            i = put_digits(name, i, out, &n);
        } else if ((unsigned char)c < 0x80) {
            out[n++] = (uint8_t)(c >= 'A' && c <= 'Z' ? c + 32 : c);
            i++;
        } else {
            gb = gb == (iconv_t)-1 ? iconv_open("GB18030", "UTF-8") : gb;
            i = put_char(gb, name, i, out, &n);
        }
    }
    if (gb != (iconv_t)-1) {
        iconv_close(gb);
    }
    return (uint8_t)n;
}

void reg_name_of(struct api_call *c, id16 who, struct reg_name *out)
{
    char text[REG_NAME_BYTES * 4];
    memset(out, 0, sizeof *out);
    out->who = who;
    if (id16_zero(who)) {
        return;
    }
    size_t n = search_name(api_search(c), who, text, sizeof text);
    if (n > 0) {
        out->n = reg_name_key((str){text, n}, out->key);
        return;
    }
    json_t *person = reg_named(c, who, F_TECHNICIAN_NAME);
    const char *name = json_string_value(json_object_get(person, "name"));
    out->n = name == NULL ? 0 : reg_name_key(str_c(name), out->key);
    json_decref(person);
}

int reg_name_compare(const struct reg_name *a, const struct reg_name *b)
{
    size_t n = a->n < b->n ? a->n : b->n;
    int d = n == 0 ? 0 : memcmp(a->key, b->key, n);
    d = d != 0 ? d : (a->n > b->n) - (a->n < b->n);
    return d != 0 ? d : memcmp(a->who.b, b->who.b, sizeof a->who.b);
}

/* ---- groups -----------------------------------------------------------------------------------
 */

static int by_name(const void *a, const void *b)
{
    return reg_name_compare(a, b);
}

/* What follows `value` first; false: nothing can. */
static bool next_value(uint8_t *value, size_t width)
{
    for (size_t i = width; i > 0; i--) {
        if (++value[i - 1] != 0) {
            return true;
        }
    }
    return false;
}

/* Every value that the index has, each once: a leap for each. ST_WAIT: there are too many. */
static enum st leap(struct api_call *c, const struct reg_query *q, struct reg_groups *out)
{
    uint8_t room[LIST_KEY_BYTES], from[LIST_KEY_BYTES];
    bytes prefix = register_prefix(q->type, q->part, q->branch_looked ? (id8){{0}} : q->branch,
                                   q->d, q->order, NULL, room);
    size_t width = register_value_bytes(q->d);
    bool more = true;
    enum st st = ST_OK;
    memcpy(from, prefix.p, prefix.n);
    memset(from + prefix.n, 0, width);
    while (more && st == ST_OK) {
        struct store_cursor *cur = NULL;
        bytes key;
        st = store_scan(c->txn, T_LIST, prefix, bytes_of(from, prefix.n + width), &cur, &c->err);
        st = st == ST_OK ? store_next(cur, &key) : st;
        if (st == ST_OK && out->n == REG_GROUPS_MAX) {
            st = ST_WAIT;
        } else if (st == ST_OK) {
            memcpy(from + prefix.n, key.p + prefix.n, width);
            memcpy(out->v[out->n], from + prefix.n, width);
            out->n += q->d != REG_STATE || reg_query_state(q, out->v[out->n][0]);
            more = next_value(from + prefix.n, width);
        }
        store_scan_end(&cur);
    }
    return st == ST_END ? ST_OK : st;
}

static enum st sort_people(struct api_call *c, struct reg_groups *g)
{
    struct reg_name *all = calloc(g->n, sizeof *all);
    if (all == NULL && g->n > 0) {
        return err_set(&c->err, ST_FULL, 0, __func__, "no memory");
    }
    for (size_t i = 0; i < g->n; i++) {
        id16 who;
        memcpy(who.b, g->v[i], sizeof who.b);
        reg_name_of(c, who, &all[i]);
    }
    if (g->n > 1) {
        qsort(all, g->n, sizeof *all, by_name);
    }
    for (size_t i = 0; i < g->n; i++) {
        memcpy(g->v[i], all[i].who.b, sizeof all[i].who.b);
    }
    free(all);
    return ST_OK;
}

enum st reg_groups_of(struct api_call *c, const struct reg_query *q, struct reg_groups *out)
{
    bool apart = q->d == REG_TECHNICIAN || q->low_n + q->high_n > 0 ||
                 (q->d == REG_STATE && q->only != REG_ANY);
    memset(out, 0, sizeof *out);
    if (!q->grouped || !apart) {
        return ST_OK;
    }
    out->v = calloc(REG_GROUPS_MAX, sizeof *out->v);
    enum st st =
        out->v == NULL ? err_set(&c->err, ST_FULL, 0, __func__, "no memory") : leap(c, q, out);
    if (st == ST_WAIT) {
        out->n = 0; /* as the index stands; of a range each row is looked at */
        return ST_OK;
    }
    return st == ST_OK && q->d == REG_TECHNICIAN ? sort_people(c, out) : st;
}

/* In the walk's order of groups. */
static int compare(struct api_call *c, const struct reg_query *q, const uint8_t a[static 16],
                   const uint8_t b[static 16])
{
    struct reg_name x, y;
    if (q->d != REG_TECHNICIAN) {
        return memcmp(a, b, register_value_bytes(q->d));
    }
    memcpy(x.who.b, a, 16);
    memcpy(y.who.b, b, 16);
    reg_name_of(c, x.who, &x);
    reg_name_of(c, y.who, &y);
    return reg_name_compare(&x, &y);
}

size_t reg_groups_at(struct api_call *c, const struct reg_query *q, const struct reg_groups *g,
                     const uint8_t value[static 16])
{
    size_t before = 0;
    for (size_t i = 0; i < g->n; i++) {
        if (memcmp(g->v[i], value, register_value_bytes(q->d)) == 0) {
            return i;
        }
    }
    /* Of that value there is none any more: the walk passes where it stood. */
    while (before < g->n && compare(c, q, g->v[before], value) < 0) {
        before++;
    }
    return !q->down ? before : before == 0 ? g->n : before - 1;
}

void reg_groups_free(struct reg_groups *g)
{
    free(g->v);
    memset(g, 0, sizeof *g);
}

/* cbor.c - see cbor.h. One function reads heads, for the check and for the reader alike, so that
 * what one accepts the other understands in the same way. The writer is in cbor_put.c. */
#include "core/codec/cbor.h"
#include "core/base/utf8.h"
#include "core/codec/cbor_major.h"

struct head {
    unsigned major;
    uint64_t arg; /* value, length, count, tag or simple value: at most INT64_MAX */
    size_t size;  /* bytes of the head itself */
};

static enum st bad(const char **rule, const char *name)
{
    *rule = name;
    return ST_BAD_FORM;
}

static size_t span(const uint8_t *p, const uint8_t *end)
{
    return (size_t)(end - p);
}

/* bytes_end: adding 0 to a NULL pointer is undefined, and an empty slice may be NULL. */
static const uint8_t *bytes_end(bytes b)
{
    return b.n == 0 ? b.p : b.p + b.n;
}

static enum st head_simple(unsigned info, struct head *h, const char **rule)
{
    if (info >= 25 && info <= 27) {
        return bad(rule, "float");
    }
    if (info > 27) {
        return bad(rule, "reserved head");
    }
    if (info < SIMPLE_FALSE || info > SIMPLE_NULL) {
        return bad(rule, "simple value");
    }
    h->arg = info;
    h->size = 1;
    return ST_OK;
}

static enum st head_any(const uint8_t *p, const uint8_t *end, struct head *h, const char **rule)
{
    static const uint64_t least[] = {24, 1U << 8, 1U << 16, 1ULL << 32};
    h->major = (unsigned)*p >> 5;
    unsigned info = *p & 31U;
    if (info == 31 && h->major >= MAJOR_BYTES && h->major != MAJOR_TAG) {
        return bad(rule, "indefinite length");
    }
    if (h->major == MAJOR_SIMPLE) {
        return head_simple(info, h, rule);
    }
    if (info > 27) {
        return bad(rule, "reserved head");
    }
    h->arg = info;
    h->size = 1;
    if (info >= 24) {
        size_t more = (size_t)1 << (info - 24);
        if (span(p, end) - 1 < more) {
            return ST_INCOMPLETE;
        }
        h->arg = 0;
        for (size_t i = 1; i <= more; i++) {
            h->arg = h->arg << 8 | p[i];
        }
        h->size += more;
        if (h->arg < least[info - 24]) {
            return bad(rule, "non-shortest head");
        }
    }
    if (h->arg > INT64_MAX) {
        return bad(rule, "integer range");
    }
    if (h->major == MAJOR_TAG && h->arg != TAG_SIGN1) {
        return bad(rule, "tag");
    }
    return ST_OK;
}

/* head_read: the head at p. ST_OK, ST_INCOMPLETE when it is cut off, ST_BAD_FORM with *rule when it
 * is outside the profile. Most heads are one byte long and can only be right. */
static inline enum st head_read(const uint8_t *p, const uint8_t *end, struct head *h,
                                const char **rule)
{
    if (p == end) {
        return ST_INCOMPLETE;
    }
    if ((*p & 31U) < 24 && *p < MAJOR_TAG << 5) {
        h->major = (unsigned)*p >> 5;
        h->arg = *p & 31U;
        h->size = 1;
        return ST_OK;
    }
    return head_any(p, end, h, rule);
}

/* ---- Check ---------------------------------------------------------------------------------- */

struct frame {
    uint64_t left; /* items to come; a map has two a pair, so a key is due while this is even */
    bool map;
    bytes key; /* encoding of the last key, .p NULL before the first */
};

struct scan {
    const uint8_t *p;
    const uint8_t *end;
    unsigned flags;
    const char *rule;
    size_t work;
    bool tagged; /* a tag was read, its content is due */
    size_t depth;
    struct frame open[CAP_CBOR_DEPTH];
};

/* cut: the input ends before the item does, which is an error only if it is all there is. */
static enum st cut(struct scan *s, const char *name)
{
    return (s->flags & CBOR_SEQUENCE_ITEM) != 0 ? ST_INCOMPLETE : bad(&s->rule, name);
}

static enum st scan_string(struct scan *s, const struct head *h)
{
    bool text = h->major == MAJOR_TEXT;
    if (text && (s->flags & CBOR_NO_TEXT) != 0) {
        return bad(&s->rule, "text string");
    }
    if (h->arg > span(s->p, s->end)) {
        return cut(s, "length beyond input");
    }
    size_t n = (size_t)h->arg;
    if (text) {
        s->work += n;
        if (!utf8_valid(bytes_str(bytes_of(s->p, n)))) {
            return bad(&s->rule, "utf-8");
        }
    }
    s->p += n;
    return ST_OK;
}

static enum st scan_container(struct scan *s, const struct head *h)
{
    bool map = h->major == MAJOR_MAP;
    uint64_t items = map ? h->arg * 2 : h->arg; /* arg <= INT64_MAX: no overflow */
    if (s->depth == CAP_CBOR_DEPTH) {
        return bad(&s->rule, "depth");
    }
    /* An item takes a byte at least. A sequence reads on: what did arrive must keep the rules. */
    if (items > span(s->p, s->end) && (s->flags & CBOR_SEQUENCE_ITEM) == 0) {
        return bad(&s->rule, "length beyond input");
    }
    s->open[s->depth++] = (struct frame){.left = items, .map = map};
    return ST_OK;
}

/* scan_key: encodings of items never begin one another, so memcmp over the shorter decides. */
static enum st scan_key(struct scan *s, struct frame *f, bytes key)
{
    if (f->key.p != NULL) {
        size_t n = f->key.n < key.n ? f->key.n : key.n;
        s->work += n;
        int order = memcmp(f->key.p, key.p, n);
        if (order >= 0) {
            return bad(&s->rule, order == 0 ? "duplicate key" : "key order");
        }
    }
    f->key = key;
    return ST_OK;
}

/* scan_step: one head and, of a string, its content. Takes a byte at least, so steps end. */
static enum st scan_step(struct scan *s)
{
    struct frame *f = s->depth == 0 ? NULL : &s->open[s->depth - 1];
    bool is_key = f != NULL && f->map && f->left % 2 == 0;
    bool after_tag = s->tagged;
    const uint8_t *start = s->p;
    struct head h;
    enum st st = head_read(s->p, s->end, &h, &s->rule);
    if (st != ST_OK) {
        return st == ST_INCOMPLETE ? cut(s, "truncated") : st;
    }
    s->work += h.size;
    s->p += h.size;
    if (is_key && h.major > MAJOR_TEXT) {
        return bad(&s->rule, "key type");
    }
    s->tagged = h.major == MAJOR_TAG;
    if (s->tagged) {
        bool allowed = (s->flags & CBOR_ALLOW_TAG18) != 0 && !after_tag;
        return allowed ? ST_OK : bad(&s->rule, "tag");
    }
    if (f != NULL) {
        f->left--;
    }
    if (h.major == MAJOR_BYTES || h.major == MAJOR_TEXT) {
        st = scan_string(s, &h);
    } else if (h.major == MAJOR_ARRAY || h.major == MAJOR_MAP) {
        st = scan_container(s, &h);
    }
    if (st != ST_OK || !is_key) {
        return st;
    }
    return scan_key(s, f, bytes_of(start, span(start, s->p)));
}

static enum st scan_item(struct scan *s)
{
    do {
        enum st st = scan_step(s);
        if (st != ST_OK) {
            return st;
        }
        while (s->depth > 0 && s->open[s->depth - 1].left == 0) {
            s->depth--;
        }
    } while (s->depth > 0 || s->tagged);
    if (s->p != s->end && (s->flags & CBOR_SEQUENCE_ITEM) == 0) {
        return bad(&s->rule, "trailing bytes");
    }
    return ST_OK;
}

enum st cbor_check_work(bytes in, unsigned flags, size_t *used, const char **rule, size_t *work)
{
    struct scan s; /* field by field: frames are filled as they open */
    s.p = in.p;
    s.end = bytes_end(in);
    s.flags = flags;
    s.rule = "";
    s.work = 0;
    s.tagged = false;
    s.depth = 0;
    enum st st = scan_item(&s);
    if (used != NULL) {
        *used = st == ST_OK ? span(in.p, s.p) : 0;
    }
    if (rule != NULL) {
        *rule = s.rule;
    }
    *work = s.work;
    return st;
}

enum st cbor_check(bytes in, unsigned flags, size_t *used, const char **rule)
{
    size_t work;
    return cbor_check_work(in, flags, used, rule, &work);
}

/* ---- Reader --------------------------------------------------------------------------------- */

struct cbor_r cbor_r_init(bytes in)
{
    return (struct cbor_r){in.p, bytes_end(in), ST_OK};
}

void cbor_fail(struct cbor_r *r)
{
    r->st = ST_BAD_FORM;
}

/* peek: the next head; false at the end, after an error and on what is no head of the profile. */
static bool peek(const struct cbor_r *r, struct head *h)
{
    const char *rule;
    return r->st == ST_OK && head_read(r->p, r->end, h, &rule) == ST_OK;
}

/* take: consume a head of that major type, or spoil the reader and answer a zero head. */
static struct head take(struct cbor_r *r, enum major major)
{
    struct head h;
    if (!peek(r, &h) || h.major != major) {
        cbor_fail(r);
        return (struct head){0};
    }
    r->p += h.size;
    return h;
}

/* take_string: a head and as many bytes as it declares. */
static bytes take_string(struct cbor_r *r, enum major major)
{
    const uint8_t *start = r->p;
    size_t n = (size_t)take(r, major).arg;
    if (r->st != ST_OK || n > span(r->p, r->end)) {
        cbor_fail(r);
        r->p = start;
        return (bytes){NULL, 0};
    }
    r->p += n;
    return bytes_of(r->p - n, n);
}

/* take_count: a container's head whose items, of `least` bytes each, could all be there. */
static size_t take_count(struct cbor_r *r, enum major major, size_t least)
{
    const uint8_t *start = r->p;
    uint64_t n = take(r, major).arg;
    if (n > span(r->p, r->end) / least) {
        cbor_fail(r);
        r->p = start;
        return 0;
    }
    return (size_t)n;
}

uint64_t cbor_get_uint(struct cbor_r *r)
{
    return take(r, MAJOR_UINT).arg;
}

int64_t cbor_get_int(struct cbor_r *r)
{
    if (cbor_peek(r) == CBOR_NEGATIVE) {
        return -1 - (int64_t)take(r, MAJOR_NEGATIVE).arg;
    }
    return (int64_t)cbor_get_uint(r);
}

bytes cbor_get_bytes(struct cbor_r *r)
{
    return take_string(r, MAJOR_BYTES);
}

void cbor_get_bytes_n(struct cbor_r *r, uint8_t *out, size_t n)
{
    const uint8_t *start = r->p;
    bytes b = take_string(r, MAJOR_BYTES);
    if (r->st == ST_OK && b.n != n) {
        cbor_fail(r);
        r->p = start;
    }
    if (n == 0) {
        return;
    }
    if (r->st == ST_OK) {
        memcpy(out, b.p, n);
    } else {
        memset(out, 0, n);
    }
}

str cbor_get_text(struct cbor_r *r)
{
    return bytes_str(take_string(r, MAJOR_TEXT));
}

size_t cbor_get_array(struct cbor_r *r)
{
    return take_count(r, MAJOR_ARRAY, 1);
}

size_t cbor_get_map(struct cbor_r *r)
{
    return take_count(r, MAJOR_MAP, 2);
}

bool cbor_get_bool(struct cbor_r *r)
{
    if (cbor_peek(r) != CBOR_BOOL) {
        cbor_fail(r);
        return false;
    }
    return take(r, MAJOR_SIMPLE).arg == SIMPLE_TRUE;
}

void cbor_get_null(struct cbor_r *r)
{
    if (cbor_peek(r) != CBOR_NULL) {
        cbor_fail(r);
        return;
    }
    take(r, MAJOR_SIMPLE);
}

void cbor_get_tag18(struct cbor_r *r)
{
    take(r, MAJOR_TAG);
}

enum cbor_type cbor_peek(const struct cbor_r *r)
{
    static const enum cbor_type of_major[] = {
        [MAJOR_UINT] = CBOR_UINT, [MAJOR_NEGATIVE] = CBOR_NEGATIVE, [MAJOR_BYTES] = CBOR_BYTES,
        [MAJOR_TEXT] = CBOR_TEXT, [MAJOR_ARRAY] = CBOR_ARRAY,       [MAJOR_MAP] = CBOR_MAP,
        [MAJOR_TAG] = CBOR_TAG18, [MAJOR_SIMPLE] = CBOR_BOOL,
    };
    struct head h;
    if (!peek(r, &h)) {
        return CBOR_NONE;
    }
    if (h.major == MAJOR_SIMPLE && h.arg == SIMPLE_NULL) {
        return CBOR_NULL;
    }
    return of_major[h.major];
}

/* pass: over one whole item. Order of keys and UTF-8 are the check's affair; what must hold here is
 * that each length is there. Every open item takes a byte at least, so `left` stays below them. */
static bool pass(struct cbor_r *r)
{
    uint64_t left = 1;
    while (left > 0) {
        struct head h;
        if (!peek(r, &h)) {
            return false;
        }
        r->p += h.size;
        size_t room = span(r->p, r->end);
        uint64_t items = h.major == MAJOR_MAP     ? h.arg * 2 /* arg <= INT64_MAX */
                         : h.major == MAJOR_ARRAY ? h.arg
                         : h.major == MAJOR_TAG   ? 1
                                                  : 0;
        bool string = h.major == MAJOR_BYTES || h.major == MAJOR_TEXT;
        if (items > room || (string && h.arg > room)) {
            return false;
        }
        left += items - 1;
        r->p += string ? (size_t)h.arg : 0;
    }
    return true;
}

bytes cbor_raw(struct cbor_r *r)
{
    const uint8_t *start = r->p;
    if (!pass(r)) {
        cbor_fail(r);
        r->p = start;
        return (bytes){NULL, 0};
    }
    return bytes_of(start, span(start, r->p));
}

void cbor_skip(struct cbor_r *r)
{
    cbor_raw(r);
}

enum st cbor_done(const struct cbor_r *r)
{
    return r->st == ST_OK && r->p == r->end ? ST_OK : ST_BAD_FORM;
}

struct cbor_map cbor_map_begin(struct cbor_r *r)
{
    return (struct cbor_map){r, cbor_get_map(r), NULL};
}

bool cbor_map_next(struct cbor_map *m, int64_t *key)
{
    struct cbor_r *r = m->r;
    *key = 0;
    if (m->value != NULL && m->value == r->p) {
        cbor_skip(r);
    }
    m->value = NULL;
    if (r->st != ST_OK || m->left == 0) {
        return false;
    }
    m->left--;
    *key = cbor_get_int(r);
    m->value = r->p;
    return r->st == ST_OK;
}

enum st cbor_map_find(bytes map_item, int64_t key, bytes *value_raw)
{
    struct cbor_r r = cbor_r_init(map_item);
    struct cbor_map m = cbor_map_begin(&r);
    *value_raw = (bytes){NULL, 0};
    for (int64_t k; cbor_map_next(&m, &k);) {
        if (k == key) {
            *value_raw = cbor_raw(&r);
            return r.st;
        }
    }
    return cbor_done(&r) == ST_OK ? ST_NOT_FOUND : ST_BAD_FORM;
}

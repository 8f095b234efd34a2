/* search.c - see search.h. */
#include "sync/hq/search.h"

#include <pthread.h>
#include <stdlib.h>

#define WORDS_MAX 8
#define TEXT_MAX 4096 /* of one record */
#define INDEX_MIN 4096

struct record {
    id16 subject;
    uint64_t from; /* in the buffer */
    uint32_t n;    /* 0: struck out */
    uint32_t next; /* of the same hash, index + 1 */
};
struct search {
    struct hq *hq;
    pthread_mutex_t lock;
    char *text;
    size_t n, cap, dead;
    struct record *r;
    size_t nr, rcap;
    uint32_t *heads; /* subject -> its newest record, index + 1 */
    size_t nheads;
    uint64_t live;
    uint64_t often[256]; /* how often each byte was put: a search looks for the rarest of a word */
    uint8_t *scratch;
};

static const struct {
    enum subject_type type;
    int fields[5];
} covered[] = {
    {SUBJECT_CUSTOMER, {F_CODE, F_CUSTOMER_NAME, F_CUSTOMER_PHONE, F_CUSTOMER_ADDRESS, 0}},
    {SUBJECT_EQUIPMENT, {F_CODE, F_EQUIPMENT_MODEL, F_EQUIPMENT_SERIAL, F_EQUIPMENT_NAME, 0}},
    {SUBJECT_JOB, {F_CODE, F_JOB_PROVISIONAL, F_JOB_CONTACT, F_JOB_PHONE, 0}},
    {SUBJECT_TECHNICIAN, {F_CODE, F_TECHNICIAN_NAME, 0}},
    {SUBJECT_CONTRACT, {F_CODE, F_CONTRACT_NUMBER, 0}},
    {SUBJECT_GOODS, {F_CODE, F_GOODS_RECEIPT, 0}},
    {SUBJECT_INVOICE, {F_CODE, 0}},
};

bool search_covers(enum subject_type type)
{
    for (size_t i = 0; i < sizeof covered / sizeof covered[0]; i++) {
        if (covered[i].type == type) {
            return true;
        }
    }
    return false;
}

enum st search_new(struct hq *hq, struct search **out, struct err *err)
{
    struct search *s = calloc(1, sizeof *s);
    *out = NULL;
    if (s == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    pthread_mutex_init(&s->lock, NULL);
    s->hq = hq;
    s->scratch = malloc(CAP_SCRATCH_BYTES);
    s->nheads = INDEX_MIN;
    s->heads = calloc(s->nheads, sizeof *s->heads);
    *out = s;
    if (s->scratch == NULL || s->heads == NULL) {
        search_free(out);
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    return ST_OK;
}

void search_free(struct search **out)
{
    struct search *s = *out;
    if (s != NULL) {
        pthread_mutex_destroy(&s->lock);
        free(s->text);
        free(s->r);
        free(s->heads);
        free(s->scratch);
        free(s);
    }
    *out = NULL;
}

/* ---- putting ----------------------------------------------------------------------------------
 */

static void add_text(char *buf, size_t *n, bytes text)
{
    for (size_t i = 0; i < text.n && *n + 2 < TEXT_MAX; i++) {
        char c = (char)text.p[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        buf[(*n)++] = c == '\n' || c == '\x1f' ? ' ' : c;
    }
    buf[(*n)++] = '\x1f';
}

static size_t gather(struct search *s, struct store_txn *t, id16 subject, char buf[static TEXT_MAX])
{
    struct arena a = arena_of(s->scratch, CAP_SCRATCH_BYTES);
    struct subject_state state;
    size_t n = 0;
    if (fold_load(t, subject, &a, &state, NULL, NULL) != ST_OK) {
        return 0;
    }
    for (size_t i = 0; i < sizeof covered / sizeof covered[0]; i++) {
        if (covered[i].type != state.type) {
            continue;
        }
        for (const int *f = covered[i].fields; *f != 0; f++) {
            const struct field_value *v = fold_shown(&state, *f);
            struct arena b = a;
            bytes manifest, text;
            h32 name;
            if (v != NULL && v->type == FT_CODE) {
                add_text(buf, &n, bytes_of(v->b, v->nb));
            } else if (v != NULL && v->type == FT_TEXT) {
                memcpy(name.b, v->b, sizeof name.b);
                if (store_att_get(t, name, &b, &manifest, &text, NULL) == ST_OK) {
                    add_text(buf, &n, text);
                }
            }
        }
    }
    return n;
}

static uint32_t *head_of(struct search *s, id16 subject)
{
    uint64_t h;
    memcpy(&h, subject.b, sizeof h); /* subjects are random */
    return &s->heads[h % s->nheads];
}

static bool grow(void **p, size_t *cap, size_t want, size_t size)
{
    if (want <= *cap) {
        return true;
    }
    size_t more = *cap < 1024 ? 1024 : *cap * 2;
    more = more < want ? want : more;
    void *q = realloc(*p, more * size);
    if (q == NULL) {
        return false;
    }
    *p = q;
    *cap = more;
    return true;
}

static void link_all(struct search *s)
{
    memset(s->heads, 0, s->nheads * sizeof *s->heads);
    for (size_t i = 0; i < s->nr; i++) {
        uint32_t *head = head_of(s, s->r[i].subject);
        s->r[i].next = *head;
        *head = (uint32_t)i + 1;
    }
}

/* Struck-out records go, the rest keeps its order. */
static void pack(struct search *s)
{
    size_t n = 0, k = 0;
    for (size_t i = 0; i < s->nr; i++) {
        if (s->r[i].n != 0) {
            memmove(s->text + n, s->text + s->r[i].from, s->r[i].n);
            s->r[k] = s->r[i];
            s->r[k++].from = n;
            n += s->r[i].n;
        }
    }
    s->nr = k;
    s->n = n;
    s->dead = 0;
    link_all(s);
}

static bool same_text(const struct search *s, const struct record *r, const char *text, size_t n)
{
    return r->n == n && memcmp(s->text + r->from, text, n) == 0;
}

static bool put(struct search *s, id16 subject, const char *text, size_t n)
{
    for (uint32_t i = *head_of(s, subject); i != 0; i = s->r[i - 1].next) {
        struct record *r = &s->r[i - 1];
        if (r->n != 0 && id16_eq(r->subject, subject)) {
            if (same_text(s, r, text, n)) {
                return true;
            }
            memset(s->text + r->from, '\n', r->n);
            s->dead += r->n;
            r->n = 0;
            s->live--;
        }
    }
    if (n == 0) {
        return true;
    }
    if (s->dead > s->n / 2 && s->dead > 65536) {
        pack(s);
    }
    if (s->nr >= s->nheads) {
        uint32_t *more = calloc(s->nheads * 4, sizeof *more);
        if (more != NULL) {
            free(s->heads);
            s->heads = more;
            s->nheads *= 4;
            link_all(s);
        }
    }
    if (s->nr == UINT32_MAX - 1 || !grow((void **)&s->text, &s->cap, s->n + n, 1) ||
        !grow((void **)&s->r, &s->rcap, s->nr + 1, sizeof *s->r)) {
        return false;
    }
    memcpy(s->text + s->n, text, n);
    for (size_t i = 0; i < n; i++) {
        s->often[(uint8_t)text[i]]++;
    }
    uint32_t *head = head_of(s, subject);
    s->r[s->nr] =
        (struct record){.subject = subject, .from = s->n, .n = (uint32_t)n, .next = *head};
    *head = (uint32_t)++s->nr;
    s->n += n;
    s->live++;
    return true;
}

enum st search_put(struct search *s, struct store_txn *t, id16 subject, struct err *err)
{
    char text[TEXT_MAX];
    size_t n = gather(s, t, subject, text);
    if (n != 0) {
        text[n++] = '\n';
    }
    pthread_mutex_lock(&s->lock);
    bool ok = put(s, subject, text, n);
    pthread_mutex_unlock(&s->lock);
    return ok ? ST_OK : err_set(err, ST_FULL, 0, __func__, "no memory for the search index");
}

/* ---- finding ----------------------------------------------------------------------------------
 */

static unsigned words_of(str q, char buf[static 256], str words[static WORDS_MAX])
{
    unsigned n = 0;
    size_t len = q.n < 255 ? q.n : 255;
    for (size_t i = 0; i < len; i++) {
        char c = q.p[i];
        buf[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    for (size_t i = 0; i < len && n < WORDS_MAX;) {
        size_t k = i;
        while (k < len && (unsigned char)buf[k] > ' ') {
            k++;
        }
        if (k > i) {
            words[n++] = (str){buf + i, k - i};
        }
        i = k + 1;
    }
    return n;
}

/* Where the rarest byte of a word stands: of Chinese the first says little, of a name in ASCII most
 * do. */
static size_t rarest(const struct search *s, str w)
{
    size_t at = 0;
    for (size_t i = 1; i < w.n; i++) {
        at = s->often[(uint8_t)w.p[i]] < s->often[(uint8_t)w.p[at]] ? i : at;
    }
    return at;
}

/* memmem by the word's byte at `k`: libc's memchr runs at the memory's speed. */
static const char *find(const char *p, size_t n, str w, size_t k)
{
    while (n >= w.n) {
        const char *hit = memchr(p + k, w.p[k], n - w.n + 1);
        if (hit == NULL || memcmp(hit - k, w.p, w.n) == 0) {
            return hit == NULL ? NULL : hit - k;
        }
        n -= (size_t)(hit - k - p) + 1;
        p = hit - k + 1;
    }
    return NULL;
}

/* The record that a place of the buffer lies in: records are in order of place. */
static size_t record_at(const struct search *s, uint64_t at)
{
    size_t lo = 0, hi = s->nr;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->r[mid].from <= at) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static bool holds(const struct search *s, const struct record *r, const str *words, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (find(s->text + r->from, r->n, words[i], rarest(s, words[i])) == NULL) {
            return false;
        }
    }
    return r->n != 0;
}

unsigned search_find(struct search *s, str q, id16 *out, unsigned max, bool *more)
{
    char buf[256];
    str words[WORDS_MAX];
    unsigned nwords = words_of(q, buf, words), best = 0, n = 0;
    *more = false;
    if (nwords == 0) {
        return 0;
    }
    pthread_mutex_lock(&s->lock);
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < nwords; i++) { /* that of which fewest places come into question */
        uint64_t places = s->often[(uint8_t)words[i].p[rarest(s, words[i])]];
        best = places < least ? i : best;
        least = places < least ? places : least;
    }
    size_t k = rarest(s, words[best]);
    const char *p = s->text;
    while (p != NULL && !*more) {
        p = find(p, s->n - (size_t)(p - s->text), words[best], k);
        if (p == NULL) {
            break;
        }
        const struct record *r = &s->r[record_at(s, (uint64_t)(p - s->text))];
        if (holds(s, r, words, nwords)) {
            *more = n == max;
            if (n < max) {
                out[n++] = r->subject;
            }
        }
        size_t end = r->n != 0 ? (size_t)r->from + r->n : (size_t)(p - s->text) + 1;
        p = end < s->n ? s->text + end : NULL;
    }
    pthread_mutex_unlock(&s->lock);
    return n;
}

size_t search_name(struct search *s, id16 person, char *buf, size_t cap)
{
    size_t n = 0;
    pthread_mutex_lock(&s->lock);
    for (uint32_t i = *head_of(s, person); i != 0 && n == 0; i = s->r[i - 1].next) {
        const struct record *r = &s->r[i - 1];
        if (r->n == 0 || !id16_eq(r->subject, person)) {
            continue;
        }
        const char *code = s->text + r->from, *end = code + r->n;
        const char *sep = memchr(code, '\x1f', r->n);
        const char *name = sep == NULL ? end : sep + 1;
        const char *stop = name == end ? NULL : memchr(name, '\x1f', (size_t)(end - name));
        const char *from = stop == NULL ? code : name, *to = stop == NULL ? sep : stop;
        n = to == NULL ? 0 : (size_t)(to - from);
        n = n < cap ? n : cap;
        memcpy(buf, from, n);
    }
    pthread_mutex_unlock(&s->lock);
    return n;
}

uint64_t search_count(struct search *s)
{
    pthread_mutex_lock(&s->lock);
    uint64_t n = s->live;
    pthread_mutex_unlock(&s->lock);
    return n;
}

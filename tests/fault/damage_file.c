/* memmem is the C library's own. */
#define _GNU_SOURCE
/* damage_file.c - see damage_file.h. */
#include "tests/fault/damage_file.h"

#include "core/store/inside.h"
#include "core/store/pages.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void must(bool ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(99);
    }
}

uint8_t *damage_file_read(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    struct stat sb;
    must(f != NULL && stat(path, &sb) == 0, path);
    uint8_t *p = malloc((size_t)sb.st_size + 1);
    must(p != NULL && fread(p, 1, (size_t)sb.st_size, f) == (size_t)sb.st_size, path);
    fclose(f);
    *n = (size_t)sb.st_size;
    return p;
}

void damage_file_write(const char *path, const uint8_t *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    must(f != NULL && fwrite(p, 1, n, f) == n && fclose(f) == 0, path);
}

void damage_file_copy(const char *from, const char *to)
{
    struct stat sb;
    must(stat(from, &sb) == 0, from);
    if (!S_ISDIR(sb.st_mode)) {
        size_t n;
        uint8_t *p = damage_file_read(from, &n);
        damage_file_write(to, p, n);
        must(chmod(to, 0600) == 0, to);
        free(p);
        return;
    }
    must(mkdir(to, 0700) == 0, to);
    DIR *d = opendir(from);
    must(d != NULL, from);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        char a[600], b[600];
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) {
            continue;
        }
        snprintf(a, sizeof a, "%s/%s", from, e->d_name);
        snprintf(b, sizeof b, "%s/%s", to, e->d_name);
        damage_file_copy(a, b);
    }
    closedir(d);
}

/* --- the golden copy ----------------------------------------------------------------------------
 */

struct finding {
    struct damage_gold *g;
    unsigned table;
    struct pages_tree trees[TABLES];
};

static enum st see_tree(void *ctx, bytes key, bytes value, const struct pages_tree *tree)
{
    struct finding *f = ctx;
    (void)value;
    for (unsigned i = 1; tree != NULL && i < TABLES; i++) {
        if (bytes_eq(key, str_bytes(str_c(env_table_names[i])))) {
            f->trees[i] = *tree;
        }
    }
    return ST_OK;
}

static enum st see_value(void *ctx, bytes key, bytes value, const struct pages_tree *tree)
{
    struct finding *f = ctx;
    struct damage_gold *g = f->g;
    must(tree == NULL && value.n >= SEAL_OVERHEAD && g->nvalues < DAMAGE_VALUES, "a value");
    struct damage_value *v = &g->values[g->nvalues++];
    v->table = (enum table)f->table;
    memcpy(v->key, key.p, key.n);
    v->key_n = key.n;
    v->n = value.n;
    memcpy(v->nonce, value.p, sizeof v->nonce);
    return ST_OK;
}

static size_t get16(const uint8_t *p)
{
    return (size_t)p[0] | (size_t)p[1] << 8;
}

/* Is it the value of a node of a leaf page, or does an overflow page begin with it? Stale pages and
 * what lies unused in others may hold the same bytes. */
static bool is_place(const struct damage_gold *g, size_t at)
{
    const uint8_t *page = g->file + at / DAMAGE_PAGE * DAMAGE_PAGE;
    size_t off = at % DAMAGE_PAGE, flags = get16(page + 10);
    for (size_t i = 16; flags == 2 && i < get16(page + 12); i += 2) {
        size_t node = get16(page + i);
        if (node + 8 + get16(page + node + 6) == off) {
            return true;
        }
    }
    return flags == 4 && off == 16;
}

/* Where it lies now. */
static void find_place(const struct damage_gold *g, const struct pages *p, struct damage_value *v)
{
    const uint8_t *from = g->file;
    for (;;) {
        const uint8_t *at =
            memmem(from, g->n - (size_t)(from - g->file), v->nonce, sizeof v->nonce);
        must(at != NULL, "a value's place");
        v->at = (size_t)(at - g->file);
        size_t page = v->at / DAMAGE_PAGE;
        if ((p->seen[page / 8] >> (page % 8) & 1) != 0 && is_place(g, v->at)) {
            return;
        }
        from = at + 1;
    }
}

void damage_gold_read(struct damage_gold *g, const char *dir)
{
    char path[600];
    size_t room = 8U << 20;
    uint8_t *memory = malloc(room);
    struct arena a = arena_of(memory, room);
    struct pages p;
    struct finding f = {.g = g};
    memset(g, 0, sizeof *g);
    snprintf(path, sizeof path, "%s/env/data.mdb", dir);
    g->file = damage_file_read(path, &g->n);
    g->values = calloc(DAMAGE_VALUES, sizeof *g->values);
    g->ways = calloc(g->n / DAMAGE_PAGE + 1, 1);
    must(memory != NULL && pages_open(&p, path, &a, NULL) == ST_OK, path);
    struct pages_sink trees = {see_tree, &f}, values = {see_value, &f};
    must(pages_walk(&p, &p.meta[p.newest].main, &trees) == ST_OK, path);
    for (f.table = 1; f.table < TABLES; f.table++) {
        must(pages_walk(&p, &f.trees[f.table], &values) == ST_OK, path);
    }
    for (size_t i = 0; i < g->nvalues; i++) {
        find_place(g, &p, &g->values[i]);
    }
    for (size_t i = 0; i < p.count; i++) {
        g->ways[i] = (p.seen[i / 8] >> (i % 8) & 1) == 0;
    }
    pages_read_free(&p);
    for (size_t i = 0; i < p.count; i++) { /* seen only now: the list's own */
        g->ways[i] = i < 2 || (g->ways[i] && (p.seen[i / 8] >> (i % 8) & 1) != 0);
    }
    must(p.bad == 0 && p.free_known && pages_metas_agree(&p), "the golden copy is sound");
    pages_close(&p);
    free(memory);
}

void damage_gold_free(struct damage_gold *g)
{
    free(g->file);
    free(g->values);
    free(g->ways);
}

/* --- damage -------------------------------------------------------------------------------------
 */

static uint32_t next(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

const char *damage_file_do(uint8_t *file, size_t *n, uint32_t seed)
{
    static char what[160];
    uint32_t s = seed * 2654435761U | 1;
    for (int i = 0; i < 4; i++) {
        next(&s);
    }
    size_t pages = *n / DAMAGE_PAGE;
    unsigned way = next(&s) % 8, times = 1 + next(&s) % (next(&s) % 4 == 0 ? 8 : 2);
    snprintf(what, sizeof what, "seed %u, way %u, %u times, first page", seed, way, times);
    for (unsigned i = 0; i < times; i++) {
        /* One in eight among the first pages: the meta pages are two in hundreds. */
        size_t a = next(&s) % 8 == 0 ? next(&s) % 4 : next(&s) % pages, b = next(&s) % pages;
        uint8_t *p = file + a * DAMAGE_PAGE, *q = file + b * DAMAGE_PAGE, tmp[DAMAGE_PAGE];
        size_t at = next(&s) % (next(&s) % 2 == 0 ? 64 : DAMAGE_PAGE);
        switch (way) {
        case 0: /* bits */
            p[at] = (uint8_t)(p[at] ^ 1U << next(&s) % 8);
            break;
        case 1: /* a run of bytes */
            for (size_t k = at; k < at + 64 && k < DAMAGE_PAGE; k++) {
                p[k] = (uint8_t)next(&s);
            }
            break;
        case 2: /* a page of zeros */
            memset(p, 0, DAMAGE_PAGE);
            break;
        case 3: /* a sector of zeros */
            memset(p + at / 512 * 512, 0, 512);
            break;
        case 4: /* two pages change places */
            memcpy(tmp, p, sizeof tmp);
            memcpy(p, q, sizeof tmp);
            memcpy(q, tmp, sizeof tmp);
            break;
        case 5: /* one written over another, under its number */
            memmove(p + 8, q + 8, DAMAGE_PAGE - 8);
            break;
        case 6: /* noise */
            for (size_t k = 0; k < DAMAGE_PAGE; k++) {
                p[k] = (uint8_t)next(&s);
            }
            break;
        default: /* cut */
            *n = next(&s) % 2 == 0 ? a * DAMAGE_PAGE : a * DAMAGE_PAGE + at;
            snprintf(what, sizeof what, "seed %u, cut to %zu bytes", seed, *n);
            return what;
        }
        size_t len = strlen(what);
        snprintf(what + len, sizeof what - len, " %zu", a);
    }
    return what;
}

static bool page_same(const struct damage_gold *g, size_t page, const uint8_t *file, size_t n)
{
    size_t at = page * DAMAGE_PAGE;
    return at + DAMAGE_PAGE <= n && memcmp(g->file + at, file + at, DAMAGE_PAGE) == 0;
}

void damage_file_wipe(uint8_t *file, size_t n, const struct damage_value *v)
{
    uint8_t *at = memmem(file, n, v->nonce, sizeof v->nonce);
    while (at != NULL) {
        memset(at, 0, sizeof v->nonce);
        at = memmem(file, n, v->nonce, sizeof v->nonce);
    }
}

bool damage_file_intact(const struct damage_gold *g, const struct damage_value *v,
                        const uint8_t *file, size_t n)
{
    bool same = true;
    for (size_t page = v->at / DAMAGE_PAGE; page <= (v->at + v->n - 1) / DAMAGE_PAGE; page++) {
        same = same && page_same(g, page, file, n);
    }
    return same;
}

bool damage_file_ways(const struct damage_gold *g, const uint8_t *file, size_t n)
{
    bool hit = n < g->n;
    for (size_t i = 0; i < g->n / DAMAGE_PAGE; i++) {
        hit = hit || (g->ways[i] != 0 && !page_same(g, i, file, n));
    }
    return hit;
}

/* memmem is the C library's own. */
#define _GNU_SOURCE
/* scene_spoilt.c - a store whose file was damaged while nobody had it open. See scene.h.
 *
 * On the handheld two attachments, what is derived, and the row that proves the data key; at
 * headquarters what is derived alone: nothing that was promised hangs on them. */
#include "tests/fault/scene.h"

#include "core/store/inside.h"
#include "core/store/pages.h"

#define SPOILT_MAX 16

struct spoil {
    bool att, check;
    const char *table;
    unsigned natt;
    struct pages_tree trees[TABLES];
    uint8_t nonces[SPOILT_MAX][24];
    unsigned n;
};

static enum st see_tree(void *ctx, bytes key, bytes value, const struct pages_tree *tree)
{
    struct spoil *s = ctx;
    (void)value;
    for (unsigned i = 1; tree != NULL && i < TABLES; i++) {
        if (bytes_eq(key, str_bytes(str_c(env_table_names[i])))) {
            s->trees[i] = *tree;
        }
    }
    return ST_OK;
}

static bool chosen(struct spoil *s, bytes key, bytes value)
{
    if (strcmp(s->table, env_table_names[T_META]) == 0) {
        return s->check && bytes_eq(key, str_bytes(S(META_CHECK)));
    }
    if (strcmp(s->table, env_table_names[T_ATT]) == 0) {
        return s->att && value.n > 200 && s->natt++ < 2; /* not a mark of something forgotten */
    }
    return true;
}

static enum st see_value(void *ctx, bytes key, bytes value, const struct pages_tree *tree)
{
    struct spoil *s = ctx;
    if (tree == NULL && value.n > 24 && s->n < SPOILT_MAX && chosen(s, key, value)) {
        memcpy(s->nonces[s->n++], value.p, 24);
    }
    return ST_OK;
}

static enum st find(struct spoil *s, const char *path)
{
    static const enum table tables[] = {T_META, T_ATT, T_STATE};
    size_t room = 4U << 20;
    uint8_t *memory = malloc(room);
    struct arena a = arena_of(memory, room);
    struct pages p;
    struct pages_sink trees = {see_tree, s}, values = {see_value, s};
    enum st st = memory == NULL ? ST_FULL : pages_open(&p, path, &a, NULL);
    if (st == ST_OK) {
        st = p.newest >= 0 ? pages_walk(&p, &p.meta[p.newest].main, &trees) : ST_CORRUPT;
        for (size_t i = 0; i < sizeof tables / sizeof tables[0] && st == ST_OK; i++) {
            s->table = env_table_names[tables[i]];
            st = pages_walk(&p, &s->trees[tables[i]], &values);
        }
        pages_close(&p);
    }
    free(memory);
    return st;
}

/* Every copy of these values in the file loses a byte; the last end was none. */
static enum st spoil(struct world *w, struct spoil *s, const char *dir)
{
    char path[200], lock[200];
    snprintf(path, sizeof path, "%.150s/env/data.mdb", dir);
    snprintf(lock, sizeof lock, "%.150s/lock", dir);
    enum st st = find(s, path);
    FILE *f = st == ST_OK ? fopen(path, "r+b") : NULL;
    FILE *l = f != NULL ? fopen(lock, "wb") : NULL;
    uint8_t *all = malloc(64U << 20);
    if (l == NULL || all == NULL || s->n == 0) {
        return err_set(&w->err, ST_BUG, 0, __func__, "the store cannot be spoilt");
    }
    size_t n = fread(all, 1, 64U << 20, f);
    for (unsigned i = 0; i < s->n; i++) {
        uint8_t *at = memmem(all, n, s->nonces[i], 24);
        while (at != NULL) {
            at[23] ^= 1;
            at = memmem(at + 1, n - (size_t)(at + 1 - all), s->nonces[i], 24);
        }
    }
    bool ok = fseek(f, 0, SEEK_SET) == 0 && fwrite(all, 1, n, f) == n && fputc('w', l) == 'w';
    free(all);
    ok = fclose(f) == 0 && fclose(l) == 0 && ok;
    return ok ? ST_OK : err_set(&w->err, ST_IO, 0, __func__, "the store cannot be spoilt");
}

enum st scene_spoil_device(struct world *w)
{
    struct spoil s = {.att = true, .check = true};
    /* What headquarters has comes back from there; what it has not would be gone. */
    enum st st = scene_open(w, SCENE_DEVICE | SCENE_HQ);
    st = st == ST_OK ? scene_sync(w, &w->d) : st;
    scene_close(w);
    return st != ST_OK ? st : spoil(w, &s, w->d.dir);
}

enum st scene_spoil_hq(struct world *w)
{
    struct spoil s = {.n = 0};
    return spoil(w, &s, w->p.dir);
}

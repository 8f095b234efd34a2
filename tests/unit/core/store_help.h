/* store_help.h - a store in a fresh folder, and small shorthands, for the tests of core/store. */
#ifndef TESTS_STORE_HELP_H
#define TESTS_STORE_HELP_H
#include "core/store/store.h"
#include "tests/support/check.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HELP_MAP_BYTES (256ULL << 20) /* valgrind and sanitizers refuse the real caps */

static const uint8_t help_key[32] = "a data key of thirty-two bytes!";

static inline struct store_options help_options(enum store_side side, enum store_mode mode)
{
    return (struct store_options){
        .side = side, .mode = mode, .map_bytes = HELP_MAP_BYTES, .data_key = help_key};
}

/* A new store's folder, in one temporary folder for the whole test. */
static inline const char *help_create(enum store_side side)
{
    static char path[8][128];
    static const char *tmp;
    static int n;
    tmp = tmp != NULL ? tmp : check_tmp();
    char *p = path[n % 8];
    snprintf(p, sizeof path[0], "%s/s%d", tmp, n++);
    struct store_options o = help_options(side, STORE_WRITE);
    struct err e = {.st = ST_OK};
    if (store_create(p, &o, &e) != ST_OK) {
        check_fail(__FILE__, __LINE__, "store_create: %s", e.text);
    }
    return p;
}

static inline struct store *help_open(const char *dir, enum store_side side, enum store_mode mode)
{
    struct store_options o = help_options(side, mode);
    struct store *s = NULL;
    struct err e = {.st = ST_OK};
    if (store_open(dir, &o, &s, &e) != ST_OK) {
        check_fail(__FILE__, __LINE__, "store_open: %s", e.text);
        exit(1);
    }
    return s;
}

static inline struct store_txn *help_write(struct store *s)
{
    struct store_txn *t = NULL;
    struct err e = {.st = ST_OK};
    if (store_write(s, &t, &e) != ST_OK) {
        check_fail(__FILE__, __LINE__, "store_write: %s", e.text);
        exit(1);
    }
    return t;
}

static inline struct store_txn *help_read(struct store *s)
{
    struct store_txn *t = NULL;
    struct err e = {.st = ST_OK};
    if (store_read(s, &t, &e) != ST_OK) {
        check_fail(__FILE__, __LINE__, "store_read: %s", e.text);
        exit(1);
    }
    return t;
}

static inline bytes help_b(const char *z)
{
    return bytes_of(z, strlen(z));
}

static inline enum st help_put(struct store_txn *t, enum table table, const char *key,
                               const char *value)
{
    return store_put(t, table, help_b(key), help_b(value), NULL);
}

/* What lies under the key, as text in static storage; "" for none, "!" for an error. */
static inline const char *help_get(struct store_txn *t, enum table table, const char *key)
{
    static char buf[4096];
    struct arena a = arena_of(buf, sizeof buf - 1);
    bytes v;
    enum st st = store_get(t, table, help_b(key), &a, &v, NULL);
    if (st != ST_OK) {
        return st == ST_NOT_FOUND ? "" : "!";
    }
    memmove(buf, v.p, v.n);
    buf[v.n] = '\0';
    return buf;
}

/* The whole of a file in malloc'ed memory; NULL when there is none. */
static inline uint8_t *help_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        return NULL;
    }
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    uint8_t *p = malloc(*n + 1);
    if (p == NULL || fread(p, 1, *n, f) != *n) {
        exit(99);
    }
    fclose(f);
    return p;
}

static inline bool help_contains(const uint8_t *hay, size_t n, const void *needle, size_t k)
{
    for (size_t i = 0; i + k <= n; i++) {
        if (memcmp(hay + i, needle, k) == 0) {
            return true;
        }
    }
    return false;
}

/* Does any file under dir (two levels) hold the bytes? */
static inline bool help_on_disk(const char *dir, const void *needle, size_t k)
{
    DIR *d = opendir(dir);
    bool found = false;
    for (struct dirent *e = d != NULL ? readdir(d) : NULL; e != NULL; e = readdir(d)) {
        char p[1024];
        struct stat sb;
        if (e->d_name[0] == '.') {
            continue;
        }
        snprintf(p, sizeof p, "%s/%s", dir, e->d_name);
        if (stat(p, &sb) == 0 && S_ISDIR(sb.st_mode)) {
            found |= help_on_disk(p, needle, k);
            continue;
        }
        size_t n = 0;
        uint8_t *b = help_file(p, &n);
        found |= b != NULL && help_contains(b, n, needle, k);
        free(b);
    }
    if (d != NULL) {
        closedir(d);
    }
    return found;
}

static inline int help_files_in(const char *dir)
{
    DIR *d = opendir(dir);
    int n = 0;
    for (struct dirent *e = d != NULL ? readdir(d) : NULL; e != NULL; e = readdir(d)) {
        n += e->d_name[0] != '.';
    }
    if (d != NULL) {
        closedir(d);
    }
    return n;
}
#endif

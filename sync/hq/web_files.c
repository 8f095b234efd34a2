/* web_files.c - see web_files.h. */
#include "sync/hq/web_files.h"

#include "core/base/encode.h"
#include "core/codec/hash.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct web_files {
    struct web_file f[WEB_FILES_MAX];
    size_t n;
};

/* What Debian's packages put where; the console asks for the first name. */
static const struct {
    const char *url, *path;
} vendor[] = {
    {"/vendor/mustache.js", "/usr/share/javascript/mustache/mustache.min.js"},
    {"/vendor/chart.js", "/usr/share/javascript/chart.js/chart.mjs"},
    {"/vendor/chunks/helpers.segment.js",
     "/usr/share/javascript/chart.js/chunks/helpers.segment.js"},
    {"/vendor/chunks/helpers.segment.mjs",
     "/usr/share/javascript/chart.js/chunks/helpers.segment.mjs"},
};

static const struct {
    const char *end, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".webmanifest", "application/manifest+json"},
    {".mustache", "text/plain; charset=utf-8"},
};

static const char *type_of(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t k = strlen(types[i].end);
        if (n > k && strcmp(name + n - k, types[i].end) == 0) {
            return types[i].type;
        }
    }
    return NULL; /* a README is not served */
}

static enum st read_all(const char *path, struct web_file *f, struct err *err)
{
    FILE *in = fopen(path, "rb");
    struct stat sb;
    enum st st = ST_OK;
    if (in == NULL) {
        return err_set(err, ST_NOT_FOUND, errno, __func__, "%.150s is not there", path);
    }
    if (fstat(fileno(in), &sb) != 0 || sb.st_size > WEB_FILE_BYTES) {
        st = err_set(err, ST_TOO_BIG, 0, __func__, "%.150s is too long", path);
    }
    f->n = st == ST_OK ? (size_t)sb.st_size : 0;
    f->bytes = st == ST_OK ? malloc(f->n + 1) : NULL;
    if (st == ST_OK && (f->bytes == NULL || fread(f->bytes, 1, f->n, in) != f->n)) {
        st = err_set(err, ST_IO, errno, __func__, "%.150s cannot be read", path);
    }
    fclose(in);
    return st;
}

static enum st add(struct web_files *all, const char *url, const char *path, struct err *err)
{
    const char *type = type_of(path);
    if (type == NULL) {
        return ST_OK;
    }
    if (all->n == WEB_FILES_MAX) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the console has too many files");
    }
    struct web_file *f = &all->f[all->n];
    uint8_t hash[32];
    char hex[65];
    enum st st = read_all(path, f, err);
    f->url = st == ST_OK ? strdup(url) : NULL;
    if (f->url == NULL) {
        free(f->bytes);
        memset(f, 0, sizeof *f);
        return st == ST_OK ? err_set(err, ST_FULL, 0, __func__, "no memory") : st;
    }
    f->type = type;
    hash32(bytes_of(f->bytes, f->n), hash);
    hex_put(bytes_of(hash, sizeof hash), hex);
    snprintf(f->etag, sizeof f->etag, "\"%.32s\"", hex);
    all->n++;
    return ST_OK;
}

static enum st folder(struct web_files *all, const char *dir, const char *url, unsigned depth,
                      struct err *err)
{
    DIR *d = opendir(dir);
    enum st st = ST_OK;
    if (d == NULL) {
        return err_set(err, ST_NOT_FOUND, errno, __func__, "there is no folder %.150s", dir);
    }
    for (struct dirent *e = readdir(d); e != NULL && st == ST_OK; e = readdir(d)) {
        char path[1024], name[512];
        struct stat sb;
        int a = snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        int b = snprintf(name, sizeof name, "%s/%s", url, e->d_name);
        if (e->d_name[0] == '.' || a >= (int)sizeof path || b >= (int)sizeof name ||
            stat(path, &sb) != 0) {
            continue;
        }
        if (S_ISDIR(sb.st_mode) && depth > 0) {
            st = folder(all, path, name, depth - 1, err);
        } else if (S_ISREG(sb.st_mode)) {
            st = add(all, name, path, err);
            if (st == ST_OK && strcmp(e->d_name, "index.html") == 0) {
                st = add(all, *url == '\0' ? "/" : url, path, err);
            } else if (st == ST_OK && b > 5 && strcmp(name + b - 5, ".html") == 0) {
                /* A page has no ending: it is what people read on paper and type. */
                name[b - 5] = '\0';
                st = add(all, name, path, err);
            }
        }
    }
    closedir(d);
    return st;
}

enum st web_files_load(const char *assets, struct web_files **out, struct err *err)
{
    struct web_files *all = calloc(1, sizeof *all);
    char dir[1024];
    *out = all;
    if (all == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    if (assets == NULL) {
        return ST_OK;
    }
    int n = snprintf(dir, sizeof dir, "%s/console", assets);
    enum st st = n >= (int)sizeof dir ? err_set(err, ST_TOO_BIG, 0, __func__, "a path is too long")
                                      : folder(all, dir, "", 1, err);
    for (size_t i = 0; i < sizeof vendor / sizeof vendor[0] && st == ST_OK; i++) {
        struct stat sb;
        if (stat(vendor[i].path, &sb) == 0) {
            st = add(all, vendor[i].url, vendor[i].path, err);
        }
    }
    if (st != ST_OK) {
        web_files_free(out);
    }
    return st;
}

void web_files_free(struct web_files **out)
{
    struct web_files *all = *out;
    for (size_t i = 0; all != NULL && i < all->n; i++) {
        free(all->f[i].url);
        free(all->f[i].bytes);
    }
    free(all);
    *out = NULL;
}

const struct web_file *web_files_find(const struct web_files *all, const char *url)
{
    for (size_t i = 0; all != NULL && i < all->n; i++) {
        if (strcmp(all->f[i].url, url) == 0) {
            return &all->f[i];
        }
    }
    return NULL;
}

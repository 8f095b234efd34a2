/* power_disk.c - what a power cut leaves of a log: see power_log.h. */
#include "tests/fault/power_log.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void must(bool ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(99);
    }
}

void power_disk_begin(struct power_disk *d, const struct power_log *l)
{
    d->log = l;
    d->at = 0;
    d->files = calloc(l->nnodes, sizeof *d->files);
    must(d->files != NULL, "power_disk");
    d->files[0].is_dir = true;
}

void power_disk_free(struct power_disk *d)
{
    for (size_t i = 0; i < d->log->nnodes; i++) {
        free(d->files[i].data);
        free(d->files[i].pending);
        free(d->files[i].names);
    }
    free(d->files);
    d->files = NULL;
}

static uint32_t next(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* --- content ------------------------------------------------------------------------------------
 */

static void resize(struct power_file *f, size_t n)
{
    if (n > f->room) {
        f->room = n + n / 2;
        f->data = realloc(f->data, f->room);
        must(f->data != NULL, "power_disk");
    }
    if (n > f->n) {
        memset(f->data + f->n, 0, n - f->n);
    }
    f->n = n;
}

static void put(struct power_file *f, const uint8_t *p, size_t n, size_t at)
{
    if (at + n > f->n) {
        resize(f, at + n);
    }
    memcpy(f->data + at, p, n);
}

/* piece 0: whole or not at all. */
static void play(struct power_file *f, const struct power_op *op, size_t piece, uint32_t *seed)
{
    if (op->what == POWER_CUT) {
        if (seed == NULL || next(seed) % 2 == 0) {
            resize(f, (size_t)op->at);
        }
        return;
    }
    size_t at = (size_t)op->at, end = at + op->n;
    while (at < end) {
        size_t stop = piece == 0 ? end : (at / piece + 1) * piece;
        stop = stop < end ? stop : end;
        if (seed == NULL || next(seed) % 2 == 0) {
            put(f, op->data + (at - (size_t)op->at), stop - at, at);
        }
        at = stop;
    }
}

/* --- names --------------------------------------------------------------------------------------
 */

static struct power_name *find(struct power_file *f, const char *name)
{
    for (size_t i = 0; i < f->nnames; i++) {
        if (strcmp(f->names[i].name, name) == 0) {
            return &f->names[i];
        }
    }
    return NULL;
}

static void give(struct power_file *f, const char *name, unsigned node)
{
    struct power_name *here = find(f, name);
    if (here == NULL) {
        f->names = realloc(f->names, (f->nnames + 1) * sizeof *f->names);
        must(f->names != NULL, "power_disk");
        here = &f->names[f->nnames++];
        snprintf(here->name, sizeof here->name, "%s", name);
    }
    here->node = node;
}

static void take(struct power_file *f, const char *name, unsigned node, bool any)
{
    struct power_name *here = find(f, name);
    if (here != NULL && (any || here->node == node)) {
        *here = f->names[--f->nnames];
    }
}

static void name_op(struct power_file *f, const struct power_op *op)
{
    switch (op->what) {
    case POWER_NAME:
        give(f, op->name, op->node);
        break;
    case POWER_UNNAME:
        take(f, op->name, 0, true);
        break;
    case POWER_RENAME:
        take(f, op->name, op->node, false);
        give(f, op->to, op->node);
        break;
    case POWER_WRITE:
    case POWER_CUT:
    case POWER_SYNC:
        break;
    }
}

/* --- playing ------------------------------------------------------------------------------------
 */

static void apply(struct power_file *f, const struct power_op *op)
{
    if (f->is_dir) {
        name_op(f, op);
    } else {
        play(f, op, 0, NULL);
    }
}

static void sync_file(struct power_disk *d, const struct power_op *op)
{
    struct power_file *f = &d->files[op->node];
    if (op->at_once) { /* that write alone */
        apply(f, &d->log->ops[f->pending[--f->npending]]);
        return;
    }
    for (size_t i = 0; i < f->npending; i++) {
        apply(f, &d->log->ops[f->pending[i]]);
    }
    f->npending = 0;
}

void power_disk_step(struct power_disk *d)
{
    const struct power_op *op = &d->log->ops[d->at];
    bool of_dir = op->what == POWER_NAME || op->what == POWER_UNNAME || op->what == POWER_RENAME;
    struct power_file *f = &d->files[of_dir ? op->dir : op->node];
    if (op->what == POWER_SYNC) {
        sync_file(d, op);
    } else {
        if (op->what == POWER_NAME) {
            d->files[op->node].is_dir = op->is_dir;
        }
        if (f->npending == f->room_pending) {
            f->room_pending = f->room_pending == 0 ? 16 : 2 * f->room_pending;
            f->pending = realloc(f->pending, f->room_pending * sizeof *f->pending);
            must(f->pending != NULL, "power_disk");
        }
        f->pending[f->npending++] = d->at;
    }
    d->at++;
}

size_t power_disk_pending(const struct power_disk *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->log->nnodes; i++) {
        n += d->files[i].npending;
    }
    return n;
}

/* --- leaving ------------------------------------------------------------------------------------
 */

struct leaving {
    const struct power_disk *d;
    enum power_keep keep;
    enum power_names names;
    uint32_t seed;
    char (*first)[300]; /* a file's first path: another name of it is a link */
};

static void leave_file(struct leaving *l, unsigned node, const char *path)
{
    const struct power_file *f = &l->d->files[node];
    struct power_file now = {.n = 0};
    if (l->first[node][0] != '\0') {
        must(link(l->first[node], path) == 0, path);
        return;
    }
    snprintf(l->first[node], sizeof l->first[node], "%s", path);
    put(&now, f->data, f->n, 0);
    for (size_t i = 0; i < f->npending && l->keep != POWER_NONE; i++) {
        const struct power_op *op = &l->d->log->ops[f->pending[i]];
        size_t piece = l->keep == POWER_PIECES_4K ? 4096 : l->keep == POWER_PIECES_512 ? 512 : 0;
        play(&now, op, piece, l->keep == POWER_ALL ? NULL : &l->seed);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    must(fd >= 0, path);
    for (size_t at = 0; at < now.n;) {
        ssize_t n = write(fd, now.data + at, now.n - at);
        must(n > 0, path);
        at += (size_t)n;
    }
    close(fd);
    free(now.data);
}

static void leave_dir(struct leaving *l, unsigned node, const char *path)
{
    const struct power_file *f = &l->d->files[node];
    struct power_file now = {.is_dir = true};
    for (size_t i = 0; i < f->nnames; i++) {
        give(&now, f->names[i].name, f->names[i].node);
    }
    size_t first = l->names == POWER_NAMES_ALL     ? f->npending
                   : l->names == POWER_NAMES_FIRST ? next(&l->seed) % (f->npending + 1)
                                                   : 0;
    for (size_t i = 0; i < f->npending; i++) {
        bool any = l->names == POWER_NAMES_ANY && next(&l->seed) % 2 == 0;
        if (i < first || any) {
            name_op(&now, &l->d->log->ops[f->pending[i]]);
        }
    }
    for (size_t i = 0; i < now.nnames; i++) {
        char at[300];
        must(snprintf(at, sizeof at, "%s/%s", path, now.names[i].name) < (int)sizeof at, "a path");
        if (!l->d->files[now.names[i].node].is_dir) {
            leave_file(l, now.names[i].node, at);
        } else {
            must(mkdir(at, 0700) == 0, at);
            leave_dir(l, now.names[i].node, at);
        }
    }
    free(now.names);
}

void power_disk_leave(const struct power_disk *d, enum power_keep keep, enum power_names names,
                      uint32_t seed, const char *dir)
{
    struct leaving l = {.d = d, .keep = keep, .names = names, .seed = seed * 2654435761U | 1};
    l.first = calloc(d->log->nnodes, sizeof *l.first);
    must(l.first != NULL, "power_disk");
    leave_dir(&l, 0, dir);
    free(l.first);
}

void power_empty(const char *dir)
{
    DIR *d = opendir(dir);
    must(d != NULL, dir);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        char at[600];
        struct stat sb;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) {
            continue;
        }
        snprintf(at, sizeof at, "%s/%s", dir, e->d_name);
        if (lstat(at, &sb) == 0 && S_ISDIR(sb.st_mode)) {
            power_empty(at);
            must(rmdir(at) == 0, at);
        } else {
            must(unlink(at) == 0, at);
        }
    }
    closedir(d);
}

/* disk_left.c - what a power cut leaves of a log: see disk_log.h. */
#include "tests/fault/disk_log.h"

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

void disk_left_begin(struct disk_left *d, const struct disk_log *l)
{
    d->log = l;
    d->at = 0;
    d->files = calloc(l->nnodes, sizeof *d->files);
    must(d->files != NULL, "disk_left");
    d->files[0].is_dir = true;
}

void disk_left_free(struct disk_left *d)
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

static void resize(struct disk_file *f, size_t n)
{
    if (n > f->room) {
        f->room = n + n / 2;
        f->data = realloc(f->data, f->room);
        must(f->data != NULL, "disk_left");
    }
    if (n > f->n) {
        memset(f->data + f->n, 0, n - f->n);
    }
    f->n = n;
}

static void put(struct disk_file *f, const uint8_t *p, size_t n, size_t at)
{
    if (at + n > f->n) {
        resize(f, at + n);
    }
    if (n != 0) {
        memcpy(f->data + at, p, n);
    }
}

/* piece 0: whole or not at all. */
static void play(struct disk_file *f, const struct disk_op *op, size_t piece, uint32_t *seed)
{
    if (op->what == DISK_CUT) {
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

static struct disk_name *find(struct disk_file *f, const char *name)
{
    for (size_t i = 0; i < f->nnames; i++) {
        if (strcmp(f->names[i].name, name) == 0) {
            return &f->names[i];
        }
    }
    return NULL;
}

static void give(struct disk_file *f, const char *name, unsigned node)
{
    struct disk_name *here = find(f, name);
    if (here == NULL) {
        f->names = realloc(f->names, (f->nnames + 1) * sizeof *f->names);
        must(f->names != NULL, "disk_left");
        here = &f->names[f->nnames++];
        snprintf(here->name, sizeof here->name, "%s", name);
    }
    here->node = node;
}

static void take(struct disk_file *f, const char *name, unsigned node, bool any)
{
    struct disk_name *here = find(f, name);
    if (here != NULL && (any || here->node == node)) {
        *here = f->names[--f->nnames];
    }
}

/* `dir`: which folder `f` is; a rename from one to another concerns both. */
static void name_op(struct disk_file *f, unsigned dir, const struct disk_op *op)
{
    switch (op->what) {
    case DISK_NAME:
        give(f, op->name, op->node);
        break;
    case DISK_UNNAME:
        take(f, op->name, 0, true);
        break;
    case DISK_RENAME:
        if (op->dir == dir) {
            take(f, op->name, op->node, false);
        }
        if (op->dir_to == dir) {
            give(f, op->to, op->node);
        }
        break;
    case DISK_WRITE:
    case DISK_CUT:
    case DISK_SYNC:
        break;
    }
}

/* --- playing ------------------------------------------------------------------------------------
 */

static void apply(struct disk_file *f, unsigned node, const struct disk_op *op)
{
    if (f->is_dir) {
        name_op(f, node, op);
    } else {
        play(f, op, 0, NULL);
    }
}

/* A rename is one step: durable in one folder, it is so in the other. */
static void settle_other(struct disk_left *d, unsigned dir, size_t at)
{
    struct disk_file *f = &d->files[dir];
    size_t kept = 0;
    for (size_t i = 0; i < f->npending; i++) {
        if (f->pending[i] == at) {
            apply(f, dir, &d->log->ops[at]);
        } else {
            f->pending[kept++] = f->pending[i];
        }
    }
    f->npending = kept;
}

static void sync_file(struct disk_left *d, const struct disk_op *op)
{
    struct disk_file *f = &d->files[op->node];
    if (op->at_once) { /* that write alone */
        apply(f, op->node, &d->log->ops[f->pending[--f->npending]]);
        return;
    }
    for (size_t i = 0; i < f->npending; i++) {
        const struct disk_op *done = &d->log->ops[f->pending[i]];
        apply(f, op->node, done);
        if (done->what == DISK_RENAME && done->dir != done->dir_to) {
            settle_other(d, op->node == done->dir ? done->dir_to : done->dir, f->pending[i]);
        }
    }
    f->npending = 0;
}

static void add_pending(struct disk_file *f, size_t at)
{
    if (f->npending == f->room_pending) {
        f->room_pending = f->room_pending == 0 ? 16 : 2 * f->room_pending;
        f->pending = realloc(f->pending, f->room_pending * sizeof *f->pending);
        must(f->pending != NULL, "disk_left");
    }
    f->pending[f->npending++] = at;
}

void disk_left_step(struct disk_left *d)
{
    const struct disk_op *op = &d->log->ops[d->at];
    bool of_dir = op->what == DISK_NAME || op->what == DISK_UNNAME || op->what == DISK_RENAME;
    struct disk_file *f = &d->files[of_dir ? op->dir : op->node];
    if (op->what == DISK_SYNC) {
        sync_file(d, op);
    } else {
        if (op->what == DISK_NAME) {
            d->files[op->node].is_dir = op->is_dir;
        }
        add_pending(f, d->at);
        if (op->what == DISK_RENAME && op->dir != op->dir_to) {
            add_pending(&d->files[op->dir_to], d->at);
        }
    }
    d->at++;
}

size_t disk_left_pending(const struct disk_left *d)
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
    const struct disk_left *d;
    enum disk_keep keep;
    enum disk_names names;
    uint32_t seed, names_seed;
    char (*first)[300]; /* a file's first path: another name of it is a link */
};

static void leave_file(struct leaving *l, unsigned node, const char *path)
{
    const struct disk_file *f = &l->d->files[node];
    struct disk_file now = {.n = 0};
    if (l->first[node][0] != '\0') {
        must(link(l->first[node], path) == 0, path);
        return;
    }
    snprintf(l->first[node], sizeof l->first[node], "%s", path);
    put(&now, f->data, f->n, 0);
    for (size_t i = 0; i < f->npending && l->keep != DISK_NONE; i++) {
        const struct disk_op *op = &l->d->log->ops[f->pending[i]];
        size_t piece = l->keep == DISK_PIECES_4K ? 4096 : l->keep == DISK_PIECES_512 ? 512 : 0;
        play(&now, op, piece, l->keep == DISK_ALL ? NULL : &l->seed);
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

/* By its place in the log alone, so that both folders of a rename agree. */
static bool keeps_name(const struct leaving *l, size_t at)
{
    uint32_t s = l->names_seed ^ (uint32_t)at * 2654435761U;
    switch (l->names) {
    case DISK_NAMES_ALL:
        return true;
    case DISK_NAMES_NONE:
        return false;
    case DISK_NAMES_FIRST:
        return at < l->names_seed % (l->d->at + 1);
    case DISK_NAMES_ANY:
        s |= 1;
        next(&s);
        return next(&s) % 2 == 0;
    }
    return false;
}

static void leave_dir(struct leaving *l, unsigned node, const char *path)
{
    const struct disk_file *f = &l->d->files[node];
    struct disk_file now = {.is_dir = true};
    for (size_t i = 0; i < f->nnames; i++) {
        give(&now, f->names[i].name, f->names[i].node);
    }
    for (size_t i = 0; i < f->npending; i++) {
        if (keeps_name(l, f->pending[i])) {
            name_op(&now, node, &l->d->log->ops[f->pending[i]]);
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

void disk_left_write(const struct disk_left *d, enum disk_keep keep, enum disk_names names,
                     uint32_t seed, const char *dir)
{
    struct leaving l = {.d = d,
                        .keep = keep,
                        .names = names,
                        .seed = seed * 2654435761U | 1,
                        .names_seed = seed * 40503U + 17};
    l.first = calloc(d->log->nnodes, sizeof *l.first);
    must(l.first != NULL, "disk_left");
    leave_dir(&l, 0, dir);
    free(l.first);
}

void disk_log_empty(const char *dir)
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
            disk_log_empty(at);
            must(rmdir(at) == 0, at);
        } else {
            must(unlink(at) == 0, at);
        }
    }
    closedir(d);
}

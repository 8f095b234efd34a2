/* disk_log.c - the recorder of disk_log.h: a small model of names, and the list of calls. */
#include "tests/fault/disk_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOWHERE ((unsigned)-1)

static void *grown(void *p, size_t n, size_t *room, size_t size)
{
    if (n < *room) {
        return p;
    }
    *room = *room == 0 ? 64 : 2 * *room;
    p = realloc(p, *room * size);
    if (p == NULL) {
        fprintf(stderr, "disk_log: no memory\n");
        exit(99);
    }
    return p;
}

void disk_log_begin(struct disk_log *l, const char *root, const char *prefix)
{
    memset(l, 0, sizeof *l);
    snprintf(l->root, sizeof l->root, "%s", root);
    l->prefix = prefix;
    l->nodes = calloc(1, sizeof *l->nodes);
    l->nnodes = 1;
    l->nodes[0].is_dir = true;
    l->on = true;
}

void disk_log_free(struct disk_log *l)
{
    for (size_t i = 0; i < l->n; i++) {
        free(l->ops[i].data);
    }
    for (size_t i = 0; i < l->nnodes; i++) {
        free(l->nodes[i].names);
    }
    free(l->ops);
    free(l->nodes);
    memset(l, 0, sizeof *l);
}

static struct disk_op *add(struct disk_log *l, enum disk_what what)
{
    l->ops = grown(l->ops, l->n, &l->room, sizeof *l->ops);
    struct disk_op *op = &l->ops[l->n++];
    memset(op, 0, sizeof *op);
    op->what = what;
    return op;
}

static unsigned new_node(struct disk_log *l, bool is_dir)
{
    l->nodes = realloc(l->nodes, (l->nnodes + 1) * sizeof *l->nodes);
    l->nodes[l->nnodes] = (struct disk_node){.is_dir = is_dir};
    return (unsigned)l->nnodes++;
}

static struct disk_name *named(const struct disk_log *l, unsigned dir, const char *name)
{
    struct disk_node *d = &l->nodes[dir];
    for (size_t i = 0; i < d->nnames; i++) {
        if (strcmp(d->names[i].name, name) == 0) {
            return &d->names[i];
        }
    }
    return NULL;
}

static void set_name(struct disk_log *l, unsigned dir, const char *name, unsigned node)
{
    struct disk_name *here = named(l, dir, name);
    if (here == NULL) {
        struct disk_node *d = &l->nodes[dir];
        d->names = realloc(d->names, (d->nnames + 1) * sizeof *d->names);
        here = &d->names[d->nnames++];
        snprintf(here->name, sizeof here->name, "%s", name);
    }
    here->node = node;
}

static void drop_name(struct disk_log *l, unsigned dir, const char *name)
{
    struct disk_node *d = &l->nodes[dir];
    struct disk_name *here = named(l, dir, name);
    if (here != NULL) {
        *here = d->names[--d->nnames];
    }
}

/* The folder that a path's last name is in, and that name. False: none of ours. */
static bool find(const struct disk_log *l, const char *path, unsigned *dir, char *name)
{
    size_t n = strlen(l->root);
    if (!l->on || strncmp(path, l->root, n) != 0 || path[n] != '/') {
        return false;
    }
    path += n + 1;
    if (strncmp(path, l->prefix, strlen(l->prefix)) != 0) {
        return false;
    }
    *dir = 0;
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(path, '/')) {
        snprintf(name, 96, "%.*s", (int)(slash - path), path);
        const struct disk_name *here = named(l, *dir, name);
        if (here == NULL) {
            return false;
        }
        *dir = here->node;
        path = slash + 1;
    }
    snprintf(name, 96, "%s", path);
    return true;
}

static void put_name(struct disk_log *l, unsigned dir, const char *name, unsigned node)
{
    struct disk_op *op = add(l, DISK_NAME);
    op->dir = dir;
    op->node = node;
    op->is_dir = l->nodes[node].is_dir;
    snprintf(op->name, sizeof op->name, "%s", name);
    set_name(l, dir, name, node);
}

void disk_log_opened(struct disk_log *l, const char *path, int fd, int flags)
{
    unsigned dir = 0, node = NOWHERE;
    char name[96];
    if (fd < 0 || fd >= DISK_FDS) {
        return;
    }
    l->fd[fd].used = false;
    if (l->on && strcmp(path, l->root) == 0) {
        node = 0;
    } else if (find(l, path, &dir, name)) {
        const struct disk_name *here = named(l, dir, name);
        node = here != NULL ? here->node : NOWHERE;
        if (here == NULL && (flags & O_CREAT) != 0) {
            node = new_node(l, false);
            put_name(l, dir, name, node);
        } else if (here != NULL && (flags & O_TRUNC) != 0) {
            add(l, DISK_CUT)->node = node;
        }
    }
    if (node != NOWHERE) {
        l->fd[fd].used = true;
        l->fd[fd].node = node;
        l->fd[fd].at_once = (flags & O_DSYNC) != 0;
        l->fd[fd].pos = 0;
    }
}

static bool ours(const struct disk_log *l, int fd)
{
    return l->on && fd >= 0 && fd < DISK_FDS && l->fd[fd].used;
}

void disk_log_closed(struct disk_log *l, int fd)
{
    if (fd >= 0 && fd < DISK_FDS) {
        l->fd[fd].used = false;
    }
}

void disk_log_write(struct disk_log *l, int fd, const void *p, size_t n, int64_t at)
{
    if (!ours(l, fd) || n == 0) {
        return;
    }
    struct disk_op *op = add(l, DISK_WRITE);
    op->node = l->fd[fd].node;
    op->at = at;
    op->n = n;
    op->data = malloc(n);
    memcpy(op->data, p, n);
    if (l->fd[fd].at_once && !l->deaf) {
        /* Until it returns it may be torn; then it stands. */
        struct disk_op *done = add(l, DISK_SYNC);
        done->node = l->fd[fd].node;
        done->at_once = true;
    }
}

void disk_log_append(struct disk_log *l, int fd, const void *p, size_t n)
{
    if (ours(l, fd)) {
        disk_log_write(l, fd, p, n, l->fd[fd].pos);
        l->fd[fd].pos += (int64_t)n;
    }
}

void disk_log_seek(struct disk_log *l, int fd, int64_t at)
{
    if (ours(l, fd)) {
        l->fd[fd].pos = at;
    }
}

void disk_log_cut(struct disk_log *l, int fd, int64_t size)
{
    if (ours(l, fd)) {
        struct disk_op *op = add(l, DISK_CUT);
        op->node = l->fd[fd].node;
        op->at = size;
    }
}

void disk_log_sync(struct disk_log *l, int fd)
{
    if (ours(l, fd) && !l->deaf) {
        add(l, DISK_SYNC)->node = l->fd[fd].node;
    }
}

void disk_log_folder(struct disk_log *l, const char *path)
{
    unsigned dir;
    char name[96];
    if (find(l, path, &dir, name)) {
        put_name(l, dir, name, new_node(l, true));
    }
}

void disk_log_unname(struct disk_log *l, const char *path)
{
    unsigned dir;
    char name[96];
    if (find(l, path, &dir, name)) {
        struct disk_op *op = add(l, DISK_UNNAME);
        op->dir = dir;
        snprintf(op->name, sizeof op->name, "%s", name);
        drop_name(l, dir, name);
    }
}

void disk_log_rename(struct disk_log *l, const char *from, const char *to)
{
    unsigned dir, dir2;
    char name[96], name2[96];
    bool a = find(l, from, &dir, name), b = find(l, to, &dir2, name2);
    const struct disk_name *here = a ? named(l, dir, name) : NULL;
    if (!l->on || (!a && !b)) {
        return;
    }
    if (here == NULL || !b) {
        fprintf(stderr, "disk_log: a rename that the model does not know: %s to %s\n", from, to);
        exit(99);
    }
    struct disk_op *op = add(l, DISK_RENAME);
    op->dir = dir;
    op->dir_to = dir2;
    op->node = here->node;
    snprintf(op->name, sizeof op->name, "%s", name);
    snprintf(op->to, sizeof op->to, "%s", name2);
    drop_name(l, dir, name);
    set_name(l, dir2, name2, op->node);
}

void disk_log_link(struct disk_log *l, const char *from, const char *to)
{
    unsigned dir, dir2;
    char name[96], name2[96];
    if (find(l, from, &dir, name) && find(l, to, &dir2, name2)) {
        const struct disk_name *here = named(l, dir, name);
        if (here != NULL) {
            put_name(l, dir2, name2, here->node);
        }
    }
}

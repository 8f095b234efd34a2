/* render_file.c - see render_file.h. */
#include "app/render/render_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 8 };

struct file {
    int fd;
    Sint64 size, at;
    unsigned next; /* the page that is given up for another */
    struct {
        Sint64 number; /* -1: none */
        size_t n;
        Uint8 bytes[PAGE];
    } page[PAGES];
};

static struct file *of(SDL_RWops *rw)
{
    return rw->hidden.unknown.data1;
}

static Sint64 size(SDL_RWops *rw)
{
    return of(rw)->size;
}

static Sint64 seek(SDL_RWops *rw, Sint64 offset, int whence)
{
    struct file *f = of(rw);
    Sint64 to = whence == RW_SEEK_SET   ? offset
                : whence == RW_SEEK_CUR ? f->at + offset
                                        : f->size + offset;
    if (to < 0 || to > f->size) {
        return SDL_SetError("beyond the file");
    }
    return f->at = to;
}

static size_t read_at(const struct file *f, void *to, size_t n, Sint64 at)
{
    size_t got = 0;
    while (got < n) {
        ssize_t k = pread(f->fd, (Uint8 *)to + got, n - got, (off_t)(at + (Sint64)got));
        if (k < 0 && errno == EINTR) {
            continue;
        }
        if (k <= 0) {
            break;
        }
        got += (size_t)k;
    }
    return got;
}

/* The page with this number, read when it is not at hand. */
static unsigned page_of(struct file *f, Sint64 number)
{
    for (unsigned k = 0; k < PAGES; k++) {
        if (f->page[k].number == number) {
            return k;
        }
    }
    unsigned k = f->next;
    f->next = (f->next + 1) % PAGES;
    f->page[k].number = number;
    f->page[k].n = read_at(f, f->page[k].bytes, PAGE, number * PAGE);
    return k;
}

static size_t take(struct file *f, Uint8 *to, size_t n)
{
    size_t got = 0;
    while (got < n && f->at < f->size) {
        size_t in = (size_t)(f->at % PAGE), k = 0;
        if (n - got >= PAGE) { /* a table: not worth keeping */
            k = read_at(f, to + got, n - got, f->at);
        } else {
            unsigned p = page_of(f, f->at / PAGE);
            k = f->page[p].n > in ? f->page[p].n - in : 0;
            k = k < n - got ? k : n - got;
            memcpy(to + got, f->page[p].bytes + in, k);
        }
        if (k == 0) {
            break;
        }
        f->at += (Sint64)k;
        got += k;
    }
    return got;
}

static size_t read_items(SDL_RWops *rw, void *to, size_t bytes, size_t items)
{
    if (bytes == 0 || items > SIZE_MAX / bytes) {
        return 0;
    }
    return take(of(rw), to, bytes * items) / bytes;
}

static size_t write_items(SDL_RWops *rw, const void *from, size_t bytes, size_t items)
{
    (void)rw;
    (void)from;
    (void)bytes;
    (void)items;
    return 0;
}

static int end(SDL_RWops *rw)
{
    close(of(rw)->fd);
    free(of(rw));
    SDL_FreeRW(rw);
    return 0;
}

SDL_RWops *file_rw(const char *path)
{
    struct stat sb;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct file *f = fd >= 0 && fstat(fd, &sb) == 0 ? calloc(1, sizeof *f) : NULL;
    SDL_RWops *rw = f == NULL ? NULL : SDL_AllocRW();
    if (rw == NULL) {
        free(f);
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    f->fd = fd;
    f->size = (Sint64)sb.st_size;
    for (unsigned k = 0; k < PAGES; k++) {
        f->page[k].number = -1;
    }
    rw->size = size;
    rw->seek = seek;
    rw->read = read_items;
    rw->write = write_items;
    rw->close = end;
    rw->type = SDL_RWOPS_UNKNOWN;
    rw->hidden.unknown.data1 = f;
    return rw;
}

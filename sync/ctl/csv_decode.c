/* csv_decode.c - see csv_decode.h. */
#include "sync/ctl/csv_decode.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/utf8.h"
#include "sync/ctl/limits.h"

#define NAME_BYTES 40
#define TAIL_BYTES 4 /* the longest sequence of any encoding that we split */

struct csv_decode {
    int fd;
    bool regular;
    bool at_end; /* the file has no more bytes */
    bool guessed;
    bool utf8;         /* decoded here; else by `cd` */
    bool line_broken;  /* a mark stands on this line already */
    bool at_start;     /* nothing was given out yet: a mark of byte order may come */
    size_t unit_bytes; /* what to step over after a broken sequence */
    iconv_t cd;
    char name[NAME_BYTES];
    uint64_t base; /* offset in the file of in[0] */
    size_t in_n, in_at;
    uint8_t in[CSV_READ_BYTES];
    size_t probe_n, probe_at;
    uint8_t *probe; /* the first bytes of a pipe, read to look at and not yet given out */
};

/* ---- bytes ------------------------------------------------------------------------------------
 */

static ssize_t raw_read(int fd, void *to, size_t cap)
{
    ssize_t got;
    do {
        got = read(fd, to, cap);
    } while (got < 0 && errno == EINTR);
    return got;
}

/* Moves what is left to the front and reads more behind it. */
static enum st refill(struct csv_decode *d, struct err *err)
{
    size_t left = d->in_n - d->in_at;
    memmove(d->in, d->in + d->in_at, left);
    d->base += d->in_at;
    d->in_at = 0;
    d->in_n = left;
    size_t room = sizeof d->in - left;
    if (d->probe_at < d->probe_n) {
        size_t n = d->probe_n - d->probe_at < room ? d->probe_n - d->probe_at : room;
        memcpy(d->in + left, d->probe + d->probe_at, n);
        d->probe_at += n;
        d->in_n += n;
        return ST_OK;
    }
    ssize_t got = raw_read(d->fd, d->in + left, room);
    if (got < 0) {
        return err_set(err, ST_IO, errno, __func__, "the table cannot be read on: %s",
                       strerror(errno));
    }
    d->at_end = got == 0;
    d->in_n += (size_t)got;
    return ST_OK;
}

/* ---- which encoding ---------------------------------------------------------------------------
 */

struct census {
    uint64_t good; /* characters of more than one byte */
    uint64_t bad;
    uint8_t tail[TAIL_BYTES]; /* a sequence cut at the end of the last block */
    size_t tail_n;
};

static size_t utf8_want(uint8_t lead)
{
    return lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1;
}

/* True when the last bytes s[i..] could be the beginning of a character. */
static bool utf8_cut(str s, size_t i)
{
    if (s.n - i >= utf8_want((uint8_t)s.p[i])) {
        return false;
    }
    for (size_t k = i + 1; k < s.n; k++) {
        if (((uint8_t)s.p[k] & 0xC0) != 0x80) {
            return false;
        }
    }
    return true;
}

/* Counts one block; what is cut at its end waits in the tail. */
static void census_add(struct census *c, uint8_t *block, size_t n)
{
    str s = {(const char *)block, n};
    size_t i = 0;
    while (i < n) {
        if (block[i] < 0x80) {
            i++;
            continue;
        }
        if (utf8_cut(s, i)) {
            break;
        }
        size_t was = i;
        (void)utf8_next(s, &i);
        if (i - was > 1) {
            c->good++;
        } else {
            c->bad++;
        }
    }
    c->tail_n = n - i;
    memcpy(c->tail, block + i, c->tail_n);
}

static const char *name_of_mark(const uint8_t *p, size_t n)
{
    if (n >= 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF) {
        return "UTF-8";
    }
    if (n >= 2 && p[0] == 0xFF && p[1] == 0xFE) {
        return "UTF-16LE";
    }
    return n >= 2 && p[0] == 0xFE && p[1] == 0xFF ? "UTF-16BE" : NULL;
}

static const char *name_of_census(const struct census *c, bool *guessed)
{
    *guessed = c->bad > 0;
    /* In GB18030 text far more sequences break UTF-8 than happen to fit it; eight that fit to
     * one that does not is UTF-8 with damage. */
    return c->bad == 0 || c->good >= 8 * c->bad ? "UTF-8" : "GB18030";
}

/* Looks at a regular file from end to end, in blocks, and goes back to its beginning. */
static enum st look_at_file(struct csv_decode *d, const char **name, struct err *err)
{
    struct census c = {0};
    ssize_t got;
    *name = NULL;
    for (bool first = true;; first = false) {
        memcpy(d->in, c.tail, c.tail_n);
        got = raw_read(d->fd, d->in + c.tail_n, sizeof d->in - c.tail_n);
        if (got <= 0) {
            break;
        }
        if (first) {
            *name = name_of_mark(d->in, (size_t)got);
        }
        if (*name != NULL) {
            break;
        }
        census_add(&c, d->in, c.tail_n + (size_t)got);
    }
    if (got < 0 || lseek(d->fd, 0, SEEK_SET) != 0) {
        return err_set(err, ST_IO, errno, __func__, "the table cannot be read: %s",
                       strerror(errno));
    }
    if (*name == NULL) {
        c.bad += c.tail_n > 0;
        *name = name_of_census(&c, &d->guessed);
    }
    return ST_OK;
}

/* Looks at the first CSV_PROBE_BYTES of a pipe and keeps them. */
static enum st look_at_pipe(struct csv_decode *d, const char **name, struct err *err)
{
    d->probe = malloc(CSV_PROBE_BYTES);
    if (d->probe == NULL) {
        return err_set(err, ST_FULL, errno, __func__, "no memory to look at the table");
    }
    ssize_t got = 1;
    while (got > 0 && d->probe_n < CSV_PROBE_BYTES) {
        got = raw_read(d->fd, d->probe + d->probe_n, CSV_PROBE_BYTES - d->probe_n);
        d->probe_n += got > 0 ? (size_t)got : 0;
    }
    if (got < 0) {
        return err_set(err, ST_IO, errno, __func__, "the table cannot be read: %s",
                       strerror(errno));
    }
    *name = name_of_mark(d->probe, d->probe_n);
    if (*name == NULL) {
        struct census c = {0};
        census_add(&c, d->probe, d->probe_n);
        c.bad += c.tail_n > 0 && got == 0;
        *name = name_of_census(&c, &d->guessed);
    }
    return ST_OK;
}

static enum st take_encoding(struct csv_decode *d, const char *name, struct err *err)
{
    /* A slash would hand iconv its //IGNORE, and an empty name means the locale's. */
    if (name[0] == '\0' || strchr(name, '/') != NULL || strlen(name) >= sizeof d->name) {
        return err_set(err, ST_BAD_INPUT, 0, __func__,
                       "that is not the name of an encoding; UTF-8, UTF-16 and GB18030 are");
    }
    memcpy(d->name, name, strlen(name) + 1);
    d->utf8 = strcasecmp(name, "UTF-8") == 0 || strcasecmp(name, "UTF8") == 0;
    d->unit_bytes = strncasecmp(name, "UTF-16", 6) == 0 || strncasecmp(name, "UCS-2", 5) == 0   ? 2
                    : strncasecmp(name, "UTF-32", 6) == 0 || strncasecmp(name, "UCS-4", 5) == 0 ? 4
                                                                                                : 1;
    if (d->utf8) {
        return ST_OK;
    }
    d->cd = iconv_open("UTF-8", name);
    if (d->cd == (iconv_t)-1) {
        return err_set(err, ST_BAD_INPUT, errno, __func__,
                       "this machine cannot read the encoding %s; UTF-8, UTF-16 and GB18030 "
                       "are the usual ones",
                       name);
    }
    return ST_OK;
}

/* ---- opening and closing ----------------------------------------------------------------------
 */

static enum st open_file(struct csv_decode *d, const char *path, struct err *err)
{
    bool standard = strcmp(path, "-") == 0;
    d->fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    struct stat s;
    if (d->fd < 0 || fstat(d->fd, &s) != 0) {
        return err_set(err, errno == ENOENT ? ST_NOT_FOUND : ST_IO, errno, __func__,
                       "%.90s cannot be opened: %s", path, strerror(errno));
    }
    if (S_ISDIR(s.st_mode)) {
        return err_set(err, ST_IO, EISDIR, __func__, "%.120s is a folder, not a table", path);
    }
    d->regular = S_ISREG(s.st_mode) && !standard;
    return ST_OK;
}

enum st csv_decode_open(const char *path, const char *encoding, struct csv_decode **out,
                        struct err *err)
{
    struct csv_decode *d = calloc(1, sizeof *d);
    if (d == NULL) {
        return err_set(err, ST_FULL, errno, __func__, "no memory to read a table");
    }
    d->fd = -1;
    d->cd = (iconv_t)-1;
    d->at_start = true;
    const char *name = encoding;
    enum st st = open_file(d, path, err);
    if (st == ST_OK && encoding == NULL) {
        st = d->regular ? look_at_file(d, &name, err) : look_at_pipe(d, &name, err);
    }
    if (st == ST_OK) {
        st = take_encoding(d, name, err);
    }
    if (st == ST_OK) {
        *out = d;
        d = NULL;
    }
    csv_decode_close(&d);
    return st;
}

const char *csv_decode_name(const struct csv_decode *d, bool *guessed)
{
    if (guessed != NULL) {
        *guessed = d->guessed;
    }
    return d->name;
}

void csv_decode_close(struct csv_decode **d)
{
    if (*d == NULL) {
        return;
    }
    if ((*d)->fd >= 0) {
        close((*d)->fd);
    }
    if ((*d)->cd != (iconv_t)-1) {
        iconv_close((*d)->cd);
    }
    free((*d)->probe);
    free(*d);
    *d = NULL;
}

/* ---- decoding ---------------------------------------------------------------------------------
 */

/* One broken sequence: writes the mark or '?', steps over it; the bytes written. */
static size_t put_broken(struct csv_decode *d, char *to)
{
    uint64_t offset = d->base + d->in_at;
    size_t left = d->in_n - d->in_at;
    d->in_at += left < d->unit_bytes ? left : d->unit_bytes;
    if (d->line_broken) {
        to[0] = '?';
        return 1;
    }
    d->line_broken = true;
    to[0] = (char)CSV_DECODE_BROKEN;
    char digits[20];
    (void)snprintf(digits, sizeof digits, "%012llx",
                   (unsigned long long)(offset & 0xFFFFFFFFFFFFULL));
    memcpy(to + 1, digits, CSV_DECODE_OFFSET_DIGITS);
    return 1 + CSV_DECODE_OFFSET_DIGITS;
}

/* UTF-8 needs no conversion, only the refusal of what it does not allow. *stuck: what is left in
 * the buffer is broken, or cut at its end. */
static size_t step_utf8(struct csv_decode *d, char *to, size_t cap, bool *stuck)
{
    str s = {(const char *)d->in, d->in_n};
    size_t n = 0;
    while (d->in_at < d->in_n && n + TAIL_BYTES <= cap) {
        size_t i = d->in_at;
        (void)utf8_next(s, &i);
        size_t len = i - d->in_at;
        if (len == 1 && d->in[d->in_at] >= 0x80) {
            *stuck = true;
            break;
        }
        memcpy(to + n, d->in + d->in_at, len);
        n += len;
        d->in_at = i;
    }
    return n;
}

static size_t step_iconv(struct csv_decode *d, char *to, size_t cap, bool *stuck)
{
    char *from = (char *)d->in + d->in_at, *put = to;
    size_t from_n = d->in_n - d->in_at, room = cap;
    size_t rc = iconv(d->cd, &from, &from_n, &put, &room);
    *stuck = rc == (size_t)-1 && errno != E2BIG;
    d->in_at = d->in_n - from_n;
    return cap - room;
}

/* What is stuck at in_at: cut off by the end of the buffer (then more may heal it), or broken? */
static bool is_cut(const struct csv_decode *d)
{
    if (d->at_end) {
        return false;
    }
    if (d->utf8) {
        return utf8_cut((str){(const char *)d->in, d->in_n}, d->in_at);
    }
    return errno == EINVAL;
}

/* A mark of byte order at the very beginning is not text. */
static void drop_mark(struct csv_decode *d, char *to, size_t *n)
{
    if (d->at_start && *n > 0) {
        d->at_start = false;
        if (*n >= 3 && memcmp(to, "\xEF\xBB\xBF", 3) == 0) {
            memmove(to, to + 3, *n - 3);
            *n -= 3;
        }
    }
}

enum st csv_decode_read(struct csv_decode *d, char *to, size_t cap, size_t *n, struct err *err)
{
    *n = 0;
    while (*n == 0) {
        bool stuck = false;
        size_t got = 0;
        if (d->in_at < d->in_n) {
            got = d->utf8 ? step_utf8(d, to, cap - CSV_DECODE_ROOM / 2, &stuck)
                          : step_iconv(d, to, cap - CSV_DECODE_ROOM / 2, &stuck);
        }
        bool cut = stuck && is_cut(d);
        if (got > 0 && memchr(to, '\n', got) != NULL) {
            d->line_broken = false;
        }
        drop_mark(d, to, &got);
        if (stuck && !cut) {
            got += put_broken(d, to + got);
        }
        *n = got;
        if (got == 0 && d->at_end && d->in_at == d->in_n) {
            return ST_END;
        }
        if (got == 0 && (cut || d->in_at == d->in_n)) {
            enum st st = refill(d, err);
            if (st != ST_OK) {
                return st;
            }
        }
    }
    return ST_OK;
}

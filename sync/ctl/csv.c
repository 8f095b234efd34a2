/* csv.c - see csv.h. A record is first scanned to its end and judged, then cut into fields in
 * place: so a record that turns out broken can be left behind after its first line. */
#include "sync/ctl/csv.h"

#include <stdlib.h>

#include "sync/ctl/csv_decode.h"

/* Twice a record: what lies behind the present one is moved to the front seldom. */
#define WINDOW_BYTES (2 * CSV_LINE_BYTES + 4096)

struct csv {
    struct csv_decode *decode;
    bool at_end;     /* the stream is over; what is in the window is all */
    uint32_t line;   /* of the byte at `beg` */
    size_t beg, end; /* of the window that is not consumed */
    char buf[WINDOW_BYTES];
};

/* What a scan found: a record of `n` bytes (its line break included), or why not. */
struct scan {
    size_t n;
    size_t fields;
    const char *why; /* NULL: a record */
};

enum state { FIELD, PLAIN, QUOTED, QUOTE };

enum st csv_open(const char *path, const char *encoding, struct csv **out, struct err *err)
{
    struct csv *c = malloc(sizeof *c);
    if (c == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory to read a table");
    }
    c->at_end = false;
    c->line = 1;
    c->beg = c->end = 0;
    c->decode = NULL;
    enum st st = csv_decode_open(path, encoding, &c->decode, err);
    if (st != ST_OK) {
        csv_close(&c);
        return st;
    }
    *out = c;
    return ST_OK;
}

const char *csv_encoding(const struct csv *c, bool *guessed)
{
    return csv_decode_name(c->decode, guessed);
}

void csv_close(struct csv **c)
{
    if (*c != NULL) {
        csv_decode_close(&(*c)->decode);
        free(*c);
        *c = NULL;
    }
}

/* Makes the window longer by what one read gives. At the end of the stream sets at_end. */
static enum st fill(struct csv *c, struct err *err)
{
    if (sizeof c->buf - c->end < CSV_DECODE_ROOM) {
        memmove(c->buf, c->buf + c->beg, c->end - c->beg);
        c->end -= c->beg;
        c->beg = 0;
    }
    size_t got = 0;
    enum st st = csv_decode_read(c->decode, c->buf + c->end, sizeof c->buf - c->end, &got, err);
    c->end += got;
    if (st == ST_END) {
        c->at_end = true;
        return ST_OK;
    }
    return st;
}

/* One character on; true when the record ends with it. Sets *why when it cannot be. */
static bool step(enum state *state, char ch, char next, struct scan *s)
{
    if (ch == '\n' && *state != QUOTED) {
        return true;
    }
    if (*state == QUOTED) {
        *state = ch == '"' ? QUOTE : QUOTED;
    } else if (ch == ',') {
        s->fields++;
        *state = FIELD;
    } else if (*state == QUOTE) {
        if (ch == '"') {
            *state = QUOTED;
        } else if (ch != '\r' || next != '\n') {
            s->why = "there is text between a closing quotation mark and the next comma";
        }
    } else {
        *state = *state == FIELD && ch == '"' ? QUOTED : PLAIN;
    }
    return false;
}

static const char *why_too_long(const struct csv *c, enum state state)
{
    if (state == QUOTED && memchr(c->buf + c->beg, '\n', CSV_LINE_BYTES) != NULL) {
        return "a quotation mark is opened and not closed within 64 KiB";
    }
    return "it is longer than 64 KiB";
}

/* From beg to the end of the record. */
static enum st scan(struct csv *c, struct scan *s, struct err *err)
{
    enum state state = FIELD;
    *s = (struct scan){0, 1, NULL};
    while (s->why == NULL) {
        /* One byte of foresight, for CR LF after a quotation mark. */
        while (c->end - c->beg < s->n + 2 && !c->at_end) {
            enum st st = fill(c, err);
            if (st != ST_OK) {
                return st;
            }
        }
        if (s->n == c->end - c->beg) {
            s->why = state == QUOTED ? "a quotation mark is opened and never closed" : NULL;
            return ST_OK;
        }
        if (s->n == CSV_LINE_BYTES) {
            s->why = why_too_long(c, state);
            return ST_OK;
        }
        const char *p = c->buf + c->beg + s->n++;
        if (step(&state, p[0], s->n < c->end - c->beg ? p[1] : '\n', s)) {
            return ST_OK;
        }
    }
    return ST_OK;
}

/* Leaves `n` bytes behind. */
static void consume(struct csv *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        c->line += c->buf[c->beg + i] == '\n';
    }
    c->beg += n;
}

/* To the beginning of the next line, however far that is. */
static enum st skip_line(struct csv *c, struct err *err)
{
    for (;;) {
        const char *lf = memchr(c->buf + c->beg, '\n', c->end - c->beg);
        if (lf != NULL) {
            consume(c, (size_t)(lf - (c->buf + c->beg)) + 1);
            return ST_OK;
        }
        c->beg = c->end = 0;
        if (c->at_end) {
            return ST_OK;
        }
        enum st st = fill(c, err);
        if (st != ST_OK) {
            return st;
        }
    }
}

/* What a whole record may not hold: NULL, or a refusal is set. */
static enum st judge(const struct csv *c, const struct scan *s, struct err *err)
{
    const char *p = c->buf + c->beg;
    const char *broken = memchr(p, CSV_DECODE_BROKEN, s->n);
    if (broken != NULL) {
        uint32_t line = c->line;
        for (const char *q = p; q < broken; q++) {
            line += *q == '\n';
        }
        char digits[CSV_DECODE_OFFSET_DIGITS + 1] = {0};
        memcpy(digits, broken + 1, CSV_DECODE_OFFSET_DIGITS);
        return err_set(err, ST_BAD_INPUT, 0, __func__,
                       "line %u: byte %llu of the file does not fit the encoding %s", line,
                       strtoull(digits, NULL, 16) + 1, csv_encoding(c, NULL));
    }
    if (memchr(p, '\0', s->n) != NULL) {
        return err_set(err, ST_BAD_INPUT, 0, __func__,
                       "line %u: it holds a zero byte, so this is not a table of text", c->line);
    }
    if (s->fields > CSV_COLUMNS) {
        return err_set(err, ST_BAD_INPUT, 0, __func__,
                       "line %u: it has %zu columns, at most %d are read", c->line, s->fields,
                       CSV_COLUMNS);
    }
    return ST_OK;
}

/* Cuts a judged record into fields, in place: doubled quotation marks become one. */
static void cut(char *p, size_t n, struct csv_row *row)
{
    if (n > 0 && p[n - 1] == '\n') {
        n -= n > 1 && p[n - 2] == '\r' ? 2 : 1;
    }
    size_t i = 0;
    row->n = 0;
    do {
        bool quoted = i < n && p[i] == '"';
        i += quoted;
        size_t from = i, to = i;
        while (i < n && (quoted || p[i] != ',')) {
            if (quoted && p[i] == '"') {
                i++;
                if (i == n || p[i] != '"') {
                    break;
                }
            }
            p[to++] = p[i++];
        }
        row->field[row->n++] = (str){p + from, to - from};
        i++; /* the comma */
    } while (i <= n);
}

static bool is_empty(const struct csv_row *row)
{
    for (size_t i = 0; i < row->n; i++) {
        if (row->field[i].n > 0) {
            return false;
        }
    }
    return true;
}

enum st csv_next(struct csv *c, struct csv_row *row, struct err *err)
{
    for (;;) {
        struct scan s;
        enum st st = scan(c, &s, err);
        row->line = c->line;
        row->n = 0;
        if (st != ST_OK) {
            return st;
        }
        if (s.why != NULL) {
            st = err_set(err, ST_BAD_INPUT, 0, __func__, "line %u: %s", c->line, s.why);
            struct err io;
            enum st skipped = skip_line(c, &io);
            if (skipped != ST_OK && err != NULL) {
                *err = io;
            }
            return skipped != ST_OK ? skipped : st;
        }
        if (s.n == 0) {
            return ST_END;
        }
        st = judge(c, &s, err);
        char *record = c->buf + c->beg;
        consume(c, s.n);
        if (st != ST_OK) {
            return st;
        }
        cut(record, s.n, row);
        if (!is_empty(row)) {
            return ST_OK;
        }
    }
}

/* pdf.c - see pdf.h. */
#include "sync/pdf/pdf.h"

#include "sync/pdf/sheet.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* As much of it as there is room for, no character cut in two: half a one is no text, and cairo
 * would make no file at all. */
static void put_text(str s, size_t cap, char *buf)
{
    size_t n = s.n < cap ? s.n : cap - 1;
    while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80) {
        n--;
    }
    if (n > 0) {
        memcpy(buf, s.p, n);
    }
    buf[n] = '\0';
}

static void describe(const struct pdf_report *r, cairo_surface_t *s, char *buf, size_t cap)
{
    time_t at = (time_t)(r->date_ms / 1000);
    struct tm tm;
    if (gmtime_r(&at, &tm) != NULL && strftime(buf, cap, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0) {
        cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, buf);
        cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_MOD_DATE, buf);
    }
    put_text(r->facts->number, cap, buf);
    cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_TITLE, buf);
    put_text(r->facts->company, cap, buf);
    cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_AUTHOR, buf);
}

struct sink {
    pdf_write *write;
    void *ctx;
};

static cairo_status_t take(void *ctx, const unsigned char *p, unsigned n)
{
    struct sink *s = ctx;
    return s->write(s->ctx, p, n) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static enum st draw(struct sheet *j, pdf_write *write, void *ctx, struct err *err)
{
    struct sink sink = {write, ctx};
    char buf[512];
    bool strip = j->r->paper == PDF_RECEIPT;
    cairo_surface_t *s = cairo_pdf_surface_create_for_stream(
        take, &sink, strip ? SHEET_ROLL_W : SHEET_A4_W, SHEET_A4_H);
    describe(j->r, s, buf, sizeof buf);
    j->surface = s;
    if (page_open(&j->page, s, j->w->lang)) {
        sheet_draw(j);
    }
    page_close(&j->page);
    cairo_surface_finish(s);
    cairo_status_t done = cairo_surface_status(s);
    cairo_surface_destroy(s);
    if (done == CAIRO_STATUS_SUCCESS) {
        return ST_OK;
    }
    return err_set(err, done == CAIRO_STATUS_NO_MEMORY ? ST_FULL : ST_IO, 0, "pdf_make",
                   "the PDF could not be made: %s", cairo_status_to_string(done));
}

enum st pdf_make(const struct pdf_report *r, pdf_write *write, void *ctx, struct err *err)
{
    enum st st = ST_OK;
    const char *rule = "";
    struct sheet *j = calloc(1, sizeof *j);
    size_t nlines = 1;
    for (size_t i = 0; i < r->text.n; i++) {
        nlines += r->text.p[i] == '\n';
    }
    str *lines = calloc(nlines, sizeof *lines);
    struct stroke_point *points = malloc(STROKES_POINTS_MAX * sizeof *points + 64);
    if (j == NULL || lines == NULL || points == NULL) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory for the PDF");
        goto out;
    }
    struct arena a = arena_of(points, STROKES_POINTS_MAX * sizeof *points + 64);
    j->r = r;
    j->w = words_of(r->facts->template_);
    j->lines = lines;
    j->nlines = report_lines(r->text, lines, nlines);
    if (j->nlines < 2) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "this is no report");
        goto out;
    }
    if (r->strokes.n > 0 && strokes_decode(r->strokes, &a, &j->strokes, &rule) != ST_OK) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "the strokes cannot be read: %s", rule);
        goto out;
    }
    if (r->qr.n > 0) {
        st = qr_make(r->qr, &j->qr);
        if (st != ST_OK) {
            IGNORE(err_set(err, st, 0, __func__, "the QR code does not fit") == ST_OK);
            goto out;
        }
    }
    st = draw(j, write, ctx, err);
out:
    free(points);
    free(lines);
    free(j);
    return st;
}

/* ---- into a file -------------------------------------------------------------------------------
 */

static bool to_fd(void *ctx, const uint8_t *p, size_t n)
{
    int fd = *(int *)ctx;
    while (n > 0) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno != EINTR) {
            return false;
        }
        p += k > 0 ? k : 0;
        n -= k > 0 ? (size_t)k : 0;
    }
    return true;
}

enum st pdf_file(const struct pdf_report *r, const char *path, struct err *err)
{
    char tmp[4096];
    int n = snprintf(tmp, sizeof tmp, "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof tmp) {
        return err_set(err, ST_BAD_INPUT, ENAMETOOLONG, __func__, "the path is too long");
    }
    int fd = mkstemp(tmp);
    if (fd < 0) {
        return err_set(err, ST_IO, errno, __func__, "the file cannot be written there");
    }
    enum st st = pdf_make(r, to_fd, &fd, err);
    if (st == ST_OK && (fchmod(fd, 0644) != 0 || fsync(fd) != 0)) {
        st = err_set(err, ST_IO, errno, __func__, "the file cannot be written");
    }
    if (close(fd) != 0 && st == ST_OK) {
        st = err_set(err, ST_IO, errno, __func__, "the file cannot be written");
    }
    if (st == ST_OK && rename(tmp, path) != 0) {
        st = err_set(err, ST_IO, errno, __func__, "the file cannot be put in its place");
    }
    if (st != ST_OK) {
        IGNORE(unlink(tmp) != 0); /* best effort: it is only a temporary */
    }
    return st;
}

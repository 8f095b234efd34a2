/* pdf.c - see pdf.h. */
#include "sync/pdf/pdf.h"

#include "sync/pdf/page.h"
#include "sync/pdf/words.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define A4_W 595.276
#define A4_H 841.89
#define MARGIN 40.0
#define SIDE_W 158.0 /* QR and signature: 56 mm, so that 125 modules are 0.45 mm each */
#define SIDE_GAP 20.0
#define FOOT 16.0
#define SIGN_H 96.0

static const double sizes_pt[] = {10.0, 9.5, 9.0, 8.5, 8.0, 7.5};
#define NSIZES (sizeof sizes_pt / sizeof *sizes_pt)

struct job {
    const struct pdf_report *r;
    const struct pdf_words *w;
    struct page page;
    struct qr qr;
    struct strokes strokes;
    str *lines;
    size_t nlines;
    double size; /* of the report's text */
    int pages;
};

static bool begins(str s, const char *with)
{
    size_t n = strlen(with);
    return s.n >= n && memcmp(s.p, with, n) == 0;
}

/* Bytes of the template's label: what stands in grey. A typed text's further lines have none. */
static size_t label_of(const struct job *j, str line)
{
    size_t n = strlen(j->w->colon);
    if (begins(line, "  ") || begins(line, "　　")) {
        return 0;
    }
    for (size_t i = 0; i + n <= line.n; i++) {
        if (memcmp(line.p + i, j->w->colon, n) == 0) {
            return i + n;
        }
    }
    return 0;
}

static double body_line(struct job *j, size_t i, double y, double w, bool draw)
{
    struct page_style s = {.size_pt = j->size, .hang = j->size, .label = label_of(j, j->lines[i])};
    if (i + 1 == j->nlines) { /* the amount due: the largest */
        s.size_pt = 15;
        s.bold = true;
        s.label = 0;
        y += 4;
    }
    double h = page_text(&j->page, &s, j->lines[i], MARGIN, y, w, draw);
    return h + j->size * 0.18 + (i + 1 == j->nlines ? 4 : 0);
}

/* ---- first page --------------------------------------------------------------------------------
 */

static double heading(struct job *j)
{
    double w = A4_W - 2 * MARGIN, y = MARGIN;
    struct page_style right = {.size_pt = 10, .ink = PAGE_GREY, .align = PANGO_ALIGN_RIGHT};
    struct page_style name = {.size_pt = 16, .bold = true};
    struct page_style title = {.size_pt = 13, .bold = true};
    page_text(&j->page, &right, str_c(j->w->copy), MARGIN + w - 110, y + 5, 110, true);
    double h = page_text(&j->page, &name, j->r->facts->company, MARGIN, y, w - 120, true);
    y += (j->r->facts->company.n > 0 ? h : 20) + 6;
    page_rule(&j->page, MARGIN, y, w);
    y += 10;
    return y + page_text(&j->page, &title, j->lines[0], MARGIN, y, w, true) + 8;
}

static void time_of(const struct job *j, char out[static 40])
{
    int zone = j->r->facts->utc_offset_minutes, abs = zone < 0 ? -zone : zone;
    time_t s = (time_t)(j->r->date_ms / 1000 + zone * 60);
    struct tm tm;
    char at[24];
    if (gmtime_r(&s, &tm) == NULL || strftime(at, sizeof at, "%Y-%m-%d %H:%M", &tm) == 0) {
        at[0] = '\0';
    }
    snprintf(out, 40, "%s %c%02d:%02d", at, zone < 0 ? '-' : '+', abs / 60 % 100, abs % 60);
}

static double pair(struct job *j, const char *label, str value, double x, double y)
{
    char buf[4300];
    int n = snprintf(buf, sizeof buf, "%s%s%.*s", label, j->w->colon, (int)value.n, value.p);
    struct page_style s = {.size_pt = 9, .label = strlen(label) + strlen(j->w->colon), .hang = 9};
    size_t len = n < 0 ? 0 : (size_t)n < sizeof buf ? (size_t)n : sizeof buf - 1;
    return value.n == 0 ? 0 : page_text(&j->page, &s, (str){buf, len}, x, y, SIDE_W, true) + 2;
}

static void side(struct job *j, double y)
{
    double x = A4_W - MARGIN - SIDE_W;
    struct page_style caption = {.size_pt = 9, .ink = PAGE_GREY, .align = PANGO_ALIGN_CENTER};
    struct page_style head = {.size_pt = 9, .ink = PAGE_GREY};
    if (j->qr.side > 0) {
        page_qr(&j->page, &j->qr, (struct page_box){x, y, SIDE_W, SIDE_W});
        y += SIDE_W;
        y += page_text(&j->page, &caption, str_c(j->w->scan), x, y, SIDE_W, true) + 18;
    }
    const char *what = j->w->signature;
    if (j->r->outcome != SIGN_SIGNED) {
        what = j->r->outcome == SIGN_REFUSED ? j->w->refused : j->w->absent;
        head = (struct page_style){.size_pt = 12, .bold = true};
    }
    y += page_text(&j->page, &head, str_c(what), x, y, SIDE_W, true) + 4;
    if (j->strokes.n > 0 || j->r->outcome == SIGN_SIGNED) {
        struct page_box box = {x, y, SIDE_W, SIGN_H};
        page_frame(&j->page, box);
        if (j->strokes.n > 0) {
            page_strokes(&j->page, &j->strokes, box);
        }
        y += SIGN_H + 6;
    }
    char at[40];
    time_of(j, at);
    y += pair(j, j->w->signer, j->r->signer, x, y);
    y += pair(j, j->w->time, str_c(at), x, y);
    IGNORE(pair(j, j->w->reason, j->r->reason, x, y) > 0); /* the last thing in the column */
}

static double main_width(bool first)
{
    return A4_W - 2 * MARGIN - (first ? SIDE_W + SIDE_GAP : 0);
}

/* The largest size in which all lines stand on the first page; the least one otherwise. */
static void choose_size(struct job *j, double top)
{
    for (size_t k = 0; k < NSIZES; k++) {
        double y = top;
        j->size = sizes_pt[k];
        for (size_t i = 1; i < j->nlines; i++) {
            y += body_line(j, i, y, main_width(true), false);
        }
        if (y <= A4_H - MARGIN - FOOT) {
            return;
        }
    }
    j->size = 9.0; /* on two pages there is room to be read */
}

static void footer(struct job *j, int page)
{
    char buf[80];
    struct page_style s = {.size_pt = 8, .ink = PAGE_GREY, .align = PANGO_ALIGN_RIGHT};
    if (j->pages > 1) {
        bool zh = j->r->facts->template_ == REPORT_1_ZH;
        snprintf(buf, sizeof buf, zh ? "第 %d 页 共 %d 页" : "Page %d of %d", page, j->pages);
        page_text(&j->page, &s, str_c(buf), MARGIN, A4_H - MARGIN - 4, A4_W - 2 * MARGIN, true);
    }
}

/* Lines from 1 on over as many pages as they take; drawn, or counted only. */
static int body(struct job *j, double top, bool draw)
{
    int page = 1;
    double y = top;
    struct page_style again = {.size_pt = 9, .ink = PAGE_GREY};
    for (size_t i = 1; i < j->nlines; i++) {
        double h = body_line(j, i, y, main_width(page == 1), false);
        if (y + h > A4_H - MARGIN - FOOT && y > MARGIN + 30) {
            if (draw) {
                footer(j, page);
                cairo_show_page(j->page.cr);
            }
            page++;
            y = MARGIN + 22;
            if (draw) {
                page_text(&j->page, &again, j->lines[0], MARGIN, MARGIN, main_width(false), true);
            }
        }
        y += body_line(j, i, y, main_width(page == 1), draw);
    }
    if (draw) {
        footer(j, page);
    }
    return page;
}

static void describe(const struct pdf_report *r, cairo_surface_t *s, char *buf, size_t cap)
{
    time_t at = (time_t)(r->date_ms / 1000);
    struct tm tm;
    if (gmtime_r(&at, &tm) != NULL && strftime(buf, cap, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0) {
        cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, buf);
        cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_MOD_DATE, buf);
    }
    snprintf(buf, cap, "%.*s", (int)r->facts->number.n, r->facts->number.p);
    cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_TITLE, buf);
    snprintf(buf, cap, "%.*s", (int)r->facts->company.n, r->facts->company.p);
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

static enum st draw(struct job *j, pdf_write *write, void *ctx, struct err *err)
{
    struct sink sink = {write, ctx};
    char buf[512];
    cairo_surface_t *s = cairo_pdf_surface_create_for_stream(take, &sink, A4_W, A4_H);
    describe(j->r, s, buf, sizeof buf);
    if (page_open(&j->page, s, j->w->lang)) {
        double top = heading(j);
        choose_size(j, top);
        side(j, top + 2);
        j->pages = body(j, top, false);
        body(j, top, true);
        cairo_show_page(j->page.cr);
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
    struct job *j = calloc(1, sizeof *j);
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

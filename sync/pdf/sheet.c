/* sheet.c - see sheet.h. */
#include "sync/pdf/sheet.h"

#include <cairo-pdf.h>
#include <stdio.h>
#include <time.h>

#define A4_MARGIN 40.0
#define A4_SIDE 158.0 /* QR and signature: 56 mm, so that 125 modules are 0.45 mm each */
#define A4_GAP 20.0
#define ROLL_MARGIN 11.339 /* 4 mm: what a printer of 72 mm leaves */
#define FOOT 18.0
#define SIGN_H 96.0
#define KEEP_LINES 5 /* a paragraph of no more goes to the next page whole */
#define DOT (72.0 / 25.4 / 8)

static const double sizes_pt[] = {10.0, 9.5, 9.0, 8.5, 8.0, 7.5};
#define NSIZES (sizeof sizes_pt / sizeof *sizes_pt)

static bool roll(const struct sheet *j)
{
    return j->r->paper == PDF_RECEIPT;
}

static double left(const struct sheet *j)
{
    return roll(j) ? ROLL_MARGIN : A4_MARGIN;
}

static double width(const struct sheet *j)
{
    if (roll(j)) {
        return SHEET_ROLL_W - 2 * ROLL_MARGIN;
    }
    return SHEET_A4_W - 2 * A4_MARGIN - (j->at == 1 ? A4_SIDE + A4_GAP : 0);
}

/* ---- pages -------------------------------------------------------------------------------------
 */

/* The number stands on every page, so that loose ones find each other. */
static void footer(struct sheet *j, double y)
{
    char buf[80];
    struct page_style s = {.size_pt = 8, .ink = PAGE_GREY};
    double w = (roll(j) ? SHEET_ROLL_W : SHEET_A4_W) - 2 * left(j);
    if (roll(j) && j->pages == 1) {
        return; /* one strip cannot be mixed up */
    }
    page_text(&j->page, &s, j->lines[0], left(j), y, w - 90, true);
    snprintf(buf, sizeof buf, "%s%d%s%d%s", j->w->page, j->at, j->w->of, j->pages, j->w->pages);
    s.align = PANGO_ALIGN_RIGHT;
    page_text(&j->page, &s, str_c(buf), left(j), y, w, true);
}

static void begin_page(struct sheet *j)
{
    j->y = left(j);
    j->bottom = (roll(j) ? SHEET_ROLL_H : SHEET_A4_H) - left(j) - FOOT;
    if (j->draw && roll(j)) {
        cairo_pdf_surface_set_size(j->surface, SHEET_ROLL_W, j->heights[j->at - 1]);
    }
}

static void end_page(struct sheet *j)
{
    if (roll(j) && !j->draw) {
        bool strip = j->at == 1 && j->y <= j->bottom;
        j->heights[j->at - 1] = j->y + left(j) + (strip ? 0 : FOOT);
    }
    if (j->draw) {
        footer(j, roll(j) ? j->heights[j->at - 1] - left(j) - 8 : SHEET_A4_H - A4_MARGIN - 4);
        cairo_show_page(j->page.cr);
    }
}

static void turn(struct sheet *j)
{
    if (roll(j)) {
        j->y = j->bottom + 1; /* not the last page: a whole length, with a footer */
    }
    end_page(j);
    j->at += j->at < SHEET_ROLL_PAGES || !roll(j);
    begin_page(j);
}

/* A paragraph in `w`, over as many pages as it takes. */
static void text(struct sheet *j, const struct page_style *s, str t)
{
    int from = 0, next;
    double w = width(j);
    for (;;) {
        struct page_box b = {left(j), j->y, w, 1e9};
        double whole = page_text_part(&j->page, s, t, b, false, from, &next);
        b.h = j->bottom - j->y;
        if (whole > b.h && j->y > left(j) &&
            (b.h < 3 * s->size_pt || whole < KEEP_LINES * 1.5 * s->size_pt)) {
            turn(j);
            w = from == 0 ? width(j) : w;
            continue;
        }
        j->y += page_text_part(&j->page, s, t, b, j->draw, from, &next);
        if (next == 0) {
            return;
        }
        from = next;
        turn(j);
    }
}

/* ---- the report's lines ------------------------------------------------------------------------
 */

static bool begins(str s, const char *with)
{
    size_t n = strlen(with);
    return s.n >= n && memcmp(s.p, with, n) == 0;
}

/* Bytes of the template's label: what stands in grey. A typed text's further lines have none. */
static size_t label_of(const struct sheet *j, str line)
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

static void lines(struct sheet *j)
{
    for (size_t i = 1; i < j->nlines; i++) {
        bool due = i + 1 == j->nlines; /* the amount due: the largest */
        struct page_style s = {.size_pt = due ? 15 : j->size,
                               .bold = due,
                               .hang = j->size,
                               .label = due ? 0 : label_of(j, j->lines[i])};
        j->y += due ? 4 : 0;
        text(j, &s, j->lines[i]);
        j->y += j->size * 0.18 + (due ? 4 : 0);
    }
}

/* ---- beside the lines --------------------------------------------------------------------------
 */

static void heading(struct sheet *j)
{
    double x = left(j), w = (roll(j) ? SHEET_ROLL_W : SHEET_A4_W) - 2 * x;
    struct page_style copy = {.size_pt = roll(j) ? 8 : 10, .ink = PAGE_GREY};
    struct page_style name = {.size_pt = roll(j) ? 12 : 16, .bold = true};
    struct page_style title = {.size_pt = roll(j) ? 10 : 13, .bold = true};
    copy.align = roll(j) ? PANGO_ALIGN_CENTER : PANGO_ALIGN_RIGHT;
    name.align = roll(j) ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT;
    double h = j->r->facts->company.n == 0 ? 0
                                           : page_text(&j->page, &name, j->r->facts->company, x,
                                                       j->y, w - (roll(j) ? 0 : 120), j->draw);
    if (roll(j)) {
        j->y += h + 2;
        j->y += page_text(&j->page, &copy, str_c(j->w->copy), x, j->y, w, j->draw);
    } else {
        page_text(&j->page, &copy, str_c(j->w->copy), x + w - 110, j->y + 5, 110, j->draw);
        j->y += h > 0 ? h : 20;
    }
    j->y += 6;
    if (j->draw) {
        page_rule(&j->page, x, j->y, w);
    }
    j->y += roll(j) ? 6 : 10;
    j->y += page_text(&j->page, &title, j->lines[0], x, j->y, w, j->draw) + (roll(j) ? 4 : 8);
}

static void time_of(const struct sheet *j, char out[static 40])
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

/* A labelled value of the signature; `buf` holds it. Empty: there is none. */
static str pair_text(const struct sheet *j, const char *label, str value, size_t cap, char *buf)
{
    int n = snprintf(buf, cap, "%s%s%.*s", label, j->w->colon, (int)value.n, value.p);
    size_t len = n < 0 ? 0 : (size_t)n < cap ? (size_t)n : cap - 1;
    return value.n == 0 ? (str){NULL, 0} : (str){buf, len};
}

static struct page_style pair_style(const struct sheet *j, const char *label)
{
    return (struct page_style){
        .size_pt = 9, .label = strlen(label) + strlen(j->w->colon), .hang = 9};
}

static void code(struct sheet *j, double x, double w, double *y)
{
    struct page_style caption = {.size_pt = 9, .ink = PAGE_GREY, .align = PANGO_ALIGN_CENTER};
    int across = j->qr.side + 2 * QR_QUIET;
    if (j->qr.side == 0) {
        return;
    }
    double side = w;
    if (roll(j)) { /* a module is so many whole dots of 203 dpi: no row is thicker than another */
        side = (double)(int)(w / (across * DOT)) * across * DOT;
    }
    if (j->draw) {
        page_qr(&j->page, &j->qr, (struct page_box){x + (w - side) / 2, *y, side, side});
    }
    *y += side;
    *y += page_text(&j->page, &caption, str_c(j->w->scan), x, *y, w, j->draw) + (roll(j) ? 8 : 18);
}

/* QR, signature and time: one block that no page parts. Answers where it ends. */
static double block(struct sheet *j, double x, double w, double y)
{
    struct page_style head = {.size_pt = 9, .ink = PAGE_GREY};
    const char *what = j->w->signature;
    char at[40], buf[120];
    code(j, x, w, &y);
    if (j->r->outcome != SIGN_SIGNED) {
        what = j->r->outcome == SIGN_REFUSED ? j->w->refused : j->w->absent;
        head = (struct page_style){.size_pt = 12, .bold = true};
    }
    y += page_text(&j->page, &head, str_c(what), x, y, w, j->draw) + 4;
    if (j->strokes.n > 0 || j->r->outcome == SIGN_SIGNED) {
        struct page_box box = {x, y, w, SIGN_H};
        if (j->draw) {
            page_frame(&j->page, box);
        }
        if (j->draw && j->strokes.n > 0) {
            page_strokes(&j->page, &j->strokes, box);
        }
        y += SIGN_H + 6;
    }
    time_of(j, at);
    struct page_style s = pair_style(j, j->w->time);
    str t = pair_text(j, j->w->time, str_c(at), sizeof buf, buf);
    return y + page_text(&j->page, &s, t, x, y, w, j->draw) + 2;
}

/* The words that go with the outcome: why it was not signed; what company seal a signed one has. */
static const char *outcome_label(const struct sheet *j)
{
    return j->r->outcome == SIGN_SIGNED ? j->w->seal : j->w->reason;
}

/* Who signed, or why not: below the block where there is room for it ... */
static void said(struct sheet *j, double x, double w, double y)
{
    const char *const labels[] = {j->w->signer, outcome_label(j)};
    const str values[] = {j->r->signer, j->r->reason};
    char buf[CAP_REPORT_BYTES];
    for (int k = 0; k < 2; k++) {
        struct page_style s = pair_style(j, labels[k]);
        str t = pair_text(j, labels[k], values[k], sizeof buf, buf);
        double h = t.n == 0 ? 0 : page_text(&j->page, &s, t, x, y, w, false) + 2;
        j->later[k] = y + h > SHEET_A4_H - A4_MARGIN - FOOT;
        if (t.n > 0 && !j->later[k]) {
            page_text(&j->page, &s, t, x, y, w, j->draw);
            y += h;
        }
    }
}

/* ... else after the last line. */
static void said_later(struct sheet *j)
{
    const char *const labels[] = {j->w->signer, outcome_label(j)};
    const str values[] = {j->r->signer, j->r->reason};
    char buf[CAP_REPORT_BYTES];
    for (int k = 0; k < 2; k++) {
        struct page_style s = pair_style(j, labels[k]);
        str t = pair_text(j, labels[k], values[k], sizeof buf, buf);
        if (t.n > 0 && j->later[k]) {
            text(j, &s, t);
            j->y += 2;
        }
    }
}

static void a4(struct sheet *j)
{
    double x = SHEET_A4_W - A4_MARGIN - A4_SIDE;
    heading(j);
    said(j, x, A4_SIDE, block(j, x, A4_SIDE, j->y + 2));
    lines(j);
    said_later(j);
}

static void strip(struct sheet *j)
{
    bool draw = j->draw;
    heading(j);
    lines(j);
    j->y += 6;
    j->draw = false;
    double h = block(j, left(j), width(j), 0);
    j->draw = draw;
    if (j->y + h > j->bottom) {
        turn(j);
    }
    j->y = block(j, left(j), width(j), j->y);
    j->later[0] = j->later[1] = true;
    said_later(j);
}

/* One pass: counts, or draws. */
static void run(struct sheet *j, bool draw)
{
    j->draw = draw;
    j->at = 1;
    begin_page(j);
    if (roll(j)) {
        strip(j);
    } else {
        a4(j);
    }
    end_page(j);
    j->pages = j->at;
}

void sheet_draw(struct sheet *j)
{
    j->size = 8.5;
    if (!roll(j)) {
        /* The largest size in which all stands on one page; if there is none, there is room. */
        for (size_t k = 0; k < NSIZES; k++) {
            j->size = sizes_pt[k];
            run(j, false);
            if (j->pages == 1) {
                break;
            }
        }
        j->size = j->pages == 1 ? j->size : 9.0;
    }
    run(j, false);
    run(j, true);
}

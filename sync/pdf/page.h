/* page.h - text, boxes and pictures in points on the pages of one PDF. Private to sync/pdf. */
#ifndef SYNC_PDF_PAGE_H
#define SYNC_PDF_PAGE_H
#include "core/base/slice.h"
#include "core/report/strokes.h"
#include "sync/pdf/qr.h"
#include <cairo.h>
#include <pango/pangocairo.h>

struct page_box {
    double x, y, w, h; /* points from the top left */
};
enum page_ink { PAGE_BLACK, PAGE_GREY };
struct page_style {
    double size_pt;
    bool bold;
    enum page_ink ink;
    size_t label; /* so many first bytes in grey */
    double hang;  /* further lines of a wrapped text are set in by this */
    PangoAlignment align;
};
struct page {
    cairo_t *cr;
    PangoContext *pango;
    PangoLanguage *lang;
};
/* page_open: text by the fonts of DESIGN 7, in that order, glyphs of `lang`. False: no memory. */
bool page_open(struct page *p, cairo_surface_t *surface, const char *lang);
void page_close(struct page *p);
/* page_text: lays `s` out in `w` and draws it when `draw`; answers the height. Never cut: what is
 * too long for a line is wrapped, within a word if need be. */
double page_text(struct page *p, const struct page_style *style, str s, double x, double y,
                 double w, bool draw);
/* page_text_part: the wrapped lines of the same from number `from` on, as many as fit into b.h, one
 * at least. *next: the first that did not, 0: all are there. */
double page_text_part(struct page *p, const struct page_style *style, str s, struct page_box b,
                      bool draw, int from, int *next);
void page_rule(struct page *p, double x, double y, double w);
void page_frame(struct page *p, struct page_box b);
/* page_qr: modules as rectangles, quiet zone included, in a square of side b.w. */
void page_qr(struct page *p, const struct qr *qr, struct page_box b);
/* page_strokes: the drawing, as large as fits, with its proportions. */
void page_strokes(struct page *p, const struct strokes *s, struct page_box b);
#endif

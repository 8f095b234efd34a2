/* sheet.h - where everything stands on the paper: A4, or a roll of 80 mm. Private to sync/pdf. */
#ifndef SYNC_PDF_SHEET_H
#define SYNC_PDF_SHEET_H
#include "sync/pdf/page.h"
#include "sync/pdf/pdf.h"
#include "sync/pdf/words.h"

#define SHEET_A4_W 595.276
#define SHEET_A4_H 841.89
#define SHEET_ROLL_W 226.772
/* A roll is cut where the report ends. Readers refuse pages beyond 14,400 points (PDF 1.7, annex
 * C), so what is longer goes on; 15,000 bytes of text in lines of three make five pages. */
#define SHEET_ROLL_H 14000.0
#define SHEET_ROLL_PAGES 16

struct sheet {
    const struct pdf_report *r;
    const struct pdf_words *w;
    cairo_surface_t *surface;
    struct page page;
    struct qr qr;
    struct strokes strokes;
    str *lines;
    size_t nlines;
    double size; /* of the report's text */
    int pages;   /* in all, once counted */
    /* while it is laid out */
    bool draw;
    int at;
    double y, bottom;
    bool later[2];                    /* signer, reason: there was no room beside the lines */
    double heights[SHEET_ROLL_PAGES]; /* of a roll's pages, once counted */
};
/* sheet_draw: the whole report on j->surface, whose size is that of its first page. j has r, w,
 * surface, page, qr, strokes and lines (two at least). */
void sheet_draw(struct sheet *j);
#endif

/* pdf.h - the service report on paper: the customer's copy, one renderer for handheld, server and
 * command line. cairo and pango; fonts by fontconfig in DESIGN 7's order.
 *
 * What it shows is the canonical text, line by line and unchanged, with strokes and QR beside it;
 * its own few words (customer's copy, signed by) follow the report's language. One A4 page wherever
 * the text can be read on one; else further pages: nothing is ever cut. The same input gives the
 * same bytes. No ratings, ever. Each call stands alone; any thread, one call a thread at a time. */
#ifndef SYNC_PDF_PDF_H
#define SYNC_PDF_PDF_H
#include "core/report/report.h"

/* PDF_RECEIPT: a roll of 80 mm, printed on 72; one strip as long as the report is. */
enum pdf_paper { PDF_A4, PDF_RECEIPT };
struct pdf_report {
    enum pdf_paper paper;
    const struct report_facts *facts; /* of the text: language, number, company, UTC offset */
    str text;                         /* canonical */
    enum sign_outcome outcome;
    bytes strokes;   /* core/report/strokes.h; empty: none */
    str signer;      /* name as typed at signing; may be empty */
    str reason;      /* refused or absent: in words; signed: its company seal; may be empty */
    str qr;          /* proof_qr; empty: no code */
    int64_t date_ms; /* of the sign-off's entry: creation date of the file, shown as signing time */
};
/* pdf_write: takes the file's bytes in order; false: it could not (the call then answers ST_IO). */
typedef bool pdf_write(void *ctx, const uint8_t *p, size_t n);
/* pdf_make: ST_BAD_INPUT (strokes), ST_TOO_BIG (QR beyond version 25), ST_IO, ST_FULL. */
MUST_USE enum st pdf_make(const struct pdf_report *r, pdf_write *write, void *ctx, struct err *err);
/* pdf_file: the same into a file that is there whole or not at all (temporary beside it, synced,
 * renamed into place). ST_IO, ST_FULL and as above. */
MUST_USE enum st pdf_file(const struct pdf_report *r, const char *path, struct err *err);
#endif

/* words.h - the few words that stand on the paper beside the canonical text. They follow the
 * report's language, not the interface's: hence no gettext. Private to sync/pdf. */
#ifndef SYNC_PDF_WORDS_H
#define SYNC_PDF_WORDS_H
#include "core/report/report.h"

struct pdf_words {
    const char *lang;  /* for the choice of glyphs */
    const char *colon; /* ends the label of a line */
    const char *copy, *scan, *signature, *refused, *absent, *signer, *time, *reason, *seal;
    const char *page, *of, *pages; /* around the two numbers */
};
/* words_of: static storage. */
const struct pdf_words *words_of(enum report_template t);
#endif

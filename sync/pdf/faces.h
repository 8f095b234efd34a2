/* faces.h - the typefaces of the paper, by file, in one fixed order. Private to sync/pdf. */
#ifndef SYNC_PDF_FACES_H
#define SYNC_PDF_FACES_H
#include <pango/pangocairo.h>

/* The order of DESIGN 7. Of the CJK collection the Chinese faces alone are there. */
#define FACES_FAMILIES "Noto Sans, Noto Sans CJK SC, Droid Sans Fallback"

/* faces_map: a font map of our own that knows these files and no others: neither the machine's
 * fontconfig rules nor the locale have a say. The caller unrefs it; NULL: no memory. Any thread. */
PangoFontMap *faces_map(void);
/* faces_language: whose letter shapes a run of `script` takes. Never the environment's: pango would
 * ask LANGUAGE where the report's own language does not write that script. */
PangoLanguage *faces_language(PangoScript script);
#endif

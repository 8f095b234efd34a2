/* i18n.h - every word on a screen goes through here: gettext, domain "docket".
 *
 * The C library looks a translation up by LANGUAGE as soon as the locale is not plain "C"; a fresh
 * Debian has C.UTF-8 and no zh_CN, so the locale stays C.UTF-8 and LANGUAGE carries the choice.
 * UI thread only (LANGUAGE is process-wide; other threads must not call gettext). */
#ifndef APP_UI_I18N_H
#define APP_UI_I18N_H
#include "core/base/status.h"
#include <libintl.h>

#define _(s) gettext(s)
#define N_(s) (s)

/* i18n_open: bind the domain. Catalogues are looked for in `locale_dir` (may be NULL), else in
 * locale/ and ../locale/ and ../../locale/ beside the running binary, else in /usr/share/locale.
 * Never fails: without a catalogue the msgids, which are English, stand. */
void i18n_open(const char *locale_dir);
/* i18n_use: "zh" or "en"; anything else is English. Takes effect with the next gettext(). */
void i18n_use(const char *lang);
#endif

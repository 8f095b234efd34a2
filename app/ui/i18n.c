/* i18n.c - where the catalogues lie, and which language stands. */
#include "app/ui/i18n.h"
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH = 1024, UP = 6 };

static bool has_catalogue(const char *dir)
{
    static const char *const LANG[] = {"zh", "zh_CN", "en"};
    char path[PATH + 64];
    for (size_t i = 0; i < sizeof LANG / sizeof *LANG; i++) {
        snprintf(path, sizeof path, "%s/%s/LC_MESSAGES/docket.mo", dir, LANG[i]);
        if (access(path, R_OK) == 0) {
            return true;
        }
    }
    return false;
}

/* locale/ in the binary's folder or one above it: where make leaves it. */
static bool beside(char out[static PATH])
{
    char exe[PATH - 16];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n <= 0) {
        return false;
    }
    exe[n] = '\0';
    for (int i = 0; i < UP; i++) {
        char *slash = strrchr(exe, '/');
        if (slash == NULL) {
            return false;
        }
        *slash = '\0';
        snprintf(out, PATH, "%s/locale", exe);
        if (has_catalogue(out)) {
            return true;
        }
    }
    return false;
}

void i18n_open(const char *locale_dir)
{
    char found[PATH];
    if (setlocale(LC_ALL, "C.UTF-8") == NULL) {
        setlocale(LC_ALL, "");
    }
    setlocale(LC_NUMERIC, "C");
    const char *dir = locale_dir != NULL ? locale_dir : beside(found) ? found : "/usr/share/locale";
    bindtextdomain("docket", dir);
    bind_textdomain_codeset("docket", "UTF-8");
    textdomain("docket");
}

void i18n_use(const char *lang)
{
    bool zh = lang != NULL && strncmp(lang, "zh", 2) == 0;
    const char *want = zh ? "zh_CN:zh" : "en", *now = getenv("LANGUAGE");
    if (now != NULL && strcmp(now, want) == 0) {
        return; /* every frame asks; what was looked up stays looked up */
    }
    setenv("LANGUAGE", want, 1);
    textdomain("docket"); /* makes the library forget what it looked up */
}

/* settings.c - language, text size, theme, hand, address of headquarters: a small text file beside
 * the store, readable before unlock. Nothing personal in it. A line that is not understood is left
 * alone. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/state/app_internal.h"

/* An address is printable ASCII; anything else did not come from here. */
static bool is_plain(const char *s, size_t cap)
{
    size_t n = 0;
    while (s[n] > ' ' && s[n] < 0x7F) {
        n++;
    }
    return s[n] == '\0' && n < cap;
}

static void take(struct app_settings *s, const char *key, const char *value)
{
    long n = strtol(value, NULL, 10);
    if (strcmp(key, "language") == 0 && (strcmp(value, "zh") == 0 || strcmp(value, "en") == 0)) {
        snprintf(s->lang, sizeof s->lang, "%s", value);
    } else if (strcmp(key, "scale") == 0 && n >= 100 && n <= 200) {
        s->scale_percent = (int)n;
    } else if (strcmp(key, "theme") == 0 && n >= 0 && n < UI_THEMES) {
        s->theme = (int)n;
    } else if (strcmp(key, "left") == 0) {
        s->left_hand = n != 0;
    } else if (strcmp(key, "letters") == 0) {
        s->letters = n != 0;
    } else if (strcmp(key, "lock") == 0 && n >= 1 && n <= 60) {
        s->lock_minutes = (int)n;
    } else if (strcmp(key, "address") == 0 && is_plain(value, sizeof s->address)) {
        snprintf(s->address, sizeof s->address, "%s", value);
    }
}

void settings_load(struct app *a)
{
    struct app_settings *s = &a->settings;
    memset(s, 0, sizeof *s);
    const char *env = getenv("LANG");
    snprintf(s->lang, sizeof s->lang, "%s",
             env != NULL && strncmp(env, "en", 2) == 0 ? "en" : "zh");
    s->scale_percent = 100;
    s->lock_minutes = APP_LOCK_MINUTES;
    struct stat sb;
    FILE *f = stat(a->settings_path, &sb) == 0 && S_ISREG(sb.st_mode) ? fopen(a->settings_path, "r")
                                                                      : NULL;
    if (f == NULL) {
        return;
    }
    char line[256];
    while (fgets(line, sizeof line, f) != NULL) {
        char *eq = strchr(line, '=');
        if (eq == NULL) {
            continue;
        }
        *eq = '\0';
        eq[1 + strcspn(eq + 1, "\r\n")] = '\0';
        take(s, line, eq + 1);
    }
    fclose(f);
}

bool app_settings_save(struct app *a)
{
    const struct app_settings *s = &a->settings;
    char text[256], tmp[620];
    int n = snprintf(text, sizeof text,
                     "language=%s\nscale=%d\ntheme=%d\nleft=%d\nletters=%d\nlock=%d\naddress=%s\n",
                     s->lang, s->scale_percent, s->theme, s->left_hand ? 1 : 0, s->letters ? 1 : 0,
                     s->lock_minutes, s->address);
    snprintf(tmp, sizeof tmp, "%s.new", a->settings_path);
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return false;
    }
    /* No fsync: a lost choice of theme is no lost work, and the UI thread does not wait for disks.
     */
    bool ok = write(fd, text, (size_t)n) == n;
    ok = close(fd) == 0 && ok;
    return ok && rename(tmp, a->settings_path) == 0;
}

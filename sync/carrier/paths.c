/* paths.c - see paths.h. */
#include "sync/carrier/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static bool join(char *out, size_t cap, const char *base, const char *tail)
{
    int n = snprintf(out, cap, "%s%s", base, tail);
    return n > 0 && (size_t)n < cap;
}

bool paths_device_secret(char *out, size_t cap)
{
    char dir[512];
    const char *xdg = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    if (xdg != NULL && xdg[0] == '/') {
        if (!join(dir, sizeof dir, xdg, "")) {
            return false;
        }
    } else if (home == NULL || !join(dir, sizeof dir, home, "/.config")) {
        return false;
    }
    /* A failing mkdir shows when the file is made; that error is the one with a reason. */
    mkdir(dir, 0700);
    char ours[600];
    if (!join(ours, sizeof ours, dir, "/docket")) {
        return false;
    }
    mkdir(ours, 0700);
    return join(out, cap, ours, "/device.secret");
}

/* paths.c - see paths.h. */
#include "sync/carrier/paths.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

bool paths_copies(const char *store, char *out, size_t cap)
{
    return join(out, cap, store, ".copies");
}

void paths_copies_drop(const char *store)
{
    char dir[600], path[900];
    DIR *d = paths_copies(store, dir, sizeof dir) ? opendir(dir) : NULL;
    if (d == NULL) {
        return;
    }
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        size_t n = strlen(e->d_name);
        if (n > 4 && strcmp(e->d_name + n - 4, ".pdf") == 0) {
            snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
            unlink(path);
        }
    }
    closedir(d);
}

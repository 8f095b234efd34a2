/* web_files.h - the console's files, read once at start into one table of names. A request is
 * looked up in that table by its whole address: nothing that a user sends ever becomes a path. */
#ifndef SYNC_HQ_WEB_FILES_H
#define SYNC_HQ_WEB_FILES_H
#include "core/base/status.h"

#include <stddef.h>

#define WEB_FILES_MAX 256
#define WEB_FILE_BYTES (4U << 20)

struct web_file {
    char *url;        /* "/app.js" */
    const char *type; /* static */
    void *bytes;
    size_t n;
    char etag[36];
};
struct web_files;
/* web_files_load: ASSETS/console and one folder level below it, and Debian's mustache.js and
 * chart.js; `assets` NULL: an empty table. ST_NOT_FOUND (no such folder), ST_IO, ST_TOO_BIG. */
MUST_USE enum st web_files_load(const char *assets, struct web_files **f, struct err *err);
void web_files_free(struct web_files **f); /* NULL is fine */
const struct web_file *web_files_find(const struct web_files *f, const char *url); /* NULL */
#endif

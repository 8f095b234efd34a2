/* keyfile.h - small secret files: read whole, replaced whole, 0600, durable. Private to core/keys.
 * Paths are NUL-terminated and fit CAP_PATH_BYTES. Any thread; one writer a path. */
#ifndef CORE_KEYS_KEYFILE_H
#define CORE_KEYS_KEYFILE_H
#include "core/base/caps.h"
#include "core/base/slice.h"
#include "core/base/status.h"

/* keyfile_read: the whole file into buf. ST_NOT_FOUND, ST_CORRUPT (longer than cap), ST_IO. */
MUST_USE enum st keyfile_read(const char *path, uint8_t *buf, size_t cap, size_t *n,
                              struct err *err);
/* keyfile_put: make or replace the file, such that a power cut leaves the old one or the new one
 * (temporary beside it, fsync, rename, fsync of the folder). With `fresh` a file that is there is
 * left alone: ST_EXISTS. ST_FULL (no room), ST_IO. */
MUST_USE enum st keyfile_put(const char *path, bytes content, bool fresh, struct err *err);
/* keyfile_tidy: remove what a cut keyfile_put left beside a file that is there. */
void keyfile_tidy(const char *path);
bool keyfile_exists(const char *path);
#endif

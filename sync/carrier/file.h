/* file.h - bundles as files: *.docket on a stick or a branch PC. Whole or not there at all. */
#ifndef SYNC_CARRIER_FILE_H
#define SYNC_CARRIER_FILE_H
#include "core/base/slice.h"
#include "core/base/status.h"
#include "sync/bundle/bundle.h"

/* file_write: temporary (PATH.part) beside it, synced, renamed, folder synced. mode as open(2)'s,
 * 0644 for a bundle, 0600 for keys. ST_FULL (disk), ST_LOCKED (somebody writes it already), ST_IO;
 * then `path` is as it was. */
MUST_USE enum st file_write(const char *path, bytes content, unsigned mode, struct err *err);
/* file_read: the whole file into malloc'ed memory, at most `max` bytes; the caller frees out->p.
 * ST_NOT_FOUND, ST_TOO_BIG, ST_IO. */
MUST_USE enum st file_read(const char *path, size_t max, bytes *out, struct err *err);
/* file_out: a bundle_sink that writes a file while it is made. file_out_end renames it into place
 * when `good`, else removes the temporary. */
struct file_out {
    int fd;
    char path[512], temporary[528];
};
MUST_USE enum st file_out_begin(struct file_out *f, const char *path, struct err *err);
MUST_USE enum st file_out_sink(void *ctx, bytes part, struct err *err);
MUST_USE enum st file_out_end(struct file_out *f, bool good, struct err *err);
#endif

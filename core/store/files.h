/* files.h - the file operations of the store that must survive a power cut. Of this room only.
 *
 * Paths are NUL-terminated and fit CAP_PATH_BYTES. Errors are classified once, here: a full disk is
 * ST_FULL whatever errno the kernel chose for it, all else is ST_IO. Any thread. */
#ifndef CORE_STORE_FILES_H
#define CORE_STORE_FILES_H
#include "core/base/caps.h"
#include "core/base/slice.h"
#include "core/base/status.h"

struct files_path {
    char s[CAP_PATH_BYTES];
};
/* files_join: dir + "/" + name, or dir + name when `name` begins with a dot or slash. ST_TOO_BIG.
 */
MUST_USE enum st files_join(struct files_path *out, const char *dir, const char *name,
                            struct err *err);
/* files_parent: the folder that `path` lies in ("." for a bare name). */
void files_parent(struct files_path *out, const char *path);
/* files_why: ST_FULL when `sys` or the file system of `dir` says that there is no room, ST_IO else.
 */
enum st files_why(int sys, const char *dir);
/* files_fail: err_set of files_why, with a sentence. Returns the code. */
enum st files_fail(struct err *err, int sys, const char *dir, const char *where, const char *what);
bool files_exists(const char *path);
/* files_write_all: the whole of `b` at fd's position; 0 or errno (a short write is ENOSPC). */
MUST_USE int files_write_all(int fd, bytes b);
/* files_sync_dir: make the folder's names durable. */
MUST_USE enum st files_sync_dir(const char *dir, struct err *err);
/* files_make_dir: mkdir 0700; a folder that is there is fine. */
MUST_USE enum st files_make_dir(const char *dir, struct err *err);
/* files_destroy: overwrite with zeros, sync, unlink. A file that has another name (a link), or none
 * at all, is left whole: only the name goes. An absent file is ST_OK. */
MUST_USE enum st files_destroy(const char *path, struct err *err);
/* files_destroy_dir: files_destroy of every file directly in it, then the folder. Absent: ST_OK. */
MUST_USE enum st files_destroy_dir(const char *dir, struct err *err);
/* files_free_bytes: room for an ordinary user; 0 when it cannot be asked. */
uint64_t files_free_bytes(const char *dir);
#endif

/* ctl_rotate.h - init-hq --rotate root: the root key signs its last document, its successor the
 * next. */
#ifndef SYNC_CTL_CTL_ROTATE_H
#define SYNC_CTL_CTL_ROTATE_H
#include "core/base/status.h"

struct ctl_rotate {
    const char *store, *keys; /* keys NULL: DIR.keys */
    const char *root;         /* the key in force; NULL: DIR.root */
    const char *new_root;     /* its successor, made when it is not there; NULL: DIR.root.new */
};
/* ctl_rotate_root: also while docketd runs, which is given the signed documents and no key. The new
 * key is on disk before anything names it; a run that was cut off is run again and ends the same.
 * Says on stdout what to do with the two files. ST_NOT_FOUND, ST_FORBIDDEN, ST_CORRUPT (a key
 * file), ST_WRONG_PARTY (not the root in force), ST_TOO_BIG, ST_IO, or as ctl_call: then the root
 * in force is the old one. */
MUST_USE enum st ctl_rotate_root(const struct ctl_rotate *how, struct err *err);
#endif

/* parts.h - large attachments on their way in: chunks kept until the whole is there.
 *
 * Rows of T_WANT: name -> manifest (empty: not even that came), name and index -> chunk. What came
 * stays over a cut, so the next exchange asks from there. At headquarters they are sealed under the
 * key of `subject` (store_part_put): erasing it erases them. In the caller's write transaction. */
#ifndef SYNC_ENGINE_PARTS_H
#define SYNC_ENGINE_PARTS_H
#include "core/store/store.h"
#include "sync/bundle/manifest.h"

/* parts_want: an entry names it and it is not here. Held or forgotten ones are left alone. */
MUST_USE enum st parts_want(struct store_txn *t, h32 name, struct err *err);
/* parts_begin: its manifest came. ST_EXISTS: held or forgotten already, the chunks may be skipped.
 * ST_NOT_FOUND: no entry names it, it is not kept. ST_BAD_FORM. */
MUST_USE enum st parts_begin(struct store_txn *t, bytes manifest, id16 subject, struct arena tmp,
                             struct err *err);
/* parts_chunk: one chunk. *done when it was the last one and the attachment is held now.
 * ST_BAD_SIGNATURE (not what the manifest says), ST_NOT_FOUND (no manifest came), ST_EXISTS. */
MUST_USE enum st parts_chunk(struct store_txn *t, h32 name, unsigned index, bytes chunk,
                             id16 subject, struct arena tmp, bool *done, struct err *err);
/* parts_done: it came another way: forget that it was wanted. */
MUST_USE enum st parts_done(struct store_txn *t, h32 name, struct err *err);
/* parts_wanted: up to `max` names that are not here, each with how many chunks are. */
MUST_USE enum st parts_wanted(struct store_txn *t, struct manifest_want *out, unsigned max,
                              unsigned *n, struct err *err);
/* parts_send: manifest (unless `from` > 0) as an item is the caller's; this writes its chunks from
 * `from` on, at most `budget` bytes, and takes what it wrote off it. *all: the last was written. */
struct bundle_writer;
MUST_USE enum st parts_send(struct store_txn *t, struct bundle_writer *w, h32 name, unsigned from,
                            struct arena tmp, uint64_t *budget, bool *all, struct err *err);
#endif

/* keytable.h - headquarters' keys of subjects, in a file outside the environment.
 *
 * File: a CBOR sequence of [subject bstr16, key id bstr8, key bstr32], 0600. A new key is appended
 * and synced before the transaction that uses it commits; an erasure rewrites the file whole and
 * destroys the old one. The key id is the first 8 bytes of BLAKE2b-256 over subject and key, so
 * that a torn tail is told from a key. Lookups from any thread; all else from the writer's. */
#ifndef CORE_STORE_KEYTABLE_H
#define CORE_STORE_KEYTABLE_H
#include "core/base/ids.h"
#include "core/base/status.h"

#include <stdatomic.h>

struct keytable_row {
    id16 subject;
    id8 id;
    uint8_t key[32];
};
struct keytable {
    const char *path;          /* the store's; NULL: no table (a device) */
    struct keytable_row *rows; /* sodium_malloc; in the order of the file */
    uint32_t *by_id;           /* open addressing, 2 x cap places, row number + 1 */
    uint32_t *by_subject;      /* likewise: the subject's newest key */
    size_t n, cap, durable;    /* rows in memory, room, rows in the file */
    size_t damaged;            /* rows of the file that are none: kept as blanks, in no index */
    bool writer;
    uint64_t file_ino; /* of the file as read: a reader reloads when it changed */
    uint64_t file_bytes;
    atomic_flag busy;
};

/* keytable_create: an empty file, synced. One that is there stays as it is. */
MUST_USE enum st keytable_create(const char *path, struct err *err);
/* keytable_open: load. As writer also: cut a torn tail, remove what an interrupted erasure left.
 * ST_NOT_FOUND, ST_CORRUPT, ST_FULL (memory), ST_IO. */
MUST_USE enum st keytable_open(struct keytable *k, const char *path, bool writer, struct err *err);
void keytable_close(struct keytable *k); /* wipes */
/* keytable_find: by key id; false: erased (or never here). */
bool keytable_find(struct keytable *k, id8 id, uint8_t key[static 32]);
/* keytable_of: the subject's newest key, made (in memory) when there is none or `fresh`. */
MUST_USE enum st keytable_of(struct keytable *k, id16 subject, bool fresh, id8 *id,
                             uint8_t key[static 32], struct err *err);
/* keytable_flush: append what is new, synced. On failure the file is as before. */
MUST_USE enum st keytable_flush(struct keytable *k, struct err *err);
/* keytable_drop: rewrite without the subject's keys but `keep` (NULL: none stays); destroy the old.
 */
MUST_USE enum st keytable_drop(struct keytable *k, id16 subject, const id8 *keep, struct err *err);
#endif

/* store.h - the LMDB environment of one device or one headquarters node: tables, seals, one writer.
 *
 * Knows LMDB and seals; knows bytes, hashes and keys, not what entries mean: journal/append.h and
 * fold/refold.h put meaning on top. Order of use: store_create once, store_open, transactions,
 * store_close. Threads: one write transaction at a time, all from one thread (the caller's writer
 * thread); read transactions from any thread, each used by the thread that began it. No transaction
 * may cross a frame, a wait or a callback to strangers. Slices from a transaction's getters live in
 * the arena that the caller passed (values are unsealed into it). Processes:
 * store_open(STORE_WRITE) takes an exclusive flock on DIR/lock; STORE_READ does not. Layout of DIR:
 * lock, slots (keys/slots.h), env/data.mdb, env/lock.mdb, att/<hex> (large sealed attachments); HQ
 * only, beside DIR: the table of subject keys (keytable.h). While store_compact runs, or was cut:
 * env.new, env.old, slots.new, slots.old; the next writer finishes or undoes it. One process opens
 * one DIR once at a time (an LMDB rule); several DIRs are fine. */
#ifndef CORE_STORE_STORE_H
#define CORE_STORE_STORE_H
#include "core/base/arena.h"
#include "core/base/caps.h"
#include "core/base/ids.h"
#include "core/base/status.h"

struct store;
struct store_txn;
enum store_side { STORE_DEVICE = 1, STORE_HQ = 2 };
enum store_mode { STORE_READ = 1, STORE_WRITE = 2 };

struct store_options {
    enum store_side side;
    enum store_mode mode;
    uint64_t map_bytes; /* 0: the side's cap; tests set less */
    const uint8_t
        *data_key; /* 32 bytes; copied into locked memory; NULL only for store_create's own */
    const uint8_t *own_key; /* 32 bytes, likewise copied: seals what the data key must not open;
                             * NULL, or all zero: none */
    const char
        *keytable_path;     /* HQ: file of subject keys; NULL: `DIR.keytable`. Not for a device */
    const char *slots_path; /* store_create: a slots file made beforehand (slots_create), moved to
                             * DIR/slots in the same step, gone when that fails; NULL: none. Ignored
                             * by store_open */
};

/* store_create: make DIR complete in DIR.new, synced, renamed into place. ST_EXISTS when DIR is
 * there, ST_LOCKED (another process is making it), ST_FULL (disk), ST_IO. On failure nothing is
 * left, unless DIR is there: then only the last sync failed. What a kill left is taken away. */
MUST_USE enum st store_create(const char *dir, const struct store_options *opt, struct err *err);
/* store_discard: remove a store that was made and never used, and its key table's file when
 * `keytable_path` is not NULL. One that holds large attachments is not removed. */
void store_discard(const char *dir, const char *keytable_path);
/* store_destroy: of a device that was revoked; closed. The slots go first, overwritten: from then
 * on nothing opens the rest, which goes too. After a cut the same call goes on. Absent: ST_OK. */
MUST_USE enum st store_destroy(const char *dir, struct err *err);
/* store_open: ST_NOT_FOUND, ST_LOCKED (another process writes), ST_CORRUPT, ST_IO,
 * ST_WRONG_PIN when data_key does not open the store's check value; ST_NEWER: a newer version made
 * it, nothing was changed. An older store opens for writing, and nothing can be written to it until
 * store_upgrade (rebuild.h) has run; for reading it is ST_OLDER. *s is NULL on failure. */
MUST_USE enum st store_open(const char *dir, const struct store_options *opt, struct store **s,
                            struct err *err);
void store_close(struct store **s); /* NULL is fine; wipes keys; a clean close is noted on disk */
const char *store_dir(const struct store *s);
const uint8_t *store_own_key(const struct store *s); /* 32 bytes; NULL: opened without */
enum store_side store_side(const struct store *s);
bool store_was_unclean(const struct store *s); /* the last writer ended without close */
/* store_is_older: its layout or what computed its states is not this version's: see store_open. */
bool store_is_older(const struct store *s);

/* Begin: ST_BUG when a write transaction is open already on this store; ST_IO after a failed sync
 * until the store was reopened; ST_OLDER: store_upgrade is due. */
MUST_USE enum st store_read(struct store *s, struct store_txn **t, struct err *err);
MUST_USE enum st store_write(struct store *s, struct store_txn **t, struct err *err);
/* store_commit: durable (fsynced) on ST_OK. ST_FULL: nothing was written, the store is usable.
 * ST_IO: unknown; the store refuses writing until reopened. *t is NULL afterwards in every case.
 * Of a read transaction: did every read succeed? Whoever took a failed one for an empty place hears
 * it here (ST_IO, ST_CORRUPT), before he acts on what he read. */
MUST_USE enum st store_commit(struct store_txn **t, struct err *err);
void store_abort(struct store_txn **t); /* NULL is fine; ends read transactions too */

/* --- tables ------------------------------------------------------------------------------------
 * One generic door; every value is sealed (AD = table name, key). Table keys hold no personal data.
 */
enum table {
    T_META = 1, /* short ASCII names */
    T_ENTRY,    /* author8 epoch8 seq_be8 branch1 -> COSE bytes */
    T_HASH,     /* entry hash 32 -> T_ENTRY key */
    T_SUBJECT,  /* subject16 hlc_be8 hash32 -> T_ENTRY key: a subject's entries in fold order */
    T_STATE,    /* subject16 -> state CBOR (fold) */
    T_LIST,     /* list1 ... -> small row; rebuilt from T_STATE (fold/lists.h) */
    T_CODE,     /* type1 BLAKE2b-128 keyed(code) -> (subject16 time8)*: books' ids */
    T_HEAD,     /* author8 epoch8 -> chain head, fork marks (CBOR) */
    T_CERT,     /* author8 -> certificate */
    T_RECEIPT,  /* author8 epoch8 -> newest verified (device) or issued (HQ) receipt */
    T_REVOKED,  /* author8 -> revocation */
    T_ATT,      /* attachment32 -> manifest and, when small, content; HQ: under the subject's key */
    T_ATTREF,   /* attachment32 -> subjects that name it, first entry; reason when forgotten */
    T_WANT,     /* attachment32 -> chunks still missing (HQ), or to be fetched (device) */
    T_DRAFT,    /* subject16 name -> draft */
    T_OUT,      /* author8 place_be8 -> entry hash, mark (HQ outboxes) */
    T_SCOPE,    /* author8 subject16 -> held since (HQ: what a device holds) */
    T_CODE_ENROL, /* enrolment id -> pending enrolment (HQ) */
    T_ODD,        /* quarantine: what came in and could not be kept as an entry, with the reason */
    T_SAID,       /* author8 epoch8 ~seq_be8 -> nothing: entries that say evidence (layout 2) */
    TABLES
};
/* In a write transaction a read that fails, too (not: finds nothing, or a value whose seal is
 * broken) leaves only store_abort: store_commit repeats the failure. So a caller who takes a failed
 * read for an empty place makes nothing durable of it.
 *
 * store_put: insert or replace. ST_FULL, ST_TOO_BIG (key over 100 bytes, value over CAP_TXN_BYTES).
 */
MUST_USE enum st store_put(struct store_txn *t, enum table table, bytes key, bytes value,
                           struct err *err);
/* store_put_new: the same, but ST_EXISTS, and nothing changed, when the key is there. */
MUST_USE enum st store_put_new(struct store_txn *t, enum table table, bytes key, bytes value,
                               struct err *err);
/* store_get: value unsealed into `a`. ST_NOT_FOUND; ST_CORRUPT: this value alone is damaged. */
MUST_USE enum st store_get(struct store_txn *t, enum table table, bytes key, struct arena *a,
                           bytes *value, struct err *err);
bool store_has(struct store_txn *t, enum table table, bytes key);
MUST_USE enum st store_del(struct store_txn *t, enum table table, bytes key, struct err *err);
uint64_t store_count(struct store_txn *t, enum table table);

/* Cursor over keys with a prefix, ascending (store_scan). In a write transaction do not change the
 * table while iterating (collect first). The key slice is valid until the next step. `err` of
 * store_scan is where store_next says why it failed: it lives until store_scan_end. */
struct store_cursor;
MUST_USE enum st store_scan(struct store_txn *t, enum table table, bytes prefix, bytes from,
                            struct store_cursor **c,
                            struct err *err); /* from: empty, or start key */
/* store_scan_down: the same, descending: from the greatest key with the prefix that is below
 * `below` (empty: from the greatest of all). */
MUST_USE enum st store_scan_down(struct store_txn *t, enum table table, bytes prefix, bytes below,
                                 struct store_cursor **c, struct err *err);
MUST_USE enum st store_next(struct store_cursor *c, bytes *key); /* ST_OK or ST_END or ST_IO */
/* store_value: unseal the current value. */
MUST_USE enum st store_value(struct store_cursor *c, struct arena *a, bytes *value,
                             struct err *err);
void store_scan_end(struct store_cursor **c);
/* store_last: greatest key with the prefix. ST_NOT_FOUND. Key is copied into `a`. */
MUST_USE enum st store_last(struct store_txn *t, enum table table, bytes prefix, struct arena *a,
                            bytes *key, struct err *err);
struct store *store_of(const struct store_txn *t); /* the store that a transaction is of */
/* store_code_key: the T_CODE key of a code (keyed hash: codes are not readable in the file). */
void store_code_key(const struct store *s, unsigned type, bytes code, uint8_t out[static 17]);

/* --- attachments --------------------------------------------------------------------------------
 */
struct att_view;
/* store_att_put: keep manifest and content (checked against each other). Small ones go into T_ATT
 * in this transaction; larger ones are a sealed file, synced with its folder before this returns
 * (an orphan if the transaction aborts; removed at the next open). `subject`: whose key seals it
 * (HQ). Putting one that is there is ST_OK (a damaged one is mended). ST_EXISTS when it was
 * forgotten: it is not taken back. ST_BAD_FORM, ST_BAD_SIGNATURE: content and manifest do not
 * agree. ST_FULL for a large one also when it would touch the reserve (CAP_RESERVE_BYTES). */
MUST_USE enum st store_att_put(struct store_txn *t, bytes manifest, bytes content, id16 subject,
                               struct err *err);
/* store_att_get: content into `a`; manifest too (NULL: not wanted). ST_NOT_FOUND (never had, still
 * wanted), ST_REVOKED when forgotten (err->text says by which rule). */
MUST_USE enum st store_att_get(struct store_txn *t, h32 name, struct arena *a, bytes *manifest,
                               bytes *content, struct err *err);
/* store_att_manifest: the manifest alone, into `a` (CAP_MANIFEST_BYTES and a small content fit);
 * answers as store_att_get. */
MUST_USE enum st store_att_manifest(struct store_txn *t, h32 name, struct arena *a, bytes *manifest,
                                    struct err *err);
/* store_att_read: one chunk of a held attachment into buf (CAP_CHUNK_BYTES). */
MUST_USE enum st store_att_read(struct store_txn *t, h32 name, unsigned chunk, uint8_t *buf,
                                size_t *n, struct err *err);
enum att_state { ATT_ABSENT = 0, ATT_HELD = 1, ATT_FORGOTTEN = 2 };
enum att_state store_att_state(struct store_txn *t, h32 name);
/* store_att_mark: of a forgotten attachment: the entry that ordered it, the rule, the time. False
 * when it is not forgotten, or its key went without a mark. */
bool store_att_mark(struct store_txn *t, h32 name, h32 *by_entry, unsigned *rule, int64_t *when_ms);
/* store_att_forget: drop the content, keep the mark (entry hash that ordered it, rule, time). On
 * a device the bytes go with store_compact; at headquarters with store_keytable_erase, which the
 * next writer's open runs (keeping what is still held) when nobody has called it. ST_OK when it is
 * forgotten already, and for one that was never held: it will not be taken. */
MUST_USE enum st store_att_forget(struct store_txn *t, h32 name, h32 by_entry, unsigned rule,
                                  int64_t when_ms, struct err *err);
#define STORE_KEEP_HELD SIZE_MAX /* as `nkeep`: all that is still held; reads every attachment */
/* store_keytable_erase (HQ): make a new key for attachments that stay, and destroy the subject's
 * old key: rewrites the key table whole (temporary, fsync, rename, the old file overwritten and
 * unlinked). Attachments named in `keep` are sealed again under the new key first. After it no copy
 * of the environment opens the rest. Own transactions: none may be open. Cut at any point, the next
 * writer's open finishes it. ST_IO: reopen; other failures leave it as it was. */
MUST_USE enum st store_keytable_erase(struct store *s, id16 subject, const h32 *keep, size_t nkeep,
                                      struct err *err);
/* store_compact: copy every value into a new environment under a new data key, swap by rename, and
 * destroy the old one (device: after forgetting, before the next lock or exit). The store is
 * reopened in place. `wrap` as slots_open_wrap gave it; the slots file is rewritten in the same
 * step such that a crash at any point leaves one openable store. Values whose seal does not hold
 * are left behind and counted (store_check). ST_CONFLICT: a transaction is open. ST_FULL: no room
 * for the copy, the store is as before. ST_IO: reopen, with the key that the slots file then gives.
 */
MUST_USE enum st store_compact(struct store *s, unsigned slot_kind, const uint8_t *wrap,
                               struct err *err);
/* Parts of an attachment on its way in, in T_WANT under a key of the caller's: at headquarters
 * sealed under the subject's key, so that erasing it erases them; on a device as any value. put:
 * ST_TOO_BIG (more than a chunk), else as store_put; an empty value says only that it is wanted.
 * get: ST_REVOKED when the key was destroyed, ST_CORRUPT, else as store_get. */
MUST_USE enum st store_part_put(struct store_txn *t, bytes key, bytes value, id16 subject,
                                struct err *err);
MUST_USE enum st store_part_get(struct store_txn *t, bytes key, struct arena *a, bytes *value,
                                struct err *err);
bool store_compact_due(struct store_txn *t); /* something was forgotten since the last one */

/* --- free space ----------------------------------------------------------------------------------
 */
struct store_space {
    uint64_t used_bytes, free_bytes;
    bool in_reserve; /* less than CAP_RESERVE_BYTES free: refuse large attachments first */
};
MUST_USE enum st store_space(const struct store *s, struct store_space *out);
#endif

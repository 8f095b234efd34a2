/* inside.h - what the files of core/store share. Nobody else includes it, but its own tests. */
#ifndef CORE_STORE_INSIDE_H
#define CORE_STORE_INSIDE_H
#include "core/keys/seal.h"
#include "core/store/files.h"
#include "core/store/keytable.h"
#include "core/store/store.h"

#include <lmdb.h>
#include <stdatomic.h>

/* Rows of T_META that are this room's own. */
#define META_CHECK "store.check"     /* proves the data key; holds the key of codes */
#define META_COMPACT "store.compact" /* something was forgotten since the last compaction */
#define META_LOST "store.lost"       /* values that compaction could not carry over, in digits */
#define META_MEND "store.mend"       /* salvaged; what is derived is due. NOTE_NUMBERS of them */
#define META_DOUBT "store.doubt"     /* salvaged; the own chain's end may be missing */
#define META_LAYOUT "store.layout"   /* struct store_layout, 4 bytes each, most significant first */
#define META_ERASE "store.erase."    /* + subject in hex: its old keys must still be destroyed */
#define META_ERASE_BYTES (sizeof META_ERASE - 1 + 32)

#define NOTE_NUMBERS 6
#define LOCK_CLOSED '-' /* first byte of DIR/lock: the last writer closed, and met no damage */
#define LOCK_WRITING 'w'

/* One body of a T_ATT row, sealed and laid out, and one sealed chunk, fit each half. */
#define SCRATCH_BYTES (CAP_CHUNK_BYTES + 256)

struct store_cursor {
    MDB_cursor *mc; /* NULL: free */
    struct store_txn *t;
    enum table table;
    struct err *err;    /* of store_scan's caller: store_next says there why it failed */
    bool started, down; /* down: descending, from below the start; no start: from the end */
    uint8_t prefix[CAP_STORE_KEY_BYTES];
    size_t prefix_n;
    uint8_t key[CAP_STORE_KEY_BYTES]; /* the start, then the current key */
    size_t key_n;
};

struct store_txn {
    atomic_bool used;
    struct store *s;
    MDB_txn *txn;
    bool write;
    bool sweep;          /* a large attachment was forgotten: its file goes after the commit */
    struct seal_run run; /* of this write transaction's values */
    enum st broken;      /* a read, put or delete failed: only abort is left, commit says so */
    struct store_cursor cursors[CAP_STORE_CURSORS];
};

/* Which tables there are and what lies in them; and what computed T_STATE, T_LIST and T_CODE.
 * Without the row: layout 1. A layout is raised when tables or rows change, FOLD_VERSION and
 * LISTS_VERSION (fold/) when only what is derived does. */
#define STORE_LAYOUT 2
#define LAYOUT_1_TABLES 20 /* those before T_SAID */
struct store_layout {
    uint32_t layout, fold, lists;
};

/* A test's ear at the named steps of compaction and erasure; never set outside tests. */
struct store_hook {
    void (*at)(void *ctx, const char *step);
    void *ctx;
};

/* All of it lies in sodium_malloc memory: locked, guarded, wiped when freed. */
struct store {
    char dir[CAP_PATH_BYTES];
    char keytable_path[CAP_PATH_BYTES];
    enum store_side side;
    enum store_mode mode;
    uint64_t map_bytes;
    int lock_fd; /* -1: a reader */
    bool unclean;
    bool older;         /* nothing is written but by store_rebuild, which makes it this version's */
    atomic_bool failed; /* a sync failed: no writing until reopened */
    atomic_bool suspect; /* damage was met: the next open is to look through all of it */
    MDB_env *env;
    MDB_dbi dbi[TABLES];
    uint8_t key[32];
    uint8_t own_key[32];  /* zero: none */
    uint8_t code_key[32]; /* random, kept in T_META: outlives a change of data key */
    uint8_t *map;         /* of the environment's file; NULL: not known, or headquarters */
    size_t page_bytes;    /* of the map */
    atomic_uint touches;  /* keys and values read since the map was let go of */
    atomic_long faults;   /* of the process, when it was */
    struct keytable kt;   /* headquarters only */
    struct store_hook hook;
    struct store_txn writer;
    struct store_txn readers[CAP_STORE_READERS];
    uint8_t scratch[2][SCRATCH_BYTES]; /* the writer's */
};

/* An environment that is not (yet) the store's own: creation and compaction. */
struct env_at {
    MDB_env *env;
    MDB_dbi dbi[TABLES]; /* 0: a table that an older layout does not have */
    struct store_layout layout;
};

/* env.c: open `dir` with all tables (made when `create`); env_close is idempotent. */
MUST_USE enum st env_open(struct env_at *e, const char *dir, enum store_side side, bool read_only,
                          bool create, uint64_t map_bytes, struct err *err);
void env_close(struct env_at *e);
/* env_fail: the meaning of an LMDB or errno code. `dir` for the question whether the disk is full.
 */
enum st env_fail(struct err *err, int rc, const char *dir, const char *where, const char *what);
/* env_check_put/get: the sealed row that proves the data key, and the key of codes. ST_WRONG_PIN.
 */
MUST_USE enum st env_check_put(struct env_at *e, MDB_txn *txn, const uint8_t key[static 32],
                               enum store_side side, const uint8_t code_key[static 32],
                               const char *dir, struct err *err);
MUST_USE enum st env_check_get(struct env_at *e, const uint8_t key[static 32], enum store_side side,
                               uint8_t code_key[static 32], const char *dir, struct err *err);
/* env_settle: which of DIR/env and DIR/env.new the data key opens; a writer finishes or undoes an
 * interrupted compaction first, so that it is DIR/env. *e is open on ST_OK. */
MUST_USE enum st env_settle(struct env_at *e, const struct store *s, uint8_t code_key[static 32],
                            struct err *err);
extern const char *const env_table_names[TABLES];

#define LAYOUT_NEWER_WORDS                                                                         \
    "the store was made by a newer version of Docket than this one; nothing was changed"
/* layout.c: layout_put_first: the row of this version, for the first transaction of a new
 * environment. layout_read: that of e->env into e->layout; ST_NEWER, ST_CORRUPT (also: a table is
 * missing). layout_is_older, layout_reader_may: what an open makes of it. layout_tables: make the
 * tables that are missing, layout_put: write the row, both in store_rebuild's transaction. */
MUST_USE enum st layout_put_first(struct env_at *e, MDB_txn *txn, const uint8_t key[static 32],
                                  const char *dir, struct err *err);
MUST_USE enum st layout_read(struct env_at *e, const uint8_t key[static 32], const char *dir,
                             struct err *err);
bool layout_is_older(const struct store_layout *l);
MUST_USE enum st layout_reader_may(const struct store_layout *l, struct err *err);
MUST_USE enum st layout_tables(struct store_txn *t, struct err *err);
MUST_USE enum st layout_put(struct store_txn *t, struct err *err);
/* layout_check: the row as it lies in a file that is looked through: ST_NEWER, else ST_OK. *has:
 * it holds, and is of layout 2 or more. */
MUST_USE enum st layout_check(const uint8_t key[static 32], bytes sealed, bool *has,
                              struct err *err);

/* salvage.c: finish or undo a salvage that was cut. A writer's open, and a salvage, begin so. */
MUST_USE enum st salvage_settle(const char *dir, struct err *err);

/* resident.c: find the map after an environment was opened; let go of its pages now and then. */
void resident_find(struct store *s);
void resident_after_read(struct store *s);

/* tables.c: associated data of a value: table number, then the key. */
#define AD_BYTES (1 + CAP_STORE_KEY_BYTES)
bytes store_ad(enum table table, bytes key, uint8_t buf[static AD_BYTES]);
MUST_USE enum st store_txn_fail(struct store_txn *t, struct err *err, int rc, const char *where,
                                const char *what);

/* A row of T_ATT: kind 1 | held: subject 16, key id 8, body | forgotten: entry 32, rule 4, time 8.
 * Body: length of manifest 2, manifest, then content (small) or the file's own key (large). At
 * headquarters the body is sealed under the subject's key; then the row, as any value. */
enum row_kind { ROW_SMALL = 1, ROW_LARGE = 2, ROW_FORGOTTEN = 3 };
#define ROW_HEAD_BYTES 25
#define ROW_MARK_BYTES 45
/* Largest row: a large attachment's manifest and key, sealed. */
#define ROW_MAX_BYTES (ROW_HEAD_BYTES + SEAL_OVERHEAD + 2 + CAP_MANIFEST_BYTES + 32)
struct att_row {
    enum row_kind kind;
    id16 subject;
    id8 key_id;
    bytes body; /* as it lies in the row: sealed at headquarters */
    bytes manifest, rest;
    h32 by_entry;
    unsigned rule;
    int64_t when_ms;
};
/* att_row.c: the outer row; ST_NOT_FOUND, ST_CORRUPT. */
MUST_USE enum st att_row_get(struct store_txn *t, h32 name, struct arena *a, struct att_row *r,
                             struct err *err);
/* and its body: ST_REVOKED when forgotten, or when its key is no more. */
MUST_USE enum st att_row_open(struct store_txn *t, h32 name, struct arena *a, struct att_row *r,
                              struct err *err);
/* Writes a held row; sealed under the subject's newest key at headquarters. r: kind, subject,
 * manifest, rest, none of them in the writer's scratch[0]. */
MUST_USE enum st att_row_put(struct store_txn *t, h32 name, const struct att_row *r,
                             struct err *err);
MUST_USE enum st att_row_mark(struct store_txn *t, h32 name, const struct att_row *r,
                              struct err *err);

/* att_file.c: the sealed file of a large attachment; sweep removes files that no row names. */
MUST_USE enum st att_file_write(struct store *s, h32 name, const uint8_t key[static 32],
                                bytes content, struct err *err);
/* One chunk into out (which holds n, its exact length). ST_NOT_FOUND, ST_CORRUPT, ST_IO. */
MUST_USE enum st att_file_read(const struct store *s, h32 name, const uint8_t key[static 32],
                               unsigned chunk, uint8_t *out, size_t n, struct err *err);
bool att_file_whole(const struct store *s, h32 name, uint64_t length);
MUST_USE enum st att_file_sweep(struct store *s, struct err *err);

/* forget.c: finish an erasure that a crash cut. */
MUST_USE enum st forget_resume(struct store *s, struct err *err);
MUST_USE enum st forget_note(struct store_txn *t, id16 subject, struct err *err);

/* store_hook_set: whom store_step tells (tests only). store_step: a named step was reached. */
void store_hook_set(struct store *s, void (*at)(void *ctx, const char *step), void *ctx);
void store_step(const struct store *s, const char *step);
#endif

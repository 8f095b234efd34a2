/* pages.h - LMDB's file read page by page with every bound checked, for a store that is damaged.
 *
 * LMDB maps its file and believes what lies in it: a damaged page can end the process. This reader
 * uses pread alone, checks each number before it is used, visits no page twice and never writes;
 * whatever the file holds, it ends, and answers with what could be read. It knows the layout of
 * 0.9 on a machine like this one: two meta pages (16 bytes of page header, then magic, version, two
 * trees' descriptions, last page, transaction), branch and leaf pages (offsets behind the header,
 * nodes of 8 bytes and data), overflow pages. What values mean is the caller's. Of this room only.
 */
#ifndef CORE_STORE_PAGES_H
#define CORE_STORE_PAGES_H
#include "core/base/arena.h"
#include "core/base/status.h"

#define PAGES_DEPTH 32 /* LMDB's own bound of a tree */

struct pages_tree { /* of one table */
    uint64_t root;  /* PAGES_NONE: empty */
    uint64_t entries;
    unsigned depth;
};
#define PAGES_NONE (~(uint64_t)0)
struct pages_meta {
    bool ok;
    uint64_t txn, last_page;
    struct pages_tree free_list, main;
};
struct pages {
    int fd;
    size_t page_bytes;
    uint64_t count; /* whole pages in the file */
    struct pages_meta meta[2];
    int newest; /* -1: neither meta page is one */
    uint8_t *level[PAGES_DEPTH + 1];
    uint8_t *value; /* of an overflow value */
    size_t value_bytes;
    uint8_t *seen, *free; /* bits by page */
    uint64_t bits;        /* pages that the bits are for; beyond, nothing is known */
    uint64_t bad;         /* pages and nodes that could not be believed */
    bool free_known;      /* the list of free pages was read whole */
    bool integers;        /* the keys of the tree in hand are numbers, not strings */
    uint64_t told;        /* values of the tree in hand */
};
/* One value (or, with `tree` not NULL, one table) of a walk; both views are valid during the call.
 * ST_NOT_FOUND: it is not what this tree should hold, and its page may be another's: it is not
 * taken as seen. Any other failure ends the walk. */
struct pages_sink {
    enum st (*value)(void *ctx, bytes key, bytes value, const struct pages_tree *tree);
    void *ctx;
};
/* pages_open: `path` is data.mdb; memory from `a` (most of it). ST_NOT_FOUND, ST_IO, ST_FULL (less
 * than 1 MiB of memory). A file that is none of LMDB's opens too: newest is -1 then. */
MUST_USE enum st pages_open(struct pages *p, const char *path, struct arena *a, struct err *err);
void pages_close(struct pages *p);
/* pages_metas_agree: do both meta pages hold, and are they of neighbouring transactions? When not,
 * the newest state may be an older one than the store had. */
bool pages_metas_agree(const struct pages *p);
/* pages_walk: a tree in order of its keys. Returns the sink's answer or ST_OK; what cannot be
 * believed is left out and counted in p->bad. */
MUST_USE enum st pages_walk(struct pages *p, const struct pages_tree *tree,
                            const struct pages_sink *sink);
/* pages_read_free: the newest state's list of free pages into p->free. Call it after all walks: a
 * page that is free and was seen is counted in p->bad. */
void pages_read_free(struct pages *p);
enum pages_use { PAGES_LIVE, PAGES_STALE };
/* pages_scan: every leaf page that no walk has seen: PAGES_LIVE ones are not free, so they belong
 * to a tree that is broken above them; PAGES_STALE ones (free, or it is not known) hold what once
 * was. Only `use` is told. As pages_walk. */
MUST_USE enum st pages_scan(struct pages *p, enum pages_use use, const struct pages_sink *sink);
#endif

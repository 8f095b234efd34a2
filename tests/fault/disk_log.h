/* disk_log.h - what a program told the disk, call by call, and what of it a power cut leaves.
 *
 * A log records the names, writes and syncs below one folder. A disk is that log played up to a
 * point: what was synced is there, what was not is pending. disk_left_write writes one of the
 * states that a cut at that point may leave into a real folder.
 *
 * The rules are those that a program may count on and no more: fsync and fdatasync make a file's
 * content durable, not its name; fsync of a folder makes its names durable, not what they lead to;
 * a write through O_DSYNC is durable when it returns; a rename is one step. What is pending may be
 * kept, dropped, or kept in any pieces of 4 KiB or 512 bytes; pending names likewise, each alone or
 * in order. Nothing of sync is believed when `deaf` is set: then losses must be found. */
#ifndef TESTS_FAULT_DISK_LOG_H
#define TESTS_FAULT_DISK_LOG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum disk_what { DISK_NAME = 1, DISK_UNNAME, DISK_RENAME, DISK_WRITE, DISK_CUT, DISK_SYNC };
struct disk_op {
    enum disk_what what;
    bool at_once;               /* a write through O_DSYNC */
    bool is_dir;                /* of DISK_NAME: what is named is a folder */
    unsigned node, dir, dir_to; /* dir_to: of a rename */
    char name[96], to[96];
    int64_t at; /* of a write; the length of a DISK_CUT */
    uint8_t *data;
    size_t n;
};
#define DISK_FDS 1024
struct disk_name {
    char name[96];
    unsigned node;
};
struct disk_node {
    bool is_dir;
    struct disk_name *names; /* a folder's, as they are now */
    size_t nnames;
};
struct disk_log {
    char root[128];     /* node 0 */
    const char *prefix; /* only names in the root that begin with this are looked at */
    bool on, deaf;
    struct disk_op *ops;
    size_t n, room;
    struct disk_node *nodes;
    size_t nnodes;
    struct {
        bool used, at_once;
        unsigned node;
        int64_t pos;
    } fd[DISK_FDS];
};
void disk_log_begin(struct disk_log *l, const char *root, const char *prefix);
void disk_log_free(struct disk_log *l);
/* The calls as they were made, after they succeeded. Paths elsewhere and unknown descriptors are
 * left alone. disk_log_opened: `was` says whether the name was there before the call. */
void disk_log_opened(struct disk_log *l, const char *path, int fd, int flags);
void disk_log_closed(struct disk_log *l, int fd);
void disk_log_write(struct disk_log *l, int fd, const void *p, size_t n, int64_t at);
/* at the descriptor's own position, which the log keeps */
void disk_log_append(struct disk_log *l, int fd, const void *p, size_t n);
void disk_log_seek(struct disk_log *l, int fd, int64_t at);
void disk_log_cut(struct disk_log *l, int fd, int64_t size);
void disk_log_sync(struct disk_log *l, int fd);
void disk_log_folder(struct disk_log *l, const char *path);
void disk_log_unname(struct disk_log *l, const char *path);
void disk_log_rename(struct disk_log *l, const char *from, const char *to);
void disk_log_link(struct disk_log *l, const char *from, const char *to);

/* --- what is left ------------------------------------------------------------------------------
 */
enum disk_keep { DISK_ALL, DISK_NONE, DISK_PIECES_4K, DISK_PIECES_512 };
enum disk_names { DISK_NAMES_ALL, DISK_NAMES_NONE, DISK_NAMES_FIRST, DISK_NAMES_ANY };
struct disk_file {
    bool is_dir;
    uint8_t *data;
    size_t n, room;
    size_t *pending; /* places in the log */
    size_t npending, room_pending;
    struct disk_name *names; /* durable ones */
    size_t nnames;
};
struct disk_left {
    const struct disk_log *log;
    size_t at; /* ops played */
    struct disk_file *files;
};
void disk_left_begin(struct disk_left *d, const struct disk_log *l);
void disk_left_free(struct disk_left *d);
/* disk_left_step: play one more op. */
void disk_left_step(struct disk_left *d);
size_t disk_left_pending(const struct disk_left *d);
/* disk_left_write: the state into `dir`, which must be there and empty; exit(99) when it cannot.
 * `seed` decides the pieces; the same gives the same. */
void disk_left_write(const struct disk_left *d, enum disk_keep keep, enum disk_names names,
                     uint32_t seed, const char *dir);
/* disk_log_empty: remove all that a folder holds. */
void disk_log_empty(const char *dir);
#endif

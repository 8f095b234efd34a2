/* power_log.h - what a program told the disk, call by call, and what of it a power cut leaves.
 *
 * A log records the names, writes and syncs below one folder. A disk is that log played up to a
 * point: what was synced is there, what was not is pending. power_disk_leave writes one of the
 * states that a cut at that point may leave into a real folder.
 *
 * The rules are those that a program may count on and no more: fsync and fdatasync make a file's
 * content durable, not its name; fsync of a folder makes its names durable, not what they lead to;
 * a write through O_DSYNC is durable when it returns; a rename is one step. What is pending may be
 * kept, dropped, or kept in any pieces of 4 KiB or 512 bytes; pending names likewise, each alone or
 * in order. Nothing of sync is believed when `deaf` is set: then losses must be found. */
#ifndef TESTS_FAULT_POWER_LOG_H
#define TESTS_FAULT_POWER_LOG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum power_what { POWER_NAME = 1, POWER_UNNAME, POWER_RENAME, POWER_WRITE, POWER_CUT, POWER_SYNC };
struct power_op {
    enum power_what what;
    bool at_once; /* a write through O_DSYNC */
    bool is_dir;  /* of POWER_NAME: what is named is a folder */
    unsigned node, dir;
    char name[96], to[96];
    int64_t at; /* of a write; the length of a POWER_CUT */
    uint8_t *data;
    size_t n;
};
#define POWER_FDS 1024
struct power_name {
    char name[96];
    unsigned node;
};
struct power_node {
    bool is_dir;
    struct power_name *names; /* a folder's, as they are now */
    size_t nnames;
};
struct power_log {
    char root[128];     /* node 0 */
    const char *prefix; /* only names in the root that begin with this are looked at */
    bool on, deaf;
    struct power_op *ops;
    size_t n, room;
    struct power_node *nodes;
    size_t nnodes;
    struct {
        bool used, at_once;
        unsigned node;
        int64_t pos;
    } fd[POWER_FDS];
};
void power_log_begin(struct power_log *l, const char *root, const char *prefix);
void power_log_free(struct power_log *l);
/* The calls as they were made, after they succeeded. Paths elsewhere and unknown descriptors are
 * left alone. power_log_opened: `was` says whether the name was there before the call. */
void power_log_opened(struct power_log *l, const char *path, int fd, int flags);
void power_log_closed(struct power_log *l, int fd);
void power_log_write(struct power_log *l, int fd, const void *p, size_t n, int64_t at);
/* at the descriptor's own position, which the log keeps */
void power_log_append(struct power_log *l, int fd, const void *p, size_t n);
void power_log_seek(struct power_log *l, int fd, int64_t at);
void power_log_cut(struct power_log *l, int fd, int64_t size);
void power_log_sync(struct power_log *l, int fd);
void power_log_folder(struct power_log *l, const char *path);
void power_log_unname(struct power_log *l, const char *path);
void power_log_rename(struct power_log *l, const char *from, const char *to);
void power_log_link(struct power_log *l, const char *from, const char *to);

/* --- what is left ------------------------------------------------------------------------------
 */
enum power_keep { POWER_ALL, POWER_NONE, POWER_PIECES_4K, POWER_PIECES_512 };
enum power_names { POWER_NAMES_ALL, POWER_NAMES_NONE, POWER_NAMES_FIRST, POWER_NAMES_ANY };
struct power_file {
    bool is_dir;
    uint8_t *data;
    size_t n, room;
    size_t *pending; /* places in the log */
    size_t npending, room_pending;
    struct power_name *names; /* durable ones */
    size_t nnames;
};
struct power_disk {
    const struct power_log *log;
    size_t at; /* ops played */
    struct power_file *files;
};
void power_disk_begin(struct power_disk *d, const struct power_log *l);
void power_disk_free(struct power_disk *d);
/* power_disk_step: play one more op. */
void power_disk_step(struct power_disk *d);
size_t power_disk_pending(const struct power_disk *d);
/* power_disk_leave: the state into `dir`, which must be there and empty; exit(99) when it cannot.
 * `seed` decides the pieces; the same gives the same. */
void power_disk_leave(const struct power_disk *d, enum power_keep keep, enum power_names names,
                      uint32_t seed, const char *dir);
/* power_empty: remove all that a folder holds. */
void power_empty(const char *dir);
#endif

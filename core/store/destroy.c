/* destroy.c - a device's store goes for good: its ways to open first, then what they opened. */
#include "core/store/files.h"
#include "core/store/store.h"

#include <unistd.h>

static enum st each(const char *dir, const char *const *names, size_t n,
                    enum st (*destroy)(const char *path, struct err *err), struct err *err)
{
    struct files_path p;
    enum st st = ST_OK;
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        st = files_join(&p, dir, names[i], err);
        st = st == ST_OK ? destroy(p.s, err) : st;
    }
    return st;
}

#define EACH(names, destroy) each(dir, names, sizeof names / sizeof names[0], destroy, err)

enum st store_destroy(const char *dir, struct err *err)
{
    static const char *const slots[] = {"slots", "slots.new", "slots.old", "slots.tmp"};
    static const char *const folders[] = {"env", "env.new", "env.old", "att"};
    static const char *const rest[] = {"lock"};
    if (!files_exists(dir)) {
        return ST_OK;
    }
    enum st st = EACH(slots, files_destroy);
    st = st == ST_OK ? files_sync_dir(dir, err) : st;
    st = st == ST_OK ? EACH(folders, files_destroy_dir) : st;
    st = st == ST_OK ? EACH(rest, files_destroy) : st;
    if (st == ST_OK) {
        IGNORE(rmdir(dir) != 0); /* what a person put there stays, and is none of ours */
    }
    return st;
}

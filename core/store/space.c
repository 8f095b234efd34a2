/* space.c - how much room is used, how much is left, and whether the reserve is touched. */
#include "core/store/inside.h"

#include <dirent.h>
#include <sys/stat.h>

static uint64_t used_in(const char *dir)
{
    uint64_t sum = 0;
    DIR *d = opendir(dir);
    if (d == NULL) {
        return 0;
    }
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        struct files_path p;
        struct stat sb;
        if (e->d_name[0] != '.' && files_join(&p, dir, e->d_name, NULL) == ST_OK &&
            lstat(p.s, &sb) == 0) {
            sum += (uint64_t)sb.st_blocks * 512;
        }
    }
    closedir(d);
    return sum;
}

enum st store_space(const struct store *s, struct store_space *out)
{
    struct files_path env, att;
    *out = (struct store_space){.used_bytes = 0};
    enum st st = files_join(&env, s->dir, "env", NULL);
    st = st != ST_OK ? st : files_join(&att, s->dir, "att", NULL);
    if (st != ST_OK) {
        return st;
    }
    out->used_bytes = used_in(env.s) + used_in(att.s);
    out->free_bytes = files_free_bytes(s->dir);
    out->in_reserve = out->free_bytes < CAP_RESERVE_BYTES;
    return ST_OK;
}

/* door.c - see door.h. */
#include "tests/fuzz/door.h"

#include "tests/support/check.h"
#include "tests/support/vectors.h"

#include <fcntl.h>
#include <unistd.h>

void door_seed(bytes in)
{
    HOLD(in.n <= door.max_bytes && door.max_bytes <= DOOR_BYTES_MAX);
    door_keep_seed(in);
}

void door_seed_with(uint8_t first, bytes in)
{
    static uint8_t buf[DOOR_BYTES_MAX];
    HOLD(in.n < sizeof buf);
    buf[0] = first;
    if (in.n > 0) {
        memcpy(buf + 1, in.p, in.n);
    }
    door_seed(bytes_of(buf, in.n + 1));
}

void door_seed_vectors(const char *type, int first)
{
    static struct vectors all;
    if (all.n == 0) {
        vectors_build(&all);
    }
    for (unsigned i = 0; i < all.n; i++) {
        const struct vector *v = &all.v[i];
        if (type != NULL && strcmp(type, v->type) != 0) {
            continue;
        }
        if (first >= 0) {
            door_seed_with((uint8_t)first, bytes_of(v->data, v->n));
        } else {
            door_seed(bytes_of(v->data, v->n));
        }
    }
}

bool door_run(bytes in, bool all_prefixes)
{
    unsigned long before = door_allocs();
    bool ok = door.take(in);
    HOLD(!door.no_memory || door_allocs() == before);
    if (!ok || !door.prefix_free) {
        return ok;
    }
    size_t step = all_prefixes ? 1 : 1 + in.n / 3;
    for (size_t n = in.n; n > 0; n = n > step ? n - step : 0) {
        HOLD(!door.take(bytes_of(in.p, n - 1)));
    }
    return true;
}

void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

void door_long_lived(bool on)
{
    if (on && __lsan_disable != NULL) {
        __lsan_disable();
    } else if (!on && __lsan_enable != NULL) {
        __lsan_enable();
    }
}

const char *door_file(unsigned which, bytes in)
{
    static char path[4][160];
    static const char *dir;
    HOLD(which < 4);
    if (dir == NULL) {
        dir = check_tmp();
    }
    snprintf(path[which], sizeof path[which], "%.120s/input-%u", dir, which);
    int fd = open(path[which], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    HOLD(fd >= 0);
    HOLD(in.n == 0 || write(fd, in.p, in.n) == (ssize_t)in.n);
    HOLD(close(fd) == 0);
    return path[which];
}

str door_read_file(unsigned which, const char *path)
{
    static char room[2][200000];
    FILE *f = fopen(path, "rb");
    if (f == NULL || which > 1) {
        fprintf(stderr, "%s cannot be read; run from the project's root\n", path);
        exit(99);
    }
    size_t n = fread(room[which], 1, sizeof room[which], f);
    fclose(f);
    return (str){room[which], n};
}

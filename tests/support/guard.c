/* guard.c - see guard.h. */
#define _DEFAULT_SOURCE 1
#include "tests/support/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct guard guard_copy(bytes b)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t body = (b.n + page) / page * page;
    struct guard g = {.map_bytes = body + page};
    g.map = mmap(NULL, g.map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (g.map == MAP_FAILED || mprotect((uint8_t *)g.map + body, page, PROT_NONE) != 0) {
        perror("guard_copy");
        exit(99);
    }
    uint8_t *p = (uint8_t *)g.map + body - b.n;
    if (b.n > 0) {
        memcpy(p, b.p, b.n);
    }
    g.b = bytes_of(p, b.n);
    return g;
}

void guard_free(struct guard *g)
{
    munmap(g->map, g->map_bytes);
    *g = (struct guard){0};
}

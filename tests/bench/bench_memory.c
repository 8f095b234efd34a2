/* bench_memory.c - a folder in memory for what is only read: see bench.h. */
#include "tests/bench/bench.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define ROOT "/dev/shm"
#define NAME "docket-bench."

static uint64_t available_bytes(void)
{
    FILE *f = fopen("/proc/meminfo", "r");
    char line[128];
    unsigned long long kib = 0;
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "MemAvailable:", 13) == 0) {
            kib = strtoull(line + 13, NULL, 10);
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return (uint64_t)kib * 1024;
}

/* What a run that was killed left behind is memory that nobody has. */
static void sweep(void)
{
    DIR *d = opendir(ROOT);
    for (struct dirent *e = d != NULL ? readdir(d) : NULL; e != NULL; e = readdir(d)) {
        if (strncmp(e->d_name, NAME, sizeof NAME - 1) == 0) {
            long pid = strtol(e->d_name + sizeof NAME - 1, NULL, 10);
            char path[BENCH_PATH_BYTES];
            snprintf(path, sizeof path, "%s/%.200s", ROOT, e->d_name);
            if (pid > 0 && kill((pid_t)pid, 0) != 0) {
                bench_remove(path);
            }
        }
    }
    if (d != NULL) {
        closedir(d);
    }
}

bool bench_memory_begin(uint64_t size_bytes, char out[static BENCH_PATH_BYTES])
{
    struct statvfs v;
    sweep();
    snprintf(out, BENCH_PATH_BYTES, "%s/%s%ld", ROOT, NAME, (long)getpid());
    return statvfs(ROOT, &v) == 0 && (uint64_t)v.f_bavail * v.f_frsize >= size_bytes &&
           available_bytes() >= 2 * size_bytes && mkdir(out, 0700) == 0;
}

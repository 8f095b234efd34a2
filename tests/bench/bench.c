/* bench.c - `make bench`: the budget table of the design, measured. See README.md. */
#include "tests/bench/bench.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

const uint8_t bench_key[32] = "a data key of thirty-two bytes!";

double bench_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

double bench_cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

double bench_percentile(double *v, size_t n, double p)
{
    qsort(v, n, sizeof *v, by_value);
    return n == 0 ? 0 : v[(size_t)((double)(n - 1) * p)];
}

double bench_median(double *v, size_t n)
{
    return bench_percentile(v, n, 0.5);
}

void bench_die(const char *what, enum st st, const struct err *err)
{
    fprintf(stderr, "bench: %s: %s%s%s\n", what, st_name(st), err != NULL ? ": " : "",
            err != NULL ? err->text : "");
    exit(1);
}

void bench_must(enum st st, const char *what, const struct err *err)
{
    if (st != ST_OK) {
        bench_die(what, st, err);
    }
}

/* --- the table --- */

const char *bench_fmt(const char *fmt, ...)
{
    static char rooms[8][96];
    static unsigned at;
    char *room = rooms[at++ % 8];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(room, sizeof rooms[0], fmt, ap);
    va_end(ap);
    return room;
}

void bench_row(struct bench *b, const char *name, const char *budget, const char *measured,
               const char *bare, double ratio, bool ok)
{
    char r[16] = "-";
    if (ratio > 0) {
        snprintf(r, sizeof r, "%.2f", ratio);
    }
    printf("%-38s | %-24s | %-30s | %-38s | %6s | %s\n", name, budget, measured, bare, r,
           ok ? "ok" : "MISSED");
    fflush(stdout);
    b->missed += !ok;
}

void bench_skip(struct bench *b, const char *name, const char *budget, const char *why)
{
    printf("%-38s | %-24s | not measured: %s\n", name, budget, why);
    fflush(stdout);
    b->skipped++;
}

void bench_note(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    printf("  ");
    vprintf(fmt, ap);
    printf("\n");
    va_end(ap);
    fflush(stdout);
}

void bench_section(const char *name)
{
    printf("\n%s\n", name);
    fflush(stdout);
}

/* --- places --- */

void bench_path(const struct bench *b, const char *name, char out[static BENCH_PATH_BYTES])
{
    int n = snprintf(out, BENCH_PATH_BYTES, "%s/%s", b->dir, name);
    if (n < 0 || n >= BENCH_PATH_BYTES) {
        bench_die("a path is too long", ST_TOO_BIG, NULL);
    }
}

void bench_remove(const char *path)
{
    DIR *d = opendir(path);
    for (struct dirent *e = d != NULL ? readdir(d) : NULL; e != NULL; e = readdir(d)) {
        char p[2 * BENCH_PATH_BYTES];
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            snprintf(p, sizeof p, "%s/%s", path, e->d_name);
            bench_remove(p);
        }
    }
    if (d != NULL) {
        closedir(d);
        rmdir(path);
    } else if (errno != ENOENT) {
        unlink(path);
    }
}

struct store *bench_store(const struct bench *b, const char *name, enum store_side side)
{
    char path[BENCH_PATH_BYTES];
    struct err err = {.st = ST_OK};
    struct store *s = NULL;
    struct store_options o = {
        .side = side, .mode = STORE_WRITE, .map_bytes = BENCH_MAP_BYTES, .data_key = bench_key};
    bench_path(b, name, path);
    char table[BENCH_PATH_BYTES + 16];
    snprintf(table, sizeof table, "%s.keytable", path);
    bench_remove(path);
    unlink(table);
    bench_must(store_create(path, &o, &err), "store_create", &err);
    bench_must(store_open(path, &o, &s, &err), "store_open", &err);
    return s;
}

/* --- main --- */

static const char *fs_name(const char *dir)
{
    struct statfs f;
    if (statfs(dir, &f) != 0) {
        return "unknown";
    }
    switch ((unsigned long)f.f_type) {
    case 0xEF53:
        return "ext4";
    case 0x58465342:
        return "xfs";
    case 0x9123683E:
        return "btrfs";
    case 0x01021994:
        return "tmpfs (no disk: flushes cost nothing here)";
    case 0x794C7630:
        return "overlay";
    default:
        return bench_fmt("type 0x%lx", (unsigned long)f.f_type);
    }
}

static double load(void)
{
    char line[64] = "";
    FILE *f = fopen("/proc/loadavg", "r");
    if (f != NULL) {
        if (fgets(line, sizeof line, f) == NULL) {
            line[0] = '\0';
        }
        fclose(f);
    }
    return strtod(line, NULL);
}

static void facts(const struct bench *b)
{
    char line[256], model[200] = "unknown";
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "model name", 10) == 0 && strchr(line, ':') != NULL) {
            snprintf(model, sizeof model, "%s", strchr(line, ':') + 2);
            model[strcspn(model, "\n")] = '\0';
            break;
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    printf("Machine: %u cores, %s; stores on %s; load when it began %.2f\n", b->cores, model,
           fs_name(b->dir), load());
    printf("Bare limits are measured in this run, on the same file system; medians of %u runs.\n",
           b->runs);
}

#define ROWS 9 /* the last, "burst", is a part of "load", run alone only when asked for */

int main(int argc, char **argv)
{
    static struct bench b = {.runs = 5};
    double began = bench_us();
    if (argc == 5 && strcmp(argv[1], "--child") == 0) {
        return bench_child(argv[2], argv[3], (int)strtol(argv[4], NULL, 10), began);
    }
    const char *base = getenv("B");
    bool want[ROWS] = {false};
    bool all = true;
    static const char *const names[ROWS] = {"tap",     "backlog", "fold", "sync", "app",
                                            "hostile", "office",  "load", "burst"};
    static void (*const run[ROWS])(struct bench *) = {bench_tap,    bench_backlog, bench_fold,
                                                      bench_sync,   bench_app,     bench_hostile,
                                                      bench_office, bench_load,    bench_burst};
    for (int i = 1; i < argc; i++) {
        b.quick |= strcmp(argv[i], "--quick") == 0;
        for (int k = 0; k < ROWS; k++) {
            if (strcmp(argv[i], names[k]) == 0) {
                want[k] = true;
                all = false;
            }
        }
    }
    char here[BENCH_PATH_BYTES / 2];
    if (getcwd(here, sizeof here) == NULL) {
        here[0] = '\0';
    }
    bool whole = base != NULL && base[0] == '/';
    snprintf(b.dir, sizeof b.dir, "%s%s%.200s/bench.XXXXXX", whole ? "" : here, whole ? "" : "/",
             base != NULL ? base : "build");
    if (sodium_init() < 0 || mkdtemp(b.dir) == NULL) {
        fprintf(stderr, "bench: no folder %s\n", b.dir);
        return 1;
    }
    b.cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    b.scratch = malloc(CAP_SCRATCH_BYTES);
    sample_make(&b.sample);
    facts(&b);
    printf("\n%-38s | %-24s | %-30s | %-38s | %6s |\n", "what", "budget", "measured", "bare limit",
           "ratio");
    for (int k = 0; k < ROWS; k++) {
        if ((all && k < ROWS - 1) || want[k]) {
            run[k](&b);
        }
    }
    printf("\n%u missed, %u not measured; load when it ended %.2f\n", b.missed, b.skipped, load());
    if (load() > b.cores) {
        printf("Others were using this machine: take times from a run when it is idle.\n");
    }
    bench_remove(b.dir);
    sample_free(&b.sample);
    free(b.scratch);
    return 0;
}

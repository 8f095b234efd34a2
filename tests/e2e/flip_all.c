/* flip_all.c - every single bit of a report.cbor changed, one after the other, put to the function
 * that `docketctl verify` calls. Usage: flip_all report.cbor hq.pub [workers].
 *
 * Genuine as it stands; with any one bit changed not genuine, and a reason given. Workers are
 * processes: each takes every n-th byte. */
#include "core/report/proof.h"

#include "tests/support/check.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX (1U << 20)
#define WORKERS_MAX 16

static size_t slurp(const char *path, uint8_t *buf)
{
    FILE *f = fopen(path, "rb");
    size_t n = f == NULL ? 0 : fread(buf, 1, FILE_MAX, f);
    if (f != NULL) {
        fclose(f);
    }
    return n;
}

struct job {
    uint8_t *file, *pub, *memory;
    size_t file_n, pub_n;
};

static enum st ask(const struct job *j, struct proof_result *r)
{
    memset(r, 0, sizeof *r);
    return proof_verify(bytes_of(j->file, j->file_n), bytes_of(j->pub, j->pub_n),
                        arena_of(j->memory, CAP_SCRATCH_BYTES), r);
}

/* How many flips of this worker's bytes were taken for genuine, or refused without a reason. */
static unsigned flip_share(const struct job *j, unsigned worker, unsigned workers)
{
    unsigned bad = 0;
    struct proof_result r;
    for (size_t at = worker; at < j->file_n; at += workers) {
        for (unsigned bit = 0; bit < 8; bit++) {
            j->file[at] ^= (uint8_t)(1U << bit);
            enum st st = ask(j, &r);
            if (st != ST_BAD_SIGNATURE || r.failed == PROOF_OK || r.why[0] == '\0') {
                fprintf(stderr, "# byte %zu bit %u: %s, part %s, \"%s\"\n", at, bit, st_name(st),
                        proof_part_name(r.failed), r.why);
                bad++;
            }
            j->file[at] ^= (uint8_t)(1U << bit);
        }
    }
    return bad;
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool flip(const struct job *j, unsigned workers)
{
    bool good = true;
    fflush(stdout);
    for (unsigned w = 0; w < workers; w++) {
        pid_t pid = fork();
        if (pid < 0) {
            return false;
        }
        if (pid == 0) {
            _exit(flip_share(j, w, workers) == 0 ? 0 : 1);
        }
    }
    for (unsigned w = 0; w < workers; w++) {
        int status = 0;
        good = wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 && good;
    }
    return good;
}

int main(int argc, char **argv)
{
    struct job j = {malloc(FILE_MAX), malloc(FILE_MAX), malloc(CAP_SCRATCH_BYTES), 0, 0};
    unsigned long workers = argc > 3 ? strtoul(argv[3], NULL, 10) : 2;
    if (argc < 3 || j.file == NULL || j.pub == NULL || j.memory == NULL || sodium_init() < 0 ||
        workers < 1 || workers > WORKERS_MAX) {
        fprintf(stderr, "flip_all report.cbor hq.pub [workers]\n");
        return 2;
    }
    j.file_n = slurp(argv[1], j.file);
    j.pub_n = slurp(argv[2], j.pub);
    struct proof_result r;
    enum st st = ask(&j, &r);
    bool genuine = j.file_n > 0 && st == ST_OK && r.failed == PROOF_OK;
    printf("%s - as it stands the report is genuine%s%s\n", genuine ? "ok" : "not ok",
           genuine ? "" : ": ", r.why);
    double t0 = now_s();
    bool good = flip(&j, (unsigned)workers);
    printf("%s - with any one of its %zu bits changed the report is not genuine (%.1f s)\n",
           genuine && good ? "ok" : "not ok", j.file_n * 8, now_s() - t0);
    free(j.file);
    free(j.pub);
    free(j.memory);
    return genuine && good ? 0 : 1;
}

/* fail_sites.c - every place in our machine code that calls something which can fail. See fail.h.
 *
 * A call is its opcode and the distance to the wrapper: searching for exactly those finds all, and
 * by chance nothing else. addr2line gives the lines. */
#define _DEFAULT_SOURCE
#include "tests/fault/fail.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern const uint8_t __executable_start[], etext[];

/* The way from a tap to the disk, and headquarters' side of it with the operations that the scenes
 * do. Not the server, its sockets, accounts and pages, nor the HTTP client: what they carry is
 * sealed, and asked for again when it fails. */
static const char *const scope[] = {
    "app/state/seats.c",
    "core/",
    "sync/engine/",
    "sync/bundle/",
    "sync/carrier/file.c",
    "sync/hq/hq",
    "sync/hq/ops.c",
    "sync/hq/op_assign.c",
    "sync/hq/op_bundle_import.c",
    "sync/hq/op_cash_accept.c",
    "sync/hq/op_conflicts.c",
    "sync/hq/op_edition_publish.c",
    "sync/hq/op_enrol.c",
    "sync/hq/op_forget.c",
    "sync/hq/op_record.c",
    "sync/hq/op_revoke.c",
    "sync/hq/op_status.c",
    NULL,
};
static const char *const beyond[] = {"sync/hq/hq_writer.c", NULL};

static bool begins(const char *s, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (strncmp(s, *list, strlen(*list)) == 0) {
            return true;
        }
    }
    return false;
}

static void add(uintptr_t after, enum fail_call call)
{
    if (fail->nsites == FAIL_SITES) {
        printf("# more than %d call sites\n", FAIL_SITES);
        exit(99);
    }
    fail->site[fail->nsites++] = (struct fail_site){.after = after, .call = call};
}

/* Where does the call at `p` go? 0: it is none. *after: where it comes back. */
static uintptr_t target(const uint8_t *p, const uint8_t *end, uintptr_t *after)
{
#if defined(__x86_64__)
    int32_t far;
    if (p[0] != 0xE8 || end - p < 5) {
        return 0;
    }
    memcpy(&far, p + 1, sizeof far);
    *after = (uintptr_t)p + 5;
    return *after + (uintptr_t)(intptr_t)far;
#elif defined(__aarch64__)
    uint32_t i;
    if (((uintptr_t)p & 3) != 0 || end - p < 4) {
        return 0;
    }
    memcpy(&i, p, sizeof i);
    if ((i & 0xFC000000U) != 0x94000000U) {
        return 0;
    }
    *after = (uintptr_t)p + 4;
    return (uintptr_t)p + (uintptr_t)((intptr_t)((int32_t)(i << 6) >> 6) * 4);
#else
    (void)p;
    (void)end;
    (void)after;
    return 0;
#endif
}

/* A copy that lives beside the sites. */
static const char *keep(const char *s)
{
    size_t n = strlen(s) + 1;
    if (fail->names_n + n > sizeof fail->names) {
        printf("# too many names of files and functions\n");
        exit(99);
    }
    char *to = memcpy(fail->names + fail->names_n, s, n);
    fail->names_n += n;
    return to;
}

/* What addr2line says of the addresses in the file `list`; NULL: it cannot be asked. */
static FILE *ask(const char *list, pid_t *pid)
{
    char exe[64];
    int ends[2];
    snprintf(exe, sizeof exe, "/proc/%ld/exe", (long)getpid());
    if (pipe(ends) != 0) {
        return NULL;
    }
    *pid = fork();
    if (*pid == 0) {
        int in = open(list, O_RDONLY);
        if (in >= 0 && dup2(in, 0) == 0 && dup2(ends[1], 1) == 1) {
            close(ends[0]);
            close(ends[1]);
            execlp("addr2line", "addr2line", "-f", "-e", exe, (char *)NULL);
        }
        _exit(127);
    }
    close(ends[1]);
    return fdopen(ends[0], "r");
}

/* A source of ours as the project names it, or NULL. Where the project stood when an object was
 * compiled is no matter: a compiler's cache may hand over one that was made in another copy. */
static const char *in_project(const char *path)
{
    for (const char *p = strchr(path, '/'); p != NULL; p = strchr(p + 1, '/')) {
        if (p[1] != '/' && access(p + 1, R_OK) == 0) {
            return p + 1;
        }
    }
    return NULL;
}

/* One addr2line for all, by way of a file. */
static bool name_all(void)
{
    char list[] = "/tmp/docket-sites.XXXXXX", line[1024];
    pid_t pid = -1;
    int status = 1;
    int fd = mkstemp(list);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (f == NULL) {
        return false;
    }
    uintptr_t base = (uintptr_t)__executable_start;
    /* An executable that is not moved has its own addresses. */
    bool moved = base > 0x10000000U;
    for (unsigned i = 0; i < fail->nsites; i++) {
        fprintf(f, "%lx\n", (unsigned long)(fail->site[i].after - 1 - (moved ? base : 0)));
    }
    fclose(f);
    FILE *p = ask(list, &pid);
    unsigned named = 0;
    for (unsigned i = 0; p != NULL && i < fail->nsites; i++) {
        if (fgets(line, sizeof line, p) == NULL) {
            break;
        }
        line[strcspn(line, "\n")] = '\0';
        fail->site[i].function = keep(line);
        if (fgets(line, sizeof line, p) == NULL) {
            break;
        }
        char *colon = strrchr(line, ':');
        if (colon != NULL) {
            *colon = '\0';
            fail->site[i].line = (unsigned)strtoul(colon + 1, NULL, 10);
        }
        const char *ours = in_project(line);
        fail->site[i].file = keep(ours != NULL ? ours : line);
        named += ours != NULL;
    }
    unlink(list);
    if (p != NULL) {
        fclose(p);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 && named > 0;
}

bool fail_sites_find(void)
{
    for (const uint8_t *p = __executable_start; p < etext; p++) {
        uintptr_t after = 0, to = target(p, etext, &after);
        for (int c = 0; to != 0 && c < FAIL_CALLS_N; c++) {
            if (to == fail_wrapper((enum fail_call)c)) {
                add(after, (enum fail_call)c);
            }
        }
    }
    if (fail->nsites == 0 || !name_all()) {
        return false;
    }
    for (unsigned i = 0; i < fail->nsites; i++) {
        struct fail_site *s = &fail->site[i];
        s->scope = begins(s->file, scope) && !begins(s->file, beyond);
    }
    for (int c = FAIL_LMDB_write; c < FAIL_CALLS_N; c++) {
        add(UINTPTR_MAX - FAIL_CALLS_N + (uintptr_t)c, (enum fail_call)c);
        fail->site[fail->nsites - 1].scope = true;
        fail->site[fail->nsites - 1].file = "liblmdb";
        fail->site[fail->nsites - 1].function = "";
    }
    return true;
}

/* bench_load_browsers.c - real browsers beside the load; browsers.mjs is their half. */
#include "tests/bench/bench_load.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define BROWSER "/usr/bin/chromium"
#define DRIVER "tests/node_modules/playwright-core/package.json"

/* What is missing here; NULL: nothing. */
static const char *missing(void)
{
    if (access(BROWSER, X_OK) != 0) {
        return "there is no Chromium";
    }
    if (access("/usr/bin/node", X_OK) != 0) {
        return "there is no node";
    }
    if (access(DRIVER, R_OK) != 0) {
        return "its driver is not installed: tests/support/npm.sh";
    }
    return access(LOAD_ASSETS "/console/index.html", R_OK) != 0 ? "no console is built" : NULL;
}

static _Noreturn void be_node(const int to[2], const int from[2], const char *url, unsigned first,
                              unsigned n)
{
    char login[LOAD_BROWSERS_MAX][16];
    char program[] = "node", script[] = "tests/bench/browsers.mjs", password[] = DESK_PASSWORD;
    char *argv[LOAD_BROWSERS_MAX + 5] = {program, script, (char *)(uintptr_t)url, password};
    for (unsigned i = 0; i < n && i < LOAD_BROWSERS_MAX; i++) {
        snprintf(login[i], sizeof login[i], "s%u", first + i);
        argv[4 + i] = login[i];
    }
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
    close(to[1]);
    close(from[0]);
    execv("/usr/bin/node", argv);
    _exit(127);
}

const char *load_browsers_begin(struct load_browsers *b, const char *address, unsigned first,
                                unsigned n)
{
    int to[2] = {-1, -1}, from[2] = {-1, -1};
    char url[112], line[256] = "";
    const char *why = missing();
    memset(b, 0, sizeof *b);
    if (why != NULL || pipe(to) != 0 || pipe(from) != 0) {
        return why != NULL ? why : "no pipe to the browsers";
    }
    snprintf(url, sizeof url, "http://%s", address);
    fflush(NULL);
    b->pid = fork();
    if (b->pid == 0) {
        be_node(to, from, url, first, n);
    }
    close(to[0]);
    close(from[1]);
    b->to = to[1];
    b->from = fdopen(from[0], "r");
    while (b->from != NULL && fgets(line, sizeof line, b->from) != NULL) {
        if (strcmp(line, "ready\n") == 0) {
            return NULL;
        }
    }
    load_browsers_end(b, NULL, NULL);
    return "the browsers do not come up";
}

void load_browsers_go(struct load_browsers *b, double seconds)
{
    char line[32];
    int n = snprintf(line, sizeof line, "%.0f\n", seconds);
    if (n > 0 && write(b->to, line, (size_t)n) != n) {
        bench_die("the browsers hear nothing", ST_IO, NULL);
    }
}

void load_browsers_end(struct load_browsers *b, load_heard heard, void *ctx)
{
    char line[256];
    int status = 0;
    bool whole = false;
    while (heard != NULL && fgets(line, sizeof line, b->from) != NULL) {
        size_t word = strcspn(line, " ");
        line[strcspn(line, "\n")] = '\0';
        if (word < strlen(line)) {
            line[word] = '\0';
            whole = whole || strcmp(line, "events") == 0;
            heard(ctx, line, line + word + 1);
        }
    }
    if (b->from != NULL) {
        fclose(b->from);
    }
    if (heard == NULL) {
        kill(b->pid, SIGTERM);
    }
    close(b->to);
    waitpid(b->pid, &status, 0);
    if (heard != NULL && (!whole || status != 0)) {
        heard(ctx, "failed", "the browsers ended before their time");
    }
}

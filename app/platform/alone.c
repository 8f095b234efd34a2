/* alone.c - see alone.h. */
#include "app/platform/alone.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 4 /* an impatient thumb */

struct alone {
    int fd, folder;
    struct sockaddr_un at;
    pthread_t thread;
    void (*raise)(void *ctx);
    void *ctx;
};

/* The door's address. A socket's path is short and a store's may be long: by way of the folder. */
static int address(const char *store, struct sockaddr_un *at, char *path, size_t cap)
{
    size_t n = strlen(store);
    while (n > 1 && store[n - 1] == '/') {
        n--;
    }
    if (n + sizeof ".here" > cap) {
        return -1;
    }
    snprintf(path, cap, "%.*s.here", (int)n, store);
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    char folder[600] = ".";
    if (slash != NULL) {
        snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    memset(at, 0, sizeof *at);
    at->sun_family = AF_UNIX;
    int want = snprintf(at->sun_path, sizeof at->sun_path, "/proc/self/fd/%d/%s", fd, name);
    if (fd >= 0 && (want < 0 || (size_t)want >= sizeof at->sun_path)) {
        close(fd);
        return -1;
    }
    return fd;
}

static const struct sockaddr *any(const struct sockaddr_un *at)
{
    const void *p = at;
    return p;
}

static int door(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

bool alone_raise(const char *store)
{
    struct sockaddr_un at;
    char path[600], answer = 0;
    int folder = address(store, &at, path, sizeof path);
    int fd = folder < 0 ? -1 : door();
    /* It answers at once, or it is stopped: then it is raised when it goes on. */
    const struct timeval patience = {.tv_sec = 2};
    bool there = fd >= 0 &&
                 setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
                 connect(fd, any(&at), sizeof at) == 0;
    if (there) {
        (void)!recv(fd, &answer, 1, 0);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (folder >= 0) {
        close(folder);
    }
    return there;
}

static void *listen_to(void *arg)
{
    struct alone *a = arg;
    for (;;) {
        int c = accept(a->fd, NULL, NULL);
        if (c < 0) {
            return NULL; /* shut down, at the end */
        }
        a->raise(a->ctx);
        (void)!send(c, "y", 1, MSG_NOSIGNAL);
        close(c);
    }
}

struct alone *alone_begin(const char *store, void (*raise)(void *ctx), void *ctx)
{
    struct alone *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return NULL;
    }
    a->raise = raise;
    a->ctx = ctx;
    char path[600];
    a->folder = address(store, &a->at, path, sizeof path);
    a->fd = a->folder < 0 ? -1 : door();
    if (a->fd >= 0) {
        unlink(a->at.sun_path); /* of one that ended without closing: nobody answered there */
        mode_t mask = umask(0177);
        bool open = bind(a->fd, any(&a->at), sizeof a->at) == 0;
        umask(mask);
        if (open && listen(a->fd, BACKLOG) == 0 &&
            pthread_create(&a->thread, NULL, listen_to, a) == 0) {
            return a;
        }
        close(a->fd);
    }
    if (a->folder >= 0) {
        close(a->folder);
    }
    free(a);
    return NULL;
}

void alone_end(struct alone **a)
{
    if (*a == NULL) {
        return;
    }
    unlink((*a)->at.sun_path);
    shutdown((*a)->fd, SHUT_RDWR); /* wakes the thread out of accept */
    pthread_join((*a)->thread, NULL);
    close((*a)->fd);
    close((*a)->folder);
    free(*a);
    *a = NULL;
}

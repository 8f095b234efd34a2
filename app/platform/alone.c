/* alone.c - see alone.h. */
#include "app/platform/alone.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 4 /* an impatient thumb */
#define PATIENCE_S 1

struct alone {
    int fd, folder;
    struct sockaddr_un at;
    pthread_t thread;
    bool serving;
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

/* Does somebody listen there? *out is where the answer comes from, -1: so many have knocked on one
 * that is stopped that no more can wait. */
static bool knock(const struct sockaddr_un *at, int *out)
{
    int fd = door();
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    bool there = fd >= 0 &&
                 setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
                 setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0;
    bool in = there && connect(fd, any(at), sizeof *at) == 0;
    there = in || (there && errno == EAGAIN);
    if (!in && fd >= 0) {
        close(fd);
    }
    *out = in ? fd : -1;
    return there;
}

/* At once; one that is still opening its window, or is stopped, comes forward when it goes on. */
static void hear(int fd)
{
    char answer;
    if (fd >= 0) {
        (void)!recv(fd, &answer, 1, 0);
        close(fd);
    }
}

static bool open_door(struct alone *a)
{
    a->fd = door();
    if (a->fd < 0) {
        return false;
    }
    unlink(a->at.sun_path); /* of one that ended without closing: nobody answered there */
    mode_t mask = umask(0177);
    bool open = bind(a->fd, any(&a->at), sizeof a->at) == 0 && listen(a->fd, BACKLOG) == 0;
    umask(mask);
    if (!open) {
        close(a->fd);
        a->fd = -1;
    }
    return open;
}

/* Of two that start in the same moment one looks after the other has made its door. */
static void take_turns(int folder)
{
    const struct timespec moment = {.tv_nsec = 10000000};
    for (int k = 0; k < 100 && flock(folder, LOCK_EX | LOCK_NB) != 0; k++) {
        nanosleep(&moment, NULL);
    }
}

bool alone_begin(const char *store, struct alone **out)
{
    char path[600];
    *out = NULL;
    struct alone *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return true;
    }
    a->fd = -1;
    a->folder = address(store, &a->at, path, sizeof path);
    if (a->folder < 0) {
        free(a);
        return true;
    }
    take_turns(a->folder);
    int fd = -1;
    bool first = !knock(&a->at, &fd), made = first && open_door(a);
    flock(a->folder, LOCK_UN);
    hear(fd);
    if (made) {
        *out = a;
        return true;
    }
    close(a->folder);
    free(a);
    return first;
}

static void *listen_to(void *arg)
{
    struct alone *a = arg;
    const struct timespec while_full = {.tv_nsec = 100000000};
    for (;;) {
        int c = accept(a->fd, NULL, NULL);
        if (c >= 0) {
            a->raise(a->ctx);
            (void)!send(c, "y", 1, MSG_NOSIGNAL);
            close(c);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            nanosleep(&while_full, NULL);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return NULL; /* shut down, at the end */
        }
    }
}

void alone_serve(struct alone *a, void (*raise)(void *ctx), void *ctx)
{
    if (a != NULL) {
        a->raise = raise;
        a->ctx = ctx;
        a->serving = pthread_create(&a->thread, NULL, listen_to, a) == 0;
    }
}

void alone_end(struct alone **a)
{
    if (*a == NULL) {
        return;
    }
    unlink((*a)->at.sun_path);
    shutdown((*a)->fd, SHUT_RDWR); /* wakes the thread out of accept */
    if ((*a)->serving) {
        pthread_join((*a)->thread, NULL);
    }
    close((*a)->fd);
    close((*a)->folder);
    free(*a);
    *a = NULL;
}

/* control.c - see control.h. */
#include "sync/hq/control.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_NAME "control.sock"
#define TALK_TIMEOUT_S 10  /* a client writes its message at once */
#define WORK_TIMEOUT_S 600 /* an import's batch, or an erasure, on a slow disk */

struct control {
    struct hq_writer *writer;
    pthread_t thread;
    int fd, dir_fd;
    atomic_bool stop;
};

/* --- both sides
 * --------------------------------------------------------------------------------------------- */

/* A socket's name has 108 bytes and a store's path may be longer: the folder goes by its
 * descriptor. */
static enum st address(int dir_fd, struct sockaddr_un *a, struct err *err)
{
    memset(a, 0, sizeof *a);
    a->sun_family = AF_UNIX;
    int n = snprintf(a->sun_path, sizeof a->sun_path, "/proc/self/fd/%d/" SOCKET_NAME, dir_fd);
    return n > 0 && n < (int)sizeof a->sun_path
               ? ST_OK
               : err_set(err, ST_TOO_BIG, 0, __func__, "the socket's path is too long");
}

static bool move_all(int fd, uint8_t *p, size_t n, bool out)
{
    while (n != 0) {
        ssize_t k = out ? send(fd, p, n, MSG_NOSIGNAL) : recv(fd, p, n, 0);
        if (k < 0 && errno == EINTR) {
            continue;
        }
        if (k <= 0) {
            return false;
        }
        p += k;
        n -= (size_t)k;
    }
    return true;
}

static bool put_message(int fd, const json_t *message)
{
    char *text = json_dumps(message, JSON_COMPACT);
    size_t n = text == NULL ? 0 : strlen(text);
    uint8_t head[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    bool ok = text != NULL && n <= HQ_CONTROL_BYTES && move_all(fd, head, sizeof head, true) &&
              move_all(fd, (uint8_t *)text, n, true);
    free(text);
    return ok;
}

static json_t *get_message(int fd)
{
    uint8_t head[4];
    if (!move_all(fd, head, sizeof head, false)) {
        return NULL;
    }
    size_t n = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    char *text = n <= HQ_CONTROL_BYTES ? malloc(n + 1) : NULL;
    json_t *message = NULL;
    if (text != NULL && move_all(fd, (uint8_t *)text, n, false)) {
        message = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
    }
    free(text);
    return message;
}

static void patience(int fd, int seconds)
{
    struct timeval tv = {.tv_sec = seconds};
    /* Without a time limit a stuck client would only wait longer: not worth failing for. */
    IGNORE(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv) != 0);
    IGNORE(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv) != 0);
}

/* --- docketd's side
 * ------------------------------------------------------------------------------------------- */

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool done;
};

static void on_done(struct hq_writer_task *task)
{
    struct waiting *w = task->ctx;
    pthread_mutex_lock(&w->lock);
    w->done = true;
    pthread_cond_signal(&w->cond);
    pthread_mutex_unlock(&w->lock);
}

static enum st run(struct hq_writer *writer, const char *op, const json_t *in, json_t **out,
                   struct err *err)
{
    struct waiting w = {.done = false};
    struct hq_writer_task task = {.op = op, .in = in, .done = on_done, .ctx = &w};
    pthread_mutex_init(&w.lock, NULL);
    pthread_cond_init(&w.cond, NULL);
    enum st st = hq_writer_submit(writer, &task);
    if (st != ST_OK) {
        st = err_set(err, ST_WAIT, 0, __func__, "docketd is busy or stopping");
    } else {
        pthread_mutex_lock(&w.lock);
        while (!w.done) {
            pthread_cond_wait(&w.cond, &w.lock);
        }
        pthread_mutex_unlock(&w.lock);
        *out = task.out;
        *err = task.err;
        st = task.st;
    }
    pthread_mutex_destroy(&w.lock);
    pthread_cond_destroy(&w.cond);
    return st;
}

static void serve(struct control *c, int fd)
{
    patience(fd, TALK_TIMEOUT_S);
    json_t *message = get_message(fd), *out = NULL, *back = NULL;
    struct err err = {0};
    const char *op = json_string_value(json_object_get(message, "op"));
    const json_t *in = json_object_get(message, "in");
    enum st st = op == NULL ? err_set(&err, ST_BAD_INPUT, 0, __func__, "no operation was named")
                            : run(c->writer, op, in, &out, &err);
    if (st == ST_OK) {
        back = json_pack("{s:b,s:o}", "ok", 1, "out", out != NULL ? out : json_object());
    } else {
        json_decref(out);
        back = json_pack("{s:b,s:i,s:s,s:i}", "ok", 0, "st", (int)st, "text", err.text, "wait_s",
                         err.wait_s);
    }
    if (back == NULL || !put_message(fd, back)) {
        fprintf(stderr, "docketd: a command went away before its answer\n");
    }
    json_decref(back);
    json_decref(message);
}

static void *loop(void *ctx)
{
    struct control *c = ctx;
    while (!atomic_load(&c->stop)) {
        int fd = accept(c->fd, NULL, NULL);
        if (fd >= 0) {
            if (!atomic_load(&c->stop)) {
                serve(c, fd);
            }
            close(fd);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            break;
        }
    }
    return NULL;
}

static enum st bind_there(struct control *c, struct err *err)
{
    struct sockaddr_un a;
    enum st st = address(c->dir_fd, &a, err);
    if (st != ST_OK) {
        return st;
    }
    /* We hold the store's lock: a socket that is there is a dead one's. */
    IGNORE(unlinkat(c->dir_fd, SOCKET_NAME, 0) != 0);
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || bind(c->fd, (struct sockaddr *)&a, sizeof a) != 0 ||
        fchmodat(c->dir_fd, SOCKET_NAME, 0600, 0) != 0 || listen(c->fd, 16) != 0) {
        return err_set(err, ST_IO, errno, __func__, "the control socket: %s", strerror(errno));
    }
    return ST_OK;
}

enum st control_start(struct control **out, const char *dir, struct hq_writer *w, struct err *err)
{
    struct control *c = calloc(1, sizeof *c);
    *out = NULL;
    if (c == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    c->writer = w;
    c->fd = -1;
    c->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum st st = c->dir_fd >= 0 ? bind_there(c, err)
                                : err_set(err, ST_IO, errno, __func__, "the store's folder");
    if (st == ST_OK && pthread_create(&c->thread, NULL, loop, c) != 0) {
        st = err_set(err, ST_FULL, 0, __func__, "no thread for the control socket");
    }
    if (st != ST_OK) {
        if (c->fd >= 0) {
            close(c->fd);
        }
        if (c->dir_fd >= 0) {
            close(c->dir_fd);
        }
        free(c);
        return st;
    }
    *out = c;
    return ST_OK;
}

void control_stop(struct control **out)
{
    struct control *c = *out;
    if (c == NULL) {
        return;
    }
    atomic_store(&c->stop, true);
    shutdown(c->fd, SHUT_RDWR); /* wakes accept */
    pthread_join(c->thread, NULL);
    IGNORE(unlinkat(c->dir_fd, SOCKET_NAME, 0) != 0); /* the next start removes it too */
    close(c->fd);
    close(c->dir_fd);
    free(c);
    *out = NULL;
}

/* --- docketctl's side
 * --------------------------------------------------------------------------------------------- */

static enum st understand(json_t *back, json_t **out, struct err *err)
{
    if (json_is_true(json_object_get(back, "ok"))) {
        *out = json_incref(json_object_get(back, "out"));
        return ST_OK;
    }
    const char *text = json_string_value(json_object_get(back, "text"));
    json_int_t st = json_integer_value(json_object_get(back, "st"));
    if (st <= ST_OK || st > ST_BUG) {
        return err_set(err, ST_OFFLINE, 0, __func__, "docketd did not answer");
    }
    enum st code = err_set(err, (enum st)st, 0, __func__, "%s", text != NULL ? text : "refused");
    if (err != NULL) {
        err->wait_s = (int)json_integer_value(json_object_get(back, "wait_s"));
    }
    return code;
}

enum st control_call(const char *dir, const char *op, const json_t *in, json_t **out,
                     struct err *err)
{
    struct sockaddr_un a;
    *out = NULL;
    int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0) {
        return err_set(err, ST_NOT_FOUND, errno, __func__, "there is no store at %.120s", dir);
    }
    enum st st = address(dir_fd, &a, err);
    int fd = st == ST_OK ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
    if (st == ST_OK && (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)) {
        st = err_set(err, ST_OFFLINE, errno, __func__, "nobody answers on the store's socket");
    }
    json_t *message = NULL, *back = NULL;
    if (st == ST_OK) {
        patience(fd, WORK_TIMEOUT_S);
        message = json_pack("{s:s,s:O?}", "op", op, "in", in);
        back = message != NULL && put_message(fd, message) ? get_message(fd) : NULL;
        st = understand(back, out, err);
    }
    json_decref(message);
    json_decref(back);
    if (fd >= 0) {
        close(fd);
    }
    close(dir_fd);
    return st;
}

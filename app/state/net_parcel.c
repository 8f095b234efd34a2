/* net_parcel.c - what a revoked device still owes, on its way. On the network thread. */
#include <stdio.h>
#include <stdlib.h>

#include "app/state/app_internal.h"
#include "sync/carrier/file.h"
#include "sync/carrier/http_client.h"
#include "sync/engine/parcel.h"

static enum st sealed(const struct app *a, bytes *out, struct err *err)
{
    char path[600];
    parcel_path(a->dir, path, sizeof path);
    *out = (bytes){NULL, 0};
    return file_read(path, APP_NET_ANSWER_BYTES, out, err);
}

static void drop(bytes b)
{
    free((void *)(uintptr_t)b.p);
}

enum st net_parcel(struct net *n, struct err *err)
{
    struct http_client *c = NULL;
    struct http_reply reply = {0};
    struct bundle_buffer answer = {.cap = APP_NET_ANSWER_BYTES};
    char address[128];
    bytes parcel;
    pthread_mutex_lock(&n->mutex);
    snprintf(address, sizeof address, "%s", n->address);
    pthread_mutex_unlock(&n->mutex);
    if (address[0] == '\0') {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "no address of headquarters");
    }
    enum st st = sealed(n->app, &parcel, err);
    if (st == ST_OK) {
        st = http_open(&c, address, err);
    }
    if (st == ST_OK) {
        st = http_sync(c, parcel, bundle_buffer_sink, &answer, &n->stop, &reply, err);
    }
    if (st == ST_OK) {
        st = parcel_answer(n->app->dir, bytes_of(answer.p, answer.n), err);
    }
    http_close(&c);
    bundle_buffer_drop(&answer);
    drop(parcel);
    return st;
}

enum st net_parcel_file(struct net *n, const char *path, bool export, struct err *err)
{
    bytes b = {NULL, 0};
    enum st st;
    if (export) {
        st = sealed(n->app, &b, err);
        st = st == ST_OK ? file_write(path, b, 0644, err) : st;
    } else {
        st = file_read(path, APP_NET_ANSWER_BYTES, &b, err);
        st = st == ST_OK ? parcel_answer(n->app->dir, b, err) : st;
    }
    drop(b);
    return st;
}

/* http_client.c - see http_client.h. */
#include "sync/carrier/http_client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#define CONNECT_TIMEOUT_MS 20000L /* a branch's network answers within seconds, or not at all */
#define STALL_BYTES 1L            /* a byte a second is alive: never a bound on the whole */
#define STALL_S 60L
#define PROBLEM_BYTES 4096 /* of an error's body; the rest is not read */

struct http_client {
    CURL *curl;
    struct curl_slist *headers;
    atomic_int *stop; /* NULL: nothing ends a call early */
    char base[256];
};

/* One call's receiving side: 200 goes to the sink, all else is kept for its reason. */
struct receive {
    struct http_client *c;
    bundle_sink sink;
    void *ctx;
    struct err *err;
    enum st st;
    atomic_int *stop;
    size_t got;                   /* of a 200's body */
    uint64_t out_bytes, in_bytes; /* on the wire above TCP, headers included */
    char problem[PROBLEM_BYTES + 1];
    size_t nproblem;
};

enum st http_global_init(struct err *err)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK
               ? ST_OK
               : err_set(err, ST_FULL, 0, __func__, "libcurl does not start");
}

enum st http_open(struct http_client **out, const char *base, struct err *err)
{
    *out = NULL;
    size_t n = strlen(base);
    while (n > 0 && base[n - 1] == '/') {
        n--;
    }
    bool http = strncmp(base, "http://", 7) == 0 || strncmp(base, "https://", 8) == 0;
    if (!http || n < 8 || n >= sizeof((struct http_client *)NULL)->base - 16) {
        return err_set(err, ST_BAD_INPUT, 0, __func__,
                       "an address looks like http://headquarters:8080");
    }
    struct http_client *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    memcpy(c->base, base, n);
    c->curl = curl_easy_init();
    /* An empty Expect saves a second's stall and a round trip; Accept says nothing that we need. */
    static const char *const lines[] = {("Content-Type: " BUNDLE_MEDIA_TYPE), "Expect:", "Accept:"};
    for (size_t i = 0; c->curl != NULL && i < sizeof lines / sizeof lines[0]; i++) {
        struct curl_slist *more = curl_slist_append(c->headers, lines[i]);
        if (more == NULL) {
            http_close(&c);
            return err_set(err, ST_FULL, 0, __func__, "no memory");
        }
        c->headers = more;
    }
    if (c->curl == NULL) {
        http_close(&c);
        return err_set(err, ST_FULL, 0, __func__, "libcurl does not start");
    }
    *out = c;
    return ST_OK;
}

void http_close(struct http_client **c)
{
    if (*c != NULL) {
        curl_slist_free_all((*c)->headers);
        if ((*c)->curl != NULL) {
            curl_easy_cleanup((*c)->curl);
        }
        free(*c);
        *c = NULL;
    }
}

void http_stop_by(struct http_client *c, atomic_int *stop)
{
    c->stop = stop;
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
    struct receive *r = ctx;
    long status = 0;
    n *= size;
    curl_easy_getinfo(r->c->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200) {
        r->st = r->sink(r->ctx, bytes_of(p, n), r->err);
        r->got += n;
        return r->st == ST_OK ? n : 0;
    }
    size_t room = PROBLEM_BYTES - r->nproblem;
    size_t some = n < room ? n : room;
    memcpy(r->problem + r->nproblem, p, some);
    r->nproblem += some;
    return n;
}

/* libcurl's own figures count a body that goes with its headers twice: this counts what moves. */
static int on_wire(CURL *curl, curl_infotype type, char *p, size_t n, void *ctx)
{
    struct receive *r = ctx;
    (void)curl;
    (void)p;
    if (type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT) {
        r->out_bytes += n;
    } else if (type == CURLINFO_HEADER_IN || type == CURLINFO_DATA_IN) {
        r->in_bytes += n;
    }
    return 0;
}

static int on_progress(void *ctx, curl_off_t dt, curl_off_t dn, curl_off_t ut, curl_off_t un)
{
    (void)dt, (void)dn, (void)ut, (void)un;
    const struct receive *r = ctx;
    return r->stop != NULL && atomic_load(r->stop) != 0;
}

/* The string member `key` of a problem document: flat JSON that our own server wrote; anything odd
 * gives an empty string. */
static void member(const char *json, const char *key, char *out, size_t cap)
{
    char mark[32];
    snprintf(mark, sizeof mark, "\"%s\":", key);
    const char *p = strstr(json, mark);
    size_t n = 0;
    out[0] = '\0';
    if (p == NULL) {
        return;
    }
    p += strlen(mark);
    while (*p == ' ') {
        p++;
    }
    if (*p++ != '"') {
        return;
    }
    for (; *p != '\0' && *p != '"' && n + 1 < cap; p++) {
        if (*p == '\\') {
            continue; /* quotes in a sentence lose their mark, nothing else is escaped by us */
        }
        out[n++] = (unsigned char)*p < 0x20 ? ' ' : *p;
    }
    out[n] = '\0';
}

static void read_problem(struct receive *r, struct http_reply *reply)
{
    char type[128];
    r->problem[r->nproblem] = '\0';
    member(r->problem, "type", type, sizeof type);
    member(r->problem, "detail", reply->problem_detail, sizeof reply->problem_detail);
    const char *last = strrchr(type, '/');
    snprintf(reply->problem_type, sizeof reply->problem_type, "%.63s",
             last != NULL ? last + 1 : type);
}

static enum st judge(struct receive *r, CURLcode rc, struct http_reply *reply, struct err *err)
{
    if (r->st != ST_OK) {
        return r->st;
    }
    if (rc != CURLE_OK && reply->status != 0 && reply->status != 200) {
        rc = CURLE_OK; /* the refusal came before the whole body was sent */
    }
    if (rc != CURLE_OK) {
        return err_set(err, ST_OFFLINE, (int)rc, "http", "%s", curl_easy_strerror(rc));
    }
    if (reply->status == 200) {
        return ST_OK;
    }
    read_problem(r, reply);
    if (reply->status == 429 || reply->status == 503) {
        enum st st = err_set(err, ST_WAIT, (int)reply->status, "http", "%s",
                             reply->problem_detail[0] != '\0' ? reply->problem_detail
                                                              : "headquarters is busy");
        if (err != NULL) {
            err->wait_s = reply->retry_after_s > 0 ? reply->retry_after_s : 60;
        }
        return st;
    }
    if (reply->problem_detail[0] == '\0') {
        snprintf(reply->problem_detail, sizeof reply->problem_detail,
                 "the server answered %ld without a reason", reply->status);
    }
    return err_set(err, ST_REFUSED, (int)reply->status, "http", "%s", reply->problem_detail);
}

static enum st perform(struct http_client *c, const char *path, struct receive *r,
                       struct http_reply *reply, struct err *err)
{
    char url[320];
    if (r->stop == NULL) {
        r->stop = c->stop;
    }
    snprintf(url, sizeof url, "%s%s", c->base, path);
    curl_easy_setopt(c->curl, CURLOPT_URL, url);
    curl_easy_setopt(c->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, c->headers);
    curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(c->curl, CURLOPT_LOW_SPEED_LIMIT, STALL_BYTES);
    curl_easy_setopt(c->curl, CURLOPT_LOW_SPEED_TIME, STALL_S);
    curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, r);
    curl_easy_setopt(c->curl, CURLOPT_DEBUGFUNCTION, on_wire);
    curl_easy_setopt(c->curl, CURLOPT_DEBUGDATA, r);
    curl_easy_setopt(c->curl, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(c->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c->curl, CURLOPT_XFERINFODATA, r);
    CURLcode rc = curl_easy_perform(c->curl);
    curl_off_t wait = 0;
    curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &reply->status);
    curl_easy_getinfo(c->curl, CURLINFO_RETRY_AFTER, &wait);
    reply->retry_after_s = wait > 0 && wait < 86400 ? (int)wait : 0;
    reply->sent_bytes = r->out_bytes;
    reply->received_bytes = r->in_bytes;
    return judge(r, rc, reply, err);
}

enum st http_sync(struct http_client *c, bytes request, bundle_sink sink, void *ctx,
                  atomic_int *stop, struct http_reply *reply, struct err *err)
{
    struct receive *r = calloc(1, sizeof *r);
    memset(reply, 0, sizeof *reply);
    if (r == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    *r = (struct receive){.c = c, .sink = sink, .ctx = ctx, .err = err, .stop = stop};
    curl_easy_reset(c->curl);
    curl_easy_setopt(c->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, (const char *)request.p);
    curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request.n);
    enum st st = perform(c, "/v1/sync", r, reply, err);
    free(r);
    return st;
}

enum st http_trust(struct http_client *c, uint8_t *buf, size_t cap, size_t *n,
                   struct http_reply *reply, struct err *err)
{
    *n = 0;
    memset(reply, 0, sizeof *reply);
    struct receive *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    struct bundle_buffer in = {.cap = cap};
    *r = (struct receive){.c = c, .sink = bundle_buffer_sink, .ctx = &in, .err = err};
    curl_easy_reset(c->curl);
    curl_easy_setopt(c->curl, CURLOPT_HTTPGET, 1L);
    enum st st = perform(c, "/v1/trust", r, reply, err);
    if (st == ST_OK && in.n != 0) {
        memcpy(buf, in.p, in.n);
        *n = in.n;
    }
    bundle_buffer_drop(&in);
    free(r);
    return st;
}

/* web.h - the console's half of docketd over HTTP: /api/v1, /metrics, the console's own files.
 *
 * Fits beside /v1/sync in server.c: the request layer (api.h) is what answers; here are only
 * headers, bodies, streams and files. */
#ifndef SYNC_HQ_WEB_H
#define SYNC_HQ_WEB_H
#include "sync/hq/hq_writer.h"

#include <microhttpd.h>

struct web;
struct web_exchange;
struct web_options {
    const char *assets;      /* folder with console/; NULL: no console */
    bool secure;             /* TLS */
    void (*tick)(void *ctx); /* four times a second, on a thread of its own; NULL: none */
    void *tick_ctx;
};
MUST_USE enum st web_new(struct hq *hq, struct hq_writer *w, const struct web_options *opt,
                         struct web **web, struct err *err);
/* web_quiet: no stream goes on: before the daemon stops. web_free: after it. NULL is fine. */
void web_quiet(struct web *web);
void web_free(struct web **web);
/* web_takes: is this address the console's? */
bool web_takes(const struct web *web, const char *url);
/* One request: web_begin with its headers, web_feed its body, web_complete until it queued an
 * answer (it may suspend the connection for the writer), web_end when the connection is through. */
struct web_exchange *web_begin(struct web *web, struct MHD_Connection *c, const char *url,
                               const char *method);                /* NULL: no memory */
bool web_feed(struct web_exchange *x, const char *data, size_t n); /* false: cut it off */
enum MHD_Result web_complete(struct web_exchange *x);
void web_end(struct web_exchange *x);
#endif

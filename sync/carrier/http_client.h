/* http_client.h - bundles over HTTP (libcurl). The one place of the handheld that opens sockets.
 *
 * Blocking: call on a worker thread, one client a thread. http_global_init once in main, before
 * threads. The bundle is safe without TLS. */
#ifndef SYNC_CARRIER_HTTP_CLIENT_H
#define SYNC_CARRIER_HTTP_CLIENT_H
#include "core/base/slice.h"
#include "core/base/status.h"
#include "sync/bundle/bundle.h"

#include <stdatomic.h>

struct http_client; /* keeps the connection between calls */
MUST_USE enum st http_global_init(struct err *err);
/* http_open: `base` such as "http://hq:8080" (no path). ST_BAD_INPUT, ST_FULL. */
MUST_USE enum st http_open(struct http_client **c, const char *base, struct err *err);
void http_close(struct http_client **c); /* NULL is fine */
/* http_stop_by: what ends all calls of this client that are given no `stop` of their own. */
void http_stop_by(struct http_client *c, atomic_int *stop);

struct http_reply {
    long status;                         /* 0: none came */
    uint64_t sent_bytes, received_bytes; /* with headers, of this call */
    char problem_type[64]; /* of a problem+json, its last path part: "enrol-used"; or "" */
    char problem_detail[160];
    int retry_after_s; /* 0: not said */
};
/* http_sync: POST the bundle to /v1/sync; the answer goes to `sink` while it comes, so that a cut
 * leaves what came. ST_OFFLINE (no server, broke off, stalled), ST_REFUSED (an answer other than
 * 200: *reply has the reason, nothing went to the sink), ST_WAIT (429, 503: err->wait_s), the
 * sink's error. `stop` may be NULL; set to non-zero by another thread it ends the call with
 * ST_OFFLINE. */
MUST_USE enum st http_sync(struct http_client *c, bytes request, bundle_sink sink, void *ctx,
                           atomic_int *stop, struct http_reply *reply, struct err *err);
/* http_trust: GET /v1/trust, at most cap bytes into buf. Unproved. */
MUST_USE enum st http_trust(struct http_client *c, uint8_t *buf, size_t cap, size_t *n,
                            struct http_reply *reply, struct err *err);
#endif

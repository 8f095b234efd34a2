/* server.h - docketd over HTTP: POST /v1/sync, GET /v1/trust, GET /healthz; the console (web.h).
 *
 * A pool of threads receives, parses and verifies; the writer (hq_writer.h) keeps; the pool builds
 * the answer. A connection that waits for the writer is suspended: a slow one holds nobody up. */
#ifndef SYNC_HQ_SERVER_H
#define SYNC_HQ_SERVER_H
#include "sync/hq/hq_writer.h"

struct server;
/* server_start: listen = "HOST:PORT" ("[::1]:8080" for IPv6; port 0: any free one). ST_BAD_INPUT
 * (address), ST_OFFLINE (cannot listen there). */
MUST_USE enum st server_start(struct server **s, struct hq *hq, struct hq_writer *w,
                              const char *listen, struct err *err);
struct server_options {
    const char *listen;
    const char *assets;             /* the folder with console/; NULL: no console */
    const char *tls_cert, *tls_key; /* PEM files; NULL: plain, behind a proxy or on one machine */
};
/* server_start_with: the same with all that docketd can be told. ST_NOT_FOUND, ST_IO: a file. */
MUST_USE enum st server_start_with(struct server **s, struct hq *hq, struct hq_writer *w,
                                   const struct server_options *opt, struct err *err);
/* server_address: "127.0.0.1:41234", the address that is really listened on; lives as long as s. */
const char *server_address(const struct server *s);
/* server_stop: no new connection, the queue drained, then closed. Before hq_writer_stop. NULL is
 * fine.
 */
void server_stop(struct server **s);
#endif

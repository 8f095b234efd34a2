/* web_sync.h - POST /v1/sync: one posted bundle's way through the pool.
 *
 * Fits beside the console (web.h) in server.c. The pool receives, parses and verifies, the writer
 * keeps, the pool builds the answer; a connection that waits for the writer is suspended. */
#ifndef SYNC_HQ_WEB_SYNC_H
#define SYNC_HQ_WEB_SYNC_H
#include "sync/hq/hq_writer.h"

#include <microhttpd.h>

struct web_sync;
struct web_sync_exchange;
/* web_sync_new: `secure`: TLS; NULL: no memory. web_sync_free: when no exchange is left, nor one
 * with the writer; NULL is fine. */
struct web_sync *web_sync_new(struct hq *hq, struct hq_writer *w, bool secure);
void web_sync_free(struct web_sync **s);
/* web_sync_begin: with the headers alone; *answered: they were refused at once, *queued is what
 * came of it. NULL: no memory. web_sync_feed: its body; false: cut it off. web_sync_complete: until
 * it queued an answer (it suspends the connection for the writer). */
struct web_sync_exchange *web_sync_begin(struct web_sync *s, struct MHD_Connection *c,
                                         enum MHD_Result *queued, bool *answered);
bool web_sync_feed(struct web_sync_exchange *x, const char *data, size_t n);
enum MHD_Result web_sync_complete(struct web_sync_exchange *x);
/* web_sync_end: the connection is through; of one that broke off (`cut`) each frame that came whole
 * goes to the writer all the same. */
void web_sync_end(struct web_sync_exchange *x, bool cut);
#endif

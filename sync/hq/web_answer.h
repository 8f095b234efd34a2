/* web_answer.h - how headquarters answers over HTTP beside the console: headers, refusals. */
#ifndef SYNC_HQ_WEB_ANSWER_H
#define SYNC_HQ_WEB_ANSWER_H
#include "core/base/status.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

/* web_answer_problem: a problem document, and its line of the log; no header yet. The caller's;
 * NULL: no memory. */
struct MHD_Response *web_answer_problem(unsigned status, const char *problem, const char *detail);
/* web_answer_dress: what goes with every answer; what a browser could show says that there is
 * nothing to run in it. A bundle and a trust document are no pages and stay short. `secure`: TLS.
 * False: no memory. */
bool web_answer_dress(struct MHD_Response *r, const char *type, bool secure);
/* web_answer_send: queues `r` (NULL, or not dressed: MHD_NO), which is taken in any case. */
enum MHD_Result web_answer_send(struct MHD_Connection *c, unsigned status, struct MHD_Response *r,
                                bool dressed);
/* web_answer_bytes: 200; with MHD_RESPMEM_MUST_FREE the body is taken in any case. */
enum MHD_Result web_answer_bytes(struct MHD_Connection *c, bool secure, const char *type,
                                 const void *body, size_t n, enum MHD_ResponseMemoryMode mode);
/* web_answer_refuse: status by `st` and `problem` (may be NULL); wait_s 0: where the status asks
 * for a time, the usual one; `allow`: of a wrong method what the address takes, else NULL. */
enum MHD_Result web_answer_refuse(struct MHD_Connection *c, bool secure, enum st st,
                                  const char *problem, const char *detail, int wait_s,
                                  const char *allow);
#endif

/* hq_answer.h - headquarters' bundle back to a device: receipts, what its outbox holds, what it
 * lacks. Any thread, with a read transaction of its own; after the writer's commit. */
#ifndef SYNC_HQ_HQ_ANSWER_H
#define SYNC_HQ_HQ_ANSWER_H
#include "sync/hq/hq_request.h"

/* hq_answer: into `sink`. `max_bytes` of entries, `large_bytes` of large attachments (0: the
 * usual). */
MUST_USE enum st hq_answer(struct hq_request *r, uint64_t max_bytes, uint64_t large_bytes,
                           bundle_sink sink, void *ctx, struct err *err);
/* hq_exchange: the whole way of one bundle in one call, without a server: files and tests. `answer`
 * is written only on ST_OK; err has the reason else, *problem its type (static, or NULL). On ST_OK,
 * too, *problem says "altered" or "truncated" when only what came before that was believed. */
MUST_USE enum st hq_exchange(struct hq *hq, bytes request, bundle_sink sink, void *ctx,
                             const char **problem, struct err *err);
#endif

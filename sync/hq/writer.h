/* writer.h - docketd's one writer: a bounded queue and the only thread that changes the store.
 *
 * Requests that wait together are committed together: one flush for all of them. Operations of the
 * control socket run on the same thread, between groups. What a backlog left to fold is done when
 * nobody waits. */
#ifndef SYNC_HQ_WRITER_H
#define SYNC_HQ_WRITER_H
#include "sync/hq/hq_request.h"
#include "sync/hq/ops.h"

struct writer;
/* A task is the submitter's until `done` is called (on the writer's thread), which may free it. */
struct writer_task {
    struct hq_request *request; /* or, when NULL, an operation: */
    const char *op;
    const json_t *in;
    json_t *out;
    enum st st;
    struct err err;
    void (*done)(struct writer_task *task);
    void *ctx;
};
MUST_USE enum st writer_start(struct writer **w, struct hq *hq, struct err *err);
/* writer_submit: any thread. ST_WAIT when the queue is full or the writer stops: `done` is not
 * called. */
MUST_USE enum st writer_submit(struct writer *w, struct writer_task *task);
/* writer_refuse: no more tasks from now on; returns when the queue is empty. */
void writer_refuse(struct writer *w);
void writer_stop(struct writer **w); /* writer_refuse, then ends the thread; NULL is fine */
#endif

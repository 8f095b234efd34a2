/* hq_writer.h - docketd's one writer: a bounded queue and the only thread that changes the store.
 *
 * Requests that wait together are committed together: one flush for all of them. Operations of the
 * control socket run on the same thread, between groups. What a backlog left to fold is done when
 * nobody waits. */
#ifndef SYNC_HQ_HQ_WRITER_H
#define SYNC_HQ_HQ_WRITER_H
#include "sync/hq/hq_request.h"
#include "sync/hq/ops.h"

struct hq_writer;
/* A task is the submitter's until `done` is called (on the writer's thread), which may free it. */
struct hq_writer_task {
    struct hq_request *request; /* or, when NULL, an operation: */
    const char *op;
    const json_t *in;
    json_t *out;
    enum st st;
    struct err err;
    void (*done)(struct hq_writer_task *task);
    void *ctx;
};
MUST_USE enum st hq_writer_start(struct hq_writer **w, struct hq *hq, struct err *err);
/* hq_writer_submit: any thread. ST_WAIT when the queue is full or the writer stops: `done` is not
 * called. */
MUST_USE enum st hq_writer_submit(struct hq_writer *w, struct hq_writer_task *task);
/* hq_writer_refuse: no more tasks from now on; returns when the queue is empty. */
void hq_writer_refuse(struct hq_writer *w);
void hq_writer_stop(
    struct hq_writer **w); /* hq_writer_refuse, then ends the thread; NULL is fine */
#endif

/* web_lane.h - what takes long at the console, on a thread of its own.
 *
 * A thread of the pool serves many connections in turn: whoever makes an export, a printed report
 * or a password's hash on it holds up all of them. Such work waits here instead, its connection
 * suspended, one after the other. */
#ifndef SYNC_HQ_WEB_LANE_H
#define SYNC_HQ_WEB_LANE_H
#include "core/base/status.h"

#include <stdbool.h>

#define WEB_LANE_MAX 256 /* that wait: every clerk of a large company at eight in the morning */

struct web_lane;
/* A task is the submitter's until `run` is called, on the lane's thread, which may free it. */
struct web_lane_task {
    void (*run)(struct web_lane_task *task);
    void *ctx;
    struct web_lane_task *next; /* the lane's */
};
MUST_USE enum st web_lane_start(struct web_lane **lane, struct err *err);
/* web_lane_submit: any thread. False: too many wait, or it has stopped; `run` is not called. */
bool web_lane_submit(struct web_lane *lane, struct web_lane_task *task);
/* web_lane_stop: takes nothing more, and returns when all that waits was done. web_lane_free: that
 * too. NULL is fine. */
void web_lane_stop(struct web_lane *lane);
void web_lane_free(struct web_lane **lane);
#endif

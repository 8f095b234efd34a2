/* control.h - the Unix socket in the store's folder: operations for docketctl beside a running
 * docketd.
 *
 * A message is four bytes of length, big end first, then JSON: {"op", "in"} there, {"ok", "out"} or
 * {"ok": false, "st", "text"} back; one a connection. The folder's mode keeps others out. */
#ifndef SYNC_HQ_CONTROL_H
#define SYNC_HQ_CONTROL_H
#include "sync/hq/hq_writer.h"

struct control;
/* control_start: docketd's side: listens on a thread of its own. ST_IO, ST_FULL. */
MUST_USE enum st control_start(struct control **c, const char *dir, struct hq_writer *w,
                               struct err *err);
void control_stop(struct control **c); /* NULL is fine */
/* control_call: the client's side. ST_OFFLINE when nobody listens there. */
MUST_USE enum st control_call(const char *dir, const char *op, const json_t *in, json_t **out,
                              struct err *err);
#endif

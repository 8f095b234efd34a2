/* web_events.h - server-sent events: one thread looks for news, streams wake when there is some. */
#ifndef SYNC_HQ_WEB_EVENTS_H
#define SYNC_HQ_WEB_EVENTS_H
#include "sync/hq/api.h"
#include "sync/hq/web.h"

#include <microhttpd.h>

struct web_events;
/* web_events_start: the thread that ticks `api`, and opt->tick. ST_FULL. */
MUST_USE enum st web_events_start(struct api *api, const struct web_options *opt,
                                  struct web_events **e, struct err *err);
/* web_events_quiet: every stream ends now; no new one begins. web_events_free: the thread too. */
void web_events_quiet(struct web_events *e);
void web_events_free(struct web_events **e); /* NULL is fine */
/* web_events_room: may this login have one more stream? One person's pages leave room for others'.
 * web_events_response: a stream for this connection, from `after` (text, may be NULL: from now), of
 * what `who` may see; it ends with the session of that public name. */
bool web_events_room(struct web_events *e, const char *login);
struct MHD_Response *web_events_response(struct web_events *e, struct MHD_Connection *c,
                                         const char *after, const struct acct_user *who,
                                         const char *session);
#endif

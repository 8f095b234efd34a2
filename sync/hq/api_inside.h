/* api_inside.h - shared by api.c and api_guard.c alone. */
#ifndef SYNC_HQ_API_INSIDE_H
#define SYNC_HQ_API_INSIDE_H
#include "sync/hq/api.h"
#include "sync/hq/api_feed.h"
#include "sync/hq/rate.h"

#include <stdatomic.h>

struct api {
    struct hq *hq;
    struct acct_sessions *sessions;
    struct search *search;
    struct feed *feed;
    struct rate *strangers; /* who need not log in, and write */
    bool secure;
    unsigned hash_ops;
    atomic_ullong requests[6], writes, logins_failed; /* by first digit of the status */
};

/* api_is_write: any method but GET. */
bool api_is_write(const struct api_route *r);
/* api_authorise: c->user may go on with c->route; api_guard: the record that {id} names is within
 * his sight, c->id is it; api_prepare: c->in for api.write. Each ST_OK, or refused. */
MUST_USE enum st api_authorise(struct api_call *c);
MUST_USE enum st api_guard(struct api_call *c);
MUST_USE enum st api_prepare(struct api_call *c);
/* api_body: the request's body as c->in, an object; without one an empty object. */
MUST_USE enum st api_body(struct api_call *c);
#endif

/* api_inside.h - shared by the files of the request layer alone. */
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
    struct rate *readers;   /* who looked at how many records in an hour (api_log.c) */
    struct rate *noticed;   /* ... and of whom that was said */
    bool secure;
    uint8_t key[32]; /* of api_mark: this process's alone */
    unsigned hash_ops;
    atomic_ullong numbered;                                      /* requests since the start */
    atomic_ullong requests[6], writes, logins_failed, read_much; /* by first digit of the status */
};

/* api_log: a line on stderr (api_log.c); api_log_end: of a request that is no write: when it was
 * refused, or showed somebody's data. */
void api_log(const struct api_call *c, const char *event);
void api_log_end(const struct api_call *c);
/* api_is_write: any method but GET. */
bool api_is_write(const struct api_route *r);
/* api_authorise: c->user may go on with c->route; api_guard: the record that {id} names is within
 * his sight, c->id is it; api_prepare: c->in for api.write. Each ST_OK, or refused. */
MUST_USE enum st api_authorise(struct api_call *c);
MUST_USE enum st api_guard(struct api_call *c);
MUST_USE enum st api_prepare(struct api_call *c);
/* api_from: from where this request comes, as its user is shown it. */
void api_from(const struct api_call *c, struct acct_from *out);
/* api_check_settle: POST /conflicts names one of the values in question, of a record that the user
 * sees and whose fields he may write (api_settle.c). ST_OK, or refused. */
MUST_USE enum st api_check_settle(struct api_call *c);
/* api_mark: what tells two passwords apart as long as this process runs, and tells nothing else: a
 * new hash is never the same twice, and a write that is sent again must be. A new reference. */
json_t *api_mark(struct api_call *c, str password);
/* api_body: the request's body as c->in, an object; without one an empty object. */
MUST_USE enum st api_body(struct api_call *c);
#endif

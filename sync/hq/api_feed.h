/* api_feed.h - what became known, in order: follows every chain as far as it is folded.
 *
 * One thread ticks (docketd's, or a test); events are read from any. Feeds the search index too:
 * first with all that is there, some thousands a tick, then with what changes. */
#ifndef SYNC_HQ_API_FEED_H
#define SYNC_HQ_API_FEED_H
#include "sync/hq/acct.h"
#include "sync/hq/search.h"

struct feed;
/* feed_new: at the beginning; nothing is read before the first tick. ST_FULL. */
MUST_USE enum st feed_new(struct hq *hq, struct search *search, struct feed **f, struct err *err);
void feed_free(struct feed **f); /* NULL is fine */
bool feed_tick(struct feed *f);  /* true: something was new, or more is to be looked at */
/* feed_event: what is new since *after, as api_event says it: `who` is told of what a register
 * would show him, and no more. */
size_t feed_event(struct feed *f, const struct acct_user *who, uint64_t *after, char *buf,
                  size_t cap);
#endif

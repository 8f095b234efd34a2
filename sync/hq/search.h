/* search.h - names, phones, addresses, numbers and serials in memory: search only, never sorted.
 *
 * Built at start by the feed's thread, kept up by it; any thread may search. One buffer of
 * lower-case text that memmem runs through; a record that changed is written again at the end, the
 * old one is struck out, and the buffer is packed when half of it is. */
#ifndef SYNC_HQ_SEARCH_H
#define SYNC_HQ_SEARCH_H
#include "sync/hq/hq.h"

struct search;
/* search_new: empty; search_put fills it. ST_FULL. */
MUST_USE enum st search_new(struct hq *hq, struct search **s, struct err *err);
void search_free(struct search **s); /* NULL is fine */
bool search_covers(enum subject_type type);
/* search_put: (again) from the store's state. One thread. Scratch is the search's own. */
MUST_USE enum st search_put(struct search *s, struct store_txn *t, id16 subject, struct err *err);
/* search_find: subjects that hold every word of `q`, in the order in which they became known, at
 * most `max`; *more: there were others. */
unsigned search_find(struct search *s, str q, id16 *out, unsigned max, bool *more);
/* search_name: a person's name (of one without, his number), its Latin letters small; its length,
 * at most cap. 0: not known here yet. */
size_t search_name(struct search *s, id16 person, char *buf, size_t cap);
uint64_t search_count(struct search *s);
#endif

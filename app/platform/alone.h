/* alone.h - one window a store: a second start finds the first, raises it, and says so. A Unix
 * socket beside the store (STORE.here) is the door; what opens the store itself is its own lock. */
#ifndef APP_PLATFORM_ALONE_H
#define APP_PLATFORM_ALONE_H
#include <stdbool.h>

struct alone; /* opaque */

/* alone_begin: true: this start is the first on this store, and others will be told so from now on,
 * also those that come at the same moment; *out is the door, NULL where none could be made (a
 * folder that cannot be written: the store's own lock is then what tells a second start). False:
 * one runs already and was asked to show its window. At most some 3 s, at once as a rule. */
bool alone_begin(const char *store, struct alone **out);
/* alone_serve: who knocked, and knocks, is answered: `raise` is called from a thread of its own,
 * which sleeps in between. NULL is fine. */
void alone_serve(struct alone *a, void (*raise)(void *ctx), void *ctx);
/* alone_end: NULL is fine; nulls the caller's pointer. */
void alone_end(struct alone **a);
#endif

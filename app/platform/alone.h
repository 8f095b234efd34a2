/* alone.h - one window a store: a second start finds the first, raises it, and says so. A Unix
 * socket beside the store (STORE.here) is the door; what opens the store itself is its own lock. */
#ifndef APP_PLATFORM_ALONE_H
#define APP_PLATFORM_ALONE_H
#include <stdbool.h>

struct alone; /* opaque */

/* alone_raise: does one run on this store? Then it was asked to show its window. */
bool alone_raise(const char *store);
/* alone_begin: from now on this one is the first; `raise` is called from a thread of its own, which
 * sleeps until somebody knocks. NULL: no door could be made (a folder that cannot be written): a
 * second start is then told by the store's lock alone. */
struct alone *alone_begin(const char *store, void (*raise)(void *ctx), void *ctx);
/* alone_end: NULL is fine; nulls the caller's pointer. */
void alone_end(struct alone **a);
#endif

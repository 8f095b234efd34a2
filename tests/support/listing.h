/* listing.h - a committed file of vectors, and the same made today. */
#ifndef TESTS_LISTING_H
#define TESTS_LISTING_H
#include <stdio.h>

typedef void (*listing_put)(FILE *f);
/* listing_check: fails the running claim unless the file at `path`, from the root, holds what `put`
 * writes, to the byte. listing_write: writes it; what main returns. */
void listing_check(const char *path, listing_put put);
int listing_write(const char *path, listing_put put);
#endif

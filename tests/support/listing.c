/* listing.c - see listing.h. */
#include "tests/support/listing.h"

#include "tests/support/check.h"

void listing_check(const char *path, listing_put put)
{
    char *want = NULL, *got = NULL;
    size_t n = 0, len = 0;
    FILE *f = open_memstream(&want, &n);
    put(f);
    fclose(f);
    got = malloc(n + 1);
    f = fopen(path, "rb");
    CHECK(f != NULL && got != NULL);
    if (f != NULL && got != NULL) {
        len = fread(got, 1, n + 1, f); /* one more: nothing may follow */
        CHECK_BYTES(got, len, want, n);
    }
    if (f != NULL) {
        fclose(f);
    }
    free(got);
    free(want);
}

int listing_write(const char *path, listing_put put)
{
    FILE *f = fopen(path, "wb");
    if (f == NULL) {
        return 1;
    }
    put(f);
    return fclose(f) == 0 ? 0 : 1;
}

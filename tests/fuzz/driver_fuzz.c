/* driver_fuzz.c - a door under libFuzzer. `PROGRAM --seeds DIR` writes its seeds and ends. */
#include "tests/fuzz/door.h"

#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *seeds_dir;
static unsigned seeds_written;

void door_keep_seed(bytes in)
{
    char path[512];
    snprintf(path, sizeof path, "%s/seed-%03u", seeds_dir, seeds_written++);
    FILE *f = fopen(path, "wb");
    HOLD(f != NULL);
    HOLD(fwrite(in.p, 1, in.n, f) == in.n && fclose(f) == 0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    HOLD(door_counting());
    door.begin();
    if (*argc == 3 && strcmp((*argv)[1], "--seeds") == 0) {
        seeds_dir = (*argv)[2];
        door.seeds();
        printf("%u\n", seeds_written);
        exit(0);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n <= door.max_bytes) {
        door_run(bytes_of(data, n), false);
    }
    return 0;
}

/* driver_plain.c - a door under the ordinary compiler: every seed and every file of the corpus,
 * their prefixes, and some thousand altered ones, each beside an unreadable page. `PROGRAM FILE...`
 * replays files alone (a finding). */
#include "tests/fuzz/door.h"

#include "tests/support/bend.h"
#include "tests/support/check.h"
#include "tests/support/guard.h"

#include <dirent.h>

#define INPUTS_MAX 2000
#define TRIES 4000        /* altered inputs, unless the door says how many */
#define PREFIXES_MAX 3000 /* of one input; beyond, every so manyth */
#define BENDS_MAX 4000    /* of one seed, likewise */

static struct {
    uint8_t *p;
    size_t n;
} inputs[INPUTS_MAX];
static unsigned ninputs, nseeds;
static uint64_t seed = 20260301;

static uint64_t next_random(void) /* splitmix64 */
{
    uint64_t z = seed += 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

void door_keep_seed(bytes in)
{
    HOLD(ninputs < INPUTS_MAX);
    uint8_t *p = malloc(in.n + 1);
    HOLD(p != NULL);
    if (in.n > 0) {
        memcpy(p, in.p, in.n);
    }
    inputs[ninputs].p = p;
    inputs[ninputs++].n = in.n;
}

static bool run(const uint8_t *p, size_t n, bool all)
{
    struct guard g = guard_copy(bytes_of(p, n));
    bool ok = door_run(g.b, all);
    guard_free(&g);
    return ok;
}

static void load_file(const char *path)
{
    static uint8_t buf[DOOR_BYTES_MAX];
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        check_fail(__FILE__, __LINE__, "%s cannot be read", path);
        return;
    }
    size_t n = fread(buf, 1, sizeof buf, f);
    fclose(f);
    door_keep_seed(bytes_of(buf, n));
}

static void load_corpus(void)
{
    char dir[128];
    snprintf(dir, sizeof dir, "tests/fuzz/corpus/%s", door.name);
    DIR *d = opendir(dir);
    if (d == NULL) {
        return; /* nothing was found beyond the seeds */
    }
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        char path[512];
        snprintf(path, sizeof path, "%s/%.255s", dir, e->d_name);
        if (e->d_name[0] != '.') {
            load_file(path);
        }
    }
    closedir(d);
}

static void seeds_and_corpus_hold(void)
{
    unsigned accepted = 0;
    for (unsigned i = 0; i < ninputs; i++) {
        accepted += run(inputs[i].p, inputs[i].n, false);
    }
    CHECK(nseeds > 0);
    CHECK(accepted > 0); /* else the door is shut and nothing is tested */
    printf("# counted: %s: %u seeds and %u of the corpus, %u accepted\n", door.name, nseeds,
           ninputs - nseeds, accepted);
}

static void every_prefix_holds_beside_an_unreadable_page(void)
{
    size_t step = door.tries == 0 ? 1 : 8;
    for (unsigned i = 0; i < nseeds; i++) {
        size_t n = inputs[i].n;
        bool whole = n > 0 && run(inputs[i].p, n, false);
        size_t by = n > PREFIXES_MAX ? n / PREFIXES_MAX * step : step;
        for (size_t k = 0; k < n; k += by) {
            bool ok = run(inputs[i].p, k, false);
            if (ok && whole && door.prefix_free) {
                check_fail(__FILE__, __LINE__, "seed %u is accepted when cut to %zu", i, k);
            }
        }
    }
}

/* One change: a bit, a byte, a run taken out, doubled, or from another input. */
static size_t alter(uint8_t *p, size_t n)
{
    size_t at = n == 0 ? 0 : next_random() % n, left = n - at;
    size_t run_n = left == 0 ? 0 : 1 + next_random() % (left < 16 ? left : 16);
    switch (n == 0 ? 4 : next_random() % 6) {
    case 0:
        p[at] ^= (uint8_t)(1U << next_random() % 8);
        return n;
    case 1:
        p[at] = (uint8_t)next_random();
        return n;
    case 2:
        memmove(p + at, p + at + run_n, left - run_n);
        return n - run_n;
    case 3:
        if (n + run_n > door.max_bytes) {
            return n;
        }
        memmove(p + at + run_n, p + at, left);
        return n + run_n;
    default: {
        unsigned other = (unsigned)(next_random() % ninputs);
        size_t from = inputs[other].n == 0 ? 0 : next_random() % inputs[other].n;
        size_t k = inputs[other].n - from < 32 ? inputs[other].n - from : 32;
        if (at + k <= n) {
            memcpy(p + at, inputs[other].p + from, k);
        }
        return n;
    }
    }
}

static void altered_inputs_hold(void)
{
    static uint8_t buf[DOOR_BYTES_MAX];
    unsigned tries = door.tries == 0 ? TRIES : door.tries;
    for (unsigned i = 0; i < tries; i++) {
        unsigned from = i % ninputs;
        size_t n = inputs[from].n;
        memcpy(buf, inputs[from].p, n);
        for (uint64_t k = 1 + next_random() % 4; k > 0; k--) {
            n = alter(buf, n);
        }
        run(buf, n, false);
    }
}

static void the_longest_inputs_hold(void)
{
    static uint8_t buf[DOOR_BYTES_MAX];
    static const uint8_t fill[] = {0x00, 0x80, 0x9B, 0xA1, 0xD2, 0xFF, 'a', '"'};
    for (unsigned i = 0; i < sizeof fill; i++) {
        memset(buf, fill[i], door.max_bytes);
        run(buf, door.max_bytes, false);
    }
}

/* Of what is strict no prefix is accepted, be the door what it may. */
static unsigned cut_seed(unsigned seed_no, size_t at)
{
    static uint8_t buf[DOOR_BYTES_MAX];
    size_t n = inputs[seed_no].n, step = 1 + (n - at) * BENDS / BENDS_MAX;
    unsigned cuts = 0;
    memcpy(buf, inputs[seed_no].p, n);
    /* No body at all is another request, not a cut one. */
    for (size_t k = at + (door.json_at != NULL && !door.headed); k < n; k += step) {
        for (size_t i = 0; i < 4 && door.headed; i++) {
            buf[i] = (uint8_t)((k - at) >> (24 - 8 * i));
        }
        cuts++;
        if (run(buf, k, false)) {
            check_fail(__FILE__, __LINE__, "seed %u is accepted when cut to %zu", seed_no, k);
        }
    }
    return cuts;
}

static unsigned bend_seed(unsigned seed_no, size_t at, bool inside)
{
    static uint8_t buf[DOOR_BYTES_MAX];
    bytes in = bytes_of(inputs[seed_no].p + at, inputs[seed_no].n - at), out;
    size_t places = bend_places(in, inside), step = 1 + places * BENDS / BENDS_MAX;
    unsigned n = 0;
    memcpy(buf, inputs[seed_no].p, at);
    for (size_t place = 0; place < places; place += step) {
        for (unsigned how = 0; how < BENDS; how++) {
            if (!bend_make(in, inside, (enum bend)how, place, buf + at, sizeof buf - at, &out)) {
                continue;
            }
            n++;
            if (run(buf, at + out.n, false)) {
                check_fail(__FILE__, __LINE__, "seed %u is accepted with %s at item %zu", seed_no,
                           bend_name((enum bend)how), place);
            }
        }
    }
    return n;
}

static unsigned bend_seed_json(unsigned seed_no, size_t at)
{
    static uint8_t buf[DOOR_BYTES_MAX];
    bytes in = bytes_of(inputs[seed_no].p + at, inputs[seed_no].n - at), out;
    unsigned n = 0;
    memcpy(buf, inputs[seed_no].p, at);
    for (size_t place = 0; place < in.n; place++) {
        for (unsigned how = 0; how < BENDS; how++) {
            if (!bend_json(in, (enum bend)how, place, buf + at, sizeof buf - at, &out)) {
                continue;
            }
            for (size_t i = 0; i < 4 && door.headed; i++) {
                buf[i] = (uint8_t)(out.n >> (24 - 8 * i));
            }
            n++;
            if (run(buf, at + out.n, false)) {
                check_fail(__FILE__, __LINE__, "seed %u is accepted with %s at byte %zu", seed_no,
                           bend_name((enum bend)how), place);
            }
        }
    }
    return n;
}

static void what_is_bent_or_cut_is_refused(void)
{
    unsigned bent = 0, of = 0, cut = 0;
    for (unsigned i = 0; i < nseeds; i++) {
        bool inside = false;
        bytes in = bytes_of(inputs[i].p, inputs[i].n);
        size_t at = door.cbor_at != NULL ? door.cbor_at(in, &inside) : door.json_at(in);
        if (at != DOOR_NO_CBOR && run(in.p, in.n, false)) {
            cut += cut_seed(i, at);
            unsigned n = door.cbor_at != NULL ? bend_seed(i, at, inside) : bend_seed_json(i, at);
            bent += n;
            of += n > 0;
        }
    }
    CHECK(bent > 0);
    printf("# counted: %s: %u bent inputs and %u prefixes of %u seeds, all refused\n", door.name,
           bent, cut, of);
}

int main(int argc, char **argv)
{
    if (!door_counting()) {
        printf("# skipped: requests for memory are not counted in this build\n");
    }
    door.begin();
    if (argc > 1) {
        for (int i = 1; i < argc; i++) {
            load_file(argv[i]);
            printf("%s: %s\n", argv[i],
                   run(inputs[ninputs - 1].p, inputs[ninputs - 1].n, true) ? "accepted"
                                                                           : "refused");
        }
        return 0;
    }
    door.seeds();
    nseeds = ninputs;
    load_corpus();
    RUN(seeds_and_corpus_hold);
    RUN(every_prefix_holds_beside_an_unreadable_page);
    RUN(altered_inputs_hold);
    RUN(the_longest_inputs_hold);
    if (door.cbor_at != NULL || door.json_at != NULL) {
        RUN(what_is_bent_or_cut_is_refused);
    }
    CHECK_END();
}

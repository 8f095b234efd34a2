/* sim_rng.c - the one source of chance: xoshiro256** from a seed, for the schedule and for
 * libsodium.
 */
#include "tests/sim/sim.h"

#include <sodium.h>

static uint64_t rotl(uint64_t x, unsigned k)
{
    return x << k | x >> (64 - k);
}

static uint64_t split(uint64_t *x)
{
    uint64_t z = *x += 0x9e3779b97f4a7c15ULL;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
}

void sim_rng_seed(struct sim_rng *r, uint64_t seed, uint64_t stream)
{
    uint64_t x = seed * 0xd1342543de82ef95ULL + stream;
    for (unsigned i = 0; i < 4; i++) {
        r->s[i] = split(&x);
    }
}

uint64_t sim_rng_next(struct sim_rng *r)
{
    uint64_t *s = r->s, out = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return out;
}

unsigned sim_rng_below(struct sim_rng *r, unsigned n)
{
    return n == 0 ? 0 : (unsigned)(sim_rng_next(r) % n);
}

bool sim_rng_chance(struct sim_rng *r, unsigned percent)
{
    return sim_rng_below(r, 100) < percent;
}

/* libsodium's generator has no context, so this one lies outside of every world. Only the
 * simulation's one thread draws. */
static struct sim_rng drawn;

static const char *name(void)
{
    return "simulation";
}

static uint32_t draw(void)
{
    return (uint32_t)sim_rng_next(&drawn);
}

static void draw_bytes(void *const out, const size_t n)
{
    uint8_t *p = out;
    for (size_t i = 0; i < n; i += 8) {
        uint64_t x = sim_rng_next(&drawn);
        memcpy(p + i, &x, n - i < 8 ? n - i : 8);
    }
}

void sim_rng_sodium(uint64_t seed, uint64_t stream)
{
    static randombytes_implementation own = {
        .implementation_name = name, .random = draw, .buf = draw_bytes};
    sim_rng_seed(&drawn, seed, stream);
    if (randombytes_set_implementation(&own) != 0) {
        exit(99);
    }
}

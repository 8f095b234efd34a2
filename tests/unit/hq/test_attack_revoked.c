/* test_attack_revoked.c - what a thief may prepare for the day on which his device is revoked: it
 * must cost no more than the entries that it brought. */
#include "sync/hq/hq_cut.h"
#include "tests/unit/hq/put_back.h"
#include "tests/unit/hq/scene.h"

#include <time.h>

enum { LONG = 1200 };

static struct pair p;
static struct pair_device a, b, twin;

/* `b` and `twin` are two copies of one store, `a` a colleague. */
static void begin(void)
{
    pair_begin(&p);
    scene_pair(&p, &a, &b, NULL);
    put_back_twin(&p, &b, &twin);
}

static void end(void)
{
    pair_leave(&twin);
    scene_end(&p, &a, &b);
}

/* Of the processor's time of this thread: others may use the machine. */
static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* How long headquarters takes to revoke the author of `d`. */
static double revoke(const struct pair_device *d)
{
    double from = seconds();
    scene_revoke(&p, d, 0);
    PAIR_OK(&p, hq_cut_settle(p.hq, 0, &p.err)); /* all parts of it */
    return seconds() - from;
}

/* A head of the revocation lies on the long branch: whether an entry of that leads to the head is
 * asked of each of them, again and again. */
static void a_long_branch_is_revoked_as_fast_as_a_long_chain(void)
{
    struct exchange_result r;
    begin();
    for (unsigned i = 0; i < LONG; i++) {
        scene_write_alone(&p, &a);
        scene_write_alone(&p, &twin);
    }
    scene_write_alone(&p, &b);
    pair_sync(&p, &b, &r);
    pair_exchange(&p, &twin, NULL, NULL);
    pair_sync(&p, &a, &r);
    double branch = revoke(&b), chain = revoke(&a);
    fprintf(stderr, "# a branch of %d: %.2f s, a chain: %.2f s\n", LONG, branch, chain);
    CHECK(branch < 10 * chain + 0.5);
    end();
}

int main(void)
{
    RUN(a_long_branch_is_revoked_as_fast_as_a_long_chain);
    CHECK_END();
}

/* test_attack_revoked.c - what a thief may prepare for the day on which his device is revoked: it
 * must cost no more than the entries that it brought. */
#include "tests/unit/hq/put_back.h"

#include <time.h>

enum { LONG = 1200 };

static struct pair p;
static struct pair_device a, b, twin;

/* `b` and `twin` are two copies of one store, `a` a colleague. */
static void begin(void)
{
    struct exchange_result r;
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    pair_begin(&p);
    id16 who = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    pair_join(&p, &a, who, "D1");
    pair_join(&p, &b, who, "D2");
    pair_sync(&p, &a, &r);
    pair_sync(&p, &b, &r);
    put_back_twin(&p, &b, &twin);
}

static void end(void)
{
    pair_leave(&a);
    pair_leave(&b);
    pair_leave(&twin);
    pair_end(&p);
}

/* Something of a job that nobody else has. */
static void write_alone(struct pair_device *d)
{
    uint8_t body[CAP_BODY_BYTES];
    struct record_write w = {.field = F_JOB_CONTACT, .type = FT_TEXT, .i = 0};
    struct append_att att = {.type = ATT_TEXT, .content = str_bytes(S("Mr Wu"))};
    struct append what = {
        .kind = KIND_RECORD_SET, .subject_type = SUBJECT_JOB, .atts = &att, .natt = 1};
    struct now now = pair_now(&p);
    h32 hash = {{0}};
    randombytes_buf(what.subject.b, sizeof what.subject.b);
    PAIR_OK(&p, record_encode(&w, 1, body, sizeof body, &what.body));
    PAIR_OK(&p, journal_append(&d->journal, &what, &now, &hash, &p.err));
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* How long headquarters takes to revoke the author of `d`. */
static double revoke(const struct pair_device *d)
{
    json_t *out = NULL, *in = json_pack("{s:o}", "author", ops_hex(d->journal.head.author.b, 8));
    double from = seconds();
    PAIR_OK(&p, ops_run(p.hq, "revoke", in, &out, &p.err));
    from = seconds() - from;
    json_decref(in);
    json_decref(out);
    return from;
}

/* A head of the revocation lies on the long branch: whether an entry of that leads to the head is
 * asked of each of them, again and again. */
static void a_long_branch_is_revoked_as_fast_as_a_long_chain(void)
{
    struct exchange_result r;
    begin();
    for (unsigned i = 0; i < LONG; i++) {
        write_alone(&a);
        write_alone(&twin);
    }
    write_alone(&b);
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

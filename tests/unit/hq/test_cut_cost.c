/* test_cut_cost.c - what a revocation costs: signatures, counted in front of libsodium. The
 * document is opened a few times, however many entries it cuts off. */
#define _GNU_SOURCE
#include "tests/unit/hq/pair.h"

#include <dlfcn.h>

typedef int (*verify_fn)(const unsigned char *sig, const unsigned char *m, unsigned long long n,
                         const unsigned char *pk);
static unsigned long verified;

/* libsodium's own is called behind it. */
int crypto_sign_ed25519_verify_detached(const unsigned char *sig, const unsigned char *m,
                                        unsigned long long n, const unsigned char *pk)
{
    static verify_fn real;
    if (real == NULL) {
        void *p = dlsym(RTLD_NEXT, "crypto_sign_ed25519_verify_detached");
        memcpy(&real, &p, sizeof real);
    }
    verified++;
    return real(sig, m, n, pk);
}

static struct pair p;
static struct pair_device d;
static id16 job;

static void work(unsigned n)
{
    id8 visit = {{1}};
    for (unsigned i = 0; i < n; i++) {
        pair_step(&p, &d, job, KIND_VISIT_TRAVELLING, visit);
    }
}

struct cost {
    unsigned long revoking, after; /* signatures of the revocation; of what is handed in after it */
};

/* A device that was lost before `n` of its entries, and hands in `n` more. */
static struct cost cost_of(unsigned n)
{
    struct cost c;
    struct exchange_result r;
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    pair_begin(&p);
    id16 who = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    job = pair_job(&p, (id16){{0}}, "no cooling");
    pair_assign(&p, job, who);
    pair_join(&p, &d, who, "D1");
    pair_sync(&p, &d, &r);
    work(1);
    pair_sync(&p, &d, &r);
    int64_t since = p.ms + 1;
    p.ms += 1000;
    work(n);
    pair_sync(&p, &d, &r);
    json_t *out = NULL, *in = json_pack("{s:o,s:I}", "author", ops_hex(d.journal.cert.author.b, 8),
                                        "since_ms", (json_int_t)since);
    verified = 0;
    PAIR_OK(&p, ops_run(p.hq, "revoke", in, &out, &p.err));
    c.revoking = verified;
    CHECK_INT(json_integer_value(json_object_get(out, "set_aside")), n);
    json_decref(in);
    json_decref(out);
    work(n);
    struct bundle_buffer up = {.cap = 1 << 22}, down = {.cap = 1 << 22};
    const char *problem;
    struct now now = pair_now(&p);
    memset(&r, 0, sizeof r);
    PAIR_OK(&p, exchange_request(&d.journal, NULL, &now, bundle_buffer_sink, &up, &r, &p.err));
    CHECK_INT(r.sent_entries, n);
    verified = 0;
    PAIR_OK(&p,
            hq_exchange(p.hq, bytes_of(up.p, up.n), bundle_buffer_sink, &down, &problem, &p.err));
    c.after = verified;
    bundle_buffer_drop(&up);
    bundle_buffer_drop(&down);
    pair_leave(&d);
    pair_end(&p);
    return c;
}

static void a_revocation_is_opened_no_oftener_for_many_entries_than_for_a_few(void)
{
    struct cost few = cost_of(10), many = cost_of(110);
    printf("# 10 entries: %lu and %lu signatures, 110: %lu and %lu\n", few.revoking, few.after,
           many.revoking, many.after);
    CHECK(few.revoking > 0);
    CHECK_INT(many.revoking, few.revoking);
    CHECK_INT(many.after - few.after, 100); /* each its own */
}

int main(void)
{
    RUN(a_revocation_is_opened_no_oftener_for_many_entries_than_for_a_few);
    CHECK_END();
}

/* test_chain.c - chains: what continues one, what does not, and what the last signature covers. */
#include "core/journal/entry.h"
#include "tests/support/check.h"
#include "tests/support/sample.h"

#include <sodium.h>

#define N 20
static struct sample s;
static uint8_t raw[N][CAP_ENTRY_BYTES];
static struct entry_view chain[N];
static struct chain_head start;

static void build(void)
{
    struct err err;
    start = (struct chain_head){.author = s.tech.author, .epoch = sample_id8("epoch")};
    struct chain_head h = start;
    for (size_t i = 0; i < N; i++) {
        struct now n = sample_now((int64_t)i * 1000);
        struct entry_draft d = {.kind = KIND_VISIT_TRAVELLING,
                                .subject_type = SUBJECT_JOB,
                                .subject = sample_id16("job")};
        CHECK(entry_make(&h, &d, &n, s.trust.deployment, s.tech.keys.sign_sk, raw[i], sizeof raw[i],
                         &chain[i], &err) == ST_OK);
    }
}

static enum st check(struct chain_head *h, const struct entry_view *e, size_t n, size_t *bad)
{
    const char *rule;
    return chain_check(h, e, n, s.trust.deployment, s.tech.keys.sign_pk, bad, &rule);
}

static void a_whole_chain_holds_at_once_or_in_any_pieces(void)
{
    build();
    struct chain_head h = start;
    size_t bad;
    CHECK(check(&h, chain, N, &bad) == ST_OK);
    CHECK(h.seq == N && h32_eq(h.hash, chain[N - 1].hash) && h.time == chain[N - 1].time);
    CHECK(h.said.has_boot && h.said.has_offset); /* said by the first, holds to the last */
    for (size_t cut = 0; cut <= N; cut++) {
        h = start;
        CHECK(check(&h, chain, cut, &bad) == ST_OK);
        CHECK(check(&h, chain + cut, N - cut, &bad) == ST_OK);
        CHECK(h.seq == N);
    }
}

static void a_gap_a_repetition_and_another_order_are_refused(void)
{
    build();
    struct entry_view e[N];
    size_t bad;
    struct chain_head h = start;
    memcpy(e, chain, sizeof e);
    memmove(&e[5], &e[6], (N - 6) * sizeof e[0]);
    CHECK(check(&h, e, N - 1, &bad) == ST_CONFLICT && bad == 5);
    memcpy(e, chain, sizeof e);
    e[7] = e[6];
    CHECK(check(&h, e, N, &bad) == ST_CONFLICT && bad == 7);
    memcpy(e, chain, sizeof e);
    e[2] = chain[3];
    e[3] = chain[2];
    CHECK(check(&h, e, N, &bad) == ST_CONFLICT && bad == 2);
    CHECK(check(&h, chain + 1, N - 1, &bad) == ST_CONFLICT && bad == 0);
    CHECK(h.seq == 0 && h32_zero(h.hash)); /* a failure moves nothing */
}

static void another_author_or_epoch_is_refused(void)
{
    build();
    size_t bad;
    struct chain_head h = start;
    h.epoch.b[0] ^= 1;
    CHECK(check(&h, chain, N, &bad) == ST_BAD_FORM && bad == 0);
    h = start;
    h.author = s.other.author;
    CHECK(check(&h, chain, N, &bad) == ST_BAD_FORM && bad == 0);
}

static void a_bit_changed_in_any_entry_breaks_the_chain_though_only_the_last_is_verified(void)
{
    build();
    size_t bad;
    for (size_t i = 0; i < N; i++) {
        size_t n = chain[i].whole.n;
        for (size_t bit = 0; bit < n * 8; bit++) {
            struct entry_view e[N];
            memcpy(e, chain, sizeof e);
            raw[i][bit / 8] = (uint8_t)(raw[i][bit / 8] ^ (1U << bit % 8));
            struct entry_view bent;
            if (entry_parse(bytes_of(raw[i], n), &bent, NULL, NULL) == ST_OK) {
                e[i] = bent;
                struct chain_head h = start;
                CHECK(check(&h, e, N, &bad) != ST_OK);
                CHECK(h.seq == 0);
            }
            raw[i][bit / 8] = (uint8_t)(raw[i][bit / 8] ^ (1U << bit % 8));
        }
    }
}

static void another_key_at_the_head_is_refused(void)
{
    build();
    struct chain_head h = start;
    size_t bad;
    const char *rule;
    CHECK(chain_check(&h, chain, N, s.trust.deployment, s.other.keys.sign_pk, &bad, &rule) ==
          ST_BAD_SIGNATURE);
    CHECK(bad == N - 1);
    CHECK_STR(rule, "signature of the head");
}

static void a_second_entry_with_one_sequence_does_not_link(void)
{
    build();
    uint8_t buf[CAP_ENTRY_BYTES];
    struct entry_view twin, e[N];
    struct err err;
    struct chain_head h = start;
    size_t bad;
    CHECK(check(&h, chain, 9, &bad) == ST_OK);
    struct now n = sample_now(77777);
    struct entry_draft d = {
        .kind = KIND_VISIT_LEFT, .subject_type = SUBJECT_JOB, .subject = sample_id16("job")};
    CHECK(entry_make(&h, &d, &n, s.trust.deployment, s.tech.keys.sign_sk, buf, sizeof buf, &twin,
                     &err) == ST_OK);
    CHECK(twin.seq == chain[9].seq && !h32_eq(twin.hash, chain[9].hash));
    memcpy(e, chain, sizeof e);
    e[9] = twin;
    h = start;
    CHECK(check(&h, e, N, &bad) == ST_CONFLICT && bad == 10);
    CHECK(check(&h, e, 10, &bad) == ST_OK); /* by itself it continues the chain as well: a fork */
}

int main(void)
{
    sample_make(&s);
    RUN(a_whole_chain_holds_at_once_or_in_any_pieces);
    RUN(a_gap_a_repetition_and_another_order_are_refused);
    RUN(another_author_or_epoch_is_refused);
    RUN(a_bit_changed_in_any_entry_breaks_the_chain_though_only_the_last_is_verified);
    RUN(another_key_at_the_head_is_refused);
    RUN(a_second_entry_with_one_sequence_does_not_link);
    sample_free(&s);
    CHECK_END();
}

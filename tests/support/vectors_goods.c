/* vectors_goods.c - what a customer says or signs without a sign-off, each one entry: a thing taken
 * away and brought back, a rating before the device came back. */
#include "tests/support/vectors_inside.h"

#include "core/model/bodies.h"

static bytes body_of(unsigned kind, const union body *b, uint8_t *buf, size_t cap)
{
    bytes out;
    if (body_encode(kind, b, buf, cap, &out) != ST_OK) {
        vectors_die("goods", "does not encode");
    }
    return out;
}

/* Rated, and then said anew: both stay, the second corrects nothing. No rating takes the place of
 * another under a signed entry. */
static void rated(struct vectors *t)
{
    uint8_t buf[64];
    const union body b = {.step = {.head = {.visit = sample_id8("visit")}}};
    const h32 first = sample_h32("sealed ratings"), anew = sample_h32("sealed ratings, anew");
    struct chain_head head = {.author = t->s.tech.author, .epoch = sample_id8("rated epoch")};
    struct entry_draft d = {.kind = KIND_VISIT_RATED,
                            .subject_type = SUBJECT_JOB,
                            .subject = sample_id16("job"),
                            .body = body_of(KIND_VISIT_RATED, &b, buf, sizeof buf),
                            .atts = &first,
                            .natt = 1};
    vectors_entry(t, "entry-visit-rated", &t->s.tech, &head, &d, sample_now(0));
    d.atts = &anew;
    vectors_entry(t, "entry-visit-rated-anew", &t->s.tech, &head, &d, sample_now(60000));
    struct vector *v = vectors_again(t, "entry-visit-rated-otherwise", "entry-visit-rated",
                                     "bad signature", "signature");
    for (size_t i = 0; i + sizeof first.b <= v->n; i++) {
        if (memcmp(v->data + i, first.b, sizeof first.b) == 0) {
            memcpy(v->data + i, anew.b, sizeof anew.b);
            return;
        }
    }
    vectors_die(v->name, "no rating to exchange");
}

void vectors_goods(struct vectors *t)
{
    uint8_t buf[512];
    union body b;
    struct code receipt;
    h32 atts[3] = {sample_h32("receipt as read"), sample_h32("stroke"), sample_h32("name")};
    struct chain_head head = {.author = t->s.tech.author, .epoch = sample_id8("goods epoch")};
    struct entry_draft d = {
        .subject_type = SUBJECT_JOB, .subject = sample_id16("job"), .atts = atts, .natt = 3};
    if (!code_of(str_bytes(S("G-T1-7K-000042")), &receipt)) {
        vectors_die("goods", "no code");
    }
    memset(&b, 0, sizeof b);
    b.taken.head.visit = sample_id8("visit");
    b.taken.receipt = receipt;
    b.taken.goods = sample_id16("goods");
    b.taken.reason = TAKE_WORKSHOP;
    b.taken.promised_ms = SAMPLE_TIME_MS + 259200000;
    b.taken.condition = CONDITION_SCRATCHED;
    b.taken.accessories = WITH_CORD | WITH_REMOTE;
    b.taken.template_ = 1;
    b.taken.relation = REL_FAMILY;
    b.taken.name = true;
    d.kind = KIND_VISIT_TAKEN;
    d.body = body_of(d.kind, &b, buf, sizeof buf);
    vectors_entry(t, "entry-visit-taken", &t->s.tech, &head, &d, sample_now(0));
    memset(&b, 0, sizeof b);
    b.returned.head.visit = sample_id8("visit of the return");
    b.returned.receipt = receipt;
    b.returned.goods = sample_id16("goods");
    b.returned.outcome = RECEIPT_LOST;
    b.returned.total_minor = 18500;
    b.returned.class_ = CLASS_A;
    b.returned.template_ = 2;
    d.natt = 2;
    d.kind = KIND_VISIT_RETURNED;
    d.body = body_of(d.kind, &b, buf, sizeof buf);
    vectors_entry(t, "entry-visit-returned", &t->s.tech, &head, &d, sample_now(86400000));
    rated(t);
}

/* test_bodies.c - every body comes back as it was, in the bytes that ENTRY.md describes. */
#include "core/codec/cbor.h"
#include "tests/unit/core/fold_help.h"

static uint8_t buf[CAP_BODY_BYTES], two[CAP_BODY_BYTES];

/* One of each kind with everything in it that it can hold. */
static union body full(unsigned kind)
{
    union body b = {0};
    const char *v = "v";
    switch (kind) {
    case KIND_JOURNAL_OPENED:
        b.opened = (struct body_opened){true, sample_id8("e"), 12, sample_h32("h")};
        return b;
    case KIND_JOB_ASSIGNED:
        b.assigned.technician = sample_id16("t");
        b.assigned.seen = (struct hash_list){2, {sample_h32("a"), sample_h32("b")}};
        return b;
    case KIND_JOB_CANCELLED:
        b.cancelled.reason = 3;
        return b;
    case KIND_EDITION:
        b.edition = (struct body_edition){5, sample_h32("base")};
        return b;
    case KIND_CERTIFICATE:
        b.certificate = (struct body_certificate){sample_id8("a"), sample_h32("c")};
        return b;
    case KIND_REVOKED:
        b.revoked = (struct body_revoked){sample_id8("a"), 7};
        return b;
    case KIND_FORGOTTEN:
        b.forgotten.n = CAP_BODY_FORGET;
        for (unsigned i = 0; i < CAP_BODY_FORGET; i++) {
            b.forgotten.atts[i] = sample_h32("att");
        }
        b.forgotten.rule = FORGET_REQUEST;
        b.forgotten.legal_until_ms = SAMPLE_TIME_MS;
        return b;
    case KIND_CASH_ACCEPTED:
        b.cash.paid = (struct hash_list){1, {sample_h32("p")}};
        b.cash.amount_minor = 22000;
        return b;
    case KIND_JOB_RESTORED:
    case KIND_SET_ASIDE:
        b.named = (struct hash_list){2, {sample_h32("one"), sample_h32("two")}};
        return b;
    case KIND_ADMITTED:
        b.admitted.named = (struct hash_list){2, {sample_h32("one"), sample_h32("two")}};
        b.admitted.reason = 3;
        return b;
    case KIND_ACCESS:
        b.access =
            (struct body_access){ACCESS_TOKEN_MADE, sample_id16("p"), 0x30, SAMPLE_TIME_MS, 3};
        return b;
    case KIND_ITEM_SETTLED:
        b.settled.reason = ITEM_DEVICE;
        return b;
    case KIND_VISIT_ARRIVED:
        b.arrived.head = help_head(v);
        b.arrived.flags = 3;
        return b;
    case KIND_VISIT_DIAGNOSED:
        b = help_diagnosed(v);
        b.diagnosed.edition = 9;
        b.diagnosed.fault_words = b.diagnosed.cause_words = true;
        return b;
    case KIND_VISIT_CLASS:
        b = help_class(v, CLASS_B);
        b.class_.proposed = CLASS_C;
        b.class_.contract = sample_id16("k");
        return b;
    case KIND_VISIT_PRICED:
        return help_priced(v, true, 13000);
    case KIND_VISIT_PART:
        b = help_part(v);
        CHECK(code_of(str_bytes(S("SN 1")), &b.part.serial_in));
        CHECK(code_of(str_bytes(S("SN 2")), &b.part.serial_out));
        b.part.edition = 2;
        b.part.words = b.part.why_words = true;
        return b;
    case KIND_VISIT_ACTION:
        b = help_action(v);
        b.action.words = true;
        return b;
    case KIND_VISIT_TESTED:
        b = help_tested(v);
        b.tested.danger_words = b.tested.words = true;
        return b;
    case KIND_VISIT_FEE:
        return help_fee(v);
    case KIND_VISIT_SIGNED:
        b = help_signed(v, SIGN_REFUSED, 2);
        b.signed_.relation = REL_FAMILY;
        b.signed_.ncovers = CAP_COVERS;
        for (unsigned i = 0; i < CAP_COVERS; i++) {
            b.signed_.covers[i] = (struct cover){sample_id8("a"), sample_h32("e")};
        }
        b.signed_.att_flags = 15;
        return b;
    case KIND_VISIT_ENDED:
        b = help_ended(v, END_PART_WANTED);
        CHECK(code_of(str_bytes(S("P")), &b.ended.part));
        b.ended.note = true;
        return b;
    case KIND_VISIT_PAID:
        return help_paid(v, PAY_CASH, -5);
    case KIND_WITHDRAWN:
        b.withdrawn = (struct body_withdrawn){sample_id8(v), sample_h32("w")};
        return b;
    case KIND_JOB_REOPENED:
        b.asked = (struct body_visit_reason){.visit = sample_id8(v), .reason = 2};
        return b;
    case KIND_HANDOVER_ASKED:
    case KIND_HELP_ASKED:
        b.asked = (struct body_visit_reason){.visit = sample_id8(v), .reason = 2, .note = true};
        return b;
    case KIND_PROPOSED:
        b.proposed = (struct body_proposed){sample_id8(v), 101};
        return b;
    case KIND_HELP_ANSWERED:
        b.help = (struct body_help){sample_h32("asked"), HELP_COMES, sample_id16("p"),
                                    SAMPLE_TIME_MS, true};
        return b;
    case KIND_VISIT_TAKEN:
        return help_taken(v, "G-1");
    case KIND_VISIT_RETURNED:
        return help_returned(v, "G-1", 0);
    default: /* the plain steps, and job.archived */
        b.step.head = help_head(v);
        b.step.head.old = (struct hash_list){1, {sample_h32("old")}};
        return b;
    }
}

static void every_kind_comes_back_as_it_was(void)
{
    unsigned tried = 0;
    for (unsigned k = 1; k <= KIND_VISIT_RATED; k++) {
        if (kind_info(k) == NULL || k == KIND_RECORD_SET) {
            continue;
        }
        union body b = full(k), back;
        bytes a, c;
        CHECK(body_encode(k, &b, buf, sizeof buf, &a) == ST_OK);
        CHECK(cbor_check(a, CBOR_NO_TEXT, NULL, NULL) == ST_OK);
        CHECK(body_decode(k, a, &back) == ST_OK);
        CHECK(body_encode(k, &back, two, sizeof two, &c) == ST_OK);
        CHECK_BYTES(a.p, a.n, c.p, c.n);
        if (k != KIND_JOB_ARCHIVED) {
            CHECK(memcmp(&b, &back, sizeof b) == 0);
        }
        tried++;
    }
    CHECK_INT(tried, 38);
}

static void what_is_empty_and_optional_is_left_out(void)
{
    union body b = {0};
    bytes a;
    b.class_.head.visit = (id8){{1, 2, 3, 4, 5, 6, 7, 8}};
    b.class_.class_ = CLASS_A;
    b.class_.basis = BASIS_PAID;
    static const uint8_t want[] = {0xA3, 1, 0x48, 1, 2, 3, 4, 5, 6, 7, 8, 2, 1, 3, 1};
    CHECK(body_encode(KIND_VISIT_CLASS, &b, buf, sizeof buf, &a) == ST_OK);
    CHECK_BYTES(a.p, a.n, want, sizeof want);
    CHECK(body_encode(KIND_JOB_ARCHIVED, &b, buf, sizeof buf, &a) == ST_OK);
    CHECK(a.n == 1 && a.p[0] == 0xA0);
}

static void keys_of_a_newer_version_are_passed_over(void)
{
    static const uint8_t in[] = {0xA4, 1, 0x48, 1,    2, 3, 4,    5,  6,    7, 8,
                                 2,    3, 9,    0x82, 1, 2, 0x18, 40, 0x41, 7};
    union body b;
    CHECK(body_decode(KIND_VISIT_ARRIVED, bytes_of(in, sizeof in), &b) == ST_OK);
    CHECK_INT(b.arrived.flags, 3);
}

static void what_is_missing_or_of_another_type_is_refused(void)
{
    union body b, back;
    for (unsigned k = 1; k <= KIND_VISIT_RATED; k++) {
        if (kind_info(k) == NULL || k == KIND_RECORD_SET || k == KIND_JOB_ARCHIVED ||
            k == KIND_JOURNAL_OPENED) {
            continue;
        }
        CHECK(body_decode(k, bytes_of("\xA0", 1), &back) == ST_BAD_FORM);
        b = full(k);
        bytes a;
        CHECK(body_encode(k, &b, buf, sizeof buf, &a) == ST_OK);
        for (size_t n = 0; n < a.n; n++) {
            CHECK(body_decode(k, bytes_of(buf, n), &back) == ST_BAD_FORM);
        }
    }
    CHECK(body_decode(KIND_RECORD_SET, bytes_of("\xA0", 1), &back) == ST_NOT_FOUND);
    CHECK(body_decode(4711, bytes_of("\xA0", 1), &back) == ST_NOT_FOUND);
    static const uint8_t huge[] = {0xA1, 1, 0x1B, 0, 0, 0, 1, 0, 0, 0, 0}; /* 2^32 as a reason */
    CHECK(body_decode(KIND_JOB_CANCELLED, bytes_of(huge, sizeof huge), &back) == ST_BAD_FORM);
}

static void what_may_not_be_written_is_refused(void)
{
    bytes a;
    union body b = help_part("v");
    b.part.number.n = 0;
    CHECK(body_encode(KIND_VISIT_PART, &b, buf, sizeof buf, &a) == ST_BAD_INPUT && a.n == 0);
    b = help_part("v");
    b.part.number.b[0] = 0xE9; /* not ASCII */
    CHECK(body_encode(KIND_VISIT_PART, &b, buf, sizeof buf, &a) == ST_BAD_INPUT);
    b = help_action("v");
    b.action.n = CAP_BODY_ACTIONS + 1;
    CHECK(body_encode(KIND_VISIT_ACTION, &b, buf, sizeof buf, &a) == ST_BAD_INPUT);
    b = help_part("v");
    CHECK(body_encode(KIND_VISIT_PART, &b, buf, 10, &a) == ST_FULL);
    CHECK(body_encode(KIND_RECORD_SET, &b, buf, sizeof buf, &a) == ST_BUG);
    struct code c;
    CHECK(!code_of((bytes){0}, &c) && !code_of(str_bytes(S("a\tb")), &c));
    CHECK(!code_of(str_bytes(S("123456789012345678901234567890123")), &c));
    CHECK(code_of(str_bytes(S("12345678901234567890123456789012")), &c) && c.n == 32);
}

static void attachments_stand_in_the_order_of_their_flags(void)
{
    union body b = full(KIND_VISIT_DIAGNOSED);
    CHECK_INT(body_att(KIND_VISIT_DIAGNOSED, &b, BA_FAULT), 0);
    CHECK_INT(body_att(KIND_VISIT_DIAGNOSED, &b, BA_CAUSE), 1);
    b.diagnosed.fault_words = false;
    CHECK_INT(body_att(KIND_VISIT_DIAGNOSED, &b, BA_FAULT), -1);
    CHECK_INT(body_att(KIND_VISIT_DIAGNOSED, &b, BA_CAUSE), 0);
    CHECK_INT(body_att(KIND_VISIT_DIAGNOSED, &b, BA_STROKES), -1);
    b = help_signed("v", SIGN_SIGNED, 1);
    b.signed_.att_flags = SIGNED_STROKES | SIGNED_RATINGS;
    CHECK_INT(body_att(KIND_VISIT_SIGNED, &b, BA_FACTS), 0);
    CHECK_INT(body_att(KIND_VISIT_SIGNED, &b, BA_REPORT), 1);
    CHECK_INT(body_att(KIND_VISIT_SIGNED, &b, BA_STROKES), 2);
    CHECK_INT(body_att(KIND_VISIT_SIGNED, &b, BA_NAME), -1);
    CHECK_INT(body_att(KIND_VISIT_SIGNED, &b, BA_RATINGS), 3);
    CHECK_INT(body_att(KIND_EDITION, &b, BA_EDITION), 0);
    CHECK_INT(body_att(KIND_VISIT_LEFT, &b, BA_NOTE), -1);
}

static void a_record_comes_back_with_what_was_seen(void)
{
    struct record_write w[3] = {
        {.field = F_JOB_WORK_KIND, .type = FT_CODE},
        help_int(F_JOB_COST, FT_MONEY, -12),
        {.field = F_JOB_CUSTOMER, .type = FT_REF, .ref = sample_id16("li")}};
    CHECK(code_of(str_bytes(S("K")), &w[0].code));
    w[1].seen = (struct hash_list){2, {sample_h32("a"), sample_h32("b")}};
    struct record_write back[CAP_RECORD_WRITES];
    size_t n = 0;
    bytes a;
    CHECK(record_encode(w, 3, buf, sizeof buf, &a) == ST_OK);
    CHECK(cbor_check(a, CBOR_NO_TEXT, NULL, NULL) == ST_OK);
    CHECK(record_decode(SUBJECT_JOB, a, back, &n) == ST_OK && n == 3);
    CHECK(back[0].field == F_JOB_CUSTOMER && id16_eq(back[0].ref, sample_id16("li")));
    CHECK(back[1].i == -12 && back[1].seen.n == 2 && h32_eq(back[1].seen.h[1], sample_h32("b")));
    CHECK(back[2].type == FT_CODE && back[2].code.n == 1);
    CHECK(record_decode(SUBJECT_AUTHOR, a, back, &n) == ST_OK); /* it has no such fields */
    CHECK(back[1].type == 0);
    for (size_t k = 0; k < a.n; k++) {
        CHECK(record_decode(SUBJECT_JOB, bytes_of(buf, k), back, &n) == ST_BAD_FORM);
    }
    w[2] = w[1];
    CHECK(record_encode(w, 3, buf, sizeof buf, &a) == ST_BAD_INPUT); /* a field twice */
    CHECK(record_encode(w, 0, buf, sizeof buf, &a) == ST_BAD_INPUT);
}

int main(void)
{
    RUN(every_kind_comes_back_as_it_was);
    RUN(what_is_empty_and_optional_is_left_out);
    RUN(keys_of_a_newer_version_are_passed_over);
    RUN(what_is_missing_or_of_another_type_is_refused);
    RUN(what_may_not_be_written_is_refused);
    RUN(attachments_stand_in_the_order_of_their_flags);
    RUN(a_record_comes_back_with_what_was_seen);
    CHECK_END();
}

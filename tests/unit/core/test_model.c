/* test_model.c - the tables of kinds and fields hold together. */
#include "core/model/fields.h"
#include "tests/support/check.h"

static void every_kind_has_a_row_with_a_name_of_its_own(void)
{
    unsigned known = 0;
    for (unsigned k = 0; k <= 65535; k++) {
        const struct kind_info *a = kind_info(k);
        if (a == NULL) {
            continue;
        }
        known++;
        CHECK((unsigned)a->kind == k && a->name[0] != '\0' && a->effect_roles != 0);
        for (unsigned o = 0; o < k && o < 100; o++) {
            const struct kind_info *b = kind_info(o);
            CHECK(b == NULL || strcmp(a->name, b->name) != 0);
        }
    }
    CHECK_INT(known, 39); /* kinds.h: 1 to 15, 20 to 43 */
}

static void a_visit_is_its_technicians_and_a_dispatch_the_offices(void)
{
    for (unsigned k = KIND_VISIT_ACCEPTED; k <= KIND_PROPOSED; k++) {
        CHECK(kind_has_effect(k, ROLE_TECHNICIAN));
        CHECK(!kind_has_effect(k, ROLE_CLERK) && !kind_has_effect(k, ROLE_NONE));
        /* Of a job; what is done in the workshop too hangs on goods. */
        bool bench = k == KIND_VISIT_ACCEPTED || k == KIND_VISIT_PART || k == KIND_VISIT_ACTION ||
                     k == KIND_VISIT_TESTED || k == KIND_WITHDRAWN;
        CHECK(kind_info(k)->visit_fact && kind_info(k)->subject == (bench ? 0 : SUBJECT_JOB));
    }
    static const unsigned office[] = {KIND_JOB_ASSIGNED, KIND_JOB_CANCELLED, KIND_JOB_ARCHIVED,
                                      KIND_EDITION,      KIND_CERTIFICATE,   KIND_REVOKED,
                                      KIND_FORGOTTEN};
    for (size_t i = 0; i < sizeof office / sizeof office[0]; i++) {
        CHECK(!kind_has_effect(office[i], ROLE_TECHNICIAN));
        CHECK(kind_has_effect(office[i], ROLE_HEADQUARTERS));
        CHECK(kind_has_effect(office[i], ROLE_ADMINISTRATOR));
    }
}

static void cash_is_accepted_by_the_accountant_alone(void)
{
    for (int r = ROLE_NONE; r < ROLES + 3; r++) {
        CHECK(kind_has_effect(KIND_CASH_ACCEPTED, (enum role)r) == (r == ROLE_ACCOUNTANT));
    }
}

static void a_13_the_supervisor_alone_answers_a_help_request(void)
{
    for (int r = ROLE_NONE; r < ROLES + 3; r++) {
        CHECK(kind_has_effect(KIND_HELP_ANSWERED, (enum role)r) == (r == ROLE_SUPERVISOR));
    }
}

static void what_headquarters_alone_can_say_has_a_row_that_says_so(void)
{
    for (unsigned k = 1; k < 100; k++) {
        const struct kind_info *i = kind_info(k);
        CHECK(i == NULL || i->node_only == (k == KIND_ACCESS || k == KIND_ITEM_SETTLED));
    }
    CHECK(kind_has_effect(KIND_ACCESS, ROLE_CLERK)); /* his own password */
    CHECK(!kind_has_effect(KIND_ITEM_SETTLED, ROLE_CLERK));
    CHECK(kind_has_effect(KIND_ITEM_SETTLED, ROLE_SUPERVISOR));
}

static void an_unknown_kind_or_role_has_no_effect(void)
{
    CHECK(kind_info(0) == NULL && kind_info(16) == NULL && kind_info(44) == NULL);
    CHECK(!kind_has_effect(44, ROLE_ADMINISTRATOR));
    CHECK(!kind_has_effect(KIND_RECORD_SET, ROLES));
    CHECK(!kind_has_effect(KIND_RECORD_SET, (enum role)200));
}

static void every_field_is_found_by_its_subject_and_none_stands_twice(void)
{
    size_t n;
    const struct field_info *t = field_table(&n);
    for (size_t i = 0; i < n; i++) {
        enum subject_type s = t[i].subject == 0 ? SUBJECT_JOB : t[i].subject;
        CHECK(t[i].subject != 0 || field_info(SUBJECT_GOODS, t[i].field) != NULL);
        CHECK(field_info(s, t[i].field) == &t[i]);
        for (size_t k = 0; k < i; k++) {
            bool own = t[i].field == t[k].field; /* one name, for one type another's to write */
            CHECK(own || strcmp(t[i].name, t[k].name) != 0);
            CHECK(t[i].subject != t[k].subject || t[i].field != t[k].field);
        }
    }
    CHECK(field_info(SUBJECT_CUSTOMER, F_JOB_COST) == NULL);
    CHECK(field_info(SUBJECT_JOB, 99) == NULL);
}

static void what_names_or_reaches_a_customer_is_personal_and_a_text(void)
{
    static const int personal[] = {F_CUSTOMER_NAME, F_CUSTOMER_PHONE, F_CUSTOMER_ADDRESS,
                                   F_CUSTOMER_EMAIL};
    for (size_t i = 0; i < sizeof personal / sizeof personal[0]; i++) {
        const struct field_info *f = field_info(SUBJECT_CUSTOMER, personal[i]);
        CHECK(f->personal && f->type == FT_TEXT);
    }
    size_t n;
    const struct field_info *t = field_table(&n);
    for (size_t i = 0; i < n; i++) {
        CHECK(!t[i].personal || t[i].type == FT_TEXT); /* bodies hold no personal data */
    }
}

int main(void)
{
    RUN(every_kind_has_a_row_with_a_name_of_its_own);
    RUN(a_visit_is_its_technicians_and_a_dispatch_the_offices);
    RUN(cash_is_accepted_by_the_accountant_alone);
    RUN(a_13_the_supervisor_alone_answers_a_help_request);
    RUN(what_headquarters_alone_can_say_has_a_row_that_says_so);
    RUN(an_unknown_kind_or_role_has_no_effect);
    RUN(every_field_is_found_by_its_subject_and_none_stands_twice);
    RUN(what_names_or_reaches_a_customer_is_personal_and_a_text);
    CHECK_END();
}

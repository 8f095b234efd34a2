/* goods.c - see goods.h. */
#include "app/screens/goods.h"

static const char *pick(const char *const *t, size_t n, unsigned c)
{
    return c < n && t[c] != NULL ? _(t[c]) : "";
}
#define PICK(t, c) pick(t, sizeof t / sizeof t[0], (c))

const char *goods_at(unsigned state)
{
    static const char *const t[] = {
        [GOODS_IN] = N_("Received"),
        [GOODS_IN_WORK] = N_("In repair"),
        [GOODS_FINISHED] = N_("Finished"),
        [GOODS_PASSED] = N_("Passed inspection"),
        [GOODS_OUT] = N_("On the way back"),
        [GOODS_VOIDED] = N_("Receipt void"),
        [GOODS_TAKEN] = N_("With the technician"),
    };
    return PICK(t, state);
}

const char *goods_condition(unsigned c)
{
    static const char *const t[] = {
        [CONDITION_GOOD] = N_("Good"),
        [CONDITION_WORN] = N_("Worn"),
        [CONDITION_SCRATCHED] = N_("Scratched"),
        [CONDITION_DAMAGED] = N_("Damaged"),
    };
    return PICK(t, c);
}

const char *goods_reason(unsigned r)
{
    static const char *const t[] = {
        [TAKE_WORKSHOP] = N_("Repair in the workshop"),
        [TAKE_PARTS] = N_("Waiting for parts"),
        [TAKE_TEST] = N_("To be tested"),
        [TAKE_MAKER] = N_("Sent to the maker"),
        [TAKE_OTHER] = N_("Other reason"),
    };
    return PICK(t, r);
}

const char *goods_thing(unsigned k)
{
    static const char *const t[GOODS_THINGS] = {N_("Power cord"), N_("Remote control"), N_("Pipes"),
                                                N_("Battery"), N_("Packing")};
    return PICK(t, k);
}

const struct goods_item *goods_out(const struct job_model *j)
{
    const struct goods_item *g = j->ngoods == 0 ? NULL : &j->goods[j->ngoods - 1];
    return g != NULL && g->at != GOODS_VOIDED ? g : NULL;
}

void goods_facts_of(struct app *a, const struct job_model *j, bool english,
                    const struct body_taken *taken, struct goods_facts *f)
{
    memset(f, 0, sizeof *f);
    f->template_ = english ? GOODS_1_EN : GOODS_1_ZH;
    f->company = app_company(a);
    f->technician = app_technician_name(a);
    f->job_code = j->code;
    f->customer = j->customer_name.n > 0 ? j->customer_name : j->contact;
    f->address = j->customer_address;
    f->phone = j->contact_phone.n > 0 ? j->contact_phone : j->customer_phone;
    f->model = j->equipment_model;
    f->at_ms = app_now(a).wall_ms;
    f->utc_offset_minutes = app_now(a).utc_offset_minutes;
    if (taken != NULL) {
        bool ok = true;
        f->number = arena_str(app_frame(a), bytes_str(code_bytes(&taken->receipt)), &ok);
        f->serial = arena_str(app_frame(a), bytes_str(code_bytes(&taken->serial)), &ok);
        f->condition = taken->condition;
        f->accessories = taken->accessories;
        f->promised_ms = taken->promised_ms;
    }
}

void goods_open(struct app *a, const struct goods_item *g)
{
    app_go(a, SCREEN_CARD, g->subject);
}

struct record_write goods_ref(int field, id16 ref)
{
    return (struct record_write){.field = field, .type = FT_REF, .ref = ref};
}

struct record_write goods_time(int field, int64_t ms)
{
    return (struct record_write){.field = field, .type = FT_TIME, .i = ms};
}

struct record_write goods_code(int field, const struct code *c)
{
    return (struct record_write){.field = field, .type = FT_CODE, .code = *c};
}

struct record_write goods_int(int field, enum field_type type, int64_t v)
{
    return (struct record_write){.field = field, .type = type, .i = v};
}

/* facts.c - what a report's frozen facts may be: one table of fields, and what may stand in each.
 */
#include "core/report/facts.h"

#include "core/base/utf8.h"

#include <stddef.h>

#define AT(m) offsetof(struct report_facts, m)
const struct facts_field facts_top[FACTS_TOP] = {
    {1, F_UINT, AT(template_), REPORT_1_EN, "template"},
    {2, F_UINT, AT(version), 9999, "version"},
    {3, F_ASCII, AT(number), 0, "number"},
    {4, F_TEXT, AT(job_code), 0, "job"},
    {5, F_TEXT, AT(company), 0, "company"},
    {6, F_TEXT, AT(customer), 0, "customer"},
    {7, F_TEXT, AT(address), 0, "address"},
    {8, F_TEXT, AT(phone), 0, "phone"},
    {9, F_TEXT, AT(equipment), 0, "equipment"},
    {10, F_TEXT, AT(model), 0, "model"},
    {11, F_TEXT, AT(serial), 0, "serial"},
    {12, F_TEXT, AT(maker), 0, "maker"},
    {13, F_TEXT, AT(fault_told), 0, "fault told"},
    {14, F_ZONE, AT(utc_offset_minutes), 0, "UTC offset"},
    {15, F_TIME, AT(called_ms), 0, "called"},
    {16, F_TIME, AT(arrived_ms), 0, "arrived"},
    {17, F_TIME, AT(finished_ms), 0, "finished"},
    {18, F_ASCII, AT(fault_code), 0, "fault code"},
    {19, F_TEXT, AT(fault), 0, "fault"},
    {20, F_UINT, AT(cause), CAUSE_OTHER, "cause"},
    {21, F_TEXT, AT(cause_words), 0, "cause in words"},
    {22, F_UINT, AT(responsibility), RESP_OTHER, "responsibility"},
    {23, F_ACTIONS, AT(actions), ACTION_OTHER, "actions"},
    {24, F_TEXT, AT(action_words), 0, "action in words"},
    {25, F_PARTS, AT(parts), 0, "parts"},
    {26, F_UINT, AT(result), RESULT_NOT_FIXED, "result"},
    {27, F_TEXT, AT(result_words), 0, "result in words"},
    {28, F_BOOL, AT(tidy), 0, "tidy"},
    {29, F_BOOL, AT(taught), 0, "taught"},
    {30, F_TEXT, AT(hidden_danger), 0, "hidden danger"},
    {31, F_PRICES, AT(prices), 0, "prices"},
    {32, F_BOOL, AT(consented), 0, "consent"},
    {33, F_MONEY, AT(estimate_minor), 0, "estimate"},
    {34, F_UINT, AT(class_), CLASS_C, "class"},
    {35, F_UINT, AT(basis), BASIS_TECHNICIAN, "basis"},
    {36, F_DAY, AT(until_ms), 0, "until"},
    {37, F_MONEY, AT(labour_minor), 0, "labour"},
    {38, F_MONEY, AT(parts_minor), 0, "parts' price"},
    {39, F_MONEY, AT(travel_minor), 0, "travel"},
    {40, F_MONEY, AT(other_minor), 0, "other"},
    {41, F_MONEY, AT(total_minor), 0, "total"},
    {42, F_BIG, AT(edition), 0, "edition"},
    {43, F_TEXT, AT(technician), 0, "technician"},
    {44, F_TEXT, AT(branch), 0, "branch"},
};
#undef AT
/* Lines of a part and of a price are arrays: every place is there, empty or not. */
#define AT(m) offsetof(struct report_part, m)
const struct facts_field facts_part[FACTS_PART] = {
    {0, F_ASCII, AT(number), 0, "part number"},
    {0, F_TEXT, AT(name), 0, "part name"},
    {0, F_ASCII, AT(serial_in), 0, "serial in"},
    {0, F_ASCII, AT(serial_out), 0, "serial out"},
    {0, F_QTY, AT(qty_milli), 0, "part quantity"},
    {0, F_MONEY, AT(unit_minor), 0, "part price"},
    {0, F_UINT, AT(reason), PART_OTHER, "part reason"},
    {0, F_UINT, AT(old_part), OLD_NONE, "old part"},
    {0, F_TEXT, AT(old_why), 0, "old part's why"},
    {0, F_BOOL, AT(charged), 0, "charged"},
};
#undef AT
#define AT(m) offsetof(struct report_price, m)
const struct facts_field facts_price[FACTS_PRICE] = {
    {0, F_ASCII, AT(code), 0, "price code"},        {0, F_TEXT, AT(name), 0, "price name"},
    {0, F_QTY, AT(qty_milli), 0, "price quantity"}, {0, F_MONEY, AT(unit_minor), 0, "unit price"},
    {0, F_MONEY, AT(amount_minor), 0, "amount"},
};
#undef AT

int64_t report_minute(int64_t ms)
{
    return ms <= 0 ? 0 : ms - ms % FACTS_MINUTE_MS;
}

int64_t report_day(int64_t ms, int16_t utc_offset_minutes)
{
    int64_t local = ms / FACTS_MINUTE_MS + utc_offset_minutes;
    if (ms <= 0 || local < FACTS_DAY_MINUTES) {
        return 0;
    }
    return (local - local % FACTS_DAY_MINUTES - utc_offset_minutes) * FACTS_MINUTE_MS;
}

int64_t facts_number(const struct facts_field *f, const void *base)
{
    const char *p = (const char *)base + f->at;
    int64_t i = 0;
    unsigned u = 0;
    uint64_t big = 0;
    int16_t zone = 0;
    bool b = false;
    switch (f->form) {
    case F_UINT:
        memcpy(&u, p, sizeof u);
        return u;
    case F_BIG:
        memcpy(&big, p, sizeof big);
        return big > INT64_MAX ? INT64_MAX : (int64_t)big;
    case F_ZONE:
        memcpy(&zone, p, sizeof zone);
        return zone;
    case F_BOOL:
        memcpy(&b, p, sizeof b);
        return b;
    case F_TIME:
    case F_DAY:
    case F_MONEY:
    case F_QTY:
        memcpy(&i, p, sizeof i);
        return i;
    default:
        return 0;
    }
}

void facts_set_number(const struct facts_field *f, void *base, int64_t v)
{
    char *p = (char *)base + f->at;
    unsigned u = (unsigned)v;
    uint64_t big = (uint64_t)v;
    int16_t zone = (int16_t)v;
    bool b = v != 0;
    switch (f->form) {
    case F_UINT:
        memcpy(p, &u, sizeof u);
        break;
    case F_BIG:
        memcpy(p, &big, sizeof big);
        break;
    case F_ZONE:
        memcpy(p, &zone, sizeof zone);
        break;
    case F_BOOL:
        memcpy(p, &b, sizeof b);
        break;
    default:
        memcpy(p, &v, sizeof v);
    }
}

str facts_text(const struct facts_field *f, const void *base)
{
    str s;
    memcpy(&s, (const char *)base + f->at, sizeof s);
    return s;
}

bool facts_is_text(const struct facts_field *f)
{
    return f->form == F_TEXT || f->form == F_ASCII;
}

/* ---- what may stand in facts ------------------------------------------------------------------
 */

static bool text_ok(const struct facts_field *f, str s)
{
    if (f->form == F_ASCII) {
        for (size_t i = 0; i < s.n; i++) {
            if (s.p[i] < 0x20 || s.p[i] > 0x7e) {
                return false;
            }
        }
        return s.n <= CAP_CODE_BYTES;
    }
    uint8_t room[9 * CAP_TEXT_BYTES + 64];
    return s.n <= CAP_TEXT_BYTES && utf8_is_clean(arena_of(room, sizeof room), s);
}

static bool number_ok(const struct facts_field *f, int64_t v, int16_t zone)
{
    switch (f->form) {
    case F_UINT:
        return v <= (int64_t)f->max;
    case F_BIG:
        return v <= FACTS_BIG_MAX;
    case F_ZONE:
        return v >= -FACTS_DAY_MINUTES && v <= FACTS_DAY_MINUTES;
    case F_TIME:
        return v >= 0 && v < FACTS_MS_MAX && v % FACTS_MINUTE_MS == 0;
    case F_DAY:
        return v == 0 || (v > 0 && v < FACTS_MS_MAX && v == report_day(v, zone));
    case F_MONEY:
    case F_QTY:
        return v >= -FACTS_BIG_MAX && v <= FACTS_BIG_MAX;
    default:
        return true;
    }
}

/* Answers the name of the first field that is not fit to be frozen, or NULL. */
static const char *check_rows(const struct facts_field *fields, size_t n, const void *base,
                              int16_t zone)
{
    for (size_t i = 0; i < n; i++) {
        bool ok = facts_is_text(&fields[i])
                      ? text_ok(&fields[i], facts_text(&fields[i], base))
                      : number_ok(&fields[i], facts_number(&fields[i], base), zone);
        if (!ok) {
            return fields[i].name;
        }
    }
    return NULL;
}

const char *facts_check(const struct report_facts *f)
{
    if (f->template_ < REPORT_1_ZH || f->version == 0 || f->number.n == 0 || f->class_ < CLASS_A) {
        return "template, version, number or class";
    }
    const char *bad = check_rows(facts_top, FACTS_TOP, f, f->utc_offset_minutes);
    if (bad != NULL) {
        return bad;
    }
    if (f->nactions > REPORT_ACTIONS_MAX || f->nparts > CAP_VISIT_PARTS ||
        f->nprices > CAP_VISIT_PRICES) {
        return "number of actions, parts or prices";
    }
    for (unsigned i = 0; i < f->nactions; i++) {
        if (f->actions[i] == 0 || f->actions[i] > ACTION_OTHER) {
            return "actions";
        }
    }
    for (unsigned i = 0; i < f->nparts && bad == NULL; i++) {
        const struct report_part *p = &f->parts[i];
        bad = p->number.n + p->name.n == 0 ? "part name" : check_rows(facts_part, FACTS_PART, p, 0);
    }
    for (unsigned i = 0; i < f->nprices && bad == NULL; i++) {
        const struct report_price *p = &f->prices[i];
        bad =
            p->code.n + p->name.n == 0 ? "price name" : check_rows(facts_price, FACTS_PRICE, p, 0);
    }
    return bad;
}

/* catalogue.h - an edition: parts, faults, prices, hard cases, calendars, as one attachment
 * (ATT_EDITION; its bytes: catalogue_form.h). Text here is not personal. A reader is opened over
 * bytes that outlive it and looks rows up by halves. */
#ifndef CORE_MODEL_CATALOGUE_H
#define CORE_MODEL_CATALOGUE_H
#include "core/base/arena.h"
#include "core/rules/service.h"

struct cat_part {
    str number, name, name_en, unit;
    int64_t price_minor;
    bool serialized;
    unsigned warranty_months;
};
struct cat_fault {
    str code, name, name_en, equipment_type, cause, cause_en, action, action_en, knowledge;
    unsigned frequency;
    unsigned cause_code, action_code;
};
/* A hard case: a job that was not as the article of its fault says, and how it was solved. */
struct cat_case {
    str code, faults /* codes, blanks between; empty: of none */, title, title_en, equipment_type,
        symptom, symptom_en, cause, cause_en, action, action_en;
};
struct cat_price {
    str code, name, name_en, unit;
    int64_t price_minor;
    enum service_class class_;
};

struct catalogue {
    uint64_t number;
    h32 edition; /* attachment name: set by whoever opened it, no part of the bytes */
    unsigned nparts, nfaults, nprices;
    struct cat_part *parts;   /* ascending by number */
    struct cat_fault *faults; /* ascending by code */
    struct cat_price *prices; /* ascending by code */
    unsigned ncases;
    struct cat_case *cases;     /* ascending by code */
    struct calendars calendars; /* the company's, and what branches do otherwise */
    unsigned retention_days;
    str verify_url; /* "https://HQ/verify" */
};
/* catalogue_open: parse; an edition without a calendar has calendars_default; rows and tables in
 * `a`, text points into `edition`. ST_BAD_FORM, ST_FULL. */
MUST_USE enum st catalogue_open(bytes edition, struct arena *a, struct catalogue *out,
                                const char **rule);
/* catalogue_hours: of an edition that was checked when it was kept, the calendars of one branch
 * alone: the company's, and that branch's where it has one. What is of others is passed over: a job
 * that is folded costs the same however many branches there are. ST_BAD_FORM, ST_FULL. */
MUST_USE enum st catalogue_hours(bytes edition, id8 branch, struct arena *a, struct calendars *out);
/* catalogue_encode: canonical bytes (same content, same bytes). Sorts the tables in place.
 * ST_BAD_INPUT: a code twice, branches out of order or twice, more days or branches than caps.h
 * bears; ST_FULL. */
MUST_USE enum st catalogue_encode(struct catalogue *c, uint8_t *buf, size_t cap, bytes *out);
/* catalogue_ascends: is every table in the order of its codes, each there once? */
bool catalogue_ascends(const struct catalogue *c);
const struct cat_part *catalogue_part(const struct catalogue *c, bytes number); /* NULL: unknown */
const struct cat_fault *catalogue_fault(const struct catalogue *c, bytes code);
const struct cat_price *catalogue_price(const struct catalogue *c, bytes code);
const struct cat_case *catalogue_case(const struct catalogue *c, bytes code);
/* catalogue_case_of: is it a case of this fault? */
bool catalogue_case_of(const struct cat_case *h, str fault);
#endif

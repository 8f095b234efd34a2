/* catalogue.h - an edition: parts, faults, prices, calendar as one attachment (ATT_EDITION, CBOR).
 *
 *   edition = { 1: uint,               ; number
 *               2: [* part], 3: [* fault], 4: [* price],   ; each table ascending by its code
 *               5: { 1: int,             ; minutes ahead of UTC
 *                    2: [7*7 day], 3: [* [int, day]] },  ; Monday first; days since 1970 that
 * differ 6: uint,                 ; days a device keeps an archived job 7: tstr }                ;
 * where the customer's copy is verified 8: [+ case]            ; hard cases, ascending; absent:
 * none part  = [code, name, name-en, unit, price, serialized: bool, months of warranty] fault =
 * [code, name, name-en, equipment type, cause, cause-en, action, action-en, knowledge, frequency,
 * cause code, action code] price = [code, name, name-en, unit, price, class] case = [code, fault
 * codes with blanks between, title, title-en, equipment type, symptom, symptom-en, cause, cause-en,
 * action, action-en] day   =
 * [*3 [from, to]]              ; minutes of the day, open Codes are byte
 * strings, the rest of the words text strings; money in minor units. Text here is not personal. A
 * reader is opened over bytes that outlive it and looks rows up by halves. */
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
    struct cat_case *cases; /* ascending by code */
    struct calendar calendar;
    unsigned retention_days;
    str verify_url; /* "https://HQ/verify" */
};
/* catalogue_open: parse; an edition without a calendar has calendar_default; rows and tables in
 * `a`, text points into `edition`. ST_BAD_FORM, ST_FULL. */
MUST_USE enum st catalogue_open(bytes edition, struct arena *a, struct catalogue *out,
                                const char **rule);
/* catalogue_encode: canonical bytes (same content, same bytes). Sorts the tables in place.
 * ST_BAD_INPUT: a code twice; ST_FULL. */
MUST_USE enum st catalogue_encode(struct catalogue *c, uint8_t *buf, size_t cap, bytes *out);
const struct cat_part *catalogue_part(const struct catalogue *c, bytes number); /* NULL: unknown */
const struct cat_fault *catalogue_fault(const struct catalogue *c, bytes code);
const struct cat_price *catalogue_price(const struct catalogue *c, bytes code);
const struct cat_case *catalogue_case(const struct catalogue *c, bytes code);
/* catalogue_case_of: is it a case of this fault? */
bool catalogue_case_of(const struct cat_case *h, str fault);
#endif

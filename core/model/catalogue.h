/* catalogue.h - an edition: parts, faults, prices, calendar as one attachment (ATT_EDITION, CBOR).
 *
 * edition = {1: number, 2: parts [...], 3: faults [...], 4: prices [...], 5: calendar, 6: retention
 * days, 7: verify URL}; rows are arrays in key order, sorted by code; ENTRY.md has the CDDL. Text here
 * is not personal. A reader is opened over bytes that outlive it and looks rows up by binary search. */
#ifndef CORE_MODEL_CATALOGUE_H
#define CORE_MODEL_CATALOGUE_H
#include "core/base/arena.h"
#include "core/rules/service.h"

struct cat_part { str number, name, name_en, unit; int64_t price_minor; bool serialized; unsigned warranty_months; };
struct cat_fault { str code, name, name_en, equipment_type, cause, cause_en, action, action_en, knowledge; unsigned frequency; unsigned cause_code, action_code; };
struct cat_price { str code, name, name_en, unit; int64_t price_minor; enum service_class class_; };

struct catalogue {
    uint64_t number;
    h32 edition;              /* attachment name */
    unsigned nparts, nfaults, nprices;
    struct cat_part *parts;   /* ascending by number */
    struct cat_fault *faults; /* ascending by code */
    struct cat_price *prices; /* ascending by code */
    struct calendar calendar;
    unsigned retention_days;
    str verify_url;           /* "https://HQ/verify" */
};
/* catalogue_open: parse; rows and tables in `a`, text points into `edition`. ST_BAD_FORM, ST_FULL. */
MUST_USE enum st catalogue_open(bytes edition, struct arena *a, struct catalogue *out,
                                const char **rule);
/* catalogue_encode: canonical bytes (same content, same bytes). Sorts the tables in place. */
MUST_USE enum st catalogue_encode(struct catalogue *c, uint8_t *buf, size_t cap, bytes *out);
const struct cat_part *catalogue_part(const struct catalogue *c, bytes number);   /* NULL: unknown */
const struct cat_fault *catalogue_fault(const struct catalogue *c, bytes code);
const struct cat_price *catalogue_price(const struct catalogue *c, bytes code);
#endif

/* report.h - the service report: frozen facts, and their canonical text by a versioned template.
 *
 * text = template(facts): pure and injective. Typed text is utf8_clean form; its further lines are
 * indented by two spaces (U+3000 U+3000 in Chinese) so that it cannot imitate a line of the
 * template. Templates are report/1/zh and report/1/en; once released a template never changes: a
 * new wording is a new number. Interface strings are gettext's; these are not. Pure; any thread. */
#ifndef CORE_REPORT_REPORT_H
#define CORE_REPORT_REPORT_H
#include "core/base/arena.h"
#include "core/fold/state.h"

enum report_template { REPORT_1_ZH = 1, REPORT_1_EN = 2 };

struct report_part {
    str number, name, serial_in, serial_out;
    int64_t qty_milli, unit_minor;
    unsigned reason, old_part;
    str old_why;
    bool charged;
};
struct report_price {
    str code, name;
    int64_t qty_milli, unit_minor, amount_minor;
};

/* Frozen facts: everything as shown, names resolved, in the report's language. */
struct report_facts {
    enum report_template template_;
    unsigned version; /* of this report: 1, 2 after a reopen */
    str number;       /* of the report */
    str job_code;     /* of the books, may be empty */
    str company;
    str customer, address, phone;
    str equipment, model, serial, maker;
    str fault_told;
    int64_t called_ms, arrived_ms, finished_ms;
    int16_t utc_offset_minutes;
    str fault, fault_code, cause_words;
    unsigned cause, responsibility;
    unsigned nactions;
    unsigned actions[16];
    str action_words;
    unsigned nparts;
    struct report_part *parts;
    unsigned nprices;
    struct report_price *prices;
    unsigned result;
    str result_words, hidden_danger;
    bool tidy, taught;
    enum service_class class_;
    enum class_basis basis;
    int64_t until_ms; /* warranty, contract */
    int64_t labour_minor, parts_minor, travel_minor, other_minor, total_minor;
    bool consented;
    int64_t estimate_minor;
    str technician;
    str branch;
    uint64_t edition;
};
/* report_facts_encode / _decode: canonical CBOR (here text strings are allowed). Typed text must be
 * in utf8_clean form: ST_BAD_INPUT names the field otherwise. Injective both ways. */
MUST_USE enum st report_facts_encode(const struct report_facts *f, uint8_t *buf, size_t cap,
                                     bytes *out, struct err *err);
MUST_USE enum st report_facts_decode(bytes in, struct arena *a, struct report_facts *out,
                                     const char **rule);
/* report_text: the canonical text, lines ended by LF between them (none at the end). ST_TOO_BIG. */
MUST_USE enum st report_text(const struct report_facts *f, char *buf, size_t cap, str *out);
/* report_lines: split a canonical text into its lines (views). Returns the count, at most cap. */
size_t report_lines(str text, str *lines, size_t cap);

/* report_collect: gather the facts of a visit from the store's states, attachments and catalogue.
 * Text lives in `a`. ST_NOT_FOUND names what is missing in err (and RULE_* order is the caller's
 * business). */
struct catalogue;
struct store_txn;
MUST_USE enum st report_collect(struct store_txn *t, const struct subject_state *job,
                                const struct visit_state *v, const struct catalogue *cat,
                                enum report_template lang, str company, str number,
                                unsigned version, const struct now *now, struct arena *a,
                                struct report_facts *out, struct err *err);
#endif

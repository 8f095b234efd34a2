/* report.h - the service report: frozen facts, and their canonical text by a versioned template.
 *
 * text = template(facts): pure and injective. Two different facts never give one text: every fact
 * stands in it, times to the minute, days as dates; every value has its own labelled line or a
 * place that cannot be mistaken. Typed text is utf8_clean form; its further lines are indented by
 * two spaces (U+3000 U+3000 in Chinese), so that it cannot imitate a line of the template.
 * Templates are report/1/zh and report/1/en; once released a template never changes: a new wording
 * is a new number. Interface strings are gettext's; these are not. PROOF.md is normative. Pure;
 * any thread. */
#ifndef CORE_REPORT_REPORT_H
#define CORE_REPORT_REPORT_H
#include "core/base/arena.h"
#include "core/fold/state.h"

enum report_template { REPORT_1_ZH = 1, REPORT_1_EN = 2 };
#define REPORT_ACTIONS_MAX 16

struct report_part {
    str number; /* code, may be empty */
    str name;   /* one of the two is there */
    str serial_in, serial_out;
    int64_t qty_milli, unit_minor;
    unsigned reason, old_part; /* enum part_reason, enum old_part; 0: not said */
    str old_why;
    bool charged;
};
struct report_price {
    str code, name; /* one of the two is there */
    int64_t qty_milli, unit_minor, amount_minor;
};

/* Frozen facts: everything as shown, names resolved, in the report's language. A str may be empty
 * and a number 0 where nothing is known: then its line is not there. Codes (number, fault_code,
 * part and price codes, serials of parts) are printable ASCII of at most CAP_CODE_BYTES. */
struct report_facts {
    enum report_template template_;
    unsigned version; /* of this report: 1, 2 after a reopen */
    str number;       /* of the report; never empty */
    str job_code;     /* of the books */
    str company;
    str customer, address, phone;
    str equipment, model, serial, maker;
    str fault_told;
    int64_t called_ms, arrived_ms, finished_ms; /* whole minutes: report_minute */
    int16_t utc_offset_minutes;
    str fault, fault_code, cause_words;
    unsigned cause, responsibility;
    unsigned nactions;
    unsigned actions[REPORT_ACTIONS_MAX];
    str action_words;
    unsigned nparts; /* at most CAP_VISIT_PARTS */
    struct report_part *parts;
    unsigned nprices; /* at most CAP_VISIT_PRICES */
    struct report_price *prices;
    unsigned result;
    str result_words, hidden_danger;
    bool tidy, taught;
    enum service_class class_; /* A, B or C */
    enum class_basis basis;
    int64_t until_ms; /* warranty, contract: a local midnight (report_day) of its last day */
    int64_t labour_minor, parts_minor, travel_minor, other_minor, total_minor;
    bool consented;
    int64_t estimate_minor;
    str technician, branch;
    uint64_t edition; /* of the price list */
};
/* report_minute, report_day: a time as facts keep it: the minute, or the local midnight, that it
 * lies in. */
int64_t report_minute(int64_t ms);
int64_t report_day(int64_t ms, int16_t utc_offset_minutes);

/* report_facts_encode / _decode: canonical CBOR (here text strings are allowed). Injective both
 * ways: what decodes is what the facts encode to, to the byte. Encode: ST_BAD_INPUT, err names the
 * field that is out of bounds or not in utf8_clean form; ST_TOO_BIG over cap or CAP_FACTS_BYTES.
 * Decode: strings point into `in`, tables are in `a`; ST_BAD_FORM with *rule, ST_FULL. */
MUST_USE enum st report_facts_encode(const struct report_facts *f, uint8_t *buf, size_t cap,
                                     bytes *out, struct err *err);
MUST_USE enum st report_facts_decode(bytes in, struct arena *a, struct report_facts *out,
                                     const char **rule);
/* report_text: the canonical text of facts that encode or decode (else ST_BUG), lines ended by LF
 * between them (none at the end). The first line names the report, the last one the amount due.
 * ST_TOO_BIG. */
MUST_USE enum st report_text(const struct report_facts *f, char *buf, size_t cap, str *out);
/* report_lines: split a canonical text into its lines (views). Returns the count, at most cap. */
size_t report_lines(str text, str *lines, size_t cap);

/* report_collect: gather the facts of a visit from the store's states, attachments and catalogue.
 * finished_ms is the time of the test's entry, else now. Text lives in `a`. A text that was
 * forgotten or has not come is ST_NOT_FOUND and named in err; which facts a signature needs is the
 * caller's business (visit_missing). */
struct catalogue;
struct store_txn;
MUST_USE enum st report_collect(struct store_txn *t, const struct subject_state *job,
                                const struct visit_state *v, const struct catalogue *cat,
                                enum report_template lang, str company, str number,
                                unsigned version, const struct now *now, struct arena *a,
                                struct report_facts *out, struct err *err);
#endif

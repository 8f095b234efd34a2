/* goods_text.h - what the customer reads and signs when a thing of his leaves, and when it comes
 * back: the goods receipt with its acknowledgement, and the return that voids it.
 *
 * Like the service report a pure function of facts and a template with a number; the words stand
 * here, not in gettext, and once released they never change. A typed text's further lines are
 * indented, so that it cannot imitate a line of the template. Any thread. */
#ifndef CORE_REPORT_GOODS_TEXT_H
#define CORE_REPORT_GOODS_TEXT_H
#include "core/report/report.h"

enum goods_template { GOODS_1_ZH = 1, GOODS_1_EN = 2 }; /* goods/1/zh, goods/1/en */

/* Strings may be empty: their line is then left out, but for number, what and customer. */
struct goods_facts {
    enum goods_template template_;
    str number; /* of the goods receipt */
    str company, technician, job_code;
    str customer, address, phone;
    str what, model, serial;    /* what: the thing in words, may have lines */
    unsigned condition;         /* enum goods_condition */
    unsigned accessories;       /* bits of enum goods_accessories */
    str with;                   /* further accessories, marks and damage in words */
    unsigned reason;            /* enum take_reason */
    str why;                    /* in words */
    int64_t at_ms, promised_ms; /* days */
    int16_t utc_offset_minutes;
    /* agreed before it left; the amount due when it is back */
    bool agreed;
    int64_t estimate_minor, total_minor;
    /* the return's own */
    str work;         /* what was done, in words */
    const str *parts; /* one a line */
    unsigned nparts;
    unsigned result;   /* enum test_result, 0: not said */
    int64_t passed_ms; /* the supervisor's inspection; 0: not known */
    unsigned outcome;  /* enum receipt_outcome */
    str lost;          /* how the receipt was lost, in the customer's words */
};
/* goods_taken_text, goods_returned_text: into buf; *out a view of it. ST_TOO_BIG, ST_BUG: another
 * template. */
MUST_USE enum st goods_taken_text(const struct goods_facts *f, char *buf, size_t cap, str *out);
MUST_USE enum st goods_returned_text(const struct goods_facts *f, char *buf, size_t cap, str *out);
#endif

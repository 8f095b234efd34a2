/* template_1.h - the words of report/1/zh and report/1/en. Released: never changed. Another wording
 * is another template beside this one. Private to core/report. */
#ifndef CORE_REPORT_TEMPLATE_1_H
#define CORE_REPORT_TEMPLATE_1_H
#include "core/report/report.h"

struct template_1 {
    const char *title, *version, *version_end; /* "Service report N version V" */
    const char *colon;                         /* after a label */
    const char *indent;                        /* before the further lines of a typed text */
    const char *comma, *list;                  /* between facts of a line; between actions */
    const char *before, *after;                /* of an amount of money */
    /* labels, in the order of their lines */
    const char *company, *job, *customer, *address, *phone, *equipment, *maker, *model, *serial;
    const char *told, *called, *arrived, *finished;
    const char *fault, *cause, *cause_words, *responsibility, *action, *action_words;
    const char *part, *unit_price, *charged, *not_charged, *reason, *old_part;
    const char *serial_in, *serial_out, *old_why;
    const char *result, *tidy, *taught, *result_words, *danger;
    const char *price, *consent, *yes, *no, *estimate;
    const char *class_, *until;
    const char *labour, *parts, *travel, *other, *edition, *edition_begin, *edition_end;
    const char *technician, *branch, *due;
    /* words of codes; [0]: not said */
    const char *causes[CAUSE_OTHER + 1], *responsibilities[RESP_OTHER + 1];
    const char *actions[ACTION_OTHER + 1], *reasons[PART_OTHER + 1], *olds[OLD_NONE + 1];
    const char *results[RESULT_NOT_FIXED + 1], *classes[CLASS_C + 1], *bases[BASIS_TECHNICIAN + 1];
};
extern const struct template_1 template_1_zh, template_1_en;
#endif

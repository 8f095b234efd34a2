/* reg_csv.h - a register as CSV: UTF-8 with its mark, CRLF, every text quoted, no cell a formula.
 */
#ifndef SYNC_HQ_REG_CSV_H
#define SYNC_HQ_REG_CSV_H
#include "sync/hq/reg.h"

#include <stdio.h>

/* reg_csv_formula: would a spreadsheet run this cell? Names and remarks come from strangers. Pure.
 */
bool reg_csv_formula(const char *s);
struct reg_csv {
    FILE *out;
    const struct reg *reg;
};
/* reg_csv_begin: into c->reply, with the heading; reg_csv_end after it, whatever it answered.
 * ST_FULL. */
MUST_USE enum st reg_csv_begin(struct api_call *c, const struct reg *r, struct reg_csv *v);
/* reg_csv_record: one line from a row as reg_row makes it. */
void reg_csv_record(struct reg_csv *v, const json_t *row);
/* reg_csv_end: the reply is whole, or, where `st` says that something failed, there is none.
 * Answers what came of it. */
MUST_USE enum st reg_csv_end(struct api_call *c, struct reg_csv *v, enum st st);
#endif

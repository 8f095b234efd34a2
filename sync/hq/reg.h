/* reg.h - registers: pages of subjects from the keys that the fold keeps (core/fold/refold.h).
 *
 * A register is a row of one table (reg_table.c): what it lists, by which fixed filter, who sees
 * it. A page follows a keyed cursor, so that it costs the same at a thousand rows and at a million.
 */
#ifndef SYNC_HQ_REG_H
#define SYNC_HQ_REG_H
#include "sync/hq/api.h"

#define REG_PAGE_MAX 200   /* rows of a page; 50 when none is asked */
#define REG_SCAN_MAX 2000  /* keys looked at for one page: filters beyond the index may find few */
#define REG_CSV_MAX 100000 /* rows of one export */
#define REG_HITS_MAX 1000  /* of a search */

enum reg_source { REG_SUBJECTS = 0, REG_CONFLICTS, REG_DEVICES, REG_QUARANTINE, REG_EDITIONS };
struct reg {
    const char *name;
    enum reg_source source;
    enum subject_type type;
    enum register_dimension dimension; /* fixed filter, or REG_ALL */
    uint8_t value;
    uint16_t roles;
    enum acct_scope scope;
    const char *filters; /* that it takes besides from, to: "state technician class due" */
};
const struct reg *reg_find(const char *name);
const struct reg *reg_table(size_t *n);

/* Readers of api_routes.c. */
enum st reg_read_list(struct api_call *c);
enum st reg_read_page(struct api_call *c);
enum st reg_read_board(struct api_call *c);
enum st reg_read_dashboard(struct api_call *c);
enum st reg_read_search(struct api_call *c);

/* reg_start: where a walk of [from, to) begins below `prefix`: at its nearer end. reg_past: it is
 * over. So a range costs what is in it, however long the register is. */
bytes reg_start(enum register_dimension d, bytes prefix, int64_t from_ms, int64_t to_ms,
                uint8_t out[static LIST_KEY_BYTES]);
bool reg_past(enum register_dimension d, int64_t ms, int64_t from_ms, int64_t to_ms);

/* What states look like in JSON (reg_view.c). */
struct store_txn;
json_t *reg_row(struct api_call *c, const struct subject_state *s); /* a line of a register */
json_t *reg_detail(struct api_call *c,
                   const struct subject_state *s);                   /* with every value's writer */
json_t *reg_named(struct api_call *c, id16 subject, int name_field); /* {id, code, name} */
json_t *reg_branch(const uint8_t b[static 8]);
json_t *reg_text(struct api_call *c, const uint8_t hash[static 32]);
const char *reg_state_name(enum subject_type type, unsigned state); /* "dispatched"; "" */
unsigned reg_state_of(enum subject_type type, const char *name);    /* 0: none */
#endif

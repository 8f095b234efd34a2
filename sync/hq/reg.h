/* reg.h - registers: pages of subjects from the keys that the fold keeps (core/fold/refold.h).
 *
 * A register is a row of one table (reg_table.c): what it lists, which part of it, who sees it. A
 * page follows a keyed cursor, so that it costs the same at a thousand rows and at a million.
 */
#ifndef SYNC_HQ_REG_H
#define SYNC_HQ_REG_H
#include "sync/hq/api.h"

#define REG_PAGE_MAX 200 /* rows of a page; 50 when none is asked */
#define REG_SCAN_MAX                                                                               \
    10000 /* keys looked at for one page, some 50 ms: a second filter may find few */
#define REG_CSV_MAX 100000 /* rows of one export */
#define REG_HITS_MAX 1000  /* of a search */

enum reg_source {
    REG_SUBJECTS = 0,
    REG_CONFLICTS, /* subjects of all types */
    REG_DEVICES,   /* these and the rest are no subjects: reg_other.h */
    REG_QUARANTINE,
    REG_EDITIONS,
    REG_USERS,
    REG_TOKENS
};
struct reg {
    const char *name;
    enum reg_source source;
    enum subject_type type;
    enum register_part part;
    uint16_t roles;
    enum acct_scope scope;
    const char *filters; /* that it takes besides times and numbers: "state technician class
                            customer type" */
    const char *sorts;   /* by what it can be read, up and down: "time number state ..." */
    const char *only;    /* the parts of it that are worklists (enum reg_only) */
};
const struct reg *reg_find(const char *name);
const struct reg *reg_table(size_t *n);

/* Readers of api_routes.c. */
enum st reg_read_list(struct api_call *c);
enum st reg_read_page(struct api_call *c);
enum st reg_read_board(struct api_call *c);
enum st reg_read_dashboard(struct api_call *c);
enum st reg_read_search(struct api_call *c);

/* What states look like in JSON (reg_view.c). */
struct store_txn;
json_t *reg_row(struct api_call *c, const struct subject_state *s); /* a line of a register */
json_t *reg_detail(struct api_call *c,
                   const struct subject_state *s);                   /* with every value's writer */
json_t *reg_named(struct api_call *c, id16 subject, int name_field); /* {id, code, name} */
json_t *reg_branch(const uint8_t b[static 8]);
json_t *reg_text(struct api_call *c, const uint8_t hash[static 32]);
/* The states of a register's rows: "dispatched"; "" beyond the last. reg_state_of: 0: none. */
const char *reg_state_of_row(const struct reg *r, unsigned state);
unsigned reg_state_of(const struct reg *r, const char *name);
const char *reg_state_name(enum subject_type type, unsigned state);
#endif

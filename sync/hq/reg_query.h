/* reg_query.h - what a page of a register is asked for, and which index answers it. */
#ifndef SYNC_HQ_REG_QUERY_H
#define SYNC_HQ_REG_QUERY_H
#include "sync/hq/reg.h"

/* What a worklist leaves of its register. */
enum reg_only {
    REG_ANY = 0,
    REG_LATE,     /* calls: the limit of arrival is past */
    REG_OPEN,     /* goods: the receipt is not void */
    REG_WORKSHOP, /* goods: handed in and not given back: those with a repair card that is open */
    REG_UNHELPED, /* goods: past the planned time, and no help was asked for (B-18.14) */
    REG_WAITING,  /* help asked of calls or goods, and nobody has answered */
    REG_ANSWERED, /* ... and somebody has */
    REG_SILENT    /* devices: not heard of for long */
};
struct reg_query {
    const struct reg *reg;
    /* The walk: which index, through one value of it or all (grouped), which way, from where. */
    enum register_part part;
    enum register_dimension d;
    enum register_order order;
    bool has_value, grouped, down;
    uint8_t value[16];
    uint8_t low[REG_SORT_BYTES], high[REG_SORT_BYTES]; /* of sort keys, within each group: [low,
                                                           high); n 0: none */
    size_t low_n, high_n;
    uint8_t place[LIST_KEY_BYTES]; /* after which it goes on: what follows the prefix; then where it
                                      stands */
    size_t place_n;
    /* What the index does not answer is looked at row by row, if look. */
    bool look, branch_looked; /* branch_looked: the index is that of all branches */
    enum subject_type type;   /* 0: any */
    enum reg_only only;
    int64_t now_ms;                                      /* by which it is late */
    unsigned state, class_;                              /* 0: any */
    id16 technician, customer;                           /* zero: any */
    id8 branch;                                          /* zero: all */
    int64_t from_ms, to_ms;                              /* [from, to) */
    uint8_t first[REG_SORT_BYTES], last[REG_SORT_BYTES]; /* numbers, both within; n 0: any */
    size_t first_n, last_n;
    int64_t limit;
};
/* reg_query_of: from the request. ST_BAD_INPUT: said in c->err. */
MUST_USE enum st reg_query_of(struct api_call *c, const struct reg *r, struct reg_query *q);
/* reg_query_wants: does this place pass what the index does not answer? */
bool reg_query_wants(const struct reg_query *q, const struct register_place *p);
/* reg_query_state: is this state of the register's type among those that `only` leaves? */
bool reg_query_state(const struct reg_query *q, unsigned state);
/* reg_query_cursor: where the walk stands, for the next page. */
#define REG_CURSOR_BYTES ((LIST_KEY_BYTES + 1) * 4 / 3 + 8)
void reg_query_cursor(const struct reg_query *q, char out[static REG_CURSOR_BYTES]);
/* reg_takes: is this word among those of a list? */
bool reg_takes(const char *list, const char *word);
/* reg_before: in the order of the store's keys. */
bool reg_before(bytes a, bytes b);
#endif

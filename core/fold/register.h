/* register.h - headquarters' registers as keys of T_LIST: by what a clerk filters, in the order in
 * which he reads.
 *
 * Key = LIST_REGISTER, type1, part1, branch8 (zero: all branches), dimension1, order1, the
 * dimension's value, the sort key, subject16. All ascend; a walk goes up or down. Type 0 stands for
 * all types. A part of a register (the vouchers that are out, the cash in hand) is a register of
 * its own: read by whatever the whole is read by, and as fast. Which keys a subject has follows
 * from its place and from one table (register.c): to add an index, add a row there and raise
 * LISTS_VERSION. */
#ifndef CORE_FOLD_REGISTER_H
#define CORE_FOLD_REGISTER_H
#include "core/fold/refold.h"

/* What is filtered by; a walk without the value goes through all of them, grouped. */
enum register_dimension {
    REG_ALL = 1,
    REG_STATE,      /* value: 1 byte */
    REG_TECHNICIAN, /* 16 */
    REG_CLASS,      /* 1 */
    REG_DUE,        /* none: calls by the limit of arrival, goods by the planned time */
    REG_BRANCH,     /* 8; in the register of all branches alone, as is: */
    REG_CUSTOMER    /* 16 */
};
/* By the time of the call or of the paper, where there is none of the last change; of REG_DUE the
 * limit; what has none stands last, but in the register of all calls, of which a million are over,
 * only those stand that have one. By number: digits by their value, letters whatever their case. */
enum register_order { REG_BY_TIME = 1, REG_BY_NUMBER = 2 };
enum register_part {
    REG_WHOLE = 0,
    REG_CASH_OWED = 1,  /* of calls, as are the next three */
    REG_HELP_ASKED = 2, /* of goods, too */
    REG_HANDOVER_ASKED = 3,
    REG_PROPOSED = 4,
    REG_CONFLICT = 5,  /* two values, or a request; of any type, and of type 0 */
    REG_SIGNED = 6,    /* calls whose voucher is not struck off yet */
    REG_ARCHIVED = 7,  /* calls whose voucher is */
    REG_HELD = 8,      /* goods whose receipt is not void */
    REG_HELP_WAITS = 9 /* asked, of a call or of goods, and nobody has answered */
};
#define REG_SORT_BYTES 50   /* longest sort key: a number's */
#define REG_KEYS_MOST 160   /* of one subject */
#define REG_PLACE_BYTES 128 /* struct register_place, encoded */

/* Where a subject stands. */
struct register_place {
    enum subject_type type;
    id16 subject, technician, customer; /* zero: nobody */
    id8 branch;                         /* zero: none */
    int64_t time_ms, due_ms;
    bool has_due;
    uint8_t state, class_;
    uint16_t parts; /* 1 << enum register_part */
    uint8_t nnumber, number[CAP_CODE_BYTES];
};
struct register_keys {
    unsigned n;
    struct register_key {
        uint8_t n;
        uint8_t b[LIST_KEY_BYTES];
    } key[REG_KEYS_MOST];
};

/* register_prefix: of one register; `value` NULL: all values, grouped. */
bytes register_prefix(enum subject_type type, enum register_part part, id8 branch,
                      enum register_dimension d, enum register_order order, const uint8_t *value,
                      uint8_t buf[static LIST_KEY_BYTES]);
size_t register_value_bytes(enum register_dimension d);
/* register_has: does a type, or a part of it, stand in registers by this dimension? */
bool register_has(enum subject_type type, enum register_part part, enum register_dimension d);
/* register_time, register_number: sort keys, into `out`, and a time back. A number of which nothing
 * is written sorts first. */
bytes register_time(int64_t ms, uint8_t out[static REG_SORT_BYTES]);
int64_t register_time_ms(const uint8_t in[static 8]);
bytes register_number(bytes code, uint8_t out[static REG_SORT_BYTES]);
/* register_key: what follows the prefix of (d, order) without a value in a place's key: value, sort
 * key, subject. */
bytes register_key(const struct register_place *p, enum register_dimension d,
                   enum register_order order, uint8_t out[static LIST_KEY_BYTES]);
/* register_order_ms: the time that a subject's register is ordered by. */
int64_t register_order_ms(const struct subject_state *s);
/* register_of: the place of a state; of a type without registers only its conflict counts.
 * register_keys: all keys of a place. */
void register_of(const struct subject_state *s, const struct calendars *cal,
                 struct register_place *out);
void register_keys(const struct register_place *p, struct register_keys *out);
MUST_USE enum st register_place_encode(const struct register_place *p,
                                       uint8_t buf[static REG_PLACE_BYTES], bytes *out);
MUST_USE enum st register_place_decode(bytes in, id16 subject, struct register_place *out);
/* register_put: the keys of the place `old`, encoded (empty: none), become those of `now`.
 * register_holds: are those of `place` there? How many they are is added to *n. */
MUST_USE enum st register_put(struct store_txn *t, id16 subject, bytes old, bytes now,
                              struct err *err);
bool register_holds(struct store_txn *t, id16 subject, bytes place, uint64_t *n);
/* register_place_get: of a subject that was folded, without decoding its state. ST_NOT_FOUND,
 * ST_CORRUPT; else the store's. */
MUST_USE enum st register_place_get(struct store_txn *t, id16 subject, struct arena tmp,
                                    struct register_place *out, struct err *err);
#endif

/* op_record.h - fields of records from JSON, for the operations that write them. */
#ifndef SYNC_HQ_OP_RECORD_H
#define SYNC_HQ_OP_RECORD_H
#include "core/fold/record.h"
#include "sync/hq/ops.h"

/* What a record.set is made from: writes and the texts that they name. */
struct op_record {
    size_t n;
    struct record_write w[CAP_RECORD_WRITES];
    unsigned natts;
    struct append_att atts[CAP_ENTRY_ATTACHMENTS];
    uint8_t *room; /* cleaned texts, malloc */
    size_t room_n;
};
/* op_record_field: the row of "name" or "customer.name"; NULL. */
const struct field_info *op_record_field(enum subject_type type, str name);
/* op_record_add: one field from a JSON value. ST_BAD_INPUT names it; ST_NOT_FOUND: what it refers
 * to. */
MUST_USE enum st op_record_add(struct hq *hq, struct op_record *r, enum subject_type type,
                               const struct field_info *f, const json_t *value, struct err *err);
/* op_record_put: the entry, having seen `state` (NULL: a new subject). */
MUST_USE enum st op_record_put(struct hq *hq, struct op_record *r, struct append *what,
                               const struct subject_state *state, h32 *hash, struct err *err);
#endif

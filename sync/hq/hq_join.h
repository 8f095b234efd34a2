/* hq_join.h - a new device: codes given out, the bundle that a code opens, the certificate. */
#ifndef SYNC_HQ_HQ_JOIN_H
#define SYNC_HQ_HQ_JOIN_H
#include "sync/hq/hq_request.h"

struct hq_invite {
    id16 person;
    enum role role; /* usually ROLE_TECHNICIAN */
    id8 branch;
    char prefix[9];   /* of human numbers: two to eight printable ASCII characters */
    id8 recover;      /* not zero: the code gives this device its data key back */
    int64_t lasts_ms; /* 0: HQ_ONLINE_CODE_MS */
};
/* hq_join_invite: a new code, 16 characters and NUL, told once and not kept. Old codes go. ST_FULL
 * (too many pending), ST_BAD_INPUT. */
MUST_USE enum st hq_join_invite(struct hq *hq, const struct hq_invite *what, char code[static 20],
                                int64_t *until_ms, struct err *err);
/* hq_join_open: find the code that opens a joining bundle, read its manifest. Any thread. Refusals:
 * "enrol-unknown", "enrol-used", "enrol-expired", "malformed". Returns r->st. */
MUST_USE enum st hq_join_open(struct hq_request *r);
/* hq_join_grant: certify, say so in the journal, give the device its subjects. The writer's. A
 * device that used this code before gets the same certificate again. */
MUST_USE enum st hq_join_grant(struct hq_request *r, struct store_txn *t, struct err *err);
#endif

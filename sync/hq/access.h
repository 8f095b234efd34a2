/* access.h - what is done with a login or a token is an entry of headquarters, KIND_ACCESS.
 *
 * Its subject is the login's or the token's own, minted with it and kept in its row (acct.h), not
 * the person's record: that one devices hold, and what is about access goes to none of them. So
 * nothing of it is ever routed (no device has such a subject in its scope), and each history is one
 * subject's entries. The body names the person whose rights it gives. */
#ifndef SYNC_HQ_ACCESS_H
#define SYNC_HQ_ACCESS_H
#include "sync/hq/ops.h"

/* access_act: the entry, inside the open batch. The actor is that of `in`, else the administrator.
 * *subject zero: one is minted, for the caller to keep in the row. ST_FORBIDDEN: the actor has no
 * role; ST_NOT_FOUND: he is nobody of this company. The writer's thread. */
MUST_USE enum st access_act(struct hq *hq, const json_t *in, id16 *subject,
                            const struct body_access *what, struct err *err);
/* access_step_name: "login.password", "token.made"; "" beyond the last. Static. */
const char *access_step_name(unsigned step);
#endif

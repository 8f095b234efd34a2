/* ctl_exchange.h - what exchanges came to, for `sync` and `bundle`. One thread. */
#ifndef SYNC_CTL_CTL_EXCHANGE_H
#define SYNC_CTL_CTL_EXCHANGE_H
#include "sync/ctl/ctl.h"
#include "sync/engine/exchange.h"

struct ctl_exchange {
    unsigned rounds, sent_entries, sent_attachments, received_entries, received_attachments;
    unsigned receipts, receipts_refused, quarantined, problems;
    enum receipt_refusal refusal; /* the last one */
    struct manifest_problem first_problem;
    uint64_t sent_bytes, received_bytes; /* on the wire, headers included; by file: the file's */
    int64_t receipt_ms;                  /* newest receipt of these exchanges; 0: none */
    unsigned handed_back;
    bool new_epoch, forked, handing_back; /* see struct exchange_result */
    bool conflict, revoked, forgotten, marks_went_back, trust_renewed;
    struct exchange_result last;
};
/* ctl_exchange_add: one more round. */
void ctl_exchange_add(struct ctl_exchange *x, const struct exchange_result *res);
/* ctl_exchange_say: sentences on stdout (or JSON), warnings and the reason of a failure on stderr.
 * `st` and `err`: how the exchanges ended. The exit code: CTL_REFUSED when they failed, or when
 * something was sent and no verified receipt came back. */
int ctl_exchange_say(struct ctl_store *s, const struct ctl_exchange *x, enum st st,
                     const struct err *err, bool json);
/* ctl_parcel_when_due: after an exchange that told of a revocation: seal what is owed, destroy the
 * store (cmd_parcel.c). The exit code. */
int ctl_parcel_when_due(struct ctl_store *s);
#endif

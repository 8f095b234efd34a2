/* proof_check.h - what checking a report.cbor and checking a QR code share. Private to
 * core/report. */
#ifndef CORE_REPORT_PROOF_CHECK_H
#define CORE_REPORT_PROOF_CHECK_H
#include "core/journal/entry.h"
#include "core/model/bodies.h"
#include "core/report/proof_file.h"

struct proof_check {
    struct proof_file f;
    struct trust hq; /* of hq.pub */
    struct trust t;  /* the newest of that and the file's: what all is checked under */
    struct cert cert;
    struct entry_view e;
    union body b;
    h32 name[EV_LAST + 1]; /* the attachments that the sign-off names */
    unsigned missing;      /* bit per evidence: named, and not in the file */
    id8 cited_node, covers_node;
    bool has_revocation;
    uint64_t trusted_seq;
    h32 trusted_hash;
    struct arena *a;
    struct proof_result *out;
};
/* proof_no: note the part that failed and why; answers ST_BAD_SIGNATURE. */
enum st proof_no(struct proof_result *out, enum proof_part part, const char *why,
                 const char *detail);
/* Each answers ST_OK, or ST_BAD_SIGNATURE with the result filled (open: ST_BAD_INPUT).
 * open: hq.pub. trust: the file's trust document. cert: certificate, under c->t. entry: the
 * sign-off's form, kind, signature, and what the result says of it. */
MUST_USE enum st proof_check_open(struct proof_check *c, bytes hq_pub);
MUST_USE enum st proof_check_trust(struct proof_check *c);
MUST_USE enum st proof_check_cert(struct proof_check *c);
MUST_USE enum st proof_check_entry(struct proof_check *c);
#endif

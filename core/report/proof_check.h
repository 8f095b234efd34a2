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
    bool has_cited, has_covers, has_revocation, admitted;
    struct receipt cited, covers;
    uint64_t trusted_seq; /* of the sign-off's epoch, by the revocation; 0: nothing of it */
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
/* In proof_witness.c; these stand in the order in which they are called. cited, covers: the two
 * receipts. revocation. nodes: certificates of nodes (all three are read before: a node has signed
 * something here). admitted. chain: the author's entries from the sign-off to the last head that is
 * named, and what follows for whether it was revoked. */
MUST_USE enum st proof_check_cited(struct proof_check *c);
MUST_USE enum st proof_check_covers(struct proof_check *c);
MUST_USE enum st proof_check_revocation(struct proof_check *c);
MUST_USE enum st proof_check_nodes(struct proof_check *c);
MUST_USE enum st proof_check_admitted(struct proof_check *c);
MUST_USE enum st proof_check_chain(struct proof_check *c);
/* proof_check_node: the certificate of a node among those of the file. */
bool proof_check_node(struct proof_check *c, id8 author, struct cert *out);
#endif

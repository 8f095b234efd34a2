/* proof_file.h - the form of report.cbor: its parts as slices, nothing verified. Private to
 * core/report. */
#ifndef CORE_REPORT_PROOF_FILE_H
#define CORE_REPORT_PROOF_FILE_H
#include "core/codec/cbor.h"
#include "core/report/proof.h"

#define PROOF_VERSION 1
#define PROOF_NODES_MAX 4     /* who gave two receipts and ordered the forgetting: seldom two */
#define PROOF_FORGOTTEN_MAX 8 /* one may name all five parts; each part may have its own */
enum proof_key {
    PK_VERSION = 1,
    PK_ENTRY = 2,
    PK_CERT = 3,
    PK_TRUST = 4,
    PK_EVIDENCE = 5,
    PK_CITED = 9,
    PK_COVERS = 10,
    PK_CHAIN = 11,
    PK_NODES = 12,
    PK_REVOCATION = 13,
    PK_FORGOTTEN = 14,
    PK_ADMITTED = 15
};
/* Parts of the evidence, in the order of the entry's attachments. */
enum evidence { EV_FACTS = 1, EV_TEXT, EV_STROKES, EV_NAME, EV_REASON, EV_LAST = EV_REASON };

struct proof_list {
    size_t n;
    bytes items; /* n byte strings, encoded, one after the other */
};
struct proof_file {
    bytes entry, cert, trust, cited, covers, revocation, admitted; /* p NULL: not there */
    struct {
        bytes manifest, content; /* manifest.p NULL: not there */
    } part[EV_LAST + 1];
    struct proof_list chain, nodes, forgotten;
};
/* proof_file_read: ST_OK, or ST_BAD_FORM with *rule. */
MUST_USE enum st proof_file_read(bytes in, struct proof_file *out, const char **rule);
/* proof_list_next: the next item, and `l` moves on; {NULL, 0} at the end. */
bytes proof_list_next(struct proof_list *l);
#endif

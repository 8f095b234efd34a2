/* proof.h - report.cbor: all that `verify` needs to say genuine, and what it says. PROOF section of
 * ENTRY.md is normative. Needs no store and no network; pure. */
#ifndef CORE_REPORT_PROOF_H
#define CORE_REPORT_PROOF_H
#include "core/keys/trust.h"
#include "core/report/report.h"

/* proof = {1: version, 2: sign-off entry, 3: author's certificate, 4: trust document, 5: {facts:
 * [manifest, content], 6: text, 7: strokes, 8: name} ..., 9: receipt cited, 10: receipt that
 * covers, 11: [entries from the sign-off to that receipt's head], 12: node certificate, 13:
 * revocation, 14: [forgetting entries]} */
enum proof_part {
    PROOF_OK = 0,
    PROOF_FILE,
    PROOF_TRUST,
    PROOF_CERT,
    PROOF_ENTRY,
    PROOF_FACTS,
    PROOF_TEXT,
    PROOF_STROKES,
    PROOF_NAME,
    PROOF_RENDER /* text is not the facts' */,
    PROOF_RECEIPT_CITED,
    PROOF_RECEIPT_COVERS,
    PROOF_CHAIN,
    PROOF_NODE,
    PROOF_REVOCATION,
    PROOF_FORGOTTEN,
    PROOF_AMOUNT /* entry and facts differ */,
    PROOF_PARTS
};
struct proof_result {
    enum proof_part failed; /* PROOF_OK: genuine */
    char why[160];          /* a sentence, English; empty when genuine */
    bool content_intact, key_certified;
    bool withdrawn;
    int64_t withdrawn_ms;
    id16 withdrawn_by;
    unsigned withdrawn_rule; /* evidence withdrawn */
    bool witnessed_after, witnessed_before;
    int64_t after_ms, before_ms;
    bool revoked_after; /* the author was revoked later; this lies within its trusted heads */
    enum sign_outcome outcome;
    str number;
    enum service_class class_;
    int64_t total_minor;
    int64_t claimed_ms;
    unsigned version;
    id8 author;
    id16 person;
    str text;
    str technician_prefix;
};
/* proof_verify: check every part of `file` against the deployment and root of `trust_file`
 * (hq.pub). Results point into `file` and `a`. Returns ST_OK when genuine, ST_BAD_SIGNATURE when
 * not (result says which part and why), ST_BAD_INPUT when hq.pub itself cannot be used. Any bit
 * changed: not genuine. */
MUST_USE enum st proof_verify(bytes file, bytes hq_pub, struct arena a, struct proof_result *out);
const char *proof_part_name(enum proof_part p);

/* proof_build: make report.cbor for a sign-off held in the store. */
struct store_txn;
MUST_USE enum st proof_build(struct store_txn *t, h32 signoff, struct arena *a, bytes *out,
                             struct err *err);
/* proof_qr: "URL#" + base64url(CBOR [entry, certificate, salt of the text]) for the customer's
 * copy; at most 1250 characters. proof_qr_verify: alone it proves number, time, class, amount,
 * author; with the canonical text it proves the text. */
MUST_USE enum st proof_qr(struct store_txn *t, h32 signoff, str url, struct arena *a, str *out,
                          struct err *err);
MUST_USE enum st proof_qr_verify(str qr, str text_or_empty, bytes hq_pub, struct arena a,
                                 struct proof_result *out);
/* hq.pub = {1: deployment bstr16, 2: root key bstr32, 3: trust document}. */
MUST_USE enum st hq_pub_make(bytes trust_doc, const uint8_t root_pk[static 32], uint8_t *buf,
                             size_t cap, bytes *out);
MUST_USE enum st hq_pub_open(bytes in, struct trust *out, bytes *trust_doc, const char **rule);
#endif

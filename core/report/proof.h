/* proof.h - report.cbor: all that `verify` needs to say genuine, and what it says. PROOF.md is
 * normative. Verifying needs no store and no network; pure, any thread.
 *
 * proof = {1: version, 2: sign-off entry, 3: its author's certificate, 4: trust document,
 *  5: {? 1: facts, ? 2: text, ? 3: strokes, ? 4: name, ? 5: reason in words}, each [manifest,
 *  content], ? 9: receipt that the sign-off cites, ? 10: receipt that covers it, ? 11: [entries
 *  after the sign-off up to that receipt's head and the revocation's], ? 12: [certificates of
 *  nodes], ? 13: revocation of the author, ? 14: [forgetting entries], ? 15: admitting entry} */
#ifndef CORE_REPORT_PROOF_H
#define CORE_REPORT_PROOF_H
#include "core/keys/trust.h"
#include "core/report/report.h"

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
    PROOF_REASON,
    PROOF_RENDER, /* text is not the facts' */
    PROOF_AMOUNT, /* entry and facts differ */
    PROOF_RECEIPT_CITED,
    PROOF_RECEIPT_COVERS,
    PROOF_CHAIN,
    PROOF_NODE,
    PROOF_REVOCATION,
    PROOF_FORGOTTEN,
    PROOF_ADMITTED,
    PROOF_PARTS
};
struct proof_result {
    enum proof_part failed; /* PROOF_OK: genuine */
    char why[160];          /* a sentence, English; empty when genuine */
    bool content_intact;    /* all that is in the file is what the sign-off names */
    bool key_certified;     /* headquarters vouches for the author's key */
    /* evidence withdrawn: a part is not there, and a forgetting entry of headquarters names it */
    bool withdrawn;
    int64_t withdrawn_ms;
    id16 withdrawn_by;
    unsigned withdrawn_rule;
    /* witnessed: made after the receipt that it cites, before the receipt that covers it */
    bool witnessed_after, witnessed_before;
    int64_t after_ms, before_ms;
    bool revoked_after; /* the author was revoked later; this lies within its trusted heads */
    bool admitted;      /* the author was revoked; headquarters lets this sign-off count by name */
    int64_t revoked_ms, admitted_ms; /* when, as headquarters' clock said */
    id16 admitted_by;
    /* no revocation is in the file: up to this time headquarters knew of none (the latest receipt
     * that is here says so); of what came after the file cannot know. 0: it says nothing of it */
    int64_t unrevoked_ms;
    enum sign_outcome outcome;
    str number;
    enum service_class class_;
    int64_t total_minor;
    int64_t claimed_ms;
    unsigned version;
    id8 author;
    id16 person;
    str technician_prefix;
    str text; /* canonical; empty when withdrawn, or not given */
    str signer, reason;
};
#define PROOF_FILE_MAX (2U << 20) /* 16 KiB a part, and some thousand entries up to the receipt */
#define PROOF_SCRATCH_BYTES (256U << 10) /* what verifying takes of its arena at most */

/* proof_verify: check every part of `file` against the deployment and root of `hq_pub` (the file
 * hq.pub). Results point into `file` and into the memory of `a`. ST_OK: genuine; ST_BAD_SIGNATURE:
 * not (result says which part and why); ST_BAD_INPUT: hq.pub itself cannot be used; ST_FULL: the
 * arena is too small. Any bit of the file changed: not genuine. */
MUST_USE enum st proof_verify(bytes file, bytes hq_pub, struct arena a, struct proof_result *out);
/* proof_part_name: plain words, static storage. */
const char *proof_part_name(enum proof_part p);

/* proof_build: make report.cbor for a sign-off held in the store, into `a`. What was forgotten is
 * left out, with the entry that ordered it. ST_NOT_FOUND (err says what is not here), ST_FULL. */
struct store_txn;
MUST_USE enum st proof_build(struct store_txn *t, h32 signoff, struct arena *a, bytes *out,
                             struct err *err);

/* proof_qr: url "#" base64url(CBOR [entry, certificate, salt of the text]) for the customer's copy;
 * at most PROOF_QR_MAX characters, else ST_TOO_BIG. ST_REVOKED: the text was forgotten.
 * proof_qr_verify: alone it proves number, time, class, amount and author (content_intact is then
 * false); with the canonical text it proves the text. Answers as proof_verify; whatever stands
 * before the # is not looked at. */
#define PROOF_QR_MAX 1250
MUST_USE enum st proof_qr(struct store_txn *t, h32 signoff, str url, struct arena *a, str *out,
                          struct err *err);
MUST_USE enum st proof_qr_verify(str qr, str text_or_empty, bytes hq_pub, struct arena a,
                                 struct proof_result *out);

/* hq.pub = {1: deployment bstr16, 2: root key bstr32, 3: trust document bstr}. The root key is the
 * one that signed the document. hq_pub_open: ST_OK, else ST_BAD_INPUT with *rule. */
#define HQ_PUB_BYTES_MAX (CAP_TRUST_BYTES + 80)
MUST_USE enum st hq_pub_make(bytes trust_doc, const uint8_t root_pk[static 32], uint8_t *buf,
                             size_t cap, bytes *out);
MUST_USE enum st hq_pub_open(bytes in, struct trust *out, bytes *trust_doc, const char **rule);
#endif

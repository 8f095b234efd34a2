/* ratings.h - what the customer thinks of the visit, for headquarters' eyes only.
 *
 * ratings = {? 1: attitude, ? 2: skill, ? 3: arrival time, ? 4: promises kept (grades 1 very
 * satisfied to 4 dissatisfied), ? 5: comment tstr, ? 6: customer's code bstr}: what was left out
 * is not there. Then 0x80 and zeros, to a multiple of RATINGS_BLOCK: the length of what is sealed
 * must not say that there is a comment, or how much he had to say; all that a handheld takes fits
 * one block. The attachment ATT_RATINGS is: id of headquarters' sealing key (8 bytes), then
 * crypto_box_seal of those bytes to it. Neither the text nor the PDF nor the QR knows of it.
 * Plain bytes live in memory only: whoever holds them wipes them. Pure but for the seal's
 * randomness; any thread. PROOF.md is normative. */
#ifndef CORE_REPORT_RATINGS_H
#define CORE_REPORT_RATINGS_H
#include "core/keys/trust.h"

enum rating_question { RATE_ATTITUDE, RATE_SKILL, RATE_TIME, RATE_PROMISES, RATE_QUESTIONS };
enum rating_grade {
    GRADE_NONE = 0,
    GRADE_VERY_SATISFIED,
    GRADE_SATISFIED,
    GRADE_FAIR,
    GRADE_DISSATISFIED
};
#define RATINGS_BLOCK 1088 /* four grades, a comment of 1,023 bytes and a code, and 0x80 */
#define RATINGS_PLAIN_MAX                                                                          \
    ((CAP_TEXT_BYTES + CAP_CODE_BYTES + 32 + RATINGS_BLOCK) / RATINGS_BLOCK * RATINGS_BLOCK)
#define RATINGS_SEALED_MAX (RATINGS_PLAIN_MAX + RATINGS_SEAL_OVERHEAD)
#define RATINGS_SEAL_OVERHEAD 56 /* key id 8, ephemeral key 32, tag 16 */

struct ratings {
    enum rating_grade grade[RATE_QUESTIONS];
    str comment; /* utf8_clean form; may be empty */
    str code;    /* the customer's code, printable ASCII, at most CAP_CODE_BYTES; may be empty */
};

/* ratings_encode: *out is empty, with ST_OK, when nothing was said at all: then there is no
 * attachment. ST_BAD_INPUT (grade, code, comment not clean), ST_TOO_BIG. */
MUST_USE enum st ratings_encode(const struct ratings *r, uint8_t *buf, size_t cap, bytes *out);
/* ratings_decode: strings point into `in`. As encoded, or without what fills the block, as the
 * first version had it. ST_BAD_FORM. */
MUST_USE enum st ratings_decode(bytes in, struct ratings *out);
/* ratings_seal: plain bytes to a TRUST_SEALING key. buf: plain.n + RATINGS_SEAL_OVERHEAD.
 * ST_UNTRUSTED: the key is not usable; ST_TOO_BIG. */
MUST_USE enum st ratings_seal(bytes plain, const struct trust_key *to, uint8_t *buf, size_t cap,
                              bytes *out);
/* ratings_open: at headquarters, with the sealing key that the first 8 bytes name.
 * ST_WRONG_PARTY: sealed to another key; ST_BAD_SIGNATURE: the seal does not hold; ST_FULL. */
MUST_USE enum st ratings_open(bytes sealed, const uint8_t pk[static 32],
                              const uint8_t sk[static 32], uint8_t *buf, size_t cap, bytes *plain);
#endif

/* bodies.h - the bodies of entries as C structs: one table drives reading and writing of every
 * kind.
 *
 * kinds.h says what the keys mean. Encoding is canonical; an optional key (marked ?) is left out
 * when its value is zero, empty or false. Decoding ignores keys that it does not know (a newer
 * version may add some), takes numbers that it has no name for, and refuses what has another type.
 * No text in bodies: typed words are attachments; body_att says which one is which.
 * Pure functions over the caller's memory; any thread. */
#ifndef CORE_MODEL_BODIES_H
#define CORE_MODEL_BODIES_H
#include "core/base/caps.h"
#include "core/base/slice.h"
#include "core/model/fields.h"
#include "core/model/kinds.h"

#define CAP_BODY_ACTIONS 16  /* action codes of one entry; there are nine */
#define CAP_BODY_FORGET 80   /* hashes that fit CAP_BODY_BYTES; more is another entry */
#define CAP_RECORD_WRITES 24 /* fields of one record.set: no type has more */

/* A code as it stands on a thing or a paper: n printable ASCII bytes; n 0: none. */
struct code {
    uint8_t n;
    uint8_t b[CAP_CODE_BYTES];
};
/* code_of: from bytes; false (and an empty *out) when too long, empty or not printable ASCII. */
bool code_of(bytes in, struct code *out);
static inline bytes code_bytes(const struct code *c)
{
    return bytes_of(c->b, c->n);
}

struct hash_list {
    unsigned n;
    h32 h[CAP_FIELD_WRITES];
};

/* What every fact of a visit begins with. */
struct body_head {
    struct hash_list old; /* key 0?: own earlier facts of this visit that this one replaces */
    id8 visit;            /* key 1 */
};
struct body_opened {
    bool has_before;
    id8 epoch;
    uint64_t seq;
    h32 hash;
};
struct body_assigned {
    id16 technician;
    struct hash_list seen;
};
struct body_reason {
    unsigned reason;
};
struct body_edition {
    uint64_t number;
    h32 base;
};
struct body_certificate {
    id8 author;
    h32 certificate;
};
struct body_revoked {
    id8 author;
    uint64_t number;
};
struct body_forgotten {
    unsigned n;
    h32 atts[CAP_BODY_FORGET];
    unsigned rule;
    int64_t legal_until_ms;
};
struct body_cash {
    struct hash_list paid;
    int64_t amount_minor;
};

struct body_admitted {
    struct hash_list named;
    unsigned reason; /* key 2?: 1 its technician says so, 2 the customer does, 3 the device was
                        found, 4 other; 0: not said, as before there were reasons */
};

struct body_access {
    unsigned step;   /* enum access_step */
    id16 person;     /* whose it is */
    unsigned scopes; /* of a token: bit 2s reads, 2s + 1 writes (acct.h) */
    int64_t until_ms;
    unsigned role; /* the person's, when a login is made */
};

struct body_help {
    h32 asked;         /* the request that is answered */
    unsigned decision; /* enum help_decision */
    id16 who;          /* comes, or takes over; zero: nobody is named */
    int64_t when_ms;   /* 0: not said */
    bool words;
};

struct body_step {
    struct body_head head;
}; /* accepted, travelling, left */
struct body_arrived {
    struct body_head head;
    unsigned flags;
};
enum arrived_flags { ARRIVED_CREDENTIAL = 1, ARRIVED_PRICE_LIST = 2 };
struct body_diagnosed {
    struct body_head head;
    struct code fault;
    unsigned cause, responsibility, flags;
    uint64_t edition;
    bool fault_words, cause_words;
};
enum diagnosed_flags { DIAGNOSED_COVERAGE = 1, DIAGNOSED_OPENED_BEFORE = 2 };
struct body_class {
    struct body_head head;
    unsigned class_, basis, proposed;
    id16 contract;
};
struct price_line {
    struct code code;
    int64_t qty_milli, unit_minor, amount_minor;
};
struct body_priced {
    struct body_head head;
    unsigned nlines;
    struct price_line lines[CAP_VISIT_PRICES];
    int64_t estimate_minor;
    bool consented;
    uint64_t edition;
};
struct body_part {
    struct body_head head;
    struct code number;
    int64_t qty_milli, unit_minor;
    unsigned reason, old_part;
    struct code serial_in, serial_out;
    uint64_t edition;
    bool charged, words, why_words;
};
struct body_action {
    struct body_head head;
    unsigned n;
    unsigned codes[CAP_BODY_ACTIONS];
    bool words;
};
struct body_tested {
    struct body_head head;
    unsigned result, flags;
    bool danger_words, words;
};
enum tested_flags { TESTED_TIDY = 1, TESTED_TAUGHT = 2, TESTED_DANGER_TOLD = 4 };
struct body_fee {
    struct body_head head;
    int64_t labour_minor, parts_minor, travel_minor, other_minor, total_minor;
};
struct cover {
    id8 author;
    h32 entry;
};
struct body_signed {
    id8 visit;
    unsigned outcome, version;
    struct code number;
    int64_t total_minor;
    unsigned class_, template_;
    unsigned ncovers;
    struct cover covers[CAP_COVERS];
    unsigned relation, reason, att_flags;
};
enum signed_atts { SIGNED_STROKES = 1, SIGNED_NAME = 2, SIGNED_REASON = 4, SIGNED_RATINGS = 8 };
struct body_ended {
    struct body_head head;
    unsigned outcome, reason;
    struct code part;
    bool note;
};
struct body_paid {
    struct body_head head;
    unsigned method;
    int64_t amount_minor;
    struct code receipt;
};
struct body_withdrawn {
    id8 visit;
    h32 entry;
};
struct body_visit_reason {
    id8 visit;
    unsigned reason;
    bool note;
    h32 signoff; /* reopened, by headquarters: the sign-off; else zero */
};               /* reopened, handover, help */
struct body_proposed {
    id8 visit;
    unsigned what;
};
struct body_taken {
    struct body_head head;
    struct code receipt, serial;
    id16 goods;
    unsigned reason, condition, accessories, template_, relation;
    int64_t promised_ms;
    bool name;
};
struct body_returned {
    struct body_head head;
    struct code receipt;
    id16 goods;
    unsigned outcome, class_, template_, relation;
    int64_t total_minor;
    bool name;
};

/* The member that a kind uses stands in its comment; the others mean nothing. About 3 KiB. */
union body {
    struct body_opened opened;           /* JOURNAL_OPENED */
    struct body_assigned assigned;       /* JOB_ASSIGNED */
    struct body_reason cancelled;        /* JOB_CANCELLED; JOB_ARCHIVED has none */
    struct body_reason settled;          /* ITEM_SETTLED */
    struct body_access access;           /* ACCESS */
    struct body_edition edition;         /* EDITION */
    struct body_certificate certificate; /* CERTIFICATE */
    struct body_revoked revoked;         /* REVOKED */
    struct body_forgotten forgotten;     /* FORGOTTEN */
    struct body_cash cash;               /* CASH_ACCEPTED */
    struct hash_list named;              /* JOB_RESTORED SET_ASIDE: one at least */
    struct body_admitted admitted;       /* ADMITTED */
    struct body_head head;               /* every VISIT_* but VISIT_SIGNED begins with it */
    struct body_step
        step; /* VISIT_ACCEPTED VISIT_TRAVELLING VISIT_LEFT VISIT_POSITION VISIT_RATED */
    struct body_arrived arrived;
    struct body_diagnosed diagnosed;
    struct body_class class_;
    struct body_priced priced;
    struct body_part part;
    struct body_action action;
    struct body_tested tested;
    struct body_fee fee;
    struct body_signed signed_;
    struct body_ended ended;
    struct body_paid paid;
    struct body_withdrawn withdrawn;
    struct body_visit_reason asked; /* JOB_REOPENED HANDOVER_ASKED HELP_ASKED */
    struct body_proposed proposed;
    struct body_help help; /* HELP_ANSWERED */
    struct body_taken taken;
    struct body_returned returned;
};

/* body_encode: canonical bytes of `b` as a body of `kind` into buf (CAP_BODY_BYTES do), *out a
 * view. ST_BUG: record.set (see below) or an unknown kind; ST_BAD_INPUT: a count over its cap, a
 * negative number where none may be; ST_FULL. */
MUST_USE enum st body_encode(unsigned kind, const union body *b, uint8_t *buf, size_t cap,
                             bytes *out);
/* body_decode: back. *out is zeroed first. ST_BAD_FORM (type, range, a missing key),
 * ST_NOT_FOUND: a kind without a struct (record.set, newer kinds). */
MUST_USE enum st body_decode(unsigned kind, bytes in, union body *out);
/* body_visit: the visit id of any visit fact's body, without reading the rest. False if none. */
bool body_visit(bytes in, id8 *visit);

/* Which attachment of an entry is what. */
enum body_att {
    BA_FAULT = 1,
    BA_CAUSE,
    BA_PRICE_TEXT,
    BA_PRICE_STROKES,
    BA_PART,
    BA_OLD_WHY,
    BA_ACTION,
    BA_DANGER,
    BA_RESULT,
    BA_FACTS,
    BA_REPORT,
    BA_STROKES,
    BA_NAME,
    BA_REASON,
    BA_RATINGS,
    BA_NOTE,
    BA_WORDS,
    BA_EDITION,
    BA_GOODS_TEXT,
    BA_GOODS_STROKES,
    BA_GOODS_NAME,
    BA_POSITION
};
/* body_att: its index in the entry's list, or -1 when this body names none. The entry may have
 * fewer attachments than its body says: check against natt. */
int body_att(unsigned kind, const union body *b, enum body_att what);

/* --- record.set ----------------------------------------------------------------------------------
 */
struct record_write {
    int field;
    enum field_type type; /* as fields.h says for the subject */
    int64_t i;        /* FT_INT FT_MONEY FT_QTY FT_TIME FT_ENUM; FT_TEXT: index of the attachment */
    struct code code; /* FT_CODE */
    id16 ref;         /* FT_REF */
    id8 id;           /* FT_ID8 */
    struct hash_list seen; /* the writes of this field that the author saw as current:
                              record_see() of core/fold/record.h fills them in */
};
/* record_encode: the body {1: values, 2: what was seen}. Sorts `w` by field. ST_BAD_INPUT: a field
 * twice, n 0 or over CAP_RECORD_WRITES, a code that is none; ST_FULL. */
MUST_USE enum st record_encode(struct record_write *w, size_t n, uint8_t *buf, size_t cap,
                               bytes *out);
/* record_decode: every write of a body, ascending by field; types as fields.h has them for
 * `subject`, and 0 for a field that this version does not know (its value is left out). *n at most
 * CAP_RECORD_WRITES. ST_BAD_FORM. */
MUST_USE enum st record_decode(enum subject_type subject, bytes in, struct record_write *w,
                               size_t *n);
#endif

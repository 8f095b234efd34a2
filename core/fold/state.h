/* state.h - what a subject's entries add up to. One shape for every subject type.
 *
 * state = fold(set of entries): a pure, deterministic function of the set (DESIGN 2), the authors'
 * certificates and revocations. Entries are folded in fold order (hlc, then hash); no value depends
 * on it but the tie-break of what is shown first. Nothing here reads the clock: "overdue" is a
 * view. Attachments appear as hashes, so forgetting leaves every digest whole. */
#ifndef CORE_FOLD_STATE_H
#define CORE_FOLD_STATE_H
#include "core/base/arena.h"
#include "core/base/arena.h"
#include "core/journal/entry.h"
#include "core/model/bodies.h"

#define FOLD_VERSION                                                                               \
    11 /* 2: in a conflict only headquarters and its own author remove a value.                    \
         3: cancellations can be taken back, late work admitted                                    \
         4: goods taken and brought back; facts of the workshop hang on goods                      \
         5: where he stood on arrival is a fact of a visit                                         \
         6: headquarters reopens a report                                                          \
         7: calls that a technician takes himself                                                  \
         8: branches below a revocation are set aside by name                                      \
         9: what was done with a login or a token, or about what could not be kept; whom a device  \
            names as the actor is nobody                                                           \
         10: what a customer said before a sign-off is a fact of a visit                           \
         11: answers to help requests; cash is accepted as far as it was paid, in parts too */

/* One write of a field that stands: nobody replaced it, or only a technician in a conflict. */
struct field_value {
    h32 entry; /* the record.set that wrote it */
    id8 author;
    id16 actor; /* headquarters' person, else zero */
    hlc time;
    bool proposal; /* no effect: by a role without, or naming several values that are not all his
                      own */
    enum field_type type;
    int64_t i;     /* FT_INT FT_MONEY FT_QTY FT_TIME FT_ENUM */
    uint8_t b[32]; /* FT_CODE (nb bytes), FT_REF (16), FT_ID8 (8), FT_TEXT (attachment hash, 32) */
    uint8_t nb;
};
struct field_state {
    int field;
    unsigned n;            /* current writes; > 1 (effective ones): a conflict to be resolved */
    struct field_value *v; /* those with effect in fold order, then proposals: v[0] is shown */
    bool conflict; /* two or more values differ: those with effect, and the proposals by which
                      somebody who could have written it took a stand in a conflict */
};

/* One fact of a visit that holds (not superseded, not withdrawn), its body still in bytes. */
struct fact {
    h32 entry;
    unsigned kind;
    hlc time;
    int64_t wall_ms;
    bytes body;      /* CBOR map; in the fold's arena */
    const h32 *atts; /* natt */
    unsigned natt;
    int64_t accepted_minor; /* visit.paid: what of it the accountant has */
};

/* Computed from the set of facts; the highest that holds. */
enum visit_stage {
    VISIT_NONE = 0,
    VISIT_ACCEPTED,
    VISIT_TRAVELLING,
    VISIT_ARRIVED,
    VISIT_DIAGNOSED,
    VISIT_WORKING,
    VISIT_TESTED,
    VISIT_FEE,
    VISIT_SIGNED, /* or refused, absent: see outcome */
    VISIT_LEFT,
    VISIT_ENDED /* without signature: see end */
};
struct signature_state {
    h32 entry;
    hlc time;
    int64_t wall_ms;
    unsigned outcome; /* enum sign_outcome */
    unsigned version;
    uint8_t number[CAP_CODE_BYTES];
    uint8_t nnumber;
    int64_t total_minor;
    unsigned class_, template_, relation, reason, att_flags;
    h32 facts, text, strokes, name, reason_text, ratings; /* zero where absent */
    unsigned ncovers;
    struct cover covers[CAP_COVERS];
    bool stands;          /* the newest version and nothing reopened it */
    unsigned not_covered; /* entries on this job that change what was signed and that it does not
                             cover */
};
struct visit_state {
    id8 visit;
    id8 author;
    enum visit_stage stage;
    unsigned nfacts;
    struct fact *facts; /* as the author's chain has them */
    unsigned nsigned;
    struct signature_state *signatures; /* by version */
    unsigned end;                       /* enum visit_end when VISIT_ENDED */
    unsigned nodd; /* facts after signing without a reopen: kept, flagged, no effect */
    int64_t cash_accepted_minor; /* by the accountant, of this visit's payments */
};

/* An assignment that nobody superseded. */
struct assignment {
    h32 entry;
    id16 technician;
    hlc time;
};
/* What a supervisor answered to a help request. Each stands: who looks finds those that name
 * his request. */
struct help_answer {
    h32 entry, asked;
    id16 actor;
    hlc time;
    unsigned decision; /* enum help_decision */
    id16 who;          /* zero: nobody is named */
    int64_t when_ms;   /* 0: not said */
    h32 words;         /* attachment; zero: none */
};
/* The last entry of one author on this subject: what a sign-off covers. */
struct author_last {
    id8 author;
    h32 entry;
    hlc time;
};

struct subject_state {
    enum subject_type type;
    id16 subject;
    unsigned nfields;
    struct field_state *fields; /* ascending field id */
    /* jobs */
    id16 assigned; /* technician; zero: nobody */
    h32 assigned_entry;
    unsigned nassigned; /* concurrent assignments that stand; when they differ: a conflict */
    struct assignment *assignments; /* fold order: [0] is `assigned` */
    bool cancelled, archived, handover_asked;
    unsigned ncancellations; /* that nobody took back; 0 when not cancelled */
    h32 *cancellations;      /* the first CAP_FIELD_WRITES of them, fold order */
    unsigned nvisits;
    struct visit_state *visits; /* by their first entry in fold order */
    int64_t cash_accepted_minor;
    unsigned nanswers;           /* of a job or goods */
    struct help_answer *answers; /* fold order: the newest CAP_HELP_ANSWERS */
    unsigned nconflicts;         /* fields (and assignment) in conflict */
    unsigned nentries;           /* folded */
    unsigned nrequests; /* entries whose author's role gives them no effect: shown as requests */
    unsigned nodd;      /* facts under another author's visit id, and the like: no effect */
    unsigned nunknown;  /* of kinds made by a newer version: kept, shown as such */
    unsigned nbad;      /* not trusted: own signature fails or cut off by a revocation; kept as
                           evidence, folded nowhere */
    bool damaged;       /* over a cap (CAP_VISITS, CAP_FOLD_FACT_BYTES): the rest is not shown */
    unsigned nauthors;
    struct author_last *authors; /* ascending by id */
    /* deployment */
    h32 edition; /* newest catalogue edition (attachment), zero: none */
    uint64_t edition_number;
};

/* What the fold must know about an author. Filled by the caller from certificates and revocations.
 */
struct fold_author {
    id8 author;
    enum role role; /* ROLE_HEADQUARTERS: the entry's actor_role counts */
    id16 person;
    bool known; /* certificate held and verified */
};
struct fold_lookup {
    /* author: fills *out; unknown authors' entries fold as requests. */
    void (*author)(void *ctx, id8 author, struct fold_author *out);
    /* trusted: false when a revocation cuts this entry off or its own signature fails (stored, not
     * folded). */
    bool (*trusted)(void *ctx, const struct entry_view *e);
    void *ctx;
};

/* fold_run: fold `n` entries of one subject, any order; `entries` is sorted in place. Results live
 * in `a` and point into it (bodies are copied). ST_FULL, ST_TOO_BIG (CAP_SUBJECT_ENTRIES). */
MUST_USE enum st fold_run(struct entry_view *entries, size_t n, const struct fold_lookup *look,
                          struct arena *a, struct subject_state *out);
/* fold_encode: the canonical CBOR of a state (CAP_STATE_BYTES). The digest is BLAKE2b-256 of it. */
#define CAP_STATE_BYTES (1024U << 10)
#define CAP_FOLD_FACT_BYTES                                                                        \
    (128U << 10) /* bodies of one subject's facts; an honest job has 10 KiB */
MUST_USE enum st fold_encode(const struct subject_state *s, uint8_t *buf, size_t cap, bytes *out);
/* fold_decode: back from bytes that fold_encode wrote; results in `a`. ST_CORRUPT. */
MUST_USE enum st fold_decode(bytes in, struct arena *a, struct subject_state *out);
/* fold_field: the state of one field, NULL when never written. fold_shown: v[0], or NULL when there
 * is no value with effect (a proposal alone is a request). */
const struct field_state *fold_field(const struct subject_state *s, int field);
const struct field_value *fold_shown(const struct subject_state *s, int field);
/* fold_equal: do two values say the same? (Texts: the same attachment; salts differ otherwise.) */
bool fold_equal(const struct field_value *a, const struct field_value *b);
/* fold_author_role: the role in which an author's entry speaks: headquarters' by its actor. */
enum role fold_author_role(const struct fold_author *a, const struct entry_view *e);
/* fold_visit: by id; fold_visit_open: this author's visit that is not over, newest first;
 * fold_visit_newest: his newest, over or not; NULL. */
struct visit_state *fold_visit(const struct subject_state *s, id8 visit);
struct visit_state *fold_visit_open(const struct subject_state *s, id8 author);
struct visit_state *fold_visit_newest(const struct subject_state *s, id8 author);
/* fold_answer: the newest answer to this request, or NULL. */
const struct help_answer *fold_answer(const struct subject_state *s, h32 asked);
/* fold_fact: the newest fact of a kind that holds in a visit, or NULL. */
const struct fact *fold_fact(const struct visit_state *v, unsigned kind);
#endif

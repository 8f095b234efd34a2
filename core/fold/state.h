/* state.h - what a subject's entries add up to. One shape for every subject type.
 *
 * state = fold(set of entries): a pure, deterministic function of the set (DESIGN 2), the authors'
 * certificates and revocations. Entries are folded in fold order (hlc, then hash); no value depends
 * on it but the tie-break of what is shown first. Nothing here reads the clock: "overdue" is a view.
 * Attachments appear as hashes, so forgetting leaves every digest whole. */
#ifndef CORE_FOLD_STATE_H
#define CORE_FOLD_STATE_H
#include "core/journal/entry.h"
#include "core/model/fields.h"

#define FOLD_VERSION 1

/* One write of a field that nobody superseded. */
struct field_value {
    h32 entry;      /* the record.set that wrote it */
    id8 author;
    id16 actor;     /* headquarters' person, else zero */
    hlc time;
    bool proposal;  /* by a role whose writes give no effect, or naming others' values: stands beside */
    enum field_type type;
    int64_t i;      /* FT_INT FT_MONEY FT_QTY FT_TIME FT_ENUM */
    uint8_t b[32];  /* FT_CODE (nb bytes), FT_REF (16), FT_ID8 (8), FT_TEXT (attachment hash, 32) */
    uint8_t nb;
};
struct field_state {
    int field;
    unsigned n;             /* current writes; > 1 (effective ones): a conflict to be resolved */
    struct field_value *v;  /* fold order: v[0] is shown */
    bool conflict;          /* two or more effective values that differ */
};

/* One fact of a visit that holds (not superseded, not withdrawn), its body still in bytes. */
struct fact {
    h32 entry;
    unsigned kind;
    hlc time;
    int64_t wall_ms;
    bytes body;       /* CBOR map; in the fold's arena */
    const h32 *atts;  /* natt */
    unsigned natt;
};

enum visit_stage { /* computed from the set of facts; the highest that holds */
    VISIT_NONE = 0, VISIT_ACCEPTED, VISIT_TRAVELLING, VISIT_ARRIVED, VISIT_DIAGNOSED, VISIT_WORKING,
    VISIT_TESTED, VISIT_FEE, VISIT_SIGNED /* or refused, absent: see outcome */, VISIT_LEFT,
    VISIT_ENDED /* without signature: see end */
};
struct signature_state {
    h32 entry;
    hlc time;
    int64_t wall_ms;
    unsigned outcome;      /* enum sign_outcome */
    unsigned version;
    uint8_t number[CAP_CODE_BYTES];
    uint8_t nnumber;
    int64_t total_minor;
    unsigned class_, template_, relation, reason, att_flags;
    h32 facts, text, strokes, name, reason_text, ratings; /* zero where absent */
    unsigned ncovers;
    struct { id8 author; h32 entry; } covers[CAP_COVERS];
    bool stands;           /* the newest version and nothing reopened it */
    unsigned not_covered;  /* entries on this job that change what was signed and that it does not cover */
};
struct visit_state {
    id8 visit;
    id8 author;
    enum visit_stage stage;
    unsigned nfacts;
    struct fact *facts;          /* fold order */
    unsigned nsigned;
    struct signature_state *signatures; /* by version */
    unsigned end;                /* enum visit_end when VISIT_ENDED */
    unsigned nodd;               /* facts after signing without a reopen: kept, flagged, no effect */
};

struct subject_state {
    enum subject_type type;
    id16 subject;
    unsigned nfields;
    struct field_state *fields;  /* ascending field id */
    /* jobs */
    id16 assigned;               /* technician; zero: nobody */
    h32 assigned_entry;
    unsigned nassigned;          /* concurrent assignments that stand: > 1 is a conflict */
    bool cancelled, archived, handover_asked;
    unsigned nvisits;
    struct visit_state *visits;  /* by time of the first fact, then visit id */
    int64_t cash_accepted_minor;
    unsigned nconflicts;         /* fields (and assignment) in conflict */
    unsigned nentries;           /* folded */
    unsigned nunknown;           /* of kinds made by a newer version: kept, shown as such */
    unsigned nbad;               /* own signature fails: kept as evidence, folded nowhere */
    /* deployment */
    h32 edition;                 /* newest catalogue edition (attachment), zero: none */
    uint64_t edition_number;
};

/* What the fold must know about an author. Filled by the caller from certificates and revocations. */
struct fold_author {
    id8 author;
    enum role role;              /* ROLE_HEADQUARTERS: the entry's actor_role counts */
    id16 person;
    bool known;                  /* certificate held and verified */
};
struct fold_lookup {
    /* author: fills *out; unknown authors' entries fold as requests. */
    void (*author)(void *ctx, id8 author, struct fold_author *out);
    /* trusted: false when a revocation cuts this entry off (stored, not folded). */
    bool (*trusted)(void *ctx, const struct entry_view *e);
    void *ctx;
};

/* fold_run: fold `n` entries of one subject, any order; `entries` is sorted in place. Results live in
 * `a` and point into it (bodies are copied). ST_FULL, ST_TOO_BIG (CAP_SUBJECT_ENTRIES). */
MUST_USE enum st fold_run(struct entry_view *entries, size_t n, const struct fold_lookup *look,
                          struct arena *a, struct subject_state *out);
/* fold_encode: the canonical CBOR of a state (CAP_STATE_BYTES). The digest is BLAKE2b-256 of it. */
#define CAP_STATE_BYTES (256U << 10)
MUST_USE enum st fold_encode(const struct subject_state *s, uint8_t *buf, size_t cap, bytes *out);
/* fold_decode: back from bytes that fold_encode wrote; results in `a`. ST_CORRUPT. */
MUST_USE enum st fold_decode(bytes in, struct arena *a, struct subject_state *out);
/* fold_field: the state of one field, NULL when never written. fold_shown: v[0] or NULL. */
const struct field_state *fold_field(const struct subject_state *s, int field);
const struct field_value *fold_shown(const struct subject_state *s, int field);
/* fold_visit: by id; fold_visit_open: this author's visit that is not over, newest first; NULL. */
struct visit_state *fold_visit(const struct subject_state *s, id8 visit);
struct visit_state *fold_visit_open(const struct subject_state *s, id8 author);
/* fold_fact: the newest fact of a kind that holds in a visit, or NULL. */
const struct fact *fold_fact(const struct visit_state *v, unsigned kind);
#endif

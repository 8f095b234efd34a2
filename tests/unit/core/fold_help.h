/* fold_help.h - people who write entries, each in a chain of his own, and the fold of what they
 * wrote. Nothing of a store: the entries lie in memory. */
#ifndef TESTS_FOLD_HELP_H
#define TESTS_FOLD_HELP_H
#include "core/codec/hash.h"
#include "core/fold/record.h"
#include "tests/support/check.h"
#include "tests/support/sample.h"

#define HELP_ENTRIES 4200

struct help_person {
    struct sample_party *party;
    struct chain_head head;
    enum role actor_role; /* headquarters' people */
    id16 actor;
    int64_t skew_ms; /* of his clock */
};
static struct sample fs;
static struct help_person clerk, accountant, tech, other, stranger;
static struct entry_view ledger[HELP_ENTRIES];
static size_t nledger;
static uint8_t help_pool[8U << 20];
static size_t help_used;
static uint8_t help_arena[32U << 20];
static int64_t help_ms;

static inline struct help_person help_person_of(struct sample_party *p, enum role actor_role,
                                                const char *name)
{
    struct help_person x = {.party = p, .actor_role = actor_role};
    x.head.author = p->author;
    x.head.epoch = sample_id8(name);
    if (actor_role != ROLE_NONE) {
        x.actor = sample_id16(name);
    }
    return x;
}

/* Everybody anew, nothing written. `clerk` and `accountant` are one node with two chains. */
static inline void help_start(void)
{
    static bool made;
    if (!made) {
        sample_make(&fs);
        made = true;
    }
    nledger = help_used = 0;
    help_ms = 0;
    clerk = help_person_of(&fs.node, ROLE_CLERK, "clerk");
    accountant = help_person_of(&fs.node, ROLE_ACCOUNTANT, "accountant");
    tech = help_person_of(&fs.tech, ROLE_NONE, "tech");
    other = help_person_of(&fs.other, ROLE_NONE, "other");
    stranger = help_person_of(&fs.other, ROLE_NONE, "stranger");
    stranger.party = NULL;
    stranger.head.author = sample_id8("stranger");
}

static inline struct entry_view *help_entry(struct help_person *p, unsigned kind,
                                            enum subject_type type, id16 subject, bytes body,
                                            const h32 *atts, unsigned natt)
{
    struct now now = sample_now(help_ms += 1000);
    now.wall_ms += p->skew_ms;
    struct entry_draft d = {.kind = kind,
                            .subject_type = type,
                            .subject = subject,
                            .body = body,
                            .atts = atts,
                            .natt = natt,
                            .actor = p->actor,
                            .actor_role = p->actor_role};
    struct entry_view *e = &ledger[nledger];
    struct author_keys *keys = p->party == NULL ? &fs.root : &p->party->keys;
    struct err err = {0};
    enum st st = entry_make(&p->head, &d, &now, fs.trust.deployment, keys->sign_sk,
                            help_pool + help_used, CAP_ENTRY_BYTES, e, &err);
    if (st != ST_OK || nledger + 1 == HELP_ENTRIES) {
        fprintf(stderr, "help_entry: kind %u: %s %s\n", kind, st_name(st), err.text);
        exit(99);
    }
    help_used += e->whole.n;
    nledger++;
    return e;
}

/* A fact on the job; body NULL: an empty one. */
static inline h32 help_say_atts(struct help_person *p, unsigned kind, const union body *b,
                                const h32 *atts, unsigned natt)
{
    uint8_t buf[CAP_BODY_BYTES];
    bytes body = {0};
    if (b != NULL && body_encode(kind, b, buf, sizeof buf, &body) != ST_OK) {
        fprintf(stderr, "help_say: kind %u does not encode\n", kind);
        exit(99);
    }
    return help_entry(p, kind, SUBJECT_JOB, sample_id16("job"), body, atts, natt)->hash;
}
static inline h32 help_say(struct help_person *p, unsigned kind, const union body *b)
{
    return help_say_atts(p, kind, b, NULL, 0);
}

static inline struct record_write help_int(int field, enum field_type type, int64_t v)
{
    return (struct record_write){.field = field, .type = type, .i = v};
}

static inline h32 help_record(struct help_person *p, enum subject_type type, id16 subject,
                              const struct subject_state *seen, struct record_write *w, size_t n)
{
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    record_see(seen, w, n);
    if (record_encode(w, n, buf, sizeof buf, &body) != ST_OK) {
        fprintf(stderr, "help_record: does not encode\n");
        exit(99);
    }
    return help_entry(p, KIND_RECORD_SET, type, subject, body, NULL, 0)->hash;
}
/* One integer field of the job. */
static inline h32 help_set(struct help_person *p, const struct subject_state *seen, int field,
                           int64_t v)
{
    struct record_write w = help_int(field, field_info(SUBJECT_JOB, field)->type, v);
    return help_record(p, SUBJECT_JOB, sample_id16("job"), seen, &w, 1);
}

static inline void help_author(void *ctx, id8 author, struct fold_author *out)
{
    (void)ctx;
    const struct sample_party *all[] = {&fs.node, &fs.tech, &fs.other};
    for (size_t i = 0; i < 3; i++) {
        if (id8_eq(all[i]->author, author)) {
            out->known = true;
            out->role = all[i]->cert.role;
            out->person = all[i]->person;
        }
    }
}
static inline bool help_trusted(void *ctx, const struct entry_view *e)
{
    const h32 *bad = ctx;
    return bad == NULL || !h32_eq(*bad, e->hash);
}

/* The fold of `n` views (sorted in place), in an arena of its own until the next call. */
static inline struct subject_state help_fold_of(struct entry_view *e, size_t n, const h32 *bad)
{
    struct subject_state s;
    struct arena a = arena_of(help_arena, sizeof help_arena);
    h32 copy;
    if (bad != NULL) {
        copy = *bad;
    }
    struct fold_lookup look = {help_author, help_trusted, bad == NULL ? NULL : &copy};
    enum st st = fold_run(e, n, &look, &a, &s);
    if (st != ST_OK) {
        fprintf(stderr, "help_fold: %s\n", st_name(st));
        exit(99);
    }
    return s;
}
static struct entry_view help_sorted[HELP_ENTRIES];
static inline struct subject_state help_fold(void)
{
    memcpy(help_sorted, ledger, nledger * sizeof *ledger);
    return help_fold_of(help_sorted, nledger, NULL);
}

static inline h32 help_digest(const struct subject_state *s)
{
    static uint8_t buf[CAP_STATE_BYTES];
    bytes coded;
    h32 h = {{0}};
    if (fold_encode(s, buf, sizeof buf, &coded) != ST_OK) {
        fprintf(stderr, "help_digest: does not encode\n");
        exit(99);
    }
    hash32(coded, h.b);
    return h;
}

/* --- the believable visit -----------------------------------------------------------------------
 */
static inline struct body_head help_head(const char *visit)
{
    return (struct body_head){.visit = sample_id8(visit)};
}
static inline union body help_step(const char *visit)
{
    union body b = {0};
    b.step.head = help_head(visit);
    return b;
}
static inline union body help_diagnosed(const char *visit)
{
    union body b = {0};
    b.diagnosed.head = help_head(visit);
    IGNORE(!code_of(str_bytes(S("AC-03")), &b.diagnosed.fault));
    b.diagnosed.cause = CAUSE_WEAR;
    b.diagnosed.responsibility = RESP_NOBODY;
    b.diagnosed.flags = DIAGNOSED_COVERAGE;
    return b;
}
static inline union body help_class(const char *visit, unsigned class_)
{
    union body b = {0};
    b.class_.head = help_head(visit);
    b.class_.class_ = class_;
    b.class_.basis = class_ == CLASS_A   ? BASIS_PAID
                     : class_ == CLASS_B ? BASIS_CONTRACT
                                         : BASIS_WARRANTY;
    return b;
}
static inline union body help_priced(const char *visit, bool consented, int64_t estimate_minor)
{
    union body b = {0};
    b.priced.head = help_head(visit);
    b.priced.nlines = 2;
    IGNORE(!code_of(str_bytes(S("V-CITY")), &b.priced.lines[0].code));
    b.priced.lines[0].qty_milli = 1000;
    b.priced.lines[0].unit_minor = b.priced.lines[0].amount_minor = 5000;
    IGNORE(!code_of(str_bytes(S("L-SMALL")), &b.priced.lines[1].code));
    b.priced.lines[1].qty_milli = 1000;
    b.priced.lines[1].unit_minor = b.priced.lines[1].amount_minor = 8000;
    b.priced.estimate_minor = estimate_minor;
    b.priced.consented = consented;
    b.priced.edition = 1;
    return b;
}
static inline union body help_part(const char *visit)
{
    union body b = {0};
    b.part.head = help_head(visit);
    IGNORE(!code_of(str_bytes(S("AC-CAP-35")), &b.part.number));
    b.part.qty_milli = 2000;
    b.part.unit_minor = 4500;
    b.part.reason = PART_FAILED;
    b.part.old_part = OLD_TAKEN;
    b.part.charged = true;
    return b;
}
static inline union body help_action(const char *visit)
{
    union body b = {0};
    b.action.head = help_head(visit);
    b.action.n = 2;
    b.action.codes[0] = ACTION_REPLACE;
    b.action.codes[1] = ACTION_CLEAN;
    return b;
}
static inline union body help_tested(const char *visit)
{
    union body b = {0};
    b.tested.head = help_head(visit);
    b.tested.result = RESULT_WORKS;
    b.tested.flags = TESTED_TIDY | TESTED_TAUGHT;
    return b;
}
static inline union body help_fee(const char *visit)
{
    union body b = {0};
    b.fee.head = help_head(visit);
    b.fee.labour_minor = 8000;
    b.fee.travel_minor = 5000;
    b.fee.parts_minor = 9000;
    b.fee.total_minor = 22000;
    return b;
}
static inline union body help_signed(const char *visit, unsigned outcome, unsigned version)
{
    union body b = {0};
    b.signed_.visit = sample_id8(visit);
    b.signed_.outcome = outcome;
    b.signed_.version = version;
    IGNORE(!code_of(str_bytes(S("T1-7K-000342")), &b.signed_.number));
    b.signed_.total_minor = 22000;
    b.signed_.class_ = CLASS_A;
    b.signed_.template_ = 1;
    b.signed_.reason = outcome == SIGN_SIGNED ? 0 : SR_FEE;
    b.signed_.att_flags = outcome == SIGN_SIGNED ? SIGNED_STROKES | SIGNED_RATINGS : 0;
    return b;
}
static inline union body help_taken(const char *v, const char *receipt)
{
    union body b;
    memset(&b, 0, sizeof b);
    b.taken.head = help_head(v);
    CHECK(code_of(str_bytes(str_c(receipt)), &b.taken.receipt));
    CHECK(code_of(str_bytes(str_c("SN-7")), &b.taken.serial));
    b.taken.goods = sample_id16("goods");
    b.taken.reason = TAKE_WORKSHOP;
    b.taken.condition = CONDITION_WORN;
    b.taken.accessories = WITH_CORD | WITH_REMOTE;
    b.taken.template_ = 1;
    b.taken.relation = REL_FAMILY;
    b.taken.promised_ms = SAMPLE_TIME_MS + 86400000;
    b.taken.name = true;
    return b;
}
static inline union body help_returned(const char *v, const char *receipt, int64_t total_minor)
{
    union body b;
    memset(&b, 0, sizeof b);
    b.returned.head = help_head(v);
    CHECK(code_of(str_bytes(str_c(receipt)), &b.returned.receipt));
    b.returned.goods = sample_id16("goods");
    b.returned.outcome = RECEIPT_BACK;
    b.returned.total_minor = total_minor;
    b.returned.class_ = CLASS_A;
    b.returned.template_ = 2;
    b.returned.relation = REL_SELF;
    b.returned.name = true;
    return b;
}
static inline union body help_paid(const char *visit, unsigned method, int64_t amount_minor)
{
    union body b = {0};
    b.paid.head = help_head(visit);
    b.paid.method = method;
    b.paid.amount_minor = amount_minor;
    IGNORE(!code_of(str_bytes(S("T1-7K-000343")), &b.paid.receipt));
    return b;
}
static inline union body help_ended(const char *visit, unsigned outcome)
{
    union body b = {0};
    b.ended.head = help_head(visit);
    b.ended.outcome = outcome;
    b.ended.reason = 1;
    return b;
}
static inline h32 help_sign(struct help_person *p, const char *visit, unsigned version,
                            const struct subject_state *seen)
{
    h32 atts[4];
    for (unsigned i = 0; i < 4; i++) {
        char name[32];
        snprintf(name, sizeof name, "%.8s att %u %u", visit, version, i);
        atts[i] = sample_h32(name);
    }
    union body b = help_signed(visit, SIGN_SIGNED, version);
    if (seen != NULL) {
        b.signed_.ncovers = cover_all(seen, p->head.author, b.signed_.covers);
    }
    return help_say_atts(p, KIND_VISIT_SIGNED, &b, atts, 4);
}
/* The steps of a whole class A visit up to and with the fact of kind `last`. */
static inline void help_visit(struct help_person *p, const char *visit, unsigned last)
{
    union body b = help_step(visit);
    for (unsigned k = KIND_VISIT_ACCEPTED; k <= last; k++) {
        switch (k) {
        case KIND_VISIT_ACCEPTED:
        case KIND_VISIT_TRAVELLING:
        case KIND_VISIT_LEFT:
            b = help_step(visit);
            break;
        case KIND_VISIT_ARRIVED:
            b = help_step(visit);
            b.arrived.flags = ARRIVED_CREDENTIAL;
            break;
        case KIND_VISIT_DIAGNOSED:
            b = help_diagnosed(visit);
            break;
        case KIND_VISIT_CLASS:
            b = help_class(visit, CLASS_A);
            break;
        case KIND_VISIT_PRICED:
            b = help_priced(visit, true, 30000);
            break;
        case KIND_VISIT_PART:
            b = help_part(visit);
            break;
        case KIND_VISIT_ACTION:
            b = help_action(visit);
            break;
        case KIND_VISIT_TESTED:
            b = help_tested(visit);
            break;
        case KIND_VISIT_FEE:
            b = help_fee(visit);
            break;
        case KIND_VISIT_SIGNED:
            help_sign(p, visit, 1, NULL);
            continue;
        default:
            return;
        }
        help_say(p, k, &b);
    }
}
#endif

/* check.c - see check.h. One pass over the entries, then the indexes against their number, then the
 * states against fresh folds. */
#include "core/journal/check.h"

#include "core/fold/refold.h"
#include "core/journal/place.h"
#include "core/store/salvage.h"

#define SUBJECT_KEY_BYTES 56
#define SMALL_BYTES 160 /* room for an index row */

struct check {
    struct store_txn *t;
    struct arena scratch;
    const struct journal_check_sink *sink;
    struct journal_check_totals *out;
    bool has_trust;
    struct trust trust;
    bool has_own; /* a device: its own author */
    id8 own;
    /* the author of the entries just read */
    id8 author;
    bool has_author, certified;
    uint8_t sign_pk[32];
    /* the chain just read: its main branch */
    struct chain_mark seen;
    uint64_t holes_from; /* of its mark */
    bool in_chain;
    uint64_t gap_after;    /* the last before the chain's first gap; UINT64_MAX: none yet */
    struct fold_rows rows; /* that there should be */
    bool rows_unknown;     /* a state is damaged or over all bounds: its rows are not counted */
};

const char *journal_check_name(enum check_what what)
{
    static const char *const names[CHECK_WHATS] = {
        [CHECK_UNREADABLE] = "entry is damaged",
        [CHECK_MISPLACED] = "entry lies in another's place",
        [CHECK_GAP] = "entry before it is missing",
        [CHECK_LINK] = "does not link to the entry before it",
        [CHECK_SIGNATURE] = "signature does not hold",
        [CHECK_NO_CERTIFICATE] = "author has no certificate that holds",
        [CHECK_HASH_INDEX] = "index of hashes is wrong",
        [CHECK_SUBJECT_INDEX] = "index of subjects is wrong",
        [CHECK_MARK] = "chain's mark is wrong",
        [CHECK_ATTACHMENT] = "attachment is missing",
        [CHECK_STATE] = "kept state is not what the entries fold to",
        [CHECK_LIST] = "rows of lists or codes are not what the state says",
        [CHECK_TRUST] = "trust document does not hold",
        [CHECK_FORKED] = "forked: a second entry with one sequence",
        [CHECK_KNOWN_BAD] = "signature does not hold; known, kept as evidence",
        [CHECK_LOST] = "entries before it were lost by a restore of headquarters; known",
    };
    return what > 0 && what < CHECK_WHATS ? names[what] : "unknown";
}

static void tell(struct check *c, enum check_what what, const struct check_place *place)
{
    c->out->found[what]++;
    c->out->damage += what < CHECK_FORKED;
    if (c->sink->found != NULL) {
        c->sink->found(c->sink->ctx, what, place);
    }
}

static struct check_place place_of(const struct entry_view *e)
{
    return (struct check_place){.author = e->author,
                                .epoch = e->epoch,
                                .seq = e->seq,
                                .hash = e->hash,
                                .subject = e->subject};
}

static bool held_whole(const struct check *c, id8 author)
{
    return store_side(store_of(c->t)) == STORE_HQ || (c->has_own && id8_eq(c->own, author));
}

/* --- one entry ----------------------------------------------------------------------------------
 */

static bool leads_to(struct check *c, enum table table, bytes key, bytes place)
{
    uint8_t room[SMALL_BYTES];
    struct arena tmp = arena_of(room, sizeof room);
    bytes value;
    return store_get(c->t, table, key, &tmp, &value, NULL) == ST_OK && bytes_eq(value, place);
}

static void check_indexes(struct check *c, bytes key, const struct entry_view *e)
{
    struct check_place p = place_of(e);
    uint8_t subject[SUBJECT_KEY_BYTES];
    memcpy(subject, e->subject.b, 16);
    be64_put(subject + 16, e->time);
    memcpy(subject + 24, e->hash.b, 32);
    if (!leads_to(c, T_HASH, bytes_of(e->hash.b, sizeof e->hash.b), key)) {
        tell(c, CHECK_HASH_INDEX, &p);
    }
    if (!leads_to(c, T_SUBJECT, bytes_of(subject, sizeof subject), key)) {
        tell(c, CHECK_SUBJECT_INDEX, &p);
    }
}

static void check_signature(struct check *c, const struct entry_view *e)
{
    struct check_place p = place_of(e);
    if (!c->has_trust) {
        return; /* said once */
    }
    if (!c->has_author || !id8_eq(c->author, e->author)) {
        struct arena tmp = c->scratch;
        struct cert cert;
        c->author = e->author;
        c->has_author = true;
        c->certified = cert_store_get(c->t, e->author, &c->trust, &tmp, &cert, NULL) == ST_OK;
        if (c->certified) {
            memcpy(c->sign_pk, cert.sign_pk, sizeof c->sign_pk);
        } else {
            tell(c, CHECK_NO_CERTIFICATE, &p);
        }
    }
    if (!c->certified) {
        return;
    }
    if (entry_verify(e, c->trust.deployment, c->sign_pk) == ST_OK) {
        c->out->signatures++;
    } else {
        tell(c, fold_is_bad(c->t, e->hash) ? CHECK_KNOWN_BAD : CHECK_SIGNATURE, &p);
    }
}

static void check_attachments(struct check *c, const struct entry_view *e)
{
    for (unsigned i = 0; i < e->natt; i++) {
        h32 name = entry_att(e, i);
        enum att_state state = store_att_state(c->t, name);
        c->out->att_named++;
        if (state == ATT_HELD) {
            c->out->att_held++;
        } else if (state == ATT_FORGOTTEN) {
            c->out->att_forgotten++;
        } else if (store_has(c->t, T_WANT, bytes_of(name.b, sizeof name.b))) {
            c->out->att_wanted++;
        } else {
            struct check_place p = place_of(e);
            p.hash = name;
            tell(c, CHECK_ATTACHMENT, &p);
        }
    }
}

/* --- one chain ----------------------------------------------------------------------------------
 */

static bool leads_there(const struct check *c, const struct chain_mark *m)
{
    struct arena tmp = c->scratch;
    struct entry_view e;
    return m->seq == 0 || (journal_at(c->t, m->author, m->epoch, m->seq, &tmp, &e, NULL) == ST_OK &&
                           h32_eq(e.hash, m->hash));
}

static void end_chain(struct check *c)
{
    uint8_t room[512];
    struct arena tmp = arena_of(room, sizeof room);
    struct chain_mark m;
    if (!c->in_chain) {
        return;
    }
    c->in_chain = false;
    struct check_place p = {
        .author = c->seen.author, .epoch = c->seen.epoch, .seq = c->seen.seq, .hash = c->seen.hash};
    bool marked = chain_mark_get(c->t, c->seen.author, c->seen.epoch, &tmp, &m, NULL) == ST_OK;
    bool at_end = marked && m.seq == c->seen.seq && h32_eq(m.hash, c->seen.hash);
    /* After damage it stays before the first gap until that is filled: the gap itself is told. */
    bool at_gap = marked && m.seq == c->gap_after && leads_there(c, &m);
    if ((!at_end && !at_gap) || (c->seen.forked && !m.forked)) {
        tell(c, CHECK_MARK, &p);
    }
}

static void begin_chain(struct check *c, id8 author, id8 epoch)
{
    if (c->in_chain && id8_eq(c->seen.author, author) && id8_eq(c->seen.epoch, epoch)) {
        return;
    }
    end_chain(c);
    uint8_t room[512];
    struct arena tmp = arena_of(room, sizeof room);
    struct chain_mark m;
    c->in_chain = true;
    c->seen = (struct chain_mark){.author = author, .epoch = epoch};
    c->gap_after = UINT64_MAX;
    bool marked = chain_mark_get(c->t, author, epoch, &tmp, &m, NULL) == ST_OK;
    c->holes_from = marked ? m.holes_from : 0; /* no mark: end_chain tells */
    c->out->chains++;
}

/* An entry before `seq` is missing: by damage, or by a restore that is known. */
static enum check_what missing_before(const struct check *c, uint64_t seq)
{
    return c->holes_from != 0 && seq > c->holes_from ? CHECK_LOST : CHECK_GAP;
}

static void check_branch(struct check *c, const struct entry_view *e)
{
    struct check_place p = place_of(e);
    c->seen.forked = true;
    tell(c, CHECK_FORKED, &p);
    if (e->seq > 1 && held_whole(c, e->author) &&
        !store_has(c->t, T_HASH, bytes_of(e->prev.b, sizeof e->prev.b))) {
        tell(c, missing_before(c, e->seq), &p);
    }
}

static void check_main(struct check *c, const struct entry_view *e)
{
    struct check_place p = place_of(e);
    if (e->seq == c->seen.seq + 1) {
        if (e->seq > 1 ? !h32_eq(e->prev, c->seen.hash) : !h32_zero(e->prev)) {
            tell(c, CHECK_LINK, &p);
        }
    } else if (held_whole(c, e->author)) {
        tell(c, missing_before(c, e->seq), &p);
        c->gap_after = c->gap_after == UINT64_MAX ? c->seen.seq : c->gap_after;
    }
    c->seen.seq = e->seq;
    c->seen.hash = e->hash;
}

static enum st check_entry(struct check *c, struct store_cursor *cur, bytes key, struct err *err)
{
    struct check_place p = {.seq = 0};
    bytes whole;
    struct arena before = c->scratch;
    c->out->entries++;
    if (!place_is(key)) {
        tell(c, CHECK_MISPLACED, &p);
        return ST_OK;
    }
    memcpy(p.author.b, key.p, 8);
    memcpy(p.epoch.b, key.p + 8, 8);
    p.seq = place_seq(key);
    begin_chain(c, p.author, p.epoch);
    enum st st = store_value(cur, &c->scratch, &whole, err);
    struct entry_view e;
    if (st == ST_CORRUPT || (st == ST_OK && entry_parse(whole, &e, NULL, NULL) != ST_OK)) {
        tell(c, CHECK_UNREADABLE, &p); /* the next one finds the gap, too */
        st = ST_OK;
    } else if (st == ST_OK &&
               (!id8_eq(e.author, p.author) || !id8_eq(e.epoch, p.epoch) || e.seq != p.seq)) {
        tell(c, CHECK_MISPLACED, &p);
    } else if (st == ST_OK) {
        if (place_branch(key) != 0) {
            check_branch(c, &e);
        } else {
            check_main(c, &e);
        }
        check_indexes(c, key, &e);
        check_signature(c, &e);
        check_attachments(c, &e);
    }
    c->scratch = before;
    return st;
}

static enum st check_entries(struct check *c, struct err *err)
{
    struct store_cursor *cur;
    bytes key, none = {NULL, 0};
    enum st st = store_scan(c->t, T_ENTRY, none, none, &cur, err);
    if (st != ST_OK) {
        return st;
    }
    for (st = store_next(cur, &key); st == ST_OK; st = st == ST_OK ? store_next(cur, &key) : st) {
        st = check_entry(c, cur, key, err);
    }
    store_scan_end(&cur);
    end_chain(c);
    /* Every entry was looked up; a row too many leads to nothing. */
    struct check_place p = {.seq = 0};
    uint64_t n = store_count(c->t, T_ENTRY);
    if (store_count(c->t, T_HASH) > n) {
        tell(c, CHECK_HASH_INDEX, &p);
    }
    if (store_count(c->t, T_SUBJECT) > n) {
        tell(c, CHECK_SUBJECT_INDEX, &p);
    }
    return st == ST_END ? ST_OK : st;
}

/* --- states -------------------------------------------------------------------------------------
 */

/* The kept row ends in the state's bytes, or holds them: lists and codes follow. */
static bool row_holds(bytes row, bytes state)
{
    for (size_t i = 0; i + state.n <= row.n && i < 128; i++) {
        if (memcmp(row.p + i, state.p, state.n) == 0) {
            return true;
        }
    }
    return false;
}

static enum st check_state(struct check *c, id16 subject, struct err *err)
{
    struct arena a = c->scratch;
    struct check_place p = {.subject = subject};
    struct subject_state s;
    bytes encoded, row;
    h32 fresh, kept;
    enum st st = fold_fresh(c->t, subject, &a, &s, &encoded, &fresh, err);
    if (st == ST_TOO_BIG || st == ST_FULL) {
        c->rows_unknown = true;
        return ST_OK; /* over the caps: kept as damaged, which the state itself says */
    }
    if (st != ST_OK) {
        return st;
    }
    struct arena b = a;
    struct subject_state old;
    if (fold_load(c->t, subject, &b, &old, &kept, NULL) != ST_OK || !h32_eq(fresh, kept) ||
        store_get(c->t, T_STATE, bytes_of(subject.b, sizeof subject.b), &a, &row, NULL) != ST_OK ||
        !row_holds(row, encoded)) {
        tell(c, CHECK_STATE, &p);
        c->rows_unknown = true;
    } else if (!fold_rows_hold(c->t, &s, a, &c->rows)) {
        tell(c, CHECK_LIST, &p);
    }
    return ST_OK;
}

static enum st check_states(struct check *c, struct err *err)
{
    struct store_cursor *cur;
    bytes key, none = {NULL, 0};
    id16 last = {{0}};
    enum st st = store_scan(c->t, T_SUBJECT, none, none, &cur, err);
    if (st != ST_OK) {
        return st;
    }
    for (st = store_next(cur, &key); st == ST_OK; st = st == ST_OK ? store_next(cur, &key) : st) {
        if (key.n != SUBJECT_KEY_BYTES ||
            (c->out->subjects > 0 && memcmp(last.b, key.p, sizeof last.b) == 0)) {
            continue;
        }
        memcpy(last.b, key.p, sizeof last.b);
        c->out->subjects++;
        st = check_state(c, last, err);
    }
    store_scan_end(&cur);
    struct check_place p = {.seq = 0};
    struct fold_rows there;
    if (st == ST_END && fold_rows_count(c->t, &there, err) == ST_OK && !c->rows_unknown &&
        (there.lists > c->rows.lists || there.claims > c->rows.claims)) {
        tell(c, CHECK_LIST, &p); /* rows of nobody */
    }
    if (store_count(c->t, T_STATE) > c->out->subjects) {
        tell(c, CHECK_STATE, &p); /* a state of nobody */
    }
    return st == ST_END ? ST_OK : st;
}

enum st journal_check(struct store *s, struct arena scratch, const struct journal_check_sink *sink,
                      struct journal_check_totals *out, struct err *err)
{
    struct check c = {.scratch = scratch, .sink = sink, .out = out};
    struct check_place nowhere = {.seq = 0};
    memset(out, 0, sizeof *out);
    enum st st = store_read(s, &c.t, err);
    if (st != ST_OK) {
        return st;
    }
    struct arena tmp = scratch;
    c.has_trust = trust_store_get(c.t, &tmp, &c.trust, NULL, NULL) == ST_OK;
    if (!c.has_trust && store_count(c.t, T_ENTRY) > 0) {
        tell(&c, CHECK_TRUST, &nowhere);
    }
    if (store_side(s) == STORE_DEVICE) {
        c.has_own = store_own_author(c.t, &c.own);
    }
    st = check_entries(&c, err);
    st = st != ST_OK ? st : check_states(&c, err);
    store_abort(&c.t);
    return st;
}

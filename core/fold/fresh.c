/* fresh.c - a subject's state from its entries: whom to believe, what to gather, the fold. */
#include "core/fold/fresh.h"

#include "core/codec/hash.h"
#include "core/fold/lineage.h"
#include "core/journal/append.h"

#define SUBJECT_KEY_BYTES 56
#define MARK_KEY_BYTES 33
#define ADMITTED_MAX 256 /* entries of one subject; a visit has some twenty, a day of them fits */
#define ASIDE_MAX CAP_SUBJECT_ENTRIES /* likewise; a thief may have filled it */
#define SHARES_MAX 64                 /* authors of one subject; a job has a handful */
#define SHARE_ENTRIES 256             /* of one device on one subject: ten visits */
#define SHARE_BYTES 131072U /* likewise: 500 bytes each, so that eight such fit the scratch */

/* ---- whom to believe ------------------------------------------------------------------------ */

struct source {
    struct store_txn *t;
    struct arena tmp; /* scratch for certificates and revocations */
    bool marks;       /* there are marks at all */
    bool revocations;
    struct fold_cut own, *cut; /* own, or that of who looks at many subjects */
    id16 subject;
    bool looked; /* what is admitted and set aside is filled in */
    unsigned nadmitted, naside;
    h32 *admitted, *aside; /* ADMITTED_MAX, ASIDE_MAX; NULL: nobody was revoked */
};

static void mark_key(h32 entry, uint8_t key[static MARK_KEY_BYTES])
{
    key[0] = 's';
    memcpy(key + 1, entry.b, sizeof entry.b);
}

enum st fold_mark_bad(struct store_txn *t, h32 entry, struct err *err)
{
    uint8_t key[MARK_KEY_BYTES];
    mark_key(entry, key);
    return store_put(t, T_ODD, bytes_of(key, sizeof key), str_bytes(S("signature")), err);
}

bool fold_is_bad(struct store_txn *t, h32 entry)
{
    uint8_t key[MARK_KEY_BYTES];
    mark_key(entry, key);
    return store_has(t, T_ODD, bytes_of(key, sizeof key));
}

static void find_author(void *ctx, id8 author, struct fold_author *out)
{
    struct source *s = ctx;
    struct arena tmp = s->tmp;
    bytes doc;
    struct cert c;
    if (store_get(s->t, T_CERT, bytes_of(author.b, sizeof author.b), &tmp, &doc, NULL) == ST_OK &&
        cert_parse(doc, &c, NULL) == ST_OK && id8_eq(c.author, author)) {
        out->known = true;
        out->role = c.role;
        out->person = c.person;
    }
}

void fold_cut_load(struct store_txn *t, id8 author, struct fold_cut *cut, struct arena tmp)
{
    struct trust trust;
    bytes doc;
    if (cut->loaded && id8_eq(cut->author, author)) {
        return;
    }
    cut->author = author;
    cut->loaded = true;
    cut->readable =
        trust_store_get(t, &tmp, &trust, NULL, NULL) == ST_OK &&
        store_get(t, T_REVOKED, bytes_of(author.b, sizeof author.b), &tmp, &doc, NULL) == ST_OK &&
        revocation_open(doc, &trust, &cut->revocation, NULL) == ST_OK;
}

static bool is_revoked(struct store_txn *t, id8 author)
{
    return store_has(t, T_REVOKED, bytes_of(author.b, sizeof author.b));
}

static bool is_beyond(struct store_txn *t, const struct entry_view *e, struct fold_cut *cut,
                      struct arena tmp)
{
    if (!is_revoked(t, e->author)) {
        return false;
    }
    fold_cut_load(t, e->author, cut, tmp);
    const struct revocation *r = &cut->revocation;
    for (unsigned i = 0; cut->readable && i < r->nheads; i++) {
        if (id8_eq(r->heads[i].epoch, e->epoch) &&
            !lineage_beyond(t, e, r->heads[i].seq, r->heads[i].hash)) {
            return false;
        }
    }
    return true;
}

static bool is_cut_off(struct source *s, const struct entry_view *e)
{
    return is_beyond(s->t, e, s->cut != NULL ? s->cut : &s->own, s->tmp);
}

#define ADMITTED "admitted/"
#define ASIDE "setaside/"
#define NOTE_NAME_BYTES (sizeof ADMITTED - 1)
#define NOTE_KEY_BYTES (NOTE_NAME_BYTES + sizeof(h32))
_Static_assert(sizeof ASIDE == sizeof ADMITTED, "one length of key");

static bytes note_key(const char *name, h32 entry, uint8_t key[static NOTE_KEY_BYTES])
{
    memcpy(key, name, NOTE_NAME_BYTES);
    memcpy(key + NOTE_NAME_BYTES, entry.b, sizeof entry.b);
    return bytes_of(key, NOTE_KEY_BYTES);
}

static enum st note(struct store_txn *t, const char *name, h32 entry, struct err *err)
{
    uint8_t key[NOTE_KEY_BYTES];
    return store_put(t, T_META, note_key(name, entry, key), str_bytes(S("1")), err);
}

static bool is_noted(struct store_txn *t, const char *name, h32 entry)
{
    uint8_t key[NOTE_KEY_BYTES];
    return store_has(t, T_META, note_key(name, entry, key));
}

enum st fold_mark_admitted(struct store_txn *t, h32 entry, struct err *err)
{
    return note(t, ADMITTED, entry, err);
}

bool fold_is_admitted(struct store_txn *t, h32 entry)
{
    return is_noted(t, ADMITTED, entry);
}

enum st fold_mark_aside(struct store_txn *t, h32 entry, struct err *err)
{
    return note(t, ASIDE, entry, err);
}

bool fold_is_aside(struct store_txn *t, h32 entry)
{
    return is_noted(t, ASIDE, entry);
}

bool fold_is_cut_off(struct store_txn *t, const struct entry_view *e, struct fold_cut *cut,
                     struct arena tmp)
{
    struct fold_cut own = {.loaded = false};
    return is_revoked(t, e->author) &&
           (is_beyond(t, e, cut != NULL ? cut : &own, tmp) || fold_is_aside(t, e->hash)) &&
           !fold_is_admitted(t, e->hash);
}

bool fold_leads_to_head(struct store_txn *t, const struct entry_view *e, struct fold_cut *cut,
                        struct arena tmp)
{
    struct fold_cut own = {.loaded = false};
    bool leads = false;
    if (!is_revoked(t, e->author)) {
        return false;
    }
    cut = cut != NULL ? cut : &own;
    fold_cut_load(t, e->author, cut, tmp);
    const struct revocation *r = &cut->revocation;
    for (unsigned i = 0; cut->readable && i < r->nheads && !leads; i++) {
        leads = id8_eq(r->heads[i].epoch, e->epoch) &&
                lineage_leads(t, e, r->heads[i].seq, r->heads[i].hash);
    }
    return leads;
}

bool fold_is_branch_cut_off(struct store_txn *t, const struct entry_view *e, struct fold_cut *cut,
                            struct arena tmp)
{
    struct fold_cut own = {.loaded = false};
    bool below = false;
    cut = cut != NULL ? cut : &own;
    if (!is_beyond(t, e, cut, tmp) || fold_is_admitted(t, e->hash)) {
        return false;
    }
    const struct revocation *r = &cut->revocation;
    for (unsigned i = 0; cut->readable && i < r->nheads; i++) {
        below = below || (id8_eq(r->heads[i].epoch, e->epoch) && r->heads[i].seq > e->seq);
    }
    return below;
}

/* ---- gathering ------------------------------------------------------------------------------ */

/* One entry by its place. ST_NOT_FOUND: damaged or not ours to read; the rest goes on. */
static enum st read_one(struct store_txn *t, bytes place, h32 hash, struct arena *a,
                        struct entry_view *e, struct err *err)
{
    bytes whole;
    struct arena before = *a;
    enum st st = store_get(t, T_ENTRY, place, a, &whole, err);
    if (st == ST_OK && entry_kept(whole, hash, e) == ST_OK) {
        return ST_OK;
    }
    *a = before;
    return st == ST_FULL || st == ST_IO ? st : ST_NOT_FOUND;
}

/* Of a revoked author's: admitted by a supervisor, or set aside by headquarters. */
static void note_named(struct source *s, const struct entry_view *e)
{
    union body b;
    struct fold_author by = {.author = e->author};
    if ((e->kind != KIND_ADMITTED && e->kind != KIND_SET_ASIDE) ||
        (s->marks && fold_is_bad(s->t, e->hash)) || is_cut_off(s, e) ||
        body_decode(e->kind, e->body, &b) != ST_OK) {
        return;
    }
    find_author(s, e->author, &by);
    if (!kind_has_effect(e->kind, fold_author_role(&by, e))) {
        return;
    }
    bool in = e->kind == KIND_ADMITTED;
    const struct hash_list *named = in ? &b.admitted.named : &b.named;
    h32 *to = in ? s->admitted : s->aside;
    unsigned *n = in ? &s->nadmitted : &s->naside, most = in ? ADMITTED_MAX : ASIDE_MAX;
    for (unsigned i = 0; i < named->n && *n < most; i++) {
        to[(*n)++] = named->h[i];
    }
}

/* Only where an author was revoked is the subject read for what is named of his. */
static void look_for_named(struct source *s)
{
    struct store_cursor *c = NULL;
    bytes key, place;
    s->looked = true;
    enum st st = store_scan(s->t, T_SUBJECT, bytes_of(s->subject.b, sizeof s->subject.b),
                            (bytes){0}, &c, NULL);
    while (st == ST_OK) {
        uint8_t room[CAP_ENTRY_BYTES + 512];
        struct arena tmp = arena_of(room, sizeof room);
        struct entry_view e;
        h32 hash;
        st = store_next(c, &key);
        if (st != ST_OK || key.n != SUBJECT_KEY_BYTES) {
            continue;
        }
        memcpy(hash.b, key.p + 24, sizeof hash.b);
        if (store_value(c, &tmp, &place, NULL) == ST_OK &&
            read_one(s->t, place, hash, &tmp, &e, NULL) == ST_OK) {
            note_named(s, &e);
        }
    }
    store_scan_end(&c);
}

static bool is_named(struct source *s, const h32 *list, const unsigned *n, h32 entry)
{
    if (list == NULL) {
        return false;
    }
    if (!s->looked) {
        look_for_named(s);
    }
    for (unsigned i = 0; i < *n; i++) {
        if (h32_eq(list[i], entry)) {
            return true;
        }
    }
    return false;
}

/* A revoked author's: beyond the heads, on a branch that leads to none, or set aside as such. */
static bool does_not_stand(struct source *s, const struct entry_view *e)
{
    return is_revoked(s->t, e->author) &&
           (is_cut_off(s, e) || is_named(s, s->aside, &s->naside, e->hash)) &&
           !is_named(s, s->admitted, &s->nadmitted, e->hash);
}

static bool is_trusted(void *ctx, const struct entry_view *e)
{
    struct source *s = ctx;
    return !(s->marks && fold_is_bad(s->t, e->hash)) && !(s->revocations && does_not_stand(s, e));
}

static enum st count_entries(struct store_txn *t, id16 subject, size_t *n, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key;
    *n = 0;
    enum st st =
        store_scan(t, T_SUBJECT, bytes_of(subject.b, sizeof subject.b), (bytes){0}, &c, err);
    while (st == ST_OK) {
        st = store_next(c, &key);
        *n += st == ST_OK;
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* When a subject is over its bounds: what each author who is not of headquarters may still fill of
 * it, in fold order. One device's flood then hides its own entries, and not everybody's. */
struct share {
    id8 author;
    bool office;
    unsigned n;
    size_t bytes;
};
struct shares {
    struct share who[SHARES_MAX];
    unsigned nwho;
};

static struct share *find_share(struct shares *s, struct source *src, id8 author)
{
    for (unsigned i = 0; i < s->nwho; i++) {
        if (id8_eq(s->who[i].author, author)) {
            return &s->who[i];
        }
    }
    if (s->nwho == SHARES_MAX) {
        return NULL;
    }
    struct fold_author a = {0};
    find_author(src, author, &a);
    struct share *x = &s->who[s->nwho++];
    *x = (struct share){.author = author,
                        .office = a.known && a.role != ROLE_NONE && a.role != ROLE_TECHNICIAN};
    return x;
}

static bool within_share(struct shares *s, struct source *src, const struct entry_view *e)
{
    struct share *x = is_trusted(src, e) ? find_share(s, src, e->author) : NULL;
    if (x == NULL ||
        (!x->office && (x->n == SHARE_ENTRIES || e->whole.n > SHARE_BYTES - x->bytes))) {
        return false;
    }
    x->n++;
    x->bytes += e->whole.n;
    return true;
}

/* `src` NULL: all of them; else what is within its author's share. */
static enum st read_entries(struct store_txn *t, id16 subject, struct source *src, struct arena *a,
                            struct entry_view *e, size_t most, size_t *n, struct err *err)
{
    struct store_cursor *c = NULL;
    struct shares shares = {.nwho = 0};
    bytes key, place;
    *n = 0;
    enum st st =
        store_scan(t, T_SUBJECT, bytes_of(subject.b, sizeof subject.b), (bytes){0}, &c, err);
    while (st == ST_OK && *n < most) {
        st = store_next(c, &key);
        if (st != ST_OK || key.n != SUBJECT_KEY_BYTES) {
            continue;
        }
        h32 hash;
        memcpy(hash.b, key.p + 24, sizeof hash.b);
        uint8_t room[128];
        struct arena small = arena_of(room, sizeof room), before = *a;
        st = store_value(c, &small, &place, err);
        if (st == ST_OK) {
            st = read_one(t, place, hash, a, &e[*n], err);
        } else if (st == ST_CORRUPT) {
            st = ST_NOT_FOUND;
        }
        if (st == ST_OK && src != NULL && !within_share(&shares, src, &e[*n])) {
            *a = before;
            st = ST_NOT_FOUND;
        }
        *n += st == ST_OK;
        st = st == ST_NOT_FOUND ? ST_OK : st;
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* Encode into what is left of the arena: zeroing a megabyte first would cost more than the fold. */
enum st fresh_seal(const struct subject_state *s, struct arena *a, bytes *encoded, h32 *digest,
                   struct err *err)
{
    size_t room = (size_t)(a->end - a->beg);
    enum st st = fold_encode(s, a->beg, room < CAP_STATE_BYTES ? room : CAP_STATE_BYTES, encoded);
    if (st != ST_OK) {
        return err_set(err, ST_TOO_BIG, 0, "fold_fresh", "the state does not fit");
    }
    a->beg += encoded->n;
    hash32(*encoded, digest->b);
    return ST_OK;
}

static enum st gather(struct store_txn *t, id16 subject, struct source *src, struct arena *a,
                      struct entry_view **e, size_t *n, struct err *err)
{
    size_t all = 0;
    enum st st = count_entries(t, subject, &all, err);
    if (st == ST_OK && all == 0) {
        return ST_NOT_FOUND;
    }
    if (st == ST_OK && all > CAP_SUBJECT_ENTRIES && src == NULL) {
        return ST_TOO_BIG;
    }
    all = all > CAP_SUBJECT_ENTRIES ? CAP_SUBJECT_ENTRIES : all;
    *e = arena_new(a, struct entry_view, all);
    if (st == ST_OK && *e == NULL) {
        st = ST_FULL;
    }
    return st == ST_OK ? read_entries(t, subject, src, a, *e, all, n, err) : st;
}

/* Whom to believe of this subject, with room of the arena's for what that takes. */
static bool source_of(struct store_txn *t, id16 subject, struct arena *a, struct source *s)
{
    uint8_t *tmp = arena_new(a, uint8_t, 3 * CAP_TRUST_BYTES);
    *s = (struct source){.t = t,
                         .subject = subject,
                         .marks = store_count(t, T_ODD) > 0,
                         .revocations = store_count(t, T_REVOKED) > 0};
    if (tmp != NULL) {
        s->tmp = arena_of(tmp, 3 * CAP_TRUST_BYTES);
    }
    if (s->revocations) {
        s->admitted = arena_new(a, h32, ADMITTED_MAX);
        s->aside = arena_new(a, h32, ASIDE_MAX);
    }
    return tmp != NULL && (!s->revocations || (s->admitted != NULL && s->aside != NULL));
}

/* One try at the whole fold. With `shares` a flooded subject is cut down to what fits. */
static enum st fold_try(struct store_txn *t, id16 subject, bool shares, struct fold_cut *cut,
                        struct arena *a, struct subject_state *out, bytes *encoded, h32 *digest,
                        struct err *err)
{
    struct entry_view *e = NULL;
    size_t n = 0;
    struct source s;
    if (!source_of(t, subject, a, &s)) {
        return ST_FULL;
    }
    s.cut = cut;
    enum st st = gather(t, subject, shares ? &s : NULL, a, &e, &n, err);
    if (st == ST_OK) {
        struct fold_lookup look = {find_author, is_trusted, &s};
        st = fold_run(e, n, &look, a, out);
    }
    if (st == ST_OK) {
        out->subject = subject;
        out->damaged |= shares;
        st = fresh_seal(out, a, encoded, digest, err);
    }
    return st;
}

enum st fold_fresh(struct store_txn *t, id16 subject, struct arena *a, struct subject_state *out,
                   bytes *encoded, h32 *digest, struct err *err)
{
    return fresh_fold(t, subject, NULL, a, out, encoded, digest, err);
}

enum st fresh_fold(struct store_txn *t, id16 subject, struct fold_cut *cut, struct arena *a,
                   struct subject_state *out, bytes *encoded, h32 *digest, struct err *err)
{
    bytes coded;
    h32 hash;
    struct arena before = *a;
    memset(out, 0, sizeof *out);
    enum st st = fold_try(t, subject, false, cut, a, out, &coded, &hash, err);
    if (st == ST_FULL || st == ST_TOO_BIG) {
        *a = before;
        st = fold_try(t, subject, true, cut, a, out, &coded, &hash, err);
    }
    if (st == ST_FULL) {
        return err_set(err, st, 0, "fold_fresh", "a subject's entries do not fit the scratch");
    }
    if (st == ST_OK && encoded != NULL) {
        *encoded = coded;
    }
    if (st == ST_OK && digest != NULL) {
        *digest = hash;
    }
    return st;
}

/* ---- who reopened a report ------------------------------------------------------------------- */

static bool reopens(struct source *s, const struct entry_view *e, h32 signoff,
                    struct reopening *out)
{
    union body b;
    struct fold_author by = {.author = e->author};
    if (e->kind != KIND_JOB_REOPENED || !is_trusted(s, e) ||
        body_decode(e->kind, e->body, &b) != ST_OK || !h32_eq(b.asked.signoff, signoff)) {
        return false;
    }
    find_author(s, e->author, &by);
    *out = (struct reopening){.entry = e->hash,
                              .author = e->author,
                              .actor = e->actor,
                              .role = fold_author_role(&by, e),
                              .reason = b.asked.reason,
                              .time = e->time};
    return out->role != ROLE_TECHNICIAN && kind_has_effect(e->kind, out->role);
}

enum st fold_reopening(struct store_txn *t, id16 subject, h32 signoff, struct arena tmp,
                       struct reopening *out, struct err *err)
{
    struct entry_view *e = NULL;
    size_t n = 0;
    struct source s;
    if (!source_of(t, subject, &tmp, &s)) {
        return err_set(err, ST_FULL, 0, __func__, "no room");
    }
    struct arena whole = tmp;
    enum st st = gather(t, subject, NULL, &tmp, &e, &n, err);
    if (st == ST_FULL || st == ST_TOO_BIG) { /* as the fold does */
        tmp = whole;
        st = gather(t, subject, &s, &tmp, &e, &n, err);
    }
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        if (reopens(&s, &e[i], signoff, out)) {
            return ST_OK;
        }
    }
    return st == ST_OK ? ST_NOT_FOUND : st;
}

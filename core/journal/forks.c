/* forks.c - see forks.h. */
#include "core/journal/forks.h"

#include "core/codec/cbor.h"
#include "core/journal/place.h"

#define PROOF_ITEMS 2

static bool read_at(struct store_cursor *c, struct arena *room, struct entry_view *e)
{
    bytes whole;
    return store_value(c, room, &whole, NULL) == ST_OK &&
           entry_parse(whole, e, NULL, NULL) == ST_OK;
}

/* The keys of a number lie side by side: those of the main branch and of the others. */
static enum st find_pair(struct store_txn *t, bytes prefix, uint64_t *seq, struct err *err)
{
    uint8_t last[PLACE_NUMBER_BYTES] = {0};
    struct store_cursor *c = NULL;
    bytes key;
    enum st st = store_scan(t, T_ENTRY, prefix, (bytes){NULL, 0}, &c, err);
    bool found = false;
    while (st == ST_OK && !found) {
        st = store_next(c, &key);
        if (st != ST_OK || !place_is(key)) {
            continue;
        }
        found = memcmp(last, key.p, sizeof last) == 0;
        *seq = place_seq(key);
        memcpy(last, key.p, sizeof last);
    }
    store_scan_end(&c);
    return st == ST_END ? ST_NOT_FOUND : st;
}

/* Two entries under one number: `with` and another, or the first two when it is zero. */
static enum st pair_at(struct store_txn *t, const uint8_t place[static PLACE_NUMBER_BYTES],
                       h32 with, struct arena *room, struct entry_view *a, struct entry_view *b,
                       struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key;
    unsigned n = 0;
    bool any = h32_zero(with), met = any;
    enum st st =
        store_scan(t, T_ENTRY, bytes_of(place, PLACE_NUMBER_BYTES), (bytes){NULL, 0}, &c, err);
    while (st == ST_OK && n < PROOF_ITEMS) {
        struct arena before = *room;
        struct entry_view e;
        st = store_next(c, &key);
        if (st != ST_OK) {
            break;
        }
        bool ok = read_at(c, room, &e), wanted = ok && h32_eq(e.hash, with);
        if (!ok || (!met && !wanted && n + 1 == PROOF_ITEMS)) {
            *room = before; /* damaged, or its place is the wanted one's */
            continue;
        }
        met = met || wanted;
        *(n++ == 0 ? a : b) = e;
    }
    store_scan_end(&c);
    st = st == ST_END ? ST_OK : st;
    return st == ST_OK && n < PROOF_ITEMS ? ST_NOT_FOUND : st;
}

enum st forks_first(struct store_txn *t, id8 author, id8 epoch, struct arena *room,
                    struct entry_view *a, struct entry_view *b, struct err *err)
{
    uint8_t place[PLACE_BYTES];
    uint64_t seq = 0;
    memset(a, 0, sizeof *a);
    memset(b, 0, sizeof *b);
    place_put(author, epoch, 0, 0, place);
    enum st st = find_pair(t, bytes_of(place, 16), &seq, err);
    if (st != ST_OK) {
        return st;
    }
    place_put(author, epoch, seq, 0, place);
    return pair_at(t, place, (h32){{0}}, room, a, b, err);
}

static uint64_t first_of(struct store_txn *t, id8 author, id8 epoch, struct arena tmp)
{
    uint8_t prefix[PLACE_BYTES];
    struct chain_mark m;
    uint64_t seq = 0;
    place_put(author, epoch, 0, 0, prefix);
    bool forked = chain_mark_get(t, author, epoch, &tmp, &m, NULL) == ST_OK && m.forked;
    return forked && find_pair(t, bytes_of(prefix, 16), &seq, NULL) == ST_OK ? seq : UINT64_MAX;
}

bool forks_cover(struct store_txn *t, struct forks_seen *seen, id8 author, id8 epoch, uint64_t seq,
                 struct arena tmp)
{
    for (unsigned i = 0; i < seen->n; i++) {
        if (id8_eq(seen->p[i].author, author) && id8_eq(seen->p[i].epoch, epoch)) {
            return seq >= seen->p[i].from;
        }
    }
    unsigned i = seen->next;
    seen->next = (i + 1) % FORKS_SEEN_MAX;
    seen->n += seen->n < FORKS_SEEN_MAX;
    seen->p[i].author = author;
    seen->p[i].epoch = epoch;
    seen->p[i].from = first_of(t, author, epoch, tmp);
    return seq >= seen->p[i].from;
}

bool forks_touch(struct store_txn *t, id16 subject, struct arena tmp)
{
    struct forks_seen seen = {.n = 0};
    struct store_cursor *c = NULL;
    bytes key, place;
    bool touched = false;
    if (store_scan(t, T_SUBJECT, bytes_of(subject.b, sizeof subject.b), (bytes){NULL, 0}, &c,
                   NULL) != ST_OK) {
        return false;
    }
    while (!touched && store_next(c, &key) == ST_OK) {
        struct arena room = tmp;
        id8 author, epoch;
        if (store_value(c, &room, &place, NULL) != ST_OK || !place_is(place)) {
            continue;
        }
        memcpy(author.b, place.p, sizeof author.b);
        memcpy(epoch.b, place.p + 8, sizeof epoch.b);
        touched = forks_cover(t, &seen, author, epoch, place_seq(place), room);
    }
    store_scan_end(&c);
    return touched;
}

/* --- the file ----------------------------------------------------------------------------------
 */

enum st forks_file_make(struct store_txn *t, h32 hash, struct arena *room, bytes *out,
                        struct err *err)
{
    struct entry_view one, a, b;
    uint8_t place[PLACE_BYTES];
    bytes cert, proof;
    *out = (bytes){NULL, 0};
    enum st st = journal_get(t, hash, room, &one, err);
    if (st != ST_OK) {
        return st == ST_NOT_FOUND ? err_set(err, st, 0, __func__, "no such entry is here") : st;
    }
    place_put(one.author, one.epoch, one.seq, 0, place);
    st = pair_at(t, place, hash, room, &a, &b, err);
    if (st == ST_NOT_FOUND) {
        return err_set(err, st, 0, __func__, "no second entry under its number is here");
    }
    if (st == ST_OK) {
        st = store_get(t, T_CERT, bytes_of(one.author.b, sizeof one.author.b), room, &cert, err);
    }
    if (st == ST_NOT_FOUND) {
        return err_set(err, st, 0, __func__, "its author's certificate is not here");
    }
    uint8_t *p = st != ST_OK ? NULL : arena_take(room, 1, 1, FORK_PROOF_BYTES_MAX);
    uint8_t *whole = p == NULL ? NULL : arena_take(room, 1, 1, FORK_FILE_BYTES_MAX);
    if (st == ST_OK && whole == NULL) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory for the proof");
    }
    if (st == ST_OK) {
        st = fork_make(&a, &b, p, FORK_PROOF_BYTES_MAX, &proof);
    }
    if (st != ST_OK) {
        return st;
    }
    struct cbor_w w = cbor_w_init(whole, FORK_FILE_BYTES_MAX);
    cbor_put_array(&w, 2);
    cbor_put_bytes(&w, proof);
    cbor_put_bytes(&w, cert);
    return cbor_w_done(&w, out);
}

bool forks_file_is(bytes in)
{
    struct cbor_r r = cbor_r_init(in);
    return in.n > 0 && cbor_get_array(&r) == 2 && r.st == ST_OK;
}

enum st forks_file_open(bytes in, const struct trust *trust, struct cert *cert,
                        struct entry_view *a, struct entry_view *b, const char **rule)
{
    const char *why = "fork file";
    memset(cert, 0, sizeof *cert);
    memset(a, 0, sizeof *a);
    memset(b, 0, sizeof *b);
    enum st st = in.n > FORK_FILE_BYTES_MAX ? ST_TOO_BIG : cbor_check(in, CBOR_NO_TEXT, NULL, &why);
    if (st == ST_OK) {
        struct cbor_r r = cbor_r_init(in);
        bool two = cbor_get_array(&r) == 2;
        bytes proof = cbor_get_bytes(&r), doc = cbor_get_bytes(&r);
        why = "fork file";
        st = two && cbor_done(&r) == ST_OK ? cert_open(doc, trust, cert, &why) : ST_BAD_FORM;
        if (st == ST_OK) {
            st = fork_open(proof, trust->deployment, cert->sign_pk, a, b, &why);
        }
        if (st == ST_OK && !id8_eq(cert->author, a->author)) {
            memset(a, 0, sizeof *a);
            memset(b, 0, sizeof *b);
            why = "certificate of another author";
            st = ST_WRONG_PARTY;
        }
    }
    if (rule != NULL) {
        *rule = st == ST_OK ? "" : why;
    }
    return st;
}

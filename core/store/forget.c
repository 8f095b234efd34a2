/* forget.c - headquarters: destroy a subject's key, after what stays has a new one.
 *
 * store_att_forget leaves a note in its own transaction; the note goes only when the old key is
 * destroyed, so that an open after a crash finishes what was begun: what is held then, stays. */
#include "core/store/inside.h"

#include "core/base/encode.h"

#include <sodium.h>

#define BATCH 256
#define NOTE_BYTES 9 /* decided, the key id that stays (zero: none) */

static bytes note_key(id16 subject, char buf[static META_ERASE_BYTES + 1])
{
    memcpy(buf, META_ERASE, sizeof META_ERASE - 1);
    hex_put(bytes_of(subject.b, sizeof subject.b), buf + sizeof META_ERASE - 1);
    return bytes_of(buf, META_ERASE_BYTES);
}

static enum st put_note(struct store_txn *t, id16 subject, bool decided, id8 newest,
                        struct err *err)
{
    char key[META_ERASE_BYTES + 1];
    uint8_t note[NOTE_BYTES] = {decided};
    memcpy(note + 1, newest.b, sizeof newest.b);
    return store_put(t, T_META, note_key(subject, key), bytes_of(note, sizeof note), err);
}

enum st forget_note(struct store_txn *t, id16 subject, struct err *err)
{
    return put_note(t, subject, false, (id8){{0}}, err);
}

/* Seals the row again under the subject's newest key. Rows of other subjects, absent and forgotten
 * ones stay as they are; a damaged row cannot be carried over and is lost with the old key. */
static enum st reseal(struct store_txn *t, h32 name, id16 subject, id8 newest, struct err *err)
{
    struct arena a = arena_of(t->s->scratch[1], sizeof t->s->scratch[1]);
    struct att_row r;
    enum st st = att_row_get(t, name, &a, &r, NULL);
    if (st != ST_OK || r.kind == ROW_FORGOTTEN || !id16_eq(r.subject, subject) ||
        id8_eq(r.key_id, newest)) {
        return st == ST_IO ? err_set(err, st, 0, __func__, "an attachment cannot be read") : ST_OK;
    }
    a = arena_of(t->s->scratch[1], sizeof t->s->scratch[1]);
    st = att_row_open(t, name, &a, &r, NULL);
    if (st != ST_OK) {
        return ST_OK;
    }
    st = att_row_put(t, name, &r, err);
    sodium_memzero(t->s->scratch[1], sizeof t->s->scratch[1]); /* what was opened in it */
    return st;
}

static enum st reseal_list(struct store_txn *t, id16 subject, const h32 *keep, size_t nkeep,
                           id8 newest, struct err *err)
{
    enum st st = ST_OK;
    for (size_t i = 0; i < nkeep && st == ST_OK; i++) {
        st = reseal(t, keep[i], subject, newest, err);
    }
    return st;
}

/* All that is held: for an erasure whose list is not known any more. */
static enum st reseal_held(struct store_txn *t, id16 subject, id8 newest, struct err *err)
{
    h32 batch[BATCH];
    h32 from = {{0}};
    size_t n = BATCH;
    enum st st = ST_OK;
    while (n == BATCH && st == ST_OK) {
        struct store_cursor *c;
        bytes key;
        st = store_scan(t, T_ATT, (bytes){NULL, 0}, bytes_of(from.b, sizeof from.b), &c, err);
        if (st != ST_OK) {
            return st;
        }
        for (n = 0; n < BATCH && (st = store_next(c, &key)) == ST_OK; n++) {
            memcpy(batch[n].b, key.p, sizeof batch[n].b);
        }
        store_scan_end(&c);
        st = st == ST_END || st == ST_OK ? reseal_list(t, subject, batch, n, newest, err) : st;
        /* The last one comes again as the first of the next batch: it has the newest key. */
        from = n > 0 ? batch[n - 1] : from;
    }
    return st;
}

/* The decision, in one transaction: what stays is under a new key, and the note says which. */
static enum st decide(struct store *s, id16 subject, const h32 *keep, size_t nkeep, bool all_held,
                      id8 *newest, struct err *err)
{
    struct store_txn *t;
    uint8_t key[32];
    enum st st = store_write(s, &t, err);
    if (st != ST_OK) {
        return st;
    }
    if (all_held || nkeep > 0) {
        st = keytable_of(&s->kt, subject, true, newest, key, err);
        sodium_memzero(key, sizeof key);
    }
    if (st == ST_OK) {
        st = all_held ? reseal_held(t, subject, *newest, err)
                      : reseal_list(t, subject, keep, nkeep, *newest, err);
    }
    st = st != ST_OK ? st : put_note(t, subject, true, *newest, err);
    if (st != ST_OK) {
        store_abort(&t);
        return st;
    }
    return store_commit(&t, err);
}

static enum st finish(struct store *s, id16 subject, id8 newest, struct err *err)
{
    struct store_txn *t;
    char note[META_ERASE_BYTES + 1];
    store_step(s, "resealed");
    enum st st = keytable_drop(&s->kt, subject, id8_zero(newest) ? NULL : &newest, err);
    if (st != ST_OK) {
        atomic_store(&s->failed, true); /* memory and file may differ: reopen, which finishes it */
        return err_set(err, ST_IO, 0, __func__,
                       "keys could not be destroyed (%s): the store must be reopened", st_name(st));
    }
    store_step(s, "key destroyed");
    st = store_write(s, &t, err);
    if (st != ST_OK) {
        return st;
    }
    st = store_del(t, T_META, note_key(subject, note), err);
    if (st != ST_OK) {
        store_abort(&t);
        return st;
    }
    st = store_commit(&t, err);
    return st != ST_OK ? st : att_file_sweep(s, err);
}

enum st store_keytable_erase(struct store *s, id16 subject, const h32 *keep, size_t nkeep,
                             struct err *err)
{
    if (s->side != STORE_HQ) {
        return err_set(err, ST_BUG, 0, __func__, "only headquarters has keys of subjects");
    }
    id8 newest = {{0}};
    bool held = nkeep == STORE_KEEP_HELD;
    enum st st = decide(s, subject, keep, held ? 0 : nkeep, held, &newest, err);
    return st != ST_OK ? st : finish(s, subject, newest, err);
}

struct note {
    id16 subject;
    bool decided;
    id8 newest;
};

static bool read_note(struct store_cursor *c, bytes key, struct note *n)
{
    uint8_t buf[NOTE_BYTES];
    struct arena a = arena_of(buf, sizeof buf);
    bytes value;
    if (key.n != META_ERASE_BYTES ||
        !hex_get((str){(const char *)key.p + sizeof META_ERASE - 1, 32}, n->subject.b,
                 sizeof n->subject.b)) {
        return false;
    }
    /* A damaged note still orders the erasure: what is held stays. */
    n->decided =
        store_value(c, &a, &value, NULL) == ST_OK && value.n == NOTE_BYTES && value.p[0] != 0;
    if (n->decided) {
        memcpy(n->newest.b, value.p + 1, sizeof n->newest.b);
    }
    return true;
}

static enum st first_note(struct store *s, struct note *n, struct err *err)
{
    struct store_txn *t;
    struct store_cursor *c;
    bytes key;
    *n = (struct note){.decided = false};
    enum st st = store_read(s, &t, err);
    if (st != ST_OK) {
        return st;
    }
    st = store_scan(t, T_META, str_bytes(S(META_ERASE)), (bytes){NULL, 0}, &c, err);
    if (st == ST_OK) {
        st = store_next(c, &key);
        if (st == ST_OK && !read_note(c, key, n)) {
            st = err_set(err, ST_CORRUPT, 0, __func__, "a note of an erasure is damaged");
        }
        store_scan_end(&c);
    }
    store_abort(&t);
    return st;
}

enum st forget_resume(struct store *s, struct err *err)
{
    if (s->side != STORE_HQ) {
        return ST_OK;
    }
    struct note n;
    enum st st = first_note(s, &n, err);
    while (st == ST_OK) {
        st = n.decided ? ST_OK : decide(s, n.subject, NULL, 0, true, &n.newest, err);
        st = st != ST_OK ? st : finish(s, n.subject, n.newest, err);
        st = st != ST_OK ? st : first_note(s, &n, err);
    }
    return st == ST_END ? ST_OK : st;
}

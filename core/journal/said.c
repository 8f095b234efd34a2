/* said.c - see said.h. */
#include "core/journal/said.h"

#include "core/journal/append.h"
#include "core/journal/place.h"

#define SAID_KEY_BYTES 24

static bytes said_key(id8 author, id8 epoch, uint64_t seq, uint8_t out[static SAID_KEY_BYTES])
{
    memcpy(out, author.b, 8);
    memcpy(out + 8, epoch.b, 8);
    be64_put(out + PLACE_CHAIN_BYTES, ~seq);
    return bytes_of(out, SAID_KEY_BYTES);
}

enum st said_index(struct store_txn *t, const struct entry_view *e, bytes place, struct err *err)
{
    const struct entry_evidence *ev = &e->evidence;
    uint8_t key[SAID_KEY_BYTES];
    if (!place_is(place) || place_branch(place) != 0 ||
        !(ev->has_boot || ev->has_receipt || ev->has_offset)) {
        return ST_OK;
    }
    return store_put(t, T_SAID, said_key(e->author, e->epoch, e->seq, key), (bytes){NULL, 0}, err);
}

/* From the entry back: what is not known yet is taken from each, until all is. A receipt that is
 * said without a boot is of the boot that the next entry before it says. */
struct walk {
    struct said *out;
    bool past_boot;    /* the boot that is in force began after this entry */
    bool past_receipt; /* and so was the receipt cited first */
    uint64_t open_seq; /* cited the receipt in a boot that is not known yet; 0: none */
    int64_t open_boot_ms;
};

static void cite(struct walk *w)
{
    if (w->open_seq != 0 && !w->past_boot) {
        w->out->cited_seq = w->open_seq;
        w->out->cited_boot_ms = w->open_boot_ms;
    }
    w->open_seq = 0;
}

static void take_receipt(struct walk *w, const struct entry_view *e)
{
    struct entry_evidence *ev = &w->out->ev;
    w->past_receipt =
        w->past_receipt || (ev->has_receipt && !h32_eq(ev->receipt, e->evidence.receipt));
    if (!ev->has_receipt) {
        ev->has_receipt = true;
        ev->receipt = e->evidence.receipt;
        ev->receipt_ms = e->evidence.receipt_ms;
    }
    if (!w->past_receipt) {
        w->open_seq = e->seq;
        w->open_boot_ms = e->boot_ms;
    }
}

static void take(struct walk *w, const struct entry_view *e)
{
    struct entry_evidence *ev = &w->out->ev;
    const struct entry_evidence *said = &e->evidence;
    if (said->has_receipt) {
        take_receipt(w, e);
    }
    if (said->has_boot) {
        w->past_boot = w->past_boot || (ev->has_boot && memcmp(ev->boot_id, said->boot_id,
                                                               sizeof ev->boot_id) != 0);
        if (!ev->has_boot) {
            ev->has_boot = true;
            memcpy(ev->boot_id, said->boot_id, sizeof ev->boot_id);
        }
        cite(w);
    }
    if (said->has_offset && !ev->has_offset) {
        ev->has_offset = true;
        ev->utc_offset_minutes = said->utc_offset_minutes;
    }
}

static uint64_t seq_of(bytes key)
{
    return ~be64_get(key.p + PLACE_CHAIN_BYTES);
}

enum st said_at(struct store_txn *t, id8 author, id8 epoch, uint64_t seq, struct arena tmp,
                struct said *out, struct err *err)
{
    uint8_t from[SAID_KEY_BYTES];
    struct store_cursor *c = NULL;
    struct walk w = {.out = out};
    bytes key, start = said_key(author, epoch, seq, from);
    memset(out, 0, sizeof *out);
    enum st st = store_scan(t, T_SAID, bytes_of(from, PLACE_CHAIN_BYTES), start, &c, err);
    for (unsigned n = 0; st == ST_OK && n < SAID_WALK_MAX; n++) {
        struct arena a = tmp;
        struct entry_view e;
        st = store_next(c, &key);
        if (st != ST_OK || key.n != SAID_KEY_BYTES) {
            break;
        }
        st = journal_at(t, author, epoch, seq_of(key), &a, &e, err);
        if (st == ST_OK) {
            take(&w, &e);
        }
        st = st == ST_NOT_FOUND || st == ST_CORRUPT ? ST_OK : st; /* damage to one hides no other */
        bool done = out->ev.has_boot && out->ev.has_receipt && out->ev.has_offset;
        if (done && (w.past_boot || (w.past_receipt && w.open_seq == 0))) {
            break;
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

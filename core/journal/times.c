/* times.c - see times.h. */
#include "core/journal/times.h"

#include "core/base/be64.h"
#include "core/journal/said.h"
#include "core/report/receipt_log.h"

#define ANCHOR_KEY "anchor"
#define ANCHOR_BYTES 32 /* boot id 8, boot ms 8, low 8, high 8 */

static int64_t add_ms(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? (b > 0 ? TIMES_UNKNOWN_MS : INT64_MIN) : sum;
}

static int64_t drift_of(int64_t span_ms)
{
    int64_t span = span_ms < 0 ? -span_ms : span_ms;
    return span / 1000000 * TIMES_DRIFT_PPM + span % 1000000 * TIMES_DRIFT_PPM / 1000000;
}

/* Bounds on the true time at one boot time, as bounds at another of the same boot. */
static void carry(int64_t span_ms, int64_t *low, int64_t *high)
{
    *low = add_ms(*low, span_ms - drift_of(span_ms));
    *high = *high == TIMES_UNKNOWN_MS ? *high : add_ms(*high, span_ms + drift_of(span_ms));
}

static int64_t within(int64_t ms, int64_t low, int64_t high)
{
    return ms < low ? low : ms > high ? high : ms;
}

static bool out_of(int64_t ms, int64_t low, int64_t high)
{
    return ms < add_ms(low, -TIMES_TOLERANCE_MS) || ms > add_ms(high, TIMES_TOLERANCE_MS);
}

/* --- the clock of this device ------------------------------------------------------------------
 */

void times_anchor_get(struct store_txn *t, struct times_anchor *out)
{
    uint8_t room[ANCHOR_BYTES + 64];
    struct arena tmp = arena_of(room, sizeof room);
    bytes b;
    memset(out, 0, sizeof *out);
    /* Damaged, it is as if nothing was known: the next receipt tells anew. */
    if (store_get(t, T_META, str_bytes(S(ANCHOR_KEY)), &tmp, &b, NULL) != ST_OK ||
        b.n != ANCHOR_BYTES) {
        return;
    }
    memcpy(out->boot_id, b.p, sizeof out->boot_id);
    out->boot_ms = (int64_t)be64_get(b.p + 8);
    out->low_ms = (int64_t)be64_get(b.p + 16);
    out->high_ms = (int64_t)be64_get(b.p + 24);
    out->has = true;
}

static enum st anchor_put(struct store_txn *t, const struct times_anchor *a, struct err *err)
{
    uint8_t b[ANCHOR_BYTES];
    memcpy(b, a->boot_id, sizeof a->boot_id);
    be64_put(b + 8, (uint64_t)a->boot_ms);
    be64_put(b + 16, (uint64_t)a->low_ms);
    be64_put(b + 24, (uint64_t)a->high_ms);
    return store_put(t, T_META, str_bytes(S(ANCHOR_KEY)), bytes_of(b, sizeof b), err);
}

/* The boot time at which an entry of this boot was made. */
static bool made_in_boot(struct store_txn *t, id8 author, id8 epoch, uint64_t seq,
                         const uint8_t boot_id[static 8], struct arena tmp, int64_t *boot_ms)
{
    struct said s;
    struct entry_view e;
    if (seq == 0 || said_at(t, author, epoch, seq, tmp, &s, NULL) != ST_OK || !s.ev.has_boot ||
        memcmp(s.ev.boot_id, boot_id, sizeof s.ev.boot_id) != 0 ||
        journal_at(t, author, epoch, seq, &tmp, &e, NULL) != ST_OK) {
        return false;
    }
    *boot_ms = e.boot_ms;
    return true;
}

enum st times_anchor_learn(struct store_txn *t, const struct receipt *r, const struct now *now,
                           struct arena tmp, struct err *err)
{
    struct times_anchor old, a = {.has = true, .boot_ms = now->boot_ms, .low_ms = r->time_ms};
    int64_t made = 0;
    memcpy(a.boot_id, now->boot_id, sizeof a.boot_id);
    bool bound = made_in_boot(t, r->author, r->epoch, r->seq, now->boot_id, tmp, &made) &&
                 made <= now->boot_ms;
    a.high_ms = bound ? add_ms(r->time_ms, now->boot_ms - made) : TIMES_UNKNOWN_MS;
    times_anchor_get(t, &old);
    if (old.has && memcmp(old.boot_id, a.boot_id, sizeof a.boot_id) == 0 &&
        old.boot_ms <= a.boot_ms) {
        carry(a.boot_ms - old.boot_ms, &old.low_ms, &old.high_ms);
        int64_t low = old.low_ms > a.low_ms ? old.low_ms : a.low_ms;
        int64_t high = old.high_ms < a.high_ms ? old.high_ms : a.high_ms;
        if (low <= high) { /* else headquarters' own clock was set meanwhile: the newest counts */
            a.low_ms = low;
            a.high_ms = high;
        }
    }
    return anchor_put(t, &a, err);
}

void times_correct(const struct times_anchor *a, const struct now *now, struct times_corrected *out)
{
    *out = (struct times_corrected){.ms = now->wall_ms, .high_ms = TIMES_UNKNOWN_MS};
    if (!a->has) {
        return;
    }
    out->low_ms = a->low_ms;
    if (memcmp(a->boot_id, now->boot_id, sizeof a->boot_id) == 0 && now->boot_ms >= a->boot_ms) {
        out->high_ms = a->high_ms;
        carry(now->boot_ms - a->boot_ms, &out->low_ms, &out->high_ms);
    }
    out->wrong = out_of(now->wall_ms, out->low_ms, out->high_ms);
    out->ms = within(now->wall_ms, out->low_ms, out->high_ms);
}

/* --- the time of an entry ----------------------------------------------------------------------
 */

struct covers {
    const struct trust *trust;
    const struct entry_view *e;
    struct receipt r; /* time_ms 0: none yet */
};

/* The earliest in time of those that cover it: after a restore a later one may cover less. */
static enum st see_cover(void *ctx, bytes doc)
{
    struct covers *c = ctx;
    struct receipt r;
    const char *rule;
    if (receipt_open(doc, c->trust, &r, &rule) == ST_OK && r.seq >= c->e->seq &&
        id8_eq(r.author, c->e->author) && id8_eq(r.epoch, c->e->epoch) &&
        (c->r.time_ms == 0 || r.time_ms < c->r.time_ms)) {
        c->r = r;
    }
    return ST_NOT_FOUND;
}

/* What covers it covers also what was made after it: so it was made that much earlier. */
static int64_t made_before(struct store_txn *t, const struct covers *c, const struct said *s,
                           struct arena tmp)
{
    int64_t last = 0, high = c->r.time_ms, low = high;
    if (high == 0) {
        return TIMES_UNKNOWN_MS;
    }
    if (s->ev.has_boot &&
        made_in_boot(t, c->r.author, c->r.epoch, c->r.seq, s->ev.boot_id, tmp, &last) &&
        last > c->e->boot_ms) {
        carry(c->e->boot_ms - last, &low, &high);
    }
    return high;
}

static void prove_after(struct store_txn *t, const struct trust *trust, const struct entry_view *e,
                        const struct said *s, struct arena tmp, struct times *out)
{
    struct receipt r;
    const char *rule;
    bytes doc;
    int64_t made = 0;
    struct arena a = tmp;
    if (!s->ev.has_receipt ||
        receipt_log_cited(t, e->author, s->ev.receipt, &a, &doc, NULL) != ST_OK ||
        receipt_open(doc, trust, &r, &rule) != ST_OK) {
        return; /* cited, and not known here: it proves nothing */
    }
    out->after_ms = r.time_ms;
    if (s->cited_seq == 0 || e->boot_ms < s->cited_boot_ms) {
        return;
    }
    out->low_ms = r.time_ms;
    out->high_ms = TIMES_UNKNOWN_MS;
    if (made_in_boot(t, r.author, r.epoch, r.seq, s->ev.boot_id, a, &made) &&
        made <= s->cited_boot_ms) {
        out->high_ms = add_ms(r.time_ms, s->cited_boot_ms - made);
    }
    carry(e->boot_ms - s->cited_boot_ms, &out->low_ms, &out->high_ms);
}

enum st times_of(struct store_txn *t, const struct trust *trust, const struct entry_view *e,
                 struct arena tmp, struct times *out, struct err *err)
{
    struct said s;
    struct covers c = {.trust = trust, .e = e};
    memset(out, 0, sizeof *out);
    out->high_ms = TIMES_UNKNOWN_MS;
    enum st st = said_at(t, e->author, e->epoch, e->seq, tmp, &s, err);
    if (st != ST_OK) {
        return st;
    }
    prove_after(t, trust, e, &s, tmp, out);
    st = receipt_log_covers(t, e->author, e->epoch, e->seq, tmp, see_cover, &c, err);
    out->before_ms = c.r.time_ms;
    int64_t high = made_before(t, &c, &s, tmp);
    out->high_ms = high < out->high_ms ? high : out->high_ms;
    out->low_ms = out->low_ms > out->after_ms ? out->low_ms : out->after_ms;
    out->high_ms = out->high_ms < out->low_ms ? out->low_ms : out->high_ms;
    out->wrong = out_of(e->wall_ms, out->low_ms, out->high_ms);
    out->claimed_ms = !out->wrong                        ? e->wall_ms
                      : out->high_ms != TIMES_UNKNOWN_MS ? out->high_ms
                                                         : out->low_ms;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

int64_t times_shown(struct store_txn *t, const struct trust *trust, h32 entry, int64_t wall_ms,
                    struct arena tmp)
{
    struct entry_view e;
    struct times at;
    struct err none;
    if (journal_get(t, entry, &tmp, &e, &none) != ST_OK ||
        times_of(t, trust, &e, tmp, &at, &none) != ST_OK) {
        return wall_ms;
    }
    return at.claimed_ms;
}

/* scene_judge.c - what must hold in a company whatever happened in it. See scene.h. */
#include "tests/fault/scene.h"

#include "core/codec/hash.h"
#include "core/fold/fresh.h"
#include "core/journal/check.h"
#include "core/store/store_check.h"

#include <unistd.h>

static void lost(struct world *w, const char *what, const struct ack *a)
{
    char hex[65];
    hex_put(bytes_of(a->hash.b, 32), hex);
    w->lost++;
    scene_bad(w, "lost: %s %.16s %u", what, hex, a->n);
}

/* --- one store
 * --------------------------------------------------------------------------------- */

static void seal_broken(void *ctx, enum table table, bytes key, const char *why)
{
    (void)key;
    scene_bad(ctx, "check: %s: %s", store_check_name(table), why);
}

static void link_broken(void *ctx, enum check_what what, const struct check_place *place)
{
    if (what < CHECK_FORKED) {
        scene_bad(ctx, "check: %s, sequence %llu", journal_check_name(what),
                  (unsigned long long)place->seq);
    }
}

static void check_store(struct world *w, struct store *s, const char *which)
{
    struct arena a = arena_of(w->d.scratch, CAP_SCRATCH_BYTES);
    struct store_check_sink seals = {seal_broken, w};
    struct journal_check_sink links = {link_broken, w};
    struct store_check_totals st;
    struct journal_check_totals jt;
    struct err e = {.st = ST_OK};
    if (store_check(s, a, &seals, &st, &e) != ST_OK) {
        scene_bad(w, "%s: store_check: %s", which, e.text);
    } else if (st.att_damaged + st.key_rows_damaged + st.lost != 0) {
        scene_bad(w, "%s: attachments, keys or values are damaged", which);
    }
    if (journal_check(s, a, &links, &jt, &e) != ST_OK) {
        scene_bad(w, "%s: journal_check: %s", which, e.text);
    } else if (jt.found[CHECK_FORKED] != 0) {
        scene_bad(w, "%s: forked by itself", which);
    }
}

/* How often an entry lies in the table of entries, its attachments held or forgotten by order. */
static unsigned times(struct world *w, struct store_txn *t, h32 hash, bool *atts)
{
    struct store_cursor *c = NULL;
    bytes key, none = {NULL, 0};
    unsigned n = 0;
    *atts = true;
    if (store_scan(t, T_ENTRY, none, none, &c, NULL) != ST_OK) {
        return 0;
    }
    while (store_next(c, &key) == ST_OK) {
        struct arena a = arena_of(w->d.scratch, CAP_SCRATCH_BYTES);
        struct entry_view e;
        bytes whole;
        if (store_value(c, &a, &whole, NULL) != ST_OK ||
            entry_parse(whole, &e, NULL, NULL) != ST_OK || !h32_eq(e.hash, hash)) {
            continue;
        }
        n++;
        for (unsigned i = 0; i < e.natt; i++) {
            bytes content;
            enum st st = store_att_get(t, entry_att(&e, i), &a, NULL, &content, NULL);
            *atts = *atts && (st == ST_OK || st == ST_REVOKED);
        }
    }
    store_scan_end(&c);
    return n;
}

static void find_entry(struct world *w, struct store *s, const struct ack *a, const char *what)
{
    struct store_txn *t = NULL;
    struct entry_view e;
    bool atts = false;
    if (store_read(s, &t, &w->err) != ST_OK) {
        scene_bad(w, "cannot read: %s", w->err.text);
        return;
    }
    unsigned n = times(w, t, a->hash, &atts);
    struct arena room = arena_of(w->d.scratch, CAP_SCRATCH_BYTES);
    if (n != 1 || !atts || journal_get(t, a->hash, &room, &e, NULL) != ST_OK) {
        lost(w, what, a);
    }
    store_abort(&t);
}

static const char *draft_of(struct world *w, char buf[static 64])
{
    struct store_txn *t = NULL;
    uint8_t key[20];
    bytes v;
    struct arena a = arena_of(w->d.scratch, CAP_SCRATCH_BYTES);
    buf[0] = '\0';
    memcpy(key, w->job.b, 16);
    memcpy(key + 16, "note", 4);
    if (store_read(w->d.store, &t, NULL) == ST_OK &&
        store_get(t, T_DRAFT, bytes_of(key, sizeof key), &a, &v, NULL) == ST_OK && v.n < 64) {
        memcpy(buf, v.p, v.n);
        buf[v.n] = '\0';
    }
    store_abort(&t);
    return buf;
}

/* --- what was acknowledged
 * ------------------------------------------------------------------------ */

static void look_draft(struct world *w, const struct ack *a)
{
    char have[64];
    const char *text = draft_of(w, have);
    /* A later one that was written though it was not acknowledged is as good. */
    if (strncmp(text, "draft ", 6) != 0 || strtoul(text + 6, NULL, 10) < a->n) {
        lost(w, "draft", a);
    }
}

static void look_pin(struct world *w, const struct ack *a)
{
    if (w->pin < a->n) {
        lost(w, "change of PIN", a);
    }
}

static void look_forgot(struct world *w, const struct ack *a)
{
    struct store_txn *t = NULL;
    struct arena room = arena_of(w->d.scratch, CAP_SCRATCH_BYTES);
    bytes content;
    if (store_read(w->p.hq->store, &t, NULL) != ST_OK ||
        store_att_get(t, w->second_name, &room, NULL, &content, NULL) != ST_REVOKED) {
        lost(w, "forgetting", a);
    }
    store_abort(&t);
}

static void look_compact(struct world *w, const struct ack *a)
{
    struct store_txn *t = NULL;
    if (store_read(w->d.store, &t, NULL) != ST_OK || store_compact_due(t)) {
        lost(w, "compaction", a);
    }
    store_abort(&t);
}

/* Does a code that was told open a bundle? The device that asks is made up. */
static void look_code(struct world *w, const struct ack *a)
{
    struct bundle_buffer req = {.cap = 1 << 20}, ans = {.cap = 1 << 20};
    struct join *j = calloc(1, sizeof *j);
    uint8_t doc[CAP_TRUST_BYTES];
    const char *problem = NULL;
    struct now now = pair_now(&w->p);
    enum st st = join_begin(j, str_c(a->text), pair_trust(&w->p, doc), &w->err);
    st = st != ST_OK ? st : join_request(j, &now, bundle_buffer_sink, &req, &w->err);
    st = st != ST_OK ? st
                     : hq_exchange(w->p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans,
                                   &problem, &w->err);
    if (st != ST_OK) {
        lost(w, "code", a);
    }
    join_end(j);
    free(j);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
}

static void look(struct world *w, const struct ack *a)
{
    w->told++;
    switch (a->kind) {
    case ACK_ENTRY:
        find_entry(w, w->d.store, a, "entry");
        break;
    case ACK_HQ:
        find_entry(w, w->p.hq->store, a, "entry of headquarters");
        break;
    case ACK_SENT:
        find_entry(w, w->p.hq->store, a, "entry that headquarters answered for");
        break;
    case ACK_DRAFT:
        look_draft(w, a);
        break;
    case ACK_PIN:
        look_pin(w, a);
        break;
    case ACK_FORGOT:
        look_forgot(w, a);
        break;
    case ACK_COMPACT:
        look_compact(w, a);
        break;
    case ACK_CODE:
        look_code(w, a);
        break;
    case ACK_FOUNDED:
    case ACK_INIT:
    case ACK_EPOCH:
        break; /* below */
    }
}

/* --- everything
 * ---------------------------------------------------------------------------------- */

/* Entries that the handheld shows as received by headquarters. */
static void receipts_are_true(struct world *w)
{
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    bytes key, none = {NULL, 0}, whole;
    static h32 sure[512];
    unsigned n = 0;
    if (store_read(w->d.store, &t, NULL) != ST_OK ||
        store_scan(t, T_ENTRY, none, none, &c, NULL) != ST_OK) {
        store_abort(&t);
        return;
    }
    while (store_next(c, &key) == ST_OK && n < 512) {
        struct arena a = arena_of(w->d.scratch, CAP_SCRATCH_BYTES / 2);
        struct arena tmp = arena_of(w->d.scratch + CAP_SCRATCH_BYTES / 2, CAP_SCRATCH_BYTES / 2);
        struct entry_view e;
        enum sync_place place;
        if (store_value(c, &a, &whole, NULL) == ST_OK &&
            entry_parse(whole, &e, NULL, NULL) == ST_OK &&
            sync_place_of(t, w->d.journal.head.author, e.hash, tmp, &place, NULL) == ST_OK &&
            place == SYNC_HQ) {
            sure[n++] = e.hash;
        }
    }
    store_scan_end(&c);
    store_abort(&t);
    for (unsigned i = 0; i < n; i++) {
        struct ack a = {.kind = ACK_SENT, .hash = sure[i]};
        find_entry(w, w->p.hq->store, &a, "entry with a receipt");
    }
}

/* What was signed keeps its evidence at headquarters, whoever is forgotten: report and facts. */
static void evidence_is_kept(struct world *w)
{
    struct store_txn *t = NULL;
    struct arena a = arena_of(w->d.scratch, CAP_SCRATCH_BYTES);
    struct entry_view e;
    bytes content;
    bool kept = store_read(w->p.hq->store, &t, NULL) == ST_OK &&
                journal_get(t, w->voucher, &a, &e, NULL) == ST_OK && e.natt >= 2;
    for (unsigned i = 0; kept && i < 2; i++) {
        kept = store_att_get(t, entry_att(&e, i), &a, NULL, &content, NULL) == ST_OK;
    }
    if (!kept) {
        lost(w, "evidence of a voucher", &(struct ack){.kind = ACK_HQ, .hash = w->voucher});
    }
    store_abort(&t);
}

/* The digest without what a revocation cuts off: it is evidence at headquarters alone. */
static h32 digest(struct world *w, struct store *s, id16 subject)
{
    struct store_txn *t = NULL;
    struct arena a = arena_of(w->d.scratch, CAP_SCRATCH_BYTES);
    struct subject_state state;
    h32 out = {{0}};
    bytes encoded;
    uint8_t *buf = malloc(CAP_STATE_BYTES);
    if (buf != NULL && store_read(s, &t, NULL) == ST_OK &&
        fold_fresh(t, subject, &a, &state, &encoded, &out, NULL) == ST_OK && state.nbad != 0) {
        state.nbad = 0;
        if (fold_encode(&state, buf, CAP_STATE_BYTES, &encoded) == ST_OK) {
            hash32(encoded, out.b);
        }
    }
    store_abort(&t);
    free(buf);
    return out;
}

static bool same(struct world *w, struct store *a, struct store *b, id16 subject)
{
    h32 here = digest(w, a, subject), there = digest(w, b, subject);
    return h32_eq(here, there) &&
           h32_eq(here, pair_digest(&w->p, a, subject, NULL)); /* kept as it folds */
}

/* Does headquarters take the device to hold it? A job that is over goes to no new one. */
static bool holds(struct world *w, id8 author, id16 subject)
{
    struct store_txn *t = NULL;
    bool yes = store_read(w->p.hq->store, &t, NULL) == ST_OK && hq_scope_has(t, author, subject);
    store_abort(&t);
    return yes;
}

static bool revoked(const struct world *w, id8 author)
{
    const struct hq_device *d = hq_device(w->p.hq, author);
    return d != NULL && d->revoked;
}

/* Work goes on, and both sides come to the same. */
static void goes_on(struct world *w, struct pair_device *d, const char *which)
{
    const id16 all[] = {w->job, w->other, w->customer, w->second, w->who};
    struct store_txn *t = NULL;
    struct sync_status s;
    if (revoked(w, d->journal.head.author)) {
        return;
    }
    if (scene_sync(w, d) != ST_OK || scene_sync(w, d) != ST_OK) {
        scene_bad(w, "%s does not sync: %s", which, w->err.text);
        return;
    }
    memset(&s, 0, sizeof s);
    if (store_read(d->store, &t, NULL) != ST_OK ||
        sync_status(t, d->journal.head.author, arena_of(d->scratch, CAP_SCRATCH_BYTES), &s,
                    &w->err) != ST_OK ||
        s.unsent + s.wanted + s.quarantined != 0) {
        scene_bad(w, "%s: unsent %llu, wanted %llu, kept aside %llu", which,
                  (unsigned long long)s.unsent, (unsigned long long)s.wanted,
                  (unsigned long long)s.quarantined);
    }
    store_abort(&t);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (holds(w, d->journal.head.author, all[i]) &&
            !same(w, d->store, w->p.hq->store, all[i])) {
            scene_bad(w, "%s and headquarters differ on subject %zu", which, i);
        }
    }
}

static void judge_new_device(struct world *w, enum scene_device which, bool founded)
{
    struct pair_device n;
    char slots[200];
    bool has_secret = scene_device(w, which, &n);
    snprintf(slots, sizeof slots, "%s/slots", n.dir);
    if (!founded && access(slots, F_OK) != 0) {
        return;
    }
    n.scratch = malloc(CAP_SCRATCH_BYTES);
    if (!has_secret || scene_unlock(w, &n, scene_pins[0]) != ST_OK) {
        if (founded) {
            scene_bad(w, "the new device does not open: %s", w->err.text);
            w->lost++;
        }
    } else {
        goes_on(w, &n, "the new device");
        check_store(w, n.store, "the new device");
        pair_close_device(&n);
    }
    free(n.scratch);
}

static void judge_new_hq(struct world *w, bool made)
{
    char dir[160];
    scene_path(w, "init", dir);
    if (!made && access(dir, F_OK) != 0) {
        return;
    }
    struct hq_options o = {
        .dir = dir, .map_bytes = PAIR_MAP, .clock = {.read = pair_clock, .ctx = &w->p}};
    struct hq *hq = NULL;
    if (hq_open(&o, &hq, &w->err) != ST_OK) {
        scene_bad(w, "the new headquarters does not open: %s", w->err.text);
        w->lost += made;
        return;
    }
    check_store(w, hq->store, "the new headquarters");
    hq_close(&hq);
}

static bool told(const struct world *w, enum ack_kind kind, unsigned n)
{
    bool any = false;
    for (unsigned i = 0; i < w->nacks; i++) {
        any = any || (w->acks[i].kind == kind && w->acks[i].n == n);
    }
    return any;
}

void scene_judge(struct world *w)
{
    int failures = check_failures;
    w->told = w->lost = 0;
    w->err.text[0] = '\0';
    enum st st = scene_open(w, SCENE_HQ);
    st = st != ST_OK ? st : scene_open(w, SCENE_DEVICE);
    if (st != ST_OK) {
        scene_bad(w, "does not open again: %s: %s", st_name(st), w->err.text);
        w->lost += w->nacks;
        scene_close(w);
        return;
    }
    unsigned n = w->nacks; /* what follows acknowledges too */
    check_store(w, w->d.store, "the handheld");
    check_store(w, w->p.hq->store, "headquarters");
    for (unsigned i = 0; i < n; i++) {
        look(w, &w->acks[i]);
    }
    if (!w->restored) {
        receipts_are_true(w);
    }
    evidence_is_kept(w);
    if (!revoked(w, w->d.journal.head.author)) {
        if (scene_append(w, F_JOB_PHONE, "13600000000", 20000, NULL) != ST_OK) {
            scene_bad(w, "nothing can be written any more: %s", w->err.text);
        }
    }
    goes_on(w, &w->d, "the handheld");
    receipts_are_true(w);
    for (unsigned i = 0; i < SCENE_DEVICES; i++) {
        judge_new_device(w, (enum scene_device)i, told(w, ACK_FOUNDED, i));
    }
    judge_new_hq(w, told(w, ACK_INIT, 0));
    for (unsigned i = 0; i < n; i++) { /* and a sync has not taken any of it away */
        if (w->acks[i].kind <= ACK_SENT) {
            look(w, &w->acks[i]);
        }
    }
    check_store(w, w->d.store, "the handheld after a sync");
    check_store(w, w->p.hq->store, "headquarters after a sync");
    scene_close(w);
    w->bad += (unsigned)(check_failures - failures);
}

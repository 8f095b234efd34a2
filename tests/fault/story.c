/* story.c - the story of story.h: founding, growth, attachments, receipts, drafts, a
 * change of key, forgetting and compaction; headquarters beside it. */
#include "tests/fault/story.h"

#include "sync/hq/hq_forget.h"

struct story *story_live;

static size_t now_at(const struct story *s, enum story_side side)
{
    return s->log[side].n;
}

static struct promise *say(struct story *s, enum story_side side, enum promise_kind kind)
{
    if (s->npromises == PROMISES_MAX) {
        CHECK(!"more was said than there is room for");
        s->npromises--;
    }
    struct promise *f = &s->promises[s->npromises++];
    *f = (struct promise){.side = side, .kind = kind, .from = now_at(s, side), .until = SIZE_MAX};
    return f;
}

/* What was said of this kind is about to change: it holds up to here. */
static void unsay(struct story *s, enum story_side side, enum promise_kind kind, h32 hash)
{
    for (unsigned i = 0; i < s->npromises; i++) {
        struct promise *f = &s->promises[i];
        if (f->side == side && f->kind == kind && f->until == SIZE_MAX && h32_eq(f->hash, hash)) {
            f->until = now_at(s, side);
        }
    }
}

static void say_head(struct story *s, enum story_side side, const struct chain_head *h)
{
    struct promise *f = say(s, side, PROMISE_ENTRY);
    f->author = h->author;
    f->epoch = h->epoch;
    f->n = h->seq;
    f->hash = h->hash;
}

static void saved(struct story *s)
{
    say_head(s, STORY_DEVICE, &s->d.journal.head);
}

static void hq_said(struct story *s)
{
    say_head(s, STORY_HQ, &s->p.hq->journal.head);
}

/* --- founding -----------------------------------------------------------------------------------
 */

static void found_hq(struct story *s)
{
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    pair_begin(&s->p);
    say(s, STORY_HQ, PROMISE_FOUNDED);
    s->who = pair_record(&s->p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    hq_said(s);
    s->customer = pair_record(&s->p, SUBJECT_CUSTOMER, NULL, 0, "Golden Lotus", F_CUSTOMER_NAME);
    s->job = pair_job(&s->p, s->customer, "no cooling");
    pair_assign(&s->p, s->job, s->who);
    hq_said(s);
}

/* pair_join with a mark at each promise; the joining is kept, for states before the founding. */
static void join(struct story *s)
{
    struct pair *p = &s->p;
    struct pair_device *d = &s->d;
    struct hq_invite inv = {.person = s->who, .role = ROLE_TECHNICIAN, .prefix = "D1"};
    struct bundle_buffer req = {.cap = 1 << 20}, ans = {.cap = 1 << 20};
    char code[20], secret[160]; /* beside the store: apart enough for a power cut */
    int64_t until;
    uint8_t doc[CAP_TRUST_BYTES];
    const char *problem;
    struct now now = pair_now(p);
    s->join = calloc(1, sizeof *s->join);
    d->scratch = malloc(CAP_SCRATCH_BYTES);
    d->person = s->who;
    pair_dir(d->dir, sizeof d->dir, "device");
    snprintf(secret, sizeof secret, "%s-secret", d->dir);
    PAIR_OK(p, device_secret_load(secret, true, d->secret, &p->err));
    memcpy(say(s, STORY_DEVICE, PROMISE_SECRET)->hash.b, d->secret, 32);
    PAIR_OK(p, hq_join_invite(p->hq, &inv, code, &until, &p->err));
    PAIR_OK(p, join_begin(s->join, str_c(code), pair_trust(p, doc), &p->err));
    PAIR_OK(p, join_request(s->join, &now, bundle_buffer_sink, &req, &p->err));
    PAIR_OK(
        p, hq_exchange(p->hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p->err));
    PAIR_OK(p, join_answer(s->join, bytes_of(ans.p, ans.n), &p->err));
    say(s, STORY_HQ, PROMISE_CERTIFIED)->author = key_id(s->join->keys.sign_pk);
    PAIR_OK(p, join_found(s->join, d->dir, str_bytes(S("1234")), d->secret, PAIR_MAP, &now,
                          arena_of(d->scratch, CAP_SCRATCH_BYTES), &p->err));
    say(s, STORY_DEVICE, PROMISE_FOUNDED);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    pair_open_device(p, d);
    saved(s);
}

static void slots_of(const struct story *s, char out[static 160])
{
    snprintf(out, 160, "%s/slots", s->d.dir);
}

/* The data key through one slot, and through it again under another secret: a change of key. */
static void change_key(struct story *s, bool first)
{
    char slots[160];
    struct slots_keys *keys = sodium_malloc(sizeof *keys);
    struct now now = pair_now(&s->p);
    slots_of(s, slots);
    PAIR_OK(&s->p, first ? slots_enter(slots, SLOT_PIN, str_bytes(S("1234")), s->d.secret, &now,
                                       keys, &s->p.err)
                         : slots_enter(slots, SLOT_KEYFILE, (bytes){NULL, 0}, s->secrets[0], &now,
                                       keys, &s->p.err));
    unsay(s, STORY_DEVICE, PROMISE_KEY, (h32){{0}});
    PAIR_OK(&s->p, slots_change(slots, SLOT_KEYFILE, (bytes){NULL, 0}, s->secrets[first ? 0 : 1],
                                keys, &s->p.err));
    say(s, STORY_DEVICE, PROMISE_KEY)->n = first ? 0 : 1;
    sodium_free(keys);
}

/* --- work ---------------------------------------------------------------------------------------
 */

static void sync_both(struct story *s)
{
    struct pair *p = &s->p;
    struct exchange_result res;
    unsigned rounds = 0;
    do {
        struct bundle_buffer req = {.cap = 64 << 20}, ans = {.cap = 64 << 20};
        const char *problem;
        struct now now = pair_now(p);
        memset(&res, 0, sizeof res);
        PAIR_OK(p, exchange_request(&s->d.journal, NULL, &now, bundle_buffer_sink, &req, &res,
                                    &p->err));
        PAIR_OK(p, hq_exchange(p->hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem,
                               &p->err));
        size_t sent = now_at(s, STORY_HQ); /* the answer, and the receipt in it, left here */
        PAIR_OK(p, exchange_answer(&s->d.journal, bytes_of(ans.p, ans.n), &now, &res, &p->err));
        if (res.receipts != 0 && res.unsent == 0) {
            say_head(s, STORY_HQ, &s->d.journal.head);
            s->promises[s->npromises - 1].from = sent;
            say_head(s, STORY_DEVICE, &s->d.journal.head);
            s->promises[s->npromises - 1].kind = PROMISE_RECEIPT;
        }
        bundle_buffer_drop(&req);
        bundle_buffer_drop(&ans);
    } while (res.again && ++rounds < EXCHANGE_ROUNDS);
    CHECK_INT(res.unsent, 0);
}

/* An entry with attachments of these lengths (of an unknown kind: it is kept whatever it means). */
static void with_photos(struct story *s, id16 subject, const size_t *lengths, unsigned n)
{
    static uint8_t content[200 * 1024];
    struct append_att atts[8] = {0};
    h32 hash;
    struct now now = pair_now(&s->p);
    for (size_t i = 0; i < sizeof content; i++) {
        content[i] = (uint8_t)(i * 7 + i / 251 + s->npromises);
    }
    for (unsigned i = 0; i < n; i++) {
        atts[i] = (struct append_att){.type = ATT_PHOTO, .content = {content + i, lengths[i]}};
    }
    struct append what = {
        .kind = 900, .subject_type = SUBJECT_JOB, .subject = subject, .atts = atts, .natt = n};
    PAIR_OK(&s->p, journal_append(&s->d.journal, &what, &now, &hash, &s->p.err));
    saved(s);
    for (unsigned i = 0; i < n; i++) {
        say(s, STORY_DEVICE, PROMISE_ATT)->hash = atts[i].name;
    }
}

static void draft(struct story *s, uint8_t first)
{
    uint8_t key[20], text[3000];
    struct store_txn *t = NULL;
    memcpy(key, s->job.b, 16);
    memcpy(key + 16, "note", 4);
    memset(text, first, sizeof text);
    unsay(s, STORY_DEVICE, PROMISE_DRAFT, (h32){{0}});
    PAIR_OK(&s->p, store_write(s->d.store, &t, &s->p.err));
    PAIR_OK(&s->p, store_put(t, T_DRAFT, bytes_of(key, sizeof key), bytes_of(text, sizeof text),
                             &s->p.err));
    PAIR_OK(&s->p, store_commit(&t, &s->p.err));
    say(s, STORY_DEVICE, PROMISE_DRAFT)->n = first;
}

static void day(struct story *s, unsigned n)
{
    static const unsigned steps[] = {KIND_VISIT_ACCEPTED, KIND_VISIT_TRAVELLING,
                                     KIND_VISIT_ARRIVED};
    static const size_t small[] = {300, 9000}, large[] = {70000, 15000, 180000};
    id8 visit = {{(uint8_t)(n + 1)}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        pair_step(&s->p, &s->d, s->job, steps[i], visit);
        saved(s);
    }
    draft(s, (uint8_t)(2 * n + 1));
    with_photos(s, s->job, small, 2);
    if (n % 2 == 0) {
        with_photos(s, s->job, large, n % 4 == 0 ? 3 : 1);
    }
    draft(s, (uint8_t)(2 * n + 2));
    pair_write(&s->p, &s->d, s->job, F_JOB_CONTACT, n % 2 == 0 ? "Ms Chen" : "Mr Wang");
    saved(s);
    pair_job(&s->p, s->customer, "it leaks");
    hq_said(s);
    if (n % 3 == 0) {
        sync_both(s);
    }
}

/* --- forgetting ---------------------------------------------------------------------------------
 */

static void unsay_gone(struct story *s, enum story_side side)
{
    struct store *store = side == STORY_HQ ? s->p.hq->store : s->d.store;
    struct store_txn *t = NULL;
    PAIR_OK(&s->p, store_read(store, &t, &s->p.err));
    unsigned n = s->npromises;
    for (unsigned i = 0; i < n; i++) {
        struct promise f = s->promises[i];
        if (f.kind == PROMISE_ATT && f.side == STORY_DEVICE && f.until == SIZE_MAX &&
            store_att_state(t, f.hash) == ATT_FORGOTTEN) {
            struct promise *gone = say(s, side, PROMISE_GONE);
            gone->hash = f.hash;
        }
    }
    store_abort(&t);
}

static void forget(struct story *s)
{
    struct hq_forgotten out;
    struct append by = {.kind = KIND_FORGOTTEN};
    char slots[160];
    uint8_t *room = sodium_malloc(64);
    struct now now = pair_now(&s->p);
    PAIR_OK(&s->p, hq_forget(s->p.hq, s->customer, &by, &out, &s->p.err));
    CHECK(out.erased > 4);
    hq_said(s);
    unsay_gone(s, STORY_HQ);
    size_t before = now_at(s, STORY_DEVICE);
    sync_both(s);
    unsay_gone(s, STORY_DEVICE);
    for (unsigned i = 0; i < s->npromises; i++) { /* they went somewhere in that exchange */
        struct promise *f = &s->promises[i];
        bool gone = false;
        for (unsigned k = 0; k < s->npromises && f->kind == PROMISE_ATT; k++) {
            gone = gone || (s->promises[k].kind == PROMISE_GONE && s->promises[k].side == f->side &&
                            h32_eq(s->promises[k].hash, f->hash));
        }
        f->until = gone && f->until > before ? before : f->until;
    }
    unsay(s, STORY_DEVICE, PROMISE_DRAFT, (h32){{0}});
    for (unsigned i = 0; i < s->npromises; i++) {
        struct promise *f = &s->promises[i];
        f->until = f->kind == PROMISE_DRAFT && f->until > before ? before : f->until;
    }
    slots_of(s, slots);
    PAIR_OK(&s->p, slots_open_wrap(slots, SLOT_KEYFILE, (bytes){NULL, 0}, s->secrets[1],
                                   now.wall_ms, room, room + 32, &s->p.err));
    PAIR_OK(&s->p, store_compact(s->d.store, SLOT_KEYFILE, room + 32, &s->p.err));
    PAIR_OK(&s->p, journal_reload(&s->d.journal, &s->p.err));
    sodium_free(room);
}

void story_tell(struct story *s, unsigned days, bool deaf)
{
    char first[128];
    memset(s, 0, sizeof *s);
    CHECK(sodium_init() >= 0);
    pair_dir(first, sizeof first, "none");
    snprintf(s->base, sizeof s->base, "%.*s", (int)(strrchr(first, '/') - first), first);
    disk_log_begin(&s->log[STORY_DEVICE], s->base, "device-");
    disk_log_begin(&s->log[STORY_HQ], s->base, "hq-");
    s->log[STORY_DEVICE].deaf = s->log[STORY_HQ].deaf = deaf;
    randombytes_buf(s->secrets, sizeof s->secrets);
    story_live = s;
    found_hq(s);
    join(s);
    change_key(s, true);
    sync_both(s);
    for (unsigned i = 0; i < days; i++) {
        day(s, i);
    }
    change_key(s, false);
    sync_both(s);
    forget(s);
    day(s, days);
    sync_both(s);
    pair_close_device(&s->d);
    hq_close(&s->p.hq);
    story_live = NULL;
}

void story_free(struct story *s)
{
    for (unsigned i = 0; i < STORY_SIDES; i++) {
        disk_log_free(&s->log[i]);
    }
    join_end(s->join);
    free(s->join);
    free(s->d.scratch);
}

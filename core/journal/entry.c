/* entry.c - one entry's form: parsed, encoded, signed. ENTRY.md says what and why. */
#include "core/journal/entry.h"

#include "core/codec/cbor.h"
#include "core/codec/cose.h"
#include "core/codec/hash.h"

#define ATT_ITEM_BYTES 34
#define MS_MAX ((int64_t)1 << 47) /* what a hybrid time can hold; the year 6429 */
#define OFFSET_MAX 1440           /* minutes; no zone is a day away */

enum key {
    K_EPOCH = 1,
    K_SEQ,
    K_PREV,
    K_TIME,
    K_WALL,
    K_BOOT,
    K_SUBJECT,
    K_KIND,
    K_BODY,
    K_ATTS,
    K_EVIDENCE,
    K_ACTOR
};
enum evidence_key { EK_BOOT = 1, EK_RECEIPT, EK_OFFSET };

#define REQUIRED                                                                                   \
    (1U << K_EPOCH | 1U << K_SEQ | 1U << K_TIME | 1U << K_BOOT | 1U << K_SUBJECT | 1U << K_KIND)

static const uint8_t empty_body[1] = {0xA0};

/* ---- parse ---------------------------------------------------------------------------------- */

static const char *body_rule(bytes body)
{
    struct cbor_r r = cbor_r_init(body);
    if (cbor_peek(&r) != CBOR_MAP) {
        return "body is no map";
    }
    struct cbor_map m = cbor_map_begin(&r);
    for (int64_t key; cbor_map_next(&m, &key);) {
        if (key < 0) {
            return "body key";
        }
    }
    return cbor_done(&r) == ST_OK ? NULL : "body key";
}

static const char *take_subject(struct cbor_r *r, struct entry_view *e)
{
    if (cbor_get_array(r) != 2) {
        return "subject";
    }
    uint64_t type = cbor_get_uint(r);
    cbor_get_bytes_n(r, e->subject.b, sizeof e->subject.b);
    if (r->st != ST_OK || type == 0 || type > 255) {
        return "subject";
    }
    e->subject_type = (enum subject_type)type;
    return NULL;
}

static const char *take_atts(struct cbor_r *r, struct entry_view *e)
{
    size_t n = cbor_get_array(r);
    if (r->st != ST_OK || n == 0 || n > CAP_ENTRY_ATTACHMENTS) {
        return "number of attachments";
    }
    e->atts = r->p;
    e->natt = (unsigned)n;
    for (size_t i = 0; i < n; i++) {
        if (cbor_get_bytes(r).n != 32) {
            return "attachment hash";
        }
    }
    return NULL;
}

static const char *take_evidence(struct cbor_r *r, struct entry_evidence *ev)
{
    struct cbor_map m = cbor_map_begin(r);
    if (m.left == 0) {
        return "evidence empty";
    }
    for (int64_t key; cbor_map_next(&m, &key);) {
        if (key == EK_BOOT) {
            cbor_get_bytes_n(r, ev->boot_id, sizeof ev->boot_id);
            ev->has_boot = true;
        } else if (key == EK_RECEIPT) {
            size_t n = cbor_get_array(r);
            uint64_t ms = cbor_get_uint(r);
            cbor_get_bytes_n(r, ev->receipt.b, sizeof ev->receipt.b);
            if (n != 2 || ms >= (uint64_t)MS_MAX) {
                return "evidence receipt";
            }
            ev->receipt_ms = (int64_t)ms;
            ev->has_receipt = true;
        } else if (key == EK_OFFSET) {
            int64_t min = cbor_get_int(r);
            if (min < -OFFSET_MAX || min > OFFSET_MAX) {
                return "evidence offset";
            }
            ev->utc_offset_minutes = (int16_t)min;
            ev->has_offset = true;
        } else {
            return "evidence key";
        }
    }
    return r->st == ST_OK ? NULL : "evidence";
}

static const char *take_actor(struct cbor_r *r, struct entry_view *e)
{
    size_t n = cbor_get_array(r);
    cbor_get_bytes_n(r, e->actor.b, sizeof e->actor.b);
    uint64_t role = cbor_get_uint(r);
    if (r->st != ST_OK || n != 2 || id16_zero(e->actor) || role == 0 || role > 255) {
        return "actor";
    }
    e->actor_role = (enum role)role;
    return NULL;
}

static const char *take_number(struct cbor_r *r, int64_t key, struct entry_view *e, int64_t *skew)
{
    uint64_t v;
    switch (key) {
    case K_SEQ:
        e->seq = cbor_get_uint(r);
        return r->st == ST_OK && e->seq != 0 ? NULL : "sequence";
    case K_TIME:
        e->time = cbor_get_uint(r);
        return r->st == ST_OK ? NULL : "time";
    case K_WALL:
        *skew = cbor_get_int(r);
        return r->st == ST_OK && *skew != 0 && *skew > -MS_MAX && *skew < MS_MAX ? NULL
                                                                                 : "wall time";
    case K_BOOT:
        v = cbor_get_uint(r);
        e->boot_ms = (int64_t)v;
        return r->st == ST_OK && v < (uint64_t)MS_MAX ? NULL : "boot time";
    default: /* K_KIND */
        v = cbor_get_uint(r);
        e->kind = (unsigned)v;
        return r->st == ST_OK && v != 0 && v <= 65535 ? NULL : "kind";
    }
}

static const char *take(struct cbor_r *r, int64_t key, struct entry_view *e, int64_t *skew)
{
    switch (key) {
    case K_EPOCH:
        cbor_get_bytes_n(r, e->epoch.b, sizeof e->epoch.b);
        return r->st == ST_OK ? NULL : "epoch";
    case K_PREV:
        cbor_get_bytes_n(r, e->prev.b, sizeof e->prev.b);
        return r->st == ST_OK ? NULL : "previous hash";
    case K_SUBJECT:
        return take_subject(r, e);
    case K_BODY:
        e->body = cbor_raw(r);
        if (bytes_eq(e->body, bytes_of(empty_body, 1))) {
            return "body empty";
        }
        return body_rule(e->body);
    case K_ATTS:
        return take_atts(r, e);
    case K_EVIDENCE:
        return take_evidence(r, &e->evidence);
    case K_ACTOR:
        return take_actor(r, e);
    default:
        return take_number(r, key, e, skew);
    }
}

/* Reads a payload whose CBOR was checked: now, or before it was kept. */
static enum st take_payload(struct entry_view *e, const char **rule)
{
    e->body = bytes_of(empty_body, 1);
    struct cbor_r r = cbor_r_init(e->payload);
    struct cbor_map m = cbor_map_begin(&r);
    unsigned seen = 0;
    int64_t skew = 0;
    for (int64_t key; cbor_map_next(&m, &key);) {
        if (key < K_EPOCH) {
            *rule = "payload key";
            return ST_BAD_FORM;
        }
        if (key > K_ACTOR) {
            *rule = "unknown payload key";
            return ST_NEWER;
        }
        const char *broken = take(&r, key, e, &skew);
        if (broken != NULL) {
            *rule = broken;
            return ST_BAD_FORM;
        }
        seen |= 1U << key;
    }
    if (cbor_done(&r) != ST_OK || (seen & REQUIRED) != REQUIRED) {
        *rule = "payload keys";
        return ST_BAD_FORM;
    }
    if ((e->seq == 1) == ((seen & 1U << K_PREV) != 0)) {
        *rule = "previous hash";
        return ST_BAD_FORM;
    }
    if (e->body.n > CAP_BODY_BYTES) {
        *rule = "body too long";
        return ST_TOO_BIG;
    }
    e->wall_ms = hlc_ms(e->time) + skew;
    return ST_OK;
}

enum st entry_parse(bytes in, struct entry_view *out, size_t *used, const char **rule)
{
    const char *ignored;
    if (rule == NULL) {
        rule = &ignored;
    }
    memset(out, 0, sizeof *out);
    *rule = "";
    struct cose_view v;
    size_t n = in.n;
    enum st st = cose_open(in, used != NULL ? CBOR_SEQUENCE_ITEM : 0, &v, &n, rule);
    if (used != NULL) {
        *used = 0;
    }
    if (st == ST_INCOMPLETE && in.n >= CAP_ENTRY_BYTES) {
        st = ST_TOO_BIG;
        *rule = "entry too long";
    }
    if (st != ST_OK) {
        return st;
    }
    if (v.whole.n > CAP_ENTRY_BYTES) {
        *rule = "entry too long";
        return ST_TOO_BIG;
    }
    struct entry_view e = {.whole = v.whole, .payload = v.payload};
    memcpy(e.author.b, v.kid, sizeof e.author.b);
    st = cbor_check(e.payload, CBOR_NO_TEXT, NULL, rule);
    if (st == ST_OK) {
        st = take_payload(&e, rule);
    }
    if (st != ST_OK) {
        return st;
    }
    hash32(e.whole, e.hash.b);
    if (used != NULL) {
        *used = v.whole.n;
    }
    *out = e;
    return ST_OK;
}

enum st entry_kept(bytes whole, h32 hash, struct entry_view *out)
{
    const char *rule;
    memset(out, 0, sizeof *out);
    struct cbor_r r = cbor_r_init(whole);
    cbor_get_tag18(&r);
    size_t parts = cbor_get_array(&r);
    bytes prot = cbor_get_bytes(&r);
    size_t unprotected = cbor_get_map(&r);
    struct entry_view e = {.whole = whole, .hash = hash, .payload = cbor_get_bytes(&r)};
    bytes sig = cbor_get_bytes(&r);
    if (cbor_done(&r) != ST_OK || parts != 4 || unprotected != 0 || sig.n != COSE_SIG_BYTES ||
        prot.n < sizeof e.author.b || whole.n > CAP_ENTRY_BYTES) {
        return ST_CORRUPT;
    }
    memcpy(e.author.b, prot.p + prot.n - sizeof e.author.b, sizeof e.author.b); /* it ends in it */
    if (take_payload(&e, &rule) != ST_OK) {
        return ST_CORRUPT;
    }
    *out = e;
    return ST_OK;
}

h32 entry_att(const struct entry_view *e, unsigned i)
{
    h32 h = {{0}};
    if (i < e->natt) {
        memcpy(h.b, e->atts + (size_t)i * ATT_ITEM_BYTES + 2, sizeof h.b);
    }
    return h;
}

enum st entry_verify(const struct entry_view *e, const uint8_t deployment[static 16],
                     const uint8_t pk[static 32])
{
    struct cose_view v;
    if (cose_open(e->whole, 0, &v, NULL, NULL) != ST_OK) {
        return ST_BAD_SIGNATURE;
    }
    return cose_verify(&v, COSE_ENTRY, deployment, pk);
}

/* ---- make ----------------------------------------------------------------------------------- */

/* What this entry must say: what changed since the chain said it last, or all of it. */
static struct entry_evidence news(const struct entry_evidence *said,
                                  const struct entry_evidence *cur, bool full)
{
    struct entry_evidence n = *cur;
    if (full) {
        return n;
    }
    if (said->has_boot && memcmp(said->boot_id, cur->boot_id, sizeof cur->boot_id) == 0) {
        n.has_boot = false;
    }
    if (said->has_receipt && h32_eq(said->receipt, cur->receipt) &&
        said->receipt_ms == cur->receipt_ms) {
        n.has_receipt = false;
    }
    if (said->has_offset && said->utc_offset_minutes == cur->utc_offset_minutes) {
        n.has_offset = false;
    }
    return n;
}

static size_t evidence_count(const struct entry_evidence *ev)
{
    return (size_t)ev->has_boot + (size_t)ev->has_receipt + (size_t)ev->has_offset;
}

static void put_evidence(struct cbor_w *w, const struct entry_evidence *ev)
{
    cbor_put_map(w, evidence_count(ev));
    if (ev->has_boot) {
        cbor_put_uint(w, EK_BOOT);
        cbor_put_bytes(w, bytes_of(ev->boot_id, sizeof ev->boot_id));
    }
    if (ev->has_receipt) {
        cbor_put_uint(w, EK_RECEIPT);
        cbor_put_array(w, 2);
        cbor_put_uint(w, (uint64_t)ev->receipt_ms);
        cbor_put_bytes(w, bytes_of(ev->receipt.b, sizeof ev->receipt.b));
    }
    if (ev->has_offset) {
        cbor_put_uint(w, EK_OFFSET);
        cbor_put_int(w, ev->utc_offset_minutes);
    }
}

static void put_optional(struct cbor_w *w, const struct entry_draft *d, bool has_body,
                         const struct entry_evidence *ev)
{
    if (has_body) {
        cbor_put_uint(w, K_BODY);
        cbor_put_raw(w, d->body);
    }
    if (d->natt > 0) {
        cbor_put_uint(w, K_ATTS);
        cbor_put_array(w, d->natt);
        for (unsigned i = 0; i < d->natt; i++) {
            cbor_put_bytes(w, bytes_of(d->atts[i].b, sizeof d->atts[i].b));
        }
    }
    if (evidence_count(ev) > 0) {
        cbor_put_uint(w, K_EVIDENCE);
        put_evidence(w, ev);
    }
    if (!id16_zero(d->actor)) {
        cbor_put_uint(w, K_ACTOR);
        cbor_put_array(w, 2);
        cbor_put_bytes(w, bytes_of(d->actor.b, sizeof d->actor.b));
        cbor_put_uint(w, (uint64_t)d->actor_role);
    }
}

static enum st encode(const struct chain_head *head, const struct entry_draft *d,
                      const struct now *now, hlc time, const struct entry_evidence *ev,
                      struct cbor_w *w, bytes *payload)
{
    bool has_body = d->body.n > 0 && !bytes_eq(d->body, bytes_of(empty_body, 1));
    bool has_prev = head->seq > 0;
    int64_t skew = now->wall_ms - hlc_ms(time);
    size_t pairs = 6 + (size_t)has_prev + (size_t)(skew != 0) + (size_t)has_body +
                   (size_t)(d->natt > 0) + (size_t)(evidence_count(ev) > 0) +
                   (size_t)!id16_zero(d->actor);
    cbor_put_map(w, pairs);
    cbor_put_uint(w, K_EPOCH);
    cbor_put_bytes(w, bytes_of(head->epoch.b, sizeof head->epoch.b));
    cbor_put_uint(w, K_SEQ);
    cbor_put_uint(w, head->seq + 1);
    if (has_prev) {
        cbor_put_uint(w, K_PREV);
        cbor_put_bytes(w, bytes_of(head->hash.b, sizeof head->hash.b));
    }
    cbor_put_uint(w, K_TIME);
    cbor_put_uint(w, time);
    if (skew != 0) {
        cbor_put_uint(w, K_WALL);
        cbor_put_int(w, skew);
    }
    cbor_put_uint(w, K_BOOT);
    cbor_put_uint(w, (uint64_t)now->boot_ms);
    cbor_put_uint(w, K_SUBJECT);
    cbor_put_array(w, 2);
    cbor_put_uint(w, (uint64_t)d->subject_type);
    cbor_put_bytes(w, bytes_of(d->subject.b, sizeof d->subject.b));
    cbor_put_uint(w, K_KIND);
    cbor_put_uint(w, d->kind);
    put_optional(w, d, has_body, ev);
    return cbor_w_done(w, payload) == ST_OK ? ST_OK : ST_TOO_BIG;
}

static enum st check_draft(const struct entry_draft *d, const struct now *now, struct err *err)
{
    if (d->body.n > CAP_BODY_BYTES || d->natt > CAP_ENTRY_ATTACHMENTS) {
        return err_set(err, ST_TOO_BIG, 0, "entry_make", "body or list of attachments too long");
    }
    const char *rule = "";
    if (d->body.n > 0 && (cbor_check(d->body, CBOR_NO_TEXT, NULL, &rule) != ST_OK ||
                          (rule = body_rule(d->body)) != NULL)) {
        return err_set(err, ST_BAD_FORM, 0, "entry_make", "body of kind %u: %s", d->kind, rule);
    }
    if (now->boot_ms < 0 || now->boot_ms >= MS_MAX || now->wall_ms <= -MS_MAX / 2 ||
        now->wall_ms >= MS_MAX / 2) {
        return err_set(err, ST_BUG, 0, "entry_make", "the clock's reading is out of range");
    }
    return ST_OK;
}

enum st entry_make(struct chain_head *head, const struct entry_draft *draft, const struct now *now,
                   const uint8_t deployment[static 16], const uint8_t sk[static 64], uint8_t *out,
                   size_t cap, struct entry_view *e, struct err *err)
{
    memset(e, 0, sizeof *e);
    enum st st = check_draft(draft, now, err);
    if (st != ST_OK) {
        return st;
    }
    struct chain_head next = *head;
    memcpy(next.current.boot_id, now->boot_id, sizeof now->boot_id);
    next.current.has_boot = true;
    next.current.utc_offset_minutes = now->utc_offset_minutes;
    next.current.has_offset = true;
    struct entry_evidence ev = news(&head->said, &next.current, draft->full_evidence);
    hlc time = hlc_next(head->time, now->wall_ms);

    uint8_t buf[CAP_ENTRY_BYTES];
    struct cbor_w w = cbor_w_init(buf, sizeof buf - COSE_EXTRA_BYTES);
    bytes payload, whole;
    st = encode(head, draft, now, time, &ev, &w, &payload);
    if (st == ST_OK) {
        st = cose_sign(COSE_ENTRY, deployment, head->author.b, payload, sk, out, cap, &whole);
    }
    if (st != ST_OK) {
        return err_set(err, ST_TOO_BIG, 0, "entry_make", "entry of kind %u is too long",
                       draft->kind);
    }
    /* What is written must be what every reader accepts: one set of rules, the parser's. */
    const char *rule;
    st = entry_parse(whole, e, NULL, &rule);
    if (st != ST_OK) {
        return err_set(err, ST_BUG, 0, "entry_make", "entry of kind %u breaks a rule: %s",
                       draft->kind, rule);
    }
    next.seq = e->seq;
    next.hash = e->hash;
    next.time = time;
    next.said = next.current;
    *head = next;
    return ST_OK;
}

/* hq_join.c - see hq_join.h. */
#include "sync/hq/hq_join.h"

#include "core/codec/hash.h"
#include "core/model/bodies.h"
#include "sync/hq/hq_route.h"

#include <sodium.h>
#include <stdlib.h>

#define CERT_LASTS_MS (10LL * 365 * 86400000) /* dates gate issuing, never old work */

/* --- a code
 * ---------------------------------------------------------------------------------------------- */

/* Used and expired codes still say what they are for a while; then they go. */
static enum st sweep(struct store_txn *t, int64_t now_ms, unsigned *left, struct err *err)
{
    struct hq_enrolment *all = calloc(HQ_ENROLMENTS_MAX, sizeof *all);
    unsigned n = 0;
    enum st st = all != NULL ? hq_enrol_all(t, all, HQ_ENROLMENTS_MAX, &n, err)
                             : err_set(err, ST_FULL, 0, __func__, "no memory");
    *left = n;
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        if (now_ms > all[i].until_ms + HQ_CODE_KEPT_MS) {
            st = hq_enrol_del(t, all[i].id, err);
            (*left)--;
        }
    }
    if (all != NULL) {
        sodium_memzero(all, HQ_ENROLMENTS_MAX * sizeof *all);
    }
    free(all);
    return st;
}

/* Human numbers are told apart by their prefix: it is one device's for good. */
static bool prefix_taken(struct hq *hq, struct store_txn *t, const char *prefix)
{
    bool taken = false;
    for (unsigned i = 0; i < hq->ndevices && !taken; i++) {
        uint8_t room[CAP_CERT_BYTES + 128];
        struct arena tmp = arena_of(room, sizeof room);
        struct cert c;
        bytes doc;
        taken =
            store_get(t, T_CERT, bytes_of(hq->devices[i].author.b, 8), &tmp, &doc, NULL) == ST_OK &&
            cert_parse(doc, &c, NULL) == ST_OK && strcmp(c.prefix, prefix) == 0;
    }
    return taken;
}

/* Nor does an open code of somebody else promise it. A second code for the same person may: the
 * first device that comes has it, and the other is refused (certify). */
static enum st prefix_free(struct hq *hq, struct store_txn *t, const struct hq_enrolment *e,
                           struct err *err)
{
    struct hq_enrolment *all = calloc(HQ_ENROLMENTS_MAX, sizeof *all);
    unsigned n = 0;
    bool taken = prefix_taken(hq, t, e->prefix);
    enum st st = all != NULL ? hq_enrol_all(t, all, HQ_ENROLMENTS_MAX, &n, err)
                             : err_set(err, ST_FULL, 0, __func__, "no memory");
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        taken =
            taken || (all[i].state == HQ_ENROL_OPEN && all[i].until_ms >= e->made_ms &&
                      !id16_eq(all[i].person, e->person) && strcmp(all[i].prefix, e->prefix) == 0);
    }
    if (all != NULL) {
        sodium_memzero(all, HQ_ENROLMENTS_MAX * sizeof *all);
    }
    free(all);
    return st == ST_OK && taken ? err_set(err, ST_EXISTS, 0, "hq_join_invite",
                                          "the prefix %s is another device's", e->prefix)
                                : st;
}

enum st hq_join_invite(struct hq *hq, const struct hq_invite *what, char code[static 20],
                       int64_t *until_ms, struct err *err)
{
    uint8_t raw[ENROL_CODE_BYTES];
    struct hq_enrolment e = {.state = HQ_ENROL_OPEN,
                             .person = what->person,
                             .role = what->role,
                             .branch = what->branch,
                             .recover = what->recover,
                             .made_ms = hq_now(hq).wall_ms};
    size_t n = strlen(what->prefix);
    if (n < 2 || n > 8) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "a prefix has 2 to 8 characters");
    }
    memcpy(e.prefix, what->prefix, n + 1);
    e.until_ms = e.made_ms + (what->lasts_ms > 0 ? what->lasts_ms : HQ_ONLINE_CODE_MS);
    randombytes_buf(raw, sizeof raw);
    randombytes_buf(e.id.b, sizeof e.id.b);
    bundle_enrol_key(raw, e.enrol_key);
    struct store_txn *t = NULL;
    unsigned left = 0;
    bool mine = false;
    enum st st = hq_write(hq, &t, &mine, err);
    const bool begun = st == ST_OK;
    if (st == ST_OK) {
        st = sweep(t, e.made_ms, &left, err);
    }
    if (st == ST_OK && left >= HQ_ENROLMENTS_MAX) {
        st = err_set(err, ST_FULL, 0, __func__, "too many enrolments are pending");
    }
    if (st == ST_OK) {
        st = prefix_free(hq, t, &e, err);
    }
    if (st == ST_OK) {
        st = hq_enrol_put(t, &e, err);
    }
    if (begun) {
        st = hq_written(hq, &t, mine, st, err);
    }
    if (st == ST_OK) {
        crockford_put(bytes_of(raw, sizeof raw), code);
        *until_ms = e.until_ms;
    }
    sodium_memzero(raw, sizeof raw);
    sodium_memzero(&e, sizeof e);
    return st;
}

/* --- a bundle that a code opens
 * ------------------------------------------------------------------------- */

/* Does this code open it? Then its manifest is read into the request. */
static bool try_code(struct hq_request *r, struct bundle_open keys, const struct hq_enrolment *e)
{
    keys.enrol_key = e->enrol_key;
    struct bundle_reader reader = {0};
    struct bundle_part part;
    size_t used;
    bytes in = bytes_of(r->raw.p + r->parsed, r->raw.n - r->parsed);
    bool opens = bundle_reader_begin(&reader, &r->header, &keys, NULL) == ST_OK &&
                 bundle_next(&reader, in, &used, &part, NULL) == ST_OK;
    if (opens) {
        r->whole = reader.whole;
        uint8_t room[8192];
        struct arena a = arena_of(room, sizeof room);
        struct manifest m;
        r->has_manifest = manifest_decode(part.body, &a, &m) == ST_OK && m.role == MANIFEST_JOIN &&
                          m.has_keys && memcmp(m.box_pk, r->header.sender_pk, 32) == 0;
        if (r->has_manifest) {
            r->manifest.role = m.role;
            memcpy(r->manifest.sign_pk, m.sign_pk, 32);
            memcpy(r->manifest.box_pk, m.box_pk, 32);
            r->manifest.trust_serial = m.trust_serial;
            r->manifest.box_key = m.box_key;
            r->has_box = m.box.n == sizeof r->box;
            if (r->has_box) {
                memcpy(r->box, m.box.p, sizeof r->box);
            }
        }
    }
    bundle_reader_drop(&reader);
    return opens;
}

static enum st all_codes(struct hq_request *r, struct hq_enrolment *all, unsigned *n)
{
    struct store_txn *t = NULL;
    enum st st = store_read(r->hq->store, &t, &r->err);
    if (st == ST_OK) {
        st = hq_enrol_all(t, all, HQ_ENROLMENTS_MAX, n, &r->err);
    }
    store_abort(&t);
    return st == ST_OK ? ST_OK : hq_request_refuse(r, st, "store", "the store cannot be read");
}

enum st hq_join_open(struct hq_request *r)
{
    struct hq_enrolment *all = calloc(HQ_ENROLMENTS_MAX, sizeof *all);
    unsigned n = 0;
    if (all == NULL) {
        return hq_request_refuse(r, ST_FULL, "busy", "no memory");
    }
    /* Anybody may post such a bundle: what costs most is done once, not for every code. */
    uint8_t shared[BUNDLE_SHARED_BYTES];
    struct bundle_open keys = {.deployment = r->hq->keys.deployment,
                               .recipient_pk = r->sealing->pk,
                               .recipient_sk = r->sealing->sk,
                               .sender_pk = r->header.sender_pk,
                               .shared = shared};
    enum st st = all_codes(r, all, &n);
    bool found = false, sane = bundle_shared(&r->header, &keys, shared) == ST_OK;
    for (unsigned i = 0; i < n && st == ST_OK && sane && !found; i++) {
        found = try_code(r, keys, &all[i]);
        if (found) {
            r->enrolment = all[i];
        }
    }
    sodium_memzero(shared, sizeof shared);
    sodium_memzero(all, HQ_ENROLMENTS_MAX * sizeof *all);
    free(all);
    if (st == ST_OK && !found) {
        st = hq_request_refuse(r, ST_UNTRUSTED, "enrol-unknown",
                               "no pending enrolment has this code: it was typed wrong, or "
                               "headquarters gave another one");
    } else if (st == ST_OK && !r->has_manifest) {
        st = hq_request_refuse(r, ST_BAD_FORM, "malformed", "the joining bundle cannot be read");
    }
    return st;
}

/* --- the certificate
 * ---------------------------------------------------------------------------------------- */

static enum st certify(struct hq_request *r, struct store_txn *t, const struct hq_enrolment *e,
                       struct cert *c, struct err *err)
{
    struct hq *hq = r->hq;
    struct now now = hq_now(hq);
    *c = (struct cert){.author = key_id(r->manifest.sign_pk),
                       .person = e->person,
                       .role = e->role,
                       .branch = e->branch,
                       .from_ms = now.wall_ms,
                       .until_ms = now.wall_ms + CERT_LASTS_MS,
                       .issuer = key_id(hq->keys.secret->issuing_pk)};
    memcpy(c->sign_pk, r->manifest.sign_pk, 32);
    memcpy(c->box_pk, r->manifest.box_pk, 32);
    memcpy(c->prefix, e->prefix, sizeof c->prefix);
    if (store_has(t, T_CERT, bytes_of(c->author.b, sizeof c->author.b))) {
        return hq_request_refuse(r, ST_EXISTS, "enrol-exists",
                                 "a device with these keys is enrolled already");
    }
    if (prefix_taken(hq, t, c->prefix)) {
        return hq_request_refuse(r, ST_EXISTS, "enrol-used",
                                 "another device took this code's numbers meanwhile");
    }
    bytes doc;
    enum st st = cert_make(c, hq->keys.deployment, hq->keys.secret->issuing_sk, r->grant,
                           sizeof r->grant, &doc);
    if (st != ST_OK) {
        return err_set(err, st, 0, __func__, "the certificate does not fit");
    }
    r->grant_n = doc.n;
    c->whole = doc;
    return cert_store_put(t, c, err);
}

/* The entry that reaches all devices of this person, and is shown there. */
static enum st announce(struct hq_request *r, struct store_txn *t, const struct cert *c,
                        struct err *err)
{
    uint8_t buf[128];
    union body *b = calloc(1, sizeof *b);
    struct append what = {
        .kind = KIND_CERTIFICATE, .subject_type = SUBJECT_TECHNICIAN, .subject = c->person};
    if (b == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    b->certificate.author = c->author;
    hash32(c->whole, b->certificate.certificate.b);
    enum st st = body_encode(KIND_CERTIFICATE, b, buf, sizeof buf, &what.body);
    free(b);
    h32 hash;
    return st == ST_OK ? hq_act_in(r->hq, t, &what, &hash, err)
                       : err_set(err, st, 0, __func__, "the entry of a certificate");
}

/* Whose store this code opens: the device's that it was given for; once used, also the one's that
 * it made of it, which asks again because the answer to the end of its recovery was lost. */
static bool meant(const struct hq_enrolment *e, id8 whose)
{
    return id8_eq(whose, e->recover) ||
           (e->state == HQ_ENROL_USED && id8_eq(whose, key_id(e->sign_pk)));
}

/* A recovery: the data key, if this code was given for just that device. */
static enum st open_box(struct hq_request *r, const struct hq_enrolment *e)
{
    const struct hq_sealing *k = hq_keys_sealing(&r->hq->keys, r->manifest.box_key);
    id8 whose = {{0}};
    if (id8_zero(e->recover)) {
        return ST_OK; /* a new device, whatever it asks */
    }
    if (!r->has_box) {
        return hq_request_refuse(r, ST_REFUSED, "enrol-recovery",
                                 "this code is for a forgotten PIN, not for a new device");
    }
    if (k == NULL || slots_box_open(r->box, k->pk, k->sk, r->data_key, &whose) != ST_OK ||
        !meant(e, whose)) {
        sodium_memzero(r->data_key, sizeof r->data_key);
        return hq_request_refuse(r, ST_REFUSED, "enrol-other",
                                 "this code was given for another device's store");
    }
    const struct hq_device *d = hq_device(r->hq, whose);
    if (d == NULL || d->revoked) {
        sodium_memzero(r->data_key, sizeof r->data_key);
        return hq_request_refuse(r, ST_REFUSED, "enrol-other", "that device was revoked");
    }
    r->has_data_key = true;
    return ST_OK;
}

/* The same device asks again: its answer was lost. */
static enum st repeat(struct hq_request *r, struct store_txn *t, struct err *err)
{
    id8 author = key_id(r->manifest.sign_pk);
    uint8_t room[2048];
    struct arena tmp = arena_of(room, sizeof room);
    bytes doc;
    enum st st = store_get(t, T_CERT, bytes_of(author.b, sizeof author.b), &tmp, &doc, err);
    if (st == ST_OK && doc.n <= sizeof r->grant) {
        memcpy(r->grant, doc.p, doc.n);
        r->grant_n = doc.n;
    }
    return st;
}

enum st hq_join_grant(struct hq_request *r, struct store_txn *t, struct err *err)
{
    struct hq_enrolment *all = calloc(HQ_ENROLMENTS_MAX, sizeof *all);
    unsigned n = 0;
    enum st st = all != NULL ? hq_enrol_all(t, all, HQ_ENROLMENTS_MAX, &n, err)
                             : err_set(err, ST_FULL, 0, __func__, "no memory");
    struct hq_enrolment e = {0};
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        if (id8_eq(all[i].id, r->enrolment.id)) {
            e = all[i]; /* as it stands now: another device may have used it meanwhile */
        }
    }
    if (all != NULL) {
        sodium_memzero(all, HQ_ENROLMENTS_MAX * sizeof *all);
    }
    free(all);
    if (st != ST_OK) {
        return st;
    }
    if (e.state == HQ_ENROL_USED) {
        if (memcmp(e.device_pk, r->manifest.box_pk, 32) == 0 &&
            memcmp(e.sign_pk, r->manifest.sign_pk, 32) == 0) {
            return open_box(r, &e) == ST_OK ? repeat(r, t, err) : ST_OK;
        }
        IGNORE(hq_request_refuse(r, ST_EXISTS, "enrol-used", /* the answer is the refusal */
                                 "this code was used by another device"));
        return ST_OK;
    }
    if (e.state != HQ_ENROL_OPEN || hq_now(r->hq).wall_ms > e.until_ms) {
        IGNORE(hq_request_refuse(r, ST_WAIT, "enrol-expired", /* likewise */
                                 "this code has expired: ask headquarters for a new one"));
        return ST_OK;
    }
    struct cert c;
    if (open_box(r, &e) != ST_OK) {
        return ST_OK; /* the answer is the refusal */
    }
    st = certify(r, t, &e, &c, err);
    if (st != ST_OK) {
        return r->st != ST_OK ? ST_OK : st;
    }
    e.state = HQ_ENROL_USED;
    memcpy(e.device_pk, r->manifest.box_pk, 32);
    memcpy(e.sign_pk, r->manifest.sign_pk, 32);
    st = hq_enrol_put(t, &e, err);
    if (st == ST_OK) {
        st = hq_device_add(r->hq, &c, err);
    }
    if (st == ST_OK) {
        const struct hq_device *d = hq_device(r->hq, c.author);
        st = hq_route_device(r->hq, t, d, arena_of(r->hq->routing, CAP_SCRATCH_BYTES), err);
    }
    return st == ST_OK ? announce(r, t, &c, err) : st;
}

/* fuzz_entry.c - an entry, its frame and its body: what is read says the same when it is written.
 */
#include "core/codec/hash.h"
#include "core/journal/entry.h"
#include "core/model/bodies.h"
#include "tests/fuzz/door.h"
#include "tests/support/sample.h"
#include "tests/unit/core/cbor_help.h"

static struct sample s;

static void begin(void)
{
    sample_make(&s);
}

static bool same_view(const struct entry_view *a, const struct entry_view *b)
{
    return bytes_eq(a->whole, b->whole) && bytes_eq(a->payload, b->payload) &&
           h32_eq(a->hash, b->hash) && id8_eq(a->author, b->author) && id8_eq(a->epoch, b->epoch) &&
           a->seq == b->seq && h32_eq(a->prev, b->prev) && a->time == b->time &&
           a->wall_ms == b->wall_ms && a->boot_ms == b->boot_ms &&
           a->subject_type == b->subject_type && id16_eq(a->subject, b->subject) &&
           a->kind == b->kind && bytes_eq(a->body, b->body) && a->natt == b->natt &&
           a->atts == b->atts && id16_eq(a->actor, b->actor) && a->actor_role == b->actor_role &&
           a->evidence.has_boot == b->evidence.has_boot &&
           a->evidence.has_receipt == b->evidence.has_receipt &&
           a->evidence.receipt_ms == b->evidence.receipt_ms &&
           a->evidence.utc_offset_minutes == b->evidence.utc_offset_minutes;
}

/* Encoding drops what this version does not know; what it keeps, it keeps for good. */
static void body_holds(const struct entry_view *e)
{
    static union body b, again;
    static uint8_t first[CAP_BODY_BYTES * 2], second[CAP_BODY_BYTES * 2];
    bytes one, two;
    if (body_decode(e->kind, e->body, &b) == ST_OK) {
        enum st st = body_encode(e->kind, &b, first, sizeof first, &one);
        HOLD(st == ST_OK);
        HOLD(body_decode(e->kind, one, &again) == ST_OK);
        HOLD(body_encode(e->kind, &again, second, sizeof second, &two) == ST_OK);
        HOLD(bytes_eq(one, two));
        for (int what = BA_FAULT; what <= BA_EDITION; what++) {
            HOLD(body_att(e->kind, &b, (enum body_att)what) < CAP_ENTRY_ATTACHMENTS);
        }
    }
    id8 visit;
    IGNORE(body_visit(e->body, &visit));
}

static void record_holds(const struct entry_view *e)
{
    static struct record_write w[CAP_RECORD_WRITES];
    size_t n = 0;
    if (record_decode(e->subject_type, e->body, w, &n) != ST_OK) {
        return;
    }
    HOLD(n <= CAP_RECORD_WRITES);
    for (size_t i = 0; i < n; i++) {
        HOLD(i == 0 || w[i].field > w[i - 1].field);
        HOLD(w[i].seen.n <= CAP_FIELD_WRITES && w[i].code.n <= CAP_CODE_BYTES);
    }
}

static bool take(bytes in)
{
    static uint8_t again[CAP_ENTRY_BYTES];
    struct entry_view e, first, kept;
    const char *rule = NULL;
    size_t used = 0;
    enum st st = entry_parse(in, &e, NULL, &rule);
    enum st seq = entry_parse(in, &first, &used, NULL);
    HOLD(st == ST_OK || st == ST_BAD_FORM || st == ST_TOO_BIG || st == ST_NEWER);
    HOLD(rule != NULL && (rule[0] != '\0') == (st != ST_OK));
    HOLD((st == ST_OK) == (seq == ST_OK && used == in.n));
    if (st != ST_OK) {
        IGNORE(entry_kept(in, (h32){{0}}, &kept)); /* safe on any bytes */
        return false;
    }
    h32 hash;
    hash32(in, hash.b);
    HOLD(bytes_eq(e.whole, in) && h32_eq(e.hash, hash) && same_view(&e, &first));
    HOLD(entry_kept(in, hash, &kept) == ST_OK && same_view(&e, &kept));
    bytes out;
    HOLD(copy_all(e.payload, again, sizeof again, &out) == ST_OK && bytes_eq(out, e.payload));
    HOLD(e.seq > 1 || (e.seq == 1 && h32_zero(e.prev)));
    HOLD(e.natt <= CAP_ENTRY_ATTACHMENTS && h32_zero(entry_att(&e, e.natt)));
    HOLD(e.body.n <= CAP_BODY_BYTES && e.kind > 0 && e.kind <= UINT16_MAX);
    body_holds(&e);
    record_holds(&e);
    IGNORE(entry_verify(&e, s.trust.deployment, s.tech.keys.sign_pk));
    return true;
}

static void seeds(void)
{
    door_seed_vectors("entry", -1);
}

static size_t cbor_at(bytes in, bool *in_strings)
{
    (void)in;
    *in_strings = true;
    return 0;
}

const struct door door = {.name = "entry",
                          .max_bytes = CAP_ENTRY_BYTES + 64,
                          .prefix_free = true,
                          .no_memory = true,
                          .begin = begin,
                          .take = take,
                          .seeds = seeds,
                          .cbor_at = cbor_at};

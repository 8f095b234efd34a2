/* fuzz_bundle.c - a bundle: header, frames, manifest, items. The first byte: 0 the rest is a bundle
 * as it comes, 1 it is a plan of frames that are sealed here (frames.h), 0xFE a manifest alone,
 * 0xFF one item. */
#include "core/keys/author_keys.h"
#include "core/keys/trust.h"
#include "sync/bundle/manifest.h"
#include "tests/fuzz/door.h"
#include "tests/fuzz/frames.h"
#include "tests/support/sample.h"

#define MANIFEST_ALONE 0xFE
#define ITEM_ALONE 0xFF

static struct sample s;
static struct frames inside;
static uint8_t shared[BUNDLE_SHARED_BYTES];
static struct bundle_open keys;

static struct bundle_seal seal_of(void)
{
    struct bundle_seal seal = {.from = BUNDLE_FROM_AUTHOR,
                               .sender = s.tech.author,
                               .sender_pk = s.tech.keys.box_pk,
                               .sender_sk = s.tech.keys.box_sk,
                               .recipient_pk = s.node.keys.box_pk};
    memcpy(seal.deployment, s.trust.deployment, sizeof seal.deployment);
    return seal;
}

static void begin(void)
{
    sample_make(&s);
    struct bundle_seal seal = seal_of();
    keys = (struct bundle_open){.deployment = s.trust.deployment,
                                .recipient_pk = s.node.keys.box_pk,
                                .recipient_sk = s.node.keys.box_sk,
                                .sender_pk = s.tech.keys.box_pk};
    frames_begin(&inside, &seal, &keys);
    struct bundle_header h;
    size_t used;
    HOLD(bundle_header_read(bytes_of(inside.header, inside.header_n), &h, &used, NULL) == ST_OK);
    HOLD(bundle_shared(&h, &keys, shared) == ST_OK);
}

/* What is understood is written, and read again to the same. */
static bool manifest_holds(bytes in)
{
    static uint8_t room[2][262144], again[2][BUNDLE_MANIFEST_BYTES];
    static struct manifest m, back;
    struct arena a = arena_of(room[0], sizeof room[0]), b = arena_of(room[1], sizeof room[1]);
    enum st st = manifest_decode(in, &a, &m);
    HOLD(st == ST_OK || st == ST_BAD_FORM || st == ST_TOO_BIG);
    if (st != ST_OK) {
        return false;
    }
    bytes one, two;
    HOLD(m.njournals <= MANIFEST_JOURNALS_MAX && m.nreceipts <= MANIFEST_JOURNALS_MAX);
    HOLD(m.nwanted <= MANIFEST_WANTED_MAX && m.nsubjects <= MANIFEST_SUBJECTS_MAX);
    HOLD(m.nasked <= MANIFEST_ASKED_MAX && m.nproblems <= MANIFEST_PROBLEMS_MAX);
    HOLD(manifest_encode(&m, again[0], sizeof again[0], &one) == ST_OK && one.n <= in.n);
    HOLD(manifest_decode(one, &b, &back) == ST_OK);
    HOLD(manifest_encode(&back, again[1], sizeof again[1], &two) == ST_OK && bytes_eq(one, two));
    for (unsigned i = 0; i < m.nproblems; i++) {
        HOLD(manifest_problem_name(m.problems[i].code) != NULL);
    }
    return true;
}

static void item_holds(const struct item *it)
{
    static uint8_t buf[BUNDLE_PLAIN_BYTES_MAX + 16];
    static h32 hashes[MANIFEST_HASHES_MAX];
    unsigned n = 0;
    bytes out = {NULL, 0};
    enum st st = ST_OK;
    switch (it->kind) {
    case ITEM_ATTACHMENT:
    case ITEM_CERT:
    case ITEM_REVOCATION:
    case ITEM_LARGE:
        st = item_put(it->kind, it->a, it->b, buf, sizeof buf, &out);
        break;
    case ITEM_PLACE:
        st = item_put_place(it->place, it->last, it->mark, buf, sizeof buf, &out);
        break;
    case ITEM_HASHES:
        if (item_hashes(it, hashes, &n) != ST_OK) {
            return;
        }
        st = item_put_hashes(it->subject, hashes, n, buf, sizeof buf, &out);
        break;
    case ITEM_ENTRY:
        HOLD(it->whole.p[0] == 0xD2);
        return;
    case ITEM_UNKNOWN:
        return;
    }
    HOLD(st == ST_TOO_BIG || (st == ST_OK && bytes_eq(out, it->whole)));
}

/* How many there are, if nothing else is. */
static unsigned items_hold(bytes body)
{
    unsigned n = 0;
    for (;;) {
        struct item it;
        size_t used = 0;
        enum st st = item_next(body, &it, &used);
        HOLD(st == ST_OK || st == ST_END || st == ST_BAD_FORM);
        HOLD((st == ST_OK) == (used > 0) && used <= body.n);
        if (st != ST_OK) {
            return st == ST_END ? n : 0;
        }
        HOLD(it.whole.p == body.p && it.whole.n == used);
        item_holds(&it);
        n++;
        body = bytes_of(body.p + used, body.n - used);
    }
}

static bool frames_hold(struct bundle_reader *r, bytes in)
{
    for (;;) {
        struct bundle_part part;
        size_t used = 0;
        /* A frame that has not come whole moves nothing. */
        if (in.n > 5) {
            enum st cut = bundle_next(r, bytes_of(in.p, 5), &used, &part, NULL);
            if (cut != ST_INCOMPLETE) {
                HOLD(cut == ST_BAD_FORM && used == 0);
                return false;
            }
        }
        enum st st = bundle_next(r, in, &used, &part, NULL);
        if (st != ST_OK) {
            HOLD(st == ST_END || st == ST_INCOMPLETE || st == ST_BAD_SIGNATURE ||
                 st == ST_BAD_FORM);
            return st == ST_END;
        }
        HOLD(used > 4 && used <= in.n && part.body.n < BUNDLE_PLAIN_BYTES_MAX);
        HOLD((part.frame == BUNDLE_MANIFEST) == (r->frames == 1));
        if (part.frame == BUNDLE_MANIFEST) {
            IGNORE(manifest_holds(part.body));
        } else if (part.frame == BUNDLE_ITEMS) {
            IGNORE(items_hold(part.body));
        } else {
            HOLD(part.frame == BUNDLE_CHUNK && part.body.n > 0 && part.body.n <= CAP_CHUNK_BYTES);
        }
        in = bytes_of(in.p + used, in.n - used);
    }
}

static bool take(bytes in)
{
    if (in.n == 0) {
        return false;
    }
    if (in.p[0] >= MANIFEST_ALONE) {
        bytes rest = bytes_of(in.p + 1, in.n - 1);
        return in.p[0] == MANIFEST_ALONE ? manifest_holds(rest) : items_hold(rest) == 1;
    }
    bool plan = in.p[0] & 1;
    in = bytes_of(in.p + 1, in.n - 1);
    if (plan) {
        in = frames_make(&inside, in);
    }
    struct bundle_header h;
    struct bundle_reader r = {0};
    size_t used = 0;
    enum st st = bundle_header_read(in, &h, &used, NULL);
    HOLD(st == ST_OK || st == ST_INCOMPLETE || st == ST_BAD_FORM || st == ST_NEWER);
    HOLD((st == ST_OK) == (used > 0) && used <= in.n);
    if (st != ST_OK) {
        return false;
    }
    struct bundle_open open = keys;
    open.shared = plan ? shared : NULL; /* the costly half, once */
    bool whole = false;
    if (bundle_reader_begin(&r, &h, &open, NULL) == ST_OK) {
        whole = frames_hold(&r, bytes_of(in.p + used, in.n - used));
    }
    bundle_reader_drop(&r);
    return whole;
}

static bytes full_manifest(void)
{
    static uint8_t buf[4096];
    struct manifest_journal j = {.author = s.tech.author, .epoch = sample_id8("epoch"), .seq = 9};
    struct manifest_want want = {.name = sample_h32("a photo"), .from = 2};
    struct manifest_subject sub = {.subject = sample_id16("job"), .count = 3, .fold_version = 1};
    struct manifest_problem bad = {.code = PROBLEM_GAP, .what = sample_h32("an entry")};
    id16 asked = sample_id16("job");
    bytes receipt = str_bytes(S("a receipt")), out;
    struct manifest m = {.role = MANIFEST_REQUEST,
                         .njournals = 1,
                         .journals = &j,
                         .nreceipts = 1,
                         .receipts = &receipt,
                         .trust_serial = 3,
                         .trust = s.trust_doc,
                         .has_cursor = true,
                         .cursor = 8,
                         .nwanted = 1,
                         .wanted = &want,
                         .nsubjects = 1,
                         .subjects = &sub,
                         .nasked = 1,
                         .asked = &asked,
                         .has_keys = true,
                         .cert = s.tech.cert.whole,
                         .nproblems = 1,
                         .problems = &bad,
                         .more = true};
    HOLD(manifest_encode(&m, buf, sizeof buf, &out) == ST_OK);
    return out;
}

static bytes all_items(void)
{
    static uint8_t buf[8192];
    h32 hashes[2] = {sample_h32("a"), sample_h32("b")};
    size_t n = 0;
    bytes out;
    struct {
        enum item_kind kind;
        bytes a, b;
    } put[] = {{ITEM_ATTACHMENT, str_bytes(S("manifest")), str_bytes(S("content"))},
               {ITEM_CERT, s.tech.cert.whole, {NULL, 0}},
               {ITEM_REVOCATION, str_bytes(S("revocation")), {NULL, 0}},
               {ITEM_LARGE, str_bytes(S("manifest")), {NULL, 0}}};
    for (size_t i = 0; i < sizeof put / sizeof put[0]; i++) {
        HOLD(item_put(put[i].kind, put[i].a, put[i].b, buf + n, sizeof buf - n, &out) == ST_OK);
        n += out.n;
    }
    HOLD(item_put_hashes(sample_id16("job"), hashes, 2, buf + n, sizeof buf - n, &out) == ST_OK);
    n += out.n;
    HOLD(item_put_place(7, 9, 5, buf + n, sizeof buf - n, &out) == ST_OK);
    n += out.n;
    memcpy(buf + n, s.trust_doc.p, s.trust_doc.n); /* tag 18: an entry as far as a bundle knows */
    n += s.trust_doc.n;
    return bytes_of(buf, n);
}

static void alone_seeds(void)
{
    bytes all = all_items();
    struct item it;
    size_t used;
    door_seed_with(MANIFEST_ALONE, full_manifest());
    while (item_next(all, &it, &used) == ST_OK) {
        door_seed_with(ITEM_ALONE, it.whole);
        all = bytes_of(all.p + used, all.n - used);
    }
}

static void seeds(void)
{
    alone_seeds();
    static uint8_t plan[32768];
    size_t n = 0;
    uint8_t chunk[100] = {1, 2, 3};
    frames_plan(plan, sizeof plan, &n, 0, BUNDLE_MANIFEST, full_manifest());
    frames_plan(plan, sizeof plan, &n, 0, BUNDLE_ITEMS, all_items());
    frames_plan(plan, sizeof plan, &n, 1, BUNDLE_CHUNK, bytes_of(chunk, sizeof chunk));
    door_seed_with(1, bytes_of(plan, n));
    door_seed_with(0, frames_make(&inside, bytes_of(plan, n)));
    n = 0;
    frames_plan(plan, sizeof plan, &n, 1, BUNDLE_MANIFEST, bytes_of("\xa1\x01\x01", 3));
    door_seed_with(1, bytes_of(plan, n));
    for (unsigned tag = 2; tag < 4; tag++) { /* tags that no writer uses */
        n = 0;
        frames_plan(plan, sizeof plan, &n, tag, BUNDLE_MANIFEST, bytes_of("\xa1\x01\x01", 3));
        frames_plan(plan, sizeof plan, &n, 1, BUNDLE_ITEMS, all_items());
        door_seed_with(1, bytes_of(plan, n));
    }
}

/* Manifest and items by themselves; what they carry as byte strings has doors of its own. */
static size_t cbor_at(bytes in, bool *in_strings)
{
    *in_strings = false;
    return in.n > 0 && in.p[0] >= MANIFEST_ALONE ? 1 : DOOR_NO_CBOR;
}

const struct door door = {.name = "bundle",
                          .max_bytes = 32768,
                          .prefix_free = true,
                          .tries = 2000,
                          .begin = begin,
                          .take = take,
                          .seeds = seeds,
                          .cbor_at = cbor_at};

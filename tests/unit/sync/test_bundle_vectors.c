/* test_bundle_vectors.c - the committed bundles of tests/vectors/bundle.json.
 *
 * Made anew from fixed seeds, libsodium's generator among them, and compared to the byte;
 * `test_bundle_vectors --write`, run from the root, writes them. Released vectors never change. */
#include "core/base/encode.h"
#include "core/codec/hash.h"
#include "sync/bundle/bundle_key.h"
#include "sync/bundle/manifest.h"
#include "tests/support/check.h"
#include "tests/support/guard.h"
#include "tests/support/listing.h"
#include "tests/support/sample.h"

#include <sodium.h>

#define BUNDLES_MAX 40
struct made {
    const char *name, *expect, *rule;
    uint8_t data[8192];
    size_t n;
    uint8_t deployment[16], sender_pk[32], recipient_sk[32], recipient_pk[32];
    bool joining; /* under the code below */
};
static struct made all[BUNDLES_MAX];
static unsigned count;
static struct sample s;
static const uint8_t code[ENROL_CODE_BYTES] = {0x3A, 0x7C, 1, 2, 3, 4, 5, 6, 7, 8};
static uint8_t manifest[2][1024];
static bytes request, joining, item[3];
static uint8_t item_room[3][1024];
static const uint8_t chunk[] = "a chunk of a photo";

/* ---- the generator: every header of a vector is the same in every run ------------------------ */

static uint64_t drawn;

static const char *rng_name(void)
{
    return "vectors";
}

static void rng_fill(void *const buf, const size_t n)
{
    uint8_t block[32], *out = buf;
    for (size_t i = 0; i < n; i++) {
        if (i % 32 == 0) {
            drawn++;
            hash32(bytes_of(&drawn, sizeof drawn), block);
        }
        out[i] = block[i % 32];
    }
}

static uint32_t rng_one(void)
{
    uint32_t v;
    rng_fill(&v, sizeof v);
    return v;
}

static struct randombytes_implementation rng = {
    .implementation_name = rng_name, .random = rng_one, .buf = rng_fill};

/* ---- making them ------------------------------------------------------------------------------
 */

static void need(enum st st, const char *what)
{
    if (st != ST_OK) {
        fprintf(stderr, "bundle vectors: %s: %s\n", what, st_name(st));
        exit(99);
    }
}

static void contents(void)
{
    struct manifest_journal j = {.author = s.tech.author,
                                 .epoch = sample_id8("epoch"),
                                 .seq = 2,
                                 .head = sample_h32("head"),
                                 .receipt_ms = SAMPLE_TIME_MS,
                                 .receipt_seq = 1};
    struct manifest m = {.role = MANIFEST_REQUEST,
                         .njournals = 1,
                         .journals = &j,
                         .trust_serial = 1,
                         .has_cursor = true,
                         .cursor_epoch = sample_id8("node epoch"),
                         .cursor = 12};
    need(manifest_encode(&m, manifest[0], sizeof manifest[0], &request), "manifest");
    m = (struct manifest){.role = MANIFEST_JOIN, .trust_serial = 1, .has_keys = true};
    memcpy(m.sign_pk, s.other.keys.sign_pk, 32);
    memcpy(m.box_pk, s.other.keys.box_pk, 32);
    need(manifest_encode(&m, manifest[1], sizeof manifest[1], &joining), "manifest");
    need(item_put(ITEM_CERT, s.tech.cert.whole, (bytes){NULL, 0}, item_room[0], sizeof item_room[0],
                  &item[0]),
         "item");
    need(item_put(ITEM_ATTACHMENT, str_bytes(S("a manifest")), str_bytes(S("its content")),
                  item_room[1], sizeof item_room[1], &item[1]),
         "item");
    need(item_put_place(12, 12, 0, item_room[2], sizeof item_room[2], &item[2]), "item");
}

static struct made *add(const char *name, const char *expect, const char *rule)
{
    if (count == BUNDLES_MAX) {
        need(ST_FULL, name);
    }
    struct made *m = &all[count++];
    *m = (struct made){.name = name, .expect = expect, .rule = rule};
    memcpy(m->deployment, s.trust.deployment, 16);
    memcpy(m->sender_pk, s.tech.keys.box_pk, 32);
    memcpy(m->recipient_sk, s.node.keys.box_sk, 32);
    memcpy(m->recipient_pk, s.node.keys.box_pk, 32);
    return m;
}

static struct bundle_seal seal_of(const struct made *m)
{
    struct bundle_seal k = {.from = m->joining ? BUNDLE_FROM_KEY : BUNDLE_FROM_AUTHOR,
                            .sender = s.tech.author,
                            .sender_pk = s.tech.keys.box_pk,
                            .sender_sk = s.tech.keys.box_sk,
                            .recipient_pk = m->recipient_pk};
    memcpy(k.deployment, s.trust.deployment, sizeof k.deployment);
    return k;
}

static void whole(struct made *m)
{
    struct bundle_writer w = {0};
    struct bundle_buffer b = {.cap = sizeof m->data};
    struct bundle_seal k = seal_of(m);
    uint8_t enrol[32];
    struct err err;
    if (m->joining) {
        bundle_enrol_key(code, enrol);
        k.enrol_key = enrol;
        k.sender_pk = s.other.keys.box_pk;
        k.sender_sk = s.other.keys.box_sk;
        memcpy(m->sender_pk, k.sender_pk, 32);
    }
    need(bundle_begin(&w, &k, bundle_buffer_sink, &b, &err), "begin");
    need(bundle_manifest(&w, m->joining ? joining : request, &err), "manifest");
    for (int i = 0; i < 3 && !m->joining; i++) {
        need(bundle_item(&w, item[i], &err), "item");
    }
    if (!m->joining) {
        need(bundle_chunk(&w, sample_h32("a photo"), 7, bytes_of(chunk, sizeof chunk - 1), &err),
             "chunk");
    }
    need(bundle_end(&w, &err), "end");
    memcpy(m->data, b.p, b.n);
    m->n = b.n;
    bundle_buffer_drop(&b);
}

/* Frames that our writer does not make, sealed as they should be: `tag` of the first, then FINAL.
 */
static void odd(const char *name, const char *rule, unsigned char tag, bytes first, bytes last)
{
    struct made *m = add(name, "bad form", rule);
    struct bundle_writer w = {0};
    struct bundle_buffer b = {.cap = sizeof m->data};
    struct bundle_seal k = seal_of(m);
    const bytes frame[2] = {first, last};
    need(bundle_begin(&w, &k, bundle_buffer_sink, &b, NULL), "begin");
    for (int i = 0; i < 2; i++) {
        uint8_t out[2048];
        size_t n = frame[i].n + crypto_secretstream_xchacha20poly1305_ABYTES;
        bundle_key_length(out, n);
        crypto_secretstream_xchacha20poly1305_push(
            &w.state, out + 4, NULL, frame[i].p, frame[i].n, out, 4,
            i == 0 ? tag : crypto_secretstream_xchacha20poly1305_TAG_FINAL);
        need(bundle_buffer_sink(&b, bytes_of(out, 4 + n), NULL), "sink");
    }
    memcpy(m->data, b.p, b.n);
    m->n = b.n;
    bundle_drop(&w);
    bundle_buffer_drop(&b);
}

static struct made *again(const char *name, const char *of, const char *expect, const char *rule)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(all[i].name, of) == 0) {
            struct made *m = add(name, expect, rule);
            *m = all[i];
            m->name = name;
            m->expect = expect;
            m->rule = rule;
            return m;
        }
    }
    need(ST_NOT_FOUND, of);
    return NULL;
}

#define ALTERED "the bundle was altered, or somebody else sealed it"
#define CUT "the bundle is cut off"

static void altered(void)
{
    struct made *m =
        again("cut in its header", "a request", "incomplete", "the bundle ends inside its header");
    m->n = 92;
    m = again("cut in a frame", "a request", "incomplete", CUT);
    m->n -= 1;
    m = again("without its last frame", "a request", "incomplete", CUT);
    m->n -= 4 + 17 + 37 + sizeof chunk - 1;
    m = again("bytes behind", "a request", "bad form", "there are bytes after the bundle's end");
    m->data[m->n++] = 0;
    again("no bundle", "a request", "bad form", "this is not a docket bundle")->data[0] = 'P';
    again("of a newer version", "a request", "made by a newer version",
          "bundle version 2 is not known here")
        ->data[3] = 2;
    again("of no kind of sender", "a request", "bad form",
          "the bundle's header names no kind of sender")
        ->data[4] = 4;
    again("of another deployment", "a request", "for somebody else",
          "the bundle is of another deployment")
        ->deployment[0] ^= 1;
    m = again("for another recipient", "a request", "for somebody else",
              "the bundle is for another recipient");
    memcpy(m->recipient_pk, s.other.keys.box_pk, 32);
    memcpy(m->recipient_sk, s.other.keys.box_sk, 32);
    m = again("by another sender", "a request", "bad signature", ALTERED);
    memcpy(m->sender_pk, s.other.keys.box_pk, 32);
    again("another sender's name", "a request", "bad signature", ALTERED)->data[21] ^= 1;
    again("a bit of the manifest", "a request", "bad signature", ALTERED)->data[93 + 4 + 9] ^= 1;
    again("a bit of the last tag", "a request", "bad signature", ALTERED);
    all[count - 1].data[all[count - 1].n - 1] ^= 1;
    m = again("a frame of 17 bytes", "a request", "bad form",
              "the bundle has a frame of impossible length");
    memcpy(m->data + 93, "\0\0\0\x11", 4);
    m = again("a frame of 4 GiB", "a request", "bad form",
              "the bundle has a frame of impossible length");
    memset(m->data + 93, 0xFF, 4);
    m = again("an ephemeral key of small order", "a request", "bad signature",
              "the bundle's keys are of small order");
    memset(m->data + 37, 0, 32);
    again("a joining under another code", "a joining request", "bad signature", ALTERED)->joining =
        false;
}

static void make_all(void)
{
    static uint8_t buf[2][1100];
    contents();
    whole(add("a request", "ok", ""));
    struct made *m = add("a joining request", "ok", "");
    m->joining = true;
    whole(m);
    altered();
    buf[0][0] = BUNDLE_MANIFEST;
    memcpy(buf[0] + 1, request.p, request.n);
    bytes man = bytes_of(buf[0], request.n + 1), empty = bytes_of("\x02", 1);
    buf[1][0] = BUNDLE_CHUNK;
    odd("a tag that no writer uses", "the bundle has a frame of an unknown kind",
        crypto_secretstream_xchacha20poly1305_TAG_PUSH, man, empty);
    odd("a frame of another kind", "the bundle has a frame of an unknown kind", 0, man,
        bytes_of("\x04", 1));
    odd("two manifests", "the bundle does not begin with its one manifest", 0, man, man);
    odd("no manifest", "the bundle does not begin with its one manifest", 0, empty, empty);
    odd("a chunk of nothing", "the bundle has a chunk of nothing", 0, man, bytes_of(buf[1], 37));
}

/* ---- reading and comparing them ---------------------------------------------------------------
 */

static enum st read_bytes(const struct made *m, bytes in, struct err *err)
{
    struct bundle_header h;
    struct bundle_reader r = {0};
    size_t used;
    uint8_t enrol[32];
    bundle_enrol_key(code, enrol);
    struct bundle_open keys = {.deployment = m->deployment,
                               .recipient_pk = m->recipient_pk,
                               .recipient_sk = m->recipient_sk,
                               .sender_pk = m->sender_pk,
                               .enrol_key = m->joining ? enrol : NULL};
    enum st st = bundle_header_read(in, &h, &used, err);
    if (st == ST_OK) {
        st = bundle_reader_begin(&r, &h, &keys, err);
    }
    while (st == ST_OK) {
        struct bundle_part part;
        in = bytes_of(in.p + used, in.n - used);
        st = bundle_next(&r, in, &used, &part, err);
    }
    bundle_reader_drop(&r);
    return st == ST_END ? ST_OK : st;
}

static void every_bundle_is_read_as_it_promises(void)
{
    unsigned refused = 0;
    for (unsigned i = 0; i < count; i++) {
        const struct made *m = &all[i];
        struct err err = {.st = ST_OK};
        enum st st = read_bytes(m, bytes_of(m->data, m->n), &err);
        if (strcmp(st_name(st), m->expect) != 0 || strcmp(err.text, m->rule) != 0) {
            check_fail(__FILE__, __LINE__, "%s: %s (%s), wanted %s (%s)", m->name, st_name(st),
                       err.text, m->expect, m->rule);
        }
        refused += st != ST_OK;
    }
    CHECK(refused >= 20);
}

static void every_prefix_is_incomplete_beside_an_unreadable_page(void)
{
    for (unsigned i = 0; i < 2; i++) {
        for (size_t n = 0; n < all[i].n; n++) {
            struct guard g = guard_copy(bytes_of(all[i].data, n));
            struct err err = {.st = ST_OK};
            CHECK_INT(read_bytes(&all[i], g.b, &err), ST_INCOMPLETE);
            guard_free(&g);
        }
    }
}

static void hex_value(FILE *f, const char *name, bytes b, const char *end)
{
    static char hex[2 * sizeof all[0].data + 1];
    hex_put(b, hex);
    fprintf(f, "\"%s\": \"%s\"%s", name, hex, end);
}

static void put_listing(FILE *f)
{
    fprintf(f, "{\n  ");
    hex_value(f, "code", bytes_of(code, sizeof code), ",\n  ");
    hex_value(f, "request", request, ",\n  ");
    hex_value(f, "joining", joining, ",\n  \"items\": [\n");
    for (int i = 0; i < 3; i++) {
        fprintf(f, "    {");
        hex_value(f, "hex", item[i], i == 2 ? "}\n" : "},\n");
    }
    fprintf(f, "  ],\n  \"chunk\": {\"index\": 7, ");
    hex_value(f, "name", bytes_of(sample_h32("a photo").b, 32), ", ");
    hex_value(f, "hex", bytes_of(chunk, sizeof chunk - 1), "},\n  \"bundles\": [\n");
    for (unsigned i = 0; i < count; i++) {
        const struct made *m = &all[i];
        fprintf(f, "    {\n      \"name\": \"%s\",\n      \"expect\": \"%s\",\n", m->name,
                m->expect);
        fprintf(f, "      \"rule\": \"%s\",\n      \"joining\": %s,\n      ", m->rule,
                m->joining ? "true" : "false");
        hex_value(f, "deployment", bytes_of(m->deployment, 16), ",\n      ");
        hex_value(f, "sender_key", bytes_of(m->sender_pk, 32), ",\n      ");
        hex_value(f, "recipient_secret", bytes_of(m->recipient_sk, 32), ",\n      ");
        hex_value(f, "recipient_key", bytes_of(m->recipient_pk, 32), ",\n      ");
        hex_value(f, "hex", bytes_of(m->data, m->n), i + 1 == count ? "\n    }\n" : "\n    },\n");
    }
    fprintf(f, "  ]\n}\n");
}

static void the_committed_bundles_are_what_is_made_today(void)
{
    listing_check("tests/vectors/bundle.json", put_listing);
}

int main(int argc, char **argv)
{
    randombytes_set_implementation(&rng);
    sample_make(&s);
    make_all();
    if (argc > 1 && strcmp(argv[1], "--write") == 0) {
        return listing_write("tests/vectors/bundle.json", put_listing);
    }
    RUN(the_committed_bundles_are_what_is_made_today);
    RUN(every_bundle_is_read_as_it_promises);
    RUN(every_prefix_is_incomplete_beside_an_unreadable_page);
    sample_free(&s);
    CHECK_END();
}

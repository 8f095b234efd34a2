/* test_bundle.c - the sealed bundle: whole, cut at every byte, altered in every bit, for somebody
 * else. */
#include "core/keys/author_keys.h"
#include "core/keys/trust.h"
#include "sync/bundle/bundle_key.h"
#include "sync/bundle/manifest.h"
#include "tests/support/check.h"

#include <sodium.h>

static struct author_keys device, hq, other;
static uint8_t deployment[16] = {1, 2, 3};
static struct err err;

struct made {
    struct bundle_buffer b;
    size_t frame_end[64];
    unsigned nframes;
};

static struct bundle_seal seal(const uint8_t *enrol)
{
    struct bundle_seal s = {.from = enrol != NULL ? BUNDLE_FROM_KEY : BUNDLE_FROM_AUTHOR,
                            .sender_pk = device.box_pk,
                            .sender_sk = device.box_sk,
                            .recipient_pk = hq.box_pk,
                            .enrol_key = enrol};
    memcpy(s.deployment, deployment, 16);
    memset(s.sender.b, 0x5A, 8);
    return s;
}

static struct bundle_open opening(const uint8_t *enrol)
{
    return (struct bundle_open){.deployment = deployment,
                                .recipient_pk = hq.box_pk,
                                .recipient_sk = hq.box_sk,
                                .sender_pk = device.box_pk,
                                .enrol_key = enrol};
}

/* A manifest, `items` attachments of `size` bytes, one chunk. */
static void make(struct made *m, unsigned items, size_t size, const uint8_t *enrol)
{
    struct bundle_writer w = {0};
    struct bundle_seal s = seal(enrol);
    struct manifest man = {.role = MANIFEST_REQUEST, .trust_serial = 7};
    uint8_t buf[512], content[9000] = {0}, item[9500], chunk[1000] = {9};
    bytes out;
    h32 name = {{4}};
    memset(m, 0, sizeof *m);
    m->b.cap = 1 << 20;
    CHECK_INT(bundle_begin(&w, &s, bundle_buffer_sink, &m->b, &err), ST_OK);
    CHECK_INT(manifest_encode(&man, buf, sizeof buf, &out), ST_OK);
    CHECK_INT(bundle_manifest(&w, out, &err), ST_OK);
    for (unsigned i = 0; i < items; i++) {
        content[0] = (uint8_t)i;
        CHECK_INT(item_put(ITEM_ATTACHMENT, str_bytes(S("m")), bytes_of(content, size), item,
                           sizeof item, &out),
                  ST_OK);
        CHECK_INT(bundle_item(&w, out, &err), ST_OK);
    }
    if (items != 0) {
        CHECK_INT(bundle_chunk(&w, name, 3, bytes_of(chunk, sizeof chunk), &err), ST_OK);
    }
    CHECK_INT(bundle_end(&w, &err), ST_OK);
}

/* Reads as much as there is; the number of frames, and why it ended. */
static enum st read_all(bytes in, const struct bundle_open *keys, unsigned *frames, unsigned *items,
                        size_t *ends)
{
    struct bundle_header h;
    struct bundle_reader r = {0};
    size_t used, at;
    *frames = *items = 0;
    enum st st = bundle_header_read(in, &h, &used, &err);
    if (st != ST_OK) {
        return st;
    }
    at = used;
    st = bundle_reader_begin(&r, &h, keys, &err);
    while (st == ST_OK) {
        struct bundle_part part;
        struct item it;
        size_t n;
        st = bundle_next(&r, bytes_of(in.p + at, in.n - at), &used, &part, &err);
        if (st != ST_OK) {
            break;
        }
        at += used;
        if (ends != NULL) {
            ends[*frames] = at;
        }
        (*frames)++;
        bytes body = part.body;
        while (part.frame == BUNDLE_ITEMS && item_next(body, &it, &n) == ST_OK) {
            (*items)++;
            body = bytes_of(body.p + n, body.n - n);
        }
    }
    bundle_reader_drop(&r);
    return st;
}

static void a_whole_bundle_is_read_and_ends(void)
{
    struct made m;
    struct bundle_open keys = opening(NULL);
    unsigned frames, items;
    make(&m, 7, 1000, NULL);
    CHECK_INT(read_all(bytes_of(m.b.p, m.b.n), &keys, &frames, &items, NULL), ST_END);
    CHECK_INT(items, 7);
    CHECK_INT(frames, 4); /* manifest, two of items, chunk */
    bundle_buffer_drop(&m.b);
    make(&m, 0, 0, NULL);
    CHECK_INT(read_all(bytes_of(m.b.p, m.b.n), &keys, &frames, &items, NULL), ST_END);
    CHECK_INT(frames, 1);
    bundle_buffer_drop(&m.b);
}

static void every_prefix_gives_whole_frames_or_waits(void)
{
    struct made m;
    struct bundle_open keys = opening(NULL);
    unsigned frames, items;
    size_t ends[64];
    make(&m, 7, 1000, NULL);
    CHECK_INT(read_all(bytes_of(m.b.p, m.b.n), &keys, &frames, &items, ends), ST_END);
    unsigned all = frames, wrong = 0;
    for (size_t n = 0; n < m.b.n; n++) {
        unsigned want = 0;
        while (want < all && ends[want] <= n) {
            want++;
        }
        enum st st = read_all(bytes_of(m.b.p, n), &keys, &frames, &items, NULL);
        wrong += st != ST_INCOMPLETE || frames != want;
    }
    CHECK_INT(wrong, 0);
    bundle_buffer_drop(&m.b);
}

static void every_flipped_bit_is_refused(void)
{
    struct made m;
    struct bundle_open keys = opening(NULL);
    unsigned frames, items, accepted = 0;
    make(&m, 2, 300, NULL);
    for (size_t bit = 0; bit < m.b.n * 8; bit++) {
        m.b.p[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum st st = read_all(bytes_of(m.b.p, m.b.n), &keys, &frames, &items, NULL);
        /* The sender field is who to look up: here the key is given, so the stream key refuses it.
         */
        accepted += st == ST_END || st == ST_OK;
        m.b.p[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    CHECK_INT(accepted, 0);
    printf("# %zu bits\n", m.b.n * 8);
    bundle_buffer_drop(&m.b);
}

static void a_bundle_for_another_is_named_so(void)
{
    struct made m;
    struct bundle_open keys = opening(NULL);
    uint8_t elsewhere[16] = {9};
    unsigned frames, items;
    make(&m, 1, 10, NULL);
    keys.recipient_pk = other.box_pk;
    keys.recipient_sk = other.box_sk;
    CHECK_INT(read_all(bytes_of(m.b.p, m.b.n), &keys, &frames, &items, NULL), ST_WRONG_PARTY);
    keys = opening(NULL);
    keys.deployment = elsewhere;
    CHECK_INT(read_all(bytes_of(m.b.p, m.b.n), &keys, &frames, &items, NULL), ST_WRONG_PARTY);
    keys = opening(NULL);
    keys.sender_pk = other.box_pk;
    CHECK_INT(read_all(bytes_of(m.b.p, m.b.n), &keys, &frames, &items, NULL), ST_BAD_SIGNATURE);
    CHECK_INT(frames, 0);
    bundle_buffer_drop(&m.b);
}

static void a_joining_bundle_opens_under_its_code_only(void)
{
    struct made m;
    uint8_t code[ENROL_CODE_BYTES] = {1, 2, 3}, key[32], wrong[32];
    unsigned frames, items;
    bundle_enrol_key(code, key);
    code[9] ^= 1;
    bundle_enrol_key(code, wrong);
    make(&m, 1, 10, key);
    struct bundle_open keys = opening(key);
    CHECK_INT(read_all(bytes_of(m.b.p, m.b.n), &keys, &frames, &items, NULL), ST_END);
    keys = opening(wrong);
    CHECK_INT(read_all(bytes_of(m.b.p, m.b.n), &keys, &frames, &items, NULL), ST_BAD_SIGNATURE);
    keys = opening(NULL);
    CHECK_INT(read_all(bytes_of(m.b.p, m.b.n), &keys, &frames, &items, NULL), ST_BAD_SIGNATURE);
    bundle_buffer_drop(&m.b);
}

static void bytes_after_the_end_and_lengths_out_of_range_are_refused(void)
{
    struct made m;
    struct bundle_open keys = opening(NULL);
    unsigned frames, items;
    uint8_t one = 0;
    make(&m, 0, 0, NULL);
    CHECK_INT(bundle_buffer_sink(&m.b, bytes_of(&one, 1), &err), ST_OK);
    CHECK_INT(read_all(bytes_of(m.b.p, m.b.n), &keys, &frames, &items, NULL), ST_BAD_FORM);
    m.b.n = 93; /* the header, then a frame that claims 4 GiB */
    memset(m.b.p + 93, 0xFF, 4);
    CHECK_INT(read_all(bytes_of(m.b.p, 97), &keys, &frames, &items, NULL), ST_BAD_FORM);
    CHECK_INT(read_all(str_bytes(S("PK\3\4 is a zip file")), &keys, &frames, &items, NULL),
              ST_BAD_FORM);
    m.b.p[3] = 2;
    CHECK_INT(read_all(bytes_of(m.b.p, 97), &keys, &frames, &items, NULL), ST_NEWER);
    bundle_buffer_drop(&m.b);
}

/* One manifest, then a frame that no writer of ours makes, sealed as it should be. */
static enum st odd_frame(unsigned char first_tag, bytes plain)
{
    struct bundle_seal s = seal(NULL);
    struct bundle_open keys = opening(NULL);
    struct bundle_writer w = {0};
    struct bundle_buffer b = {.cap = 1 << 17};
    const bytes frames[2] = {bytes_of("\x01\xa1\x01\x01", 4), plain};
    unsigned n, items;
    CHECK_INT(bundle_begin(&w, &s, bundle_buffer_sink, &b, &err), ST_OK);
    for (int i = 0; i < 2; i++) {
        uint8_t out[256];
        size_t len = frames[i].n + crypto_secretstream_xchacha20poly1305_ABYTES;
        bundle_key_length(out, len);
        crypto_secretstream_xchacha20poly1305_push(
            &w.state, out + 4, NULL, frames[i].p, frames[i].n, out, 4,
            i == 0 ? first_tag : crypto_secretstream_xchacha20poly1305_TAG_FINAL);
        CHECK_INT(bundle_buffer_sink(&b, bytes_of(out, 4 + len), &err), ST_OK);
    }
    enum st st = read_all(bytes_of(b.p, b.n), &keys, &n, &items, NULL);
    bundle_drop(&w);
    bundle_buffer_drop(&b);
    return st;
}

static void a_frame_with_a_tag_or_a_chunk_that_no_writer_makes_is_refused(void)
{
    bytes items = bytes_of("\x02", 1);
    CHECK_INT(odd_frame(crypto_secretstream_xchacha20poly1305_TAG_MESSAGE, items), ST_END);
    CHECK_INT(odd_frame(crypto_secretstream_xchacha20poly1305_TAG_PUSH, items), ST_BAD_FORM);
    CHECK_INT(odd_frame(crypto_secretstream_xchacha20poly1305_TAG_REKEY, items), ST_BAD_FORM);
    uint8_t chunk[38] = {BUNDLE_CHUNK};
    CHECK_INT(odd_frame(0, bytes_of(chunk, 38)), ST_END);
    CHECK_INT(odd_frame(0, bytes_of(chunk, 37)), ST_BAD_FORM); /* a name, and nothing of it */
    CHECK_INT(odd_frame(0, bytes_of(chunk, 36)), ST_BAD_FORM);
    CHECK_INT(odd_frame(0, bytes_of("\x01\xa1\x01\x01", 4)), ST_BAD_FORM); /* a second manifest */
    CHECK_INT(odd_frame(0, bytes_of("\x04", 1)), ST_BAD_FORM);
}

static void a_manifest_comes_back_as_it_went(void)
{
    uint8_t buf[8192], room[8192];
    struct manifest_journal j = {.seq = 300, .receipt_ms = -5, .receipt_seq = 12};
    struct manifest_want want = {.from = 7};
    struct manifest_subject s = {.count = 9, .fold_version = 1, .revocations = 2};
    struct manifest_problem p = {.code = PROBLEM_GAP};
    id16 asked = {{3}};
    bytes receipt = str_bytes(S("receipt")), out;
    struct manifest m = {.role = MANIFEST_ANSWER,
                         .njournals = 1,
                         .journals = &j,
                         .nreceipts = 1,
                         .receipts = &receipt,
                         .trust_serial = 4,
                         .has_cursor = true,
                         .cursor = 77,
                         .nwanted = 1,
                         .wanted = &want,
                         .nsubjects = 1,
                         .subjects = &s,
                         .nasked = 1,
                         .asked = &asked,
                         .has_keys = true,
                         .cert = str_bytes(S("cert")),
                         .nproblems = 1,
                         .problems = &p,
                         .more = true};
    struct manifest back;
    struct arena a = arena_of(room, sizeof room);
    CHECK_INT(manifest_encode(&m, buf, sizeof buf, &out), ST_OK);
    CHECK_INT(manifest_decode(out, &a, &back), ST_OK);
    CHECK_INT(back.journals[0].seq, 300);
    CHECK_INT(back.journals[0].receipt_ms, -5);
    CHECK_INT(back.cursor, 77);
    CHECK_INT(back.wanted[0].from, 7);
    CHECK_INT(back.subjects[0].count, 9);
    CHECK_INT(back.asked[0].b[0], 3);
    CHECK_INT(back.problems[0].code, PROBLEM_GAP);
    CHECK(back.has_keys && back.more && back.has_cursor);
    CHECK_BYTES(back.receipts[0].p, back.receipts[0].n, "receipt", 7);
    for (size_t n = 0; n < out.n; n++) {
        a = arena_of(room, sizeof room);
        CHECK(manifest_decode(bytes_of(buf, n), &a, &back) != ST_OK);
    }
}

static void a_list_over_its_bound_takes_no_memory(void)
{
    /* {1: 1, 9: [2^32 - 1 items ...]}: refused by the count, before anything is taken. */
    uint8_t evil[] = {0xA2, 0x01, 0x01, 0x09, 0x9A, 0xFF, 0xFF, 0xFF, 0xFF};
    uint8_t room[256];
    struct arena a = arena_of(room, sizeof room);
    struct manifest m;
    CHECK(manifest_decode(bytes_of(evil, sizeof evil), &a, &m) != ST_OK);
    CHECK(a.beg == room);
}

/* What two parties' lasting keys make is kept: for that other party alone, and never for the key
 * that is all zero, as a pair that knows nobody is. */
static void a_kept_pair_gives_the_same_key_and_is_of_one_party_only(void)
{
    uint8_t with[32], without[32], plain[BUNDLE_SHARED_BYTES], kept[BUNDLE_SHARED_BYTES];
    uint8_t header[8] = {1}, zero[32] = {0};
    struct key_parts parts = {.header = header,
                              .header_n = sizeof header,
                              .sender_pk = device.box_pk,
                              .recipient_pk = hq.box_pk,
                              .ephemeral_pk = other.box_pk,
                              .recipient_sk = hq.box_sk};
    CHECK(bundle_key_derive(&parts, without));
    parts.pair = hq.pair;
    for (unsigned i = 0; i < 2; i++) { /* worked out, then kept */
        CHECK(bundle_key_derive(&parts, with));
        CHECK_BYTES(with, 32, without, 32);
        CHECK_BYTES(hq.pair, 32, device.box_pk, 32);
    }
    struct key_parts back = {.sender_pk = hq.box_pk, /* the other way: the same half */
                             .recipient_pk = device.box_pk,
                             .ephemeral_pk = other.box_pk,
                             .sender_sk = hq.box_sk,
                             .ephemeral_sk = other.box_sk};
    CHECK(bundle_key_shared(&back, plain));
    back.pair = hq.pair;
    CHECK(bundle_key_shared(&back, kept));
    CHECK_BYTES(kept, sizeof kept, plain, sizeof plain);
    parts.sender_pk = other.box_pk; /* somebody else */
    parts.pair = NULL;
    CHECK(bundle_key_shared(&parts, plain));
    parts.pair = hq.pair;
    CHECK(bundle_key_shared(&parts, kept));
    CHECK_BYTES(kept, sizeof kept, plain, sizeof plain);
    memset(hq.pair, 0, BUNDLE_PAIR_BYTES);
    parts.sender_pk = zero;
    CHECK(!bundle_key_derive(&parts, with));
    CHECK(sodium_is_zero(hq.pair, BUNDLE_PAIR_BYTES));
}

int main(void)
{
    if (sodium_init() < 0 || author_keys_make(&device) != ST_OK || author_keys_make(&hq) != ST_OK ||
        author_keys_make(&other) != ST_OK) {
        return 99;
    }
    RUN(a_whole_bundle_is_read_and_ends);
    RUN(every_prefix_gives_whole_frames_or_waits);
    RUN(every_flipped_bit_is_refused);
    RUN(a_bundle_for_another_is_named_so);
    RUN(a_joining_bundle_opens_under_its_code_only);
    RUN(bytes_after_the_end_and_lengths_out_of_range_are_refused);
    RUN(a_frame_with_a_tag_or_a_chunk_that_no_writer_makes_is_refused);
    RUN(a_kept_pair_gives_the_same_key_and_is_of_one_party_only);
    RUN(a_manifest_comes_back_as_it_went);
    RUN(a_list_over_its_bound_takes_no_memory);
    author_keys_wipe(&device);
    author_keys_wipe(&hq);
    author_keys_wipe(&other);
    CHECK_END();
}

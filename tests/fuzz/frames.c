/* frames.c - see frames.h. libsodium's stream is the same on both sides: a state that was set up to
 * pull pushes as well, so one header serves all plans and nothing is drawn at random. */
#include "tests/fuzz/frames.h"

#include "sync/bundle/bundle_key.h"
#include "tests/fuzz/door.h"

#define ABYTES crypto_secretstream_xchacha20poly1305_ABYTES
#define FRAMES_MAX 64 /* of one plan; the rest follows as it is */

void frames_begin(struct frames *f, const struct bundle_seal *seal, const struct bundle_open *open)
{
    struct bundle_writer w = {0};
    struct bundle_buffer b = {.cap = 4096};
    struct bundle_header h;
    size_t used;
    HOLD(bundle_begin(&w, seal, bundle_buffer_sink, &b, NULL) == ST_OK);
    HOLD(bundle_header_read(bytes_of(b.p, b.n), &h, &used, NULL) == ST_OK && used == b.n);
    memcpy(f->header, b.p, b.n);
    f->header_n = b.n;
    struct key_parts parts = {.header = h.raw,
                              .header_n = h.raw_n,
                              .sender_pk = open->sender_pk,
                              .recipient_pk = open->recipient_pk,
                              .ephemeral_pk = h.ephemeral,
                              .recipient_sk = open->recipient_sk,
                              .enrol_key = open->enrol_key};
    HOLD(bundle_key_derive(&parts, f->key));
    bundle_drop(&w);
    bundle_buffer_drop(&b);
}

static void push(crypto_secretstream_xchacha20poly1305_state *st, unsigned char tag, bytes plain,
                 uint8_t *out, size_t *at)
{
    bundle_key_length(out + *at, plain.n + ABYTES);
    unsigned long long n = 0;
    crypto_secretstream_xchacha20poly1305_push(st, out + *at + 4, &n, plain.p, plain.n, out + *at,
                                               4, tag);
    *at += 4 + (size_t)n;
}

bytes frames_make(const struct frames *f, bytes plan)
{
    static uint8_t out[DOOR_BYTES_MAX + BUNDLE_HEADER_BYTES_MAX + FRAMES_MAX * (ABYTES + 4)];
    static const unsigned char tags[] = {crypto_secretstream_xchacha20poly1305_TAG_MESSAGE,
                                         crypto_secretstream_xchacha20poly1305_TAG_FINAL,
                                         crypto_secretstream_xchacha20poly1305_TAG_PUSH,
                                         crypto_secretstream_xchacha20poly1305_TAG_REKEY};
    crypto_secretstream_xchacha20poly1305_state st;
    size_t at = f->header_n, i = 0;
    memcpy(out, f->header, at);
    HOLD(crypto_secretstream_xchacha20poly1305_init_pull(&st, f->header + at - 24, f->key) == 0);
    for (unsigned k = 0; k < FRAMES_MAX && plan.n - i >= 3; k++) {
        size_t n = (size_t)plan.p[i + 1] << 8 | plan.p[i + 2];
        if (plan.n - i - 3 < n) {
            break;
        }
        push(&st, tags[plan.p[i] % 4], bytes_of(plan.p + i + 3, n), out, &at);
        i += 3 + n;
    }
    if (plan.n > i) {
        memcpy(out + at, plan.p + i, plan.n - i);
    }
    return bytes_of(out, at + plan.n - i);
}

void frames_plan(uint8_t *plan, size_t cap, size_t *n, unsigned tag, enum bundle_frame kind,
                 bytes body)
{
    HOLD(body.n < UINT16_MAX && *n + 4 + body.n <= cap);
    uint8_t *p = plan + *n;
    p[0] = (uint8_t)tag;
    p[1] = (uint8_t)((body.n + 1) >> 8);
    p[2] = (uint8_t)(body.n + 1);
    p[3] = (uint8_t)kind;
    if (body.n > 0) {
        memcpy(p + 4, body.p, body.n);
    }
    *n += 4 + body.n;
}

bytes frames_plan_of(bytes bundle, const struct bundle_open *open)
{
    static uint8_t plan[DOOR_BYTES_MAX];
    struct bundle_header h;
    struct bundle_reader r;
    size_t used, n = 0;
    HOLD(bundle_header_read(bundle, &h, &used, NULL) == ST_OK);
    HOLD(bundle_reader_begin(&r, &h, open, NULL) == ST_OK);
    for (size_t at = used;;) {
        struct bundle_part part;
        enum st st = bundle_next(&r, bytes_of(bundle.p + at, bundle.n - at), &used, &part, NULL);
        if (st == ST_END) {
            break;
        }
        HOLD(st == ST_OK);
        size_t head = part.frame == BUNDLE_CHUNK ? 36 : 0;
        frames_plan(plan, sizeof plan, &n, r.whole, part.frame,
                    bytes_of(part.body.p - head, part.body.n + head));
        at += used;
    }
    bundle_reader_drop(&r);
    return bytes_of(plan, n);
}

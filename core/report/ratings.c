/* ratings.c - see ratings.h. */
#include "core/report/ratings.h"

#include "core/base/utf8.h"
#include "core/codec/cbor.h"

#include <sodium.h>

enum key { K_GRADE = 1, K_COMMENT = K_GRADE + RATE_QUESTIONS, K_CODE };

static bool comment_ok(str s)
{
    uint8_t room[9 * CAP_TEXT_BYTES + 64];
    bool ok = s.n <= CAP_TEXT_BYTES && utf8_is_clean(arena_of(room, sizeof room), s);
    sodium_memzero(room, sizeof room);
    return ok;
}

static bool code_ok(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < 0x20 || s.p[i] > 0x7e) {
            return false;
        }
    }
    return s.n <= CAP_CODE_BYTES;
}

static size_t filled(size_t n)
{
    return (n + RATINGS_BLOCK) / RATINGS_BLOCK * RATINGS_BLOCK;
}

static bool fill(uint8_t *buf, size_t cap, bytes *out)
{
    size_t n = filled(out->n);
    if (n > cap) {
        return false;
    }
    memset(buf + out->n, 0, n - out->n);
    buf[out->n] = 0x80;
    *out = bytes_of(buf, n);
    return true;
}

/* Without what fills the block. A map that stands alone is whole: its last byte may be anything. */
static bytes unfilled(bytes in)
{
    size_t n = in.n;
    if (cbor_check(in, 0, NULL, NULL) == ST_OK) {
        return in;
    }
    while (n > 0 && in.p[n - 1] == 0) {
        n--;
    }
    bool ends = n > 0 && in.p[n - 1] == 0x80 && filled(n - 1) == in.n;
    return ends ? bytes_of(in.p, n - 1) : in;
}

enum st ratings_encode(const struct ratings *r, uint8_t *buf, size_t cap, bytes *out)
{
    size_t pairs = (r->comment.n > 0) + (size_t)(r->code.n > 0);
    *out = (bytes){NULL, 0};
    for (unsigned i = 0; i < RATE_QUESTIONS; i++) {
        if ((unsigned)r->grade[i] > GRADE_DISSATISFIED) {
            return ST_BAD_INPUT;
        }
        pairs += r->grade[i] != GRADE_NONE;
    }
    if (!comment_ok(r->comment) || !code_ok(r->code)) {
        return ST_BAD_INPUT;
    }
    if (pairs == 0) {
        return ST_OK;
    }
    struct cbor_w w = cbor_w_init(buf, cap);
    cbor_put_map(&w, pairs);
    for (unsigned i = 0; i < RATE_QUESTIONS; i++) {
        if (r->grade[i] != GRADE_NONE) {
            cbor_put_uint(&w, K_GRADE + i);
            cbor_put_uint(&w, (uint64_t)r->grade[i]);
        }
    }
    if (r->comment.n > 0) {
        cbor_put_uint(&w, K_COMMENT);
        cbor_put_text(&w, r->comment);
    }
    if (r->code.n > 0) {
        cbor_put_uint(&w, K_CODE);
        cbor_put_bytes(&w, str_bytes(r->code));
    }
    return cbor_w_done(&w, out) == ST_OK && fill(buf, cap, out) ? ST_OK : ST_TOO_BIG;
}

enum st ratings_decode(bytes in, struct ratings *out)
{
    memset(out, 0, sizeof *out);
    in = unfilled(in);
    enum st st = cbor_check(in, 0, NULL, NULL);
    if (st != ST_OK) {
        return st;
    }
    struct ratings got;
    memset(&got, 0, sizeof got);
    struct cbor_r r = cbor_r_init(in);
    struct cbor_map m = cbor_map_begin(&r);
    size_t pairs = 0;
    bool empty = false;
    for (int64_t key; cbor_map_next(&m, &key);) {
        if (key >= K_GRADE && key < K_COMMENT) {
            uint64_t g = cbor_get_uint(&r);
            got.grade[key - K_GRADE] = g <= GRADE_DISSATISFIED ? (enum rating_grade)g : GRADE_NONE;
            if (g == 0 || g > GRADE_DISSATISFIED) {
                cbor_fail(&r);
            }
        } else if (key == K_COMMENT) {
            got.comment = cbor_get_text(&r);
            empty = empty || got.comment.n == 0;
        } else if (key == K_CODE) {
            got.code = bytes_str(cbor_get_bytes(&r));
            empty = empty || got.code.n == 0;
        } else {
            cbor_fail(&r);
        }
        pairs++;
    }
    if (empty || pairs == 0) { /* what was not said is left out: one encoding */
        return ST_BAD_FORM;
    }
    if (cbor_done(&r) != ST_OK || !comment_ok(got.comment) || !code_ok(got.code)) {
        return ST_BAD_FORM;
    }
    *out = got;
    return ST_OK;
}

enum st ratings_seal(bytes plain, const struct trust_key *to, uint8_t *buf, size_t cap, bytes *out)
{
    *out = (bytes){NULL, 0};
    if (plain.n > RATINGS_PLAIN_MAX || cap < plain.n + RATINGS_SEAL_OVERHEAD) {
        return ST_TOO_BIG;
    }
    memcpy(buf, to->id.b, sizeof to->id.b);
    if (crypto_box_seal(buf + sizeof to->id.b, plain.p, plain.n, to->pk) != 0) {
        return ST_UNTRUSTED;
    }
    *out = bytes_of(buf, plain.n + RATINGS_SEAL_OVERHEAD);
    return ST_OK;
}

enum st ratings_open(bytes sealed, const uint8_t pk[static 32], const uint8_t sk[static 32],
                     uint8_t *buf, size_t cap, bytes *plain)
{
    id8 id = key_id(pk);
    *plain = (bytes){NULL, 0};
    if (sealed.n < RATINGS_SEAL_OVERHEAD) {
        return ST_BAD_SIGNATURE;
    }
    if (memcmp(sealed.p, id.b, sizeof id.b) != 0) {
        return ST_WRONG_PARTY;
    }
    if (sealed.n - RATINGS_SEAL_OVERHEAD > cap) {
        return ST_FULL;
    }
    if (crypto_box_seal_open(buf, sealed.p + sizeof id.b, sealed.n - sizeof id.b, pk, sk) != 0) {
        return ST_BAD_SIGNATURE;
    }
    *plain = bytes_of(buf, sealed.n - RATINGS_SEAL_OVERHEAD);
    return ST_OK;
}

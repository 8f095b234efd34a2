/* fuzz_enrol.c - how a device joins: what is typed, what a grant holds, what a kept joining holds.
 * The first byte chooses: 0 a grant as it comes, 1 the plan of one that is sealed here under the
 * code, 2 a code as typed, 3 the trust document that a device starts from, 4 the sealed file of a
 * pending joining, 5 what is inside that file. */
#include "core/base/encode.h"
#include "core/keys/seal.h"
#include "sync/bundle/manifest.h"
#include "sync/engine/join.h"
#include "tests/fuzz/door.h"
#include "tests/fuzz/frames.h"
#include "tests/support/sample.h"

#define CODE "7K3MP-QX2A9-BCDEFG"

static struct sample s;
static struct join j0; /* as after join_begin, with keys that do not change */
static struct frames inside;
static uint8_t enrol[32];
static const uint8_t secret[32] = "a device secret of thirty-two b.";

static void begin(void)
{
    sample_make(&s);
    j0.keys = s.tech.keys;
    j0.trust = s.trust;
    HOLD(crockford_get(str_c(CODE), j0.code, sizeof j0.code));
    memcpy(j0.trust_doc, s.trust_doc.p, s.trust_doc.n);
    j0.trust_doc_n = s.trust_doc.n;
    bundle_enrol_key(j0.code, enrol);
    struct bundle_seal seal = {.from = BUNDLE_FROM_HQ,
                               .sender = key_id(s.node.keys.box_pk),
                               .sender_pk = s.node.keys.box_pk,
                               .sender_sk = s.node.keys.box_sk,
                               .recipient_pk = j0.keys.box_pk,
                               .enrol_key = enrol};
    memcpy(seal.deployment, s.trust.deployment, sizeof seal.deployment);
    struct bundle_open open = {.deployment = s.trust.deployment,
                               .recipient_pk = j0.keys.box_pk,
                               .recipient_sk = j0.keys.box_sk,
                               .sender_pk = s.node.keys.box_pk,
                               .enrol_key = enrol};
    frames_begin(&inside, &seal, &open);
}

static bool grant(bytes answer)
{
    static struct join j;
    struct err err = {.st = ST_OK};
    struct cert c;
    j = j0;
    enum st st = join_answer(&j, answer, &err);
    HOLD(st == ST_OK || (err.st == st && err.text[0] != '\0'));
    HOLD((st == ST_OK) == (j.cert_n != 0));
    if (st != ST_OK) {
        return false;
    }
    HOLD(memcmp(j.trust.deployment, j0.trust.deployment, 16) == 0);
    HOLD(j.trust.serial >= j0.trust.serial);
    HOLD(cert_open(bytes_of(j.cert, j.cert_n), &j.trust, &c, NULL) == ST_OK);
    HOLD(memcmp(c.sign_pk, j0.keys.sign_pk, 32) == 0);
    HOLD(memcmp(c.box_pk, j0.keys.box_pk, 32) == 0);
    return true;
}

static bool begins(str code, bytes trust_doc)
{
    static struct join j;
    struct err err = {.st = ST_OK};
    enum st st = join_begin(&j, code, trust_doc, &err);
    HOLD(st == ST_OK || (st == ST_BAD_INPUT && err.text[0] != '\0'));
    join_end(&j);
    return st == ST_OK;
}

static bool typed(bytes in)
{
    uint8_t raw[ENROL_CODE_BYTES], again[ENROL_CODE_BYTES];
    char text[20];
    if (!crockford_get(bytes_str(in), raw, sizeof raw)) {
        return false;
    }
    crockford_put(bytes_of(raw, sizeof raw), text);
    HOLD(crockford_get(str_c(text), again, sizeof again) && memcmp(raw, again, sizeof raw) == 0);
    return begins(bytes_str(in), s.trust_doc);
}

static bool kept(bytes in)
{
    static struct join j;
    enum st st = join_load(&j, door_file(0, in), secret, NULL);
    HOLD(st == ST_OK || st == ST_CORRUPT || st == ST_TOO_BIG || st == ST_BAD_INPUT);
    if (st == ST_OK) {
        HOLD(join_save(&j, door_file(1, in), secret, NULL) == ST_OK);
    }
    join_end(&j);
    return st == ST_OK;
}

static bool take(bytes in)
{
    static uint8_t sealed[DOOR_BYTES_MAX + SEAL_OVERHEAD];
    if (in.n == 0) {
        return false;
    }
    unsigned which = in.p[0] % 6;
    in = bytes_of(in.p + 1, in.n - 1);
    switch (which) {
    case 0:
        return grant(in);
    case 1:
        return grant(frames_make(&inside, in));
    case 2:
        return typed(in);
    case 3:
        return begins(str_c(CODE), in);
    case 4:
        return kept(in);
    default:
        seal_put(secret, str_bytes(S("join")), in, sealed);
        return kept(bytes_of(sealed, in.n + SEAL_OVERHEAD));
    }
}

static void seeds(void)
{
    static uint8_t plan[16384], buf[8192];
    struct manifest m = {.role = MANIFEST_GRANT, .cert = s.tech.cert.whole, .trust = s.trust_doc};
    bytes out;
    for (int with = 0; with < 2; with++) {
        size_t n = 0;
        HOLD(manifest_encode(&m, buf, sizeof buf, &out) == ST_OK);
        frames_plan(plan, sizeof plan, &n, 1, BUNDLE_MANIFEST, out);
        door_seed_with(1, bytes_of(plan, n));
        door_seed_with(0, frames_make(&inside, bytes_of(plan, n)));
        m.trust = (bytes){NULL, 0};
    }
    door_seed_with(2, str_bytes(str_c(CODE)));
    door_seed_with(2, str_bytes(S("7k3mpqx2a9bcdefg")));
    door_seed_with(3, s.trust_doc);
    const char *path = door_file(0, out);
    HOLD(join_save(&j0, path, secret, NULL) == ST_OK);
    bytes sealed = str_bytes(door_read_file(0, path));
    size_t n = 0;
    door_seed_with(4, sealed);
    HOLD(seal_get(secret, str_bytes(S("join")), sealed, buf, &n) == ST_OK);
    door_seed_with(5, bytes_of(buf, n));
}

/* The trust document, and what is inside the kept joining; the rest is typed or sealed. */
static size_t cbor_at(bytes in, bool *in_strings)
{
    *in_strings = true;
    return in.n > 0 && (in.p[0] == 3 || in.p[0] == 5) ? 1 : DOOR_NO_CBOR;
}

const struct door door = {.name = "enrol",
                          .max_bytes = 8192,
                          .tries = 2000,
                          .begin = begin,
                          .take = take,
                          .seeds = seeds,
                          .cbor_at = cbor_at};

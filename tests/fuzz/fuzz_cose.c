/* fuzz_cose.c - the envelope of everything signed: our form only, and nobody's signature but ours.
 * The first byte chooses the type and deployment under which it is verified. */
#include "core/codec/cose.h"
#include "tests/fuzz/door.h"
#include "tests/support/sample.h"

static struct sample s;

static void begin(void)
{
    sample_make(&s);
}

/* What is put together again from the parts is what came. */
static void is_the_same_again(const struct cose_view *v, bytes in)
{
    static uint8_t buf[COSE_WHOLE_BYTES];
    struct cbor_w w = cbor_w_init(buf, sizeof buf);
    bytes out;
    cbor_put_tag18(&w);
    cbor_put_array(&w, 4);
    cbor_put_bytes(&w, v->prot);
    cbor_put_map(&w, 0);
    cbor_put_bytes(&w, v->payload);
    cbor_put_bytes(&w, bytes_of(v->sig, COSE_SIG_BYTES));
    HOLD(cbor_w_done(&w, &out) == ST_OK && bytes_eq(out, in));
}

/* Ed25519 of libsodium is deterministic: a signature that holds is the one that we make. */
static void is_signed_by_us(const struct cose_view *v, enum cose_type type, bytes in)
{
    static uint8_t buf[COSE_WHOLE_BYTES];
    bytes out;
    HOLD(cose_sign(type, s.trust.deployment, v->kid, v->payload, s.tech.keys.sign_sk, buf,
                   sizeof buf, &out) == ST_OK);
    HOLD(bytes_eq(out, in));
}

static bool take(bytes in)
{
    if (in.n == 0) {
        return false;
    }
    enum cose_type type = (enum cose_type)(in.p[0] % COSE_TYPES);
    in = bytes_of(in.p + 1, in.n - 1);
    struct cose_view v, first;
    size_t used = 0, item = 0;
    const char *rule = NULL;
    enum st st = cose_open(in, 0, &v, &used, &rule);
    enum st seq = cose_open(in, CBOR_SEQUENCE_ITEM, &first, &item, NULL);
    HOLD(st == ST_OK || st == ST_BAD_FORM || st == ST_TOO_BIG);
    HOLD(rule != NULL && (st != ST_BAD_FORM || rule[0] != '\0'));
    HOLD((st == ST_OK) == (seq == ST_OK && item == in.n));
    if (seq == ST_OK) {
        is_the_same_again(&first, bytes_of(in.p, item));
    } else {
        HOLD(first.whole.p == NULL && first.payload.p == NULL && first.kid == NULL);
    }
    if (st != ST_OK) {
        return false;
    }
    HOLD(used == in.n && bytes_eq(v.whole, in));
    if (cose_verify(&v, type, s.trust.deployment, s.tech.keys.sign_pk) == ST_OK) {
        is_signed_by_us(&v, type, in);
    }
    return true;
}

static void seeds(void)
{
    door_seed_vectors(NULL, COSE_ENTRY);
    for (int type = 0; type < COSE_TYPES; type++) {
        uint8_t buf[256];
        bytes m;
        HOLD(cose_sign((enum cose_type)type, s.trust.deployment, s.tech.author.b,
                       bytes_of("\xa1\x01\x02", 3), s.tech.keys.sign_sk, buf, sizeof buf,
                       &m) == ST_OK);
        door_seed_with((uint8_t)type, m);
    }
}

static size_t cbor_at(bytes in, bool *in_strings)
{
    (void)in;
    *in_strings = false; /* the payload is its reader's */
    return 1;
}

const struct door door = {.name = "cose",
                          .max_bytes = 8192,
                          .prefix_free = true,
                          .no_memory = true,
                          .begin = begin,
                          .take = take,
                          .seeds = seeds,
                          .cbor_at = cbor_at};

/* COSE_Sign1: the published example through the one mechanism, every bit of it and of our own
 * message flipped, types and deployments kept apart, bounds, sequences. */
#include "core/codec/cose.h"
#include "core/codec/hash.h"
#include "core/base/encode.h"
#include "tests/support/check.h"
#include <sodium.h>

#define EXAMPLE "tests/vectors/cose-eddsa-sig-01.hex"
#define PUBLISHED "../shared/vectors/cose-eddsa-sig-01.json"

/* Places in the example: 18([h'A201270300', {4: '11'}, 'This is the content.', signature]). */
enum {
    EX_PROT = 3,
    EX_PROT_END = 8,
    EX_KID = 11,
    EX_KID_END = 13,
    EX_PAYLOAD = 14,
    EX_PAYLOAD_END = 34,
    EX_SIG = 36,
    EX_END = 100
};

static const uint8_t deployment[16] = "deployment one!";
static const uint8_t elsewhere[16] = "deployment two!";
static const uint8_t kid[8] = {'k', 'e', 'y', 0, 0xff, 1, 2, 3};
static uint8_t pk[32], sk[64], other_pk[32], other_sk[64];

static uint8_t example[EX_END];
static uint8_t example_pk[32];
static const struct cose_profile example_profile = {
    .alg = -8, .kid_unprotected = true, .kid = {(const uint8_t *)"11", 2}, .aad = {NULL, 0}};

static void load_example(void)
{
    char line[256] = "";
    FILE *f = fopen(EXAMPLE, "r");
    if (f != NULL) {
        if (fgets(line, sizeof line, f) == NULL) {
            line[0] = '\0';
        }
        fclose(f);
    }
    line[strcspn(line, "\n")] = '\0';
    bool ok = hex_get(str_c(line), example, sizeof example) &&
              hex_get(S("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
                      example_pk, sizeof example_pk);
    CHECK(ok);
}

static enum st verify_example(const uint8_t *p, size_t n, const char **rule)
{
    return cose_verify_profile(bytes_of(p, n), &example_profile, example_pk, rule);
}

/* ---- The published example ------------------------------------------------------------------ */

static void the_published_example_is_accepted_by_its_profile(void)
{
    const char *rule;
    load_example();
    CHECK_INT(verify_example(example, EX_END, &rule), ST_OK);
    CHECK_STR(rule, "");
}

static void our_copy_of_the_example_is_the_published_one(void)
{
    static char json[8192];
    FILE *f = fopen(PUBLISHED, "r");
    if (f == NULL) {
        printf("# %s is absent: the copy stands unchecked\n", PUBLISHED);
        return;
    }
    json[fread(json, 1, sizeof json - 1, f)] = '\0';
    fclose(f);
    uint8_t theirs[EX_END];
    char *p = strstr(json, "\"cbor\":\"");
    CHECK(p != NULL);
    if (p != NULL) {
        p += 8;
        CHECK(hex_get((str){p, strcspn(p, "\"")}, theirs, sizeof theirs));
        CHECK_BYTES(example, EX_END, theirs, EX_END);
    }
}

static void every_bit_of_the_example_is_refused_for_what_it_is(void)
{
    for (size_t bit = 0; bit < 8 * (size_t)EX_END; bit++) {
        uint8_t bad[EX_END];
        const char *rule = "";
        size_t at = bit / 8;
        memcpy(bad, example, EX_END);
        bad[at] ^= (uint8_t)(1U << bit % 8);
        enum st want = ST_BAD_FORM;
        if ((at >= EX_PROT && at < EX_PROT_END) || (at >= EX_PAYLOAD && at < EX_PAYLOAD_END) ||
            at >= EX_SIG) {
            want = ST_BAD_SIGNATURE;
        } else if (at >= EX_KID && at < EX_KID_END) {
            want = ST_UNTRUSTED;
        }
        CHECK_INT(verify_example(bad, EX_END, &rule), want);
        CHECK((rule[0] != '\0') == (want == ST_BAD_FORM));
    }
}

static void the_example_is_refused_by_our_own_door(void)
{
    struct cose_view v;
    const char *rule = NULL;
    CHECK_INT(cose_open(bytes_of(example, EX_END), 0, &v, NULL, &rule), ST_BAD_FORM);
    CHECK_STR(rule, "protected header");
    CHECK(v.whole.p == NULL && v.kid == NULL);
}

static void the_example_is_refused_under_another_profile_or_key(void)
{
    struct cose_profile p = example_profile;
    const char *rule;
    bytes in = bytes_of(example, EX_END);
    p.aad = bytes_of("x", 1);
    CHECK_INT(cose_verify_profile(in, &p, example_pk, &rule), ST_BAD_SIGNATURE);
    p = example_profile;
    p.alg = -19;
    CHECK_INT(cose_verify_profile(in, &p, example_pk, &rule), ST_BAD_FORM);
    CHECK_STR(rule, "algorithm");
    p = example_profile;
    p.kid_unprotected = false;
    CHECK_INT(cose_verify_profile(in, &p, example_pk, &rule), ST_BAD_FORM);
    CHECK_INT(cose_verify_profile(in, &example_profile, pk, &rule), ST_BAD_SIGNATURE);
}

/* ---- Our own messages ----------------------------------------------------------------------- */

static bytes sign(enum cose_type type, bytes payload, uint8_t *buf, size_t cap)
{
    bytes m;
    CHECK_INT(cose_sign(type, deployment, kid, payload, sk, buf, cap, &m), ST_OK);
    return m;
}

static enum st open_and_verify(bytes m, enum cose_type type, const uint8_t *where,
                               const uint8_t *key)
{
    struct cose_view v;
    enum st st = cose_open(m, 0, &v, NULL, NULL);
    return st != ST_OK ? st : cose_verify(&v, type, where, key);
}

static void a_signed_message_opens_into_its_parts_and_verifies(void)
{
    uint8_t buf[256];
    bytes payload = bytes_of("\xa1\x01\x02", 3);
    bytes m = sign(COSE_ENTRY, payload, buf, sizeof buf);
    struct cose_view v;
    size_t used = 0;
    const char *rule = NULL;
    CHECK_INT(cose_open(m, 0, &v, &used, &rule), ST_OK);
    CHECK_STR(rule, "");
    CHECK_INT(used, m.n);
    CHECK_BYTES(v.whole.p, v.whole.n, m.p, m.n);
    CHECK_BYTES(v.payload.p, v.payload.n, payload.p, payload.n);
    CHECK_BYTES(v.kid, COSE_KID_BYTES, kid, sizeof kid);
    CHECK_BYTES(v.prot.p, v.prot.n, "\xa2\x01\x32\x04\x48key\0\xff\1\2\3", 13);
    CHECK(v.sig == m.p + m.n - COSE_SIG_BYTES);
    CHECK_INT(cose_verify(&v, COSE_ENTRY, deployment, pk), ST_OK);
    CHECK_INT(cbor_check(m, CBOR_ALLOW_TAG18, NULL, NULL), ST_OK);
}

static void a_message_is_laid_out_as_the_rfc_says(void)
{
    /* Sig_structure put together by hand, verified with libsodium alone. */
    static const char head[] = "\x84\x6aSignature1\x4d\xa2\x01\x32\x04\x48key\0\xff\1\2\3"
                               "\x58\x22"
                               "docket/receipt/1"
                               "deployment one!\0"
                               "\x43";
    uint8_t buf[256], m[256];
    size_t n = 12 + 14 + 2 + 32 + 1;
    bytes whole = sign(COSE_RECEIPT, bytes_of("\xa1\x01\x02", 3), buf, sizeof buf);
    memcpy(m, head, n);
    m[27] = 16 + 16; /* the AAD's length */
    memcpy(m + n, "\xa1\x01\x02", 3);
    CHECK_INT(crypto_sign_verify_detached(whole.p + whole.n - 64, m, n + 3, pk), 0);
    CHECK_BYTES(whole.p, 18, "\xd2\x84\x4d\xa2\x01\x32\x04\x48key\0\xff\1\2\3\xa0\x43", 18);
}

static void a_signature_holds_for_one_type_one_deployment_and_one_key(void)
{
    for (enum cose_type a = 0; a < COSE_TYPES; a++) {
        uint8_t buf[128];
        bytes m = sign(a, bytes_of("\xa0", 1), buf, sizeof buf);
        for (enum cose_type b = 0; b < COSE_TYPES; b++) {
            CHECK_INT(open_and_verify(m, b, deployment, pk), a == b ? ST_OK : ST_BAD_SIGNATURE);
        }
        CHECK_INT(open_and_verify(m, a, elsewhere, pk), ST_BAD_SIGNATURE);
        CHECK_INT(open_and_verify(m, a, deployment, other_pk), ST_BAD_SIGNATURE);
        CHECK_INT(open_and_verify(m, COSE_TYPES, deployment, pk), ST_BAD_SIGNATURE);
    }
    bytes none;
    uint8_t buf[128];
    CHECK_INT(cose_sign(COSE_TYPES, deployment, kid, bytes_of("", 0), sk, buf, sizeof buf, &none),
              ST_BUG);
}

static void every_bit_of_our_own_message_is_refused(void)
{
    uint8_t buf[256], payload[40];
    memset(payload, 7, sizeof payload);
    bytes m = sign(COSE_ENTRY, bytes_of(payload, sizeof payload), buf, sizeof buf);
    size_t bad_form = 0;
    for (size_t bit = 0; bit < 8 * m.n; bit++) {
        buf[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum st st = open_and_verify(m, COSE_ENTRY, deployment, pk);
        bool content = bit / 8 >= 19; /* after the head: payload's head (2), payload, signature */
        CHECK(st == ST_BAD_FORM || st == ST_BAD_SIGNATURE);
        CHECK(!content || (bit / 8 >= 59 && bit / 8 < 61) || st == ST_BAD_SIGNATURE);
        bad_form += st == ST_BAD_FORM;
        buf[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    CHECK(bad_form > 60);
    CHECK_INT(open_and_verify(m, COSE_ENTRY, deployment, pk), ST_OK);
}

/* other_form: a message with the given headers, truly signed by nobody; open looks at form only. */
static enum st other_form(const char *prot, const char *unprot, const char *rest, const char **rule)
{
    uint8_t p[64], u[64], r[256], out[512];
    struct cbor_w w = cbor_w_init(out, sizeof out);
    bytes m;
    struct cose_view v;
    CHECK(hex_get(str_c(prot), p, strlen(prot) / 2) &&
          hex_get(str_c(unprot), u, strlen(unprot) / 2) &&
          hex_get(str_c(rest), r, strlen(rest) / 2));
    cbor_put_tag18(&w);
    cbor_put_array(&w, 4);
    cbor_put_bytes(&w, bytes_of(p, strlen(prot) / 2));
    cbor_put_raw(&w, bytes_of(u, strlen(unprot) / 2));
    cbor_put_raw(&w, bytes_of(r, strlen(rest) / 2));
    CHECK_INT(cbor_w_done(&w, &m), ST_OK);
    return cose_open(m, 0, &v, NULL, rule);
}

#define ZERO16 "00000000000000000000000000000000"
#define SIG64 "5840" ZERO16 ZERO16 ZERO16 ZERO16
#define PROT                                                                                       \
    "a201320448"                                                                                   \
    "0102030405060708"

static void only_our_exact_form_opens(void)
{
    static const struct {
        const char *prot, *unprot, *rest, *rule;
    } cases[] = {
        {PROT, "a0", "40" SIG64, ""},
        {PROT, "a0", "f6" SIG64, "COSE_Sign1"}, /* detached payload */
        {PROT, "a0",
         "40"
         "4100",
         "COSE_Sign1"},
        {PROT, "a0", "6161" SIG64, "COSE_Sign1"},
        {PROT, "a10441aa", "40" SIG64, "unprotected header"},
        {PROT, "a10127", "40" SIG64, "unprotected header"},
        {PROT, "80", "40" SIG64, "COSE_Sign1"},
        {"", "a0", "40" SIG64, "truncated"},
        {"a0", "a0", "40" SIG64, "protected header"},
        {"a10132", "a0", "40" SIG64, "protected header"},
        {"a1044801020304050607ff", "a0", "40" SIG64, "protected header"},
        {"a2"
         "0448"
         "0102030405060708"
         "0132",
         "a0", "40" SIG64, "key order"},
        {"a2"
         "0132"
         "0132",
         "a0", "40" SIG64, "duplicate key"},
        {"a2"
         "013812"
         "0448"
         "0102030405060708",
         "a0", "40" SIG64, "non-shortest head"},
        {PROT "00", "a0", "40" SIG64, "trailing bytes"},
        {"a2"
         "0127"
         "0448"
         "0102030405060708",
         "a0", "40" SIG64, "algorithm"},
        {"a2"
         "0132"
         "0447"
         "01020304050607",
         "a0", "40" SIG64, "key id"},
        {"a2"
         "0132"
         "0449"
         "010203040506070809",
         "a0", "40" SIG64, "key id"},
        {"a3"
         "0132"
         "0300"
         "0448"
         "0102030405060708",
         "a0", "40" SIG64, "protected header"},
        {"a3"
         "0132"
         "0448"
         "0102030405060708"
         "181800",
         "a0", "40" SIG64, "protected header"},
        {"80", "a0", "40" SIG64, "protected header"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *rule = NULL;
        enum st st = other_form(cases[i].prot, cases[i].unprot, cases[i].rest, &rule);
        CHECK_INT(st, cases[i].rule[0] == '\0' ? ST_OK : ST_BAD_FORM);
        CHECK_STR(rule, cases[i].rule);
    }
}

/* ---- Bounds and sequences ------------------------------------------------------------------- */

static void the_largest_payload_passes_and_one_byte_more_does_not(void)
{
    static uint8_t payload[COSE_PAYLOAD_BYTES + 1], buf[COSE_WHOLE_BYTES + 1];
    bytes m, none = {buf, 1};
    CHECK_INT(cose_sign(COSE_TRUST, deployment, kid, bytes_of(payload, COSE_PAYLOAD_BYTES), sk, buf,
                        sizeof buf, &m),
              ST_OK);
    CHECK_INT(m.n, COSE_WHOLE_BYTES);
    CHECK_INT(open_and_verify(m, COSE_TRUST, deployment, pk), ST_OK);
    CHECK_INT(cose_sign(COSE_TRUST, deployment, kid, bytes_of(payload, sizeof payload), sk, buf,
                        sizeof buf, &none),
              ST_TOO_BIG);
    CHECK_INT(none.n, 0);

    /* One byte more on the way in, whole or as a sequence: the signature's place does not matter.
     */
    struct cose_view v;
    buf[17] = 0x59;
    buf[18] = (COSE_PAYLOAD_BYTES + 1) >> 8;
    buf[19] = (COSE_PAYLOAD_BYTES + 1) & 0xff;
    buf[20 + COSE_PAYLOAD_BYTES + 1] = 0x58;
    buf[20 + COSE_PAYLOAD_BYTES + 2] = 0x40;
    const char *rule = "";
    for (unsigned flags = 0; flags <= CBOR_SEQUENCE_ITEM; flags += CBOR_SEQUENCE_ITEM) {
        CHECK_INT(cose_open(bytes_of(buf, sizeof buf), flags, &v, NULL, &rule), ST_TOO_BIG);
        CHECK_STR(rule, "message too long");
    }
    CHECK_INT(cose_open(bytes_of(buf, 100), CBOR_SEQUENCE_ITEM, &v, NULL, NULL), ST_INCOMPLETE);
}

static void a_buffer_too_small_by_a_byte_is_full(void)
{
    uint8_t buf[128];
    bytes payload = bytes_of("\xa0", 1), m = sign(COSE_FORK, payload, buf, sizeof buf), none;
    for (size_t cap = 0; cap < m.n; cap++) {
        uint8_t *small = sodium_malloc(cap);
        CHECK_INT(cose_sign(COSE_FORK, deployment, kid, payload, sk, small, cap, &none), ST_FULL);
        CHECK_INT(none.n, 0);
        sodium_free(small);
    }
}

static void messages_in_a_row_are_opened_one_by_one_and_cut_ones_wait(void)
{
    uint8_t buf[512];
    bytes a = sign(COSE_ENTRY, bytes_of("\xa0", 1), buf, sizeof buf);
    bytes b = sign(COSE_ENTRY, bytes_of("\x81\x05", 2), buf + a.n, sizeof buf - a.n);
    size_t total = a.n + b.n, used = 0;
    struct cose_view v;
    CHECK_INT(cose_open(bytes_of(buf, total), CBOR_SEQUENCE_ITEM, &v, &used, NULL), ST_OK);
    CHECK_INT(used, a.n);
    CHECK_INT(cose_verify(&v, COSE_ENTRY, deployment, pk), ST_OK);
    CHECK_INT(cose_open(bytes_of(buf, total), 0, &v, &used, NULL), ST_BAD_FORM);
    CHECK_INT(used, 0);
    for (size_t n = 0; n < b.n; n++) {
        uint8_t *part = sodium_malloc(n);
        if (n != 0) {
            memcpy(part, b.p, n);
        }
        CHECK_INT(cose_open(bytes_of(part, n), CBOR_SEQUENCE_ITEM, &v, &used, NULL), ST_INCOMPLETE);
        CHECK_INT(cose_open(bytes_of(part, n), 0, &v, NULL, NULL), ST_BAD_FORM);
        CHECK(v.whole.p == NULL && used == 0);
        sodium_free(part);
    }
}

/* ---- Hash ----------------------------------------------------------------------------------- */

static void the_hash_is_blake2b_256_in_one_piece_or_in_many(void)
{
    uint8_t want[32], got[32], key[32] = {0};
    CHECK(hex_get(S("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"), want, 32));
    hash32(bytes_of("abc", 3), got);
    CHECK_BYTES(got, 32, want, 32);
    struct hash32_state h;
    hash32_begin(&h);
    hash32_add(&h, bytes_of("a", 1));
    hash32_add(&h, (bytes){NULL, 0});
    hash32_add(&h, bytes_of("bc", 2));
    hash32_end(&h, got);
    CHECK_BYTES(got, 32, want, 32);
    hash32_keyed(key, bytes_of("abc", 3), got);
    CHECK(memcmp(got, want, 32) != 0); /* a key of zeros is not no key */
}

int main(void)
{
    uint8_t seed[32] = {1}, other_seed[32] = {2};
    if (sodium_init() < 0) {
        return 99;
    }
    crypto_sign_seed_keypair(pk, sk, seed);
    crypto_sign_seed_keypair(other_pk, other_sk, other_seed);
    RUN(the_published_example_is_accepted_by_its_profile);
    RUN(our_copy_of_the_example_is_the_published_one);
    RUN(every_bit_of_the_example_is_refused_for_what_it_is);
    RUN(the_example_is_refused_by_our_own_door);
    RUN(the_example_is_refused_under_another_profile_or_key);
    RUN(a_signed_message_opens_into_its_parts_and_verifies);
    RUN(a_message_is_laid_out_as_the_rfc_says);
    RUN(a_signature_holds_for_one_type_one_deployment_and_one_key);
    RUN(every_bit_of_our_own_message_is_refused);
    RUN(only_our_exact_form_opens);
    RUN(the_largest_payload_passes_and_one_byte_more_does_not);
    RUN(a_buffer_too_small_by_a_byte_is_full);
    RUN(messages_in_a_row_are_opened_one_by_one_and_cut_ones_wait);
    RUN(the_hash_is_blake2b_256_in_one_piece_or_in_many);
    CHECK_END();
}

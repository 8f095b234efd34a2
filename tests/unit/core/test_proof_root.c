/* test_proof_root.c - whose trust document a report may bring along: one of any root before, since
 * nothing of it is used; never one by a root that was left behind and that claims to be newer than
 * what hq.pub knows. */
#include "core/codec/cbor.h"
#include "core/report/proof_file.h"
#include "tests/unit/core/proof_help.h"

/* A trust document of this deployment by any root. */
static bytes document(const struct author_keys *root, uint64_t serial,
                      const struct author_keys *next, uint8_t buf[static CAP_TRUST_BYTES])
{
    struct trust t = s.trust;
    bytes doc = {NULL, 0};
    t.serial = serial;
    memcpy(t.root_pk, root->sign_pk, sizeof t.root_pk);
    memset(t.next_root, 0, sizeof t.next_root);
    if (next != NULL) {
        memcpy(t.next_root, next->sign_pk, sizeof t.next_root);
    }
    CHECK_INT(trust_make(&t, root->sign_sk, buf, CAP_TRUST_BYTES, &doc), ST_OK);
    return doc;
}

/* Which part of a report that brings `doc` is the first to be refused? */
static enum proof_part refused(bytes doc, bytes pub)
{
    static uint8_t file[CAP_TRUST_BYTES + 256];
    struct cbor_w w = cbor_w_init(file, sizeof file);
    bytes out;
    struct proof_result r;
    cbor_put_map(&w, 5);
    cbor_put_uint(&w, PK_VERSION);
    cbor_put_uint(&w, PROOF_VERSION);
    cbor_put_uint(&w, PK_ENTRY);
    cbor_put_bytes(&w, str_bytes(S("entry")));
    cbor_put_uint(&w, PK_CERT);
    cbor_put_bytes(&w, str_bytes(S("certificate")));
    cbor_put_uint(&w, PK_TRUST);
    cbor_put_bytes(&w, doc);
    cbor_put_uint(&w, PK_EVIDENCE);
    cbor_put_map(&w, 0);
    CHECK_INT(cbor_w_done(&w, &out), ST_OK);
    CHECK_INT(proof_verify(out, pub, arena_of(verify_memory, sizeof verify_memory), &r),
              ST_BAD_SIGNATURE);
    return r.failed;
}

static void a_root_that_was_left_behind_raises_no_trust(void)
{
    struct author_keys second;
    uint8_t known[CAP_TRUST_BYTES], other[CAP_TRUST_BYTES], buf[HQ_PUB_BYTES_MAX];
    bytes pub, doc;
    sample_keys("second root", &second);
    doc = document(&second, 5, NULL, known);
    CHECK_INT(hq_pub_make(doc, second.sign_pk, buf, sizeof buf, &pub), ST_OK);
    /* An old report, from before the root changed. */
    CHECK_INT(refused(document(&s.root, 4, &second, other), pub), PROOF_CERT);
    /* The thief of the old root certifies himself. */
    CHECK_INT(refused(document(&s.root, 6, NULL, other), pub), PROOF_TRUST);
    CHECK_INT(refused(document(&second, 6, NULL, other), pub), PROOF_CERT);
    author_keys_wipe(&second);
}

/* A report made under each of five documents, by three roots that followed each other; every later
 * hq.pub says of it what its own does, of the file and of the customer's code. */
#define PERIODS 5
static struct {
    uint8_t doc[CAP_TRUST_BYTES], pub[HQ_PUB_BYTES_MAX], file[1 << 16];
    char code[PROOF_QR_MAX + 1];
    bytes hq_pub;
    size_t n, code_n;
    unsigned root; /* whose document it is, and whom it names next (0: nobody), from 1 */
    unsigned next;
} period[PERIODS] = {
    {.root = 1}, {.root = 1, .next = 2}, {.root = 2}, {.root = 2, .next = 3}, {.root = 3}};

static void live_through(unsigned i, const struct author_keys *roots)
{
    const struct author_keys *by = &roots[period[i].root - 1];
    const struct author_keys *next = period[i].next == 0 ? NULL : &roots[period[i].next - 1];
    bytes doc = document(by, s.trust.serial + 1 + i, next, period[i].doc);
    struct store_txn *t = help_write(d.store);
    str qr;
    CHECK_INT(trust_store_put(t, doc, &err), ST_OK);
    CHECK_INT(store_commit(&t, &err), ST_OK);
    CHECK_INT(hq_pub_make(doc, by->sign_pk, period[i].pub, HQ_PUB_BYTES_MAX, &period[i].hq_pub),
              ST_OK);
    h32 signoff = sign(3600000 + 1000 * (int64_t)i, SIGN_SIGNED, NULL);
    bytes file = build(signoff);
    CHECK(file.n <= sizeof period[i].file);
    memcpy(period[i].file, file.p, file.n);
    period[i].n = file.n;
    struct arena a = arena_of(memory, sizeof memory);
    t = help_read(d.store);
    CHECK_INT(proof_qr(t, signoff, S("https://hq.example/verify"), &a, &qr, &err), ST_OK);
    store_abort(&t);
    memcpy(period[i].code, qr.p, qr.n);
    period[i].code_n = qr.n;
}

static void hold(unsigned i, unsigned pub)
{
    struct proof_result r;
    struct arena a = arena_of(verify_memory, sizeof verify_memory);
    bool known =
        i <= pub || period[i].root == period[pub].root || period[i].root == period[pub].next;
    enum st st = proof_verify(bytes_of(period[i].file, period[i].n), period[pub].hq_pub, a, &r);
    if (st != (known ? ST_OK : ST_BAD_SIGNATURE) || r.failed != (known ? PROOF_OK : PROOF_TRUST)) {
        check_fail(__FILE__, __LINE__, "report %u, hq.pub %u: %s: %s", i + 1, pub + 1,
                   proof_part_name(r.failed), r.why);
    }
    str code = {period[i].code, period[i].code_n};
    CHECK_INT(proof_qr_verify(code, (str){NULL, 0}, period[pub].hq_pub, a, &r), ST_OK);
}

static void a_report_of_any_root_before_is_held_against_every_later_one(void)
{
    static struct author_keys roots[3];
    roots[0] = s.root;
    sample_keys("second root", &roots[1]);
    sample_keys("third root", &roots[2]);
    begin();
    for (unsigned i = 0; i < PERIODS; i++) {
        live_through(i, roots);
    }
    for (unsigned i = 0; i < PERIODS; i++) {
        for (unsigned pub = 0; pub < PERIODS; pub++) {
            hold(i, pub);
        }
    }
    /* Its own signature is looked at all the same: nothing in the file is left unverified. */
    struct proof_result r;
    struct arena a = arena_of(verify_memory, sizeof verify_memory);
    bytes middle = bytes_of(period[2].file, period[2].n);
    const uint8_t *at = NULL;
    for (size_t i = 0; i + 64 < middle.n && at == NULL; i++) {
        at = memcmp(middle.p + i, roots[1].sign_pk, 32) == 0 ? middle.p + i : NULL;
    }
    CHECK(at != NULL);
    period[2].file[at - middle.p] ^= 1;
    CHECK_INT(proof_verify(middle, period[4].hq_pub, a, &r), ST_BAD_SIGNATURE);
    CHECK_INT(r.failed, PROOF_TRUST);
    stop(&d);
    author_keys_wipe(&roots[1]);
    author_keys_wipe(&roots[2]);
}

int main(void)
{
    CHECK(proof_help_start());
    RUN(a_root_that_was_left_behind_raises_no_trust);
    RUN(a_report_of_any_root_before_is_held_against_every_later_one);
    sample_free(&s);
    CHECK_END();
}

/* test_proof_root.c - whose trust document a report may bring along: never one by a root that was
 * left behind and that claims to be newer than what hq.pub knows. */
#include "core/report/proof.h"
#include "core/report/proof_file.h"
#include "tests/support/check.h"
#include "tests/support/sample.h"

static struct sample s;

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
static enum proof_part refused(bytes doc, bytes hq_pub)
{
    static uint8_t file[CAP_TRUST_BYTES + 256], memory[PROOF_SCRATCH_BYTES];
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
    CHECK_INT(proof_verify(out, hq_pub, arena_of(memory, sizeof memory), &r), ST_BAD_SIGNATURE);
    return r.failed;
}

static void a_root_that_was_left_behind_raises_no_trust(void)
{
    struct author_keys second;
    uint8_t known[CAP_TRUST_BYTES], other[CAP_TRUST_BYTES], pub[HQ_PUB_BYTES_MAX];
    bytes hq_pub, doc;
    sample_keys("second root", &second);
    doc = document(&second, 5, NULL, known);
    CHECK_INT(hq_pub_make(doc, second.sign_pk, pub, sizeof pub, &hq_pub), ST_OK);
    /* An old report, from before the root changed. */
    CHECK_INT(refused(document(&s.root, 4, &second, other), hq_pub), PROOF_CERT);
    /* The thief of the old root certifies himself. */
    CHECK_INT(refused(document(&s.root, 6, NULL, other), hq_pub), PROOF_TRUST);
    CHECK_INT(refused(document(&second, 6, NULL, other), hq_pub), PROOF_CERT);
    author_keys_wipe(&second);
}

int main(void)
{
    sample_make(&s);
    RUN(a_root_that_was_left_behind_raises_no_trust);
    sample_free(&s);
    CHECK_END();
}

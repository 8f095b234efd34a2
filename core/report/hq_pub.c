/* hq_pub.c - what anybody needs to check what headquarters vouches for. See proof.h. */
#include "core/codec/cbor.h"
#include "core/report/proof.h"

enum key { K_DEPLOYMENT = 1, K_ROOT, K_TRUST };

enum st hq_pub_make(bytes trust_doc, const uint8_t root_pk[static 32], uint8_t *buf, size_t cap,
                    bytes *out)
{
    struct trust t;
    *out = (bytes){NULL, 0};
    enum st st = trust_open(trust_doc, root_pk, &t, NULL);
    if (st != ST_OK) {
        return st;
    }
    struct cbor_w w = cbor_w_init(buf, cap);
    cbor_put_map(&w, 3);
    cbor_put_uint(&w, K_DEPLOYMENT);
    cbor_put_bytes(&w, bytes_of(t.deployment, sizeof t.deployment));
    cbor_put_uint(&w, K_ROOT);
    cbor_put_bytes(&w, bytes_of(root_pk, 32));
    cbor_put_uint(&w, K_TRUST);
    cbor_put_bytes(&w, trust_doc);
    return cbor_w_done(&w, out);
}

static enum st unusable(const char **rule, const char *name)
{
    *rule = name;
    return ST_BAD_INPUT;
}

enum st hq_pub_open(bytes in, struct trust *out, bytes *trust_doc, const char **rule)
{
    const char *none;
    rule = rule == NULL ? &none : rule;
    memset(out, 0, sizeof *out);
    if (trust_doc != NULL) {
        *trust_doc = (bytes){NULL, 0};
    }
    if (cbor_check(in, CBOR_NO_TEXT, NULL, rule) != ST_OK) {
        return unusable(rule, "it is not a file hq.pub");
    }
    uint8_t deployment[16], root[32];
    struct cbor_r r = cbor_r_init(in);
    bytes doc = {NULL, 0};
    bool keys = cbor_get_map(&r) == 3 && cbor_get_uint(&r) == K_DEPLOYMENT;
    cbor_get_bytes_n(&r, deployment, sizeof deployment);
    keys = keys && cbor_get_uint(&r) == K_ROOT;
    cbor_get_bytes_n(&r, root, sizeof root);
    keys = keys && cbor_get_uint(&r) == K_TRUST;
    doc = cbor_get_bytes(&r);
    if (!keys || cbor_done(&r) != ST_OK) {
        return unusable(rule, "it is not a file hq.pub");
    }
    struct trust t;
    if (trust_open(doc, root, &t, rule) != ST_OK) {
        return unusable(rule, "its trust document is not by its root key");
    }
    if (memcmp(t.deployment, deployment, sizeof deployment) != 0) {
        return unusable(rule, "its trust document is of another deployment");
    }
    *out = t;
    if (trust_doc != NULL) {
        *trust_doc = doc;
    }
    return ST_OK;
}

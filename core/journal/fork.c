/* fork.c - see fork.h. */
#include "core/journal/fork.h"

#include "core/codec/cbor.h"

static bool is_fork(const struct entry_view *a, const struct entry_view *b)
{
    return id8_eq(a->author, b->author) && id8_eq(a->epoch, b->epoch) && a->seq == b->seq &&
           !h32_eq(a->hash, b->hash);
}

enum st fork_make(const struct entry_view *a, const struct entry_view *b, uint8_t *buf, size_t cap,
                  bytes *out)
{
    *out = (bytes){NULL, 0};
    if (!is_fork(a, b)) {
        return ST_BAD_INPUT;
    }
    bool swap = h32_cmp(a->hash, b->hash) > 0;
    struct cbor_w w = cbor_w_init(buf, cap);
    cbor_put_array(&w, 2);
    cbor_put_bytes(&w, swap ? b->whole : a->whole);
    cbor_put_bytes(&w, swap ? a->whole : b->whole);
    return cbor_w_done(&w, out);
}

static enum st read_form(bytes in, struct entry_view *a, struct entry_view *b, const char **rule)
{
    if (in.n > FORK_PROOF_BYTES_MAX) {
        *rule = "fork proof too long";
        return ST_TOO_BIG;
    }
    enum st st = cbor_check(in, CBOR_NO_TEXT, NULL, rule);
    if (st != ST_OK) {
        return st;
    }
    struct cbor_r r = cbor_r_init(in);
    *rule = "fork proof";
    if (cbor_get_array(&r) != 2) {
        return ST_BAD_FORM;
    }
    bytes one = cbor_get_bytes(&r), two = cbor_get_bytes(&r);
    if (cbor_done(&r) != ST_OK) {
        return ST_BAD_FORM;
    }
    st = entry_parse(one, a, NULL, rule);
    if (st == ST_OK) {
        st = entry_parse(two, b, NULL, rule);
    }
    if (st == ST_OK && !is_fork(a, b)) {
        *rule = "not a fork";
        st = ST_BAD_FORM;
    }
    if (st == ST_OK && h32_cmp(a->hash, b->hash) > 0) {
        *rule = "order of entries";
        st = ST_BAD_FORM;
    }
    return st;
}

enum st fork_open(bytes in, const uint8_t deployment[static 16], const uint8_t pk[static 32],
                  struct entry_view *a, struct entry_view *b, const char **rule)
{
    const char *why = "";
    memset(a, 0, sizeof *a);
    memset(b, 0, sizeof *b);
    enum st st = read_form(in, a, b, &why);
    if (st == ST_OK &&
        (entry_verify(a, deployment, pk) != ST_OK || entry_verify(b, deployment, pk) != ST_OK)) {
        why = "signature";
        st = ST_BAD_SIGNATURE;
    }
    if (st != ST_OK) {
        memset(a, 0, sizeof *a);
        memset(b, 0, sizeof *b);
    }
    if (rule != NULL) {
        *rule = st == ST_OK ? "" : why;
    }
    return st;
}

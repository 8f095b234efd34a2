/* proof_qr.c - the customer's copy in a QR code: entry, certificate, salt of the text. */
#include "core/base/encode.h"
#include "core/journal/append.h"
#include "core/report/proof_check.h"

#define QR_CBOR_MAX 1024 /* 1,250 characters hold less than 940 bytes */

static enum st qr_cbor(struct store_txn *t, h32 signoff, struct arena *a, bytes *out,
                       struct err *err)
{
    struct trust trust;
    struct cert c;
    struct entry_view e;
    struct att_view v;
    bytes manifest;
    enum st st = journal_get(t, signoff, a, &e, err);
    st = st == ST_OK ? trust_store_get(t, a, &trust, NULL, err) : st;
    st = st == ST_OK ? cert_store_get(t, e.author, &trust, a, &c, err) : st;
    if (st != ST_OK) {
        return st;
    }
    if (e.kind != KIND_VISIT_SIGNED || e.natt < 2) {
        return err_set(err, ST_NOT_FOUND, 0, "proof_qr", "this entry is no sign-off");
    }
    st = store_att_manifest(t, entry_att(&e, 1), a, &manifest, err);
    if (st != ST_OK) {
        return st;
    }
    if (att_parse(manifest, &v, NULL) != ST_OK) {
        return err_set(err, ST_CORRUPT, 0, "proof_qr", "the text's manifest is damaged");
    }
    uint8_t *buf = arena_new(a, uint8_t, QR_CBOR_MAX);
    if (buf == NULL) {
        return err_set(err, ST_FULL, 0, "proof_qr", "no memory for the code");
    }
    struct cbor_w w = cbor_w_init(buf, QR_CBOR_MAX);
    cbor_put_array(&w, 3);
    cbor_put_bytes(&w, e.whole);
    cbor_put_bytes(&w, c.whole);
    cbor_put_bytes(&w, bytes_of(v.salt, 32));
    return cbor_w_done(&w, out) == ST_OK
               ? ST_OK
               : err_set(err, ST_TOO_BIG, 0, "proof_qr", "the code is too long");
}

enum st proof_qr(struct store_txn *t, h32 signoff, str url, struct arena *a, str *out,
                 struct err *err)
{
    bytes cbor;
    *out = (str){NULL, 0};
    enum st st = qr_cbor(t, signoff, a, &cbor, err);
    if (st != ST_OK) {
        return st;
    }
    size_t n = url.n + 1 + (4 * cbor.n + 2) / 3;
    if (n > PROOF_QR_MAX) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the code is too long");
    }
    char *p = arena_new(a, char, n + 1);
    if (p == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory for the code");
    }
    memcpy(p, url.p, url.n);
    p[url.n] = '#';
    *out = (str){p, url.n + 1 + base64url_put(cbor, p + url.n + 1)};
    return ST_OK;
}

static bool read_qr(str qr, uint8_t *buf, size_t cap, struct proof_file *f, bytes *salt)
{
    const char *hash = qr.n == 0 ? NULL : memchr(qr.p, '#', qr.n);
    size_t from = hash == NULL ? 0 : (size_t)(hash - qr.p) + 1, n = 0;
    str code = {qr.p + from, qr.n - from};
    if (qr.n > PROOF_QR_MAX || !base64url_get(code, buf, cap, &n) ||
        cbor_check(bytes_of(buf, n), CBOR_NO_TEXT, NULL, NULL) != ST_OK) {
        return false;
    }
    struct cbor_r r = cbor_r_init(bytes_of(buf, n));
    if (cbor_get_array(&r) != 3) {
        return false;
    }
    f->entry = cbor_get_bytes(&r);
    f->cert = cbor_get_bytes(&r);
    *salt = cbor_get_bytes(&r);
    return cbor_done(&r) == ST_OK && salt->n == 32;
}

/* Is this the text whose attachment the sign-off names? */
static enum st check_text(struct proof_check *c, str text, bytes salt)
{
    struct arena tmp = *c->a;
    struct att_view v;
    if (text.n > CAP_REPORT_BYTES) {
        return proof_no(c->out, PROOF_TEXT, "the text is not the one that was signed", NULL);
    }
    if (att_make_salted(&tmp, ATT_REPORT, str_bytes(text), salt.p, &v) != ST_OK) {
        return ST_FULL;
    }
    h32 named = entry_att(&c->e, 1);
    return h32_eq(v.name, named)
               ? ST_OK
               : proof_no(c->out, PROOF_TEXT, "the text is not the one that was signed", NULL);
}

enum st proof_qr_verify(str qr, str text_or_empty, bytes hq_pub, struct arena a,
                        struct proof_result *out)
{
    struct proof_check c;
    bytes salt = {NULL, 0};
    memset(&c, 0, sizeof c);
    memset(out, 0, sizeof *out);
    c.out = out;
    c.a = &a;
    enum st st = proof_check_open(&c, hq_pub);
    if (st != ST_OK) {
        return st;
    }
    uint8_t *buf = arena_new(&a, uint8_t, QR_CBOR_MAX);
    if (buf == NULL) {
        return ST_FULL;
    }
    if (!read_qr(qr, buf, QR_CBOR_MAX, &c.f, &salt)) {
        return proof_no(out, PROOF_FILE, "it is no code of ours, or it is damaged", NULL);
    }
    st = proof_check_cert(&c);
    st = st == ST_OK ? proof_check_entry(&c) : st;
    if (st == ST_OK && text_or_empty.n > 0) {
        st = check_text(&c, text_or_empty, salt);
        out->content_intact = st == ST_OK;
        out->text = st == ST_OK ? text_or_empty : (str){NULL, 0};
    }
    return st;
}

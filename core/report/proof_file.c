/* proof_file.c - see proof_file.h. Strict: an unknown key, an empty list, a part twice or a byte
 * too many is no report.cbor, so that nothing in the file is left unlooked at. */
#include "core/report/proof_file.h"

static bytes item(struct cbor_r *r)
{
    bytes b = cbor_get_bytes(r);
    if (b.n == 0) {
        cbor_fail(r);
    }
    return b;
}

static void take_list(struct cbor_r *r, size_t max, struct proof_list *out)
{
    out->n = cbor_get_array(r);
    const uint8_t *from = r->p;
    if (out->n == 0 || out->n > max) {
        cbor_fail(r);
    }
    for (size_t i = 0; i < out->n && r->st == ST_OK; i++) {
        IGNORE(item(r).n == 0); /* the reader keeps the failure */
    }
    out->items = bytes_of(from, (size_t)(r->p - from));
}

static void take_evidence(struct cbor_r *r, struct proof_file *out)
{
    struct cbor_map m = cbor_map_begin(r);
    for (int64_t key; cbor_map_next(&m, &key);) {
        if (key < EV_FACTS || key > EV_LAST || cbor_get_array(r) != 2) {
            cbor_fail(r);
            return;
        }
        out->part[key].manifest = item(r);
        out->part[key].content = cbor_get_bytes(r);
    }
}

static void take(struct cbor_r *r, int64_t key, struct proof_file *out)
{
    switch (key) {
    case PK_VERSION:
        if (cbor_get_uint(r) != PROOF_VERSION) {
            cbor_fail(r);
        }
        return;
    case PK_ENTRY:
        out->entry = item(r);
        return;
    case PK_CERT:
        out->cert = item(r);
        return;
    case PK_TRUST:
        out->trust = item(r);
        return;
    case PK_EVIDENCE:
        take_evidence(r, out);
        return;
    case PK_CITED:
        out->cited = item(r);
        return;
    case PK_COVERS:
        out->covers = item(r);
        return;
    case PK_CHAIN:
        take_list(r, PROOF_FILE_MAX, &out->chain);
        return;
    case PK_NODES:
        take_list(r, PROOF_NODES_MAX, &out->nodes);
        return;
    case PK_REVOCATION:
        out->revocation = item(r);
        return;
    case PK_FORGOTTEN:
        take_list(r, PROOF_FORGOTTEN_MAX, &out->forgotten);
        return;
    case PK_ADMITTED:
        out->admitted = item(r);
        return;
    default:
        cbor_fail(r);
    }
}

enum st proof_file_read(bytes in, struct proof_file *out, const char **rule)
{
    memset(out, 0, sizeof *out);
    if (in.n > PROOF_FILE_MAX) {
        *rule = "size";
        return ST_BAD_FORM;
    }
    enum st st = cbor_check(in, CBOR_NO_TEXT, NULL, rule);
    if (st != ST_OK) {
        return st;
    }
    struct cbor_r r = cbor_r_init(in);
    struct cbor_map m = cbor_map_begin(&r);
    unsigned seen = 0;
    for (int64_t key; cbor_map_next(&m, &key);) {
        take(&r, key, out);
        seen |= key >= 0 && key < 32 ? 1U << key : 0;
    }
    *rule = "parts";
    unsigned all =
        1U << PK_VERSION | 1U << PK_ENTRY | 1U << PK_CERT | 1U << PK_TRUST | 1U << PK_EVIDENCE;
    return cbor_done(&r) == ST_OK && (seen & all) == all ? ST_OK : ST_BAD_FORM;
}

bytes proof_list_next(struct proof_list *l)
{
    if (l->n == 0) {
        return (bytes){NULL, 0};
    }
    struct cbor_r r = cbor_r_init(l->items);
    bytes b = cbor_get_bytes(&r);
    l->n--;
    l->items = bytes_of(r.p, (size_t)(r.end - r.p));
    return b;
}

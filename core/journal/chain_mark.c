/* chain_mark.c - T_HEAD: how far a chain is held here, and what receipts cover of it.
 *
 * {1: seq, 2: hash, 3: time, 4: forked, 5: receipt ms, 6: receipt seq, 7: receipt hash,
 *  ? 8: holes from} */
#include "core/journal/append.h"

#include "core/codec/cbor.h"

#define KEY_BYTES 16
#define VALUE_BYTES 160

static bytes mark_key(id8 author, id8 epoch, uint8_t out[static KEY_BYTES])
{
    memcpy(out, author.b, sizeof author.b);
    memcpy(out + sizeof author.b, epoch.b, sizeof epoch.b);
    return bytes_of(out, KEY_BYTES);
}

static enum st decode(bytes value, struct chain_mark *m)
{
    if (cbor_check(value, CBOR_NO_TEXT, NULL, NULL) != ST_OK) {
        return ST_CORRUPT;
    }
    struct cbor_r r = cbor_r_init(value);
    struct cbor_map map = cbor_map_begin(&r);
    for (int64_t key; cbor_map_next(&map, &key);) {
        switch (key) {
        case 1:
            m->seq = cbor_get_uint(&r);
            break;
        case 2:
            cbor_get_bytes_n(&r, m->hash.b, sizeof m->hash.b);
            break;
        case 3:
            m->time = cbor_get_uint(&r);
            break;
        case 4:
            m->forked = cbor_get_bool(&r);
            break;
        case 5:
            m->receipt_ms = cbor_get_int(&r);
            break;
        case 6:
            m->receipt_seq = cbor_get_uint(&r);
            break;
        case 7:
            cbor_get_bytes_n(&r, m->receipt_hash.b, sizeof m->receipt_hash.b);
            break;
        case 8:
            m->holes_from = cbor_get_uint(&r);
            break;
        default:
            break;
        }
    }
    return cbor_done(&r) == ST_OK ? ST_OK : ST_CORRUPT;
}

enum st chain_mark_get(struct store_txn *t, id8 author, id8 epoch, struct arena *tmp,
                       struct chain_mark *m, struct err *err)
{
    memset(m, 0, sizeof *m);
    m->author = author;
    m->epoch = epoch;
    uint8_t key[KEY_BYTES];
    bytes value;
    enum st st = store_get(t, T_HEAD, mark_key(author, epoch, key), tmp, &value, err);
    if (st != ST_OK) {
        return st;
    }
    if (decode(value, m) != ST_OK) {
        return err_set(err, ST_CORRUPT, 0, "chain_mark_get", "the mark of a chain is damaged");
    }
    return ST_OK;
}

enum st chain_mark_put(struct store_txn *t, const struct chain_mark *m, struct err *err)
{
    uint8_t key[KEY_BYTES], buf[VALUE_BYTES];
    struct cbor_w w = cbor_w_init(buf, sizeof buf);
    cbor_put_map(&w, m->holes_from != 0 ? 8 : 7);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, m->seq);
    cbor_put_uint(&w, 2);
    cbor_put_bytes(&w, bytes_of(m->hash.b, sizeof m->hash.b));
    cbor_put_uint(&w, 3);
    cbor_put_uint(&w, m->time);
    cbor_put_uint(&w, 4);
    cbor_put_bool(&w, m->forked);
    cbor_put_uint(&w, 5);
    cbor_put_int(&w, m->receipt_ms);
    cbor_put_uint(&w, 6);
    cbor_put_uint(&w, m->receipt_seq);
    cbor_put_uint(&w, 7);
    cbor_put_bytes(&w, bytes_of(m->receipt_hash.b, sizeof m->receipt_hash.b));
    if (m->holes_from != 0) {
        cbor_put_uint(&w, 8);
        cbor_put_uint(&w, m->holes_from);
    }
    bytes value;
    if (cbor_w_done(&w, &value) != ST_OK) {
        return err_set(err, ST_BUG, 0, "chain_mark_put", "mark out of range");
    }
    return store_put(t, T_HEAD, mark_key(m->author, m->epoch, key), value, err);
}

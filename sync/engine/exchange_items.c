/* exchange_items.c - what a request is made of: entries with their attachments, the hashes of
 * subjects that headquarters asked about, and runs of the large attachments. See build.h. */
#include "sync/engine/build.h"
#include "sync/engine/device_meta.h"
#include "sync/engine/digest.h"
#include "sync/engine/parts.h"

static enum st send_att(struct build *b, h32 name, bool large_only)
{
    struct arena tmp = b->arena;
    bytes manifest, content, item;
    struct att_view v;
    if (store_att_state(b->t, name) != ATT_HELD) {
        return ST_OK; /* forgotten, or never ours */
    }
    enum st st = store_att_manifest(b->t, name, &tmp, &manifest, b->err);
    if (st == ST_CORRUPT) {
        return ST_OK; /* damage hides nothing else; check says what is missing */
    }
    if (st != ST_OK || att_parse(manifest, &v, NULL) != ST_OK) {
        return st;
    }
    if (v.length > CAP_ATT_SMALL_BYTES) {
        if (b->nlarge < b->large_max) {
            b->large[b->nlarge++] = name;
        } else {
            b->more = true;
        }
        return ST_OK;
    }
    if (large_only) {
        return ST_OK;
    }
    tmp = b->arena;
    st = store_att_get(b->t, name, &tmp, &manifest, &content, b->err);
    if (st != ST_OK) {
        return st == ST_CORRUPT ? ST_OK : st;
    }
    uint8_t *buf = arena_new(&tmp, uint8_t, BUNDLE_ITEM_BYTES_MAX);
    st = buf == NULL
             ? ST_FULL
             : item_put(ITEM_ATTACHMENT, manifest, content, buf, BUNDLE_ITEM_BYTES_MAX, &item);
    if (st != ST_OK) {
        return err_set(b->err, st, 0, __func__, "an attachment does not fit an item");
    }
    b->res->sent_attachments++;
    return bundle_item(&b->w, item, b->err);
}

enum st build_entry(struct build *b, const struct entry_view *e, void *unused)
{
    (void)unused;
    enum st st = ST_OK;
    for (unsigned i = 0; i < e->natt && st == ST_OK; i++) {
        st = send_att(b, entry_att(e, i), false);
    }
    if (st == ST_OK) {
        st = bundle_item(&b->w, e->whole, b->err);
        b->res->sent_entries++;
    }
    return st;
}

enum st build_note_large(struct build *b, const struct entry_view *e, void *unused)
{
    (void)unused;
    enum st st = ST_OK;
    for (unsigned i = 0; i < e->natt && st == ST_OK; i++) {
        st = send_att(b, entry_att(e, i), true);
    }
    return st;
}

enum st build_hashes(struct build *b)
{
    id16 asked[MANIFEST_ASKED_MAX];
    unsigned n;
    enum st st = device_asked_get(b->t, asked, &n, b->err);
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        struct arena tmp = b->arena;
        h32 *hashes = arena_new(&tmp, h32, CAP_SUBJECT_ENTRIES);
        uint8_t *buf = arena_new(&tmp, uint8_t, BUNDLE_ITEM_BYTES_MAX);
        unsigned count = 0;
        if (hashes == NULL || buf == NULL) {
            return err_set(b->err, ST_FULL, 0, __func__, "scratch");
        }
        st = digest_hashes(b->t, asked[i], hashes, CAP_SUBJECT_ENTRIES, &count, b->err);
        if (st == ST_TOO_BIG) {
            st = ST_OK;
        }
        /* An empty list is an answer too. */
        for (unsigned at = 0; st == ST_OK && (at < count || at == 0); at += MANIFEST_HASHES_MAX) {
            unsigned some = count - at < MANIFEST_HASHES_MAX ? count - at : MANIFEST_HASHES_MAX;
            bytes item;
            st = item_put_hashes(asked[i], hashes + at, some, buf, BUNDLE_ITEM_BYTES_MAX, &item);
            st = st == ST_OK ? bundle_item(&b->w, item, b->err) : st;
        }
    }
    return st;
}

enum st build_large(struct build *b, uint64_t budget)
{
    enum st st = ST_OK;
    for (unsigned i = 0; i < b->nlarge && st == ST_OK; i++) {
        struct arena tmp = b->arena;
        bytes manifest, item;
        uint8_t *buf = arena_new(&tmp, uint8_t, BUNDLE_ITEM_BYTES_MAX);
        if (buf == NULL) {
            return err_set(b->err, ST_FULL, 0, __func__, "scratch");
        }
        st = store_att_manifest(b->t, b->large[i], &tmp, &manifest, b->err);
        if (st == ST_OK) {
            st =
                item_put(ITEM_LARGE, manifest, (bytes){NULL, 0}, buf, BUNDLE_ITEM_BYTES_MAX, &item);
        }
        if (st == ST_OK) {
            st = bundle_item(&b->w, item, b->err);
        }
    }
    for (unsigned i = 0; i < b->nlarge && st == ST_OK; i++) {
        bool all = false;
        st = parts_send(b->t, &b->w, b->large[i], 0, b->arena, &budget, &all, b->err);
        b->res->sent_attachments += all;
        b->more = b->more || !all;
    }
    return st;
}

/* chain.c - do entries continue a chain? Links for all of them, the signature for the last one. */
#include "core/journal/entry.h"

static void hear(struct entry_evidence *said, const struct entry_evidence *ev)
{
    if (ev->has_boot) {
        memcpy(said->boot_id, ev->boot_id, sizeof ev->boot_id);
        said->has_boot = true;
    }
    if (ev->has_receipt) {
        said->receipt_ms = ev->receipt_ms;
        said->receipt = ev->receipt;
        said->has_receipt = true;
    }
    if (ev->has_offset) {
        said->utc_offset_minutes = ev->utc_offset_minutes;
        said->has_offset = true;
    }
}

enum st chain_check(struct chain_head *head, const struct entry_view *entries, size_t n,
                    const uint8_t deployment[static 16], const uint8_t pk[static 32], size_t *bad,
                    const char **rule)
{
    struct chain_head h = *head;
    *rule = "";
    for (size_t i = 0; i < n; i++) {
        const struct entry_view *e = &entries[i];
        *bad = i;
        if (!id8_eq(e->author, h.author) || !id8_eq(e->epoch, h.epoch)) {
            *rule = "another author or epoch";
            return ST_BAD_FORM;
        }
        if (e->seq != h.seq + 1) {
            *rule = "sequence does not follow";
            return ST_CONFLICT;
        }
        if (h.seq > 0 && !h32_eq(e->prev, h.hash)) {
            *rule = "previous hash is another";
            return ST_CONFLICT;
        }
        h.seq = e->seq;
        h.hash = e->hash;
        h.time = e->time > h.time ? e->time : h.time;
        hear(&h.said, &e->evidence);
    }
    /* The hashes tie every earlier entry to this signature. */
    if (n > 0 && entry_verify(&entries[n - 1], deployment, pk) != ST_OK) {
        *rule = "signature of the head";
        return ST_BAD_SIGNATURE;
    }
    *head = h;
    return ST_OK;
}

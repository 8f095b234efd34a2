/* proof_witness.c - who saw the sign-off, when, and what a revocation leaves of it. See
 * proof_check.h.
 *
 * Whoever holds a stolen device can sign anything, under any number and any time. What he cannot
 * make is a receipt. So nothing here follows from a number alone: that a sign-off lies before a
 * head is believed only where its hash is reached from that head. */
#include "core/codec/hash.h"
#include "core/model/bodies.h"
#include "core/report/proof_check.h"

/* ---- receipts ----------------------------------------------------------------------------------
 */

enum st proof_check_cited(struct proof_check *c)
{
    struct receipt *r = &c->cited;
    const char *rule = "";
    h32 h;
    if (c->f.cited.p == NULL) {
        return ST_OK;
    }
    hash32(c->f.cited, h.b);
    if (!c->e.evidence.has_receipt || !h32_eq(h, c->e.evidence.receipt)) {
        return proof_no(c->out, PROOF_RECEIPT_CITED, "the sign-off cites another receipt", NULL);
    }
    enum st st = receipt_open(c->f.cited, &c->t, r, &rule);
    if (st != ST_OK && st != ST_REVOKED) {
        return proof_no(c->out, PROOF_RECEIPT_CITED, "no node of headquarters signed it", rule);
    }
    if (!id8_eq(r->author, c->e.author) || (id8_eq(r->epoch, c->e.epoch) && r->seq >= c->e.seq) ||
        r->time_ms != c->e.evidence.receipt_ms) {
        return proof_no(c->out, PROOF_RECEIPT_CITED, "it does not belong before this sign-off",
                        NULL);
    }
    c->has_cited = true;
    c->cited_node = r->node;
    c->out->witnessed_after = st == ST_OK;
    c->out->after_ms = r->time_ms;
    return ST_OK;
}

enum st proof_check_covers(struct proof_check *c)
{
    struct receipt *r = &c->covers;
    const char *rule = "";
    if (c->f.covers.p == NULL) {
        return ST_OK;
    }
    enum st st = receipt_open(c->f.covers, &c->t, r, &rule);
    if (st != ST_OK && st != ST_REVOKED) {
        return proof_no(c->out, PROOF_RECEIPT_COVERS, "no node of headquarters signed it", rule);
    }
    if (!id8_eq(r->author, c->e.author) || !id8_eq(r->epoch, c->e.epoch) || r->seq < c->e.seq) {
        return proof_no(c->out, PROOF_RECEIPT_COVERS, "it does not cover this sign-off", NULL);
    }
    c->has_covers = true;
    c->covers_node = r->node;
    c->out->witnessed_before = st == ST_OK;
    c->out->before_ms = r->time_ms;
    return ST_OK;
}

/* ---- the revocation ----------------------------------------------------------------------------
 */

/* No revocation is here: then no receipt may know of one, and the later one says until when. */
static enum st unrevoked(struct proof_check *c)
{
    if (c->cited.revoked != 0 || c->covers.revoked != 0) {
        return proof_no(
            c->out, PROOF_REVOCATION,
            "a receipt says that the author was revoked, and the revocation is not here", NULL);
    }
    if (c->out->witnessed_before) {
        c->out->unrevoked_ms = c->out->before_ms;
    } else if (c->out->witnessed_after) {
        c->out->unrevoked_ms = c->out->after_ms;
    }
    return ST_OK;
}

enum st proof_check_revocation(struct proof_check *c)
{
    struct revocation r;
    const char *rule = "";
    if (c->f.revocation.p == NULL) {
        return unrevoked(c);
    }
    if (revocation_open(c->f.revocation, &c->t, &r, &rule) != ST_OK) {
        return proof_no(c->out, PROOF_REVOCATION, "headquarters did not sign it", rule);
    }
    if (!id8_eq(r.author, c->e.author)) {
        return proof_no(c->out, PROOF_REVOCATION, "it is about another author", NULL);
    }
    if (c->cited.revoked > r.number || c->covers.revoked > r.number) {
        return proof_no(c->out, PROOF_REVOCATION, "a receipt knows of a later one", NULL);
    }
    c->has_revocation = true;
    c->out->revoked_ms = r.time_ms;
    for (unsigned i = r.nheads; i-- > 0;) { /* an epoch's first is its main branch's */
        if (id8_eq(r.heads[i].epoch, c->e.epoch)) {
            c->trusted_seq = r.heads[i].seq;
            c->trusted_hash = r.heads[i].hash;
        }
    }
    return ST_OK;
}

/* ---- nodes -------------------------------------------------------------------------------------
 */

bool proof_check_node(struct proof_check *c, id8 author, struct cert *out)
{
    struct proof_list l = c->f.nodes;
    for (bytes b = proof_list_next(&l); b.p != NULL; b = proof_list_next(&l)) {
        if (cert_open(b, &c->t, out, NULL) == ST_OK && id8_eq(out->author, author)) {
            return true;
        }
    }
    return false;
}

static bool wrote(bytes entry, id8 node)
{
    struct entry_view e;
    return entry.p != NULL && entry_parse(entry, &e, NULL, NULL) == ST_OK && id8_eq(e.author, node);
}

static bool node_has_work(const struct proof_check *c, id8 node)
{
    struct proof_list l = c->f.forgotten;
    for (bytes b = proof_list_next(&l); b.p != NULL; b = proof_list_next(&l)) {
        if (wrote(b, node)) {
            return true;
        }
    }
    return (c->has_cited && id8_eq(c->cited_node, node)) ||
           (c->has_covers && id8_eq(c->covers_node, node)) || wrote(c->f.admitted, node);
}

enum st proof_check_nodes(struct proof_check *c)
{
    struct proof_list l = c->f.nodes;
    for (bytes b = proof_list_next(&l); b.p != NULL; b = proof_list_next(&l)) {
        struct cert n;
        const char *rule = "";
        if (cert_open(b, &c->t, &n, &rule) != ST_OK) {
            return proof_no(c->out, PROOF_NODE, "headquarters did not certify it", rule);
        }
        if (n.role != ROLE_HEADQUARTERS || !node_has_work(c, n.author)) {
            return proof_no(c->out, PROOF_NODE, "it is of nobody who signed here", NULL);
        }
    }
    return ST_OK;
}

enum st proof_check_admitted(struct proof_check *c)
{
    struct entry_view e;
    struct cert node;
    union body body;
    const char *rule = "";
    if (c->f.admitted.p == NULL) {
        return ST_OK;
    }
    if (!c->has_revocation) {
        return proof_no(c->out, PROOF_ADMITTED, "nothing says that the author was revoked", NULL);
    }
    if (entry_parse(c->f.admitted, &e, NULL, &rule) != ST_OK || e.kind != KIND_ADMITTED ||
        body_decode(KIND_ADMITTED, e.body, &body) != ST_OK) {
        return proof_no(c->out, PROOF_ADMITTED, "it is no admitting entry", rule);
    }
    if (!proof_check_node(c, e.author, &node) ||
        entry_verify(&e, c->t.deployment, node.sign_pk) != ST_OK) {
        return proof_no(c->out, PROOF_ADMITTED, "no node of headquarters signed it", NULL);
    }
    if (!kind_has_effect(KIND_ADMITTED, e.actor_role != ROLE_NONE ? e.actor_role : node.role)) {
        return proof_no(c->out, PROOF_ADMITTED, "who admitted it had no right to", NULL);
    }
    for (unsigned i = 0; i < body.admitted.named.n; i++) {
        c->admitted = c->admitted || h32_eq(body.admitted.named.h[i], c->e.hash);
    }
    if (!c->admitted || !id16_eq(e.subject, c->e.subject)) {
        return proof_no(c->out, PROOF_ADMITTED, "it is about something else", NULL);
    }
    c->out->admitted = true;
    c->out->admitted_ms = e.wall_ms;
    c->out->admitted_by = e.actor;
    return ST_OK;
}

/* ---- the entries between -----------------------------------------------------------------------
 */

/* Is this the head that a receipt or the revocation names at its place? */
static enum st compare(struct proof_check *c, uint64_t seq, h32 hash)
{
    if (c->has_covers && seq == c->covers.seq && !h32_eq(hash, c->covers.head)) {
        return proof_no(c->out, PROOF_CHAIN, "the entries do not lead to the receipt's head", NULL);
    }
    if (c->has_revocation && !c->admitted && seq == c->trusted_seq &&
        !h32_eq(hash, c->trusted_hash)) {
        return proof_no(c->out, PROOF_REVOCATION, "it trusts another branch of this journal", NULL);
    }
    return ST_OK;
}

static enum st walk(struct proof_check *c)
{
    struct proof_list l = c->f.chain;
    uint64_t seq = c->e.seq;
    h32 last = c->e.hash;
    enum st st = compare(c, seq, last);
    for (bytes b = proof_list_next(&l); b.p != NULL && st == ST_OK; b = proof_list_next(&l)) {
        struct entry_view e;
        const char *rule = "";
        if (entry_parse(b, &e, NULL, &rule) != ST_OK) {
            return proof_no(c->out, PROOF_CHAIN, "an entry cannot be read", rule);
        }
        if (!id8_eq(e.author, c->e.author) || !id8_eq(e.epoch, c->e.epoch) || e.seq != ++seq ||
            !h32_eq(e.prev, last)) {
            return proof_no(c->out, PROOF_CHAIN, "an entry does not follow the one before", NULL);
        }
        last = e.hash;
        st = compare(c, seq, last);
    }
    return st;
}

enum st proof_check_chain(struct proof_check *c)
{
    uint64_t to = c->has_covers ? c->covers.seq : c->e.seq;
    bool cut = c->has_revocation && !c->admitted;
    if (cut && (c->trusted_seq < c->e.seq || c->cited.revoked != 0)) {
        return proof_no(c->out, PROOF_REVOCATION, "the author had been revoked before", NULL);
    }
    to = cut && c->trusted_seq > to ? c->trusted_seq : to;
    if (to - c->e.seq != c->f.chain.n) {
        return proof_no(c->out, PROOF_CHAIN,
                        cut ? "it is not the entries up to the heads of receipt and revocation"
                            : "it is not the entries up to the receipt's head",
                        NULL);
    }
    enum st st = walk(c);
    c->out->revoked_after = st == ST_OK && cut;
    return st;
}

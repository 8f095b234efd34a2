/* proof.c - is this report genuine? Every part of the file is looked at, in one order, and the
 * first that does not hold is named. Nothing is remembered between calls. */
#include "core/report/proof.h"

#include "core/codec/hash.h"
#include "core/journal/attachment.h"
#include "core/model/bodies.h"
#include "core/report/proof_check.h"
#include "core/report/strokes.h"

#include "core/base/utf8.h"

#include <stdio.h>

static const char *const part_names[PROOF_PARTS] = {
    [PROOF_OK] = "nothing",
    [PROOF_FILE] = "file",
    [PROOF_TRUST] = "trust document",
    [PROOF_CERT] = "author's certificate",
    [PROOF_ENTRY] = "sign-off entry",
    [PROOF_FACTS] = "facts",
    [PROOF_TEXT] = "text",
    [PROOF_STROKES] = "strokes",
    [PROOF_NAME] = "name",
    [PROOF_REASON] = "reason",
    [PROOF_RENDER] = "rendering",
    [PROOF_AMOUNT] = "number or amount",
    [PROOF_RECEIPT_CITED] = "receipt that is cited",
    [PROOF_RECEIPT_COVERS] = "receipt that covers",
    [PROOF_CHAIN] = "entries up to the receipt",
    [PROOF_NODE] = "node's certificate",
    [PROOF_REVOCATION] = "revocation",
    [PROOF_FORGOTTEN] = "forgetting entry",
};

const char *proof_part_name(enum proof_part p)
{
    return (unsigned)p < PROOF_PARTS ? part_names[p] : "unknown part";
}

enum st proof_no(struct proof_result *out, enum proof_part part, const char *why,
                 const char *detail)
{
    bool more = detail != NULL && detail[0] != '\0';
    out->failed = part;
    snprintf(out->why, sizeof out->why, "%s%s%s%s", why, more ? " (" : "", more ? detail : "",
             more ? ")" : "");
    return ST_BAD_SIGNATURE;
}

/* ---- the evidence
 * -------------------------------------------------------------------------------- */

static const struct {
    enum proof_part part;
    enum att_type type;
    enum body_att what;
    const char *broken, *missing;
} evidence[EV_LAST + 1] = {
    [EV_FACTS] = {PROOF_FACTS, ATT_FACTS, BA_FACTS, "the facts are not those of the sign-off",
                  "the facts are missing, and nothing says that they were withdrawn"},
    [EV_TEXT] = {PROOF_TEXT, ATT_REPORT, BA_REPORT, "the text is not the one that was signed",
                 "the text is missing, and nothing says that it was withdrawn"},
    [EV_STROKES] = {PROOF_STROKES, ATT_STROKES, BA_STROKES,
                    "the strokes are not those of the sign-off",
                    "the strokes are missing, and nothing says that they were withdrawn"},
    [EV_NAME] = {PROOF_NAME, ATT_TEXT, BA_NAME, "the name is not the one of the sign-off",
                 "the name is missing, and nothing says that it was withdrawn"},
    [EV_REASON] = {PROOF_REASON, ATT_TEXT, BA_REASON, "the reason is not the one of the sign-off",
                   "the reason is missing, and nothing says that it was withdrawn"},
};

static bool text_is_clean(struct arena a, bytes content)
{
    return content.n <= CAP_TEXT_BYTES && utf8_is_clean(a, bytes_str(content));
}

/* One part as the entry names it: the manifest by its hash, the content by the manifest. */
static enum st check_part(struct proof_check *c, enum evidence e)
{
    bytes manifest = c->f.part[e].manifest, content = c->f.part[e].content;
    int index = body_att(KIND_VISIT_SIGNED, &c->b, evidence[e].what);
    const char *rule = "";
    struct att_view v;
    if (index < 0) {
        return manifest.p == NULL
                   ? ST_OK
                   : proof_no(c->out, evidence[e].part, evidence[e].broken, "it names none");
    }
    h32 name = entry_att(&c->e, (unsigned)index);
    c->name[e] = name;
    if (manifest.p == NULL) {
        c->missing |= 1U << e;
        return ST_OK;
    }
    if (att_parse(manifest, &v, &rule) != ST_OK || v.type != evidence[e].type ||
        !h32_eq(v.name, name)) {
        return proof_no(c->out, evidence[e].part, evidence[e].broken,
                        rule[0] != '\0' ? rule : "manifest");
    }
    if (att_check(&v, content) != ST_OK) {
        return proof_no(c->out, evidence[e].part, evidence[e].broken, "content");
    }
    struct strokes s;
    struct arena tmp = *c->a;
    if (e == EV_STROKES && strokes_decode(content, &tmp, &s, &rule) != ST_OK) {
        return proof_no(c->out, PROOF_STROKES, "the strokes cannot be read", rule);
    }
    if ((e == EV_NAME || e == EV_REASON) && !text_is_clean(tmp, content)) {
        return proof_no(c->out, evidence[e].part, "it is no typed text", NULL);
    }
    return ST_OK;
}

/* Do the facts agree with the entry, and is the text theirs? */
static enum st check_facts(struct proof_check *c)
{
    struct report_facts f;
    const char *rule = "";
    struct arena tmp = *c->a;
    const struct body_signed *b = &c->b.signed_;
    enum st st = report_facts_decode(c->f.part[EV_FACTS].content, &tmp, &f, &rule);
    if (st == ST_FULL) {
        return st;
    }
    if (st != ST_OK) {
        return proof_no(c->out, PROOF_FACTS, "the facts cannot be read", rule);
    }
    if (!bytes_eq(str_bytes(f.number), code_bytes(&b->number)) || f.version != b->version ||
        f.total_minor != b->total_minor || (unsigned)f.class_ != b->class_ ||
        (unsigned)f.template_ != b->template_) {
        return proof_no(c->out, PROOF_AMOUNT,
                        "number, version, class, amount or language differ from the facts", NULL);
    }
    if ((c->missing & 1U << EV_TEXT) != 0) {
        return ST_OK;
    }
    str text;
    char *buf = arena_new(&tmp, char, CAP_REPORT_BYTES);
    if (buf == NULL) {
        return ST_FULL;
    }
    if (report_text(&f, buf, CAP_REPORT_BYTES, &text) != ST_OK ||
        !bytes_eq(str_bytes(text), c->f.part[EV_TEXT].content)) {
        return proof_no(c->out, PROOF_RENDER,
                        "the text is not what the template makes of the facts", NULL);
    }
    return ST_OK;
}

static enum st check_evidence(struct proof_check *c)
{
    enum st st = ST_OK;
    for (unsigned e = EV_FACTS; e <= EV_LAST && st == ST_OK; e++) {
        st = check_part(c, (enum evidence)e);
    }
    if (st == ST_OK && (c->missing & 1U << EV_FACTS) == 0) {
        st = check_facts(c);
    }
    if (st == ST_OK) {
        c->out->text = bytes_str(c->f.part[EV_TEXT].content);
        c->out->signer = bytes_str(c->f.part[EV_NAME].content);
        c->out->reason = bytes_str(c->f.part[EV_REASON].content);
    }
    return st;
}

/* ---- receipts and what came later
 * ---------------------------------------------------------------- */

static enum st check_cited(struct proof_check *c)
{
    struct receipt r;
    const char *rule = "";
    h32 h;
    if (c->f.cited.p == NULL) {
        return ST_OK;
    }
    hash32(c->f.cited, h.b);
    if (!c->e.evidence.has_receipt || !h32_eq(h, c->e.evidence.receipt)) {
        return proof_no(c->out, PROOF_RECEIPT_CITED, "the sign-off cites another receipt", NULL);
    }
    enum st st = receipt_open(c->f.cited, &c->t, &r, &rule);
    if (st != ST_OK && st != ST_REVOKED) {
        return proof_no(c->out, PROOF_RECEIPT_CITED, "no node of headquarters signed it", rule);
    }
    if (!id8_eq(r.author, c->e.author) || (id8_eq(r.epoch, c->e.epoch) && r.seq >= c->e.seq) ||
        r.time_ms != c->e.evidence.receipt_ms) {
        return proof_no(c->out, PROOF_RECEIPT_CITED, "it does not belong before this sign-off",
                        NULL);
    }
    c->cited_node = r.node;
    c->out->witnessed_after = st == ST_OK;
    c->out->after_ms = r.time_ms;
    return ST_OK;
}

/* The entries between tie the sign-off to the receipt's head: each names the hash of the one before
 * it, and the last one's hash is what headquarters signed. */
static enum st check_chain(struct proof_check *c, const struct receipt *r)
{
    struct proof_list l = c->f.chain;
    uint64_t seq = c->e.seq;
    h32 last = c->e.hash;
    if (r->seq - c->e.seq != l.n) {
        return proof_no(c->out, PROOF_CHAIN, "it is not the entries up to the receipt's head",
                        NULL);
    }
    for (bytes b = proof_list_next(&l); b.p != NULL; b = proof_list_next(&l)) {
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
        if (c->has_revocation && e.seq == c->trusted_seq && !h32_eq(e.hash, c->trusted_hash)) {
            return proof_no(c->out, PROOF_REVOCATION, "it trusts another branch of this journal",
                            NULL);
        }
    }
    return h32_eq(last, r->head) ? ST_OK
                                 : proof_no(c->out, PROOF_CHAIN,
                                            "the entries do not lead to the receipt's head", NULL);
}

static enum st check_covers(struct proof_check *c)
{
    struct receipt r;
    const char *rule = "";
    if (c->f.covers.p == NULL) {
        return c->f.chain.n == 0
                   ? ST_OK
                   : proof_no(c->out, PROOF_CHAIN, "there is no receipt that it leads to", NULL);
    }
    enum st st = receipt_open(c->f.covers, &c->t, &r, &rule);
    if (st != ST_OK && st != ST_REVOKED) {
        return proof_no(c->out, PROOF_RECEIPT_COVERS, "no node of headquarters signed it", rule);
    }
    if (!id8_eq(r.author, c->e.author) || !id8_eq(r.epoch, c->e.epoch) || r.seq < c->e.seq) {
        return proof_no(c->out, PROOF_RECEIPT_COVERS, "it does not cover this sign-off", NULL);
    }
    c->covers_node = r.node;
    c->out->witnessed_before = st == ST_OK;
    c->out->before_ms = r.time_ms;
    return check_chain(c, &r);
}

static enum st check_revocation(struct proof_check *c)
{
    struct revocation r;
    const char *rule = "";
    if (c->f.revocation.p == NULL) {
        return ST_OK;
    }
    if (revocation_open(c->f.revocation, &c->t, &r, &rule) != ST_OK) {
        return proof_no(c->out, PROOF_REVOCATION, "headquarters did not sign it", rule);
    }
    if (!id8_eq(r.author, c->e.author)) {
        return proof_no(c->out, PROOF_REVOCATION, "it is about another author", NULL);
    }
    for (unsigned i = 0; i < r.nheads; i++) {
        bool here = r.heads[i].seq == c->e.seq && h32_eq(r.heads[i].hash, c->e.hash);
        if (id8_eq(r.heads[i].epoch, c->e.epoch) && (here || r.heads[i].seq > c->e.seq)) {
            c->has_revocation = true;
            c->trusted_seq = r.heads[i].seq;
            c->trusted_hash = r.heads[i].hash;
            c->out->revoked_after = true;
            return ST_OK;
        }
    }
    return proof_no(c->out, PROOF_REVOCATION, "the author had been revoked before", NULL);
}

/* ---- forgetting
 * ---------------------------------------------------------------------------------- */

/* The certificate of a node among those of the file. */
static bool find_node(struct proof_check *c, id8 author, struct cert *out)
{
    struct proof_list l = c->f.nodes;
    for (bytes b = proof_list_next(&l); b.p != NULL; b = proof_list_next(&l)) {
        if (cert_open(b, &c->t, out, NULL) == ST_OK && id8_eq(out->author, author)) {
            return true;
        }
    }
    return false;
}

static bool node_has_work(const struct proof_check *c, id8 node)
{
    struct proof_list l = c->f.forgotten;
    for (bytes b = proof_list_next(&l); b.p != NULL; b = proof_list_next(&l)) {
        struct entry_view e;
        if (entry_parse(b, &e, NULL, NULL) == ST_OK && id8_eq(e.author, node)) {
            return true;
        }
    }
    return (c->f.cited.p != NULL && id8_eq(c->cited_node, node)) ||
           (c->f.covers.p != NULL && id8_eq(c->covers_node, node));
}

static enum st check_nodes(struct proof_check *c)
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

static enum st take_forgotten(struct proof_check *c, bytes b, unsigned *named)
{
    struct entry_view e;
    struct cert node;
    union body body;
    const char *rule = "";
    if (entry_parse(b, &e, NULL, &rule) != ST_OK || e.kind != KIND_FORGOTTEN ||
        body_decode(KIND_FORGOTTEN, e.body, &body) != ST_OK) {
        return proof_no(c->out, PROOF_FORGOTTEN, "it is no forgetting entry", rule);
    }
    if (!find_node(c, e.author, &node) ||
        entry_verify(&e, c->t.deployment, node.sign_pk) != ST_OK) {
        return proof_no(c->out, PROOF_FORGOTTEN, "no node of headquarters signed it", NULL);
    }
    if (!kind_has_effect(KIND_FORGOTTEN, e.actor_role != ROLE_NONE ? e.actor_role : node.role)) {
        return proof_no(c->out, PROOF_FORGOTTEN, "who ordered it had no right to", NULL);
    }
    unsigned mine = 0;
    for (unsigned i = 0; i < body.forgotten.n; i++) {
        for (unsigned k = EV_FACTS; k <= EV_LAST; k++) {
            mine |= h32_eq(body.forgotten.atts[i], c->name[k]) ? 1U << k : 0;
        }
    }
    if (mine == 0) {
        return proof_no(c->out, PROOF_FORGOTTEN, "it is about something else", NULL);
    }
    if (!c->out->withdrawn && (mine & c->missing) != 0) {
        c->out->withdrawn = true;
        c->out->withdrawn_ms = e.wall_ms;
        c->out->withdrawn_by = e.actor;
        c->out->withdrawn_rule = body.forgotten.rule;
    }
    *named |= mine;
    return ST_OK;
}

static enum st check_forgotten(struct proof_check *c)
{
    struct proof_list l = c->f.forgotten;
    unsigned named = 0;
    enum st st = ST_OK;
    for (bytes b = proof_list_next(&l); b.p != NULL && st == ST_OK; b = proof_list_next(&l)) {
        st = take_forgotten(c, b, &named);
    }
    for (unsigned e = EV_FACTS; e <= EV_LAST && st == ST_OK; e++) {
        if ((c->missing & 1U << e) != 0 && (named & 1U << e) == 0) {
            st = proof_no(c->out, evidence[e].part, evidence[e].missing, NULL);
        }
    }
    return st;
}

/* ---- all of it
 * ----------------------------------------------------------------------------------- */

enum st proof_verify(bytes file, bytes hq_pub, struct arena a, struct proof_result *out)
{
    static enum st (*const steps[])(struct proof_check *) = {
        proof_check_cert, proof_check_entry, check_evidence, check_cited,
        check_revocation, check_covers,      check_nodes,    check_forgotten};
    struct proof_check c;
    const char *rule = "";
    memset(&c, 0, sizeof c);
    memset(out, 0, sizeof *out);
    c.out = out;
    c.a = &a;
    enum st st = proof_check_open(&c, hq_pub);
    if (st != ST_OK) {
        return st;
    }
    if (proof_file_read(file, &c.f, &rule) != ST_OK) {
        return proof_no(out, PROOF_FILE, "it is no report.cbor, or it is damaged", rule);
    }
    st = proof_check_trust(&c);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && st == ST_OK; i++) {
        st = steps[i](&c);
    }
    if (st == ST_FULL) {
        IGNORE(proof_no(out, PROOF_FILE, "there is too little memory to check it", NULL));
    }
    out->content_intact = st == ST_OK;
    return st;
}

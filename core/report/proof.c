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
    [PROOF_ADMITTED] = "admitting entry",
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

/* ---- forgetting
 * ---------------------------------------------------------------------------------- */

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
    if (!proof_check_node(c, e.author, &node) ||
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
        proof_check_cert,   proof_check_entry,      check_evidence,    proof_check_cited,
        proof_check_covers, proof_check_revocation, proof_check_nodes, proof_check_admitted,
        proof_check_chain,  check_forgotten};
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

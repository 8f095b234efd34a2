/* proof_check.c - see proof_check.h. */
#include "core/report/proof_check.h"

enum st proof_check_open(struct proof_check *c, bytes hq_pub)
{
    const char *rule = "";
    if (hq_pub_open(hq_pub, &c->hq, NULL, &rule) != ST_OK) {
        IGNORE(proof_no(c->out, PROOF_TRUST, "the file hq.pub cannot be used", rule));
        return ST_BAD_INPUT;
    }
    c->t = c->hq;
    return ST_OK;
}

/* One that is older than hq.pub's says nothing that is used: it need only be what its own root
 * signed, whichever that was, since roots follow each other and hq.pub knows the last. A newer one
 * is by the root that hq.pub knows or by the one that it names next: whose root was left behind
 * says nothing that is newer, its key may be stolen by now. */
static enum st open_trust(const struct proof_check *c, struct trust *t, const char **rule)
{
    enum st st = trust_open_own(c->f.trust, t, rule);
    if (st == ST_OK && t->serial >= c->hq.serial) {
        st = trust_next(&c->hq, c->f.trust, t, rule);
    }
    return st;
}

enum st proof_check_trust(struct proof_check *c)
{
    struct trust t;
    const char *rule = "";
    if (open_trust(c, &t, &rule) != ST_OK) {
        return proof_no(c->out, PROOF_TRUST, "no root key that hq.pub knows signed it", rule);
    }
    if (memcmp(t.deployment, c->hq.deployment, sizeof t.deployment) != 0) {
        return proof_no(c->out, PROOF_TRUST, "it is of another company", NULL);
    }
    if (t.serial > c->hq.serial) {
        c->t = t;
    }
    return ST_OK;
}

enum st proof_check_cert(struct proof_check *c)
{
    const char *rule = "";
    if (cert_open(c->f.cert, &c->t, &c->cert, &rule) != ST_OK) {
        return proof_no(c->out, PROOF_CERT, "headquarters did not certify this key", rule);
    }
    bool ok = true;
    c->out->key_certified = true;
    c->out->author = c->cert.author;
    c->out->person = c->cert.person;
    c->out->technician_prefix = arena_str(c->a, str_c(c->cert.prefix), &ok);
    return ok ? ST_OK : ST_FULL;
}

static void note_entry(struct proof_check *c, bool *ok)
{
    const struct body_signed *b = &c->b.signed_;
    c->out->outcome = (enum sign_outcome)b->outcome;
    c->out->number = arena_str(c->a, bytes_str(code_bytes(&b->number)), ok);
    c->out->class_ = (enum service_class)b->class_;
    c->out->total_minor = b->total_minor;
    c->out->version = b->version;
    c->out->claimed_ms = c->e.wall_ms;
}

enum st proof_check_entry(struct proof_check *c)
{
    const char *rule = "";
    const struct body_signed *b = &c->b.signed_;
    if (entry_parse(c->f.entry, &c->e, NULL, &rule) != ST_OK) {
        return proof_no(c->out, PROOF_ENTRY, "the sign-off cannot be read", rule);
    }
    if (!id8_eq(c->e.author, c->cert.author)) {
        return proof_no(c->out, PROOF_ENTRY, "the certificate is of another author", NULL);
    }
    if (entry_verify(&c->e, c->t.deployment, c->cert.sign_pk) != ST_OK) {
        return proof_no(c->out, PROOF_ENTRY, "its signature does not hold", NULL);
    }
    if (c->e.kind != KIND_VISIT_SIGNED || c->cert.role == ROLE_HEADQUARTERS ||
        body_decode(KIND_VISIT_SIGNED, c->e.body, &c->b) != ST_OK) {
        return proof_no(c->out, PROOF_ENTRY, "it is no sign-off", NULL);
    }
    unsigned natt = 2;
    for (unsigned bit = SIGNED_STROKES; bit <= SIGNED_RATINGS; bit <<= 1) {
        natt += (b->att_flags & bit) != 0;
    }
    if (c->e.natt != natt || b->att_flags >= 2 * SIGNED_RATINGS) {
        return proof_no(c->out, PROOF_ENTRY, "it names other attachments than it says", NULL);
    }
    bool drawn = (b->att_flags & SIGNED_STROKES) != 0;
    if (b->outcome < SIGN_SIGNED || b->outcome > SIGN_ABSENT ||
        (b->outcome == SIGN_SIGNED && !drawn)) {
        return proof_no(c->out, PROOF_ENTRY, "it says signed and names no strokes", NULL);
    }
    bool ok = true;
    note_entry(c, &ok);
    return ok ? ST_OK : ST_FULL;
}

/* sample.c - see sample.h. */
#include "tests/support/sample.h"

#include "core/codec/hash.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static void must(enum st st, const char *what)
{
    if (st != ST_OK) {
        fprintf(stderr, "sample: %s: %s\n", what, st_name(st));
        exit(99);
    }
}

void sample_keys(const char *name, struct author_keys *out)
{
    uint8_t seed[AUTHOR_KEYS_SEED_BYTES];
    crypto_generichash(seed, sizeof seed, (const uint8_t *)name, strlen(name), NULL, 0);
    must(author_keys_load(out, seed), "keys");
}

h32 sample_h32(const char *name)
{
    h32 h;
    hash32(str_bytes(str_c(name)), h.b);
    return h;
}

id16 sample_id16(const char *name)
{
    h32 h = sample_h32(name);
    id16 id;
    memcpy(id.b, h.b, sizeof id.b);
    return id;
}

id8 sample_id8(const char *name)
{
    h32 h = sample_h32(name);
    id8 id;
    memcpy(id.b, h.b, sizeof id.b);
    return id;
}

struct now sample_now(int64_t ms)
{
    struct now n = {
        .wall_ms = SAMPLE_TIME_MS + ms, .boot_ms = 3600000 + ms, .utc_offset_minutes = 480};
    id8 boot = sample_id8("boot");
    memcpy(n.boot_id, boot.b, sizeof boot.b);
    return n;
}

static void add_key(struct trust *t, enum trust_use use, const uint8_t pk[32])
{
    struct trust_key *k = &t->keys[t->nkeys++];
    k->use = use;
    memcpy(k->pk, pk, sizeof k->pk);
    k->id = key_id(pk);
    k->from_ms = SAMPLE_TIME_MS - 86400000LL;
    k->until_ms = SAMPLE_TIME_MS + 3650LL * 86400000LL;
}

static void make_party(struct sample *s, const char *name, enum role role, const char *prefix,
                       struct sample_party *p)
{
    sample_keys(name, &p->keys);
    p->author = key_id(p->keys.sign_pk);
    p->person = sample_id16(name);
    struct cert c = {.author = p->author,
                     .person = p->person,
                     .role = role,
                     .branch = sample_id8("branch"),
                     .from_ms = SAMPLE_TIME_MS,
                     .until_ms = SAMPLE_TIME_MS + 730LL * 86400000LL};
    memcpy(c.sign_pk, p->keys.sign_pk, sizeof c.sign_pk);
    memcpy(c.box_pk, p->keys.box_pk, sizeof c.box_pk);
    snprintf(c.prefix, sizeof c.prefix, "%s", prefix);
    bytes doc;
    must(cert_make(&c, s->trust.deployment, s->issuing.sign_sk, p->cert_bytes, sizeof p->cert_bytes,
                   &doc),
         "certificate");
    must(cert_open(doc, &s->trust, &p->cert, NULL), "certificate");
}

void sample_make(struct sample *s)
{
    if (sodium_init() < 0) {
        exit(99);
    }
    memset(s, 0, sizeof *s);
    sample_keys("root", &s->root);
    sample_keys("issuing", &s->issuing);
    struct author_keys node, tls;
    sample_keys("node", &node);
    sample_keys("tls", &tls);
    struct trust t = {.serial = 1, .legal_period_days = 730};
    h32 root = {{0}};
    hash32(bytes_of(s->root.sign_pk, 32), root.b);
    memcpy(t.deployment, root.b, sizeof t.deployment);
    memcpy(t.root_pk, s->root.sign_pk, sizeof t.root_pk);
    snprintf(t.name, sizeof t.name, "\xe6\xb5\xb7\xe9\xa3\x8e\xe5\xae\xb6\xe7\x94\xb5");
    add_key(&t, TRUST_ISSUING, s->issuing.sign_pk);
    add_key(&t, TRUST_NODE, node.sign_pk);
    add_key(&t, TRUST_SEALING, node.box_pk);
    add_key(&t, TRUST_TLS, tls.sign_pk);
    must(trust_make(&t, s->root.sign_sk, s->trust_bytes, sizeof s->trust_bytes, &s->trust_doc),
         "trust");
    must(trust_open(s->trust_doc, NULL, &s->trust, NULL), "trust");
    author_keys_wipe(&node);
    author_keys_wipe(&tls);
    make_party(s, "node", ROLE_HEADQUARTERS, "HQ", &s->node);
    make_party(s, "technician", ROLE_TECHNICIAN, "T1", &s->tech);
    make_party(s, "other technician", ROLE_TECHNICIAN, "T2", &s->other);
}

void sample_free(struct sample *s)
{
    author_keys_wipe(&s->root);
    author_keys_wipe(&s->issuing);
    author_keys_wipe(&s->node.keys);
    author_keys_wipe(&s->tech.keys);
    author_keys_wipe(&s->other.keys);
}

/* vectors.c - see vectors.h. */
#include "tests/support/vectors_inside.h"

#include "core/codec/cose.h"
#include "core/journal/attachment.h"

#include <stdio.h>
#include <stdlib.h>

void vectors_die(const char *what, const char *rule)
{
    fprintf(stderr, "vectors: %s: %s\n", what, rule);
    exit(99);
}

struct vector *vectors_add(struct vectors *t, const char *name, const char *type,
                           const uint8_t pk[32])
{
    if (t->n == VECTORS_MAX) {
        vectors_die(name, "too many");
    }
    struct vector *v = &t->v[t->n++];
    snprintf(v->name, sizeof v->name, "%s", name);
    v->type = type;
    v->expect = "ok";
    v->rule = "";
    if (pk != NULL) {
        memcpy(v->pk, pk, 32);
    }
    memcpy(v->deployment, t->s.trust.deployment, 16);
    return v;
}

const struct vector *vectors_find(const struct vectors *t, const char *name)
{
    for (unsigned i = 0; i < t->n; i++) {
        if (strcmp(t->v[i].name, name) == 0) {
            return &t->v[i];
        }
    }
    vectors_die(name, "no such vector");
    return NULL;
}

/* ---- entries that hold ------------------------------------------------------------------------
 */

void vectors_entry(struct vectors *t, const char *name, struct sample_party *p,
                   struct chain_head *head, const struct entry_draft *d, struct now now)
{
    struct vector *v = vectors_add(t, name, "entry", p->keys.sign_pk);
    struct entry_view e;
    struct err err;
    if (entry_make(head, d, &now, t->s.trust.deployment, p->keys.sign_sk, v->data, sizeof v->data,
                   &e, &err) != ST_OK) {
        vectors_die(name, err.text);
    }
    v->n = e.whole.n;
}

bytes vectors_visit_body(uint8_t *buf, size_t cap, unsigned extra_key, unsigned value)
{
    struct cbor_w w = cbor_w_init(buf, cap);
    id8 visit = sample_id8("visit");
    bytes out;
    cbor_put_map(&w, extra_key == 0 ? 1 : 2);
    cbor_put_uint(&w, 1);
    cbor_put_bytes(&w, bytes_of(visit.b, sizeof visit.b));
    if (extra_key != 0) {
        cbor_put_uint(&w, extra_key);
        cbor_put_uint(&w, value);
    }
    return cbor_w_done(&w, &out) == ST_OK ? out : (bytes){NULL, 0};
}

static bytes sign_body(const struct vectors *t, uint8_t *buf, size_t cap)
{
    struct cbor_w w = cbor_w_init(buf, cap);
    id8 visit = sample_id8("visit");
    h32 theirs = sample_h32("an entry of headquarters");
    bytes out;
    cbor_put_map(&w, 10);
    cbor_put_uint(&w, 1);
    cbor_put_bytes(&w, bytes_of(visit.b, sizeof visit.b));
    cbor_put_uint(&w, 2);
    cbor_put_uint(&w, SIGN_SIGNED);
    cbor_put_uint(&w, 3);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, 4);
    cbor_put_bytes(&w, str_bytes(S("T1-7K-0042")));
    cbor_put_uint(&w, 5);
    cbor_put_uint(&w, 23800);
    cbor_put_uint(&w, 6);
    cbor_put_uint(&w, CLASS_A);
    cbor_put_uint(&w, 7);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, 8);
    cbor_put_array(&w, 1);
    cbor_put_array(&w, 2);
    cbor_put_bytes(&w, bytes_of(t->s.node.author.b, 8));
    cbor_put_bytes(&w, bytes_of(theirs.b, sizeof theirs.b));
    cbor_put_uint(&w, 9);
    cbor_put_uint(&w, REL_SELF);
    cbor_put_uint(&w, 11);
    cbor_put_uint(&w, 3);
    return cbor_w_done(&w, &out) == ST_OK ? out : (bytes){NULL, 0};
}

static void technician_chain(struct vectors *t)
{
    uint8_t buf[512];
    struct chain_head head = {.author = t->s.tech.author, .epoch = sample_id8("epoch")};
    struct entry_draft opened = {.kind = KIND_JOURNAL_OPENED, .subject_type = SUBJECT_AUTHOR};
    memcpy(opened.subject.b, head.author.b, sizeof head.author.b);
    vectors_entry(t, "entry-journal-opened", &t->s.tech, &head, &opened, sample_now(0));

    struct entry_draft d = {.kind = KIND_VISIT_ARRIVED,
                            .subject_type = SUBJECT_JOB,
                            .subject = sample_id16("job"),
                            .body = vectors_visit_body(buf, sizeof buf, 2, 3)};
    vectors_entry(t, "entry-visit-arrived", &t->s.tech, &head, &d, sample_now(60000));

    h32 texts[1] = {sample_h32("cause in words")};
    d = (struct entry_draft){.kind = KIND_VISIT_ACTION,
                             .subject_type = SUBJECT_JOB,
                             .subject = sample_id16("job"),
                             .body = vectors_visit_body(buf, sizeof buf, 3, 1),
                             .atts = texts,
                             .natt = 1};
    struct now fell = sample_now(120000);
    fell.wall_ms = 5000;
    vectors_entry(t, "entry-clock-fell-to-1970", &t->s.tech, &head, &d, fell);

    head.current.has_receipt = true;
    head.current.receipt_ms = SAMPLE_TIME_MS + 30000;
    head.current.receipt = sample_h32("receipt");
    h32 signed_atts[4] = {sample_h32("facts"), sample_h32("text"), sample_h32("strokes"),
                          sample_h32("name")};
    d = (struct entry_draft){.kind = KIND_VISIT_SIGNED,
                             .subject_type = SUBJECT_JOB,
                             .subject = sample_id16("job"),
                             .body = sign_body(t, buf, sizeof buf),
                             .atts = signed_atts,
                             .natt = 4,
                             .full_evidence = true};
    vectors_entry(t, "entry-visit-signed", &t->s.tech, &head, &d, sample_now(3600000));

    d = (struct entry_draft){.kind = 60000,
                             .subject_type = SUBJECT_JOB,
                             .subject = sample_id16("job"),
                             .body = vectors_visit_body(buf, sizeof buf, 23, 5)};
    vectors_entry(t, "entry-unknown-kind", &t->s.tech, &head, &d, sample_now(3700000));
}

static void node_entry(struct vectors *t)
{
    static const uint8_t body[] = {0xA1, 0x01, 0xA2, 0x0A, 0x00, 0x0D, 0x01}; /* {1:{10:0,13:1}} */
    struct chain_head head = {.author = t->s.node.author,
                              .epoch = sample_id8("node epoch"),
                              .seq = 41,
                              .hash = sample_h32("an earlier entry")};
    h32 att = sample_h32("name of a customer");
    struct entry_draft d = {.kind = KIND_RECORD_SET,
                            .subject_type = SUBJECT_CUSTOMER,
                            .subject = sample_id16("customer"),
                            .body = bytes_of(body, sizeof body),
                            .atts = &att,
                            .natt = 1,
                            .actor = sample_id16("clerk"),
                            .actor_role = ROLE_CLERK};
    vectors_entry(t, "entry-of-headquarters", &t->s.node, &head, &d, sample_now(10));
}

/* ---- documents --------------------------------------------------------------------------------
 */

static void put(struct vector *v, bytes doc)
{
    memcpy(v->data, doc.p, doc.n);
    v->n = doc.n;
}

static void documents(struct vectors *t)
{
    const struct sample *s = &t->s;
    put(vectors_add(t, "trust", "trust", s->root.sign_pk), s->trust_doc);
    put(vectors_add(t, "certificate", "certificate", s->issuing.sign_pk), s->tech.cert.whole);
    bytes doc;

    struct vector *v = vectors_add(t, "revocation", "revocation", s->issuing.sign_pk);
    struct revocation x = {.number = 1, .author = s->other.author, .time_ms = SAMPLE_TIME_MS};
    x.nheads = 1;
    x.heads[0].epoch = sample_id8("other epoch");
    x.heads[0].seq = 17;
    x.heads[0].hash = sample_h32("the last trusted entry");
    if (revocation_make(&x, s->trust.deployment, s->issuing.sign_sk, v->data, sizeof v->data,
                        &doc) != ST_OK) {
        vectors_die("revocation", "make");
    }
    v->n = doc.n;

    struct receipt r = {.author = s->tech.author,
                        .epoch = sample_id8("epoch"),
                        .seq = 4,
                        .head = sample_h32("head"),
                        .time_ms = SAMPLE_TIME_MS + 30000,
                        .att_through = 3,
                        .node_epoch = sample_id8("node epoch"),
                        .node_seq = 42,
                        .node_head = sample_h32("node head")};
    static const char *const names[] = {"receipt", "receipt-with-named-attachments",
                                        "receipt-after-a-revocation"};
    for (unsigned i = 0; i < 3; i++) {
        v = vectors_add(t, names[i], "receipt", s->node.keys.sign_pk);
        r.nnamed = i == 1 ? 2 : 0;
        r.revoked = i == 2 ? 7 : 0;
        r.named[0] = sample_h32("strokes");
        r.named[1] = sample_h32("text");
        if (receipt_make(&r, s->trust.deployment, s->node.keys.sign_sk, v->data, sizeof v->data,
                         &doc) != ST_OK) {
            vectors_die("receipt", "make");
        }
        v->n = doc.n;
    }
}

static void manifest(struct vectors *t)
{
    static uint8_t room[4096];
    struct arena a = arena_of(room, sizeof room);
    struct vector *v = vectors_add(t, "manifest-of-a-text", "manifest", NULL);
    str text = S("\xe5\x8e\x8b\xe7\xbc\xa9\xe6\x9c\xba leaks");
    h32 salt = sample_h32("salt");
    struct att_view view;
    if (att_make_salted(&a, ATT_TEXT, str_bytes(text), salt.b, &view) != ST_OK) {
        vectors_die("manifest", "make");
    }
    put(v, view.manifest);
    memcpy(v->content, text.p, text.n);
    v->content_n = text.n;
}

/* ---- entries that every reader refuses ----------------------------------------------------------
 */

/* What the plainest payload is made of; a test vector bends one thing. */
struct bend {
    const char *name, *rule, *expect;
    uint64_t seq, boot, kind, subject_type, last_key;
    bool prev, no_epoch, swap, dup, text, actor_zero;
    int64_t wall;
    const char *body, *evidence; /* hex of an item */
    unsigned natt;
    size_t body_bytes;
};

size_t vectors_unhex(const char *hex, uint8_t *out)
{
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) {
        char two[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        out[i] = (uint8_t)strtoul(two, NULL, 16);
    }
    return n;
}

static void put_hex(struct cbor_w *w, uint64_t key, const char *hex)
{
    uint8_t tmp[64];
    cbor_put_uint(w, key);
    cbor_put_raw(w, bytes_of(tmp, vectors_unhex(hex, tmp)));
}

static void put_long_body(struct cbor_w *w, size_t n)
{
    static const uint8_t zeros[4096];
    cbor_put_uint(w, 9);
    cbor_put_map(w, 1);
    cbor_put_uint(w, 2);
    cbor_put_bytes(w, bytes_of(zeros, n));
}

static size_t bent_pairs(const struct bend *b)
{
    return 6U - (size_t)b->no_epoch + (size_t)b->prev + (size_t)(b->wall != -1) +
           (size_t)(b->body != NULL || b->body_bytes > 0) + (size_t)(b->natt > 0) +
           (size_t)(b->evidence != NULL) + (size_t)b->actor_zero + (size_t)(b->last_key != 0) +
           (size_t)b->dup;
}

static bytes bent_payload(const struct bend *b, uint8_t *buf, size_t cap)
{
    struct cbor_w w = cbor_w_init(buf, cap);
    id8 epoch = sample_id8("epoch");
    id16 job = sample_id16("job");
    h32 h = sample_h32("previous");
    bytes out;
    cbor_put_map(&w, bent_pairs(b));
    for (int i = 0; i < 1 + b->dup && !b->no_epoch; i++) {
        cbor_put_uint(&w, 1);
        cbor_put_bytes(&w, bytes_of(epoch.b, sizeof epoch.b));
    }
    cbor_put_uint(&w, 2);
    cbor_put_uint(&w, b->seq);
    if (b->prev) {
        cbor_put_uint(&w, 3);
        cbor_put_bytes(&w, bytes_of(h.b, sizeof h.b));
    }
    cbor_put_uint(&w, b->swap ? 6 : 4);
    cbor_put_uint(&w, b->swap ? 5 : (uint64_t)SAMPLE_TIME_MS << 16);
    if (b->wall != -1) {
        cbor_put_uint(&w, 5);
        cbor_put_int(&w, b->wall);
    }
    cbor_put_uint(&w, b->swap ? 4 : 6);
    cbor_put_uint(&w, b->swap ? (uint64_t)SAMPLE_TIME_MS << 16 : b->boot);
    cbor_put_uint(&w, 7);
    cbor_put_array(&w, 2);
    cbor_put_uint(&w, b->subject_type);
    cbor_put_bytes(&w, bytes_of(job.b, sizeof job.b));
    cbor_put_uint(&w, 8);
    cbor_put_uint(&w, b->kind);
    if (b->body != NULL) {
        put_hex(&w, 9, b->body);
    }
    if (b->body_bytes > 0) {
        put_long_body(&w, b->body_bytes);
    }
    if (b->natt > 0) {
        cbor_put_uint(&w, 10);
        cbor_put_array(&w, b->natt);
        for (unsigned i = 0; i < b->natt; i++) {
            cbor_put_bytes(&w, bytes_of(h.b, sizeof h.b));
        }
    }
    if (b->evidence != NULL) {
        put_hex(&w, 11, b->evidence);
    }
    if (b->actor_zero) {
        put_hex(&w, 12,
                "825000000000000000000000000000000000"
                "03");
    }
    if (b->last_key != 0) {
        cbor_put_uint(&w, b->last_key);
        cbor_put_uint(&w, 1);
    }
    return cbor_w_done(&w, &out) == ST_OK ? out : (bytes){NULL, 0};
}

#define PLAIN .seq = 1, .boot = 5, .kind = 22, .subject_type = 3, .wall = -1
static const struct bend bends[] = {
    {"plain", "", "ok", PLAIN},
    {"sequence-zero", "sequence", "bad form", .seq = 0, .boot = 5, .kind = 22, .subject_type = 3,
     .wall = -1},
    {"first-with-previous", "previous hash", "bad form", PLAIN, .prev = true},
    {"second-without-previous", "previous hash", "bad form", .seq = 2, .boot = 5, .kind = 22,
     .subject_type = 3, .wall = -1},
    {"without-epoch", "payload keys", "bad form", PLAIN, .no_epoch = true},
    {"key-twice", "duplicate key", "bad form", PLAIN, .dup = true},
    {"keys-out-of-order", "key order", "bad form", PLAIN, .swap = true},
    {"wall-difference-zero", "wall time", "bad form", .seq = 1, .boot = 5, .kind = 22,
     .subject_type = 3, .wall = 0},
    {"kind-zero", "kind", "bad form", .seq = 1, .boot = 5, .kind = 0, .subject_type = 3,
     .wall = -1},
    {"kind-too-large", "kind", "bad form", .seq = 1, .boot = 5, .kind = 65536, .subject_type = 3,
     .wall = -1},
    {"subject-type-zero", "subject", "bad form", .seq = 1, .boot = 5, .kind = 22, .subject_type = 0,
     .wall = -1},
    {"boot-time-too-large", "boot time", "bad form", .seq = 1, .boot = 1ULL << 47, .kind = 22,
     .subject_type = 3, .wall = -1},
    {"body-empty", "body empty", "bad form", PLAIN, .body = "a0"},
    {"body-no-map", "body is no map", "bad form", PLAIN, .body = "80"},
    {"body-with-text", "text string", "bad form", PLAIN, .body = "a1026161"},
    {"access-with-a-login-in-clear", "text string", "bad form", .seq = 1, .boot = 5,
     .kind = KIND_ACCESS, .subject_type = SUBJECT_ACCESS, .wall = -1,
     .body = "a3010102500102030405060708090a0b0c0d0e0f1006656c6f67696e"},
    {"body-with-float", "float", "bad form", PLAIN, .body = "a102f93c00"},
    {"body-with-negative-key", "body key", "bad form", PLAIN, .body = "a12001"},
    {"body-with-string-key", "body key", "bad form", PLAIN, .body = "a1410101"},
    {"body-of-indefinite-length", "indefinite length", "bad form", PLAIN, .body = "bf0201ff"},
    {"body-with-long-head", "non-shortest head", "bad form", PLAIN, .body = "a1021801"},
    {"body-with-tag", "tag", "bad form", PLAIN, .body = "a102d2820102"},
    {"body-of-impossible-length", "length beyond input", "bad form", PLAIN,
     .body = "a1025b7fffffffffffffff"},
    {"body-too-deep", "depth", "bad form", PLAIN, .body = "a10281818181818180"},
    {"body-key-twice", "duplicate key", "bad form", PLAIN, .body = "a202010201"},
    {"body-beyond-int64", "integer range", "bad form", PLAIN, .body = "a1021b8000000000000000"},
    {"body-with-undefined", "simple value", "bad form", PLAIN, .body = "a102f7"},
    {"body-with-reserved-head", "reserved head", "bad form", PLAIN, .body = "a1021c"},
    {"body-too-long", "body too long", "too big", PLAIN, .body_bytes = 3070},
    {"attachments-25", "number of attachments", "bad form", PLAIN, .natt = 25},
    {"evidence-empty", "evidence empty", "bad form", PLAIN, .evidence = "a0"},
    {"evidence-unknown", "evidence key", "bad form", PLAIN, .evidence = "a10401"},
    {"evidence-offset-of-two-days", "evidence offset", "bad form", PLAIN, .evidence = "a103190b40"},
    {"actor-zero", "actor", "bad form", PLAIN, .actor_zero = true},
    {"unknown-payload-key", "unknown payload key", "made by a newer version", PLAIN,
     .last_key = 13},
};

static void bent_entries(struct vectors *t)
{
    static uint8_t buf[4096];
    for (size_t i = 0; i < sizeof bends / sizeof bends[0]; i++) {
        const struct bend *b = &bends[i];
        char name[64];
        snprintf(name, sizeof name, "entry-%s", b->name);
        struct vector *v = vectors_add(t, name, "entry", t->s.tech.keys.sign_pk);
        bytes whole;
        if (cose_sign(COSE_ENTRY, t->s.trust.deployment, t->s.tech.author.b,
                      bent_payload(b, buf, sizeof buf), t->s.tech.keys.sign_sk, v->data,
                      sizeof v->data, &whole) != ST_OK) {
            vectors_die(name, "sign");
        }
        v->n = whole.n;
        v->expect = b->expect;
        v->rule = b->rule;
    }
}

struct vector *vectors_again(struct vectors *t, const char *name, const char *of,
                             const char *expect, const char *rule)
{
    const struct vector *from = vectors_find(t, of);
    struct vector *v = vectors_add(t, name, from->type, from->pk);
    memcpy(v->data, from->data, from->n);
    v->n = from->n;
    v->expect = expect;
    v->rule = rule;
    return v;
}

static void altered(struct vectors *t)
{
    struct vector *v = vectors_again(t, "entry-signature-altered", "entry-visit-arrived",
                                     "bad signature", "signature");
    v->data[v->n - 1] ^= 1;
    v = vectors_again(t, "entry-payload-altered", "entry-visit-arrived", "bad signature",
                      "signature");
    v->data[v->n - 66 - 1] ^= 1; /* the last byte of the body: flags 3 become 2 */
    v = vectors_again(t, "entry-of-another-deployment", "entry-visit-arrived", "bad signature",
                      "signature");
    v->deployment[0] ^= 1;
    v = vectors_again(t, "entry-under-another-key", "entry-visit-arrived", "bad signature",
                      "signature");
    memcpy(v->pk, t->s.other.keys.sign_pk, 32);
    v = vectors_again(t, "entry-byte-behind", "entry-visit-arrived", "bad form", "trailing bytes");
    v->data[v->n++] = 0;
    v = vectors_again(t, "entry-cut", "entry-visit-arrived", "bad form", "length beyond input");
    v->n -= 1;
    v = vectors_again(t, "receipt-as-entry", "receipt", "bad form", "sequence");
    v->type = "entry";
    v = vectors_again(t, "certificate-altered", "certificate", "bad signature", "signature");
    v->data[v->n - 1] ^= 1;
    v = vectors_again(t, "trust-altered", "trust", "bad signature", "signature");
    v->data[v->n - 1] ^= 1;
    v = vectors_again(t, "receipt-altered", "receipt", "bad signature", "signature");
    v->data[v->n - 1] ^= 1;
    v = vectors_again(t, "revocation-altered", "revocation", "bad signature", "signature");
    v->data[v->n - 1] ^= 1;
}

void vectors_build(struct vectors *t)
{
    memset(t, 0, sizeof *t);
    sample_make(&t->s);
    technician_chain(t);
    node_entry(t);
    documents(t);
    manifest(t);
    bent_entries(t);
    altered(t);
    vectors_bent_envelopes(t);
    vectors_forks(t);
    vectors_fork_files(t);
    vectors_goods(t);
    vectors_access(t);
}

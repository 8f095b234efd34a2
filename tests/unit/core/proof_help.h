/* proof_help.h - a technician's journal with sign-offs, headquarters' receipts, and report.cbor out
 * of it. For the tests of proofs. */
#ifndef TESTS_PROOF_HELP_H
#define TESTS_PROOF_HELP_H
#include "core/model/bodies.h"
#include "core/report/proof.h"
#include "core/report/receipt_log.h"
#include "core/report/strokes.h"
#include "tests/unit/core/journal_help.h"
#include "tests/unit/core/report_help.h"

static struct desk d;
static struct report_part parts[2];
static struct report_price prices[2];
static uint8_t memory[2 << 20], hq_pub_buf[HQ_PUB_BYTES_MAX], verify_memory[PROOF_SCRATCH_BYTES];
static bytes hq_pub;

static inline h32 append(struct append *what, int64_t ms)
{
    h32 hash = {{0}};
    struct now now = sample_now(ms);
    CHECK_INT(journal_append(&d.j, what, &now, &hash, &err), ST_OK);
    return hash;
}

static inline bytes draw_strokes(uint8_t *buf, size_t cap)
{
    static struct stroke_point p[120];
    for (size_t i = 0; i < 120; i++) {
        p[i] = (struct stroke_point){.x = 3000 + (int32_t)i * 250,
                                     .y = 20000 + (int32_t)(i * 37 % 50) * 200,
                                     .t_ms = (uint32_t)i * 11,
                                     .pressure = 512,
                                     .start = i == 0 || i == 70};
    }
    struct strokes drawn = {.w = 34000, .h = 42000, .n = 120, .points = p};
    bytes out;
    CHECK_INT(strokes_encode(&drawn, buf, cap, &out), ST_OK);
    return out;
}

/* A sign-off as the handheld's writer makes it; NULL change: of the facts alone. */
static inline h32 sign(int64_t ms, enum sign_outcome outcome,
                       void (*change)(struct body_signed *, char *))
{
    static uint8_t facts[CAP_FACTS_BYTES], strokes[CAP_STROKES_BYTES], body[CAP_BODY_BYTES];
    static char text[CAP_REPORT_BYTES];
    struct report_facts f = report_help_facts(REPORT_1_ZH, parts, prices);
    bytes fb;
    str t;
    CHECK_INT(report_facts_encode(&f, facts, sizeof facts, &fb, &err), ST_OK);
    CHECK_INT(report_text(&f, text, sizeof text, &t), ST_OK);
    static union body b;
    memset(&b, 0, sizeof b);
    b.signed_ = (struct body_signed){.visit = sample_id8("visit"),
                                     .outcome = outcome,
                                     .version = f.version,
                                     .total_minor = f.total_minor,
                                     .class_ = (unsigned)f.class_,
                                     .template_ = (unsigned)f.template_,
                                     .relation = REL_SELF};
    CHECK(code_of(str_bytes(f.number), &b.signed_.number));
    for (unsigned i = 0; i < CAP_COVERS; i++) { /* more than fit the code */
        char name[16];
        snprintf(name, sizeof name, "cover %u", i);
        b.signed_.covers[i].author = sample_id8(name);
        b.signed_.covers[i].entry = sample_h32(name);
    }
    b.signed_.ncovers = 1;
    struct append_att atts[6] = {{.type = ATT_FACTS, .content = fb},
                                 {.type = ATT_REPORT, .content = str_bytes(t)}};
    unsigned n = 2;
    static const uint8_t sealed[120] = {1};
    if (outcome == SIGN_SIGNED) {
        atts[n++] = (struct append_att){.type = ATT_STROKES,
                                        .content = draw_strokes(strokes, sizeof strokes)};
        atts[n++] = (struct append_att){.type = ATT_TEXT, .content = str_bytes(S("王秀兰"))};
        atts[n++] = (struct append_att){.type = ATT_RATINGS, .content = bytes_of(sealed, 120)};
        b.signed_.att_flags = SIGNED_STROKES | SIGNED_NAME | SIGNED_RATINGS;
    } else {
        b.signed_.reason = SR_FEE;
        atts[n++] = (struct append_att){.type = ATT_TEXT, .content = str_bytes(S("费用太高"))};
        b.signed_.att_flags = SIGNED_REASON;
    }
    if (change != NULL) {
        change(&b.signed_, text);
    }
    struct append what = {.kind = KIND_VISIT_SIGNED,
                          .subject_type = SUBJECT_JOB,
                          .subject = sample_id16("job"),
                          .atts = atts,
                          .natt = n};
    CHECK_INT(body_encode(KIND_VISIT_SIGNED, &b, body, sizeof body, &what.body), ST_OK);
    return append(&what, ms);
}

/* Headquarters' receipt for the journal as it stands, taken in as the exchange does. */
static inline void receive_knowing(int64_t ms, uint64_t revoked)
{
    uint8_t buf[RECEIPT_BYTES_MAX], key[16];
    struct receipt r = {.author = d.j.head.author,
                        .epoch = d.j.head.epoch,
                        .seq = d.j.head.seq,
                        .head = d.j.head.hash,
                        .time_ms = SAMPLE_TIME_MS + ms,
                        .att_through = d.j.head.seq,
                        .node_epoch = sample_id8("node epoch"),
                        .node_seq = 5,
                        .node_head = sample_h32("node head"),
                        .revoked = revoked};
    bytes doc;
    CHECK_INT(receipt_make(&r, s.trust.deployment, s.node.keys.sign_sk, buf, sizeof buf, &doc),
              ST_OK);
    CHECK_INT(receipt_open(doc, &s.trust, &r, NULL), ST_OK);
    struct store_txn *t = help_write(d.store);
    struct arena a = arena_of(room, sizeof room);
    struct chain_mark m;
    CHECK_INT(chain_mark_get(t, r.author, r.epoch, &a, &m, &err), ST_OK);
    m.receipt_ms = r.time_ms;
    m.receipt_seq = r.seq;
    m.receipt_hash = r.hash;
    memcpy(key, r.author.b, 8);
    memcpy(key + 8, r.epoch.b, 8);
    CHECK_INT(store_put(t, T_RECEIPT, bytes_of(key, 16), doc, &err), ST_OK);
    CHECK_INT(receipt_log_put(t, &r, doc, &err), ST_OK);
    CHECK_INT(chain_mark_put(t, &m, &err), ST_OK);
    CHECK_INT(cert_store_put(t, &s.node.cert, &err), ST_OK);
    CHECK_INT(store_commit(&t, &err), ST_OK);
    CHECK_INT(reopen(&d, sample_now(ms)), ST_OK);
}

static inline void receive(int64_t ms)
{
    receive_knowing(ms, 0);
}

static inline bytes build(h32 signoff)
{
    struct arena a = arena_of(memory, sizeof memory);
    struct store_txn *t = help_read(d.store);
    bytes out = {NULL, 0};
    enum st st = proof_build(t, signoff, &a, &out, &err);
    store_abort(&t);
    if (st != ST_OK) {
        check_fail(__FILE__, __LINE__, "proof_build: %s: %s", st_name(st), err.text);
    }
    return out;
}

static inline enum st verify(bytes file, struct proof_result *r)
{
    return proof_verify(file, hq_pub, arena_of(verify_memory, sizeof verify_memory), r);
}

static inline void expect(h32 signoff, enum proof_part part)
{
    struct proof_result r;
    CHECK_INT(verify(build(signoff), &r), part == PROOF_OK ? ST_OK : ST_BAD_SIGNATURE);
    if (r.failed != part) {
        check_fail(__FILE__, __LINE__, "%s: %s", proof_part_name(r.failed), r.why);
    }
    CHECK((r.why[0] == '\0') == (part == PROOF_OK));
}

static inline void begin(void)
{
    start(&d);
    h32 h;
    CHECK_INT(act(&d, 1000, &h), ST_OK);
    receive(2000);
    CHECK_INT(act(&d, 3000, &h), ST_OK);
}

/* The keys of everybody, and hq.pub. */
static inline bool proof_help_start(void)
{
    sample_make(&s);
    return hq_pub_make(s.trust_doc, s.root.sign_pk, hq_pub_buf, sizeof hq_pub_buf, &hq_pub) ==
           ST_OK;
}
#endif

/* test_proof_vectors.c - the committed report.cbor files and QR codes of tests/vectors/report.json.
 *
 * Made anew from fixed seeds, times and salts, and compared to the byte; `test_proof_vectors
 * --write`, run from the root, writes them. Released vectors never change. */
#include "core/base/encode.h"
#include "core/codec/cbor.h"
#include "core/journal/attachment.h"
#include "core/model/bodies.h"
#include "core/report/proof.h"
#include "core/report/strokes.h"
#include "tests/support/check.h"
#include "tests/support/listing.h"
#include "tests/support/sample.h"
#include "tests/unit/core/report_help.h"

static struct sample s;
static struct report_part parts[2];
static struct report_price prices[2];
static uint8_t hq_pub_buf[HQ_PUB_BYTES_MAX], verify_memory[PROOF_SCRATCH_BYTES];
static bytes hq_pub;

struct made {
    const char *name;
    uint8_t file[16384], memory[65536];
    char text[CAP_REPORT_BYTES], qr[PROOF_QR_MAX + 1];
    size_t file_n, text_n, qr_n;
};
static struct made made[2];

static void need(enum st st, const char *what)
{
    if (st != ST_OK) {
        fprintf(stderr, "proof vectors: %s: %s\n", what, st_name(st));
        exit(99);
    }
}

static struct att_view attach(struct arena *a, enum att_type type, bytes content, const char *salt)
{
    struct att_view v;
    h32 h = sample_h32(salt);
    need(att_make_salted(a, type, content, h.b, &v), "attachment");
    return v;
}

static bytes strokes_of(uint8_t *buf, size_t cap)
{
    static struct stroke_point p[40];
    for (size_t i = 0; i < 40; i++) {
        p[i] = (struct stroke_point){.x = 3000 + (int32_t)i * 700,
                                     .y = 20000 + (int32_t)(i * 37 % 11) * 600,
                                     .t_ms = (uint32_t)i * 16,
                                     .pressure = (uint16_t)(400 + i),
                                     .start = i == 0 || i == 25};
    }
    struct strokes drawn = {.w = 34000, .h = 42000, .n = 40, .points = p};
    bytes out;
    need(strokes_encode(&drawn, buf, cap, &out), "strokes");
    return out;
}

static bytes receipt_of(const struct chain_head *head, int64_t ms, uint8_t *buf)
{
    struct receipt r = {.author = head->author,
                        .epoch = head->epoch,
                        .seq = head->seq,
                        .head = head->hash,
                        .time_ms = SAMPLE_TIME_MS + ms,
                        .att_through = head->seq,
                        .node_epoch = sample_id8("node epoch"),
                        .node_seq = 5,
                        .node_head = sample_h32("node head")};
    bytes doc;
    need(receipt_make(&r, s.trust.deployment, s.node.keys.sign_sk, buf, RECEIPT_BYTES_MAX, &doc),
         "receipt");
    return doc;
}

static bytes entry(struct chain_head *head, struct entry_draft d, int64_t ms, uint8_t *buf)
{
    struct now now = sample_now(ms);
    struct entry_view e;
    struct err err;
    d.subject_type = SUBJECT_JOB;
    d.subject = sample_id16("job");
    need(entry_make(head, &d, &now, s.trust.deployment, s.tech.keys.sign_sk, buf, CAP_ENTRY_BYTES,
                    &e, &err),
         "entry");
    return e.whole;
}

static void put(struct cbor_w *w, unsigned key, bytes b)
{
    cbor_put_uint(w, key);
    cbor_put_bytes(w, b);
}

static void make_one(struct made *m, enum report_template template_, bool refused)
{
    static uint8_t facts[CAP_FACTS_BYTES], strokes[CAP_STROKES_BYTES];
    uint8_t body[CAP_BODY_BYTES], e1[CAP_ENTRY_BYTES], e2[CAP_ENTRY_BYTES], e3[CAP_ENTRY_BYTES];
    uint8_t r1[RECEIPT_BYTES_MAX], r2[RECEIPT_BYTES_MAX];
    struct report_facts f = report_help_facts(template_, parts, prices);
    struct arena a = arena_of(m->memory, sizeof m->memory);
    bytes content[4], file, doc;
    str text;
    need(report_facts_encode(&f, facts, sizeof facts, &content[0], NULL), "facts");
    need(report_text(&f, m->text, sizeof m->text, &text), "text");
    m->text_n = text.n;
    content[1] = str_bytes(text);
    content[2] = refused ? str_bytes(S("Fee too high")) : strokes_of(strokes, sizeof strokes);
    content[3] = str_bytes(S("王秀兰"));
    size_t n = refused ? 3 : 4;
    static const enum att_type type[] = {ATT_FACTS, ATT_REPORT, ATT_STROKES, ATT_TEXT};
    static const char *const salt[] = {"salt 1", "salt 2", "salt 3", "salt 4"};
    struct att_view v[4];
    h32 names[4];
    for (size_t i = 0; i < n; i++) {
        v[i] = attach(&a, refused && i == 2 ? ATT_TEXT : type[i], content[i], salt[i]);
        names[i] = v[i].name;
    }
    static union body b;
    memset(&b, 0, sizeof b);
    b.signed_ =
        (struct body_signed){.visit = sample_id8("visit"),
                             .outcome = refused ? SIGN_REFUSED : SIGN_SIGNED,
                             .version = f.version,
                             .total_minor = f.total_minor,
                             .class_ = (unsigned)f.class_,
                             .template_ = (unsigned)template_,
                             .ncovers = 1,
                             .covers = {{s.node.author, sample_h32("an entry of HQ")}},
                             .relation = refused ? 0 : REL_SELF,
                             .reason = refused ? SR_FEE : 0,
                             .att_flags = refused ? SIGNED_REASON : SIGNED_STROKES | SIGNED_NAME};
    IGNORE(!code_of(str_bytes(f.number), &b.signed_.number)); /* it is printable ASCII */
    struct entry_draft signoff = {
        .kind = KIND_VISIT_SIGNED, .atts = names, .natt = (unsigned)n, .full_evidence = true};
    need(body_encode(KIND_VISIT_SIGNED, &b, body, sizeof body, &signoff.body), "body");

    struct chain_head head = {.author = s.tech.author, .epoch = sample_id8("epoch")};
    struct entry_draft step = {.kind = 60000}; /* what it says does not matter here */
    IGNORE(entry(&head, step, 0, e1).n == 0);
    bytes cited = receipt_of(&head, 1000, r1);
    struct receipt r;
    need(receipt_open(cited, &s.trust, &r, NULL), "receipt");
    head.current.has_receipt = true;
    head.current.receipt_ms = r.time_ms;
    head.current.receipt = r.hash;
    bytes signed_entry = entry(&head, signoff, 3600000, e2);
    bytes after = entry(&head, step, 3700000, e3);
    bytes covers = receipt_of(&head, 4000000, r2);

    struct cbor_w w = cbor_w_init(m->file, sizeof m->file);
    cbor_put_map(&w, 9);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, 1);
    put(&w, 2, signed_entry);
    put(&w, 3, s.tech.cert.whole);
    put(&w, 4, s.trust_doc);
    cbor_put_uint(&w, 5);
    cbor_put_map(&w, n);
    for (size_t i = 0; i < n; i++) {
        cbor_put_uint(&w, refused && i == 2 ? 5 : i + 1);
        cbor_put_array(&w, 2);
        cbor_put_bytes(&w, v[i].manifest);
        cbor_put_bytes(&w, content[i]);
    }
    put(&w, 9, cited);
    put(&w, 10, covers);
    cbor_put_uint(&w, 11);
    cbor_put_array(&w, 1);
    cbor_put_bytes(&w, after);
    cbor_put_uint(&w, 12);
    cbor_put_array(&w, 1);
    cbor_put_bytes(&w, s.node.cert.whole);
    need(cbor_w_done(&w, &file), "file");
    m->file_n = file.n;

    uint8_t code[1024];
    w = cbor_w_init(code, sizeof code);
    cbor_put_array(&w, 3);
    cbor_put_bytes(&w, signed_entry);
    cbor_put_bytes(&w, s.tech.cert.whole);
    cbor_put_bytes(&w, bytes_of(v[1].salt, 32));
    need(cbor_w_done(&w, &doc), "code");
    int at = snprintf(m->qr, sizeof m->qr, "https://hq.example/verify#");
    m->qr_n = (size_t)at + base64url_put(doc, m->qr + at);
}

static void they_are_genuine(void)
{
    struct proof_result r;
    struct arena a = arena_of(verify_memory, sizeof verify_memory);
    for (int i = 0; i < 2; i++) {
        struct made *m = &made[i];
        str text = {m->text, m->text_n};
        CHECK_INT(proof_verify(bytes_of(m->file, m->file_n), hq_pub, a, &r), ST_OK);
        CHECK_STR(r.why, "");
        CHECK(r.witnessed_after && r.witnessed_before && str_eq(r.text, text));
        CHECK_INT(proof_qr_verify((str){m->qr, m->qr_n}, text, hq_pub, a, &r), ST_OK);
        CHECK(r.content_intact);
    }
}

static void hex_line(FILE *f, const char *name, bytes b, const char *end)
{
    static char hex[2 * sizeof made[0].file + 1];
    hex_put(b, hex);
    fprintf(f, "\"%s\": \"%s\"%s", name, hex, end);
}

static void write_json(FILE *f)
{
    fprintf(f, "{\n  ");
    hex_line(f, "hq_pub", hq_pub, ",\n  \"reports\": [\n");
    for (int i = 0; i < 2; i++) {
        struct made *m = &made[i];
        fprintf(f, "    {\n      \"name\": \"%s\",\n      \"qr\": \"%s\",\n      \"text\": \"",
                m->name, m->qr);
        for (size_t k = 0; k < m->text_n; k++) {
            char c = m->text[k];
            if (c == '\n') {
                fputs("\\n", f);
            } else {
                fprintf(f, "%s%c", c == '"' || c == '\\' ? "\\" : "", c);
            }
        }
        fprintf(f, "\",\n      ");
        hex_line(f, "hex", bytes_of(m->file, m->file_n), i == 0 ? "\n    },\n" : "\n    }\n");
    }
    fprintf(f, "  ]\n}\n");
}

static void they_are_the_committed_ones(void)
{
    listing_check("tests/vectors/report.json", write_json);
}

int main(int argc, char **argv)
{
    sample_make(&s);
    need(hq_pub_make(s.trust_doc, s.root.sign_pk, hq_pub_buf, sizeof hq_pub_buf, &hq_pub),
         "hq.pub");
    made[0].name = "report/1/zh, signed";
    made[1].name = "report/1/en, refused";
    make_one(&made[0], REPORT_1_ZH, false);
    make_one(&made[1], REPORT_1_EN, true);
    if (argc == 2 && strcmp(argv[1], "--write") == 0) {
        return listing_write("tests/vectors/report.json", write_json);
    }
    RUN(they_are_genuine);
    RUN(they_are_the_committed_ones);
    sample_free(&s);
    CHECK_END();
}

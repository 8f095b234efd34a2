/* bench_data.c - facts of visits as a company's day has them, and chains of them.
 *
 * Two customers in three write Chinese. One visit in three is paid (class A, with price and
 * consent), two parts a visit, words where codes do not reach. */
#include "tests/bench/bench.h"

#include "core/model/bodies.h"

#include <stdlib.h>

static const char *const words_zh[] = {
    "\xe5\x8e\x8b\xe7\xbc\xa9\xe6\x9c\xba\xe4\xb8\x8d\xe5\x90\xaf\xe5\x8a\xa8\xef\xbc\x8c\xe7\x94"
    "\xb5\xe5\xae\xb9\xe5\xa4\xb1\xe6\x95\x88\xe3\x80\x82\xe6\x9b\xb4\xe6\x8d\xa2\xe5\x90\x8e\xe8"
    "\xaf\x95\xe6\x9c\xba\xe6\xad\xa3\xe5\xb8\xb8\xe3\x80\x82",
    "\xe6\x8e\x92\xe6\xb0\xb4\xe6\xb3\xb5\xe5\xbc\x82\xe5\x93\x8d\xef\xbc\x8c\xe6\xb8\x85\xe7\x90"
    "\x86\xe5\xbc\x82\xe7\x89\xa9\xe3\x80\x82",
};
static const char *const words_en[] = {
    "Compressor did not start: run capacitor open. Replaced, tested 20 minutes, 4 A.",
    "Drain pump noisy; foreign body removed.",
};

id16 bench_job(unsigned n)
{
    char name[32];
    snprintf(name, sizeof name, "bench job %u", n);
    return sample_id16(name);
}

static void add_words(struct bench_fact *f, enum att_type type, unsigned job, size_t fill)
{
    const char *w = job % 3 == 0 ? words_en[job % 2] : words_zh[job % 2];
    uint8_t *p = f->text[f->natt];
    size_t n = strlen(w);
    memcpy(p, w, n);
    while (n < fill && n + 64 < sizeof f->text[0]) {
        n += (size_t)snprintf((char *)p + n, 64, " %08x", (unsigned)n * 2654435761U + job);
    }
    f->att[f->natt++] = (struct append_att){.type = type, .content = bytes_of(p, n)};
}

static struct code code(const char *prefix, int digits, unsigned n)
{
    struct code c = {0};
    char buf[CAP_CODE_BYTES + 1];
    snprintf(buf, sizeof buf, "%s%0*u", prefix, digits, n);
    IGNORE(!code_of(str_bytes(str_c(buf)), &c)); /* of our own making: fits */
    return c;
}

static void part(union body *b, unsigned job, unsigned which)
{
    b->part.number = code("DZ-", 6, (job * 7 + which * 31) % 999983);
    b->part.qty_milli = 1000;
    b->part.unit_minor = 12800 + which;
    b->part.reason = PART_FAILED;
    b->part.old_part = OLD_TAKEN;
    b->part.serial_in = code("SN", 8, job * 13 + which);
    b->part.charged = job % 3 == 0;
    b->part.edition = 7;
}

static void sign_off(struct bench_fact *f, union body *b, unsigned job, bool with_words)
{
    b->signed_.outcome = SIGN_SIGNED;
    b->signed_.version = 1;
    b->signed_.number = code("T1-A2-", 5, job);
    b->signed_.total_minor = 38000;
    b->signed_.class_ = 1 + job % 3;
    b->signed_.template_ = job % 3 == 0 ? 2 : 1;
    b->signed_.relation = REL_SELF;
    if (with_words) {
        b->signed_.att_flags = SIGNED_STROKES | SIGNED_NAME;
        add_words(f, ATT_FACTS, job, 900);
        add_words(f, ATT_REPORT, job, 1500);
        add_words(f, ATT_STROKES, job, 1200);
        add_words(f, ATT_TEXT, job, 0);
    }
}

static void price(struct bench_fact *f, union body *b, unsigned job, bool with_words)
{
    b->priced.nlines = 2;
    for (unsigned i = 0; i < 2; i++) {
        b->priced.lines[i] = (struct price_line){code("L-", 3, i + 10), 1000, 8000, 8000};
    }
    b->priced.estimate_minor = 16000;
    b->priced.consented = true;
    b->priced.edition = 7;
    if (with_words) {
        add_words(f, ATT_TEXT, job, 400);
        add_words(f, ATT_STROKES, job, 700);
    }
}

static unsigned fill(struct bench_fact *f, union body *b, unsigned job, unsigned step, bool words)
{
    switch (step) {
    case 0:
        return KIND_VISIT_ACCEPTED;
    case 1:
        return KIND_VISIT_TRAVELLING;
    case 2:
        b->arrived.flags = ARRIVED_CREDENTIAL;
        return KIND_VISIT_ARRIVED;
    case 3:
        b->diagnosed.fault = code("E", 3, job % 60);
        b->diagnosed.cause = CAUSE_WEAR;
        b->diagnosed.responsibility = RESP_NOBODY;
        b->diagnosed.edition = 7;
        if (words && job % 3 != 1) {
            b->diagnosed.fault_words = true;
            add_words(f, ATT_TEXT, job, 0);
        }
        return KIND_VISIT_DIAGNOSED;
    case 4:
        b->class_.class_ = 1 + job % 3;
        b->class_.basis = BASIS_PAID + job % 3;
        return KIND_VISIT_CLASS;
    case 5:
        if (job % 3 == 0) {
            price(f, b, job, words);
            return KIND_VISIT_PRICED;
        }
        part(b, job, 3);
        return KIND_VISIT_PART;
    case 6:
    case 7:
        part(b, job, step);
        return KIND_VISIT_PART;
    case 8:
        b->action.n = 2;
        b->action.codes[0] = ACTION_REPLACE;
        b->action.codes[1] = ACTION_CLEAN;
        if (words && job % 2 == 0) {
            b->action.words = true;
            add_words(f, ATT_TEXT, job, 0);
        }
        return KIND_VISIT_ACTION;
    case 9:
        b->tested.result = RESULT_WORKS;
        b->tested.flags = TESTED_TIDY | TESTED_TAUGHT;
        return KIND_VISIT_TESTED;
    case 10:
        b->fee = (struct body_fee){b->head, 12000, 25600, 3000, 0, 40600};
        return KIND_VISIT_FEE;
    case 11:
        sign_off(f, b, job, words);
        return KIND_VISIT_SIGNED;
    case 12:
        b->paid.method = PAY_MOBILE;
        b->paid.amount_minor = 40600;
        b->paid.receipt = code("R-", 7, job);
        return KIND_VISIT_PAID;
    default:
        return KIND_VISIT_LEFT;
    }
}

void bench_fact_make(unsigned job, unsigned step, bool with_words, struct bench_fact *f)
{
    union body b;
    char name[32];
    bytes out = {NULL, 0};
    memset(&b, 0, sizeof b);
    f->natt = 0;
    snprintf(name, sizeof name, "visit %u", job);
    b.head.visit = sample_id8(name);
    f->kind = fill(f, &b, job, step, with_words);
    if (f->kind == KIND_VISIT_SIGNED) {
        b.signed_.visit = sample_id8(name);
    }
    bench_must(body_encode(f->kind, &b, f->body, sizeof f->body, &out), "a body", NULL);
    f->nbody = out.n;
}

uint8_t *bench_chain(const struct bench *b, size_t n, bool with_words, size_t *bytes_n,
                     struct chain_head *head)
{
    static struct bench_fact f;
    uint8_t *p = malloc(n * 640);
    size_t at = 0;
    *head = (struct chain_head){.author = b->sample.tech.author, .epoch = sample_id8("epoch")};
    for (size_t i = 0; i < n; i++) {
        unsigned job = (unsigned)(i / BENCH_STEPS);
        h32 names[8];
        bench_fact_make(job, (unsigned)(i % BENCH_STEPS), with_words, &f);
        for (unsigned k = 0; k < f.natt; k++) {
            char name[48];
            snprintf(name, sizeof name, "att %zu %u", i, k);
            names[k] = sample_h32(name);
        }
        struct entry_draft d = {.kind = f.kind,
                                .subject_type = SUBJECT_JOB,
                                .subject = bench_job(job),
                                .body = bytes_of(f.body, f.nbody),
                                .atts = names,
                                .natt = f.natt,
                                .full_evidence = f.kind == KIND_VISIT_SIGNED};
        struct now now = sample_now((int64_t)i * 97000);
        struct entry_view e;
        struct err err = {.st = ST_OK};
        bench_must(entry_make(head, &d, &now, b->sample.trust.deployment,
                              b->sample.tech.keys.sign_sk, p + at, n * 640 - at, &e, &err),
                   "an entry", &err);
        at += e.whole.n;
    }
    *bytes_n = at;
    return p;
}

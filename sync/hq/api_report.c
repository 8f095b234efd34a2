/* api_report.c - the service report of a call as PDF, as it was signed: by the renderer of the
 * handheld and of docketctl, so that the bytes are theirs (sync/pdf/paper.h). */
#include "sync/hq/api_reads.h"

#include "sync/hq/hq.h"
#include "sync/pdf/paper.h"

#include <stdio.h>
#include <stdlib.h>

struct held {
    char *p;
    size_t n, cap;
};

static bool hold(void *ctx, const uint8_t *p, size_t n)
{
    struct held *h = ctx;
    if (n > h->cap - h->n) {
        size_t cap = h->cap == 0 ? 256U << 10 : h->cap * 2;
        cap = cap < h->n + n ? h->n + n : cap;
        char *more = realloc(h->p, cap);
        if (more == NULL) {
            return false;
        }
        h->p = more;
        h->cap = cap;
    }
    memcpy(h->p + h->n, p, n);
    h->n += n;
    return true;
}

static enum st asked(struct api_call *c, enum pdf_paper *paper, id8 *of, unsigned *version)
{
    const char *visit = api_query(c, "visit");
    const char *size = api_query(c, "paper");
    int64_t n = 0;
    bool a4 = size == NULL || strcmp(size, "a4") == 0;
    bool roll = size != NULL && strcmp(size, "80mm") == 0;
    if (!a4 && !roll) {
        return api_refuse(c, 400, "bad-input", "paper is a4 or 80mm");
    }
    if (!api_query_int(c, "version", &n) || n < 0 || n > CAP_VISIT_VERSIONS) {
        return api_refuse(c, 400, "bad-input", "version is a number");
    }
    if (visit != NULL && !hex_get(str_c(visit), of->b, sizeof of->b)) {
        return api_refuse(c, 400, "bad-input", "a visit's id has 16 hex digits");
    }
    *paper = roll ? PDF_RECEIPT : PDF_A4;
    *version = (unsigned)n;
    return ST_OK;
}

/* What a file may be called: the report's number is printable ASCII, but any of it. */
static void name_file(struct api_call *c, const struct report_facts *f)
{
    char number[CAP_CODE_BYTES + 1];
    size_t n = 0;
    for (size_t i = 0; i < f->number.n && n < CAP_CODE_BYTES; i++) {
        char ch = f->number.p[i];
        bool plain = (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') ||
                     (ch >= 'a' && ch <= 'z') || ch == '-';
        number[n++] = plain ? ch : '_';
    }
    number[n] = '\0';
    snprintf(c->reply.file, sizeof c->reply.file, "%s-%u.pdf", number, f->version);
}

static enum st make(struct api_call *c, struct paper *p)
{
    struct held h = {NULL, 0, 0};
    enum st st = pdf_make(&p->report, hold, &h, &c->err);
    if (st != ST_OK) {
        free(h.p);
        return st;
    }
    c->reply.body = h.p;
    c->reply.n = h.n;
    c->reply.status = 200;
    c->reply.type = "application/pdf";
    name_file(c, &p->facts);
    return ST_OK;
}

enum st api_read_report(struct api_call *c)
{
    struct subject_state *job = arena_new(&c->arena, struct subject_state, 1);
    struct paper *p = arena_new(&c->arena, struct paper, 1);
    const struct visit_state *visit;
    enum pdf_paper paper = PDF_A4;
    unsigned version = 0;
    id8 of = {{0}};
    id16 deployment;
    enum st st = asked(c, &paper, &of, &version);
    if (st != ST_OK) {
        return st;
    }
    if (job == NULL || p == NULL) {
        return err_set(&c->err, ST_FULL, 0, __func__, "no memory");
    }
    memcpy(deployment.b, api_hq(c)->keys.deployment, sizeof deployment.b);
    st = fold_load(c->txn, c->id, &c->arena, job, NULL, &c->err);
    const struct signature_state *s = st == ST_OK ? paper_find(job, of, version, &visit) : NULL;
    if (st == ST_OK && s == NULL) {
        return api_refuse(c, 409, "not-signed", "there is no signed report yet");
    }
    st = st == ST_OK ? paper_of(c->txn, deployment, s, &c->arena, p, &c->err) : st;
    if (st == ST_REVOKED) {
        return api_refuse(c, 410, "withdrawn", "a part of this report was withdrawn by law");
    }
    if (st == ST_NOT_FOUND) {
        return api_refuse(c, 409, "not-here", "a part of this report has not come yet");
    }
    if (st == ST_OK) {
        p->report.paper = paper;
        st = make(c, p);
    }
    if (st == ST_BAD_FORM || st == ST_BAD_INPUT) {
        return api_refuse(c, 409, "not-genuine", c->err.text);
    }
    return st;
}

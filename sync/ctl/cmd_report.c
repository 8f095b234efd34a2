/* cmd_report.c - docketctl report: a signed service report as it was signed. Headquarters renders
 * it again from its own entries and says whether the two texts are the same. */
#include <stdlib.h>
#include <string.h>

#include "core/model/catalogue.h"
#include "core/report/proof.h"
#include "sync/carrier/file.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl_view.h"
#include "sync/pdf/paper.h"

#define ROOM (PROOF_FILE_MAX + (16U << 20)) /* proof, state, texts */
#define EDITION_ROOM (2U * CAP_ATT_BYTES)
#define LINES_MAX 1024

struct reporting {
    const char *job, *pdf, *cbor, *text;
    const char *number; /* of a visit's report; NULL: of the newest visit that is signed */
    unsigned version;   /* of that report; 0: the newest */
    struct ctl_view v;
    struct arena a;
    struct subject_state *state;
    const struct visit_state *visit;
    const struct signature_state *sig;
    struct paper paper;
    bool receipt; /* on a roll of 80 mm */
};

/* Whose visit's report has that number; zero: nobody's. */
static id8 visit_of(const struct subject_state *job, str number)
{
    for (unsigned i = 0; i < job->nvisits; i++) {
        const struct visit_state *v = &job->visits[i];
        for (unsigned k = 0; k < v->nsigned; k++) {
            const struct signature_state *g = &v->signatures[k];
            if (str_eq(number, (str){(const char *)g->number, g->nnumber})) {
                return v->visit;
            }
        }
    }
    return (id8){{0}};
}

/* Which there are, for who asked for one that is not: a line a visit. Answers how many. */
static unsigned say_reports(const struct reporting *r)
{
    unsigned n = 0;
    for (unsigned i = 0; i < r->state->nvisits; i++) {
        const struct visit_state *v = &r->state->visits[i];
        for (unsigned k = 0; k < v->nsigned; k++) {
            const struct signature_state *g = &v->signatures[k];
            if (k == 0) {
                fprintf(stderr, "docketctl: there is --number %.*s --version %u", (int)g->nnumber,
                        (const char *)g->number, g->version);
            } else {
                fprintf(stderr, ", %u", g->version);
            }
        }
        if (v->nsigned > 0) {
            fputc('\n', stderr);
            n++;
        }
    }
    return n;
}

static enum st none_such(const struct reporting *r, struct err *err)
{
    if (say_reports(r) == 0) {
        return err_set(err, ST_NOT_FOUND, 0, "report", "job %s has no signed report yet", r->job);
    }
    if (r->version == 0) {
        return err_set(err, ST_NOT_FOUND, 0, "report", "job %s has no report of the number %s",
                       r->job, r->number);
    }
    return err_set(err, ST_NOT_FOUND, 0, "report", "%s%s of job %s has no version %u",
                   r->number != NULL ? "report " : "the newest report",
                   r->number != NULL ? r->number : "", r->job, r->version);
}

static enum st find(struct reporting *r, struct err *err)
{
    id8 of = {{0}};
    id16 id;
    r->state = arena_new(&r->a, struct subject_state, 1);
    if (r->state == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    if (ctl_view_find(&r->v, SUBJECT_JOB, str_c(r->job), &id) != ST_OK) {
        return err_set(err, ST_NOT_FOUND, 0, "report", "this store holds no job \"%s\"", r->job);
    }
    enum st st = fold_load(r->v.t, id, &r->a, r->state, NULL, err);
    if (st == ST_OK && r->number != NULL) {
        of = visit_of(r->state, str_c(r->number));
        if (id8_zero(of)) {
            return none_such(r, err);
        }
    }
    r->sig = st == ST_OK ? paper_find(r->state, of, r->version, &r->visit) : NULL;
    if (st == ST_OK && r->sig == NULL) {
        return none_such(r, err);
    }
    return st;
}

static enum st load(struct reporting *r, struct err *err)
{
    id16 deployment;
    memcpy(deployment.b, r->v.s->trust.deployment, sizeof deployment.b);
    enum st st = paper_of(r->v.t, deployment, r->sig, &r->a, &r->paper, err);
    return st == ST_REVOKED ? err_set(err, st, 0, "report",
                                      "a part of this report was withdrawn; --cbor still tells "
                                      "which, when and by whom")
                            : st;
}

static enum st write_pdf(struct reporting *r, struct err *err)
{
    r->paper.report.paper = r->receipt ? PDF_RECEIPT : PDF_A4;
    return pdf_file(&r->paper.report, r->pdf, err);
}

static enum st write_proof(struct reporting *r, struct err *err)
{
    bytes out;
    enum st st = proof_build(r->v.t, r->sig->entry, &r->a, &out, err);
    return st == ST_OK ? file_write(r->cbor, out, 0644, err) : st;
}

/* ---- rendered again ----------------------------------------------------------------------------
 */
static void say_difference(str ours, str theirs)
{
    str *a = calloc(LINES_MAX, sizeof *a), *b = calloc(LINES_MAX, sizeof *b);
    size_t na = a == NULL ? 0 : report_lines(ours, a, LINES_MAX);
    size_t nb = b == NULL ? 0 : report_lines(theirs, b, LINES_MAX), k = 0;
    while (k < na && k < nb && str_eq(a[k], b[k])) {
        k++;
    }
    fprintf(stderr,
            "docketctl: headquarters' own rendering differs from line %zu on: a record was changed "
            "after the signature, or has not come. What was signed is what is written out\n",
            k + 1);
    free(a);
    free(b);
}

/* Names may have been corrected since: a difference is told, it refuses nothing. */
static enum st render_again(struct reporting *r, struct err *err)
{
    struct catalogue *cat = arena_new(&r->a, struct catalogue, 1);
    struct report_facts *f = arena_new(&r->a, struct report_facts, 1);
    char *buf = arena_new(&r->a, char, CAP_REPORT_BYTES);
    uint8_t *room = malloc(EDITION_ROOM);
    if (cat == NULL || f == NULL || buf == NULL || room == NULL) {
        free(room);
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    struct arena ea = arena_of(room, EDITION_ROOM);
    struct now now = {.wall_ms = r->sig->wall_ms,
                      .utc_offset_minutes = r->paper.facts.utc_offset_minutes};
    str ours = {NULL, 0};
    enum st st = ctl_view_catalogue(&r->v, &ea, cat, NULL, err);
    if (st == ST_OK) {
        st = report_collect(r->v.t, r->state, r->visit, cat, r->paper.facts.template_,
                            str_c(r->v.s->trust.name), r->paper.facts.number,
                            r->paper.facts.version, &now, &r->a, f, err);
    }
    if (st == ST_OK) {
        st = report_text(f, buf, CAP_REPORT_BYTES, &ours);
    }
    if (st != ST_OK) {
        fprintf(stderr, "docketctl: headquarters cannot render this report again (%s)\n",
                err->text[0] != '\0' ? err->text : st_name(st));
    } else if (str_eq(ours, r->paper.report.text)) {
        printf("headquarters renders the same text from its own entries, byte for byte\n");
    } else {
        say_difference(ours, r->paper.report.text);
    }
    free(room);
    return ST_OK;
}

static enum st write_all(struct reporting *r, struct err *err)
{
    enum st st = find(r, err);
    if (st == ST_OK && r->cbor != NULL) {
        st = write_proof(r, err); /* first: it can be made when the text is gone */
    }
    if (st != ST_OK || (r->pdf == NULL && r->text == NULL && r->cbor != NULL)) {
        return st;
    }
    st = load(r, err);
    if (st == ST_OK && r->text != NULL) {
        st = file_write(r->text, str_bytes(r->paper.report.text), 0644, err);
    }
    if (st == ST_OK && r->pdf != NULL) {
        st = write_pdf(r, err);
    }
    if (st == ST_OK && r->pdf == NULL && r->text == NULL && r->cbor == NULL) {
        printf("%.*s\n", (int)r->paper.report.text.n, r->paper.report.text.p);
    } else if (st == ST_OK && r->v.s->side == STORE_HQ) {
        st = render_again(r, err);
    }
    return st;
}

int ctl_cmd_report(int argc, char **argv)
{
    struct ctl_open how = {0};
    struct reporting r;
    memset(&r, 0, sizeof r);
    const char *version = NULL, *size = "a4";
    const struct ctl_opt opts[] = {
        {"store", &how.dir, NULL, true},      {"keys", &how.keys, NULL, false},
        {"pin-fd", &how.pin_fd, NULL, false}, {"job", &r.job, NULL, true},
        {"pdf", &r.pdf, NULL, false},         {"cbor", &r.cbor, NULL, false},
        {"text", &r.text, NULL, false},       {"version", &version, NULL, false},
        {"paper", &size, NULL, false},        {"number", &r.number, NULL, false}};
    int npos;
    int64_t n = 0;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0 ||
        (strcmp(size, "a4") != 0 && strcmp(size, "80mm") != 0) ||
        (version != NULL && !ctl_number(version, "version", 1, CAP_VISIT_VERSIONS, &n))) {
        return ctl_usage(argv[0]);
    }
    r.version = (unsigned)n;
    r.receipt = strcmp(size, "80mm") == 0;
    struct err err = {0};
    struct ctl_store s;
    uint8_t *room = malloc(ROOM);
    if (room == NULL) {
        return ctl_failf("no memory");
    }
    r.a = arena_of(room, ROOM);
    enum st st = ctl_store_open(&how, &s, &err);
    if (st == ST_OK) {
        st = ctl_view_begin(&r.v, &s, &err);
        if (st == ST_OK) {
            st = write_all(&r, &err);
        }
        ctl_view_end(&r.v);
        ctl_store_close(&s);
    }
    free(room);
    return st == ST_OK ? CTL_OK : ctl_fail(&err);
}

/* paper.c - see paper.h. */
#include "sync/pdf/paper.h"

#include "core/base/utf8.h"
#include "core/model/catalogue.h"
#include "core/report/proof.h"

#include <stdlib.h>

#define EDITION_ROOM (2U * CAP_ATT_BYTES)

const struct signature_state *paper_find(const struct subject_state *job, id8 of, unsigned version,
                                         const struct visit_state **visit)
{
    const struct signature_state *s = NULL;
    for (unsigned i = 0; i < job->nvisits; i++) {
        const struct visit_state *v = &job->visits[i];
        for (unsigned k = 0; k < v->nsigned; k++) {
            bool meant = id8_zero(of) || id8_eq(of, v->visit);
            if (meant && (s == NULL || v->signatures[k].time > s->time)) {
                *visit = v;
                s = &v->signatures[k];
            }
        }
    }
    if (s == NULL || version == 0) {
        return s;
    }
    for (unsigned k = 0; k < (*visit)->nsigned; k++) {
        if ((*visit)->signatures[k].version == version) {
            return &(*visit)->signatures[k];
        }
    }
    return NULL;
}

/* One attachment of the sign-off. Empty when the sign-off names none. */
static enum st part(struct store_txn *t, h32 name, const char *what, struct arena *a, bytes *out,
                    struct err *err)
{
    *out = (bytes){NULL, 0};
    if (h32_zero(name)) {
        return ST_OK;
    }
    enum st st = store_att_get(t, name, a, NULL, out, err);
    if (st == ST_REVOKED) {
        return err_set(err, st, 0, "report", "the %s of this report was withdrawn", what);
    }
    if (st == ST_FULL) { /* what an honest sign-off names fits many times over */
        return err_set(err, ST_BAD_FORM, 0, "report", "the %s is longer than any report's", what);
    }
    return st == ST_NOT_FOUND ? err_set(err, st, 0, "report",
                                        "the %s of this report has not come yet; sync first", what)
                              : st;
}

/* The paper shows the signed text and takes its number and language from the facts; whoever made
 * both could make them of two minds. A name or a reason is a typed text like any other. */
static enum st fits(const struct paper *p, str text, str name, str reason, struct arena tmp,
                    struct err *err)
{
    char *again = arena_new(&tmp, char, CAP_REPORT_BYTES);
    str want;
    if (again == NULL) {
        return err_set(err, ST_FULL, 0, "report", "no memory");
    }
    if (report_text(&p->facts, again, CAP_REPORT_BYTES, &want) != ST_OK || !str_eq(want, text)) {
        return err_set(err, ST_BAD_FORM, 0, "report",
                       "the text of this report is not that of its facts");
    }
    if (name.n > CAP_TEXT_BYTES || reason.n > CAP_TEXT_BYTES || !utf8_is_clean(tmp, name) ||
        !utf8_is_clean(tmp, reason)) {
        return err_set(err, ST_BAD_FORM, 0, "report",
                       "the signer's name or the reason is no typed text");
    }
    return ST_OK;
}

/* The address of the edition in force; PAPER_NO_URL where none is held or it names none. */
static enum st address(struct store_txn *t, id16 deployment, struct arena *a, str *url,
                       struct err *err)
{
    struct arena keep = *a;
    struct subject_state *s = arena_new(&keep, struct subject_state, 1);
    *url = S(PAPER_NO_URL);
    if (s == NULL || fold_load(t, deployment, &keep, s, NULL, NULL) != ST_OK ||
        h32_zero(s->edition)) {
        return ST_OK;
    }
    h32 edition = s->edition;
    uint8_t *room = malloc(EDITION_ROOM); /* pages that are not touched cost nothing */
    struct arena m = arena_of(room, room == NULL ? 0 : EDITION_ROOM);
    struct catalogue *cat = arena_new(&m, struct catalogue, 1);
    enum st st = cat == NULL ? err_set(err, ST_FULL, 0, "report", "no memory") : ST_OK;
    const char *rule = "";
    bytes content;
    if (st == ST_OK && store_att_get(t, edition, &m, NULL, &content, NULL) == ST_OK &&
        catalogue_open(content, &m, cat, &rule) == ST_OK && cat->verify_url.n > 0) {
        const char *z = arena_cstr(a, cat->verify_url);
        *url = str_c(z);
        st = z == NULL ? err_set(err, ST_FULL, 0, "report", "no memory") : ST_OK;
    }
    free(room);
    return st;
}

enum st paper_of(struct store_txn *t, id16 deployment, const struct signature_state *s,
                 struct arena *a, struct paper *out, struct err *err)
{
    static const char *const names[] = {"facts", "text", "signature", "signer's name", "reason"};
    const h32 atts[] = {s->facts, s->text, s->strokes, s->name, s->reason_text};
    bytes b[5] = {{NULL, 0}};
    const char *rule = "";
    memset(out, 0, sizeof *out);
    enum st st = ST_OK;
    for (int k = 0; k < 5 && st == ST_OK; k++) {
        st = part(t, atts[k], names[k], a, &b[k], err);
    }
    if (st == ST_OK && report_facts_decode(b[0], a, &out->facts, &rule) != ST_OK) {
        st = err_set(err, ST_BAD_FORM, 0, "report", "the facts cannot be read: %s", rule);
    }
    if (st == ST_OK) {
        st = fits(out, bytes_str(b[1]), bytes_str(b[3]), bytes_str(b[4]), *a, err);
    }
    str url;
    st = st == ST_OK ? address(t, deployment, a, &url, err) : st;
    if (st != ST_OK) {
        return st;
    }
    out->report = (struct pdf_report){.facts = &out->facts,
                                      .text = bytes_str(b[1]),
                                      .outcome = (enum sign_outcome)s->outcome,
                                      .strokes = b[2],
                                      .signer = bytes_str(b[3]),
                                      .reason = bytes_str(b[4]),
                                      .date_ms = s->wall_ms};
    st = proof_qr(t, s->entry, url, a, &out->report.qr, err);
    if (st == ST_TOO_BIG) { /* an address of many letters: the report stands without a code */
        out->report.qr = (str){NULL, 0};
        st = ST_OK;
    }
    return st;
}

/* screen_papers.c - the papers of a job: goods receipts, returns, fee receipts, tags for old parts;
 * shown, photographed as a QR, or copied out by hand. */
#include <stdlib.h>
#include <string.h>

#include "app/screens/goods.h"
#include "app/screens/papers.h"
#include "core/codec/hash.h"
#include "sync/pdf/qr.h"

#define NONE 1000U
struct papers {
    unsigned shown; /* place in the list, NONE: the list */
    bool english, asked;
    struct qr qr;
    h32 of; /* the text that the modules are of */
    bool made;
};
_Static_assert(sizeof(struct papers) <= CAP_SCREEN_BYTES, "the papers fit a screen's block");

/* Straight from taking away or returning: what was signed just now. */
static bool just_signed(const struct job_model *j)
{
    const struct visit_state *v = j->visit;
    unsigned kind = v == NULL || v->nfacts == 0 ? 0 : v->facts[v->nfacts - 1].kind;
    return kind == KIND_VISIT_TAKEN || kind == KIND_VISIT_RETURNED || kind == KIND_VISIT_PAID;
}

SCREEN_ENTER(papers)
{
    struct papers *s = app_screen_data(a, SCREEN_PAPERS, sizeof *s);
    const struct job_model *j = app_job(a);
    if (s == NULL) {
        return;
    }
    memset(s, 0, sizeof *s);
    s->english = j != NULL && j->customer_lang == 2;
    s->shown = j != NULL && just_signed(j) ? 0 : NONE;
}

static void list(struct app *a, struct ui *u, struct papers *s, const struct paper *p, unsigned n)
{
    if (n == 0) {
        ui_empty(u, UI_ICON_INFO,
                 _("No papers yet. A receipt for goods or money and the tag of an old part stand "
                   "here once they are recorded."),
                 NULL, NULL);
    }
    for (unsigned k = 0; k < n; k++) {
        struct ui_row row = {.id = shared_fmt(a, "paper:%u", k),
                             .title = papers_title(a, &p[k]),
                             .line2 = app_time(a, p[k].fact->wall_ms, true),
                             .chevron = true};
        if (ui_row(u, &row)) {
            s->shown = k;
            s->made = false;
        }
    }
}

static void qr(struct ui *u, struct papers *s, str text)
{
    h32 h;
    hash32(str_bytes(text), h.b);
    if (!s->made || !h32_eq(h, s->of)) {
        s->of = h;
        s->made = qr_make(text, &s->qr) == ST_OK;
    }
    if (s->made) {
        ui_text(u, UI_BODY, _("Photograph this: it is the paper's text."));
        ui_qr(u, "qr", _("The paper as QR"), s->qr.modules, s->qr.side);
    } else {
        ui_banner(u, "no-qr", UI_TONE_INFO,
                  _("The text is too long for a QR. Show it, or copy it out."));
    }
}

static void paper(struct app *a, struct ui *u, struct papers *s, const struct job_model *j,
                  const struct paper *p)
{
    str text = papers_text(a, j, p);
    if (text.n == 0) {
        ui_banner(u, "gone", UI_TONE_SOON, _("This paper is not on this device any more."));
        return;
    }
    size_t n;
    const str *lines = shared_lines(a, text, &n);
    ui_card_begin(u, NULL, NULL, NULL);
    for (size_t k = 0; k < n; k++) {
        ui_text(u, k == 0 ? UI_BODY_BOLD : UI_BODY, shared_z(a, lines[k]));
    }
    ui_card_end(u);
    qr(u, s, text);
}

SCREEN(papers)
{
    struct papers *s = app_screen_data(a, SCREEN_PAPERS, sizeof *s);
    const struct job_model *j = app_job(a);
    struct paper *all = arena_new(app_frame(a), struct paper, PAPERS_MOST);
    unsigned n = j == NULL || all == NULL ? 0 : papers_of(j, all, PAPERS_MOST);
    bool one = s != NULL && s->shown < n;
    char keep[3];
    struct ui_screen sc = {.id = one ? "paper" : "papers",
                           .title = one ? papers_title(a, &all[s->shown]) : _("Papers"),
                           .back = true,
                           .primary = _("Done"),
                           .primary_id = "done"};
    if (one && papers_turns(&all[s->shown])) {
        sc.action = s->english ? "中文" : "English";
    }
    if (one) {
        form_lang(a, s->english ? "en" : "zh", keep);
        sc.title = papers_title(a, &all[s->shown]);
        form_lang_end(a, keep);
    }
    unsigned hit = ui_screen_begin(u, &sc);
    if (one) {
        form_lang(a, s->english ? "en" : "zh", keep);
        paper(a, u, s, j, &all[s->shown]);
        form_lang_end(a, keep);
    } else if (s != NULL) {
        list(a, u, s, all, n);
    }
    ui_screen_end(u);
    if ((hit & UI_HIT_ACTION) != 0 && s != NULL) {
        s->english = !s->english;
    } else if ((hit & UI_HIT_BACK) != 0 && one) {
        s->shown = NONE;
    } else if ((hit & (UI_HIT_BACK | UI_HIT_PRIMARY)) != 0) {
        app_go(a, SCREEN_JOB, j == NULL ? (id16){{0}} : j->subject);
    }
}

/* day_form.c - see day_form.h. */
#include <stdio.h>

#include "app/screens/day_form.h"
#include "core/base/utf8.h"

unsigned day_form_class(const struct day_form *f, const struct day_visit *v)
{
    for (unsigned k = 0; v->class_ == CLASS_NONE && k < f->nclasses; k++) {
        if (id8_eq(f->classes[k].visit, v->visit)) {
            return f->classes[k].class_;
        }
    }
    return v->class_;
}

void day_form_choose(struct day_form *f, const struct day_visit *v, unsigned class_)
{
    for (unsigned k = 0; k < f->nclasses; k++) {
        if (id8_eq(f->classes[k].visit, v->visit)) {
            f->classes[k].class_ = class_;
            return;
        }
    }
    if (f->nclasses < DAY_FORM_CLASSES) {
        f->classes[f->nclasses].visit = v->visit;
        f->classes[f->nclasses++].class_ = class_;
    }
}

const char *day_form_words(struct app *a, const struct day_visit *v)
{
    (void)a;
    return v->outcome == SIGN_SIGNED    ? _("Signed")
           : v->outcome == SIGN_REFUSED ? _("Refused to sign")
           : v->outcome == SIGN_ABSENT  ? _("Customer absent")
                                        : shared_end(v->end);
}

static void put(struct day_line *out, size_t *n, const struct day_line *l)
{
    size_t k = *n;
    if (*n == DAY_LINES_MAX) {
        return;
    }
    (*n)++;
    for (; k > 0 && out[k - 1].from_min > l->from_min; k--) {
        out[k] = out[k - 1];
    }
    out[k] = *l;
}

size_t day_form_lines(struct app *a, const struct day_form *f, const struct day_model *d,
                      struct day_line out[static DAY_LINES_MAX])
{
    size_t n = 0;
    for (size_t k = 0; k < d->nvisits; k++) {
        const struct day_visit *v = &d->visits[k];
        struct day_line l = {.class_ = (enum service_class)day_form_class(f, v),
                             .from_min = v->from_min,
                             .to_min = v->to_min,
                             .job = v->code.n > 0 ? v->code : S("?"),
                             .words = str_c(day_form_words(a, v))};
        if (!v->going) {
            put(out, &n, &l);
        }
    }
    for (unsigned k = 0; k < f->nlines; k++) {
        struct day_line l = {.class_ = CLASS_D,
                             .from_min = f->lines[k].from_min,
                             .to_min = f->lines[k].to_min,
                             .words = str_c(f->lines[k].words)};
        put(out, &n, &l);
    }
    return n;
}

static void copy(char *to, size_t cap, str s)
{
    size_t n = s.n < cap ? s.n : cap - 1;
    if (n > 0) {
        memcpy(to, s.p, n);
    }
    to[n] = '\0';
}

void day_form_correct(struct app *a, struct day_form *f, const struct day_line *lines, size_t n)
{
    int64_t day = f->midnight_ms;
    const struct day_model *d = app_day(a, day);
    memset(f, 0, sizeof *f);
    f->midnight_ms = day;
    f->correcting = true;
    for (size_t k = 0; k < n; k++) {
        const struct day_line *l = &lines[k];
        if (l->class_ == CLASS_D && f->nlines < DAY_FORM_LINES) {
            struct day_form_line *x = &f->lines[f->nlines++];
            x->from_min = l->from_min;
            x->to_min = l->to_min;
            copy(x->words, sizeof x->words, l->words);
        }
        for (size_t i = 0; d != NULL && l->class_ != CLASS_D && i < d->nvisits; i++) {
            const struct day_visit *v = &d->visits[i];
            if (v->class_ == CLASS_NONE && str_eq(v->code, l->job) && v->from_min == l->from_min) {
                day_form_choose(f, v, (unsigned)l->class_);
            }
        }
    }
}

/* ---- one line ---------------------------------------------------------------------------------
 */
void day_form_edit(struct app *a, struct day_form *f, int line)
{
    const struct day_form_line *l = &f->lines[line];
    f->at = line;
    f->editing = true;
    f->bad_times = f->bad_words = false;
    copy(f->from, sizeof f->from, str_c(app_clock_text(a, l->from_min)));
    copy(f->to, sizeof f->to, str_c(app_clock_text(a, l->to_min)));
    copy(f->words, sizeof f->words, str_c(l->words));
}

/* From where the last line ends, or the hour before, to now: most often one of the two holds. */
void day_form_add(struct app *a, struct day_form *f, const struct day_model *d)
{
    int64_t now = (app_now_ms(a) - f->midnight_ms) / 60000;
    int to = now > 0 && now < DAY_MINUTES ? (int)now : 17 * 60, from = 0;
    for (size_t k = 0; k < d->nvisits; k++) {
        int end = d->visits[k].to_min;
        from = end < to && end > from ? end : from;
    }
    for (unsigned k = 0; k < f->nlines; k++) {
        int end = f->lines[k].to_min;
        from = end < to && end > from ? end : from;
    }
    from = from > 0 ? from : to > 60 ? to - 60 : 0;
    f->at = (int)f->nlines;
    f->editing = true;
    f->bad_times = f->bad_words = false;
    copy(f->from, sizeof f->from, str_c(app_clock_text(a, from)));
    copy(f->to, sizeof f->to, str_c(app_clock_text(a, to)));
    memset(f->words, 0, sizeof f->words);
}

/* "8", "830", "0830", "8.30", "8:30". */
bool day_form_clock(const char *s, int *min)
{
    int h = 0, m = 0, digits = 0, after = -1;
    for (; *s != '\0'; s++) {
        if (*s == ':' || *s == '.') {
            if (after >= 0 || digits == 0 || digits > 2) {
                return false;
            }
            after = 0;
            h = m;
            m = 0;
        } else if (*s >= '0' && *s <= '9' && digits < 4) {
            m = m * 10 + (*s - '0');
            digits++;
            after += after >= 0;
        } else if (*s != ' ') {
            return false;
        }
    }
    if (after < 0) {
        h = digits > 2 ? m / 100 : m;
        m = digits > 2 ? m % 100 : 0;
    }
    *min = h * 60 + m;
    return digits > 0 && (after < 0 || after == 2) && m < 60 && *min <= DAY_MINUTES;
}

static void keep_line(struct app *a, struct day_form *f)
{
    int from = 0, to = 0;
    str clean = {NULL, 0};
    bool times = day_form_clock(f->from, &from) && day_form_clock(f->to, &to) && from < to;
    bool words = utf8_clean(app_frame(a), str_c(f->words), &clean) == ST_OK && clean.n > 0;
    f->bad_times = !times;
    f->bad_words = !words;
    if (!times || !words || f->at < 0 || f->at >= DAY_FORM_LINES) {
        return;
    }
    struct day_form_line *l = &f->lines[f->at];
    l->from_min = from;
    l->to_min = to;
    copy(l->words, sizeof l->words, clean);
    f->nlines += (unsigned)f->at == f->nlines ? 1U : 0U;
    f->editing = false;
}

static void take_away(struct day_form *f)
{
    for (unsigned k = (unsigned)f->at; k + 1 < f->nlines; k++) {
        f->lines[k] = f->lines[k + 1];
    }
    memset(&f->lines[--f->nlines], 0, sizeof f->lines[0]);
    f->editing = false;
}

static void kinds(struct app *a, struct ui *u, struct day_form *f)
{
    static const char *const words[] = {
        N_("Work inspection"), N_("Parts management"), N_("Tools and vehicle upkeep"),
        N_("Training"),        N_("Meeting"),          N_("Paperwork")};
    ui_section(u, _("What was done"));
    ui_chips_begin(u);
    for (unsigned k = 0; k < sizeof words / sizeof words[0]; k++) {
        bool chosen = strcmp(f->words, _(words[k])) == 0;
        if (ui_chip(u, shared_fmt(a, "kind:%u", k), _(words[k]), chosen)) {
            copy(f->words, sizeof f->words, str_c(_(words[k])));
            f->bad_words = false;
        }
    }
    ui_chips_end(u);
}

void day_form_page(struct app *a, struct ui *u, struct day_form *f)
{
    bool fresh = (unsigned)f->at >= f->nlines;
    struct ui_screen sc = {.id = "day-line",
                           .title = _("Internal work"),
                           .back = true,
                           .primary = _("Into the report"),
                           .primary_id = "keep"};
    unsigned hit = ui_screen_begin(u, &sc);
    kinds(a, u, f);
    struct ui_field words = {
        .id = "words", .label = _("In words"), .text = f->words, .cap = sizeof f->words};
    form_field(u, &words, &f->bad_words, _("Say what was done."));
    ui_cols_begin(u, 2);
    struct ui_field from = {.id = "from",
                            .label = _("From"),
                            .text = f->from,
                            .cap = sizeof f->from,
                            .flags = UI_FIELD_NUMERIC};
    form_field(u, &from, &f->bad_times, _("Two times like 830 and 915, the earlier first."));
    ui_col(u);
    struct ui_field to = {.id = "to",
                          .label = _("To"),
                          .text = f->to,
                          .cap = sizeof f->to,
                          .flags = UI_FIELD_NUMERIC};
    form_field(u, &to, &f->bad_times, NULL);
    ui_cols_end(u);
    bool gone = !fresh && ui_button(u, "remove", _("Take it out"), UI_DANGER);
    ui_screen_end(u);
    if (gone) {
        take_away(f);
    } else if ((hit & UI_HIT_PRIMARY) != 0) {
        keep_line(a, f);
        if (f->bad_times || f->bad_words) {
            ui_reveal(u, f->bad_words ? "words" : "from");
        }
    } else if ((hit & UI_HIT_BACK) != 0) {
        f->editing = false;
    }
}

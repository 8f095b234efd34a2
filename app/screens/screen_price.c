/* screen_price.c - class A: what it will cost, shown to the customer, agreed with his own stroke.
 *
 * Three pages: the technician puts lines of the price list together; the customer reads them to the
 * end; the customer signs on a pad. The text that was read is the attachment, line for line. */
#include <stdio.h>

#include "app/screens/job_parts.h"
#include "app/screens/pick.h"
#include "core/codec/hash.h"
#include "core/rules/money.h"

enum { VERSION = 2 };
enum { PAGE_LINES, PAGE_READ, PAGE_SIGN };

struct line {
    char code[CAP_CODE_BYTES + 1];
    int64_t qty;
};
struct form {
    unsigned page, n;
    struct line line[CAP_VISIT_PRICES];
    char parts[FORM_LINE / 4];
    bool english;
    h32 read;          /* the text to which he agreed */
    uint16_t nstrokes; /* bytes */
    uint8_t strokes[CAP_STROKES_BYTES];
};
struct price {
    struct form d;
    struct pick pick;
    struct ui_ink ink;
    struct ui_ink_point points[FORM_INK];
    bool empty, bad_parts, full;
    unsigned seen;
};
_Static_assert(sizeof(struct price) <= CAP_SCREEN_BYTES, "the price screen is too large");

static struct price *data(struct app *a)
{
    struct price *s = app_screen_data(a, SCREEN_PRICE, sizeof *s);
    if (s != NULL) {
        s->ink.points = s->points;
        s->ink.cap = FORM_INK;
    }
    return s;
}

SCREEN_ENTER(price)
{
    struct price *s = data(a);
    const struct job_model *j = app_job(a);
    union body b;
    if (s == NULL || j == NULL) {
        return;
    }
    memset(s, 0, sizeof *s);
    s = data(a);
    s->seen = app_result(a)->serial;
    if (form_load(a, "price", VERSION, &s->d, sizeof s->d)) {
        form_ink_get(a, bytes_of(s->d.strokes, s->d.nstrokes), &s->ink);
        return;
    }
    s->d.english = j->customer_lang == 2;
    if (form_read(form_visit(a), KIND_VISIT_PRICED, &b) == NULL) {
        return;
    }
    int64_t sum = 0;
    for (unsigned k = 0; k < b.priced.nlines; k++) {
        const struct price_line *x = &b.priced.lines[k];
        memcpy(s->d.line[k].code, x->code.b, x->code.n);
        s->d.line[k].qty = (x->qty_milli + 999) / 1000;
        sum = money_add(sum, x->amount_minor);
    }
    s->d.n = b.priced.nlines;
    if (b.priced.estimate_minor > sum) {
        form_put_money(s->d.parts, sizeof s->d.parts, b.priced.estimate_minor - sum);
    }
}

/* ---- sums ------------------------------------------------------------------------------------ */
static const struct cat_price *row_of(struct app *a, const struct line *l)
{
    return catalogue_price(app_catalogue(a), bytes_of(l->code, strlen(l->code)));
}

static int64_t amount(struct app *a, const struct line *l)
{
    const struct cat_price *p = row_of(a, l);
    bool whole = true;
    return p == NULL ? 0 : money_times(p->price_minor, l->qty * 1000, &whole);
}

static int64_t total(struct app *a, const struct form *d)
{
    int64_t sum = 0, parts = 0;
    for (unsigned k = 0; k < d->n; k++) {
        sum = money_add(sum, amount(a, &d->line[k]));
    }
    return form_money(d->parts, &parts) ? money_add(sum, parts) : sum;
}

static void add_line(struct price *s, const struct cat_price *p)
{
    struct form *d = &s->d;
    for (unsigned k = 0; k < d->n; k++) {
        if (strlen(d->line[k].code) == p->code.n &&
            memcmp(d->line[k].code, p->code.p, p->code.n) == 0) {
            d->line[k].qty++;
            return;
        }
    }
    s->full = d->n == CAP_VISIT_PRICES;
    if (s->full || p->code.n > CAP_CODE_BYTES) {
        return;
    }
    struct line *l = &d->line[d->n++];
    memset(l, 0, sizeof *l);
    memcpy(l->code, p->code.p, p->code.n);
    l->qty = 1;
}

/* ---- page 1: the technician ------------------------------------------------------------------ */
static void chosen_lines(struct app *a, struct ui *u, struct form *d)
{
    if (d->n > 0) {
        ui_section(u, _("Agreed lines"));
    }
    for (unsigned k = 0; k < d->n; k++) {
        const struct cat_price *p = row_of(a, &d->line[k]);
        str code = str_c(d->line[k].code);
        const char *words = p == NULL ? shared_z(a, code)
                                      : shared_fmt(a, "%s · %s", form_name(a, p->name, p->name_en),
                                                   app_money(a, p->price_minor));
        ui_number(u, form_id(a, "q:", code), words, &d->line[k].qty, 0, 99);
    }
    for (unsigned k = 0; k < d->n;) {
        if (d->line[k].qty > 0) {
            k++;
            continue;
        }
        memmove(&d->line[k], &d->line[k + 1], (d->n - k - 1) * sizeof d->line[0]);
        memset(&d->line[--d->n], 0, sizeof d->line[0]);
    }
}

static void price_list(struct app *a, struct ui *u, struct price *s)
{
    const struct catalogue *c = app_catalogue(a);
    ui_section(u, _("Price list"));
    if (c->nprices == 0) {
        ui_text(u, UI_BODY_MUTED, _("No price list on this device yet. Sync to fetch it."));
        return;
    }
    if (c->nprices > 8) {
        ui_search(u, "search", _("Service, code"), s->pick.search, sizeof s->pick.search);
    }
    pick_prices(a, &s->pick);
    struct ui_list l;
    ui_list_begin(u, &l, "price-list", s->pick.n);
    while (ui_list_next(u, &l)) {
        const struct cat_price *p = &c->prices[s->pick.at[l.index]];
        struct ui_row row = {.id = form_id(a, "p:", p->code),
                             .icon = UI_ICON_PLUS,
                             .title = form_name(a, p->name, p->name_en),
                             .line2 =
                                 shared_fmt(a, "%.*s%s%.*s", (int)p->code.n, p->code.p,
                                            p->unit.n > 0 ? " · " : "", (int)p->unit.n, p->unit.p),
                             .big = app_money(a, p->price_minor)};
        if (ui_row(u, &row)) {
            add_line(s, p);
        }
    }
    ui_list_end(u, &l);
}

static void lines_page(struct app *a, struct ui *u, struct price *s, const struct job_model *j,
                       enum rule r)
{
    struct ui_screen sc = {.id = "price",
                           .title = _("Price and consent"),
                           .back = true,
                           .above = shared_fmt(a, _("Estimate: %s"), app_money(a, total(a, &s->d))),
                           .primary = _("Show to the customer"),
                           .primary_id = "show",
                           .primary_off = app_busy(a) != APP_IDLE || r != RULE_OK};
    unsigned hit = ui_screen_begin(u, &sc);
    shared_error(a, u, APP_SAVING, s->seen);
    form_rule(a, u, r);
    if (s->empty) {
        ui_banner(u, "empty", UI_TONE_LATE, _("Choose at least one line of the price list."));
    }
    if (s->full) {
        ui_banner(u, "full", UI_TONE_SOON, _("More lines do not fit into one consent."));
    }
    chosen_lines(a, u, &s->d);
    struct ui_field parts = {.id = "parts",
                             .label = _("Parts, at most"),
                             .hint = _("0.00 when none are expected"),
                             .text = s->d.parts,
                             .cap = sizeof s->d.parts,
                             .flags = UI_FIELD_NUMERIC};
    form_field(u, &parts, &s->bad_parts, _("An amount is like 120.00."));
    price_list(a, u, s);
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        app_go(a, SCREEN_JOB, j->subject);
    } else if ((hit & UI_HIT_PRIMARY) != 0) {
        int64_t parts_minor = 0;
        s->empty = s->d.n == 0;
        s->bad_parts = !form_money(s->d.parts, &parts_minor);
        if (s->empty || s->bad_parts) {
            ui_reveal(u, s->empty ? "empty" : "parts");
        } else {
            s->d.page = PAGE_READ;
            s->ink.n = 0;
            s->d.nstrokes = 0;
            ui_report_forget(u, "consent");
            ui_scroll_top(u, "price-read");
        }
    }
}

/* ---- the text -------------------------------------------------------------------------------- */
struct text {
    char *p;
    size_t n, cap;
    bool full;
};

static void put(struct text *t, const char *line)
{
    int n = snprintf(t->p + t->n, t->cap - t->n, "%s%s", t->n > 0 ? "\n" : "", line);
    if (n > 0 && t->n + (size_t)n < t->cap) {
        t->n += (size_t)n;
    } else {
        t->full = true;
    }
    t->p[t->n] = '\0';
}

/* In the customer's language: form_lang is on. Empty when a line of it does not fit: nothing is
 * signed that lacks one. */
static str price_text(struct app *a, const struct form *d, const struct job_model *j)
{
    struct text t = {.cap = CAP_TEXT_BYTES};
    t.p = arena_new(app_frame(a), char, t.cap);
    if (t.p == NULL) {
        return (str){NULL, 0};
    }
    int64_t parts = 0;
    union body b;
    put(&t, _("Price list and estimate"));
    /* The day, not the minute: what is kept must be what was read. */
    put(&t, shared_fmt(a, "%s · %.10s", shared_z(a, app_company(a)),
                       app_time(a, app_now(a).wall_ms, true)));
    if (j->customer_name.n > 0) {
        put(&t, shared_fmt(a, _("Customer: %s"), shared_z(a, j->customer_name)));
    }
    if (j->equipment_name.n > 0 || j->equipment_model.n > 0) {
        put(&t, shared_fmt(a, _("Equipment: %s %s"), shared_z(a, j->equipment_name),
                           shared_z(a, j->equipment_model)));
    }
    const struct fact *f = form_read(form_visit(a), KIND_VISIT_DIAGNOSED, &b);
    if (f != NULL) {
        put(&t, shared_fmt(a, _("Fault: %s"), job_fault(a, f, &b)));
    }
    for (unsigned k = 0; k < d->n; k++) {
        const struct cat_price *p = row_of(a, &d->line[k]);
        put(&t, shared_fmt(a, _("%u. %s: %s × %lld = %s"), k + 1,
                           p == NULL ? d->line[k].code : form_name(a, p->name, p->name_en),
                           p == NULL ? "" : app_money(a, p->price_minor), (long long)d->line[k].qty,
                           app_money(a, amount(a, &d->line[k]))));
    }
    if (form_money(d->parts, &parts) && parts > 0) {
        put(&t, shared_fmt(a, _("Parts, at most: %s"), app_money(a, parts)));
    }
    put(&t, _("More than this is charged only if you agree again."));
    put(&t, shared_fmt(a, _("Estimate: %s"), app_money(a, total(a, d))));
    return t.full ? (str){NULL, 0} : (str){t.p, t.n};
}

static h32 hash_of(str text)
{
    h32 h;
    hash32(str_bytes(text), h.b);
    return h;
}

static void save(struct app *a, struct price *s, const struct job_model *j, bool consented)
{
    struct form_fact f;
    const struct visit_state *v = form_visit(a);
    form_begin(a, &f, KIND_VISIT_PRICED, fold_fact(v, KIND_VISIT_PRICED));
    struct body_priced *b = &f.b.priced;
    for (unsigned k = 0; k < s->d.n; k++) {
        const struct cat_price *p = row_of(a, &s->d.line[k]);
        struct price_line *l = &b->lines[b->nlines];
        if (p != NULL && form_code(s->d.line[k].code, &l->code)) {
            l->qty_milli = s->d.line[k].qty * 1000;
            l->unit_minor = p->price_minor;
            l->amount_minor = amount(a, &s->d.line[k]);
            b->nlines++;
        }
    }
    b->estimate_minor = total(a, &s->d);
    b->consented = consented;
    b->edition = app_catalogue(a)->number;
    form_attach(&f, ATT_TEXT, str_bytes(price_text(a, &s->d, j)));
    if (consented) {
        form_attach(&f, ATT_STROKES, bytes_of(s->d.strokes, s->d.nstrokes));
    }
    s->seen = app_result(a)->serial;
    /* A refusal ends the visit: its page is next. */
    IGNORE(!form_send(a, &f, "price",
                      consented ? form_next(a, KIND_VISIT_PRICED, fold_fact(v, KIND_VISIT_ACTION))
                                : SCREEN_END_VISIT));
}

/* ---- pages 2 and 3: the customer ------------------------------------------------------------- */
static void read_page(struct app *a, struct ui *u, struct price *s, const struct job_model *j)
{
    bool seen = ui_report_seen(u, "consent");
    struct ui_screen sc = {.id = "price-read",
                           .title = _("Do you agree to the price?"),
                           .back = true,
                           .action = s->d.english ? "中文" : "English",
                           .above = seen ? NULL : _("Please read to the end."),
                           .primary = _("I agree"),
                           .primary_id = "agree",
                           .primary_off = !seen || app_busy(a) != APP_IDLE,
                           .secondary = _("I refuse"),
                           .secondary_id = "refuse",
                           .secondary_off = app_busy(a) != APP_IDLE};
    unsigned hit = ui_screen_begin(u, &sc);
    shared_error(a, u, APP_SAVING, s->seen);
    str text = price_text(a, &s->d, j);
    shared_report(a, u, "consent", text, UI_HEADING);
    ui_screen_end(u);
    if ((hit & UI_HIT_ACTION) != 0) {
        s->d.english = !s->d.english;
        ui_scroll_top(u, "price-read");
    } else if ((hit & UI_HIT_PRIMARY) != 0 && ui_report_seen(u, "consent")) { /* this very text */
        s->d.read = hash_of(text);
        s->d.page = PAGE_SIGN;
    } else if ((hit & UI_HIT_SECONDARY) != 0) {
        save(a, s, j, false);
    } else if ((hit & UI_HIT_BACK) != 0) {
        s->d.page = PAGE_LINES;
    }
}

static void sign_page(struct app *a, struct ui *u, struct price *s, const struct job_model *j)
{
    bool busy = app_busy(a) != APP_IDLE, narrow = form_narrow(a), bare = form_bare(a);
    const char *sum = app_money(a, total(a, &s->d));
    struct ui_screen sc = {.id = "price-sign",
                           .title = bare     ? sum
                                    : narrow ? _("Sign")
                                             : _("Please sign for the price"),
                           .back = true,
                           .fixed = true,
                           .primary =
                               form_busy(a, narrow ? _("I agree") : _("I agree to this price")),
                           .primary_id = "consent",
                           .primary_off = busy || s->ink.n == 0,
                           .secondary = _("I refuse"),
                           .secondary_id = "refuse",
                           .secondary_off = busy};
    form_pad_header(a, &sc, 0);
    unsigned hit = ui_screen_begin(u, &sc);
    shared_error_over(a, u, APP_SAVING, &s->seen);
    if (!bare) {
        ui_text(u, UI_BODY_BOLD, shared_fmt(a, _("Estimate: %s"), sum));
    }
    bool end = form_pad(u, "pad", _("Signature pad"), _("Sign inside the frame"),
                        form_low(a) ? 0 : 1, &s->ink);
    bool clear = form_pad_clear(a, u, &s->ink) || (hit & UI_HIT_ICON0) != 0;
    ui_screen_end(u);
    if (clear) {
        s->ink.n = 0;
    }
    if (end || clear || (hit & UI_HIT_PRIMARY) != 0) {
        bytes kept = form_ink_put(&s->ink, s->d.strokes, sizeof s->d.strokes);
        memset(s->d.strokes + kept.n, 0, sizeof s->d.strokes - kept.n);
        s->d.nstrokes = (uint16_t)kept.n;
    }
    if ((hit & UI_HIT_PRIMARY) != 0 && !busy &&
        !h32_eq(s->d.read, hash_of(price_text(a, &s->d, j)))) {
        s->d.page = PAGE_READ; /* another price, name or day by now: it is to be read, and signed */
        s->ink.n = 0;
        s->d.nstrokes = 0;
        ui_report_forget(u, "consent");
        ui_scroll_top(u, "price-read");
    } else if ((hit & UI_HIT_PRIMARY) != 0 && !busy) {
        save(a, s, j, true);
    } else if ((hit & UI_HIT_SECONDARY) != 0) {
        save(a, s, j, false);
    } else if ((hit & UI_HIT_BACK) != 0) {
        s->d.page = PAGE_READ;
    }
}

SCREEN(price)
{
    struct price *s = data(a);
    const struct job_model *j = app_job(a);
    if (s == NULL || j == NULL) {
        struct ui_screen sc = {.id = "price", .title = _("Price and consent"), .back = true};
        if ((ui_screen_begin(u, &sc) & UI_HIT_BACK) != 0) {
            app_back(a);
        }
        ui_screen_end(u);
        return;
    }
    if (s->d.page == PAGE_LINES) {
        lines_page(a, u, s, j, visit_may(&j->job, form_visit(a), KIND_VISIT_PRICED));
    } else {
        char keep[3];
        form_lang(a, s->d.english ? "en" : "zh", keep);
        if (s->d.page == PAGE_READ) {
            read_page(a, u, s, j);
        } else {
            sign_page(a, u, s, j);
        }
        form_lang_end(a, keep);
    }
    form_keep(a, "price", VERSION, &s->d, sizeof s->d);
}

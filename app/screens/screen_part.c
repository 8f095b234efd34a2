/* screen_part.c - one part: chosen by scan, from the van, by search or in words; then quantity,
 * reason, serials, and what becomes of the old part (B-18 8). */
#include "app/screens/part_form.h"
#include "app/screens/pick.h"

struct part {
    struct part_form d;
    struct pick pick;
    bool bad_qty, bad_price, bad_number, no_reason, no_old, no_why, no_words, withdrawing;
    bool too_long; /* a scan that no serial is as long as */
    unsigned seen;
};

static const char *draft(const struct part *s)
{
    return h32_zero(s->d.old) ? "part" : "part.fix";
}

SCREEN_ENTER(part)
{
    struct part *s = app_screen_data(a, SCREEN_PART, sizeof *s);
    if (s == NULL) {
        return;
    }
    memset(s, 0, sizeof *s);
    s->seen = app_result(a)->serial;
    if (!form_load(a, "part.fix", PART_FORM_VERSION, &s->d, sizeof s->d)) {
        IGNORE(!form_load(a, "part", PART_FORM_VERSION, &s->d, sizeof s->d)); /* a new one */
    }
}

static const struct fact *corrected(struct app *a, const struct part *s)
{
    const struct visit_state *v = form_visit(a);
    for (unsigned k = 0; v != NULL && k < v->nfacts; k++) {
        if (!h32_zero(s->d.old) && h32_eq(v->facts[k].entry, s->d.old)) {
            return &v->facts[k];
        }
    }
    return NULL;
}

/* ---- choosing -------------------------------------------------------------------------------- */
static int64_t in_van(struct app *a, str number)
{
    size_t n = 0;
    const struct stock_item *x = app_stock(a, &n);
    for (size_t k = 0; k < n; k++) {
        if (str_eq(bytes_str(code_bytes(&x[k].part)), number)) {
            return x[k].qty_milli;
        }
    }
    return 0;
}

/* What was searched for is a number when it looks like one, else the part's name. */
static void in_words(struct app *a, struct part *s)
{
    const char *text = s->pick.search;
    bool number = strpbrk(text, "0123456789") != NULL && strchr(text, ' ') == NULL;
    for (const char *p = text; *p != '\0'; p++) {
        number = number && *p > ' ' && *p < 0x7F;
    }
    part_form_choose(a, &s->d, number ? str_c(text) : S(""));
    s->d.in_words = true;
    if (!number) {
        memcpy(s->d.words, text, strlen(text));
    }
}

static void choose_page(struct app *a, struct ui *u, struct part *s)
{
    struct ui_screen sc = {.id = "parts", .title = _("Choose a part"), .back = true};
    unsigned hit = ui_screen_begin(u, &sc);
    const struct catalogue *c = app_catalogue(a);
    const char *scan = ui_scan(u);
    ui_text(u, UI_SMALL_MUTED, _("Scan it, or search. What is in your van comes first."));
    ui_search(u, "search", _("Part, number"), s->pick.search, sizeof s->pick.search);
    pick_parts(a, &s->pick);
    bool words = ui_button(u, "in_words", _("Not in the list: in words"), UI_LINK);
    if (s->pick.n == 0) {
        ui_empty(u, UI_ICON_PART, _("No such part in the catalogue. Write it in words."), "none",
                 NULL);
    }
    struct ui_list l;
    ui_list_begin(u, &l, "part-list", s->pick.n);
    while (ui_list_next(u, &l)) {
        const struct cat_part *p = &c->parts[s->pick.at[l.index]];
        int64_t van = in_van(a, p->number);
        struct ui_row row = {.id = form_id(a, "n:", p->number),
                             .icon = van > 0 ? UI_ICON_PART : UI_ICON_NONE,
                             .title = form_name(a, p->name, p->name_en),
                             .line2 = shared_z(a, p->number),
                             .big = app_money(a, p->price_minor),
                             .right2 =
                                 van > 0 ? shared_fmt(a, _("van: %s"), app_qty(a, van)) : NULL};
        if (ui_row(u, &row)) {
            part_form_choose(a, &s->d, p->number);
        }
    }
    ui_list_end(u, &l);
    if (s->pick.more) {
        ui_text(u, UI_SMALL_MUTED, _("There are more. Type more to narrow them down."));
    }
    ui_screen_end(u);
    if (scan != NULL) {
        part_form_choose(a, &s->d, str_c(scan));
    } else if (words) {
        in_words(a, s);
    } else if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}

/* A scanner reads what it is held at: a part's number or another part's serial is no serial of this
 * one. In words, NULL when it may be one. */
static const char *serial_wrong(struct app *a, const struct part *s, const char *serial)
{
    const struct visit_state *v = form_visit(a);
    struct code c;
    if (serial[0] == '\0' || !form_code(serial, &c)) {
        return NULL;
    }
    const struct cat_part *p = catalogue_part(app_catalogue(a), code_bytes(&c));
    if (p != NULL && strcmp(s->d.number, serial) != 0) {
        return shared_fmt(a, _("This is another part, %s: its number, not a serial number."),
                          form_name(a, p->name, p->name_en));
    }
    if (p != NULL) {
        return _("This is the number of a part, not a serial number.");
    }
    if (str_eq(app_job(a)->equipment_serial, bytes_str(code_bytes(&c)))) {
        return _("This is the serial number of the machine itself.");
    }
    if (serial == s->d.serial_out && strcmp(s->d.serial_in, s->d.serial_out) == 0) {
        return _("The old part has the serial number of the new one.");
    }
    for (unsigned k = 0; v != NULL && serial == s->d.serial_in && k < v->nfacts; k++) {
        union body b;
        bool other = v->facts[k].kind == KIND_VISIT_PART && !h32_eq(v->facts[k].entry, s->d.old);
        if (other && body_decode(KIND_VISIT_PART, v->facts[k].body, &b) == ST_OK &&
            bytes_eq(code_bytes(&b.part.serial_in), code_bytes(&c))) {
            return _("This serial number is fitted already.");
        }
    }
    return NULL;
}

/* What headquarters will ask about: it stands as fitted in another job, or on another visit of this
 * one. He sees the part, so he decides; NULL when nothing is known of it. */
static const char *fitted_elsewhere(struct app *a, const struct part *s)
{
    struct code c;
    id16 job;
    if (s->d.serial_in[0] == '\0' || serial_wrong(a, s, s->d.serial_in) != NULL ||
        !form_code(s->d.serial_in, &c) || !app_fitted(a, &c, s->d.old, &job)) {
        return NULL;
    }
    if (id16_eq(job, app_job(a)->subject)) {
        return _("This serial number was fitted on an earlier visit of this job. Look again.");
    }
    str customer, code;
    app_job_name(a, job, &customer, &code);
    return shared_fmt(a, _("This serial number is fitted elsewhere: %s, %s. Look again."),
                      shared_z(a, customer), shared_z(a, code));
}

/* ---- details --------------------------------------------------------------------------------- */
static void check(struct part *s)
{
    struct code c;
    int64_t x = 0;
    struct part_form *d = &s->d;
    s->bad_qty = !form_qty(d->qty, &x) || x <= 0;
    s->bad_price = !form_money(d->price, &x);
    s->bad_number = d->number[0] != '\0' && !form_code(d->number, &c);
    s->no_reason = d->reason == 0;
    s->no_old = d->old_part == 0;
    s->no_why = d->old_part == OLD_LEFT && d->why[0] == '\0';
    s->no_words = d->in_words && d->words[0] == '\0';
}

/* Where the first thing stands that is missing or wrong; NULL: nothing is. */
static const char *first_wrong(struct app *a, const struct part *s)
{
    return s->no_words                                   ? "words"
           : s->bad_number                               ? "number"
           : s->bad_price                                ? "price"
           : s->bad_qty                                  ? "qty"
           : s->no_reason                                ? "no-reason"
           : s->no_old                                   ? "no-old"
           : s->no_why                                   ? "why"
           : serial_wrong(a, s, s->d.serial_in) != NULL  ? "serial_in"
           : serial_wrong(a, s, s->d.serial_out) != NULL ? "serial_out"
                                                         : NULL;
}

static void save(struct app *a, struct ui *u, struct part *s, id16 job)
{
    struct form_fact f;
    const struct fact *old = corrected(a, s);
    struct part_form *d = &s->d;
    check(s);
    if (first_wrong(a, s) != NULL) {
        ui_reveal(u, first_wrong(a, s));
        return;
    }
    form_begin(a, &f, KIND_VISIT_PART, old);
    struct body_part *p = &f.b.part;
    IGNORE(!form_code(d->number[0] != '\0' ? d->number : PART_NO_NUMBER, &p->number)); /* checked */
    IGNORE(!form_qty(d->qty, &p->qty_milli) || !form_money(d->price, &p->unit_minor));
    p->reason = d->reason;
    p->old_part = d->old_part;
    IGNORE(!form_code(d->serial_in, &p->serial_in));   /* not printable: left out, as it shows */
    IGNORE(!form_code(d->serial_out, &p->serial_out)); /* likewise */
    p->edition = app_catalogue(a)->number;
    p->charged = d->charged;
    p->words = d->in_words && form_words(a, &f, d->words);
    p->why_words = d->old_part == OLD_LEFT && form_words(a, &f, d->why);
    s->seen = app_result(a)->serial;
    if (form_same(a, &f, old)) {
        form_drop(a, draft(s));
        app_go(a, SCREEN_WORK, job);
        return;
    }
    IGNORE(!form_send(a, &f, draft(s), SCREEN_WORK)); /* the button stays */
}

static void choices(struct app *a, struct ui *u, struct part *s)
{
    struct part_form *d = &s->d;
    ui_section(u, _("Reason"));
    if (s->no_reason && d->reason == 0) {
        ui_banner(u, "no-reason", UI_TONE_LATE, _("Choose the reason."));
    }
    ui_chips_begin(u);
    for (unsigned k = PART_FAILED; k <= PART_OTHER; k++) {
        if (ui_chip(u, shared_fmt(a, "reason:%u", k), shared_part_reason(k), d->reason == k)) {
            d->reason = k;
        }
    }
    ui_chips_end(u);
    ui_section(u, _("The old part"));
    if (s->no_old && d->old_part == 0) {
        ui_banner(u, "no-old", UI_TONE_LATE, _("Say what becomes of the old part."));
    }
    ui_chips_begin(u);
    for (unsigned k = OLD_TAKEN; k <= OLD_NONE; k++) {
        if (ui_chip(u, shared_fmt(a, "old:%u", k), shared_old_part(k), d->old_part == k)) {
            d->old_part = k;
        }
    }
    ui_chips_end(u);
    if (d->old_part == OLD_LEFT) {
        struct ui_field why = {.id = "why",
                               .label = _("Why does it stay?"),
                               .text = d->why,
                               .cap = sizeof d->why,
                               .flags = UI_FIELD_MULTI,
                               .error = s->no_why && d->why[0] == '\0'
                                            ? _("A part that stays needs a reason.")
                                            : NULL};
        ui_field(u, &why);
    }
}

/* A scan that no field took: first the new part's serial, then the old one's. */
static void take_scan(struct ui *u, struct part *s)
{
    struct part_form *d = &s->d;
    const char *scan = ui_scan(u);
    if (scan == NULL) {
        return;
    }
    d->serials = true;
    s->too_long = strlen(scan) > CAP_CODE_BYTES;
    char *to = d->serial_in[0] == '\0' ? d->serial_in : d->serial_out;
    if (!s->too_long && to[0] == '\0') {
        struct ui_field f = {.text = to, .cap = sizeof d->serial_in, .flags = UI_FIELD_ASCII};
        IGNORE(!ui_scan_into(u, &f)); /* nothing of it is printable */
    } else if (!s->too_long) {
        ui_toast(u, UI_TONE_SOON,
                 _("Both serial numbers are there. Tap the one to replace, then scan."));
    }
}

static void serials(struct app *a, struct ui *u, struct part *s)
{
    struct part_form *d = &s->d;
    if (s->too_long) {
        ui_banner(u, "too-long", UI_TONE_LATE,
                  _("This code is longer than any serial number. Nothing was changed."));
    }
    if (!d->serials) {
        d->serials = ui_button(u, "serials", _("Serial numbers"), UI_LINK);
        return;
    }
    struct ui_field in = {.id = "serial_in",
                          .label = _("Serial of the new part"),
                          .hint = _("scan, type, or leave empty when there is none"),
                          .text = d->serial_in,
                          .cap = sizeof d->serial_in,
                          .flags = UI_FIELD_SCAN | UI_FIELD_ASCII,
                          .error = serial_wrong(a, s, d->serial_in)};
    ui_field(u, &in);
    const char *elsewhere = fitted_elsewhere(a, s);
    if (elsewhere != NULL) {
        ui_banner(u, "fitted-elsewhere", UI_TONE_SOON, elsewhere);
    }
    struct ui_field out = {.id = "serial_out",
                           .label = _("Serial of the old part"),
                           .text = d->serial_out,
                           .cap = sizeof d->serial_out,
                           .flags = UI_FIELD_SCAN | UI_FIELD_ASCII,
                           .error = serial_wrong(a, s, d->serial_out)};
    ui_field(u, &out);
}

static void name_fields(struct app *a, struct ui *u, struct part *s)
{
    struct part_form *d = &s->d;
    const struct cat_part *p =
        catalogue_part(app_catalogue(a), bytes_of(d->number, strlen(d->number)));
    if (!d->in_words && p != NULL) {
        ui_text(u, UI_HEADING, form_name(a, p->name, p->name_en));
        ui_text(u, UI_BODY_MUTED, shared_z(a, p->number));
        return;
    }
    if (p == NULL && d->number[0] != '\0') {
        ui_banner(u, "unknown", UI_TONE_INFO,
                  _("This number is not in the catalogue. Say what it is."));
    }
    struct ui_field words = {.id = "words",
                             .label = _("Part in words"),
                             .text = d->words,
                             .cap = sizeof d->words,
                             .error =
                                 s->no_words && d->words[0] == '\0' ? _("Name the part.") : NULL};
    ui_field(u, &words);
    struct ui_field number = {.id = "number",
                              .label = _("Number on the part"),
                              .hint = _("empty when none stands on it"),
                              .text = d->number,
                              .cap = sizeof d->number,
                              .flags = UI_FIELD_SCAN | UI_FIELD_UPPER | UI_FIELD_ASCII};
    form_field(u, &number, &s->bad_number, _("Letters, digits and signs only."));
    struct ui_field price = {.id = "price",
                             .label = _("Price for one"),
                             .text = d->price,
                             .cap = sizeof d->price,
                             .flags = UI_FIELD_NUMERIC};
    form_field(u, &price, &s->bad_price, _("An amount is like 120.00."));
}

static void quantity(struct ui *u, struct part *s)
{
    int64_t milli = 0;
    char *qty = s->d.qty;
    if (form_qty(qty, &milli) && milli >= 1000 && milli % 1000 == 0 && milli <= 99000) {
        int64_t n = milli / 1000;
        if (ui_number(u, "qty", _("Quantity"), &n, 1, 99)) {
            memset(qty, 0, sizeof s->d.qty);
            form_put_qty(qty, sizeof s->d.qty, n * 1000);
        }
        return;
    }
    struct ui_field f = {.id = "qty",
                         .label = _("Quantity"),
                         .text = qty,
                         .cap = sizeof s->d.qty,
                         .flags = UI_FIELD_NUMERIC};
    form_field(u, &f, &s->bad_qty, _("A quantity is like 2 or 0.5."));
}

static void sure(struct app *a, struct ui *u, struct part *s)
{
    struct ui_dialog q = {.id = "sure",
                          .title = _("Withdraw this part?"),
                          .text = _("It stays in the journal as withdrawn and counts no more."),
                          .confirm = _("Withdraw"),
                          .cancel = _("Keep it"),
                          .danger = true};
    enum ui_dialog_result r = ui_dialog(u, &q);
    if (r == UI_DIALOG_OK) {
        struct form_fact f;
        form_begin(a, &f, KIND_WITHDRAWN, NULL);
        f.b.withdrawn.visit = form_visit(a)->visit;
        f.b.withdrawn.entry = s->d.old;
        s->seen = app_result(a)->serial;
        IGNORE(!form_send(a, &f, "part.fix", SCREEN_WORK)); /* it is said on the page */
    }
    if (r != UI_DIALOG_NONE) {
        s->withdrawing = false;
    }
}

static void details_page(struct app *a, struct ui *u, struct part *s, id16 job)
{
    bool fix = corrected(a, s) != NULL;
    struct ui_screen sc = {.id = "part",
                           .title = fix ? _("Correct a part") : _("Part"),
                           .back = true,
                           .primary = form_busy(a, _("Save part")),
                           .primary_id = "save",
                           .primary_off = app_busy(a) != APP_IDLE,
                           .secondary = fix ? _("Withdraw") : NULL,
                           .secondary_id = "withdraw"};
    unsigned hit = ui_screen_begin(u, &sc);
    shared_error(a, u, APP_SAVING, s->seen);
    name_fields(a, u, s);
    quantity(u, s);
    choices(a, u, s);
    serials(a, u, s);
    take_scan(u, s); /* after the fields: what they take is theirs */
    ui_tick(u, "charged", _("The customer pays for it"), &s->d.charged);
    if (s->withdrawing) {
        sure(a, u, s);
    }
    ui_screen_end(u);
    form_keep(a, draft(s), PART_FORM_VERSION, &s->d, sizeof s->d);
    if ((hit & UI_HIT_PRIMARY) != 0) {
        save(a, u, s, job);
    } else if ((hit & UI_HIT_SECONDARY) != 0) {
        s->withdrawing = true;
    } else if ((hit & UI_HIT_BACK) != 0) {
        if (fix) {
            form_drop(a, "part.fix"); /* the line stays as it is recorded */
            app_go(a, SCREEN_WORK, job);
        } else {
            memset(&s->d, 0, sizeof s->d); /* another part */
            form_drop(a, "part");
        }
    }
}

SCREEN(part)
{
    struct part *s = app_screen_data(a, SCREEN_PART, sizeof *s);
    const struct job_model *j = app_job(a);
    if (s == NULL || j == NULL || form_visit(a) == NULL) {
        struct ui_screen sc = {.id = "part", .title = _("Part"), .back = true};
        if ((ui_screen_begin(u, &sc) & UI_HIT_BACK) != 0) {
            app_back(a);
        }
        ui_screen_end(u);
        return;
    }
    if (!s->d.chosen) {
        choose_page(a, u, s);
    } else {
        details_page(a, u, s, j->subject);
    }
}

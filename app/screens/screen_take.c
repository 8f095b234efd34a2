/* screen_take.c - a thing of the customer's is taken to the workshop: what, in what state, why, for
 * when; then he reads the goods receipt and signs it, which is his acknowledgement on the voucher
 * (B-02, B-18.3). */
#include <sodium.h>

#include "app/screens/goods.h"
#include "app/screens/sign_text.h"
#include "core/base/utf8.h"

enum { VERSION = 1, WORDS = 512, DAYS_MOST = 90, DAY_MS = 86400000 };
struct form {
    bool begun;
    unsigned condition, accessories, reason;
    int64_t days;
    char what[WORDS], with[WORDS], why[WORDS];
    char serial[CAP_CODE_BYTES + 1];
    struct sign_text_form sign;
};
struct take {
    struct form d;
    struct sign_text sign;
    bool no_what, no_condition, no_reason, no_why, bad_serial;
    unsigned seen;
};
_Static_assert(sizeof(struct take) <= CAP_SCREEN_BYTES, "the take-away fits a screen's block");
_Static_assert(sizeof(struct form) + 16 <= CAP_DRAFT_BYTES, "the draft fits");

static void copy(char *to, size_t cap, str s)
{
    size_t n = s.n < cap ? s.n : 0;
    if (n > 0) {
        memcpy(to, s.p, n);
    }
}

SCREEN_ENTER(take)
{
    struct take *s = app_screen_data(a, SCREEN_TAKE, sizeof *s);
    const struct job_model *j = app_job(a);
    if (s == NULL || j == NULL) {
        return;
    }
    memset(s, 0, sizeof *s);
    s->seen = app_result(a)->serial;
    if (!form_load(a, "take", VERSION, &s->d, sizeof s->d) || !s->d.begun) {
        s->d.begun = true;
        s->d.days = 3;
        s->d.reason = TAKE_WORKSHOP;
        copy(s->d.what, sizeof s->d.what,
             j->equipment_name.n > 0 ? j->equipment_name : j->equipment_model);
        copy(s->d.serial, sizeof s->d.serial, j->equipment_serial);
        copy(s->d.sign.name, sizeof s->d.sign.name,
             j->contact.n > 0 ? j->contact : j->customer_name);
        s->d.sign.english = j->customer_lang == 2;
    }
    sign_text_ready(a, &s->sign, &s->d.sign);
}

static str clean(struct app *a, const char *typed)
{
    str out = {NULL, 0};
    IGNORE(utf8_clean(app_frame(a), str_c(typed), &out)); /* empty: its line is left out */
    return out;
}

/* The end of the day that was promised. */
static int64_t promised(struct app *a, const struct form *d)
{
    int64_t offset = (int64_t)app_now(a).utc_offset_minutes * 60000;
    int64_t day = (app_now(a).wall_ms + offset) / DAY_MS + d->days;
    return day * DAY_MS - offset;
}

static str text(struct app *a, const struct job_model *j, const struct form *d)
{
    struct goods_facts f;
    union body b;
    str out = {NULL, 0};
    char *buf = arena_new(app_frame(a), char, CAP_TEXT_BYTES);
    goods_facts_of(a, j, d->sign.english, NULL, &f);
    f.number = app_goods_number(a);
    f.what = clean(a, d->what);
    f.serial = clean(a, d->serial);
    f.condition = d->condition;
    f.accessories = d->accessories;
    f.with = clean(a, d->with);
    f.reason = d->reason;
    f.why = clean(a, d->why);
    f.promised_ms = promised(a, d);
    if (form_class(j->visit) == CLASS_A && form_read(j->visit, KIND_VISIT_PRICED, &b) != NULL) {
        f.agreed = b.priced.consented;
        f.estimate_minor = b.priced.estimate_minor;
    }
    if (buf == NULL || goods_taken_text(&f, buf, CAP_TEXT_BYTES, &out) != ST_OK) {
        return (str){NULL, 0};
    }
    return out;
}

/* ---- the technician's page ------------------------------------------------------------------- */
static bool whole(struct ui *u, struct take *s)
{
    struct code c;
    struct form *d = &s->d;
    s->no_what = d->what[0] == '\0';
    s->no_condition = d->condition == 0;
    s->no_reason = d->reason == 0;
    s->no_why = d->reason == TAKE_OTHER && d->why[0] == '\0';
    s->bad_serial = d->serial[0] != '\0' && !form_code(d->serial, &c);
    const char *lacks = s->no_what        ? "what"
                        : s->bad_serial   ? "serial"
                        : s->no_condition ? "missing"
                        : s->no_reason    ? "missing"
                        : s->no_why       ? "why"
                                          : NULL;
    if (lacks != NULL) {
        ui_reveal(u, lacks);
    }
    return lacks == NULL;
}

static void choose(struct ui *u, const char *id, const char *label, unsigned *value, unsigned n,
                   const char *(*words)(unsigned))
{
    const char *names[8];
    int chosen = (int)*value - 1;
    for (unsigned k = 0; k < n; k++) {
        names[k] = words(k + 1);
    }
    if (ui_choice(u, id, label, names, (int)n, &chosen)) {
        *value = (unsigned)chosen + 1;
    }
}

static void thing(struct ui *u, struct take *s)
{
    struct form *d = &s->d;
    struct ui_field what = {.id = "what",
                            .label = _("What is taken away"),
                            .text = d->what,
                            .cap = sizeof d->what,
                            .flags = UI_FIELD_MULTI};
    form_field(u, &what, &s->no_what, _("Say what it is."));
    struct ui_field serial = {.id = "serial",
                              .label = _("Serial"),
                              .hint = _("scan or type; empty when there is none"),
                              .text = d->serial,
                              .cap = sizeof d->serial,
                              .flags = UI_FIELD_SCAN | UI_FIELD_UPPER | UI_FIELD_ASCII};
    form_field(u, &serial, &s->bad_serial, _("Letters, digits and signs only."));
    IGNORE(!ui_scan_into(u, &serial)); /* that the field did not take */
    if (s->no_condition || s->no_reason) {
        ui_banner(u, "missing", UI_TONE_LATE, _("Choose the condition and the reason."));
    }
    choose(u, "condition", _("Condition"), &d->condition, CONDITION_DAMAGED, goods_condition);
    ui_section(u, _("Accessories that go along"));
    ui_chips_begin(u);
    for (unsigned k = 0; k < GOODS_THINGS; k++) {
        static const char *const ids[GOODS_THINGS] = {"with:0", "with:1", "with:2", "with:3",
                                                      "with:4"};
        if (ui_chip(u, ids[k], goods_thing(k), (d->accessories >> k & 1U) != 0)) {
            d->accessories ^= 1U << k;
        }
    }
    ui_chips_end(u);
    struct ui_field with = {.id = "with_words",
                            .label = _("Further accessories, marks and damage"),
                            .text = d->with,
                            .cap = sizeof d->with,
                            .flags = UI_FIELD_MULTI};
    ui_field(u, &with);
}

static void reason(struct app *a, struct ui *u, struct take *s)
{
    struct form *d = &s->d;
    choose(u, "reason", _("Why is it taken away?"), &d->reason, TAKE_OTHER, goods_reason);
    struct ui_field why = {.id = "why",
                           .label = _("In words, if needed"),
                           .text = d->why,
                           .cap = sizeof d->why,
                           .flags = UI_FIELD_MULTI};
    form_field(u, &why, &s->no_why, _("Say it in a few words."));
    ui_number(u, "days",
              shared_fmt(a, _("Days until it is back: %.10s"), app_time(a, promised(a, d), true)),
              &d->days, 1, DAYS_MOST);
}

static void form_page(struct app *a, struct ui *u, struct take *s, const struct job_model *j,
                      const struct sign_text_words *w)
{
    enum rule r = visit_may(&j->job, j->visit, KIND_VISIT_TAKEN);
    struct ui_screen sc = {.id = "take",
                           .title = _("Take away"),
                           .back = true,
                           .above = w->sum,
                           .primary = _("Show to the customer"),
                           .primary_id = "show",
                           .primary_off = app_busy(a) != APP_IDLE || r != RULE_OK};
    unsigned hit = ui_screen_begin(u, &sc);
    shared_error(a, u, APP_SAVING, s->seen);
    form_rule(a, u, r);
    thing(u, s);
    reason(a, u, s);
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        app_go(a, SCREEN_JOB, j->subject);
    } else if ((hit & UI_HIT_PRIMARY) != 0 && whole(u, s)) {
        sign_text_show(u, &s->sign, &s->d.sign, w);
    }
}

/* ---- both entries ---------------------------------------------------------------------------- */
static size_t register_line(struct app *a, const struct job_model *j, const struct body_taken *b,
                            struct record_write *w)
{
    size_t n = 0;
    const struct field_value *branch = fold_shown(&j->job, F_BRANCH);
    w[n++] = goods_ref(F_GOODS_JOB, j->subject);
    if (j->has_customer) {
        w[n++] = goods_ref(F_GOODS_CUSTOMER, j->customer.subject);
    }
    w[n++] = goods_ref(F_GOODS_TECHNICIAN, app_me(a));
    w[n++] = goods_code(F_GOODS_RECEIPT, &b->receipt);
    w[n++] = goods_time(F_GOODS_DUE, b->promised_ms);
    w[n++] = goods_int(F_GOODS_ACKNOWLEDGED, FT_ENUM, 1);
    w[n++] = goods_int(F_GOODS_WHAT, FT_TEXT, 0);
    if (branch != NULL && branch->nb == sizeof w->id.b) {
        w[n] = (struct record_write){.field = F_BRANCH, .type = FT_ID8};
        memcpy(w[n++].id.b, branch->b, sizeof w->id.b);
    }
    return n;
}

static void save(struct app *a, struct take *s, const struct job_model *j, str shown)
{
    struct form_fact f;
    struct record_write w[12];
    uint8_t buf[CAP_BODY_BYTES];
    struct form *d = &s->d;
    form_begin(a, &f, KIND_VISIT_TAKEN, NULL);
    struct body_taken *b = &f.b.taken;
    if (!form_code(shared_z(a, app_goods_number(a)), &b->receipt)) {
        return;
    }
    IGNORE(!form_code(d->serial, &b->serial)); /* none */
    randombytes_buf(b->goods.b, sizeof b->goods.b);
    b->reason = d->reason;
    b->condition = d->condition;
    b->accessories = d->accessories;
    b->promised_ms = promised(a, d);
    b->template_ = d->sign.english ? GOODS_1_EN : GOODS_1_ZH;
    b->relation = d->sign.relation;
    form_attach(&f, ATT_TEXT, str_bytes(shown));
    form_attach(&f, ATT_STROKES, bytes_of(d->sign.strokes, d->sign.nstrokes));
    b->name = form_words(a, &f, d->sign.name);
    struct goods_step step = {.step = "goods.take",
                              .counter = "goods",
                              .goods = b->goods,
                              .w = w,
                              .n = register_line(a, j, b, w),
                              .text = clean(a, d->what),
                              .kind = f.kind,
                              .atts = f.atts,
                              .natt = f.natt};
    s->seen = app_result(a)->serial;
    if (body_encode(f.kind, &f.b, buf, sizeof buf, &step.body) == ST_OK) {
        IGNORE(!app_goods_step(a, &step, "take", SCREEN_PAPERS)); /* the button stays */
    }
}

SCREEN(take)
{
    struct take *s = app_screen_data(a, SCREEN_TAKE, sizeof *s);
    const struct job_model *j = app_job(a);
    if (s == NULL || j == NULL) {
        struct ui_screen sc = {.id = "take", .title = _("Take away"), .back = true};
        if ((ui_screen_begin(u, &sc) & UI_HIT_BACK) != 0) {
            app_back(a);
        }
        ui_screen_end(u);
        return;
    }
    char keep[3];
    bool customer = s->d.sign.page != SIGN_TEXT_FORM;
    if (customer) {
        form_lang(a, s->d.sign.english ? "en" : "zh", keep);
    }
    struct sign_text_words w = {.id = "take",
                                .title = _("May we take these goods?"),
                                .agree = _("Yes, all correct"),
                                .seen = &s->seen};
    const char *number = shared_z(a, app_goods_number(a));
    w.sum = form_narrow(a) ? number : shared_fmt(a, _("Goods receipt %s"), number);
    w.text = customer ? text(a, j, &s->d) : (str){NULL, 0};
    if (!customer) {
        form_page(a, u, s, j, &w);
    } else {
        bool done = sign_text(a, u, &s->sign, &s->d.sign, &w);
        form_lang_end(a, keep);
        if (done) {
            save(a, s, j, w.text);
        }
    }
    form_keep(a, "take", VERSION, &s->d, sizeof s->d);
}

/* screen_give_back.c - a customer's thing comes back: what was done, what he owes, what becomes of
 * his receipt; he reads it and signs, which voids the receipt in the same entry (B-02.8, B-18.4,
 * 5). */
#include "app/screens/goods.h"
#include "app/screens/part_form.h"
#include "app/screens/sign_text.h"
#include "core/base/utf8.h"
#include "core/rules/money.h"
#include "core/rules/service.h"

enum { VERSION = 1, WORDS = 512, PARTS_MOST = 24 };
struct form {
    bool begun;
    unsigned outcome; /* enum receipt_outcome */
    char lost[WORDS];
    char amount[FORM_LINE];
    struct sign_text_form sign;
};
struct back {
    struct form d;
    struct sign_text sign;
    bool no_outcome, bad_amount;
    unsigned seen;
};
_Static_assert(sizeof(struct back) <= CAP_SCREEN_BYTES, "the return fits a screen's block");
_Static_assert(sizeof(struct form) + 16 <= CAP_DRAFT_BYTES, "the draft fits");

/* What is out, what was said then, and the thing itself as far as it is held. */
struct out {
    const struct visit_state *taking;
    union body taken;
    const struct goods_item *goods;
    int64_t estimate_minor;
    unsigned class_;
};

static bool find(const struct job_model *j, struct out *o)
{
    union body b;
    memset(o, 0, sizeof *o);
    if (j == NULL || visit_goods_out(&j->job, &o->taken, &o->taking) == NULL) {
        return false;
    }
    for (unsigned k = 0; k < j->ngoods; k++) {
        if (id16_eq(j->goods[k].subject, o->taken.taken.goods)) {
            o->goods = &j->goods[k];
        }
    }
    o->class_ = form_class(o->taking);
    if (o->class_ == CLASS_A && form_read(o->taking, KIND_VISIT_PRICED, &b) != NULL) {
        o->estimate_minor = b.priced.estimate_minor;
    }
    return true;
}

static int64_t bench_parts(const struct goods_item *g)
{
    int64_t sum = 0;
    for (unsigned v = 0; g != NULL && v < g->state.nvisits; v++) {
        struct fee fee;
        if (fee_work_out(&g->state.visits[v], &fee)) {
            sum = money_add(sum, fee.parts_minor);
        }
    }
    return sum;
}

/* What was agreed and what was fitted; of class A never more than he agreed to. */
static int64_t proposed(const struct out *o)
{
    struct fee fee;
    int64_t sum = bench_parts(o->goods);
    if (fee_work_out(o->taking, &fee)) {
        sum = money_add(sum, fee.total_minor);
    }
    return o->class_ == CLASS_A && sum > o->estimate_minor ? o->estimate_minor : sum;
}

SCREEN_ENTER(give_back)
{
    struct back *s = app_screen_data(a, SCREEN_RETURN, sizeof *s);
    const struct job_model *j = app_job(a);
    struct out o;
    if (s == NULL || j == NULL) {
        return;
    }
    memset(s, 0, sizeof *s);
    s->seen = app_result(a)->serial;
    if (!form_load(a, "return", VERSION, &s->d, sizeof s->d) || !s->d.begun) {
        str name = j->contact.n > 0 ? j->contact : j->customer_name;
        s->d.begun = true;
        s->d.sign.english = j->customer_lang == 2;
        if (name.n < sizeof s->d.sign.name && name.n > 0) {
            memcpy(s->d.sign.name, name.p, name.n);
        }
        if (find(j, &o)) {
            form_put_money(s->d.amount, sizeof s->d.amount, proposed(&o));
        }
    }
    sign_text_ready(a, &s->sign, &s->d.sign);
}

static str clean(struct app *a, const char *typed)
{
    str out = {NULL, 0};
    IGNORE(utf8_clean(app_frame(a), str_c(typed), &out)); /* empty: its line is left out */
    return out;
}

/* ---- what was done in the workshop, in the language that is spoken ----------------------------
 */
static str work_words(struct app *a, const struct goods_item *g)
{
    const char *all = "";
    for (unsigned v = 0; g != NULL && v < g->state.nvisits; v++) {
        union body b;
        const struct fact *f = form_read(&g->state.visits[v], KIND_VISIT_ACTION, &b);
        char words[WORDS];
        if (f == NULL) {
            continue;
        }
        for (unsigned k = 0; k < b.action.n; k++) {
            all = shared_fmt(a, "%s%s%s", all, all[0] != '\0' ? _(", ") : "",
                             shared_action(b.action.codes[k]));
        }
        form_text(a, f, &b, BA_ACTION, words, sizeof words);
        if (words[0] != '\0') {
            all = shared_fmt(a, all[0] != '\0' ? _("%s: %s") : "%s%s", all, words);
        }
    }
    return str_c(all);
}

static unsigned part_lines(struct app *a, const struct goods_item *g, str *out)
{
    unsigned n = 0;
    for (unsigned v = 0; g != NULL && v < g->state.nvisits; v++) {
        const struct visit_state *x = &g->state.visits[v];
        for (unsigned k = 0; k < x->nfacts && n < PARTS_MOST; k++) {
            union body b;
            if (x->facts[k].kind == KIND_VISIT_PART &&
                body_decode(KIND_VISIT_PART, x->facts[k].body, &b) == ST_OK) {
                out[n++] = str_c(shared_fmt(a, "%s × %s", part_form_name(a, &x->facts[k], &b),
                                            app_qty(a, b.part.qty_milli)));
            }
        }
    }
    return n;
}

static unsigned result_of(const struct goods_item *g)
{
    unsigned result = 0;
    for (unsigned v = 0; g != NULL && v < g->state.nvisits; v++) {
        union body b;
        if (form_read(&g->state.visits[v], KIND_VISIT_TESTED, &b) != NULL) {
            result = b.tested.result;
        }
    }
    return result;
}

static str text(struct app *a, const struct job_model *j, const struct form *d, const struct out *o)
{
    struct goods_facts f;
    str parts[PARTS_MOST], out = {NULL, 0};
    char *buf = arena_new(app_frame(a), char, CAP_TEXT_BYTES);
    goods_facts_of(a, j, d->sign.english, &o->taken.taken, &f);
    const struct field_value *passed =
        o->goods == NULL ? NULL : fold_shown(&o->goods->state, F_GOODS_PASSED);
    f.what = o->goods == NULL ? j->equipment_name : o->goods->what;
    f.condition = 0; /* as it left; now it is repaired */
    f.work = work_words(a, o->goods);
    f.parts = parts;
    f.nparts = part_lines(a, o->goods, parts);
    f.result = result_of(o->goods);
    f.passed_ms = passed == NULL ? 0 : passed->i;
    f.outcome = d->outcome;
    f.lost = clean(a, d->lost);
    IGNORE(!form_money(d->amount, &f.total_minor)); /* the form's page has checked it */
    if (buf == NULL || goods_returned_text(&f, buf, CAP_TEXT_BYTES, &out) != ST_OK) {
        return (str){NULL, 0};
    }
    return out;
}

/* ---- the technician's page ------------------------------------------------------------------- */
static bool whole(struct ui *u, struct back *s, const struct out *o)
{
    int64_t minor = 0;
    s->no_outcome = s->d.outcome == 0;
    s->bad_amount =
        !form_money(s->d.amount, &minor) || (o->class_ == CLASS_A && minor > o->estimate_minor);
    if (s->no_outcome || s->bad_amount) {
        ui_reveal(u, s->no_outcome ? "missing" : "amount");
    }
    return !s->no_outcome && !s->bad_amount;
}

static void thing(struct app *a, struct ui *u, const struct out *o)
{
    str parts[PARTS_MOST];
    unsigned n = part_lines(a, o->goods, parts);
    str work = work_words(a, o->goods);
    ui_card_begin(u, NULL, NULL, NULL);
    ui_pair(u, _("Goods receipt"), shared_z(a, bytes_str(code_bytes(&o->taken.taken.receipt))));
    if (o->goods != NULL) {
        ui_pair(u, _("Goods"), shared_z(a, o->goods->what));
        ui_pair(u, _("Where it is"), goods_at(o->goods->at));
    }
    if (work.n > 0) {
        ui_pair(u, _("Work and parts"), shared_z(a, work));
    }
    for (unsigned k = 0; k < n; k++) {
        ui_pair(u, _("Part"), shared_z(a, parts[k]));
    }
    if (result_of(o->goods) != 0) {
        ui_pair(u, _("Result"), shared_result(result_of(o->goods)));
    }
    ui_card_end(u);
}

static void form_page(struct app *a, struct ui *u, struct back *s, const struct job_model *j,
                      const struct out *o, const struct sign_text_words *w)
{
    enum rule r = visit_may(&j->job, form_visit(a), KIND_VISIT_RETURNED);
    r = r == RULE_OK ? visit_return_ok(o->goods == NULL ? NULL : &o->goods->state) : r;
    struct ui_screen sc = {.id = "return",
                           .title = _("Return of goods"),
                           .back = true,
                           .primary = _("Show to the customer"),
                           .primary_id = "show",
                           .primary_off = app_busy(a) != APP_IDLE || r != RULE_OK};
    unsigned hit = ui_screen_begin(u, &sc);
    shared_error(a, u, APP_SAVING, s->seen);
    form_rule(a, u, r);
    thing(a, u, o);
    if (s->no_outcome) {
        ui_banner(u, "missing", UI_TONE_LATE, _("Say what becomes of the goods receipt."));
    }
    const char *const outcomes[] = {_("Handed back to me"), _("Lost")};
    int chosen = (int)s->d.outcome - 1;
    if (ui_choice(u, "outcome", _("The customer's goods receipt"), outcomes, 2, &chosen)) {
        s->d.outcome = (unsigned)chosen + 1;
        s->no_outcome = false;
    }
    if (s->d.outcome == RECEIPT_LOST) {
        struct ui_field lost = {.id = "lost",
                                .label = _("How it was lost"),
                                .hint = _("in the customer's words; he signs the declaration"),
                                .text = s->d.lost,
                                .cap = sizeof s->d.lost,
                                .flags = UI_FIELD_MULTI};
        ui_field(u, &lost);
    }
    struct ui_field amount = {.id = "amount",
                              .label = o->class_ == CLASS_A
                                           ? shared_fmt(a, _("Amount due, agreed up to %s"),
                                                        app_money(a, o->estimate_minor))
                                           : _("Amount due"),
                              .text = s->d.amount,
                              .cap = sizeof s->d.amount,
                              .flags = UI_FIELD_NUMERIC};
    form_field(u, &amount, &s->bad_amount,
               _("A number such as 380.00, and not more than the customer agreed to."));
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        app_go(a, SCREEN_JOB, j->subject);
    } else if ((hit & UI_HIT_PRIMARY) != 0 && whole(u, s, o)) {
        sign_text_show(u, &s->sign, &s->d.sign, w);
    }
}

static void save(struct app *a, struct back *s, const struct out *o, str shown)
{
    struct form_fact f;
    struct record_write w[3];
    uint8_t buf[CAP_BODY_BYTES];
    form_begin(a, &f, KIND_VISIT_RETURNED, NULL);
    struct body_returned *b = &f.b.returned;
    b->receipt = o->taken.taken.receipt;
    b->goods = o->taken.taken.goods;
    b->outcome = s->d.outcome;
    b->class_ = o->class_;
    b->template_ = s->d.sign.english ? GOODS_1_EN : GOODS_1_ZH;
    b->relation = s->d.sign.relation;
    if (!form_money(s->d.amount, &b->total_minor)) {
        return;
    }
    form_attach(&f, ATT_TEXT, str_bytes(shown));
    form_attach(&f, ATT_STROKES, bytes_of(s->d.sign.strokes, s->d.sign.nstrokes));
    b->name = form_words(a, &f, s->d.sign.name);
    w[0] = goods_time(F_GOODS_SIGNED_BACK, app_now(a).wall_ms);
    struct goods_step step = {.step = "goods.return",
                              .goods = b->goods,
                              .seen = &o->goods->state,
                              .w = w,
                              .n = 1,
                              .kind = f.kind,
                              .atts = f.atts,
                              .natt = f.natt};
    s->seen = app_result(a)->serial;
    if (body_encode(f.kind, &f.b, buf, sizeof buf, &step.body) == ST_OK) {
        IGNORE(!app_goods_step(a, &step, "return", SCREEN_PAPERS)); /* the button stays */
    }
}

static void nothing(struct app *a, struct ui *u)
{
    struct ui_screen sc = {.id = "return", .title = _("Return of goods"), .back = true};
    unsigned hit = ui_screen_begin(u, &sc);
    form_rule(a, u, RULE_NO_GOODS);
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    }
}

SCREEN(give_back)
{
    struct back *s = app_screen_data(a, SCREEN_RETURN, sizeof *s);
    const struct job_model *j = app_job(a);
    struct out o;
    if (s == NULL || !find(j, &o)) {
        nothing(a, u);
        return;
    }
    char keep[3];
    bool customer = s->d.sign.page != SIGN_TEXT_FORM;
    if (customer) {
        form_lang(a, s->d.sign.english ? "en" : "zh", keep);
    }
    int64_t minor = 0;
    IGNORE(!form_money(s->d.amount, &minor)); /* shown as nothing until it is a number */
    struct sign_text_words w = {.id = "return",
                                .title = _("Have you got everything back?"),
                                .agree = _("Yes, all correct"),
                                .sum = shared_fmt(a, _("Amount due: %s"), app_money(a, minor)),
                                .seen = &s->seen};
    w.text = customer ? text(a, j, &s->d, &o) : (str){NULL, 0};
    if (!customer) {
        form_page(a, u, s, j, &o, &w);
    } else {
        bool done = sign_text(a, u, &s->sign, &s->d.sign, &w);
        form_lang_end(a, keep);
        if (done && o.goods != NULL) {
            save(a, s, &o, w.text);
        }
    }
    form_keep(a, "return", VERSION, &s->d, sizeof s->d);
}

/* screen_diagnose.c - listen, look, check: fault, cause, responsibility, coverage, service class.
 *
 * Two facts come from it, diagnosis and class (and the words of a proposal): one after the other,
 * each only when it says something new. A cut in between leaves the draft, and saving again goes
 * on where it stopped. */
#include "app/screens/job_parts.h"
#include "app/screens/pick.h"

enum { VERSION = 1 };
enum { WHY_NONE, WHY_DAMAGE, WHY_OTHER };

struct form {
    char fault[CAP_CODE_BYTES + 1];
    char words[FORM_WORDS], cause_words[FORM_WORDS], class_words[FORM_WORDS];
    unsigned cause, responsibility;
    unsigned class_; /* proposed by the technician; CLASS_NONE: as decided */
    unsigned why;
    bool in_words, coverage, opened, other_class;
};
struct diagnose {
    struct form d;
    struct pick pick;
    bool listing;
    bool short_fault, short_cause, short_class; /* what is missing, said after Save */
    unsigned seen;
    bool told;
    int64_t carried_ms; /* the diagnosis of the visit before stands in the form: when it was made */
    bool fresh;         /* the first diagnosis of this visit: saving it leads on */
    int phase;          /* facts to save: 0 none, 1 diagnosis, 2 class, 3 words of the proposal */
};

SCREEN_ENTER(diagnose)
{
    struct diagnose *s = app_screen_data(a, SCREEN_DIAGNOSE, sizeof *s);
    const struct visit_state *v = form_visit(a);
    union body b;
    if (s == NULL) {
        return;
    }
    memset(s, 0, sizeof *s);
    s->seen = app_result(a)->serial;
    if (form_load(a, "diagnose", VERSION, &s->d, sizeof s->d)) {
        return;
    }
    const struct fact *f = form_read(v, KIND_VISIT_DIAGNOSED, &b);
    if (f == NULL) { /* an earlier visit said it already */
        const struct visit_state *before = job_before(app_job(a));
        f = form_read(before, KIND_VISIT_DIAGNOSED, &b);
        s->carried_ms = f == NULL ? 0 : f->wall_ms;
    }
    if (f != NULL) {
        memcpy(s->d.fault, b.diagnosed.fault.b, b.diagnosed.fault.n);
        s->d.cause = b.diagnosed.cause;
        s->d.responsibility = b.diagnosed.responsibility;
        s->d.coverage = (b.diagnosed.flags & DIAGNOSED_COVERAGE) != 0;
        s->d.opened = (b.diagnosed.flags & DIAGNOSED_OPENED_BEFORE) != 0;
        s->d.in_words = b.diagnosed.fault_words;
        form_text(a, f, &b, BA_FAULT, s->d.words, sizeof s->d.words);
        form_text(a, f, &b, BA_CAUSE, s->d.cause_words, sizeof s->d.cause_words);
    }
    f = form_read(v, KIND_VISIT_CLASS, &b);
    if (f != NULL && b.class_.proposed != CLASS_NONE) {
        s->d.class_ = b.class_.proposed;
        s->d.why = b.class_.basis == BASIS_USER_DAMAGE ? WHY_DAMAGE : WHY_OTHER;
        s->d.other_class = true;
    }
}

/* ---- the facts ------------------------------------------------------------------------------- */
static struct class_decision decided(const struct job_model *j, const struct form *d)
{
    /* D-03: damage by the user is not covered by the warranty. */
    bool excluded =
        d->responsibility == RESP_USER || (d->class_ != CLASS_NONE && d->why == WHY_DAMAGE);
    return excluded ? j->class_excluded : j->class_;
}

static void make_diagnosis(struct app *a, const struct form *d, struct form_fact *f,
                           const struct fact *old)
{
    form_begin(a, f, KIND_VISIT_DIAGNOSED, old);
    struct body_diagnosed *b = &f->b.diagnosed;
    if (!d->in_words) {
        IGNORE(!form_code(d->fault, &b->fault)); /* it came from the catalogue */
    }
    b->cause = d->cause;
    b->responsibility = d->responsibility;
    b->flags = (d->coverage ? (unsigned)DIAGNOSED_COVERAGE : 0U) |
               (d->opened ? (unsigned)DIAGNOSED_OPENED_BEFORE : 0U);
    b->edition = app_catalogue(a)->number;
    b->fault_words = d->in_words && form_words(a, f, d->words);
    b->cause_words = d->cause == CAUSE_OTHER && form_words(a, f, d->cause_words);
}

static void make_class(struct app *a, const struct job_model *j, const struct form *d,
                       struct form_fact *f, const struct fact *old)
{
    struct class_decision c = decided(j, d);
    form_begin(a, f, KIND_VISIT_CLASS, old);
    struct body_class *b = &f->b.class_;
    b->class_ = (unsigned)c.class_;
    b->basis = (unsigned)c.basis;
    b->contract = c.contract;
    if (d->class_ != CLASS_NONE && d->class_ != (unsigned)c.class_) {
        b->class_ = d->class_;
        b->proposed = d->class_;
        b->basis = d->why == WHY_DAMAGE ? (unsigned)BASIS_USER_DAMAGE : (unsigned)BASIS_TECHNICIAN;
        memset(&b->contract, 0, sizeof b->contract);
    }
}

/* The next fact that says something new; false when there is none left. */
static bool send_next(struct app *a, struct diagnose *s, const struct job_model *j)
{
    const struct visit_state *v = form_visit(a);
    struct form_fact f;
    for (; s->phase <= 3; s->phase++) {
        const struct fact *old = NULL;
        if (s->phase == 1) {
            old = fold_fact(v, KIND_VISIT_DIAGNOSED);
            make_diagnosis(a, &s->d, &f, old);
        } else if (s->phase == 2) {
            old = fold_fact(v, KIND_VISIT_CLASS);
            make_class(a, j, &s->d, &f, old);
        } else {
            old = fold_fact(v, KIND_PROPOSED);
            form_begin(a, &f, KIND_PROPOSED, NULL);
            f.b.proposed = (struct body_proposed){.visit = v->visit, .what = PROPOSED_CLASS};
            if (s->d.class_ == CLASS_NONE || s->d.why != WHY_OTHER ||
                !form_words(a, &f, s->d.class_words)) {
                continue;
            }
        }
        if (!form_same(a, &f, old)) {
            s->seen = app_result(a)->serial;
            return form_send(a, &f, NULL, SCREENS);
        }
    }
    return false;
}

/* Called while a chain of facts is being saved, each frame. */
static void go_on(struct app *a, struct diagnose *s, const struct job_model *j)
{
    const struct app_result *r = app_result(a);
    if (s->phase == 0 || app_busy(a) != APP_IDLE) {
        return;
    }
    if (r->serial != s->seen && r->what == APP_SAVING && r->st != ST_OK) {
        s->phase = 0; /* refused: the banner says why */
        s->seen = r->serial - 1;
        return;
    }
    if (form_visit(a) != NULL && send_next(a, s, j)) {
        return;
    }
    if (s->phase > 3) {
        s->phase = 0;
        form_drop(a, "diagnose");
        app_go(a, s->fresh ? form_next(a, KIND_VISIT_CLASS, NULL) : SCREEN_JOB, j->subject);
    }
}

/* ---- fault ----------------------------------------------------------------------------------- */
static void choose(struct form *d, const struct cat_fault *f)
{
    memset(d->fault, 0, sizeof d->fault);
    if (f->code.n < sizeof d->fault) {
        memcpy(d->fault, f->code.p, f->code.n);
    }
    d->in_words = false;
    if (d->cause == CAUSE_NONE && f->cause_code <= CAUSE_OTHER) {
        d->cause = f->cause_code; /* what it mostly is; one tap changes it */
    }
}

static bool is_chosen(const struct form *d, const struct cat_fault *f)
{
    return !d->in_words && f->code.n == strlen(d->fault) &&
           memcmp(f->code.p, d->fault, f->code.n) == 0;
}

static void list(struct app *a, struct ui *u, struct diagnose *s, const struct job_model *j)
{
    struct ui_screen sc = {.id = "faults", .title = _("All faults"), .back = true};
    unsigned hit = ui_screen_begin(u, &sc);
    ui_search(u, "search", _("Fault, code"), s->pick.search, sizeof s->pick.search);
    pick_faults(a, &s->pick, j->equipment_name);
    const struct catalogue *c = app_catalogue(a);
    if (s->pick.n == 0) {
        if (ui_empty(u, UI_ICON_SEARCH, _("No such fault in the catalogue."), "in_words",
                     _("Write it in words"))) {
            s->d.in_words = true;
            s->listing = false;
        }
    }
    struct ui_list l;
    ui_list_begin(u, &l, "fault-list", s->pick.n);
    while (ui_list_next(u, &l)) {
        const struct cat_fault *f = &c->faults[s->pick.at[l.index]];
        struct ui_row row = {.id = form_id(a, "f:", f->code),
                             .title = form_name(a, f->name, f->name_en),
                             .line2 = shared_fmt(a, "%.*s · %.*s", (int)f->code.n, f->code.p,
                                                 (int)f->equipment_type.n, f->equipment_type.p),
                             .checked = is_chosen(&s->d, f)};
        if (ui_row(u, &row)) {
            choose(&s->d, f);
            s->listing = false;
        }
    }
    ui_list_end(u, &l);
    ui_screen_end(u);
    if ((hit & UI_HIT_BACK) != 0) {
        s->listing = false;
    }
}

static void fault(struct app *a, struct ui *u, struct diagnose *s, const struct job_model *j)
{
    const struct catalogue *c = app_catalogue(a);
    unsigned at[PICK_FREQUENT], all = 0;
    unsigned n = pick_frequent(a, j, at, &all);
    const struct cat_fault *f = catalogue_fault(c, bytes_of(s->d.fault, strlen(s->d.fault)));
    bool among = false;
    ui_section(u, n > 0 ? _("Most frequent for this equipment") : _("Fault"));
    if (s->short_fault && (s->d.in_words ? s->d.words[0] : s->d.fault[0]) == '\0') {
        ui_banner(u, "no-fault", UI_TONE_LATE, _("Choose the fault, or write it in words."));
    }
    ui_chips_begin(u);
    for (unsigned k = 0; k < n; k++) {
        const struct cat_fault *x = &c->faults[at[k]];
        among |= is_chosen(&s->d, x);
        if (ui_chip(u, form_id(a, "f:", x->code), form_name(a, x->name, x->name_en),
                    is_chosen(&s->d, x))) {
            choose(&s->d, x);
        }
    }
    if (f != NULL && !among && !s->d.in_words) {
        ui_chip(u, form_id(a, "f:", f->code), form_name(a, f->name, f->name_en), true);
    }
    if (c->nfaults > n && ui_chip(u, "all_faults", _("All faults…"), false)) {
        s->listing = true;
    }
    if (ui_chip(u, "in_words", _("In words"), s->d.in_words)) {
        s->d.in_words = !s->d.in_words;
        if (s->d.in_words) {
            ui_focus(u, "fault_words");
        }
    }
    ui_chips_end(u);
    if (s->d.in_words) {
        struct ui_field w = {.id = "fault_words",
                             .label = _("Fault in words"),
                             .text = s->d.words,
                             .cap = sizeof s->d.words,
                             .flags = UI_FIELD_MULTI};
        ui_field(u, &w);
    } else if (f != NULL && f->knowledge.n > 0) {
        ui_section(u, _("Knowledge"));
        ui_card_begin(u, NULL, NULL, NULL);
        ui_text(u, UI_BODY, shared_z(a, f->knowledge));
        ui_card_end(u);
    }
}

/* ---- cause, coverage ------------------------------------------------------------------------- */
static void cause(struct app *a, struct ui *u, struct diagnose *s)
{
    ui_section(u, _("Cause"));
    if (s->short_cause && s->d.cause == CAUSE_NONE) {
        ui_banner(u, "no-cause", UI_TONE_LATE, _("Choose the cause."));
    }
    ui_chips_begin(u);
    for (unsigned k = CAUSE_WEAR; k <= CAUSE_OTHER; k++) {
        if (ui_chip(u, shared_fmt(a, "cause:%u", k), shared_cause(k), s->d.cause == k)) {
            s->d.cause = k;
        }
    }
    ui_chips_end(u);
    if (s->d.cause == CAUSE_OTHER) {
        struct ui_field w = {.id = "cause_words",
                             .label = _("Cause in words"),
                             .text = s->d.cause_words,
                             .cap = sizeof s->d.cause_words,
                             .flags = UI_FIELD_MULTI};
        ui_field(u, &w);
    }
    ui_section(u, _("Responsibility"));
    ui_chips_begin(u);
    for (unsigned k = RESP_MAKER; k <= RESP_OTHER; k++) {
        if (ui_chip(u, shared_fmt(a, "resp:%u", k), shared_responsibility(k),
                    s->d.responsibility == k)) {
            s->d.responsibility = s->d.responsibility == k ? RESP_NONE : k;
        }
    }
    ui_chips_end(u);
    ui_section(u, _("Look"));
    ui_tick(u, "coverage", _("Warranty card or contract checked"), &s->d.coverage);
    ui_tick(u, "opened", _("Opened by somebody before"), &s->d.opened);
}

/* ---- service class --------------------------------------------------------------------------- */
static void propose(struct ui *u, struct form *d)
{
    static const char *const classes[] = {N_("A paid"), N_("B contract"), N_("C free")};
    static const char *const whys[] = {N_("Damage by the user"), N_("Other reason")};
    const char *names[3], *reasons[2];
    for (int k = 0; k < 3; k++) {
        names[k] = _(classes[k]);
    }
    for (int k = 0; k < 2; k++) {
        reasons[k] = _(whys[k]);
    }
    int c = (int)d->class_ - 1, w = (int)d->why - 1;
    if (ui_choice(u, "class", _("Which class do you propose?"), names, 3, &c)) {
        d->class_ = (unsigned)c + 1;
    }
    if (ui_choice(u, "why", _("Why?"), reasons, 2, &w)) {
        d->why = (unsigned)w + 1;
    }
    if (d->why == WHY_OTHER) {
        struct ui_field f = {.id = "class_words",
                             .label = _("Reason in words"),
                             .text = d->class_words,
                             .cap = sizeof d->class_words,
                             .flags = UI_FIELD_MULTI};
        ui_field(u, &f);
    }
    ui_text(u, UI_SMALL_MUTED, _("Headquarters confirms the class. Work goes on under yours."));
}

static void service_class(struct app *a, struct ui *u, struct form *d, const struct job_model *j,
                          bool missing)
{
    struct class_decision c = decided(j, d);
    ui_section(u, _("Service class"));
    ui_strip(u, shared_class(c.class_), shared_class_words(a, &c), NULL, UI_TONE_PLAIN);
    if (c.basis == BASIS_USER_DAMAGE) {
        ui_banner(u, "damage", UI_TONE_SOON,
                  _("Damage by the user is not covered by the warranty: the customer pays."));
    }
    if (ui_button(u, "other_class",
                  d->other_class ? _("Leave the class as decided") : _("Propose another class"),
                  UI_LINK)) {
        d->other_class = !d->other_class;
        d->class_ = CLASS_NONE;
        d->why = WHY_NONE;
    }
    if (d->other_class) {
        if (missing) {
            ui_banner(u, "no-class", UI_TONE_LATE, _("Choose the class, and say why."));
        }
        propose(u, d);
    }
}

/* Another class is proposed with a reason, or not at all. Words were sent once: not again. */
static bool half_proposed(struct app *a, const struct form *d)
{
    bool told = fold_fact(form_visit(a), KIND_PROPOSED) != NULL;
    return d->other_class && (d->class_ == CLASS_NONE || d->why == WHY_NONE ||
                              (d->why == WHY_OTHER && d->class_words[0] == '\0' && !told));
}

static void save(struct app *a, struct ui *u, struct diagnose *s, const struct job_model *j)
{
    struct form_fact f;
    make_diagnosis(a, &s->d, &f, NULL);
    s->short_fault = f.b.diagnosed.fault.n == 0 && !f.b.diagnosed.fault_words;
    s->short_cause = s->d.cause == CAUSE_NONE;
    s->short_class = half_proposed(a, &s->d);
    if (s->short_fault || s->short_cause || s->short_class) {
        ui_reveal(u, s->short_fault ? "no-fault" : s->short_cause ? "no-cause" : "no-class");
    } else {
        s->phase = 1;
        s->fresh = fold_fact(form_visit(a), KIND_VISIT_DIAGNOSED) == NULL;
        s->seen = app_result(a)->serial;
        go_on(a, s, j);
    }
}

SCREEN(diagnose)
{
    struct diagnose *s = app_screen_data(a, SCREEN_DIAGNOSE, sizeof *s);
    const struct job_model *j = app_job(a);
    enum rule r =
        j == NULL ? RULE_NOT_ACCEPTED : visit_may(&j->job, form_visit(a), KIND_VISIT_DIAGNOSED);
    if (s != NULL && j != NULL && s->listing) {
        list(a, u, s, j);
        form_keep(a, "diagnose", VERSION, &s->d, sizeof s->d);
        return;
    }
    bool busy = app_busy(a) != APP_IDLE || (s != NULL && s->phase != 0);
    struct ui_screen sc = {.id = "diagnose",
                           .title = _("Diagnose"),
                           .back = true,
                           .primary = form_busy(a, _("Save diagnosis")),
                           .primary_id = "save",
                           .primary_off = busy || r != RULE_OK};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL || j == NULL) {
        ui_screen_end(u);
        return;
    }
    shared_error(a, u, APP_SAVING, s->seen);
    form_rule(a, u, r);
    if (j->fault_told.n > 0) {
        ui_section(u, _("Fault as told"));
        ui_text(u, UI_BODY, shared_z(a, j->fault_told));
    }
    if (s->carried_ms != 0) {
        if (!s->told) {
            s->told = true;
            ui_reveal(u, "carried");
        }
        ui_banner(u, "carried", UI_TONE_INFO,
                  shared_fmt(a,
                             _("Carried over from the visit of %s. Look whether it still holds."),
                             app_time(a, s->carried_ms, true)));
    }
    fault(a, u, s, j);
    cause(a, u, s);
    s->short_class = s->short_class && half_proposed(a, &s->d);
    service_class(a, u, &s->d, j, s->short_class);
    ui_screen_end(u);
    if (s->phase == 0) {
        form_keep(a, "diagnose", VERSION, &s->d, sizeof s->d);
    }
    if ((hit & UI_HIT_PRIMARY) != 0 && !busy) {
        save(a, u, s, j);
    } else if ((hit & UI_HIT_BACK) != 0 && !busy) {
        app_back(a);
    } else {
        go_on(a, s, j);
    }
}

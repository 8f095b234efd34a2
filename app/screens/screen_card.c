/* screen_card.c - the repair card of a customer's thing: where it is, what was done to it in the
 * workshop, by whom it was inspected (B-02 3 to 6). The subject is the goods. */
#include <sodium.h>

#include "app/screens/goods.h"
#include "app/screens/help.h"
#include "app/screens/job_parts.h"
#include "app/screens/part_form.h"

enum { VERSION = 1 };
struct form {
    char minutes[16];
};
struct card {
    struct form d;
    bool bad_minutes, no_result;
    unsigned seen;
};

SCREEN_ENTER(card)
{
    struct card *s = app_screen_data(a, SCREEN_CARD, sizeof *s);
    if (s != NULL) {
        memset(s, 0, sizeof *s);
        s->seen = app_result(a)->serial;
        IGNORE(!form_load(a, "card", VERSION, &s->d, sizeof s->d)); /* a new one */
    }
}

/* ---- what is known --------------------------------------------------------------------------- */
static void time_pair(struct app *a, struct ui *u, const struct subject_state *g, int field,
                      const char *label, bool minute)
{
    const struct field_value *v = fold_shown(g, field);
    if (v != NULL && v->i > 0) {
        ui_pair(u, label,
                minute ? app_time(a, v->i, true) : shared_fmt(a, "%.10s", app_time(a, v->i, true)));
    }
}

static void text_pair(struct app *a, struct ui *u, const struct subject_state *g, int field,
                      const char *label)
{
    const struct field_value *v = fold_shown(g, field);
    h32 att;
    if (v == NULL) {
        return;
    }
    if (v->type == FT_CODE) {
        ui_pair(u, label, shared_z(a, bytes_str(bytes_of(v->b, v->nb))));
    } else if (v->type == FT_TEXT) {
        memcpy(att.b, v->b, sizeof att.b);
        ui_pair(u, label, shared_z(a, app_text(a, att, NULL)));
    }
}

static void person_pair(struct app *a, struct ui *u, const struct subject_state *g, int field,
                        const char *label)
{
    const struct field_value *v = fold_shown(g, field);
    id16 who;
    if (v == NULL || v->nb != sizeof who.b) {
        return;
    }
    memcpy(who.b, v->b, sizeof who.b);
    str name = app_person(a, who);
    ui_pair(u, label, name.n > 0 ? shared_z(a, name) : _("known at headquarters"));
}

static void known(struct app *a, struct ui *u, const struct job_model *j)
{
    const struct subject_state *g = &j->job;
    const struct field_value *minutes = fold_shown(g, F_GOODS_MINUTES);
    ui_card_begin(u, NULL, NULL, NULL);
    ui_pair_tone(u, _("Where it is"), goods_at(office_state(g)), UI_HEADING, UI_TONE_PLAIN);
    text_pair(a, u, g, F_GOODS_RECEIPT, _("Goods receipt"));
    text_pair(a, u, g, F_GOODS_WHAT, _("Goods"));
    ui_pair(u, _("Customer"), shared_z(a, j->customer_name));
    time_pair(a, u, g, F_GOODS_IN, _("Came in"), true);
    time_pair(a, u, g, F_GOODS_DUE, _("Planned for"), false);
    text_pair(a, u, g, F_GOODS_SHELF, _("Shelf"));
    person_pair(a, u, g, F_GOODS_REPAIRER, _("Repaired by"));
    if (minutes != NULL) {
        ui_pair(u, _("Minutes of repair"), shared_fmt(a, "%lld", (long long)minutes->i));
    }
    person_pair(a, u, g, F_GOODS_INSPECTOR, _("Inspected by"));
    time_pair(a, u, g, F_GOODS_PASSED, _("Passed inspection"), true);
    time_pair(a, u, g, F_GOODS_SIGNED_BACK, _("Customer signed for it"), true);
    ui_card_end(u);
}

/* Everybody's work on it, oldest first. */
static void done_so_far(struct app *a, struct ui *u, const struct job_model *j)
{
    unsigned n = 0;
    ui_section(u, _("Work in the workshop"));
    for (unsigned v = 0; v < j->job.nvisits; v++) {
        const struct visit_state *x = &j->job.visits[v];
        for (unsigned k = 0; k < x->nfacts; k++) {
            union body b;
            const struct fact *f = &x->facts[k];
            if (body_decode(f->kind, f->body, &b) != ST_OK || f->kind == KIND_VISIT_ACCEPTED) {
                continue;
            }
            const char *what = f->kind == KIND_VISIT_PART
                                   ? shared_fmt(a, "%s × %s", part_form_name(a, f, &b),
                                                app_qty(a, b.part.qty_milli))
                               : f->kind == KIND_VISIT_ACTION ? job_actions(a, NULL, &b.action)
                               : f->kind == KIND_VISIT_TESTED ? shared_result(b.tested.result)
                                                              : "";
            struct ui_row row = {.id = shared_fmt(a, "line:%u", n++),
                                 .still = true,
                                 .title = shared_fmt(a, _("%s: %s"), job_kind(f->kind), what),
                                 .line2 = app_time(a, f->wall_ms, true)};
            ui_row(u, &row);
        }
    }
    if (n == 0) {
        ui_text(u, UI_BODY_MUTED, _("Nothing was done in the workshop yet."));
    }
}

/* ---- steps ----------------------------------------------------------------------------------- */
static enum office_rule may(struct app *a, const struct job_model *j, const char *step, int field)
{
    const int given[] = {F_GOODS_REPAIRER, field, 0};
    return office_may(office_step(step), &j->job, given, app_me(a), ROLE_TECHNICIAN);
}

static void begin(struct app *a, const struct job_model *j)
{
    struct form_fact f;
    struct record_write w[3];
    uint8_t buf[CAP_BODY_BYTES];
    form_begin(a, &f, KIND_VISIT_ACCEPTED, NULL);
    randombytes_buf(f.b.head.visit.b, sizeof f.b.head.visit.b);
    w[0] = goods_ref(F_GOODS_REPAIRER, app_me(a));
    struct goods_step step = {.step = "goods.begin",
                              .goods = j->subject,
                              .seen = &j->job,
                              .w = w,
                              .n = 1,
                              .kind = f.kind};
    if (body_encode(f.kind, &f.b, buf, sizeof buf, &step.body) == ST_OK) {
        IGNORE(!app_goods_step(a, &step, NULL, SCREENS)); /* the button stays */
    }
}

/* A colleague had begun, or it was sent back: one's own card, the state as it is. */
static void join_in(struct app *a)
{
    struct form_fact f;
    form_begin(a, &f, KIND_VISIT_ACCEPTED, NULL);
    randombytes_buf(f.b.head.visit.b, sizeof f.b.head.visit.b);
    IGNORE(!form_send(a, &f, NULL, SCREENS)); /* the button stays */
}

static void ask_help(struct app *a, const struct job_model *j)
{
    struct record_write w[2];
    w[0] = goods_time(F_GOODS_HELP, app_now(a).wall_ms);
    struct goods_step step = {
        .step = "goods.help", .goods = j->subject, .seen = &j->job, .w = w, .n = 1};
    IGNORE(!app_goods_step(a, &step, NULL, SCREENS)); /* the button stays */
}

static void finish(struct app *a, struct ui *u, struct card *s, const struct job_model *j)
{
    int64_t minutes = 0;
    struct record_write w[4];
    s->no_result = fold_fact(j->visit, KIND_VISIT_TESTED) == NULL;
    s->bad_minutes = s->d.minutes[0] == '\0' || strchr(s->d.minutes, '.') != NULL ||
                     !form_qty(s->d.minutes, &minutes) || minutes <= 0;
    if (s->no_result || s->bad_minutes) {
        ui_reveal(u, s->no_result ? "no-result" : "minutes");
        return;
    }
    w[0] = goods_int(F_GOODS_MINUTES, FT_INT, minutes / 1000);
    w[1] = goods_ref(F_GOODS_REPAIRER, app_me(a));
    struct goods_step step = {
        .step = "goods.finish", .goods = j->subject, .seen = &j->job, .w = w, .n = 2};
    s->seen = app_result(a)->serial;
    IGNORE(!app_goods_step(a, &step, "card", SCREENS)); /* the button stays */
}

static void hint(struct app *a, struct ui *u, const struct job_model *j)
{
    static const char *const t[] = {
        [GOODS_TAKEN] = N_("Hand it to the clerk. Once he has entered it in the goods register, "
                           "sync, and the repair can begin."),
        [GOODS_FINISHED] = N_("The supervisor inspects it now. Sync to see the result."),
        [GOODS_PASSED] = N_("It has passed. Bring it back as a visit of its own."),
    };
    unsigned at = office_state(&j->job);
    if (at < sizeof t / sizeof t[0] && t[at] != NULL) {
        ui_banner(u, "hint", at == GOODS_PASSED ? UI_TONE_DONE : UI_TONE_INFO, _(t[at]));
    }
    if (at == GOODS_IN_WORK && fold_shown(&j->job, F_GOODS_INSPECTOR) != NULL) {
        ui_banner(u, "rejected", UI_TONE_LATE,
                  _("It did not pass the inspection. Repair it again, then finish it anew."));
    }
    if (office_late_unhelped(&j->job, app_now_ms(a))) {
        ui_banner(u, "late", UI_TONE_LATE,
                  _("The planned time is past. Ask the supervisor for help at once."));
    } else if (fold_shown(&j->job, F_GOODS_HELP) != NULL && at <= GOODS_IN_WORK) {
        ui_banner(u, "helped", UI_TONE_INFO,
                  office_help_waits(&j->job) ? _("Help was asked for.")
                                             : _("Your help request is answered"));
        IGNORE(help_answers(a, u, &j->job, office_help(&j->job)) == 0); /* it waits */
    }
}

static void bench(struct app *a, struct ui *u, struct card *s, const struct job_model *j)
{
    bool busy = app_busy(a) != APP_IDLE;
    unsigned off = busy ? UI_OFF : 0U;
    if (j->visit != NULL) {
        if (ui_button_icon(u, "work", _("Work and parts"), UI_ICON_PART, UI_SECONDARY | off)) {
            app_go(a, SCREEN_WORK, j->subject);
        }
        bool tested = visit_may(&j->job, j->visit, KIND_VISIT_TESTED) == RULE_OK;
        if (ui_button(u, "test", _("Test"), UI_SECONDARY | (tested ? off : UI_OFF))) {
            app_go(a, SCREEN_TEST, j->subject);
        }
        if (s->no_result && fold_fact(j->visit, KIND_VISIT_TESTED) == NULL) {
            ui_banner(u, "no-result", UI_TONE_LATE, _("Enter the result of the test first."));
        }
        struct ui_field minutes = {.id = "minutes",
                                   .label = _("Minutes of repair"),
                                   .text = s->d.minutes,
                                   .cap = sizeof s->d.minutes,
                                   .flags = UI_FIELD_NUMERIC};
        form_field(u, &minutes, &s->bad_minutes, _("A whole number of minutes, such as 45."));
    }
    if (fold_shown(&j->job, F_GOODS_HELP) == NULL &&
        ui_button(u, "help", _("Ask for help"), UI_LINK | off)) {
        ask_help(a, j);
    }
}

SCREEN(card)
{
    struct card *s = app_screen_data(a, SCREEN_CARD, sizeof *s);
    const struct job_model *j = app_job(a);
    struct ui_screen sc = {.id = "card", .title = _("Repair card"), .back = true};
    bool have = s != NULL && j != NULL && j->is_goods;
    unsigned at = have ? office_state(&j->job) : 0;
    bool join = at == GOODS_IN_WORK && j->visit == NULL;
    if (have && may(a, j, "goods.begin", 0) == OFFICE_OK) {
        sc.primary = form_busy(a, _("Begin the repair"));
        sc.primary_id = "begin";
    } else if (have && join) {
        sc.primary = form_busy(a, _("Work on it too"));
        sc.primary_id = "join";
    } else if (have && may(a, j, "goods.finish", F_GOODS_MINUTES) == OFFICE_OK) {
        sc.primary = form_busy(a, _("Repair is done"));
        sc.primary_id = "finish";
    } else if (have && j->has_call) {
        sc.primary = _("To the job");
        sc.primary_id = "to-job";
    }
    sc.primary_off = app_busy(a) != APP_IDLE;
    unsigned hit = ui_screen_begin(u, &sc);
    if (!have) {
        ui_empty(u, UI_ICON_WARNING, _("This repair card is not on this device. Sync to fetch it."),
                 "none", NULL);
    } else {
        shared_error(a, u, APP_SAVING, s->seen);
        hint(a, u, j);
        known(a, u, j);
        done_so_far(a, u, j);
        if (at == GOODS_IN || at == GOODS_IN_WORK) {
            bench(a, u, s, j);
        }
    }
    ui_screen_end(u);
    if (have && at == GOODS_IN_WORK) {
        form_keep(a, "card", VERSION, &s->d, sizeof s->d);
    } else if (have) {
        memset(&s->d, 0, sizeof s->d); /* finished: what was typed is on the card */
    }
    if ((hit & UI_HIT_BACK) != 0) {
        app_go(a, have && j->has_call ? SCREEN_JOB : SCREEN_TODAY,
               have && j->has_call ? j->call.subject : (id16){{0}});
    } else if ((hit & UI_HIT_PRIMARY) != 0 && app_busy(a) == APP_IDLE) {
        s->seen = app_result(a)->serial;
        if (strcmp(sc.primary_id, "begin") == 0) {
            begin(a, j);
        } else if (strcmp(sc.primary_id, "join") == 0) {
            join_in(a);
        } else if (strcmp(sc.primary_id, "finish") == 0) {
            finish(a, u, s, j);
        } else {
            app_go(a, SCREEN_JOB, j->call.subject);
        }
    }
}

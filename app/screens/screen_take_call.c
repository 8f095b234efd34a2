/* screen_take_call.c - a repair call that the technician takes himself, on site or by phone: whose,
 * which equipment, what is wrong, when. With no network; it becomes a job of his at once, under a
 * provisional number, until headquarters gives it the official one (A-01, J-12).
 *
 * The subject is the customer where he is ("another piece of equipment here"), or none. */
#include "app/screens/call_form.h"
#include "app/screens/day_form.h"
#include "core/base/utf8.h"

enum { VERSION = 1, OWN_SHOWN = 5 };

/* The subject of this screen; zero: from Today. */
static id16 here(struct app *a)
{
    const struct job_model *j = app_job(a);
    return j == NULL ? (id16){{0}} : j->subject;
}

SCREEN_ENTER(take_call)
{
    struct call_screen *s = app_screen_data(a, SCREEN_TAKE_CALL, sizeof *s);
    if (s == NULL) {
        return;
    }
    memset(s, 0, sizeof *s);
    s->seen = app_result(a)->serial;
    if (!form_load(a, "take_call", VERSION, &s->d, sizeof s->d)) {
        s->d.customer = here(a);
    }
}

/* ---- whose ------------------------------------------------------------------------------------
 */

static void line(struct ui *u, const char *id, const char *label, char *text, size_t cap,
                 unsigned flags, const char *error)
{
    struct ui_field f = {
        .id = id, .label = label, .text = text, .cap = cap, .flags = flags, .error = error};
    ui_field(u, &f);
}

static void new_customer(struct app *a, struct ui *u, struct call_screen *s)
{
    struct call_form *f = &s->d;
    struct file_row same;
    line(u, "name", _("Name of the customer"), f->name, sizeof f->name, 0,
         s->missing == CALL_NO_CUSTOMER ? _("Say whose call it is.") : NULL);
    line(u, "phone", _("Phone"), f->phone, sizeof f->phone, 0,
         s->missing == CALL_NO_PHONE ? _("A number to call back is needed.") : NULL);
    line(u, "address", _("Address"), f->address, sizeof f->address, UI_FIELD_MULTI,
         s->missing == CALL_NO_ADDRESS ? _("Say where it is.") : NULL);
    if (call_form_same(a, f, &same)) {
        struct ui_row row = {.id = "same",
                             .icon = UI_ICON_INFO,
                             .title =
                                 shared_fmt(a, _("On file already: %s"), shared_z(a, same.name)),
                             .line2 = shared_z(a, same.phone),
                             .line3 = shared_z(a, same.address),
                             .chevron = true};
        if (ui_row(u, &row)) {
            call_form_customer(f, same.subject);
        }
    }
    if (ui_button(u, "find", _("Find one on file"), UI_LINK)) {
        f->page = CALL_FIND_CUSTOMER;
    }
}

static void customer(struct app *a, struct ui *u, struct call_screen *s)
{
    struct call_form *f = &s->d;
    struct file_row r;
    id16 none = {{0}};
    ui_section(u, _("Customer"));
    if (app_file_get(a, f->customer, &r)) {
        struct ui_row row = {.id = "customer",
                             .icon = UI_ICON_PERSON,
                             .title = r.name.n > 0 ? shared_z(a, r.name) : _("No name on file"),
                             .line2 = shared_z(a, r.phone),
                             .line3 = shared_z(a, r.address),
                             .checked = true};
        if (ui_row(u, &row)) {
            f->page = CALL_FIND_CUSTOMER;
        }
        return;
    }
    if (f->fresh) {
        new_customer(a, u, s);
        return;
    }
    if (s->missing == CALL_NO_CUSTOMER) {
        ui_banner(u, "whose", UI_TONE_LATE, _("Say whose call it is."));
    }
    if (ui_button_icon(u, "find", _("Find the customer"), UI_ICON_SEARCH, UI_SECONDARY)) {
        f->page = CALL_FIND_CUSTOMER;
    }
    if (ui_button_icon(u, "fresh", _("New customer"), UI_ICON_EDIT, UI_SECONDARY)) {
        call_form_customer(f, none);
        f->fresh = f->in_words = true;
    }
}

/* ---- which equipment --------------------------------------------------------------------------
 */

/* It has an open job already: said, and that one a tap away. */
static void twice(struct app *a, struct ui *u, const struct call_form *f)
{
    id16 job;
    str name, code;
    if (!app_call_double(a, f->equipment, &job)) {
        return;
    }
    app_job_name(a, job, &name, &code);
    ui_banner(u, "double", UI_TONE_SOON,
              shared_fmt(a,
                         _("This equipment has an open job already: %s. Take another one only for "
                           "another fault."),
                         shared_z(a, code)));
    if (ui_button(u, "open-double", _("Open that job"), UI_LINK)) {
        app_go(a, SCREEN_JOB, job);
    }
}

static void machine_row(struct app *a, struct ui *u, struct call_form *f, id16 id, unsigned k)
{
    struct file_row m;
    if (!app_file_get(a, id, &m)) {
        return;
    }
    const char *name = call_form_machine(a, &m);
    struct ui_row row = {.id = shared_fmt(a, "e:%u", k),
                         .icon = UI_ICON_PART,
                         .title = name[0] == '\0' ? _("No name on file") : name,
                         .line2 = shared_z(a, m.address),
                         .checked = id16_eq(id, f->equipment)};
    if (ui_row(u, &row)) {
        call_form_equipment(f, &m);
    }
}

static void in_words(struct app *a, struct ui *u, struct call_screen *s)
{
    struct call_form *f = &s->d;
    line(u, "what", _("Equipment"), f->what, sizeof f->what, 0,
         s->missing == CALL_NO_EQUIPMENT ? _("Say what it is.") : NULL);
    line(u, "maker", _("Maker"), f->maker, sizeof f->maker, 0, NULL);
    line(u, "model", _("Model"), f->model, sizeof f->model, 0, NULL);
    line(u, "serial", _("Serial"), f->serial, sizeof f->serial,
         UI_FIELD_SCAN | UI_FIELD_UPPER | UI_FIELD_ASCII,
         s->bad_serial ? _("A serial has letters and digits, at most 32.") : NULL);
    id16 id;
    unsigned n;
    if (f->serial[0] != '\0' && app_file_serial(a, f->serial, &id, &n)) {
        struct file_row m;
        if (app_file_get(a, id, &m)) {
            struct ui_row row = {
                .id = "same-serial",
                .icon = UI_ICON_INFO,
                .title = shared_fmt(a, _("On file already: %s"), call_form_machine(a, &m)),
                .line2 = shared_z(a, m.address),
                .chevron = true};
            if (ui_row(u, &row)) {
                char serial[sizeof f->serial];
                memcpy(serial, f->serial, sizeof serial);
                call_form_scan(a, u, s, serial);
            }
        }
    }
}

static void equipment(struct app *a, struct ui *u, struct call_screen *s)
{
    struct call_form *f = &s->d;
    id16 his[CALL_OWN];
    size_t n = app_file_of(a, f->customer, his, CALL_OWN);
    ui_section(u, _("Equipment"));
    if (s->elsewhere[0] != '\0') {
        ui_banner(u, "elsewhere", UI_TONE_LATE,
                  shared_fmt(a,
                             _("The scanned equipment is on file with %s. Choose that customer, "
                               "or scan again."),
                             s->elsewhere));
    }
    bool among = id16_zero(f->equipment);
    for (size_t k = 0; k < n && k < OWN_SHOWN; k++) {
        among = among || id16_eq(his[k], f->equipment);
        machine_row(a, u, f, his[k], (unsigned)k);
    }
    if (!among) {
        machine_row(a, u, f, f->equipment, OWN_SHOWN);
    }
    if (n > OWN_SHOWN) {
        struct ui_row row = {.id = "all-equipment",
                             .icon = UI_ICON_SEARCH,
                             .title =
                                 shared_fmt(a, ngettext("All %zu piece", "All %zu pieces", n), n),
                             .chevron = true};
        if (ui_row(u, &row)) {
            f->page = CALL_FIND_EQUIPMENT;
        }
    }
    if (s->missing == CALL_NO_EQUIPMENT && !f->in_words) {
        ui_banner(u, "which", UI_TONE_LATE, _("Say which equipment it is."));
    }
    if (f->in_words) {
        in_words(a, u, s);
    } else if (ui_button_icon(u, "in-words", _("Not on file: say it in words"), UI_ICON_EDIT,
                              UI_LINK)) {
        f->equipment = (id16){{0}};
        f->in_words = true;
        ui_focus(u, "what");
    }
    ui_text(u, UI_SMALL_MUTED, _("Or scan its serial number."));
    twice(a, u, f);
}

/* ---- the call ---------------------------------------------------------------------------------
 */

static void call(struct app *a, struct ui *u, struct call_screen *s)
{
    struct call_form *f = &s->d;
    const char *const days[] = {_("No time asked for"), _("Today"), _("Tomorrow"),
                                _("In two days")};
    ui_section(u, _("The call"));
    line(u, "fault", _("Fault as told"), f->fault, sizeof f->fault, UI_FIELD_MULTI,
         s->missing == CALL_NO_FAULT ? _("Say what is wrong with it.") : NULL);
    ui_choice(u, "day", _("Time asked for"), days, 4, &f->day);
    if (f->day > 0) {
        struct ui_field at = {.id = "time",
                              .label = _("At"),
                              .hint = _("like 930"),
                              .text = f->time,
                              .cap = sizeof f->time,
                              .flags = UI_FIELD_NUMERIC,
                              .error = s->bad_time ? _("A time is like 930 or 1530.")
                                       : s->missing == CALL_TIME
                                           ? _("This time is over. Ask for another one.")
                                           : NULL};
        ui_field(u, &at);
    }
    line(u, "who", _("Who called"), f->contact, sizeof f->contact, 0, NULL);
    line(u, "who-phone", _("Phone of whoever called"), f->contact_phone, sizeof f->contact_phone, 0,
         NULL);
    ui_card_begin(u, NULL, NULL, NULL);
    ui_pair(u, _("Provisional number"), shared_z(a, app_call_number(a)));
    ui_text(u, UI_SMALL_MUTED, _("Headquarters gives the official number; both lead to this job."));
    ui_card_end(u);
}

static str words(struct app *a, const char *text)
{
    str clean = {NULL, 0};
    return utf8_clean(app_frame(a), str_c(text), &clean) == ST_OK ? clean : (str){NULL, 0};
}

/* When he asked for; 0: for no time. False: it is no time of a day. */
static bool asked_for(struct app *a, const struct call_form *f, int64_t *ms)
{
    int min = 0;
    *ms = 0;
    if (f->day == 0) {
        return true;
    }
    if (!day_form_clock(f->time, &min)) {
        return false;
    }
    *ms = app_midnight(a, app_now_ms(a)) + ((int64_t)(f->day - 1) * DAY_MINUTES + min) * 60000LL;
    return true;
}

static void bring_into_view(struct ui *u, const struct call_screen *s)
{
    static const char *const ids[CALL_RULES] = {
        [CALL_NO_ADDRESS] = "address",
        [CALL_NO_PHONE] = "phone",
        [CALL_NO_FAULT] = "fault",
        [CALL_TIME] = "time",
    };
    const char *id = s->missing == CALL_NO_CUSTOMER    ? (s->d.fresh ? "name" : "whose")
                     : s->missing == CALL_NO_EQUIPMENT ? (s->d.in_words ? "what" : "which")
                     : s->bad_serial                   ? "serial"
                     : s->bad_time                     ? "time"
                                                       : ids[s->missing];
    if (id != NULL) {
        ui_reveal(u, id);
    }
}

static void save(struct app *a, struct ui *u, struct call_screen *s)
{
    struct call_form *f = &s->d;
    struct file_row r = {.type = 0};
    bool known = app_file_get(a, f->customer, &r);
    struct call_intent c = {.called_ms = f->called_ms, .zone = r.zone};
    c.customer = known ? f->customer : (id16){{0}};
    c.name = known ? (str){NULL, 0} : words(a, f->name);
    c.phone = known ? (str){NULL, 0} : words(a, f->phone);
    c.address = known ? (str){NULL, 0} : words(a, f->address);
    c.equipment = f->in_words ? (id16){{0}} : f->equipment;
    c.what = f->in_words ? words(a, f->what) : (str){NULL, 0};
    c.maker = words(a, f->maker);
    c.model = words(a, f->model);
    c.fault = words(a, f->fault);
    c.contact = words(a, f->contact);
    c.contact_phone = words(a, f->contact_phone);
    s->bad_time = !asked_for(a, f, &c.asked_ms);
    s->bad_serial = f->in_words && f->serial[0] != '\0' && !form_code(f->serial, &c.serial);
    const struct call_told told = {.customer = known,
                                   .name = c.name.n > 0,
                                   .address = c.address.n > 0,
                                   .phone = c.phone.n > 0 || c.contact_phone.n > 0,
                                   .equipment = !id16_zero(c.equipment),
                                   .what = c.what.n > 0,
                                   .fault = c.fault.n > 0,
                                   .called_ms = f->called_ms,
                                   .asked_ms = c.asked_ms,
                                   .now_ms = app_now_ms(a)};
    s->missing = call_missing(&told);
    s->then = *f;
    if (s->missing != CALL_OK || s->bad_time || s->bad_serial) {
        bring_into_view(u, s);
        return;
    }
    s->seen = app_result(a)->serial;
    s->sent = app_call_take(a, &c, "take_call", SCREEN_JOB);
}

/* The clock starts when the first word of it was said. */
static void start_clock(struct app *a, struct call_form *f)
{
    bool said = f->name[0] != '\0' || f->phone[0] != '\0' || f->fault[0] != '\0' ||
                f->what[0] != '\0' || f->contact[0] != '\0' || !id16_zero(f->equipment) ||
                (!id16_zero(f->customer) && !id16_eq(f->customer, here(a)));
    if (f->called_ms == 0 && said) {
        f->called_ms = app_now_ms(a);
    }
}

/* It did not get into the journal: the button stays, and the draft is kept again. */
static bool underway(struct app *a, struct call_screen *s)
{
    if (s->sent && app_busy(a) == APP_IDLE && app_result(a)->serial != s->seen) {
        s->sent = app_result(a)->st == ST_OK;
    }
    return s->sent;
}

SCREEN(take_call)
{
    struct call_screen *s = app_screen_data(a, SCREEN_TAKE_CALL, sizeof *s);
    if (s != NULL && s->d.page != CALL_MAIN) {
        call_form_find(a, u, s);
        start_clock(a, &s->d);
        form_keep(a, "take_call", VERSION, &s->d, sizeof s->d);
        return;
    }
    bool sent = s != NULL && underway(a, s);
    if (s != NULL && memcmp(&s->then, &s->d, sizeof s->d) != 0) {
        s->missing = CALL_OK; /* it was put right, perhaps: Save says what is still missing */
        s->bad_time = s->bad_serial = false;
    }
    struct ui_screen sc = {.id = "take_call",
                           .title = _("Take a call"),
                           .back = true,
                           .primary = form_busy(a, _("Take the call")),
                           .primary_id = "take",
                           .primary_off = s == NULL || sent || app_busy(a) != APP_IDLE};
    unsigned hit = ui_screen_begin(u, &sc);
    if (s != NULL) {
        shared_error(a, u, APP_SAVING, s->seen);
        customer(a, u, s);
        equipment(a, u, s);
        call(a, u, s);
        const char *scan = ui_scan(u); /* that no field took */
        if (scan != NULL) {
            call_form_scan(a, u, s, scan);
        }
    }
    ui_screen_end(u);
    if (s != NULL && !sent) {
        start_clock(a, &s->d);
        form_keep(a, "take_call", VERSION, &s->d, sizeof s->d);
    }
    if ((hit & UI_HIT_BACK) != 0) {
        app_back(a);
    } else if (s != NULL && (hit & UI_HIT_PRIMARY) != 0 && !sent) {
        save(a, u, s);
    }
}

/* call_form.c - see call_form.h. */
#include "app/screens/call_form.h"
#include "app/screens/find.h"

void call_form_customer(struct call_form *f, id16 customer)
{
    if (!id16_eq(f->customer, customer)) {
        f->equipment = (id16){{0}}; /* the machine was another's */
    }
    f->customer = customer;
    f->fresh = false;
}

void call_form_equipment(struct call_form *f, const struct file_row *machine)
{
    f->equipment = machine->subject;
    f->in_words = false;
}

const char *call_form_machine(struct app *a, const struct file_row *m)
{
    bool both = m->name.n > 0 && m->phone.n > 0;
    return shared_fmt(a, "%.*s%s%.*s", (int)m->name.n, m->name.n == 0 ? "" : m->name.p,
                      both ? " · " : "", (int)m->phone.n, m->phone.n == 0 ? "" : m->phone.p);
}

void call_form_scan(struct app *a, struct ui *u, struct call_screen *s, const char *scan)
{
    struct call_form *f = &s->d;
    struct file_row m, c;
    id16 id;
    unsigned n;
    if (strlen(scan) > CAP_CODE_BYTES) { /* half of it would be another machine's */
        ui_toast(u, UI_TONE_LATE, _("This code is too long for this field. Nothing was changed."));
        return;
    }
    memset(s->elsewhere, 0, sizeof s->elsewhere);
    if (!app_file_serial(a, scan, &id, &n) || !app_file_get(a, id, &m)) {
        f->equipment = (id16){{0}};
        f->in_words = true;
        form_put_text(f->serial, sizeof f->serial, str_c(scan));
        return;
    }
    id16 owner = app_file_owner(a, &m);
    bool chosen = !id16_zero(f->customer) || f->fresh;
    if (chosen && !id16_zero(owner) && !id16_eq(owner, f->customer)) {
        bool named = app_file_get(a, owner, &c);
        form_put_text(s->elsewhere, sizeof s->elsewhere,
                      named && c.name.n > 0 ? c.name : str_c(_("another customer")));
        return;
    }
    if (!chosen && !id16_zero(owner)) {
        call_form_customer(f, owner);
    }
    call_form_equipment(f, &m);
}

/* Digits only: "0755-123" and "0755 123" are one number. */
static bool same_phone(str x, const char *y)
{
    size_t k = 0, digits = 0;
    for (; *y != '\0'; y++) {
        if (*y < '0' || *y > '9') {
            continue;
        }
        while (k < x.n && (x.p[k] < '0' || x.p[k] > '9')) {
            k++;
        }
        if (k == x.n || x.p[k++] != *y) {
            return false;
        }
        digits++;
    }
    while (k < x.n && (x.p[k] < '0' || x.p[k] > '9')) {
        k++;
    }
    return digits >= 5 && k == x.n;
}

bool call_form_same(struct app *a, const struct call_form *f, struct file_row *out)
{
    bool whole;
    size_t rows = app_file_count(a, &whole);
    if (f->name[0] == '\0' && f->phone[0] == '\0') {
        return false;
    }
    for (size_t k = 0; k < rows; k++) {
        app_file_row(a, k, out);
        if (out->type == SUBJECT_CUSTOMER &&
            ((f->name[0] != '\0' && str_eq(out->name, str_c(f->name))) ||
             same_phone(out->phone, f->phone))) {
            return true;
        }
    }
    return false;
}

/* ---- the page that finds ----------------------------------------------------------------------
 */

static bool has(const struct file_row *r, const char *plain)
{
    const str texts[] = {r->name, r->phone, r->address};
    return find_in(texts, sizeof texts / sizeof texts[0], plain);
}

/* Worked out when what is typed, or what is on file, has changed. */
static void look(struct app *a, struct call_screen *s)
{
    bool whole;
    size_t rows = app_file_count(a, &whole);
    if (s->looked && s->rows == rows && s->whole == whole && s->done_page == s->d.page &&
        strcmp(s->done, s->d.search) == 0) {
        return;
    }
    id16 his[CALL_OWN];
    char plain[FIND_BYTES];
    find_plain(s->d.search, plain);
    size_t nhis =
        s->d.page == CALL_FIND_EQUIPMENT ? app_file_of(a, s->d.customer, his, CALL_OWN) : 0;
    s->looked = true;
    s->rows = rows;
    s->whole = whole;
    s->done_page = s->d.page;
    memcpy(s->done, s->d.search, sizeof s->done);
    s->n = 0;
    s->more = false;
    for (size_t k = 0; k < rows && !s->more; k++) {
        struct file_row r;
        app_file_row(a, k, &r);
        bool wanted = s->d.page == CALL_FIND_CUSTOMER
                          ? r.type == SUBJECT_CUSTOMER || s->d.search[0] != '\0'
                          : false;
        for (size_t i = 0; i < nhis && !wanted; i++) {
            wanted = id16_eq(his[i], r.subject);
        }
        if (!wanted || !has(&r, plain)) {
            continue;
        }
        s->more = s->n == CALL_HITS;
        if (!s->more) {
            s->at[s->n++] = (uint32_t)k;
        }
    }
}

static void choose(struct app *a, struct call_screen *s, const struct file_row *r)
{
    struct file_row c;
    if (r->type == SUBJECT_CUSTOMER) {
        call_form_customer(&s->d, r->subject);
    } else {
        id16 owner = s->d.page == CALL_FIND_CUSTOMER ? app_file_owner(a, r) : s->d.customer;
        if (!id16_zero(owner) && app_file_get(a, owner, &c)) {
            call_form_customer(&s->d, owner);
        }
        call_form_equipment(&s->d, r);
    }
    s->d.page = CALL_MAIN;
    memset(s->d.search, 0, sizeof s->d.search);
    memset(s->elsewhere, 0, sizeof s->elsewhere);
}

static void found(struct app *a, struct ui *u, struct call_screen *s)
{
    struct ui_list l;
    ui_list_begin(u, &l, s->d.page == CALL_FIND_CUSTOMER ? "customers" : "machines", s->n);
    while (ui_list_next(u, &l)) {
        struct file_row r, c = {.type = 0};
        app_file_row(a, s->at[l.index], &r);
        bool machine = r.type == SUBJECT_EQUIPMENT;
        if (machine && s->d.page == CALL_FIND_CUSTOMER) {
            IGNORE(!app_file_get(a, r.customer, &c)); /* not known: the row has two lines */
        }
        struct ui_row row = {.id = shared_fmt(a, "hit:%zu", l.index),
                             .icon = machine ? UI_ICON_PART : UI_ICON_PERSON,
                             .title = machine ? call_form_machine(a, &r) : shared_z(a, r.name),
                             .line2 = shared_z(a, machine ? r.address : r.phone),
                             .line3 = shared_z(a, machine ? c.name : r.address),
                             .chevron = true};
        if (row.title[0] == '\0') {
            row.title = _("No name on file");
        }
        if (ui_row(u, &row)) {
            choose(a, s, &r);
        }
    }
    ui_list_end(u, &l);
}

void call_form_find(struct app *a, struct ui *u, struct call_screen *s)
{
    bool customers = s->d.page == CALL_FIND_CUSTOMER;
    struct ui_screen sc = {.id = customers ? "find-customer" : "find-equipment",
                           .title = customers ? _("Whose call is it?") : _("Which equipment?"),
                           .back = true,
                           .secondary = customers ? _("New customer") : _("Not on file"),
                           .secondary_id = "fresh"};
    unsigned hit = ui_screen_begin(u, &sc);
    const char *scan = ui_scan(u);
    if (scan != NULL) {
        call_form_scan(a, u, s, scan);
        s->d.page = CALL_MAIN;
    }
    ui_search(u, "search", customers ? _("Name, phone, address, serial") : _("Name, model, serial"),
              s->d.search, sizeof s->d.search);
    look(a, s);
    if (s->n == 0 && s->whole) {
        ui_empty(u, UI_ICON_SEARCH,
                 s->rows == 0 ? _("No customer is on this device yet. Sync to fetch them, or "
                                  "enter a new one.")
                              : _("Nothing found. Check the spelling, or search for less."),
                 NULL, NULL);
    }
    found(a, u, s);
    if (s->more) {
        ui_text(u, UI_SMALL_MUTED, _("There are more. Type more to narrow them down."));
    } else if (!s->whole) {
        ui_text(u, UI_SMALL_MUTED, _("The files are still being looked through."));
    }
    ui_screen_end(u);
    if ((hit & UI_HIT_SECONDARY) != 0) {
        id16 none = {{0}};
        if (customers) {
            call_form_customer(&s->d, none);
        }
        s->d.fresh = s->d.fresh || customers;
        s->d.equipment = none;
        s->d.in_words = true;
    }
    if ((hit & (UI_HIT_BACK | UI_HIT_SECONDARY)) != 0) {
        s->d.page = CALL_MAIN;
        memset(s->d.search, 0, sizeof s->d.search);
    }
}

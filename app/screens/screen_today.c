/* screen_today.c - the day's jobs, nearest deadline first; search and done ones; sync in one line.
 */
#include <string.h>

#include "app/screens/screens.h"
#include "core/rules/service.h"
#include "core/rules/visit.h"

struct today_screen {
    char search[64];
    bool searching, more;
    int which; /* 0 open, 1 done */
};

static void sync_line(struct app *a, struct ui *u)
{
    struct sync_state s;
    app_sync_state(a, &s);
    const char *text;
    enum ui_place place = UI_PLACE_HQ;
    if (s.unsent > 0) {
        place = UI_PLACE_HERE;
        text = shared_fmt(a,
                          ngettext("%llu entry saved here, not yet at headquarters",
                                   "%llu entries saved here, not yet at headquarters",
                                   (unsigned long)s.unsent),
                          (unsigned long long)s.unsent);
    } else if (s.last_receipt_ms == 0) {
        place = UI_PLACE_NONE;
        text = _("Nothing to send");
    } else {
        text = shared_fmt(a, _("All at headquarters, receipt of %s"),
                          app_time(a, s.last_receipt_ms, true));
    }
    id16 none = {{0}};
    if (ui_status(u, "sync", place, text)) {
        app_go(a, SCREEN_SYNC, none);
    }
    if (app_clock_wrong(a)) {
        struct ui_row row = {.id = "clock",
                             .icon = UI_ICON_WARNING,
                             .still = true,
                             .title = _("The clock of this device is wrong"),
                             .line2 = shared_fmt(a, _("It is %s. Set the clock. Nothing is lost."),
                                                 app_time(a, app_now_ms(a), true))};
        ui_row(u, &row);
    }
    if (s.conflicts > 0) {
        struct ui_row row = {.id = "conflicts",
                             .icon = UI_ICON_WARNING,
                             .chevron = true,
                             .title = shared_fmt(a,
                                                 ngettext("%u conflict to look at",
                                                          "%u conflicts to look at", s.conflicts),
                                                 s.conflicts)};
        if (ui_row(u, &row)) {
            app_go(a, SCREEN_CONFLICTS, none);
        }
    }
}

/* Where the visit stands, else which limit the time left is of; under it another that runs out. */
static const char *beside(struct app *a, const struct today_row *r, bool counts)
{
    const char *at = r->row.cancelled                 ? _("cancelled")
                     : r->reopened                    ? _("sign again")
                     : r->help == VISIT_HELP_ANSWERED ? _("help answered")
                     : r->help == VISIT_HELP_WAITS    ? _("help asked")
                     : r->row.end >= END_TAKEN        ? shared_end(r->row.end)
                     : r->row.stage > VISIT_NONE      ? shared_stage(r->row.stage)
                                                      : NULL;
    if (counts && !r->reopened) {
        const char *of = shared_limit(a, &r->deadline[0], r->zone);
        at = at == NULL ? of : shared_fmt(a, "%s · %s", at, of);
        at = r->ndeadlines < 2 ? at
                               : shared_fmt(a, "%s\n%s", at, shared_limit_left(a, &r->deadline[1]));
    }
    return at;
}

static void job_row(struct app *a, struct ui *u, size_t index)
{
    struct today_row r;
    bool ok = app_today_row(a, index, &r);
    char id[48] = "job:";
    for (int k = 0; k < 16; k++) {
        static const char hex[] = "0123456789abcdef";
        id[4 + 2 * k] = hex[r.row.subject.b[k] >> 4];
        id[5 + 2 * k] = hex[r.row.subject.b[k] & 15];
    }
    if (!ok) {
        struct ui_row bad = {.id = id,
                             .icon = UI_ICON_WARNING,
                             .still = true,
                             .title = _("This job cannot be shown"),
                             .line2 = _("It is kept. Sync, then look again.")};
        ui_row(u, &bad);
        return;
    }
    enum ui_tone tone = UI_TONE_PLAIN;
    const char *left = NULL;
    bool over = r.row.stage >= VISIT_SIGNED || r.row.cancelled;
    if (r.ndeadlines > 0 && !over) {
        left = shared_left(
            a, deadline_left_minutes(r.deadline, &app_catalogue(a)->calendars, app_now_ms(a)),
            &tone);
    }
    const char *sub = shared_fmt(a, "%.*s%s%.*s", (int)r.equipment.n, r.equipment.p,
                                 r.equipment.n > 0 && r.fault_told.n > 0 ? " · " : "",
                                 (int)r.fault_told.n, r.fault_told.p);
    struct ui_row row = {.id = id,
                         .box = r.class_ == CLASS_NONE ? NULL : shared_class(r.class_),
                         .title = r.customer.n > 0 ? shared_z(a, r.customer)
                                  : r.code.n > 0   ? shared_z(a, r.code)
                                                   : _("Customer not known"),
                         .line2 = sub,
                         .line3 = shared_z(a, r.address),
                         .big = r.reopened ? _("Reopened") : left,
                         .big_tone = r.reopened ? UI_TONE_LATE : tone,
                         .right2 = beside(a, &r, left != NULL),
                         .place =
                             r.row.stage == VISIT_NONE ? UI_PLACE_NONE : shared_place_sign(r.place),
                         .place_text = r.row.stage == VISIT_NONE ? NULL : shared_place(r.place),
                         .chevron = true,
                         .marked = index == 0 && !over};
    if (ui_row(u, &row)) {
        app_go(a, SCREEN_JOB, r.row.subject);
    }
}

/* The one next step: the job whose time runs out first; without any, to fetch some. Not while
 * something is looked for. */
static bool next_job(struct app *a, const struct today_screen *s, struct ui_screen *sc, id16 *job)
{
    struct today_row r;
    if (s == NULL || s->searching || s->which != 0) {
        return false;
    }
    app_today_filter(a, "", LIST_JOBS_OPEN);
    size_t n = app_today_count(a);
    if (n == 0) {
        sc->primary = _("Sync");
        sc->primary_id = "sync-now";
    }
    if (n == 0 || !app_today_row(a, 0, &r)) {
        return false;
    }
    str who = r.customer.n > 0 ? r.customer : r.code;
    sc->title = shared_fmt(a, ngettext("Today · %lu job", "Today · %lu jobs", (unsigned long)n),
                           (unsigned long)n);
    sc->above = shared_fmt(a, _("Next: %.*s"), (int)who.n, who.p);
    sc->primary = r.row.stage > VISIT_NONE ? _("Go on with this job") : _("To the next job");
    sc->primary_id = "next";
    *job = r.row.subject;
    return true;
}

/* Before it hurts: what is recorded, signed and synced has a reserve; photos do not. */
static void space(struct app *a, struct ui *u)
{
    bool full;
    const char *words = app_space_words(a, &full);
    if (words != NULL) {
        ui_banner(u, "space", full ? UI_TONE_LATE : UI_TONE_SOON, words);
    }
}

/* What is no job: the technician's own papers, in the order of a day. */
static void more(struct app *a, struct ui *u, struct today_screen *s)
{
    static const struct {
        const char *words;
        enum screen_id screen;
    } rows[] = {
        {N_("Prepare"), SCREEN_PREPARE},          {N_("Daily report"), SCREEN_DAY},
        {N_("My parts and debts"), SCREEN_DEBTS}, {N_("Visit history"), SCREEN_EARLIER},
        {N_("Knowledge"), SCREEN_KNOWLEDGE},      {N_("Take a call"), SCREEN_TAKE_CALL},
    };
    enum { ROWS = sizeof rows / sizeof rows[0] };
    const char *items[ROWS];
    if (!s->more) {
        return;
    }
    for (int k = 0; k < ROWS; k++) {
        items[k] = _(rows[k].words);
    }
    int c = ui_menu(u, "own", _("More"), items, ROWS, _("Close"));
    s->more = c == -1;
    if (c >= 0) {
        app_go(a, rows[c].screen, (id16){{0}});
    }
}

SCREEN(today)
{
    struct today_screen *s = app_screen_data(a, SCREEN_TODAY, sizeof *s);
    id16 job = {{0}};
    struct ui_screen sc = {.id = "today",
                           .title = _("Today"),
                           .secondary = s == NULL || s->searching ? NULL : _("More"),
                           .secondary_id = "more",
                           .icons = {{UI_ICON_SEARCH, "find", _("Search")},
                                     {UI_ICON_SETTINGS, "settings", _("Settings")}}};
    bool next = next_job(a, s, &sc, &job);
    unsigned hit = ui_screen_begin(u, &sc);
    if (s == NULL) {
        ui_screen_end(u);
        return;
    }
    id16 none = {{0}};
    if ((hit & UI_HIT_ICON0) != 0) {
        s->searching = !s->searching;
        memset(s->search, 0, sizeof s->search);
        if (s->searching) {
            ui_focus(u, "search");
        }
        ui_scroll_top(u, "today");
    }
    if ((hit & UI_HIT_ICON1) != 0) {
        app_go(a, SCREEN_SETTINGS, none);
    } else if (next && (hit & UI_HIT_PRIMARY) != 0) {
        app_go(a, SCREEN_JOB, job);
    } else if ((hit & UI_HIT_PRIMARY) != 0) {
        app_go(a, SCREEN_SYNC, none);
    }
    /* A code that is scanned here finds its job or equipment. */
    const char *scan = ui_scan(u);
    if (scan != NULL) {
        s->searching = true;
        size_t n = strlen(scan);
        n = n < sizeof s->search ? n : sizeof s->search - 1;
        memcpy(s->search, scan, n);
        s->search[n] = '\0';
    }
    sync_line(a, u);
    space(a, u);
    if (s->searching) {
        ui_search(u, "search", _("Name, phone, address, number"), s->search, sizeof s->search);
    }
    const char *const which[] = {_("To do"), _("Done")};
    ui_choice(u, "which", NULL, which, 2, &s->which);
    app_today_filter(a, s->searching ? s->search : "",
                     s->which == 0 ? LIST_JOBS_OPEN : LIST_JOBS_DONE);
    size_t n = app_today_count(a);
    if (n == 0) {
        bool found = s->searching && s->search[0] != '\0';
        if (ui_empty(u, UI_ICON_INBOX,
                     found           ? _("Nothing found. Check the spelling, or search for less.")
                     : s->which == 0 ? _("No jobs. Sync to fetch what headquarters has for you.")
                                     : _("No finished jobs on this device."),
                     "sync-now", found || s->which != 0 || !s->searching ? NULL : _("Sync"))) {
            app_go(a, SCREEN_SYNC, none);
        }
    }
    struct ui_list l;
    ui_list_begin(u, &l, s->which == 0 ? "jobs" : "done", n);
    while (ui_list_next(u, &l)) {
        job_row(a, u, l.index);
    }
    ui_list_end(u, &l);
    s->more = s->more || (hit & UI_HIT_SECONDARY) != 0;
    more(a, u, s);
    ui_screen_end(u);
}

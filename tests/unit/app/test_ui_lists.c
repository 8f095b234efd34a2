/* test_ui_lists.c - the tree; lists; reports; what goes by itself. */
#include "tests/unit/app/ui_rig.h"

static struct rig r;

static void the_tree_has_one_stable_line_a_node(void)
{
    rig_start(&r, GALLERY_SIGN);
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    ui_tree_write(&r.u, f);
    fclose(f);
    CHECK(strstr(text, "screen \"请您签字\" id=sign rect=0,0,480,800\n") == text);
    CHECK(strstr(text, "\n    button \"English\" id=action rect=") != NULL);
    CHECK(strstr(text, "\n    button \"确认签字\" id=confirm rect=16,720,448,64 disabled\n") !=
          NULL);
    free(text);
}

static size_t rows_laid_out(void)
{
    size_t n = 0;
    for (size_t i = 0; i < r.u.node_n; i++) {
        n += r.u.nodes[i].role == UI_ROLE_ROW && strncmp(r.u.nodes[i].id, "job:", 4) == 0 ? 1 : 0;
    }
    return n;
}

/* The row at the top of the view, and how far it is above it. */
static void top_row(char id[static 24], int *off)
{
    for (size_t i = 0; i < r.u.node_n; i++) {
        const struct ui_node *n = &r.u.nodes[i];
        if (n->role == UI_ROLE_ROW && n->rect.y + n->rect.h > r.u.body.y + 60 && n->seen.h > 0) {
            snprintf(id, 24, "%s", n->id);
            *off = n->rect.y;
            return;
        }
    }
}

static void wheel(float px)
{
    CHECK(ui_event(&r.u,
                   &(struct ui_event){.type = UI_EV_WHEEL, .t_ms = r.f.now_ms, .wheel_px = px}));
    rig_settle(&r);
}

static void a_list_of_100000_rows_lays_out_what_is_seen(void)
{
    rig_start(&r, GALLERY_TODAY);
    r.g.rows = 100000;
    rig_settle(&r);
    CHECK(rows_laid_out() < 16);
    wheel(1e9F);
    wheel(1e9F);
    CHECK(rig_find(&r, "job:99999") != NULL);
    CHECK(rows_laid_out() < 16);
    const struct ui_node *last = rig_find(&r, "job:99999");
    CHECK(last->rect.y + last->rect.h <= r.u.body.y + r.u.body.h);
    wheel(-1e9F);
    CHECK(rig_find(&r, "job:0") != NULL && rig_find(&r, "sync") != NULL);
    CHECK_INT(rig_find(&r, "sync")->rect.y, r.u.body.y);
}

static void scrolling_by_a_pixel_moves_rows_by_a_pixel_up_and_down(void)
{
    rig_start(&r, GALLERY_TODAY);
    r.g.rows = 100000;
    rig_settle(&r);
    wheel(400000);
    static const int STEPS[] = {7, 31, 250, -90, -400, -7, -333, -31, 600, -500, -500, -500, 120};
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) {
        char id[24] = "";
        int before = 0;
        top_row(id, &before);
        wheel((float)STEPS[i]);
        const struct ui_node *n = rig_find(&r, id);
        if (n != NULL) { /* still laid out: it moved by exactly that much */
            CHECK_INT(before - n->rect.y, STEPS[i]);
        } else {
            CHECK(STEPS[i] > 100);
        }
    }
}

/* By Tab through rows that are each higher than the window: each begins in view. */
static void a_row_higher_than_the_window_takes_the_focus_with_its_beginning_in_view(void)
{
    rig_start(&r, GALLERY_TODAY);
    r.g.rows = 180;
    r.f.w_px = 320;
    r.f.h_px = 160;
    r.f.scale = 2;
    rig_settle(&r);
    unsigned high = 0;
    for (int k = 0; k < 60 && high < 12; k++) {
        CHECK(ui_event(
            &r.u, &(struct ui_event){.type = UI_EV_KEY, .t_ms = r.f.now_ms, .key = UI_KEY_TAB}));
        rig_settle(&r);
        for (size_t i = 0; i < r.u.node_n; i++) {
            const struct ui_node *n = &r.u.nodes[i];
            if ((n->state & UI_ST_FOCUSED) != 0 && strncmp(n->id, "job:", 4) == 0 &&
                n->rect.h > r.u.body.h) {
                CHECK_INT(n->rect.y, r.u.body.y + 12);
                high++;
            }
        }
    }
    CHECK(high == 12);
}

static void coming_back_finds_the_list_where_it_was(void)
{
    rig_start(&r, GALLERY_TODAY);
    r.g.rows = 5000;
    rig_settle(&r);
    wheel(30000);
    char id[24] = "", after[24] = "";
    int y = 0, y2 = 0;
    top_row(id, &y);
    r.page = GALLERY_JOB;
    rig_settle(&r);
    r.page = GALLERY_TODAY;
    rig_settle(&r);
    top_row(after, &y2);
    CHECK_STR(after, id);
    CHECK_INT(y2, y);
}

static void a_shorter_list_shows_its_end_not_a_void(void)
{
    rig_start(&r, GALLERY_TODAY);
    r.g.rows = 5000;
    rig_settle(&r);
    wheel(1e9F);
    r.g.rows = 10;
    rig_settle(&r);
    CHECK(rig_find(&r, "job:9") != NULL);
    r.g.rows = 0;
    rig_settle(&r);
    CHECK_INT(rows_laid_out(), 0);
}

static void the_reports_lines_are_the_trees_lines(void)
{
    rig_start(&r, GALLERY_REPORT);
    char text[4000] = "", want[4000] = "";
    int report = -1;
    size_t at = 0, end = 0;
    for (size_t i = 0; i < r.u.node_n; i++) {
        report = r.u.nodes[i].role == UI_ROLE_REPORT ? (int)i : report;
        if (report >= 0 && r.u.nodes[i].parent == report) {
            CHECK_INT(r.u.nodes[i].role, UI_ROLE_LINE);
            at += (size_t)snprintf(text + at, sizeof text - at, "%s\n", r.u.nodes[i].label);
        }
    }
    for (int i = 0; i < GALLERY_REPORT_LINES; i++) {
        end += (size_t)snprintf(want + end, sizeof want - end, "%s\n", GALLERY_REPORT_ZH[i]);
    }
    CHECK_STR(text, want);
}

static void confirm_waits_for_the_last_line(void)
{
    rig_start(&r, GALLERY_REPORT);
    r.f.h_px = 500;
    rig_settle(&r);
    ui_report_forget(&r.u, "report");
    rig_settle(&r);
    CHECK((rig_find(&r, "confirm")->state & UI_ST_DISABLED) != 0);
    wheel(100);
    CHECK((rig_find(&r, "confirm")->state & UI_ST_DISABLED) != 0);
    wheel(1e9F);
    CHECK((rig_find(&r, "confirm")->state & UI_ST_DISABLED) == 0);
    wheel(-1e9F);
    CHECK((rig_find(&r, "confirm")->state & UI_ST_DISABLED) == 0);
}

/* A report of as many lines, which can only be confirmed once it was read. True: it can be now. */
static bool confirmable(const char *line, int lines)
{
    bool seen = ui_report_seen(&r.u, "text");
    struct ui_screen sc = {.id = "page", .title = "Page", .primary = "Yes", .primary_off = !seen};
    ui_begin(&r.u, &r.f);
    ui_screen_begin(&r.u, &sc);
    ui_report_begin(&r.u, "text");
    for (int i = 0; i < lines; i++) {
        ui_report_line(&r.u, UI_BODY, str_c(line));
    }
    ui_report_end(&r.u);
    ui_screen_end(&r.u);
    ui_end(&r.u, &r.out);
    return seen;
}

static void another_text_is_not_confirmed_for_the_one_that_was_read(void)
{
    rig_start(&r, GALLERY_TODAY);
    (void)confirmable("short", 3);
    CHECK(confirmable("short", 3));
    CHECK(confirmable("another", 100)); /* who asked before it stood there was told of the other */
    CHECK(!ui_report_seen(&r.u, "text"));
    CHECK(r.out.again); /* so that nobody is left with that answer */
    CHECK(!confirmable("another", 100));
}

static void a_toast_goes_by_itself(void)
{
    rig_start(&r, GALLERY_TODAY);
    ui_toast(&r.u, UI_TONE_DONE, "已存本机");
    ui_begin(&r.u, &r.f);
    gallery_page(&r.u, &r.g, r.page);
    ui_end(&r.u, &r.out);
    CHECK(rig_find(&r, "toast") != NULL);
    while (r.out.again) {
        ui_begin(&r.u, &r.f);
        gallery_page(&r.u, &r.g, r.page);
        ui_end(&r.u, &r.out);
    }
    CHECK(r.out.wake_ms == r.f.now_ms + 4000);
    r.f.now_ms = r.out.wake_ms;
    rig_settle(&r);
    CHECK(rig_find(&r, "toast") == NULL);
}

int main(void)
{
    RUN(the_tree_has_one_stable_line_a_node);
    RUN(a_list_of_100000_rows_lays_out_what_is_seen);
    RUN(scrolling_by_a_pixel_moves_rows_by_a_pixel_up_and_down);
    RUN(a_row_higher_than_the_window_takes_the_focus_with_its_beginning_in_view);
    RUN(coming_back_finds_the_list_where_it_was);
    RUN(a_shorter_list_shows_its_end_not_a_void);
    RUN(the_reports_lines_are_the_trees_lines);
    RUN(confirm_waits_for_the_last_line);
    RUN(another_text_is_not_confirmed_for_the_one_that_was_read);
    RUN(a_toast_goes_by_itself);
    CHECK_END();
}

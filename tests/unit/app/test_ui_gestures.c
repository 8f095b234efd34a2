/* test_ui_gestures.c - a finger claims on press, fires on release inside, and gives way to a
 * scroll; keys move the focus; a scan is not typing. */
#include "tests/unit/app/ui_rig.h"

#include <math.h>

static struct rig r;

static float scroll(void)
{
    return r.u.screen->scroll_px;
}

static void a_tap_fires_once_and_only_on_release(void)
{
    rig_start(&r, GALLERY_TODAY);
    const struct ui_node *n = rig_find(&r, "job:1");
    float x = 100, y = (float)n->rect.y + 20;
    rig_send(&r, UI_EV_DOWN, x, y);
    rig_settle(&r);
    CHECK_STR(r.g.tapped, "");
    CHECK((rig_find(&r, "job:1")->state & UI_ST_PRESSED) != 0);
    rig_send(&r, UI_EV_UP, x, y);
    rig_settle(&r);
    CHECK_STR(r.g.tapped, "job:1");
    r.g.tapped[0] = '\0';
    rig_settle(&r);
    CHECK_STR(r.g.tapped, "");
}

static void a_release_outside_fires_nothing(void)
{
    rig_start(&r, GALLERY_TODAY);
    const struct ui_node *n = rig_find(&r, "go");
    rig_send(&r, UI_EV_DOWN, 100, (float)n->rect.y + 20);
    rig_send(&r, UI_EV_MOVE, 100, (float)n->rect.y - 200);
    rig_send(&r, UI_EV_UP, 100, (float)n->rect.y - 200);
    rig_settle(&r);
    CHECK_INT(r.g.hits & UI_HIT_PRIMARY, 0);
    CHECK_STR(r.g.tapped, "");
}

static void a_cancelled_gesture_fires_nothing(void)
{
    rig_start(&r, GALLERY_TODAY);
    const struct ui_node *n = rig_find(&r, "job:1");
    rig_send(&r, UI_EV_DOWN, 100, (float)n->rect.y + 20);
    rig_send(&r, UI_EV_CANCEL, 0, 0);
    rig_send(&r, UI_EV_UP, 100, (float)n->rect.y + 20);
    rig_settle(&r);
    CHECK_STR(r.g.tapped, "");
}

static void within_the_slop_it_is_a_tap_beyond_it_a_scroll(void)
{
    rig_start(&r, GALLERY_TODAY);
    r.g.rows = 100;
    rig_settle(&r);
    rig_drag(&r, 100, 300, 292, 2);
    rig_send(&r, UI_EV_UP, 100, 292);
    rig_settle(&r);
    CHECK(r.g.tapped[0] != '\0');
    CHECK(scroll() == 0);
    r.g.tapped[0] = '\0';
    rig_drag(&r, 100, 300, 200, 10);
    r.f.now_ms += 200; /* held still: no glide */
    rig_send(&r, UI_EV_UP, 100, 200);
    rig_settle(&r);
    CHECK_STR(r.g.tapped, "");
    CHECK(scroll() >= 80 && scroll() <= 100);
}

static void a_flick_glides_on_and_stops_under_a_finger(void)
{
    rig_start(&r, GALLERY_TODAY);
    r.g.rows = 1000;
    rig_settle(&r);
    rig_drag(&r, 100, 500, 300, 10);
    rig_send(&r, UI_EV_UP, 100, 300);
    rig_settle(&r);
    float far = scroll();
    CHECK(far > 400); /* 200 under the finger, the rest by itself */
    rig_drag(&r, 100, 500, 300, 10);
    rig_send(&r, UI_EV_UP, 100, 300);
    for (int i = 0; i < 3; i++) { /* gliding */
        r.f.now_ms += 16;
        ui_begin(&r.u, &r.f);
        gallery_page(&r.u, &r.g, r.page);
        ui_end(&r.u, &r.out);
    }
    CHECK(!ui_idle(&r.u));
    rig_send(&r, UI_EV_DOWN, 100, 300);
    rig_send(&r, UI_EV_UP, 100, 300);
    rig_settle(&r);
    float stopped = scroll();
    CHECK(stopped > far + 150 && stopped < far + 400);
    CHECK_STR(r.g.tapped, ""); /* the finger that stops a glide taps nothing */
}

static void nothing_scrolls_past_its_ends(void)
{
    rig_start(&r, GALLERY_JOB);
    rig_drag(&r, 100, 300, 700, 10);
    rig_send(&r, UI_EV_UP, 100, 700);
    rig_settle(&r);
    CHECK(scroll() == 0);
    CHECK(ui_event(&r.u,
                   &(struct ui_event){.type = UI_EV_WHEEL, .t_ms = r.f.now_ms, .wheel_px = 1e9F}));
    rig_settle(&r);
    float end = scroll();
    CHECK(end > 0 && end == r.u.area_max);
}

static void the_second_tap_of_a_double_tap_does_not_hit_the_next_screen(void)
{
    rig_start(&r, GALLERY_JOB);
    r.page = GALLERY_TODAY;
    rig_settle(&r);
    r.f.now_ms = r.u.shown_ms + 60;
    const struct ui_node *n = rig_find(&r, "job:1");
    rig_send(&r, UI_EV_DOWN, 100, (float)n->rect.y + 20);
    rig_send(&r, UI_EV_UP, 100, (float)n->rect.y + 20);
    rig_settle(&r);
    CHECK_STR(r.g.tapped, "");
    rig_tap(&r, "job:1");
    CHECK_STR(r.g.tapped, "job:1");
}

static void a_disabled_target_does_not_fire(void)
{
    rig_start(&r, GALLERY_FORM);
    r.g.chips[0] = false;
    rig_settle(&r);
    CHECK((rig_find(&r, "primary")->state & UI_ST_DISABLED) != 0);
    unsigned seen = 0;
    const struct ui_node *n = rig_find(&r, "primary");
    rig_send(&r, UI_EV_DOWN, 100, (float)n->rect.y + 20);
    rig_send(&r, UI_EV_UP, 100, (float)n->rect.y + 20);
    for (int i = 0; i < 4; i++) {
        ui_begin(&r.u, &r.f);
        gallery_page(&r.u, &r.g, r.page);
        seen |= r.g.hits;
        ui_end(&r.u, &r.out);
    }
    CHECK_INT(seen & UI_HIT_PRIMARY, 0);
}

static void a_dialog_takes_all_input_and_escape_is_cancel(void)
{
    rig_start(&r, GALLERY_DIALOG);
    r.f.now_ms += 400;
    rig_send(&r, UI_EV_DOWN, 100, 120);
    rig_send(&r, UI_EV_UP, 100, 120);
    rig_settle(&r);
    CHECK_STR(r.g.tapped, "");
    CHECK_INT(r.g.answer, UI_DIALOG_NONE);
    bool cancelled = false;
    CHECK(ui_event(
        &r.u, &(struct ui_event){.type = UI_EV_KEY, .key = UI_KEY_ESCAPE, .t_ms = r.f.now_ms}));
    for (int i = 0; i < 4; i++) {
        ui_begin(&r.u, &r.f);
        gallery_page(&r.u, &r.g, r.page);
        cancelled = cancelled || r.g.answer == UI_DIALOG_CANCEL;
        CHECK_INT(r.g.hits & UI_HIT_BACK, 0);
        ui_end(&r.u, &r.out);
    }
    CHECK(cancelled);
}

static void tab_goes_through_header_body_and_bar_and_enter_fires(void)
{
    rig_start(&r, GALLERY_TODAY);
    static const char *const ORDER[] = {"find",  "menu",  "sync", "job:0", "job:1",
                                        "job:2", "job:3", "go",   "find"};
    for (size_t i = 0; i < sizeof ORDER / sizeof *ORDER; i++) {
        rig_key(&r, UI_KEY_TAB, false);
        const struct ui_node *n = rig_find(&r, ORDER[i]);
        CHECK(n != NULL && (n->state & UI_ST_FOCUSED) != 0);
    }
    rig_key(&r, UI_KEY_TAB, true);
    CHECK((rig_find(&r, "go")->state & UI_ST_FOCUSED) != 0);
    rig_key(&r, UI_KEY_UP, false);
    rig_key(&r, UI_KEY_ENTER, false);
    CHECK_STR(r.g.tapped, "job:3");
}

static void the_focus_comes_into_view(void)
{
    rig_start(&r, GALLERY_CONTROLS);
    for (int i = 0; i < 14; i++) {
        rig_key(&r, UI_KEY_TAB, false);
        for (size_t k = 0; k < r.u.node_n; k++) {
            const struct ui_node *n = &r.u.nodes[k];
            if ((n->state & UI_ST_FOCUSED) != 0) {
                CHECK(n->seen.h == n->rect.h);
            }
        }
    }
}

static void fast_keys_with_enter_are_a_scan_and_type_nothing(void)
{
    rig_start(&r, GALLERY_CONTROLS);
    rig_text(&r, "DR35-26-00817", 5);
    r.f.now_ms += 5;
    CHECK(ui_event(&r.u,
                   &(struct ui_event){.type = UI_EV_KEY, .key = UI_KEY_ENTER, .t_ms = r.f.now_ms}));
    rig_settle(&r);
    CHECK_STR(r.g.scanned, "DR35-26-00817");
    /* A field that did not ask, though it has the focus, gets nothing either. */
    rig_start(&r, GALLERY_FORM);
    rig_tap(&r, "note");
    rig_text(&r, "4R26039177", 5);
    r.f.now_ms += 5;
    CHECK(ui_event(&r.u,
                   &(struct ui_event){.type = UI_EV_KEY, .key = UI_KEY_ENTER, .t_ms = r.f.now_ms}));
    rig_settle(&r);
    CHECK_STR(r.g.note, "");
}

static void a_field_that_asked_takes_the_scan_in_place_of_its_text(void)
{
    rig_start(&r, GALLERY_FORM);
    snprintf(r.g.code, sizeof r.g.code, "old");
    rig_tap(&r, "code");
    rig_text(&r, "4r26", 5);
    r.f.now_ms += 5;
    CHECK(ui_event(&r.u,
                   &(struct ui_event){.type = UI_EV_KEY, .key = UI_KEY_ENTER, .t_ms = r.f.now_ms}));
    rig_settle(&r);
    CHECK_STR(r.g.code, "4R26");
}

static void slow_keys_are_typing_even_with_enter(void)
{
    rig_start(&r, GALLERY_CONTROLS);
    rig_tap(&r, "search");
    rig_text(&r, "abc", 60);
    r.f.now_ms += 60;
    CHECK(ui_event(&r.u,
                   &(struct ui_event){.type = UI_EV_KEY, .key = UI_KEY_ENTER, .t_ms = r.f.now_ms}));
    rig_settle(&r);
    CHECK_STR(r.g.scanned, "");
    CHECK_STR(r.g.search, "abc");
}

static void the_gap_of_a_scan_can_be_set(void)
{
    rig_start(&r, GALLERY_CONTROLS);
    ui_scan_gap(&r.u, 100);
    rig_text(&r, "12345", 60);
    r.f.now_ms += 60;
    CHECK(ui_event(&r.u,
                   &(struct ui_event){.type = UI_EV_KEY, .key = UI_KEY_ENTER, .t_ms = r.f.now_ms}));
    rig_settle(&r);
    CHECK_STR(r.g.scanned, "12345");
}

/* `n` characters as a scanner sends them; the queue is emptied on the way, as on a device. */
static void scan_of(size_t n)
{
    for (size_t k = 0; k < n; k++) {
        rig_text(&r, k % 2 == 0 ? "A" : "7", 1);
        if (k % 100 == 99) {
            ui_begin(&r.u, &r.f);
            gallery_page(&r.u, &r.g, r.page);
            ui_end(&r.u, &r.out);
        }
    }
    r.f.now_ms += 1;
    CHECK(ui_event(&r.u,
                   &(struct ui_event){.type = UI_EV_KEY, .key = UI_KEY_ENTER, .t_ms = r.f.now_ms}));
    rig_settle(&r);
}

/* The largest code that we print, and one that is larger than any. */
static void a_code_of_any_length_types_nothing(void)
{
    static const size_t lengths[] = {256, 1250, 1535, 1536, 6000};
    for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
        rig_start(&r, GALLERY_FORM);
        rig_tap(&r, "note");
        scan_of(lengths[k]);
        CHECK_STR(r.g.note, "");
        CHECK(!r.u.full);
        CHECK_INT(r.u.toast[0] != '\0', lengths[k] > 1535);
    }
    rig_start(&r, GALLERY_FORM);
    snprintf(r.g.code, sizeof r.g.code, "OLD");
    rig_tap(&r, "code");
    scan_of(1250); /* the field asked; half of it would be another code */
    CHECK_STR(r.g.code, "OLD");
    CHECK(r.u.toast[0] != '\0');
    rig_start(&r, GALLERY_FORM); /* a long text of an input method's is not a scan */
    rig_tap(&r, "note");
    for (int k = 0; k < 90; k++) {
        rig_text(&r, "字", 1);
    }
    rig_settle(&r);
    CHECK(strlen(r.g.note) > 0 && strlen(r.g.note) % 3 == 0);
}

static void the_pad_takes_every_point_and_never_scrolls(void)
{
    rig_start(&r, GALLERY_SIGN);
    const struct ui_node *pad = rig_find(&r, "pad");
    struct ui_rect p = pad->rect;
    r.f.now_ms += 500;
    rig_send(&r, UI_EV_DOWN, (float)p.x + 10, (float)p.y + 20);
    for (int i = 1; i <= 100; i++) {
        r.f.now_ms += 5;
        rig_send(&r, UI_EV_MOVE, (float)p.x + 10 + (float)i, (float)p.y + 20 + (float)(i % 7) * 30);
    }
    rig_send(&r, UI_EV_UP, (float)p.x + 110, (float)p.y + 20);
    rig_settle(&r);
    CHECK(r.g.ink.n >= 101);
    CHECK_INT(r.g.points[0].x, 1000);
    CHECK_INT(r.g.points[0].y, 2000);
    CHECK(r.g.points[0].start && !r.g.points[1].start);
    CHECK_INT(r.g.points[0].t_ms, 0);
    CHECK_INT(r.g.points[100].t_ms, 500);
    CHECK_INT(r.g.points[0].pressure, 1023);
    CHECK_INT(r.g.ink.w, p.w * 100);
    CHECK(scroll() == 0);
    rig_tap(&r, "clear");
    CHECK_INT(r.g.ink.n, 0);
}

/* The page under a question keeps still: what is scanned changes nothing that nobody sees. */
static void a_scan_does_not_reach_below_a_dialog(void)
{
    rig_start(&r, GALLERY_DIALOG);
    rig_text(&r, "4R26039177", 5);
    r.f.now_ms += 5;
    CHECK(ui_event(&r.u,
                   &(struct ui_event){.type = UI_EV_KEY, .key = UI_KEY_ENTER, .t_ms = r.f.now_ms}));
    for (int k = 0; k < 4; k++) {
        ui_begin(&r.u, &r.f);
        CHECK(ui_scan(&r.u) == NULL);
        gallery_page(&r.u, &r.g, r.page);
        ui_end(&r.u, &r.out);
        CHECK_INT(r.g.answer, UI_DIALOG_NONE); /* its Enter answers nothing */
    }
    CHECK(r.u.toast[0] != '\0');
}

/* The window is turned and pulled about while he signs: every point is kept, in one stroke. */
static void a_storm_of_sizes_during_a_stroke_costs_no_point(void)
{
    static const int W[] = {480, 800, 320, 1080}, H[] = {800, 480, 480, 2400};
    rig_start(&r, GALLERY_SIGN);
    struct ui_rect p = rig_find(&r, "pad")->rect;
    r.f.now_ms += 500;
    rig_send(&r, UI_EV_DOWN, (float)p.x + 10, (float)p.y + 20);
    rig_settle(&r);
    for (int i = 1; i <= 200; i++) {
        r.f.now_ms += 5;
        r.f.w_px = W[i % 4];
        r.f.h_px = H[i % 4];
        r.f.density = i % 4 == 3 ? 2.6F : 1;
        rig_send(&r, UI_EV_MOVE, (float)p.x + 10 + (float)(i % 90), (float)p.y + 20);
        ui_begin(&r.u, &r.f);
        gallery_page(&r.u, &r.g, r.page);
        ui_end(&r.u, &r.out);
    }
    rig_send(&r, UI_EV_UP, (float)p.x + 60, (float)p.y + 20);
    rig_settle(&r);
    CHECK(r.g.ink.n >= 201);
    int begun = 0;
    for (size_t i = 0; i < r.g.ink.n; i++) {
        begun += r.g.points[i].start;
        CHECK(i == 0 || r.g.points[i].t_ms >= r.g.points[i - 1].t_ms);
    }
    CHECK_INT(begun, 1);
    CHECK_INT(r.g.ink.w, p.w * 100); /* the pad that it was begun on */
}

/* One frame after each point of a stroke the ink reaches to where the finger is. */
static void ink_is_under_the_finger_in_the_next_frame(void)
{
    rig_start(&r, GALLERY_SIGN);
    struct ui_rect p = rig_find(&r, "pad")->rect;
    for (int i = 0; i < 20; i++) {
        float x = (float)(p.x + 10 + 7 * i), y = (float)(p.y + 30 + 5 * (i % 3));
        const struct ui_cmd *ink = NULL;
        r.f.now_ms += 16;
        rig_send(&r, i == 0 ? UI_EV_DOWN : UI_EV_MOVE, x, y);
        ui_begin(&r.u, &r.f);
        gallery_page(&r.u, &r.g, r.page);
        ui_end(&r.u, &r.out);
        for (size_t k = 0; k < r.out.n; k++) {
            ink = r.out.cmds[k].type == UI_CMD_INK ? &r.out.cmds[k] : ink;
        }
        CHECK(r.out.changed && ink != NULL && ink->point_n == (size_t)i + 1);
        if (ink != NULL && ink->point_n > 0) {
            CHECK_INT(ink->points[ink->point_n - 1].x, x);
            CHECK_INT(ink->points[ink->point_n - 1].y, y);
        }
    }
}

static const struct ui_cmd *ink_shown(void)
{
    const struct ui_cmd *ink = NULL;
    for (size_t k = 0; k < r.out.n; k++) {
        ink = r.out.cmds[k].type == UI_CMD_INK ? &r.out.cmds[k] : ink;
    }
    return ink;
}

/* A stroke on a pad that was turned after the first one: under the finger, too. */
static void ink_is_under_the_finger_after_a_turn(void)
{
    static const int W[] = {800, 320, 480}, H[] = {480, 480, 800};
    rig_start(&r, GALLERY_SIGN);
    struct ui_rect p = rig_find(&r, "pad")->rect;
    rig_drag(&r, (float)p.x + 60, (float)p.y + 20, (float)p.y + 90, 10);
    rig_send(&r, UI_EV_UP, (float)p.x + 60, (float)p.y + 90);
    rig_settle(&r);
    for (int k = 0; k < 3; k++) {
        r.f.w_px = W[k];
        r.f.h_px = H[k];
        rig_settle(&r);
        p = rig_find(&r, "pad")->rect;
        float x = (float)p.x + 30, y = (float)p.y + (float)p.h / 2;
        rig_drag(&r, x, y, y + 10, 5);
        rig_send(&r, UI_EV_UP, x, y + 10);
        rig_settle(&r);
        const struct ui_cmd *ink = ink_shown();
        CHECK(ink != NULL && ink->point_n > 10);
        const struct ui_point *last = ink == NULL ? NULL : &ink->points[ink->point_n - 1];
        CHECK(last != NULL && fabsf(last->x - x) < 1.5F && fabsf(last->y - y - 10) < 1.5F);
    }
}

static void an_idle_frame_asks_for_nothing_and_changes_nothing(void)
{
    for (int page = 0; page < GALLERY_PAGES; page++) {
        rig_start(&r, (enum gallery_kind)page);
        ui_begin(&r.u, &r.f);
        gallery_page(&r.u, &r.g, r.page);
        ui_end(&r.u, &r.out);
        CHECK(!r.out.changed && !r.out.again && r.out.wake_ms == INT64_MAX);
    }
}

static void a_full_queue_refuses_and_survives(void)
{
    rig_start(&r, GALLERY_TODAY);
    int taken = 0;
    for (int i = 0; i < 1000; i++) {
        taken += ui_event(&r.u,
                          &(struct ui_event){.type = UI_EV_MOVE, .t_ms = r.f.now_ms, .y = (float)i})
                     ? 1
                     : 0;
    }
    CHECK_INT(taken, UI_CAP_EVENTS);
    rig_settle(&r);
    rig_tap(&r, "job:2");
    CHECK_STR(r.g.tapped, "job:2");
}

static uint32_t dice(uint32_t *s, uint32_t n)
{
    *s = *s * 1664525U + 1013904223U;
    return (*s >> 8) % n;
}

/* Any events in any order, on any page, while the window turns and the text grows: the tree stays
 * sound, buffers stay whole, and the kit always comes to rest. */
static void random_input_never_breaks_the_kit(void)
{
    static const int W[] = {320, 480, 800, 480}, H[] = {480, 800, 480, 320};
    static const char *const TEXT[] = {"a", "制", "7", "\xE5", "(", "……", " "};
    rig_start(&r, GALLERY_FORM);
    uint32_t seed = 20261121;
    for (int i = 0; i < 6000; i++) {
        struct ui_event e = {.type = (enum ui_event_type)dice(&seed, UI_EV_TEXT + 1),
                             .t_ms = r.f.now_ms,
                             .x = (float)dice(&seed, 820) - 10,
                             .y = (float)dice(&seed, 820) - 10,
                             .wheel_px = (float)dice(&seed, 2000) - 1000,
                             .touch = dice(&seed, 2) == 0,
                             .shift = dice(&seed, 2) == 0,
                             .key = (enum ui_key)dice(&seed, UI_KEY_SPACE + 1)};
        snprintf(e.text, sizeof e.text, "%s", TEXT[dice(&seed, 7)]);
        (void)ui_event(&r.u, &e);
        r.f.now_ms += dice(&seed, 40);
        if (dice(&seed, 40) == 0) {
            uint32_t k = dice(&seed, 4);
            r.f.w_px = W[k];
            r.f.h_px = H[k];
            r.f.scale = 1 + (float)dice(&seed, 3) / 2;
            r.page = (enum gallery_kind)dice(&seed, GALLERY_PAGES);
            r.g.rows = dice(&seed, 3) * dice(&seed, 3000);
        }
        if (dice(&seed, 3) == 0) {
            ui_begin(&r.u, &r.f);
            gallery_page(&r.u, &r.g, r.page);
            ui_end(&r.u, &r.out);
            CHECK(!r.u.full && strlen(r.g.note) < sizeof r.g.note &&
                  strlen(r.g.code) < sizeof r.g.code);
        }
    }
    rig_send(&r, UI_EV_UP, 0, 0);
    rig_settle(&r);
    CHECK(ui_idle(&r.u));
}

int main(void)
{
    RUN(a_tap_fires_once_and_only_on_release);
    RUN(a_release_outside_fires_nothing);
    RUN(a_cancelled_gesture_fires_nothing);
    RUN(within_the_slop_it_is_a_tap_beyond_it_a_scroll);
    RUN(a_flick_glides_on_and_stops_under_a_finger);
    RUN(nothing_scrolls_past_its_ends);
    RUN(the_second_tap_of_a_double_tap_does_not_hit_the_next_screen);
    RUN(a_disabled_target_does_not_fire);
    RUN(a_dialog_takes_all_input_and_escape_is_cancel);
    RUN(tab_goes_through_header_body_and_bar_and_enter_fires);
    RUN(the_focus_comes_into_view);
    RUN(fast_keys_with_enter_are_a_scan_and_type_nothing);
    RUN(a_field_that_asked_takes_the_scan_in_place_of_its_text);
    RUN(slow_keys_are_typing_even_with_enter);
    RUN(the_gap_of_a_scan_can_be_set);
    RUN(a_code_of_any_length_types_nothing);
    RUN(a_scan_does_not_reach_below_a_dialog);
    RUN(a_storm_of_sizes_during_a_stroke_costs_no_point);
    RUN(ink_is_under_the_finger_in_the_next_frame);
    RUN(ink_is_under_the_finger_after_a_turn);
    RUN(the_pad_takes_every_point_and_never_scrolls);
    RUN(an_idle_frame_asks_for_nothing_and_changes_nothing);
    RUN(a_full_queue_refuses_and_survives);
    RUN(random_input_never_breaks_the_kit);
    CHECK_END();
}

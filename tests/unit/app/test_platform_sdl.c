/* test_platform_sdl.c - what SDL's queue brings and the kit gets: fingers, several of them, text of
 * an input method, keys, sizes. The window is SDL's dummy: nobody sees it, its queue is the real
 * one. */
#include "app/platform/platform_inside.h"
#include "app/ui/ui_state.h"
#include "tests/support/check.h"

#include <stdlib.h>

static struct ui u;

struct seen {
    bool a, b, c;
    char text[64];
    int w, h;
};
struct stage {
    struct platform *p;
    struct ui_out out;
    struct seen s;
    struct ui_ink ink;
    struct ui_ink_point points[200];
    char field[64];
};

static void draw(struct stage *t, const struct platform_turn *turn)
{
    struct ui_frame f = {.now_ms = turn->now_ms,
                         .w_px = turn->w_px,
                         .h_px = turn->h_px,
                         .density = turn->density,
                         .scale = 1,
                         .theme = UI_LIGHT,
                         .lang = "en"};
    struct ui_screen sc = {.id = "test", .title = "Test"};
    ui_begin(&u, &f);
    (void)!ui_screen_begin(&u, &sc);
    t->s.a |= ui_button(&u, "a", "First", UI_SECONDARY);
    t->s.b |= ui_button(&u, "b", "Second", UI_SECONDARY);
    (void)!ui_field(&u,
                    &(struct ui_field){
                        .id = "field", .label = "Words", .text = t->field, .cap = sizeof t->field});
    ui_screen_end(&u);
    ui_end(&u, &t->out);
    t->s.w = turn->w_px;
    t->s.h = turn->h_px;
    platform_present(t->p, &t->out, turn->exposed);
}

#define SOON_MS 100 /* what is held back until it is known that no scanner sent it */

/* Turns until the kit has nothing more to say but a cursor's blinking. */
static void run(struct stage *t)
{
    struct platform_turn turn;
    platform_wake(t->p);
    for (int k = 0; k < 4000; k++) {
        CHECK(platform_wait(t->p, &u, &t->out, false, &turn));
        draw(t, &turn);
        bool soon = t->out.wake_ms < turn.now_ms + SOON_MS;
        if (!t->out.again && !soon && !SDL_HasEvents(SDL_FIRSTEVENT, SDL_LASTEVENT)) {
            return;
        }
    }
    check_fail(__FILE__, __LINE__, "it never comes to rest");
}

static void begin(struct stage *t)
{
    static const struct platform_config c = {.title = "t", .w_px = 480, .h_px = 800, .density = 1};
    struct err err = {0};
    memset(t, 0, sizeof *t);
    CHECK_INT(setenv("SDL_VIDEODRIVER", "dummy", 1), 0);
    enum st st = platform_open(&c, &t->p, &err);
    if (st != ST_OK) {
        check_fail(__FILE__, __LINE__, "%s", err.text);
        exit(1);
    }
    ui_init(&u, platform_fonts(t->p));
    t->out.again = true;
    run(t);
}

static void end(struct stage *t)
{
    platform_close(&t->p);
}

static struct ui_rect rect_of(const char *id)
{
    size_t n;
    const struct ui_node *nodes = ui_nodes(&u, &n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(nodes[i].id, id) == 0) {
            return nodes[i].rect;
        }
    }
    check_fail(__FILE__, __LINE__, "no %s", id);
    return (struct ui_rect){0};
}

static void finger(uint32_t type, int64_t id, const char *at)
{
    struct ui_rect r = rect_of(at);
    SDL_Event e = {.type = type};
    e.tfinger.timestamp = SDL_GetTicks();
    e.tfinger.fingerId = id;
    e.tfinger.x = ((float)r.x + (float)r.w / 2) / 480;
    e.tfinger.y = ((float)r.y + (float)r.h / 2) / 800;
    e.tfinger.pressure = 0.5F;
    CHECK_INT(SDL_PushEvent(&e), 1);
}

static void text(const char *s)
{
    SDL_Event e = {.type = SDL_TEXTINPUT};
    e.text.timestamp = SDL_GetTicks();
    snprintf(e.text.text, sizeof e.text.text, "%s", s);
    CHECK_INT(SDL_PushEvent(&e), 1);
}

static void key(SDL_Keycode k)
{
    SDL_Event e = {.type = SDL_KEYDOWN};
    e.key.timestamp = SDL_GetTicks();
    e.key.keysym.sym = k;
    CHECK_INT(SDL_PushEvent(&e), 1);
}

static void a_finger_taps(void)
{
    struct stage t;
    begin(&t);
    finger(SDL_FINGERDOWN, 7, "a");
    run(&t);
    CHECK(!t.s.a); /* on release */
    finger(SDL_FINGERUP, 7, "a");
    run(&t);
    CHECK(t.s.a && !t.s.b);
    end(&t);
}

static void of_several_fingers_the_first_counts(void)
{
    struct stage t;
    begin(&t);
    finger(SDL_FINGERDOWN, 1, "a");
    finger(SDL_FINGERDOWN, 2, "b");
    finger(SDL_FINGERMOTION, 2, "a");
    finger(SDL_FINGERUP, 2, "a"); /* the second one's release is nobody's */
    run(&t);
    CHECK(!t.s.a && !t.s.b);
    finger(SDL_FINGERUP, 1, "a");
    run(&t);
    CHECK(t.s.a && !t.s.b);
    t.s.a = false;
    finger(SDL_FINGERDOWN, 3, "b"); /* and the next one is the first again */
    finger(SDL_FINGERUP, 3, "b");
    run(&t);
    CHECK(!t.s.a && t.s.b);
    end(&t);
}

static void a_finger_that_leaves_the_window_taps_nothing(void)
{
    struct stage t;
    begin(&t);
    finger(SDL_FINGERDOWN, 1, "a");
    SDL_Event e = {.type = SDL_WINDOWEVENT};
    e.window.event = SDL_WINDOWEVENT_FOCUS_LOST;
    CHECK_INT(SDL_PushEvent(&e), 1);
    finger(SDL_FINGERUP, 1, "a");
    run(&t);
    CHECK(!t.s.a && !t.s.b);
    finger(SDL_FINGERDOWN, 2, "b");
    finger(SDL_FINGERUP, 2, "b");
    run(&t);
    CHECK(t.s.b);
    end(&t);
}

static void an_input_methods_words_reach_the_field(void)
{
    struct stage t;
    begin(&t);
    finger(SDL_FINGERDOWN, 1, "field");
    finger(SDL_FINGERUP, 1, "field");
    run(&t);
    SDL_Event e = {.type = SDL_TEXTEDITING}; /* still being composed: the method shows it itself */
    snprintf(e.edit.text, sizeof e.edit.text, "wai ji");
    CHECK_INT(SDL_PushEvent(&e), 1);
    run(&t);
    CHECK_STR(t.field, "");
    text("外机");
    run(&t);
    CHECK_STR(t.field, "外机");
    text("不转");
    key(SDLK_BACKSPACE);
    run(&t);
    CHECK_STR(t.field, "外机不");
    end(&t);
}

static void keys_walk_and_press(void)
{
    struct stage t;
    begin(&t);
    for (int k = 0; k < 8 && !t.s.b; k++) {
        key(SDLK_TAB);
        run(&t);
        size_t n;
        const struct ui_node *nodes = ui_nodes(&u, &n);
        for (size_t i = 0; i < n; i++) {
            if ((nodes[i].state & UI_ST_FOCUSED) != 0 && strcmp(nodes[i].id, "b") == 0) {
                key(SDLK_RETURN);
                run(&t);
            }
        }
    }
    CHECK(t.s.b && !t.s.a);
    end(&t);
}

/* Enter held down on a button presses it once; what it leads to is not pressed as well. */
static void a_key_that_is_held_presses_once(void)
{
    struct stage t;
    begin(&t);
    ui_focus(&u, "a");
    run(&t);
    key(SDLK_RETURN);
    run(&t);
    CHECK(t.s.a);
    t.s.a = false;
    ui_focus(&u, "b");
    for (int k = 0; k < 30; k++) {
        SDL_Event e = {.type = SDL_KEYDOWN};
        e.key.keysym.sym = k % 3 == 0 ? SDLK_SPACE : k % 3 == 1 ? SDLK_RETURN : SDLK_KP_ENTER;
        e.key.repeat = 1;
        CHECK_INT(SDL_PushEvent(&e), 1);
        run(&t);
    }
    CHECK(!t.s.a && !t.s.b);
    key(SDLK_RETURN);
    run(&t);
    CHECK(t.s.b);
    end(&t);
}

/* A panel that slept, or a driver that forgot, never says that a finger was lifted. */
static void a_finger_that_was_lifted_unseen_does_not_lock_the_screen(void)
{
    struct stage t;
    begin(&t);
    finger(SDL_FINGERDOWN, 1, "a");
    run(&t);
    finger(SDL_FINGERDOWN, 1, "b"); /* the same one again: it was lifted in between */
    finger(SDL_FINGERUP, 1, "b");
    run(&t);
    CHECK(!t.s.a && t.s.b);
    t.s.b = false;
    finger(SDL_FINGERDOWN, 2, "a");
    run(&t);
    finger(SDL_FINGERDOWN, 3, "b"); /* at once: the first counts */
    finger(SDL_FINGERUP, 3, "b");
    run(&t);
    CHECK(!t.s.a && !t.s.b);
    SDL_Delay(3050);
    finger(SDL_FINGERDOWN, 4, "b"); /* it lay still, or was lifted: another one counts */
    finger(SDL_FINGERUP, 4, "b");
    run(&t);
    CHECK(!t.s.a && t.s.b);
    finger(SDL_FINGERUP, 2, "a"); /* and its late end is nobody's */
    run(&t);
    CHECK(!t.s.a);
    end(&t);
}

/* The machine was busy for a while: more came meanwhile than the kit holds. */
static void what_came_while_it_was_busy_is_not_lost(void)
{
    struct stage t;
    begin(&t);
    finger(SDL_FINGERDOWN, 1, "field");
    finger(SDL_FINGERUP, 1, "field");
    run(&t);
    for (int k = 0; k < 2 * UI_CAP_EVENTS; k++) {
        text("x");
        key(SDLK_BACKSPACE);
    }
    text("end");
    run(&t);
    CHECK_STR(t.field, "end");
    end(&t);
}

static void a_turned_window_is_laid_out_anew(void)
{
    struct stage t;
    begin(&t);
    CHECK_INT(t.s.w, 480);
    SDL_SetWindowSize(t.p->window, 800, 480);
    run(&t);
    CHECK_INT(t.s.w, 800);
    CHECK_INT(t.s.h, 480);
    end(&t);
}

static void closing_ends_the_loop(void)
{
    struct stage t;
    struct platform_turn turn;
    begin(&t);
    SDL_Event e = {.type = SDL_QUIT};
    CHECK_INT(SDL_PushEvent(&e), 1);
    CHECK(!platform_wait(t.p, &u, &t.out, false, &turn));
    end(&t);
}

static void being_raised_shows_the_picture_again(void)
{
    struct stage t;
    struct platform_turn turn;
    begin(&t);
    platform_raise(t.p);
    CHECK(platform_wait(t.p, &u, &t.out, false, &turn));
    CHECK(turn.exposed);
    end(&t);
}

int main(void)
{
    RUN(a_finger_taps);
    RUN(of_several_fingers_the_first_counts);
    RUN(a_finger_that_leaves_the_window_taps_nothing);
    RUN(an_input_methods_words_reach_the_field);
    RUN(keys_walk_and_press);
    RUN(a_key_that_is_held_presses_once);
    RUN(a_finger_that_was_lifted_unseen_does_not_lock_the_screen);
    RUN(what_came_while_it_was_busy_is_not_lost);
    RUN(a_turned_window_is_laid_out_anew);
    RUN(closing_ends_the_loop);
    RUN(being_raised_shows_the_picture_again);
    CHECK_END();
}

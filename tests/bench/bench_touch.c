/* bench_touch.c - children of bench_app.c: from a finger to the presented frame, ink, a cursor. */
#include "tests/bench/bench_phone.h"

#include <SDL2/SDL.h>
#include <stdlib.h>

#define PRESSES 600
#define STROKES_POINTS 2000
#define BLINKS 200

static const struct ui_node *node(const struct phone *x, const char *id)
{
    for (size_t i = 0; i < x->u->node_n; i++) {
        if (strncmp(x->u->nodes[i].id, id, strlen(id)) == 0) {
            return &x->u->nodes[i];
        }
    }
    bench_die(id, ST_NOT_FOUND, NULL);
    return NULL;
}

/* As a panel sends it, through SDL's own queue. */
static void push_finger(uint32_t type, float x_px, float y_px)
{
    SDL_Event e = {.type = type};
    e.common.timestamp = SDL_GetTicks();
    e.tfinger.touchId = 1;
    e.tfinger.fingerId = 1;
    e.tfinger.x = x_px / PHONE_W;
    e.tfinger.y = y_px / PHONE_H;
    e.tfinger.pressure = 1;
    SDL_PushEvent(&e);
}

static void turn_once(struct phone *x)
{
    struct platform_turn turn;
    if (!platform_wait(x->p, x->u, &x->out, app_pending(x->a), &turn)) {
        bench_die("the window was closed", ST_BUG, NULL);
    }
    phone_frame(x, turn.now_ms);
}

/* As main's loop, until a frame that changed was presented. */
static void first_changed(struct phone *x)
{
    do {
        turn_once(x);
    } while (!x->out.changed);
}

static void come_to_rest(struct phone *x)
{
    while (x->out.again) {
        turn_once(x);
    }
}

#define DOUBLE_TAP_MS                                                                              \
    200 /* so long a new screen takes no touch: a second tap was for the old one */

static void rest(struct phone *x)
{
    struct platform_turn turn;
    SDL_Delay(DOUBLE_TAP_MS);
    x->out.again = true;
    while (x->out.again || app_pending(x->a)) {
        if (!platform_wait(x->p, x->u, &x->out, app_pending(x->a), &turn)) {
            return;
        }
        phone_frame(x, turn.now_ms);
    }
}

/* What the time to a presented frame is made of, from the moment `from_us` on. */
struct parts {
    double ms[PRESSES], cpu[PRESSES], wake[PRESSES], lay[PRESSES], show[PRESSES];
};

static void note(struct parts *p, size_t i, const struct phone *x, double from_us, double cpu_us)
{
    p->ms[i] = (x->shown_us - from_us) / 1e3;
    p->cpu[i] = (bench_cpu_us() - cpu_us) / 1e3;
    p->wake[i] = (x->woke_us - from_us) / 1e3;
    p->lay[i] = (x->laid_us - x->woke_us) / 1e3;
    p->show[i] = (x->shown_us - x->laid_us) / 1e3;
}

static void sum_up(struct parts *p, struct bench_child *out)
{
    out->frames = PRESSES;
    out->ms[0] = bench_percentile(p->ms, PRESSES, 0.5);
    out->ms[1] = bench_percentile(p->ms, PRESSES, 0.99);
    out->ms[3] = bench_percentile(p->cpu, PRESSES, 0.99);
    out->part_ms[0] = bench_percentile(p->wake, PRESSES, 0.5);
    out->part_ms[1] = bench_percentile(p->lay, PRESSES, 0.5);
    out->part_ms[2] = bench_percentile(p->show, PRESSES, 0.5);
}

void bench_press(const char *dir, struct bench_child *out)
{
    struct phone x;
    static struct parts p;
    phone_jobs(&x, dir);
    rest(&x);
    for (size_t i = 0; i < PRESSES; i++) { /* down on a button, away from it, and up */
        static const uint32_t types[] = {SDL_FINGERDOWN, SDL_FINGERUP};
        const struct ui_node *n = node(&x, "find");
        float at = i % 2 == 0 ? (float)n->rect.x + (float)n->rect.w / 2 : 4.0F;
        double cpu = bench_cpu_us(), from = bench_us();
        push_finger(types[i % 2], at, (float)n->rect.y + (float)n->rect.h / 2);
        first_changed(&x);
        note(&p, i, &x, from, cpu);
        come_to_rest(&x);
    }
    sum_up(&p, out);
    phone_close(&x);
}

/* ---- words looked for among all jobs -----------------------------------------------------------
 */

#define GAP_MS 31 /* so long characters are held: a scanner might be sending them */

/* One key; from the moment on which it counts until what it found was presented. */
static double keystroke(struct phone *x, const char *text, int64_t *now_ms, double *own_ms)
{
    struct ui_event e = {.type = text == NULL ? UI_EV_KEY : UI_EV_TEXT, .t_ms = *now_ms += 100};
    e.key = text == NULL ? UI_KEY_BACKSPACE : UI_KEY_NONE;
    snprintf(e.text, sizeof e.text, "%s", text == NULL ? "" : text);
    IGNORE(!ui_event(x->u, &e));
    if (text != NULL) {
        phone_frame(x, *now_ms);
    }
    double from = bench_us(), cpu = bench_cpu_us();
    phone_frame(x, *now_ms += GAP_MS);
    while (x->out.again) {
        phone_frame(x, *now_ms += 1);
    }
    *own_ms = (bench_cpu_us() - cpu) / 1e3;
    return (bench_us() - from) / 1e3;
}

/* What is typed, letter by letter, and taken back again: each step back looks through all jobs. */
void bench_search(const char *dir, struct bench_child *out)
{
    static const char *const words[][5] = {{"刘", "美", "华", "外", "机"},
                                           {"H", "a", "r", "b", "o"},
                                           {"1", "3", "8", "0", "0"},
                                           {"不", "制", "冷", " ", "王"}};
    enum { WORDS = sizeof words / sizeof words[0], LETTERS = 5, ROUNDS = 10 };
    static double ms[WORDS * LETTERS * 2 * ROUNDS], own[WORDS * LETTERS * 2 * ROUNDS];
    size_t n = 0;
    int64_t now = 10000000;
    struct phone x;
    phone_jobs(&x, dir);
    rest(&x);
    const struct ui_node *find = node(&x, "find");
    float at = (float)find->rect.x + (float)find->rect.w / 2, y = (float)find->rect.y + 10;
    push_finger(SDL_FINGERDOWN, at, y);
    push_finger(SDL_FINGERUP, at, y);
    first_changed(&x);
    rest(&x);
    double from = bench_us();
    out->part_ms[0] = keystroke(&x, "刘", &now, &own[0]); /* nothing is gathered yet */
    rest(&x);
    out->part_ms[1] = (bench_us() - from) / 1e3;
    out->part_ms[2] = (double)app_today_count(x.a);
    IGNORE(keystroke(&x, NULL, &now, &own[0]) < 0);
    for (int r = 0; r < ROUNDS; r++) {
        for (size_t w = 0; w < WORDS; w++) {
            for (int k = 0; k < 2 * LETTERS; k++) {
                ms[n] = keystroke(&x, k < LETTERS ? words[w][k] : NULL, &now, &own[n]);
                n++;
            }
        }
    }
    out->frames = (unsigned)n;
    out->ms[0] = bench_percentile(ms, n, 0.5);
    out->ms[1] = bench_percentile(ms, n, 0.99);
    out->ms[3] = bench_percentile(own, n, 0.99);
    out->rss_kib = bench_status_kib("VmRSS:");
    out->anon_kib = bench_status_kib("RssAnon:");
    phone_close(&x);
}

/* ---- a stroke on a pad that fills the page: the kit and the window alone, no store ------------
 */

static void pad_frame(struct phone *x, struct ui_ink *ink, const struct platform_turn *turn)
{
    struct ui_frame f = {.now_ms = turn->now_ms,
                         .w_px = PHONE_W,
                         .h_px = PHONE_H,
                         .density = PHONE_DENSITY,
                         .scale = 1,
                         .theme = UI_LIGHT,
                         .lang = "zh"};
    struct ui_screen sc = {
        .id = "sign", .title = "请您签字", .fixed = true, .primary = "OK", .primary_id = "ok"};
    x->woke_us = bench_us();
    ui_begin(x->u, &f);
    IGNORE(ui_screen_begin(x->u, &sc) == 0);
    IGNORE(!ui_pad(x->u, "pad", "Signature", "", 1, ink, NULL));
    ui_screen_end(x->u);
    ui_end(x->u, &x->out);
    x->laid_us = bench_us();
    platform_present(x->p, &x->out, turn->exposed);
    x->shown_us = bench_us();
}

void bench_ink(struct bench_child *out)
{
    static struct ui_ink_point points[STROKES_POINTS];
    static struct parts p;
    struct ui_ink ink = {.points = points, .cap = STROKES_POINTS};
    struct phone x;
    struct platform_turn turn;
    phone_window(&x);
    IGNORE(!platform_wait(x.p, x.u, &x.out, false, &turn));
    pad_frame(&x, &ink, &turn);
    pad_frame(&x, &ink, &turn);
    struct ui_rect r = node(&x, "pad")->rect;
    push_finger(SDL_FINGERDOWN, (float)r.x + 20, (float)r.y + 20);
    for (size_t i = 0; i < PRESSES; i++) { /* a second and more of signing, where it goes slowly */
        float across = (float)(i % 200) / 200.0F * (float)(r.w - 40);
        float down = (float)(i / 200 * 60) + (float)(i % 13) * 4;
        size_t before = ink.n;
        double cpu = bench_cpu_us(), from = bench_us();
        push_finger(SDL_FINGERMOTION, (float)r.x + 20 + across, (float)r.y + 30 + down);
        do {
            IGNORE(!platform_wait(x.p, x.u, &x.out, false, &turn));
            pad_frame(&x, &ink, &turn);
        } while (ink.n == before || !x.out.changed);
        note(&p, i, &x, from, cpu);
    }
    sum_up(&p, out);
    out->frames = (unsigned)ink.n;
    phone_close(&x);
}

/* The cursor stands still in this program; what it would cost if it did not. */
void bench_cursor(const char *dir, struct bench_child *out)
{
    struct phone x;
    static struct ui_cmd without[UI_CAP_CMDS];
    phone_jobs(&x, dir);
    rest(&x);
    const struct ui_node *n = node(&x, "find");
    float at = (float)n->rect.x + (float)n->rect.w / 2, y = (float)n->rect.y + 10;
    push_finger(SDL_FINGERDOWN, at, y);
    push_finger(SDL_FINGERUP, at, y);
    first_changed(&x);
    come_to_rest(&x);
    rest(&x);
    struct ui_rect field = node(&x, "search")->rect;
    size_t k = 0, cursor = SIZE_MAX;
    for (size_t i = 0; i < x.out.n; i++) {
        const struct ui_cmd *c = &x.out.cmds[i];
        bool inside = c->rect.x > field.x && c->rect.x < field.x + field.w && c->rect.y > field.y &&
                      c->rect.y < field.y + field.h;
        cursor = c->type == UI_CMD_RECT && inside && c->rect.w < 8 ? i : cursor;
    }
    for (size_t i = 0; i < x.out.n && cursor != SIZE_MAX; i++) {
        without[k] = x.out.cmds[i];
        k += i != cursor;
    }
    if (k == 0) {
        bench_die("no cursor in the field", ST_NOT_FOUND, NULL);
    }
    struct ui_out off = x.out, on = x.out;
    off.cmds = without;
    off.n = k;
    off.changed = on.changed = true;
    for (int whole = 0; whole < 2; whole++) {
        uint64_t before = platform_pixels(x.p);
        double cpu = bench_cpu_us();
        for (int i = 0; i < BLINKS; i++) {
            platform_present(x.p, i % 2 == 0 ? &off : &on, whole != 0);
        }
        out->ms[whole] = (bench_cpu_us() - cpu) / 1e3 / BLINKS;
        out->pixels[whole] = (double)(platform_pixels(x.p) - before) / BLINKS;
    }
    phone_close(&x);
}

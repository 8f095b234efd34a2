/* bench_child.c - one measurement in a fresh process: `bench --child MODE DIR FD`. */
#include "tests/bench/bench.h"

#include "app/platform/platform.h"
#include "app/state/run.h"
#include "app/ui/i18n.h"
#include "app/ui/ui_state.h"
#include "sync/carrier/http_client.h"

#include <SDL2/SDL.h>
#include <SDL2/SDL_ttf.h>
#include <fontconfig/fontconfig.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#define WIDTH 720
#define HEIGHT 1280
#define DENSITY 1.5F
#define SCROLL_FRAMES 1200
#define FLING_PX 200.0F /* a frame: 12,000 pixels a second at 60 frames, a hard fling */
#define JUMPS 60        /* by whole screens */
#define PRESSES 600
#define BLINKS 200
#define GIVE_UP_US 60e6

static const double *start_us; /* when main began */

struct phone {
    struct platform *p;
    struct app *a;
    struct ui *u;
    struct ui_out out;
};

static void wake(void *p)
{
    platform_wake(p);
}

static void frame(struct phone *x, int64_t now_ms)
{
    const struct app_settings *look = app_look(x->a);
    struct ui_frame f = {.now_ms = now_ms,
                         .w_px = WIDTH,
                         .h_px = HEIGHT,
                         .density = DENSITY,
                         .scale = 1,
                         .theme = (enum ui_theme)look->theme,
                         .lang = "zh"};
    app_turn(x->a, x->u, &f);
    ui_end(x->u, &x->out);
    platform_present(x->p, &x->out, false);
}

static void phone_open(struct phone *x, const char *dir)
{
    struct err err = {.st = ST_OK};
    memset(x, 0, sizeof *x);
    x->out.again = true;
    x->u = malloc(sizeof *x->u);
    bench_must(http_global_init(&err), "http", &err);
    i18n_open(NULL);
    struct platform_config c = {.title = "Docket",
                                .w_px = WIDTH,
                                .h_px = HEIGHT,
                                .density = DENSITY,
                                .now_ms = SAMPLE_TIME_MS + 3600000,
                                .utc_offset_minutes = 480,
                                .icons_dir = "assets/icons"};
    bench_must(platform_open(&c, &x->p, &err), "platform_open", &err);
    ui_init(x->u, platform_fonts(x->p));
    struct app_config a = {.dir = dir,
                           .lang = "zh",
                           .theme = 0,
                           .scale = 1,
                           .clock = {platform_now, x->p},
                           .wake = wake,
                           .wake_ctx = x->p};
    bench_must(app_open(&a, &x->a, &err), "app_open", &err);
}

static bool shows(const struct phone *x, const char *id)
{
    for (size_t i = 0; i < x->u->node_n; i++) {
        if (strncmp(x->u->nodes[i].id, id, strlen(id)) == 0) {
            return true;
        }
    }
    return false;
}

/* As main's loop, until a widget whose id begins so was presented. */
static void until(struct phone *x, const char *id)
{
    struct platform_turn turn;
    double from = bench_us();
    while (!shows(x, id) || !x->out.changed) {
        if (!platform_wait(x->p, x->u, &x->out, app_pending(x->a), &turn) ||
            bench_us() - from > GIVE_UP_US) {
            bench_die("the screen does not come", ST_BUG, NULL);
        }
        frame(x, turn.now_ms);
        const struct app_result *r = app_result(x->a);
        if (r->st != ST_OK) {
            bench_die("the app", r->st, &r->err);
        }
    }
}

static void phone_close(struct phone *x)
{
    app_close(&x->a);
    platform_close(&x->p);
    free(x->u);
}

/* Through the list, frame after frame; each one's time, and the thread's own. */
static void scroll(struct phone *x, size_t n, float step_px, double *ms, double *cpu_ms)
{
    static int64_t now = 10000000;
    for (size_t i = 0; i < n; i++) {
        struct ui_event e = {.type = UI_EV_WHEEL,
                             .t_ms = now,
                             .x = WIDTH / 2.0F,
                             .y = HEIGHT / 2.0F,
                             .wheel_px = step_px};
        SDL_PumpEvents();
        double from = bench_us(), cpu = bench_cpu_us();
        ui_event(x->u, &e);
        frame(x, now += 16);
        ms[i] = (bench_us() - from) / 1e3;
        cpu_ms[i] = (bench_cpu_us() - cpu) / 1e3;
    }
}

double bench_status_kib(const char *name)
{
    char line[256];
    double kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            kib = strtod(line + strlen(name) + 1, NULL);
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return kib;
}

/* What of the store is mapped: clean pages of the file, which the kernel takes back when it must.
 */
static double store_kib(void)
{
    char line[1024];
    double kib = 0;
    bool here = false;
    FILE *f = fopen("/proc/self/smaps", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strchr(line, '-') != NULL && strstr(line, "kB") == NULL) {
            here = strstr(line, "data.mdb") != NULL;
        } else if (here && strncmp(line, "Rss:", 4) == 0) {
            kib += strtod(line + 4, NULL);
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return kib;
}

static void run_cold(const char *dir, struct bench_child *out)
{
    struct phone x;
    phone_open(&x, dir);
    until(&x, "unlock");
    double locked = bench_us();
    out->ms[0] = (locked - *start_us) / 1e3;
    if (!app_unlock(x.a, BENCH_PIN)) {
        bench_die("unlock", ST_BUG, NULL);
    }
    until(&x, "job:");
    out->ms[1] = (bench_us() - locked) / 1e3;
    out->kdf_ms = bench_kdf_us() / 1e3;
    out->frames = (unsigned)platform_frames(x.p);
    double ms[JUMPS], cpu[JUMPS];
    out->rss_kib = bench_status_kib("VmRSS:");
    out->anon_kib = bench_status_kib("RssAnon:");
    out->store_kib = store_kib();
    scroll(&x, JUMPS, HEIGHT, ms, cpu);
    out->scrolled_kib = bench_status_kib("VmRSS:");
    out->scrolled_store_kib = store_kib();
    phone_close(&x);
}

static void run_scroll(const char *dir, struct bench_child *out)
{
    struct phone x;
    double *ms = malloc(SCROLL_FRAMES * sizeof *ms), *cpu = malloc(SCROLL_FRAMES * sizeof *cpu);
    phone_open(&x, dir);
    until(&x, "unlock");
    if (!app_unlock(x.a, BENCH_PIN)) {
        bench_die("unlock", ST_BUG, NULL);
    }
    until(&x, "job:");
    uint64_t before = platform_frames(x.p);
    scroll(&x, SCROLL_FRAMES, FLING_PX, ms, cpu);
    out->frames = (unsigned)(platform_frames(x.p) - before);
    out->ms[0] = bench_percentile(ms, SCROLL_FRAMES, 0.5);
    out->ms[1] = bench_percentile(ms, SCROLL_FRAMES, 0.99);
    out->ms[3] = bench_percentile(cpu, SCROLL_FRAMES, 0.99);
    scroll(&x, JUMPS, HEIGHT, ms, cpu);
    out->ms[2] = bench_percentile(ms, JUMPS, 0.99);
    out->rss_kib = bench_status_kib("VmRSS:");
    phone_close(&x);
    free(ms);
    free(cpu);
}

/* ==== input to presented frame =============================================================== */

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
    e.tfinger.x = x_px / WIDTH;
    e.tfinger.y = y_px / HEIGHT;
    e.tfinger.pressure = 1;
    SDL_PushEvent(&e);
}

/* As main's loop, until nothing is to be drawn any more; the time of the first frame that changed.
 */
static double shown_us(struct phone *x)
{
    struct platform_turn turn;
    double first = 0;
    do {
        if (!platform_wait(x->p, x->u, &x->out, app_pending(x->a), &turn)) {
            bench_die("the window was closed", ST_BUG, NULL);
        }
        frame(x, turn.now_ms);
        first = first == 0 && x->out.changed ? bench_us() : first;
    } while (x->out.again || first == 0);
    return first;
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
        frame(x, turn.now_ms);
    }
}

static void run_press(const char *dir, struct bench_child *out)
{
    struct phone x;
    static double ms[PRESSES], cpu_ms[PRESSES];
    phone_open(&x, dir);
    until(&x, "unlock");
    if (!app_unlock(x.a, BENCH_PIN)) {
        bench_die("unlock", ST_BUG, NULL);
    }
    until(&x, "job:");
    rest(&x);
    for (size_t i = 0; i < PRESSES; i++) { /* down on a button, away from it, and up */
        static const uint32_t types[] = {SDL_FINGERDOWN, SDL_FINGERUP};
        const struct ui_node *n = node(&x, "find");
        float at = i % 2 == 0 ? (float)n->rect.x + (float)n->rect.w / 2 : 4.0F;
        double cpu = bench_cpu_us(), from = bench_us();
        push_finger(types[i % 2], at, (float)n->rect.y + (float)n->rect.h / 2);
        ms[i] = (shown_us(&x) - from) / 1e3;
        cpu_ms[i] = (bench_cpu_us() - cpu) / 1e3;
    }
    out->frames = PRESSES;
    out->ms[0] = bench_percentile(ms, PRESSES, 0.5);
    out->ms[1] = bench_percentile(ms, PRESSES, 0.99);
    out->ms[3] = bench_percentile(cpu_ms, PRESSES, 0.99);
    phone_close(&x);
}

/* The cursor stands still in this program; what it would cost if it did not. */
static void run_cursor(const char *dir, struct bench_child *out)
{
    struct phone x;
    static struct ui_cmd without[UI_CAP_CMDS];
    phone_open(&x, dir);
    until(&x, "unlock");
    if (!app_unlock(x.a, BENCH_PIN)) {
        bench_die("unlock", ST_BUG, NULL);
    }
    until(&x, "job:");
    rest(&x);
    const struct ui_node *n = node(&x, "find");
    float at = (float)n->rect.x + (float)n->rect.w / 2, y = (float)n->rect.y + 10;
    push_finger(SDL_FINGERDOWN, at, y);
    push_finger(SDL_FINGERUP, at, y);
    (void)shown_us(&x);
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

/* The least that an SDL program with words in a window does. */
static void run_empty(bool fill, struct bench_child *out)
{
    FcResult r;
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0"); /* as ours: no driver is loaded */
    SDL_Init(SDL_INIT_VIDEO);
    TTF_Init();
    FcPattern *want = FcNameParse((const FcChar8 *)"Noto Sans CJK SC");
    FcConfigSubstitute(NULL, want, FcMatchPattern);
    FcDefaultSubstitute(want);
    FcPattern *font = FcFontMatch(NULL, want, &r);
    FcChar8 *file = NULL;
    int index = 0;
    FcPatternGetString(font, FC_FILE, 0, &file);
    FcPatternGetInteger(font, FC_INDEX, 0, &index);
    SDL_Window *w = SDL_CreateWindow("empty", 0, 0, WIDTH, HEIGHT, SDL_WINDOW_SHOWN);
    SDL_Surface *s = w == NULL ? NULL : SDL_GetWindowSurface(w);
    TTF_Font *f = TTF_OpenFontIndex((const char *)file, 27, index);
    SDL_Surface *text =
        f == NULL ? NULL : TTF_RenderUTF8_Blended(f, "作业单 Docket", (SDL_Color){0, 0, 0, 255});
    if (s == NULL || text == NULL) {
        bench_die(SDL_GetError(), ST_IO, NULL);
    }
    SDL_FillRect(s, NULL, 0xFFFFFFFF);
    SDL_BlitSurface(text, NULL, s, NULL);
    SDL_UpdateWindowSurface(w);
    out->ms[0] = (bench_us() - *start_us) / 1e3;
    out->rss_kib = bench_status_kib("VmRSS:");
    if (fill) {
        double v[200];
        for (size_t i = 0; i < 200; i++) {
            double from = bench_us();
            SDL_FillRect(s, NULL, (uint32_t)(0xFF000000U + i));
            SDL_UpdateWindowSurface(w);
            v[i] = (bench_us() - from) / 1e3;
        }
        out->ms[0] = bench_median(v, 200);
    }
    SDL_Quit();
}

int bench_child(const char *mode, const char *dir, int fd, double began_us)
{
    struct bench_child out;
    memset(&out, 0, sizeof out);
    start_us = &began_us;
    if (getenv("DISPLAY") == NULL) {
        setenv("SDL_VIDEODRIVER", "dummy", 1);
    }
    if (sodium_init() < 0) {
        return 1;
    }
    if (strcmp(mode, "cold") == 0) {
        run_cold(dir, &out);
    } else if (strcmp(mode, "scroll") == 0) {
        run_scroll(dir, &out);
    } else if (strcmp(mode, "press") == 0) {
        run_press(dir, &out);
    } else if (strcmp(mode, "cursor") == 0) {
        run_cursor(dir, &out);
    } else {
        run_empty(strcmp(mode, "fill") == 0, &out);
    }
    snprintf(out.driver, sizeof out.driver, "%s",
             getenv("DISPLAY") == NULL ? "dummy (no display)" : "x11");
    return write(fd, &out, sizeof out) == (ssize_t)sizeof out ? 0 : 1;
}

/* bench_child.c - one measurement in a fresh process: `bench --child MODE DIR FD`. */
#include "tests/bench/bench_phone.h"

#include "app/ui/i18n.h"
#include "sync/carrier/http_client.h"

#include <SDL2/SDL.h>
#include <SDL2/SDL_ttf.h>
#include <fontconfig/fontconfig.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#define SCROLL_FRAMES 1200
#define FLING_PX 200.0F /* a frame: 12,000 pixels a second at 60 frames, a hard fling */
#define JUMPS 60        /* by whole screens */
#define GIVE_UP_US 60e6

static const double *start_us; /* when main began */
static double start_cpu_us;    /* what this thread had used by then */

static void wake(void *p)
{
    platform_wake(p);
}

void phone_frame(struct phone *x, int64_t now_ms)
{
    x->woke_us = bench_us();
    const struct app_settings *look = app_look(x->a);
    struct ui_frame f = {.now_ms = now_ms,
                         .w_px = PHONE_W,
                         .h_px = PHONE_H,
                         .density = PHONE_DENSITY,
                         .scale = 1,
                         .theme = (enum ui_theme)look->theme,
                         .lang = "zh"};
    app_turn(x->a, x->u, &f);
    ui_end(x->u, &x->out);
    x->laid_us = bench_us();
    platform_present(x->p, &x->out, false);
    x->shown_us = bench_us();
}

static void part(double *to, double *from_us)
{
    double now = bench_us();
    *to = (now - *from_us) / 1e3;
    *from_us = now;
}

void phone_window(struct phone *x)
{
    struct err err = {.st = ST_OK};
    memset(x, 0, sizeof *x);
    x->out.again = true;
    x->u = malloc(sizeof *x->u);
    bench_must(http_global_init(&err), "http", &err);
    i18n_open(NULL);
    struct platform_config c = {.title = "Docket",
                                .w_px = PHONE_W,
                                .h_px = PHONE_H,
                                .density = PHONE_DENSITY,
                                .now_ms = SAMPLE_TIME_MS + 3600000,
                                .utc_offset_minutes = 480,
                                .icons_dir = "assets/icons"};
    bench_must(platform_open(&c, &x->p, &err), "platform_open", &err);
    ui_init(x->u, platform_fonts(x->p));
}

void phone_open(struct phone *x, const char *dir, double part_ms[static 2])
{
    struct err err = {.st = ST_OK};
    double from = bench_us();
    phone_window(x);
    part(&part_ms[0], &from);
    struct app_config a = {.dir = dir,
                           .lang = "zh",
                           .theme = 0,
                           .scale = 1,
                           .clock = {platform_now, x->p},
                           .wake = wake,
                           .wake_ctx = x->p};
    bench_must(app_open(&a, &x->a, &err), "app_open", &err);
    part(&part_ms[1], &from);
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
void phone_until(struct phone *x, const char *id)
{
    struct platform_turn turn;
    double from = bench_us();
    while (!shows(x, id) || !x->out.changed) {
        if (!platform_wait(x->p, x->u, &x->out, app_pending(x->a), &turn) ||
            bench_us() - from > GIVE_UP_US) {
            bench_die("the screen does not come", ST_BUG, NULL);
        }
        phone_frame(x, turn.now_ms);
        const struct app_result *r = app_result(x->a);
        if (r->st != ST_OK) {
            bench_die("the app", r->st, &r->err);
        }
    }
}

void phone_close(struct phone *x)
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
                             .x = PHONE_W / 2.0F,
                             .y = PHONE_H / 2.0F,
                             .wheel_px = step_px};
        SDL_PumpEvents();
        double from = bench_us(), cpu = bench_cpu_us();
        ui_event(x->u, &e);
        phone_frame(x, now += 16);
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

/* stop_there: end the process now; what a profiler has counted then is the cold start alone. */
static void run_cold(const char *dir, bool stop_there, struct bench_child *out)
{
    struct phone x;
    phone_open(&x, dir, out->part_ms);
    double from = bench_us();
    phone_until(&x, "unlock");
    double locked = bench_us();
    out->part_ms[2] = (locked - from) / 1e3;
    out->ms[0] = (locked - *start_us) / 1e3;
    if (!app_unlock(x.a, BENCH_PIN)) {
        bench_die("unlock", ST_BUG, NULL);
    }
    phone_until(&x, "job:");
    out->ms[3] = (bench_cpu_us() - start_cpu_us) / 1e3;
    out->ms[1] = (bench_us() - locked) / 1e3;
    out->kdf_ms = bench_kdf_us() / 1e3;
    out->part_ms[4] = (x.shown_us - x.woke_us) / 1e3;
    out->part_ms[3] = out->ms[1] - out->kdf_ms - out->part_ms[4];
    out->frames = (unsigned)platform_frames(x.p);
    if (stop_there) {
        return;
    }
    double ms[JUMPS], cpu[JUMPS];
    out->rss_kib = bench_status_kib("VmRSS:");
    out->anon_kib = bench_status_kib("RssAnon:");
    out->store_kib = store_kib();
    scroll(&x, JUMPS, PHONE_H, ms, cpu);
    out->scrolled_kib = bench_status_kib("VmRSS:");
    out->scrolled_store_kib = store_kib();
    phone_close(&x);
}

void phone_jobs(struct phone *x, const char *dir)
{
    double unused[2];
    phone_open(x, dir, unused);
    phone_until(x, "unlock");
    if (!app_unlock(x->a, BENCH_PIN)) {
        bench_die("unlock", ST_BUG, NULL);
    }
    phone_until(x, "job:");
}

static void run_scroll(const char *dir, struct bench_child *out)
{
    struct phone x;
    double *ms = malloc(SCROLL_FRAMES * sizeof *ms), *cpu = malloc(SCROLL_FRAMES * sizeof *cpu);
    phone_jobs(&x, dir);
    uint64_t before = platform_frames(x.p);
    scroll(&x, SCROLL_FRAMES, FLING_PX, ms, cpu);
    out->frames = (unsigned)(platform_frames(x.p) - before);
    out->ms[0] = bench_percentile(ms, SCROLL_FRAMES, 0.5);
    out->ms[1] = bench_percentile(ms, SCROLL_FRAMES, 0.99);
    out->ms[3] = bench_percentile(cpu, SCROLL_FRAMES, 0.99);
    scroll(&x, JUMPS, PHONE_H, ms, cpu);
    out->ms[2] = bench_percentile(ms, JUMPS, 0.99);
    out->rss_kib = bench_status_kib("VmRSS:");
    phone_close(&x);
    free(ms);
    free(cpu);
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
    SDL_Window *w = SDL_CreateWindow("empty", 0, 0, PHONE_W, PHONE_H, SDL_WINDOW_SHOWN);
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
    out->ms[3] = (bench_cpu_us() - start_cpu_us) / 1e3;
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
    start_cpu_us = bench_cpu_us();
    if (getenv("DISPLAY") == NULL) {
        setenv("SDL_VIDEODRIVER", "dummy", 1);
    }
    if (sodium_init() < 0) {
        return 1;
    }
    if (strcmp(mode, "cold") == 0) {
        run_cold(dir, false, &out);
    } else if (strcmp(mode, "start") == 0) {
        run_cold(dir, true, &out);
    } else if (strcmp(mode, "scroll") == 0) {
        run_scroll(dir, &out);
    } else if (strcmp(mode, "press") == 0) {
        bench_press(dir, &out);
    } else if (strcmp(mode, "search") == 0) {
        bench_search(dir, &out);
    } else if (strcmp(mode, "ink") == 0) {
        bench_ink(&out);
    } else if (strcmp(mode, "cursor") == 0) {
        bench_cursor(dir, &out);
    } else {
        run_empty(strcmp(mode, "fill") == 0, &out);
    }
    snprintf(out.driver, sizeof out.driver, "%s",
             getenv("DISPLAY") == NULL ? "dummy (no display)" : "x11");
    return write(fd, &out, sizeof out) == (ssize_t)sizeof out ? 0 : 1;
}

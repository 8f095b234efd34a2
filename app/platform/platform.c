/* platform.c - what window and headless have in common: clock, script, painting. */
#include "app/platform/platform_inside.h"
#include "app/platform/compose.h"

#include "core/base/be64.h"
#include <SDL2/SDL_image.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_W = 480, DEFAULT_H = 800, SCRIPT_POLL_MS = 20, MINUTE_MS = 60000 };

static int64_t clock_ms(clockid_t id)
{
    struct timespec t = {0};
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t platform_real_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

/* ==== clock ================================================================================== */

static int16_t zone_minutes(void)
{
    time_t now = time(NULL);
    struct tm tm;
    char z[8] = "";
    if (localtime_r(&now, &tm) == NULL || strftime(z, sizeof z, "%z", &tm) != 5) {
        return 0;
    }
    int m = ((z[1] - '0') * 10 + z[2] - '0') * 60 + (z[3] - '0') * 10 + z[4] - '0';
    return (int16_t)(z[0] == '-' ? -m : m);
}

static int64_t shift_ms(const struct platform *p)
{
    return p->script != NULL ? (int64_t)atomic_load(&p->sim_ms) : platform_real_ms() - p->start_ms;
}

void platform_now(void *ctx, struct now *out)
{
    const struct platform *p = ctx;
    memcpy(out->boot_id, p->boot_id, sizeof out->boot_id);
    if (p->c.now_ms != 0) {
        out->wall_ms = p->c.now_ms + shift_ms(p) + (int64_t)atomic_load(&p->set_ms);
        out->boot_ms = MINUTE_MS + shift_ms(p);
        out->utc_offset_minutes = p->c.utc_offset_minutes;
        return;
    }
    out->wall_ms = clock_ms(CLOCK_REALTIME);
    out->boot_ms = clock_ms(CLOCK_BOOTTIME);
    out->utc_offset_minutes = zone_minutes();
}

/* The kernel's boot; of a run under another clock, an id of its own. */
static void read_boot_id(struct platform *p)
{
    uint64_t h =
        14695981039346656037U ^ (uint64_t)clock_ms(CLOCK_REALTIME) ^ (uint64_t)getpid() << 40;
    FILE *f = p->c.now_ms != 0 ? NULL : fopen("/proc/sys/kernel/random/boot_id", "r");
    char id[40] = "";
    size_t n = f == NULL ? 0 : fread(id, 1, sizeof id - 1, f);
    int digits = 0;
    for (size_t i = 0; i < n && digits < 16; i++) {
        int c = id[i], v = c >= '0' && c <= '9'   ? c - '0'
                           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                                  : -1;
        if (v >= 0) {
            h = digits == 0 ? 0 : h;
            h = h << 4 | (uint64_t)v;
            digits++;
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    be64_put(p->boot_id, h);
}

/* ==== open and close ========================================================================= */

/* Reading the machine's fonts and reaching the display take as long as each other and know nothing
 * of each other: with a window the fonts are read on a thread of their own, which ends here. */
struct opening {
    struct platform *p;
    enum st st;
    struct err err;
};

static int open_render(void *ctx)
{
    struct opening *o = ctx;
    o->st = render_open(o->p->c.icons_dir, &o->p->render, &o->err);
    return 0;
}

static enum st open_both(struct platform *p, struct err *err)
{
    struct opening o = {.p = p};
    int compose = p->c.headless ? -1 : compose_begin();
    SDL_Thread *t = p->c.headless ? NULL : SDL_CreateThread(open_render, "fonts", &o);
    enum st st = p->c.headless ? platform_headless_open(p, err) : platform_sdl_open(p, err);
    if (t != NULL) {
        SDL_WaitThread(t, NULL);
    } else {
        (void)open_render(&o);
    }
    compose_end(compose);
    if (st == ST_OK && o.st != ST_OK) {
        st = err_set(err, o.st, 0, __func__, "%s", o.err.text);
    }
    return st;
}

enum st platform_open(const struct platform_config *c, struct platform **out, struct err *err)
{
    *out = NULL;
    struct platform *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    p->c = *c;
    p->c.w_px = c->w_px > 0 ? c->w_px : DEFAULT_W;
    p->c.h_px = c->h_px > 0 ? c->h_px : DEFAULT_H;
    p->start_ms = platform_real_ms();
    p->finger = -1;
    atomic_init(&p->woken, false);
    atomic_init(&p->sim_ms, 0);
    atomic_init(&p->set_ms, 0);
    read_boot_id(p);
    enum st st = ST_OK;
    if (c->script != NULL) {
        st = script_open(c->script, c->shots_dir, c->tree_file, &p->script, err);
    }
    if (st == ST_OK) {
        st = open_both(p, err);
    }
    if (st != ST_OK) {
        platform_close(&p);
        return st;
    }
    *out = p;
    return ST_OK;
}

void platform_close(struct platform **pp)
{
    struct platform *p = *pp;
    if (p == NULL) {
        return;
    }
    script_close(&p->script);
    render_close(&p->render);
    if (p->c.headless) {
        platform_headless_close(p);
    } else {
        platform_sdl_close(p);
    }
    free(p);
    *pp = NULL;
}

const struct ui_fonts *platform_fonts(const struct platform *p)
{
    return render_fonts(p->render);
}

void platform_minute(struct platform *p, bool on)
{
    p->minute = on;
}

int platform_exit_code(const struct platform *p)
{
    return p->exit_code;
}

uint64_t platform_frames(const struct platform *p)
{
    return p->frames;
}

uint64_t platform_pixels(const struct platform *p)
{
    return p->pixels;
}

void platform_forget(struct platform *p)
{
    render_forget(p->render);
}

void platform_wake(struct platform *p)
{
    if (atomic_exchange(&p->woken, true)) {
        return; /* one is under way */
    }
    if (p->sem != NULL) {
        SDL_SemPost(p->sem);
    } else {
        SDL_Event e = {.type = p->wake_event};
        SDL_PushEvent(&e);
    }
}

void platform_raise(void *ctx)
{
    struct platform *p = ctx;
    if (p->window != NULL) {
        SDL_Event e = {.type = p->wake_event};
        e.user.code = PLATFORM_RAISE;
        SDL_PushEvent(&e);
    }
}

void platform_paste(struct ui *u, const char *text, int64_t t_ms)
{
    for (size_t at = 0, n = strlen(text); at < n;) {
        struct ui_event e = {.type = UI_EV_PASTE, .t_ms = t_ms};
        size_t take = n - at < sizeof e.text - 1 ? n - at : sizeof e.text - 1;
        while (take > 1 && at + take < n && ((uint8_t)text[at + take] & 0xC0U) == 0x80U) {
            take--;
        }
        memcpy(e.text, text + at, take);
        if (!ui_event(u, &e)) {
            return;
        }
        at += take;
    }
}

/* ==== a turn ================================================================================= */

/* The script's clock counts from 1: 0 means "not gliding" to the kit. */
static int64_t turn_ms(const struct platform *p)
{
    return p->script != NULL ? (int64_t)atomic_load(&p->sim_ms) + 1000
                             : (int64_t)SDL_GetTicks64() + 1;
}

static bool minute_came(struct platform *p)
{
    struct now now;
    platform_now(p, &now);
    int64_t minute = now.wall_ms / MINUTE_MS;
    bool came = p->minute && minute != p->last_minute && p->last_minute != 0;
    p->last_minute = minute;
    return came;
}

static void fill(struct platform *p, struct platform_turn *t)
{
    t->woken = atomic_exchange(&p->woken, false);
    t->minute = minute_came(p);
    t->now_ms = turn_ms(p);
    t->w_px = p->c.w_px;
    t->h_px = p->c.h_px;
    t->density = p->c.density;
    t->exposed = p->exposed;
    p->exposed = false;
}

static void save(struct platform *p)
{
    const char *path = script_path(p->script);
    if (p->canvas == NULL || IMG_SavePNG(p->canvas, path) != 0) {
        fprintf(stderr, "cannot write %s: %s\n", path, SDL_GetError());
        p->exit_code = 1;
        p->quit = true;
    }
}

static void sleep_until(struct platform *p, struct ui *u, int64_t until_ms)
{
    if (p->c.headless) {
        platform_headless_wait(p, until_ms);
    } else {
        platform_sdl_wait(p, u, until_ms);
    }
}

/* True when a frame is to be run, false when the run is over. */
static bool play(struct platform *p, struct ui *u, const struct ui_out *out, bool busy)
{
    int64_t sim = (int64_t)atomic_load(&p->sim_ms);
    bool timed = !ui_idle(u) && out->wake_ms != INT64_MAX;
    if (out->again || timed) {
        if (!out->again && out->wake_ms - 1000 > sim) {
            atomic_store(&p->sim_ms, out->wake_ms - 1000);
        }
        return true;
    }
    while (!p->quit) {
        int64_t before = platform_real_ms(), kit_ms = sim + 1000;
        enum script_says says = script_next(p->script, u, busy, before, &kit_ms);
        sim = kit_ms - 1000;
        atomic_store(&p->sim_ms, sim);
        atomic_store(&p->set_ms, script_clock_ms(p->script));
        switch (says) {
        case SCRIPT_FRAME:
            return true;
        case SCRIPT_WAIT:
            sleep_until(p, u, before + SCRIPT_POLL_MS);
            atomic_store(&p->sim_ms, sim + platform_real_ms() - before);
            return !p->quit;
        case SCRIPT_SHOT:
            save(p);
            break;
        case SCRIPT_FAILED:
            p->exit_code = 1;
            p->quit = true;
            break;
        case SCRIPT_DONE:
            p->quit = true;
            break;
        }
    }
    return false;
}

static int64_t next_minute(const struct platform *p)
{
    struct now now;
    union {
        const struct platform *c;
        void *v;
    } ctx = {p};
    platform_now(ctx.v, &now);
    return platform_real_ms() + MINUTE_MS - now.wall_ms % MINUTE_MS + 5;
}

bool platform_wait(struct platform *p, struct ui *u, const struct ui_out *out, bool busy,
                   struct platform_turn *turn)
{
    *turn = (struct platform_turn){0};
    if (p->quit) {
        return false;
    }
    if (p->script != NULL) {
        bool more = play(p, u, out, busy);
        fill(p, turn);
        return more;
    }
    int64_t until = INT64_MAX;
    if (out->again) {
        until = 0;
    } else if (out->wake_ms != INT64_MAX) {
        int64_t left = out->wake_ms - turn_ms(p);
        until = platform_real_ms() + (left > 0 ? left : 0);
    }
    if (p->minute) {
        int64_t m = next_minute(p);
        until = m < until ? m : until;
    }
    sleep_until(p, u, until);
    fill(p, turn);
    return !p->quit;
}

void platform_present(struct platform *p, const struct ui_out *out, bool force)
{
    if (!out->changed && !force) {
        return;
    }
    if (!p->c.headless && !platform_sdl_canvas(p)) {
        return;
    }
    SDL_Rect rects[RENDER_RECTS];
    int n = (int)render_update(p->render, p->canvas, out, force, rects);
    for (int k = 0; k < n; k++) {
        p->pixels += (uint64_t)rects[k].w * (uint64_t)rects[k].h;
    }
    p->frames++;
    if (!p->c.headless && n > 0) {
        platform_sdl_show(p, rects, n);
    }
}

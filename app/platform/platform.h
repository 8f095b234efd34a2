/* platform.h - the window, the input and the clock, or their headless stand-ins.
 *
 * Two implementations over the same code: a window (platform_sdl.c) and a surface without any
 * display (platform_headless.c). Both draw with app/render, both may be driven by a script.
 *
 *     while (platform_wait(p, u, &out, busy, &turn)) {
 *         ui_begin(u, ...turn...);  screens;  ui_end(u, &out);
 *         platform_present(p, &out, turn.exposed);
 *     }
 *
 * Threads: everything is the UI thread's, except platform_wake and platform_now. */
#ifndef APP_PLATFORM_PLATFORM_H
#define APP_PLATFORM_PLATFORM_H
#include "app/ui/ui.h"
#include "core/base/clock.h"
#include "core/base/status.h"

struct platform; /* opaque */

struct platform_config {
    bool headless;
    const char *title;
    int w_px, h_px;             /* 0: 480 x 800 */
    float density;              /* pixels per dp; 0: from the display's dpi, headless 1 */
    const char *icons_dir;      /* NULL: found beside the binary or in /usr/share/docket/icons */
    int64_t now_ms;             /* wall clock at start, UTC; 0: the system's. Then runs on. */
    int16_t utc_offset_minutes; /* with now_ms; else the system's zone counts */
    const char *script;         /* file of actions, NULL for none (script.h) */
    const char *shots_dir;      /* where `shot` and `tree` write; NULL: the current folder */
    const char *tree_file; /* the tree after each action is appended here and flushed; NULL: not */
};

struct platform_turn {
    int64_t now_ms; /* monotonic */
    int w_px, h_px;
    float density;
    bool woken;   /* platform_wake was called */
    bool minute;  /* the asked-for minute tick */
    bool exposed; /* the window lost its picture: present even if nothing changed */
};

/* platform_open: window (or surface), fonts, icons. *out is NULL on failure; err says what is
 * missing in words. Errors: ST_NOT_FOUND no font or script; ST_IO no display or no memory. */
MUST_USE enum st platform_open(const struct platform_config *c, struct platform **out,
                               struct err *err);
/* platform_close: NULL is fine; nulls the caller's pointer. */
void platform_close(struct platform **p);
/* platform_fonts: for ui_init; valid until platform_close. */
const struct ui_fonts *platform_fonts(const struct platform *p);
/* platform_wait: sleep until there is input, a wake, out->wake_ms or the minute tick; queue the
 * input with ui_event. Returns at once when out->again. `busy`: the app has work in flight, so a
 * script must not go on. False: the window was closed, or the script is over. Before the first
 * frame pass `out` zeroed with again = true. */
bool platform_wait(struct platform *p, struct ui *u, const struct ui_out *out, bool busy,
                   struct platform_turn *turn);
/* platform_minute: want a turn at the start of each minute of the wall clock (off by default). */
void platform_minute(struct platform *p, bool on);
/* platform_present: draw what changed, or with `force` all of it. */
void platform_present(struct platform *p, const struct ui_out *out, bool force);
/* platform_forget: the store was locked: wipe what was kept of earlier pictures. */
void platform_forget(struct platform *p);
/* platform_wake: any thread: make platform_wait return soon. */
void platform_wake(struct platform *p);
/* platform_raise: any thread: bring the window before the others. `ctx` is the platform. */
void platform_raise(void *ctx);
/* platform_now: any thread: the clock for struct clock {platform_now, p}. */
void platform_now(void *p, struct now *out);
/* platform_exit_code: 0, or 1 when the script failed; it has said why on stderr. */
int platform_exit_code(const struct platform *p);
/* platform_frames: how many were presented; platform_pixels: how many pixels were painted and
 * brought to the glass for them (for benchmarks). */
uint64_t platform_frames(const struct platform *p);
uint64_t platform_pixels(const struct platform *p);
#endif

/* platform_inside.h - what the two platforms share. Only app/platform includes it. */
#ifndef APP_PLATFORM_INSIDE_H
#define APP_PLATFORM_INSIDE_H
#include "app/platform/platform.h"
#include "app/platform/script.h"
#include "app/render/render.h"
#include <stdatomic.h>

enum { PLATFORM_RAISE = 1 }; /* code of a wake event that asks for more than a turn */

struct platform {
    struct platform_config c;
    struct render *render;
    struct script *script;
    SDL_Window *window;  /* NULL when headless */
    SDL_Surface *canvas; /* what is painted: ours, or the window's */
    SDL_sem *sem;        /* headless: posted by platform_wake */
    uint32_t wake_event; /* window: the user event of platform_wake */
    atomic_bool woken;
    atomic_llong sim_ms; /* the script's clock; also the shift of the wall clock */
    atomic_llong set_ms; /* by how much the script has set the wall clock */
    int64_t start_ms;    /* real monotonic at open */
    uint8_t boot_id[8];
    bool minute;
    int64_t last_minute;
    int64_t finger;    /* the one finger that is followed; -1 none, -2 the mouse */
    int64_t finger_ms; /* when it last said something */
    bool exposed, quit;
    int exit_code;
    uint64_t frames, pixels;
};

int64_t platform_real_ms(void); /* monotonic; any thread */
/* platform_paste: the text as events, in pieces; what the queue has no room for is left out. */
void platform_paste(struct ui *u, const char *text, int64_t t_ms);

/* Each platform's part. open: canvas and density. wait: sleep until input, wake or `until_ms` (real
 * monotonic; INT64_MAX never), queue events. show: bring parts of the canvas to the glass. */
MUST_USE enum st platform_sdl_open(struct platform *p, struct err *err);
void platform_sdl_wait(struct platform *p, struct ui *u, int64_t until_ms);
bool platform_sdl_canvas(struct platform *p);
void platform_sdl_show(struct platform *p, SDL_Rect *rects, int n);
void platform_sdl_close(struct platform *p);
MUST_USE enum st platform_headless_open(struct platform *p, struct err *err);
void platform_headless_wait(struct platform *p, int64_t until_ms);
void platform_headless_close(struct platform *p);
#endif

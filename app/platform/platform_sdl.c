/* platform_sdl.c - a window painted in software, its fingers, mouse, keys and text. It waits in
 * SDL_WaitEvent and nowhere else: an idle app wakes for nothing. */
#include "app/platform/platform_inside.h"
#include "app/ui/ui_tree.h"

enum { WHEEL_DP = 48, MOUSE = -2, NONE = -1 };
enum {
    RESTS_MS = 3000
}; /* a finger that says nothing for so long is a palm, or was lifted unseen */

static float density_of(int display)
{
    float dpi = 0;
    if (SDL_GetDisplayDPI(display, &dpi, NULL, NULL) != 0) {
        return 1;
    }
    float d = dpi / 160.0F;
    return d < 1 ? 1 : d > 4 ? 4 : d;
}

/* Where no display answers SDL falls back to drivers that show nothing and get no input: a window
 * that nobody can see or close. Whoever names one in SDL_VIDEODRIVER means it. */
static bool unseen(const char *driver)
{
    return SDL_getenv("SDL_VIDEODRIVER") == NULL &&
           (driver == NULL || strcmp(driver, "offscreen") == 0 || strcmp(driver, "dummy") == 0 ||
            strcmp(driver, "evdev") == 0);
}

enum st platform_sdl_open(struct platform *p, struct err *err)
{
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0"); /* no GPU driver: see render.h */
    SDL_SetHint(SDL_HINT_IME_SHOW_UI, "1");
    SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");
    SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        return err_set(err, ST_IO, 0, __func__, "no display: %s (try --headless)", SDL_GetError());
    }
    if (unseen(SDL_GetCurrentVideoDriver())) {
        return err_set(err, ST_IO, 0, __func__, "no display answers (try --headless)");
    }
    SDL_EnableScreenSaver();
    p->wake_event = SDL_RegisterEvents(1);
    p->window = SDL_CreateWindow(p->c.title == NULL ? "Docket" : p->c.title, SDL_WINDOWPOS_CENTERED,
                                 SDL_WINDOWPOS_CENTERED, p->c.w_px, p->c.h_px,
                                 SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (p->window == NULL) {
        return err_set(err, ST_IO, 0, __func__, "cannot open a window: %s", SDL_GetError());
    }
    if (p->c.density <= 0) {
        p->c.density = density_of(SDL_GetWindowDisplayIndex(p->window));
    }
    SDL_StartTextInput();
    if (!platform_sdl_canvas(p)) {
        return err_set(err, ST_IO, 0, __func__, "the window cannot be painted: %s", SDL_GetError());
    }
    return ST_OK;
}

bool platform_sdl_canvas(struct platform *p)
{
    SDL_Surface *s = SDL_GetWindowSurface(p->window);
    if (s == NULL) {
        return false;
    }
    p->c.w_px = s->w;
    p->c.h_px = s->h;
    bool plain = s->format->BytesPerPixel == 4 && s->format->Rmask == 0x00FF0000U;
    if (plain) {
        p->canvas = s;
        return true;
    }
    if (p->canvas == NULL || p->canvas->w != s->w || p->canvas->h != s->h) {
        SDL_FreeSurface(p->canvas);
        p->canvas = SDL_CreateRGBSurfaceWithFormat(0, s->w, s->h, 32, SDL_PIXELFORMAT_RGB888);
    }
    return p->canvas != NULL;
}

void platform_sdl_show(struct platform *p, SDL_Rect *rects, int n)
{
    SDL_Surface *s = SDL_GetWindowSurface(p->window);
    for (int k = 0; k < n && s != NULL && s != p->canvas; k++) {
        SDL_Rect to = rects[k]; /* the blit writes what it has clipped */
        SDL_BlitSurface(p->canvas, &rects[k], s, &to);
    }
    SDL_UpdateWindowSurfaceRects(p->window, rects, n);
}

void platform_sdl_close(struct platform *p)
{
    bool own =
        p->window != NULL && p->canvas != NULL && p->canvas != SDL_GetWindowSurface(p->window);
    if (own) {
        SDL_FreeSurface(p->canvas);
    }
    if (p->window != NULL) {
        SDL_DestroyWindow(p->window);
    }
    SDL_Quit();
}

/* ==== events ================================================================================= */

static enum ui_key key_of(SDL_Keycode k)
{
    static const struct {
        SDL_Keycode from;
        enum ui_key to;
    } KEYS[] = {{SDLK_TAB, UI_KEY_TAB},
                {SDLK_RETURN, UI_KEY_ENTER},
                {SDLK_KP_ENTER, UI_KEY_ENTER},
                {SDLK_ESCAPE, UI_KEY_ESCAPE},
                {SDLK_AC_BACK, UI_KEY_ESCAPE},
                {SDLK_BACKSPACE, UI_KEY_BACKSPACE},
                {SDLK_DELETE, UI_KEY_DELETE},
                {SDLK_LEFT, UI_KEY_LEFT},
                {SDLK_RIGHT, UI_KEY_RIGHT},
                {SDLK_UP, UI_KEY_UP},
                {SDLK_DOWN, UI_KEY_DOWN},
                {SDLK_HOME, UI_KEY_HOME},
                {SDLK_END, UI_KEY_END},
                {SDLK_PAGEUP, UI_KEY_PAGE_UP},
                {SDLK_PAGEDOWN, UI_KEY_PAGE_DOWN},
                {SDLK_SPACE, UI_KEY_SPACE}};
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        if (KEYS[i].from == k) {
            return KEYS[i].to;
        }
    }
    return UI_KEY_NONE;
}

/* Ctrl and a letter: what people know from elsewhere. */
static enum ui_key with_ctrl(SDL_Keycode k)
{
    return k == SDLK_a   ? UI_KEY_SELECT_ALL
           : k == SDLK_c ? UI_KEY_COPY
           : k == SDLK_x ? UI_KEY_CUT
                         : key_of(k);
}

/* Keys that press what has the focus: held down they are one press, as a finger is. */
static bool presses(enum ui_key k)
{
    return k == UI_KEY_ENTER || k == UI_KEY_SPACE || k == UI_KEY_ESCAPE;
}

static bool is_paste(const SDL_Event *e)
{
    return e->type == SDL_KEYDOWN && e->key.keysym.sym == SDLK_v &&
           (e->key.keysym.mod & KMOD_CTRL) != 0;
}

static void paste(struct ui *u, int64_t t_ms)
{
    char *text = SDL_GetClipboardText();
    if (text != NULL) {
        platform_paste(u, text, t_ms);
    }
    SDL_free(text);
}

static void mouse(struct platform *p, const SDL_Event *e, struct ui_event *ev)
{
    if (e->type == SDL_MOUSEMOTION) {
        ev->type = UI_EV_MOVE;
        ev->x = (float)e->motion.x;
        ev->y = (float)e->motion.y;
        return;
    }
    ev->type = e->type == SDL_MOUSEBUTTONDOWN ? UI_EV_DOWN : UI_EV_UP;
    ev->x = (float)e->button.x;
    ev->y = (float)e->button.y;
    p->finger = e->type == SDL_MOUSEBUTTONDOWN ? MOUSE : NONE;
}

static void finger(struct platform *p, const SDL_Event *e, struct ui_event *ev)
{
    ev->type = e->type == SDL_FINGERDOWN ? UI_EV_DOWN
               : e->type == SDL_FINGERUP ? UI_EV_UP
                                         : UI_EV_MOVE;
    ev->x = e->tfinger.x * (float)p->c.w_px;
    ev->y = e->tfinger.y * (float)p->c.h_px;
    ev->pressure = e->tfinger.pressure > 0 ? e->tfinger.pressure : 1;
    ev->touch = true;
    p->finger = e->type == SDL_FINGERDOWN ? (int64_t)e->tfinger.fingerId & INT64_MAX
                : e->type == SDL_FINGERUP ? NONE
                                          : p->finger;
}

static int64_t finger_of(const SDL_Event *e)
{
    return e->type == SDL_MOUSEBUTTONDOWN ? MOUSE : (int64_t)e->tfinger.fingerId & INT64_MAX;
}

/* A panel that slept, or a driver that forgot, never says that a finger was lifted: the next one
 * must not be refused for ever. It goes down again, or another does when it has lain still. */
static void let_go(struct platform *p, struct ui *u, const SDL_Event *e)
{
    bool down = e->type == SDL_FINGERDOWN ||
                (e->type == SDL_MOUSEBUTTONDOWN && e->button.button == SDL_BUTTON_LEFT);
    int64_t t_ms = (int64_t)e->common.timestamp + 1;
    if (down && p->finger != NONE &&
        (p->finger == finger_of(e) || t_ms - p->finger_ms >= RESTS_MS)) {
        (void)ui_event(u, &(struct ui_event){.type = UI_EV_CANCEL, .t_ms = t_ms});
        p->finger = NONE;
    }
}

/* False when the kit has no use for it. One finger is followed, others are let pass. */
static bool translate(struct platform *p, const SDL_Event *e, struct ui_event *ev)
{
    *ev = (struct ui_event){.t_ms = (int64_t)e->common.timestamp + 1, .pressure = 1};
    int64_t id = (int64_t)e->tfinger.fingerId & INT64_MAX;
    switch (e->type) {
    case SDL_MOUSEBUTTONDOWN:
        if (e->button.button != SDL_BUTTON_LEFT || p->finger != NONE) {
            return false;
        }
        mouse(p, e, ev);
        return true;
    case SDL_MOUSEMOTION:
    case SDL_MOUSEBUTTONUP:
        if (p->finger != MOUSE) {
            return false;
        }
        mouse(p, e, ev);
        return true;
    case SDL_FINGERDOWN:
        if (p->finger != NONE) {
            return false;
        }
        finger(p, e, ev);
        return true;
    case SDL_FINGERMOTION:
    case SDL_FINGERUP:
        if (p->finger != id) {
            return false;
        }
        finger(p, e, ev);
        return true;
    case SDL_MOUSEWHEEL:
        ev->type = UI_EV_WHEEL;
        ev->wheel_px = -e->wheel.preciseY * WHEEL_DP * p->c.density;
        return true;
    case SDL_KEYDOWN:
        ev->type = UI_EV_KEY;
        ev->key = (e->key.keysym.mod & KMOD_CTRL) != 0 ? with_ctrl(e->key.keysym.sym)
                                                       : key_of(e->key.keysym.sym);
        ev->shift = (e->key.keysym.mod & KMOD_SHIFT) != 0;
        return ev->key != UI_KEY_NONE && (e->key.repeat == 0 || !presses(ev->key));
    case SDL_TEXTINPUT:
        ev->type = UI_EV_TEXT;
        memcpy(ev->text, e->text.text, sizeof ev->text);
        ev->text[sizeof ev->text - 1] = '\0';
        return true;
    case SDL_TEXTEDITING: /* a long one comes in pieces, each with where it begins */
        ev->type = UI_EV_COMPOSE;
        ev->more = e->edit.start > 0;
        memcpy(ev->text, e->edit.text, sizeof ev->text);
        ev->text[sizeof ev->text - 1] = '\0';
        return true;
    default:
        return false;
    }
}

static void window_event(struct platform *p, struct ui *u, const SDL_Event *e)
{
    switch (e->window.event) {
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_EXPOSED:
        (void)platform_sdl_canvas(p);
        p->exposed = true;
        break;
    case SDL_WINDOWEVENT_FOCUS_LOST:
        if (p->finger != NONE) {
            (void)ui_event(u,
                           &(struct ui_event){.type = UI_EV_CANCEL, .t_ms = e->common.timestamp});
            p->finger = NONE;
        }
        break;
    default:
        break;
    }
}

/* Where the system's input method shows what is being composed: at the field in hand. */
static void place_input_method(const struct ui *u)
{
    size_t n;
    const struct ui_node *nodes = ui_nodes(u, &n);
    for (size_t i = 0; i < n; i++) {
        if (nodes[i].role == UI_ROLE_FIELD && (nodes[i].state & UI_ST_FOCUSED) != 0) {
            struct ui_rect b = nodes[i].rect;
            SDL_SetTextInputRect(&(SDL_Rect){b.x, b.y, b.w, b.h});
            return;
        }
    }
}

void platform_sdl_wait(struct platform *p, struct ui *u, int64_t until_ms)
{
    place_input_method(u);
    const char *copied = p->script == NULL ? ui_copied(u) : NULL;
    if (copied != NULL) {
        (void)SDL_SetClipboardText(copied); /* a clipboard that refuses costs no work */
    }
    SDL_Event e;
    int64_t left = until_ms == INT64_MAX ? INT64_MAX : until_ms - platform_real_ms();
    int got = left == INT64_MAX ? SDL_WaitEvent(&e)
              : left > 0        ? SDL_WaitEventTimeout(&e, left > 600000 ? 600000 : (int)left)
                                : SDL_PollEvent(&e);
    while (got != 0) {
        struct ui_event ev;
        if (e.type == SDL_QUIT) {
            p->quit = true;
        } else if (e.type == p->wake_event && e.user.code == PLATFORM_RAISE) {
            SDL_RestoreWindow(p->window);
            SDL_RaiseWindow(p->window);
            p->exposed = true;
        } else if (e.type == SDL_WINDOWEVENT) {
            window_event(p, u, &e);
        } else if (p->script == NULL && is_paste(&e)) {
            paste(u, (int64_t)e.common.timestamp + 1);
        } else if (p->script == NULL) {
            let_go(p, u, &e);
            if (translate(p, &e, &ev)) {
                (void)ui_event(u, &ev);
                p->finger_ms = ev.type <= UI_EV_UP ? ev.t_ms : p->finger_ms;
            }
        }
        got = ui_room(u) ? SDL_PollEvent(&e) : 0; /* the rest waits where it is, none is lost */
    }
}

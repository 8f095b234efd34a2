/* ui_input.c - from events to one action a frame, judged against what the last frame showed.
 *
 * A finger claims what it goes down on; lifted inside it, that fires; moved past the slop inside
 * what scrolls, the scroll takes the gesture. Characters are held for the length of a scanner's
 * gap: if Enter follows as fast, they were a scan and are typed nowhere. */
#include "app/ui/ui_state.h"
#include "app/ime/ime.h"
#include "app/ui/i18n.h"

enum { SLOP_DP = 10, DOUBLE_TAP_MS = 150, STALE_MS = 80, SCAN_LEAST = 3 };
#define GLIDE_TAU_MS 325.0F /* a flick fades to a third in this time */
#define GLIDE_LEAST 0.04F   /* dp a ms: slower is standing still */
#define GLIDE_MOST 6.0F     /* dp a ms */

bool ui_room(const struct ui *u)
{
    return u->event_n - u->event_at + 2 <= UI_CAP_EVENTS;
}

bool ui_event(struct ui *u, const struct ui_event *ev)
{
    if (u->event_at == u->event_n) {
        u->event_at = u->event_n = 0;
    }
    if (u->event_n == UI_CAP_EVENTS && u->event_at > 0) {
        memmove(u->events, u->events + u->event_at, (u->event_n - u->event_at) * sizeof *u->events);
        u->event_n -= u->event_at;
        u->event_at = 0;
    }
    if (u->event_n == UI_CAP_EVENTS) {
        return false;
    }
    u->events[u->event_n++] = *ev;
    return true;
}

static bool inside(struct ui_rect r, float x, float y)
{
    return x >= (float)r.x && y >= (float)r.y && x < (float)(r.x + r.w) && y < (float)(r.y + r.h);
}

/* The target under a point, as the last frame showed it. */
static const struct ui_node *hit(const struct ui *u, float x, float y)
{
    const struct ui_node *best = NULL;
    for (size_t i = 0; i < u->node_n; i++) {
        const struct ui_node *n = &u->nodes[i];
        if ((n->state & UI_ST_TARGET) == 0 || !inside(n->seen, x, y) ||
            (u->modal && n->region != 3)) {
            continue;
        }
        if (best == NULL || n->layer >= best->layer) {
            best = n;
        }
    }
    return best != NULL && (best->state & UI_ST_DISABLED) == 0 ? best : NULL;
}

static const struct ui_node *by_key(const struct ui *u, uint32_t key)
{
    for (size_t i = 0; key != 0 && i < u->node_n; i++) {
        if (u->nodes[i].key == key && (u->nodes[i].state & UI_ST_TARGET) != 0) {
            return &u->nodes[i];
        }
    }
    return NULL;
}

void ui_input_set_focus(struct ui *u, uint32_t key, const struct ui_node *n)
{
    if (u->focus != key) {
        u->blurred = u->focus_is_field ? u->focus : 0;
        u->composed[0] = '\0';
        u->caret = u->chosen_from = -1;
        u->ime_page = 0;
    }
    n = n == NULL ? by_key(u, key) : n;
    u->focus = key;
    u->focus_is_field = n != NULL && n->role == UI_ROLE_FIELD;
    if (!u->focus_is_field) {
        u->ime_open = false;
    }
}

static void fire(struct ui *u, const struct ui_node *n)
{
    u->fired = n->key;
    u->acted = true;
}

/* ==== finger ================================================================================= */

static void scroll_by(struct ui *u, float dy_px)
{
    if (u->area_kept == NULL) {
        return;
    }
    float s = u->area_kept->scroll_px + dy_px;
    s = s > u->area_max ? u->area_max : s;
    u->area_kept->scroll_px = s < 0 ? 0 : s; /* this very frame is laid out with it */
}

static void pen(struct ui *u, const struct ui_event *e, bool start, bool end)
{
    if (u->pen_n < UI_CAP_PEN) {
        u->pen[u->pen_n++] = (struct ui_pen){e->x, e->y, e->pressure, e->t_ms, start, end};
    }
    u->acted = true;
}

static void finger_down(struct ui *u, const struct ui_event *e)
{
    bool gliding = u->glide_ms != 0;
    u->glide_ms = 0;
    u->key_mode = false;
    u->touch = e->touch;
    u->grab = UI_GRAB_NONE;
    u->acted = true;
    if (e->t_ms < u->shown_ms + DOUBLE_TAP_MS && e->t_ms >= u->shown_ms) {
        return; /* the second tap of a double tap was meant for the screen before */
    }
    u->down_x = u->last_x = e->x;
    u->down_y = u->last_y = e->y;
    u->down_ms = u->last_ms = e->t_ms;
    u->speed = 0;
    if (u->keyboard && !u->modal && inside(u->ime, e->x, e->y)) {
        u->grab = UI_GRAB_KEY;
        ime_touch(u, e->x, e->y);
        return;
    }
    const struct ui_node *n = hit(u, e->x, e->y);
    u->grab = gliding ? UI_GRAB_STOP : UI_GRAB_TARGET;
    u->grab_key = n != NULL && !gliding ? n->key : 0;
    if (n != NULL && n->role == UI_ROLE_PAD) {
        u->grab = UI_GRAB_PEN;
        pen(u, e, true, false);
    }
}

static void finger_move(struct ui *u, const struct ui_event *e)
{
    float slop = (float)ui_w_dp(u, SLOP_DP), dy = e->y - u->last_y;
    float dt = (float)(e->t_ms - u->last_ms);
    switch (u->grab) {
    case UI_GRAB_PEN:
        pen(u, e, false, false);
        return;
    case UI_GRAB_KEY:
        ime_touch(u, e->x, e->y);
        u->acted = true;
        return;
    case UI_GRAB_NONE:
        return;
    case UI_GRAB_TARGET:
    case UI_GRAB_STOP: {
        float mx = e->x - u->down_x, my = e->y - u->down_y;
        bool moved = mx * mx + my * my > slop * slop;
        if (moved && u->area_max > 0 && inside(u->area, u->down_x, u->down_y)) {
            u->grab = UI_GRAB_SCROLL;
            u->grab_key = 0;
            u->last_y = e->y;
            u->last_ms = e->t_ms;
            u->acted = true;
        }
        return;
    }
    case UI_GRAB_SCROLL:
        break;
    }
    scroll_by(u, -dy);
    if (dt > 0) {
        u->speed = 0.5F * u->speed + 0.5F * (-dy / dt);
    }
    u->last_y = e->y;
    u->last_ms = dt > 0 ? e->t_ms : u->last_ms;
}

static void tap(struct ui *u, const struct ui_event *e)
{
    const struct ui_node *n = by_key(u, u->grab_key);
    bool shade = u->modal && !inside(u->area, u->down_x, u->down_y) && !inside(u->area, e->x, e->y);
    if (n == NULL && shade) { /* beside a sheet: it is closed, nothing is chosen */
        n = by_key(u, u->cancel_key);
        if (n != NULL) {
            fire(u, n);
        }
        return;
    }
    if (n == NULL) {
        ui_input_set_focus(u, 0, NULL); /* a tap beside everything closes the keyboard */
        return;
    }
    if (!inside(n->seen, e->x, e->y)) {
        return;
    }
    ui_input_set_focus(u, n->key, n);
    if (n->role == UI_ROLE_FIELD) {
        u->ime_open = e->touch;
        u->caret_place = true;
    }
    fire(u, n);
}

static void finger_up(struct ui *u, const struct ui_event *e)
{
    enum ui_grab g = u->grab;
    u->grab = UI_GRAB_NONE;
    u->acted = true;
    if (g == UI_GRAB_PEN) {
        pen(u, e, false, true);
    } else if (g == UI_GRAB_KEY) {
        ime_release(u);
    } else if (g == UI_GRAB_TARGET) {
        tap(u, e);
    } else if (g == UI_GRAB_SCROLL && e->t_ms - u->last_ms < STALE_MS) {
        float d = u->f.density, most = GLIDE_MOST * d;
        u->speed = u->speed > most ? most : u->speed < -most ? -most : u->speed;
        if (u->speed > GLIDE_LEAST * d || u->speed < -GLIDE_LEAST * d) {
            u->glide_ms = e->t_ms;
        }
    }
    u->grab_key = 0;
}

void ui_input_glide(struct ui *u)
{
    if (u->glide_ms == 0 || u->f.now_ms <= u->glide_ms) {
        return;
    }
    float dt = (float)(u->f.now_ms - u->glide_ms), d = u->f.density;
    dt = dt > 100 ? 100 : dt;
    float keep = 1.0F / (1.0F + dt / GLIDE_TAU_MS); /* near enough to exp, and needs no libm */
    float before = u->area_kept == NULL ? 0 : u->area_kept->scroll_px;
    scroll_by(u, u->speed * dt * (1 + keep) / 2);
    u->speed *= keep;
    u->glide_ms = u->f.now_ms;
    bool stuck = u->area_kept == NULL || u->area_kept->scroll_px == before;
    if (stuck || (u->speed < GLIDE_LEAST * d && u->speed > -GLIDE_LEAST * d)) {
        u->glide_ms = 0;
    }
}

/* ==== keys =================================================================================== */

void ui_input_edit(struct ui *u, enum ui_key key, bool shift, const char *text)
{
    if (!u->focus_is_field) {
        return;
    }
    u->acted = true;
    size_t at = 0, n = text == NULL ? 0 : strlen(text);
    do {
        if (u->edit_n == UI_CAP_EDITS) {
            u->full = true;
            return;
        }
        struct ui_edit *e = &u->edits[u->edit_n++];
        *e = (struct ui_edit){.key = key, .shift = shift};
        size_t take = n - at < sizeof e->text - 1 ? n - at : sizeof e->text - 1;
        while (take > 0 && at + take < n && ((uint8_t)text[at + take] & 0xC0U) == 0x80U) {
            take--;
        }
        if (take > 0) {
            memcpy(e->text, text + at, take);
        }
        at += take;
    } while (at < n);
}

static void type_held(struct ui *u)
{
    u->held_over = false;
    if (u->held_n > 0) {
        u->held[u->held_n] = '\0';
        u->held_n = 0;
        u->ime_open = false; /* there is a keyboard of keys */
        ui_input_edit(u, UI_KEY_NONE, false, u->held);
    }
}

static void take_text(struct ui *u, const struct ui_event *e)
{
    size_t n = strnlen(e->text, sizeof e->text);
    u->held_ms = e->t_ms;
    u->held_over = u->held_over || u->held_n + n >= UI_CAP_SCAN;
    if (!u->held_over) {
        memcpy(u->held + u->held_n, e->text, n);
        u->held_n += n;
    }
}

/* Enter came as fast as the characters before it: they were a scan. What lies over the page takes
 * none, and the page below keeps still. */
static bool take_scan(struct ui *u)
{
    if (u->held_n < SCAN_LEAST) {
        return false;
    }
    u->scan_now = !u->held_over && !u->modal;
    if (u->held_over) {
        ui_toast(u, UI_TONE_LATE, _("This code is too long for this field. Nothing was changed."));
    } else if (u->modal) {
        ui_toast(u, UI_TONE_SOON, _("Answer this first, then scan again."));
    } else {
        memcpy(u->scan, u->held, u->held_n);
        u->scan[u->held_n] = '\0';
    }
    u->held_n = 0;
    u->held_over = false;
    u->acted = true;
    return true;
}

/* The n-th step of the focus, in the order of the tree. */
static void move_focus(struct ui *u, int step)
{
    const struct ui_node *first = NULL, *last = NULL, *before = NULL, *after = NULL;
    bool passed = false;
    for (uint8_t region = u->modal ? 3 : 0; region < (u->modal ? 4 : 3); region++) {
        for (size_t i = 0; i < u->node_n; i++) {
            const struct ui_node *n = &u->nodes[i];
            if (n->region != region || n->key == 0 || (n->state & UI_ST_TARGET) == 0 ||
                (n->state & UI_ST_DISABLED) != 0) {
                continue;
            }
            first = first == NULL ? n : first;
            last = n;
            if (n->key == u->focus) {
                passed = true;
            } else if (!passed) {
                before = n;
            } else if (after == NULL) {
                after = n;
            }
        }
    }
    const struct ui_node *to = step > 0 ? (passed && after != NULL ? after : first)
                                        : (passed && before != NULL ? before : last);
    if (to != NULL) {
        ui_input_set_focus(u, to->key, to);
        u->want_view = to->key;
        u->want_tries = 0;
    }
}

static void escape(struct ui *u)
{
    if (u->focus_is_field && !u->modal) {
        ui_input_set_focus(u, 0, NULL);
        return;
    }
    const struct ui_node *n = by_key(u, u->modal ? u->cancel_key : ui_w_hash("back"));
    if (n != NULL) {
        fire(u, n);
    }
}

static void scroll_key(struct ui *u, enum ui_key k)
{
    float page = (float)u->area.h * 0.85F;
    scroll_by(u, k == UI_KEY_HOME      ? -u->area_max
                 : k == UI_KEY_END     ? u->area_max
                 : k == UI_KEY_PAGE_UP ? -page
                                       : page);
}

static bool is_scroll(enum ui_key k)
{
    return k == UI_KEY_HOME || k == UI_KEY_END || k == UI_KEY_PAGE_UP || k == UI_KEY_PAGE_DOWN;
}

/* True when the frame must be run before the next event is looked at. */
static bool take_key(struct ui *u, const struct ui_event *e)
{
    if (e->key == UI_KEY_ENTER && e->t_ms - u->held_ms < u->scan_gap_ms && take_scan(u)) {
        return true;
    }
    if (e->key == UI_KEY_SPACE && (u->held_n > 0 || u->focus_is_field)) {
        return false; /* its character comes as text */
    }
    type_held(u);
    u->key_mode = u->acted = true;
    bool multi = (u->focus_flags & UI_FIELD_MULTI) != 0;
    bool updown = e->key == UI_KEY_UP || e->key == UI_KEY_DOWN;
    bool clip = e->key == UI_KEY_SELECT_ALL || e->key == UI_KEY_COPY || e->key == UI_KEY_CUT;
    if (clip && !u->focus_is_field) {
        return true;
    }
    if (e->key == UI_KEY_TAB) {
        move_focus(u, e->shift ? -1 : 1);
    } else if (e->key == UI_KEY_ESCAPE) {
        escape(u);
    } else if (u->focus_is_field && (!updown || multi)) {
        ui_input_edit(u, e->key, e->shift, NULL);
        return e->key == UI_KEY_ENTER && !multi;
    } else if (is_scroll(e->key)) {
        scroll_key(u, e->key);
    } else if (updown || e->key == UI_KEY_LEFT || e->key == UI_KEY_RIGHT) {
        move_focus(u, e->key == UI_KEY_UP || e->key == UI_KEY_LEFT ? -1 : 1);
    } else if (e->key == UI_KEY_ENTER || e->key == UI_KEY_SPACE) {
        const struct ui_node *n = by_key(u, u->focus);
        if (n != NULL && (n->state & UI_ST_DISABLED) == 0 && (!u->modal || n->region == 3)) {
            fire(u, n);
        }
    }
    return true;
}

/* The system's input method shows its letters in the field; what it makes of them comes as text. A
 * composition that is too long is shown as far as there is room. */
static void compose(struct ui *u, const struct ui_event *e)
{
    size_t at = e->more ? strlen(u->composed) : 0, n = strlen(e->text);
    if (at == 0) {
        type_held(u);
    }
    if (u->focus_is_field && at + n < sizeof u->composed) {
        memcpy(u->composed + at, e->text, n + 1);
    }
    u->acted = true;
}

/* Half a word on the keyboard, and now something else is touched: its letters are typed first. */
static bool finish_word(struct ui *u, const struct ui_event *e)
{
    bool elsewhere = e->type == UI_EV_KEY || e->type == UI_EV_TEXT ||
                     (e->type == UI_EV_DOWN && !inside(u->ime, e->x, e->y));
    if (!elsewhere || !ime_finish(u)) {
        return false;
    }
    u->event_at--; /* looked at again after the field took them */
    return true;
}

static bool take(struct ui *u, const struct ui_event *e)
{
    if (finish_word(u, e)) {
        return true;
    }
    switch (e->type) {
    case UI_EV_DOWN:
        finger_down(u, e);
        return false;
    case UI_EV_MOVE:
        finger_move(u, e);
        return false;
    case UI_EV_UP:
        finger_up(u, e);
        return true;
    case UI_EV_CANCEL:
        if (u->grab == UI_GRAB_PEN) {
            pen(u, e, false, true);
        }
        u->grab = UI_GRAB_NONE;
        u->grab_key = 0;
        u->ime_key = -1;
        u->acted = true;
        return false;
    case UI_EV_WHEEL:
        scroll_by(u, e->wheel_px);
        return false;
    case UI_EV_KEY:
        return take_key(u, e);
    case UI_EV_TEXT:
        u->composed[0] = '\0';
        take_text(u, e);
        return false;
    case UI_EV_COMPOSE:
        compose(u, e);
        return false;
    case UI_EV_PASTE:
        type_held(u);
        ui_input_edit(u, UI_KEY_NONE, false, e->text);
        return false;
    }
    return false;
}

void ui_input_run(struct ui *u)
{
    while (u->event_at < u->event_n && u->edit_n < UI_CAP_EDITS / 2) {
        const struct ui_event *e = &u->events[u->event_at];
        if (u->held_n > 0 && e->t_ms - u->held_ms >= u->scan_gap_ms) {
            type_held(u);
        }
        u->event_at++;
        if (take(u, e)) {
            break;
        }
    }
    if (u->held_n > 0 && u->event_at == u->event_n && u->f.now_ms - u->held_ms >= u->scan_gap_ms) {
        type_held(u);
    }
}

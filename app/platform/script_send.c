/* script_send.c - the events of a finger, a keyboard, a scanner and a pen, with their times. */
#include "app/platform/script_send.h"
#include "app/platform/platform_inside.h"
#include <math.h>
#include <string.h>

enum { PRESS_MS = 40, FRAME_MS = 16, DRAW_GAP_MS = 8 };

static void send(struct ui *u, enum ui_event_type type, float x, float y, int64_t t)
{
    struct ui_event e = {.type = type, .t_ms = t, .x = x, .y = y, .pressure = 0.6F, .touch = true};
    (void)ui_event(u, &e); /* the queue is empty: the kit was idle */
}

void script_send_tap(struct ui *u, struct ui_rect r, int64_t *now)
{
    float x = (float)r.x + (float)r.w / 2, y = (float)r.y + (float)r.h / 2;
    *now += SCRIPT_TAP_GAP_MS;
    send(u, UI_EV_DOWN, x, y, *now);
    *now += PRESS_MS;
    send(u, UI_EV_UP, x, y, *now);
}

void script_send_wheel(struct ui *u, float px, int64_t *now)
{
    *now += FRAME_MS;
    struct ui_event e = {.type = UI_EV_WHEEL, .t_ms = *now, .wheel_px = px};
    (void)ui_event(u, &e);
}

void script_send_text(struct ui *u, const char *text, int gap_ms, int64_t *now)
{
    *now += SCRIPT_TAP_GAP_MS;
    for (size_t i = 0, n = strlen(text); i < n;) {
        size_t k = 1;
        while (i + k < n && ((uint8_t)text[i + k] & 0xC0U) == 0x80U) {
            k++;
        }
        struct ui_event e = {.type = text[i] == '\n' ? UI_EV_KEY : UI_EV_TEXT, .t_ms = *now};
        e.key = text[i] == '\n' ? UI_KEY_ENTER : UI_KEY_NONE;
        memcpy(e.text, text + i, k < sizeof e.text ? k : 0);
        (void)ui_event(u, &e);
        *now += gap_ms;
        i += k;
    }
}

void script_send_key(struct ui *u, enum ui_key key, bool shift, int64_t *now)
{
    struct ui_event e = {.type = UI_EV_KEY, .t_ms = *now, .key = key, .shift = shift};
    (void)ui_event(u, &e);
}

void script_send_paste(struct ui *u, const char *text, int64_t *now)
{
    platform_paste(u, text, *now);
}

void script_send_stroke(struct ui *u, struct ui_rect r, float (*pts)[2], int n, int64_t *now)
{
    *now += SCRIPT_TAP_GAP_MS;
    float x = 0, y = 0;
    for (int i = 0; i < n; i++) {
        x = (float)r.x + (float)r.w * pts[i][0] / 100;
        y = (float)r.y + (float)r.h * pts[i][1] / 100;
        send(u, i == 0 ? UI_EV_DOWN : UI_EV_MOVE, x, y, *now);
        *now += DRAW_GAP_MS;
    }
    send(u, UI_EV_UP, x, y, *now);
}

/* Loops and a flourish: what a hurried customer leaves. */
void script_send_signature(struct ui *u, struct ui_rect r, int64_t *now)
{
    enum { N = 120 };
    float pts[N][2];
    for (int i = 0; i < N; i++) {
        float t = (float)i / (N - 1);
        pts[i][0] = 12 + 70 * t + 5 * sinf(t * 37);
        pts[i][1] = 50 - 17 * cosf(t * 31) * (1 - 0.6F * t) - 8 * t;
    }
    script_send_stroke(u, r, pts, N, now);
    for (int i = 0; i < N / 3; i++) {
        float t = (float)i / (N / 3 - 1);
        pts[i][0] = 20 + 68 * t;
        pts[i][1] = 76 - 10 * sinf(t * 3);
    }
    script_send_stroke(u, r, pts, N / 3, now);
}

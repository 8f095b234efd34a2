/* ui_rig.h - a kit with simple fonts, a finger and a clock: what the kit's unit tests share. */
#ifndef TESTS_UI_RIG_H
#define TESTS_UI_RIG_H
#include "tests/support/check.h"
#include "tests/ui/gallery.h"
#include "app/ui/ui_state.h"
#include "app/ui/ui_tree.h"

struct rig {
    struct ui u;
    struct gallery g;
    struct ui_out out;
    enum gallery_kind page;
    struct ui_frame f;
    int frames;
};

static inline int rig_advance(void *ctx, int px, bool bold, uint32_t c)
{
    (void)ctx;
    (void)bold;
    return c < 0x2000 ? px / 2 : px; /* half an em for Latin, one for Chinese */
}

/* Run frames until the kit rests; time moves on by 16 ms each, or to where it wants to be woken. */
static inline void rig_settle(struct rig *r)
{
    for (int i = 0; i < 600; i++) {
        ui_begin(&r->u, &r->f);
        gallery_page(&r->u, &r->g, r->page);
        ui_end(&r->u, &r->out);
        r->frames++;
        if (!r->out.again && ui_idle(&r->u)) {
            return;
        }
        r->f.now_ms += r->out.again ? 1 : r->out.wake_ms == INT64_MAX ? 16 : 0;
        bool timed = !r->out.again && r->out.wake_ms != INT64_MAX && r->out.wake_ms > r->f.now_ms;
        r->f.now_ms = timed ? r->out.wake_ms : r->f.now_ms;
        if (r->u.grab != UI_GRAB_NONE && !r->out.again) {
            return; /* a finger is down: nothing more will happen by itself */
        }
    }
    check_fail(__FILE__, __LINE__, "the kit does not come to rest");
}

static inline void rig_start(struct rig *r, enum gallery_kind page)
{
    memset(r, 0, sizeof *r);
    ui_init(&r->u, &(struct ui_fonts){NULL, rig_advance});
    gallery_init(&r->g);
    r->page = page;
    r->f = (struct ui_frame){
        .now_ms = 100000, .w_px = 480, .h_px = 800, .density = 1, .scale = 1, .lang = "zh"};
    rig_settle(r);
}

static inline const struct ui_node *rig_find(const struct rig *r, const char *id)
{
    for (size_t i = 0; i < r->u.node_n; i++) {
        if (strcmp(r->u.nodes[i].id, id) == 0) {
            return &r->u.nodes[i];
        }
    }
    return NULL;
}

static inline void rig_send(struct rig *r, enum ui_event_type type, float x, float y)
{
    CHECK(ui_event(
        &r->u,
        &(struct ui_event){
            .type = type, .t_ms = r->f.now_ms, .x = x, .y = y, .pressure = 1, .touch = true}));
}

/* A finger moves through n points, 10 ms each, and is lifted at the last. */
static inline void rig_drag(struct rig *r, float x, float y0, float y1, int n)
{
    r->f.now_ms += 400;
    rig_send(r, UI_EV_DOWN, x, y0);
    for (int i = 1; i <= n; i++) {
        r->f.now_ms += 10;
        rig_send(r, UI_EV_MOVE, x, y0 + (y1 - y0) * (float)i / (float)n);
    }
}

static inline void rig_tap(struct rig *r, const char *id)
{
    const struct ui_node *n = rig_find(r, id);
    if (n == NULL) {
        check_fail(__FILE__, __LINE__, "no node %s", id);
        return;
    }
    float x = (float)n->seen.x + (float)n->seen.w / 2, y = (float)n->seen.y + (float)n->seen.h / 2;
    r->f.now_ms += 400;
    rig_send(r, UI_EV_DOWN, x, y);
    r->f.now_ms += 30;
    rig_send(r, UI_EV_UP, x, y);
    rig_settle(r);
}

static inline void rig_key(struct rig *r, enum ui_key key, bool shift)
{
    r->f.now_ms += 100;
    CHECK(ui_event(&r->u, &(struct ui_event){
                              .type = UI_EV_KEY, .t_ms = r->f.now_ms, .key = key, .shift = shift}));
    rig_settle(r);
}

static inline void rig_text(struct rig *r, const char *text, int gap_ms)
{
    for (size_t i = 0, n = strlen(text); i < n;) {
        size_t k = 1;
        while (i + k < n && ((uint8_t)text[i + k] & 0xC0U) == 0x80U) {
            k++;
        }
        r->f.now_ms += gap_ms;
        struct ui_event e = {.type = UI_EV_TEXT, .t_ms = r->f.now_ms};
        memcpy(e.text, text + i, k);
        CHECK(ui_event(&r->u, &e));
        i += k;
    }
}
#endif

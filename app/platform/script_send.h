/* script_send.h - what a script does to the kit, as events. Each moves the simulated clock *now
 * (ms) on. The kit must be idle: its queue has room for what one action sends. */
#ifndef APP_PLATFORM_SCRIPT_SEND_H
#define APP_PLATFORM_SCRIPT_SEND_H
#include "app/ui/ui.h"

enum {
    SCRIPT_TAP_GAP_MS = 300, /* longer than a double tap */
    SCRIPT_TWICE_GAP_MS = 60,
    SCRIPT_TYPE_GAP_MS = 60, /* slower than any scanner */
    SCRIPT_SCAN_GAP_MS = 5
};

/* script_send_tap: press and release in the middle of r. */
void script_send_tap(struct ui *u, struct ui_rect r, int64_t *now);
/* script_send_wheel: positive px moves the content up. */
void script_send_wheel(struct ui *u, float px, int64_t *now);
/* script_send_text: one character every gap_ms; a line feed is Enter. */
void script_send_text(struct ui *u, const char *text, int gap_ms, int64_t *now);
/* script_send_key: at *now, which stays. */
void script_send_key(struct ui *u, enum ui_key key, bool shift, int64_t *now);
/* script_send_paste: a text from the clipboard, at *now. */
void script_send_paste(struct ui *u, const char *text, int64_t *now);
/* script_send_stroke: through n points, in per cent of r. */
void script_send_stroke(struct ui *u, struct ui_rect r, float (*pts)[2], int n, int64_t *now);
/* script_send_signature: two strokes that look like one. */
void script_send_signature(struct ui *u, struct ui_rect r, int64_t *now);
#endif

/* ui_types.h - the small value types of the touch kit: rectangles, events, draw commands, tokens.
 *
 * Knows neither SDL nor fonts. Everything is in pixels unless its name says _dp. */
#ifndef APP_UI_TYPES_H
#define APP_UI_TYPES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ui_rect {
    int x, y, w, h;
};

/* ui_rect_cross: what both hold; w and h are 0 when that is nothing. */
static inline struct ui_rect ui_rect_cross(struct ui_rect a, struct ui_rect b)
{
    int x0 = a.x > b.x ? a.x : b.x, y0 = a.y > b.y ? a.y : b.y;
    int x1 = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    int y1 = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    bool none = x1 <= x0 || y1 <= y0;
    return (struct ui_rect){x0, y0, none ? 0 : x1 - x0, none ? 0 : y1 - y0};
}

typedef uint32_t ui_colour; /* 0xAARRGGBB */

/* ---- input: what a platform hands to the kit ------------------------------------------------ */
enum ui_event_type {
    UI_EV_DOWN,   /* finger or mouse button at x, y */
    UI_EV_MOVE,   /* while it is down */
    UI_EV_UP,     /* lifted at x, y */
    UI_EV_CANCEL, /* the system took the gesture away: nothing fires */
    UI_EV_WHEEL,  /* wheel_px: positive moves the content up */
    UI_EV_KEY,    /* key went down (or repeats) */
    UI_EV_TEXT,   /* characters from a hardware keyboard or a scanner */
    UI_EV_PASTE,  /* a piece of the clipboard, for the field in focus; never a scan */
    UI_EV_COMPOSE /* what the system's input method has in hand: shown, not yet text; empty: over */
};

enum ui_key {
    UI_KEY_NONE,
    UI_KEY_TAB,
    UI_KEY_ENTER,
    UI_KEY_ESCAPE, /* also the device's Back key */
    UI_KEY_BACKSPACE,
    UI_KEY_DELETE,
    UI_KEY_LEFT,
    UI_KEY_RIGHT,
    UI_KEY_UP,
    UI_KEY_DOWN,
    UI_KEY_HOME,
    UI_KEY_END,
    UI_KEY_PAGE_UP,
    UI_KEY_PAGE_DOWN,
    UI_KEY_SPACE,
    UI_KEY_SELECT_ALL,
    UI_KEY_COPY,
    UI_KEY_CUT
};

struct ui_event {
    enum ui_event_type type;
    int64_t t_ms;    /* monotonic, the same clock as ui_frame.now_ms */
    float x, y;      /* pixels of the window */
    float pressure;  /* 0 to 1; 1 when the device does not say */
    float wheel_px;  /* UI_EV_WHEEL */
    bool touch;      /* a finger, not a mouse: fields then open the on-screen keyboard */
    bool shift;      /* with UI_EV_KEY */
    bool more;       /* with UI_EV_COMPOSE: goes behind the piece before it */
    enum ui_key key; /* UI_EV_KEY */
    char text[32];   /* UI_EV_TEXT, UI_EV_PASTE, UI_EV_COMPOSE: NUL-terminated UTF-8 */
};

/* ---- tokens ---------------------------------------------------------------------------------- */
enum ui_theme { UI_LIGHT, UI_DARK, UI_SUNLIGHT, UI_THEMES };

enum ui_style {
    UI_TITLE,       /* 34, bold: one large figure a screen, the amount */
    UI_HEADING,     /* 24, bold: the header's title, the number of a row */
    UI_BUTTON_TEXT, /* 22, bold */
    UI_BODY,        /* 18 */
    UI_BODY_BOLD,   /* 18, bold */
    UI_BODY_MUTED,  /* 18, muted */
    UI_SMALL,       /* 15 */
    UI_SMALL_BOLD,  /* 15, bold, muted: section headings */
    UI_SMALL_MUTED, /* 15, muted */
    UI_STYLES
};

/* What a number or a banner means; colour only repeats what the words say. */
enum ui_tone { UI_TONE_PLAIN, UI_TONE_DONE, UI_TONE_SOON, UI_TONE_LATE, UI_TONE_INFO };

/* Where a job's data is. */
enum ui_place { UI_PLACE_NONE, UI_PLACE_HERE, UI_PLACE_BRANCH, UI_PLACE_HQ };

enum ui_icon {
    UI_ICON_NONE,
    UI_ICON_BACK,
    UI_ICON_MENU, /* three lines */
    UI_ICON_MORE, /* three dots */
    UI_ICON_CHECK,
    UI_ICON_SEARCH,
    UI_ICON_SYNC,
    UI_ICON_HERE,   /* empty circle */
    UI_ICON_BRANCH, /* half circle */
    UI_ICON_HQ,     /* full circle */
    UI_ICON_SETTINGS,
    UI_ICON_SCAN,
    UI_ICON_WARNING,
    UI_ICON_INFO,
    UI_ICON_PHONE,
    UI_ICON_LOCK,
    UI_ICON_CLEAR, /* a cross */
    UI_ICON_CHEVRON,
    UI_ICON_BACKSPACE,
    UI_ICON_SHIFT,
    UI_ICON_GLOBE,
    UI_ICON_KEYBOARD_HIDE,
    UI_ICON_PLUS,
    UI_ICON_MINUS,
    UI_ICON_EDIT,
    UI_ICON_INBOX, /* empty list */
    UI_ICON_PART,
    UI_ICON_PERSON,
    UI_ICON_CLOCK,
    UI_ICON_PLACE,
    UI_ICON_ENTER,
    UI_ICON_EYE,
    UI_ICON_TRASH,
    UI_ICON_UP, /* chevrons */
    UI_ICON_DOWN,
    UI_ICONS
};

/* ---- draw list: what a renderer is handed ---------------------------------------------------- */
enum ui_cmd_type {
    UI_CMD_RECT,  /* fill */
    UI_CMD_ROUND, /* rounded fill (stroke_px 0) or outline inside the rect (stroke_px > 0) */
    UI_CMD_TEXT,  /* one line; rect.x is the pen's start, rect.y the baseline */
    UI_CMD_ICON,  /* icon fills the rect, tinted */
    UI_CMD_INK,   /* polyline through points, round pen of stroke_px */
    UI_CMD_BITS   /* black modules on white, module_px each */
};

struct ui_point {
    float x, y;
    bool start; /* begins a new stroke */
};

struct ui_cmd {
    enum ui_cmd_type type;
    uint8_t layer; /* drawn in rising order: 0 page, 1 dialogs and toasts, 2 keyboard */
    bool bold;
    bool dashed;
    struct ui_rect rect;
    struct ui_rect clip;
    ui_colour colour;
    int radius_px;
    int stroke_px;
    int font_px;       /* UI_CMD_TEXT */
    enum ui_icon icon; /* UI_CMD_ICON */
    const char *text;  /* UI_CMD_TEXT: not NUL-terminated, text_n bytes; valid until ui_begin */
    size_t text_n;
    const struct ui_point *points; /* UI_CMD_INK: point_n of them, valid until ui_begin */
    size_t point_n;
    const uint8_t *bits; /* UI_CMD_BITS: bits_side squared bytes, non-zero is black; the caller's */
    int bits_side;
    int module_px;
};

/* ---- fonts: how the kit measures ------------------------------------------------------------- */
/* The renderer fills this in. A line's width is the sum of its code points' advances, exactly, so
 * that what was measured is what is drawn. */
struct ui_fonts {
    void *ctx;
    int (*advance_px)(void *ctx, int font_px, bool bold, uint32_t code_point);
};
#endif

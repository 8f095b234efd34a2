/* ui_state.h - the whole state of the kit, and the helpers its widgets are made of (ui_w_*,
 * ui_p_*).
 *
 * Only app/ui and app/ime include this, and whoever must know sizeof(struct ui). Everything has a
 * cap; over it a thing is left out and `full` is set, which ui_check reports. */
#ifndef APP_UI_STATE_H
#define APP_UI_STATE_H
#include "app/ui/ui.h"
#include "app/ui/ui_tree.h"

enum {
    UI_CAP_EVENTS = 512,     /* a signature sends 200 moves a second; a frame takes 16 ms */
    UI_CAP_NODES = 3072,     /* a report of 600 lines and what surrounds it */
    UI_CAP_CMDS = 4096,      /* what is in view, and a keyboard */
    UI_CAP_LINES = 6144,     /* wrapped lines a frame */
    UI_CAP_TEXT = 256 << 10, /* copied strings a frame: the report's 15,000 bytes many times */
    UI_CAP_POINTS = 8192,    /* ink in view */
    UI_CAP_KEPT = 96,        /* scroll places and the like that outlive a frame */
    UI_CAP_EDITS = 128,    /* key strokes for the field in one frame; a whole held text and more */
    UI_CAP_SCAN = 1536,    /* characters of one scan: the QR of a report has at most 1,250 */
    UI_CAP_PEN = 1024,     /* points of the pen in one frame */
    UI_CAP_COPY = 2048,    /* bytes of the clipboard: the longest field is half of it */
    UI_CAP_COMPOSED = 192, /* bytes an input method has in hand: a sentence of Pinyin */
    UI_CAP_TOAST = 240
};

/* dp. The longest line of a widget is the window's, or a sheet's, less the margins and this much
 * room between a box and its words: a word that is not longer is never broken. */
enum { UI_MARGIN = 16, UI_PAD_LEAST = 8, UI_SHEET_MOST = 520 };

/* What is kept under an id while the id is not on the screen: least recently used goes first. */
struct ui_kept {
    uint32_t key;
    uint32_t used;    /* frame number */
    float scroll_px;  /* screens */
    float content_px; /* screens: height of what scrolls */
    uint32_t focus;   /* screens */
    bool whole;       /* screens: the title was opened */
    int64_t anchor;   /* lists: the row at the top */
    float anchor_px;  /* lists: where its top is, from the list's top */
    float row_px;     /* lists: what a row is high on average */
    int64_t learnt;   /* lists: rows before this one are in that average */
    uint32_t layout;  /* lists: hash of width and scale that anchor_px was made for */
    uint32_t seen;    /* reports: hash of the text whose last line was in view */
    uint32_t wide;    /* screens: hash of the look in which a word needs the window's whole width */
};

struct ui_line {
    uint32_t start, n; /* bytes of the paragraph */
    int w_px;
};

/* A paragraph: laid out once, then painted. */
struct ui_para {
    const char *text;
    size_t n;
    enum ui_style style;
    ui_colour colour;
    int align;     /* 0 left, 1 centre, 2 right */
    int max_lines; /* 0: all */
    const struct ui_line *lines;
    int count;
    int w, h; /* extent in px */
    bool cut; /* ends in an ellipsis */
};

struct ui_tokens {
    ui_colour background, surface, ink, muted, line, edge, primary, on_primary, done, soon, late,
        chip;
};

struct ui_edit {
    enum ui_key key; /* UI_KEY_NONE: text */
    bool shift;
    char text[32];
};

struct ui_pen {
    float x, y, pressure;
    int64_t t_ms;
    bool start, end;
};

enum ui_grab {
    UI_GRAB_NONE,
    UI_GRAB_TARGET,
    UI_GRAB_SCROLL,
    UI_GRAB_PEN,
    UI_GRAB_KEY,
    UI_GRAB_STOP
};

struct ui {
    struct ui_fonts fonts;
    struct ui_frame f;
    struct ui_tokens tok;
    uint32_t frame;
    int scan_gap_ms;
    bool full;    /* a cap was reached in this frame */
    bool same_id; /* two targets with one id in this frame */

    /* ---- input ---- */
    struct ui_event events[UI_CAP_EVENTS];
    size_t event_at, event_n;
    enum ui_grab grab;
    uint32_t grab_key;
    float down_x, down_y, last_x, last_y;
    int64_t down_ms, last_ms;
    float speed;      /* px a ms, of the body's content; positive: towards its end */
    int64_t glide_ms; /* time of the last step of a glide; 0: none */
    uint32_t fired;   /* key of the target that fires in this frame */
    bool acted;       /* something changed: the next frame must be drawn */
    bool key_mode;    /* the last input was a key: focus is drawn */
    uint32_t focus, blurred, want_view;
    int want_tries;   /* a wanted widget that is not there is given up */
    uint32_t brought; /* into view, and the frames since are not at rest: it may be moved */
    int brought_again;
    struct ui_rect area; /* what scrolls: the body, or a tall sheet */
    struct ui_kept *area_kept;
    float area_max;      /* how far */
    uint32_t cancel_key; /* what Escape fires while something lies over the page */
    bool focus_is_field, ime_open;
    bool field_drawn;     /* the field in focus stood on this frame */
    bool touch;           /* the last pointer was a finger */
    uint32_t focus_flags; /* of the field in focus */
    int64_t caret;        /* byte in the focused field; -1: at its end */
    bool caret_place;     /* put the caret where the finger was */
    int64_t chosen_from;  /* where the choosing began, the caret is its other end; -1: nothing */
    char copied[UI_CAP_COPY];
    bool copied_new;
    struct ui_edit edits[UI_CAP_EDITS];
    size_t edit_n;
    char composed[UI_CAP_COMPOSED]; /* for the field in focus; leaves with the focus */
    char held[UI_CAP_SCAN];         /* characters that may be a scan */
    size_t held_n;
    bool held_over; /* more came than is held: no code that we read is as long */
    int64_t held_ms;
    char scan[UI_CAP_SCAN];
    bool scan_now;
    struct ui_pen pen[UI_CAP_PEN];
    size_t pen_n;

    /* ---- layout ---- */
    int x, w, y;  /* the column in hand */
    int inset;    /* margin inside it, for all but full-width widgets */
    int after_px; /* gap that the widget before wants after it */
    struct ui_rect clip, body;
    uint8_t layer, region;
    int parent;
    bool measuring;
    bool row_above;         /* the widget before is a full-width row, or there is none */
    struct ui_kept *screen; /* of the body; in kept[] */
    uint32_t screen_key;
    int64_t shown_ms; /* when this screen first came: a second tap of a double tap is dropped */
    bool fixed, modal, modal_before;
    bool side;         /* the buttons stand beside the body */
    bool narrow_broke; /* and broke a word of the body */
    bool keyboard;     /* the on-screen keyboard is open in this frame */
    int body_h_before; /* the body changed its height: a focused field comes into view */
    int content_h;
    int body_start; /* y of the body's first widget, when the header rides on it */
    int bar_below;  /* height of a bar that rides on the body's end */
    bool header_rides;
    struct ui_rect ime;
    int card_cmd, card_cmds, card_node, card_parent, card_x, card_w, card_y, card_inset;
    bool in_card;
    int cols, col, cols_x, cols_w, cols_y, cols_inset, cols_bottom, cols_bottom_after, cols_after;
    int chip_x, chip_y, chip_line_h;
    int report_node, report_parent, report_y;
    uint32_t report_hash;
    bool report_last_seen;
    struct ui_kept *report_kept;

    /* ---- keyboard ---- */
    int ime_page;          /* 0 lower, 1 upper, 2 symbols, 3 more symbols */
    int ime_key;           /* under the finger, -1 none */
    struct pinyin *pinyin; /* NULL: no Chinese on the keyboard; the app's */
    bool ime_chinese;      /* the last choice of script; at first the interface's language */
    bool ime_words_open;   /* all candidates lie over the keys */
    int ime_words_page;
    uint32_t ime_for, ime_for_flags; /* the field that the keyboard was told of */

    /* ---- toast ---- */
    char toast[UI_CAP_TOAST];
    enum ui_tone toast_tone;
    int64_t toast_until_ms;
    bool toast_new;

    /* ---- output ---- */
    struct ui_cmd cmds[UI_CAP_CMDS];
    size_t cmd_n;
    struct ui_node nodes[UI_CAP_NODES];
    size_t node_n;
    struct ui_line lines[UI_CAP_LINES];
    size_t line_n;
    struct ui_point points[UI_CAP_POINTS];
    size_t point_n;
    char text[UI_CAP_TEXT];
    size_t text_n;
    uint64_t hash; /* of the last frame's list */
    bool again;
    struct ui_kept kept[UI_CAP_KEPT];
};

/* ---- ui_theme.c ---- */
void ui_theme_load(struct ui_tokens *t, enum ui_theme theme);
ui_colour ui_theme_mix(ui_colour a, ui_colour b, int percent_b);
int ui_theme_size_dp(enum ui_style s);
int ui_theme_leading_dp(enum ui_style s);
bool ui_theme_bold(enum ui_style s);

/* ---- ui_wrap.c: pure ---- */
/* ui_wrap_lines: break `s` into lines of at most w_px. Returns how many lines were written (at
 * most cap; *full is set when there were more). An empty text is one empty line. */
size_t ui_wrap_lines(const struct ui_fonts *fonts, int font_px, bool bold, str s, int w_px,
                     struct ui_line *out, size_t cap, bool *full);
int ui_wrap_width(const struct ui_fonts *fonts, int font_px, bool bold, str s);
uint32_t ui_wrap_code(str s, size_t *i); /* the code point at *i, which moves on */
/* A piece is what is only broken for want of room: a word with its marks, a group of a number, a
 * Chinese character. ui_wrap_broken: do letters of one Latin word stand on both sides of byte `at`?
 * Then *piece holds them. ui_wrap_piece: width of the widest one. */
bool ui_wrap_broken(str s, size_t at, str *piece);
int ui_wrap_piece(const struct ui_fonts *fonts, int font_px, bool bold, str s);

/* ---- ui_core.c ---- */
uint32_t ui_w_hash(const char *id);
int ui_w_dp(const struct ui *u, int dp); /* density only */
int ui_w_sp(const struct ui *u, int dp); /* density and text scale */
/* ui_w_room: n bytes of the frame's text, NULL when full. ui_w_copy: "" when full. */
char *ui_w_room(struct ui *u, size_t n);
const char *ui_w_copy(struct ui *u, const char *s, size_t n);
struct ui_kept *ui_w_kept(struct ui *u, uint32_t key);
struct ui_cmd *ui_w_cmd(struct ui *u, enum ui_cmd_type type, struct ui_rect r, ui_colour c);
void ui_w_fill(struct ui *u, struct ui_rect r, ui_colour c);
void ui_w_round(struct ui *u, struct ui_rect r, int radius, int stroke, ui_colour c);
void ui_w_icon(struct ui *u, enum ui_icon icon, struct ui_rect r, ui_colour c);
/* ui_w_node: -1 when measuring or full. */
int ui_w_node(struct ui *u, enum ui_role role, const char *id, const char *label, const char *value,
              struct ui_rect r, unsigned state);
void ui_w_place(struct ui *u, int node, struct ui_rect r); /* change its rectangle */
/* ui_w_target: a node that can be tapped; *fired is whether it was. Returns the node. */
int ui_w_target(struct ui *u, enum ui_role role, const char *id, const char *label,
                const char *value, struct ui_rect r, unsigned state, bool *fired);
bool ui_w_pressed(const struct ui *u, const char *id);
bool ui_w_focused(const struct ui *u, const char *id);
void ui_w_ring(struct ui *u, struct ui_rect r, const char *id, int radius);
/* ui_w_open: the gap before a widget; ui_w_take: its rectangle, and the cursor moves on. */
void ui_w_open(struct ui *u, int before_dp, int after_dp);
/* ui_w_open_row: before a full-width row: no gap between rows, a line and a gap after others. */
void ui_w_open_row(struct ui *u);
struct ui_rect ui_w_take(struct ui *u, int h);      /* inside the margins */
struct ui_rect ui_w_take_full(struct ui *u, int h); /* the whole column */
int ui_w_inner(const struct ui *u);                 /* width inside the margins */
ui_colour ui_w_tone(const struct ui *u, enum ui_tone t, ui_colour plain);

/* ---- ui_para.c ---- */
void ui_p_layout(struct ui *u, struct ui_para *p, int w_px);
/* ui_p_balance: in as many lines as ui_p_layout makes, as even as they can be: no last line of one
 * character. For a few words that stand by themselves: buttons, titles, what is empty. */
void ui_p_balance(struct ui *u, struct ui_para *p, int w_px);
/* ui_p_paint: at x, y in a box of box_w by box_h (0: its own height). node -1 makes a text node
 * under the present parent, -2 none; else the extent is noted on that node. */
void ui_p_paint(struct ui *u, const struct ui_para *p, int x, int y, int box_w, int box_h,
                int node);
struct ui_para ui_p_of(const struct ui *u, enum ui_style style, const char *text);
int ui_p_natural(const struct ui *u, const struct ui_para *p); /* width if nothing wraps */
/* ui_p_fits: in w_px no word has to be broken, and it takes at most max_lines. */
bool ui_p_fits(const struct ui *u, const struct ui_para *p, int w_px, int max_lines);
/* ui_p_whole: as it was laid out no Latin word is broken between two lines. */
bool ui_p_whole(const struct ui_para *p);
/* ui_p_piece: in a narrower line than this a word would be broken. */
int ui_p_piece(const struct ui *u, const struct ui_para *p);

/* ---- ui_input.c ---- */
void ui_input_run(struct ui *u); /* in ui_begin, against the last frame's nodes */
void ui_input_glide(struct ui *u);
void ui_input_set_focus(struct ui *u, uint32_t key, const struct ui_node *n);
void ui_input_edit(struct ui *u, enum ui_key key, bool shift, const char *text);

/* ---- ui_tree.c ---- */
void ui_tree_node(FILE *f, const struct ui_node *n);

/* ---- ui_edit.c ---- */
/* ui_edit_run: the edits of this frame; p is the text as it was laid out before them. Result as of
 * ui_field. ui_edit_insert: `s` at *at, code point by code point, as far as there is room.
 * ui_edit_chosen: the bytes of a text of n that are chosen; false when none are. */
unsigned ui_edit_run(struct ui *u, const struct ui_field *f, const struct ui_para *p);
bool ui_edit_insert(const struct ui_field *f, const char *s, size_t *at);
bool ui_edit_chosen(const struct ui *u, size_t n, size_t *from, size_t *to);
size_t ui_edit_after(const char *t, size_t n, size_t at); /* the code point after the one at `at` */

/* ---- ui_control.c ---- */
/* ui_w_button_h: height of a button of width w; ui_w_button: one, in r. */
int ui_w_button_h(struct ui *u, const char *label, enum ui_icon icon, enum ui_style style, int w);
bool ui_w_button(struct ui *u, struct ui_rect r, const char *id, const char *label,
                 enum ui_icon icon, enum ui_style style, unsigned flags);
/* ui_w_icon_button: 48 dp square; id and label for the tree. */
bool ui_w_icon_button(struct ui *u, struct ui_rect r, enum ui_icon icon, const char *id,
                      const char *label);

/* ---- ui_dialog.c ---- */
void ui_screen_toast(struct ui *u); /* the one that is up, until its time is over */

/* ---- ui_screen.c ---- */
void ui_screen_bring(struct ui *u, struct ui_rect r); /* scroll so that r is in view */
/* ui_screen_moved: the page changed under what was brought into view: once more. */
void ui_screen_moved(struct ui *u);
#endif

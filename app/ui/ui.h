/* ui.h - the touch kit: immediate mode, caller-owned context, draw list and semantics tree out.
 *
 * Knows neither SDL, fonts, screens nor the model. A frame is
 *
 *     ui_event(u, &ev) ...            what the platform read
 *     ui_begin(u, &frame);
 *     hit = ui_screen_begin(u, &(struct ui_screen){.id = "job", .title = ..., .primary = ...});
 *     ... widgets, top to bottom ...
 *     ui_screen_end(u);
 *     ui_end(u, &out);                draw list; whether to come back, and when
 *
 * Input is judged against what the LAST frame showed: a finger claims the target that it goes down
 * on, the target fires when the finger is lifted inside it, and moving past the slop gives the
 * gesture to the scrolling body. At most one action fires a frame; ui_out.again asks for the next.
 *
 * Ids are short stable ASCII ("arrive", "job:7f3a"), never translated; they must be unique on a
 * screen, name the widget's state (scroll, focus) and are what scripts tap as #arrive. Strings
 * given to a widget are copied; none is kept. Every text grows its widget: callers give no sizes.
 *
 * Text is NUL-terminated UTF-8, already translated. NULL and "" both mean "none".
 * One thread: the UI thread. Nothing here fails: over a cap a widget is left out and ui_check()
 * says so. */
#ifndef APP_UI_H
#define APP_UI_H
#include "app/ui/ui_types.h"
#include "core/base/slice.h"

struct ui; /* full definition in app/ui/ui_state.h; sizeof about 1 MiB: allocate it once */

/* ---- frame ----------------------------------------------------------------------------------- */
struct ui_frame {
    int64_t now_ms; /* monotonic */
    int w_px, h_px;
    float density; /* pixels per dp */
    float scale;   /* the user's text size, 1.0 to 2.0 */
    enum ui_theme theme;
    const char *lang; /* "zh" or "en": a change lays everything out anew */
    bool left_hand;
};

struct ui_out {
    const struct ui_cmd *cmds; /* valid until the next ui_begin */
    size_t n;
    ui_colour background;
    bool changed;    /* differs from the frame before: present it */
    bool again;      /* run another frame at once (input is waiting, or a scroll is moving) */
    int64_t wake_ms; /* run a frame at this monotonic time without input; INT64_MAX: never */
};

/* ui_init: zero the state; `fonts` is copied. scan_gap_ms starts at 30. */
void ui_init(struct ui *u, const struct ui_fonts *fonts);
/* ui_wipe: between two frames, after a lock: everything that was shown, typed, copied or drawn goes
 * from memory, and input that waits with it. Scroll places and settings stay. */
void ui_wipe(struct ui *u);
/* ui_event: queue one event for the next ui_begin; false (and dropped) when the queue is full. */
bool ui_event(struct ui *u, const struct ui_event *ev);
/* ui_room: ui_event would take two more. Who reads from a queue of its own leaves it there. */
bool ui_room(const struct ui *u);
/* ui_touched: input waits for the next ui_begin. */
bool ui_touched(const struct ui *u);
void ui_begin(struct ui *u, const struct ui_frame *f);
void ui_end(struct ui *u, struct ui_out *out);
/* ui_idle: no queued input, no gesture in flight, no scroll moving, no held keys, and the last
 * frame did not ask for another. */
bool ui_idle(const struct ui *u);
/* ui_pinyin: words for the on-screen keyboard, kept by the caller until the next call; NULL: none.
 * What is being composed is lost. ui_wants_pinyin: a field for words is open on the keyboard. */
struct pinyin;
void ui_pinyin(struct ui *u, struct pinyin *p, bool chinese);
bool ui_wants_pinyin(const struct ui *u);
/* ui_density: pixels per dp of the last frame. */
float ui_density(const struct ui *u);

/* ---- screen ---------------------------------------------------------------------------------- */
struct ui_screen {
    const char *id;     /* scroll position and focus are kept under it: coming back finds them */
    const char *title;  /* one heading; wraps to two lines, a tap opens a longer one */
    bool back;          /* arrow at the left; also the Escape and Back keys */
    const char *action; /* words at the right of the header ("English"), id "action" */
    struct {
        enum ui_icon icon;
        const char *id, *label; /* label is for the tree; required */
    } icons[2];                 /* at the right of the header */
    int steps, step;            /* progress segments under the header: `step` of `steps` are done */
    const char *above;          /* quiet line above the buttons: the name that they concern */
    const char *primary;        /* the one next step */
    const char *primary_id;     /* default "primary" */
    bool primary_off;           /* shown, not to be pressed */
    const char *secondary;      /* beside it */
    const char *secondary_id;   /* default "secondary" */
    bool secondary_off;
    bool danger; /* the primary destroys something */
    bool fixed;  /* the body does not scroll (signature page) */
};

enum ui_hit {
    UI_HIT_BACK = 1,
    UI_HIT_ACTION = 2,
    UI_HIT_ICON0 = 4,
    UI_HIT_ICON1 = 8,
    UI_HIT_PRIMARY = 16,
    UI_HIT_SECONDARY = 32
};

/* ui_screen_begin: header, bottom bar and the start of the body. One a frame. Returns ui_hit bits.
 */
unsigned ui_screen_begin(struct ui *u, const struct ui_screen *s);
void ui_screen_end(struct ui *u);
/* ui_scroll_top: forget the scroll position of a screen or list (a new search, a new report). */
void ui_scroll_top(struct ui *u, const char *id);
/* ui_reveal: scroll so that the widget with this id is in view in the next frame. */
void ui_reveal(struct ui *u, const char *id);
/* ui_focus: give a field the focus (opens the keyboard after touch); NULL takes it from all. */
void ui_focus(struct ui *u, const char *id);

/* ---- words ----------------------------------------------------------------------------------- */
void ui_text(struct ui *u, enum ui_style style, const char *text); /* wraps, never cut */
void ui_text_tone(struct ui *u, enum ui_style style, enum ui_tone tone, const char *text);
void ui_section(struct ui *u, const char *text); /* small bold muted heading of what follows */
void ui_spacer(struct ui *u, int dp);
void ui_divider(struct ui *u);
/* ui_banner: a sentence where the eye is, with an icon: what happened, is the work safe, what to
 * do. In the flow of the body, full width. */
void ui_banner(struct ui *u, const char *id, enum ui_tone tone, const char *text);
/* ui_toast: a short confirmation above the bottom bar for 4 s; a second one replaces it. Callable
 * at any time, also outside a frame. */
void ui_toast(struct ui *u, enum ui_tone tone, const char *text);
/* ui_empty: icon, what is so, and one way on. action may be NULL. True when it was tapped. */
bool ui_empty(struct ui *u, enum ui_icon icon, const char *text, const char *id,
              const char *action);
/* ui_status: full-width quiet line under the header (place sign and words); tappable when id is
 * given. */
bool ui_status(struct ui *u, const char *id, enum ui_place place, const char *text);
/* ui_strip: full-width line: boxed letter, words, bold words at the right (each may be NULL). */
void ui_strip(struct ui *u, const char *box, const char *text, const char *right,
              enum ui_tone right_tone);
/* ui_strip_place: the same, with a place sign and its words under the words. */
void ui_strip_place(struct ui *u, const char *box, const char *text, const char *right,
                    enum ui_tone right_tone, enum ui_place place, const char *place_text);

/* ---- rows and lists -------------------------------------------------------------------------- */
struct ui_row {
    const char *id;            /* required when tappable */
    const char *box;           /* boxed letter: the service class */
    enum ui_icon icon;         /* instead of the box */
    const char *title;         /* whole; with a chevron up to three lines, then an ellipsis */
    const char *line2, *line3; /* muted, likewise */
    const char *big;           /* the largest at the right: time left, quantity, price */
    enum ui_tone big_tone;
    const char *right2;     /* small, under it */
    enum ui_place place;    /* sign, under that */
    const char *place_text; /* its words */
    bool chevron;
    bool marked;  /* bar at the edge: the one to do next */
    bool checked; /* chosen: check mark */
    bool still;   /* not tappable */
    bool off;     /* disabled */
};
/* ui_row: full-width row, at least 72 dp. True when it was tapped. */
bool ui_row(struct ui *u, const struct ui_row *r);

enum ui_step_state { UI_STEP_DONE, UI_STEP_NOW, UI_STEP_LATER };
struct ui_step {
    const char *id;
    int number; /* drawn unless done (then a check mark) */
    const char *title;
    const char *sub; /* time and proof when done, a hint when now; later ones show none */
    enum ui_step_state state;
    bool tappable; /* chevron when it is the present one or tappable */
    bool bad;      /* done, but refused or withdrawn: a cross, not a check mark */
};
bool ui_step(struct ui *u, const struct ui_step *s);

/* A virtual list: only what is in view is laid out.
 *     struct ui_list l;
 *     ui_list_begin(u, &l, "jobs", count);
 *     while (ui_list_next(u, &l)) { ... exactly one ui_row for l.index ... }
 *     ui_list_end(u, &l);
 * An index may come up twice in a frame (once only to be measured). Lists do not nest; widgets may
 * stand before and after. Scroll place is kept by the row at the top, so that nothing jumps when
 * rows are inserted below it. */
struct ui_list {
    const char *id;
    size_t count;
    size_t index; /* the row to fill in now */
    /* the kit's own */
    struct ui_kept *kept;
    int phase, top_px, row_px, node, parent;
    size_t nodes, cmds;
    bool in_row;
};
void ui_list_begin(struct ui *u, struct ui_list *l, const char *id, size_t count);
bool ui_list_next(struct ui *u, struct ui_list *l);
void ui_list_end(struct ui *u, struct ui_list *l);

/* ---- cards and columns ----------------------------------------------------------------------- */
/* ui_card_begin: a surface with rounded corners around what follows, to ui_card_end. With an id
 * the whole card is a target (put no other targets into it): true when tapped. title and right may
 * be NULL. Cards do not nest. */
bool ui_card_begin(struct ui *u, const char *id, const char *title, const char *right);
/* ui_pair: label at the left, value at the right; in two lines when they do not fit. */
void ui_pair(struct ui *u, const char *label, const char *value);
void ui_pair_tone(struct ui *u, const char *label, const char *value, enum ui_style value_style,
                  enum ui_tone tone);
void ui_card_end(struct ui *u);

/* Columns of equal width; one under the other from scale 1.5 or when under 140 dp each.
 *     ui_cols_begin(u, 2); widgets; ui_col(u); widgets; ui_cols_end(u); */
void ui_cols_begin(struct ui *u, int n);
void ui_col(struct ui *u);
void ui_cols_end(struct ui *u);

/* ---- controls -------------------------------------------------------------------------------- */
enum ui_button_flags {
    UI_PRIMARY = 1,
    UI_SECONDARY = 2, /* outlined */
    UI_DANGER = 4,    /* outlined in the colour of late */
    UI_LINK = 8,      /* words only */
    UI_OFF = 16       /* or-ed: shown, not to be pressed */
};
bool ui_button(struct ui *u, const char *id, const char *label, unsigned flags);
bool ui_button_icon(struct ui *u, const char *id, const char *label, enum ui_icon icon,
                    unsigned flags);

/* Chips flow in lines. Chosen ones carry a check mark. The caller keeps what is chosen.
 *     ui_chips_begin(u); if (ui_chip(u, "f:12", name, chosen)) { ... } ui_chips_end(u); */
void ui_chips_begin(struct ui *u);
bool ui_chip(struct ui *u, const char *id, const char *label, bool chosen);
void ui_chips_end(struct ui *u);

/* ui_choice: one of n (at most 8), boxes of equal width in one line where they fit, else in fewer
 * columns; one column from scale 1.5. label (the question) may be NULL. *chosen is -1 for none.
 * Option i has the id "<id>:<i>". True when *chosen changed; tapping the chosen one leaves it. */
bool ui_choice(struct ui *u, const char *id, const char *label, const char *const *options, int n,
               int *chosen);
/* ui_tick: a row with a box to tick. True when *on changed. */
bool ui_tick(struct ui *u, const char *id, const char *label, bool *on);
/* ui_number: label, minus, value, plus; ids "<id>:less" and "<id>:more". True when it changed. */
bool ui_number(struct ui *u, const char *id, const char *label, int64_t *value, int64_t min,
               int64_t max);

enum ui_field_flags {
    UI_FIELD_MULTI = 1,   /* several lines; Enter breaks the line */
    UI_FIELD_SECRET = 2,  /* dots; the keyboard does not show the key; never in the tree */
    UI_FIELD_NUMERIC = 4, /* digits keyboard; takes digits, point and minus only */
    UI_FIELD_SCAN = 8,    /* a scan while it has the focus replaces its text */
    UI_FIELD_OFF = 16,
    UI_FIELD_PRIVATE = 32, /* value is not written to the tree (ratings' comment) */
    UI_FIELD_UPPER = 64,   /* letters become capitals (codes) */
    UI_FIELD_GUEST = 128,  /* a customer types: the keyboard neither shows nor learns words */
    UI_FIELD_ASCII = 256   /* takes printable ASCII only (codes) */
};
struct ui_field {
    const char *id, *label, *hint;
    char *text; /* caller's buffer, NUL-terminated UTF-8, edited in place */
    size_t cap; /* its size, with the NUL; typing stops when full */
    unsigned flags;
    const char
        *error; /* a sentence under it, instead of the hint; icon and words, not colour alone */
};
enum ui_field_result {
    UI_FIELD_CHANGED = 1,
    UI_FIELD_SUBMIT = 2, /* Enter or the keyboard's Done on a single line */
    UI_FIELD_LEFT = 4    /* the focus went away: a good time to keep a draft */
};
unsigned ui_field(struct ui *u, const struct ui_field *f);
/* ui_copied: what Copy or Cut has put on the clipboard since this was last asked, NULL for nothing;
 * valid until the next frame. Never of a secret or private field. */
const char *ui_copied(struct ui *u);
/* ui_search: a field with a glass and a cross to clear it ("<id>:clear"). */
unsigned ui_search(struct ui *u, const char *id, const char *hint, char *text, size_t cap);

/* ui_scan: the code that a scanner sent since the last frame, when no field asked for it; NULL
 * for none. Valid in this frame. */
const char *ui_scan(const struct ui *u);
/* ui_scan_into: such a code replaces the text of this field, as if it had the focus (its flags
 * count, its id does not); one that is too long is refused and said. True when the text changed. */
bool ui_scan_into(struct ui *u, const struct ui_field *f);
/* ui_scan_gap: keys closer than this belong to a scan (default 30 ms). */
void ui_scan_gap(struct ui *u, int gap_ms);

/* ---- signature, picture, progress ------------------------------------------------------------ */
struct ui_ink_point {
    int32_t x, y;      /* hundredths of a dp from the pad's top left */
    uint32_t t_ms;     /* since the first point */
    uint16_t pressure; /* 0 to 1023 */
    bool start;        /* begins a stroke */
};
struct ui_ink {
    struct ui_ink_point *points; /* caller's */
    size_t n, cap;
    int32_t w, h;  /* size of the pad when drawn, hundredths of a dp; kept by the first stroke */
    int64_t t0_ms; /* of the first point */
};
/* ui_pad: fills the rest of a fixed screen, less room for `buttons` of one line under it.
 * The caller clears by n = 0. True when points were added: on_stroke_end tells a lifted pen (a
 * good time to keep the draft); may be NULL. */
bool ui_pad(struct ui *u, const char *id, const char *label, const char *hint, int buttons,
            struct ui_ink *ink, bool *stroke_end);
/* ui_ink: show strokes, not editable, `h_dp` high. */
void ui_ink(struct ui *u, const char *label, const struct ui_ink *ink, int h_dp);
/* ui_qr: side x side bytes (non-zero black), at least 2 px a module, quiet zone of 4, black on
 * white in every theme. `modules` must live until ui_end's list is drawn. */
void ui_qr(struct ui *u, const char *id, const char *label, const uint8_t *modules, int side);
/* ui_progress: a bar with a number; total 0: words only. With a cancel label: true when tapped. */
bool ui_progress(struct ui *u, const char *id, const char *label, int64_t done, int64_t total,
                 const char *cancel);

/* ---- report ---------------------------------------------------------------------------------- */
/* The report that is read before signing: one tree node a canonical line, in view or not, unwrapped
 * there and wrapped on the screen; nothing else stands under the report's node. Stands in a card.
 */
void ui_report_begin(struct ui *u, const char *id);
void ui_report_line(struct ui *u, enum ui_style style, str line); /* line has no line feed */
void ui_report_end(struct ui *u);
/* ui_report_seen: has the last line of the report with exactly this text been in view, in any
 * frame since ui_report_forget or since the text changed? Asked after the frame in which it came
 * into view; the frame after that tells. Asked before the report stands on the page it speaks of
 * the frame before: who acts on it asks again after ui_report_end. */
bool ui_report_seen(const struct ui *u, const char *id);
void ui_report_forget(struct ui *u, const char *id);

/* ---- over the page --------------------------------------------------------------------------- */
/* Call while it is open, anywhere between ui_screen_begin and ui_screen_end. */
struct ui_dialog {
    const char *id, *title, *text;
    const char *confirm; /* id "<id>:ok" */
    const char *cancel;  /* id "<id>:cancel"; NULL: only confirm (or nothing to do but wait) */
    bool danger;
};
enum ui_dialog_result { UI_DIALOG_NONE, UI_DIALOG_OK, UI_DIALOG_CANCEL };
enum ui_dialog_result ui_dialog(struct ui *u, const struct ui_dialog *d);
/* ui_menu: a sheet of at most 12 choices from the bottom; items "<id>:<i>", closing it
 * "<id>:cancel". Returns the choice, -1 for none yet, -2 when closed. `close` is its last line. */
int ui_menu(struct ui *u, const char *id, const char *title, const char *const *items, int n,
            const char *close);
#endif

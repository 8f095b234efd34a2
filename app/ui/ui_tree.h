/* ui_tree.h - the semantics tree of the last frame: what is on the screen, in words and rectangles.
 *
 * Tests tap by it, `docket --tree` writes it, assistive technology will read it. */
#ifndef APP_UI_TREE_H
#define APP_UI_TREE_H
#include "app/ui/ui_types.h"
#include <stdio.h>

struct ui;

enum ui_role {
    UI_ROLE_SCREEN,
    UI_ROLE_HEADER,
    UI_ROLE_BODY,
    UI_ROLE_BAR,
    UI_ROLE_TEXT,
    UI_ROLE_HEADING,
    UI_ROLE_BUTTON,
    UI_ROLE_ROW,
    UI_ROLE_STEP,
    UI_ROLE_CARD,
    UI_ROLE_CHIP,
    UI_ROLE_RADIO,
    UI_ROLE_CHECKBOX,
    UI_ROLE_FIELD,
    UI_ROLE_NUMBER,
    UI_ROLE_LIST,
    UI_ROLE_BANNER,
    UI_ROLE_DIALOG,
    UI_ROLE_PAD,
    UI_ROLE_IMAGE,
    UI_ROLE_PROGRESS,
    UI_ROLE_REPORT,
    UI_ROLE_LINE,
    UI_ROLE_KEYBOARD,
    UI_ROLE_KEY,
    UI_ROLE_GROUP,
    UI_ROLES
};

enum ui_node_state {
    UI_ST_TARGET = 1, /* can be tapped and focused */
    UI_ST_DISABLED = 2,
    UI_ST_CHECKED = 4,
    UI_ST_FOCUSED = 8,
    UI_ST_OUT = 16, /* laid out, but not in view now */
    UI_ST_PRESSED = 32,
    UI_ST_TEXTUAL = 64, /* text and box below are set */
    UI_ST_CUT = 128,    /* a list row's text that ends in an ellipsis */
    UI_ST_BROKEN = 256  /* a Latin word is broken between two lines for which one was long enough */
};

struct ui_node {
    enum ui_role role;
    unsigned state;
    int parent; /* index, -1 for the screen */
    int depth;
    uint8_t layer;  /* as ui_cmd.layer; a tap goes to the highest */
    uint8_t region; /* 0 header, 1 body, 2 bar, 3 dialog, 4 keyboard: the order of writing */
    const char *id; /* "" when none; all strings are valid until the next ui_begin */
    const char *label;
    const char *value;
    uint32_t key;        /* hash of id */
    struct ui_rect rect; /* what a tap must hit */
    struct ui_rect seen; /* the part of it that is in view (w 0 when none) */
    struct ui_rect text; /* extent of the words, as measured */
    struct ui_rect box;  /* room that they were given */
};

/* ui_nodes: the nodes of the last frame and how many. */
const struct ui_node *ui_nodes(const struct ui *u, size_t *n);
/* ui_tree_write: one node a line, indented by two blanks a level, e.g.
 *     button "Arrived" id=arrive rect=16,700,328,64 enabled
 * then value="..." and any of: checked focused disabled out cut. Pixels; strings are escaped
 * (\" \\ \n). */
void ui_tree_write(const struct ui *u, FILE *f);
/* ui_contrast: of two colours, 1 to 21 (WCAG). */
float ui_contrast(ui_colour a, ui_colour b);
/* ui_focus_shows: is a ring or a heavy edge drawn around this node in the last frame? */
bool ui_focus_shows(const struct ui *u, const struct ui_node *n);
/* ui_check: findings against the last frame: overlapping targets, targets under 48 dp or nearer
 * than 8 dp (letter keys exempt), text larger than its box, Latin words broken between their
 * letters, words under 4.5:1 (sunlight 7:1), signs and edges of controls under 3:1, caps reached,
 * equal ids. One line each to `report` (may be NULL). Returns how many. */
int ui_check(const struct ui *u, FILE *report);
#endif

/* script_parse.h - the words of a script file as a table of actions. */
#ifndef APP_PLATFORM_SCRIPT_PARSE_H
#define APP_PLATFORM_SCRIPT_PARSE_H
#include "app/ui/ui_types.h"
#include "core/base/status.h"

enum { SCRIPT_ACTIONS = 4096, SCRIPT_BYTES = 1 << 20 };

enum script_verb {
    SCRIPT_TAP,
    SCRIPT_TYPE,
    SCRIPT_SCAN,
    SCRIPT_KEY,
    SCRIPT_SCROLL,
    SCRIPT_DRAW,
    SCRIPT_TAKE_SHOT,
    SCRIPT_TREE,
    SCRIPT_AWAIT,
    SCRIPT_PASS,
    SCRIPT_CLOCK,
    SCRIPT_EXPECT,
    SCRIPT_REJECT,
    SCRIPT_CHECK,
    SCRIPT_PASTE,
    SCRIPT_WALK,
    SCRIPT_TWICE,
    SCRIPT_COUNT
};

struct script_action {
    enum script_verb verb;
    int line;
    const char *text; /* quoted words, NAME, points; "" when none; in the file's buffer */
    bool by_id;       /* text is an id */
    double number;    /* N, S; 0 when none */
    bool has_number, end, top, always;
    const char *source; /* the line as written, for messages */
};

/* script_parse: cut `text` (NUL-terminated, changed in place) into actions; *count of them.
 * ST_BAD_INPUT: err names the line. */
MUST_USE enum st script_parse(char *text, struct script_action *out, size_t *count,
                              struct err *err);
/* script_parse_key: UI_KEY_NONE when there is none of that name; *shift for names that begin with
 * Shift. */
enum ui_key script_parse_key(const char *name, bool *shift);
#endif

/* fuzz_script.c - a script of gestures: what is played is what the lines say. */
#include "app/platform/script_parse.h"
#include "tests/fuzz/door.h"

static struct script_action actions[SCRIPT_ACTIONS];

static void begin(void)
{
}

static bool take(bytes in)
{
    static char text[DOOR_BYTES_MAX + 1];
    struct err err = {.st = ST_OK};
    size_t n = 0, lines = 1;
    memcpy(text, in.n > 0 ? in.p : (const uint8_t *)"", in.n);
    text[in.n] = '\0';
    for (size_t i = 0; i < in.n; i++) {
        lines += in.p[i] == '\n';
    }
    enum st st = script_parse(text, actions, &n, &err);
    HOLD(st == ST_OK || ((st == ST_BAD_INPUT || st == ST_TOO_BIG) && err.text[0] != '\0'));
    HOLD(n <= SCRIPT_ACTIONS && n <= lines);
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        const struct script_action *a = &actions[i];
        HOLD(a->line >= 1 && (size_t)a->line <= lines);
        HOLD(i == 0 || a->line > actions[i - 1].line);
        bool inside = a->text >= text && a->text + strlen(a->text) <= text + in.n;
        HOLD(a->text != NULL && (inside || a->text[0] == '\0') && a->source != NULL);
        HOLD(!(a->end && a->top));
        bool shift;
        HOLD(a->verb != SCRIPT_KEY || script_parse_key(a->text, &shift) != UI_KEY_NONE);
        if (a->verb == SCRIPT_TAKE_SHOT || a->verb == SCRIPT_TREE) {
            HOLD(a->text[0] != '\0' && strchr(a->text, '/') == NULL);
        }
        if (a->has_number) {
            HOLD(a->number == a->number && a->number < 1e9 && a->number > -1e9);
        }
    }
    return st == ST_OK;
}

static void seeds(void)
{
    static const char *const files[] = {"tests/ui/visit.script", "tests/ui/other.script",
                                        "tests/ui/drafts-1.script", "tests/ui/drafts-2.script"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        str s = door_read_file(0, files[i]);
        door_seed(bytes_of(s.p, s.n < 16384 ? s.n : 16384));
    }
    door_seed(
        str_bytes(S("tap \"Arrived\" 2\ntap #job:1\ntype \"a \\\"b\\\\\\n\"\nscan \"X-1\"\n"
                    "key ShiftTab\nscroll -12.5\nscroll end\nscroll top\ndraw\n"
                    "draw 1,2 50,50 99,1\nshot a\ntree b\nwait\nwait \"x\" 3\nwait 2\npass 15\n"
                    "expect \"y\"\nreject \"z\"\ncheck\ncheck always\n# said\n\n")));
}

const struct door door = {.name = "script",
                          .max_bytes = 16384,
                          .no_memory = true,
                          .begin = begin,
                          .take = take,
                          .seeds = seeds};

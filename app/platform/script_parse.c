/* script_parse.c - one action a line: a verb, and what it wants. */
#include "app/platform/script_parse.h"
#include <stdlib.h>
#include <string.h>

/* What may follow a verb. */
enum wants { TARGET, QUOTED, NAME, NUMBER, POINTS, QUOTED_OR_NONE, ALWAYS_OR_NONE, NOTHING };

static const struct {
    const char *word;
    enum script_verb verb;
    enum wants wants;
} VERBS[] = {
    {"tap", SCRIPT_TAP, TARGET},
    {"type", SCRIPT_TYPE, QUOTED},
    {"scan", SCRIPT_SCAN, QUOTED},
    {"key", SCRIPT_KEY, NAME},
    {"paste", SCRIPT_PASTE, QUOTED_OR_NONE},
    {"walk", SCRIPT_WALK, NOTHING},
    {"twice", SCRIPT_TWICE, TARGET},
    {"count", SCRIPT_COUNT, QUOTED_OR_NONE},
    {"scroll", SCRIPT_SCROLL, NUMBER},
    {"draw", SCRIPT_DRAW, POINTS},
    {"shot", SCRIPT_TAKE_SHOT, NAME},
    {"tree", SCRIPT_TREE, NAME},
    {"wait", SCRIPT_AWAIT, QUOTED_OR_NONE},
    {"pass", SCRIPT_PASS, NUMBER},
    {"clock", SCRIPT_CLOCK, NUMBER},
    {"expect", SCRIPT_EXPECT, QUOTED},
    {"reject", SCRIPT_REJECT, QUOTED},
    {"check", SCRIPT_CHECK, ALWAYS_OR_NONE},
};

enum ui_key script_parse_key(const char *name, bool *shift)
{
    static const struct {
        const char *name;
        enum ui_key key;
    } KEYS[] = {{"Tab", UI_KEY_TAB},
                {"Enter", UI_KEY_ENTER},
                {"Escape", UI_KEY_ESCAPE},
                {"Backspace", UI_KEY_BACKSPACE},
                {"Delete", UI_KEY_DELETE},
                {"Left", UI_KEY_LEFT},
                {"Right", UI_KEY_RIGHT},
                {"Up", UI_KEY_UP},
                {"Down", UI_KEY_DOWN},
                {"Home", UI_KEY_HOME},
                {"End", UI_KEY_END},
                {"PageUp", UI_KEY_PAGE_UP},
                {"PageDown", UI_KEY_PAGE_DOWN},
                {"Space", UI_KEY_SPACE},
                {"CtrlA", UI_KEY_SELECT_ALL},
                {"CtrlC", UI_KEY_COPY},
                {"CtrlX", UI_KEY_CUT}};
    *shift = strncmp(name, "Shift", 5) == 0;
    name += *shift ? 5 : 0;
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        if (strcmp(KEYS[i].name, name) == 0) {
            return KEYS[i].key;
        }
    }
    return UI_KEY_NONE;
}

static char *skip(char *p)
{
    while (*p == ' ' || *p == '\t') {
        p++;
    }
    return p;
}

/* A quoted string with \" \\ \n, undone in place. Leaves *p behind it. */
static bool quoted(char **p, const char **out)
{
    char *from = *p, *to;
    if (*from != '"') {
        return false;
    }
    *out = to = ++from;
    while (*from != '"') {
        if (*from == '\0') {
            return false;
        }
        if (*from == '\\' && from[1] != '\0') {
            from++;
            *to++ = *from == 'n' ? '\n' : *from;
            from++;
        } else {
            *to++ = *from++;
        }
    }
    *p = from + 1;
    *to = '\0';
    return true;
}

static char *word(char **p)
{
    char *start = *p;
    while (**p != '\0' && **p != ' ' && **p != '\t') {
        (*p)++;
    }
    if (**p != '\0') {
        *(*p)++ = '\0';
    }
    return start;
}

/* Beyond this there is no screen to scroll, no list to count and no clock to move. */
#define NUMBER_MAX 1e6

static bool number(char **p, struct script_action *a)
{
    char *end;
    a->number = strtod(*p, &end);
    a->has_number = end != *p && a->number >= -NUMBER_MAX && a->number <= NUMBER_MAX;
    *p = end;
    return a->has_number;
}

static bool arguments(char *p, enum wants wants, struct script_action *a)
{
    p = skip(p);
    a->text = "";
    bool ok = true;
    switch (wants) {
    case TARGET:
        a->by_id = *p == '#';
        if (a->by_id) {
            p++;
            a->text = word(&p);
            ok = a->text[0] != '\0';
        } else {
            ok = quoted(&p, &a->text);
        }
        p = skip(p);
        if (ok && *p != '\0') {
            ok = number(&p, a);
        }
        break;
    case QUOTED:
        ok = quoted(&p, &a->text);
        break;
    case QUOTED_OR_NONE:
        ok = *p != '"' || quoted(&p, &a->text);
        p = skip(p);
        if (ok && *p != '\0') {
            ok = number(&p, a);
        }
        break;
    case NAME:
        a->text = word(&p);
        ok = a->text[0] != '\0' && strchr(a->text, '/') == NULL;
        break;
    case NUMBER:
        a->end = strcmp(p, "end") == 0;
        a->top = strcmp(p, "top") == 0;
        if (a->end || a->top) {
            return true;
        }
        ok = number(&p, a);
        break;
    case POINTS:
        a->text = p;
        return true;
    case NOTHING:
        break;
    case ALWAYS_OR_NONE:
        a->always = strcmp(p, "always") == 0;
        return a->always || *p == '\0';
    }
    return ok && *skip(p) == '\0';
}

enum st script_parse(char *text, struct script_action *out, size_t *count, struct err *err)
{
    int line = 0;
    *count = 0;
    for (char *next = text; next != NULL;) {
        char *p = next, *lf = strchr(p, '\n');
        next = lf == NULL ? NULL : lf + 1;
        line++;
        if (lf != NULL) {
            *lf = '\0';
        }
        size_t n = strlen(p);
        while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\r' || p[n - 1] == '\t')) {
            p[--n] = '\0';
        }
        p = skip(p);
        if (*p == '\0' || *p == '#') {
            continue;
        }
        if (*count == SCRIPT_ACTIONS) {
            return err_set(err, ST_TOO_BIG, 0, __func__, "more than %d actions", SCRIPT_ACTIONS);
        }
        struct script_action *a = &out[*count];
        *a = (struct script_action){.line = line};
        char *verb = word(&p);
        bool ok = false;
        for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++) {
            if (strcmp(VERBS[i].word, verb) == 0) {
                a->verb = VERBS[i].verb;
                a->source = VERBS[i].word;
                ok = arguments(p, VERBS[i].wants, a);
            }
        }
        bool shift;
        if (ok && a->verb == SCRIPT_KEY) {
            ok = script_parse_key(a->text, &shift) != UI_KEY_NONE;
        }
        if (!ok) {
            return err_set(err, ST_BAD_INPUT, 0, __func__, "line %d cannot be played: %s", line,
                           verb);
        }
        (*count)++;
    }
    return ST_OK;
}

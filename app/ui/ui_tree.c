/* ui_tree.c - the semantics tree as text, and what a test finds wrong with it. */
#include "app/ui/ui_state.h"

static const char *const ROLES[UI_ROLES] = {
    [UI_ROLE_SCREEN] = "screen",     [UI_ROLE_HEADER] = "header", [UI_ROLE_BODY] = "body",
    [UI_ROLE_BAR] = "bar",           [UI_ROLE_TEXT] = "text",     [UI_ROLE_HEADING] = "heading",
    [UI_ROLE_BUTTON] = "button",     [UI_ROLE_ROW] = "row",       [UI_ROLE_STEP] = "step",
    [UI_ROLE_CARD] = "card",         [UI_ROLE_CHIP] = "chip",     [UI_ROLE_RADIO] = "radio",
    [UI_ROLE_CHECKBOX] = "checkbox", [UI_ROLE_FIELD] = "field",   [UI_ROLE_NUMBER] = "number",
    [UI_ROLE_LIST] = "list",         [UI_ROLE_BANNER] = "banner", [UI_ROLE_DIALOG] = "dialog",
    [UI_ROLE_PAD] = "pad",           [UI_ROLE_IMAGE] = "image",   [UI_ROLE_PROGRESS] = "progress",
    [UI_ROLE_REPORT] = "report",     [UI_ROLE_LINE] = "line",     [UI_ROLE_KEYBOARD] = "keyboard",
    [UI_ROLE_KEY] = "key",           [UI_ROLE_GROUP] = "group",
};

static void put_string(FILE *f, const char *s)
{
    fputc('"', f);
    for (; *s != '\0'; s++) {
        if (*s == '\n') {
            fputs("\\n", f);
            continue;
        }
        if (*s == '"' || *s == '\\') {
            fputc('\\', f);
        }
        fputc(*s, f);
    }
    fputc('"', f);
}

static void put_node(FILE *f, const struct ui_node *n)
{
    fprintf(f, "%*s%s ", n->depth * 2, "", ROLES[n->role]);
    put_string(f, n->label);
    if (n->id[0] != '\0') {
        fprintf(f, " id=%s", n->id);
    }
    fprintf(f, " rect=%d,%d,%d,%d", n->rect.x, n->rect.y, n->rect.w, n->rect.h);
    if ((n->state & UI_ST_TARGET) != 0) {
        fputs((n->state & UI_ST_DISABLED) != 0 ? " disabled" : " enabled", f);
    }
    if (n->value[0] != '\0') {
        fputs(" value=", f);
        put_string(f, n->value);
    }
    static const struct {
        unsigned bit;
        const char *word;
    } WORDS[] = {{UI_ST_CHECKED, " checked"},
                 {UI_ST_FOCUSED, " focused"},
                 {UI_ST_OUT, " out"},
                 {UI_ST_CUT, " cut"}};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if ((n->state & WORDS[i].bit) != 0) {
            fputs(WORDS[i].word, f);
        }
    }
    fputc('\n', f);
}

void ui_tree_write(const struct ui *u, FILE *f)
{
    if (u->node_n == 0) {
        return;
    }
    put_node(f, &u->nodes[0]);
    for (uint8_t region = 0; region < 5; region++) {
        for (size_t i = 1; i < u->node_n; i++) {
            if (u->nodes[i].region == region) {
                put_node(f, &u->nodes[i]);
            }
        }
    }
}

/* ==== checks ================================================================================= */

struct finding {
    const struct ui *u;
    FILE *f;
    int n;
};

static void say(struct finding *o, const char *what, const struct ui_node *a,
                const struct ui_node *b)
{
    o->n++;
    if (o->f == NULL) {
        return;
    }
    fprintf(o->f, "%s:\n", what);
    if (a != NULL) {
        put_node(o->f, a);
        if ((a->state & UI_ST_TEXTUAL) != 0) {
            fprintf(o->f, "    text %d,%d,%d,%d in box %d,%d,%d,%d\n", a->text.x, a->text.y,
                    a->text.w, a->text.h, a->box.x, a->box.y, a->box.w, a->box.h);
        }
    }
    if (b != NULL) {
        put_node(o->f, b);
    }
}

static bool rowlike(const struct ui_node *n)
{
    return n->role == UI_ROLE_ROW || n->role == UI_ROLE_STEP;
}

static bool within(const struct ui *u, const struct ui_node *in, const struct ui_node *out)
{
    for (int p = in->parent; p >= 0; p = u->nodes[p].parent) {
        if (&u->nodes[p] == out) {
            return true;
        }
    }
    return false;
}

static void check_pair(struct finding *o, const struct ui_node *a, const struct ui_node *b)
{
    const struct ui *u = o->u;
    if (a->role == UI_ROLE_KEY || b->role == UI_ROLE_KEY || a->layer != b->layer ||
        within(u, a, b) || within(u, b, a)) {
        return;
    }
    bool same = a->region == b->region;
    struct ui_rect ra = same ? a->rect : a->seen, rb = same ? b->rect : b->seen;
    if (ui_w_cross(ra, rb).w > 0) {
        say(o, "two targets overlap", a, b);
        return;
    }
    int gap = (int)(8 * u->f.density);
    struct ui_rect wide = {ra.x - gap, ra.y - gap, ra.w + 2 * gap, ra.h + 2 * gap};
    if (same && !(rowlike(a) && rowlike(b)) && ui_w_cross(wide, rb).w > 0) {
        say(o, "two targets are nearer than 8 dp", a, b);
    }
}

static void check_size(struct finding *o, const struct ui_node *n)
{
    float d = o->u->f.density;
    bool letter = n->role == UI_ROLE_KEY;
    int w = (int)((letter ? 28 : 48) * d), h = (int)(48 * d);
    if (n->rect.w < w || n->rect.h < h) {
        say(o, "a target is too small", n, NULL);
    }
    if (n->rect.x < 0 || n->rect.x + n->rect.w > o->u->f.w_px) {
        say(o, "a target reaches over the edge", n, NULL);
    }
}

static void check_text(struct finding *o, const struct ui_node *n)
{
    struct ui_rect t = n->text, b = n->box;
    if (t.w > b.w || t.h > b.h || t.x < b.x || t.x + t.w > b.x + b.w) {
        say(o, "a text is larger than its box", n, NULL);
    }
    if (b.x < 0 || b.x + b.w > o->u->f.w_px) {
        say(o, "a text reaches over the edge", n, NULL);
    }
    bool row = false;
    for (const struct ui_node *p = n; p != NULL;
         p = p->parent < 0 ? NULL : &o->u->nodes[p->parent]) {
        row = row || rowlike(p) || p->role == UI_ROLE_HEADER || p->role == UI_ROLE_BAR;
    }
    if ((n->state & UI_ST_CUT) != 0 && !row) {
        say(o, "a text outside a list is cut", n, NULL);
    }
}

/* Words of one parent must not lie on each other; a parent's own words count among them. */
static void check_words(struct finding *o, size_t i)
{
    const struct ui_node *a = &o->u->nodes[i];
    for (size_t k = i + 1; k < o->u->node_n; k++) {
        const struct ui_node *b = &o->u->nodes[k];
        bool kin = b->parent == a->parent || b->parent == (int)i;
        if ((b->state & UI_ST_TEXTUAL) != 0 && kin && b->layer == a->layer &&
            b->region == a->region && b->text.w > 0 && a->text.w > 0 &&
            ui_w_cross(a->text, b->text).w > 0) {
            say(o, "words lie on each other", a, b);
        }
    }
}

int ui_check(const struct ui *u, FILE *report)
{
    struct finding o = {u, report, 0};
    for (size_t i = 0; i < u->node_n; i++) {
        const struct ui_node *a = &u->nodes[i];
        if ((a->state & UI_ST_TEXTUAL) != 0) {
            check_text(&o, a);
            check_words(&o, i);
        }
        if ((a->state & UI_ST_TARGET) == 0) {
            continue;
        }
        check_size(&o, a);
        for (size_t k = i + 1; k < u->node_n; k++) {
            if ((u->nodes[k].state & UI_ST_TARGET) != 0) {
                check_pair(&o, a, &u->nodes[k]);
            }
        }
    }
    if (u->full) {
        say(&o, "a cap of the kit was reached, something is left out", NULL, NULL);
    }
    if (u->same_id) {
        say(&o, "a target has no id, or two have the same", NULL, NULL);
    }
    return o.n;
}

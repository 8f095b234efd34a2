/* ui_tree.c - the semantics tree as text. */
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

void ui_tree_node(FILE *f, const struct ui_node *n)
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
                 {UI_ST_CUT, " cut"},
                 {UI_ST_BROKEN, " broken"}};
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
    ui_tree_node(f, &u->nodes[0]);
    for (uint8_t region = 0; region < 5; region++) {
        for (size_t i = 1; i < u->node_n; i++) {
            if (u->nodes[i].region == region) {
                ui_tree_node(f, &u->nodes[i]);
            }
        }
    }
}

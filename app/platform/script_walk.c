/* script_walk.c - see script_walk.h. */
#include "app/platform/script_walk.h"
#include "app/platform/script_send.h"
#include "app/ui/ui_tree.h"

enum { BEGUN = 1, GOING = 2 };

static bool was_there(const struct script_walk *w, uint32_t key)
{
    for (size_t i = 0; i < w->n; i++) {
        if (w->keys[i] == key) {
            return true;
        }
    }
    return false;
}

static bool all_there(const struct script_walk *w, const struct ui_node *n, size_t count)
{
    bool over = false, all = true;
    for (size_t i = 0; i < count; i++) {
        over = over || n[i].role == UI_ROLE_DIALOG;
    }
    for (size_t i = 0; i < count; i++) {
        bool wanted = (n[i].state & UI_ST_TARGET) != 0 && (n[i].state & UI_ST_DISABLED) == 0 &&
                      n[i].role != UI_ROLE_KEY && (!over || n[i].region == 3);
        if (wanted && !was_there(w, n[i].key)) {
            fprintf(stderr, "not reached by Tab: %s\n", n[i].id);
            all = false;
        }
    }
    return all;
}

/* What is wrong with the place that Tab came to; NULL when nothing is. */
static const char *wrong(const struct script_walk *w, const struct ui *u, const struct ui_node *at)
{
    size_t count;
    const struct ui_node *n = ui_nodes(u, &count);
    int view = 0;
    for (size_t i = 0; i < count; i++) {
        view = n[i].role == UI_ROLE_BODY ? n[i].rect.h : view;
    }
    if (at == NULL) {
        return "nothing has the focus";
    }
    bool fills = at->seen.h * 10 >= view * 8; /* it is higher than the view */
    if (at->seen.w < at->rect.w || (at->seen.h < at->rect.h && !fills)) {
        return "what has the focus is not in view";
    }
    if (!ui_focus_shows(u, at)) {
        return "the focus is not to be seen";
    }
    return was_there(w, at->key) || w->n == SCRIPT_WALK_MAX ? "Tab goes round in a smaller circle"
                                                            : NULL;
}

static enum script_walk_says press(struct script_walk *w, struct ui *u, enum ui_key key, int step,
                                   int64_t *now)
{
    *now += SCRIPT_TAP_GAP_MS;
    script_send_key(u, key, false, now);
    w->steps = step;
    return SCRIPT_WALK_ON;
}

enum script_walk_says script_walk(struct script_walk *w, struct ui *u, int64_t *now,
                                  const char **why)
{
    size_t count;
    const struct ui_node *n = ui_nodes(u, &count), *at = NULL;
    for (size_t i = 0; i < count; i++) {
        at = (n[i].state & UI_ST_FOCUSED) != 0 ? &n[i] : at;
    }
    if (w->steps == 0 && at != NULL && at->role == UI_ROLE_FIELD) {
        return press(w, u, UI_KEY_ESCAPE, BEGUN, now); /* the keyboard hides header and bar */
    }
    if (w->steps < GOING) {
        w->n = 0;
        return press(w, u, UI_KEY_TAB, GOING, now);
    }
    bool round = at != NULL && w->n > 0 && at->key == w->keys[0];
    if (round) {
        bool all = all_there(w, n, count);
        *why = "keys alone do not reach everything";
        w->steps = 0;
        return all ? SCRIPT_WALK_DONE : SCRIPT_WALK_WRONG;
    }
    *why = wrong(w, u, at);
    if (*why != NULL) {
        w->steps = 0;
        return SCRIPT_WALK_WRONG;
    }
    w->keys[w->n++] = at->key;
    return press(w, u, UI_KEY_TAB, GOING, now);
}

/* script.c - plays the actions: finds targets in the tree, sends events, waits, looks. */
#include "app/platform/script.h"
#include "app/platform/script_parse.h"
#include "app/platform/script_send.h"
#include "app/platform/script_walk.h"
#include "app/ui/ui_tree.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    WAIT_S = 30,
    TRIES = 2000 /* frames spent on bringing one target into view: 100,000 rows at a view a frame */
};

struct script {
    char *text;
    struct script_action *actions;
    size_t count, at;
    char shots[512], path[700];
    FILE *tree;
    bool begun;  /* the action in hand has sent its events */
    bool dumped; /* the tree after the start was written */
    bool check;  /* after each action */
    int found;   /* by checks so far */
    int tries;
    char clip[2048]; /* what Copy or Cut left */
    struct script_walk walk;
    int64_t clock_ms; /* by how much somebody has set the clock */
    int64_t since_ms; /* real time at which the action in hand began; 0 not yet */
};

/* ==== open =================================================================================== */

static char *read_all(const char *file)
{
    FILE *f = fopen(file, "rb");
    char *text = f == NULL ? NULL : malloc(SCRIPT_BYTES + 1);
    size_t n = text == NULL ? 0 : fread(text, 1, SCRIPT_BYTES + 1, f);
    if (f != NULL) {
        fclose(f);
    }
    if (text != NULL && n > SCRIPT_BYTES) {
        free(text);
        return NULL;
    }
    if (text != NULL) {
        text[n] = '\0';
    }
    return text;
}

enum st script_open(const char *file, const char *shots_dir, const char *tree_file,
                    struct script **out, struct err *err)
{
    *out = NULL;
    struct script *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    snprintf(s->shots, sizeof s->shots, "%s", shots_dir == NULL ? "." : shots_dir);
    s->text = read_all(file);
    s->actions = calloc(SCRIPT_ACTIONS, sizeof *s->actions);
    enum st st = ST_OK;
    if (s->text == NULL || s->actions == NULL) {
        st = err_set(err, ST_NOT_FOUND, 0, __func__, "cannot read the script %s", file);
    }
    if (st == ST_OK) {
        st = script_parse(s->text, s->actions, &s->count, err);
    }
    if (st == ST_OK && tree_file != NULL) {
        s->tree = fopen(tree_file, "w");
        if (s->tree == NULL) {
            st = err_set(err, ST_IO, 0, __func__, "cannot write %s", tree_file);
        }
    }
    if (st != ST_OK) {
        script_close(&s);
        return st;
    }
    *out = s;
    return ST_OK;
}

void script_close(struct script **ps)
{
    struct script *s = *ps;
    if (s == NULL) {
        return;
    }
    if (s->tree != NULL) {
        fclose(s->tree);
    }
    free(s->text);
    free(s->actions);
    free(s);
    *ps = NULL;
}

int64_t script_clock_ms(const struct script *s)
{
    return s->clock_ms;
}

const char *script_path(const struct script *s)
{
    return s->path;
}

/* ==== looking ================================================================================ */

static bool has_dialog(const struct ui_node *n, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (n[i].role == UI_ROLE_DIALOG) {
            return true;
        }
    }
    return false;
}

static bool matches(const struct ui_node *n, const struct script_action *a, bool keys, bool dialog)
{
    bool key = n->role == UI_ROLE_KEY, over = dialog && n->region != 3;
    return (n->state & UI_ST_TARGET) != 0 && !over && (a->by_id || key == keys) &&
           strcmp(a->by_id ? n->id : n->label, a->text) == 0;
}

/* The target that a tap means; *found counts those that it could mean. */
static const struct ui_node *find(const struct ui *u, const struct script_action *a, int *found)
{
    size_t count;
    const struct ui_node *n = ui_nodes(u, &count), *hit = NULL;
    bool dialog = has_dialog(n, count);
    for (int keys = 0; keys < 2; keys++) {
        *found = 0;
        for (size_t i = 0; i < count; i++) {
            if (matches(&n[i], a, keys != 0, dialog)) {
                (*found)++;
                hit = !a->has_number || *found == (int)a->number ? &n[i] : hit;
            }
        }
        if (*found > 0) {
            break;
        }
    }
    bool none = *found == 0 || (a->has_number && (int)a->number > *found);
    return none || (*found > 1 && !a->has_number) ? NULL : hit;
}

static bool shows(const struct ui *u, const char *text)
{
    size_t count;
    const struct ui_node *n = ui_nodes(u, &count);
    for (size_t i = 0; i < count; i++) {
        if (strstr(n[i].label, text) != NULL || strstr(n[i].value, text) != NULL) {
            return true;
        }
    }
    return false;
}

static int count_of(const struct ui *u, const char *text)
{
    size_t count;
    const struct ui_node *n = ui_nodes(u, &count);
    int found = 0;
    for (size_t i = 0; i < count; i++) {
        found += strcmp(n[i].label, text) == 0 ? 1 : 0;
    }
    return found;
}

static enum script_says fail(const struct script *s, const struct ui *u, const char *why)
{
    const struct script_action *a = &s->actions[s->at];
    fprintf(stderr, "script line %d: %s \"%s\": %s\nwhat is there:\n", a->line, a->source, a->text,
            why);
    ui_tree_write(u, stderr);
    fflush(stderr);
    return SCRIPT_FAILED;
}

/* ==== actions: each says what comes next; `done` in begun ==================================== */

/* Not in the tree: behind the keyboard, or in a part of a list that was not laid out. */
static enum script_says look_for(struct script *s, struct ui *u, int found, int64_t *now)
{
    size_t count;
    const struct ui_node *n = ui_nodes(u, &count), *hide = NULL, *list = NULL, *body = NULL;
    for (size_t i = 0; i < count; i++) {
        hide = strcmp(n[i].id, "key:hide") == 0 ? &n[i] : hide;
        list = n[i].role == UI_ROLE_LIST ? &n[i] : list;
        body = n[i].role == UI_ROLE_BODY ? &n[i] : body;
    }
    if (found > 0) {
        return fail(s, u, "several have this label; say which: tap \"...\" N");
    }
    if (hide != NULL) {
        script_send_tap(u, hide->rect, now);
        return SCRIPT_FRAME;
    }
    bool more = list != NULL && body != NULL &&
                (s->tries == 0 || list->rect.y + list->rect.h > body->rect.y + body->rect.h);
    if (!more || s->tries >= TRIES) {
        return fail(s, u, "there is no such target");
    }
    script_send_wheel(u, s->tries == 0 ? -1e9F : (float)body->rect.h * 0.7F, now);
    s->tries++;
    return SCRIPT_FRAME;
}

static enum script_says tap(struct script *s, struct ui *u, const struct script_action *a,
                            int64_t *now)
{
    int found = 0;
    const struct ui_node *n = find(u, a, &found);
    if (n == NULL) {
        return look_for(s, u, found, now);
    }
    if ((n->state & UI_ST_DISABLED) != 0) {
        return fail(s, u, "it is disabled");
    }
    bool whole = n->seen.w == n->rect.w && n->seen.h == n->rect.h;
    if (!whole && s->tries < TRIES + 3) {
        s->tries = s->tries < TRIES ? TRIES : s->tries + 1;
        ui_reveal(u, n->id);
        return SCRIPT_FRAME;
    }
    if (n->seen.w == 0 || n->seen.h == 0) {
        return fail(s, u, "it cannot be brought into view");
    }
    script_send_tap(u, n->seen, now);
    if (a->verb == SCRIPT_TWICE) {
        *now -= SCRIPT_TAP_GAP_MS - SCRIPT_TWICE_GAP_MS;
        script_send_tap(u, n->seen, now);
    }
    s->begun = true;
    return SCRIPT_FRAME;
}

static bool field_in_focus(const struct ui *u)
{
    size_t count;
    const struct ui_node *n = ui_nodes(u, &count);
    for (size_t i = 0; i < count; i++) {
        if (n[i].role == UI_ROLE_FIELD && (n[i].state & UI_ST_FOCUSED) != 0) {
            return true;
        }
    }
    return false;
}

static enum script_says draw(struct script *s, struct ui *u, const struct script_action *a,
                             int64_t *now)
{
    size_t count;
    const struct ui_node *n = ui_nodes(u, &count), *pad = NULL;
    for (size_t i = 0; i < count; i++) {
        pad = n[i].role == UI_ROLE_PAD && n[i].seen.w > 0 ? &n[i] : pad;
    }
    if (pad == NULL) {
        return fail(s, u, "there is no pad to draw on");
    }
    s->begun = true;
    if (a->text[0] == '\0') {
        script_send_signature(u, pad->seen, now);
        return SCRIPT_FRAME;
    }
    float pts[256][2];
    int k = 0;
    for (const char *p = a->text; *p != '\0' && k < 256;) {
        char *end;
        pts[k][0] = strtof(p, &end);
        if (end == p || *end != ',') {
            return fail(s, u, "points are x,y in per cent");
        }
        p = end + 1;
        pts[k][1] = strtof(p, &end);
        if (end == p) {
            return fail(s, u, "points are x,y in per cent");
        }
        p = end;
        while (*p == ' ') {
            p++;
        }
        k++;
    }
    script_send_stroke(u, pad->seen, pts, k, now);
    return SCRIPT_FRAME;
}

static enum script_says type(struct script *s, struct ui *u, const struct script_action *a,
                             int64_t *now)
{
    if (!field_in_focus(u)) {
        return fail(s, u, "no field has the focus");
    }
    s->begun = true;
    script_send_text(u, a->text, SCRIPT_TYPE_GAP_MS, now);
    return SCRIPT_FRAME;
}

static enum script_says await(struct script *s, const struct ui *u, const struct script_action *a,
                              int64_t real_ms)
{
    if (a->text[0] == '\0' || shows(u, a->text)) {
        s->begun = true;
        return SCRIPT_FRAME;
    }
    double limit = a->has_number ? a->number : WAIT_S;
    if ((double)(real_ms - s->since_ms) > limit * 1000) {
        return fail(s, u, "it did not come");
    }
    return SCRIPT_WAIT;
}

static enum script_says write_tree(struct script *s, const struct ui *u)
{
    snprintf(s->path, sizeof s->path, "%s/%s.txt", s->shots, s->actions[s->at].text);
    FILE *f = fopen(s->path, "w");
    if (f == NULL) {
        return fail(s, u, "cannot write the file");
    }
    ui_tree_write(u, f);
    fclose(f);
    s->begun = true;
    return SCRIPT_FRAME;
}

static void check(struct script *s, const struct ui *u)
{
    size_t count;
    const struct ui_node *nodes = ui_nodes(u, &count);
    int n = ui_check(u, NULL);
    s->found += n;
    if (n > 0) {
        fprintf(stderr, "script line %d: findings on screen %s: %d\n", s->actions[s->at].line,
                count > 0 ? nodes[0].id : "(none)", n);
        ui_check(u, stderr);
    }
}

static enum script_says by_keys(struct script *s, struct ui *u, int64_t *now)
{
    const char *why = NULL;
    enum script_walk_says says = script_walk(&s->walk, u, now, &why);
    if (says == SCRIPT_WALK_WRONG) {
        return fail(s, u, why);
    }
    s->begun = says == SCRIPT_WALK_DONE;
    return SCRIPT_FRAME;
}

static enum script_says begin(struct script *s, struct ui *u, int64_t real_ms, int64_t *now)
{
    const struct script_action *a = &s->actions[s->at];
    bool shift = false;
    switch (a->verb) {
    case SCRIPT_TAP:
    case SCRIPT_TWICE:
        return tap(s, u, a, now);
    case SCRIPT_TYPE:
        return type(s, u, a, now);
    case SCRIPT_SCAN:
        script_send_text(u, a->text, SCRIPT_SCAN_GAP_MS, now);
        script_send_key(u, UI_KEY_ENTER, false, now);
        break;
    case SCRIPT_KEY: {
        enum ui_key key = script_parse_key(a->text, &shift);
        *now += SCRIPT_TAP_GAP_MS;
        script_send_key(u, key, shift, now);
        break;
    }
    case SCRIPT_SCROLL: {
        float px = (float)a->number * ui_density(u);
        script_send_wheel(u, a->end ? 1e9F : a->top ? -1e9F : px, now);
        if (a->end && s->tries++ < 40) {
            return SCRIPT_FRAME; /* a list learns its length on the way */
        }
        break;
    }
    case SCRIPT_DRAW:
        return draw(s, u, a, now);
    case SCRIPT_TAKE_SHOT:
        snprintf(s->path, sizeof s->path, "%s/%s.png", s->shots, a->text);
        s->begun = true;
        return SCRIPT_SHOT;
    case SCRIPT_TREE:
        return write_tree(s, u);
    case SCRIPT_AWAIT:
        return await(s, u, a, real_ms);
    case SCRIPT_PASS:
        *now += (int64_t)(a->number * 60000);
        break;
    case SCRIPT_CLOCK:
        s->clock_ms += (int64_t)(a->number * 60000);
        break;
    case SCRIPT_EXPECT:
        if (!shows(u, a->text)) {
            return fail(s, u, "it is not there");
        }
        break;
    case SCRIPT_COUNT:
        if (count_of(u, a->text) != (int)a->number) {
            return fail(s, u, "there are not that many");
        }
        break;
    case SCRIPT_REJECT:
        if (shows(u, a->text)) {
            return fail(s, u, "it is there");
        }
        break;
    case SCRIPT_PASTE:
        *now += SCRIPT_TAP_GAP_MS;
        script_send_paste(u, a->text[0] != '\0' ? a->text : s->clip, now);
        break;
    case SCRIPT_WALK:
        return by_keys(s, u, now);
    case SCRIPT_CHECK:
        s->check = s->check || a->always;
        check(s, u);
        break;
    }
    s->begun = true;
    return SCRIPT_FRAME;
}

/* The tree as it stands, at once on its way to the disk: the app may be killed right after. */
static void dump(struct script *s, const struct ui *u, size_t number)
{
    if (s->tree == NULL) {
        return;
    }
    const struct script_action *a = number == 0 ? NULL : &s->actions[number - 1];
    fprintf(s->tree, "== %zu %s %s%s\n", number, a == NULL ? "start" : a->source,
            a != NULL && a->by_id ? "#" : "", a == NULL ? "" : a->text);
    ui_tree_write(u, s->tree);
    fflush(s->tree);
}

enum script_says script_next(struct script *s, struct ui *u, bool busy, int64_t real_ms,
                             int64_t *now_ms)
{
    if (s->since_ms == 0) {
        s->since_ms = real_ms;
    }
    const char *copied = ui_copied(u);
    if (copied != NULL) {
        snprintf(s->clip, sizeof s->clip, "%s", copied);
    }
    if (busy) {
        if (real_ms - s->since_ms > WAIT_S * 1000) {
            return s->at < s->count ? fail(s, u, "the app is still busy") : SCRIPT_FAILED;
        }
        return SCRIPT_WAIT;
    }
    if (!s->dumped) {
        s->dumped = true;
        dump(s, u, 0);
    }
    if (s->begun) {
        s->begun = false;
        if (s->check && s->actions[s->at].verb != SCRIPT_CHECK) {
            check(s, u);
        }
        s->at++;
        s->tries = 0;
        s->since_ms = real_ms;
        dump(s, u, s->at);
    }
    if (s->at == s->count) {
        return s->found == 0 ? SCRIPT_DONE : SCRIPT_FAILED;
    }
    return begin(s, u, real_ms, now_ms);
}

/* ui_edit.c - what keys do to the text of a field: typing, moving, choosing, copying. The buffer is
 * the caller's; the caret and the other end of what is chosen are the kit's. */
#include "app/ui/ui_state.h"

size_t ui_edit_after(const char *t, size_t n, size_t at)
{
    if (at < n) {
        at++;
    }
    while (at < n && ((uint8_t)t[at] & 0xC0U) == 0x80U) {
        at++;
    }
    return at;
}

static size_t before(const char *t, size_t at)
{
    while (at > 0 && ((uint8_t)t[--at] & 0xC0U) == 0x80U) {
    }
    return at;
}

static bool wanted(const struct ui_field *f, char c)
{
    if ((uint8_t)c < 0x20 || c == 0x7F) {
        return c == '\n' && (f->flags & UI_FIELD_MULTI) != 0;
    }
    if ((f->flags & UI_FIELD_ASCII) != 0 && (uint8_t)c >= 0x80) {
        return false;
    }
    bool digit = (c >= '0' && c <= '9') || c == '.' || c == '-';
    return (f->flags & UI_FIELD_NUMERIC) == 0 || digit;
}

bool ui_edit_insert(const struct ui_field *f, const char *s, size_t *at)
{
    bool changed = false;
    size_t n = strlen(f->text);
    for (size_t i = 0, len = strlen(s); i < len;) {
        size_t end = ui_edit_after(s, len, i), k = end - i;
        char c = s[i];
        if (wanted(f, c) && n + k < f->cap) {
            memmove(f->text + *at + k, f->text + *at, n - *at + 1);
            memcpy(f->text + *at, s + i, k);
            if ((f->flags & UI_FIELD_UPPER) != 0 && c >= 'a' && c <= 'z') {
                f->text[*at] = (char)(c - 'a' + 'A');
            }
            *at += k;
            n += k;
            changed = true;
        }
        i = end;
    }
    return changed;
}

static bool erase(const struct ui_field *f, size_t from, size_t to)
{
    memmove(f->text + from, f->text + to, strlen(f->text + to) + 1);
    return to > from;
}

bool ui_edit_chosen(const struct ui *u, size_t n, size_t *from, size_t *to)
{
    size_t at = u->caret < 0 || (size_t)u->caret > n ? n : (size_t)u->caret;
    if (u->chosen_from < 0 || (size_t)u->chosen_from > n || (size_t)u->chosen_from == at) {
        return false;
    }
    size_t other = (size_t)u->chosen_from;
    *from = at < other ? at : other;
    *to = at < other ? other : at;
    return true;
}

/* What is chosen goes; the caret stands where it was. */
static bool erase_chosen(struct ui *u, const struct ui_field *f)
{
    size_t from, to;
    bool any = ui_edit_chosen(u, strlen(f->text), &from, &to);
    u->chosen_from = -1;
    if (any) {
        u->caret = (int64_t)from;
        (void)erase(f, from, to);
    }
    return any;
}

/* Secrets and what the customer says of the visit are never copied. */
static bool copy(struct ui *u, const struct ui_field *f)
{
    size_t from, to;
    bool own = (f->flags & (UI_FIELD_SECRET | UI_FIELD_PRIVATE)) != 0;
    if (own || !ui_edit_chosen(u, strlen(f->text), &from, &to) || to - from >= UI_CAP_COPY) {
        return false;
    }
    memcpy(u->copied, f->text + from, to - from);
    u->copied[to - from] = '\0';
    u->copied_new = true;
    return true;
}

/* Up and Down: to the same distance along the line above or below. */
static size_t other_line(const struct ui_para *p, size_t at, int step)
{
    for (int i = 0; i < p->count; i++) {
        size_t start = p->lines[i].start;
        size_t end = i + 1 < p->count ? p->lines[i + 1].start : p->n + 1;
        if (at >= start && at < end) {
            int to = i + step;
            if (to < 0 || to >= p->count) {
                return step < 0 ? 0 : p->n;
            }
            size_t want = p->lines[to].start + (at - start);
            size_t most = p->lines[to].start + p->lines[to].n;
            want = want > most ? most : want;
            while (want > 0 && want < p->n && ((uint8_t)p->text[want] & 0xC0U) == 0x80U) {
                want--;
            }
            return want;
        }
    }
    return at;
}

/* Where a key leads from `at`; `at` itself when it is no key that moves. */
static size_t moved(const struct ui_field *f, const struct ui_para *p, enum ui_key key, size_t at)
{
    size_t n = strlen(f->text);
    switch (key) {
    case UI_KEY_LEFT:
        return before(f->text, at);
    case UI_KEY_RIGHT:
        return ui_edit_after(f->text, n, at);
    case UI_KEY_HOME:
        return 0;
    case UI_KEY_END:
        return n;
    case UI_KEY_UP:
    case UI_KEY_DOWN:
        return other_line(p, at, key == UI_KEY_UP ? -1 : 1);
    default:
        return at;
    }
}

static void move(struct ui *u, const struct ui_field *f, const struct ui_para *p,
                 const struct ui_edit *e)
{
    size_t n = strlen(f->text), from, to;
    size_t at = u->caret < 0 || (size_t)u->caret > n ? n : (size_t)u->caret;
    bool chosen = ui_edit_chosen(u, n, &from, &to);
    if (e->shift) {
        u->chosen_from = u->chosen_from < 0 ? (int64_t)at : u->chosen_from;
    } else {
        u->chosen_from = -1;
        if (chosen && (e->key == UI_KEY_LEFT || e->key == UI_KEY_RIGHT)) {
            u->caret = (int64_t)(e->key == UI_KEY_LEFT ? from : to);
            return;
        }
    }
    u->caret = (int64_t)moved(f, p, e->key, at);
}

static bool type(struct ui *u, const struct ui_field *f, const char *text)
{
    bool changed = erase_chosen(u, f);
    size_t n = strlen(f->text);
    size_t at = u->caret < 0 || (size_t)u->caret > n ? n : (size_t)u->caret;
    changed |= ui_edit_insert(f, text, &at);
    u->caret = (int64_t)at;
    return changed;
}

/* Backspace and Delete: what is chosen, else one character. */
static bool take_away(struct ui *u, const struct ui_field *f, bool back)
{
    if (erase_chosen(u, f)) {
        return true;
    }
    size_t n = strlen(f->text);
    size_t at = u->caret < 0 || (size_t)u->caret > n ? n : (size_t)u->caret;
    size_t from = back ? before(f->text, at) : at;
    u->caret = (int64_t)from;
    return erase(f, from, back ? at : ui_edit_after(f->text, n, at));
}

unsigned ui_edit_run(struct ui *u, const struct ui_field *f, const struct ui_para *p)
{
    unsigned out = 0;
    bool changed = false;
    for (size_t i = 0; i < u->edit_n; i++) {
        const struct ui_edit *e = &u->edits[i];
        switch (e->key) {
        case UI_KEY_NONE:
            changed |= type(u, f, e->text);
            break;
        case UI_KEY_ENTER:
            if ((f->flags & UI_FIELD_MULTI) != 0) {
                changed |= type(u, f, "\n");
            } else {
                out |= UI_FIELD_SUBMIT;
            }
            break;
        case UI_KEY_BACKSPACE:
        case UI_KEY_DELETE:
            changed |= take_away(u, f, e->key == UI_KEY_BACKSPACE);
            break;
        case UI_KEY_SELECT_ALL:
            u->chosen_from = 0;
            u->caret = (int64_t)strlen(f->text);
            break;
        case UI_KEY_COPY:
            (void)copy(u, f);
            break;
        case UI_KEY_CUT:
            changed |= copy(u, f) && erase_chosen(u, f);
            break;
        default:
            move(u, f, p, e);
            break;
        }
    }
    u->edit_n = 0;
    return out | (changed ? (unsigned)UI_FIELD_CHANGED : 0U);
}

const char *ui_copied(struct ui *u)
{
    bool fresh = u->copied_new;
    u->copied_new = false;
    return fresh ? u->copied : NULL;
}

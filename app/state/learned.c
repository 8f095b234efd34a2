/* learned.c - the words that the on-screen keyboard learned: sealed in the store as a draft of no
 * job, in memory only while unlocked. */
#include <stdio.h>

#include "app/ime/pinyin.h"
#include "app/state/app_internal.h"

static const char learned_draft[] = "words";

static bytes kept(struct app *a, struct arena *tmp)
{
    struct store_txn *t = NULL;
    bytes b = {0};
    if (store_read(a->store, &t, NULL) != ST_OK) {
        return b;
    }
    uint8_t key[16 + sizeof learned_draft - 1] = {0};
    memcpy(key + 16, learned_draft, sizeof learned_draft - 1);
    if (store_get(t, T_DRAFT, bytes_of(key, sizeof key), tmp, &b, NULL) != ST_OK) {
        b = (bytes){0};
    }
    store_abort(&t);
    return b;
}

void learned_drop(struct app *a)
{
    if (a->pinyin != NULL && a->pinyin_his) {
        IGNORE(!pinyin_user(a->pinyin, (bytes){NULL, 0}));
    }
    a->pinyin_his = a->pinyin_none = false;
}

void learned_close(struct app *a)
{
    learned_drop(a);
    pinyin_close(a->pinyin);
    a->pinyin = NULL;
}

void learned_turn(struct app *a, struct ui *u)
{
    if (!a->pinyin_his && a->pinyin_given) {
        ui_pinyin(u, NULL, false);
        a->pinyin_given = false;
    }
    if (a->pinyin_his || a->pinyin_none || a->store == NULL || !ui_wants_pinyin(u)) {
        return;
    }
    /* The library once a run, about 2 ms, when a field is first touched; his words once an unlock.
     * Without a dictionary on the machine the keyboard is Latin. */
    a->pinyin_none = a->pinyin == NULL && pinyin_open(&a->pinyin, NULL) != ST_OK;
    struct arena tmp = arena_of(a->row_mem, APP_ROW_BYTES);
    a->pinyin_his = !a->pinyin_none && pinyin_user(a->pinyin, kept(a, &tmp));
    a->pinyin_none = !a->pinyin_his;
    if (a->pinyin_his) {
        ui_pinyin(u, a->pinyin, strcmp(a->settings.lang, "zh") == 0);
        a->pinyin_given = true;
    }
}

void learned_keep(struct app *a)
{
    struct intent i = {.type = INTENT_DRAFT};
    if (!a->pinyin_his || a->store == NULL || !pinyin_learned(a->pinyin, &i.data)) {
        return;
    }
    snprintf(i.draft, sizeof i.draft, "%s", learned_draft);
    IGNORE(!app_push(a, &i)); /* the queue is full: kept with the next word */
}

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
    pinyin_close(a->pinyin);
    a->pinyin = NULL;
}

void learned_turn(struct app *a, struct ui *u)
{
    if (a->pinyin == NULL && a->pinyin_given) {
        ui_pinyin(u, NULL, false);
        a->pinyin_given = a->pinyin_tried = false;
    }
    if (a->pinyin != NULL || a->pinyin_tried || a->store == NULL || !ui_wants_pinyin(u)) {
        return;
    }
    /* Once an unlock, when a field is first touched: about 2 ms. Without a dictionary on the
     * machine the keyboard is Latin. */
    a->pinyin_tried = true;
    struct arena tmp = arena_of(a->row_mem, APP_ROW_BYTES);
    if (pinyin_open(kept(a, &tmp), &a->pinyin, NULL) == ST_OK) {
        ui_pinyin(u, a->pinyin, strcmp(a->settings.lang, "zh") == 0);
        a->pinyin_given = true;
    }
}

void learned_keep(struct app *a)
{
    struct intent i = {.type = INTENT_DRAFT};
    if (a->pinyin == NULL || a->store == NULL || !pinyin_learned(a->pinyin, &i.data)) {
        return;
    }
    snprintf(i.draft, sizeof i.draft, "%s", learned_draft);
    IGNORE(!app_push(a, &i)); /* the queue is full: kept with the next word */
}

/* hq_calendar.c - see hq_calendar.h. */
#include "sync/hq/hq_calendar.h"

#include "core/fold/refold.h"
#include "core/model/catalogue.h"

#include <stdlib.h>

#define ROWS_FACTOR 8 /* a row in memory is some times its bytes in the edition */

static h32 in_force(struct hq *hq, struct store_txn *t)
{
    struct arena tmp = hq_arena(hq);
    struct subject_state s;
    id16 deployment;
    memcpy(deployment.b, hq->keys.deployment, sizeof deployment.b);
    return fold_load(t, deployment, &tmp, &s, NULL, NULL) == ST_OK ? s.edition : (h32){{0}};
}

static enum st keep(struct hq *hq, struct store_txn *t, bytes content, h32 edition, struct err *err)
{
    size_t room_n = content.n * ROWS_FACTOR + (1U << 20);
    uint8_t *room = malloc(room_n);
    struct catalogue c;
    const char *rule;
    if (room == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    struct arena a = arena_of(room, room_n), scratch = hq_arena(hq);
    enum st st = catalogue_open(content, &a, &c, &rule);
    /* One of a newer version that does not read changes nothing. */
    st = st == ST_OK     ? fold_calendars_put(t, &c.calendars, edition, scratch, err)
         : st == ST_FULL ? err_set(err, st, 0, __func__, "no memory")
                         : ST_OK;
    free(room);
    return st;
}

static enum st settle_in(struct hq *hq, struct store_txn *t, struct err *err)
{
    struct calendars cal;
    struct arena tmp = hq_arena(hq);
    h32 kept, now = in_force(hq, t);
    bytes content;
    fold_calendars(t, &tmp, &cal, &kept);
    if (h32_zero(now) || h32_eq(now, kept)) {
        return ST_OK;
    }
    uint8_t *room = malloc(CAP_ATT_BYTES + (1U << 16));
    if (room == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    tmp = arena_of(room, CAP_ATT_BYTES + (1U << 16));
    enum st st = store_att_get(t, now, &tmp, NULL, &content, NULL);
    st = st == ST_OK ? keep(hq, t, content, now, err) : ST_OK;
    free(room);
    return st;
}

enum st hq_calendar_settle(struct hq *hq, struct err *err)
{
    struct store_txn *t = hq->batch;
    enum st st = t != NULL ? ST_OK : store_write(hq->store, &t, err);
    st = st == ST_OK ? settle_in(hq, t, err) : st;
    if (hq->batch != NULL) {
        hq->batch_broken = hq->batch_broken || st != ST_OK;
        return st;
    }
    st = st == ST_OK ? store_commit(&t, err) : st;
    store_abort(&t);
    return st;
}

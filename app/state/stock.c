/* stock.c - the technician's van: stock records that headquarters sent, as one sorted table. */
#include <string.h>

#include "app/state/app_internal.h"

static int by_part(const struct code *x, const struct code *y)
{
    size_t n = x->n < y->n ? x->n : y->n;
    int c = memcmp(x->b, y->b, n);
    return c != 0 ? c : (int)x->n - (int)y->n;
}

static void take(struct app *a, const struct subject_state *s)
{
    const struct field_value *who = fold_shown(s, F_STOCK_TECHNICIAN);
    const struct field_value *part = fold_shown(s, F_STOCK_PART);
    const struct field_value *qty = fold_shown(s, F_STOCK_QTY);
    if (who == NULL || part == NULL || qty == NULL || qty->i <= 0 ||
        memcmp(who->b, a->who.person.b, sizeof a->who.person.b) != 0) {
        return;
    }
    struct stock_item x = {.qty_milli = qty->i};
    if (!code_of(bytes_of(part->b, part->nb), &x.part)) {
        return;
    }
    size_t k = a->nstock++;
    for (; k > 0 && by_part(&x.part, &a->stock[k - 1].part) < 0; k--) {
        a->stock[k] = a->stock[k - 1];
    }
    a->stock[k] = x;
}

static void load(struct app *a)
{
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    a->nstock = 0;
    if (store_read(a->store, &t, NULL) != ST_OK) {
        return;
    }
    uint8_t prefix[2] = {LIST_BY_TYPE, SUBJECT_STOCK};
    bytes none = {NULL, 0}, key;
    if (store_scan(t, T_LIST, bytes_of(prefix, sizeof prefix), none, &c, NULL) == ST_OK) {
        while (a->nstock < APP_STOCK_MAX && store_next(c, &key) == ST_OK) {
            struct arena tmp = a->frame;
            struct subject_state s;
            id16 id;
            if (key.n < sizeof id.b) {
                continue;
            }
            memcpy(id.b, key.p + key.n - sizeof id.b, sizeof id.b);
            if (fold_load(t, id, &tmp, &s, NULL, NULL) == ST_OK) {
                take(a, &s);
            }
        }
        store_scan_end(&c);
    }
    store_abort(&t);
}

const struct stock_item *app_stock(struct app *a, size_t *n)
{
    uint64_t g = atomic_load(&a->generation) + 1;
    if (a->store != NULL && a->stock_generation != g) {
        load(a);
        a->stock_generation = g;
    }
    *n = a->store == NULL ? 0 : a->nstock;
    return a->stock;
}

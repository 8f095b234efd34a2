/* desk.c - memory for the models beside the job: each is read again when the store has moved. */
#include <sodium.h>
#include <stdlib.h>

#include "app/state/app_internal.h"

struct desk_cache *desk_cache(struct app *a, enum desk_model which, int64_t key)
{
    struct desk_cache *c = &a->desk[which];
    unsigned long long g = atomic_load(&a->generation);
    if (a->store == NULL) {
        return NULL;
    }
    if (c->mem == NULL) {
        c->mem = malloc(APP_DESK_BYTES);
        c->have = false;
    }
    if (c->have && (c->generation != g || c->key != key)) {
        c->have = false;
    }
    c->generation = g;
    c->key = key;
    return c->mem == NULL ? NULL : c;
}

void desk_drop(struct app *a)
{
    for (int k = 0; k < DESK_MODELS; k++) {
        if (a->desk[k].mem != NULL) {
            sodium_memzero(a->desk[k].mem, APP_DESK_BYTES);
            free(a->desk[k].mem);
        }
        a->desk[k] = (struct desk_cache){0};
    }
}

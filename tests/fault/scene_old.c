/* scene_old.c - the stores of the company as the previous version would have left them. */
#include "core/store/inside.h"
#include "tests/fault/scene.h"
#include "tests/support/layout1.h"

static enum st age(struct world *w, unsigned opens, const char *dir)
{
    uint8_t key[32];
    enum st st = scene_open(w, opens);
    if (st == ST_OK) {
        const struct store *s = opens == SCENE_HQ ? w->p.hq->store : w->d.store;
        memcpy(key, s->key, sizeof key);
    }
    scene_close(w);
    if (st == ST_OK) {
        layout1_make(dir, key, PAIR_MAP);
    }
    return st;
}

enum st scene_age_device(struct world *w)
{
    return age(w, SCENE_DEVICE, w->d.dir);
}

enum st scene_age_hq(struct world *w)
{
    return age(w, SCENE_HQ, w->p.dir);
}

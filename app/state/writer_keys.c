/* writer_keys.c - PINs, what headquarters may give back, and the end of a revoked device's keys. On
 * the writer thread. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/state/app_internal.h"
#include "sync/carrier/paths.h"
#include "sync/engine/parcel.h"

static void slots_path(const struct app *a, char *out, size_t cap)
{
    snprintf(out, cap, "%s/slots", a->dir);
}

enum st writer_keys_enter(struct writer *w, bytes pin, struct slots_keys *keys, struct err *err)
{
    char path[600];
    uint8_t secret[32];
    struct now now;
    w->app->clock.read(w->app->clock.ctx, &now);
    slots_path(w->app, path, sizeof path);
    enum st st = device_secret_load(w->app->secret_path, false, secret, err);
    if (st == ST_OK) {
        st = slots_enter(path, SLOT_PIN, pin, secret, &now, keys, err);
    }
    sodium_memzero(secret, sizeof secret);
    return st;
}

enum st writer_keys_again(struct writer *w, bytes pin, struct err *err)
{
    struct slots_keys *other = sodium_malloc(sizeof *other);
    if (other == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no locked memory");
    }
    enum st st = writer_keys_enter(w, pin, other, err);
    sodium_free(other);
    return st;
}

enum st writer_keys_change(struct writer *w, bytes both, struct err *err)
{
    char path[600];
    uint8_t secret[32];
    const uint8_t *end = both.n == 0 ? NULL : memchr(both.p, 0, both.n);
    if (!w->open || end == NULL) {
        return err_set(err, ST_LOCKED, 0, __func__, "the store is locked");
    }
    size_t n = (size_t)(end - both.p);
    bytes fresh = {end + 1, both.n - n - 1};
    struct slots_keys *keys = sodium_malloc(sizeof *keys);
    if (keys == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no locked memory");
    }
    slots_path(w->app, path, sizeof path);
    enum st st = writer_keys_enter(w, bytes_of(both.p, n), keys, err);
    if (st == ST_OK) {
        st = device_secret_load(w->app->secret_path, false, secret, err);
    }
    if (st == ST_OK) {
        st = slots_change(path, SLOT_PIN, fresh, secret, keys, err);
    }
    if (st == ST_OK) {
        *w->keys = *keys; /* another wrapping key; the rest is the same */
    }
    sodium_memzero(secret, sizeof secret);
    sodium_free(keys);
    return st;
}

void writer_keys_recovery(struct writer *w, const struct now *now)
{
    char path[600];
    struct err err;
    const struct trust_key *to = trust_current(&w->journal.trust, TRUST_SEALING, now->wall_ms);
    slots_path(w->app, path, sizeof path);
    if (to != NULL) {
        /* Its key rotates. What fails here is tried at the next unlock. */
        IGNORE(slots_keep_recovery(path, to->pk, w->keys->data, w->journal.head.author, &err));
    }
}

static bool locked(const void *p, size_t n)
{
    return p == NULL || sodium_mlock((void *)(uintptr_t)p, n) == 0;
}

/* sodium_malloc asks for locked pages and does not tell when it is refused: asked again here. */
void writer_keys_guard(struct writer *w)
{
    bool all = locked(w->keys, sizeof *w->keys) && locked(w->journal.keys.sign_sk, 64) &&
               locked(w->journal.keys.box_sk, 32) && locked(store_own_key(w->store), 32);
    atomic_store(&w->app->keys_unlocked, !all);
}

/* ---- revoked -----------------------------------------------------------------------------------
 */
void writer_keys_revoked(struct writer *w)
{
    struct err err;
    bool due = false;
    if (w->open && !w->stopping && parcel_due(&w->journal, &due, &err) == ST_OK && due) {
        w->stopping = true;
        writer_failed(w); /* the UI lets go of the store first */
    }
}

bool writer_keys_stop(struct writer *w)
{
    struct parcel_made made;
    struct err err = {0};
    struct now now;
    w->stopping = false;
    w->app->clock.read(w->app->clock.ctx, &now);
    enum st st = w->open ? parcel_make(&w->journal, w->app->dir, &now, &made, &err) : ST_LOCKED;
    if (st != ST_OK) {
        return false; /* no room for it: the store stays as it was, and the next sync tries again */
    }
    writer_shut(w);
    paths_copies_drop(w->app->dir);
    st = store_destroy(w->app->dir, &err); /* the next start goes on with what this did not reach */
    struct writer_news n = news_of(NULL, APP_SYNCING, ST_REVOKED, &err, NULL);
    n.type = INTENT_REOPEN;
    n.reopened = n.stopped = true;
    w->reopening = false;
    memset(&w->owed, 0, sizeof w->owed);
    app_changed(w->app);
    news_tell(w->app, &n);
    return true;
}

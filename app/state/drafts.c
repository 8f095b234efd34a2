/* drafts.c - half-typed things: kept by the writer, and here as the screens last left them.
 *
 * The store's T_DRAFT is the truth after a restart; this cache is the truth while running, since
 * the writer may still have the newest one in its queue. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/state/app_internal.h"

static void forget(struct app *a, unsigned k)
{
    if (a->drafts[k].mem != NULL) {
        sodium_memzero(a->drafts[k].mem, a->drafts[k].content.n);
        free(a->drafts[k].mem);
    }
    a->drafts[k] = a->drafts[--a->ndrafts];
    memset(&a->drafts[a->ndrafts], 0, sizeof a->drafts[0]);
}

void drafts_drop(struct app *a)
{
    while (a->ndrafts > 0) {
        forget(a, a->ndrafts - 1);
    }
}

static int find(const struct app *a, id16 subject, const char *name)
{
    for (unsigned k = 0; k < a->ndrafts; k++) {
        if (id16_eq(a->drafts[k].subject, subject) && strcmp(a->drafts[k].name, name) == 0) {
            return (int)k;
        }
    }
    return -1;
}

static void keep(struct app *a, id16 subject, const char *name, bytes content)
{
    int k = find(a, subject, name);
    if (k >= 0) {
        forget(a, (unsigned)k);
    }
    if (a->ndrafts == APP_MODEL_DRAFTS) {
        forget(a, 0); /* it is in the store, or will be */
    }
    uint8_t *mem = malloc(content.n == 0 ? 1 : content.n);
    if (mem == NULL) {
        return;
    }
    if (content.n != 0) {
        memcpy(mem, content.p, content.n);
    }
    k = (int)a->ndrafts++;
    a->drafts[k].subject = subject;
    snprintf(a->drafts[k].name, sizeof a->drafts[k].name, "%s", name);
    a->drafts[k].mem = mem;
    a->drafts[k].content = bytes_of(mem, content.n);
    a->drafts[k].leaving = false;
}

bool app_draft(struct app *a, const char *name, bytes content)
{
    struct intent i = {
        .type = INTENT_DRAFT, .subject = a->trail[a->ntrail - 1].subject, .data = content};
    if (content.n > CAP_DRAFT_BYTES || strlen(name) >= sizeof i.draft) {
        return false;
    }
    if (a->busy != APP_IDLE && draft_leaving(a, i.subject, name, false)) {
        return false; /* it is becoming an entry: written now it would come after it, and stay */
    }
    snprintf(i.draft, sizeof i.draft, "%s", name);
    if (!app_push(a, &i)) {
        return false;
    }
    keep(a, i.subject, name, content);
    return true;
}

bool draft_leaving(struct app *a, id16 subject, const char *name, bool mark)
{
    int k = find(a, subject, name);
    if (k < 0) {
        return false;
    }
    a->drafts[k].leaving = a->drafts[k].leaving || mark;
    return a->drafts[k].leaving;
}

void drafts_settle(struct app *a, enum st st)
{
    for (unsigned k = a->ndrafts; k-- > 0;) {
        if (!a->drafts[k].leaving) {
            continue;
        }
        if (st == ST_OK || st == ST_IO) {
            forget(a, k); /* it became an entry, or only the store knows whether it did */
        } else {
            a->drafts[k].leaving = false; /* refused: it stays a draft */
        }
    }
}

void drafts_evict(struct app *a, const char *name)
{
    for (unsigned k = a->ndrafts; k-- > 0;) {
        if (strcmp(a->drafts[k].name, name) == 0) {
            forget(a, k);
        }
    }
}

void drafts_again(struct app *a)
{
    bool ok = true;
    for (unsigned k = 0; k < a->ndrafts && ok; k++) {
        struct intent i = {
            .type = INTENT_DRAFT, .subject = a->drafts[k].subject, .data = a->drafts[k].content};
        snprintf(i.draft, sizeof i.draft, "%s", a->drafts[k].name);
        ok = app_push(a, &i); /* full: the rest is written with its next change */
    }
}

bytes app_draft_get(struct app *a, const char *name)
{
    id16 subject = a->trail[a->ntrail - 1].subject;
    int k = find(a, subject, name);
    if (k >= 0) {
        return a->drafts[k].content;
    }
    struct store_txn *t = NULL;
    bytes out = {NULL, 0};
    uint8_t key[16 + sizeof a->drafts[0].name];
    size_t n = strlen(name);
    if (a->store == NULL || n >= sizeof a->drafts[0].name ||
        store_read(a->store, &t, NULL) != ST_OK) {
        return out;
    }
    memcpy(key, subject.b, 16);
    memcpy(key + 16, name, n);
    if (store_get(t, T_DRAFT, bytes_of(key, 16 + n), &a->frame, &out, NULL) != ST_OK) {
        out = (bytes){NULL, 0};
    }
    store_abort(&t);
    return out;
}

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
    snprintf(i.draft, sizeof i.draft, "%s", name);
    if (!app_push(a, &i)) {
        return false;
    }
    keep(a, i.subject, name, content);
    return true;
}

bytes app_draft_get(struct app *a, const char *name)
{
    id16 subject = a->trail[a->ntrail - 1].subject;
    int k = find(a, subject, name);
    if (k >= 0) {
        if (!a->drafts[k].leaving) {
            return a->drafts[k].content;
        }
        if (a->busy == APP_IDLE && a->result.st == ST_OK) {
            /* It became an entry. */
            forget(a, (unsigned)k);
            return (bytes){NULL, 0};
        }
        if (a->busy == APP_IDLE) {
            a->drafts[k].leaving = false; /* refused: it stays a draft */
        }
        return a->drafts[k].content;
    }
    struct store_txn *t = NULL;
    bytes out = {NULL, 0};
    if (a->store == NULL || strlen(name) > 24 || store_read(a->store, &t, NULL) != ST_OK) {
        return out;
    }
    uint8_t key[16 + 24];
    memcpy(key, subject.b, 16);
    memcpy(key + 16, name, strlen(name));
    if (store_get(t, T_DRAFT, bytes_of(key, 16 + strlen(name)), &a->frame, &out, NULL) != ST_OK) {
        out = (bytes){NULL, 0};
    }
    store_abort(&t);
    return out;
}

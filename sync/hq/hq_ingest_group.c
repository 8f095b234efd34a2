/* hq_ingest_group.c - many requests, one commit, one flush; whoever spoils it stands alone. */
#include "sync/hq/hq_epoch.h"
#include "sync/hq/hq_forget.h"
#include "sync/hq/hq_ingest.h"
#include "sync/hq/hq_taken.h"

static void forget_results(struct hq_request *r)
{
    r->nproblems = r->nread_problems;
    r->new_entries = 0;
    memset(&r->contact, 0, sizeof r->contact);
    r->nasked = r->ngaps = 0;
    r->manifest.nheld = r->nheld_said;
    if (r->nheld_said != 0) {
        memcpy(r->manifest.held, r->held_said, r->nheld_said * sizeof *r->held_said);
    }
    memset(r->journals, 0, sizeof r->journals);
}

static bool any_write(struct hq_request *const *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (r[i]->st == ST_OK) {
            return true;
        }
    }
    return false;
}

/* Folding some hundred entries takes tens of milliseconds, which everybody behind them would wait:
 * where many came together all get their receipts first. */
static void crowd(struct hq_request **r, size_t n)
{
    size_t entries = 0;
    for (size_t i = 0; i < n; i++) {
        entries += r[i]->nentries;
    }
    for (size_t i = 0; i < n; i++) {
        r[i]->crowded = n > 1 && entries > HQ_INLINE_ENTRIES;
    }
}

/* As many as go: behind one that proves a restore nothing may be said before the new epoch. */
static enum st commit_some(struct hq *hq, struct hq_request **r, size_t n, size_t *done,
                           struct err *err)
{
    struct store_txn *t = NULL;
    enum st st = store_write(hq->store, &t, err);
    *done = 0;
    crowd(r, n);
    while (*done < n && st == ST_OK && !hq->rolled_back) {
        st = hq_ingest(r[(*done)++], t, err);
    }
    if (st == ST_OK) {
        st = store_commit(&t, err);
    }
    store_abort(&t);
    return st;
}

/* A restored node goes on in a new epoch, by which every cursor starts anew; erasures that came
 * back destroy their keys; calls that technicians took are registered. All are tried again: with
 * the next proof or request, at the next open. */
static void settle(struct hq *hq)
{
    if (hq->rolled_back) {
        hq->rolled_back = false;
        IGNORE(hq_epoch_renew(hq, 0, NULL) != ST_OK);
    }
    if (hq->taken_due) {
        IGNORE(hq_taken_settle(hq, HQ_TAKEN_STEP, NULL) != ST_OK);
    }
    if (hq->erase_due) {
        hq->erase_due = false;
        IGNORE(hq_forget_resume(hq, NULL) != ST_OK);
    }
}

void hq_ingest_group(struct hq *hq, struct hq_request **r, size_t n)
{
    struct err err = {0};
    if (!any_write(r, n)) {
        return;
    }
    size_t done;
    hq->rolled_back = false; /* of one that was not committed */
    enum st st = commit_some(hq, r, n, &done, &err);
    if (st == ST_OK) {
        for (size_t i = 0; i < done; i++) {
            if (r[i]->contact.at_ms != 0) {
                hq_contacts_note(hq->contacts, r[i]->cert.author, &r[i]->contact);
            }
        }
        settle(hq);
        if (done < n) {
            hq_ingest_group(hq, r + done, n - done);
        }
        return;
    }
    IGNORE(journal_reload(&hq->journal, NULL) != ST_OK); /* the next use of it says so */
    if (n == 1) {
        forget_results(r[0]);
        IGNORE(hq_request_refuse(r[0], st, "store", err.text)); /* the answer is the refusal */
        return;
    }
    for (size_t i = 0; i < n; i++) {
        forget_results(r[i]);
        hq_ingest_group(hq, &r[i], 1);
    }
}

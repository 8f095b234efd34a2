/* ctl_exchange.c - see ctl_exchange.h. */
#include "sync/ctl/ctl_exchange.h"

#include <inttypes.h>

#include "sync/ctl/ctl_view.h"

void ctl_exchange_add(struct ctl_exchange *x, const struct exchange_result *res)
{
    x->rounds++;
    x->sent_entries += res->sent_entries;
    x->sent_attachments += res->sent_attachments;
    x->received_entries += res->received_entries;
    x->received_attachments += res->received_attachments;
    x->receipts += res->receipts;
    x->receipts_refused += res->receipts_refused;
    x->quarantined += res->quarantined;
    if (res->receipts_refused > 0) {
        x->refusal = res->refusal;
    }
    if (res->problems > 0 && x->problems == 0) {
        x->first_problem = res->first_problem;
    }
    x->problems += res->problems;
    x->receipt_ms = res->receipt_ms > x->receipt_ms ? res->receipt_ms : x->receipt_ms;
    x->conflict |= res->conflict;
    x->revoked |= res->revoked;
    x->forgotten |= res->forgotten;
    x->marks_went_back |= res->marks_went_back;
    x->trust_renewed |= res->trust_renewed;
    x->new_epoch |= res->new_epoch;
    x->forked |= res->forked;
    x->handing_back |= res->handing_back;
    x->handed_back += res->handed_back;
    x->last = *res;
}

static struct sync_status where(struct ctl_store *s)
{
    struct ctl_view v;
    struct sync_status out = {0};
    struct err err;
    if (ctl_view_begin(&v, s, &err) == ST_OK) {
        if (sync_status(v.t, v.own, v.a, &out, &err) != ST_OK) {
            fprintf(stderr, "docketctl: the state of the sync cannot be read: %s\n", err.text);
        }
        ctl_view_end(&v);
    }
    return out;
}

static const char *problem_name(enum problem_code c)
{
    static const char *const names[PROBLEM_CODES] = {
        [PROBLEM_FORM] = "not of a form that headquarters knows",
        [PROBLEM_SIGNATURE] = "its signature does not hold",
        [PROBLEM_AUTHOR] = "nobody vouches for its author",
        [PROBLEM_GAP] = "it does not link to what headquarters has; the next sync sends more",
        [PROBLEM_FORK] = "there are two entries under one number; both are kept",
        [PROBLEM_QUOTA] = "today's quota is used up; the rest goes tomorrow",
        [PROBLEM_ATTACHMENT] = "an attachment is not what its name says",
        [PROBLEM_STATE] = "same entries, other state: a fault in one of the two programs",
        [PROBLEM_REVOKED] = "its author is revoked",
        [PROBLEM_SET] = "the subject's entries differ; the next sync compares them",
    };
    return c > PROBLEM_NONE && c < PROBLEM_CODES ? names[c] : "unknown reason";
}

/* Something was put back to an older state, here or there. */
static void warn_restored(const struct ctl_exchange *x)
{
    if (x->new_epoch) {
        fprintf(stderr,
                "docketctl: %s; it goes on in a new epoch, and nothing is lost that "
                "headquarters had. The supervisor is told\n",
                x->forked
                    ? "this store was copied or restored, and two entries under one number "
                      "were made: both are kept"
                    : "this store was restored from an older copy: headquarters has more of it "
                      "than is here");
    }
    if (x->marks_went_back) {
        fprintf(stderr, "docketctl: headquarters was restored from a backup and covers less than "
                        "before; this device sends again what it lacks\n");
    }
    if (x->handed_back > 0) {
        fprintf(stderr,
                "docketctl: headquarters began anew; it was handed back %u entries of "
                "others that are held here\n",
                x->handed_back);
    }
}

static void warn(const struct ctl_exchange *x)
{
    if (x->receipts_refused > 0 && !x->new_epoch) {
        fprintf(stderr, "docketctl: %u receipt%s not believed: %s. Nothing was marked as sent\n",
                x->receipts_refused, x->receipts_refused == 1 ? " was" : "s were",
                receipt_refusal_name(x->refusal));
    }
    if (x->quarantined > 0) {
        fprintf(stderr,
                "docketctl: %u item%s of the answer could not be taken and %s set aside; nothing "
                "of yours is affected\n",
                x->quarantined, x->quarantined == 1 ? "" : "s",
                x->quarantined == 1 ? "was" : "were");
    }
    if (x->problems > 0) {
        fprintf(stderr, "docketctl: headquarters reports %u item%s not taken as sent: %s\n",
                x->problems, x->problems == 1 ? "" : "s", problem_name(x->first_problem.code));
    }
    warn_restored(x);
    if (x->revoked) {
        fprintf(stderr, "docketctl: this device was revoked: what it sent so far stands; ask "
                        "headquarters\n");
    }
    if (x->conflict) {
        fprintf(stderr, "docketctl: a value is in conflict; see docketctl conflicts\n");
    }
}

static void say(const struct ctl_exchange *x, const struct sync_status *w)
{
    char when[32];
    printf("sent %u entr%s and %u attachment%s, received %u and %u, in %u exchange%s\n",
           x->sent_entries, x->sent_entries == 1 ? "y" : "ies", x->sent_attachments,
           x->sent_attachments == 1 ? "" : "s", x->received_entries, x->received_attachments,
           x->rounds, x->rounds == 1 ? "" : "s");
    printf("bytes: %" PRIu64 " out, %" PRIu64 " in\n", x->sent_bytes, x->received_bytes);
    if (x->receipts > 0) {
        printf("receipts: %u, verified; headquarters' time %s\n", x->receipts,
               ctl_time(x->receipt_ms, when));
    } else {
        printf("receipts: none new; the newest is of %s\n", ctl_time(w->receipt_ms, when));
    }
    if (w->unsent == 0) {
        printf("all %" PRIu64 " entries of this device are at headquarters\n", w->own_entries);
    } else {
        printf("%" PRIu64 " of %" PRIu64 " entries are only here\n", w->unsent, w->own_entries);
    }
    if (w->wanted > 0) {
        printf("%" PRIu64 " attachment%s still to come\n", w->wanted, w->wanted == 1 ? "" : "s");
    }
}

static int say_json(const struct ctl_exchange *x, const struct sync_status *w, bool ok)
{
    json_t *o = json_pack(
        "{s:b, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:b, "
        "s:b, "
        "s:b, s:i}",
        "ok", ok, "rounds", (int)x->rounds, "sent_entries", (int)x->sent_entries,
        "sent_attachments", (int)x->sent_attachments, "received_entries", (int)x->received_entries,
        "received_attachments", (int)x->received_attachments, "receipts", (int)x->receipts,
        "receipts_refused", (int)x->receipts_refused, "quarantined", (int)x->quarantined,
        "problems", (int)x->problems, "sent_bytes", (json_int_t)x->sent_bytes, "received_bytes",
        (json_int_t)x->received_bytes, "receipt_ms", (json_int_t)x->receipt_ms, "own_entries",
        (json_int_t)w->own_entries, "unsent", (json_int_t)w->unsent, "wanted",
        (json_int_t)w->wanted, "conflict", x->conflict, "new_epoch", x->new_epoch, "forked",
        x->forked, "handed_back", (int)x->handed_back);
    if (o != NULL && x->receipts_refused > 0) {
        json_object_set_new(o, "refusal", json_string(receipt_refusal_name(x->refusal)));
    }
    return ctl_print(o);
}

static int failed(enum st st, const struct err *err, const struct sync_status *w)
{
    const char *why = err->text[0] != '\0' ? err->text : st_name(st);
    switch (st) {
    case ST_OFFLINE:
        return ctl_failf("headquarters cannot be reached, or the line broke (%s). Nothing is lost: "
                         "%" PRIu64 " entries wait here and go with the next sync",
                         why, w->unsent);
    case ST_WAIT:
        return ctl_failf("headquarters asks to wait %d seconds (%s). Nothing is lost: %" PRIu64
                         " entries wait here",
                         err->wait_s, why, w->unsent);
    case ST_INCOMPLETE:
        return ctl_failf(
            "the answer ended early. What came of it is kept; sync again for the rest");
    case ST_WRONG_PARTY:
        return ctl_failf("this is for another device or another headquarters (%s); nothing was "
                         "taken from it, nothing changed",
                         why);
    case ST_BAD_SIGNATURE:
    case ST_BAD_FORM:
        return ctl_failf("this was altered on the way, or is no bundle of headquarters' (%s); what "
                         "does not hold was not taken. Nothing of yours is lost",
                         why);
    case ST_FULL:
        return ctl_failf("no room on the disk (%s). What was recorded is safe; make room and sync "
                         "again",
                         why);
    default:
        return ctl_failf("%s. Nothing is lost: %" PRIu64 " entries wait here", why, w->unsent);
    }
}

int ctl_exchange_say(struct ctl_store *s, const struct ctl_exchange *x, enum st st,
                     const struct err *err, bool json)
{
    struct sync_status w = where(s);
    bool unproved = st == ST_OK && x->sent_entries > 0 && x->receipts == 0;
    bool ok = st == ST_OK && !unproved;
    if (json) {
        int rc = say_json(x, &w, ok);
        if (rc != CTL_OK) {
            return rc;
        }
    } else if (x->rounds > 0) {
        say(x, &w);
    }
    warn(x);
    if (unproved) {
        return ctl_failf("%u entries were sent, but no receipt came that can be verified: "
                         "headquarters is not known to have them. They stay here and go again",
                         x->sent_entries);
    }
    return ok ? CTL_OK : failed(st, err, &w);
}

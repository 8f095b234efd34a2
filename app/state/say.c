/* say.c - times, money and quantities as people read them, and failures in a sentence:
 * what happened, is the work safe, what to do. UI thread (gettext). */
#include <stdio.h>
#include <string.h>

#include "app/state/app_internal.h"
#include "core/base/civil.h"
#include "core/rules/visit.h"

static const char *kept(struct app *a, const char *s)
{
    const char *p = arena_cstr(&a->frame, str_c(s));
    return p == NULL ? "" : p;
}

const char *app_time(struct app *a, int64_t ms, bool with_date)
{
    int64_t local_min = ms / 60000 + a->now.utc_offset_minutes;
    int64_t days = local_min / 1440;
    int64_t min = local_min % 1440;
    if (min < 0) {
        min += 1440;
        days--;
    }
    char buf[40];
    if (with_date) {
        struct civil c = civil_of(days);
        snprintf(buf, sizeof buf, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day,
                 (int)(min / 60), (int)(min % 60));
    } else {
        snprintf(buf, sizeof buf, "%02d:%02d", (int)(min / 60), (int)(min % 60));
    }
    return kept(a, buf);
}

const char *app_money(struct app *a, int64_t minor)
{
    char buf[64];
    uint64_t n = minor < 0 ? (uint64_t)0 - (uint64_t)minor : (uint64_t)minor;
    const char *sign = minor < 0 ? "-" : "";
    if (strcmp(a->settings.lang, "zh") == 0) {
        snprintf(buf, sizeof buf, "%s%llu.%02u 元", sign, (unsigned long long)(n / 100),
                 (unsigned)(n % 100));
    } else {
        snprintf(buf, sizeof buf, "CNY %s%llu.%02u", sign, (unsigned long long)(n / 100),
                 (unsigned)(n % 100));
    }
    return kept(a, buf);
}

const char *app_qty(struct app *a, int64_t milli)
{
    char buf[40];
    uint64_t n = milli < 0 ? (uint64_t)0 - (uint64_t)milli : (uint64_t)milli;
    int len = snprintf(buf, sizeof buf, "%s%llu.%03u", milli < 0 ? "-" : "",
                       (unsigned long long)(n / 1000), (unsigned)(n % 1000));
    while (len > 0 && buf[len - 1] == '0') {
        buf[--len] = '\0';
    }
    if (len > 0 && buf[len - 1] == '.') {
        buf[--len] = '\0';
    }
    return kept(a, buf);
}

static const char *rule_words(enum rule r)
{
    static const char *const words[RULES] = {
        [RULE_NOT_ACCEPTED] = N_("Accept the job first."),
        [RULE_NOT_ARRIVED] = N_("Record your arrival first."),
        [RULE_NOT_DIAGNOSED] = N_("Enter the fault first."),
        [RULE_NO_CLASS] = N_("Choose the service class first."),
        [RULE_CLASS_D] = N_("Internal work belongs in the daily report, not in a visit."),
        [RULE_NO_CONSENT] =
            N_("Show the price list and get the customer's consent before you start work."),
        [RULE_CONSENT_EXCEEDED] =
            N_("The fee is higher than what the customer agreed to. Ask for consent again."),
        [RULE_NO_ACTION] = N_("Enter what you did first."),
        [RULE_PART_LINE] =
            N_("Each part needs a reason, a quantity, and what becomes of the old part."),
        [RULE_NO_RESULT] = N_("Enter the result of the test first."),
        [RULE_NO_FEE] = N_("Fix the fee first."),
        [RULE_SIGNED] = N_("The report is signed. Reopen it to make a new version."),
        [RULE_OVER] = N_("This visit is over."),
        [RULE_CANCELLED] =
            N_("Headquarters has cancelled this job. What you record is kept and marked."),
        [RULE_NO_REASON] = N_("Choose the reason."),
        [RULE_NO_RECEIPT_NUMBER] = N_("Money needs a receipt number."),
        [RULE_NOTHING_DUE] = N_("There is nothing to pay."),
        [RULE_ORDER] = N_("The times are out of order."),
        [RULE_ROLE] = N_("This is for another role."),
        [RULE_TAKE_AWAY] = N_("Taking something away needs the goods receipt and the customer's "
                              "signature, both."),
        [RULE_NOT_PASSED] =
            N_("Nothing goes back before the supervisor has inspected it. Sync to see whether it "
               "has passed."),
        [RULE_NOT_SIGNED_BACK] =
            N_("The goods receipt is voided only by the customer's signature for the return."),
        [RULE_GOODS_OUT] = N_("Something of this job is away already: its receipt is open."),
        [RULE_NO_GOODS] = N_("Nothing of this job is away."),
        [RULE_CARD] = N_("The repair card is not at this step. Sync to see where it stands."),
        [RULE_DAY_SIGNED] =
            N_("The branch has signed this day. Tell the supervisor what is wrong."),
        [RULE_DAY_FUTURE] = N_("This day has not begun. Choose another day, or check the clock."),
    };
    return (unsigned)r < RULES && words[r] != NULL ? words[r]
                                                   : N_("The rules do not allow this step now.");
}

static const char *join_words(enum st st)
{
    switch (st) {
    case ST_WRONG_PIN:
    case ST_BAD_SIGNATURE:
        return N_("This code is not right. Nothing was changed. Check it and type it again.");
    case ST_EXISTS:
        return N_("This code was used already. Ask headquarters for a new one.");
    case ST_WAIT:
        return N_("This code has expired. Ask headquarters for a new one.");
    case ST_FULL:
        return N_("The storage is full. Free some space, then join again with the same code.");
    case ST_BAD_INPUT:
        return N_("The code has 16 letters and digits, the PIN at least four. Check both.");
    case ST_NOT_FOUND:
        return N_("There is no such file. Nothing was changed. Check its name.");
    case ST_UNTRUSTED:
        return N_("This file is not what headquarters gave with this code. Nothing was changed.");
    case ST_OFFLINE:
        return N_(
            "Headquarters does not answer. Check the network and the address, then try again.");
    default:
        return N_("Joining did not work. Nothing was changed. Try again, or ask headquarters.");
    }
}

static const char *common_words(enum st st)
{
    switch (st) {
    case ST_WRONG_PIN:
        return N_("Wrong PIN. Your work is safe. Try again.");
    case ST_LOCKED:
        return N_(
            "The store is in use by another program. Your work is safe. Close it and try again.");
    case ST_FULL:
        return N_("The storage is full. What was saved is safe; this step was not saved. Free some "
                  "space and try again.");
    case ST_IO:
        return N_("Writing failed. What was saved before is safe; this step may not be. Restart "
                  "the app and check it.");
    case ST_CORRUPT:
        return N_("Part of the storage is damaged. Everything else is kept. Sync, and tell "
                  "headquarters.");
    case ST_CONFLICT:
        return N_("The report has changed since it was read. Nothing was signed. Read it again.");
    case ST_OFFLINE:
        return N_("No connection to headquarters. Your work is saved here and is sent later.");
    case ST_NEWER:
        return N_(
            "A newer version of Docket kept this work. Nothing was changed. Use that version, "
            "or a later one.");
    case ST_REVOKED:
        return N_("Headquarters has stopped this device. Your work is kept. Call headquarters.");
    case ST_BAD_SIGNATURE:
    case ST_WRONG_PARTY:
    case ST_UNTRUSTED:
    case ST_BAD_FORM:
        return N_("What came was not from headquarters or was altered. Nothing was taken from it. "
                  "Your work is safe.");
    case ST_INCOMPLETE:
        return N_("The transfer broke off. What arrived is kept, the rest comes next time.");
    case ST_REFUSED:
        return N_("Headquarters refused the transfer. Your work is kept here. Call headquarters.");
    case ST_TOO_BIG:
        return N_("This is too long. Nothing was lost. Make it shorter.");
    case ST_NOT_FOUND:
        return N_("Something that this needs is not on the device. Your work is safe. Sync and try "
                  "again.");
    default:
        return N_("That did not work. What was saved is safe. Try again.");
    }
}

const char *app_error_words(struct app *a, const struct app_result *r)
{
    char buf[160];
    if (r->not_taken) {
        return _("The device is still busy with what came before. That is safe; this was not "
                 "taken. Wait a moment, then do it again.");
    }
    if (r->st == ST_FORBIDDEN) {
        return _(rule_words((enum rule)r->err.sys));
    }
    if (r->st == ST_WAIT && r->what == APP_UNLOCKING) {
        snprintf(buf, sizeof buf,
                 _("Too many wrong tries. Your work is safe. Wait %d seconds, then try again."),
                 r->err.wait_s);
        return kept(a, buf);
    }
    if (r->st == ST_WAIT && r->err.wait_s > 0) {
        snprintf(buf, sizeof buf,
                 _("Headquarters is busy. Your work is safe. Wait %d seconds, then try again."),
                 r->err.wait_s);
        return kept(a, buf);
    }
    if (r->what == APP_LOCKING) {
        return r->st == ST_FULL
                   ? _("Locked. There is no room to wipe what headquarters wants forgotten. Free "
                       "some space; it is tried again at the next lock.")
                   : _("Locked. What headquarters wants forgotten could not be wiped. It is tried "
                       "again at the next lock.");
    }
    if (r->what == APP_JOINING) {
        return _(join_words(r->st));
    }
    if (r->what == APP_SYNCING && r->st == ST_BAD_INPUT) {
        return _("The address of headquarters is not right. Your work is saved here. Correct "
                 "it, then sync.");
    }
    if (r->what == APP_UNLOCKING && r->st == ST_NOT_FOUND) {
        return _("What opens this store is missing on the device. Nothing was changed. Call "
                 "headquarters.");
    }
    if (r->what == APP_UNLOCKING && r->st == ST_LOCKED && r->err.where != NULL &&
        strcmp(r->err.where, "journal_open") == 0) {
        return _("A new PIN was begun and not finished. Your work is safe. Tap “Forgot PIN” and "
                 "type the same code again.");
    }
    if (r->what == APP_SYNCING && r->st == ST_INCOMPLETE && app_owes_parcel(a)) {
        return _("Headquarters does not have all of the parcel yet. It is kept. Send it again.");
    }
    if (r->what != APP_UNLOCKING && r->st == ST_IO) {
        return _("Writing failed. What was saved before is safe. Look whether this step is "
                 "there, and do it again if it is not.");
    }
    return _(common_words(r->st));
}

const char *app_space_words(struct app *a, bool *full)
{
    struct sync_state s;
    char buf[256];
    app_sync_state(a, &s);
    if (full != NULL) {
        *full = s.no_space;
    }
    if (s.no_space) {
        return _("The storage is full. Work and signatures are still saved, photos are not. Free "
                 "some space.");
    }
    if (!s.low_space) {
        return NULL;
    }
    snprintf(buf, sizeof buf, _("The storage is nearly full: %llu MB left. Free some space soon."),
             (unsigned long long)(s.free_bytes >> 20));
    return kept(a, buf);
}

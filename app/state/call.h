/* call.h - a repair call that the technician takes himself, on site or by phone, with no network.
 * UI thread. Part of the contract with the screens. */
#ifndef APP_STATE_CALL_H
#define APP_STATE_CALL_H
#include "app/state/app.h"
#include "core/rules/call.h"

/* Empty texts are left out. */
struct call_intent {
    id16 customer;            /* zero: a new one, of name, address and phone */
    str name, address, phone; /* cleaned (core/base/utf8.h) */
    id16 equipment;           /* zero: a new one, of what follows, when `what` is not empty */
    str what, maker, model;
    struct code serial; /* n 0: none */
    str fault, contact, contact_phone;
    int zone; /* of the customer on file; 0: not known */
    int64_t called_ms, asked_ms /* 0: no time was asked for */;
};
/* app_call_number: the provisional number that the next call will carry (minted here, "C-" before
 * it). Frame arena; empty when locked. */
str app_call_number(struct app *a);
/* app_call_take: new records and job as entries of one transaction, under that number, which is
 * used up in it; answered as APP_SAVING. `go` comes up with the new job as its subject; the draft
 * of the present subject goes. False: busy, or it does not fit. */
bool app_call_take(struct app *a, const struct call_intent *c, const char *draft_name,
                   enum screen_id go);
/* app_call_double: an open job of this equipment that the device holds; false: there is none. */
bool app_call_double(struct app *a, id16 equipment, id16 *job);
#endif

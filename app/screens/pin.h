/* pin.h - the technician's PIN, asked before anything is shown: at unlock and at hand-back. */
#ifndef APP_SCREENS_PIN_H
#define APP_SCREENS_PIN_H
#include "app/screens/screens.h"

struct pin {
    char text[CAP_PIN_MAX + 1];
    unsigned seen; /* the result that stood when it was asked for, or sent */
    bool focused;  /* a hardware keyboard types at once; again after a wrong one */
    bool sent;
};

/* pin_enter: empty, for a screen's enter. pin_ask: the error of the last try and the field; true
 * when a PIN is given by Enter. pin_sent: it is on its way: wiped here. pin_came: the answer to
 * what was sent is there (app_result), told once; after a wrong one the field is ready for another.
 */
void pin_enter(struct app *a, struct pin *p);
bool pin_ask(struct app *a, struct ui *u, struct pin *p, const char *label);
void pin_sent(struct pin *p);
bool pin_came(struct app *a, struct pin *p);
#endif

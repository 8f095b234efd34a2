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

/* A new PIN, asked for twice, with what it is worth. pin_new_ask: true when given by Enter.
 * pin_new_good: may it be sent? Else the fields say why not. pin_new_wipe. */
struct pin_new {
    char one[CAP_PIN_MAX + 1], two[CAP_PIN_MAX + 1];
    bool looked, differ; /* at what was typed when it was to be sent */
};
bool pin_new_ask(struct app *a, struct ui *u, struct pin_new *p);
bool pin_new_good(struct ui *u, struct pin_new *p);
void pin_new_wipe(struct pin_new *p);
/* pin_letters: the link that opens the keyboard with letters, or with digits. */
void pin_letters(struct app *a, struct ui *u);
#endif

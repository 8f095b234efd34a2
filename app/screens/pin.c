/* pin.c - see pin.h. */
#include <sodium.h>

#include "app/screens/pin.h"

void pin_enter(struct app *a, struct pin *p)
{
    sodium_memzero(p, sizeof *p);
    p->seen = app_result(a)->serial;
}

bool pin_ask(struct app *a, struct ui *u, struct pin *p, const char *label)
{
    shared_error(a, u, APP_UNLOCKING, p->seen);
    struct ui_field f = {.id = "pin",
                         .label = label,
                         .text = p->text,
                         .cap = sizeof p->text,
                         .flags = UI_FIELD_SECRET | UI_FIELD_NUMERIC};
    if (!p->focused) {
        p->focused = true;
        ui_focus(u, "pin");
    }
    return (ui_field(u, &f) & UI_FIELD_SUBMIT) != 0;
}

void pin_sent(struct pin *p)
{
    sodium_memzero(p->text, sizeof p->text);
    p->sent = true;
}

bool pin_came(struct app *a, struct pin *p)
{
    if (!p->sent || app_busy(a) != APP_IDLE || app_result(a)->serial == p->seen) {
        return false;
    }
    p->sent = false;
    p->focused = app_result(a)->st == ST_OK;
    return true;
}

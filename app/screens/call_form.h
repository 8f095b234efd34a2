/* call_form.h - the call that a technician takes himself: what is half said, and the page on which
 * a customer or a machine on file is found. For screen_take_call.c. */
#ifndef APP_SCREENS_CALL_FORM_H
#define APP_SCREENS_CALL_FORM_H
#include "app/screens/form.h"
#include "app/state/call.h"
#include "app/state/desk_file.h"

#define CALL_HITS 1000 /* rows found; a search that finds more is refined, not scrolled */
#define CALL_OWN 200   /* machines of one customer; a factory hall */

/* Kept as a draft: flat, no pointers. */
struct call_form {
    id16 customer, equipment;
    bool fresh;    /* the customer is a new one, in words */
    bool in_words; /* the equipment is not on file */
    char name[FORM_LINE], phone[48], address[2 * FORM_LINE];
    char what[FORM_LINE], maker[FORM_LINE], model[FORM_LINE], serial[CAP_CODE_BYTES + 1];
    char fault[FORM_WORDS], contact[FORM_LINE], contact_phone[48];
    int day; /* 0: no time was asked for, 1: today ... */
    char time[8];
    int64_t called_ms; /* when the first of it was said: the clock starts at the call (J-20) */
    unsigned page;     /* enum call_page */
    char search[64];
};
enum call_page { CALL_MAIN, CALL_FIND_CUSTOMER, CALL_FIND_EQUIPMENT };

struct call_screen {
    struct call_form d;
    enum call_rule missing; /* that Save has found, in the form as it was then: */
    struct call_form then;
    bool bad_time, bad_serial;
    char elsewhere[FORM_LINE]; /* whose the scanned machine is, when it is not this customer's */
    bool sent;
    unsigned seen;
    /* of the find page */
    char done[64];
    bool looked, whole, more;
    unsigned done_page;
    size_t rows;
    unsigned n;
    uint32_t at[CALL_HITS];
};
_Static_assert(sizeof(struct call_screen) <= CAP_SCREEN_BYTES, "fits a screen's block");

/* call_form_customer, call_form_equipment: choose one that is on file. */
void call_form_customer(struct call_form *f, id16 customer);
void call_form_equipment(struct call_form *f, const struct file_row *machine);
/* call_form_scan: a scanned serial: the machine on file that has it, and its customer; of another
 * customer than the chosen one it is told whose it is; an unknown one is the new machine's. */
void call_form_scan(struct app *a, struct ui *u, struct call_screen *s, const char *scan);
/* call_form_same: a customer on file with this name or this number: is it he? False: none. */
bool call_form_same(struct app *a, const struct call_form *f, struct file_row *out);
/* call_form_find: the page that finds; leaves it by itself. */
void call_form_find(struct app *a, struct ui *u, struct call_screen *s);
/* call_form_machine: "Ice maker · IM-200". Frame arena. */
const char *call_form_machine(struct app *a, const struct file_row *m);
#endif

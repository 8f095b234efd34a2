/* part_form.h - one part line while it is being put together: shared by the work and part screens.
 *
 * A new line is the draft "part", a correction the draft "part.fix": one does not displace the
 * other. */
#ifndef APP_SCREENS_PART_FORM_H
#define APP_SCREENS_PART_FORM_H
#include "app/screens/form.h"

#define PART_FORM_VERSION 1
#define PART_NO_NUMBER "-" /* the code of a part on which no number stands */

struct part_form {
    h32 old;     /* the line that is corrected; zero: a new one */
    bool chosen; /* a part was chosen: its details are asked */
    bool in_words, charged, charged_set, serials;
    char number[CAP_CODE_BYTES + 1];
    char qty[16], price[16];
    char serial_in[CAP_CODE_BYTES + 1], serial_out[CAP_CODE_BYTES + 1];
    unsigned reason, old_part;
    char words[FORM_LINE], why[FORM_WORDS];
};
/* part_form_choose: a catalogue row or, when the code is not in the catalogue, a part in words with
 * that code. `charged` by default in class A. */
void part_form_choose(struct app *a, struct part_form *d, str code);
/* part_form_of: what a recorded line says, to be corrected. */
void part_form_of(struct app *a, struct part_form *d, const struct fact *f);
/* part_form_name: of a recorded line or a form, in words. */
const char *part_form_name(struct app *a, const struct fact *f, const union body *b);
#endif

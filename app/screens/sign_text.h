/* sign_text.h - a text that a customer reads to its end and signs with his own stroke: the pages
 * that taking away and returning share. What was typed and drawn is part of the caller's draft. */
#ifndef APP_SCREENS_SIGN_TEXT_H
#define APP_SCREENS_SIGN_TEXT_H
#include "app/screens/form.h"

enum sign_text_page { SIGN_TEXT_FORM, SIGN_TEXT_READ, SIGN_TEXT_PAD, SIGN_TEXT_NAME };
struct sign_text_form {
    unsigned page; /* SIGN_TEXT_FORM: the caller's own */
    bool english;
    unsigned relation; /* enum sign_relation, 0: not said */
    h32 read;          /* BLAKE2b-256 of the text that was read to its end */
    char name[FORM_LINE];
    uint16_t nstrokes;
    uint8_t strokes[CAP_STROKES_BYTES];
};
struct sign_text {
    struct ui_ink ink;
    struct ui_ink_point points[FORM_INK];
};
struct sign_text_words {
    const char *id;    /* of the screen: "take" makes "take-read", "take-sign" */
    const char *title; /* of the read page, a question or what it is */
    const char *agree; /* its button */
    const char *sum;   /* what is signed for, in a line: above the pad */
    str text;
    unsigned *seen; /* the serial of the result that was seen last */
};
/* sign_text_ready: after the draft was loaded, or to begin anew: ink from what is kept.
 * sign_text_show: from the form to the customer: he reads from the top. */
void sign_text_ready(struct app *a, struct sign_text *s, const struct sign_text_form *d);
void sign_text_show(struct ui *u, struct sign_text *s, struct sign_text_form *d,
                    const struct sign_text_words *w);
/* sign_text: draw the page that is up; true when the customer has signed. The caller speaks his
 * language (form_lang). */
bool sign_text(struct app *a, struct ui *u, struct sign_text *s, struct sign_text_form *d,
               const struct sign_text_words *w);
/* sign_text_relation: "family"; "" when not said. */
const char *sign_text_relation(unsigned relation);
#endif

/* sign.h - the customer's three pages: what they share while the device is in his hands.
 *
 * Language, name, strokes and which text was read are the draft "sign"; the writer drops it with
 * the sign-off. Grades and comment are in memory only: plain while their page is up, sealed to
 * headquarters when it is left; a restart asks that page again. */
#ifndef APP_SCREENS_SIGN_H
#define APP_SCREENS_SIGN_H
#include "app/screens/form.h"
#include "core/report/ratings.h"

enum { SIGN_COMMENT = 1024 }; /* bytes of the customer's comment */

struct sign_form {
    bool english, named;
    unsigned relation; /* enum sign_relation, 0: not said */
    h32 read;          /* hash of the text that was read to its end */
    char name[FORM_LINE];
    unsigned outcome, reason; /* of not signing */
    char words[FORM_WORDS];
    uint16_t nstrokes;
    uint8_t strokes[CAP_STROKES_BYTES];
};
struct sign {
    struct sign_form d;
    bool loaded;
    id8 visit;
    unsigned version; /* signatures before this one */
    struct ui_ink ink;
    struct ui_ink_point points[FORM_INK];
    int grade[RATE_QUESTIONS]; /* -1: none */
    char comment[SIGN_COMMENT];
    char code[CAP_CODE_BYTES + 1]; /* what headquarters gave the customer, if anything */
    bool rated;                    /* the page was left: by rating, or by leaving it out */
    bool again;                    /* it was left before; only the newer rating counts */
    bool fresh;                    /* nobody has looked at it yet: from the top */
    bool read_again;               /* the report changed since it was read */
    uint16_t nsealed;
    uint8_t sealed[SIGN_COMMENT + 128];
    bool naming; /* the page of name and relation */
    bool no_reason, no_words;
    unsigned seen;
};

/* sign_data: the shared block of the present job, loaded from its draft when needed; NULL: there
 * is nothing to sign. sign_over: then to where the job stands, unless the sign-off is on its way:
 * its answer says where to go. */
struct sign *sign_data(struct app *a);
void sign_over(struct app *a);
void sign_keep(struct app *a, const struct sign *s);
/* sign_enter: for every page's enter: false when there is nothing to sign, and it has been left. */
bool sign_enter(struct app *a);
/* sign_report: the report in the customer's language. */
const struct report_shown *sign_report(struct app *a, const struct sign *s);
/* sign_other: the name of the other language, for the header. sign_turn: change over to it. */
const char *sign_other(const struct sign *s);
void sign_turn(struct app *a, struct sign *s);
/* sign_speaks: "en" or "zh": what the customer of the present job reads, also after signing. */
const char *sign_speaks(struct app *a);
/* sign_send: the outcome with what was gathered; wiped here when it is on its way. */
bool sign_send(struct app *a, struct sign *s, unsigned outcome);
#endif

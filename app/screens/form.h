/* form.h - what the screens of a visit have in common: half-typed things are kept, a fact is made
 * from them, and nothing is written twice.
 *
 * A form is a flat struct of the screen, kept as a draft under the screen's name together with a
 * version and the visit that it is about: a draft of another visit or version is not loaded. */
#ifndef APP_SCREENS_FORM_H
#define APP_SCREENS_FORM_H
#include "app/screens/screens.h"
#include "core/model/bodies.h"
#include "core/report/strokes.h"
#include "core/rules/visit.h"

#define FORM_WORDS 1024 /* bytes of one typed text: some 330 Chinese characters */
#define FORM_LINE 128   /* of one line: a name, an amount */
#define FORM_INK 1300   /* points of a signature: STROKES_POINTS_MAX */
#define FORM_ATTS 3     /* texts of one fact */

/* form_load: the kept draft into `form` (zeroed first); false when there is none of this visit.
 * form_keep: keep it if it differs from what is kept; does nothing while a fact is being saved.
 * form_drop: there is no draft any more. `form` may hold no pointers. */
bool form_load(struct app *a, const char *name, unsigned version, void *form, size_t size);
void form_keep(struct app *a, const char *name, unsigned version, const void *form, size_t size);
void form_drop(struct app *a, const char *name);

/* form_visit: the open visit of the present job, NULL when there is none. */
const struct visit_state *form_visit(struct app *a);
/* form_class: the class that the visit was given, CLASS_NONE before. */
unsigned form_class(const struct visit_state *v);
/* form_decision: the class of a job as recorded, with its basis; before, as the device decides. */
struct class_decision form_decision(const struct job_model *j);
/* form_read: the newest fact of a kind that holds, its body decoded; NULL when there is none. */
const struct fact *form_read(const struct visit_state *v, unsigned kind, union body *b);
/* form_text: the text of a fact's attachment into buf (cut at a code point); "" when none. */
void form_text(struct app *a, const struct fact *f, const union body *b, enum body_att what,
               char *buf, size_t cap);

/* form_put_text: a text into a field, cut at a code point; the rest of the field is zeroed. */
void form_put_text(char *buf, size_t cap, str s);

/* A fact that is being made. The texts are in the frame arena. */
struct form_fact {
    unsigned kind;
    union body b;
    struct intent_att atts[FORM_ATTS];
    unsigned natt;
};
/* form_begin: an empty fact of the open visit that replaces `old` (NULL: nothing). */
void form_begin(struct app *a, struct form_fact *f, unsigned kind, const struct fact *old);
/* form_words: attach typed words; false when there are none after cleaning. */
bool form_words(struct app *a, struct form_fact *f, const char *words);
void form_attach(struct form_fact *f, enum att_type type, bytes content);
/* form_same: does `old` say the same already? Then nothing need be written. */
bool form_same(struct app *a, const struct form_fact *f, const struct fact *old);
/* form_send: append it; true when it is under way (app_append). */
bool form_send(struct app *a, const struct form_fact *f, const char *draft, enum screen_id go);

/* form_next: where saving a step leads: on to the next one; back to the job when it was put right,
 * or when what follows is the customer's. */
enum screen_id form_next(struct app *a, unsigned kind, const struct fact *old);

/* The page of one fact: header, errors, the rule, one button, the draft; what is between is the
 * screen's. form_open: false (the page is closed again) when there is nothing to fill in.
 * form_close keeps `data` as the draft `id`, goes back when asked to; true when the button was
 * pressed. */
struct form_page {
    const char *id, *title, *save;
    unsigned kind;
    enum rule rule;
    unsigned hit;
};
bool form_open(struct app *a, struct ui *u, struct form_page *p, const void *screen, unsigned seen);
bool form_close(struct app *a, struct ui *u, const struct form_page *p, unsigned version,
                const void *data, size_t size);

/* form_rule: why a step cannot be done now, as a banner; nothing for RULE_OK. */
void form_rule(struct app *a, struct ui *u, enum rule r);
/* form_busy: words for a primary button while a fact is being saved, else `words`. */
const char *form_busy(struct app *a, const char *words);

/* Amounts and quantities as typed: "12.5". Two places of money, three of quantity; false when it is
 * not a number of that form, or negative. An empty text is 0. */
bool form_money(const char *text, int64_t *minor);
bool form_qty(const char *text, int64_t *milli);
/* form_put_money: "12.50" into buf; form_put_qty: "12.5". */
void form_put_money(char *buf, size_t cap, int64_t minor);
void form_put_qty(char *buf, size_t cap, int64_t milli);
/* form_code: a typed or scanned code without blanks around it. */
bool form_code(const char *text, struct code *out);
/* form_name: of a catalogue row, in the language of the interface. Frame arena. */
const char *form_name(struct app *a, str zh, str en);
/* form_id: "<prefix><code>" as an id, in the frame arena. */
const char *form_id(struct app *a, const char *prefix, str code);

/* Ink of a pad and its kept bytes (core/report/strokes.h). form_ink_put: into buf; empty when
 * nothing was drawn. form_ink_get: back into ink->points (ink->cap of them). */
bytes form_ink_put(const struct ui_ink *ink, uint8_t *buf, size_t cap);
void form_ink_get(struct app *a, bytes strokes, struct ui_ink *ink);

/* form_narrow: too little height for more than one line and a button beside a pad. */
bool form_narrow(const struct app *a);
/* form_bare: too little for any line: what is signed for stands in the header. form_low: too little
 * for a button under the pad. */
bool form_bare(const struct app *a);
bool form_low(const struct app *a);
/* form_field: with what is wrong under it while *wrong; that goes when something else is typed. */
void form_field(struct ui *u, struct ui_field *f, bool *wrong, const char *why);
/* form_pad_header, form_pad_clear: "Clear" under the pad, or as icon number `icon` of a low page's
 * header; form_pad_clear says whether the one under the pad was tapped. */
void form_pad_header(const struct app *a, struct ui_screen *sc, int icon);
bool form_pad_clear(const struct app *a, struct ui *u, const struct ui_ink *ink);
/* form_pad: ui_pad, going on in time where kept strokes end. True at the end of a stroke. */
bool form_pad(struct ui *u, const char *id, const char *label, const char *hint, int buttons,
              struct ui_ink *ink);

/* form_lang: speak the customer's language to the end of the frame; form_lang_end before it. */
void form_lang(struct app *a, const char *lang, char keep[static 3]);
void form_lang_end(struct app *a, const char keep[static 3]);
#endif

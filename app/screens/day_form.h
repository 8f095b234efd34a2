/* day_form.h - the half of the daily report that is typed: internal work, and the class of visits
 * that came to none. A flat draft; core/rules/day.h says what is missing. */
#ifndef APP_SCREENS_DAY_FORM_H
#define APP_SCREENS_DAY_FORM_H
#include "app/screens/form.h"
#include "app/state/desk.h"

#define DAY_FORM_LINES 16 /* pieces of internal work of one day */
#define DAY_FORM_CLASSES 16

struct day_form_line {
    int from_min, to_min;
    char words[DAY_WORDS_MAX + 1];
};
struct day_form {
    int64_t midnight_ms;
    bool correcting, preview, editing, bad_times, bad_words;
    int at; /* the line that is being edited; nlines: a new one */
    char from[8], to[8], words[DAY_WORDS_MAX + 1];
    unsigned nlines, nclasses;
    struct day_form_line lines[DAY_FORM_LINES];
    struct {
        id8 visit;
        unsigned class_;
    } classes[DAY_FORM_CLASSES];
};
/* day_form_class: recorded, or chosen here. day_form_choose: choose it. */
unsigned day_form_class(const struct day_form *f, const struct day_visit *v);
void day_form_choose(struct day_form *f, const struct day_visit *v, unsigned class_);
/* day_form_words: what a visit came to, for its line. Frame arena. */
const char *day_form_words(struct app *a, const struct day_visit *v);
/* day_form_lines: visits that are over and internal work, by their beginning; returns how many. */
size_t day_form_lines(struct app *a, const struct day_form *f, const struct day_model *d,
                      struct day_line out[static DAY_LINES_MAX]);
/* day_form_correct: internal work and chosen classes as submitted. day_form_edit: open the page of
 * a line; day_form_add: of a new one. day_form_page: draw it. */
void day_form_correct(struct app *a, struct day_form *f, const struct day_line *lines, size_t n);
void day_form_edit(struct app *a, struct day_form *f, int line);
void day_form_add(struct app *a, struct day_form *f, const struct day_model *d);
void day_form_page(struct app *a, struct ui *u, struct day_form *f);
/* day_form_clock: minutes of the day of "8", "830", "8:30"; false: no time of a day. */
bool day_form_clock(const char *text, int *min);
#endif

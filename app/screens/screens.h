/* screens.h - the screens' own list and what they share. One file a screen: screen_<name>.c exports
 * screen_<name>_frame and, where it needs one, screen_<name>_enter; screens.c holds the table.
 *
 * A screen draws from app_job and friends, turns touches into intents, and keeps nothing else. To
 * add one: a number in app/state/app.h, a row in screens.c, a file, a shot in tests/ui. */
#ifndef APP_SCREENS_SCREENS_H
#define APP_SCREENS_SCREENS_H
#include "app/state/app.h"
#include "app/ui/i18n.h"

#define SCREEN(name) void screen_##name##_frame(struct app *a, struct ui *u)
#define SCREEN_ENTER(name) void screen_##name##_enter(struct app *a)
#define SCREEN_LEAVE(name) void screen_##name##_leave(struct app *a)

SCREEN(first_start);
SCREEN_ENTER(unlock);
SCREEN(unlock);
SCREEN(today);
SCREEN(job);
SCREEN_ENTER(arrive);
SCREEN(arrive);
SCREEN_ENTER(diagnose);
SCREEN(diagnose);
SCREEN_ENTER(price);
SCREEN(price);
SCREEN_ENTER(work);
SCREEN(work);
SCREEN_ENTER(part);
SCREEN(part);
SCREEN_ENTER(test);
SCREEN(test);
SCREEN_ENTER(fee);
SCREEN(fee);
SCREEN_ENTER(sign_read);
SCREEN(sign_read);
SCREEN_ENTER(sign_rate);
SCREEN(sign_rate);
SCREEN_LEAVE(sign_rate);
SCREEN_ENTER(sign_pad);
SCREEN(sign_pad);
SCREEN_ENTER(sign_refuse);
SCREEN(sign_refuse);
SCREEN(hand_back);
SCREEN_ENTER(hand_back);
SCREEN_ENTER(copy);
SCREEN(copy);
SCREEN_ENTER(end_visit);
SCREEN(end_visit);
void screen_end_visit_for(struct app *a, unsigned outcome); /* its page opens with this chosen */
SCREEN_ENTER(payment);
SCREEN(payment);
SCREEN(conflicts);
SCREEN_ENTER(details);
SCREEN(details);
SCREEN(sync);
SCREEN(settings);
SCREEN_ENTER(pin);
SCREEN(pin);
SCREEN_ENTER(forgot);
SCREEN(forgot);
SCREEN_ENTER(stopped);
SCREEN(stopped);
SCREEN_ENTER(day);
SCREEN(day);
SCREEN(debts);
SCREEN(prepare);
SCREEN_ENTER(call);
SCREEN(call);
SCREEN(knowledge);
SCREEN_ENTER(help);
SCREEN(help);
SCREEN(earlier);
SCREEN_ENTER(take);
SCREEN(take);
SCREEN_ENTER(card);
SCREEN(card);
SCREEN_ENTER(give_back);
SCREEN(give_back);
SCREEN_ENTER(papers);
SCREEN(papers);
SCREEN_ENTER(handover);
SCREEN(handover);
SCREEN_ENTER(equipment);
SCREEN(equipment);
SCREEN_ENTER(take_call);
SCREEN(take_call);

/* ---- shared pieces (shared.c) ---------------------------------------------------------------- */
/* shared_histories: a banner when the job lies in one of two histories of a journal. */
void shared_histories(struct ui *u, const struct job_model *j);
/* shared_error: a banner with the sentence of the last failure of `what`, until the next result.
 * `seen` is the screen's own: the serial at which it came up. */
void shared_error(struct app *a, struct ui *u, enum app_busy what, unsigned seen);
/* shared_error_over: the same as a sheet over the page, until it is closed: where a banner would
 * take the pad's room and nothing scrolls. Between ui_screen_begin and ui_screen_end. */
void shared_error_over(struct app *a, struct ui *u, enum app_busy what, unsigned *seen);
/* shared_by_file: the way by a file that is carried, behind a button: where it lies, write it, read
 * the answer. *seen: the serial of the result that was seen last, set when something is begun. */
struct by_file {
    char path[200];
    bool open, written; /* the last thing that was begun is the writing */
};
struct by_file_words {
    const char *show, *hide, *about, *write, *read; /* about may be NULL */
    const char *name;                               /* of the file, at first, in the home folder */
};
void shared_by_file(struct app *a, struct ui *u, struct by_file *f, const struct by_file_words *w,
                    unsigned *seen);
/* shared_code_letters: of an enrolment code as typed: blanks and hyphens do not count. */
size_t shared_code_letters(const char *code);
/* shared_lines: every line of a text, in the frame arena; NULL (and none) when there is no room. */
str *shared_lines(struct app *a, str text, size_t *n);
/* shared_report: the text that a customer signs, whole: its first line bold, its last one in
 * `last`, for ui_report_seen(id). A text that is not there or has more lines than the page can hold
 * is not shown in part: the page says so, and it counts as not read. */
void shared_report(struct app *a, struct ui *u, const char *id, str text, enum ui_style last);
/* shared_z: a str as NUL-terminated text in the frame arena; "" when empty or full. */
const char *shared_z(struct app *a, str s);
/* shared_fmt: formatted text in the frame arena. */
const char *shared_fmt(struct app *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* shared_accuracy: "±12 m", or that it is not known. */
const char *shared_accuracy(struct app *a, const struct position *p);
/* shared_when: the time; the day too when it was not today. */
const char *shared_when(struct app *a, int64_t ms);
/* shared_left: "1:20 left", "0:35 late"; tone goes with it. Minutes may be negative. */
const char *shared_left(struct app *a, int64_t minutes, enum ui_tone *tone);
/* shared_limit: what counts down: "city 6 h". */
const char *shared_limit(struct app *a, const struct deadline *d, int zone);
/* shared_limit_left: of another limit that runs beside it, with its time: "accept: 0:40 left". */
const char *shared_limit_left(struct app *a, const struct deadline *d);
/* Words for codes: translated, static. "" for codes that have none. */
const char *shared_class(unsigned class_); /* "A" */
const char *shared_class_words(struct app *a, const struct class_decision *d);
const char *shared_stage(enum visit_stage s);
const char *shared_cause(unsigned c);
const char *shared_responsibility(unsigned r);
const char *shared_action(unsigned x);
const char *shared_part_reason(unsigned r);
const char *shared_old_part(unsigned o);
const char *shared_result(unsigned r);
const char *shared_end(unsigned e);
const char *shared_place(unsigned place);
enum ui_place shared_place_sign(unsigned place);
/* shared_who: "Zhang Wei (supervisor), 0571-8512 0000": who can be asked about it. */
const char *shared_who(struct app *a, const struct who *w);
const char *shared_field(enum subject_type t, int field); /* "phone of the customer" */
#endif

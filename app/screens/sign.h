/* sign.h - the customer's three pages: what they share while the device is in his hands.
 *
 * Several pieces of equipment at one address are signed for in one pass: the present job's report
 * and those of the customer's other jobs that are ready. He reads each to its end, may leave some
 * out, rates once and signs once; each report gets a sign-off of its own, all of them or none.
 *
 * Language, name, strokes and which text was read are the draft "sign"; the writer drops it with
 * the sign-off. Grades, comment and code are plain in memory only, while their page is up; when it
 * is left, also by a lock, they are sealed to headquarters, and only the sealed box is in the
 * draft. A power loss on that page asks it again. The box goes with the sign-off; where the device
 * comes back without one, or the page is opened again, it goes first, as an entry of its own: no
 * button here makes it undone. */
#ifndef APP_SCREENS_SIGN_H
#define APP_SCREENS_SIGN_H
#include "app/screens/form.h"
#include "app/state/desk_site.h"
#include "core/report/ratings.h"

enum { SIGN_COMMENT = 1024 }; /* bytes of the customer's comment */

/* What became of one report of the pass. */
struct sign_mark {
    id16 job;
    h32 read; /* hash of the text that was read to its end; zero: not yet */
    bool out; /* left out: it stays open */
};
struct sign_form {
    bool english, named;
    unsigned relation; /* enum sign_relation, 0: not said */
    struct sign_mark marks[APP_SITE_MAX];
    unsigned nmarks;
    id16 at; /* whose report is on the page; zero: the present job's */
    char name[FORM_LINE];
    char seal[FORM_LINE];     /* what company seal stands on the paper copy; empty: none */
    unsigned outcome, reason; /* of not signing */
    char words[FORM_WORDS];
    bool rated; /* the rate page was left: by rating, or by leaving it out */
    uint16_t nsealed, nstrokes;
    uint8_t sealed[RATINGS_BLOCK +
                   RATINGS_SEAL_OVERHEAD]; /* the rating: nobody on this device can open it */
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
    bool sent;                     /* it became sign-offs, of `first` at least */
    id16 first;
    unsigned tried;  /* of sign_settle, on the rate page */
    bool fresh;      /* nobody has looked at it yet: from the top */
    bool read_again; /* the report changed since it was read */
    bool naming;     /* the page of name and relation */
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
/* The reports of the pass, the present job's first. */
struct sign_pass {
    unsigned n, at; /* at: which is on the page */
    struct {
        const struct site_item *item;
        bool out;
        unsigned before; /* new numbers that are given before its own */
    } of[APP_SITE_MAX];
    unsigned in;       /* how many are not left out; never 0 */
    int64_t sum_minor; /* of those */
};
void sign_pass(struct app *a, const struct sign *s, struct sign_pass *p);
/* sign_report: one of them, in the customer's language; valid until the next call. */
const struct report_shown *sign_report(struct app *a, const struct sign *s,
                                       const struct sign_pass *p, unsigned k);
/* sign_turn_page: another report on the first page, from its top. */
void sign_turn_page(struct sign *s, const struct sign_pass *p, unsigned k);
/* sign_mark: what became of it so far; made when there is none. */
struct sign_mark *sign_mark(struct sign *s, id16 job);
/* sign_unread: the first report that is in and was not read as it stands now (*changed: it was read
 * as it stood before); p->n: all were. */
unsigned sign_unread(struct app *a, struct sign *s, const struct sign_pass *p, bool *changed);
/* sign_sum: "2 service reports, amount due in all CNY 460.00"; of one, its number. */
const char *sign_sum(struct app *a, const struct sign *s, const struct sign_pass *p);
/* sign_done: was a sign-off made from these pages? *first: of which job first. sign_forget: what is
 * left of them in memory goes. */
bool sign_done(struct app *a, id16 *first);
void sign_forget(struct app *a);
/* sign_settle: a sealed rating that lies in the draft becomes an entry of its own, which nobody
 * takes back (B-18.13); then the draft holds none. In each frame of the pages where the device is
 * the technician's again, or the customer is asked once more; *tried (0 at first) lets it rest
 * after a failure, until something else was answered. */
void sign_settle(struct app *a, unsigned *tried);
/* sign_rated: was a rating of this visit recorded so before? */
bool sign_rated(struct app *a);
/* sign_other: the name of the other language, for the header. sign_turn: change over to it. */
const char *sign_other(const struct sign *s);
void sign_turn(struct app *a, struct sign *s);
/* sign_speaks: "en" or "zh": what the customer of the present job reads, also after signing. */
const char *sign_speaks(struct app *a);
/* sign_send: the outcome with what was gathered; wiped here when it is on its way. */
bool sign_send(struct app *a, struct sign *s, unsigned outcome);
#endif

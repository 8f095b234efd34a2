/* script.h - plays a file of actions against the semantics tree, through the real event path.
 *
 * One action a line; blank lines and lines that begin with # are skipped:
 *     tap "Label" [N]     tap #id          press and release in the middle; scrolls it into view
 *                                          first. The N-th (from 1) when several have the label.
 *     type "text"         as if from a hardware keyboard, slower than a scanner
 *     scan "CODE"         as a keyboard wedge sends it, with Enter at the end
 *     key NAME            Tab ShiftTab Enter Escape Backspace Delete Left Right Up Down Home End
 *                         PageUp PageDown Space CtrlA CtrlC CtrlX; Shift before one chooses text
 *     paste ["text"]      from the clipboard; without a text what Copy or Cut put there
 *     walk                Tab through the screen until it begins anew: everything that can be
 * tapped must come by, in view and with a visible focus scroll N | end | top    by N dp (negative:
 * up), or to an end draw [x,y x,y ...]  a stroke on the pad in per cent of its size; without points
 * a signature shot NAME           NAME.png into the shots folder tree NAME           NAME.txt
 * likewise wait ["text"] [S]  until nothing is in flight (and the text shows); fails after S (30)
 *     pass N              N minutes go by on the clock
 *     clock N             somebody sets the clock N minutes on (negative: back); no time goes by
 *     expect "text"       some node's label or value contains it, in view or not
 *     reject "text"       none does
 *     count "text" N      exactly N nodes have this label
 *     twice "Label" | #id  tap it, and again before anything can have been drawn
 *     check [always]      what ui_check finds on the screen as it stands (from here on after each
 *                         action) goes to stderr; the run then ends as failed
 * A line that cannot be played ends the run with its number, what was wanted and what is there. */
#ifndef APP_PLATFORM_SCRIPT_H
#define APP_PLATFORM_SCRIPT_H
#include "app/ui/ui.h"
#include "core/base/status.h"

struct script; /* opaque */

enum script_says {
    SCRIPT_FRAME, /* events were queued, or time must pass: run a frame */
    SCRIPT_WAIT,  /* waiting for the app: sleep until woken, then ask again */
    SCRIPT_SHOT,  /* save the present picture to script_path(), then ask again */
    SCRIPT_DONE,  /* the file is played */
    SCRIPT_FAILED /* stderr says why */
};

/* script_open: read and parse `file`. ST_NOT_FOUND, ST_BAD_INPUT (line number in err), ST_FULL. */
MUST_USE enum st script_open(const char *file, const char *shots_dir, const char *tree_file,
                             struct script **out, struct err *err);
void script_close(struct script **s);
/* script_next: called when the kit is idle. *now_ms is the simulated monotonic clock, which a
 * script moves on as its events need; real_ms is a running clock for time-outs. */
enum script_says script_next(struct script *s, struct ui *u, bool busy, int64_t real_ms,
                             int64_t *now_ms);
const char *script_path(const struct script *s);
/* script_clock_ms: by how much the clock was set in all. */
int64_t script_clock_ms(const struct script *s);
#endif

/* run.h - what main needs of the state: open, one turn a frame, close. UI thread. */
#ifndef APP_STATE_RUN_H
#define APP_STATE_RUN_H
#include "app/state/app.h"

/* Where the device is: asked on a thread of its own; false when nothing came in time, or stop_fd
 * became readable. `ask` NULL: nothing here can tell. */
struct where_source {
    bool (*ask)(void *ctx, const struct clock *clock, int stop_fd, struct position *out);
    void *ctx;
};

struct app_config {
    const char *dir;      /* the store; need not exist yet (first start) */
    const char *lang;     /* "zh", "en" or NULL: as kept, else by the environment */
    int theme;            /* -1: as kept */
    float scale;          /* 0: as kept */
    bool memory_unlocked; /* the system locks no memory for keys: the screens say so */
    struct clock clock;
    bool clock_given; /* by whoever started it (--now): it is right by definition */
    struct where_source where;
    void (*wake)(void *ctx); /* callable from any thread */
    void *wake_ctx;
};
/* app_open: threads, settings, memory; opens no store (that takes the PIN). */
MUST_USE enum st app_open(const struct app_config *c, struct app **out, struct err *err);
/* app_close: waits for what is in flight, closes the store, wipes. NULL is fine. */
void app_close(struct app **a);
/* app_turn: take in news, then draw the present screen into u. */
void app_turn(struct app *a, struct ui *u, const struct ui_frame *f);
/* app_forgot: true once after a lock has wiped: whoever keeps pictures of what was shown wipes them
 * now, before he draws the frame that app_turn has just made. */
bool app_forgot(struct app *a);
/* app_pending: something is in flight: a script waits, and the window is not closed under it. */
bool app_pending(const struct app *a);
/* app_wants_minute: a countdown is on the screen. */
bool app_wants_minute(const struct app *a);
const struct app_settings *app_look(const struct app *a);
#endif

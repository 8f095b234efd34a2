/* bench_phone.h - a handheld in this process, as main.c runs it, in a window of PHONE_W by PHONE_H:
 * what the children of bench_app.c share. One thread. */
#ifndef TESTS_BENCH_PHONE_H
#define TESTS_BENCH_PHONE_H
#include "app/platform/platform.h"
#include "app/state/run.h"
#include "app/ui/ui_state.h"
#include "tests/bench/bench.h"

#define PHONE_W 720
#define PHONE_H 1280
#define PHONE_DENSITY 1.5F

struct phone {
    struct platform *p;
    struct app *a; /* NULL: a window alone */
    struct ui *u;
    struct ui_out out;
    double woke_us, laid_us, shown_us; /* of the last frame */
};

/* phone_window: fonts and a window. phone_open: and the state of `dir`; part_ms: what each took. */
void phone_window(struct phone *x);
void phone_open(struct phone *x, const char *dir, double part_ms[static 2]);
/* phone_jobs: opened and unlocked, with the list of jobs presented. */
void phone_jobs(struct phone *x, const char *dir);
void phone_frame(struct phone *x, int64_t now_ms);
/* phone_until: as main's loop, until a widget whose id begins so was presented; or bench_die. */
void phone_until(struct phone *x, const char *id);
void phone_close(struct phone *x);

void bench_press(const char *dir, struct bench_child *out);
void bench_search(const char *dir, struct bench_child *out);
void bench_ink(struct bench_child *out);
void bench_cursor(const char *dir, struct bench_child *out);
#endif

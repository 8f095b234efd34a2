/* script_walk.h - through a screen by Tab alone: everything that can be tapped must come by, in
 * view and with a focus that is to be seen. */
#ifndef APP_PLATFORM_SCRIPT_WALK_H
#define APP_PLATFORM_SCRIPT_WALK_H
#include "app/ui/ui.h"

enum { SCRIPT_WALK_MAX = 400 };
struct script_walk {
    uint32_t keys[SCRIPT_WALK_MAX]; /* what had the focus, in order */
    size_t n;
    int steps; /* 0: not begun */
};
enum script_walk_says { SCRIPT_WALK_ON, SCRIPT_WALK_DONE, SCRIPT_WALK_WRONG };

/* script_walk: looks at the last frame and sends the next key at *now. ON: run a frame, ask again;
 * WRONG: *why says what (static). DONE and WRONG leave `w` ready for another walk. */
enum script_walk_says script_walk(struct script_walk *w, struct ui *u, int64_t *now,
                                  const char **why);
#endif

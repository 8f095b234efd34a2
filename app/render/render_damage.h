/* render_damage.h - what of a picture is to be painted again: the rectangles in which two draw
 * lists differ.
 *
 * Of the list that was painted last a hash and the extent of each command are kept, in the order of
 * painting. Commands that stand in both lists in the same order are the same; outside of the
 * extents of the others nothing can have changed, because there the same commands paint in the same
 * order. Pure but for its own memory; knows neither pixels nor SDL. */
#ifndef APP_RENDER_DAMAGE_H
#define APP_RENDER_DAMAGE_H
#include "app/ui/ui.h"
#include "app/ui/ui_state.h"

enum {
    DAMAGE_RECTS = 8,  /* beyond it the two that waste least together become one */
    DAMAGE_AHEAD = 40, /* commands looked through for where the lists meet again */
    DAMAGE_MOST = 60   /* per cent of the picture: beyond it all of it is cheaper */
};

struct damage_mark {
    uint64_t hash;
    struct ui_rect extent; /* nothing outside of it is painted by the command */
    uint64_t ink;          /* UI_CMD_INK: of its points; hash is without them */
    uint32_t points;
};
struct damage_list {
    struct damage_mark marks[UI_CAP_CMDS];
    size_t n;
};
struct damage {
    struct damage_list list[2];
    int now; /* which of them was painted */
    bool have;
    ui_colour background;
    int w_px, h_px;
};

/* damage_extent: where a command may paint; text is to be clipped to it. */
struct ui_rect damage_extent(const struct ui_cmd *c);
/* damage_find: the rectangles, disjoint, inside w by h, in which `list` differs from what was
 * painted last; DAMAGE_RECTS have room. How many; 0: nothing differs. `whole`, a first list or
 * another size: one, all of it. Then `list` counts as painted. */
size_t damage_find(struct damage *d, const struct ui_out *list, int w_px, int h_px, bool whole,
                   struct ui_rect *out);
void damage_forget(struct damage *d); /* wiped: the hashes are of what was shown */
#endif

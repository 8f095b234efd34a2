/* render_paint.h - coverage masks onto pixels. Knows no fonts and no draw list. */
#ifndef APP_RENDER_PAINT_H
#define APP_RENDER_PAINT_H
#include "app/ui/ui_types.h"

enum { PAINT_MASKS = 48, PAINT_RADIUS_MOST = 512 };

/* One quarter of a circle or ring, radius by radius bytes, centre at the lower right. */
struct paint_mask {
    int radius, stroke;
    uint32_t used;
    uint8_t *cover;
};

struct paint {
    uint32_t *px; /* 0x00RRGGBB */
    int w, h, pitch_px;
    struct ui_rect bounds;                /* inside w, h: what is being painted of it */
    struct ui_rect clip;                  /* inside the bounds */
    struct paint_mask masks[PAINT_MASKS]; /* least recently used goes */
    uint32_t clock;
};

/* paint_clip: what follows is cut to r and the bounds. */
void paint_clip(struct paint *p, struct ui_rect r);
void paint_fill(struct paint *p, struct ui_rect r, ui_colour c);
/* paint_round: filled (stroke 0) or outlined inside r; dashed only its straight parts. */
void paint_round(struct paint *p, struct ui_rect r, int radius, int stroke, bool dashed,
                 ui_colour c);
/* paint_cover: w by h bytes of coverage at x, y in colour c. */
void paint_cover(struct paint *p, const uint8_t *cover, int w, int h, int x, int y, ui_colour c);
/* paint_ink: strokes with a round pen; needs memory for a mask of their extent and draws nothing
 * when there is none. */
void paint_ink(struct paint *p, const struct ui_point *pts, size_t n, int pen_px, ui_colour c);
void paint_close(struct paint *p); /* frees the masks */
#endif

/* render.h - paints a draw list into a surface, and measures text for the kit.
 *
 * Everything is painted in software into 32-bit pixels: shapes and strokes by our own coverage
 * masks, glyphs by SDL2_ttf, icons by SDL2_image, each kept as 8-bit coverage and tinted. No GPU
 * driver is loaded: on small machines that alone would be most of the memory.
 * UI thread only. The one header here that platform/ uses. */
#ifndef APP_RENDER_RENDER_H
#define APP_RENDER_RENDER_H
#include <SDL2/SDL.h>
#include "app/ui/ui.h"
#include "core/base/status.h"

struct render; /* opaque */

/* render_open: find the fonts; faces and icons are opened when first needed. icons_dir NULL: found
 * beside the binary or in /usr/share/docket/icons. ST_NOT_FOUND: no usable font, or no icons. */
MUST_USE enum st render_open(const char *icons_dir, struct render **out, struct err *err);
void render_close(struct render **r);
/* render_fonts: for ui_init; valid until render_close. */
const struct ui_fonts *render_fonts(const struct render *r);
/* render_forget: wipe what it keeps of what it has drawn: after a lock. Read again when needed. */
void render_forget(struct render *r);
/* render_draw: the list, over its background, into a locked or software surface of 32 bits a pixel
 * with 8-bit channels as 0x00RRGGBB. Others are left alone. */
void render_draw(struct render *r, SDL_Surface *to, const struct ui_out *list);
/* render_update: the same, where `to` still holds the list that was handed over last: only the
 * rectangles in which the two differ are painted. They stand in `out` (RENDER_RECTS have room), for
 * whoever brings them to the glass; how many. `whole`, another surface or another size: all of it.
 */
enum { RENDER_RECTS = 8 }; /* as DAMAGE_RECTS */
size_t render_update(struct render *r, SDL_Surface *to, const struct ui_out *list, bool whole,
                     SDL_Rect *out);
#endif

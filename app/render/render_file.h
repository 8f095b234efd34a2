/* render_file.h - a font file as SDL reads it, a few pages of it at hand: a glyph is a dozen small
 * reads from places that lie apart, and each would be two calls of the kernel. Mapped, the pages
 * around would count as memory of ours. */
#ifndef APP_RENDER_FILE_H
#define APP_RENDER_FILE_H
#include <SDL2/SDL.h>

/* file_rw: NULL when it cannot be opened or there is no memory. Who closes it frees it. One thread
 * at a time. */
SDL_RWops *file_rw(const char *path);
#endif

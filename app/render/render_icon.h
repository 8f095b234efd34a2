/* render_icon.h - SVG icons as coverage masks: read when first needed, kept by size. */
#ifndef APP_RENDER_ICON_H
#define APP_RENDER_ICON_H
#include "app/ui/ui_types.h"
#include "core/base/status.h"

enum { ICON_MASKS = 64, ICON_PX_MOST = 512 };

struct icon_mask {
    enum ui_icon icon;
    int px;
    uint32_t used;
    uint8_t *cover;
};

struct icons {
    char dir[512];
    struct icon_mask masks[ICON_MASKS]; /* least recently used goes */
    uint32_t clock;
};

/* icons_open: find the folder. ST_NOT_FOUND when there is none. */
MUST_USE enum st icons_open(struct icons *s, const char *dir, struct err *err);
void icons_close(struct icons *s);
/* icons_get: px by px bytes of coverage, valid until the next call; NULL when it cannot be read. */
const uint8_t *icons_get(struct icons *s, enum ui_icon icon, int px);
#endif

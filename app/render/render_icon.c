/* render_icon.c - one SVG file an icon, drawn in black on nothing; only its coverage is used. */
#include "app/render/render_icon.h"
#include <SDL2/SDL_image.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const NAMES[UI_ICONS] = {
    [UI_ICON_BACK] = "back",       [UI_ICON_MENU] = "menu",
    [UI_ICON_MORE] = "more",       [UI_ICON_CHECK] = "check",
    [UI_ICON_SEARCH] = "search",   [UI_ICON_SYNC] = "sync",
    [UI_ICON_HERE] = "here",       [UI_ICON_BRANCH] = "branch",
    [UI_ICON_HQ] = "hq",           [UI_ICON_SETTINGS] = "settings",
    [UI_ICON_SCAN] = "scan",       [UI_ICON_WARNING] = "warning",
    [UI_ICON_INFO] = "info",       [UI_ICON_PHONE] = "phone",
    [UI_ICON_LOCK] = "lock",       [UI_ICON_CLEAR] = "clear",
    [UI_ICON_CHEVRON] = "chevron", [UI_ICON_BACKSPACE] = "backspace",
    [UI_ICON_SHIFT] = "shift",     [UI_ICON_GLOBE] = "globe",
    [UI_ICON_PLUS] = "plus",       [UI_ICON_KEYBOARD_HIDE] = "keyboard-hide",
    [UI_ICON_MINUS] = "minus",     [UI_ICON_EDIT] = "edit",
    [UI_ICON_INBOX] = "inbox",     [UI_ICON_PART] = "part",
    [UI_ICON_PERSON] = "person",   [UI_ICON_CLOCK] = "clock",
    [UI_ICON_PLACE] = "place",     [UI_ICON_ENTER] = "enter",
    [UI_ICON_EYE] = "eye",         [UI_ICON_TRASH] = "trash",
    [UI_ICON_UP] = "up",           [UI_ICON_DOWN] = "down",
};

static bool usable(const char *dir)
{
    char path[600];
    snprintf(path, sizeof path, "%s/back.svg", dir);
    return access(path, R_OK) == 0;
}

/* assets/icons beside the binary or in a folder above it. */
static bool beside(struct icons *s)
{
    char exe[sizeof s->dir - 16];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n <= 0) {
        return false;
    }
    exe[n] = '\0';
    for (char *slash = strrchr(exe, '/'); slash != NULL; slash = strrchr(exe, '/')) {
        *slash = '\0';
        snprintf(s->dir, sizeof s->dir, "%s/assets/icons", exe);
        if (usable(s->dir)) {
            return true;
        }
    }
    return false;
}

enum st icons_open(struct icons *s, const char *dir, struct err *err)
{
    memset(s, 0, sizeof *s);
    if (dir != NULL) {
        snprintf(s->dir, sizeof s->dir, "%s", dir);
    } else if (!beside(s)) {
        snprintf(s->dir, sizeof s->dir, "/usr/share/docket/icons");
    }
    if (!usable(s->dir)) {
        return err_set(err, ST_NOT_FOUND, 0, __func__, "no icons in %s", s->dir);
    }
    return ST_OK;
}

void icons_close(struct icons *s)
{
    for (int i = 0; i < ICON_MASKS; i++) {
        free(s->masks[i].cover);
        s->masks[i].cover = NULL;
    }
}

static uint8_t *load(const struct icons *s, enum ui_icon icon, int px)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s.svg", s->dir, NAMES[icon]);
    SDL_RWops *file = SDL_RWFromFile(path, "rb");
    SDL_Surface *raw = file == NULL ? NULL : IMG_LoadSizedSVG_RW(file, px, px);
    SDL_Surface *img =
        raw == NULL ? NULL : SDL_ConvertSurfaceFormat(raw, SDL_PIXELFORMAT_ARGB8888, 0);
    uint8_t *out = img == NULL ? NULL : calloc((size_t)px, (size_t)px);
    for (int y = 0; out != NULL && y < px && y < img->h; y++) {
        for (int x = 0; x < px && x < img->w; x++) {
            uint32_t v;
            memcpy(&v, (const uint8_t *)img->pixels + y * img->pitch + x * 4, 4);
            out[y * px + x] = (uint8_t)(v >> 24);
        }
    }
    SDL_FreeSurface(img);
    SDL_FreeSurface(raw);
    if (file != NULL) {
        SDL_RWclose(file);
    }
    return out;
}

const uint8_t *icons_get(struct icons *s, enum ui_icon icon, int px)
{
    if (icon <= UI_ICON_NONE || icon >= UI_ICONS || px <= 0 || px > ICON_PX_MOST) {
        return NULL;
    }
    struct icon_mask *oldest = &s->masks[0];
    for (int i = 0; i < ICON_MASKS; i++) {
        struct icon_mask *m = &s->masks[i];
        if (m->cover != NULL && m->icon == icon && m->px == px) {
            m->used = ++s->clock;
            return m->cover;
        }
        oldest = m->used < oldest->used ? m : oldest;
    }
    uint8_t *cover = load(s, icon, px);
    if (cover != NULL) {
        free(oldest->cover);
        *oldest = (struct icon_mask){icon, px, ++s->clock, cover};
    }
    return cover;
}

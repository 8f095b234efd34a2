/* platform_headless.c - no display at all: a surface is the screen, a semaphore the only input. */
#include "app/platform/platform_inside.h"

enum st platform_headless_open(struct platform *p, struct err *err)
{
    if (SDL_Init(0) != 0) {
        return err_set(err, ST_IO, 0, __func__, "cannot start SDL: %s", SDL_GetError());
    }
    p->c.density = p->c.density > 0 ? p->c.density : 1;
    p->canvas = SDL_CreateRGBSurfaceWithFormat(0, p->c.w_px, p->c.h_px, 32, SDL_PIXELFORMAT_RGB888);
    p->sem = SDL_CreateSemaphore(0);
    if (p->canvas == NULL || p->sem == NULL) {
        return err_set(err, ST_IO, 0, __func__, "cannot make a picture: %s", SDL_GetError());
    }
    return ST_OK;
}

void platform_headless_wait(struct platform *p, int64_t until_ms)
{
    int64_t left = until_ms == INT64_MAX ? INT64_MAX : until_ms - platform_real_ms();
    if (left == INT64_MAX) {
        SDL_SemWait(p->sem);
    } else if (left > 0) {
        SDL_SemWaitTimeout(p->sem, left > 60000 ? 60000U : (uint32_t)left);
    }
}

void platform_headless_close(struct platform *p)
{
    SDL_FreeSurface(p->canvas);
    if (p->sem != NULL) {
        SDL_DestroySemaphore(p->sem);
    }
    SDL_Quit();
}

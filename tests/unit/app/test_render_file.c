/* test_render_file.c - a font file read in any pieces, from anywhere, is the file. */
#include "app/render/render_file.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t whole[3 * 4096 * 16 + 17];
static char path[600];

static uint32_t dice(uint32_t *s, uint32_t n)
{
    *s = *s * 1664525U + 1013904223U;
    return (*s >> 8) % n;
}

static void make(size_t n)
{
    snprintf(path, sizeof path, "%s/file", check_tmp());
    for (size_t i = 0; i < n; i++) {
        whole[i] = (uint8_t)(i * 131 + (i >> 8) * 7 + (i >> 12));
    }
    FILE *f = fopen(path, "wb");
    CHECK(f != NULL && fwrite(whole, 1, n, f) == n && fclose(f) == 0);
}

static void any_piece_from_anywhere_is_the_files(void)
{
    static uint8_t buf[sizeof whole];
    uint32_t seed = 7;
    make(sizeof whole);
    SDL_RWops *rw = file_rw(path);
    CHECK(rw != NULL && SDL_RWsize(rw) == (Sint64)sizeof whole);
    for (int k = 0; rw != NULL && k < 20000; k++) {
        size_t at = dice(&seed, sizeof whole + 1), left = sizeof whole - at;
        size_t n = dice(&seed, k % 50 == 0 ? 20000 : 60) + 1, want = n < left ? n : left;
        CHECK(SDL_RWseek(rw, (Sint64)at, RW_SEEK_SET) == (Sint64)at);
        CHECK_INT(SDL_RWread(rw, buf, 1, n), want);
        CHECK(memcmp(buf, whole + at, want) == 0);
        CHECK(SDL_RWtell(rw) == (Sint64)(at + want));
    }
    CHECK(rw != NULL && SDL_RWclose(rw) == 0);
}

static void beyond_its_ends_there_is_nothing(void)
{
    uint8_t buf[64];
    make(100);
    SDL_RWops *rw = file_rw(path);
    CHECK(rw != NULL);
    CHECK(SDL_RWseek(rw, -1, RW_SEEK_SET) < 0);
    CHECK(SDL_RWseek(rw, 101, RW_SEEK_SET) < 0);
    CHECK_INT(SDL_RWseek(rw, -10, RW_SEEK_END), 90);
    CHECK_INT(SDL_RWread(rw, buf, 4, 16), 2); /* whole items only */
    CHECK_INT(SDL_RWread(rw, buf, 1, 1), 0);
    CHECK_INT(SDL_RWread(rw, buf, 0, 1), 0);
    CHECK_INT(SDL_RWwrite(rw, buf, 1, 1), 0);
    CHECK_INT(SDL_RWclose(rw), 0);
    CHECK(file_rw("build/no-such-font") == NULL);
}

int main(void)
{
    RUN(any_piece_from_anywhere_is_the_files);
    RUN(beyond_its_ends_there_is_nothing);
    CHECK_END();
}

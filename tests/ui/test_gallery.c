/* test_gallery.c - every widget at every size, text scale and theme: nothing overlaps, nothing is
 * cut, nothing is too small to hit. With GALLERY=DIR in the environment it leaves pictures there.
 */
#include "tests/support/check.h"
#include "tests/ui/gallery.h"
#include "app/render/render.h"
#include "app/ui/i18n.h"
#include "app/ui/ui_state.h"
#include "app/ui/ui_tree.h"
#include <SDL2/SDL_image.h>

static const struct {
    int w, h;
    float density;
} SIZES[] = {{320, 480, 1}, {480, 800, 1}, {720, 1280, 1.5F}, {1080, 2400, 2.6F},
             {480, 320, 1}, {800, 480, 1}, {1280, 720, 1.5F}, {2400, 1080, 2.6F}};
enum { SIZE_N = sizeof SIZES / sizeof *SIZES, SETTLE = 8 };

static struct ui u;
static struct gallery g;
static struct render *r;

static struct ui_out run(enum gallery_kind page, int size, float scale, enum ui_theme theme,
                         bool zh)
{
    struct ui_out out = {.again = true};
    for (int i = 0; i < SETTLE && out.again; i++) {
        struct ui_frame f = {.now_ms = 10000 + i * 16,
                             .w_px = SIZES[size].w,
                             .h_px = SIZES[size].h,
                             .density = SIZES[size].density,
                             .scale = scale,
                             .theme = theme,
                             .lang = zh ? "zh" : "en"};
        ui_begin(&u, &f);
        gallery_page(&u, &g, page);
        ui_end(&u, &out);
    }
    return out;
}

static void fresh(bool zh)
{
    ui_init(&u, render_fonts(r));
    gallery_init(&g);
    g.zh = zh;
}

/* As a finger on the field would; pages without one stay as they are. */
static void open_keyboard(enum gallery_kind page, int size, float scale)
{
    (void)run(page, size, scale, UI_LIGHT, g.zh);
    u.touch = true;
    ui_focus(&u, page == GALLERY_FORM ? "note" : page == GALLERY_RATE ? "comment" : "search");
}

static int check_all(int size, bool keyboard)
{
    int findings = 0, keyboards = 0;
    for (int page = 0; page < GALLERY_PAGES; page++) {
        for (int k = 0; k < 3 * 2 * 3; k++) {
            float scale = 1.0F + 0.5F * (float)(k % 3);
            fresh(k / 3 % 2 == 0);
            if (keyboard) {
                open_keyboard((enum gallery_kind)page, size, scale);
            }
            struct ui_out out =
                run((enum gallery_kind)page, size, scale, (enum ui_theme)(k / 6), g.zh);
            int n = ui_check(&u, stdout);
            keyboards += u.keyboard ? 1 : 0;
            if (n > 0 || out.again) {
                printf("# %s at %dx%d, scale %.1f: %d findings%s\n", GALLERY_NAMES[page],
                       SIZES[size].w, SIZES[size].h, (double)scale, n,
                       out.again ? ", never comes to rest" : "");
                findings += n + (out.again ? 1 : 0);
            }
        }
    }
    CHECK_INT(keyboards, keyboard ? 3 * 18 : 0);
    return findings;
}

#define SIZE_TEST(name, i)                                                                         \
    static void name(void)                                                                         \
    {                                                                                              \
        CHECK_INT(check_all(i, false), 0);                                                         \
        CHECK_INT(check_all(i, true), 0);                                                          \
    }
SIZE_TEST(nothing_overlaps_is_cut_or_too_small_at_320x480, 0)
SIZE_TEST(nothing_overlaps_is_cut_or_too_small_at_480x800, 1)
SIZE_TEST(nothing_overlaps_is_cut_or_too_small_at_720x1280, 2)
SIZE_TEST(nothing_overlaps_is_cut_or_too_small_at_1080x2400, 3)
SIZE_TEST(nothing_overlaps_is_cut_or_too_small_at_480x320, 4)
SIZE_TEST(nothing_overlaps_is_cut_or_too_small_at_800x480, 5)
SIZE_TEST(nothing_overlaps_is_cut_or_too_small_at_1280x720, 6)
SIZE_TEST(nothing_overlaps_is_cut_or_too_small_at_2400x1080, 7)

/* Words, signs and edges, one of each faded in turn. */
static void colours_that_are_too_near_are_found(void)
{
    bool text = false, icon = false, edge = false;
    for (size_t i = 0; i < u.cmd_n; i++) {
        struct ui_cmd *c = &u.cmds[i], kept = *c;
        bool *seen = c->type == UI_CMD_TEXT                          ? &text
                     : c->type == UI_CMD_ICON                        ? &icon
                     : c->type == UI_CMD_ROUND && c->radius_px == 14 ? &edge
                                                                     : NULL;
        if (seen == NULL || *seen) {
            continue;
        }
        c->colour = u.tok.background;
        *seen = ui_check(&u, NULL) > 0;
        *c = kept;
    }
    CHECK(text);
    CHECK(icon);
    CHECK(edge);
    CHECK_INT((int)(ui_contrast(0xFF000000U, 0xFFFFFFFFU) * 100 + 0.5F), 2100);
    CHECK_INT((int)(ui_contrast(0xFF777777U, 0xFFFFFFFFU) * 100 + 0.5F), 448);
}

/* The checks themselves must be able to fail. */
static void the_checks_find_what_is_wrong(void)
{
    fresh(true);
    run(GALLERY_CONTROLS, 1, 1, UI_LIGHT, true);
    CHECK_INT(ui_check(&u, NULL), 0);
    size_t first = 0, second = 0, words = 0;
    for (size_t i = 0; i < u.node_n; i++) {
        bool target = (u.nodes[i].state & UI_ST_TARGET) != 0 && u.nodes[i].region == 1;
        second = target && second == 0 && first != 0 ? i : second;
        first = target && first == 0 ? i : first;
        words = (u.nodes[i].state & UI_ST_TEXTUAL) != 0 ? i : words;
    }
    struct ui_node kept = u.nodes[first];
    u.nodes[first].rect = u.nodes[second].rect;
    CHECK(ui_check(&u, NULL) >= 1);
    u.nodes[first] = kept;
    u.nodes[first].rect.h = 47;
    CHECK(ui_check(&u, NULL) >= 1);
    u.nodes[first] = kept;
    kept = u.nodes[words];
    u.nodes[words].box.w = u.nodes[words].text.w - 1;
    CHECK(ui_check(&u, NULL) >= 1);
    u.nodes[words] = kept;
    CHECK_INT(ui_check(&u, NULL), 0);
    colours_that_are_too_near_are_found();
    CHECK_INT(ui_check(&u, NULL), 0);
}

static void picture(const char *dir, enum gallery_kind page, int size, float scale,
                    enum ui_theme theme, bool zh, const char *more)
{
    struct ui_out out = run(page, size, scale, theme, zh);
    SDL_Surface *s =
        SDL_CreateRGBSurfaceWithFormat(0, SIZES[size].w, SIZES[size].h, 32, SDL_PIXELFORMAT_RGB888);
    if (s == NULL) {
        return;
    }
    render_draw(r, s, &out);
    char path[300];
    snprintf(path, sizeof path, "%s/%s-%dx%d-%.1f-%d-%s%s.png", dir, GALLERY_NAMES[page], s->w,
             s->h, (double)scale, (int)theme, zh ? "zh" : "en", more);
    CHECK_INT(IMG_SavePNG(s, path), 0);
    SDL_FreeSurface(s);
}

static void pictures(const char *dir)
{
    for (int page = 0; page < GALLERY_PAGES; page++) {
        for (int size = 0; size < SIZE_N; size++) {
            for (int k = 0; k < 4; k++) {
                fresh(k % 2 == 0);
                picture(dir, (enum gallery_kind)page, size, k < 2 ? 1.0F : 2.0F,
                        (enum ui_theme)((page + k) % 3 == 1 && size == 1 ? 1 + k % 2 : 0), g.zh,
                        "");
            }
        }
    }
    for (int size = 0; size < SIZE_N; size++) {
        fresh(true);
        open_keyboard(GALLERY_FORM, size, 1);
        picture(dir, GALLERY_FORM, size, 1, UI_LIGHT, true, "-keyboard");
    }
}

int main(void)
{
    struct err err;
    i18n_open(NULL);
    i18n_use("en");
    if (render_open(NULL, &r, &err) != ST_OK) {
        printf("not ok - fonts and icons are found: %s\n", err.text);
        return 1;
    }
    RUN(nothing_overlaps_is_cut_or_too_small_at_320x480);
    RUN(nothing_overlaps_is_cut_or_too_small_at_480x800);
    RUN(nothing_overlaps_is_cut_or_too_small_at_720x1280);
    RUN(nothing_overlaps_is_cut_or_too_small_at_1080x2400);
    RUN(nothing_overlaps_is_cut_or_too_small_at_480x320);
    RUN(nothing_overlaps_is_cut_or_too_small_at_800x480);
    RUN(nothing_overlaps_is_cut_or_too_small_at_1280x720);
    RUN(nothing_overlaps_is_cut_or_too_small_at_2400x1080);
    RUN(the_checks_find_what_is_wrong);
    if (getenv("GALLERY") != NULL) {
        pictures(getenv("GALLERY"));
    }
    render_close(&r);
    CHECK_END();
}

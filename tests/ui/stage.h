/* stage.h - a device, a script played on it as main.c plays it, with the kit's own checks after
 * each action, and each first time under every look (looks.h). With SHOTS=DIR in the environment
 * the pictures are left there, with GOLDEN=DIR the draw lists. For test_screens.c alone. */
#ifndef TESTS_UI_STAGE_H
#define TESTS_UI_STAGE_H
#include "app/platform/platform_inside.h"
#include "app/ui/i18n.h"
#include "app/ui/ui_state.h"
#include "core/rules/office.h"
#include "tests/ui/golden.h"
#include "tests/ui/looks.h"
#include "tests/ui/shop_many.h"

#include <sys/stat.h>

static const struct size {
    int w, h;
    float density;
} SIZES[] = {{320, 480, 1},      {480, 800, 1}, {720, 1280, 1.5F},
             {1080, 2400, 2.6F}, {800, 480, 1}, {480, 320, 1}};

static struct looks *looks; /* NULL: this run is not looked at */
static unsigned golden_seen[SCREENS];

static void wake(void *p)
{
    platform_wake(p);
}

static enum screen_id at_screen(const struct app *a)
{
    return a->trail[a->ntrail - 1].screen;
}

/* What was painted by parts must be what would have been painted whole, to the byte. */
static struct whole {
    SDL_Surface *s;
    uint64_t pixels; /* as the platform counts them */
    unsigned long frames, parts;
    double painted; /* of the picture, summed */
} whole;

static void compare(const struct platform *p, const struct ui_out *out, const char *script)
{
    SDL_Surface *c = p->canvas;
    uint64_t fresh = p->pixels - whole.pixels, all = (uint64_t)c->w * (uint64_t)c->h;
    if (fresh == 0) {
        return;
    }
    whole.pixels = p->pixels;
    if (whole.s == NULL || whole.s->w != c->w || whole.s->h != c->h) {
        SDL_FreeSurface(whole.s);
        whole.s = SDL_CreateRGBSurfaceWithFormat(0, c->w, c->h, 32, SDL_PIXELFORMAT_RGB888);
    }
    whole.frames++;
    whole.parts += fresh < all;
    whole.painted += (double)fresh / (double)all;
    render_draw(p->render, whole.s, out);
    for (int y = 0; y < c->h; y++) {
        const uint8_t *a = (const uint8_t *)c->pixels + y * c->pitch;
        const uint8_t *b = (const uint8_t *)whole.s->pixels + y * whole.s->pitch;
        if (memcmp(a, b, (size_t)c->w * 4) != 0) {
            check_fail(__FILE__, __LINE__, "in %s line %d of a picture painted by parts is another",
                       script, y);
            return;
        }
    }
}

/* As main.c does it. */
static int play(struct platform *p, struct app *a, struct ui *u, bool left_hand, struct golden *g,
                struct looks *eyes)
{
    struct ui_out out = {.again = true};
    struct ui_frame f;
    struct platform_turn turn;
    whole.pixels = 0;
    while (platform_wait(p, u, &out, app_pending(a), &turn)) {
        golden_seen[at_screen(a)] += golden_look(g, &out, screens[at_screen(a)].name);
        const struct app_settings *look = app_look(a);
        f = (struct ui_frame){.now_ms = turn.now_ms,
                              .w_px = turn.w_px,
                              .h_px = turn.h_px,
                              .density = turn.density,
                              .scale = (float)look->scale_percent / 100.0F,
                              .theme = (enum ui_theme)look->theme,
                              .lang = look->lang,
                              .left_hand = look->left_hand || left_hand};
        app_turn(a, u, &f);
        ui_end(u, &out);
        platform_present(p, &out, turn.exposed);
        if (eyes != NULL) {
            compare(p, &out, eyes->script);
        }
        if (eyes != NULL && !out.again && ui_idle(u) && !app_pending(a)) {
            looks_take(eyes, a, u, &f);
        }
    }
    golden_seen[at_screen(a)] += golden_look(g, &out, screens[at_screen(a)].name);
    return platform_exit_code(p);
}

/* How a script is looked at. */
struct look {
    const struct size *size;
    float scale;
    const char *lang;
    enum ui_theme theme;
    bool left, walk; /* left-handed; Tab through every screen of which there is a picture */
};

/* The script with the checks on, and without pictures when nobody wants them. */
static void write_script(const char *from, const char *to, bool shots, bool walk, struct golden *g)
{
    char line[512];
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    if (in == NULL || out == NULL) {
        fprintf(stderr, "%s is missing; run from the project's root\n", from);
        exit(99);
    }
    fputs("check always\n", out);
    while (fgets(line, sizeof line, in) != NULL) {
        bool picture = strncmp(line, "shot ", 5) == 0;
        if (shots || !picture) {
            fputs(line, out);
        } else if (g->to != NULL) {
            fprintf(out, "tree %s", line + 5);
            golden_name(g, line + 5);
        } else if (walk) {
            fputs("walk\n", out);
        } else {
            fputs("\n", out); /* line numbers stay */
        }
    }
    fclose(in);
    CHECK_INT(fclose(out), 0);
}

/* One device: its store and what lies beside it. */
struct device {
    char tmp[300], dir[400], script[400], secret[400];
    struct chain_head head; /* of headquarters, as far as it has written here */
    int64_t at_ms;
};

static void make_place(struct device *d)
{
    static const char *root;
    static int made;
    CHECK(sodium_init() >= 0);
    golden_again();
    root = root == NULL ? check_tmp() : root;
    snprintf(d->tmp, sizeof d->tmp, "%s/%d", root, made++);
    mkdir(d->tmp, 0700);
    snprintf(d->dir, sizeof d->dir, "%s/store", d->tmp);
    snprintf(d->script, sizeof d->script, "%s/script", d->tmp);
    CHECK_INT(setenv("XDG_CONFIG_HOME", d->tmp, 1), 0);
    snprintf(d->secret, sizeof d->secret, "%s/docket", d->tmp);
    mkdir(d->secret, 0700);
    snprintf(d->secret, sizeof d->secret, "%s/docket/device.secret", d->tmp);
}

static void make_with(struct device *d, bool bare)
{
    make_place(d);
    struct shop *x = malloc(sizeof *x);
    if (x == NULL) {
        exit(99);
    }
    shop_make_with(x, d->dir, d->secret, (enum position_wish)0, bare);
    d->head = x->head;
    d->at_ms = x->at_ms;
    free(x);
}

static void make_device(struct device *d)
{
    make_with(d, false);
}

/* The first time that this script is played here it is looked at under every look. */
static struct looks *first_time(const char *script)
{
    static const char *played[64];
    static size_t n;
    for (size_t k = 0; k < n; k++) {
        if (strcmp(played[k], script) == 0) {
            return NULL;
        }
    }
    if (looks == NULL || n == sizeof played / sizeof played[0]) {
        return NULL;
    }
    played[n++] = script;
    looks->script = script;
    return looks;
}

static void run_on(const struct device *d, const char *script, const struct look *l)
{
    const struct size *size = l->size;
    const char *shots = getenv("SHOTS");
    char pictures[700] = "";
    struct golden *g = calloc(1, sizeof *g);
    const char *golden = getenv("GOLDEN"), *base = strrchr(script, '/');
    if (g == NULL) {
        exit(99);
    }
    if (golden != NULL && base != NULL) {
        snprintf(pictures, sizeof pictures, "%s/%.*s.%s.txt", golden, (int)strcspn(base + 1, "."),
                 base + 1, l->lang);
        g->to = fopen(pictures, "w");
        g->dir = d->tmp;
        shots = NULL;
        CHECK(g->to != NULL);
    }
    write_script(script, d->script, shots != NULL && !l->walk, l->walk, g);
    if (shots != NULL) {
        snprintf(pictures, sizeof pictures, "%s/%dx%d-%.1f-%s-%d%s", shots, size->w, size->h,
                 (double)l->scale, l->lang, (int)l->theme, l->left ? "-left" : "");
        mkdir(shots, 0755);
        mkdir(pictures, 0755);
    }
    struct platform_config c = {.headless = true,
                                .title = "Docket",
                                .w_px = size->w,
                                .h_px = size->h,
                                .density = size->density,
                                .now_ms = SHOP_NOW_MS,
                                .utc_offset_minutes = 480,
                                .script = d->script,
                                .tree_file = getenv("TREE"),
                                .shots_dir = shots == NULL ? d->tmp : pictures};
    struct platform *p = NULL;
    struct app *a = NULL;
    struct ui *u = malloc(sizeof *u);
    struct err err = {0};
    if (u == NULL) {
        exit(99);
    }
    shop_must(platform_open(&c, &p, &err), &err, "platform");
    ui_init(u, platform_fonts(p));
    struct app_config ac = {.dir = d->dir,
                            .lang = l->lang,
                            .theme = (int)l->theme,
                            .scale = l->scale,
                            .clock = {platform_now, p},
                            .wake = wake,
                            .wake_ctx = p};
    shop_must(app_open(&ac, &a, &err), &err, "app");
    int rc = play(p, a, u, l->left, g, first_time(script));
    CHECK_INT(g->next, g->n);
    CHECK(g->to == NULL || fclose(g->to) == 0);
    free(g);
    if (rc != 0) {
        printf("# %s at %dx%d, scale %.1f, %s\n", script, size->w, size->h, (double)l->scale,
               l->lang);
    }
    CHECK_INT(rc, 0);
    app_close(&a);
    platform_close(&p);
    free(u);
}

static void run_as(const char *script, const struct look *l)
{
    struct device d;
    make_device(&d);
    run_on(&d, script, l);
}

static void run(const char *script, const struct size *size, float scale, const char *lang,
                enum ui_theme theme)
{
    run_as(script, &(struct look){size, scale, lang, theme, .left = false});
}
#endif

/* test_ui_script.c - a script plays the gallery on the headless platform, through the real events:
 * what it does, what it refuses, what it leaves behind. */
#include "tests/support/check.h"
#include "tests/ui/gallery.h"
#include "app/platform/platform.h"
#include "app/platform/script_parse.h"
#include "app/ui/ui_state.h"
#include <unistd.h>

static struct ui u;
static struct gallery g;
static const char *dir;

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    CHECK(f != NULL);
    if (f != NULL) {
        fputs(text, f);
        fclose(f);
    }
}

static char *read_file(const char *name)
{
    static char text[1 << 19];
    char path[300];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "r");
    size_t n = f == NULL ? 0 : fread(text, 1, sizeof text - 1, f);
    if (f != NULL) {
        fclose(f);
    }
    text[n] = '\0';
    return text;
}

/* Plays `script` on a page; the exit code of the platform, -1 when it does not open. */
static int play(enum gallery_kind page, const char *script, size_t rows)
{
    char path[300], tree[300];
    snprintf(path, sizeof path, "%s/script", dir);
    snprintf(tree, sizeof tree, "%s/tree", dir);
    write_file(path, script);
    struct platform *p = NULL;
    struct err err;
    enum st st = platform_open(&(struct platform_config){.headless = true,
                                                         .script = path,
                                                         .shots_dir = dir,
                                                         .tree_file = tree,
                                                         .now_ms = 1795228800000},
                               &p, &err);
    if (st != ST_OK) {
        return -1;
    }
    ui_init(&u, platform_fonts(p));
    gallery_init(&g);
    g.rows = rows;
    struct ui_out out = {.again = true};
    struct platform_turn t;
    int turns = 0;
    while (platform_wait(p, &u, &out, false, &t) && turns++ < 20000) {
        ui_begin(&u,
                 &(struct ui_frame){t.now_ms, t.w_px, t.h_px, t.density, 1, UI_LIGHT, "zh", false});
        gallery_page(&u, &g, page);
        if ((g.hits & UI_HIT_BACK) != 0) {
            page = GALLERY_TODAY;
        }
        ui_end(&u, &out);
        platform_present(p, &out, t.exposed);
    }
    CHECK(turns < 20000);
    int code = platform_exit_code(p);
    platform_close(&p);
    CHECK(p == NULL);
    return code;
}

/* Failing scripts print what is there: keep that out of the test's output. */
static int play_quietly(enum gallery_kind page, const char *script, size_t rows)
{
    fflush(stderr);
    int kept = dup(2);
    CHECK(freopen("/dev/null", "w", stderr) != NULL);
    int code = play(page, script, rows);
    fflush(stderr);
    dup2(kept, 2);
    close(kept);
    return code;
}

static void taps_by_label_and_id_scrolling_there_first(void)
{
    CHECK_INT(play(GALLERY_TODAY, "# a comment\n\ntap \"永丰食品厂\"\n", 4), 0);
    CHECK_STR(g.tapped, "job:1");
    CHECK_INT(play(GALLERY_CONTROLS, "tap #last\n", 4), 0);
    CHECK_STR(g.tapped, "last");
    CHECK_INT(play(GALLERY_CONTROLS, "scroll end\ntap \"查找配件\"\n", 4), 0);
    CHECK_STR(g.tapped, "find");
}

static void finds_a_row_deep_in_a_long_list(void)
{
    CHECK_INT(play(GALLERY_TODAY, "tap \"永丰食品厂 777\"\n", 2000), 0);
    CHECK_STR(g.tapped, "job:777");
    CHECK_INT(play(GALLERY_TODAY, "scroll end\ntap #job:3\n", 2000), 0);
    CHECK_STR(g.tapped, "job:3");
}

static void types_through_the_keyboard_hidden_or_not(void)
{
    CHECK_INT(play(GALLERY_FORM,
                   "tap #note\ntype \"制冷差 \\\"x\\\"\"\ntap #chip:1\nexpect \"制冷差\"\n", 4),
              0);
    CHECK_STR(g.note, "制冷差 \"x\"");
    CHECK(g.chips[1]);
    /* The keyboard covers the bar; the script closes it as a person would. */
    CHECK_INT(play(GALLERY_FORM, "tap #note\ntap #key:a\ntap #back\n", 4), 0);
    CHECK_STR(g.note, "a");
}

static void scans_and_keys(void)
{
    CHECK_INT(play(GALLERY_CONTROLS, "scan \"DR35-26-00817\"\n", 4), 0);
    CHECK_STR(g.scanned, "DR35-26-00817");
    CHECK_INT(play(GALLERY_TODAY, "key Tab\nkey Tab\nkey Tab\nkey Tab\nkey Enter\n", 4), 0);
    CHECK_STR(g.tapped, "job:0");
}

static void draws_a_signature_and_leaves_pictures_and_trees(void)
{
    CHECK_INT(play(GALLERY_SIGN, "draw\nshot signed\ntree signed\ndraw 10,10 90,90\n", 4), 0);
    CHECK(g.ink.n > 100);
    size_t starts = 0;
    for (size_t i = 0; i < g.ink.n; i++) {
        starts += g.points[i].start ? 1 : 0;
    }
    CHECK_INT(starts, 3);
    CHECK(memcmp(read_file("signed.png"), "\x89PNG", 4) == 0);
    CHECK(strstr(read_file("signed.txt"), "pad \"签字\" id=pad") != NULL);
    const char *tree = read_file("tree");
    CHECK(strncmp(tree, "== 0 start \n", 11) == 0);
    CHECK(strstr(tree, "== 1 draw \n") != NULL && strstr(tree, "== 4 draw ") != NULL);
}

static void refuses_what_is_not_there_ambiguous_or_disabled(void)
{
    CHECK_INT(play_quietly(GALLERY_TODAY, "tap \"没有\"\n", 4), 1);
    CHECK_INT(play_quietly(GALLERY_TODAY, "tap #nothing\n", 400), 1);
    CHECK_INT(play_quietly(GALLERY_RATE, "tap \"满意\"\n", 4), 1);
    CHECK_INT(play(GALLERY_RATE, "tap \"满意\" 4\n", 4), 0);
    CHECK_INT(g.chosen[3], 1);
    CHECK_INT(play_quietly(GALLERY_RATE, "tap \"满意\" 5\n", 4), 1);
    CHECK_INT(play_quietly(GALLERY_SIGN, "tap #confirm\n", 4), 1);
    CHECK_INT(play(GALLERY_SIGN, "draw\ntap #confirm\n", 4), 0);
    CHECK_INT(play_quietly(GALLERY_TODAY, "type \"x\"\n", 4), 1);
    CHECK_INT(play_quietly(GALLERY_TODAY, "draw\n", 4), 1);
}

static void expects_rejects_and_waits(void)
{
    CHECK_INT(play(GALLERY_TODAY, "expect \"王秀兰\"\nreject \"赵\"\nwait\nwait \"王秀兰\" 1\n", 4),
              0);
    CHECK_INT(play_quietly(GALLERY_TODAY, "expect \"赵\"\n", 4), 1);
    CHECK_INT(play_quietly(GALLERY_TODAY, "reject \"王秀兰\"\n", 4), 1);
    CHECK_INT(play_quietly(GALLERY_TODAY, "wait \"赵\" 0.2\n", 4), 1);
}

static void a_dialog_hides_what_is_below_from_scripts_too(void)
{
    CHECK_INT(play_quietly(GALLERY_DIALOG, "tap #job:0\n", 4), 1);
    CHECK_INT(play(GALLERY_DIALOG, "tap \"撤回\"\n", 4), 0);
}

static void lines_that_cannot_be_played_are_named(void)
{
    static const char *const BAD[] = {
        "tap",    "tap \"open", "jump 3",         "key Nothing", "shot a/b",   "tap \"a\" b",
        "scroll", "type x",     "expect \"a\" b", "pass 1e99",   "scroll nan", "tap \"a\" -inf"};
    static struct script_action actions[SCRIPT_ACTIONS];
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        char text[80];
        size_t n;
        struct err err = {0};
        snprintf(text, sizeof text, "wait\n# x\n%s\n", BAD[i]);
        CHECK_INT(script_parse(text, actions, &n, &err), ST_BAD_INPUT);
        CHECK(strstr(err.text, "line 3") != NULL);
    }
}

static void minutes_pass_on_the_clock_of_a_script(void)
{
    struct platform *p = NULL;
    struct err err;
    char path[300];
    snprintf(path, sizeof path, "%s/script", dir);
    write_file(path, "pass 38\nclock -5\nclock 3\n");
    CHECK_INT(platform_open(&(struct platform_config){.headless = true,
                                                      .script = path,
                                                      .now_ms = 1795228800000,
                                                      .utc_offset_minutes = 480},
                            &p, &err),
              ST_OK);
    if (p == NULL) {
        return;
    }
    struct now a, b;
    platform_now(p, &a);
    ui_init(&u, platform_fonts(p));
    gallery_init(&g);
    struct ui_out out = {.again = true};
    struct platform_turn t;
    while (platform_wait(p, &u, &out, false, &t)) {
        ui_begin(&u,
                 &(struct ui_frame){t.now_ms, t.w_px, t.h_px, t.density, 1, UI_LIGHT, "zh", false});
        gallery_page(&u, &g, GALLERY_TODAY);
        ui_end(&u, &out);
    }
    platform_now(p, &b);
    CHECK_INT(a.wall_ms, 1795228800000);
    CHECK((b.boot_ms - a.boot_ms) / 60000 == 38); /* what nobody can set */
    CHECK_INT(b.wall_ms - a.wall_ms, b.boot_ms - a.boot_ms - 2 * 60000);
    CHECK_INT(a.utc_offset_minutes, 480);
    platform_close(&p);
}

int main(void)
{
    dir = check_tmp();
    RUN(taps_by_label_and_id_scrolling_there_first);
    RUN(finds_a_row_deep_in_a_long_list);
    RUN(types_through_the_keyboard_hidden_or_not);
    RUN(scans_and_keys);
    RUN(draws_a_signature_and_leaves_pictures_and_trees);
    RUN(refuses_what_is_not_there_ambiguous_or_disabled);
    RUN(expects_rejects_and_waits);
    RUN(a_dialog_hides_what_is_below_from_scripts_too);
    RUN(lines_that_cannot_be_played_are_named);
    RUN(minutes_pass_on_the_clock_of_a_script);
    CHECK_END();
}

/* test_ui_words.c - where lines end; fields and their caret; the keyboard. */
#include "tests/unit/app/ui_rig.h"
#include "app/ime/ime.h"

static struct rig r;

/* Lines of `text` in a width of `em` Chinese characters, joined by '|'. */
static const char *wrapped(const char *text, int em)
{
    static char out[512];
    struct ui_line l[32];
    struct ui_fonts f = {NULL, rig_advance};
    size_t n = ui_wrap_lines(&f, 10, false, str_c(text), em * 10, l, 32, NULL), at = 0;
    for (size_t i = 0; i < n; i++) {
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%.*s", i == 0 ? "" : "|", (int)l[i].n,
                               text + l[i].start);
    }
    return out;
}

static void latin_breaks_at_spaces(void)
{
    CHECK_STR(wrapped("one two three", 4), "one two|three");
    CHECK_STR(wrapped("one two  ", 4), "one two");
    CHECK_STR(wrapped("", 4), "");
}

static void a_word_longer_than_the_line_is_broken_not_lost(void)
{
    CHECK_STR(wrapped("a 4R260391 b", 3), "a|4R2603|91 b");
    CHECK_STR(wrapped("LX35-2204-000871", 6), "LX35-2204-|000871"); /* by its groups */
    CHECK_STR(wrapped("KFR-35GW/BP3 x", 5), "KFR-35GW/|BP3 x");
    CHECK_STR(wrapped("--abcdef", 3), "--|abcdef");
    CHECK_STR(wrapped("at 138-0000-1001", 5), "at|138-0000-|1001"); /* blanks come first */
}

static void chinese_breaks_anywhere_but_never_before_closing_punctuation(void)
{
    CHECK_STR(wrapped("压缩机异响制冷差", 3), "压缩机|异响制|冷差");
    CHECK_STR(wrapped("压缩机，制冷差", 3), "压缩|机，制|冷差");
    CHECK_STR(wrapped("保养（合同）完", 3), "保养|（合|同）完");
}

static void chinese_and_latin_mix(void)
{
    CHECK_STR(wrapped("换KFR-35GW好", 4), "换|KFR-35GW|好");
    CHECK_STR(wrapped("至 2027-03-15 止", 6), "至|2027-03-15|止");
}

static void line_feeds_and_leading_blanks_stay(void)
{
    CHECK_STR(wrapped("a\n  b\n\nc", 9), "a|  b||c");
}

static void broken_utf8_is_drawn_not_trusted(void)
{
    CHECK_STR(wrapped("\xE4\xB8", 9), "\xE4\xB8");
    struct ui_fonts f = {NULL, rig_advance};
    CHECK(ui_wrap_width(&f, 10, false, (str){"\xF0\x9F\x98", 3}) > 0);
}

static void widths_of_lines_are_the_sums_of_advances_and_fit(void)
{
    const char *t =
        "江南省第三人民医院 Rehabilitation Centre（康复理疗中心），门诊综合楼 B1 机房。";
    struct ui_fonts f = {NULL, rig_advance};
    for (int w = 20; w < 300; w += 7) {
        struct ui_line l[64];
        size_t n = ui_wrap_lines(&f, 10, false, str_c(t), w, l, 64, NULL), at = 0;
        for (size_t i = 0; i < n; i++) {
            CHECK(l[i].w_px <= w);
            CHECK_INT(l[i].w_px, ui_wrap_width(&f, 10, false, (str){t + l[i].start, l[i].n}));
            CHECK(l[i].start >= at); /* nothing but blanks between lines */
            for (; at < l[i].start; at++) {
                CHECK(t[at] == ' ');
            }
            at = l[i].start + l[i].n;
        }
        CHECK_INT(at, strlen(t));
    }
}

/* ==== fields ================================================================================= */

static void typing_goes_to_the_caret_and_only_to_the_focus(void)
{
    rig_start(&r, GALLERY_FORM);
    rig_text(&r, "lost", 60);
    rig_settle(&r);
    CHECK_STR(r.g.note, "");
    rig_tap(&r, "note");
    rig_text(&r, "制冷ok", 60);
    rig_settle(&r);
    CHECK_STR(r.g.note, "制冷ok");
    rig_key(&r, UI_KEY_LEFT, false);
    rig_key(&r, UI_KEY_LEFT, false);
    rig_key(&r, UI_KEY_BACKSPACE, false);
    rig_text(&r, "差", 60);
    rig_settle(&r);
    CHECK_STR(r.g.note, "制差ok");
    rig_key(&r, UI_KEY_HOME, false);
    rig_key(&r, UI_KEY_DELETE, false);
    rig_key(&r, UI_KEY_ENTER, false);
    CHECK_STR(r.g.note, "\n差ok");
}

static void a_field_tells_change_submit_and_leave(void)
{
    rig_start(&r, GALLERY_FORM);
    rig_tap(&r, "note");
    rig_text(&r, "x", 60);
    rig_settle(&r);
    CHECK((r.g.field & UI_FIELD_CHANGED) != 0 && (r.g.field & UI_FIELD_LEFT) == 0);
    rig_key(&r, UI_KEY_TAB, false);
    CHECK((r.g.field & UI_FIELD_LEFT) != 0);
}

static void a_field_never_grows_past_its_buffer_and_keeps_whole_characters(void)
{
    rig_start(&r, GALLERY_FORM);
    rig_tap(&r, "code");
    for (int i = 0; i < 20; i++) {
        rig_text(&r, "制", 60);
    }
    rig_settle(&r);
    CHECK_INT(strlen(r.g.code), 30); /* 32 with NUL: ten characters of three bytes */
}

static void numbers_take_digits_and_codes_become_capitals(void)
{
    rig_start(&r, GALLERY_FORM);
    rig_tap(&r, "amount");
    rig_text(&r, "6a.9", 60);
    rig_settle(&r);
    CHECK_STR(r.g.amount, "6.9");
    rig_tap(&r, "code");
    rig_text(&r, "4r-x", 60);
    rig_settle(&r);
    CHECK_STR(r.g.code, "4R-X");
}

static void secrets_are_not_in_the_tree(void)
{
    rig_start(&r, GALLERY_FORM);
    snprintf(r.g.pin, sizeof r.g.pin, "739146");
    rig_settle(&r);
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    ui_tree_write(&r.u, f);
    fclose(f);
    CHECK(strstr(text, "id=pin") != NULL);
    CHECK(strstr(text, "739146") == NULL);
    free(text);
    for (size_t i = 0; i < r.out.n; i++) {
        const struct ui_cmd *c = &r.out.cmds[i];
        CHECK(c->type != UI_CMD_TEXT || c->text_n < 6 || memcmp(c->text, "739146", 6) != 0);
    }
}

/* ==== the keyboard on the screen ============================================================= */

static void a_touched_field_opens_the_keyboard_and_stays_in_view(void)
{
    rig_start(&r, GALLERY_FORM);
    CHECK(rig_find(&r, "keyboard") == NULL);
    rig_tap(&r, "code");
    const struct ui_node *k = rig_find(&r, "keyboard"), *f = rig_find(&r, "code");
    CHECK(k != NULL && f->rect.y >= 0 && f->rect.y + f->rect.h <= k->rect.y);
    CHECK(rig_find(&r, "primary") == NULL && rig_find(&r, "back") == NULL);
    rig_tap(&r, "key:q");
    rig_tap(&r, "key:shift");
    rig_tap(&r, "key:W");
    rig_tap(&r, "key:e");
    rig_tap(&r, "key:123");
    rig_tap(&r, "key:7");
    CHECK_STR(r.g.code, "QWE7");
    rig_tap(&r, "key:delete");
    CHECK_STR(r.g.code, "QWE");
    rig_tap(&r, "key:hide");
    CHECK(rig_find(&r, "keyboard") == NULL && rig_find(&r, "primary") != NULL);
}

static void the_nearest_key_wins_and_a_finger_may_slide(void)
{
    rig_start(&r, GALLERY_FORM);
    rig_tap(&r, "code");
    struct ui_rect q = rig_find(&r, "key:q")->rect, w = rig_find(&r, "key:w")->rect;
    r.f.now_ms += 400;
    rig_send(&r, UI_EV_DOWN, (float)q.x + 5, (float)q.y + 5);
    rig_send(&r, UI_EV_MOVE, (float)w.x + 5, (float)w.y + 5);
    rig_send(&r, UI_EV_UP, (float)w.x + 5, (float)w.y + 5);
    rig_settle(&r);
    CHECK_STR(r.g.code, "W");
    struct ime_key keys[IME_CAP_KEYS];
    int n = ime_layout((struct ui_rect){0, 0, 320, 192}, 0, IME_BILINGUAL, keys);
    for (int i = 0; i < n; i++) { /* no gaps: each key's middle is its own */
        CHECK_INT(ime_nearest(keys, n, (float)keys[i].rect.x + (float)keys[i].rect.w / 2,
                              (float)keys[i].rect.y + (float)keys[i].rect.h / 2),
                  i);
        CHECK(keys[i].rect.w >= 28 && keys[i].rect.h >= 48);
    }
    CHECK_INT(ime_nearest(keys, 0, 1, 1), -1);
}

static void keys_of_a_real_keyboard_close_the_one_on_the_screen(void)
{
    rig_start(&r, GALLERY_FORM);
    rig_tap(&r, "note");
    CHECK(rig_find(&r, "keyboard") != NULL);
    rig_text(&r, "ab", 60);
    rig_settle(&r);
    CHECK(rig_find(&r, "keyboard") == NULL);
    CHECK_STR(r.g.note, "ab");
}

/* ==== words that would be broken =============================================================
 */

/* One page with a banner and two buttons, laid out in w by h at twice the size. */
static void page_of(int w, int h, const char *banner, const char *primary)
{
    rig_start(&r, GALLERY_TODAY);
    r.f.w_px = w;
    r.f.h_px = h;
    r.f.scale = 2;
    ui_begin(&r.u, &r.f);
    ui_screen_begin(&r.u, &(struct ui_screen){.id = "words", .title = "T", .primary = primary});
    ui_banner(&r.u, "banner", UI_TONE_LATE, banner);
    ui_screen_end(&r.u);
    ui_end(&r.u, &r.out);
}

static bool drawn(const char *line)
{
    for (size_t k = 0; k < r.out.n; k++) {
        const struct ui_cmd *c = &r.out.cmds[k];
        if (c->type == UI_CMD_TEXT && str_eq((str){c->text, c->text_n}, str_c(line))) {
            return true;
        }
    }
    return false;
}

static void no_word_of_a_button_or_a_banner_is_broken_where_there_is_a_way(void)
{
    const char *words = "Reopened by headquarters";
    page_of(320, 480, words, "Customer signs");
    CHECK(drawn("headquarters") || drawn("by headquarters"));
    CHECK(drawn("Customer signs") || drawn("Customer"));
    page_of(480, 320, words, "Record payment"); /* beside the page, in its own size */
    CHECK(drawn("payment") && rig_find(&r, "primary")->rect.x > 240);
    page_of(480, 320, words, "Show to the customer"); /* smaller */
    CHECK(drawn("customer") && rig_find(&r, "primary")->rect.x > 240);
    page_of(480, 320, words, "An extraordinarily long word"); /* below the page */
    CHECK(rig_find(&r, "primary")->rect.x < 100);
    CHECK(drawn("An extraordinarily") && drawn("long word"));
}

static bool broken(const char *text, size_t at, const char *piece)
{
    str got = {NULL, 0};
    bool is = ui_wrap_broken(str_c(text), at, &got);
    return is && str_eq(got, str_c(piece));
}

static void what_is_one_word_is_known(void)
{
    str got;
    struct ui_fonts f = {NULL, rig_advance};
    CHECK(broken("the customer's", 8, "customer's"));
    CHECK(broken("(Responsibility)", 9, "(Responsibility)"));
    CHECK(broken("Gerätschäden", 5, "Gerätschäden")); /* between the halves of a word in UTF-8 */
    CHECK(broken("LX35-2204", 2, "LX35-"));
    CHECK(!ui_wrap_broken(S("LX35-2204"), 5, &got)); /* by its groups: as a phone number is read */
    CHECK(!ui_wrap_broken(S("two words"), 4, &got));
    CHECK(!ui_wrap_broken(S("two words"), 3, &got));
    CHECK(!ui_wrap_broken(S("换KFR"), 3, &got));
    CHECK(!ui_wrap_broken(S("one\ntwo"), 4, &got));
    CHECK(!ui_wrap_broken(S("word"), 0, &got));
    CHECK(!ui_wrap_broken(S("word"), 4, &got));
    CHECK_INT(ui_wrap_piece(&f, 10, false, S("a longer word, 中文 LX35-2204")), 6 * 5);
    CHECK_INT(ui_wrap_piece(&f, 10, false, S("中文")), 10);
    CHECK_INT(ui_wrap_piece(&f, 10, false, S("")), 0);
}

/* What ui_check says of `text` in a line of w px. */
static int findings_of(const char *text, int w)
{
    struct ui_out out;
    memset(&r, 0, sizeof r);
    ui_init(&r.u, &(struct ui_fonts){NULL, rig_advance});
    ui_begin(&r.u, &(struct ui_frame){.w_px = 480, .h_px = 800, .density = 1, .scale = 1});
    ui_screen_begin(&r.u, &(struct ui_screen){.id = "page", .title = "Page"});
    struct ui_para p = ui_p_of(&r.u, UI_BODY, text);
    ui_p_layout(&r.u, &p, w);
    ui_p_paint(&r.u, &p, 16, 200, w, 0, -1);
    ui_screen_end(&r.u);
    ui_end(&r.u, &out);
    return ui_check(&r.u, NULL);
}

static void a_broken_word_is_found_but_not_one_that_no_line_could_hold(void)
{
    CHECK_INT(findings_of("The customer signs", 9 * 8), 0);
    CHECK_INT(findings_of("The customer signs", 9 * 8 - 1), 1);
    CHECK_INT(findings_of("LX35-2204-000871", 9 * 9), 0);
    const char *line = "4R26039177454R26039177454R26039177454R26039177459"; /* 48 fill it */
    CHECK_INT(findings_of(line + 1, 200), 1);
    CHECK_INT(findings_of(line, 200), 0);
}

int main(void)
{
    RUN(latin_breaks_at_spaces);
    RUN(a_word_longer_than_the_line_is_broken_not_lost);
    RUN(chinese_breaks_anywhere_but_never_before_closing_punctuation);
    RUN(chinese_and_latin_mix);
    RUN(line_feeds_and_leading_blanks_stay);
    RUN(broken_utf8_is_drawn_not_trusted);
    RUN(widths_of_lines_are_the_sums_of_advances_and_fit);
    RUN(typing_goes_to_the_caret_and_only_to_the_focus);
    RUN(a_field_tells_change_submit_and_leave);
    RUN(a_field_never_grows_past_its_buffer_and_keeps_whole_characters);
    RUN(numbers_take_digits_and_codes_become_capitals);
    RUN(secrets_are_not_in_the_tree);
    RUN(a_touched_field_opens_the_keyboard_and_stays_in_view);
    RUN(the_nearest_key_wins_and_a_finger_may_slide);
    RUN(keys_of_a_real_keyboard_close_the_one_on_the_screen);
    RUN(what_is_one_word_is_known);
    RUN(a_broken_word_is_found_but_not_one_that_no_line_could_hold);
    RUN(no_word_of_a_button_or_a_banner_is_broken_where_there_is_a_way);
    CHECK_END();
}

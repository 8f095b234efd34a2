/* test_ui_edit.c - choosing, copying and pasting text by keys; titles that open; sheets that close
 * beside them. */
#include "tests/unit/app/ui_rig.h"

static struct rig r;

static void paste(const char *text)
{
    r.f.now_ms += 100;
    for (size_t i = 0, n = strlen(text); i < n;) {
        struct ui_event e = {.type = UI_EV_PASTE, .t_ms = r.f.now_ms};
        size_t k = n - i < 30 ? n - i : 30;
        while (k > 1 && i + k < n && ((uint8_t)text[i + k] & 0xC0U) == 0x80U) {
            k--;
        }
        memcpy(e.text, text + i, k);
        CHECK(ui_event(&r.u, &e));
        i += k;
    }
    rig_settle(&r);
}

static void begin(const char *text)
{
    rig_start(&r, GALLERY_FORM);
    rig_tap(&r, "note");
    rig_text(&r, text, 60);
    rig_settle(&r);
}

static void shift_and_arrows_choose_and_typing_replaces(void)
{
    begin("制冷ok");
    rig_key(&r, UI_KEY_LEFT, true);
    rig_key(&r, UI_KEY_LEFT, true);
    rig_text(&r, "差", 60);
    rig_settle(&r);
    CHECK_STR(r.g.note, "制冷差");
    rig_key(&r, UI_KEY_HOME, true);
    rig_key(&r, UI_KEY_BACKSPACE, false);
    CHECK_STR(r.g.note, "");
}

static void an_arrow_lets_go_of_what_is_chosen(void)
{
    begin("abcd");
    rig_key(&r, UI_KEY_LEFT, true);
    rig_key(&r, UI_KEY_LEFT, true);
    rig_key(&r, UI_KEY_LEFT, false); /* to its start */
    rig_text(&r, "X", 60);
    rig_settle(&r);
    CHECK_STR(r.g.note, "abXcd");
    rig_key(&r, UI_KEY_SELECT_ALL, false);
    rig_key(&r, UI_KEY_RIGHT, false); /* to its end */
    rig_text(&r, "Y", 60);
    rig_settle(&r);
    CHECK_STR(r.g.note, "abXcdY");
}

static void all_is_chosen_copied_cut_and_pasted(void)
{
    begin("旧件 DR35");
    rig_key(&r, UI_KEY_COPY, false);
    CHECK(ui_copied(&r.u) == NULL); /* nothing was chosen */
    rig_key(&r, UI_KEY_SELECT_ALL, false);
    rig_key(&r, UI_KEY_COPY, false);
    const char *copied = ui_copied(&r.u);
    CHECK_STR(copied == NULL ? "" : copied, "旧件 DR35");
    CHECK(ui_copied(&r.u) == NULL); /* told once */
    rig_key(&r, UI_KEY_CUT, false);
    CHECK_STR(r.g.note, "");
    paste("旧件 DR35, 带回公司的旧件要当天交仓库登记");
    paste("!");
    CHECK_STR(r.g.note, "旧件 DR35, 带回公司的旧件要当天交仓库登记!");
}

static void compose(const char *text, bool more)
{
    struct ui_event e = {.type = UI_EV_COMPOSE, .t_ms = r.f.now_ms += 100, .more = more};
    memcpy(e.text, text, strlen(text) + 1);
    CHECK(ui_event(&r.u, &e));
    rig_settle(&r);
}

/* Is this text drawn, whole, in one line? */
static bool drawn(const char *text)
{
    for (size_t i = 0; i < r.u.cmd_n; i++) {
        const struct ui_cmd *c = &r.u.cmds[i];
        if (c->type == UI_CMD_TEXT && c->text_n == strlen(text) &&
            memcmp(c->text, text, c->text_n) == 0) {
            return true;
        }
    }
    return false;
}

static void what_an_input_method_has_in_hand_is_shown_and_is_not_text(void)
{
    begin("不制冷");
    rig_key(&r, UI_KEY_LEFT, false);
    compose("zhi", false);
    CHECK(drawn("不制zhi冷"));
    compose("zhi'le", false);
    compose("ng", true);
    CHECK(drawn("不制zhi'leng冷"));
    CHECK_STR(r.g.note, "不制冷");
    rig_text(&r, "热", 60);
    rig_settle(&r);
    CHECK_STR(r.g.note, "不制热冷");
    CHECK(drawn("不制热冷"));
    compose("zhi", false);
    compose("", false); /* given up */
    CHECK(drawn("不制热冷"));
    compose("zhi", false);
    rig_tap(&r, "amount"); /* it leaves with the focus */
    rig_tap(&r, "note");
    CHECK(drawn("不制热冷"));
    CHECK_STR(r.g.note, "不制热冷");
}

static void an_input_method_that_has_no_end_is_shown_as_far_as_there_is_room(void)
{
    begin("a");
    for (int i = 0; i < 100; i++) {
        compose("ni'hao'ma", i > 0);
    }
    rig_settle(&r);
    CHECK(strlen(r.u.composed) < UI_CAP_COMPOSED);
    CHECK_STR(r.g.note, "a");
}

static void a_paste_is_no_scan_and_keeps_the_rules_of_the_field(void)
{
    rig_start(&r, GALLERY_FORM);
    rig_tap(&r, "amount");
    paste("12a.5\n0");
    CHECK_STR(r.g.amount, "12.50");
    CHECK_STR(r.g.scanned, "");
    ui_focus(&r.u, "pin");
    rig_settle(&r);
    paste("2468");
    rig_key(&r, UI_KEY_SELECT_ALL, false);
    rig_key(&r, UI_KEY_COPY, false);
    CHECK(ui_copied(&r.u) == NULL); /* a secret stays here */
    rig_key(&r, UI_KEY_CUT, false);
    CHECK_STR(r.g.pin, "2468");
}

static void what_is_chosen_is_shown_and_gone_with_the_focus(void)
{
    begin("abcd");
    size_t before = r.u.cmd_n;
    rig_key(&r, UI_KEY_SELECT_ALL, false);
    CHECK(r.u.cmd_n == before + 1);
    rig_tap(&r, "code");
    rig_tap(&r, "note");
    rig_key(&r, UI_KEY_BACKSPACE, false);
    CHECK(strlen(r.g.note) == 3);
}

static void a_tap_places_the_caret(void)
{
    begin("abcdef");
    const struct ui_node *n = rig_find(&r, "note");
    float x = (float)n->text.x + 18, y = (float)n->text.y + 10; /* two letters of nine pixels */
    r.f.now_ms += 400;
    rig_send(&r, UI_EV_DOWN, x, y);
    rig_send(&r, UI_EV_UP, x, y);
    rig_settle(&r);
    rig_text(&r, "|", 60);
    rig_settle(&r);
    CHECK_STR(r.g.note, "ab|cdef");
}

static void a_long_title_opens_whole_and_closes_again(void)
{
    rig_start(&r, GALLERY_LONG);
    r.f.w_px = 320;
    r.f.scale = 2;
    rig_settle(&r);
    const struct ui_node *n = rig_find(&r, "title");
    CHECK(n != NULL && (n->state & UI_ST_CUT) != 0);
    int least = n == NULL ? 0 : n->rect.h;
    rig_tap(&r, "title");
    n = rig_find(&r, "title");
    CHECK(n != NULL && (n->state & UI_ST_CUT) == 0 && n->rect.h > least);
    rig_tap(&r, "title");
    n = rig_find(&r, "title");
    CHECK(n != NULL && (n->state & UI_ST_CUT) != 0 && n->rect.h == least);
}

static void a_tap_beside_a_sheet_closes_it_and_one_on_it_does_not(void)
{
    rig_start(&r, GALLERY_MENU);
    const struct ui_node *d = NULL;
    for (size_t i = 0; i < r.u.node_n; i++) {
        d = r.u.nodes[i].role == UI_ROLE_DIALOG ? &r.u.nodes[i] : d;
    }
    CHECK(d != NULL && d->rect.y > 40);
    float inside = (float)d->rect.y + 8;
    r.g.menu = -1;
    r.f.now_ms += 400;
    rig_send(&r, UI_EV_DOWN, 240, inside);
    rig_send(&r, UI_EV_UP, 240, 20); /* slipped off it: nothing */
    rig_settle(&r);
    CHECK_INT(r.g.menu, -1);
    r.f.now_ms += 400;
    rig_send(&r, UI_EV_DOWN, 240, 20);
    rig_send(&r, UI_EV_UP, 240, 20);
    ui_begin(&r.u, &r.f);
    gallery_page(&r.u, &r.g, r.page);
    ui_end(&r.u, &r.out);
    CHECK_INT(r.g.menu, -2);
}

int main(void)
{
    RUN(shift_and_arrows_choose_and_typing_replaces);
    RUN(an_arrow_lets_go_of_what_is_chosen);
    RUN(all_is_chosen_copied_cut_and_pasted);
    RUN(what_an_input_method_has_in_hand_is_shown_and_is_not_text);
    RUN(an_input_method_that_has_no_end_is_shown_as_far_as_there_is_room);
    RUN(a_paste_is_no_scan_and_keeps_the_rules_of_the_field);
    RUN(what_is_chosen_is_shown_and_gone_with_the_focus);
    RUN(a_tap_places_the_caret);
    RUN(a_long_title_opens_whole_and_closes_again);
    RUN(a_tap_beside_a_sheet_closes_it_and_one_on_it_does_not);
    CHECK_END();
}

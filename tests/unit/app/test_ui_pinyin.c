/* test_ui_pinyin.c - Chinese on the keyboard on the screen: the bar, the choice, folding out, what
 * other touches do to half a word, and where it is not offered. */
#include "app/ime/pinyin.h"
#include "tests/unit/app/ui_rig.h"

static struct rig r;
static struct pinyin *words;

static void start(enum gallery_kind page, int w_px, int h_px)
{
    rig_start(&r, page);
    r.f.w_px = w_px;
    r.f.h_px = h_px;
    CHECK_INT(pinyin_open(&words, NULL), ST_OK);
    ui_pinyin(&r.u, words, true);
    rig_settle(&r);
}

static void end(void)
{
    ui_pinyin(&r.u, NULL, false);
    pinyin_close(words);
}

static void keys(const char *letters)
{
    for (; *letters != '\0'; letters++) {
        char id[8] = {'k', 'e', 'y', ':', *letters, '\0'};
        rig_tap(&r, id);
    }
}

/* Every key lies in the keyboard, is large enough and no two share a point. */
static void check_keys(void)
{
    const struct ui_node *board = rig_find(&r, "keyboard");
    CHECK(board != NULL && board->rect.y >= 0 && board->rect.y + board->rect.h <= r.f.h_px &&
          board->rect.x + board->rect.w <= r.f.w_px);
    for (size_t i = 0; i < r.u.node_n; i++) {
        const struct ui_node *a = &r.u.nodes[i];
        if (a->role != UI_ROLE_KEY) {
            continue;
        }
        bool word = strncmp(a->id, "word", 4) == 0;
        if (a->rect.w < (word ? 48 : 28) || a->rect.h < 48) {
            check_fail(__FILE__, __LINE__, "%s is %d x %d", a->id, a->rect.w, a->rect.h);
        }
        for (size_t k = i + 1; k < r.u.node_n; k++) {
            const struct ui_node *b = &r.u.nodes[k];
            bool apart = b->role != UI_ROLE_KEY || a->rect.x + a->rect.w <= b->rect.x ||
                         b->rect.x + b->rect.w <= a->rect.x || a->rect.y + a->rect.h <= b->rect.y ||
                         b->rect.y + b->rect.h <= a->rect.y;
            if (!apart) {
                check_fail(__FILE__, __LINE__, "%s lies over %s", a->id, b->id);
            }
        }
    }
    CHECK(!r.u.full);
}

static void letters_become_words_in_the_field(void)
{
    start(GALLERY_FORM, 320, 480);
    rig_tap(&r, "note");
    r.g.note[0] = '\0';
    rig_settle(&r);
    CHECK(rig_find(&r, "key:language") != NULL);
    keys("kongtiaobuzhileng");
    check_keys();
    CHECK_STR(rig_find(&r, "word:0")->label, "空调不制冷");
    CHECK_STR(r.g.note, "");
    rig_tap(&r, "word:0");
    CHECK_STR(r.g.note, "空调不制冷");
    CHECK(rig_find(&r, "word:0") == NULL);
    rig_tap(&r, "key:，");
    CHECK_STR(r.g.note, "空调不制冷，");
    keys("xielou");
    rig_tap(&r, "key:space"); /* the first */
    CHECK_STR(r.g.note, "空调不制冷，泄漏");
    rig_tap(&r, "key:space");
    CHECK_STR(r.g.note, "空调不制冷，泄漏 ");
    rig_tap(&r, "key:language");
    keys("ok");
    CHECK_STR(r.g.note, "空调不制冷，泄漏 ok");
    end();
}

static void all_words_fold_out_page_by_page(void)
{
    static const int size[][2] = {{320, 480}, {480, 320}, {1080, 2400}};
    for (size_t s = 0; s < 3; s++) {
        start(GALLERY_FORM, size[s][0], size[s][1]);
        r.f.density = s == 2 ? 2.6F : 1;
        rig_settle(&r);
        r.u.touch = true; /* the field may lie below the fold */
        ui_focus(&r.u, "note");
        rig_settle(&r);
        r.g.note[0] = '\0';
        rig_settle(&r);
        keys("shi");
        check_keys();
        rig_tap(&r, "key:words");
        check_keys();
        size_t next = 0; /* none is left out, none comes twice */
        int pages = 0;
        for (bool more = true; more && pages < 200; pages++) {
            for (size_t i = 0; i < r.u.node_n; i++) {
                if (strncmp(r.u.nodes[i].id, "word:", 5) == 0) {
                    CHECK_INT(strtoul(r.u.nodes[i].id + 5, NULL, 10), next);
                    next++;
                }
            }
            check_keys();
            more = rig_find(&r, "words:next") != NULL;
            if (more) {
                rig_tap(&r, "words:next");
            }
        }
        CHECK_INT(next, pinyin_count(words));
        CHECK(pages > 1);
        rig_tap(&r, "words:before");
        char id[24];
        for (size_t i = 0; i < r.u.node_n; i++) {
            if (strncmp(r.u.nodes[i].id, "word:", 5) == 0) {
                snprintf(id, sizeof id, "%s", r.u.nodes[i].id);
                break;
            }
        }
        char word[32];
        snprintf(word, sizeof word, "%s", rig_find(&r, id)->label);
        rig_tap(&r, id);
        CHECK_STR(r.g.note, word);
        CHECK(rig_find(&r, "key:q") != NULL);
        end();
    }
}

static void half_a_word_is_never_lost(void)
{
    start(GALLERY_FORM, 480, 800);
    rig_tap(&r, "note");
    r.g.note[0] = '\0';
    rig_settle(&r);
    keys("nihao");
    rig_tap(&r, "amount"); /* another field */
    CHECK_STR(r.g.note, "nihao");
    CHECK(rig_find(&r, "key:language") == NULL); /* digits */
    rig_tap(&r, "note");
    keys("ma");
    rig_tap(&r, "key:hide");
    CHECK_STR(r.g.note, "nihaoma");
    rig_tap(&r, "note");
    keys("de");
    rig_key(&r, UI_KEY_TAB, false);
    CHECK_STR(r.g.note, "nihaomade");
    rig_tap(&r, "note");
    keys("ge");
    rig_tap(&r, "key:delete");
    rig_tap(&r, "key:done"); /* the letters, no line break */
    CHECK_STR(r.g.note, "nihaomadeg");
    rig_tap(&r, "key:delete");
    CHECK_STR(r.g.note, "nihaomade");
    end();
}

static void codes_digits_and_pins_stay_latin(void)
{
    start(GALLERY_FORM, 480, 800);
    static const char *const ids[] = {"code", "pin", "amount"};
    for (size_t i = 0; i < 3; i++) {
        rig_tap(&r, ids[i]);
        CHECK(rig_find(&r, "keyboard") != NULL);
        CHECK(rig_find(&r, "key:language") == NULL);
    }
    rig_tap(&r, "code");
    keys("ni");
    CHECK_STR(r.g.code, "NI");
    end();
}

int main(void)
{
    RUN(letters_become_words_in_the_field);
    RUN(all_words_fold_out_page_by_page);
    RUN(half_a_word_is_never_lost);
    RUN(codes_digits_and_pins_stay_latin);
    CHECK_END();
}

/* test_state_learned.c - words that the keyboard learned: there again after a restart, gone from
 * memory at lock, and in no file in the clear. */
#include <dirent.h>

#include "app/ime/pinyin.h"
#include "app/ui/ui_state.h"
#include "tests/unit/app/state_rig.h"

static struct rig r;
static struct ui u;

static void keyboard(void)
{
    u.keyboard = true;
    learned_turn(r.a, &u);
    CHECK(r.a->pinyin != NULL && u.pinyin == r.a->pinyin);
}

static size_t find(const char *letters, const char *word)
{
    char text[PINYIN_WORD_BYTES];
    for (; *letters != '\0'; letters++) {
        CHECK(pinyin_letter(r.a->pinyin, *letters));
    }
    for (size_t i = 0; i < pinyin_count(r.a->pinyin); i++) {
        if (pinyin_candidate(r.a->pinyin, i, text) && strcmp(text, word) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void teach(void)
{
    char out[PINYIN_WORD_BYTES];
    CHECK(find("wangzhongshu", "王仲树") == SIZE_MAX);
    CHECK(!pinyin_choose(r.a->pinyin, find("", "王"), out));
    CHECK(!pinyin_choose(r.a->pinyin, find("", "仲"), out));
    CHECK(pinyin_choose(r.a->pinyin, find("", "树"), out));
    CHECK_STR(out, "王仲树");
    learned_keep(r.a);
    rig_settle(&r);
}

static bool holds(const char *path, const void *what, size_t n)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        return false;
    }
    static uint8_t all[64 * 1024 * 1024];
    size_t got = fread(all, 1, sizeof all, f);
    fclose(f);
    for (size_t i = 0; i + n <= got; i++) {
        if (memcmp(all + i, what, n) == 0) {
            return true;
        }
    }
    return false;
}

/* Files below `dir` that hold the word, as UTF-8 or as the library's UTF-16; and how many there
 * are. */
static int in_clear(const char *dir, int *files)
{
    static const uint16_t wide[] = {0x738B, 0x4EF2, 0x6811};
    int n = 0;
    DIR *d = opendir(dir);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        char path[1024];
        struct stat sb;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (e->d_name[0] == '.' || lstat(path, &sb) != 0) {
            continue;
        }
        if (S_ISDIR(sb.st_mode)) {
            n += in_clear(path, files);
        } else if (S_ISREG(sb.st_mode)) {
            ++*files;
            n += holds(path, "王仲树", 9) || holds(path, wide, sizeof wide) ? 1 : 0;
        }
    }
    if (d != NULL) {
        closedir(d);
    }
    return n;
}

static void what_was_learned_is_there_after_a_restart_and_in_no_file(void)
{
    rig_begin(&r);
    keyboard();
    teach();
    rig_restart(&r);
    keyboard();
    CHECK(find("wangzhongshu", "王仲树") <= 1);
    char above[512];
    snprintf(above, sizeof above, "%.*s", (int)(strrchr(r.dir, '/') - r.dir), r.dir);
    int files = 0;
    CHECK_INT(in_clear(above, &files), 0);
    CHECK(files >= 3); /* it did look */
    char probe[600];
    snprintf(probe, sizeof probe, "%s/probe", above);
    FILE *f = fopen(probe, "w");
    CHECK(f != NULL && fputs("..王仲树..", f) > 0 && fclose(f) == 0);
    CHECK_INT(in_clear(above, &files), 1); /* and would have found it */
    CHECK_INT(unlink(probe), 0);
    app_close(&r.a);
}

static void a_lock_takes_the_words_away(void)
{
    rig_begin(&r);
    keyboard();
    teach();
    CHECK(app_lock(r.a));
    rig_settle(&r);
    learned_turn(r.a, &u);
    CHECK(u.pinyin == NULL);
    CHECK(find("wangzhongshu", "王仲树") == SIZE_MAX); /* the library stays, without his words */
    pinyin_cancel(r.a->pinyin);
    rig_unlock(&r);
    keyboard();
    CHECK(find("wangzhongshu", "王仲树") <= 1);
    app_close(&r.a);
}

int main(void)
{
    RUN(what_was_learned_is_there_after_a_restart_and_in_no_file);
    RUN(a_lock_takes_the_words_away);
    CHECK_END();
}

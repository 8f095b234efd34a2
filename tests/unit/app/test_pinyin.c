/* test_pinyin.c - letters become words; what was chosen comes first next time; a private field
 * neither shows nor teaches; nothing learned is in a file or left in memory. */
#include <malloc.h>

#include "app/ime/pinyin.h"
#include "tests/support/check.h"

static struct pinyin *open_with(bytes learned)
{
    struct pinyin *p;
    struct err err;
    CHECK_INT(pinyin_open(&p, &err), ST_OK);
    CHECK(pinyin_user(p, learned));
    return p;
}

static void type(struct pinyin *p, const char *letters)
{
    for (; *letters != '\0'; letters++) {
        CHECK(pinyin_letter(p, *letters));
    }
}

static size_t find(struct pinyin *p, const char *word)
{
    char text[PINYIN_WORD_BYTES];
    for (size_t i = 0; i < pinyin_count(p); i++) {
        if (pinyin_candidate(p, i, text) && strcmp(text, word) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void a_sentence_is_its_first_candidate(void)
{
    struct pinyin *p = open_with((bytes){0});
    char out[PINYIN_WORD_BYTES];
    type(p, "kongtiaobuzhileng");
    CHECK(pinyin_candidate(p, 0, out));
    CHECK_STR(out, "空调不制冷");
    CHECK_STR(pinyin_shown(p), "kongtiaobuzhileng");
    CHECK(pinyin_choose(p, 0, out));
    CHECK_STR(out, "空调不制冷");
    CHECK_STR(pinyin_letters(p), "");
    CHECK_INT(pinyin_count(p), 0);
    pinyin_close(p);
}

static void a_word_is_chosen_piece_by_piece_and_taken_back(void)
{
    struct pinyin *p = open_with((bytes){0});
    char out[PINYIN_WORD_BYTES];
    type(p, "genghuanyasuoji");
    CHECK(!pinyin_choose(p, find(p, "更换"), out));
    CHECK_STR(pinyin_shown(p), "更换yasuoji");
    CHECK(pinyin_back(p)); /* the choice first */
    CHECK_STR(pinyin_shown(p), "genghuanyasuoji");
    CHECK(pinyin_back(p)); /* then a letter */
    CHECK_STR(pinyin_shown(p), "genghuanyasuoj");
    type(p, "i");
    CHECK(!pinyin_choose(p, find(p, "更换"), out));
    CHECK(pinyin_choose(p, find(p, "压缩机"), out));
    CHECK_STR(out, "更换压缩机");
    CHECK(!pinyin_back(p));
    pinyin_close(p);
}

static void what_was_chosen_comes_first_also_after_a_restart(void)
{
    struct pinyin *p = open_with((bytes){0});
    char out[PINYIN_WORD_BYTES];
    type(p, "wangzhongshu");
    CHECK(find(p, "王仲树") == SIZE_MAX);
    CHECK(!pinyin_choose(p, find(p, "王"), out));
    CHECK(!pinyin_choose(p, find(p, "仲"), out));
    CHECK(pinyin_choose(p, find(p, "树"), out));
    CHECK_STR(out, "王仲树");
    bytes learned;
    CHECK(pinyin_learned(p, &learned));
    CHECK(learned.n > 0 && learned.n <= PINYIN_LEARNED_BYTES);
    uint8_t *kept = malloc(learned.n);
    memcpy(kept, learned.p, learned.n);
    size_t n = learned.n;
    CHECK(!pinyin_learned(p, &learned)); /* nothing new since */
    pinyin_close(p);
    p = open_with(bytes_of(kept, n));
    type(p, "wangzhongshu");
    CHECK(find(p, "王仲树") <= 1);
    pinyin_close(p);
    free(kept);
}

static void a_private_field_shows_and_teaches_nothing(void)
{
    struct pinyin *p = open_with((bytes){0});
    char out[PINYIN_WORD_BYTES];
    type(p, "lihaoran");
    CHECK(!pinyin_choose(p, find(p, "里"), out));
    while (!pinyin_choose(p, 1, out) && pinyin_count(p) > 0) {
    }
    CHECK(out[0] != '\0');
    char mine[PINYIN_WORD_BYTES];
    memcpy(mine, out, sizeof mine);
    bytes learned;
    CHECK(pinyin_learned(p, &learned));
    type(p, "lihaoran");
    CHECK(find(p, mine) != SIZE_MAX);
    pinyin_private(p, true);
    CHECK_STR(pinyin_letters(p), "");
    type(p, "lihaoran");
    CHECK(find(p, mine) == SIZE_MAX);
    CHECK(!pinyin_choose(p, find(p, "李"), out));
    while (!pinyin_choose(p, 2, out) && pinyin_count(p) > 0) {
    }
    char theirs[PINYIN_WORD_BYTES];
    memcpy(theirs, out, sizeof theirs);
    CHECK(!pinyin_learned(p, &learned));
    pinyin_private(p, false);
    CHECK(!pinyin_learned(p, &learned));
    type(p, "lihaoran");
    CHECK(find(p, mine) != SIZE_MAX);
    CHECK(strcmp(mine, theirs) == 0 || find(p, theirs) == SIZE_MAX);
    pinyin_close(p);
}

static size_t heap(void)
{
    return mallinfo2().uordblks + mallinfo2().hblkhd;
}

/* The library keeps 200 KB of each opening: it is opened once, whoever composes. */
static void users_and_private_fields_come_and_go_without_a_trace_in_memory(void)
{
    struct pinyin *p = open_with((bytes){0});
    char out[PINYIN_WORD_BYTES];
    size_t before = heap();
    for (int i = 0; i < 50; i++) {
        pinyin_private(p, true);
        type(p, "nihao");
        CHECK(pinyin_choose(p, find(p, "你好"), out));
        pinyin_private(p, false);
        CHECK(pinyin_user(p, (bytes){0}));
        type(p, "beijing");
        CHECK(pinyin_choose(p, find(p, "北京"), out));
    }
#ifndef __SANITIZE_ADDRESS__ /* which counts in its own way */
    CHECK(heap() < before + 50000);
#endif
    IGNORE(before > 0);
    pinyin_close(p);
}

static void a_private_field_without_a_letter_loses_nothing(void)
{
    struct pinyin *p = open_with((bytes){0});
    char out[PINYIN_WORD_BYTES];
    bytes learned;
    type(p, "beijing");
    CHECK(pinyin_choose(p, find(p, "北京"), out));
    pinyin_private(p, true);
    CHECK(!pinyin_learned(p, &learned)); /* as long as it is private */
    for (int i = 0; i < 50; i++) {
        pinyin_private(p, true);
        pinyin_private(p, false);
    }
    CHECK(pinyin_learned(p, &learned)); /* not lost */
    pinyin_close(p);
}

/* 王仲树 as the library writes it; put together here, so that no constant holds it. */
static void wide_name(uint16_t out[3])
{
    static const uint16_t apart[3] = {0x738B ^ 0x5A5A, 0x4EF2 ^ 0x5A5A, 0x6811 ^ 0x5A5A};
    for (int i = 0; i < 3; i++) {
        out[i] = apart[i] ^ 0x5A5A;
    }
}

/* How often the name lies in what this process has allocated: its heap and its own mappings. */
static int in_memory(void)
{
    char line[512];
    uint16_t name[3];
    int n = 0;
    FILE *maps = fopen("/proc/self/maps", "r"), *mem = fopen("/proc/self/mem", "rb");
    static uint8_t page[4096 + sizeof name];
    while (maps != NULL && mem != NULL && fgets(line, sizeof line, maps) != NULL) {
        char *end;
        unsigned long from = strtoul(line, &end, 16), to = strtoul(end + 1, &end, 16);
        bool own = strstr(line, "rw-p") != NULL && strstr(line, "/") == NULL &&
                   strstr(line, "[stack]") == NULL && to - from < (1UL << 30); /* no shadow */
        for (; own && from < to; from += 4096) {
            size_t got =
                fseek(mem, (long)from, SEEK_SET) == 0 ? fread(page, 1, sizeof page, mem) : 0;
            wide_name(name);
            for (size_t i = 0; i + sizeof name <= got; i++) {
                n += memcmp(page + i, name, sizeof name) == 0;
            }
            memset(name, 0, sizeof name);
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
    if (mem != NULL) {
        fclose(mem);
    }
    memset(page, 0, sizeof page);
    return n;
}

static void what_one_learned_is_gone_when_the_next_comes(void)
{
    struct pinyin *p = open_with((bytes){0});
    char out[PINYIN_WORD_BYTES];
    bytes learned;
    type(p, "wangzhongshu");
    CHECK(!pinyin_choose(p, find(p, "王"), out));
    CHECK(!pinyin_choose(p, find(p, "仲"), out));
    CHECK(pinyin_choose(p, find(p, "树"), out));
    CHECK(pinyin_learned(p, &learned));
    type(p, "wangzhongshu");
    CHECK(find(p, "王仲树") <= 1);
    CHECK(in_memory() > 0);
    CHECK(pinyin_user(p, (bytes){0}));
    int left = in_memory();
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed, on purpose */
    CHECK_INT(left, 0);
#endif
    IGNORE(left > 0);
    type(p, "wangzhongshu");
    CHECK(find(p, "王仲树") == SIZE_MAX);
    pinyin_close(p);
}

static void letters_that_are_no_syllable_are_not_lost(void)
{
    struct pinyin *p = open_with((bytes){0});
    char out[PINYIN_WORD_BYTES];
    type(p, "uvi");
    CHECK_STR(pinyin_shown(p), "uvi");
    CHECK_INT(pinyin_count(p), 0);
    CHECK(!pinyin_choose(p, 0, out));
    CHECK_STR(pinyin_letters(p), "uvi");
    pinyin_cancel(p);
    CHECK(!pinyin_letter(p, 'A'));
    CHECK(!pinyin_letter(p, '1'));
    for (int i = 0; i < PINYIN_LETTERS_MAX; i++) {
        CHECK(pinyin_letter(p, "nihao"[i % 5]));
    }
    CHECK(!pinyin_letter(p, 'n'));
    CHECK(pinyin_count(p) > 0);
    for (size_t i = 0; i < 2000; i++) {
        IGNORE(pinyin_candidate(p, i, out)); /* none is too long */
    }
    while (pinyin_back(p)) {
    }
    CHECK_STR(pinyin_shown(p), "");
    pinyin_close(p);
}

static void what_was_learned_may_be_nonsense(void)
{
    uint8_t junk[777];
    for (size_t i = 0; i < sizeof junk; i++) {
        junk[i] = (uint8_t)(i * 131 + 7);
    }
    char out[PINYIN_WORD_BYTES];
    for (size_t n = 0; n <= sizeof junk; n += 37) {
        struct pinyin *p = open_with(bytes_of(junk, n));
        type(p, "beijing");
        CHECK(find(p, "北京") != SIZE_MAX);
        CHECK(pinyin_choose(p, find(p, "北京"), out));
        pinyin_close(p);
    }
}

int main(void)
{
    RUN(a_sentence_is_its_first_candidate);
    RUN(a_word_is_chosen_piece_by_piece_and_taken_back);
    RUN(what_was_chosen_comes_first_also_after_a_restart);
    RUN(a_private_field_shows_and_teaches_nothing);
    RUN(users_and_private_fields_come_and_go_without_a_trace_in_memory);
    RUN(a_private_field_without_a_letter_loses_nothing);
    RUN(what_one_learned_is_gone_when_the_next_comes);
    RUN(letters_that_are_no_syllable_are_not_lost);
    RUN(what_was_learned_may_be_nonsense);
    CHECK_END();
}

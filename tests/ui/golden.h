/* golden.h - the draw list of a screen as text: what is painted, in which order, in which colour
 * and size, in which words; not where, which follows from the fonts of the machine (ui_check looks
 * at places). For tests/ui/golden.sh. */
#ifndef TESTS_UI_GOLDEN_H
#define TESTS_UI_GOLDEN_H
#include "app/ui/ui.h"
#include "tests/support/check.h"

#include <ctype.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>

#define GOLDEN_SHOTS 96 /* pictures of one script */
#define GOLDEN_LINE 640 /* one command as text: a line of words on the widest screen */

struct golden {
    FILE *to; /* NULL: nobody wants it */
    const char *dir;
    char names[GOLDEN_SHOTS][48];
    unsigned n, next;
};

/* A `shot` of the script: a tree of this name shows when it is reached. */
static inline void golden_name(struct golden *g, const char *line)
{
    if (g->n < GOLDEN_SHOTS) {
        snprintf(g->names[g->n++], sizeof g->names[0], "%.*s", (int)strcspn(line, "\n"), line);
    }
}

/* Words as they are; digits as 0: numbers of reports, times and sizes of disks are each run's own,
 * and so is a word in capitals with a digit in it. */
static inline void golden_words(const struct ui_cmd *c, char *out, size_t cap)
{
    size_t n = 0;
    if (c->text_n > 1 && c->text[0] == '/') { /* where this run has its files */
        snprintf(out, cap, "/");
        return;
    }
    for (size_t i = 0; i < c->text_n && n + 8 < cap;) {
        size_t k = i;
        bool digit = false, small = false;
        while (k < c->text_n && (isalnum((unsigned char)c->text[k]) != 0 || c->text[k] == '-')) {
            digit |= isdigit((unsigned char)c->text[k]) != 0;
            small |= islower((unsigned char)c->text[k]) != 0;
            k++;
        }
        if (k > i && digit && !small) {
            out[n++] = '0';
            i = k;
            continue;
        }
        for (k = k > i ? k : i + 1; i < k && n + 8 < cap; i++) {
            char b = c->text[i];
            out[n++] = b == '\n' ? ' ' : isdigit((unsigned char)b) != 0 ? '0' : b;
        }
    }
    out[n] = '\0';
}

static inline void golden_command(const struct ui_cmd *c, char *out, size_t cap)
{
    char words[GOLDEN_LINE - 64];
    switch (c->type) {
    case UI_CMD_TEXT:
        golden_words(c, words, sizeof words);
        snprintf(out, cap, "t%d%s %06x %s", c->font_px, c->bold ? "b" : "",
                 (unsigned)c->colour & 0xFFFFFFU, words);
        break;
    case UI_CMD_ICON:
        snprintf(out, cap, "i%d %06x", (int)c->icon, (unsigned)c->colour & 0xFFFFFFU);
        break;
    case UI_CMD_ROUND:
        snprintf(out, cap, "o%d/%d%s %06x", c->radius_px, c->stroke_px, c->dashed ? "d" : "",
                 (unsigned)c->colour & 0xFFFFFFU);
        break;
    case UI_CMD_RECT:
        snprintf(out, cap, "r %06x", (unsigned)c->colour & 0xFFFFFFU);
        break;
    case UI_CMD_INK:
        snprintf(out, cap, "ink %06x", (unsigned)c->colour & 0xFFFFFFU);
        break;
    case UI_CMD_BITS:
        snprintf(out, cap, "qr");
        break;
    }
}

static inline void golden_list(FILE *to, const struct ui_out *list)
{
    char last[GOLDEN_LINE] = "", line[GOLDEN_LINE];
    unsigned times = 0;
    for (uint8_t layer = 0; layer < 3; layer++) {
        for (size_t i = 0; i <= list->n; i++) {
            bool end = i == list->n;
            if (!end && list->cmds[i].layer != layer) {
                continue;
            }
            line[0] = '\0';
            if (!end) {
                golden_command(&list->cmds[i], line, sizeof line);
            }
            if (!end && strcmp(line, last) == 0) {
                times++;
                continue;
            }
            if (last[0] != '\0') {
                fprintf(to, times > 1 ? "%s x%u\n" : "%s\n", last, times);
            }
            memcpy(last, line, sizeof last);
            times = 1;
        }
        if (layer < 2) {
            fputs("-\n", to);
        }
    }
}

/* golden_look: after a wait: the pictures that the script has passed show this list, of a screen of
 * this name. How many were taken. */
static inline unsigned golden_look(struct golden *g, const struct ui_out *list, const char *screen)
{
    unsigned before = g->next;
    char path[700];
    struct stat sb;
    while (g->to != NULL && g->next < g->n) {
        snprintf(path, sizeof path, "%s/%s.txt", g->dir, g->names[g->next]);
        if (stat(path, &sb) != 0) {
            break;
        }
        fprintf(g->to, "== %s [%s]\n", g->names[g->next++], screen);
        golden_list(g->to, list);
    }
    return g->next - before;
}

/* Chance that is the same in every run: the numbers of receipts and reports hold some of it, and a
 * text ends on its page or goes on as they are wide. Each thread draws from a row of its own: from
 * one row, whoever came first would take what is the other's in the next run. golden_chance: before
 * sodium_init; each device begins anew with golden_again, whose caller has the first row. */
static atomic_uint golden_round, golden_threads;
static _Thread_local struct {
    unsigned round, row;
    uint64_t drawn;
} golden_mine;

static inline uint32_t golden_draw(void)
{
    unsigned round = atomic_load(&golden_round);
    if (golden_mine.round != round) {
        golden_mine.round = round;
        golden_mine.row = atomic_fetch_add(&golden_threads, 1);
        golden_mine.drawn = 0;
    }
    uint64_t z = (++golden_mine.drawn + ((uint64_t)golden_mine.row << 40)) * 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return (uint32_t)(z >> 32);
}

static inline void golden_fill(void *buf, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        ((uint8_t *)buf)[k] = (uint8_t)golden_draw();
    }
}

static inline const char *golden_chance_name(void)
{
    return "the same in every run";
}

static inline void golden_again(void)
{
    atomic_store(&golden_threads, 0);
    atomic_fetch_add(&golden_round, 1);
    (void)golden_draw();
}

static inline void golden_chance(void)
{
    static struct randombytes_implementation same = {
        .implementation_name = golden_chance_name, .random = golden_draw, .buf = golden_fill};
    golden_again();
    CHECK_INT(randombytes_set_implementation(&same), 0);
}
#endif

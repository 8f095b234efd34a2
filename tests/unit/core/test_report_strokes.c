/* test_report_strokes.c - strokes as drawn; ratings sealed. */
#include "core/report/ratings.h"
#include "core/report/strokes.h"
#include "tests/support/check.h"
#include "tests/support/sample.h"
#include "tests/unit/core/report_help.h"

#include <sodium.h>

static uint8_t mem[1 << 20];

static void scribble(struct stroke_point *p, size_t n)
{
    struct stroke_point at = {.start = true};
    for (size_t i = 0; i < n; i++) {
        at.x = help_rand() % 36000 - 100;
        at.y = help_rand() % 60000 - 100;
        at.t_ms += i == 0 ? 0 : (uint32_t)help_rand() % 200;
        at.pressure = (uint16_t)(help_rand() % 1024);
        at.start = i == 0 || help_rand() % 40 == 0;
        p[i] = at;
    }
}

static void strokes_come_back_as_drawn(void)
{
    static uint8_t buf[CAP_STROKES_BYTES];
    static struct stroke_point p[STROKES_POINTS_MAX];
    for (int round = 0; round < 300; round++) {
        struct strokes s = {.w = 36000,
                            .h = 52000,
                            .n = 1 + (size_t)help_rand() % 400,
                            .points = p},
                       g;
        struct arena a = arena_of(mem, sizeof mem);
        bytes out;
        const char *rule;
        scribble(p, s.n);
        CHECK_INT(strokes_encode(&s, buf, sizeof buf, &out), ST_OK);
        CHECK_INT(strokes_decode(out, &a, &g, &rule), ST_OK);
        CHECK_INT(g.n, s.n);
        CHECK(g.w == s.w && g.h == s.h);
        for (size_t i = 0; i < s.n && i < g.n; i++) {
            CHECK(p[i].x == g.points[i].x && p[i].y == g.points[i].y &&
                  p[i].t_ms == g.points[i].t_ms && p[i].pressure == g.points[i].pressure &&
                  p[i].start == g.points[i].start);
        }
    }
}

static void the_longest_signature_fits_its_attachment(void)
{
    static uint8_t buf[CAP_STROKES_BYTES];
    static struct stroke_point p[STROKES_POINTS_MAX + 1];
    for (size_t i = 0; i <= STROKES_POINTS_MAX; i++) {
        /* Every difference takes three bytes but the time's two: wilder than any pen. */
        p[i] = (struct stroke_point){.x = i % 2 ? 60000 : 0,
                                     .y = i % 2 ? 0 : 60000,
                                     .t_ms = (uint32_t)i * 250,
                                     .pressure = i % 2 ? 1023 : 0,
                                     .start = i == 0};
    }
    struct strokes s = {.w = 60000, .h = 60000, .n = STROKES_POINTS_MAX, .points = p};
    bytes out;
    CHECK_INT(strokes_encode(&s, buf, sizeof buf, &out), ST_OK);
    CHECK(out.n <= CAP_ATT_SMALL_BYTES);
    s.n++;
    CHECK_INT(strokes_encode(&s, buf, sizeof buf, &out), ST_TOO_BIG);
}

static void strokes_out_of_bounds_are_refused(void)
{
    static uint8_t buf[256];
    struct stroke_point p[2] = {{.x = 1, .y = 2, .start = true}, {.x = 3, .y = 4, .t_ms = 5}};
    struct strokes s = {.w = 100, .h = 100, .n = 2, .points = p};
    bytes out;
    CHECK_INT(strokes_encode(&s, buf, sizeof buf, &out), ST_OK);
    s.n = 0;
    CHECK_INT(strokes_encode(&s, buf, sizeof buf, &out), ST_BAD_INPUT);
    s.n = 2;
    p[1].pressure = 1024;
    CHECK_INT(strokes_encode(&s, buf, sizeof buf, &out), ST_BAD_INPUT);
    p[1].pressure = 0;
    p[0].t_ms = 9; /* goes back */
    CHECK_INT(strokes_encode(&s, buf, sizeof buf, &out), ST_BAD_INPUT);
    p[0].t_ms = 0;
    s.w = 0;
    CHECK_INT(strokes_encode(&s, buf, sizeof buf, &out), ST_BAD_INPUT);
}

/* Whatever one bit does, it is refused or it is another drawing, and it never leaves its bounds. */
static void no_bit_of_strokes_is_without_meaning(void)
{
    static uint8_t buf[CAP_STROKES_BYTES], again[CAP_STROKES_BYTES];
    static struct stroke_point p[60];
    struct strokes s = {.w = 36000, .h = 52000, .n = 60, .points = p}, g;
    bytes out, two;
    const char *rule;
    scribble(p, s.n);
    CHECK_INT(strokes_encode(&s, buf, sizeof buf, &out), ST_OK);
    for (size_t bit = 0; bit < out.n * 8; bit++) {
        struct arena a = arena_of(mem, sizeof mem);
        buf[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (strokes_decode(out, &a, &g, &rule) == ST_OK) {
            CHECK_INT(strokes_encode(&g, again, sizeof again, &two), ST_OK);
            CHECK(bytes_eq(out, two));
        }
        buf[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static void ratings_reach_headquarters_and_nobody_else(void)
{
    static struct sample s;
    static uint8_t plain[RATINGS_PLAIN_MAX], sealed[RATINGS_SEALED_MAX], back[RATINGS_PLAIN_MAX];
    sample_make(&s);
    const struct trust_key *to = trust_current(&s.trust, TRUST_SEALING, SAMPLE_TIME_MS);
    struct ratings r = {.grade = {GRADE_VERY_SATISFIED, GRADE_NONE, GRADE_DISSATISFIED},
                        .comment = S("来得晚\n修得好"),
                        .code = S("4711")},
                   got;
    bytes p, c, o;
    CHECK_INT(ratings_encode(&r, plain, sizeof plain, &p), ST_OK);
    CHECK_INT(ratings_seal(p, to, sealed, sizeof sealed, &c), ST_OK);
    CHECK_INT(c.n, p.n + RATINGS_SEAL_OVERHEAD);
    CHECK_INT(ratings_open(c, s.node.keys.box_pk, s.node.keys.box_sk, back, sizeof back, &o),
              ST_OK);
    CHECK_INT(ratings_decode(o, &got), ST_OK);
    CHECK(memcmp(got.grade, r.grade, sizeof r.grade) == 0);
    CHECK(str_eq(got.comment, r.comment) && str_eq(got.code, r.code));
    CHECK_INT(ratings_open(c, s.tech.keys.box_pk, s.tech.keys.box_sk, back, sizeof back, &o),
              ST_WRONG_PARTY);
    sealed[40] ^= 1;
    CHECK_INT(ratings_open(c, s.node.keys.box_pk, s.node.keys.box_sk, back, sizeof back, &o),
              ST_BAD_SIGNATURE);
    sample_free(&s);
}

static void what_was_left_out_is_not_there(void)
{
    uint8_t buf[RATINGS_PLAIN_MAX];
    struct ratings none, got;
    memset(&none, 0, sizeof none);
    bytes p;
    CHECK_INT(ratings_encode(&none, buf, sizeof buf, &p), ST_OK);
    CHECK_INT(p.n, 0);
    none.grade[2] = GRADE_FAIR;
    CHECK_INT(ratings_encode(&none, buf, sizeof buf, &p), ST_OK);
    CHECK_INT(p.n, RATINGS_BLOCK);
    CHECK(memcmp(p.p, "\xa1\x03\x03\x80", 5) == 0);
    CHECK_INT(ratings_decode(p, &got), ST_OK);
    CHECK(got.grade[0] == GRADE_NONE && got.grade[2] == GRADE_FAIR && got.comment.n == 0);
    none.comment = S("a\tb");
    CHECK_INT(ratings_encode(&none, buf, sizeof buf, &p), ST_BAD_INPUT);
}

/* The technician holds the box: it must not say by its size that somebody complained. */
static void the_length_of_a_rating_says_nothing(void)
{
    static uint8_t buf[RATINGS_PLAIN_MAX];
    static char words[1024];
    struct ratings r = {.grade = {GRADE_VERY_SATISFIED}}, got;
    bytes p;
    CHECK_INT(ratings_encode(&r, buf, sizeof buf, &p), ST_OK);
    size_t least = p.n;
    memset(words, 'x', 1023); /* the longest comment and code that the page takes */
    for (int k = 0; k < RATE_QUESTIONS; k++) {
        r.grade[k] = GRADE_DISSATISFIED;
    }
    r.comment = str_c(words);
    r.code = S("12345678901234567890123456789012");
    CHECK_INT(ratings_encode(&r, buf, sizeof buf, &p), ST_OK);
    CHECK_INT(p.n, least);
    CHECK_INT(ratings_decode(p, &got), ST_OK);
    CHECK(str_eq(got.comment, r.comment) && str_eq(got.code, r.code));
    static char most[CAP_TEXT_BYTES + 1];
    memset(most, 'y', CAP_TEXT_BYTES);
    r.comment = str_c(most); /* of another handheld: more than one block */
    CHECK_INT(ratings_encode(&r, buf, sizeof buf, &p), ST_OK);
    CHECK_INT(p.n % RATINGS_BLOCK, 0);
    CHECK_INT(ratings_decode(p, &got), ST_OK);
    CHECK_INT(got.comment.n, CAP_TEXT_BYTES);
    buf[p.n - 1] = 1; /* what fills it is what is written, and no more or less of it */
    CHECK_INT(ratings_decode(p, &got), ST_BAD_FORM);
    buf[p.n - 1] = 0;
    CHECK_INT(ratings_decode(bytes_of(p.p, p.n - 1), &got), ST_BAD_FORM);
    /* Of the first version: nothing fills it, and it may end as what fills begins. */
    CHECK_INT(ratings_decode(bytes_of("\xa1\x05\x63\xe4\xb8\x80", 6), &got), ST_OK);
    CHECK(str_eq(got.comment, S("一")));
}

static void ratings_have_one_encoding(void)
{
    struct ratings got;
    CHECK_INT(ratings_decode(bytes_of("\xa1\x01\x02", 3), &got), ST_OK);
    /* Nothing said is no attachment; what is empty or no grade is left out. */
    CHECK_INT(ratings_decode(bytes_of("\xa0", 1), &got), ST_BAD_FORM);
    CHECK_INT(ratings_decode(bytes_of("\xa1\x05\x60", 3), &got), ST_BAD_FORM);
    CHECK_INT(ratings_decode(bytes_of("\xa1\x06\x40", 3), &got), ST_BAD_FORM);
    CHECK_INT(ratings_decode(bytes_of("\xa1\x01\x00", 3), &got), ST_BAD_FORM);
    CHECK_INT(ratings_decode(bytes_of("\xa1\x01\x05", 3), &got), ST_BAD_FORM);
}

int main(void)
{
    if (sodium_init() < 0) {
        return 99;
    }
    RUN(strokes_come_back_as_drawn);
    RUN(the_longest_signature_fits_its_attachment);
    RUN(strokes_out_of_bounds_are_refused);
    RUN(no_bit_of_strokes_is_without_meaning);
    RUN(ratings_reach_headquarters_and_nobody_else);
    RUN(the_length_of_a_rating_says_nothing);
    RUN(ratings_have_one_encoding);
    RUN(what_was_left_out_is_not_there);
    CHECK_END();
}

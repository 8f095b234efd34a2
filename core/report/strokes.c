/* strokes.c - see strokes.h. */
#include "core/report/strokes.h"

#include "core/codec/cbor.h"

enum key { K_WIDTH = 1, K_HEIGHT, K_STROKES };
enum { NUMBERS = 4 }; /* of a point: x, y, t, pressure */

static bool point_ok(const struct stroke_point *p, const struct stroke_point *before)
{
    return p->x >= -STROKES_SIDE_MAX && p->x <= STROKES_SIDE_MAX && p->y >= -STROKES_SIDE_MAX &&
           p->y <= STROKES_SIDE_MAX && p->t_ms <= STROKES_MS_MAX && p->t_ms >= before->t_ms &&
           p->pressure <= STROKES_PRESSURE_MAX;
}

static bool side_ok(int64_t side)
{
    return side > 0 && side <= STROKES_SIDE_MAX;
}

/* Points of the stroke that begins at `i`. */
static size_t length_at(const struct strokes *s, size_t i)
{
    size_t n = 1;
    while (i + n < s->n && !s->points[i + n].start) {
        n++;
    }
    return n;
}

static void put_stroke(struct cbor_w *w, const struct stroke_point *p, size_t n,
                       struct stroke_point *last)
{
    cbor_put_array(w, n * NUMBERS);
    for (size_t i = 0; i < n; i++) {
        cbor_put_int(w, (int64_t)p[i].x - last->x);
        cbor_put_int(w, (int64_t)p[i].y - last->y);
        cbor_put_uint(w, p[i].t_ms - last->t_ms);
        cbor_put_int(w, (int64_t)p[i].pressure - last->pressure);
        *last = p[i];
    }
}

enum st strokes_encode(const struct strokes *s, uint8_t *buf, size_t cap, bytes *out)
{
    struct stroke_point last = {0};
    size_t strokes = 0;
    *out = (bytes){NULL, 0};
    if (s->n > STROKES_POINTS_MAX) {
        return ST_TOO_BIG;
    }
    if (s->n == 0 || !s->points[0].start || !side_ok(s->w) || !side_ok(s->h)) {
        return ST_BAD_INPUT;
    }
    for (size_t i = 0; i < s->n; i++) {
        if (!point_ok(&s->points[i], &last)) {
            return ST_BAD_INPUT;
        }
        last = s->points[i];
        strokes += s->points[i].start;
    }
    struct cbor_w w = cbor_w_init(buf, cap);
    cbor_put_map(&w, 3);
    cbor_put_uint(&w, K_WIDTH);
    cbor_put_uint(&w, (uint64_t)s->w);
    cbor_put_uint(&w, K_HEIGHT);
    cbor_put_uint(&w, (uint64_t)s->h);
    cbor_put_uint(&w, K_STROKES);
    cbor_put_array(&w, strokes);
    last = (struct stroke_point){0};
    for (size_t i = 0; i < s->n;) {
        size_t n = length_at(s, i);
        put_stroke(&w, &s->points[i], n, &last);
        i += n;
    }
    return cbor_w_done(&w, out) == ST_OK ? ST_OK : ST_TOO_BIG;
}

static enum st bad(const char **rule, const char *name)
{
    *rule = name;
    return ST_BAD_FORM;
}

/* One stroke behind those that are there; answers the name of the rule that it breaks, or NULL. */
static const char *get_stroke(struct cbor_r *r, struct strokes *s, struct stroke_point *last)
{
    size_t items = cbor_get_array(r);
    if (items == 0 || items % NUMBERS != 0) {
        return "points of a stroke";
    }
    if (items / NUMBERS > STROKES_POINTS_MAX - s->n) {
        return "number of points";
    }
    for (size_t i = 0; i < items / NUMBERS; i++) {
        int64_t d[NUMBERS];
        for (size_t k = 0; k < NUMBERS; k++) {
            d[k] = cbor_get_int(r);
            if (r->st != ST_OK || d[k] > 2 * STROKES_MS_MAX || d[k] < -2 * STROKES_MS_MAX) {
                return "a point's number";
            }
        }
        int64_t x = last->x + d[0], y = last->y + d[1], t = last->t_ms + d[2],
                p = last->pressure + d[3];
        if (d[2] < 0 || t > STROKES_MS_MAX || p < 0 || p > STROKES_PRESSURE_MAX) {
            return "time or pressure";
        }
        struct stroke_point at = {.x = (int32_t)x,
                                  .y = (int32_t)y,
                                  .t_ms = (uint32_t)t,
                                  .pressure = (uint16_t)p,
                                  .start = i == 0};
        if (!point_ok(&at, last)) {
            return "a point's place";
        }
        s->points[s->n++] = *last = at;
    }
    return NULL;
}

enum st strokes_decode(bytes in, struct arena *a, struct strokes *out, const char **rule)
{
    const char *none;
    rule = rule == NULL ? &none : rule;
    *rule = "";
    memset(out, 0, sizeof *out);
    enum st st = cbor_check(in, CBOR_NO_TEXT, NULL, rule);
    if (st != ST_OK) {
        return st;
    }
    struct cbor_r r = cbor_r_init(in);
    int64_t side[2] = {0, 0};
    if (cbor_get_map(&r) != 3) {
        return bad(rule, "keys");
    }
    for (unsigned i = 0; i < 2; i++) {
        if (cbor_get_uint(&r) != K_WIDTH + i) {
            return bad(rule, "keys");
        }
        side[i] = cbor_get_int(&r);
        if (!side_ok(side[i])) {
            return bad(rule, "size of the pad");
        }
    }
    if (cbor_get_uint(&r) != K_STROKES) {
        return bad(rule, "keys");
    }
    size_t strokes = cbor_get_array(&r);
    if (strokes == 0 || strokes > STROKES_POINTS_MAX) {
        return bad(rule, "number of strokes");
    }
    struct strokes s = {.w = (int32_t)side[0], .h = (int32_t)side[1]};
    s.points = arena_new(a, struct stroke_point, STROKES_POINTS_MAX);
    if (s.points == NULL) {
        return ST_FULL;
    }
    struct stroke_point last = {0};
    for (size_t i = 0; i < strokes; i++) {
        const char *broken = get_stroke(&r, &s, &last);
        if (broken != NULL) {
            return bad(rule, broken);
        }
    }
    if (cbor_done(&r) != ST_OK) {
        return bad(rule, "form");
    }
    *out = s;
    return ST_OK;
}

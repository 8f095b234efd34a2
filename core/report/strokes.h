/* strokes.h - a signature as it was drawn: the content of an ATT_STROKES attachment.
 *
 * strokes = {1: width, 2: height, 3: [stroke, ...]}, canonical CBOR; a stroke is a flat array of
 * x, y, t, pressure for each of its points, every number the difference to the point before it
 * (the first point of all: to zero), across strokes too. One drawing has one encoding. Units:
 * hundredths of a dp from the pad's top left, milliseconds since the first point, pressure 0 to
 * 1023. PROOF.md is normative. Pure; any thread. */
#ifndef CORE_REPORT_STROKES_H
#define CORE_REPORT_STROKES_H
#include "core/base/arena.h"
#include "core/base/status.h"

#define STROKES_POINTS_MAX                                                                         \
    1300 /* at most 11 bytes a point: fits CAP_STROKES_BYTES; 11 s at 120 Hz */
#define STROKES_SIDE_MAX 1000000 /* hundredths of a dp: 10,000 dp, beyond any screen */
#define STROKES_MS_MAX 86400000  /* one day: a pad that lay open over lunch still counts */
#define STROKES_PRESSURE_MAX 1023

struct stroke_point {
    int32_t x, y;  /* may lie outside the box: the pen left the pad */
    uint32_t t_ms; /* never goes back */
    uint16_t pressure;
    bool start; /* begins a stroke; always so for the first point */
};
struct strokes {
    int32_t w, h; /* of the pad when it was drawn on, as drawn */
    size_t n;
    struct stroke_point *points;
};

/* strokes_encode: into buf (CAP_STROKES_BYTES do), *out a view of it. ST_BAD_INPUT: no point, a
 * number out of bounds; ST_TOO_BIG: more than STROKES_POINTS_MAX points, or buf is short. */
MUST_USE enum st strokes_encode(const struct strokes *s, uint8_t *buf, size_t cap, bytes *out);
/* strokes_decode: back, points in `a`. ST_BAD_FORM (*rule names what is broken), ST_FULL. */
MUST_USE enum st strokes_decode(bytes in, struct arena *a, struct strokes *out, const char **rule);
#endif

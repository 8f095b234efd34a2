/* day.h - a technician's daily report (procedures A-07): whose and of which day it is, and its
 * lines as one text, which stands frozen as the attachment of F_DAY_LINES.
 *
 * A line of the text is "C 09:20-10:50 90 J-261121-01 words": class, from and to in the day's wall
 * clock, minutes, the job's number ("-" for internal work), and words to the end of the line. Pure;
 * any thread. */
#ifndef CORE_MODEL_DAY_H
#define CORE_MODEL_DAY_H
#include "core/base/ids.h"
#include "core/model/kinds.h"

#define DAY_MINUTES 1440
#define DAY_LINES_MAX 80   /* a visit every ten minutes of a long day, and what is between */
#define DAY_WORDS_MAX 240  /* bytes of one line's words: 80 Chinese characters */
#define DAY_LINE_BYTES 320 /* one line of the text: its words, a number, times */

struct day_line {
    enum service_class class_;
    int from_min, to_min; /* of the day, 0 to DAY_MINUTES */
    str job;              /* its number; empty: internal work */
    str words;            /* without line breaks */
};
/* day_subject: the one subject that a person's report of a day has, whichever device writes it. */
id16 day_subject(id16 person, int64_t midnight_ms);
/* day_put: the text of the lines into buf. False: no room, or a line that cannot be read back. */
bool day_put(const struct day_line *lines, size_t n, char *buf, size_t cap, str *out);
/* day_get: back; texts point into `text`. False: it is not such a text, or has more than `cap`. */
bool day_get(str text, struct day_line *out, size_t cap, size_t *n);
/* day_sums: minutes by class; sums[CLASS_NONE] takes what has none. */
void day_sums(const struct day_line *lines, size_t n, int64_t sums[static CLASS_D + 1]);
#endif

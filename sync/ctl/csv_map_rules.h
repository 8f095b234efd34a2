/* csv_map_rules.h - what csv_map.c learns from map file and heading and csv_map_row.c applies.
 * Only these two include it. */
#ifndef SYNC_CTL_CSV_MAP_RULES_H
#define SYNC_CTL_CSV_MAP_RULES_H
#include "sync/ctl/csv_map.h"

#define CSV_MAP_EMPTY 8 /* words that mean an empty cell */

enum csv_source {
    CSV_FROM_NAME = 0 /* like ours */,
    CSV_FROM_COLUMN,
    CSV_FROM_CONSTANT,
    CSV_FROM_LINE
};

struct csv_map_rule {
    enum csv_source source;
    str theirs;            /* column or constant; in `text` */
    str fallback;          /* of an empty cell; in `text` */
    uint32_t line;         /* of the map, 0: not said */
    uint32_t default_line; /* likewise of the fallback */
    int at;                /* place in the heading, -1: the file has no such column */
};

struct csv_map {
    const struct csv_kind *kind;
    int utc_offset_minutes;
    char format[CSV_FORMAT_BYTES];
    int time_of_day; /* minutes */
    size_t nempty;
    str empty[CSV_MAP_EMPTY];
    struct csv_map_rule rule[CSV_KIND_COLUMNS];
    size_t heading_n;
    char line_text[12]; /* the line number of the present row */
    size_t text_n;
    char text[CSV_MAP_BYTES]; /* the map file */
};
#endif

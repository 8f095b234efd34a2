/* csv_map.h - their columns to ours, and a row of cells to a row of values.
 *
 * Without a map file their columns must be named like ours (csv_columns.h). A map file is UTF-8
 * text, one statement a line, # begins a comment at the beginning of a line:
 *
 *     call_time   = Date               our column = the heading of theirs (ASCII case does not
 * matter) customer    = "C-100"            our column = the same for every row id          = line
 * number        a code column: the line of the file on which the row begins default unit = "piece"
 * what an empty cell of ours means date format = dd/mm/yyyy [HH:MM] yyyy mm dd HH MM SS; what is in
 * [] may be absent time of day = 08:00              what a time without a time of day means (else
 * 00:00) empty       = NA                 a word that means an empty cell; up to eight such lines
 *
 * A column that the map does not name is found under our own name. The usual date format is
 * yyyy-mm-dd [HH:MM]. Order of use: csv_map_open, csv_next and csv_map_heading, then csv_next and
 * csv_map_row for each row, csv_map_close. One thread a map. */
#ifndef SYNC_CTL_CSV_MAP_H
#define SYNC_CTL_CSV_MAP_H
#include "sync/ctl/csv.h"
#include "sync/ctl/csv_columns.h"

struct csv_map; /* opaque */

struct csv_value {
    bool given; /* false: the cell is empty or the column absent; all else is zero then */
    str text;   /* the trimmed cell; lives as long as the row and the map */
    int64_t
        number;  /* ms UTC, minor units, thousandths, count, word's number, minutes (CSV_CLOCK) */
    int32_t day; /* dates: days since 1970-01-01, local */
    int weekday; /* CSV_DAY: 1 (Monday) to 7 for every week; 0: the date in `day` and `number` */
};

struct csv_record {
    uint32_t line;
    struct csv_value value[CSV_KIND_COLUMNS]; /* by the enums of csv_columns.h */
};

/* csv_map_open: how a file of `kind` (static) is to be read.
 *
 *   path                the map file, or NULL for none
 *   utc_offset_minutes  of the zone in which dates and times of the file are meant
 *   out                 the map, the caller's until csv_map_close; written only on ST_OK
 *
 * Errors: ST_NOT_FOUND, ST_IO the file; ST_BAD_INPUT a statement, with its line; ST_FULL no memory.
 */
MUST_USE enum st csv_map_open(const struct csv_kind *kind, const char *path, int utc_offset_minutes,
                              struct csv_map **out, struct err *err);

/* csv_map_heading: finds our columns in the file's first record. `row` may go afterwards.
 * ST_BAD_INPUT: a column is missing (err names it and what the file has instead) or stands twice.
 */
MUST_USE enum st csv_map_heading(struct csv_map *m, const struct csv_row *row, struct err *err);

/* csv_map_row: one record's values; text is valid until the next csv_next.
 * ST_BAD_INPUT: the row is refused; err says "line N: " and why, naming the column as the file does
 * and no cell's content. `out` may then not be read. */
MUST_USE enum st csv_map_row(struct csv_map *m, const struct csv_row *row, struct csv_record *out,
                             struct err *err);

/* csv_map_close: frees the map and sets *m to NULL; NULL in *m is fine. */
void csv_map_close(struct csv_map **m);
#endif

/* csv.h - other people's tables, record by record, as UTF-8.
 *
 * RFC 4180 with what spreadsheets really write: CR LF or LF, a byte order mark, quoted fields with
 * doubled quotes and line breaks in them, a quotation mark in mid-field (5" pipe). Memory is
 * bounded whatever the file holds: a record has at most CSV_LINE_BYTES and CSV_COLUMNS
 * (sync/ctl/limits.h). A record that cannot be read is refused with its line number and reading
 * goes on at the next line, so one bad line costs one line. Empty records are passed over.
 *
 * Encoding, when nobody names it: a byte order mark decides; else what is UTF-8 is UTF-8; else it
 * is taken for GB18030, and csv_encoding says that this was a guess. Exception: a file that is
 * UTF-8 but for a few sequences is UTF-8, and those lines are refused, since reading it as GB18030
 * would turn every name in it to nonsense. A regular file is looked at whole, a pipe by its first
 * MiB.
 *
 * Knows nothing of customers or jobs (csv_columns.h, csv_map.h do). One thread a reader.
 * Order of use: csv_open, csv_next until ST_END, csv_close. */
#ifndef SYNC_CTL_CSV_H
#define SYNC_CTL_CSV_H
#include "core/base/slice.h"
#include "core/base/status.h"
#include "sync/ctl/limits.h"

struct csv; /* opaque */

struct csv_row {
    uint32_t line; /* of the file, from 1, on which the record begins */
    size_t n;      /* fields; 0 when the record was refused */
    str field[CSV_COLUMNS];
};

/* csv_open: begin to read the table at `path` ("-" is standard input).
 *
 *   encoding  a name that iconv knows, which then decides; NULL to look
 *   out       the reader, the caller's until csv_close; written only on ST_OK
 *   err       may be NULL; filled only on failure
 *
 * Errors: ST_NOT_FOUND no such file; ST_IO it cannot be read; ST_BAD_INPUT an encoding that nobody
 * knows; ST_FULL no memory. */
MUST_USE enum st csv_open(const char *path, const char *encoding, struct csv **out,
                          struct err *err);

/* csv_encoding: the encoding's name, as long as `c`. *guessed (may be NULL) is true when neither a
 * name nor a mark decided and the bytes are not UTF-8 throughout. */
const char *csv_encoding(const struct csv *c, bool *guessed);

/* csv_next: the next record. Fields point into the reader and live until the next call; they are
 * valid UTF-8 without zero bytes, not trimmed.
 *
 * ST_END at the end of the file. ST_BAD_INPUT: this record is refused, row->line says which and
 * err->text why, in a sentence that begins "line N: "; call again for the next. ST_IO: reading
 * failed; only csv_close may follow. */
MUST_USE enum st csv_next(struct csv *c, struct csv_row *row, struct err *err);

/* csv_close: frees the reader and sets *c to NULL; NULL in *c is fine. */
void csv_close(struct csv **c);
#endif

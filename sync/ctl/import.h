/* import.h - docketctl import: a table of the company's becomes records, assignments, an edition.
 *
 * Two steps. First the whole file is read beside a store open for reading: each row is checked,
 * what it names is looked up, what is wrong is refused by line (import_rows.c, import_edition.c).
 * Then the store is closed and what stood the check is written in batches (import_write.c). So a
 * dry run is the first step alone. Private to sync/ctl; one thread. */
#ifndef SYNC_CTL_IMPORT_H
#define SYNC_CTL_IMPORT_H
#include "core/model/catalogue.h"
#include "sync/ctl/csv_map.h"
#include "sync/ctl/csv_seen.h"
#include "sync/ctl/ctl_view.h"

struct import {
    const char *dir, *keys, *path, *map_path, *encoding;
    const struct csv_kind *kind;
    const char *verify_url; /* NULL: as it is; into the edition, for the customer's QR */
    int utc_offset_minutes;
    const char *zone; /* of the company, as in TZ; NULL: utc_offset_minutes, no summer time */
    bool offset_said; /* utc_offset_minutes was given, and not taken from this machine */
    bool dry, json;
    /* reading */
    struct csv *csv;
    struct csv_map *map;
    struct csv_seen *seen;
    struct ctl_view v;
    char encoding_used[40];
    bool guessed;
    /* what the file says */
    json_t *records;      /* record.set of each good row */
    json_t *lines;        /* the row's line, at the same index */
    json_t *assign;       /* {job, technician, line} */
    json_t *refused;      /* {line, why} */
    json_t *credits;      /* {line, code, amount}: a negative cost */
    unsigned rows, known; /* data rows read; good ones whose code headquarters has already */
    /* the edition */
    struct import_edition *edition;
    /* what was written */
    unsigned created, changed, unchanged, assigned;
    uint64_t edition_number; /* published; 0: none */
};

/* import_refuse: the row on `line` is not taken; `why` is a sentence, with or without "line N: ".
 * Said on stderr at once and kept for the report. */
void import_refuse(struct import *im, uint32_t line, const char *why);
/* import_record: a row of a kind that becomes records. ST_OK also when it was refused; errors end
 * the import. */
MUST_USE enum st import_record(struct import *im, const struct csv_record *rec, struct err *err);
/* import_edition_*: rows of parts, faults, prices, calendar, merged into the newest edition.
 * import_edition_done: its bytes when they differ from the newest (number raised), else *out empty;
 * they live until import_edition_drop. */
bool import_edition_is(const struct csv_kind *kind);
MUST_USE enum st import_edition_begin(struct import *im, struct err *err);
MUST_USE enum st import_edition_row(struct import *im, const struct csv_record *rec,
                                    struct err *err);
MUST_USE enum st import_edition_done(struct import *im, bytes *out, struct err *err);
void import_edition_drop(struct import *im);
/* import_calendar_*: the rows of a calendar, of the company and of branches, merged into those of
 * the edition, which outlive it. _begin: *out is the caller's, to be freed; ST_FULL. _row: false
 * with a sentence in `why` when the row is refused, and nothing has changed. _done: the outcome; it
 * points into `c`. */
#define IMPORT_WHY 160
struct import_calendar;
MUST_USE enum st import_calendar_begin(const struct calendars *was, struct import_calendar **out,
                                       struct err *err);
MUST_USE bool import_calendar_row(struct import *im, struct import_calendar *c,
                                  const struct csv_record *rec, char why[static IMPORT_WHY]);
void import_calendar_done(struct import *im, struct import_calendar *c, struct calendars *out);
/* import_write: records, assignments, edition; the store is closed by now. */
MUST_USE enum st import_write(struct import *im, bytes edition, struct err *err);
#endif

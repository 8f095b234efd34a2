/* csv_decode.h - the bytes of a file or pipe, whatever their encoding, as a stream of UTF-8.
 *
 * Used by csv.c only. A sequence that the encoding does not allow becomes a mark in the stream:
 * CSV_DECODE_BROKEN (a byte that UTF-8 never holds) and the offset in the file as
 * CSV_DECODE_OFFSET_DIGITS hex digits; until the next line break further ones become '?', so that
 * a line of rubbish does not grow thirteenfold. One thread. */
#ifndef SYNC_CTL_CSV_DECODE_H
#define SYNC_CTL_CSV_DECODE_H
#include "core/base/slice.h"
#include "core/base/status.h"

#define CSV_DECODE_BROKEN 0xFF
#define CSV_DECODE_OFFSET_DIGITS 12
#define CSV_DECODE_ROOM                                                                            \
    64 /* csv_decode_read wants at least this much room: a mark and a character */

struct csv_decode; /* opaque */

/* csv_decode_open: see csv_open in csv.h, whose parameters and errors these are. */
MUST_USE enum st csv_decode_open(const char *path, const char *encoding, struct csv_decode **out,
                                 struct err *err);
/* csv_decode_name: the encoding in use; *guessed as csv_encoding says. */
const char *csv_decode_name(const struct csv_decode *d, bool *guessed);
/* csv_decode_read: between 1 and `cap` (at least CSV_DECODE_ROOM) bytes of UTF-8 to `to`, their
 * number to *n. ST_END when there are no more; ST_IO when reading failed. */
MUST_USE enum st csv_decode_read(struct csv_decode *d, char *to, size_t cap, size_t *n,
                                 struct err *err);
/* csv_decode_close: closes the file, frees, sets *d to NULL; NULL in *d is fine. */
void csv_decode_close(struct csv_decode **d);
#endif

/* export_rows.h - what docketctl export writes: kinds, their columns, one row as a JSON object.
 * Private to sync/ctl. One thread. */
#ifndef SYNC_CTL_EXPORT_ROWS_H
#define SYNC_CTL_EXPORT_ROWS_H
#include "sync/ctl/ctl_view.h"

/* Takes one row, a new reference. What it answers other than ST_OK ends the export. */
typedef enum st (*export_take)(void *ctx, json_t *row, struct err *err);

#define EXPORT_COLUMNS_MAX 26
/* export_columns: the names of a kind's columns, in order; how many. 0: no such kind. The names
 * have static storage. */
size_t export_columns(const char *kind, const char *names[static EXPORT_COLUMNS_MAX]);
/* export_kinds: all kinds, for the usage; ended by NULL. */
const char *const *export_kinds(void);
/* export_rows: every row of `kind` to `take`, in the order of the store's lists. */
MUST_USE enum st export_rows(struct ctl_view *v, const char *kind, export_take take, void *ctx,
                             struct err *err);
#endif

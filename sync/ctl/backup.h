/* backup.h - what `backup` and `restore` share: where a backup's parts lie, what it says of itself.
 *
 * FOLDER is a store; FOLDER/backup.json says of which moment. FOLDER.keytable, beside it, is the
 * copy of the subjects' keys (at most BACKUP_TABLE_DAYS old: an erasure must reach it), FOLDER.keys
 * the key file, when it was asked for. */
#ifndef SYNC_CTL_BACKUP_H
#define SYNC_CTL_BACKUP_H
#include "sync/ctl/ctl.h"

#define BACKUP_TABLE_DAYS 30
#define BACKUP_DAY_MS 86400000LL

struct backup_about {
    int64_t made_ms, head_ms; /* when it was made; the wall time of the node's last entry in it */
    char epoch[17];           /* of the node's journal, hex */
    int64_t seq;              /* its last entry in the backup */
};
MUST_USE enum st backup_about_put(const char *folder, const struct backup_about *a,
                                  struct err *err);
/* backup_about_get: ST_NOT_FOUND: there is no backup; ST_BAD_FORM. */
MUST_USE enum st backup_about_get(const char *folder, struct backup_about *a, struct err *err);
/* backup_path: FOLDER and a suffix (".keytable"). False: said on stderr. */
bool backup_path(const char *folder, const char *suffix, char *out, size_t cap);
bool backup_there(const char *path);
/* backup_head: the node's last entry in an open headquarters. */
MUST_USE enum st backup_head(struct hq *hq, struct backup_about *a, struct err *err);
#endif

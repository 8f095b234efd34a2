/* ctl_entries.h - the entries of a store in the order of their time, and all that one says, as
 * JSON. For `log` and `export entries`. One thread. */
#ifndef SYNC_CTL_CTL_ENTRIES_H
#define SYNC_CTL_CTL_ENTRIES_H
#include "core/journal/forks.h"
#include "core/journal/times.h"
#include "sync/ctl/ctl_view.h"

struct ctl_entry_at {
    uint8_t time[8]; /* big endian, as in T_SUBJECT's key */
    h32 hash;
};
struct ctl_entries {
    struct ctl_view *v;
    size_t n, room;
    struct ctl_entry_at *p; /* malloc'ed */
    id16 last;              /* the subject whose code was looked up last: runs are common */
    char code[CAP_CODE_BYTES + 1];
    struct forks_seen forks;
};
/* ctl_entries_of: of one subject, or of the whole store when `subject` is NULL. Values are not
 * unsealed yet. ST_FULL: more than memory holds. ctl_entries_drop after it, whatever it answered.
 */
MUST_USE enum st ctl_entries_of(struct ctl_view *v, const id16 *subject, struct ctl_entries *out,
                                struct err *err);
void ctl_entries_drop(struct ctl_entries *e);
/* ctl_entries_facts: one entry as a JSON object; `hex` adds the whole bytes. */
json_t *ctl_entries_facts(struct ctl_entries *l, const struct entry_view *e, bool hex,
                          struct arena tmp);
/* ctl_entries_times: what is proved and claimed of an entry's time; where nothing is known (a chain
 * that is not held whole) its wall clock stands as claimed. */
struct times ctl_entries_times(struct ctl_entries *l, const struct entry_view *e, struct arena tmp);
const char *ctl_entries_kind(const struct entry_view *e);
const char *ctl_entries_place(struct ctl_entries *l, const struct entry_view *e, struct arena tmp);
/* ctl_entries_code: the books' code of the entry's subject; valid until the next call. */
const char *ctl_entries_code(struct ctl_entries *l, const struct entry_view *e, struct arena tmp);
/* ctl_entries_forked: it lies in one of two histories of its chain. */
bool ctl_entries_forked(struct ctl_entries *l, const struct entry_view *e, struct arena tmp);
#endif

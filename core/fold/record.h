/* record.h - what a writer must say that he saw: fills in the "seen" lists of a new entry. */
#ifndef CORE_FOLD_RECORD_H
#define CORE_FOLD_RECORD_H
#include "core/fold/state.h"
#include "core/model/bodies.h"

/* record_see: for each write list the current writes of its field in `s` (NULL: nothing yet). So a
 * role of headquarters that writes a field in conflict resolves it. */
void record_see(const struct subject_state *s, struct record_write *w, size_t n);
/* assign_see: list the assignments that stand, so that the new one replaces them. */
void assign_see(const struct subject_state *s, struct body_assigned *b);
/* cover_all: the last entry of each other author on this job, for a sign-off: from the state's own
 * notes, latest first, at most CAP_COVERS_MADE (so
 * that the QR code holds the sign-off). Returns their number. */
unsigned cover_all(const struct subject_state *s, id8 own, struct cover covers[static CAP_COVERS]);
#endif

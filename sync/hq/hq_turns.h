/* hq_turns.h - how many exchanges one author has in hand at once.
 *
 * A device has one, and after a lost line perhaps the half of another that headquarters has not
 * noticed yet. More would let one author take the memory and the connections of all. Asked once the
 * first frame has shown who sends: a header alone is anybody's. Any thread. */
#ifndef SYNC_HQ_HQ_TURNS_H
#define SYNC_HQ_HQ_TURNS_H
#include <stdbool.h>

#include "core/base/ids.h"

struct hq_turns;
struct hq_turns *hq_turns_new(void); /* NULL: no memory */
void hq_turns_free(struct hq_turns **t);
/* hq_turns_take: one more for this author; false: it has HQ_AUTHOR_EXCHANGES, or there is no room
 * to count another author. What was taken is given back once, by hq_turns_give. */
bool hq_turns_take(struct hq_turns *t, id8 author);
void hq_turns_give(struct hq_turns *t, id8 author);
#endif

/* pick.h - rows of the catalogue found by words: parts, faults, prices. A search is worked out when
 * its text or the edition changes, not in each frame. */
#ifndef APP_SCREENS_PICK_H
#define APP_SCREENS_PICK_H
#include "app/screens/form.h"

#define PICK_MAX 1000   /* rows found; a search that finds more is refined, not scrolled */
#define PICK_FREQUENT 6 /* chips beside "all" and "in words": eight choices in view */

struct pick {
    char search[64], done[64]; /* as typed; as worked out */
    h32 edition;
    bool fresh;
    unsigned n;
    unsigned at[PICK_MAX]; /* rows of the catalogue */
    bool more;             /* there were more than PICK_MAX */
};
/* pick_faults: those that hold the search, the most frequent of `kind` of equipment first.
 * pick_parts: those in the van first. pick_prices: of class A. */
void pick_faults(struct app *a, struct pick *p, str kind);
void pick_parts(struct app *a, struct pick *p);
void pick_prices(struct app *a, struct pick *p);
/* pick_frequent: at most PICK_FREQUENT faults: first those that this equipment, its model, or its
 * kind had on visits that the device knows of, then the catalogue's by frequency for its kind (of
 * any kind when none is known for it); *all: how many there are. */
unsigned pick_frequent(struct app *a, const struct job_model *j, unsigned at[static PICK_FREQUENT],
                       unsigned *all);
#endif

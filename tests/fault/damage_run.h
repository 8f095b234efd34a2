/* damage_run.h - the program is started once on a store that was spoilt: does it live, does it keep
 * what holds, does it name what is missing, does it go on? */
#ifndef TESTS_FAULT_DAMAGE_RUN_H
#define TESTS_FAULT_DAMAGE_RUN_H
#include "tests/fault/damage_file.h"
#include "tests/fault/story.h"

struct damage_run {
    struct story *story;
    const struct damage_gold *gold; /* of this side, before the damage */
    enum story_side side;
    const char *dir;     /* the store */
    const uint8_t *file; /* its data.mdb as it is now */
    size_t n;
    bool strict; /* the store is looked through before use: what it says must be true */
};

/* What the child found, handed to its parent. */
struct damage_found {
    char bad[300]; /* empty: nothing */
    bool salvaged, gave_up;
    unsigned kept, gone, missing;
};

/* damage_run: false: the child was ended by a signal (its alarm after 60 s too). */
bool damage_run(const struct damage_run *r, struct damage_found *f);
/* damage_look: all of a store is checked; what is wrong, not only missing, is said in f->bad.
 * Returns how much the journal's check counted as damage. */
uint64_t damage_look(struct store *s, struct damage_found *f);
#endif

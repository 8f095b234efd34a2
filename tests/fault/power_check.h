/* power_check.h - does a folder that a power cut left hold what the story said? */
#ifndef TESTS_FAULT_POWER_CHECK_H
#define TESTS_FAULT_POWER_CHECK_H
#include "tests/fault/story.h"

/* power_check: open what lies in `dir` as the side's next run would, and look. NULL: all that
 * was said after `at` ops holds; else what does not, in static storage. */
const char *power_check(struct story *s, enum story_side side, size_t at, const char *dir);
#endif

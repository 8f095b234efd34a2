/* reg_hours.h - the calendars of an edition as the console shows them. */
#ifndef SYNC_HQ_REG_HOURS_H
#define SYNC_HQ_REG_HOURS_H
#include "core/rules/service.h"

#include <jansson.h>

/* reg_hours: an array, the company's first (its branch is ""), then branches by their codes: zone,
 * the hours of a week as they hold there, how many days differ (a branch's: its own). With `was`
 * each says what becomes of it ("added", "changed", "same"), and those that go come last
 * ("removed", as they were). A new reference; NULL: no memory. */
json_t *reg_hours(const struct calendars *now, const struct calendars *was);
#endif

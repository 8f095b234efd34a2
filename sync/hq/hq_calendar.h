/* hq_calendar.h - headquarters goes by the calendars of the edition that stands, the company's and
 * those of branches: deadlines, what is overdue, where a day begins. */
#ifndef SYNC_HQ_HQ_CALENDAR_H
#define SYNC_HQ_HQ_CALENDAR_H
#include "sync/hq/hq.h"

/* hq_calendar_settle: keep the calendars of the edition that stands and put every open job in its
 * place by them; nothing when they are kept already, or when the edition's content is not here. In
 * the batch that is open, else a transaction of its own. At open (a restore, an older program) and
 * after an edition was published. The writer's thread. Errors: those of the store. */
MUST_USE enum st hq_calendar_settle(struct hq *hq, struct err *err);
#endif

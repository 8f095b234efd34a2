/* call.h - a repair call that a technician took himself (procedures A-01, I): which subject it is.
 * Pure; any thread. */
#ifndef CORE_MODEL_CALL_H
#define CORE_MODEL_CALL_H
#include "core/base/ids.h"
#include "core/model/bodies.h"

/* What is new with such a call, in words, until headquarters has looked at it: bits of
 * F_JOB_PROPOSED. */
enum call_proposed { CALL_NEW_CUSTOMER = 1, CALL_NEW_EQUIPMENT = 2 };
#define CHANNEL_TECHNICIAN 3 /* F_JOB_CHANNEL */

/* call_subject: the one subject that the call under this provisional number has. It is made of the
 * author and his epoch, so that nobody can write a call of his own into another's job, and a
 * restored store, which may use a number again, makes another subject of it. */
id16 call_subject(id8 author, id8 epoch, const struct code *number);
#endif

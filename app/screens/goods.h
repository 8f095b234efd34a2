/* goods.h - what the screens of a customer's goods say in the same words. */
#ifndef APP_SCREENS_GOODS_H
#define APP_SCREENS_GOODS_H
#include "app/screens/form.h"
#include "core/report/goods_text.h"
#include "core/rules/office.h"

/* goods_at: where a thing is: "In repair". */
const char *goods_at(unsigned state);
/* goods_condition, goods_reason, goods_thing (bit k of the accessories): in words. */
const char *goods_condition(unsigned c);
const char *goods_reason(unsigned r);
const char *goods_thing(unsigned k);
#define GOODS_THINGS 5
/* goods_out: the thing of this job whose receipt is open, NULL: none is held here. */
const struct goods_item *goods_out(const struct job_model *j);
/* goods_facts_of: what every text about this job's goods begins with, from the job and what was
 * said when they left (taken: NULL before). */
void goods_facts_of(struct app *a, const struct job_model *j, bool english,
                    const struct body_taken *taken, struct goods_facts *f);
/* goods_open: its repair card. */
void goods_open(struct app *a, const struct goods_item *g);
/* goods_ref, goods_time, goods_code, goods_int: one field of a record. */
struct record_write goods_ref(int field, id16 ref);
struct record_write goods_time(int field, int64_t ms);
struct record_write goods_code(int field, const struct code *c);
struct record_write goods_int(int field, enum field_type type, int64_t v);
#endif

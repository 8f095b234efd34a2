/* reg_job.h - a call with all that belongs to it, as openapi.json's Job. */
#ifndef SYNC_HQ_REG_JOB_H
#define SYNC_HQ_REG_JOB_H
#include "sync/hq/reg.h"

/* reg_job_add: visits, deadlines, customer, equipment and goods into `out`, as the role may see. */
void reg_job_add(struct api_call *c, const struct subject_state *job, json_t *out);
/* reg_goods_add: what was done in the workshop, as visits of the goods. */
void reg_goods_add(struct api_call *c, const struct subject_state *goods, json_t *out);
/* reg_file_add: "file", the rows of what names a customer (LIST_OF_CUSTOMER; the newest first) or a
 * piece of equipment (LIST_OF_EQUIPMENT): equipment, contracts, goods, calls; at most 100 of each,
 * those that the user may see. All of them: the registers, by ?customer=. */
void reg_file_add(struct api_call *c, id16 subject, enum list list, json_t *out);
#endif

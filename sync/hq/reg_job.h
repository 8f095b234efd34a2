/* reg_job.h - a call with all that belongs to it, as openapi.json's Job. */
#ifndef SYNC_HQ_REG_JOB_H
#define SYNC_HQ_REG_JOB_H
#include "sync/hq/reg.h"

/* reg_job_add: visits, deadlines, customer, equipment and goods into `out`, as the role may see. */
void reg_job_add(struct api_call *c, const struct subject_state *job, json_t *out);
#endif

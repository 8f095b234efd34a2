/* fitted.c - where else a part with this serial number was put in, as far as this device knows:
 * looked for once a serial, in the jobs that it holds. */
#include "app/state/app_internal.h"

/* The newest that any visit of the job says of it: in (1), out (-1), nothing (0). */
static int said(const struct subject_state *job, const struct code *serial, const h32 *but,
                int64_t *when_ms)
{
    int in = 0;
    for (unsigned v = 0; v < job->nvisits; v++) {
        for (unsigned k = 0; k < job->visits[v].nfacts; k++) {
            const struct fact *f = &job->visits[v].facts[k];
            union body b;
            if (f->kind != KIND_VISIT_PART || h32_eq(f->entry, *but) ||
                body_decode(f->kind, f->body, &b) != ST_OK || f->wall_ms < *when_ms) {
                continue;
            }
            bool put_in = bytes_eq(code_bytes(&b.part.serial_in), code_bytes(serial));
            bool taken_out = bytes_eq(code_bytes(&b.part.serial_out), code_bytes(serial));
            if (put_in || taken_out) {
                in = put_in ? 1 : -1;
                *when_ms = f->wall_ms;
            }
        }
    }
    return in;
}

static void look(struct app *a, struct fitted *x, const h32 *but)
{
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    uint8_t prefix[2] = {LIST_BY_TYPE, SUBJECT_JOB};
    bytes none = {NULL, 0}, key;
    int64_t when_ms = INT64_MIN;
    x->found = false;
    if (a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return;
    }
    if (store_scan(t, T_LIST, bytes_of(prefix, sizeof prefix), none, &c, NULL) == ST_OK) {
        for (unsigned n = 0; n < APP_FITTED_JOBS && store_next(c, &key) == ST_OK; n++) {
            struct arena tmp = a->frame;
            struct subject_state job;
            id16 id;
            if (key.n < sizeof id.b) {
                continue;
            }
            memcpy(id.b, key.p + key.n - sizeof id.b, sizeof id.b);
            int in = fold_load(t, id, &tmp, &job, NULL, NULL) == ST_OK
                         ? said(&job, &x->serial, but, &when_ms)
                         : 0;
            if (in != 0) {
                x->found = in > 0;
                x->job = id;
            }
        }
        store_scan_end(&c);
    }
    store_abort(&t);
}

bool app_fitted(struct app *a, const struct code *serial, h32 but, id16 *job)
{
    struct fitted *x = &a->fitted;
    uint64_t g = atomic_load(&a->generation) + 1;
    if (x->generation != g || !h32_eq(x->but, but) ||
        !bytes_eq(code_bytes(&x->serial), code_bytes(serial))) {
        x->generation = g;
        x->serial = *serial;
        x->but = but;
        look(a, x, &but);
    }
    *job = x->job;
    return x->found;
}

void app_job_name(struct app *a, id16 job, str *customer, str *code)
{
    struct store_txn *t = NULL;
    struct today_row row = {.place = 0};
    if (a->store != NULL && store_read(a->store, &t, NULL) == ST_OK) {
        if (!today_words(t, job, &a->frame, &row)) {
            row = (struct today_row){.place = 0};
        }
        store_abort(&t);
    }
    *customer = row.customer;
    *code = row.code;
}

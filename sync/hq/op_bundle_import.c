/* op_bundle_import.c - a device's bundle that came as a file; the answer goes into one. */
#include "sync/carrier/file.h"
#include "sync/hq/hq_answer.h"
#include "sync/hq/ops.h"

#include <stdlib.h>

enum st op_bundle_import(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    str path, answer_path = {NULL, 0};
    bytes request;
    struct bundle_buffer answer = {.cap = EXCHANGE_FILE_BYTES};
    const char *problem = NULL;
    enum st st = ops_str(in, "file", &path, err);
    if (st == ST_OK && json_object_get(in, "answer") != NULL) {
        st = ops_str(in, "answer", &answer_path, err);
    }
    if (st == ST_OK) {
        st = file_read(path.p, EXCHANGE_FILE_BYTES, &request, err);
    }
    if (st != ST_OK) {
        return st;
    }
    uint64_t before = hq->kept_entries;
    st = hq_exchange(hq, request, bundle_buffer_sink, &answer, &problem, err);
    free((void *)(uintptr_t)request.p);
    if (st == ST_OK && answer_path.p != NULL) {
        st = file_write(answer_path.p, bytes_of(answer.p, answer.n), 0644, err);
    }
    if (st == ST_OK) {
        *out = json_pack("{s:I,s:I,s:s}", "received_entries",
                         (json_int_t)(hq->kept_entries - before), "answer_bytes",
                         (json_int_t)answer.n, "problem", problem == NULL ? "" : problem);
    }
    bundle_buffer_drop(&answer);
    return st;
}

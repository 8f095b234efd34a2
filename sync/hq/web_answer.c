/* web_answer.c - see web_answer.h. */
#include "sync/hq/web_answer.h"

#include "sync/hq/problem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct MHD_Response *web_answer_problem(unsigned status, const char *problem, const char *detail)
{
    char body[PROBLEM_BYTES];
    size_t n = problem_json(status, problem, detail, body, sizeof body);
    fprintf(stderr, "{\"event\":\"refused\",\"status\":%u,\"problem\":\"%s\"}\n", status,
            problem != NULL ? problem : "");
    return MHD_create_response_from_buffer(n, body, MHD_RESPMEM_MUST_COPY);
}

bool web_answer_dress(struct MHD_Response *r, const char *type, bool secure)
{
    static const char *const page[][2] = {
        {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Frame-Options", "DENY"},
        {MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"}};
    bool shown = strncmp(type, "text/", 5) == 0 || strstr(type, "json") != NULL;
    bool ok = MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES &&
              MHD_add_response_header(r, "X-Content-Type-Options", "nosniff") == MHD_YES;
    if (ok && secure) {
        ok = MHD_add_response_header(r, "Strict-Transport-Security",
                                     "max-age=31536000; includeSubDomains") == MHD_YES;
    }
    for (size_t i = 0; i < sizeof page / sizeof page[0] && ok && shown; i++) {
        ok = MHD_add_response_header(r, page[i][0], page[i][1]) == MHD_YES;
    }
    return ok;
}

enum MHD_Result web_answer_send(struct MHD_Connection *c, unsigned status, struct MHD_Response *r,
                                bool dressed)
{
    enum MHD_Result ok = r != NULL && dressed ? MHD_queue_response(c, status, r) : MHD_NO;
    if (r != NULL) {
        MHD_destroy_response(r);
    }
    return ok;
}

enum MHD_Result web_answer_bytes(struct MHD_Connection *c, bool secure, const char *type,
                                 const void *body, size_t n, enum MHD_ResponseMemoryMode mode)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(n, (void *)(uintptr_t)body, mode);
    if (r == NULL && mode == MHD_RESPMEM_MUST_FREE) {
        free((void *)(uintptr_t)body);
    }
    return web_answer_send(c, MHD_HTTP_OK, r, r != NULL && web_answer_dress(r, type, secure));
}

enum MHD_Result web_answer_refuse(struct MHD_Connection *c, bool secure, enum st st,
                                  const char *problem, const char *detail, int wait_s,
                                  const char *allow)
{
    char wait[16];
    unsigned status = problem_status(st, problem);
    struct MHD_Response *r = web_answer_problem(status, problem, detail);
    bool ok = r != NULL && web_answer_dress(r, "application/problem+json", secure);
    if (ok && (status == 503 || status == 429)) {
        snprintf(wait, sizeof wait, "%d", wait_s > 0 ? wait_s : 5);
        ok = MHD_add_response_header(r, MHD_HTTP_HEADER_RETRY_AFTER, wait) == MHD_YES;
    } else if (ok && allow != NULL) {
        ok = MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, allow) == MHD_YES;
    }
    return web_answer_send(c, status, r, ok);
}

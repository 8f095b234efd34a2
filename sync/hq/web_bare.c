/* web_bare.c - what libmicrohttpd answers by itself: to what is no HTTP, to headers without end.
 *
 * Such an answer is a page of HTML without a type, made inside the library, which asks nobody. It
 * does hand it to its own MHD_queue_response; the dynamic linker finds this one first. An answer
 * without a single header is the library's (ours have a type at least): it becomes a problem
 * document like any other refusal. Where a build binds the library's own calls, its pages stay. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "sync/hq/web_answer.h"

#include <dlfcn.h>
#include <microhttpd.h>
#include <string.h>

typedef enum MHD_Result queue_fn(struct MHD_Connection *c, unsigned status, struct MHD_Response *r);

/* The library's own, behind this one. */
static queue_fn *library_s(void)
{
    void *found = dlsym(RTLD_NEXT, "MHD_queue_response");
    queue_fn *fn = NULL;
    memcpy(&fn, &found, sizeof fn); /* C has no cast from an object's address to a function's */
    return fn;
}

static const char *kind_of(unsigned status)
{
    switch (status) {
    case MHD_HTTP_CONTENT_TOO_LARGE:
        return "too-large";
    case MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE:
    case MHD_HTTP_URI_TOO_LONG:
        return "headers-too-large";
    case MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED:
        return "http-version";
    default:
        return status < 500 ? "bad-request" : "store";
    }
}

static struct MHD_Response *problem_for(unsigned status)
{
    struct MHD_Response *r = web_answer_problem(
        status, kind_of(status),
        status == 500 ? "headquarters could not do this" : "this is no request that can be read");
    if (r != NULL && !web_answer_dress(r, "application/problem+json", false)) {
        MHD_destroy_response(r);
        r = NULL;
    }
    return r;
}

/* To a length that is no number the library sends its head twice, so that nobody can read what
 * follows: the connection ends without a word instead. */
static bool said_twice(struct MHD_Connection *c)
{
    const char *n = MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    size_t digits = n == NULL ? 0 : strspn(n, "0123456789");
    return n != NULL && (digits == 0 || n[digits] != '\0' || digits > 19);
}

enum MHD_Result MHD_queue_response(struct MHD_Connection *c, unsigned status,
                                   struct MHD_Response *r)
{
    queue_fn *queue = library_s();
    if (queue == NULL) {
        return MHD_NO;
    }
    bool bare = status >= 400 && MHD_get_response_headers(r, NULL, NULL) == 0;
    if (bare && said_twice(c)) {
        return MHD_NO;
    }
    struct MHD_Response *problem = bare ? problem_for(status) : NULL;
    enum MHD_Result ok = queue(c, status, problem != NULL ? problem : r);
    if (problem != NULL) {
        MHD_destroy_response(problem);
    }
    return ok;
}

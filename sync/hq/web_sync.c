/* web_sync.c - see web_sync.h. */
#include "sync/hq/web_sync.h"

#include "sync/hq/hq_answer.h"
#include "sync/hq/hq_turns.h"
#include "sync/hq/pace.h"
#include "sync/hq/rate.h"
#include "sync/hq/web_answer.h"
#include "sync/hq/web_peer.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct web_sync {
    struct hq *hq;
    struct hq_writer *writer;
    struct hq_turns *turns;
    struct rate *codes;      /* enrolment codes that were none, by address */
    atomic_size_t in_flight; /* bytes of all requests */
    bool secure;
};
struct web_sync_exchange {
    struct web_sync *sync;
    struct MHD_Connection *connection;
    struct hq_request *request;
    struct hq_writer_task task;
    size_t counted; /* in sync->in_flight */
    bool submitted, refused;
    bool turn; /* one of its author's, to be given back */
    struct {
        enum st st;
        const char *problem, *detail; /* NULL: there is none */
    } later;                          /* what the headers were refused for, told after the body */
    size_t dropped;                   /* of a body that is refused */
};

struct web_sync *web_sync_new(struct hq *hq, struct hq_writer *w, bool secure)
{
    struct web_sync *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    s->hq = hq;
    s->writer = w;
    s->secure = secure;
    s->turns = hq_turns_new();
    s->codes = rate_new(HQ_WRONG_CODES, HQ_WRONG_CODES_ALL, 60000);
    if (s->turns == NULL || s->codes == NULL) {
        web_sync_free(&s);
    }
    return s;
}

void web_sync_free(struct web_sync **out)
{
    struct web_sync *s = *out;
    if (s != NULL) {
        hq_turns_free(&s->turns);
        rate_free(&s->codes);
        free(s);
    }
    *out = NULL;
}

/* --- answers ----------------------------------------------------------------------------------
 */

static enum MHD_Result refuse(struct web_sync_exchange *x, enum st st, const char *problem,
                              const char *detail, int wait_s)
{
    x->refused = true;
    return web_answer_refuse(x->connection, x->sync->secure, st, problem, detail, wait_s, NULL);
}

static enum MHD_Result answer(struct web_sync_exchange *x)
{
    struct hq_request *r = x->request;
    struct bundle_buffer out = {.cap = EXCHANGE_ANSWER_BYTES + EXCHANGE_LARGE_BYTES};
    struct err err = {0};
    if (r->st != ST_OK) {
        return refuse(x, r->st, r->problem, r->err.text, r->err.wait_s);
    }
    if (hq_answer(r, 0, 0, bundle_buffer_sink, &out, &err) != ST_OK) {
        bundle_buffer_drop(&out);
        fprintf(stderr, "docketd: an answer: %s\n", err.text);
        return refuse(x, ST_IO, "store", "headquarters could not read its store", 0);
    }
    return web_answer_bytes(x->connection, x->sync->secure, BUNDLE_MEDIA_TYPE, out.p, out.n,
                            MHD_RESPMEM_MUST_FREE);
}

/* --- a request's way --------------------------------------------------------------------------
 */

static bool count(struct web_sync_exchange *x, size_t n)
{
    size_t before = atomic_fetch_add(&x->sync->in_flight, n);
    x->counted += n;
    return before + n <= HQ_IN_FLIGHT_BYTES;
}

static void drop(struct web_sync_exchange *x)
{
    atomic_fetch_sub(&x->sync->in_flight, x->counted);
    if (x->turn) {
        hq_turns_give(x->sync->turns, x->request->cert.author);
    }
    hq_request_drop(&x->request);
    free(x);
}

static void on_written(struct hq_writer_task *task)
{
    struct web_sync_exchange *x = task->ctx;
    MHD_resume_connection(x->connection);
}

/* The connection broke off, what came of it was kept: nobody to tell. */
static void on_written_alone(struct hq_writer_task *task)
{
    drop(task->ctx);
}

/* An answer in the middle of a body closes the connection under whoever is still writing, and is
 * lost to him with it. So the body comes first and is dropped, as far as HQ_DROP_BYTES. */
static enum MHD_Result refuse_later(struct web_sync_exchange *x, enum st st, const char *problem,
                                    const char *detail)
{
    x->later.st = st;
    x->later.problem = problem;
    x->later.detail = detail;
    return MHD_YES;
}

/* What can be refused before its body is refused here. */
static enum MHD_Result check(struct web_sync_exchange *x)
{
    const char *length =
        MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    const char *type =
        MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    unsigned long long n = length == NULL ? 0 : strtoull(length, NULL, 10);
    if (n > HQ_DROP_BYTES) {
        return refuse(x, ST_TOO_BIG, "too-large", "the bundle is too long: send it in parts", 0);
    }
    if (n > HQ_REQUEST_BYTES) {
        return refuse_later(x, ST_TOO_BIG, "too-large", "the bundle is too long: send it in parts");
    }
    if (type == NULL || strcmp(type, BUNDLE_MEDIA_TYPE) != 0) {
        return refuse_later(x, ST_BAD_INPUT, "media-type", "a bundle is " BUNDLE_MEDIA_TYPE);
    }
    struct err err;
    if (hq_request_new(x->sync->hq, &x->request, &err) != ST_OK) {
        return refuse_later(x, ST_FULL, "busy", "headquarters has no memory left");
    }
    return MHD_YES;
}

struct web_sync_exchange *web_sync_begin(struct web_sync *s, struct MHD_Connection *c,
                                         enum MHD_Result *queued, bool *answered)
{
    struct web_sync_exchange *x = calloc(1, sizeof *x);
    if (x != NULL) {
        x->sync = s;
        x->connection = c;
        *queued = check(x);
        *answered = x->refused;
    }
    return x;
}

/* The first frame has shown who sends: is it his turn? */
static void take_turn(struct web_sync_exchange *x)
{
    struct hq_request *r = x->request;
    if (x->turn || r->st != ST_OK || r->joining || !r->has_manifest) {
        return;
    }
    x->turn = hq_turns_take(x->sync->turns, r->cert.author);
    if (!x->turn) {
        IGNORE(hq_request_refuse(r, ST_WAIT, "busy",
                                 "headquarters still has other bundles of this device in hand"));
    }
}

bool web_sync_feed(struct web_sync_exchange *x, const char *data, size_t n)
{
    if (x->refused || x->later.problem != NULL || x->request->st != ST_OK) {
        x->dropped += n; /* nothing of it is kept */
        return x->dropped <= HQ_DROP_BYTES;
    }
    if (!count(x, n)) {
        /* Remembered: it is answered when the body is through. */
        IGNORE(hq_request_refuse(x->request, ST_FULL, "busy", "headquarters is busy"));
    } else {
        IGNORE(hq_request_feed(x->request, bytes_of(data, n))); /* likewise, in r->st */
        take_turn(x);
    }
    return true;
}

/* A code has 80 bits: nobody finds one by trying. Who tries all the same, or types one wrong again
 * and again, waits. */
static int codes_wait_s(struct web_sync_exchange *x, bool wrong)
{
    struct web_peer peer;
    web_peer_of(x->connection, &peer);
    return (wrong ? rate_take : rate_wait)(x->sync->codes, peer.limit, pace_now_ms());
}

static bool wrong_code(const struct hq_request *r)
{
    return r->joining && r->st != ST_OK && r->problem != NULL &&
           strncmp(r->problem, "enrol-", 6) == 0;
}

enum MHD_Result web_sync_complete(struct web_sync_exchange *x)
{
    if (x->later.problem != NULL && !x->refused) {
        return refuse(x, x->later.st, x->later.problem, x->later.detail, 0);
    }
    if (x->submitted || x->refused) {
        return x->refused ? MHD_YES : answer(x);
    }
    if (x->request->joining && x->request->st == ST_OK) {
        int wait = codes_wait_s(x, false);
        if (wait > 0) {
            return refuse(x, ST_WAIT, "enrol-wait", "too many enrolment codes were wrong: wait",
                          wait);
        }
    }
    if (hq_request_ready(x->request) != ST_OK) {
        IGNORE(wrong_code(x->request) && codes_wait_s(x, true) > 0); /* the next is told */
        return answer(x);
    }
    x->task = (struct hq_writer_task){.request = x->request, .done = on_written, .ctx = x};
    x->submitted = true;
    /* Suspended first: the writer may be done before this line ends. */
    MHD_suspend_connection(x->connection);
    if (hq_writer_submit(x->sync->writer, &x->task) != ST_OK) {
        IGNORE(hq_request_refuse(x->request, ST_FULL, "busy", "headquarters is busy"));
        MHD_resume_connection(x->connection);
    }
    return MHD_YES;
}

void web_sync_end(struct web_sync_exchange *x, bool cut)
{
    cut = cut && !x->submitted && !x->refused && x->request != NULL && !x->request->joining &&
          x->request->nspans != 0;
    if (cut && hq_request_ready(x->request) == ST_OK) {
        /* The link broke in the middle: each frame that came whole is kept. */
        x->task =
            (struct hq_writer_task){.request = x->request, .done = on_written_alone, .ctx = x};
        if (hq_writer_submit(x->sync->writer, &x->task) == ST_OK) {
            return;
        }
    }
    drop(x);
}

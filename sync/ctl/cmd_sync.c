/* cmd_sync.c - docketctl sync: exchange with headquarters over the network until nothing is left.
 * Says "at headquarters" only from receipts that were verified here. */
#include <inttypes.h>
#include <stdlib.h>

#include "sync/carrier/http_client.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl_exchange.h"

/* One exchange. What came of a broken answer counts too: every frame is authentic by itself. */
static enum st one_round(struct ctl_store *s, struct http_client *c, struct ctl_exchange *x,
                         struct err *err)
{
    struct bundle_buffer request = {.cap = EXCHANGE_ANSWER_BYTES};
    struct bundle_buffer answer = {.cap = EXCHANGE_ANSWER_BYTES};
    struct http_reply reply = {0};
    struct exchange_result res = {0};
    s->now = ctl_now();
    enum st st =
        exchange_request(&s->journal, NULL, &s->now, bundle_buffer_sink, &request, &res, err);
    if (st == ST_OK) {
        st = http_sync(c, bytes_of(request.p, request.n), bundle_buffer_sink, &answer, NULL, &reply,
                       err);
        x->sent_bytes += reply.sent_bytes;
        x->received_bytes += reply.received_bytes;
    }
    if (answer.n > 0) {
        struct err took_err = {0};
        s->now = ctl_now();
        enum st took =
            exchange_answer(&s->journal, bytes_of(answer.p, answer.n), &s->now, &res, &took_err);
        if (st == ST_OK && took != ST_OK) {
            st = took;
            *err = took_err;
        }
    }
    bool mends = false;
    if (st != ST_OK && reply.problem_type[0] != '\0') {
        struct err kept = *err;
        if (exchange_refused(&s->journal, reply.problem_type, &mends, err) == ST_OK && mends) {
            st = ST_OK;
            res.again = true;
        } else {
            *err = kept; /* the refusal is what is to be told */
        }
    }
    ctl_exchange_add(x, &res);
    bundle_buffer_drop(&request);
    bundle_buffer_drop(&answer);
    return st;
}

static enum st rounds(struct ctl_store *s, const char *url, struct ctl_exchange *x, struct err *err)
{
    struct http_client *c = NULL;
    enum st st = http_open(&c, url, err);
    for (int k = 0; st == ST_OK && k < EXCHANGE_ROUNDS; k++) {
        st = one_round(s, c, x, err);
        if (!x->last.again) {
            break;
        }
    }
    http_close(&c);
    return st;
}

int ctl_cmd_sync(int argc, char **argv)
{
    struct ctl_open how = {.write = true};
    const char *url = NULL;
    bool json = false;
    const struct ctl_opt opts[] = {{"store", &how.dir, NULL, true},
                                   {"url", &url, NULL, true},
                                   {"pin-fd", &how.pin_fd, NULL, false},
                                   {"json", NULL, &json, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    struct ctl_store s;
    struct ctl_exchange x = {0};
    if (ctl_store_open(&how, &s, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    int rc;
    if (s.side != STORE_DEVICE) {
        rc = ctl_failf("%s is headquarters' store; sync is for a device", how.dir);
    } else {
        enum st st = rounds(&s, url, &x, &err);
        rc = ctl_exchange_say(&s, &x, st, &err, json);
        if (x.revoked && ctl_parcel_when_due(&s) != CTL_OK) {
            rc = CTL_REFUSED;
        }
    }
    ctl_store_close(&s);
    return rc;
}

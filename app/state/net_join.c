/* net_join.c - a code of headquarters makes a device of this one, or opens a store whose PIN was
 * forgotten. On the network thread. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/state/app_internal.h"
#include "core/keys/slots.h"
#include "sync/carrier/http_client.h"
#include "sync/engine/join.h"

static enum st fetch_trust(struct net *n, const char *address, struct http_client **c, uint8_t *buf,
                           size_t cap, bytes *doc, struct err *err)
{
    struct http_reply reply;
    struct trust trust;
    size_t got = 0;
    const char *rule = "";
    enum st st = http_open(c, address, err);
    if (st == ST_OK) {
        http_stop_by(*c, &n->stop);
        st = http_trust(*c, buf, cap, &got, &reply, err);
    }
    *doc = bytes_of(buf, got);
    if (st == ST_BAD_INPUT || st == ST_REFUSED || st == ST_TOO_BIG ||
        (st == ST_OK && trust_chain_open(*doc, &trust, &rule) != ST_OK)) {
        /* No address, or one where something else answers: to the user it is one and the same. */
        st = err_set(err, ST_OFFLINE, 0, __func__, "no headquarters answers there: %s", rule);
    }
    return st;
}

static enum st ask_to_join(struct join *j, struct http_client *c, struct app *a, struct err *err)
{
    struct bundle_buffer request = {.cap = APP_NET_ANSWER_BYTES};
    struct bundle_buffer answer = {.cap = APP_NET_ANSWER_BYTES};
    struct http_reply reply = {0};
    struct now now;
    a->clock.read(a->clock.ctx, &now);
    enum st st = join_request(j, &now, bundle_buffer_sink, &request, err);
    if (st == ST_OK) {
        st = http_sync(c, bytes_of(request.p, request.n), bundle_buffer_sink, &answer, &a->net.stop,
                       &reply, err);
        if (st == ST_REFUSED) {
            st = join_refusal(str_c(reply.problem_type));
        }
    }
    if (st == ST_OK) {
        st = join_answer(j, bytes_of(answer.p, answer.n), err);
    }
    bundle_buffer_drop(&request);
    bundle_buffer_drop(&answer);
    return st;
}

enum st net_join(struct net *n, const char *code, const char *address, bool recover,
                 struct err *err)
{
    struct app *a = n->app;
    uint8_t trust[CAP_TRUST_CHAIN_BYTES + 256], secret[32];
    bytes doc;
    struct http_client *c = NULL;
    struct join j;
    memset(&j, 0, sizeof j);
    bool begun = false, founding = false;
    uint8_t *scratch = malloc(CAP_SCRATCH_BYTES);
    enum st st =
        scratch == NULL ? ST_FULL : fetch_trust(n, address, &c, trust, sizeof trust, &doc, err);
    if (st == ST_OK) {
        st = device_secret_load(a->secret_path, !recover, secret, err);
    }
    char pending[600];
    snprintf(pending, sizeof pending, "%s.%s", a->dir, recover ? "recovering" : "joining");
    if (st == ST_OK) {
        /* The same keys as in a joining whose answer was lost, so that one code serves one device.
         */
        uint8_t typed[ENROL_CODE_BYTES];
        struct join old;
        memset(&old, 0, sizeof old);
        st = join_begin(&j, str_c(code), doc, err);
        begun = st == ST_OK;
        memcpy(typed, j.code, sizeof typed);
        if (begun && join_load(&old, pending, secret, NULL) == ST_OK &&
            sodium_memcmp(old.code, typed, sizeof typed) == 0) {
            join_end(&j);
            j = old;
        } else if (begun) {
            join_end(&old);
            st = join_save(&j, pending, secret, err);
        }
        sodium_memzero(typed, sizeof typed);
    }
    if (st == ST_OK && recover) {
        id8 author;
        st = join_recover_from(&j, a->dir, &author, err);
    }
    if (st == ST_OK) {
        st = ask_to_join(&j, c, a, err);
    }
    if (st == ST_OK) {
        struct now now;
        a->clock.read(a->clock.ctx, &now);
        founding = true;
        bytes pin = str_bytes(str_c((const char *)n->join_pin));
        struct arena room = arena_of(scratch, CAP_SCRATCH_BYTES);
        st = recover ? join_recover(&j, a->dir, pin, secret, 0, &now, room, err)
                     : join_found(&j, a->dir, pin, secret, 0, &now, room, err);
    }
    if (st == ST_OK) {
        join_forget(pending);
    } else if (st == ST_EXISTS && founding) {
        st = err_set(err, ST_CONFLICT, 0, __func__, "there is something in the store's place");
    }
    if (begun) {
        join_end(&j);
    }
    sodium_memzero(secret, sizeof secret);
    http_close(&c);
    free(scratch);
    return st;
}

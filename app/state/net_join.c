/* net_join.c - a code of headquarters makes a device of this one, or opens a store whose PIN was
 * forgotten. On the network thread. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/state/app_internal.h"
#include "core/base/encode.h"
#include "core/keys/slots.h"
#include "sync/carrier/file.h"
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

/* The same keys as in a joining whose answer was lost, so that one code serves one device. On any
 * failure there is nothing to end. */
static enum st begin(struct join *j, const char *code, bytes doc, const char *pending,
                     const uint8_t secret[static 32], struct err *err)
{
    uint8_t typed[ENROL_CODE_BYTES];
    struct join old;
    memset(&old, 0, sizeof old);
    enum st st = join_begin(j, str_c(code), doc, err);
    if (st != ST_OK) {
        return st;
    }
    memcpy(typed, j->code, sizeof typed);
    if (join_load(&old, pending, secret, NULL) == ST_OK &&
        sodium_memcmp(old.code, typed, sizeof typed) == 0) {
        join_end(j);
        *j = old;
    } else {
        join_end(&old);
        st = join_save(j, pending, secret, err);
    }
    sodium_memzero(typed, sizeof typed);
    if (st != ST_OK) {
        join_end(j);
    }
    return st;
}

/* What the store holds for headquarters goes along. */
static enum st with_box(struct join *j, const struct app *a, struct err *err)
{
    id8 author;
    enum st st = join_recover_from(j, a->dir, &author, err);
    return st == ST_NOT_FOUND ? ST_REFUSED : st;
}

static enum st found(struct net *n, struct join *j, const uint8_t secret[static 32], bool recover,
                     struct err *err)
{
    struct app *a = n->app;
    struct now now;
    a->clock.read(a->clock.ctx, &now);
    uint8_t *scratch = malloc(CAP_SCRATCH_BYTES);
    if (scratch == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    bytes pin = str_bytes(str_c((const char *)n->join_pin));
    struct arena room = arena_of(scratch, CAP_SCRATCH_BYTES);
    enum st st = recover ? join_recover(j, a->dir, pin, secret, 0, &now, room, err)
                         : join_found(j, a->dir, pin, secret, 0, &now, room, err);
    free(scratch);
    return st == ST_EXISTS
               ? err_set(err, ST_CONFLICT, 0, __func__, "there is something in the store's place")
               : st;
}

static void pending_path(const struct app *a, bool recover, char out[static 600])
{
    snprintf(out, 600, "%s.%s", a->dir, recover ? "recovering" : "joining");
}

enum st net_join(struct net *n, const char *code, const char *address, bool recover,
                 struct err *err)
{
    struct app *a = n->app;
    uint8_t trust[CAP_TRUST_CHAIN_BYTES + 256], secret[32];
    char pending[600];
    bytes doc;
    struct http_client *c = NULL;
    struct join j;
    memset(&j, 0, sizeof j);
    pending_path(a, recover, pending);
    enum st st = fetch_trust(n, address, &c, trust, sizeof trust, &doc, err);
    if (st == ST_OK) {
        st = device_secret_load(a->secret_path, !recover, secret, err);
    }
    if (st == ST_OK) {
        st = begin(&j, code, doc, pending, secret, err);
    }
    bool begun = st == ST_OK;
    if (st == ST_OK && recover) {
        st = with_box(&j, a, err);
    }
    if (st == ST_OK) {
        st = ask_to_join(&j, c, a, err);
    }
    if (st == ST_OK) {
        st = found(n, &j, secret, recover, err);
    }
    if (st == ST_OK) {
        join_forget(pending);
    }
    if (begun) {
        join_end(&j);
    }
    sodium_memzero(secret, sizeof secret);
    http_close(&c);
    return st;
}

/* ---- by file --------------------------------------------------------------------------------- */

/* What lies in the file is headquarters' trust document, or the request of an earlier try. */
static enum st file_begin(struct join *j, const char *code, bytes content, const char *pending,
                          const uint8_t secret[static 32], struct err *err)
{
    struct trust trust;
    uint8_t typed[ENROL_CODE_BYTES];
    const char *rule = "";
    if (trust_chain_open(content, &trust, &rule) == ST_OK) {
        return begin(j, code, content, pending, secret, err);
    }
    if (!crockford_get(str_c(code), typed, sizeof typed)) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "the code is not 16 characters");
    }
    enum st st = join_load(j, pending, secret, err);
    if (st == ST_OK && sodium_memcmp(j->code, typed, sizeof typed) != 0) {
        join_end(j);
        st = err_set(err, ST_WRONG_PIN, 0, __func__, "the request was written under another code");
    }
    sodium_memzero(typed, sizeof typed);
    return st == ST_NOT_FOUND
               ? err_set(err, ST_UNTRUSTED, 0, __func__, "no trust document: %s", rule)
               : st;
}

static enum st file_ask(struct join *j, struct app *a, const char *path, struct err *err)
{
    struct bundle_buffer out = {.cap = APP_NET_ANSWER_BYTES};
    struct now now;
    a->clock.read(a->clock.ctx, &now);
    enum st st = join_request(j, &now, bundle_buffer_sink, &out, err);
    if (st == ST_OK) {
        st = file_write(path, bytes_of(out.p, out.n), 0644, err);
    }
    bundle_buffer_drop(&out);
    return st;
}

/* A file that does not open under the code: our own request, somebody else's answer. */
static enum st file_take(struct join *j, bytes content, struct err *err)
{
    enum st st = join_answer(j, content, err);
    return st == ST_BAD_SIGNATURE || st == ST_WRONG_PARTY || st == ST_BAD_FORM ||
                   st == ST_INCOMPLETE
               ? ST_UNTRUSTED
               : st;
}

enum st net_recover_file(struct net *n, const char *code, const char *path, enum join_way way,
                         struct err *err)
{
    struct app *a = n->app;
    uint8_t secret[32];
    char pending[600];
    bytes content = {NULL, 0};
    struct join j;
    memset(&j, 0, sizeof j);
    pending_path(a, true, pending);
    enum st st = file_read(path, APP_NET_ANSWER_BYTES, &content, err);
    if (st == ST_OK) {
        st = device_secret_load(a->secret_path, false, secret, err);
        st = st == ST_NOT_FOUND ? ST_CORRUPT : st; /* not the file that was asked for */
    }
    if (st == ST_OK) {
        st = file_begin(&j, code, way == JOIN_FILE_ASK ? content : (bytes){NULL, 0}, pending,
                        secret, err);
    }
    bool begun = st == ST_OK;
    if (st == ST_OK) {
        st = with_box(&j, a, err);
    }
    if (st == ST_OK && way == JOIN_FILE_ASK) {
        st = file_ask(&j, a, path, err);
    } else if (st == ST_OK) {
        st = file_take(&j, content, err);
        st = st == ST_OK ? found(n, &j, secret, true, err) : st;
        if (st == ST_OK) {
            join_forget(pending);
        }
    }
    if (begun) {
        join_end(&j);
    }
    sodium_memzero(secret, sizeof secret);
    free((void *)(uintptr_t)content.p);
    return st;
}

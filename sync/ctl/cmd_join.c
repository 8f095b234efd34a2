/* cmd_join.c - docketctl join: a new device's store from an enrolment code, over the network or by
 * file. What was begun is kept beside the store (DIR.joining), so that a lost answer is asked for
 * again with the same keys: one code serves one device, however often the line breaks. */
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/encode.h"
#include "core/keys/pin_policy.h"
#include "core/keys/slots.h"
#include "sync/carrier/file.h"
#include "sync/carrier/http_client.h"
#include "sync/carrier/paths.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl.h"
#include "sync/engine/join.h"

struct joining {
    const char *dir, *code, *url, *trust, *request, *grant, *pin_fd;
    char pending[600];
    uint8_t secret[32];
    char *pin; /* sodium_malloc */
    struct join join;
    bool begun;
    bool recover; /* the store is there, its PIN is not */
};

static bool there(const char *path)
{
    struct stat sb;
    return stat(path, &sb) == 0;
}

/* On a terminal a new PIN is asked for twice: nobody sees what he types. */
static enum st new_pin(struct joining *j, struct err *err)
{
    char *again = NULL;
    enum st st = ctl_pin(j->pin_fd, "New PIN", &j->pin, err);
    if (st == ST_OK && j->pin_fd == NULL) {
        st = ctl_pin(NULL, "The same PIN again", &again, err);
        if (st == ST_OK && strcmp(j->pin, again) != 0) {
            st = err_set(err, ST_BAD_INPUT, 0, __func__, "the two PINs differ; nothing was made");
        }
        sodium_free(again);
    }
    size_t n = st == ST_OK ? strlen(j->pin) : 0;
    if (st == ST_OK && (n < CAP_PIN_MIN || n > CAP_PIN_MAX)) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__,
                     "a PIN has %d to %d characters; nothing was made", CAP_PIN_MIN, CAP_PIN_MAX);
    }
    if (st == ST_OK) {
        struct pin_worth w = pin_policy(bytes_of(j->pin, n));
        static const char *const times[] = {"minutes", "hours", "days", "years"};
        if (w.flaw != PIN_FINE) {
            return err_set(err, ST_BAD_INPUT, 0, __func__,
                           "that PIN is among the first that anybody tries; nothing was made");
        }
        fprintf(stderr,
                "docketctl: whoever takes this device apart needs %s to find a PIN like this one\n",
                times[w.time]);
    }
    return st;
}

/* What the store holds for headquarters goes with the request. */
static enum st with_box(struct joining *j, struct err *err)
{
    id8 author;
    return j->recover ? join_recover_from(&j->join, j->dir, &author, err) : ST_OK;
}

/* begin: fresh keys, or those of a joining under the same code that did not come to its end. */
static enum st begin(struct joining *j, bytes trust_doc, struct err *err)
{
    enum st st = join_begin(&j->join, str_c(j->code), trust_doc, err);
    if (st != ST_OK) {
        return st;
    }
    j->begun = true;
    struct join old;
    memset(&old, 0, sizeof old);
    if (join_load(&old, j->pending, j->secret, NULL) == ST_OK &&
        sodium_memcmp(old.code, j->join.code, sizeof old.code) == 0) {
        join_end(&j->join);
        j->join = old;
        return with_box(j, err);
    }
    join_end(&old);
    st = join_save(&j->join, j->pending, j->secret, err);
    return st == ST_OK ? with_box(j, err) : st;
}

static enum st refusal(const struct http_reply *reply, struct err *err)
{
    enum st st = join_refusal(str_c(reply->problem_type));
    switch (st) {
    case ST_WRONG_PIN:
        return err_set(err, st, 0, "join",
                       "headquarters does not know this code, or it belongs to another "
                       "headquarters: compare its 16 characters. Nothing was made");
    case ST_EXISTS:
        return err_set(err, st, 0, "join",
                       "this code was used by another device already: a code serves one device. "
                       "Ask headquarters for a new one (docketctl enrol). Nothing was made");
    case ST_WAIT:
        return err_set(err, st, 0, "join",
                       "this code has expired: ask headquarters for a new one (docketctl enrol). "
                       "Nothing was made");
    default:
        return err_set(err, ST_REFUSED, 0, "join", "headquarters refused: %s. Nothing was made",
                       reply->problem_detail);
    }
}

static enum st take_grant(struct joining *j, bytes answer, struct err *err)
{
    enum st st = join_answer(&j->join, answer, err);
    if (st == ST_BAD_SIGNATURE || st == ST_WRONG_PARTY || st == ST_UNTRUSTED) {
        return err_set(err, st, 0, "join",
                       "the answer does not open under this code: it is for another device, was "
                       "changed on the way, or is not from the headquarters that gave the code. "
                       "Nothing was made");
    }
    return st;
}

static enum st ask(struct joining *j, struct http_client *c, struct err *err)
{
    struct bundle_buffer request = {.cap = EXCHANGE_ANSWER_BYTES};
    struct bundle_buffer answer = {.cap = EXCHANGE_ANSWER_BYTES};
    struct http_reply reply = {0};
    struct now now = ctl_now();
    enum st st = join_request(&j->join, &now, bundle_buffer_sink, &request, err);
    if (st == ST_OK) {
        st = http_sync(c, bytes_of(request.p, request.n), bundle_buffer_sink, &answer, NULL, &reply,
                       err);
        if (st == ST_REFUSED) {
            st = refusal(&reply, err);
        }
    }
    if (st == ST_OK) {
        st = take_grant(j, bytes_of(answer.p, answer.n), err);
    }
    bundle_buffer_drop(&request);
    bundle_buffer_drop(&answer);
    return st;
}

static enum st join_online(struct joining *j, struct err *err)
{
    uint8_t doc[CAP_TRUST_CHAIN_BYTES + 256];
    size_t n = 0;
    struct http_client *c = NULL;
    struct http_reply reply;
    enum st st = http_open(&c, j->url, err);
    if (st == ST_OK) {
        st = http_trust(c, doc, sizeof doc, &n, &reply, err);
        if (st == ST_OFFLINE) {
            struct err why = *err;
            st = err_set(err, ST_OFFLINE, 0, "join",
                         "headquarters does not answer at %.80s (%.60s). The code is not used up",
                         j->url, why.text);
        }
    }
    if (st == ST_OK) {
        st = begin(j, bytes_of(doc, n), err);
    }
    if (st == ST_OK) {
        st = ask(j, c, err);
    }
    http_close(&c);
    return st;
}

static enum st write_request(struct joining *j, struct err *err)
{
    bytes doc = {NULL, 0};
    struct bundle_buffer out = {.cap = EXCHANGE_ANSWER_BYTES};
    struct now now = ctl_now();
    enum st st = file_read(j->trust, CAP_TRUST_CHAIN_BYTES, &doc, err);
    if (st == ST_OK) {
        st = begin(j, doc, err);
    }
    if (st == ST_OK) {
        st = join_request(&j->join, &now, bundle_buffer_sink, &out, err);
    }
    if (st == ST_OK) {
        st = file_write(j->request, bytes_of(out.p, out.n), 0644, err);
    }
    bundle_buffer_drop(&out);
    free((void *)(uintptr_t)doc.p);
    return st;
}

static enum st read_grant(struct joining *j, struct err *err)
{
    uint8_t typed[ENROL_CODE_BYTES];
    bytes grant = {NULL, 0};
    enum st st = join_load(&j->join, j->pending, j->secret, err);
    if (st == ST_NOT_FOUND) {
        return err_set(err, st, 0, "join",
                       "no joining was begun here: write the request first (join --trust FILE "
                       "--request FILE)");
    }
    j->begun = st == ST_OK;
    if (st == ST_OK && (!crockford_get(str_c(j->code), typed, sizeof typed) ||
                        sodium_memcmp(typed, j->join.code, sizeof typed) != 0)) {
        st = err_set(err, ST_BAD_INPUT, 0, "join",
                     "the request was written under another code than this; nothing was made");
    }
    if (st == ST_OK) {
        st = with_box(j, err);
    }
    if (st == ST_OK) {
        st = file_read(j->grant, EXCHANGE_FILE_BYTES, &grant, err);
    }
    if (st == ST_OK) {
        st = take_grant(j, grant, err);
    }
    free((void *)(uintptr_t)grant.p);
    return st;
}

static enum st found(struct joining *j, struct err *err)
{
    struct now now = ctl_now();
    uint8_t *scratch = malloc(CAP_SCRATCH_BYTES);
    if (scratch == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    struct arena a = arena_of(scratch, CAP_SCRATCH_BYTES);
    bytes pin = str_bytes(str_c(j->pin));
    enum st st = j->recover ? join_recover(&j->join, j->dir, pin, j->secret, 0, &now, a, err)
                            : join_found(&j->join, j->dir, pin, j->secret, 0, &now, a, err);
    if (st == ST_OK) {
        join_forget(j->pending);
    }
    free(scratch);
    return st;
}

static enum st prepare(struct joining *j, struct err *err)
{
    char path[512];
    snprintf(j->pending, sizeof j->pending, "%s.%s", j->dir, j->recover ? "recovering" : "joining");
    if (j->recover && !there(j->dir)) {
        return err_set(err, ST_NOT_FOUND, 0, "recover", "there is no store at %.120s", j->dir);
    }
    if (!j->recover && there(j->dir) && !there(j->pending)) {
        return err_set(err, ST_EXISTS, 0, "join",
                       "there is a store at %.120s already; nothing was changed", j->dir);
    }
    if (!paths_device_secret(path, sizeof path)) {
        return err_set(err, ST_NOT_FOUND, 0, "join", "no home folder for the device secret");
    }
    enum st st = device_secret_load(path, !j->recover, j->secret, err);
    return st == ST_OK && j->request == NULL ? new_pin(j, err) : st;
}

static int run(struct joining *j)
{
    struct err err = {0};
    enum st st = prepare(j, &err);
    if (st == ST_OK) {
        st = j->url != NULL       ? join_online(j, &err)
             : j->request != NULL ? write_request(j, &err)
                                  : read_grant(j, &err);
    }
    if (st == ST_OK && j->request == NULL) {
        st = found(j, &err);
    }
    if (st == ST_OK && j->request != NULL) {
        printf("the request is in %s: take it to headquarters (docketctl bundle import), bring "
               "back the answer, and finish with %s --grant\n",
               j->request, j->recover ? "recover" : "join");
    } else if (st == ST_OK && j->recover) {
        printf("the new PIN opens %s; its unsent work is there: sync it\n", j->dir);
    } else if (st == ST_OK) {
        printf("joined: %s is ready; sync it to receive its jobs\n", j->dir);
    }
    if (j->begun) {
        join_end(&j->join);
    }
    sodium_memzero(j->secret, sizeof j->secret);
    sodium_free(j->pin);
    return st == ST_OK ? CTL_OK : ctl_fail(&err);
}

static int joining(int argc, char **argv, bool recover)
{
    struct joining j;
    memset(&j, 0, sizeof j);
    j.recover = recover;
    const struct ctl_opt opts[] = {
        {"store", &j.dir, NULL, true},        {"code", &j.code, NULL, true},
        {"url", &j.url, NULL, false},         {"trust", &j.trust, NULL, false},
        {"request", &j.request, NULL, false}, {"grant", &j.grant, NULL, false},
        {"pin-fd", &j.pin_fd, NULL, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0 ||
        (j.url != NULL) + (j.request != NULL) + (j.grant != NULL) != 1 ||
        (j.trust != NULL) != (j.request != NULL)) {
        return ctl_usage(argv[0]);
    }
    if (strlen(j.dir) > 500) {
        return ctl_failf("the store's path is too long");
    }
    return run(&j);
}

int ctl_cmd_join(int argc, char **argv)
{
    return joining(argc, argv, false);
}

/* ---- a forgotten PIN ---------------------------------------------------------------------------
 */
static bool has(int argc, char **argv, const char *opt)
{
    for (int k = 1; k < argc; k++) {
        if (strcmp(argv[k], opt) == 0) {
            return true;
        }
    }
    return false;
}

/* As whom headquarters knows a store: what is told it over the telephone. Takes no PIN. */
static int show(int argc, char **argv)
{
    const char *dir = NULL;
    bool wanted = false;
    const struct ctl_opt opts[] = {{"store", &dir, NULL, true}, {"show", NULL, &wanted, false}};
    struct join j = {.recovers = false};
    struct err err = {0};
    id8 author;
    char hex[17];
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0) {
        return ctl_usage(argv[0]);
    }
    if (join_recover_from(&j, dir, &author, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    hex_put(bytes_of(author.b, sizeof author.b), hex);
    printf("%s\n", hex);
    return CTL_OK;
}

int ctl_cmd_recover(int argc, char **argv)
{
    if (has(argc, argv, "--show")) {
        return show(argc, argv);
    }
    return has(argc, argv, "--code") ? joining(argc, argv, true) : ctl_recover_code(argc, argv);
}

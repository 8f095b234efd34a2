/* cmd_parcel.c - docketctl parcel: what a revoked device still owes. `sync` and `bundle import`
 * make the parcel when the revocation comes; this sends it, or takes the answer that a stick
 * brought. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "sync/carrier/file.h"
#include "sync/carrier/http_client.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl_exchange.h"
#include "sync/engine/parcel.h"

static enum st make(struct ctl_store *s, struct parcel_made *made, struct err *err)
{
    s->now = ctl_now();
    enum st st = parcel_make(&s->journal, s->dir, &s->now, made, err);
    if (st == ST_OK) {
        journal_close(&s->journal);
        s->journal_open = false;
        store_close(&s->store);
        st = store_destroy(s->dir, err);
    }
    return st;
}

int ctl_parcel_when_due(struct ctl_store *s)
{
    struct err err = {0};
    struct parcel_made made = {0};
    bool due = false;
    enum st st = s->journal_open ? parcel_due(&s->journal, &due, &err) : ST_OK;
    if (st == ST_OK && due) {
        st = make(s, &made, &err);
    }
    if (st != ST_OK) {
        fprintf(stderr, "docketctl: this device was revoked, and its store is still there: %s\n",
                err.text);
        return CTL_REFUSED;
    }
    if (due && made.any) {
        fprintf(
            stderr,
            "docketctl: this device was revoked. %u entries that headquarters had not receipted "
            "are sealed to it in %s.parcel; every other key here was destroyed. Send it: "
            "docketctl parcel --store %s\n%s",
            made.entries, s->dir, s->dir,
            made.left_out ? "docketctl: the newest photos did not fit and are lost\n" : "");
    } else if (due) {
        fprintf(stderr, "docketctl: this device was revoked. Headquarters has all its work; its "
                        "keys were destroyed\n");
    }
    return CTL_OK;
}

static enum st send(const char *dir, const char *url, struct bundle_buffer *answer, struct err *err)
{
    char path[600];
    bytes sealed = {NULL, 0};
    struct http_client *c = NULL;
    struct http_reply reply = {0};
    parcel_path(dir, path, sizeof path);
    enum st st = file_read(path, EXCHANGE_FILE_BYTES, &sealed, err);
    if (st == ST_OK) {
        st = http_open(&c, url, err);
    }
    if (st == ST_OK) {
        st = http_sync(c, sealed, bundle_buffer_sink, answer, NULL, &reply, err);
    }
    if (st == ST_REFUSED) {
        st =
            err_set(err, st, 0, "parcel",
                    "headquarters refused it (%.80s). The parcel is kept; it can be taken there as "
                    "a file (docketctl bundle import)",
                    reply.problem_type);
    }
    http_close(&c);
    free((void *)(uintptr_t)sealed.p);
    return st;
}

/* A parcel whose answer came, and whose key a cut left behind. */
static bool is_gone(const char *dir)
{
    char path[600];
    struct stat sb;
    parcel_path(dir, path, sizeof path);
    return stat(path, &sb) != 0 && errno == ENOENT;
}

int ctl_cmd_parcel(int argc, char **argv)
{
    const char *dir = NULL, *url = NULL, *file = NULL;
    const struct ctl_opt opts[] = {
        {"store", &dir, NULL, true}, {"url", &url, NULL, false}, {"answer", &file, NULL, false}};
    struct err err = {0};
    struct bundle_buffer answer = {.cap = EXCHANGE_FILE_BYTES};
    bytes came = {NULL, 0};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0 ||
        (url != NULL) == (file != NULL) || strlen(dir) > 500) {
        return ctl_usage(argv[0]);
    }
    if (!parcel_pending(dir)) {
        return ctl_failf("there is no parcel beside %s", dir);
    }
    enum st st = store_destroy(dir, &err); /* a cut may have come in between */
    if (st == ST_OK && is_gone(dir)) {
        url = ""; /* nothing to send, nothing to wait for */
    } else if (st == ST_OK && url != NULL) {
        st = send(dir, url, &answer, &err);
        came = bytes_of(answer.p, answer.n);
    } else if (st == ST_OK) {
        st = file_read(file, EXCHANGE_FILE_BYTES, &came, &err);
    }
    if (st == ST_OK) {
        st = parcel_answer(dir, came, &err);
    }
    if (url == NULL) {
        free((void *)(uintptr_t)came.p);
    }
    bundle_buffer_drop(&answer);
    if (st != ST_OK) {
        return ctl_failf("%s. The parcel is kept", err.text);
    }
    printf("headquarters has all of it; the parcel and its key are gone\n");
    return CTL_OK;
}

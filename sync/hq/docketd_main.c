/* docketd_main.c - headquarters as a process. */
#include "sync/carrier/process.h"
#include "core/journal/missing.h"
#include "sync/hq/control.h"
#include "sync/hq/server.h"

#include <getopt.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
    "docketd - headquarters: takes journals, answers with receipts\n\n"
    "  docketd --store DIR --listen HOST:PORT [--keys FILE] [--assets DIR] [--tls CERT:KEY]\n\n"
    "  --store DIR     the folder that `docketctl init-hq` made (postgresql:// comes later)\n"
    "  --listen H:P    where to listen; port 0 takes a free one and prints it\n"
    "  --keys FILE     the key file; DIR.keys when it is not named\n"
    "  --assets DIR    the folder that holds console/; without it only devices are served\n"
    "  --tls CERT:KEY  PEM files of the certificate with its chain, and of its key\n"
    "  --help          this text\n\n"
    "Prints \"listening on HOST:PORT\" when it is ready. SIGTERM ends it cleanly.\n";

struct options {
    const char *store, *listen, *keys, *assets;
    char cert[512];
    const char *key;
};

/* -1: go on; else the process's exit code. */
static int parse(int argc, char **argv, struct options *o)
{
    static const struct option names[] = {
        {"store", required_argument, NULL, 's'},  {"listen", required_argument, NULL, 'l'},
        {"keys", required_argument, NULL, 'k'},   {"help", no_argument, NULL, 'h'},
        {"assets", required_argument, NULL, 'a'}, {"tls", required_argument, NULL, 't'},
        {"relay", no_argument, NULL, 'r'},        {NULL, 0, NULL, 0}};
    for (int c = 0; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (c) {
        case 's':
            o->store = optarg;
            break;
        case 'l':
            o->listen = optarg;
            break;
        case 'k':
            o->keys = optarg;
            break;
        case 'h':
            fputs(usage, stdout);
            return 0;
        case 'a':
            o->assets = optarg;
            break;
        case 't':
            o->key = strrchr(optarg, ':');
            if (o->key == NULL || (size_t)(o->key - optarg) >= sizeof o->cert) {
                fprintf(stderr, "docketd: --tls takes CERT:KEY, two PEM files\n");
                return 2;
            }
            memcpy(o->cert, optarg, (size_t)(o->key - optarg));
            o->key++;
            break;
        case 'r':
            fprintf(stderr, "docketd: relays come with a later version\n");
            return 1;
        default:
            fprintf(stderr, "Try docketd --help.\n");
            return 2;
        }
    }
    if (o->store == NULL || o->listen == NULL || optind != argc) {
        fputs(usage, stderr);
        return 2;
    }
    return -1;
}

static void say_range(void *ctx, const struct missing_range *r)
{
    char author[17], epoch[17];
    (void)ctx;
    hex_put(bytes_of(r->author.b, sizeof r->author.b), author);
    hex_put(bytes_of(r->epoch.b, sizeof r->epoch.b), epoch);
    fprintf(stderr, "docketd: missing: author %.8s epoch %.8s entries %llu to %llu\n", author,
            epoch, (unsigned long long)r->from, (unsigned long long)r->to);
}

/* After a crash the file was found damaged: what holds was kept, the rest is named. */
static void say_salvaged(struct hq *hq)
{
    const struct salvage_totals *n = &hq->salvaged;
    struct missing_sink sink = {say_range, NULL, NULL};
    struct missing_totals gone = {0};
    IGNORE(journal_missing(hq->store, NULL, hq_arena(hq), &sink, &gone, NULL)); /* named or not */
    fprintf(stderr,
            "docketd: the store's file was damaged: %llu values hold and were kept, %llu did not; "
            "%llu entries are missing and are asked of the devices\n",
            (unsigned long long)(n->values + n->rescued), (unsigned long long)n->damaged,
            (unsigned long long)gone.entries);
}

static enum st serve(const struct options *o, const sigset_t *ends, struct err *err)
{
    struct hq_options with = {.dir = o->store, .keys_path = o->keys};
    struct hq *hq = NULL;
    struct hq_writer *writer = NULL;
    struct control *control = NULL;
    struct server *server = NULL;
    enum st st = hq_open(&with, &hq, err);
    if (st == ST_OK) {
        st = hq_registers(hq, err);
    }
    if (st == ST_OK) {
        st = op_api_sweep(hq, hq_now(hq).wall_ms, err);
    }
    if (st == ST_OK) {
        st = op_shown_sweep(hq, hq_now(hq).wall_ms, err);
    }
    if (st == ST_OK && hq->salvaged.values + hq->salvaged.rescued != 0) {
        say_salvaged(hq);
    }
    if (st == ST_OK) {
        st = hq_writer_start(&writer, hq, err);
    }
    if (st == ST_OK) {
        st = control_start(&control, o->store, writer, err);
    }
    if (st == ST_OK) {
        const struct server_options web = {.listen = o->listen,
                                           .assets = o->assets,
                                           .tls_cert = o->key != NULL ? o->cert : NULL,
                                           .tls_key = o->key};
        st = server_start_with(&server, hq, writer, &web, err);
    }
    if (st == ST_OK) {
        int sig;
        printf("listening on %s\n", server_address(server));
        fflush(stdout);
        sigwait(ends, &sig);
    }
    control_stop(&control);
    server_stop(&server);
    hq_writer_stop(&writer);
    hq_close(&hq);
    return st;
}

int main(int argc, char **argv)
{
    struct options o = {0};
    int code = parse(argc, argv, &o);
    if (code >= 0) {
        return code;
    }
    if (sodium_init() < 0) {
        fprintf(stderr, "docketd: no randomness\n");
        return 1;
    }
    struct process_safety safety;
    process_secure(&safety);
    process_keys_said("docketd", &safety);
    /* Blocked before any thread: all of them inherit it, and only sigwait sees the end. */
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
    struct err err = {0};
    if (serve(&o, &ends, &err) != ST_OK) {
        fprintf(stderr, "docketd: %s\n", err.text);
        return 1;
    }
    return 0;
}

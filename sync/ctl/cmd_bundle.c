/* cmd_bundle.c - docketctl bundle export|import: the exchange of `sync` by file. On a device's
 * store, export writes what headquarters lacks and import takes its answer; on headquarters' store,
 * import takes a device's bundle (while docketd runs, docketd does) and writes the answer. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sync/carrier/file.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl_exchange.h"

struct bundling {
    struct ctl_open how;
    const char *file, *answer;
    bool json;
};

static bool is_hq(const struct ctl_open *how)
{
    char keys[600];
    struct stat sb;
    snprintf(keys, sizeof keys, "%.580s.keys", how->dir);
    return how->keys != NULL || stat(keys, &sb) == 0;
}

static int device_export(struct bundling *b)
{
    struct err err = {0};
    struct ctl_store s;
    struct file_out out;
    struct exchange_result res = {0};
    /* A file's refusal comes days later: it says at once who it is. */
    struct exchange_options opt = {.introduce = true};
    if (ctl_store_open(&b->how, &s, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    enum st st = file_out_begin(&out, b->file, &err);
    if (st == ST_OK) {
        st = exchange_request(&s.journal, &opt, &s.now, file_out_sink, &out, &res, &err);
        struct err end_err = {0};
        enum st end = file_out_end(&out, st == ST_OK, &end_err);
        if (st == ST_OK && end != ST_OK) {
            st = end;
            err = end_err;
        }
    }
    ctl_store_close(&s);
    if (st != ST_OK) {
        return ctl_failf("%s. No bundle was written; what was recorded is safe in the store",
                         err.text[0] != '\0' ? err.text : st_name(st));
    }
    printf("%u entries and %u attachments are in %s. They stay marked as only here until "
           "headquarters' answer is imported\n",
           res.sent_entries, res.sent_attachments, b->file);
    if (res.again) {
        printf("there is more than one bundle holds: import the answer, then export again\n");
    }
    return CTL_OK;
}

static int device_import(struct bundling *b)
{
    struct err err = {0};
    struct ctl_store s;
    struct ctl_exchange x = {0};
    struct exchange_result res = {0};
    bytes content = {NULL, 0};
    if (file_read(b->file, EXCHANGE_FILE_BYTES, &content, &err) != ST_OK) {
        return ctl_fail(&err);
    }
    if (ctl_store_open(&b->how, &s, &err) != ST_OK) {
        free((void *)(uintptr_t)content.p);
        return ctl_fail(&err);
    }
    enum st st = exchange_answer(&s.journal, content, &s.now, &res, &err);
    ctl_exchange_add(&x, &res);
    x.received_bytes = content.n;
    int rc = ctl_exchange_say(&s, &x, st, &err, b->json);
    if (x.revoked && ctl_parcel_when_due(&s) != CTL_OK) {
        rc = CTL_REFUSED;
    }
    ctl_store_close(&s);
    free((void *)(uintptr_t)content.p);
    return rc;
}

static int hq_import(struct bundling *b)
{
    struct err err = {0};
    char file[512], answer[512];
    if (!ctl_absolute(b->file, file, sizeof file) ||
        (b->answer != NULL && !ctl_absolute(b->answer, answer, sizeof answer))) {
        return ctl_failf("the path is too long");
    }
    json_t *in = json_pack("{s:s}", "file", file), *out = NULL;
    if (in != NULL && b->answer != NULL) {
        json_object_set_new(in, "answer", json_string(answer));
    }
    enum st st = ctl_call(b->how.dir, b->how.keys, "bundle.import", in, &out, &err);
    if (st != ST_OK) {
        return ctl_failf("%s. What headquarters had is as it was",
                         err.text[0] != '\0' ? err.text : st_name(st));
    }
    const char *problem = json_string_value(json_object_get(out, "problem"));
    bool altered = problem != NULL && strcmp(problem, "altered") == 0;
    bool broken = problem != NULL && problem[0] != '\0';
    json_int_t entries = json_integer_value(json_object_get(out, "received_entries"));
    if (b->json) {
        ctl_print(out);
        return broken ? CTL_REFUSED : CTL_OK;
    }
    json_decref(out);
    if (broken) {
        return ctl_failf("%s %s. What stands before that is authentic and was taken in (%lld new "
                         "entries); the rest is asked for again: bring the whole file",
                         b->file, altered ? "was altered or damaged" : "is cut, its end is missing",
                         (long long)entries);
    }
    printf("%s was taken in\n", b->file);
    if (b->answer != NULL) {
        printf("take %s back to the device: it holds the receipt and what is new for it\n",
               b->answer);
    } else {
        printf("without --answer the device learns of it only when it syncs\n");
    }
    return CTL_OK;
}

int ctl_cmd_bundle(int argc, char **argv)
{
    struct bundling b = {.how = {.write = true}};
    const struct ctl_opt opts[] = {
        {"store", &b.how.dir, NULL, true}, {"keys", &b.how.keys, NULL, false},
        {"file", &b.file, NULL, true},     {"answer", &b.answer, NULL, false},
        {"json", NULL, &b.json, false},    {"pin-fd", &b.how.pin_fd, NULL, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 1 ||
        (strcmp(argv[1], "export") != 0 && strcmp(argv[1], "import") != 0)) {
        return ctl_usage(argv[0]);
    }
    bool export = strcmp(argv[1], "export") == 0;
    if (is_hq(&b.how)) {
        return export ? ctl_failf("%s is headquarters' store: it answers bundles "
                                  "(bundle import --answer FILE), it begins none",
                                  b.how.dir)
                      : hq_import(&b);
    }
    return export ? device_export(&b) : device_import(&b);
}

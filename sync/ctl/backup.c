/* backup.c - see backup.h. */
#include "sync/ctl/backup.h"

#include "core/base/encode.h"
#include "sync/carrier/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ABOUT_BYTES 4096

bool backup_path(const char *folder, const char *suffix, char *out, size_t cap)
{
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') {
        n--; /* "backup/" has its key table beside it, not inside */
    }
    int k = snprintf(out, cap, "%.*s%s", (int)n, folder, suffix);
    if (k < 0 || (size_t)k >= cap) {
        fprintf(stderr, "docketctl: the path is too long\n");
        return false;
    }
    return true;
}

bool backup_there(const char *path)
{
    struct stat sb;
    return lstat(path, &sb) == 0;
}

enum st backup_about_put(const char *folder, const struct backup_about *a, struct err *err)
{
    char path[600];
    json_t *o =
        json_pack("{s:i,s:I,s:s,s:I,s:I}", "version", 1, "made_ms", (json_int_t)a->made_ms, "epoch",
                  a->epoch, "seq", (json_int_t)a->seq, "head_ms", (json_int_t)a->head_ms);
    char *text = o == NULL ? NULL : json_dumps(o, JSON_INDENT(2));
    enum st st = ST_OK;
    if (text == NULL || !backup_path(folder, "/backup.json", path, sizeof path)) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory");
    } else {
        st = file_write(path, str_bytes(str_c(text)), 0600, err);
    }
    free(text);
    json_decref(o);
    return st;
}

enum st backup_about_get(const char *folder, struct backup_about *a, struct err *err)
{
    char path[600];
    bytes in;
    memset(a, 0, sizeof *a);
    if (!backup_path(folder, "/backup.json", path, sizeof path)) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the path is too long");
    }
    enum st st = file_read(path, ABOUT_BYTES, &in, err);
    if (st != ST_OK) {
        return err_set(err, st, 0, __func__, "%.200s is no backup: it has no backup.json", folder);
    }
    json_t *o = json_loadb((const char *)in.p, in.n, JSON_REJECT_DUPLICATES, NULL);
    const char *epoch = json_string_value(json_object_get(o, "epoch"));
    a->made_ms = json_integer_value(json_object_get(o, "made_ms"));
    a->head_ms = json_integer_value(json_object_get(o, "head_ms"));
    a->seq = json_integer_value(json_object_get(o, "seq"));
    if (json_integer_value(json_object_get(o, "version")) != 1 || epoch == NULL ||
        strlen(epoch) != 16 || a->seq < 1) {
        st = err_set(err, ST_BAD_FORM, 0, __func__,
                     "%.200s/backup.json is damaged, or of a newer version", folder);
    } else {
        memcpy(a->epoch, epoch, sizeof a->epoch);
    }
    json_decref(o);
    free((void *)(uintptr_t)in.p);
    return st;
}

enum st backup_head(struct hq *hq, struct backup_about *a, struct err *err)
{
    const struct chain_head *own = &hq->journal.head;
    struct store_txn *t = NULL;
    struct entry_view e;
    struct arena tmp = hq_arena(hq);
    enum st st = store_read(hq->store, &t, err);
    if (st == ST_OK) {
        st = journal_at(t, own->author, own->epoch, own->seq, &tmp, &e, err);
    }
    if (st == ST_OK) {
        hex_put(bytes_of(own->epoch.b, sizeof own->epoch.b), a->epoch);
        a->seq = (int64_t)own->seq;
        a->head_ms = e.wall_ms;
    }
    store_abort(&t);
    return st;
}

/* import_write.c - what stood the check goes into headquarters' store, in batches: a few hundred
 * rows a transaction. Where docketd holds the store, it writes for us. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "sync/carrier/file.h"
#include "sync/ctl/import.h"

#define BATCH_ROWS 500
#define BATCH_BYTES (512U << 10) /* of JSON: far under the socket's and a transaction's bound */

/* Where operations run: headquarters opened here, or docketd's socket. */
struct where {
    struct import *im;
    struct hq *hq; /* NULL: over the socket */
};

static enum st run(struct where *w, const char *op, const json_t *in, json_t **out, struct err *err)
{
    *out = NULL;
    return w->hq != NULL ? ops_run(w->hq, op, in, out, err)
                         : ops_call(w->im->dir, w->im->keys, op, in, out, err);
}

/* Ends everything: the store itself, not a row, is the trouble. */
static bool fatal(enum st st)
{
    return st == ST_IO || st == ST_FULL || st == ST_CORRUPT || st == ST_OFFLINE ||
           st == ST_LOCKED || st == ST_BUG;
}

static void count(struct import *im, const json_t *result)
{
    if (json_is_true(json_object_get(result, "created"))) {
        im->created++;
    } else if (json_is_true(json_object_get(result, "unchanged"))) {
        im->unchanged++;
    } else {
        im->changed++;
    }
}

static uint32_t line_at(const struct import *im, size_t i)
{
    return (uint32_t)json_integer_value(json_array_get(im->lines, i));
}

/* One by one, after a batch was refused as a whole: who is to blame is refused by line. */
static enum st write_singly(struct where *w, size_t from, size_t to, struct err *err)
{
    for (size_t i = from; i < to; i++) {
        json_t *out;
        enum st st = run(w, "record.set", json_array_get(w->im->records, i), &out, err);
        if (fatal(st)) {
            return st;
        }
        if (st != ST_OK) {
            import_refuse(w->im, line_at(w->im, i), err->text);
        } else {
            count(w->im, out);
        }
        json_decref(out);
    }
    return ST_OK;
}

static enum st write_batch(struct where *w, size_t from, size_t to, struct err *err)
{
    json_t *records = json_array(), *out = NULL;
    for (size_t i = from; i < to; i++) {
        json_array_append(records, json_array_get(w->im->records, i));
    }
    json_t *in = json_pack("{s:o}", "records", records);
    if (in == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    enum st st = run(w, "record.batch", in, &out, err);
    json_decref(in);
    if (st == ST_OK) {
        const json_t *results = json_object_get(out, "results");
        for (size_t i = 0; i < json_array_size(results); i++) {
            count(w->im, json_array_get(results, i));
        }
    }
    json_decref(out);
    return st == ST_OK || fatal(st) ? st : write_singly(w, from, to, err);
}

static enum st write_records(struct where *w, struct err *err)
{
    size_t n = json_array_size(w->im->records), from = 0;
    enum st st = ST_OK;
    while (st == ST_OK && from < n) {
        size_t to = from, size = 0;
        while (to < n && to - from < BATCH_ROWS && size < BATCH_BYTES) {
            size += json_dumpb(json_array_get(w->im->records, to++), NULL, 0, JSON_COMPACT);
        }
        st = write_batch(w, from, to, err);
        from = to;
    }
    return st;
}

/* ---- assignments -------------------------------------------------------------------------------
 */
static enum st assign_singly(struct where *w, size_t from, size_t to, struct err *err)
{
    for (size_t i = from; i < to; i++) {
        const json_t *a = json_array_get(w->im->assign, i);
        json_t *out;
        enum st st = run(w, "assign", a, &out, err);
        json_decref(out);
        if (fatal(st)) {
            return st;
        }
        if (st == ST_OK) {
            w->im->assigned++;
        } else {
            import_refuse(w->im, (uint32_t)json_integer_value(json_object_get(a, "line")),
                          err->text);
        }
    }
    return ST_OK;
}

static enum st assign_batch(struct where *w, size_t from, size_t to, struct err *err)
{
    json_t *some = json_array(), *out = NULL;
    for (size_t i = from; i < to; i++) {
        json_array_append(some, json_array_get(w->im->assign, i));
    }
    json_t *in = json_pack("{s:o}", "assignments", some);
    if (in == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    enum st st = run(w, "assign.batch", in, &out, err);
    json_decref(in);
    json_decref(out);
    if (st == ST_OK) {
        w->im->assigned += (unsigned)(to - from);
    }
    return st == ST_OK || fatal(st) ? st : assign_singly(w, from, to, err);
}

static enum st write_assignments(struct where *w, struct err *err)
{
    size_t n = json_array_size(w->im->assign);
    enum st st = ST_OK;
    for (size_t from = 0; st == ST_OK && from < n; from += BATCH_ROWS) {
        st = assign_batch(w, from, from + BATCH_ROWS < n ? from + BATCH_ROWS : n, err);
    }
    return st;
}

/* ---- the edition -------------------------------------------------------------------------------
 */
/* Handed over as a file: an edition may be larger than a message to docketd. */
static enum st publish(struct where *w, bytes edition, struct err *err)
{
    char folder[480], path[512];
    json_t *in, *out = NULL;
    if (!ctl_absolute(w->im->dir, folder, sizeof folder)) {
        return err_set(err, ST_IO, 0, __func__, "the store's path is too long");
    }
    snprintf(path, sizeof path, "%s.edition-XXXXXX", folder);
    int fd = mkstemp(path);
    if (fd < 0) {
        return err_set(err, ST_IO, 0, __func__, "cannot write beside the store");
    }
    close(fd);
    enum st st = file_write(path, edition, 0600, err);
    if (st == ST_OK) {
        in = json_pack("{s:s}", "file", path);
        st = in == NULL ? ST_FULL : run(w, "edition.publish", in, &out, err);
        json_decref(in);
    }
    if (st == ST_OK) {
        w->im->edition_number = (uint64_t)json_integer_value(json_object_get(out, "number"));
    }
    json_decref(out);
    IGNORE(unlink(path) != 0); /* an edition holds nothing personal; a leftover harms nobody */
    return st;
}

enum st import_write(struct import *im, bytes edition, struct err *err)
{
    struct where w = {.im = im};
    struct hq_options opt = {.dir = im->dir, .keys_path = im->keys};
    enum st st = hq_open(&opt, &w.hq, err);
    if (st == ST_LOCKED) {
        w.hq = NULL;
        st = ST_OK;
    }
    if (st == ST_OK) {
        st = write_records(&w, err);
    }
    if (st == ST_OK) {
        st = write_assignments(&w, err);
    }
    if (st == ST_OK && edition.n != 0) {
        st = publish(&w, edition, err);
    }
    hq_close(&w.hq);
    return st;
}

/* cmd_log.c - docketctl log: the entries that a store holds, one a line, in the order of their
 * hybrid time; shown are the time that the author claimed, with a mark where his clock was wrong,
 * and between which receipts it is proved (core/journal/times.h). What lies in one of two histories
 * of a chain is marked; --forks lists where those begin, --proof writes the proof of one. Reads
 * only, beside any writer. */
#include <inttypes.h>
#include <stdlib.h>

#include "core/base/encode.h"
#include "sync/carrier/file.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl_entries.h"

struct log {
    struct ctl_view v;
    struct ctl_entries entries;
    bool json, hex, first, forks;
    const char *proof, *file;
};

static bool print_json(struct log *l, const struct entry_view *e, struct arena tmp)
{
    json_t *o = ctl_entries_facts(&l->entries, e, l->hex, tmp);
    fputs(l->first ? "[\n" : ",\n", stdout);
    l->first = false;
    bool ok = json_dumpf(o, stdout, JSON_COMPACT) == 0;
    json_decref(o);
    return ok;
}

static void print_line(struct log *l, const struct entry_view *e, struct arena tmp)
{
    char when[32], after[32], before[32], hash[65], author[32];
    struct times at = ctl_entries_times(&l->entries, e, tmp);
    ctl_view_author(&l->v, e->author, author);
    hex_put(bytes_of(e->hash.b, sizeof e->hash.b), hash);
    printf("%6" PRIu64 "  %s%c %-20s %-20s %-16s %-10s %-16s %.12s  %-15s  %s%s\n", e->seq,
           ctl_time(at.claimed_ms, when), at.wrong ? '!' : ' ', ctl_time(at.after_ms, after),
           ctl_time(at.before_ms, before), ctl_entries_kind(e), ctl_view_type(e->subject_type),
           ctl_entries_code(&l->entries, e, tmp), hash, ctl_entries_place(&l->entries, e, tmp),
           author, ctl_entries_forked(&l->entries, e, tmp) ? "  two histories" : "");
}

static enum st print_all(struct log *l, size_t last, struct err *err)
{
    const struct ctl_entries *lines = &l->entries;
    size_t from = last != 0 && last < lines->n ? lines->n - last : 0;
    for (size_t i = from; i < lines->n; i++) {
        struct arena tmp = l->v.a;
        struct entry_view e;
        enum st st = journal_get(l->v.t, lines->p[i].hash, &tmp, &e, err);
        if (st != ST_OK) {
            /* One damaged entry hides no other; `check` names it. */
            fprintf(stderr, "docketctl: an entry cannot be read (%s); see docketctl check\n",
                    st_name(st));
            continue;
        }
        if (!l->json) {
            print_line(l, &e, tmp);
        } else if (!print_json(l, &e, tmp)) {
            return err_set(err, ST_IO, 0, __func__, "standard output is closed");
        }
    }
    if (l->json) {
        puts(l->first ? "[]" : "\n]");
    }
    return fflush(stdout) == 0 ? ST_OK
                               : err_set(err, ST_IO, 0, __func__, "standard output is closed");
}

/* --- forks -------------------------------------------------------------------------------------
 */

static json_t *fork_row(struct log *l, id8 author, id8 epoch, struct arena tmp, struct err *err)
{
    struct entry_view a, b;
    if (forks_first(l->v.t, author, epoch, &tmp, &a, &b, err) != ST_OK) {
        return NULL;
    }
    char name[32];
    ctl_view_author(&l->v, author, name);
    return json_pack("{s:o,s:s,s:o,s:I,s:[o,o]}", "author", ctl_json_hex(author.b, 8),
                     "author_name", name, "epoch", ctl_json_hex(epoch.b, 8), "seq",
                     (json_int_t)a.seq, "entries", ctl_json_hex(a.hash.b, 32),
                     ctl_json_hex(b.hash.b, 32));
}

static void print_forks(const json_t *rows)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *name, *epoch, *one, *two;
        json_int_t seq;
        if (json_unpack((json_t *)(uintptr_t)json_array_get(rows, i), "{s:s,s:s,s:I,s:[s,s]}",
                        "author_name", &name, "epoch", &epoch, "seq", &seq, "entries", &one,
                        &two) == 0) {
            printf("%s  epoch %s  number %lld  %s  %s\n", name, epoch, (long long)seq, one, two);
        }
    }
    if (json_array_size(rows) == 0) {
        printf("no chain here has two histories\n");
    }
}

/* One row an epoch that forked: the first number under which there are two entries. */
static enum st list_forks(struct log *l, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key;
    json_t *rows = json_array();
    enum st st = store_scan(l->v.t, T_HEAD, (bytes){NULL, 0}, (bytes){NULL, 0}, &c, err);
    while (st == ST_OK && ctl_view_next(c, &key, &st)) {
        struct arena tmp = l->v.a, room = l->v.a;
        struct chain_mark m;
        id8 author, epoch;
        if (key.n != 16) {
            continue;
        }
        memcpy(author.b, key.p, sizeof author.b);
        memcpy(epoch.b, key.p + 8, sizeof epoch.b);
        if (chain_mark_get(l->v.t, author, epoch, &tmp, &m, NULL) == ST_OK && m.forked) {
            json_t *row = fork_row(l, author, epoch, room, NULL);
            if (row != NULL) {
                json_array_append_new(rows, row);
            }
        }
    }
    store_scan_end(&c);
    if (st == ST_OK && l->json) {
        return ctl_print(rows) == CTL_OK
                   ? ST_OK
                   : err_set(err, ST_IO, 0, __func__, "standard output is closed");
    }
    if (st == ST_OK) {
        print_forks(rows);
    }
    json_decref(rows);
    return st;
}

static enum st write_proof(struct log *l, struct err *err)
{
    struct arena tmp = l->v.a;
    bytes file;
    h32 hash;
    if (!hex_get(str_c(l->proof), hash.b, sizeof hash.b)) {
        return err_set(err, ST_BAD_INPUT, 0, __func__,
                       "--proof takes the hash of an entry, 64 hex digits; --forks lists them");
    }
    enum st st = forks_file_make(l->v.t, hash, &tmp, &file, err);
    st = st == ST_OK ? file_write(l->file, file, 0644, err) : st;
    if (st == ST_OK) {
        printf("%s: proof of two histories; docketctl verify checks it with hq.pub\n", l->file);
    }
    return st;
}

static enum st log_store(struct log *l, struct ctl_store *s, const char *job, size_t last,
                         struct err *err)
{
    id16 subject;
    enum st st = ctl_view_begin(&l->v, s, err);
    if (st == ST_OK && (l->forks || l->proof != NULL)) {
        st = l->forks ? list_forks(l, err) : write_proof(l, err);
        ctl_view_end(&l->v);
        return st;
    }
    if (st == ST_OK && job != NULL &&
        ctl_view_find(&l->v, SUBJECT_JOB, str_c(job), &subject) != ST_OK) {
        st = err_set(err, ST_NOT_FOUND, 0, __func__, "this store holds no job \"%s\"", job);
    }
    if (st == ST_OK) {
        st = ctl_entries_of(&l->v, job == NULL ? NULL : &subject, &l->entries, err);
    }
    if (st == ST_OK) {
        st = print_all(l, last, err);
    }
    ctl_entries_drop(&l->entries);
    ctl_view_end(&l->v);
    return st;
}

int ctl_cmd_log(int argc, char **argv)
{
    const char *job = NULL, *last = NULL;
    struct ctl_open how = {0};
    struct log l = {.first = true};
    const struct ctl_opt opts[] = {
        {"store", &how.dir, NULL, true},      {"keys", &how.keys, NULL, false},
        {"pin-fd", &how.pin_fd, NULL, false}, {"job", &job, NULL, false},
        {"last", &last, NULL, false},         {"json", NULL, &l.json, false},
        {"hex", NULL, &l.hex, false},         {"forks", NULL, &l.forks, false},
        {"proof", &l.proof, NULL, false},     {"file", &l.file, NULL, false}};
    int npos;
    int64_t n = 0;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0 ||
        (l.forks && (l.proof != NULL || job != NULL || last != NULL)) ||
        (l.proof != NULL) != (l.file != NULL) ||
        (last != NULL && !ctl_number(last, "last", 1, INT32_MAX, &n))) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    struct ctl_store s;
    enum st st = ctl_store_open(&how, &s, &err);
    if (st == ST_OK) {
        st = log_store(&l, &s, job, (size_t)n, &err);
        ctl_store_close(&s);
    }
    return st == ST_OK ? CTL_OK : ctl_fail(&err);
}

/* cmd_log.c - docketctl log: the entries that a store holds, one a line, in the order of their
 * time. Reads only, beside whatever writes. */
#include <inttypes.h>
#include <stdlib.h>

#include "core/base/encode.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl_view.h"
#include "sync/engine/exchange.h"

#define SUBJECT_KEY_BYTES 56 /* T_SUBJECT: subject, time, hash */

struct line {
    uint8_t time[8]; /* big endian, as in the key */
    h32 hash;
};
struct lines {
    size_t n, room;
    struct line *p;
};
struct log {
    struct ctl_view v;
    bool json, hex, first;
    id16 last; /* the subject whose code was looked up last: runs of one subject are common */
    char code[CAP_CODE_BYTES + 1];
};

static int by_time(const void *x, const void *y)
{
    return memcmp(x, y, sizeof(struct line));
}

/* Keys alone are read here, no value is unsealed. */
static enum st collect(struct ctl_view *v, const id16 *subject, struct lines *out, struct err *err)
{
    bytes none = {NULL, 0}, key;
    bytes prefix = subject == NULL ? none : bytes_of(subject->b, sizeof subject->b);
    struct store_cursor *c = NULL;
    enum st st = store_scan(v->t, T_SUBJECT, prefix, none, &c, err);
    while (st == ST_OK && (st = store_next(c, &key)) == ST_OK) {
        if (key.n != SUBJECT_KEY_BYTES) {
            continue;
        }
        if (out->n == out->room) {
            size_t room = out->room == 0 ? 1024 : out->room * 2;
            struct line *p = realloc(out->p, room * sizeof *p);
            if (p == NULL) {
                st = err_set(err, ST_FULL, 0, __func__, "no memory for so many entries");
                break;
            }
            out->p = p;
            out->room = room;
        }
        memcpy(out->p[out->n].time, key.p + 16, 8);
        memcpy(out->p[out->n++].hash.b, key.p + 24, 32);
    }
    store_scan_end(&c);
    if (st != ST_END) {
        return st;
    }
    if (out->n > 1) {
        qsort(out->p, out->n, sizeof *out->p, by_time);
    }
    return ST_OK;
}

static const char *place_name(struct log *l, const struct entry_view *e, struct arena tmp)
{
    enum sync_place p = SYNC_HERE;
    if (l->v.s->side == STORE_HQ) {
        return "at headquarters";
    }
    if (sync_place_of(l->v.t, l->v.own, e->hash, tmp, &p, NULL) != ST_OK) {
        return "?";
    }
    return p == SYNC_HQ ? "at headquarters" : p == SYNC_BRANCH ? "at the branch" : "here";
}

static const char *code_of_subject(struct log *l, const struct entry_view *e, struct arena tmp)
{
    if (!id16_eq(e->subject, l->last)) {
        str code = ctl_view_code(&l->v, &tmp, e->subject);
        snprintf(l->code, sizeof l->code, "%.*s", (int)code.n, code.p);
        l->last = e->subject;
    }
    return l->code;
}

static void put_evidence(json_t *o, const struct entry_evidence *ev)
{
    if (ev->has_boot) {
        json_object_set_new(o, "boot_id", ctl_json_hex(ev->boot_id, sizeof ev->boot_id));
    }
    if (ev->has_receipt) {
        json_object_set_new(o, "receipt", ctl_json_hex(ev->receipt.b, sizeof ev->receipt.b));
        json_object_set_new(o, "receipt_ms", json_integer(ev->receipt_ms));
    }
    if (ev->has_offset) {
        json_object_set_new(o, "utc_offset_minutes", json_integer(ev->utc_offset_minutes));
    }
}

static json_t *facts(struct log *l, const struct entry_view *e, struct arena tmp)
{
    const struct kind_info *k = kind_info(e->kind);
    char author[32];
    ctl_view_author(&l->v, e->author, author);
    json_t *o = json_object(), *atts = json_array();
    json_object_set_new(o, "hash", ctl_json_hex(e->hash.b, sizeof e->hash.b));
    json_object_set_new(o, "author", ctl_json_hex(e->author.b, sizeof e->author.b));
    json_object_set_new(o, "author_name", json_string(author));
    json_object_set_new(o, "epoch", ctl_json_hex(e->epoch.b, sizeof e->epoch.b));
    json_object_set_new(o, "seq", json_integer((json_int_t)e->seq));
    json_object_set_new(o, "prev", ctl_json_hex(e->prev.b, sizeof e->prev.b));
    json_object_set_new(o, "time", ctl_json_time(hlc_ms(e->time)));
    json_object_set_new(o, "hlc", json_integer((json_int_t)e->time));
    json_object_set_new(o, "wall_ms", json_integer(e->wall_ms));
    json_object_set_new(o, "boot_ms", json_integer(e->boot_ms));
    json_object_set_new(o, "kind", json_integer(e->kind));
    json_object_set_new(o, "kind_name",
                        json_string(k == NULL ? "made by a newer version" : k->name));
    json_object_set_new(o, "type", json_string(ctl_view_type(e->subject_type)));
    json_object_set_new(o, "subject", ctl_json_hex(e->subject.b, sizeof e->subject.b));
    json_object_set_new(o, "code", json_string(code_of_subject(l, e, tmp)));
    json_object_set_new(o, "place", json_string(place_name(l, e, tmp)));
    json_object_set_new(o, "body", ctl_json_hex(e->body.p, e->body.n));
    for (unsigned i = 0; i < e->natt; i++) {
        h32 att = entry_att(e, i);
        json_array_append_new(atts, ctl_json_hex(att.b, sizeof att.b));
    }
    json_object_set_new(o, "attachments", atts);
    if (!id16_zero(e->actor)) {
        json_object_set_new(o, "actor", ctl_json_hex(e->actor.b, sizeof e->actor.b));
        json_object_set_new(o, "actor_role", json_string(ops_role_name(e->actor_role)));
    }
    put_evidence(o, &e->evidence);
    if (l->hex) {
        json_object_set_new(o, "bytes", ctl_json_hex(e->whole.p, e->whole.n));
    }
    return o;
}

static bool print_json(struct log *l, const struct entry_view *e, struct arena tmp)
{
    json_t *o = facts(l, e, tmp);
    fputs(l->first ? "[\n" : ",\n", stdout);
    l->first = false;
    bool ok = json_dumpf(o, stdout, JSON_COMPACT) == 0;
    json_decref(o);
    return ok;
}

static void print_line(struct log *l, const struct entry_view *e, struct arena tmp)
{
    const struct kind_info *k = kind_info(e->kind);
    char when[32], hash[65], author[32];
    ctl_view_author(&l->v, e->author, author);
    hex_put(bytes_of(e->hash.b, sizeof e->hash.b), hash);
    printf("%6" PRIu64 "  %s  %-16s %-10s %-16s %.12s  %-15s  %s\n", e->seq,
           ctl_time(hlc_ms(e->time), when), k == NULL ? "(newer version)" : k->name,
           ctl_view_type(e->subject_type), code_of_subject(l, e, tmp), hash, place_name(l, e, tmp),
           author);
}

static enum st print_all(struct log *l, const struct lines *lines, size_t last, struct err *err)
{
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

static enum st log_store(struct log *l, struct ctl_store *s, const char *job, size_t last,
                         struct err *err)
{
    id16 subject;
    struct lines lines = {0};
    enum st st = ctl_view_begin(&l->v, s, err);
    if (st == ST_OK && job != NULL &&
        ctl_view_find(&l->v, SUBJECT_JOB, str_c(job), &subject) != ST_OK) {
        st = err_set(err, ST_NOT_FOUND, 0, __func__, "this store holds no job \"%s\"", job);
    }
    if (st == ST_OK) {
        st = collect(&l->v, job == NULL ? NULL : &subject, &lines, err);
    }
    if (st == ST_OK) {
        st = print_all(l, &lines, last, err);
    }
    free(lines.p);
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
        {"hex", NULL, &l.hex, false}};
    int npos;
    int64_t n = 0;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0 ||
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

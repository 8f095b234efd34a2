/* cmd_digests.c - docketctl digests: what a store says about each subject, to be compared with
 * another store line by line: id, type, code, entries, digest of their set, digest of the state. */
#include <inttypes.h>

#include "core/base/encode.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl_view.h"
#include "sync/engine/digest.h"

static enum st one(struct ctl_view *v, id16 id, struct err *err)
{
    struct arena tmp = v->a;
    struct manifest_subject m;
    enum subject_type type;
    h32 state;
    char hex[33], set[33], digest[65];
    struct subject_state *s = arena_new(&tmp, struct subject_state, 1);
    enum st st = s == NULL ? ST_FULL : fold_load(v->t, id, &tmp, s, &state, err);
    if (st != ST_OK) {
        return st;
    }
    type = s->type; /* the state goes with the arena below */
    st = digest_subject(v->t, id, NULL, 0, v->a, &m, err);
    if (st != ST_OK) {
        return st;
    }
    tmp = v->a;
    str code = ctl_view_code(v, &tmp, id);
    hex_put(bytes_of(id.b, sizeof id.b), hex);
    hex_put(bytes_of(m.set, sizeof m.set), set);
    hex_put(bytes_of(state.b, sizeof state.b), digest);
    printf("%s\t%s\t%.*s\t%" PRIu64 "\t%s\t%s\n", hex, ctl_view_type(type), (int)code.n, code.p,
           m.count, set, digest);
    return ST_OK;
}

static enum st all(struct ctl_view *v, struct err *err)
{
    bytes none = {NULL, 0}, key;
    struct store_cursor *c = NULL;
    id16 id;
    enum st st = store_scan(v->t, T_STATE, none, none, &c, err);
    while (st == ST_OK && ctl_view_next(c, &key, &st)) {
        if (key.n == sizeof id.b) {
            memcpy(id.b, key.p, sizeof id.b);
            st = one(v, id, err);
        }
    }
    store_scan_end(&c);
    return st;
}

static enum st digests(struct ctl_store *s, const char *job, struct err *err)
{
    struct ctl_view v;
    id16 id;
    enum st st = ctl_view_begin(&v, s, err);
    if (st == ST_OK && job == NULL) {
        st = all(&v, err);
    } else if (st == ST_OK) {
        st = ctl_view_find(&v, SUBJECT_JOB, str_c(job), &id) == ST_OK
                 ? one(&v, id, err)
                 : err_set(err, ST_NOT_FOUND, 0, "digests", "this store holds no job \"%s\"", job);
    }
    ctl_view_end(&v);
    if (fflush(stdout) != 0 && st == ST_OK) {
        st = err_set(err, ST_IO, 0, "digests", "standard output is closed");
    }
    return st;
}

int ctl_cmd_digests(int argc, char **argv)
{
    struct ctl_open how = {0};
    const char *job = NULL;
    const struct ctl_opt opts[] = {{"store", &how.dir, NULL, true},
                                   {"keys", &how.keys, NULL, false},
                                   {"pin-fd", &how.pin_fd, NULL, false},
                                   {"job", &job, NULL, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    struct ctl_store s;
    enum st st = ctl_store_open(&how, &s, &err);
    if (st == ST_OK) {
        st = digests(&s, job, &err);
        ctl_store_close(&s);
    }
    return st == ST_OK ? CTL_OK : ctl_fail(&err);
}

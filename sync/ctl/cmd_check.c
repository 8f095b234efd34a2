/* cmd_check.c - docketctl check: every value's seal, every chain, signature, index, attachment and
 * state of a store. A child process does the walking: LMDB has no page checksums, and a damaged
 * page can end the process that reads it; the parent then says so. */
#include <inttypes.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/encode.h"
#include "core/journal/check.h"
#include "core/store/store_check.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl_view.h"

#define NAMED_MAX 200 /* findings that are named; the count says how many there were */

struct checking {
    bool json;
    json_t *found;
    size_t named;
    struct store_check_totals values;
    struct journal_check_totals journal;
};

static void note(struct checking *c, bool damage, json_t *o, const char *line)
{
    if (c->named++ < NAMED_MAX) {
        if (c->json) {
            json_object_set_new(o, "damage", json_boolean(damage));
            json_array_append(c->found, o);
        } else {
            printf("%s  %s\n", damage ? "DAMAGED" : "note   ", line);
        }
    }
    json_decref(o);
}

static void value_damaged(void *ctx, enum table table, bytes key, const char *why)
{
    char hex[2 * CAP_STORE_KEY_BYTES + 1] = "", line[400];
    if (key.n <= CAP_STORE_KEY_BYTES) {
        hex_put(key, hex);
    }
    snprintf(line, sizeof line, "value %s/%s: %s", store_check_name(table), hex, why);
    note(ctx, true,
         json_pack("{s:s, s:s, s:s}", "what", why, "table", store_check_name(table), "key", hex),
         line);
}

static void entry_found(void *ctx, enum check_what what, const struct check_place *p)
{
    char author[17], epoch[17], hash[65], line[400];
    hex_put(bytes_of(p->author.b, sizeof p->author.b), author);
    hex_put(bytes_of(p->epoch.b, sizeof p->epoch.b), epoch);
    hex_put(bytes_of(p->hash.b, sizeof p->hash.b), hash);
    snprintf(line, sizeof line, "author %.8s epoch %.8s entry %" PRIu64 " %.12s: %s", author, epoch,
             p->seq, hash, journal_check_name(what));
    note(ctx, what < CHECK_FORKED,
         json_pack("{s:s, s:s, s:s, s:I, s:s, s:o}", "what", journal_check_name(what), "author",
                   author, "epoch", epoch, "seq", (json_int_t)p->seq, "hash", hash, "subject",
                   ctl_json_hex(p->subject.b, sizeof p->subject.b)),
         line);
}

static uint64_t damage_of(const struct checking *c)
{
    uint64_t n = c->journal.damage + c->values.att_damaged + c->values.key_rows_damaged;
    for (int t = 1; t < TABLES; t++) {
        n += c->values.damaged[t];
    }
    return n;
}

static int say(struct checking *c)
{
    const struct journal_check_totals *j = &c->journal;
    uint64_t damage = damage_of(c), values = 0;
    for (int t = 1; t < TABLES; t++) {
        values += c->values.values[t];
    }
    if (c->json) {
        int rc = ctl_print(json_pack(
            "{s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:O}", "ok", damage == 0,
            "damage", (json_int_t)damage, "values", (json_int_t)values, "chains",
            (json_int_t)j->chains, "entries", (json_int_t)j->entries, "signatures",
            (json_int_t)j->signatures, "subjects", (json_int_t)j->subjects, "attachments_named",
            (json_int_t)j->att_named, "attachments_held", (json_int_t)j->att_held,
            "attachments_forgotten", (json_int_t)j->att_forgotten, "attachments_wanted",
            (json_int_t)j->att_wanted, "lost", (json_int_t)c->values.lost, "found", c->found));
        return rc != CTL_OK ? rc : damage == 0 ? CTL_OK : CTL_REFUSED;
    }
    printf("%" PRIu64 " values, %" PRIu64 " entries in %" PRIu64 " chains, %" PRIu64
           " signatures hold, %" PRIu64 " subjects\n",
           values, j->entries, j->chains, j->signatures, j->subjects);
    printf("attachments: %" PRIu64 " named, %" PRIu64 " held, %" PRIu64 " forgotten, %" PRIu64
           " still to come\n",
           j->att_named, j->att_held, j->att_forgotten, j->att_wanted);
    if (c->named > NAMED_MAX) {
        printf("... and %zu findings more\n", c->named - NAMED_MAX);
    }
    if (damage == 0) {
        printf("the store is sound\n");
        return CTL_OK;
    }
    fflush(stdout);
    return ctl_failf("%" PRIu64 " findings of damage, named above. What is not named is sound. "
                     "Indexes and states are mended by docketctl rebuild; entries that "
                     "headquarters has come back with the next sync",
                     damage);
}

static int check(const struct ctl_open *how, struct checking *c)
{
    struct err err = {0};
    struct ctl_store s;
    enum st st = ctl_store_open(how, &s, &err);
    if (st != ST_OK) {
        return ctl_fail(&err);
    }
    struct arena scratch = arena_of(s.scratch, CAP_SCRATCH_BYTES);
    struct store_check_sink values = {value_damaged, c};
    struct journal_check_sink entries = {entry_found, c};
    c->found = json_array();
    st = store_check(s.store, scratch, &values, &c->values, &err);
    if (st == ST_OK) {
        st = journal_check(s.store, scratch, &entries, &c->journal, &err);
    }
    int rc = st == ST_OK
                 ? say(c)
                 : ctl_failf("the store cannot be read through (%s). Nothing was changed; "
                             "docketctl rebuild, or a copy from headquarters, is the way on",
                             err.text[0] != '\0' ? err.text : st_name(st));
    json_decref(c->found);
    ctl_store_close(&s);
    return rc;
}

int ctl_cmd_check(int argc, char **argv)
{
    struct ctl_open how = {.look = true};
    struct checking c = {.named = 0};
    const struct ctl_opt opts[] = {{"store", &how.dir, NULL, true},
                                   {"keys", &how.keys, NULL, false},
                                   {"pin-fd", &how.pin_fd, NULL, false},
                                   {"json", NULL, &c.json, false}};
    int npos, status = 0;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0) {
        return ctl_usage(argv[0]);
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int rc = check(&how, &c);
        fflush(stdout);
        _exit(rc);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        return ctl_failf("no process for the check could be started");
    }
    if (WIFSIGNALED(status)) {
        return ctl_failf("the store's pages are damaged: reading them ended the process that "
                         "checked (signal %d). Nothing was changed",
                         WTERMSIG(status));
    }
    return WEXITSTATUS(status);
}

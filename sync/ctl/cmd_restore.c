/* cmd_restore.c - docketctl restore: headquarters from a backup. It goes on in a new epoch at once,
 * and says what only it had: a span of time, and numbers of its journal. Later, --lost says which
 * of these came back from devices. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/store/copy.h"
#include "core/store/files.h"
#include "core/store/keytable.h"
#include "sync/ctl/backup.h"
#include "sync/ctl/commands.h"
#include "sync/hq/hq_epoch.h"
#include "sync/hq/hq_route.h"
#include "sync/hq/hq_store.h"

struct restoring {
    const char *store, *from, *keys, *keytable;
    bool no_keytable, lost, json;
    char dir[512], part[560], part_table[600], table[600], keyfile[600];
    bool table_kept, keys_copied;
    struct backup_about about;
    char epoch[17]; /* the new one */
    int64_t now_ms;
};

/* --- where the parts come from
 * ---------------------------------------------------------------------------------------------- */

static enum st find_keys(struct restoring *r, struct err *err)
{
    char from[600];
    if (r->keys != NULL) {
        snprintf(r->keyfile, sizeof r->keyfile, "%.599s", r->keys);
        return ST_OK;
    }
    if (!backup_path(r->dir, ".keys", r->keyfile, sizeof r->keyfile) ||
        !backup_path(r->from, ".keys", from, sizeof from)) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the path is too long");
    }
    if (backup_there(r->keyfile)) {
        return ST_OK;
    }
    if (!backup_there(from)) {
        return err_set(err, ST_NOT_FOUND, 0, __func__,
                       "headquarters' key file is needed: at %.100s, or by --keys FILE",
                       r->keyfile);
    }
    r->keys_copied = true;
    return store_copy_file(from, r->keyfile, 0600, err);
}

/* The newest table knows of the most erasures: one that is still in place, before any copy. */
static enum st find_table(struct restoring *r, struct err *err)
{
    char beside[600];
    if (r->no_keytable) {
        return keytable_create(r->part_table, err);
    }
    if (r->keytable != NULL) {
        return store_copy_file(r->keytable, r->part_table, 0600, err);
    }
    if (backup_there(r->table)) {
        r->table_kept = true;
        return store_copy_file(r->table, r->part_table, 0600, err);
    }
    if (!backup_path(r->from, ".keytable", beside, sizeof beside)) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the path is too long");
    }
    if (!backup_there(beside)) {
        return err_set(err, ST_NOT_FOUND, 0, __func__,
                       "the table of subjects' keys is at neither %.80s nor %.80s: name it by "
                       "--keytable FILE, or go on without all contents by --no-keytable",
                       r->table, beside);
    }
    if (r->now_ms - r->about.made_ms > BACKUP_TABLE_DAYS * BACKUP_DAY_MS) {
        return err_set(err, ST_REVOKED, 0, __func__,
                       "the copy of the subjects' keys is older than %d days: it may open what was "
                       "erased by law since. Name a newer one by --keytable FILE, or go on without "
                       "all contents by --no-keytable",
                       BACKUP_TABLE_DAYS);
    }
    return store_copy_file(beside, r->part_table, 0600, err);
}

/* --- restoring
 * --------------------------------------------------------------------------------------------- */

/* A code that the backup has as unused may have been used since, and has been seen by who used it.
 */
static enum st end_codes(struct hq *hq, struct err *err)
{
    struct hq_enrolment *all = calloc(HQ_ENROLMENTS_MAX, sizeof *all);
    struct store_txn *t = NULL;
    unsigned n = 0;
    enum st st = all == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory") : ST_OK;
    st = st == ST_OK ? store_write(hq->store, &t, err) : st;
    st = st == ST_OK ? hq_enrol_all(t, all, HQ_ENROLMENTS_MAX, &n, err) : st;
    for (unsigned i = 0; i < n && st == ST_OK; i++) {
        st = all[i].state == HQ_ENROL_OPEN ? hq_enrol_del(t, all[i].id, err) : ST_OK;
    }
    st = st == ST_OK ? store_commit(&t, err) : st;
    store_abort(&t);
    free(all);
    return st;
}

/* A new epoch before the store is anybody's: no number is given twice. */
static enum st begin_anew(struct restoring *r, struct err *err)
{
    struct hq *hq = NULL;
    struct hq_options with = {.dir = r->part, .keys_path = r->keyfile};
    struct backup_about here = {.seq = 0};
    enum st st = hq_open(&with, &hq, err);
    if (st == ST_OK) {
        st = backup_head(hq, &here, err);
    }
    if (st == ST_OK && (strcmp(here.epoch, r->about.epoch) != 0 || here.seq != r->about.seq)) {
        st = err_set(err, ST_CONFLICT, 0, __func__,
                     "the store in the backup is not the one that its backup.json describes");
    }
    if (st == ST_OK) {
        st = hq_epoch_renew(hq, (uint64_t)here.seq, err);
    }
    if (st == ST_OK) {
        st = end_codes(hq, err);
    }
    if (st == ST_OK) {
        st = hq_route_rest(hq, 0, NULL, err);
    }
    if (st == ST_OK) {
        hex_put(bytes_of(hq->journal.head.epoch.b, 8), r->epoch);
    }
    hq_close(&hq);
    return st;
}

static enum st put_in_place(struct restoring *r, struct err *err)
{
    struct files_path up;
    files_parent(&up, r->dir);
    IGNORE(rmdir(r->dir) != 0); /* an empty folder may stand there; anything else stops rename */
    if (rename(r->part_table, r->table) != 0 || rename(r->part, r->dir) != 0) {
        return err_set(err, ST_IO, errno, __func__, "the store cannot be put in place: %s",
                       strerror(errno));
    }
    return files_sync_dir(up.s, err);
}

static void drop(struct restoring *r)
{
    store_copy_drop(r->part);
    if (r->part_table[0] != '\0') {
        IGNORE(files_destroy(r->part_table, NULL) != ST_OK); /* keys: a half one, or a copy */
    }
}

static enum st restore(struct restoring *r, struct err *err)
{
    enum st st = backup_about_get(r->from, &r->about, err);
    st = st != ST_OK ? st : find_keys(r, err);
    if (st != ST_OK) {
        return st;
    }
    drop(r); /* of a run that was cut */
    st = find_table(r, err);
    st = st != ST_OK ? st : store_copy_closed(r->from, r->part, err);
    st = st != ST_OK ? st : begin_anew(r, err);
    st = st != ST_OK ? st : put_in_place(r, err);
    if (st != ST_OK) {
        drop(r);
        if (r->keys_copied) {
            IGNORE(files_destroy(r->keyfile, NULL) != ST_OK); /* the backup still has it */
        }
    }
    return st;
}

static int say(const struct restoring *r)
{
    char made[32], now[32];
    if (r->json) {
        return ctl_print(
            json_pack("{s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:s,s:b}", "store", r->dir, "from", r->from,
                      "epoch", r->about.epoch, "whole_to", (json_int_t)r->about.seq,
                      "lost_from_number", (json_int_t)r->about.seq + 1, "lost_from_ms",
                      (json_int_t)r->about.made_ms, "lost_to_ms", (json_int_t)r->now_ms,
                      "new_epoch", r->epoch, "live_keytable", r->table_kept));
    }
    printf("%s is headquarters as it was at %s: its journal to number %" PRId64
           " (epoch %.8s). It goes on in a new epoch, %.8s\n",
           r->dir, ctl_time(r->about.made_ms, made), r->about.seq, r->about.epoch, r->epoch);
    printf("what only headquarters had between %s and %s is lost: numbers from %" PRId64
           " on of epoch %.8s\n",
           ctl_time(r->about.made_ms, made), ctl_time(r->now_ms, now), r->about.seq + 1,
           r->about.epoch);
    printf("what a device holds of it, its own work and what it had from headquarters, comes back "
           "as devices sync; docketctl restore --store %s --lost then says which numbers are "
           "missing\n",
           r->dir);
    printf(
        "logins, passwords and access tokens are those of %s: who was shut out since can come in "
        "again; look through docketctl user list. Codes for new devices are void: give new "
        "ones\n",
        ctl_time(r->about.made_ms, made));
    if (r->table_kept) {
        printf("the table of subjects' keys that was in place was used: what it had erased stays "
               "erased\n");
    }
    if (r->no_keytable) {
        printf("without the table of subjects' keys no text, photo or stroke of before can be read "
               "here any more; entries, signatures and states are whole\n");
    }
    return CTL_OK;
}

/* --- what is lost
 * -------------------------------------------------------------------------------------------- */

static void say_lost(const json_t *o)
{
    char from[32], to[32], seen[32];
    int64_t known_ms = json_integer_value(json_object_get(o, "known_ms"));
    json_int_t missing = json_integer_value(json_object_get(o, "missing_entries"));
    const json_t *ranges = json_object_get(o, "missing");
    printf("epoch %.8s: complete to number %" JSON_INTEGER_FORMAT " of %s, closed by the restore "
           "of %s\n",
           json_string_value(json_object_get(o, "epoch")),
           json_integer_value(json_object_get(o, "whole_to")),
           ctl_time(json_integer_value(json_object_get(o, "whole_ms")), from),
           ctl_time(json_integer_value(json_object_get(o, "closed_ms")), to));
    printf("  it had come to number %" JSON_INTEGER_FORMAT " at least%s%s; %" JSON_INTEGER_FORMAT
           " came back from devices\n",
           json_integer_value(json_object_get(o, "known_to")),
           known_ms != 0 ? ", by a receipt of " : "", known_ms != 0 ? ctl_time(known_ms, seen) : "",
           json_integer_value(json_object_get(o, "came_back")));
    printf("  missing: %" JSON_INTEGER_FORMAT "%s", missing, missing == 0 ? "\n" : ", numbers");
    for (size_t i = 0; i < json_array_size(ranges); i++) {
        const json_t *r = json_array_get(ranges, i);
        json_int_t a = json_integer_value(json_array_get(r, 0));
        json_int_t b = json_integer_value(json_array_get(r, 1));
        printf(a == b ? " %" JSON_INTEGER_FORMAT
                      : " %" JSON_INTEGER_FORMAT "-%" JSON_INTEGER_FORMAT,
               a, b);
    }
    printf(missing == 0 ? "" : "\n");
}

static int lost(struct restoring *r)
{
    struct err err = {0};
    struct ctl_store s;
    struct store_txn *t = NULL;
    struct ctl_open how = {.dir = r->store, .keys = r->keys};
    enum st st = ctl_store_open(&how, &s, &err);
    if (st != ST_OK) {
        return ctl_fail(&err);
    }
    json_t *list = NULL;
    st = s.side == STORE_HQ ? store_read(s.store, &t, &err)
                            : err_set(&err, ST_BAD_INPUT, 0, __func__,
                                      "%.150s is no headquarters' store", r->store);
    if (st == ST_OK) {
        list = hq_epoch_lost(s.hq, t);
    }
    store_abort(&t);
    ctl_store_close(&s);
    if (st != ST_OK || list == NULL) {
        json_decref(list);
        return ctl_fail(&err);
    }
    if (r->json) {
        return ctl_print(json_pack("{s:o}", "restores", list));
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        say_lost(json_array_get(list, i));
    }
    if (json_array_size(list) == 0) {
        printf("this headquarters was never restored\n");
    }
    json_decref(list);
    return CTL_OK;
}

int ctl_cmd_restore(int argc, char **argv)
{
    struct restoring r = {.lost = false};
    const struct ctl_opt opts[] = {{"store", &r.store, NULL, true},
                                   {"from", &r.from, NULL, false},
                                   {"keys", &r.keys, NULL, false},
                                   {"keytable", &r.keytable, NULL, false},
                                   {"no-keytable", NULL, &r.no_keytable, false},
                                   {"lost", NULL, &r.lost, false},
                                   {"json", NULL, &r.json, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0 ||
        r.lost == (r.from != NULL) || (r.no_keytable && r.keytable != NULL)) {
        return ctl_usage(argv[0]);
    }
    if (r.lost) {
        return lost(&r);
    }
    struct err err = {0};
    if (!backup_path(r.store, "", r.dir, sizeof r.dir) ||
        !backup_path(r.dir, ".part", r.part, sizeof r.part) ||
        !backup_path(r.part, ".keytable", r.part_table, sizeof r.part_table) ||
        !backup_path(r.dir, ".keytable", r.table, sizeof r.table)) {
        return CTL_REFUSED;
    }
    if (backup_there(r.dir) && rmdir(r.dir) != 0) {
        return ctl_failf(
            "there is something at %s: move it away first, it may hold what the backup "
            "does not",
            r.dir);
    }
    r.now_ms = ctl_now().wall_ms;
    enum st st = restore(&r, &err);
    if (st != ST_OK) {
        return ctl_failf("%s. Nothing was restored; the backup is as it was",
                         err.text[0] != '\0' ? err.text : st_name(st));
    }
    return say(&r);
}

/* cmd_backup.c - docketctl backup: one moment of headquarters' store, also while docketd runs. The
 * copy is opened with the keys before it is called a backup. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/store/copy.h"
#include "core/store/files.h"
#include "sync/ctl/backup.h"
#include "sync/ctl/commands.h"

struct backing {
    struct ctl_open how;
    const char *to;
    bool with_keys, json;
    char part[560], part_table[600], table[600], keys[600], part_keys[600];
    struct backup_about about;
    unsigned expired;
};

/* Key tables of older backups in the same folder, past their time: destroyed, not only unlinked. */
static void expire(struct backing *b, int64_t now_ms)
{
    static const char suffix[] = ".keytable";
    struct files_path up;
    files_parent(&up, b->table);
    DIR *d = opendir(up.s);
    for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL; e = readdir(d)) {
        size_t n = strlen(e->d_name);
        struct files_path path, folder;
        struct backup_about about;
        struct err err;
        if (n <= sizeof suffix - 1 || strcmp(e->d_name + n - (sizeof suffix - 1), suffix) != 0 ||
            files_join(&path, up.s, e->d_name, NULL) != ST_OK) {
            continue;
        }
        folder = path;
        folder.s[strlen(folder.s) - (sizeof suffix - 1)] = '\0';
        /* Only what stands beside a backup is one of ours. */
        if (backup_about_get(folder.s, &about, &err) == ST_OK &&
            about.made_ms < now_ms - BACKUP_TABLE_DAYS * BACKUP_DAY_MS) {
            if (files_destroy(path.s, &err) == ST_OK) {
                b->expired++;
            } else {
                fprintf(stderr, "docketctl: %s is older than %d days and must go: %s\n", path.s,
                        BACKUP_TABLE_DAYS, err.text);
            }
        }
    }
    if (d != NULL) {
        closedir(d);
    }
}

static enum st prove(struct backing *b, struct err *err)
{
    struct hq *hq = NULL;
    struct hq_options with = {.dir = b->part, .keys_path = b->keys};
    enum st st = hq_open_reader(&with, &hq, err);
    if (st == ST_OK) {
        st = backup_head(hq, &b->about, err);
    }
    hq_close(&hq);
    return st;
}

static enum st put_in_place(struct backing *b, const char *to, struct err *err)
{
    struct files_path up;
    char keys[600];
    files_parent(&up, to);
    bool named = backup_path(to, ".keys", keys, sizeof keys);
    if (!named || rename(b->part_table, b->table) != 0 ||
        (b->with_keys && rename(b->part_keys, keys) != 0) || rename(b->part, to) != 0) {
        return err_set(err, ST_IO, errno, __func__, "the backup cannot be put in place: %s",
                       strerror(errno));
    }
    return files_sync_dir(up.s, err);
}

static enum st copy(struct backing *b, const char *to, struct err *err)
{
    struct ctl_store s;
    enum st st = ctl_store_open(&b->how, &s, err);
    if (st != ST_OK) {
        return st;
    }
    b->about.made_ms = s.now.wall_ms;
    char live[600];
    snprintf(b->keys, sizeof b->keys, "%s", s.hq->keys_path);
    st = store_copy(s.store, b->part, err);
    /* After the store: a key is in its table before the transaction that uses it. */
    if (st == ST_OK && backup_path(b->how.dir, ".keytable", live, sizeof live)) {
        st = store_copy_file(live, b->part_table, 0600, err);
    }
    if (st == ST_OK && b->with_keys) {
        st = store_copy_file(b->keys, b->part_keys, 0600, err);
    }
    ctl_store_close(&s);
    st = st != ST_OK ? st : prove(b, err);
    st = st != ST_OK ? st : backup_about_put(b->part, &b->about, err);
    return st != ST_OK ? st : put_in_place(b, to, err);
}

static int say(const struct backing *b, const char *to)
{
    char made[32], head[32];
    if (b->json) {
        return ctl_print(json_pack("{s:s,s:s,s:I,s:s,s:I,s:I,s:b,s:i}", "folder", to, "keytable",
                                   b->table, "made_ms", (json_int_t)b->about.made_ms, "epoch",
                                   b->about.epoch, "seq", (json_int_t)b->about.seq, "head_ms",
                                   (json_int_t)b->about.head_ms, "with_keys", b->with_keys,
                                   "expired_keytables", (int)b->expired));
    }
    printf("%s holds headquarters as it was at %s: its journal to number %" PRId64
           " (epoch %.8s), the newest of %s\n",
           to, ctl_time(b->about.made_ms, made), b->about.seq, b->about.epoch,
           ctl_time(b->about.head_ms, head));
    printf("the keys of subjects are apart, in %s: keep that file elsewhere, and %d days at most, "
           "so that what is erased by law is erased there too\n",
           b->table, BACKUP_TABLE_DAYS);
    if (b->with_keys) {
        printf("headquarters' key file is in %s.keys: whoever has both has everything\n", to);
    } else {
        printf("it opens only with headquarters' key file, which is not in it\n");
    }
    if (b->expired > 0) {
        printf("%u key tables of older backups had passed %d days and were destroyed\n", b->expired,
               BACKUP_TABLE_DAYS);
    }
    return CTL_OK;
}

int ctl_cmd_backup(int argc, char **argv)
{
    struct backing b = {.with_keys = false};
    const struct ctl_opt opts[] = {{"store", &b.how.dir, NULL, true},
                                   {"to", &b.to, NULL, true},
                                   {"keys", &b.how.keys, NULL, false},
                                   {"with-keys", NULL, &b.with_keys, false},
                                   {"json", NULL, &b.json, false}};
    int npos;
    char to[512];
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    if (!backup_path(b.to, "", to, sizeof to) || !backup_path(to, ".part", b.part, sizeof b.part) ||
        !backup_path(b.part, ".keytable", b.part_table, sizeof b.part_table) ||
        !backup_path(b.part, ".keys", b.part_keys, sizeof b.part_keys) ||
        !backup_path(to, ".keytable", b.table, sizeof b.table)) {
        return CTL_REFUSED;
    }
    char keys[600];
    if (b.how.keys == NULL &&
        (!backup_path(b.how.dir, ".keys", keys, sizeof keys) || !backup_there(keys))) {
        return ctl_failf("%s is no headquarters' store, or its keys are elsewhere (--keys). A "
                         "handheld is not backed up: headquarters has its work with each receipt, "
                         "and a copy of it would be a second author under one name",
                         b.how.dir);
    }
    if (backup_there(to) || backup_there(b.table)) {
        return ctl_failf("%s is there already: a backup is never written over another", to);
    }
    store_copy_drop(b.part); /* of a run that was cut */
    unlink(b.part_table);
    unlink(b.part_keys);
    enum st st = copy(&b, to, &err);
    if (st != ST_OK) {
        store_copy_drop(b.part);
        unlink(b.part_table);
        unlink(b.part_keys);
        return ctl_failf("%s. There is no backup at %s; the store is as it was",
                         err.text[0] != '\0' ? err.text : st_name(st), to);
    }
    expire(&b, b.about.made_ms);
    return say(&b, to);
}

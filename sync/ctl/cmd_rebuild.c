/* cmd_rebuild.c - docketctl rebuild: indexes and states again, from the entries alone. */
#include <inttypes.h>

#include "core/base/encode.h"
#include "core/journal/missing.h"
#include "core/store/rebuild.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl.h"

static void say_range(void *ctx, const struct missing_range *r)
{
    char author[17], epoch[17];
    (void)ctx;
    hex_put(bytes_of(r->author.b, sizeof r->author.b), author);
    hex_put(bytes_of(r->epoch.b, sizeof r->epoch.b), epoch);
    printf("MISSING  author %.8s epoch %.8s entries %" PRIu64 " to %" PRIu64 "\n", author, epoch,
           r->from, r->to);
}

/* The own author's chains are a device's to hold whole; headquarters holds everybody's. */
static const id8 *own_of(struct ctl_store *s, id8 *room)
{
    struct store_txn *t = NULL;
    bool has = false;
    if (s->side == STORE_DEVICE && store_read(s->store, &t, NULL) == ST_OK) {
        has = store_own_author(t, room);
        store_abort(&t);
    }
    return has ? room : NULL;
}

/* What was damaged was left behind by the opening; what should be here and is not, by name. */
static void say_salvaged(struct ctl_store *s)
{
    struct missing_sink sink = {say_range, NULL, NULL};
    struct missing_totals n;
    id8 own;
    if (s->salvaged.values + s->salvaged.rescued == 0) {
        return;
    }
    printf("the store's file was damaged: %" PRIu64 " values hold and were kept, %" PRIu64
           " of them from pages that nothing led to any more; %" PRIu64 " values did not hold\n",
           s->salvaged.values + s->salvaged.rescued, s->salvaged.rescued, s->salvaged.damaged);
    if (journal_missing(s->store, own_of(s, &own), arena_of(s->scratch, CAP_SCRATCH_BYTES), &sink,
                        &n, NULL) == ST_OK) {
        printf("%" PRIu64 " entries are missing; they and attachments come back with the next "
               "sync, from whoever holds them\n",
               n.entries);
    }
}

int ctl_cmd_rebuild(int argc, char **argv)
{
    struct ctl_open how = {.write = true, .bare = true, .look = true};
    const struct ctl_opt opts[] = {{"store", &how.dir, NULL, true},
                                   {"keys", &how.keys, NULL, false},
                                   {"pin-fd", &how.pin_fd, NULL, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0) {
        return ctl_usage(argv[0]);
    }
    struct err err = {0};
    struct ctl_store s;
    struct store_rebuild_totals n;
    enum st st = ctl_store_open(&how, &s, &err);
    if (st == ST_OK) {
        say_salvaged(&s);
        st = store_rebuild(s.store, arena_of(s.scratch, CAP_SCRATCH_BYTES), &n, &err);
        ctl_store_close(&s);
    }
    if (st != ST_OK) {
        return ctl_failf("%s; the store is as it was",
                         err.text[0] != '\0' ? err.text : st_name(st));
    }
    printf("%" PRIu64 " entries indexed, %" PRIu64 " subjects folded, %" PRIu64
           " chain marks mended\n",
           n.entries, n.subjects, n.marks);
    if (n.damaged > 0) {
        return ctl_failf("%" PRIu64 " entries are damaged and were left where they are; docketctl "
                         "check names them",
                         n.damaged);
    }
    return CTL_OK;
}

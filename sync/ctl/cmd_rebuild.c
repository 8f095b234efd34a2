/* cmd_rebuild.c - docketctl rebuild: indexes and states again, from the entries alone. */
#include <inttypes.h>

#include "core/store/rebuild.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl.h"

int ctl_cmd_rebuild(int argc, char **argv)
{
    struct ctl_open how = {.write = true, .bare = true};
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

/* api_item.c - one item that came in and could not be kept: its row, and what was done about it. */
#include "sync/hq/api_reads.h"
#include "sync/hq/reg_other.h"

/* By headquarters alone: what a device says of it has no effect (kinds.c). */
static bool of_item(void *ctx, const struct entry_view *e)
{
    return e->kind == KIND_ITEM_SETTLED && e->subject_type == SUBJECT_ITEM &&
           api_by_node(ctx, e->author);
}

enum st api_read_item(struct api_call *c)
{
    h32 what;
    json_t *row = hex_get(str_c(c->param), what.b, sizeof what.b) ? reg_other_item(c, what) : NULL;
    if (row == NULL) {
        return api_refuse(c, 404, "not-found", "there is no such item");
    }
    json_object_set_new(row, "history", api_history(c, hq_odd_subject(what), of_item, c));
    c->out = row;
    return ST_OK;
}

/* api_late.c - what a device's revocation set aside, for whoever may let it count. */
#include "sync/hq/api_reads.h"
#include "sync/hq/late.h"
#include "sync/hq/reg.h"

struct listing {
    struct api_call *c;
    json_t *rows;
    bool more;
};

/* The number of a call, the name of a customer: only where the user would see the record itself. */
static json_t *subject_json(struct api_call *c, id16 subject)
{
    struct arena keep = c->arena;
    struct subject_state s;
    bool sees = fold_load(c->txn, subject, &c->arena, &s, NULL, NULL) == ST_OK && api_sees(c, &s);
    c->arena = keep;
    return sees ? reg_named(c, subject, 0)
                : json_pack("{s:o,s:n,s:n}", "id", ops_hex(subject.b, 16), "code", "name");
}

static enum st add(void *ctx, const struct entry_view *e, enum late_why why)
{
    struct listing *l = ctx;
    const struct kind_info *k = kind_info(e->kind);
    if (json_array_size(l->rows) == LATE_MAX) {
        l->more = true;
        return ST_END;
    }
    json_array_append_new(
        l->rows, json_pack("{s:o,s:o,s:I,s:s,s:s,s:o,s:I,s:s}", "entry", ops_hex(e->hash.b, 32),
                           "epoch", ops_hex(e->epoch.b, 8), "sequence", (json_int_t)e->seq, "kind",
                           k == NULL ? "" : k->name, "type", ops_type_name(e->subject_type),
                           "subject", subject_json(l->c, e->subject), "claimed_ms",
                           (json_int_t)e->wall_ms, "why", late_why_name(why)));
    return ST_OK;
}

/* Entries about its person that are about this device. */
static bool of_device(void *ctx, const struct entry_view *e)
{
    const id8 *author = ctx;
    union body b;
    if ((e->kind != KIND_CERTIFICATE && e->kind != KIND_REVOKED) ||
        body_decode(e->kind, e->body, &b) != ST_OK) {
        return false;
    }
    id8 of = e->kind == KIND_CERTIFICATE ? b.certificate.author : b.revoked.author;
    return memcmp(of.b, author->b, sizeof of.b) == 0;
}

/* When it was heard of, the newest first. */
static json_t *contacts(struct api_call *c, id8 author)
{
    struct hq_contact past[HQ_CONTACTS];
    json_t *list = json_array();
    for (unsigned n = hq_contacts_last(api_hq(c)->contacts, c->txn, author, past); n > 0; n--) {
        const struct hq_contact *p = &past[n - 1];
        json_array_append_new(list,
                              json_pack("{s:I,s:I,s:I}", "at_ms", (json_int_t)p->at_ms, "brought",
                                        (json_int_t)p->brought, "unsent", (json_int_t)p->unsent));
    }
    return list;
}

enum st api_read_late(struct api_call *c)
{
    struct listing l = {.c = c, .rows = json_array()};
    id8 author;
    if (!hex_get(str_c(c->param), author.b, sizeof author.b)) {
        json_decref(l.rows);
        return api_refuse(c, 404, "not-found", "there is no such record");
    }
    size_t half = CAP_SCRATCH_BYTES / 2; /* the rows' names take the other */
    uint8_t *room = arena_take(&c->arena, half, 16, 1);
    if (room == NULL) {
        json_decref(l.rows);
        return err_set(&c->err, ST_FULL, 0, __func__, "scratch");
    }
    enum st st = late_each(c->txn, author, arena_of(room, half), add, &l, &c->err);
    c->out = json_pack("{s:o,s:b,s:o,s:o,s:o}", "device", ops_hex(author.b, 8), "more", l.more,
                       "late", l.rows, "history", api_history(c, c->id, of_device, &author),
                       "contacts", contacts(c, author));
    return st;
}

/* ctl_entries.c - see ctl_entries.h. */
#include "sync/ctl/ctl_entries.h"

#include <stdlib.h>

#include "sync/engine/exchange.h"

#define SUBJECT_KEY_BYTES 56 /* T_SUBJECT: subject, time, hash */

static int by_time(const void *x, const void *y)
{
    return memcmp(x, y, sizeof(struct ctl_entry_at));
}

/* Keys alone are read here, no value is unsealed. */
enum st ctl_entries_of(struct ctl_view *v, const id16 *subject, struct ctl_entries *out,
                       struct err *err)
{
    bytes none = {NULL, 0}, key;
    bytes prefix = subject == NULL ? none : bytes_of(subject->b, sizeof subject->b);
    struct store_cursor *c = NULL;
    memset(out, 0, sizeof *out);
    out->v = v;
    enum st st = store_scan(v->t, T_SUBJECT, prefix, none, &c, err);
    while (st == ST_OK && ctl_view_next(c, &key, &st)) {
        if (key.n != SUBJECT_KEY_BYTES) {
            continue;
        }
        if (out->n == out->room) {
            size_t room = out->room == 0 ? 1024 : out->room * 2;
            struct ctl_entry_at *p = realloc(out->p, room * sizeof *p);
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
    if (st == ST_OK && out->n > 1) {
        qsort(out->p, out->n, sizeof *out->p, by_time);
    }
    return st;
}

void ctl_entries_drop(struct ctl_entries *e)
{
    free(e->p);
    memset(e, 0, sizeof *e);
}

const char *ctl_entries_kind(const struct entry_view *e)
{
    const struct kind_info *k = kind_info(e->kind);
    return k == NULL ? "(newer version)" : k->name;
}

const char *ctl_entries_place(struct ctl_entries *l, const struct entry_view *e, struct arena tmp)
{
    enum sync_place p = SYNC_HERE;
    if (l->v->s->side == STORE_HQ) {
        return "at headquarters";
    }
    if (sync_place_of(l->v->t, l->v->own, e->hash, tmp, &p, NULL) != ST_OK) {
        return "?";
    }
    return p == SYNC_HQ ? "at headquarters" : p == SYNC_BRANCH ? "at the branch" : "here";
}

const char *ctl_entries_code(struct ctl_entries *l, const struct entry_view *e, struct arena tmp)
{
    if (!id16_eq(e->subject, l->last)) {
        str code = ctl_view_code(l->v, &tmp, e->subject);
        snprintf(l->code, sizeof l->code, "%.*s", (int)code.n, code.p);
        l->last = e->subject;
    }
    return l->code;
}

bool ctl_entries_forked(struct ctl_entries *l, const struct entry_view *e, struct arena tmp)
{
    return forks_cover(l->v->t, &l->forks, e->author, e->epoch, e->seq, tmp);
}

struct times ctl_entries_times(struct ctl_entries *l, const struct entry_view *e, struct arena tmp)
{
    struct times at;
    if (times_of(l->v->t, &l->v->s->trust, e, tmp, &at, NULL) != ST_OK) {
        at = (struct times){.claimed_ms = e->wall_ms, .high_ms = TIMES_UNKNOWN_MS};
    }
    return at;
}

static void put_times(struct ctl_entries *l, json_t *o, const struct entry_view *e,
                      struct arena tmp)
{
    struct times at = ctl_entries_times(l, e, tmp);
    json_object_set_new(o, "claimed_ms", json_integer(at.claimed_ms));
    json_object_set_new(o, "clock_wrong", json_boolean(at.wrong));
    if (at.after_ms != 0) {
        json_object_set_new(o, "proved_after_ms", json_integer(at.after_ms));
    }
    if (at.before_ms != 0) {
        json_object_set_new(o, "proved_before_ms", json_integer(at.before_ms));
    }
    if (at.low_ms != 0) {
        json_object_set_new(o, "made_after_ms", json_integer(at.low_ms));
    }
    if (at.high_ms != TIMES_UNKNOWN_MS && at.before_ms + at.low_ms != 0) {
        json_object_set_new(o, "made_before_ms", json_integer(at.high_ms));
    }
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

json_t *ctl_entries_facts(struct ctl_entries *l, const struct entry_view *e, bool hex,
                          struct arena tmp)
{
    char author[32];
    ctl_view_author(l->v, e->author, author);
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
    json_object_set_new(o, "kind_name", json_string(ctl_entries_kind(e)));
    json_object_set_new(o, "type", json_string(ctl_view_type(e->subject_type)));
    json_object_set_new(o, "subject", ctl_json_hex(e->subject.b, sizeof e->subject.b));
    json_object_set_new(o, "code", json_string(ctl_entries_code(l, e, tmp)));
    json_object_set_new(o, "place", json_string(ctl_entries_place(l, e, tmp)));
    json_object_set_new(o, "two_histories", json_boolean(ctl_entries_forked(l, e, tmp)));
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
    put_times(l, o, e, tmp);
    if (hex) {
        json_object_set_new(o, "bytes", ctl_json_hex(e->whole.p, e->whole.n));
    }
    return o;
}

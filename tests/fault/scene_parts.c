/* scene_parts.c - what several scenes do: an entry, a sync, an operation. See scene.h. */
#include "tests/fault/scene.h"

#include <stdarg.h>

static struct ack ack_of(enum ack_kind kind, unsigned n, h32 hash)
{
    struct ack a;
    memset(&a, 0, sizeof a); /* it is written to a pipe */
    a.kind = kind;
    a.n = n;
    a.hash = hash;
    return a;
}

void scene_tell(struct world *w, enum ack_kind kind, unsigned n, h32 hash)
{
    struct ack a = ack_of(kind, n, hash);
    scene_ack(w, &a);
}

enum st scene_append(struct world *w, int field, const char *text, size_t photo_bytes,
                     const char *draft)
{
    static uint8_t photo[200000];
    uint8_t body[CAP_BODY_BYTES];
    struct record_write r = {.field = field, .type = FT_TEXT, .i = 0};
    struct append_att att[2] = {{.type = ATT_TEXT, .content = str_bytes(str_c(text))},
                                {.type = ATT_PHOTO, .content = bytes_of(photo, photo_bytes)}};
    struct append what = {.kind = KIND_RECORD_SET,
                          .subject_type = SUBJECT_JOB,
                          .subject = w->job,
                          .atts = att,
                          .natt = photo_bytes != 0 ? 2 : 1,
                          .drop_drafts = w->job,
                          .draft_name = draft};
    struct now now = pair_now(&w->p);
    struct subject_state s;
    struct store_txn *t = NULL;
    h32 hash;
    for (size_t i = 0; i < photo_bytes; i++) {
        photo[i] = (uint8_t)(i * 31 + photo_bytes);
    }
    struct arena a = arena_of(w->d.scratch, CAP_SCRATCH_BYTES);
    enum st st = store_read(w->d.store, &t, &w->err);
    if (st == ST_OK) {
        st = fold_load(t, w->job, &a, &s, NULL, &w->err);
    }
    if (st == ST_OK) {
        record_see(&s, &r, 1);
    }
    store_abort(&t);
    if (st == ST_OK) {
        st = record_encode(&r, 1, body, sizeof body, &what.body);
    }
    if (st == ST_OK) {
        st = journal_append(&w->d.journal, &what, &now, &hash, &w->err);
    }
    if (st == ST_OK) {
        scene_tell(w, ACK_ENTRY, 0, hash);
    }
    return st;
}

static enum st round_trip(struct world *w, struct pair_device *d, struct exchange_result *res)
{
    struct bundle_buffer req = {.cap = 64 << 20}, ans = {.cap = 64 << 20};
    const char *problem = NULL;
    struct now now = pair_now(&w->p);
    h32 head = d->journal.head.hash;
    memset(res, 0, sizeof *res);
    enum st st = exchange_request(&d->journal, NULL, &now, bundle_buffer_sink, &req, res, &w->err);
    if (st == ST_OK) {
        st = hq_exchange(w->p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem,
                         &w->err);
    }
    if (st == ST_OK && problem == NULL && d == &w->d && !w->restored) {
        scene_tell(w, ACK_SENT, 0, head);
    }
    if (st == ST_OK) {
        st = exchange_answer(&d->journal, bytes_of(ans.p, ans.n), &now, res, &w->err);
    }
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    return st;
}

enum st scene_sync(struct world *w, struct pair_device *d)
{
    struct exchange_result res;
    enum st st;
    unsigned n = 0;
    do {
        st = round_trip(w, d, &res);
    } while (st == ST_OK && res.again && ++n < EXCHANGE_ROUNDS);
    return st;
}

/* One operation; `fmt` is JSON with ' for ". Its entry is acknowledged. */
enum st scene_op(struct world *w, const char *op, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    for (char *q = text; *q != '\0'; q++) {
        *q = *q == '\'' ? '"' : *q;
    }
    json_t *in = json_loads(text, 0, NULL), *out = NULL;
    if (in == NULL) {
        return err_set(&w->err, ST_BUG, 0, __func__, "no JSON: %.100s", text);
    }
    enum st st = ops_run(w->p.hq, op, in, &out, &w->err);
    if (st == ST_OK && strcmp(op, "enrol") == 0) {
        struct ack a = ack_of(ACK_CODE, 0, (h32){{0}});
        snprintf(a.text, sizeof a.text, "%s", json_string_value(json_object_get(out, "code")));
        scene_ack(w, &a);
    }
    h32 hash;
    const char *hex = json_string_value(json_object_get(out, "entry"));
    if (st == ST_OK && hex != NULL && hex_get(str_c(hex), hash.b, sizeof hash.b)) {
        scene_tell(w, ACK_HQ, 0, hash);
    }
    json_decref(in);
    json_decref(out);
    return st;
}

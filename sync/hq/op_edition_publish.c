/* op_edition_publish.c - a new catalogue: an attachment named by one entry of the deployment. */
#include "core/model/bodies.h"
#include "core/model/catalogue.h"
#include "sync/carrier/file.h"
#include "sync/hq/hq_calendar.h"
#include "sync/hq/ops.h"

#include <stdlib.h>

#define ROWS_FACTOR 8 /* a row in memory is some times its bytes in the edition */

static enum st read_edition(const json_t *in, uint8_t **out, size_t *n, struct err *err)
{
    str s;
    bytes file;
    if (json_object_get(in, "file") != NULL) {
        enum st st = ops_str(in, "file", &s, err);
        st = st == ST_OK ? file_read(s.p, CAP_ATT_BYTES, &file, err) : st;
        if (st == ST_OK) {
            *out = (uint8_t *)(uintptr_t)file.p;
            *n = file.n;
        }
        return st;
    }
    enum st st = ops_str(in, "data_base64url", &s, err);
    if (st != ST_OK) {
        return st;
    }
    if (s.n > (size_t)CAP_ATT_BYTES / 3 * 4) {
        return err_set(err, ST_TOO_BIG, 0, __func__, "the edition is too long");
    }
    *out = malloc(s.n + 1);
    if (*out == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    return base64url_get(s, *out, s.n, n)
               ? ST_OK
               : err_set(err, ST_BAD_INPUT, 0, __func__, "this is not base64url");
}

/* Is it an edition, and newer than the one that stands? */
static enum st check(struct hq *hq, bytes edition, id16 deployment, struct body_edition *b,
                     struct err *err)
{
    size_t room_n = edition.n * ROWS_FACTOR + (1U << 20);
    uint8_t *room = malloc(room_n);
    struct catalogue c;
    const char *rule = "";
    if (room == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    struct arena a = arena_of(room, room_n);
    enum st st = catalogue_open(edition, &a, &c, &rule);
    if (st != ST_OK) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "this is no edition: %s", rule);
    }
    b->number = st == ST_OK ? c.number : 0;
    free(room);
    struct arena w = hq_arena(hq);
    struct subject_state s;
    if (st != ST_OK) {
        return st;
    }
    st = ops_state(hq, deployment, &w, &s, err);
    if (st == ST_OK) {
        b->base = s.edition;
        if (b->number <= s.edition_number) {
            return err_set(err, ST_CONFLICT, 0, __func__,
                           "edition %llu stands already: the new one needs a higher number",
                           (unsigned long long)s.edition_number);
        }
    }
    return st == ST_NOT_FOUND ? ST_OK : st;
}

enum st op_edition_publish(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    uint8_t body[128], *data = NULL;
    size_t n = 0;
    union body *b = calloc(1, sizeof *b);
    struct append_att att = {.type = ATT_EDITION};
    struct append what = {
        .kind = KIND_EDITION, .subject_type = SUBJECT_DEPLOYMENT, .atts = &att, .natt = 1};
    h32 hash;
    memcpy(what.subject.b, hq->keys.deployment, 16);
    enum st st = b != NULL ? ops_actor(hq, in, ROLE_ADMINISTRATOR, &what, err)
                           : err_set(err, ST_FULL, 0, __func__, "no memory");
    if (st == ST_OK) {
        st = read_edition(in, &data, &n, err);
    }
    if (st == ST_OK) {
        att.content = bytes_of(data, n);
        st = check(hq, att.content, what.subject, &b->edition, err);
    }
    if (st == ST_OK) {
        st = body_encode(KIND_EDITION, b, body, sizeof body, &what.body);
    }
    if (st == ST_OK) {
        st = hq_act(hq, &what, &hash, err);
    }
    if (st == ST_OK) {
        /* The edition stands; its calendar is tried again at the next open. */
        IGNORE(hq_calendar_settle(hq, NULL) != ST_OK);
        *out = json_pack("{s:I,s:o,s:o}", "number", (json_int_t)b->edition.number, "attachment",
                         ops_hex(att.name.b, 32), "entry", ops_hex(hash.b, 32));
    }
    free(data);
    free(b);
    return st;
}

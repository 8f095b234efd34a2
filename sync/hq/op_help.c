/* op_help.c - help.answer: the supervisor answers a help request of a call, or of a repair.
 */
#include "core/base/utf8.h"
#include "core/model/bodies.h"
#include "sync/hq/ops.h"

#define MS_MAX ((INT64_C(1) << 47) - 1) /* as long as a time of an entry */

/* The words as they are kept, into `room`: what else is in scratch memory does not outlive the
 * writing of an entry. None when there is nothing in them. */
static enum st words_of(const json_t *in, struct arena tmp, char room[static CAP_TEXT_BYTES],
                        str *out, struct err *err)
{
    const json_t *v = json_object_get(in, "words");
    str s = {json_string_value(v), json_string_length(v)}, clean = {NULL, 0};
    *out = (str){room, 0};
    if (v == NULL) {
        return ST_OK;
    }
    if (!json_is_string(v) || s.n > CAP_TEXT_BYTES || utf8_clean(&tmp, s, &clean) != ST_OK ||
        clean.n > CAP_TEXT_BYTES) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "words: not UTF-8, or over %d bytes",
                       CAP_TEXT_BYTES);
    }
    if (clean.n > 0) {
        memcpy(room, clean.p, clean.n);
        out->n = clean.n;
    }
    return ST_OK;
}

static enum st hash_of(const json_t *in, const char *key, h32 *out, struct err *err)
{
    str hex;
    enum st st = ops_str(in, key, &hex, err);
    return st == ST_OK && !hex_get(hex, out->b, sizeof out->b)
               ? err_set(err, ST_BAD_INPUT, 0, __func__, "\"%s\" is no entry's hash", key)
               : st;
}

static enum st answer_of(struct hq *hq, const json_t *in, struct body_help *out, struct err *err)
{
    int64_t decision = 0;
    enum st st = hash_of(in, "asked", &out->asked, err);
    st = st == ST_OK ? ops_int(in, "decision", &decision, err) : st;
    if (st == ST_OK && (decision < HELP_COMES || decision >= HELP_DECISIONS)) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "\"decision\" is 1 to %d", HELP_DECISIONS - 1);
    }
    out->decision = (unsigned)decision;
    if (st == ST_OK && json_object_get(in, "person") != NULL) {
        st = ops_subject(hq, in, "person", SUBJECT_TECHNICIAN, &out->who, err);
    }
    if (st == ST_OK && json_object_get(in, "when_ms") != NULL) {
        st = ops_int(in, "when_ms", &out->when_ms, err);
        if (st == ST_OK && (out->when_ms <= 0 || out->when_ms > MS_MAX)) {
            st = err_set(err, ST_BAD_INPUT, 0, __func__, "\"when_ms\" is no time");
        }
    }
    return st;
}

/* "seen": the answer that the caller knows of, "" for none. Who does not say knows of none: nobody
 * answers a second time without knowing what was answered. */
static bool overtaken(const json_t *in, const struct subject_state *s, h32 asked)
{
    const char *seen = json_string_value(json_object_get(in, "seen"));
    const struct help_answer *last = fold_answer(s, asked);
    char hex[65] = "";
    if (last != NULL) {
        hex_put(bytes_of(last->entry.b, sizeof last->entry.b), hex);
    }
    return strcmp(seen == NULL ? "" : seen, hex) != 0;
}

static enum st put(struct hq *hq, struct append *what, const struct body_help *answer, str words,
                   json_t **out, struct err *err)
{
    struct append_att att = {.type = ATT_TEXT, .content = str_bytes(words)};
    uint8_t body[CAP_BODY_BYTES];
    union body b = {.help = *answer};
    h32 hash;
    enum st st = body_encode(what->kind, &b, body, sizeof body, &what->body);
    if (st != ST_OK) {
        return err_set(err, st, 0, __func__, "the answer does not fit an entry");
    }
    what->atts = &att;
    what->natt = answer->words ? 1 : 0;
    st = hq_act(hq, what, &hash, err);
    if (st == ST_OK) {
        *out = json_pack("{s:o}", "entry", ops_hex(hash.b, sizeof hash.b));
    }
    return st;
}

enum st op_help_answer(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct append what = {.kind = KIND_HELP_ANSWERED};
    struct body_help answer = {0};
    struct subject_state s;
    char room[CAP_TEXT_BYTES];
    struct arena a = hq_arena(hq);
    str type, words = {NULL, 0};
    enum st st = ops_actor(hq, in, ROLE_SUPERVISOR, &what, err);
    st = st == ST_OK ? ops_str(in, "type", &type, err) : st;
    what.subject_type = st == ST_OK ? ops_type(type) : 0;
    if (st == ST_OK && what.subject_type != SUBJECT_JOB && what.subject_type != SUBJECT_GOODS) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "help is asked of calls and goods");
    }
    st = st == ST_OK ? ops_subject(hq, in, "id", what.subject_type, &what.subject, err) : st;
    st = st == ST_OK ? answer_of(hq, in, &answer, err) : st;
    st = st == ST_OK ? words_of(in, a, room, &words, err) : st;
    st = st == ST_OK ? ops_state(hq, what.subject, &a, &s, err) : st;
    if (st == ST_OK && s.type != what.subject_type) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "it is of another type");
    }
    if (st != ST_OK) {
        return st;
    }
    answer.words = words.n > 0;
    st = ops_rule(office_may_answer(&s, answer.asked, &answer), err);
    if (st != ST_OK) {
        return st;
    }
    if (overtaken(in, &s, answer.asked)) {
        char hex[33]; /* a refusal that says of what: api_finish makes it a 409 */
        hex_put(bytes_of(s.subject.b, sizeof s.subject.b), hex);
        *out = json_pack("{s:{s:s,s:{s:i}}}", "conflict", "id", hex, "fields", "answer",
                         (int)answer.decision);
        return *out != NULL ? ST_OK : err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    return put(hq, &what, &answer, words, out, err);
}

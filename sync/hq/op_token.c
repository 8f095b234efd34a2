/* op_token.c - tokens of integrations: token.add shows the secret once, token.remove ends one; its
 * row stays, without the hash, for its history. Both are entries (access.h). */
#include "sync/hq/access.h"
#include "sync/hq/acct.h"

#include <sodium.h>

#define DAY_MS 86400000LL

static enum st in_batch(struct hq *hq, bool *mine, struct err *err)
{
    *mine = hq->batch == NULL;
    return *mine ? hq_batch_begin(hq, err) : ST_OK;
}

static enum st end_batch(struct hq *hq, bool mine, enum st st, struct err *err)
{
    enum st end = mine ? hq_batch_end(hq, st == ST_OK, st == ST_OK ? err : NULL) : ST_OK;
    return st == ST_OK ? end : st;
}

enum st op_token_add(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct acct_token k = {.made_ms = hq_now(hq).wall_ms};
    struct acct_user u;
    str label, login, scopes;
    int64_t days = 365;
    char secret[90];
    uint8_t hash[32];
    bool mine;
    enum st st = ops_str(in, "label", &label, err);
    st = st == ST_OK ? ops_str(in, "login", &login, err) : st;
    st = st == ST_OK ? ops_str(in, "scopes", &scopes, err) : st;
    if (st == ST_OK && json_object_get(in, "days") != NULL) {
        st = ops_int(in, "days", &days, err);
    }
    if (st == ST_OK && (label.n == 0 || label.n >= sizeof k.label || days < 1 || days > 3650 ||
                        !acct_login_ok(login) || !acct_scopes_of(scopes, &k.scopes))) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__,
                     "a token has a label, a login, scopes such as calls:read, 1 to 3650 days");
    }
    if (st != ST_OK) {
        return st;
    }
    memcpy(k.label, label.p, label.n);
    memcpy(k.login, login.p, login.n);
    k.until_ms = k.made_ms + days * DAY_MS;
    acct_token_secret(&k, secret, hash);
    st = in_batch(hq, &mine, err);
    if (st != ST_OK) {
        return st;
    }
    struct arena a = hq_arena(hq);
    st = acct_get(hq->batch, k.login, a, &u, err);
    if (st == ST_OK) {
        struct body_access what = {ACCESS_TOKEN_MADE, u.person, k.scopes, k.until_ms, 0};
        st = access_act(hq, in, &k.subject, &what, err);
    }
    st = st == ST_OK ? acct_token_put(hq->batch, &k, hash, err) : st;
    st = end_batch(hq, mine, st, err);
    if (st == ST_OK) {
        *out = json_pack("{s:s,s:s}", "id", k.id, "secret", secret);
    }
    sodium_memzero(secret, sizeof secret);
    return st;
}

/* Whose rights it had: the login's person, also of a login that is shut. */
static enum st end_token(struct hq *hq, const json_t *in, const char *id, struct err *err)
{
    struct acct_token k;
    struct acct_user u;
    struct arena a = hq_arena(hq);
    enum st st = acct_token_get(hq->batch, id, &k, err);
    if (st == ST_OK && k.ended_ms != 0) {
        st = err_set(err, ST_NOT_FOUND, 0, __func__, "this token has ended");
    }
    st = st == ST_OK ? acct_get(hq->batch, k.login, a, &u, err) : st;
    if (st == ST_OK) {
        struct body_access what = {.step = ACCESS_TOKEN_ENDED, .person = u.person};
        k.ended_ms = hq_now(hq).wall_ms;
        st = access_act(hq, in, &k.subject, &what, err);
    }
    return st == ST_OK ? acct_token_put(hq->batch, &k, NULL, err) : st;
}

enum st op_token_remove(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    str id;
    char text[17];
    bool mine;
    enum st st = ops_str(in, "id", &id, err);
    if (st == ST_OK && id.n != 16) {
        st = err_set(err, ST_NOT_FOUND, 0, __func__, "there is no such token");
    }
    st = st == ST_OK ? in_batch(hq, &mine, err) : st;
    if (st != ST_OK) {
        return st;
    }
    memcpy(text, id.p, 16);
    text[16] = '\0';
    st = end_batch(hq, mine, end_token(hq, in, text, err), err);
    if (st == ST_OK) {
        *out = json_pack("{s:b}", "done", 1);
    }
    return st;
}

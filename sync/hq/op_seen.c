/* op_seen.c - user.seen: somebody logged in. Asked for by the request layer alone, after the login
 * is answered: nobody waits for it. */
#include "sync/hq/acct.h"
#include "sync/hq/ops.h"

#include <stdio.h>

enum st op_user_seen(struct hq *hq, const json_t *in, json_t **out, struct err *err)
{
    struct acct_from from;
    struct acct_user u;
    str login, address, agent;
    int64_t at_ms;
    bool mine = hq->batch == NULL;
    enum st st = ops_str(in, "login", &login, err);
    st = st == ST_OK ? ops_str(in, "address", &address, err) : st;
    st = st == ST_OK ? ops_str(in, "agent", &agent, err) : st;
    st = st == ST_OK ? ops_int(in, "at_ms", &at_ms, err) : st;
    if (st == ST_OK && !acct_login_ok(login)) {
        st = err_set(err, ST_BAD_INPUT, 0, __func__, "this is no login");
    }
    st = st == ST_OK && mine ? hq_batch_begin(hq, err) : st;
    if (st != ST_OK) {
        return st;
    }
    snprintf(from.address, sizeof from.address, "%s", address.p);
    snprintf(from.agent, sizeof from.agent, "%s", agent.p);
    st = acct_get(hq->batch, login.p, hq_arena(hq), &u, err);
    st = st == ST_OK ? acct_seen_put(hq->batch, u.login, at_ms, &from, err) : st;
    if (mine) {
        enum st end = hq_batch_end(hq, st == ST_OK, st == ST_OK ? err : NULL);
        st = st == ST_OK ? end : st;
    }
    if (st == ST_OK) {
        *out = json_pack("{s:b}", "done", 1);
    }
    return st;
}

/* acct_log.c - what was done with a login before that was an entry. See acct.h. */
#include "sync/hq/acct.h"

#include "core/codec/hash.h"

#include <jansson.h>

#define PREFIX "hq/login-log/"

static bool event_of(const json_t *row, struct acct_event *e)
{
    const char *hex = json_string_value(json_array_get(row, 2));
    json_int_t step = json_integer_value(json_array_get(row, 1));
    json_int_t role = json_integer_value(json_array_get(row, 3));
    memset(e, 0, sizeof *e);
    e->at_ms = json_integer_value(json_array_get(row, 0));
    e->step = (enum access_step)step;
    e->role = role > ROLE_NONE && role < ROLES ? (enum role)role : ROLE_NONE;
    return step >= ACCESS_LOGIN_MADE && step <= ACCESS_OPENED && hex != NULL &&
           hex_get(str_c(hex), e->actor.b, sizeof e->actor.b);
}

enum st acct_log(struct store_txn *t, const char *login, struct arena tmp,
                 struct acct_event out[static ACCT_LOG_MAX], size_t *n, struct err *err)
{
    char key[ACCT_KEY_BYTES];
    bytes value;
    *n = 0;
    enum st st = store_get(t, T_META, acct_key(t, PREFIX, login, key), &tmp, &value, NULL);
    if (st == ST_NOT_FOUND) {
        return ST_OK; /* of before there was a history */
    }
    json_t *list = st == ST_OK ? json_loadb((const char *)value.p, value.n, 0, NULL) : NULL;
    for (size_t i = 0; i < json_array_size(list) && *n < ACCT_LOG_MAX; i++) {
        if (event_of(json_array_get(list, i), &out[*n])) {
            (*n)++;
        }
    }
    json_decref(list);
    return st == ST_OK ? ST_OK : err_set(err, st, 0, __func__, "a login's history");
}

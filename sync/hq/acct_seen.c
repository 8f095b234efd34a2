/* acct_seen.c - when, and from where, somebody logged in last. See acct.h.
 *
 * It tells a person that it was not he; it is no entry: nobody else is shown it, and only the last
 * one is kept. */
#include "sync/hq/acct.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define PREFIX "hq/login-seen/"

static void text_in(const json_t *row, const char *name, size_t cap, char *out)
{
    const char *s = json_string_value(json_object_get(row, name));
    snprintf(out, cap, "%s", s == NULL ? "" : s);
}

void acct_seen_get(struct store_txn *t, const char *login, struct arena tmp,
                   struct acct_before *out)
{
    char key[ACCT_KEY_BYTES];
    bytes value;
    memset(out, 0, sizeof *out);
    if (store_get(t, T_META, acct_key(t, PREFIX, login, key), &tmp, &value, NULL) != ST_OK) {
        return;
    }
    json_t *row = json_loadb((const char *)value.p, value.n, 0, NULL);
    out->at_ms = json_integer_value(json_object_get(row, "at"));
    text_in(row, "address", sizeof out->from.address, out->from.address);
    text_in(row, "agent", sizeof out->from.agent, out->from.agent);
    json_decref(row);
}

enum st acct_seen_put(struct store_txn *t, const char *login, int64_t at_ms,
                      const struct acct_from *from, struct err *err)
{
    char key[ACCT_KEY_BYTES];
    json_t *row = json_pack("{s:I,s:s,s:s}", "at", (json_int_t)at_ms, "address", from->address,
                            "agent", from->agent);
    char *text = row == NULL ? NULL : json_dumps(row, JSON_COMPACT);
    enum st st = text == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory")
                              : store_put(t, T_META, acct_key(t, PREFIX, login, key),
                                          str_bytes(str_c(text)), err);
    free(text);
    json_decref(row);
    return st;
}

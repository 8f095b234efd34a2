/* access.c - see access.h. */
#include "sync/hq/access.h"

#include <sodium.h>

enum st access_act(struct hq *hq, const json_t *in, id16 *subject, const struct body_access *what,
                   struct err *err)
{
    struct append act = {.kind = KIND_ACCESS, .subject_type = SUBJECT_ACCESS};
    uint8_t buf[CAP_BODY_BYTES];
    union body b = {.access = *what};
    json_t *who = json_object(); /* "role" of a new login is its person's, not the actor's */
    if (json_object_get(in, "actor") != NULL) {
        json_object_set(who, "actor", json_object_get(in, "actor"));
    }
    enum st st = ops_actor(hq, who, ROLE_ADMINISTRATOR, &act, err);
    json_decref(who);
    if (st == ST_OK && body_encode(KIND_ACCESS, &b, buf, sizeof buf, &act.body) != ST_OK) {
        st = err_set(err, ST_BUG, 0, __func__, "a step of access does not encode");
    }
    if (st == ST_OK && id16_zero(*subject)) {
        randombytes_buf(subject->b, sizeof subject->b);
    }
    act.subject = *subject;
    return st == ST_OK ? hq_act(hq, &act, NULL, err) : st;
}

const char *access_step_name(unsigned step)
{
    static const char *const names[ACCESS_STEPS] = {
        [ACCESS_LOGIN_MADE] = "login.made",   [ACCESS_PASSWORD] = "login.password",
        [ACCESS_SHUT] = "login.shut",         [ACCESS_OPENED] = "login.opened",
        [ACCESS_SESSIONS] = "login.sessions", [ACCESS_TOKEN_MADE] = "token.made",
        [ACCESS_TOKEN_ENDED] = "token.ended",
    };
    return step < ACCESS_STEPS && names[step] != NULL ? names[step] : "";
}

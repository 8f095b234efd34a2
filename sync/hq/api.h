/* api.h - the request layer of /api/v1, without HTTP: what a request may do, and what it answers.
 *
 * One table of routes (api_routes.c) says for each: roles, scope, guard, and either the reader that
 * answers or the operation (ops.h) that the writer runs. A read is answered by api_begin; a write
 * is prepared by it, run on the writer's thread, and answered by api_finish. The server
 * (server_api.c) and the tests are two callers of the same three functions. Any thread; one call on
 * one thread at a time. */
#ifndef SYNC_HQ_API_H
#define SYNC_HQ_API_H
#include "core/rules/service.h"
#include "sync/hq/acct.h"
#include "sync/hq/ops.h"

struct api;
struct api_call;
struct search;

struct api_options {
    bool secure;       /* behind TLS: cookies say Secure */
    unsigned hash_ops; /* of Argon2id; 0: acct.h's. Tests say less */
};
MUST_USE enum st api_new(struct hq *hq, const struct api_options *opt, struct api **api,
                         struct err *err);
void api_free(struct api **api); /* NULL is fine; no call may be open */

/* A request, borrowed until its call is dropped. Absent headers are NULL. */
struct api_request {
    const char *method, *path;                               /* path decoded, without the query */
    const char *cookie, *csrf, *authorization, *idempotency; /* header values */
    const char *peer; /* the address that asks, as text; for rate limits only, never logged */
    const char *from, *agent; /* ... and what its owner sees of it, with his browser's own name */
    bool background;          /* asked by the page itself: it keeps no session alive */
    const char *(*query)(void *ctx, const char *name);
    void *ctx;
    bytes body;
};

struct api_reply {
    unsigned status;
    const char *type; /* static */
    char *body;       /* malloc; the call's until api_reply_take */
    size_t n;
    char cookie[192]; /* Set-Cookie, or empty */
    char file[64];    /* download name, or empty */
    char allow[32];   /* of a wrong method: those that this address takes; or empty */
    int retry_after_s;
    bool stream; /* server-sent events: see api_event */
};

enum api_role_bits {
    AR_TECHNICIAN = 1 << ROLE_TECHNICIAN,
    AR_CLERK = 1 << ROLE_CLERK,
    AR_SUPERVISOR = 1 << ROLE_SUPERVISOR,
    AR_ACCOUNTANT = 1 << ROLE_ACCOUNTANT,
    AR_PARTS = 1 << ROLE_PARTS_KEEPER,
    AR_MANAGER = 1 << ROLE_BRANCH_MANAGER,
    AR_DEPARTMENT = 1 << ROLE_SERVICE_DEPARTMENT,
    AR_ADMIN = 1 << ROLE_ADMINISTRATOR,
    AR_ALL = AR_TECHNICIAN | AR_CLERK | AR_SUPERVISOR | AR_ACCOUNTANT | AR_PARTS | AR_MANAGER |
             AR_DEPARTMENT | AR_ADMIN,
    AR_PUBLIC = 1 /* nobody need be logged in */
};

/* What a request has become. */
struct api_call {
    struct api *api;
    const struct api_request *request;
    const struct api_route *route;
    struct acct_user user;            /* zero role: nobody */
    struct acct_session_view session; /* his, when he came by one; id empty: by a token */
    char param[72];                   /* the path's {id} */
    id16 id;                          /* of it, where it names a subject */
    json_t *in;                       /* a write: the operation's input */
    json_t *out;                      /* the operation's answer: put there by who ran it */
    json_t *seen; /* of a login: user.seen's input, for whoever has a writer; NULL */
    enum st st;
    struct err err;
    struct api_reply reply;
    struct store_txn *txn; /* a read */
    uint8_t *room;         /* CAP_SCRATCH_BYTES, a read's */
    struct arena arena;
    int64_t now_ms;
    uint64_t number; /* of this request since the start: ties an answer to its line of the log */
    struct calendars calendars; /* of the edition that stands; api_calendars reads them */
    uint8_t *calendar_room;     /* their days that differ; NULL: not read yet */
};

/* A reader puts c->out (a new reference), or a whole reply of its own. */
typedef enum st (*api_read_fn)(struct api_call *c);
struct api_route {
    const char *method, *path; /* path below /api/v1, {id} at most once */
    uint16_t roles;
    enum acct_scope scope;
    enum subject_type type; /* what {id} names: branch and owner are held against the user; 0 */
    api_read_fn read;       /* NULL: a write */
    const char *op;         /* the operation */
    const char *key;        /* the operation's member that {id} fills; NULL: none */
    const char *arg;        /* a fixed member: "step=goods.pass", "type=customer"; NULL */
    const char *what;       /* one line, as in openapi.json's summary */
};
const struct api_route *api_routes(size_t *n);
/* api_route_methods: "GET, HEAD, POST": what an address takes; empty: nothing stands there.
 * api_route_find: *known says that another method would do. */
void api_route_methods(const char *path, size_t cap, char *out);
const struct api_route *api_route_find(const char *method, const char *path, char *param,
                                       size_t cap, bool *known);

/* api_takes_long: a request that nobody else may wait behind: Argon2id takes a tenth of a second, a
 * register as a file or a printed report up to some seconds. Each kind waits for its own alone: a
 * login for no export. */
enum api_long { API_SHORT, API_HASHES, API_PAPERS, API_LONGS };
enum api_long api_takes_long(const struct api_request *r);

enum api_way { API_DONE, API_WRITE };
/* api_begin: API_DONE: c->reply is the answer. API_WRITE: run c->op's operation "api.write" with
 * c->in, put c->st, c->out, c->err, then api_finish. Always api_drop in the end. */
enum api_way api_begin(struct api *api, const struct api_request *r, struct api_call *c);
void api_finish(struct api_call *c);
/* api_handle: all of it on this thread, for tests: no writer may run. */
void api_handle(struct api *api, const struct api_request *r, struct api_call *c);
void api_drop(struct api_call *c);

/* api_knows: does this request come from somebody who is logged in, or has a token? What he may is
 * not asked; it changes nothing. */
bool api_knows(struct api *api, const struct api_request *r);
/* api_listens: does the session of that public name go on? `user` (NULL: as he was): who he is now.
 * api_event: what changed since `after` of what `who` may see, as one text/event-stream event into
 * buf; 0: nothing. The number of the newest is put back into *after. */
bool api_listens(struct api *api, const char *session, struct acct_user *user);
size_t api_event(struct api *api, const struct acct_user *who, uint64_t *after, char *buf,
                 size_t cap);
/* api_tick: look for new entries; true when there were any. The ticker's thread alone. */
bool api_tick(struct api *api);
/* api_metrics: Prometheus text, malloc; NULL when out of memory. No user, no customer in it. */
char *api_metrics(struct api *api, size_t *n);

/* For the files of the request layer. */
struct hq *api_hq(struct api_call *c);
struct search *api_search(struct api_call *c);
struct acct_sessions *api_sessions(struct api_call *c);
const char *api_query(const struct api_call *c, const char *name);            /* NULL */
bool api_query_int(const struct api_call *c, const char *name, int64_t *out); /* false: bad */
/* api_person_of: whose device an author is; false: no author of ours. */
bool api_person_of(struct api_call *c, id8 author, id16 *person);
/* api_by_node: is it headquarters' own journal? */
bool api_by_node(struct api_call *c, id8 author);
unsigned api_hash_ops(struct api_call *c);
/* api_cookie_in: the session's secret as the request brings it. */
bool api_cookie_in(const struct api_call *c, char out[static 64]);
void api_cookie(struct api_call *c, const char *value); /* "": the cookie goes */
void api_count_failed_login(struct api_call *c);
/* api_check_write: what an operation alone cannot know: branches of what the body names, passwords.
 * ST_OK, or refused. api_after_write: sessions that end with it (api_writes.c). */
MUST_USE enum st api_check_write(struct api_call *c);
/* api_check_shown: of what a stranger sends (api_verify.c): patience, and that it is genuine. */
MUST_USE enum st api_check_shown(struct api_call *c);
void api_after_write(struct api_call *c);
/* api_writes_of: every current write of a field, as in openapi.json's Write (reg_view.c). */
json_t *api_writes_of(struct api_call *c, const struct subject_state *s, const char *field);
/* api_calendars: of the edition that stands, within a read; the call's. */
const struct calendars *api_calendars(struct api_call *c);
/* api_sees: may this user see that subject: branch, and for a technician that it is his own. */
bool api_sees(struct api_call *c, const struct subject_state *s);
bool api_all_branches(const struct acct_user *u);
/* api_refuse: a problem document; answers ST_REFUSED so that a reader can return it. */
enum st api_refuse(struct api_call *c, unsigned status, const char *problem, const char *detail);
#endif

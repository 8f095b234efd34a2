/* acct.h - who may work at headquarters' console: users, passwords, sessions, tokens.
 *
 * A user is a login for a person of the company: role and branch are those of the person's record
 * (an entry like any other). Its name, the password's Argon2id hash and whether it is shut lie in
 * T_META, a token's label and hash likewise: never in the journal. What was done with either, and
 * by whom, is an entry (access.h) on the row's own subject, in the same transaction. Sessions live
 * in memory: a restart ends them. */
#ifndef SYNC_HQ_ACCT_H
#define SYNC_HQ_ACCT_H
#include "sync/hq/hq.h"

#define ACCT_LOGIN_BYTES 64   /* a login: 1 to 64 printable ASCII characters without spaces */
#define ACCT_PASSWORD_MIN 12  /* characters (ASVS 2.1.1) */
#define ACCT_PASSWORD_MAX 128 /* characters; longer ones are refused, never cut (2.1.2) */
#define ACCT_PASSWORD_BYTES (4 * ACCT_PASSWORD_MAX)
#define ACCT_HASH_BYTES 128    /* crypto_pwhash_STRBYTES */
#define ACCT_SESSIONS_MAX 1024 /* at once; the one idle longest makes room */
#define ACCT_SESSIONS_EACH 16  /* ... of one login: nobody's crowd out others' */
#define ACCT_IDLE_MS (30LL * 60 * 1000)
#define ACCT_LASTS_MS (12LL * 3600 * 1000)
#define ACCT_ROTATE_MS (15LL * 60 * 1000) /* a session's cookie is renewed that often */
#define ACCT_GRACE_MS 60000LL             /* ... and the one before holds for requests under way */
#define ACCT_TRIES_FREE 5     /* wrong passwords of one login, then back-off doubles to 15 min */
#define ACCT_TRIES_MAX 4096   /* logins and addresses that are remembered */
#define ACCT_ADDRESS_TRIES 30 /* failed logins of one address in a minute */
#define ACCT_TOKEN_BYTES 32

enum acct_scope {
    SCOPE_NONE = 0, /* sessions only: no token */
    SCOPE_CALLS = 1,
    SCOPE_CUSTOMERS,
    SCOPE_GOODS,
    SCOPE_PARTS,
    SCOPE_CASH,
    SCOPE_REPORTS,
    SCOPE_DEVICES,
    SCOPE_CATALOGUE,
    SCOPE_ADMIN,
    SCOPES
};
/* acct_scope_name: "calls"; scopes are written "calls:read", "calls:write". */
const char *acct_scope_name(enum acct_scope s);

struct acct_user {
    char login[ACCT_LOGIN_BYTES + 1];
    id16 person;
    enum role role;
    id8 branch; /* zero: headquarters itself */
    char name[128];
    bool disabled;
    id16 subject;               /* of its entries; zero: none yet */
    int64_t changed_ms;         /* the password */
    int64_t ended_ms;           /* when all of its sessions were */
    bool token;                 /* came by a token: */
    char token_id[17];          /* ... of this public name, */
    uint32_t scopes;            /* bit 2s: read, 2s + 1: write */
    char hash[ACCT_HASH_BYTES]; /* of the password */
};
/* acct_get: with role, branch and name as the person's record has them now. ST_NOT_FOUND. */
MUST_USE enum st acct_get(struct store_txn *t, const char *login, struct arena tmp,
                          struct acct_user *out, struct err *err);
MUST_USE enum st acct_put(struct store_txn *t, const struct acct_user *u, struct err *err);
/* acct_each: every login, in no order that says anything. */
typedef enum st (*acct_each_fn)(void *ctx, const struct acct_user *u);
MUST_USE enum st acct_each(struct store_txn *t, struct arena tmp, acct_each_fn each, void *ctx,
                           struct err *err);
/* acct_key: a login's key in T_META below `prefix`: a login is a name of a person, so it is a keyed
 * hash. */
#define ACCT_KEY_BYTES 56
bytes acct_key(struct store_txn *t, const char *prefix, const char *login,
               char out[static ACCT_KEY_BYTES]);
/* acct_log: what was done with a login before such steps were entries: the last of them, oldest
 * first, as they were kept beside it in T_META. Nothing is added there any more. */
#define ACCT_LOG_MAX 32 /* of a login: so many were kept */
struct acct_event {
    int64_t at_ms;
    enum access_step step;
    id16 actor;     /* who did it, */
    enum role role; /* and as what */
};
MUST_USE enum st acct_log(struct store_txn *t, const char *login, struct arena tmp,
                          struct acct_event out[static ACCT_LOG_MAX], size_t *n, struct err *err);
/* acct_pieces: how many pieces a password has: words, runs and repeats that anybody would try are
 * one each, every other character is one; the login is a word. acct_password_ok: ST_BAD_INPUT, the
 * reason's name in err->where: "password-length", or "password-common": too few pieces. */
unsigned acct_pieces(const char *login, str password);
MUST_USE enum st acct_password_ok(const char *login, str password, struct err *err);
/* acct_hash: Argon2id of a new password. ST_BAD_INPUT as acct_password_ok. `ops` 0: libsodium's
 * interactive cost. acct_verify: takes as long for no user (hash NULL). */
MUST_USE enum st acct_hash(const char *login, str password, unsigned ops,
                           char out[static ACCT_HASH_BYTES], struct err *err);
bool acct_verify(const char *hash, str password);
bool acct_login_ok(str login);

/* --- tokens of integrations: a person's, within scopes ---------------------------------------- */
struct acct_token {
    char id[17]; /* public name, hex */
    char label[64];
    char login[ACCT_LOGIN_BYTES + 1]; /* whose role and branch it has */
    uint32_t scopes;
    id16 subject;              /* of its entries; zero: none yet */
    int64_t made_ms, until_ms; /* until 0: for ever */
    int64_t ended_ms;          /* 0: not; its row stays, without the hash */
};
/* acct_token_secret: a new one: its id, and *secret, "dkt_<id>_<64 hex>", shown once; only its hash
 * is kept. */
void acct_token_secret(struct acct_token *t, char secret[static 90], uint8_t hash[static 32]);
/* acct_token_put: `hash` NULL: it has ended, and none is kept. acct_token_get: ended ones too;
 * ST_NOT_FOUND. */
MUST_USE enum st acct_token_put(struct store_txn *t, const struct acct_token *k,
                                const uint8_t *hash, struct err *err);
MUST_USE enum st acct_token_get(struct store_txn *t, const char *id, struct acct_token *out,
                                struct err *err);
MUST_USE enum st acct_token_check(struct store_txn *t, const char *secret, int64_t now_ms,
                                  struct acct_token *out, struct err *err);
typedef enum st (*acct_token_fn)(void *ctx, const struct acct_token *k);
MUST_USE enum st acct_token_each(struct store_txn *t, acct_token_fn each, void *ctx,
                                 struct err *err);
/* acct_scopes_of: from names in a JSON-like list "calls:read,parts:write"; false: one is unknown.
 */
bool acct_scopes_of(str list, uint32_t *out);
void acct_scopes_put(uint32_t scopes, char *buf, size_t cap);

/* --- sessions, and patience with wrong passwords ---------------------------------------------- */
struct acct_sessions;
struct acct_sessions *acct_sessions_new(void); /* NULL: no memory */
void acct_sessions_free(struct acct_sessions **s);
/* From where somebody logged in: his address, and what his browser calls itself. */
struct acct_from {
    char address[64];
    char agent[96]; /* printable ASCII */
};
/* The login before this one (acct_seen.c: beside the login in T_META); at 0: none is known. */
struct acct_before {
    int64_t at_ms;
    struct acct_from from;
    unsigned failed; /* tries with a wrong password between the two, since docketd runs */
};
struct acct_session_view {
    char id[17]; /* public name, hex: what a list of sessions calls it */
    char login[ACCT_LOGIN_BYTES + 1];
    /* acct_user's as it was opened: another one of either ends the session */
    int64_t changed_ms, ended_ms;
    struct acct_from from;
    struct acct_before before;
    bool common; /* the password would not be taken today */
    char csrf[44];
    char renewed[44]; /* a new cookie value that the answer must set; empty: none */
    int64_t made_ms, seen_ms, until_ms;
};
/* acct_open: a new session of who->login, with its changed_ms, ended_ms, from, before and common;
 * *cookie is its secret. */
void acct_open(struct acct_sessions *s, const struct acct_session_view *who, int64_t now_ms,
               char cookie[static 44], struct acct_session_view *out);
/* acct_find: may renew it, and when it was `used` says so: it lasts on. acct_knows: neither. */
bool acct_find(struct acct_sessions *s, const char *cookie, bool used, int64_t now_ms,
               struct acct_session_view *out);
bool acct_knows(struct acct_sessions *s, const char *cookie, int64_t now_ms);
/* acct_list: the live ones of a login, the one used last first; how many. Their csrf is empty. */
unsigned acct_list(struct acct_sessions *s, const char *login, int64_t now_ms,
                   struct acct_session_view out[static ACCT_SESSIONS_EACH]);
/* acct_look: a live one by its public name, without csrf. acct_close_one: false: there is none. */
bool acct_look(struct acct_sessions *s, const char *id, int64_t now_ms,
               struct acct_session_view *out);
bool acct_close_one(struct acct_sessions *s, const char *login, const char *id);
void acct_close(struct acct_sessions *s, const char *cookie);
unsigned acct_close_all(struct acct_sessions *s, const char *login); /* how many */
unsigned acct_count(struct acct_sessions *s);
/* acct_seen_get: zeroes when nothing is known. */
void acct_seen_get(struct store_txn *t, const char *login, struct arena tmp,
                   struct acct_before *out);
MUST_USE enum st acct_seen_put(struct store_txn *t, const char *login, int64_t at_ms,
                               const struct acct_from *from, struct err *err);
/* acct_wait_s: how long this login or address has to wait now; 0: it may try. acct_tried: it did;
 * how many times in a row it had failed before. */
int acct_wait_s(struct acct_sessions *s, const char *login, const char *peer, int64_t now_ms);
unsigned acct_tried(struct acct_sessions *s, const char *login, const char *peer, bool well,
                    int64_t now_ms);
#endif

/* acct.c - logins and tokens in T_META; passwords. See acct.h. */
#include "sync/hq/acct.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define ROW_BYTES 4096
#define USER_PREFIX "hq/user/"
#define TOKEN_PREFIX "hq/token/"

/* ---- rows -------------------------------------------------------------------------------------
 */

bytes acct_key(struct store_txn *t, const char *prefix, const char *login,
               char out[static ACCT_KEY_BYTES])
{
    uint8_t h[17];
    char hex[35];
    store_code_key(store_of(t), 200, str_bytes(str_c(login)), h);
    hex_put(bytes_of(h + 1, 16), hex);
    snprintf(out, ACCT_KEY_BYTES, "%s%s", prefix, hex);
    return str_bytes(str_c(out));
}

static bytes token_key(const char *id, char out[static 48])
{
    snprintf(out, 48, TOKEN_PREFIX "%.16s", id);
    return str_bytes(str_c(out));
}

static enum st put_row(struct store_txn *t, bytes key, json_t *row, struct err *err)
{
    char *text = row == NULL ? NULL : json_dumps(row, JSON_COMPACT);
    enum st st = text == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory")
                              : store_put(t, T_META, key, str_bytes(str_c(text)), err);
    if (text != NULL) {
        sodium_memzero(text, strlen(text));
    }
    free(text);
    json_decref(row);
    return st;
}

static const char *text_of(const json_t *row, const char *key)
{
    const char *s = json_string_value(json_object_get(row, key));
    return s == NULL ? "" : s;
}

static int64_t int_of(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

/* Of before such steps were entries a row has none. */
static void subject_of(const json_t *row, id16 *out)
{
    if (!hex_get(str_c(text_of(row, "subject")), out->b, sizeof out->b)) {
        memset(out, 0, sizeof *out);
    }
}

/* ---- users ------------------------------------------------------------------------------------
 */

bool acct_login_ok(str login)
{
    if (login.n == 0 || login.n > ACCT_LOGIN_BYTES) {
        return false;
    }
    for (size_t i = 0; i < login.n; i++) {
        if (login.p[i] <= ' ' || login.p[i] > '~' || login.p[i] == '/' || login.p[i] == '"') {
            return false;
        }
    }
    return true;
}

/* Role, branch and name as the person's record says them now. */
static void person_of(struct store_txn *t, struct arena tmp, struct acct_user *u)
{
    struct subject_state s;
    u->role = ROLE_NONE;
    if (fold_load(t, u->person, &tmp, &s, NULL, NULL) != ST_OK) {
        return;
    }
    const struct field_value *role = fold_shown(&s, F_TECHNICIAN_ROLE);
    const struct field_value *branch = fold_shown(&s, F_BRANCH);
    const struct field_value *name = fold_shown(&s, F_TECHNICIAN_NAME);
    bytes manifest, text;
    h32 att;
    if (role != NULL && role->i > ROLE_NONE && role->i < ROLES && role->i != ROLE_HEADQUARTERS) {
        u->role = (enum role)role->i;
    }
    if (branch != NULL) {
        memcpy(u->branch.b, branch->b, sizeof u->branch.b);
    }
    if (name != NULL) {
        memcpy(att.b, name->b, sizeof att.b);
        if (store_att_get(t, att, &tmp, &manifest, &text, NULL) == ST_OK) {
            size_t n = text.n < sizeof u->name ? text.n : sizeof u->name - 1;
            while (n > 0 && n < text.n && (text.p[n] & 0xC0) == 0x80) {
                n--; /* a name is cut between characters */
            }
            memcpy(u->name, text.p, n);
        }
    }
}

static enum st read_user(struct store_txn *t, bytes value, struct arena tmp, struct acct_user *u,
                         struct err *err)
{
    json_t *row = json_loadb((const char *)value.p, value.n, 0, NULL);
    memset(u, 0, sizeof *u);
    snprintf(u->login, sizeof u->login, "%s", text_of(row, "login"));
    snprintf(u->hash, sizeof u->hash, "%s", text_of(row, "hash"));
    u->disabled = json_is_true(json_object_get(row, "disabled"));
    u->changed_ms = int_of(row, "changed");
    u->ended_ms = int_of(row, "ended");
    subject_of(row, &u->subject);
    bool ok = row != NULL && hex_get(str_c(text_of(row, "person")), u->person.b, 16);
    json_decref(row);
    if (!ok) {
        return err_set(err, ST_CORRUPT, 0, __func__, "a login's row does not read");
    }
    person_of(t, tmp, u);
    return ST_OK;
}

enum st acct_get(struct store_txn *t, const char *login, struct arena tmp, struct acct_user *out,
                 struct err *err)
{
    char key[ACCT_KEY_BYTES];
    bytes value;
    memset(out, 0, sizeof *out);
    enum st st = store_get(t, T_META, acct_key(t, USER_PREFIX, login, key), &tmp, &value, err);
    return st == ST_OK ? read_user(t, value, tmp, out, err) : st;
}

enum st acct_put(struct store_txn *t, const struct acct_user *u, struct err *err)
{
    char key[ACCT_KEY_BYTES], hex[33], subject[33];
    hex_put(bytes_of(u->person.b, 16), hex);
    hex_put(bytes_of(u->subject.b, 16), subject);
    return put_row(t, acct_key(t, USER_PREFIX, u->login, key),
                   json_pack("{s:s,s:s,s:s,s:b,s:I,s:I,s:s}", "login", u->login, "person", hex,
                             "hash", u->hash, "disabled", u->disabled, "changed",
                             (json_int_t)u->changed_ms, "ended", (json_int_t)u->ended_ms, "subject",
                             subject),
                   err);
}

enum st acct_each(struct store_txn *t, struct arena tmp, acct_each_fn each, void *ctx,
                  struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key, value;
    enum st st = store_scan(t, T_META, str_bytes(str_c(USER_PREFIX)), (bytes){0}, &c, err);
    while (st == ST_OK) {
        struct arena a = tmp;
        struct acct_user u;
        st = store_next(c, &key);
        st = st == ST_OK ? store_value(c, &a, &value, err) : st;
        st = st == ST_OK ? read_user(t, value, a, &u, err) : st;
        st = st == ST_OK ? each(ctx, &u) : st;
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

/* ---- tokens -----------------------------------------------------------------------------------
 */

static const char *const scopes[SCOPES] = {
    [SCOPE_CALLS] = "calls",     [SCOPE_CUSTOMERS] = "customers", [SCOPE_GOODS] = "goods",
    [SCOPE_PARTS] = "parts",     [SCOPE_CASH] = "cash",           [SCOPE_REPORTS] = "reports",
    [SCOPE_DEVICES] = "devices", [SCOPE_CATALOGUE] = "catalogue", [SCOPE_ADMIN] = "admin",
};

const char *acct_scope_name(enum acct_scope s)
{
    return (unsigned)s < SCOPES && scopes[s] != NULL ? scopes[s] : "";
}

static bool scope_bit(str word, uint32_t *out)
{
    for (unsigned i = 1; i < SCOPES; i++) {
        size_t n = strlen(scopes[i]);
        if (word.n <= n || memcmp(word.p, scopes[i], n) != 0) {
            continue;
        }
        str rest = {word.p + n, word.n - n};
        if (str_eq(rest, S(":read"))) {
            *out |= 1U << (2 * i);
            return true;
        }
        if (str_eq(rest, S(":write"))) {
            *out |= 2U << (2 * i);
            return true;
        }
    }
    return false;
}

bool acct_scopes_of(str list, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < list.n;) {
        size_t n = 0;
        while (i + n < list.n && list.p[i + n] != ',' && list.p[i + n] != ' ') {
            n++;
        }
        if (n != 0 && !scope_bit((str){list.p + i, n}, out)) {
            return false;
        }
        i += n + 1;
    }
    return *out != 0;
}

void acct_scopes_put(uint32_t bits, char *buf, size_t cap)
{
    size_t n = 0;
    buf[0] = '\0';
    for (unsigned i = 2; i < 2 * SCOPES && n < cap; i++) {
        if ((bits >> i & 1U) != 0) {
            int k = snprintf(buf + n, cap - n, "%s%s:%s", n == 0 ? "" : ",", scopes[i / 2],
                             i % 2 == 0 ? "read" : "write");
            n += k > 0 ? (size_t)k : 0;
        }
    }
}

void acct_token_secret(struct acct_token *k, char secret[static 90], uint8_t hash[static 32])
{
    uint8_t id[8], raw[ACCT_TOKEN_BYTES];
    char hex[2 * ACCT_TOKEN_BYTES + 1];
    randombytes_buf(id, sizeof id);
    randombytes_buf(raw, sizeof raw);
    hex_put(bytes_of(id, sizeof id), k->id);
    hex_put(bytes_of(raw, sizeof raw), hex);
    snprintf(secret, 90, "dkt_%s_%s", k->id, hex);
    crypto_generichash(hash, 32, raw, sizeof raw, NULL, 0);
    sodium_memzero(raw, sizeof raw);
    sodium_memzero(hex, sizeof hex);
}

enum st acct_token_put(struct store_txn *t, const struct acct_token *k, const uint8_t *hash,
                       struct err *err)
{
    char key[48], hex[65] = "", subject[33];
    if (hash != NULL) {
        hex_put(bytes_of(hash, 32), hex);
    }
    hex_put(bytes_of(k->subject.b, 16), subject);
    return put_row(t, token_key(k->id, key),
                   json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:s}", "id", k->id, "label",
                             k->label, "login", k->login, "hash", hex, "scopes",
                             (json_int_t)k->scopes, "made", (json_int_t)k->made_ms, "until",
                             (json_int_t)k->until_ms, "ended", (json_int_t)k->ended_ms, "subject",
                             subject),
                   err);
}

static bool read_token(bytes value, struct acct_token *k, uint8_t hash[static 32])
{
    json_t *row = json_loadb((const char *)value.p, value.n, 0, NULL);
    memset(k, 0, sizeof *k);
    snprintf(k->id, sizeof k->id, "%s", text_of(row, "id"));
    snprintf(k->label, sizeof k->label, "%s", text_of(row, "label"));
    snprintf(k->login, sizeof k->login, "%s", text_of(row, "login"));
    k->scopes = (uint32_t)int_of(row, "scopes");
    k->made_ms = int_of(row, "made");
    k->until_ms = int_of(row, "until");
    k->ended_ms = int_of(row, "ended");
    subject_of(row, &k->subject);
    memset(hash, 0, 32);
    bool ok = k->ended_ms != 0 || hex_get(str_c(text_of(row, "hash")), hash, 32);
    json_decref(row);
    return ok;
}

enum st acct_token_get(struct store_txn *t, const char *id, struct acct_token *out, struct err *err)
{
    char key[48];
    uint8_t room[ROW_BYTES], hash[32];
    struct arena tmp = arena_of(room, sizeof room);
    bytes value;
    memset(out, 0, sizeof *out);
    enum st st = strlen(id) != 16 ? ST_NOT_FOUND
                                  : store_get(t, T_META, token_key(id, key), &tmp, &value, NULL);
    if (st == ST_NOT_FOUND) {
        return err_set(err, st, 0, __func__, "there is no such token");
    }
    return st == ST_OK && read_token(value, out, hash)
               ? ST_OK
               : err_set(err, st == ST_OK ? ST_CORRUPT : st, 0, __func__, "a token's row");
}

enum st acct_token_check(struct store_txn *t, const char *secret, int64_t now_ms,
                         struct acct_token *out, struct err *err)
{
    char id[17], key[48];
    uint8_t raw[ACCT_TOKEN_BYTES], hash[32], kept[32], room[ROW_BYTES];
    struct arena tmp = arena_of(room, sizeof room);
    bytes value;
    memset(out, 0, sizeof *out);
    bool form = strlen(secret) == 4 + 16 + 1 + 64 && memcmp(secret, "dkt_", 4) == 0 &&
                secret[20] == '_' && hex_get((str){secret + 21, 64}, raw, sizeof raw);
    if (form) {
        memcpy(id, secret + 4, 16);
        id[16] = '\0';
    }
    if (!form || store_get(t, T_META, token_key(id, key), &tmp, &value, NULL) != ST_OK ||
        !read_token(value, out, kept) || out->ended_ms != 0) {
        return err_set(err, ST_NOT_FOUND, 0, __func__, "this token is not known");
    }
    crypto_generichash(hash, 32, raw, sizeof raw, NULL, 0);
    sodium_memzero(raw, sizeof raw);
    bool good =
        sodium_memcmp(hash, kept, 32) == 0 && (out->until_ms == 0 || now_ms < out->until_ms);
    return good ? ST_OK : err_set(err, ST_NOT_FOUND, 0, __func__, "this token is not known");
}

enum st acct_token_each(struct store_txn *t, acct_token_fn each, void *ctx, struct err *err)
{
    struct store_cursor *c = NULL;
    bytes key, value;
    enum st st = store_scan(t, T_META, str_bytes(str_c(TOKEN_PREFIX)), (bytes){0}, &c, err);
    while (st == ST_OK) {
        uint8_t room[ROW_BYTES], hash[32];
        struct arena tmp = arena_of(room, sizeof room);
        struct acct_token k;
        st = store_next(c, &key);
        st = st == ST_OK ? store_value(c, &tmp, &value, err) : st;
        if (st == ST_OK && read_token(value, &k, hash)) {
            st = each(ctx, &k);
        }
    }
    store_scan_end(&c);
    return st == ST_END ? ST_OK : st;
}

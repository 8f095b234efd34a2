/* acct_session.c - sessions in memory, and patience with wrong passwords. See acct.h. */
#include "sync/hq/acct.h"

#include "core/codec/hash.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define BACKOFF_MS 1000LL
#define BACKOFF_MAX_MS (15LL * 60 * 1000)
#define ADDRESS_WINDOW_MS 60000LL

/* Only hashes of cookies are kept: a picture of this memory opens no session. */
struct session {
    uint8_t now[32], old[32]; /* of the cookie, and of the one before it */
    char id[17];
    char login[ACCT_LOGIN_BYTES + 1];
    char csrf[44];
    int64_t made_ms, seen_ms, renewed_ms, changed_ms, ended_ms;
    struct acct_from from;
    struct acct_before before;
    bool common;
};
struct tries {
    uint8_t who[16]; /* keyed hash of a login or an address */
    unsigned failed;
    int64_t last_ms, until_ms;
};
struct acct_sessions {
    pthread_mutex_t lock;
    uint8_t key[32]; /* of the hashes in `tries` */
    struct session *s;
    struct tries *t;
};

struct acct_sessions *acct_sessions_new(void)
{
    struct acct_sessions *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return NULL;
    }
    pthread_mutex_init(&a->lock, NULL);
    randombytes_buf(a->key, sizeof a->key);
    a->s = calloc(ACCT_SESSIONS_MAX, sizeof *a->s);
    a->t = calloc(ACCT_TRIES_MAX, sizeof *a->t);
    if (a->s == NULL || a->t == NULL) {
        acct_sessions_free(&a);
    }
    return a;
}

void acct_sessions_free(struct acct_sessions **out)
{
    struct acct_sessions *a = *out;
    if (a == NULL) {
        return;
    }
    if (a->s != NULL) {
        sodium_memzero(a->s, ACCT_SESSIONS_MAX * sizeof *a->s);
    }
    free(a->s);
    free(a->t);
    pthread_mutex_destroy(&a->lock);
    free(a);
    *out = NULL;
}

/* ---- sessions ---------------------------------------------------------------------------------
 */

static void secret(char out[static 44])
{
    uint8_t raw[32];
    randombytes_buf(raw, sizeof raw);
    base64url_put(bytes_of(raw, sizeof raw), out);
    sodium_memzero(raw, sizeof raw);
}

static bool live(const struct session *s, int64_t now_ms)
{
    return s->login[0] != '\0' && now_ms - s->seen_ms < ACCT_IDLE_MS &&
           now_ms - s->made_ms < ACCT_LASTS_MS;
}

static void view(const struct session *s, struct acct_session_view *out)
{
    memset(out, 0, sizeof *out);
    memcpy(out->id, s->id, sizeof out->id);
    memcpy(out->login, s->login, sizeof out->login);
    memcpy(out->csrf, s->csrf, sizeof out->csrf);
    out->changed_ms = s->changed_ms;
    out->ended_ms = s->ended_ms;
    out->from = s->from;
    out->before = s->before;
    out->common = s->common;
    out->seen_ms = s->seen_ms;
    int64_t idle = s->seen_ms + ACCT_IDLE_MS, end = s->made_ms + ACCT_LASTS_MS;
    out->made_ms = s->made_ms;
    out->until_ms = idle < end ? idle : end;
}

/* The place of a new session: of this login's the one idle longest when it has enough, else a free
 * one, else of all the one idle longest. */
static struct session *place(struct acct_sessions *a, const char *login, int64_t now_ms)
{
    struct session *oldest = &a->s[0], *his = NULL, *none = NULL;
    unsigned n = 0;
    for (unsigned i = 0; i < ACCT_SESSIONS_MAX; i++) {
        struct session *s = &a->s[i];
        if (!live(s, now_ms)) {
            none = none == NULL ? s : none;
            continue;
        }
        oldest = s->seen_ms < oldest->seen_ms ? s : oldest;
        if (strcmp(s->login, login) == 0) {
            n++;
            his = his == NULL || s->seen_ms < his->seen_ms ? s : his;
        }
    }
    return n >= ACCT_SESSIONS_EACH ? his : none != NULL ? none : oldest;
}

void acct_open(struct acct_sessions *a, const struct acct_session_view *who, int64_t now_ms,
               char cookie[static 44], struct acct_session_view *out)
{
    uint8_t id[8];
    pthread_mutex_lock(&a->lock);
    struct session *s = place(a, who->login, now_ms);
    memset(s, 0, sizeof *s);
    snprintf(s->login, sizeof s->login, "%s", who->login);
    s->changed_ms = who->changed_ms;
    s->ended_ms = who->ended_ms;
    s->from = who->from;
    s->before = who->before;
    s->common = who->common;
    s->made_ms = s->seen_ms = s->renewed_ms = now_ms;
    randombytes_buf(id, sizeof id);
    hex_put(bytes_of(id, sizeof id), s->id);
    secret(s->csrf);
    secret(cookie);
    hash32(str_bytes(str_c(cookie)), s->now);
    view(s, out);
    pthread_mutex_unlock(&a->lock);
}

static struct session *find(struct acct_sessions *a, const char *cookie, int64_t now_ms,
                            bool *older)
{
    uint8_t h[32];
    hash32(str_bytes(str_c(cookie)), h);
    for (unsigned i = 0; i < ACCT_SESSIONS_MAX; i++) {
        struct session *s = &a->s[i];
        if (!live(s, now_ms)) {
            continue;
        }
        if (sodium_memcmp(s->now, h, sizeof h) == 0) {
            *older = false;
            return s;
        }
        if (now_ms - s->renewed_ms < ACCT_GRACE_MS && s->renewed_ms != s->made_ms &&
            sodium_memcmp(s->old, h, sizeof h) == 0) {
            *older = true;
            return s;
        }
    }
    return NULL;
}

bool acct_find(struct acct_sessions *a, const char *cookie, bool used, int64_t now_ms,
               struct acct_session_view *out)
{
    bool older;
    pthread_mutex_lock(&a->lock);
    struct session *s = find(a, cookie, now_ms, &older);
    if (s != NULL) {
        s->seen_ms = used ? now_ms : s->seen_ms;
        view(s, out);
    }
    if (s != NULL && !older && now_ms - s->renewed_ms >= ACCT_ROTATE_MS) {
        memcpy(s->old, s->now, sizeof s->old);
        secret(out->renewed);
        hash32(str_bytes(str_c(out->renewed)), s->now);
        s->renewed_ms = now_ms;
    }
    pthread_mutex_unlock(&a->lock);
    return s != NULL;
}

bool acct_knows(struct acct_sessions *a, const char *cookie, int64_t now_ms)
{
    bool older;
    pthread_mutex_lock(&a->lock);
    bool known = find(a, cookie, now_ms, &older) != NULL;
    pthread_mutex_unlock(&a->lock);
    return known;
}

unsigned acct_list(struct acct_sessions *a, const char *login, int64_t now_ms,
                   struct acct_session_view out[static ACCT_SESSIONS_EACH])
{
    unsigned n = 0;
    pthread_mutex_lock(&a->lock);
    for (unsigned i = 0; i < ACCT_SESSIONS_MAX && n < ACCT_SESSIONS_EACH; i++) {
        if (!live(&a->s[i], now_ms) || strcmp(a->s[i].login, login) != 0) {
            continue;
        }
        unsigned at = n++;
        for (; at > 0 && out[at - 1].seen_ms < a->s[i].seen_ms; at--) {
            out[at] = out[at - 1];
        }
        view(&a->s[i], &out[at]);
        sodium_memzero(out[at].csrf, sizeof out[at].csrf);
    }
    pthread_mutex_unlock(&a->lock);
    return n;
}

/* Under the lock; NULL: nobody has it. */
static struct session *by_id(struct acct_sessions *a, const char *id)
{
    for (unsigned i = 0; i < ACCT_SESSIONS_MAX && *id != '\0'; i++) {
        if (a->s[i].login[0] != '\0' && strcmp(a->s[i].id, id) == 0) {
            return &a->s[i];
        }
    }
    return NULL;
}

bool acct_look(struct acct_sessions *a, const char *id, int64_t now_ms,
               struct acct_session_view *out)
{
    pthread_mutex_lock(&a->lock);
    struct session *s = by_id(a, id);
    bool lives = s != NULL && live(s, now_ms);
    if (lives) {
        view(s, out);
        sodium_memzero(out->csrf, sizeof out->csrf);
    }
    pthread_mutex_unlock(&a->lock);
    return lives;
}

bool acct_close_one(struct acct_sessions *a, const char *login, const char *id)
{
    pthread_mutex_lock(&a->lock);
    struct session *s = by_id(a, id);
    bool his = s != NULL && strcmp(s->login, login) == 0;
    if (his) {
        memset(s, 0, sizeof *s);
    }
    pthread_mutex_unlock(&a->lock);
    return his;
}

void acct_close(struct acct_sessions *a, const char *cookie)
{
    uint8_t h[32];
    hash32(str_bytes(str_c(cookie)), h);
    pthread_mutex_lock(&a->lock);
    for (unsigned i = 0; i < ACCT_SESSIONS_MAX; i++) {
        if (sodium_memcmp(a->s[i].now, h, sizeof h) == 0 ||
            sodium_memcmp(a->s[i].old, h, sizeof h) == 0) {
            memset(&a->s[i], 0, sizeof a->s[i]);
        }
    }
    pthread_mutex_unlock(&a->lock);
}

unsigned acct_close_all(struct acct_sessions *a, const char *login)
{
    unsigned n = 0;
    pthread_mutex_lock(&a->lock);
    for (unsigned i = 0; i < ACCT_SESSIONS_MAX; i++) {
        if (strcmp(a->s[i].login, login) == 0) {
            memset(&a->s[i], 0, sizeof a->s[i]);
            n++;
        }
    }
    pthread_mutex_unlock(&a->lock);
    return n;
}

unsigned acct_count(struct acct_sessions *a)
{
    unsigned n = 0;
    pthread_mutex_lock(&a->lock);
    for (unsigned i = 0; i < ACCT_SESSIONS_MAX; i++) {
        n += a->s[i].login[0] != '\0';
    }
    pthread_mutex_unlock(&a->lock);
    return n;
}

/* ---- patience ---------------------------------------------------------------------------------
 */

/* The row of a name, or the one that has been quiet longest. */
static struct tries *row_of(struct acct_sessions *a, char kind, const char *name, bool make,
                            int64_t now_ms)
{
    uint8_t who[16];
    crypto_generichash_state h;
    crypto_generichash_init(&h, a->key, sizeof a->key, sizeof who);
    crypto_generichash_update(&h, (const uint8_t *)&kind, 1);
    crypto_generichash_update(&h, (const uint8_t *)name, strlen(name));
    crypto_generichash_final(&h, who, sizeof who);
    struct tries *oldest = &a->t[0];
    for (unsigned i = 0; i < ACCT_TRIES_MAX; i++) {
        if (memcmp(a->t[i].who, who, sizeof who) == 0) {
            return &a->t[i];
        }
        if (a->t[i].last_ms < oldest->last_ms) {
            oldest = &a->t[i];
        }
    }
    if (!make) {
        return NULL;
    }
    memset(oldest, 0, sizeof *oldest);
    memcpy(oldest->who, who, sizeof who);
    oldest->last_ms = now_ms; /* at once: the next name must not take the same row */
    return oldest;
}

static int wait_of(const struct tries *t, int64_t now_ms)
{
    int64_t left = t == NULL ? 0 : t->until_ms - now_ms;
    return left <= 0 ? 0 : (int)((left + 999) / 1000);
}

int acct_wait_s(struct acct_sessions *a, const char *login, const char *peer, int64_t now_ms)
{
    pthread_mutex_lock(&a->lock);
    int by_login = wait_of(row_of(a, 'l', login, false, now_ms), now_ms);
    int by_peer = wait_of(row_of(a, 'p', peer, false, now_ms), now_ms);
    pthread_mutex_unlock(&a->lock);
    return by_login > by_peer ? by_login : by_peer;
}

unsigned acct_tried(struct acct_sessions *a, const char *login, const char *peer, bool well,
                    int64_t now_ms)
{
    pthread_mutex_lock(&a->lock);
    struct tries *l = row_of(a, 'l', login, !well, now_ms),
                 *p = row_of(a, 'p', peer, !well, now_ms);
    unsigned failed = l == NULL ? 0 : l->failed;
    if (well) {
        if (l != NULL) {
            memset(l, 0, sizeof *l);
        }
    } else {
        l->failed++;
        l->last_ms = now_ms;
        if (l->failed >= ACCT_TRIES_FREE) {
            unsigned over = l->failed - ACCT_TRIES_FREE;
            int64_t wait = over > 10 ? BACKOFF_MAX_MS : BACKOFF_MS << over;
            l->until_ms = now_ms + (wait < BACKOFF_MAX_MS ? wait : BACKOFF_MAX_MS);
        }
        p->failed = now_ms - p->last_ms < ADDRESS_WINDOW_MS ? p->failed + 1 : 1;
        p->last_ms = now_ms;
        if (p->failed >= ACCT_ADDRESS_TRIES) {
            p->until_ms = now_ms + ADDRESS_WINDOW_MS;
        }
    }
    pthread_mutex_unlock(&a->lock);
    return failed;
}

/* intents.c - the doors through which screens ask for things: pack, push, say what is waited for.
 */
#include "app/state/app_internal.h"
#include "core/fold/record.h"
#include "core/model/bodies.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/report/ratings.h"
#include "core/rules/office.h"

static id16 subject_of(const struct app *a)
{
    return a->trail[a->ntrail - 1].subject;
}

/* It was not taken: that is an answer, too, and whoever tapped is told at once. */
bool intent_refused(struct app *a, enum app_busy what)
{
    unsigned serial = a->result.serial + 1;
    a->result =
        (struct app_result){.serial = serial, .what = what, .st = ST_WAIT, .not_taken = true};
    a->wake(a->wake_ctx);
    return false;
}

bool intent_send(struct app *a, const struct intent *i, enum app_busy busy)
{
    if (app_busy(a) == busy) {
        return false; /* a double tap makes one entry; the first one is answered */
    }
    if (app_busy(a) != APP_IDLE || !app_push(a, i)) {
        return intent_refused(a, busy);
    }
    a->busy = busy;
    return true;
}

/* The UI's copy of the draft goes when the entry is durable: marked here, settled with the news. */
bool intent_send_with(struct app *a, struct intent *i, const char *draft_name)
{
    if (draft_name != NULL && strlen(draft_name) >= sizeof i->draft) {
        return false;
    }
    i->draft_of = subject_of(a);
    snprintf(i->draft, sizeof i->draft, "%s", draft_name == NULL ? "" : draft_name);
    if (!intent_send(a, i, APP_SAVING)) {
        return false;
    }
    if (draft_name != NULL) {
        draft_leaving(a, i->draft_of, i->draft, true);
    }
    return true;
}

static bool send_entry(struct app *a, struct intent *i, const struct intent_att *atts,
                       unsigned natt, const char *draft_name)
{
    if (natt > INTENT_ATTS) {
        return false;
    }
    i->natt = natt;
    for (unsigned k = 0; k < natt; k++) {
        i->atts[k].type = atts[k].type;
        i->atts[k].content = atts[k].content;
    }
    return intent_send_with(a, i, draft_name);
}

bool app_append(struct app *a, unsigned kind, bytes body, const struct intent_att *atts,
                unsigned natt, const char *draft_name, enum screen_id go)
{
    const struct job_model *j = app_job(a);
    struct intent i = {.type = INTENT_APPEND,
                       .subject = subject_of(a),
                       .subject_type = j != NULL && j->is_goods ? SUBJECT_GOODS : 0,
                       .kind = kind,
                       .go = go,
                       .data = body};
    return send_entry(a, &i, atts, natt, draft_name);
}

bool app_goods_step(struct app *a, const struct goods_step *s, const char *draft_name,
                    enum screen_id go)
{
    const struct office_step *step = office_step(s->step);
    const struct job_model *j = app_job(a);
    struct intent_att atts[INTENT_ATTS];
    uint8_t body[CAP_BODY_BYTES];
    size_t n = s->n;
    unsigned natt = s->natt;
    if (step == NULL || s->natt + 1 > INTENT_ATTS) {
        return false;
    }
    struct intent i = {.type = INTENT_GOODS,
                       .subject = subject_of(a),
                       .subject_type = j != NULL && j->is_goods ? SUBJECT_GOODS : SUBJECT_JOB,
                       .kind = s->kind,
                       .go = go,
                       .data = s->body,
                       .step = s->step,
                       .counter = s->counter,
                       .goods = s->goods};
    if (step->to != 0) {
        s->w[n++] = (struct record_write){
            .field = step->state_field, .type = FT_ENUM, .i = (int64_t)step->to};
    }
    record_see(s->seen, s->w, n);
    if (record_encode(s->w, n, body, sizeof body, &i.also) != ST_OK) {
        return false;
    }
    for (unsigned k = 0; k < natt; k++) {
        atts[k] = s->atts[k];
    }
    if (s->text.n > 0) {
        atts[natt++] = (struct intent_att){.type = ATT_TEXT, .content = str_bytes(s->text)};
        i.also_text = true;
    }
    return send_entry(a, &i, atts, natt, draft_name);
}

id16 app_me(const struct app *a)
{
    return a->who.person;
}

bool app_record(struct app *a, enum subject_type type, id16 subject,
                const struct subject_state *state, struct record_write *w, size_t n,
                const struct intent_att *atts, unsigned natt, const char *draft_name,
                enum screen_id go)
{
    uint8_t body[CAP_BODY_BYTES];
    struct intent i = {.type = INTENT_APPEND,
                       .subject = subject,
                       .subject_type = type,
                       .kind = KIND_RECORD_SET,
                       .go = go};
    record_see(state, w, n);
    if (record_encode(w, n, body, sizeof body, &i.data) != ST_OK) {
        return false;
    }
    return send_entry(a, &i, atts, natt, draft_name);
}

bool app_sign(struct app *a, const struct sign_intent *s, enum screen_id go)
{
    struct intent i = {.type = INTENT_SIGN,
                       .subject = subject_of(a),
                       .go = go,
                       .sign = *s,
                       .entry = a->edition.cat.edition};
    return intent_send_with(a, &i, "sign");
}

enum st app_ratings_seal(struct app *a, bytes plain, uint8_t *buf, size_t cap, bytes *out)
{
    *out = (bytes){NULL, 0};
    return plain.n == 0 ? ST_OK : ratings_seal(plain, &a->who.sealing, buf, cap, out);
}

bool app_pay(struct app *a, unsigned method, int64_t amount_minor, enum screen_id go)
{
    struct intent i = {.type = INTENT_PAY,
                       .subject = subject_of(a),
                       .go = go,
                       .method = method,
                       .amount_minor = amount_minor};
    return intent_send_with(a, &i, "payment");
}

bool app_copy(struct app *a, h32 signoff, bool roll)
{
    struct intent i = {.type = INTENT_COPY,
                       .subject = subject_of(a),
                       .go = SCREENS,
                       .entry = signoff,
                       .roll = roll};
    return intent_send(a, &i, APP_SAVING);
}

const char *app_copy_path(struct app *a, const struct signature_state *s, bool roll)
{
    char path[700];
    copy_path(a, bytes_str(bytes_of(s->number, s->nnumber)), s->version, roll, path, sizeof path);
    const char *p = arena_cstr(&a->frame, str_c(path));
    return p == NULL ? "" : p;
}

bool app_unlock(struct app *a, const char *pin)
{
    struct intent i = {.type = INTENT_UNLOCK, .go = SCREENS, .data = str_bytes(str_c(pin))};
    return intent_send(a, &i, APP_UNLOCKING);
}

bool app_change_pin(struct app *a, const char *old, const char *fresh)
{
    uint8_t both[2 * CAP_PIN_MAX + 2];
    size_t n = strlen(old), m = strlen(fresh);
    if (n > CAP_PIN_MAX || m > CAP_PIN_MAX) {
        return false;
    }
    memcpy(both, old, n + 1);
    memcpy(both + n + 1, fresh, m);
    struct intent i = {.type = INTENT_PIN, .go = SCREENS, .data = {both, n + 1 + m}};
    bool sent = intent_send(a, &i, APP_UNLOCKING);
    sodium_memzero(both, sizeof both);
    return sent;
}

bool app_hand_back(struct app *a, const char *pin)
{
    struct intent i = {.type = INTENT_HAND_BACK, .go = SCREENS, .data = str_bytes(str_c(pin))};
    return intent_send(a, &i, APP_UNLOCKING);
}

bool app_lock(struct app *a)
{
    struct intent i = {.type = INTENT_LOCK, .go = SCREENS};
    if (app_busy(a) != APP_IDLE) {
        return false;
    }
    screen_leave(a);
    /* The writer may close the store as soon as it has the intent: from here the UI reads nothing.
     */
    struct store *store = a->store;
    let_go(a);
    if (!intent_send(a, &i, APP_LOCKING)) {
        a->store = store;
        return false;
    }
    drafts_drop(a);
    screens_wipe(a);
    memset(a->stock, 0, sizeof a->stock);
    a->nstock = 0;
    catalogue_drop(a);
    seats_read(a);
    a->wipe = true; /* what this frame has drawn is still in use */
    id16 none = {{0}};
    app_go(a, SCREEN_UNLOCK, none);
    return true;
}

static bool net_ask(struct app *a, enum app_busy busy, bool *flag)
{
    if (app_busy(a) != APP_IDLE) {
        return false;
    }
    pthread_mutex_lock(&a->net.mutex);
    *flag = true;
    pthread_cond_signal(&a->net.cond);
    pthread_mutex_unlock(&a->net.mutex);
    a->busy = busy;
    return true;
}

static bool join(struct app *a, const char *code, const char *address, const char *pin,
                 bool recover, enum join_way way)
{
    struct net *n = &a->net;
    bool file = way != JOIN_HTTP;
    if (app_busy(a) != APP_IDLE || strlen(code) >= sizeof n->join_code ||
        strlen(address) >= (file ? sizeof n->file_path : sizeof n->join_address) ||
        strlen(pin) > CAP_PIN_MAX) {
        return false;
    }
    pthread_mutex_lock(&n->mutex);
    snprintf(n->join_code, sizeof n->join_code, "%s", code);
    snprintf(file ? n->file_path : n->join_address,
             file ? sizeof n->file_path : sizeof n->join_address, "%s", address);
    memset(n->join_pin, 0, CAP_PIN_MAX + 8);
    memcpy(n->join_pin, pin, strlen(pin));
    n->join_recovers = recover;
    n->join_way = way;
    pthread_mutex_unlock(&n->mutex);
    return net_ask(a, APP_JOINING, &n->join_wanted);
}

bool app_join(struct app *a, const char *code, const char *address, const char *pin)
{
    return join(a, code, address, pin, false, JOIN_HTTP);
}

bool app_recover(struct app *a, const char *code, const char *address, const char *pin)
{
    return join(a, code, address, pin, true, JOIN_HTTP);
}

bool app_recover_file(struct app *a, const char *code, const char *path, const char *pin)
{
    return join(a, code, path, pin == NULL ? "" : pin, true,
                pin == NULL ? JOIN_FILE_ASK : JOIN_FILE_TAKE);
}

void app_address(struct app *a, const char *address)
{
    pthread_mutex_lock(&a->net.mutex);
    snprintf(a->net.address, sizeof a->net.address, "%s", address);
    pthread_mutex_unlock(&a->net.mutex);
}

bool app_sync_now(struct app *a)
{
    return net_ask(a, APP_SYNCING, &a->net.sync_wanted);
}

bool app_sync_file(struct app *a, const char *path, bool export)
{
    struct net *n = &a->net;
    if (app_busy(a) != APP_IDLE || strlen(path) >= sizeof n->file_path) {
        return false;
    }
    pthread_mutex_lock(&n->mutex);
    snprintf(n->file_path, sizeof n->file_path, "%s", path);
    n->file_export = export;
    pthread_mutex_unlock(&n->mutex);
    return net_ask(a, APP_SYNCING, &n->file_wanted);
}

/* ---- small answers --------------------------------------------------------------------------- */
bool app_upgrading(const struct app *a)
{
    return atomic_load(&a->upgrading);
}

bool app_keys_safe(const struct app *a)
{
    return !atomic_load(&a->keys_unlocked);
}

enum app_busy app_busy(const struct app *a)
{
    return a->busy == APP_IDLE && a->reopening ? APP_SAVING : a->busy;
}
const struct app_result *app_result(const struct app *a)
{
    return &a->result;
}
bool app_result_fresh(struct app *a)
{
    bool fresh = a->told != a->result.serial;
    a->told = a->result.serial;
    return fresh;
}
struct app_settings *app_settings(struct app *a)
{
    return &a->settings;
}
struct now app_now(const struct app *a)
{
    return a->now;
}
id8 app_author(const struct app *a)
{
    return a->who.author;
}
str app_company(struct app *a)
{
    return str_c(a->who.company);
}
int app_height_sp(const struct app *a)
{
    return a->height_sp;
}

bool app_lying(const struct app *a)
{
    return a->lying;
}
struct arena *app_frame(struct app *a)
{
    return &a->frame;
}
const struct catalogue *app_catalogue(const struct app *a)
{
    return &a->edition.cat;
}

void *app_screen_data(struct app *a, enum screen_id screen, size_t size)
{
    if (size > CAP_SCREEN_BYTES) {
        return NULL;
    }
    if (a->screen_data[screen] == NULL) {
        a->screen_data[screen] = calloc(1, CAP_SCREEN_BYTES);
        a->screen_data_n[screen] = CAP_SCREEN_BYTES;
        a->screen_data_of[screen] = subject_of(a);
    }
    if (a->screen_data[screen] != NULL && !id16_eq(a->screen_data_of[screen], subject_of(a))) {
        sodium_memzero(a->screen_data[screen], CAP_SCREEN_BYTES);
        a->screen_data_of[screen] = subject_of(a);
    }
    return a->screen_data[screen];
}

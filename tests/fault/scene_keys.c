/* scene_keys.c - the scenes of who may open what: a new device, a colleague's store beside it, a
 * forgotten PIN, a revoked device's parcel, what is handed back to a headquarters that was put back
 * after it erased and revoked. See scene.h. */
#include "tests/fault/scene.h"

#include "app/state/app_internal.h"
#include "core/store/store.h"
#include "sync/carrier/file.h"
#include "sync/engine/parcel.h"

#include <unistd.h>

static bool there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* --- where the others lie
 * ------------------------------------------------------------------------- */

static const struct {
    const char *dir, *secret, *pending;
    bool own_secret; /* made by the joining */
} devices[SCENE_DEVICES] = {
    [SCENE_NEW] = {"new", "new.secret", "new.join", true},
    [SCENE_COLLEAGUE] = {"device.2", "device.secret", "device.2.join", false},
};

bool scene_device(struct world *w, enum scene_device which, struct pair_device *out)
{
    char path[160];
    memset(out, 0, sizeof *out);
    snprintf(out->dir, sizeof out->dir, "%.90s/%s", w->base, devices[which].dir);
    scene_path(w, devices[which].secret, path);
    return device_secret_load(path, false, out->secret, &w->err) == ST_OK;
}

/* --- a new device
 * ------------------------------------------------------------------------------ */

enum st scene_prepare_join(struct world *w)
{
    struct hq_invite inv = {.person = w->who, .role = ROLE_TECHNICIAN, .prefix = "D2"};
    int64_t until;
    return hq_join_invite(w->p.hq, &inv, w->code, &until, &w->err);
}

static enum st ask_to_join(struct world *w, struct join *j)
{
    struct bundle_buffer req = {.cap = 1 << 20}, ans = {.cap = 1 << 20};
    const char *problem = NULL;
    struct now now = pair_now(&w->p);
    enum st st = join_request(j, &now, bundle_buffer_sink, &req, &w->err);
    if (st == ST_OK) {
        st = hq_exchange(w->p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem,
                         &w->err);
    }
    if (st == ST_OK) {
        st = join_answer(j, bytes_of(ans.p, ans.n), &w->err);
    }
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    return st;
}

static enum st trust_of(struct world *w, uint8_t doc[static CAP_TRUST_BYTES], bytes *out)
{
    struct store_txn *t = NULL;
    struct trust trust;
    struct arena a = hq_arena(w->p.hq);
    enum st st = store_read(w->p.hq->store, &t, &w->err);
    if (st == ST_OK) {
        st = trust_store_get(t, &a, &trust, out, &w->err);
    }
    if (st == ST_OK) {
        memcpy(doc, out->p, out->n);
        *out = bytes_of(doc, out->n);
    }
    store_abort(&t);
    return st;
}

static enum st begin_join(struct world *w, struct join *j, const char *pending,
                          const uint8_t secret[static 32])
{
    uint8_t doc[CAP_TRUST_BYTES];
    bytes trust;
    enum st st = join_load(j, pending, secret, &w->err);
    if (st == ST_NOT_FOUND) {
        st = trust_of(w, doc, &trust);
        st = st != ST_OK ? st : join_begin(j, str_c(w->code), trust, &w->err);
        st = st != ST_OK ? st : join_save(j, pending, secret, &w->err);
    }
    return st;
}

static enum st no_memory(struct world *w)
{
    return err_set(&w->err, ST_FULL, 0, __func__, "no memory for a joining");
}

static enum st join_as(struct world *w, enum scene_device which)
{
    char dir[160], secret_path[160], pending[160];
    uint8_t secret[32];
    struct now now = pair_now(&w->p);
    scene_path(w, devices[which].dir, dir);
    scene_path(w, devices[which].secret, secret_path);
    scene_path(w, devices[which].pending, pending);
    if (w->attempt != 0 && there(dir) && !there(pending)) {
        return ST_OK; /* the first try came to its end: nobody asks again */
    }
    struct join *j = calloc(1, sizeof *j);
    enum st st = j == NULL ? no_memory(w) : ST_OK;
    if (st == ST_OK) {
        st = device_secret_load(secret_path, devices[which].own_secret, secret, &w->err);
    }
    st = st != ST_OK ? st : begin_join(w, j, pending, secret);
    st = st != ST_OK ? st : ask_to_join(w, j);
    if (st == ST_OK) {
        st = join_found(j, dir, str_bytes(str_c(scene_pins[0])), secret, PAIR_MAP, &now,
                        arena_of(w->d.scratch, CAP_SCRATCH_BYTES), &w->err);
        st = st == ST_EXISTS && w->attempt != 0 ? ST_OK : st; /* the first try did it */
    }
    if (st == ST_OK) {
        scene_tell(w, ACK_FOUNDED, which, (h32){{0}});
        join_forget(pending);
    }
    if (j != NULL) {
        join_end(j);
    }
    free(j);
    return st;
}

enum st scene_run_join(struct world *w)
{
    return join_as(w, SCENE_NEW);
}

/* --- several technicians on one device
 * ------------------------------------------------------------ */

enum st scene_prepare_colleague(struct world *w)
{
    struct hq_invite inv = {.role = ROLE_TECHNICIAN, .prefix = "D2"};
    int64_t until;
    enum st st = scene_op(w, "record.set",
                          "{'type':'technician','code':'T02','fields':{'name':'Wang','role':1}}");
    st = st != ST_OK ? st : hq_id_of(w->p.hq, SUBJECT_TECHNICIAN, S("T02"), &inv.person, &w->err);
    return st != ST_OK ? st : hq_join_invite(w->p.hq, &inv, w->code, &until, &w->err);
}

/* What the app does beside the store: the list of those who have one here, a name on it. */
static enum st on_the_list(struct world *w)
{
    static const char name[] = "Wang Fang";
    char dir[160];
    struct app *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return no_memory(w);
    }
    scene_path(w, "device", dir);
    scene_path(w, "device.secret", a->secret_path);
    seats_open(a, dir);
    scene_path(w, devices[SCENE_COLLEAGUE].dir, a->dir);
    seats_name_write(a, str_bytes(str_c(name)));
    seats_read(a);
    bool good = a->nseats == 2 && a->seats[1].number == 2 && strcmp(a->seats[1].name, name) == 0;
    free(a);
    return good ? ST_OK : err_set(&w->err, ST_IO, 0, __func__, "the list of names is not whole");
}

enum st scene_run_colleague(struct world *w)
{
    enum st st = join_as(w, SCENE_COLLEAGUE);
    return st != ST_OK ? st : on_the_list(w);
}

/* --- a forgotten PIN
 * ------------------------------------------------------------------------------ */

#define NEW_PIN (SCENE_PINS - 1)

enum st scene_prepare_recovery(struct world *w)
{
    char author[24];
    hex_put(bytes_of(w->p.hq->devices[0].author.b, 8), author);
    enum st st = scene_op(w, "enrol", "{'recover':'%s'}", author);
    if (st == ST_OK) {
        memcpy(w->code, w->acks[--w->nacks].text, sizeof w->code); /* for nobody else */
    }
    return st;
}

bool scene_recovering(const struct world *w)
{
    char pending[160];
    scene_path(w, "device.recovering", pending);
    return there(pending);
}

static bool opens_already(struct world *w)
{
    char slots[160];
    struct slots_keys keys;
    struct now now = pair_now(&w->p);
    snprintf(slots, sizeof slots, "%s/slots", w->d.dir);
    bool yes = slots_enter(slots, SLOT_PIN, str_bytes(str_c(scene_pins[NEW_PIN])), w->d.secret,
                           &now, &keys, NULL) == ST_OK;
    slots_keys_wipe(&keys);
    return yes;
}

enum st scene_run_recovery(struct world *w)
{
    char pending[160];
    id8 author;
    struct now now = pair_now(&w->p);
    scene_path(w, "device.recovering", pending);
    if (w->attempt != 0 && !there(pending) && opens_already(w)) {
        return ST_OK; /* the first try came to its end */
    }
    struct join *j = calloc(1, sizeof *j);
    enum st st = j == NULL ? no_memory(w) : begin_join(w, j, pending, w->d.secret);
    st = st != ST_OK ? st : join_recover_from(j, w->d.dir, &author, &w->err);
    st = st != ST_OK ? st : ask_to_join(w, j);
    if (st == ST_OK) {
        st = join_recover(j, w->d.dir, str_bytes(str_c(scene_pins[NEW_PIN])), w->d.secret, PAIR_MAP,
                          &now, arena_of(w->d.scratch, CAP_SCRATCH_BYTES), &w->err);
    }
    if (st == ST_OK) {
        w->pin = NEW_PIN;
        scene_tell(w, ACK_PIN, NEW_PIN, (h32){{0}});
        join_forget(pending);
    }
    if (j != NULL) {
        join_end(j);
    }
    free(j);
    return st;
}

/* --- what a revoked device owes
 * ------------------------------------------------------------------- */

static enum st open_new(struct world *w, struct pair_device *n)
{
    if (!scene_device(w, SCENE_NEW, n)) {
        return w->err.st;
    }
    n->scratch = malloc(CAP_SCRATCH_BYTES);
    enum st st = n->scratch == NULL ? no_memory(w) : scene_unlock(w, n, scene_pins[0]);
    if (st != ST_OK) {
        free(n->scratch);
    }
    return st;
}

static enum st work_and_hear_of_it(struct world *w)
{
    struct bundle_buffer req = {.cap = 64 << 20}, ans = {.cap = 64 << 20};
    struct exchange_result r = {0};
    const char *problem = NULL;
    struct now now = pair_now(&w->p);
    char author[24];
    hex_put(bytes_of(w->d.journal.head.author.b, 8), author);
    enum st st = scene_sync(w, &w->d);
    st = st != ST_OK ? st : scene_append(w, F_JOB_PHONE, "13700000001", 0, NULL);
    w->owed[0] = w->d.journal.head.hash;
    /* A stick is under way: its answer tells of the revocation, and work went on. */
    st = st != ST_OK
             ? st
             : exchange_request(&w->d.journal, NULL, &now, bundle_buffer_sink, &req, &r, &w->err);
    st = st != ST_OK ? st : scene_append(w, F_JOB_CONTACT, "Ms Zhou", 0, NULL);
    w->owed[1] = w->d.journal.head.hash;
    st = st != ST_OK ? st : scene_append(w, F_JOB_PHONE, "13700000002", 120000, NULL);
    w->owed[2] = w->d.journal.head.hash;
    st = st != ST_OK ? st : scene_op(w, "revoke", "{'author':'%s'}", author);
    st = st != ST_OK ? st
                     : hq_exchange(w->p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans,
                                   &problem, &w->err);
    st = st != ST_OK ? st
                     : exchange_answer(&w->d.journal, bytes_of(ans.p, ans.n), &now, &r, &w->err);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    return st == ST_OK && !r.revoked ? err_set(&w->err, ST_BUG, 0, __func__, "not revoked") : st;
}

enum st scene_prepare_parcel(struct world *w)
{
    struct pair_device n, first = w->d;
    enum st st = scene_prepare_join(w);
    st = st != ST_OK ? st : scene_run_join(w);
    st = st != ST_OK ? st : open_new(w, &n);
    if (st == ST_OK) {
        w->d = n; /* the technician works with this one now */
        st = work_and_hear_of_it(w);
        n = w->d;
        w->d = first;
        pair_leave(&n);
    }
    w->nacks = 0; /* what it acknowledged is not there to stay */
    return st;
}

static enum st make_parcel(struct world *w, const char *dir)
{
    struct pair_device n;
    struct parcel_made made;
    bool due = false;
    struct now now = pair_now(&w->p);
    enum st st = open_new(w, &n);
    if (st != ST_OK) {
        return st;
    }
    st = parcel_due(&n.journal, &due, &w->err);
    st = st != ST_OK ? st : parcel_make(&n.journal, dir, &now, &made, &w->err);
    pair_leave(&n);
    bool good = due && made.any && !made.left_out && made.entries == 2;
    return st != ST_OK || good ? st : err_set(&w->err, ST_BUG, 0, __func__, "not all is in it");
}

static enum st send_parcel(struct world *w, const char *dir)
{
    char path[200];
    bytes sealed = {NULL, 0};
    struct bundle_buffer ans = {.cap = 64 << 20};
    const char *problem = NULL;
    enum st st = ST_OK;
    parcel_path(dir, path, sizeof path);
    if (there(path)) { /* else only its key is left of it */
        st = file_read(path, 64 << 20, &sealed, &w->err);
        st = st != ST_OK
                 ? st
                 : hq_exchange(w->p.hq, sealed, bundle_buffer_sink, &ans, &problem, &w->err);
    }
    st = st != ST_OK ? st : parcel_answer(dir, bytes_of(ans.p, ans.n), &w->err);
    bundle_buffer_drop(&ans);
    free((void *)(uintptr_t)sealed.p);
    return st;
}

enum st scene_run_parcel(struct world *w)
{
    char dir[160];
    enum st st = ST_OK;
    scene_path(w, devices[SCENE_NEW].dir, dir);
    if (!parcel_pending(dir) && there(dir)) {
        st = make_parcel(w, dir);
    }
    if (st == ST_OK && parcel_pending(dir)) { /* else the first try came to its end */
        st = store_destroy(dir, &w->err);
        st = st != ST_OK ? st : send_parcel(w, dir);
    }
    for (unsigned i = 0; i < 3 && st == ST_OK; i++) {
        scene_tell(w, ACK_HQ, 0, w->owed[i]);
    }
    return st;
}

/* --- headquarters put back to before it erased and revoked
 * ----------------------------------------- */

static void copy_hq(struct world *w, const char *from, const char *to)
{
    static const char *const ends[] = {"", ".keytable"};
    for (unsigned i = 0; i < 2; i++) {
        char name[40], a[160], b[160];
        snprintf(name, sizeof name, "%s%s", from, ends[i]);
        scene_path(w, name, a);
        snprintf(name, sizeof name, "%s%s", to, ends[i]);
        scene_path(w, name, b);
        scene_remove(b);
        scene_copy_tree(a, b);
        if (strcmp(to, "hq") == 0) {
            scene_remove(a);
        }
    }
}

enum st scene_prepare_back(struct world *w)
{
    char author[24], path[160];
    enum st st = scene_prepare_join(w);
    st = st != ST_OK ? st : scene_run_join(w);
    hq_close(&w->p.hq);
    copy_hq(w, "hq", "backup");
    st = st != ST_OK ? st : scene_open(w, SCENE_HQ);
    if (st == ST_OK) {
        const struct hq_device *all = w->p.hq->devices; /* in the order of their ids */
        bool first_is_ours = id8_eq(all[0].author, w->d.journal.head.author);
        hex_put(bytes_of(all[first_is_ours ? 1 : 0].author.b, 8), author);
        st = scene_op(w, "forget", "{'customer':'C2'}");
    }
    st = st != ST_OK ? st : scene_op(w, "revoke", "{'author':'%s'}", author);
    st = st != ST_OK ? st : scene_sync(w, &w->d);
    hq_close(&w->p.hq);
    copy_hq(w, "backup", "hq");
    scene_path(w, "new", path); /* the colleague's is lost, that is why */
    scene_remove(path);
    scene_path(w, "new.secret", path);
    scene_remove(path);
    w->nacks = 0;
    w->restored = true;
    return st != ST_OK ? st : scene_open(w, SCENE_HQ);
}

enum st scene_run_back(struct world *w)
{
    enum st st = scene_sync(w, &w->d);
    if (st == ST_OK) {
        scene_tell(w, ACK_FORGOT, 0, (h32){{0}});
    }
    return st != ST_OK ? st : scene_op(w, "status", "{}");
}

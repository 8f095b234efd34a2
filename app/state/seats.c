/* seats.c - several technicians on one device: a store each, beside the first (DIR, DIR.2 ...
 * DIR.8).
 *
 * Each opens by its own PIN. What the list shows of a colleague is the name under which he works
 * and nothing else; it lies beside his store (DIR.name), sealed under the device secret. UI thread,
 * but for seats_name_write. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "app/state/app_internal.h"
#include "core/base/encode.h"
#include "core/keys/seal.h"
#include "sync/carrier/file.h"
#include "sync/engine/parcel.h"

static void dir_of(const struct app *a, unsigned number, char *out, size_t cap)
{
    if (number == 1) {
        snprintf(out, cap, "%s", a->base);
    } else {
        snprintf(out, cap, "%s.%u", a->base, number);
    }
}

static bool there(const char *path)
{
    struct stat sb;
    return stat(path, &sb) == 0;
}

/* A store, or what a revoked one still owes. */
static bool in_use(const struct app *a, unsigned number)
{
    char dir[512];
    dir_of(a, number, dir, sizeof dir);
    return there(dir) || parcel_pending(dir);
}

static void read_name(const struct app *a, const uint8_t secret[static 32], struct app_seat *s)
{
    char dir[512], path[540];
    bytes sealed = {NULL, 0};
    size_t n = 0;
    dir_of(a, s->number, dir, sizeof dir);
    snprintf(path, sizeof path, "%s.name", dir);
    s->name[0] = '\0';
    if (file_read(path, sizeof s->name - 1 + SEAL_OVERHEAD, &sealed, NULL) != ST_OK) {
        return;
    }
    if (sealed.n > SEAL_OVERHEAD &&
        seal_get(secret, str_bytes(S("name")), sealed, (uint8_t *)s->name, &n) == ST_OK) {
        s->name[n] = '\0';
    } else {
        s->name[0] = '\0';
    }
    free((void *)(uintptr_t)sealed.p);
}

void seats_read(struct app *a)
{
    uint8_t secret[32];
    bool have = device_secret_load(a->secret_path, false, secret, NULL) == ST_OK;
    a->nseats = 0;
    for (unsigned k = 1; k <= APP_SEATS_MAX; k++) {
        if (!in_use(a, k)) {
            continue;
        }
        struct app_seat *s = &a->seats[a->nseats++];
        memset(s, 0, sizeof *s);
        s->number = k;
        if (have) {
            read_name(a, secret, s);
        }
    }
    sodium_memzero(secret, sizeof secret);
}

static void choose(struct app *a, unsigned number)
{
    a->seat = number;
    a->name_kept = false;
    a->name_generation = 0;
    dir_of(a, number, a->dir, sizeof a->dir);
}

void seats_open(struct app *a, const char *dir)
{
    snprintf(a->base, sizeof a->base, "%s", dir);
    for (size_t n = strlen(a->base); n > 1 && a->base[n - 1] == '/'; n--) {
        a->base[n - 1] = '\0'; /* names beside the store are made from it */
    }
    seats_read(a);
    choose(a, a->nseats > 0 ? a->seats[0].number : 1);
}

enum screen_id seats_start(struct app *a)
{
    struct err err;
    if (parcel_pending(a->dir)) {
        IGNORE(store_destroy(a->dir, &err)); /* a cut may have come in between; else tried again */
        return SCREEN_STOPPED;
    }
    return there(a->dir) ? SCREEN_UNLOCK : SCREEN_FIRST_START;
}

const struct app_seat *app_seats(const struct app *a, unsigned *n, unsigned *chosen)
{
    *n = a->nseats;
    *chosen = 0;
    for (unsigned k = 0; k < a->nseats; k++) {
        *chosen = a->seats[k].number == a->seat ? k : *chosen;
    }
    return a->seats;
}

static bool may_change(const struct app *a)
{
    return a->store == NULL && app_busy(a) == APP_IDLE;
}

static void go_to(struct app *a, unsigned number)
{
    id16 none = {{0}};
    choose(a, number);
    enum screen_id s = seats_start(a);
    if (a->screen_data[s] != NULL) { /* nothing half-typed for somebody else */
        sodium_memzero(a->screen_data[s], a->screen_data_n[s]);
    }
    app_go(a, s, none);
}

bool app_seat_choose(struct app *a, unsigned number)
{
    if (!may_change(a) || number < 1 || number > APP_SEATS_MAX || !in_use(a, number)) {
        return false;
    }
    go_to(a, number);
    return true;
}

bool app_seat_new(struct app *a)
{
    if (!may_change(a)) {
        return false;
    }
    for (unsigned k = 1; k <= APP_SEATS_MAX; k++) {
        if (!in_use(a, k)) {
            go_to(a, k);
            return true;
        }
    }
    return false;
}

bool app_seat_leave(struct app *a)
{
    seats_read(a);
    if (!may_change(a) || a->nseats == 0 || a->seats[0].number == a->seat) {
        return false;
    }
    go_to(a, a->seats[0].number);
    return true;
}

bool app_owes_parcel(const struct app *a)
{
    char path[600];
    parcel_path(a->dir, path, sizeof path);
    return there(path);
}

bool app_start_anew(struct app *a)
{
    struct err err;
    bytes none = {NULL, 0};
    if (!may_change(a) || app_owes_parcel(a)) {
        return false;
    }
    if (parcel_pending(a->dir) && parcel_answer(a->dir, none, &err) != ST_OK) {
        return false; /* something is awaited still */
    }
    seats_read(a);
    go_to(a, a->nseats > 0 ? a->seats[0].number : 1);
    return true;
}

const char *app_store_id(struct app *a)
{
    char path[600], hex[17] = "";
    uint8_t box[SLOTS_BOX_BYTES], pk[32];
    id8 author;
    snprintf(path, sizeof path, "%s/slots", a->dir);
    if (slots_recovery_box(path, box, pk, &author, NULL) == ST_OK) {
        hex_put(bytes_of(author.b, sizeof author.b), hex);
    }
    const char *p = arena_cstr(&a->frame, str_c(hex));
    return p == NULL ? "" : p;
}

/* ---- the name on the list ----------------------------------------------------------------------
 */
void seats_name_keep(struct app *a)
{
    uint64_t g = atomic_load(&a->generation) + 1;
    if (a->name_kept || a->store == NULL || a->name_generation == g) {
        return;
    }
    a->name_generation = g;
    str name = app_technician_name(a);
    if (name.n == 0 || name.n >= sizeof a->seats[0].name) {
        return; /* it comes with the first sync; one that is so long stays off the list */
    }
    unsigned n, at;
    const struct app_seat *s = app_seats(a, &n, &at);
    struct intent i = {.type = INTENT_NAME, .go = SCREENS, .data = str_bytes(name)};
    bool same = n > 0 && s[at].number == a->seat && str_eq(str_c(s[at].name), name);
    a->name_kept = same || app_push(a, &i);
}

void seats_name_write(struct app *a, bytes name)
{
    char path[540];
    uint8_t secret[32], sealed[sizeof a->seats[0].name + SEAL_OVERHEAD];
    struct err err;
    snprintf(path, sizeof path, "%s.name", a->dir);
    if (name.n < sizeof a->seats[0].name &&
        device_secret_load(a->secret_path, false, secret, &err) == ST_OK) {
        seal_put(secret, str_bytes(S("name")), name, sealed);
        /* Without it the list says "Technician 2". */
        IGNORE(file_write(path, bytes_of(sealed, name.n + SEAL_OVERHEAD), 0600, &err));
    }
    sodium_memzero(secret, sizeof secret);
}

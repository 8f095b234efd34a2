/* ctl_store.c - opening a store of either side, PINs, times. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "core/keys/slots.h"
#include "sync/carrier/mend.h"
#include "sync/carrier/paths.h"
#include "sync/ctl/ctl.h"
#include "sync/engine/want_back.h"

/* ---- time --------------------------------------------------------------------------------------
 */
static void read_boot_id(uint8_t out[static 8])
{
    /* Without /proc the boot id stays zero: boots are then not told apart, nothing else changes. */
    memset(out, 0, 8);
    FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");
    char line[64];
    if (f != NULL && fgets(line, sizeof line, f) != NULL) {
        size_t n = 0;
        int half = -1;
        for (const char *p = line; *p != '\0' && n < 8; p++) {
            static const char hex[] = "0123456789abcdef";
            const char *d = strchr(hex, *p);
            if (d == NULL || *p == '\0') {
                continue;
            }
            int v = (int)(d - hex);
            if (half < 0) {
                half = v;
            } else {
                out[n++] = (uint8_t)(half * 16 + v);
                half = -1;
            }
        }
    }
    if (f != NULL) {
        fclose(f);
    }
}

struct now ctl_now(void)
{
    struct now n = {0};
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    n.wall_ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    time_t s = t.tv_sec;
    struct tm local, utc;
    if (localtime_r(&s, &local) != NULL && gmtime_r(&s, &utc) != NULL) {
        int days = local.tm_yday - utc.tm_yday;
        if (local.tm_year != utc.tm_year) {
            days = local.tm_year > utc.tm_year ? 1 : -1;
        }
        int minutes = (local.tm_hour - utc.tm_hour) * 60 + local.tm_min - utc.tm_min;
        n.utc_offset_minutes = (int16_t)(days * 1440 + minutes);
    }
    clock_gettime(CLOCK_BOOTTIME, &t);
    n.boot_ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    read_boot_id(n.boot_id);
    return n;
}

const char *ctl_time(int64_t ms, char buf[static 32])
{
    time_t s = (time_t)(ms / 1000);
    struct tm tm;
    if (ms == 0 || gmtime_r(&s, &tm) == NULL || strftime(buf, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0) {
        snprintf(buf, 32, "-");
    }
    return buf;
}

/* ---- PIN ---------------------------------------------------------------------------------------
 */
static bool read_line(int fd, char *out, size_t cap)
{
    size_t n = 0;
    for (;;) {
        char c;
        ssize_t r = read(fd, &c, 1);
        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r <= 0 || c == '\n') {
            break;
        }
        if (n + 1 == cap) {
            return false;
        }
        out[n++] = c;
    }
    out[n] = '\0';
    return n > 0;
}

enum st ctl_secret(const char *pin_fd, const char *prompt, size_t max, char **out, struct err *err)
{
    *out = sodium_malloc(max + 2);
    if (*out == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no locked memory for the PIN");
    }
    bool ok = false;
    if (pin_fd != NULL) {
        int64_t fd = 0;
        ok = ctl_number(pin_fd, "pin-fd", 0, 1023, &fd) && read_line((int)fd, *out, max + 2);
    } else {
        int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
        struct termios before, quiet;
        if (tty >= 0 && tcgetattr(tty, &before) == 0) {
            quiet = before;
            quiet.c_lflag &= ~(tcflag_t)ECHO;
            tcsetattr(tty, TCSAFLUSH, &quiet);
            dprintf(tty, "%s: ", prompt);
            ok = read_line(tty, *out, max + 2);
            tcsetattr(tty, TCSAFLUSH, &before);
            dprintf(tty, "\n");
        }
        if (tty >= 0) {
            close(tty);
        }
    }
    if (!ok) {
        sodium_free(*out);
        *out = NULL;
        return err_set(err, ST_BAD_INPUT, 0, __func__,
                       "no PIN: give it on the terminal, or by --pin-fd N (%d to %d characters)",
                       CAP_PIN_MIN, CAP_PIN_MAX);
    }
    return ST_OK;
}

enum st ctl_pin(const char *pin_fd, const char *prompt, char **out, struct err *err)
{
    return ctl_secret(pin_fd, prompt, CAP_PIN_MAX, out, err);
}

/* ---- stores ------------------------------------------------------------------------------------
 */
static bool there(const char *path)
{
    struct stat sb;
    return stat(path, &sb) == 0;
}

static enum st open_hq(const struct ctl_open *how, struct ctl_store *s, struct err *err)
{
    struct hq_options opt = {.dir = how->dir, .keys_path = how->keys, .look = how->look};
    enum st st = how->write ? hq_open(&opt, &s->hq, err) : hq_open_reader(&opt, &s->hq, err);
    if (st == ST_OK) {
        s->side = STORE_HQ;
        s->store = s->hq->store;
        s->salvaged = s->hq->salvaged;
    }
    return st;
}

static enum st open_journal(struct ctl_store *s, struct err *err)
{
    enum st st = journal_open(&s->journal, s->store, NULL, s->journal_scratch, CAP_SCRATCH_BYTES,
                              &s->now, err);
    if (st == ST_CORRUPT && s->journal.keys.sign_sk != NULL) {
        fprintf(stderr,
                "docketctl: this store was restored, copied or has lost its newest entries; "
                "it goes on in a new epoch, and headquarters sends what is missing\n");
        st = journal_new_epoch(&s->journal, &s->now, err);
    }
    s->journal_open = st == ST_OK;
    if (st != ST_OK) {
        journal_close(&s->journal);
    }
    return st;
}

/* As the app does: after an end without close the file is looked through, and mended, first. */
static enum st open_whole(const struct ctl_open *how, const struct store_options *opt,
                          struct ctl_store *s, struct err *err)
{
    struct arena room = arena_of(s->scratch, CAP_SCRATCH_BYTES);
    enum st st = mend_open(how->dir, opt, how->look, room, &s->store, &s->salvaged, err);
    return st != ST_OK ? st : mend_finish(s->store, room, want_back, &s->salvaged, err);
}

static enum st open_reading(const struct ctl_open *how, const struct store_options *opt,
                            struct ctl_store *s, struct err *err)
{
    struct salvage_totals found;
    struct arena room = arena_of(s->scratch, CAP_SCRATCH_BYTES);
    enum st st = how->look && store_last_end(how->dir) != STORE_END_NOT_YET
                     ? store_walk(how->dir, opt, room, &found, err)
                     : ST_OK;
    return st == ST_OK || st == ST_NOT_FOUND ? store_open(how->dir, opt, &s->store, err) : st;
}

static enum st open_device(const struct ctl_open *how, struct ctl_store *s, struct err *err)
{
    char secret_path[512];
    uint8_t secret[32];
    char *pin = NULL;
    enum st st = ST_OK;
    if (!paths_device_secret(secret_path, sizeof secret_path)) {
        return err_set(err, ST_NOT_FOUND, 0, __func__, "no home folder for the device secret");
    }
    st = device_secret_load(secret_path, false, secret, err);
    if (st == ST_OK) {
        st = ctl_pin(how->pin_fd, "PIN", &pin, err);
    }
    if (st == ST_OK) {
        st = slots_enter(s->slots, SLOT_PIN, str_bytes(str_c(pin)), secret, &s->now, s->pin_keys,
                         err);
    }
    sodium_memzero(secret, sizeof secret);
    sodium_free(pin);
    if (st != ST_OK) {
        return st;
    }
    struct store_options opt = {.side = STORE_DEVICE,
                                .mode = how->write ? STORE_WRITE : STORE_READ,
                                .data_key = s->pin_keys->data,
                                .own_key = s->pin_keys->own};
    s->side = STORE_DEVICE;
    st = how->write ? open_whole(how, &opt, s, err) : open_reading(how, &opt, s, err);
    return st == ST_OK && how->write && !how->bare ? open_journal(s, err) : st;
}

static enum st read_trust(struct ctl_store *s, struct err *err)
{
    struct store_txn *t = NULL;
    struct arena a = arena_of(s->scratch, CAP_SCRATCH_BYTES);
    bytes doc;
    enum st st = store_read(s->store, &t, err);
    if (st == ST_OK) {
        st = trust_store_get(t, &a, &s->trust, &doc, err);
        store_abort(&t);
    }
    return st;
}

/* What happened, are the data safe, what to do: where the layer below says less than that. */
static enum st in_words(const struct ctl_open *how, const struct ctl_store *s, enum st st,
                        struct err *err)
{
    struct err why = *err;
    switch (st) {
    case ST_WRONG_PIN:
        return err_set(err, st, 0, why.where,
                       "the PIN is wrong. Nothing was changed; after %d wrong tries one has to "
                       "wait between them",
                       CAP_PIN_TRIES_FREE);
    case ST_WAIT:
        st = err_set(err, st, 0, why.where,
                     "too many wrong PINs: wait %d seconds, then try again. The store is untouched",
                     why.wait_s);
        err->wait_s = why.wait_s;
        return st;
    case ST_LOCKED:
        return err_set(err, st, 0, why.where,
                       "%.100s is in use by %s. Nothing was changed; close it first", how->dir,
                       s->side == STORE_HQ ? "docketd or another command"
                                           : "the app or another command");
    case ST_NEWER:
        return err_set(err, st, 0, why.where,
                       "a newer version of Docket made %.100s. Nothing was changed: use that "
                       "version, or a later one",
                       how->dir);
    case ST_OLDER:
        return err_set(
            err, st, 0, why.where,
            "an older version of Docket made %.70s. Nothing was changed: start docket or "
            "docketd on it once, or docketctl rebuild, to bring it up to date",
            how->dir);
    case ST_FULL:
        return err_set(err, st, why.sys, why.where,
                       "no room (%.80s). What was recorded is safe: make room on the disk and try "
                       "again",
                       why.text);
    default:
        return st;
    }
}

enum st ctl_store_open(const struct ctl_open *how, struct ctl_store *s, struct err *err)
{
    memset(s, 0, sizeof *s);
    s->now = ctl_now();
    if (strlen(how->dir) + 16 > sizeof s->dir) {
        return err_set(err, ST_BAD_INPUT, 0, __func__, "the store's path is too long");
    }
    enum st st = hq_store_where(how->dir, err);
    if (st != ST_OK) {
        return st;
    }
    snprintf(s->dir, sizeof s->dir, "%s", how->dir);
    snprintf(s->slots, sizeof s->slots, "%s/slots", how->dir);
    snprintf(s->keys, sizeof s->keys, "%s.keys", how->dir);
    if (!there(s->dir)) {
        return err_set(err, ST_NOT_FOUND, 0, __func__, "there is no store at %s", how->dir);
    }
    s->scratch = malloc(CAP_SCRATCH_BYTES);
    s->journal_scratch = malloc(CAP_SCRATCH_BYTES);
    s->pin_keys = sodium_malloc(sizeof *s->pin_keys);
    if (s->scratch == NULL || s->journal_scratch == NULL || s->pin_keys == NULL) {
        st = err_set(err, ST_FULL, 0, __func__, "no memory");
    } else if (how->keys != NULL || there(s->keys)) {
        s->side = STORE_HQ;
        st = open_hq(how, s, err);
    } else {
        s->side = STORE_DEVICE;
        st = open_device(how, s, err);
    }
    if (st == ST_OK) {
        st = read_trust(s, err);
    }
    if (st != ST_OK) {
        st = in_words(how, s, st, err);
        ctl_store_close(s);
    }
    return st;
}

static void compact_when_due(struct ctl_store *s)
{
    struct store_txn *t = NULL;
    struct err err;
    bool due = false;
    if (store_read(s->store, &t, &err) == ST_OK) {
        due = store_compact_due(t);
        store_abort(&t);
    }
    if (due) {
        paths_copies_drop(s->dir);
    }
    if (due && store_compact(s->store, SLOT_PIN, s->pin_keys->wrap, &err) != ST_OK) {
        fprintf(stderr,
                "docketctl: what was forgotten is not yet wiped from the disk (%s); it is "
                "tried again at the next exit\n",
                err.text);
    }
}

void ctl_store_close(struct ctl_store *s)
{
    if (s->hq != NULL) {
        hq_close(&s->hq);
        s->store = NULL;
    }
    if (s->store != NULL) {
        if (s->journal_open) {
            compact_when_due(s);
            journal_close(&s->journal);
        }
        store_close(&s->store);
    }
    if (s->scratch != NULL) {
        sodium_memzero(s->scratch, CAP_SCRATCH_BYTES);
    }
    if (s->journal_scratch != NULL) {
        sodium_memzero(s->journal_scratch, CAP_SCRATCH_BYTES);
    }
    free(s->scratch);
    free(s->journal_scratch);
    sodium_free(s->pin_keys);
    memset(s, 0, sizeof *s);
}

enum st ctl_call(const char *dir, const char *keys, const char *op, json_t *in, json_t **out,
                 struct err *err)
{
    char path[600];
    *out = NULL;
    snprintf(path, sizeof path, "%.580s.keys", dir);
    enum st st =
        in == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory") : hq_store_where(dir, err);
    if (st == ST_OK && !there(dir)) {
        st = err_set(err, ST_NOT_FOUND, 0, __func__, "there is no store at %.150s", dir);
    } else if (st == ST_OK && keys == NULL && !there(path)) {
        st = err_set(
            err, ST_BAD_INPUT, 0, __func__,
            "%.60s is no headquarters' store, or its keys are elsewhere than %.60s (--keys)", dir,
            path);
    }
    if (st == ST_OK) {
        st = ops_call(dir, keys, op, in, out, err);
    }
    json_decref(in);
    return st;
}

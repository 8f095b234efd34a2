/* ctl.h - docketctl: one file a subcommand, one table of them (ctl.c), and what they share.
 *
 * A subcommand gets its own arguments (argv[0] is its name) and answers the process's exit code:
 * 0 ok, 1 refused (a sentence on stderr), 2 usage. Data go to stdout, with --json as one JSON
 * value. To add one: a file cmd_<name>.c with ctl_cmd_<name>, a row in ctl.c, a test in tests/e2e.
 */
#ifndef SYNC_CTL_CTL_H
#define SYNC_CTL_CTL_H
#include <jansson.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/journal/append.h"
#include "core/keys/slots.h"
#include "sync/hq/ops.h"

#define CTL_OK 0
#define CTL_REFUSED 1
#define CTL_USAGE 2

struct ctl_command {
    const char *name;
    const char *usage;   /* "assign --store HQ --job CODE --technician CODE" */
    const char *summary; /* one line */
    int (*run)(int argc, char **argv);
};
/* ctl_main: the program: finds the subcommand; --help and --version. */
int ctl_main(int argc, char **argv);
/* ctl_usage: print the usage of one command on stderr, answer CTL_USAGE. */
int ctl_usage(const char *name);

/* ---- options: --name value and --flag, in any order -------------------------------------------
 */
struct ctl_opt {
    const char *name;   /* "store" */
    const char **value; /* takes a value; NULL for a flag */
    bool *flag;         /* set when given */
    bool required;
};
/* ctl_opts: parse; the rest (positional) is moved to argv[1..*npos]. False: said on stderr. */
bool ctl_opts(int argc, char **argv, const struct ctl_opt *opts, size_t n, int *npos);
/* ctl_number: a whole number in a range; false: said on stderr. */
bool ctl_number(const char *text, const char *name, int64_t min, int64_t max, int64_t *out);

/* ctl_absolute: `path` as docketd finds it from another folder. False when it does not fit. */
bool ctl_absolute(const char *path, char *out, size_t cap);

/* ---- saying -------------------------------------------------------------------------------------
 */
/* ctl_fail: "docketctl: <text>" on stderr; answers CTL_REFUSED. */
int ctl_fail(const struct err *err);
int ctl_failf(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* ctl_print: a JSON value on stdout with a line feed, then drops the reference. */
int ctl_print(json_t *value);
/* ctl_time: "2026-11-21T10:46:00Z" (RFC 3339) into buf of 32. */
const char *ctl_time(int64_t ms, char buf[static 32]);

/* ctl_recover_code: headquarters' half of `recover` (cmd_people.c). */
int ctl_recover_code(int argc, char **argv);

/* ---- stores
 * -------------------------------------------------------------------------------------- */
/* An open store of either side, found out by what lies there: DIR.keys makes it headquarters'. */
struct ctl_store {
    struct store *store;
    enum store_side side;
    struct trust trust;
    struct salvage_totals salvaged; /* by this open; values 0: the file was whole */
    struct hq *hq;                  /* headquarters opened for writing or reading through hq.h */
    struct journal journal;         /* a device opened for writing */
    bool journal_open;
    uint8_t *scratch; /* CAP_SCRATCH_BYTES of its own for callers' arenas */
    uint8_t *journal_scratch;
    struct slots_keys *pin_keys; /* of a device; sodium_malloc */
    char dir[512], slots[600], keys[600];
    struct now now;
};
struct ctl_open {
    const char *dir;
    const char *keys;   /* NULL: DIR.keys */
    const char *pin_fd; /* NULL: from the terminal */
    bool write;
    bool look; /* through the file first (not beside a writer): a reader answers ST_CORRUPT on
                  damage, a writer leaves it behind and goes on with what holds */
    bool bare; /* a device: with no journal opened, since what opens it is to be mended */
};
/* ctl_store_open: ask for the PIN where there is one. ST_LOCKED when another process writes and
 * `write` is wanted. ctl_store_close: compacts a device's store that has something to forget. */
MUST_USE enum st ctl_store_open(const struct ctl_open *how, struct ctl_store *s, struct err *err);
void ctl_store_close(struct ctl_store *s);
/* ctl_call: ops_call on headquarters' store at `dir`; drops `in` (NULL: no memory). On ST_OK *out
 * is the caller's reference, else NULL. ST_NOT_FOUND, ST_BAD_INPUT also when no headquarters is
 * there.
 */
MUST_USE enum st ctl_call(const char *dir, const char *keys, const char *op, json_t *in,
                          json_t **out, struct err *err);
/* ctl_pin: read a PIN: from fd N, or the terminal without echo. Into a sodium_malloc'ed buffer of
 * CAP_PIN_MAX + 1 bytes that the caller frees by sodium_free. ST_BAD_INPUT when there is none. */
MUST_USE enum st ctl_pin(const char *pin_fd, const char *prompt, char **out, struct err *err);
/* ctl_secret: the same with another bound, in bytes: a password is longer than a PIN. */
MUST_USE enum st ctl_secret(const char *pin_fd, const char *prompt, size_t max, char **out,
                            struct err *err);
struct now ctl_now(void);
#endif

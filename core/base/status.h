/* status.h - what a call can answer, and the sentence that goes with a failure.
 *
 * Every fallible function returns enum st and is MUST_USE. Codes are few and are what a caller can
 * act on; the detail is in struct err. Screens choose their words by the code (app/state), never
 * from err.text, which is for logs and for docketctl's stderr and holds no personal data. */
#ifndef CORE_BASE_STATUS_H
#define CORE_BASE_STATUS_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
/* IGNORE: the one way to drop a MUST_USE result; write the reason beside it. */
#define IGNORE(call)                                                                               \
    do {                                                                                           \
        if (call) {                                                                                \
        }                                                                                          \
    } while (0)

enum st {
    ST_OK = 0,
    ST_NOT_FOUND,  /* a result, not an error: nothing under that key */
    ST_INCOMPLETE, /* a result: the input ends in mid-item; more bytes could make it whole */
    ST_END,        /* a result: an iteration is over */
    ST_EXISTS,     /* the thing is there already; nothing was changed */
    ST_BAD_INPUT,  /* [user] malformed input from a file, a person or a network */
    ST_BAD_FORM,   /* signed or sealed bytes break the format's rules (not canonical, not ours) */
    ST_BAD_SIGNATURE, /* the form is right, the signature or seal does not hold */
    ST_UNTRUSTED,     /* the signature holds, but nobody we trust vouches for the key */
    ST_WRONG_PARTY,   /* for another recipient, sender or deployment */
    ST_REVOKED,       /* [user] the author was revoked */
    ST_FORBIDDEN,     /* [user] a rule of the business or a role forbids it */
    ST_CONFLICT,      /* somebody else holds it, or it changed meanwhile */
    ST_LOCKED,        /* [user] the store is locked or in use by another process */
    ST_WRONG_PIN,     /* [user] the PIN or passphrase does not open the key slot */
    ST_WAIT,          /* [retry] back-off after wrong tries, or a quota; err.wait_s says how long */
    ST_TOO_BIG,       /* over a bound of caps.h; nothing was written */
    ST_FULL,          /* [user] arena, table, map or disk is full; nothing was written */
    ST_IO,            /* a read, write or sync failed; state unknown until the store is reopened */
    ST_CORRUPT,       /* what the disk gave back is not what was written */
    ST_OFFLINE,       /* [retry] no network, no server, or it broke off */
    ST_REFUSED,       /* the other side answered no; err.text holds its reason */
    ST_NEWER,         /* made by a newer version than this one understands */
    ST_OLDER, /* [user] made by an older version; opening it for writing brings it up to date */
    ST_BUG    /* [bug] a caller broke a contract */
};

/* err: caller-owned, fixed size, filled once where the failure is detected. */
struct err {
    enum st st;
    int sys;           /* errno or LMDB code, 0 if none */
    int wait_s;        /* for ST_WAIT */
    const char *where; /* function name, static storage */
    char text[200];    /* a sentence; truncated at a code point */
};

/* err_set: fill `e` (may be NULL) and give `st` back, so `return err_set(...)` reads as one line.
 */
enum st err_set(struct err *e, enum st st, int sys, const char *where, const char *fmt, ...)
    PRINTF_LIKE(5, 6);

/* st_name: the code's name in lower case ("bad signature"); static storage; never NULL. */
const char *st_name(enum st st);

#endif

/* status.c - see status.h. Formats into caller's memory only; prints nothing. */
#include "core/base/status.h"

#include <stdarg.h>
#include <stdio.h>

enum st err_set(struct err *e, enum st st, int sys, const char *where, const char *fmt, ...)
{
    if (e == NULL) {
        return st;
    }
    e->st = st;
    e->sys = sys;
    e->wait_s = 0;
    e->where = where;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    if (n >= (int)sizeof e->text) {
        /* Cut back to a code point's start: the text may end up on a terminal. */
        size_t i = sizeof e->text - 1;
        while (i > 0 && ((unsigned char)e->text[i - 1] & 0xC0U) == 0x80U) {
            i--;
        }
        if (i > 0 && ((unsigned char)e->text[i - 1] & 0x80U) != 0) {
            i--;
        }
        e->text[i] = '\0';
    }
    return st;
}

const char *st_name(enum st st)
{
    static const char *const names[] = {
        [ST_OK] = "ok",
        [ST_NOT_FOUND] = "not found",
        [ST_INCOMPLETE] = "incomplete",
        [ST_END] = "end",
        [ST_EXISTS] = "exists already",
        [ST_BAD_INPUT] = "bad input",
        [ST_BAD_FORM] = "bad form",
        [ST_BAD_SIGNATURE] = "bad signature",
        [ST_UNTRUSTED] = "not trusted",
        [ST_WRONG_PARTY] = "for somebody else",
        [ST_REVOKED] = "revoked",
        [ST_FORBIDDEN] = "forbidden",
        [ST_CONFLICT] = "conflict",
        [ST_LOCKED] = "locked",
        [ST_WRONG_PIN] = "wrong PIN",
        [ST_WAIT] = "wait",
        [ST_TOO_BIG] = "too big",
        [ST_FULL] = "full",
        [ST_IO] = "input/output error",
        [ST_CORRUPT] = "damaged",
        [ST_OFFLINE] = "offline",
        [ST_REFUSED] = "refused",
        [ST_NEWER] = "made by a newer version",
        [ST_OLDER] = "made by an older version",
        [ST_BUG] = "internal error",
    };
    if ((unsigned)st >= sizeof names / sizeof names[0] || names[st] == NULL) {
        return "unknown";
    }
    return names[st];
}

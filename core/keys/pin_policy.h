/* pin_policy.h - what a new PIN or passphrase is worth, and which are refused. Pure; any thread.
 *
 * Whoever has the whole device (its store and the device secret) may try as fast as he can compute:
 * nothing counts his tries. What he needs is shown to whoever chooses. */
#ifndef CORE_KEYS_PIN_POLICY_H
#define CORE_KEYS_PIN_POLICY_H
#include "core/base/slice.h"

/* With Argon2id at its floor, one core makes 12 to 20 guesses a second (README.md); this is a
 * bought or rented machine of half a dozen. */
#define PIN_GUESSES_A_SECOND 100

enum pin_flaw {
    PIN_FINE = 0,
    PIN_TOO_SHORT,
    PIN_TOO_LONG,
    PIN_ONE_CHARACTER, /* 0000 */
    PIN_IN_ORDER,      /* 1234, 87654 */
    PIN_REPEATED,      /* 1212, 123123 */
    PIN_A_YEAR,        /* 1987 */
    PIN_COMMON         /* first on every list */
};
enum pin_time { PIN_MINUTES, PIN_HOURS, PIN_DAYS, PIN_YEARS };
struct pin_worth {
    enum pin_flaw flaw;
    enum pin_time time; /* until half of all PINs like this one are tried */
    uint64_t seconds;   /* the same; at most INT64_MAX */
};
struct pin_worth pin_policy(bytes pin);
#endif

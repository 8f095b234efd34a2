/* pin_policy.c - see pin_policy.h. */
#include "core/keys/pin_policy.h"

#include "core/base/caps.h"

/* A person's words hold far less than random letters: two bits a character is what is left of a
 * sentence that somebody chose himself. */
#define BITS_A_CHARACTER 2
#define MINUTE 60ULL
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(bytes pin)
{
    for (size_t i = 0; i < pin.n; i++) {
        if (!is_digit(pin.p[i])) {
            return false;
        }
    }
    return true;
}

/* Each character is the one before, plus `step`. */
static bool in_steps(bytes pin, int step)
{
    for (size_t i = 1; i < pin.n; i++) {
        if (pin.p[i] != pin.p[i - 1] + step) {
            return false;
        }
    }
    return true;
}

static bool repeated(bytes pin)
{
    for (size_t part = 1; part <= pin.n / 2; part++) {
        if (pin.n % part == 0 && memcmp(pin.p, pin.p + part, pin.n - part) == 0) {
            return true;
        }
    }
    return false;
}

static bool year(bytes pin)
{
    return pin.n == 4 && ((pin.p[0] == '1' && pin.p[1] == '9') ||
                          (pin.p[0] == '2' && pin.p[1] == '0' && pin.p[2] <= '3'));
}

/* What stands first on published lists of PINs and passwords, where no rule above has it. */
static bool common(bytes pin)
{
    static const char *const list[] = {"2580",     "0852",     "1004",    "112233",   "123321",
                                       "159753",   "147258",   "147852",  "789456",   "password",
                                       "passw0rd", "qwertyui", "qwerty",  "1qaz2wsx", "asdfghjk",
                                       "iloveyou", "5201314",  "7758521", "docket"};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        if (pin.n == strlen(list[i]) && memcmp(pin.p, list[i], pin.n) == 0) {
            return true;
        }
    }
    return false;
}

static enum pin_flaw flaw_of(bytes pin, bool digits)
{
    return pin.n < CAP_PIN_MIN                                 ? PIN_TOO_SHORT
           : pin.n > CAP_PIN_MAX                               ? PIN_TOO_LONG
           : in_steps(pin, 0)                                  ? PIN_ONE_CHARACTER
           : digits && (in_steps(pin, 1) || in_steps(pin, -1)) ? PIN_IN_ORDER
           : repeated(pin)                                     ? PIN_REPEATED
           : digits && year(pin)                               ? PIN_A_YEAR
           : common(pin)                                       ? PIN_COMMON
                                                               : PIN_FINE;
}

static uint64_t guesses(bytes pin, bool digits)
{
    uint64_t n = 1;
    uint64_t each = digits ? 10 : 1U << BITS_A_CHARACTER;
    for (size_t i = 0; i < pin.n; i++) {
        /* The later bytes of a character beyond ASCII add nothing. */
        bool counts = (pin.p[i] & 0xC0U) != 0x80U;
        n = !counts ? n : n > UINT64_MAX / each ? UINT64_MAX : n * each;
    }
    return n;
}

struct pin_worth pin_policy(bytes pin)
{
    bool digits = all_digits(pin);
    struct pin_worth w = {.flaw = flaw_of(pin, digits)};
    w.seconds = guesses(pin, digits) / 2 / PIN_GUESSES_A_SECOND;
    w.time = w.seconds < HOUR        ? PIN_MINUTES
             : w.seconds < DAY       ? PIN_HOURS
             : w.seconds < 365 * DAY ? PIN_DAYS
                                     : PIN_YEARS;
    return w;
}

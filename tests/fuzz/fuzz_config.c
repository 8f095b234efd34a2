/* fuzz_config.c - the small files beside a store. The first byte chooses: 0 the key slots, 1
 * headquarters' key file, 2 the root key, 3 the device secret, 4 the handheld's settings. */
#include "app/state/app_internal.h"
#include "core/keys/slots_file.h"
#include "sync/hq/hq_keys.h"
#include "tests/fuzz/door.h"
#include "tests/support/sample.h"

#include <sodium.h>

static const uint8_t wrap[32] = "a wrapping key of thirty-two by.";
static uint8_t *key;

static void begin(void)
{
    static struct sample s;
    sample_make(&s);
    key = sodium_malloc(DATA_KEY_BYTES);
    HOLD(key != NULL);
}

static bool same_file(const char *path, bytes in)
{
    str got = door_read_file(1, path);
    return bytes_eq(str_bytes(got), in);
}

static bool slots(bytes in)
{
    struct slots s;
    const char *path = door_file(0, in);
    enum st st = slots_file_get(path, &s, NULL);
    HOLD(st == ST_OK || st == ST_CORRUPT || st == ST_NEWER);
    if (st != ST_OK) {
        HOLD(s.n == 0);
        return false;
    }
    /* A file of version 1 is written as one of version 2 (the third byte is its number). */
    bool newest = in.n > 2 && in.p[2] == 2;
    HOLD(slots_file_put(path, &s, false, NULL) == ST_OK);
    HOLD(!newest || same_file(path, in));
    /* No PIN here: Argon2 would eat the time. The rest of the way is the same. */
    st = slots_open(path, SLOT_KEYFILE, (bytes){NULL, 0}, wrap, SAMPLE_TIME_MS, key, NULL);
    HOLD(st == ST_OK || st == ST_NOT_FOUND || st == ST_WRONG_PIN || st == ST_CORRUPT ||
         st == ST_WAIT);
    return true;
}

static bool keys(bytes in)
{
    struct hq_keys k;
    const char *path = door_file(0, in);
    enum st st = hq_keys_load(&k, path, NULL);
    HOLD(st == ST_OK || st == ST_CORRUPT || st == ST_TOO_BIG || st == ST_BAD_INPUT);
    if (st == ST_OK) {
        HOLD(k.secret->nsealing > 0 && k.secret->nsealing <= HQ_SEALING_MAX);
        HOLD(hq_keys_save(&k, path, NULL) == ST_OK && same_file(path, in));
    }
    hq_keys_wipe(&k);
    return st == ST_OK;
}

static bool root(bytes in)
{
    uint8_t sk[64], pk[32];
    enum st st = hq_keys_root_load(door_file(0, in), sk, pk, NULL);
    HOLD((st == ST_OK) == (in.n == 32));
    return st == ST_OK;
}

static bool secret(bytes in)
{
    uint8_t out[32];
    enum st st = device_secret_load(door_file(0, in), false, out, NULL);
    HOLD((st == ST_OK) == (in.n == 32) && (st == ST_OK || st == ST_CORRUPT));
    return st == ST_OK;
}

static bool settings(bytes in)
{
    static struct app a;
    snprintf(a.settings_path, sizeof a.settings_path, "%s", door_file(0, in));
    settings_load(&a);
    const struct app_settings *s = &a.settings;
    HOLD(strcmp(s->lang, "zh") == 0 || strcmp(s->lang, "en") == 0);
    HOLD(s->scale_percent >= 100 && s->scale_percent <= 200);
    HOLD(s->theme >= 0 && s->theme < UI_THEMES);
    HOLD(memchr(s->address, '\0', sizeof s->address) != NULL);
    return s->address[0] != '\0';
}

static bool take(bytes in)
{
    if (in.n == 0) {
        return false;
    }
    unsigned which = in.p[0] % 5;
    in = bytes_of(in.p + 1, in.n - 1);
    return which == 0   ? slots(in)
           : which == 1 ? keys(in)
           : which == 2 ? root(in)
           : which == 3 ? secret(in)
                        : settings(in);
}

static void seeds(void)
{
    struct hq_keys k;
    const char *path = door_file(0, (bytes){NULL, 0});
    uint8_t seed[32] = {7};
    remove(path);
    HOLD(slots_create(path, SLOT_KEYFILE, (bytes){NULL, 0}, wrap, key, NULL) == ST_OK);
    HOLD(slots_set_recovery(path, seed, key, (id8){{7}}, NULL) == ST_OK);
    door_seed_with(0, str_bytes(door_read_file(0, path)));
    HOLD(hq_keys_make(&k, NULL) == ST_OK && hq_keys_save(&k, path, NULL) == ST_OK);
    door_seed_with(1, str_bytes(door_read_file(0, path)));
    hq_keys_wipe(&k);
    door_seed_with(2, bytes_of(seed, 32));
    door_seed_with(3, bytes_of(seed, 32));
    door_seed_with(4, str_bytes(S("language=en\nscale=150\ntheme=2\nleft=1\n"
                                  "address=https://hq.example:8443\nnot understood\n")));
}

static size_t cbor_at(bytes in, bool *in_strings)
{
    *in_strings = true;
    return in.n > 0 && in.p[0] < 2 ? 1 : DOOR_NO_CBOR;
}

const struct door door = {.name = "config",
                          .max_bytes = 20000,
                          .tries = 1000,
                          .begin = begin,
                          .take = take,
                          .seeds = seeds,
                          .cbor_at = cbor_at};

/* test_slots.c - key slots: what opens them, what does not, and how wrong tries are slowed. */
#include "core/base/encode.h"
#include "core/keys/keyfile.h"
#include "core/codec/cbor.h"
#include "core/keys/slots_wrap.h"
#include "tests/support/check.h"
#include "tests/support/sample.h"

#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[128];
static uint8_t secret[32] = {1, 2, 3}, key[32], got[32], wrap[32];
static struct err err;
static const int64_t t0 = SAMPLE_TIME_MS;
static const id8 author = {{1, 2, 3, 4, 5, 6, 7, 8}};

static void fresh(void)
{
    static const char *base; /* one folder: check_tmp has a bound */
    static unsigned n;
    base = base == NULL ? check_tmp() : base;
    char dir[112];
    snprintf(dir, sizeof dir, "%.90s/%u", base, n++);
    CHECK(mkdir(dir, 0700) == 0);
    snprintf(path, sizeof path, "%s/slots", dir);
    CHECK(slots_create(path, SLOT_PIN, str_bytes(S("2468")), secret, key, &err) == ST_OK);
}

static enum st try_pin(const char *pin, int64_t ms)
{
    memset(got, 0xEE, sizeof got);
    return slots_open(path, SLOT_PIN, str_bytes(str_c(pin)), secret, ms, got, &err);
}

static void the_right_pin_gives_the_data_key_and_another_gives_nothing(void)
{
    static const uint8_t zero[32];
    fresh();
    CHECK(try_pin("2468", t0) == ST_OK);
    CHECK_BYTES(got, 32, key, 32);
    CHECK(try_pin("2469", t0) == ST_WRONG_PIN);
    CHECK_BYTES(got, 32, zero, 32);
    CHECK(slots_create(path, SLOT_PIN, str_bytes(S("1357")), secret, got, &err) == ST_EXISTS);
    CHECK(try_pin("2468", t0 + 1) == ST_OK);
}

static void the_pin_opens_nothing_without_the_device_secret(void)
{
    fresh();
    uint8_t other[32];
    memcpy(other, secret, sizeof other);
    other[31] ^= 1;
    CHECK(slots_open(path, SLOT_PIN, str_bytes(S("2468")), other, t0, got, &err) == ST_WRONG_PIN);
}

static void a_pin_that_is_too_short_or_too_long_costs_no_try(void)
{
    fresh();
    char lots[66];
    memset(lots, '1', sizeof lots);
    for (int i = 0; i < 10; i++) {
        CHECK(try_pin("123", t0) == ST_WRONG_PIN);
        CHECK(slots_open(path, SLOT_PIN, bytes_of(lots, 65), secret, t0, got, &err) ==
              ST_WRONG_PIN);
    }
    CHECK(try_pin("2468", t0) == ST_OK);
    CHECK(slots_set(path, SLOT_PIN, str_bytes(S("123")), secret, key, &err) == ST_BAD_INPUT);
    CHECK(try_pin("2468", t0) == ST_OK);
}

static void after_three_wrong_tries_the_wait_doubles_from_five_seconds(void)
{
    fresh();
    int64_t now = t0;
    for (int i = 0; i < 3; i++) {
        CHECK(try_pin("0000", now) == ST_WRONG_PIN);
    }
    static const int waits[] = {5, 10, 20, 40};
    for (size_t i = 0; i < 4; i++) {
        CHECK(try_pin("2468", now) == ST_WAIT);
        CHECK_INT(err.wait_s, waits[i]);
        CHECK(try_pin("2468", now + waits[i] * 1000 - 1) == ST_WAIT);
        CHECK_INT(err.wait_s, 1);
        now += waits[i] * 1000;
        CHECK(try_pin("0000", now) == ST_WRONG_PIN);
    }
    now += 80000;
    CHECK(try_pin("2468", now) == ST_OK);
    CHECK(try_pin("0000", now) == ST_WRONG_PIN); /* the count began anew */
    CHECK(try_pin("2468", now) == ST_OK);
}

static void the_wait_never_passes_fifteen_minutes(void)
{
    fresh();
    int64_t now = t0;
    for (int i = 0; i < 14; i++) {
        CHECK(try_pin("0000", now) == ST_WRONG_PIN);
        now += 900000;
    }
    CHECK(try_pin("0000", now) == ST_WRONG_PIN);
    CHECK(try_pin("2468", now) == ST_WAIT);
    CHECK_INT(err.wait_s, 900);
}

static enum st try_at(const char *pin, int64_t wall_ms, int64_t boot_ms, uint8_t boot)
{
    struct now now = {.wall_ms = wall_ms, .boot_ms = boot_ms, .boot_id = {boot}};
    struct slots_keys keys;
    enum st st = slots_enter(path, SLOT_PIN, str_bytes(str_c(pin)), secret, &now, &keys, &err);
    slots_keys_wipe(&keys);
    return st;
}

static void no_clock_that_is_set_shortens_the_wait(void)
{
    fresh();
    for (int i = 0; i < 3; i++) {
        CHECK(try_at("0000", t0, 600000, 1) == ST_WRONG_PIN);
    }
    static const int64_t walls[] = {0, 1000, SAMPLE_TIME_MS + 315360000000LL}; /* ten years on */
    for (size_t i = 0; i < 3; i++) {
        CHECK(try_at("2468", walls[i], 600000, 1) == ST_WAIT);
        CHECK_INT(err.wait_s, 5);
        CHECK(try_at("2468", walls[i], 604999, 1) == ST_WAIT);
        CHECK_INT(err.wait_s, 1);
    }
    CHECK(try_at("2468", t0, 605000, 1) == ST_OK);
}

static void a_restart_does_not_shorten_the_wait(void)
{
    fresh();
    for (int i = 0; i < 3; i++) {
        CHECK(try_at("0000", t0, 600000, 1) == ST_WRONG_PIN);
    }
    CHECK(try_at("2468", t0 + 3000, 3000, 2) == ST_WAIT); /* three seconds after the start */
    CHECK_INT(err.wait_s, 2);
    CHECK(try_at("2468", t0 + 86400000, 900000, 3) == ST_OK); /* up long enough */
    for (int i = 0; i < 3; i++) {
        CHECK(try_at("0000", t0, 600000, 0) == ST_WRONG_PIN); /* where nobody tells starts apart */
    }
    CHECK(try_at("2468", t0, 1000, 0) == ST_WAIT);
    CHECK_INT(err.wait_s, 4);
    CHECK(try_at("2468", t0, 5000, 0) == ST_OK);
}

/* ---- the cost, the own key, older files -------------------------------------------------------
 */

static void the_cost_stands_with_the_key_and_has_a_floor(void)
{
    struct slots s;
    fresh();
    CHECK(slots_file_get(path, &s, &err) == ST_OK);
    CHECK_INT(s.slot[0].ops, 3);
    CHECK_INT(s.slot[0].mem_bytes, 32 << 20);
    /* As a written file could ask: cheap to guess. */
    s.slot[0].ops = 1;
    s.slot[0].mem_bytes = 8192;
    CHECK(slots_file_put(path, &s, false, &err) == ST_OK);
#ifdef DOCKET_TEST_COSTS
    CHECK(try_pin("2468", t0) == ST_WRONG_PIN); /* taken, and gives another key */
#else
    CHECK(try_pin("2468", t0) == ST_FORBIDDEN);
#endif
    s.slot[0].ops = 3;
    s.slot[0].mem_bytes = 2ULL << 30; /* would take all memory */
    CHECK(slots_file_put(path, &s, false, &err) == ST_OK);
    CHECK(try_pin("2468", t0) == ST_FORBIDDEN);
    s.slot[0].mem_bytes = 32 << 20;
    CHECK(slots_file_put(path, &s, false, &err) == ST_OK);
    CHECK(try_pin("2468", t0) == ST_OK);
}

static const struct now when = {.wall_ms = SAMPLE_TIME_MS, .boot_ms = 900000};

static void the_own_key_outlives_a_change_of_pin_and_not_a_recovery(void)
{
    struct slots_keys a, b;
    fresh();
    CHECK(slots_enter(path, SLOT_PIN, str_bytes(S("2468")), secret, &when, &a, &err) == ST_OK);
    CHECK(!sodium_is_zero(a.own, sizeof a.own));
    CHECK(memcmp(a.own, a.data, 32) != 0);
    b = a;
    CHECK(slots_change(path, SLOT_PIN, str_bytes(S("97531")), secret, &a, &err) == ST_OK);
    CHECK(memcmp(a.wrap, b.wrap, 32) != 0);
    CHECK(slots_enter(path, SLOT_PIN, str_bytes(S("97531")), secret, &when, &b, &err) == ST_OK);
    CHECK_BYTES(b.own, 32, a.own, 32);
    CHECK_BYTES(b.data, 32, a.data, 32);
    CHECK_BYTES(b.wrap, 32, a.wrap, 32);
    /* Whoever has the data key alone sets a PIN, and the old own key is gone for good. */
    CHECK(slots_set(path, SLOT_PIN, str_bytes(S("1111")), secret, b.data, &err) == ST_OK);
    CHECK(slots_enter(path, SLOT_PIN, str_bytes(S("1111")), secret, &when, &b, &err) == ST_OK);
    CHECK_BYTES(b.data, 32, a.data, 32);
    CHECK(memcmp(b.own, a.own, 32) != 0);
}

/* What the data key opens in the file, taken together with the device secret, is not the own key:
 * the wrapping key that lies under the data key is another than the one that seals the own key. */
static void the_data_key_does_not_give_the_own_key(void)
{
    struct slots_keys k;
    struct slots s;
    uint8_t other[32], out[32];
    fresh();
    CHECK(slots_enter(path, SLOT_PIN, str_bytes(S("2468")), secret, &when, &k, &err) == ST_OK);
    CHECK(slots_file_get(path, &s, &err) == ST_OK);
    CHECK(slots_wrap_other(&s.slot[0], k.data, other) == ST_OK);
    CHECK_BYTES(other, 32, k.wrap, 32);
    CHECK(slots_wrap_own(&s.slot[0], other, out) == ST_CORRUPT);
    CHECK(slots_wrap_own(&s.slot[0], k.data, out) == ST_CORRUPT);
    CHECK(slots_wrap_own(&s.slot[0], secret, out) == ST_CORRUPT);
}

/* {1: 1, 2: tries, 3: wall clock, 4: [[kind, salt, sealed]]}, as the program before this wrote;
 * `sealed_bytes` of it: the first ones had the data key alone. */
static void write_version_1(size_t sealed_bytes)
{
    struct slots s;
    uint8_t buf[1024];
    bytes out;
    struct cbor_w w = cbor_w_init(buf, sizeof buf);
    CHECK(slots_file_get(path, &s, &err) == ST_OK);
    cbor_put_map(&w, 4);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, 1);
    cbor_put_uint(&w, 2);
    cbor_put_uint(&w, 0);
    cbor_put_uint(&w, 3);
    cbor_put_int(&w, t0);
    cbor_put_uint(&w, 4);
    cbor_put_array(&w, 1);
    cbor_put_array(&w, 3);
    cbor_put_uint(&w, SLOT_PIN);
    cbor_put_bytes(&w, bytes_of(s.slot[0].salt, s.slot[0].salt_bytes));
    cbor_put_bytes(&w, bytes_of(s.slot[0].sealed, sealed_bytes));
    CHECK(cbor_w_done(&w, &out) == ST_OK);
    CHECK(keyfile_put(path, out, false, &err) == ST_OK);
}

static void opens_and_gets_an_own_key(size_t sealed_bytes)
{
    struct slots_keys a, b;
    struct slots after;
    fresh();
    write_version_1(sealed_bytes);
    CHECK(slots_enter(path, SLOT_PIN, str_bytes(S("2469")), secret, &when, &a, &err) ==
          ST_WRONG_PIN);
    CHECK(slots_enter(path, SLOT_PIN, str_bytes(S("2468")), secret, &when, &a, &err) == ST_OK);
    CHECK_BYTES(a.data, 32, key, 32);
    CHECK(!sodium_is_zero(a.own, sizeof a.own));
    CHECK(slots_enter(path, SLOT_PIN, str_bytes(S("2468")), secret, &when, &b, &err) == ST_OK);
    CHECK_BYTES(b.own, 32, a.own, 32);
    CHECK(slots_file_get(path, &after, &err) == ST_OK);
    CHECK_INT(after.slot[0].sealed_bytes, SLOT_SEALED_MAX);
}

static void a_file_of_the_program_before_opens_and_gets_an_own_key(void)
{
    opens_and_gets_an_own_key(SLOT_SEALED_MAX);
}

static void a_file_of_the_first_program_opens_and_gets_the_rest(void)
{
    opens_and_gets_an_own_key(SLOT_SEALED_MAX / 2);
}

static void a_try_is_counted_even_when_the_process_dies_in_it(void)
{
    fresh();
    for (int i = 0; i < 3; i++) {
        CHECK(try_pin("0000", t0) == ST_WRONG_PIN);
    }
    /* What a kill leaves is the file as it was before the derivation: the count stands in it. The
     * folder made read-only stands for the disk that refuses the count: then there is no try. */
    char dir[128];
    snprintf(dir, sizeof dir, "%s", path);
    *strrchr(dir, '/') = '\0';
    if (geteuid() == 0) {
        char blocked[160]; /* root writes anywhere, except over a folder */
        snprintf(blocked, sizeof blocked, "%s.tmp", path);
        CHECK(mkdir(blocked, 0700) == 0);
        CHECK(try_pin("2468", t0 + 5000) == ST_IO);
        rmdir(blocked);
    } else {
        chmod(dir, 0500);
        CHECK(try_pin("2468", t0 + 5000) == ST_IO);
        chmod(dir, 0700);
    }
    CHECK(try_pin("2468", t0 + 5000) == ST_OK);
}

static void a_changed_pin_opens_and_the_old_one_does_not(void)
{
    fresh();
    CHECK(slots_set(path, SLOT_PIN, str_bytes(S("\xe5\xaf\x86\xe7\xa0\x81")), secret, key, &err) ==
          ST_OK);
    CHECK(try_pin("\xe5\xaf\x86\xe7\xa0\x81", t0) == ST_OK);
    CHECK_BYTES(got, 32, key, 32);
    CHECK(try_pin("2468", t0) == ST_WRONG_PIN);
}

static void headquarters_recovers_the_data_key_with_its_sealing_key_only(void)
{
    struct author_keys hq, stranger;
    sample_keys("hq", &hq);
    sample_keys("stranger", &stranger);
    bytes none = {NULL, 0};
    fresh();
    CHECK(slots_open(path, SLOT_RECOVERY, none, hq.box_sk, t0, got, &err) == ST_NOT_FOUND);
    CHECK(slots_set_recovery(path, hq.box_pk, key, author, &err) == ST_OK);
    CHECK(slots_open(path, SLOT_RECOVERY, none, hq.box_sk, t0, got, &err) == ST_OK);
    CHECK_BYTES(got, 32, key, 32);
    CHECK(slots_open(path, SLOT_RECOVERY, none, stranger.box_sk, t0, got, &err) == ST_WRONG_PIN);
    CHECK(try_pin("2468", t0) == ST_OK);
    author_keys_wipe(&hq);
    author_keys_wipe(&stranger);
}

static void a_new_data_key_keeps_every_way_to_open(void)
{
    struct author_keys hq;
    uint8_t file_secret[32] = {9};
    sample_keys("hq", &hq);
    fresh();
    CHECK(slots_set_recovery(path, hq.box_pk, key, author, &err) == ST_OK);
    CHECK(slots_set(path, SLOT_KEYFILE, (bytes){NULL, 0}, file_secret, key, &err) == ST_OK);
    CHECK(slots_open_wrap(path, SLOT_PIN, str_bytes(S("2468")), secret, t0, got, wrap, &err) ==
          ST_OK);
    uint8_t fresh_key[32];
    randombytes_buf(fresh_key, sizeof fresh_key);
    char next[140];
    snprintf(next, sizeof next, "%s.new", path);
    wrap[0] ^= 1;
    CHECK(slots_rekey(path, next, SLOT_PIN, wrap, fresh_key, &err) == ST_WRONG_PIN);
    wrap[0] ^= 1;
    CHECK(slots_rekey(path, next, SLOT_PIN, wrap, fresh_key, &err) == ST_OK);
    CHECK(slots_open(next, SLOT_PIN, str_bytes(S("2468")), secret, t0, got, &err) == ST_OK);
    CHECK_BYTES(got, 32, fresh_key, 32);
    CHECK(slots_open(next, SLOT_RECOVERY, (bytes){NULL, 0}, hq.box_sk, t0, got, &err) == ST_OK);
    CHECK_BYTES(got, 32, fresh_key, 32);
    CHECK(slots_open(next, SLOT_KEYFILE, (bytes){NULL, 0}, file_secret, t0, got, &err) == ST_OK);
    CHECK_BYTES(got, 32, fresh_key, 32);
    author_keys_wipe(&hq);
}

static size_t slurp(uint8_t *buf, size_t cap)
{
    FILE *f = fopen(path, "r");
    size_t n = f == NULL ? 0 : fread(buf, 1, cap, f);
    if (f != NULL) {
        fclose(f);
    }
    return n;
}

static void spew(const uint8_t *buf, size_t n)
{
    FILE *f = fopen(path, "w");
    CHECK(f != NULL && fwrite(buf, 1, n, f) == n);
    if (f != NULL) {
        fclose(f);
    }
}

static void nobody_without_the_data_key_plants_a_recovery_key(void)
{
    struct author_keys hq, thief;
    sample_keys("hq", &hq);
    sample_keys("thief", &thief);
    uint8_t buf[2048];
    fresh();
    CHECK(slots_set_recovery(path, hq.box_pk, key, author, &err) == ST_OK);
    CHECK(slots_open_wrap(path, SLOT_PIN, str_bytes(S("2468")), secret, t0, got, wrap, &err) ==
          ST_OK);
    size_t n = slurp(buf, sizeof buf), at = 0;
    while (at + 32 <= n && memcmp(buf + at, hq.box_pk, 32) != 0) {
        at++;
    }
    CHECK(at + 32 <= n);
    memcpy(buf + at, thief.box_pk, 32);
    spew(buf, n);
    char next[140];
    snprintf(next, sizeof next, "%s.new", path);
    CHECK(slots_rekey(path, next, SLOT_PIN, wrap, key, &err) == ST_CORRUPT);
    author_keys_wipe(&hq);
    author_keys_wipe(&thief);
}

static void no_cut_or_altered_file_of_slots_gives_a_wrong_key(void)
{
    uint8_t buf[2048], bent[2048];
    snprintf(path, sizeof path, "%s/slots", check_tmp());
    bytes none = {NULL, 0}; /* a key-file slot: the same file, without the slow derivation */
    CHECK(slots_create(path, SLOT_KEYFILE, none, secret, key, &err) == ST_OK);
    size_t n = slurp(buf, sizeof buf);
    for (size_t i = 0; i < n; i++) {
        spew(buf, i);
        CHECK(slots_open(path, SLOT_KEYFILE, none, secret, t0, got, &err) == ST_CORRUPT);
    }
    for (size_t i = 0; i < n * 8; i++) {
        memcpy(bent, buf, n);
        bent[i / 8] = (uint8_t)(bent[i / 8] ^ (1U << i % 8));
        spew(bent, n);
        enum st st = slots_open(path, SLOT_KEYFILE, none, secret, t0, got, &err);
        /* The count of wrong tries is no secret and no key: only there may a bit change. */
        CHECK(st != ST_OK || memcmp(got, key, 32) == 0);
        CHECK(st == ST_OK || st == ST_CORRUPT || st == ST_WRONG_PIN || st == ST_NOT_FOUND ||
              st == ST_NEWER);
    }
}

static void only_the_one_form_of_a_file_of_slots_is_read(void)
{
    static const struct {
        const char *file;
        enum st st;
    } cases[] = {
        {"a4010102000300048183024100"
         "4100",
         ST_OK},
        {"a4010002000300048183024100"
         "4100",
         ST_CORRUPT}, /* version 0 */
        {"a4010302000300048183024100"
         "4100",
         ST_NEWER},
        {"a501020200030004818602410041000000400548"
         "0000000000000000",
         ST_OK}, /* version 2 */
        {"a401020200030004818602410041000000"
         "40",
         ST_CORRUPT}, /* without its fifth */
        {"a501020200030004818302410041000548"
         "0000000000000000",
         ST_CORRUPT}, /* with a slot of version 1 */
        {"a501020200032004818602410041000000400548"
         "0000000000000000",
         ST_CORRUPT},                                   /* before the start of the machine */
        {"a40101020003000481830041004100", ST_CORRUPT}, /* kind 0 */
        {"a4010102000300048183190102410041"
         "00",
         ST_CORRUPT},                                     /* kind 258 */
        {"a4010102000300048183024100410000", ST_CORRUPT}, /* a byte behind */
        {"a40101020018000481830241004100", ST_CORRUPT},   /* a long head */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t buf[64];
        struct slots s;
        size_t n = strlen(cases[i].file) / 2;
        CHECK(hex_get(str_c(cases[i].file), buf, n));
        CHECK_INT(keyfile_put(path, bytes_of(buf, n), false, &err), ST_OK);
        CHECK_INT(slots_file_get(path, &s, &err), cases[i].st);
    }
}

static void files_of_keys_are_readable_by_their_owner_only(void)
{
    struct stat s;
    fresh();
    CHECK(stat(path, &s) == 0 && (s.st_mode & 0777) == 0600);
    CHECK(try_pin("0000", t0) == ST_WRONG_PIN); /* rewritten */
    CHECK(stat(path, &s) == 0 && (s.st_mode & 0777) == 0600);
    char p[128];
    snprintf(p, sizeof p, "%s/secret", check_tmp());
    uint8_t a[32], b[32];
    CHECK(device_secret_load(p, false, a, &err) == ST_NOT_FOUND);
    CHECK(device_secret_load(p, true, a, &err) == ST_OK);
    CHECK(stat(p, &s) == 0 && (s.st_mode & 0777) == 0600);
    CHECK(device_secret_load(p, true, b, &err) == ST_OK);
    CHECK_BYTES(a, 32, b, 32);
    CHECK(truncate(p, 31) == 0);
    CHECK(device_secret_load(p, true, b, &err) == ST_CORRUPT);
}

static void a_link_in_the_place_of_a_key_file_is_not_followed(void)
{
    char real[128], p[128];
    snprintf(real, sizeof real, "%s/real", check_tmp());
    snprintf(p, sizeof p, "%s/secret", check_tmp());
    uint8_t a[32];
    CHECK(device_secret_load(real, true, a, &err) == ST_OK);
    CHECK(symlink(real, p) == 0);
    CHECK(device_secret_load(p, false, a, &err) == ST_IO);
}

int main(void)
{
    CHECK(sodium_init() >= 0);
    RUN(the_right_pin_gives_the_data_key_and_another_gives_nothing);
    RUN(the_pin_opens_nothing_without_the_device_secret);
    RUN(a_pin_that_is_too_short_or_too_long_costs_no_try);
    RUN(after_three_wrong_tries_the_wait_doubles_from_five_seconds);
    RUN(the_wait_never_passes_fifteen_minutes);
    RUN(no_clock_that_is_set_shortens_the_wait);
    RUN(a_restart_does_not_shorten_the_wait);
    RUN(the_cost_stands_with_the_key_and_has_a_floor);
    RUN(the_own_key_outlives_a_change_of_pin_and_not_a_recovery);
    RUN(the_data_key_does_not_give_the_own_key);
    RUN(a_file_of_the_first_program_opens_and_gets_the_rest);
    RUN(a_file_of_the_program_before_opens_and_gets_an_own_key);
    RUN(a_try_is_counted_even_when_the_process_dies_in_it);
    RUN(a_changed_pin_opens_and_the_old_one_does_not);
    RUN(headquarters_recovers_the_data_key_with_its_sealing_key_only);
    RUN(a_new_data_key_keeps_every_way_to_open);
    RUN(nobody_without_the_data_key_plants_a_recovery_key);
    RUN(no_cut_or_altered_file_of_slots_gives_a_wrong_key);
    RUN(only_the_one_form_of_a_file_of_slots_is_read);
    RUN(files_of_keys_are_readable_by_their_owner_only);
    RUN(a_link_in_the_place_of_a_key_file_is_not_followed);
    CHECK_END();
}

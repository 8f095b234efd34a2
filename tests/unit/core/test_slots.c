/* test_slots.c - key slots: what opens them, what does not, and how wrong tries are slowed. */
#include "core/base/encode.h"
#include "core/keys/keyfile.h"
#include "core/keys/slots_file.h"
#include "tests/support/check.h"
#include "tests/support/sample.h"

#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[128];
static uint8_t secret[32] = {1, 2, 3}, key[32], got[32], wrap[32];
static struct err err;
static const int64_t t0 = SAMPLE_TIME_MS;

static void fresh(void)
{
    snprintf(path, sizeof path, "%s/slots", check_tmp());
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

static void a_clock_set_back_costs_at_most_one_full_wait(void)
{
    fresh();
    for (int i = 0; i < 3; i++) {
        CHECK(try_pin("0000", t0) == ST_WRONG_PIN);
    }
    int64_t past = 1000; /* 1970 */
    CHECK(try_pin("2468", past) == ST_WAIT);
    CHECK_INT(err.wait_s, 5);
    CHECK(try_pin("2468", past + 3000) == ST_WAIT);
    CHECK_INT(err.wait_s, 2);
    CHECK(try_pin("2468", past + 5000) == ST_OK);
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
    CHECK(slots_set_recovery(path, hq.box_pk, key, &err) == ST_OK);
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
    CHECK(slots_set_recovery(path, hq.box_pk, key, &err) == ST_OK);
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
    CHECK(slots_set_recovery(path, hq.box_pk, key, &err) == ST_OK);
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
        {"a4010202000300048183024100"
         "4100",
         ST_NEWER},
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
    RUN(a_clock_set_back_costs_at_most_one_full_wait);
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

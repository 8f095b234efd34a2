/* fuzz_proof.c - what `docketctl verify` is given by strangers. The first byte chooses: 0 a
 * report.cbor, 1 the text of a QR code, 2 an hq.pub. What is genuine was made by the holder of the
 * keys: one of the committed ones, and no other. */
#include "core/base/encode.h"
#include "core/codec/cbor.h"
#include "core/report/proof_file.h"
#include "tests/fuzz/door.h"
#include "tests/support/sample.h"
#include "tests/unit/core/cbor_help.h"

static uint8_t hq_pub_room[HQ_PUB_BYTES_MAX], memory[PROOF_SCRATCH_BYTES];
static bytes hq_pub;
static struct {
    uint8_t file[16384];
    size_t n;
    char qr[PROOF_QR_MAX + 1];
} made[2];

/* The string after `key` at or behind *at of the committed list. */
static str find(str all, const char *key, size_t *at)
{
    const char *p = NULL;
    size_t k = strlen(key);
    for (size_t i = *at; i + k <= all.n && p == NULL; i++) {
        p = memcmp(all.p + i, key, k) == 0 ? all.p + i + k : NULL;
    }
    HOLD(p != NULL);
    const char *end = memchr(p, '"', all.n - (size_t)(p - all.p));
    HOLD(end != NULL);
    *at = (size_t)(end - all.p);
    return (str){p, (size_t)(end - p)};
}

static void begin(void)
{
    HOLD(sodium_init() >= 0);
    str all = door_read_file(0, "tests/vectors/report.json");
    size_t at = 0;
    str hexed = find(all, "\"hq_pub\": \"", &at);
    HOLD(hexed.n / 2 <= sizeof hq_pub_room && hex_get(hexed, hq_pub_room, hexed.n / 2));
    hq_pub = bytes_of(hq_pub_room, hexed.n / 2);
    for (int i = 0; i < 2; i++) {
        str qr = find(all, "\"qr\": \"", &at);
        snprintf(made[i].qr, sizeof made[i].qr, "%.*s", (int)qr.n, qr.p);
        hexed = find(all, "\"hex\": \"", &at);
        made[i].n = hexed.n / 2;
        HOLD(made[i].n <= sizeof made[i].file && hex_get(hexed, made[i].file, made[i].n));
    }
}

static bool said(enum st st, const struct proof_result *r)
{
    HOLD(st == ST_OK || st == ST_BAD_SIGNATURE || st == ST_FULL);
    HOLD(st != ST_OK || (r->failed == PROOF_OK && r->why[0] == '\0'));
    HOLD(st != ST_BAD_SIGNATURE || (r->failed != PROOF_OK && r->why[0] != '\0'));
    HOLD((unsigned)r->failed < PROOF_PARTS && proof_part_name(r->failed)[0] != '\0');
    return st == ST_OK;
}

/* A part may be left out only where nothing asks for it: the receipts, and what ties them. Whatever
 * is there is as it was made. */
static bool report(bytes in)
{
    static uint8_t again[DOOR_BYTES_MAX];
    struct proof_result r;
    struct proof_file f, of[2];
    const char *rule;
    bytes out;
    if (!said(proof_verify(in, hq_pub, arena_of(memory, sizeof memory), &r), &r)) {
        return false;
    }
    HOLD(copy_all(in, again, sizeof again, &out) == ST_OK && bytes_eq(out, in));
    HOLD(proof_file_read(in, &f, &rule) == ST_OK && r.content_intact && r.key_certified);
    bool ours = false;
    for (int i = 0; i < 2; i++) {
        HOLD(proof_file_read(bytes_of(made[i].file, made[i].n), &of[i], &rule) == ST_OK);
        ours = ours || bytes_eq(f.entry, of[i].entry);
    }
    HOLD(ours && r.total_minor > 0 && r.number.n > 0);
    return true;
}

static bool code(str in)
{
    struct proof_result r;
    struct arena a = arena_of(memory, sizeof memory);
    bool ok = said(proof_qr_verify(in, S(""), hq_pub, a, &r), &r);
    HOLD(!ok || !r.content_intact);
    HOLD(!said(proof_qr_verify(in, S("another text"), hq_pub, a, &r), &r));
    return ok;
}

static bool pub(bytes in)
{
    static struct trust t;
    static uint8_t buf[HQ_PUB_BYTES_MAX];
    bytes doc, again;
    const char *rule = NULL;
    enum st st = hq_pub_open(in, &t, &doc, &rule);
    HOLD(st == ST_OK || (st == ST_BAD_INPUT && rule != NULL && rule[0] != '\0'));
    if (st == ST_OK) {
        HOLD(hq_pub_make(doc, t.root_pk, buf, sizeof buf, &again) == ST_OK);
        HOLD(bytes_eq(again, in));
    }
    return st == ST_OK;
}

static bool take(bytes in)
{
    if (in.n == 0) {
        return false;
    }
    unsigned which = in.p[0] % 3;
    in = bytes_of(in.p + 1, in.n - 1);
    return which == 0 ? report(in) : which == 1 ? code(bytes_str(in)) : pub(in);
}

static void seeds(void)
{
    for (int i = 0; i < 2; i++) {
        door_seed_with(0, bytes_of(made[i].file, made[i].n));
        door_seed_with(1, str_bytes(str_c(made[i].qr)));
    }
    door_seed_with(2, hq_pub);
}

static size_t cbor_at(bytes in, bool *in_strings)
{
    *in_strings = true;
    return in.n > 0 && in.p[0] != 1 ? 1 : DOOR_NO_CBOR;
}

const struct door door = {.name = "proof",
                          .max_bytes = 20000,
                          .prefix_free = true,
                          .no_memory = true,
                          .tries = 2000,
                          .begin = begin,
                          .take = take,
                          .seeds = seeds,
                          .cbor_at = cbor_at};

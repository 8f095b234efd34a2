/* The check: published examples, every rule by its name, every prefix beside an unreadable page,
 * and work that stays linear whatever comes. */
#include "tests/unit/core/cbor_help.h"

#define VECTORS "tests/vectors/cbor-appendix-a.txt"
#define PUBLISHED "../shared/vectors/cbor-appendix-a.json"

/* ---- Published examples --------------------------------------------------------------------- */

struct vector {
    char digits[256];
    char rule[256]; /* "" when the profile accepts it */
};

static struct vector vectors[128];
static size_t vector_count;

static void load_vectors(void)
{
    FILE *f = fopen(VECTORS, "r");
    char line[256];
    while (f != NULL && fgets(line, sizeof line, f) != NULL && vector_count < 128) {
        line[strcspn(line, "\n")] = '\0';
        struct vector *v = &vectors[vector_count];
        char *verdict = strchr(line, ' ');
        if (line[0] == '#' || verdict == NULL) {
            continue;
        }
        *verdict++ = '\0';
        snprintf(v->digits, sizeof v->digits, "%s", line);
        bool refuse = strncmp(verdict, "refuse ", 7) == 0;
        snprintf(v->rule, sizeof v->rule, "%s", refuse ? verdict + 7 : "");
        vector_count += refuse || strcmp(verdict, "accept") == 0;
    }
    if (f != NULL) {
        fclose(f);
    }
}

static void published_examples_are_accepted_or_refused_by_the_right_rule(void)
{
    size_t accepted = 0;
    CHECK_INT(vector_count, 82);
    for (size_t i = 0; i < vector_count; i++) {
        uint8_t buf[64], again[64];
        bytes in = hex(vectors[i].digits, buf, sizeof buf), out;
        const char *rule = NULL;
        enum st st = cbor_check(in, 0, NULL, &rule);
        CHECK_STR(rule, vectors[i].rule);
        CHECK_INT(st, vectors[i].rule[0] == '\0' ? ST_OK : ST_BAD_FORM);
        if (st == ST_OK) {
            accepted++;
            CHECK_INT(copy_all(in, again, sizeof again, &out), ST_OK);
            CHECK_BYTES(out.p, out.n, in.p, in.n);
        }
    }
    CHECK_INT(accepted, 35);
}

static void our_list_of_examples_is_the_published_one(void)
{
    static char json[65536];
    FILE *f = fopen(PUBLISHED, "r");
    if (f == NULL) {
        printf("# %s is absent: the list stands unchecked\n", PUBLISHED);
        return;
    }
    json[fread(json, 1, sizeof json - 1, f)] = '\0';
    fclose(f);
    size_t n = 0;
    for (char *p = json; (p = strstr(p, "\"hex\": \"")) != NULL && n < vector_count; n++) {
        p += 8;
        p[strcspn(p, "\"")] = '\0';
        CHECK_STR(vectors[n].digits, p);
        p += strlen(p) + 1;
    }
    CHECK_INT(n, vector_count);
}

/* ---- Every rule ----------------------------------------------------------------------------- */

static void each_rule_refuses_by_its_name(void)
{
    static const struct {
        const char *digits, *rule;
        unsigned flags;
    } cases[] = {
        {"1800", "non-shortest head", 0},
        {"1817", "non-shortest head", 0},
        {"1900ff", "non-shortest head", 0},
        {"1a0000ffff", "non-shortest head", 0},
        {"1b00000000ffffffff", "non-shortest head", 0},
        {"3817", "non-shortest head", 0},
        {"580161", "non-shortest head", 0},
        {"780161", "non-shortest head", 0},
        {"980101", "non-shortest head", 0},
        {"b8010101", "non-shortest head", 0},
        {"d81240", "non-shortest head", CBOR_ALLOW_TAG18},
        {"1b8000000000000000", "integer range", 0},
        {"3b8000000000000000", "integer range", 0},
        {"5b8000000000000000", "integer range", 0},
        {"bbffffffffffffffff", "integer range", 0},
        {"a201000100", "duplicate key", 0},
        {"a3010002000200", "duplicate key", 0},
        {"a202000100", "key order", 0},
        {"a220000000", "key order", 0},   /* -1 before 0 */
        {"a21818000100", "key order", 0}, /* 24 before 1 */
        {"a26162006161f4", "key order", 0},
        {"a262616100616200", "key order", 0}, /* shorter first: its head is less */
        {"a18000", "key type", 0},
        {"a1f400", "key type", 0},
        {"5f4101ff", "indefinite length", 0},
        {"ff", "indefinite length", 0},
        {"81ff", "indefinite length", 0},
        {"1c", "reserved head", 0},
        {"1f", "reserved head", 0},
        {"3e", "reserved head", 0},
        {"5d", "reserved head", 0},
        {"fc", "reserved head", 0},
        {"f90000", "float", 0},
        {"fa00000000", "float", 0},
        {"fb", "float", 0},
        {"f7", "simple value", 0},
        {"e0", "simple value", 0},
        {"f820", "simple value", 0},
        {"d240", "tag", 0},
        {"c040", "tag", CBOR_ALLOW_TAG18},
        {"d340", "tag", CBOR_ALLOW_TAG18},
        {"d2d240", "tag", CBOR_ALLOW_TAG18},
        {"a1d24000", "key type", CBOR_ALLOW_TAG18},
        {"0000", "trailing bytes", 0},
        {"8000", "trailing bytes", 0},
        {"6161", "text string", CBOR_NO_TEXT},
        {"a1016161", "text string", CBOR_NO_TEXT},
        {"61ff", "utf-8", 0},
        {"62c080", "utf-8", 0},
        {"63eda080", "utf-8", 0},   /* a surrogate */
        {"64f4908080", "utf-8", 0}, /* beyond U+10FFFF */
        {"61c3", "utf-8", 0},       /* cut inside a code point */
        {"4201", "length beyond input", 0},
        {"6261", "length beyond input", 0},
        {"5b7fffffffffffffff", "length beyond input", 0},
        {"8201", "length beyond input", 0},
        {"a101", "length beyond input", 0},
        {"9b7fffffffffffffff", "length beyond input", 0},
        {"bb7fffffffffffffff", "length beyond input", 0},
        {"bb4000000000000001f6f6", "length beyond input", 0},
        {"", "truncated", 0},
        {"18", "truncated", 0},
        {"1b00000001", "truncated", 0},
        {"824100", "truncated", 0},
        {"d2", "truncated", CBOR_ALLOW_TAG18},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t buf[64];
        const char *rule = NULL;
        size_t used = 99;
        bytes in = guarded(hex(cases[i].digits, buf, sizeof buf));
        CHECK_INT(cbor_check(in, cases[i].flags, &used, &rule), ST_BAD_FORM);
        CHECK_STR(rule, cases[i].rule);
        CHECK_INT(used, 0);
        unguard(in);
    }
}

static void tag_18_passes_before_any_value_when_it_is_asked_for(void)
{
    static const char *const good[] = {"d240", "d28100", "82d240d2f6", "a101d240"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        uint8_t buf[16];
        bytes in = hex(good[i], buf, sizeof buf);
        CHECK_INT(cbor_check(in, CBOR_ALLOW_TAG18, NULL, NULL), ST_OK);
        CHECK_INT(cbor_check(in, 0, NULL, NULL), ST_BAD_FORM);
    }
}

static void depth_is_bounded_where_the_caps_say(void)
{
    const char *rule;
    for (int map = 0; map < 2; map++) {
        /* n containers, the innermost empty; a map's items are its key 0 and the next map */
        for (size_t n = 1; n <= CAP_CBOR_DEPTH + 1; n++) {
            uint8_t nest[2 * CAP_CBOR_DEPTH + 4];
            size_t len = 0;
            for (size_t i = 1; i < n; i++) {
                nest[len++] = map ? 0xa1 : 0x81;
                if (map) {
                    nest[len++] = 0;
                }
            }
            nest[len++] = map ? 0xa0 : 0x80;
            enum st st = cbor_check(bytes_of(nest, len), 0, NULL, &rule);
            CHECK_INT(st, n <= CAP_CBOR_DEPTH ? ST_OK : ST_BAD_FORM);
            CHECK_STR(rule, n <= CAP_CBOR_DEPTH ? "" : "depth");
        }
    }
    uint8_t buf[CAP_CBOR_DEPTH + 1];
    memset(buf, 0x81, sizeof buf); /* nothing but heads */
    CHECK_INT(cbor_check(bytes_of(buf, sizeof buf), CBOR_SEQUENCE_ITEM, NULL, &rule), ST_BAD_FORM);
    CHECK_STR(rule, "depth");
}

/* ---- Prefixes, sequences, hostile input ----------------------------------------------------- */

static const char *const samples[] = {
    "a5"
    "0001"
    "011903e8"
    "024401020304"
    "181883f4f563e6b0b4"
    "20d2a0",
    "d2844da201320448010203040506070840a04100",
    "89188019010001203863f4f5f6a0",
    "a2016fe697a5e69cace8aa9ee38090e380910280",
    "818181818181818100",
};

static void every_prefix_is_refused_beside_an_unreadable_page(void)
{
    for (size_t i = 0; i < vector_count + sizeof samples / sizeof samples[0]; i++) {
        uint8_t buf[64], again[64];
        bool sample = i >= vector_count;
        if (!sample && vectors[i].rule[0] != '\0') {
            continue;
        }
        bytes in = hex(sample ? samples[i - vector_count] : vectors[i].digits, buf, sizeof buf);
        CHECK_INT(cbor_check(in, CBOR_ALLOW_TAG18, NULL, NULL), ST_OK);
        for (size_t n = 0; n <= in.n; n++) {
            bytes part = guarded(bytes_of(in.p, n)), out;
            size_t used = 99;
            enum st whole = cbor_check(part, CBOR_ALLOW_TAG18, NULL, NULL);
            enum st item = cbor_check(part, CBOR_ALLOW_TAG18 | CBOR_SEQUENCE_ITEM, &used, NULL);
            CHECK_INT(whole, n == in.n ? ST_OK : ST_BAD_FORM);
            CHECK_INT(item, n == in.n ? ST_OK : ST_INCOMPLETE);
            CHECK_INT(used, n == in.n ? n : 0);
            CHECK_INT(copy_all(part, again, sizeof again, &out), n == in.n ? ST_OK : ST_BAD_FORM);
            unguard(part);
        }
    }
}

static void what_is_refused_stays_refused_when_more_arrives(void)
{
    for (size_t i = 0; i < vector_count; i++) {
        uint8_t buf[64];
        bytes in = hex(vectors[i].digits, buf, sizeof buf);
        bool refused = false;
        for (size_t n = 0; n <= in.n; n++) {
            enum st st = cbor_check(bytes_of(in.p, n), CBOR_SEQUENCE_ITEM, NULL, NULL);
            CHECK(!refused || st == ST_BAD_FORM);
            CHECK(n == in.n || st != ST_OK || refused);
            refused = st == ST_BAD_FORM;
        }
        CHECK_INT(refused, vectors[i].rule[0] != '\0');
    }
}

static void a_sequence_is_taken_item_by_item(void)
{
    uint8_t buf[64];
    bytes in = hex("a1011864"
                   "4401020304"
                   "f6"
                   "8201",
                   buf, sizeof buf);
    static const size_t lengths[] = {4, 5, 1};
    size_t used, at = 0;
    for (size_t i = 0; i < 3; i++) {
        CHECK_INT(cbor_check(bytes_of(in.p + at, in.n - at), CBOR_SEQUENCE_ITEM, &used, NULL),
                  ST_OK);
        CHECK_INT(used, lengths[i]);
        at += used;
    }
    CHECK_INT(cbor_check(bytes_of(in.p + at, in.n - at), CBOR_SEQUENCE_ITEM, &used, NULL),
              ST_INCOMPLETE);
}

/* Inputs that make a careless check look at bytes again and again. */
static size_t hostile(int kind, uint8_t *p, size_t n)
{
    struct cbor_w w = cbor_w_init(p, n);
    static uint8_t key[4096];
    switch (kind) {
    case 0: /* one long text */
        memset(p, 'a', n);
        p[0] = 0x79;
        p[1] = (uint8_t)((n - 3) >> 8);
        p[2] = (uint8_t)(n - 3);
        return n;
    case 1: /* a map of small keys */
        cbor_put_map(&w, 12000);
        for (uint64_t i = 0; i < 12000; i++) {
            cbor_put_uint(&w, i);
            cbor_put_null(&w);
        }
        return w.n;
    case 2: /* long text keys that differ in the last byte only */
        cbor_put_map(&w, 15);
        memset(key, 'k', sizeof key);
        for (char i = 0; i < 15; i++) {
            key[sizeof key - 1] = (uint8_t)('a' + i);
            cbor_put_text(&w, bytes_str(bytes_of(key, sizeof key)));
            cbor_put_null(&w);
        }
        return w.n;
    case 3: /* heads only, each of a count that will never come */
        memset(p, 0x9b, n);
        return n;
    case 4: /* empty containers, as many as fit */
        memset(p, 0x80, n);
        p[0] = 0x99;
        p[1] = (uint8_t)((n - 3) >> 8);
        p[2] = (uint8_t)(n - 3);
        return n;
    default: /* noise */
        for (size_t i = 0; i < n; i++) {
            p[i] = (uint8_t)next_random();
        }
        return n;
    }
}

static void work_is_linear_whatever_comes(void)
{
    static uint8_t buf[65536];
    for (int kind = 0; kind < 40; kind++) {
        size_t n = hostile(kind, buf, 65530), work = 0;
        CHECK(n > 20000);
        enum st st = cbor_check_work(bytes_of(buf, n), 0, NULL, NULL, &work);
        CHECK(work <= 3 * n);
        CHECK(kind > 4 || st == (kind == 3 ? ST_BAD_FORM : ST_OK));
        CHECK(kind > 2 || work >= n / 2); /* the measure measures */
        st = cbor_check_work(bytes_of(buf, n), CBOR_SEQUENCE_ITEM, NULL, NULL, &work);
        CHECK(work <= 3 * n);
        CHECK(kind > 4 || st == (kind == 3 ? ST_BAD_FORM : ST_OK));
    }
}

int main(void)
{
    if (sodium_init() < 0) {
        return 99;
    }
    load_vectors();
    RUN(published_examples_are_accepted_or_refused_by_the_right_rule);
    RUN(our_list_of_examples_is_the_published_one);
    RUN(each_rule_refuses_by_its_name);
    RUN(tag_18_passes_before_any_value_when_it_is_asked_for);
    RUN(depth_is_bounded_where_the_caps_say);
    RUN(every_prefix_is_refused_beside_an_unreadable_page);
    RUN(what_is_refused_stays_refused_when_more_arrives);
    RUN(a_sequence_is_taken_item_by_item);
    RUN(work_is_linear_whatever_comes);
    CHECK_END();
}

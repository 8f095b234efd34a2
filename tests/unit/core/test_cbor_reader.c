/* Reader and writer: what one writes the other reads, neither leaves its bounds, errors stick. */
#include "tests/unit/core/cbor_help.h"

/* random_item: mostly well formed, so that accidents happen deep inside. */
static void random_item(struct cbor_w *w, int depth)
{
    uint64_t kind = next_random() % (depth >= 5 ? 6 : 9), n = next_random() % 4;
    uint8_t b[4] = {'a', 'b', (uint8_t)next_random(), 0};
    switch (kind) {
    case 0:
        cbor_put_uint(w, next_random() >> (1 + next_random() % 63));
        break;
    case 1:
        cbor_put_int(w, -1 - (int64_t)(next_random() >> (1 + next_random() % 63)));
        break;
    case 2:
        cbor_put_bytes(w, bytes_of(b, n));
        break;
    case 3:
        cbor_put_text(w, bytes_str(bytes_of(b, n < 2 ? n : 2)));
        break;
    case 4:
        cbor_put_bool(w, n % 2 == 0);
        break;
    case 5:
        cbor_put_null(w);
        break;
    case 6:
        cbor_put_tag18(w);
        random_item(w, depth + 1);
        break;
    case 7:
        cbor_put_array(w, n);
        for (uint64_t i = 0; i < n; i++) {
            random_item(w, depth + 1);
        }
        break;
    default:
        cbor_put_map(w, n);
        for (uint64_t i = 0; i < n; i++) {
            cbor_put_uint(w, i * 20);
            random_item(w, depth + 1);
        }
    }
}

static void what_is_accepted_has_no_second_encoding(void)
{
    size_t accepted = 0, refused = 0;
    for (int round = 0; round < 200000; round++) {
        uint8_t buf[512], again[512];
        struct cbor_w w = cbor_w_init(buf, sizeof buf);
        bytes in, out = {NULL, 0};
        random_item(&w, 0);
        if (cbor_w_done(&w, &in) != ST_OK) {
            continue;
        }
        if (round % 2 == 1) {
            buf[next_random() % in.n] ^= (uint8_t)(1U << next_random() % 8);
        }
        enum st st = cbor_check(in, CBOR_ALLOW_TAG18, NULL, NULL);
        enum st copied = copy_all(in, again, sizeof again, &out); /* safe on what is refused, too */
        if (st == ST_OK) {
            accepted++;
            CHECK_INT(copied, ST_OK);
            CHECK_BYTES(out.p, out.n, in.p, in.n);
        } else {
            refused++;
        }
    }
    CHECK(accepted > 50000 && refused > 20000);
}

/* ---- Reader --------------------------------------------------------------------------------- */

static void a_reader_error_sticks_and_answers_nothing(void)
{
    uint8_t buf[32], out[4] = {1, 2, 3, 4};
    struct cbor_r r = cbor_r_init(hex("01"
                                      "4401020304"
                                      "f5",
                                      buf, sizeof buf));
    CHECK_INT(cbor_get_uint(&r), 1);
    const uint8_t *at = r.p;
    CHECK_INT(cbor_get_uint(&r), 0); /* it is a byte string */
    CHECK_INT(r.st, ST_BAD_FORM);
    cbor_get_bytes_n(&r, out, 4); /* would have been right */
    CHECK_BYTES(out, 4, "\0\0\0\0", 4);
    CHECK_INT(cbor_get_bytes(&r).n, 0);
    CHECK(cbor_get_text(&r).p == NULL);
    CHECK_INT(cbor_get_int(&r), 0);
    CHECK_INT(cbor_get_array(&r), 0);
    CHECK_INT(cbor_get_map(&r), 0);
    CHECK(!cbor_get_bool(&r));
    CHECK_INT(cbor_raw(&r).n, 0);
    cbor_get_null(&r);
    cbor_get_tag18(&r);
    cbor_skip(&r);
    CHECK_INT(cbor_peek(&r), CBOR_NONE);
    CHECK(r.p == at);
    CHECK_INT(cbor_done(&r), ST_BAD_FORM);
}

static void every_getter_refuses_every_other_type(void)
{
    static const char *const items[] = {
        [CBOR_UINT] = "05",   [CBOR_NEGATIVE] = "24", [CBOR_BYTES] = "41aa",
        [CBOR_TEXT] = "6161", [CBOR_ARRAY] = "80",    [CBOR_MAP] = "a0",
        [CBOR_BOOL] = "f5",   [CBOR_NULL] = "f6",     [CBOR_TAG18] = "d2"};
    for (int have = CBOR_UINT; have <= CBOR_TAG18; have++) {
        for (int want = CBOR_UINT; want <= CBOR_TAG18; want++) {
            uint8_t buf[4], one[1];
            struct cbor_r r = cbor_r_init(hex(items[have], buf, sizeof buf));
            CHECK_INT(cbor_peek(&r), have);
            switch (want) {
            case CBOR_UINT:
                CHECK_INT(cbor_get_uint(&r), have == want ? 5 : 0);
                break;
            case CBOR_NEGATIVE: /* cbor_get_int takes both */
                CHECK_INT(cbor_get_int(&r), have == want ? -5 : have == CBOR_UINT ? 5 : 0);
                break;
            case CBOR_BYTES:
                cbor_get_bytes_n(&r, one, 1);
                CHECK_INT(one[0], have == want ? 0xaa : 0);
                break;
            case CBOR_TEXT:
                CHECK_INT(cbor_get_text(&r).n, have == want ? 1 : 0);
                break;
            case CBOR_ARRAY:
                cbor_get_array(&r);
                break;
            case CBOR_MAP:
                cbor_get_map(&r);
                break;
            case CBOR_BOOL:
                CHECK_INT(cbor_get_bool(&r), have == want);
                break;
            case CBOR_NULL:
                cbor_get_null(&r);
                break;
            default:
                cbor_get_tag18(&r);
            }
            bool fits = have == want || (want == CBOR_NEGATIVE && have == CBOR_UINT);
            CHECK_INT(cbor_done(&r), fits ? ST_OK : ST_BAD_FORM);
        }
    }
}

static void counts_never_exceed_what_the_input_could_hold(void)
{
    uint8_t buf[32];
    struct cbor_r r = cbor_r_init(hex("9a7fffffff"
                                      "0000",
                                      buf, sizeof buf));
    CHECK_INT(cbor_get_array(&r), 0);
    CHECK_INT(r.st, ST_BAD_FORM);
    r = cbor_r_init(hex("83"
                        "0000",
                        buf, sizeof buf));
    CHECK_INT(cbor_get_array(&r), 0);
    r = cbor_r_init(hex("a2"
                        "000000",
                        buf, sizeof buf));
    CHECK_INT(cbor_get_map(&r), 0);
    r = cbor_r_init(hex("5b7fffffffffffffff"
                        "00",
                        buf, sizeof buf));
    CHECK(cbor_get_bytes(&r).p == NULL);
    r = cbor_r_init(hex("4101", buf, sizeof buf));
    uint8_t two[2];
    cbor_get_bytes_n(&r, two, 2);
    CHECK_INT(r.st, ST_BAD_FORM);
}

static void the_ends_of_the_integer_range_are_read_and_written(void)
{
    static const int64_t v[] = {
        0,  23,  24,  255,  256,  65535,  65536,  1LL << 32,    (1LL << 32) - 1,  INT64_MAX,
        -1, -24, -25, -256, -257, -65536, -65537, -(1LL << 32), -(1LL << 32) - 1, INT64_MIN};
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        uint8_t buf[9];
        bytes out;
        struct cbor_w w = cbor_w_init(buf, sizeof buf);
        cbor_put_int(&w, v[i]);
        CHECK_INT(cbor_w_done(&w, &out), ST_OK);
        CHECK_INT(cbor_check(out, 0, NULL, NULL), ST_OK);
        struct cbor_r r = cbor_r_init(out);
        CHECK_INT(cbor_get_int(&r), v[i]);
        CHECK_INT(cbor_done(&r), ST_OK);
    }
}

static void a_map_is_walked_by_key_and_what_is_unknown_is_skipped(void)
{
    /* {1: 100, 2: [1, {3: 4}], 24: {1: h'aa', 2: true}, -1: null} */
    uint8_t buf[64];
    bytes in = hex("a4"
                   "011864"
                   "028201a10304"
                   "1818a20141aa02f5"
                   "20f6",
                   buf, sizeof buf);
    CHECK_INT(cbor_check(in, 0, NULL, NULL), ST_OK);
    struct cbor_r r = cbor_r_init(in);
    struct cbor_map m = cbor_map_begin(&r);
    int seen = 0;
    for (int64_t key; cbor_map_next(&m, &key);) {
        if (key == 1) {
            CHECK_INT(cbor_get_uint(&r), 100);
            seen |= 1;
        } else if (key == 24) {
            struct cbor_map inner = cbor_map_begin(&r);
            for (int64_t k; cbor_map_next(&inner, &k);) {
                seen |= k == 2 && cbor_get_bool(&r) ? 2 : 0;
            }
        } else if (key == -1) {
            seen |= 4; /* and leaves the value */
        }
    }
    CHECK_INT(seen, 7);
    CHECK_INT(cbor_done(&r), ST_OK);

    bytes v;
    CHECK_INT(cbor_map_find(in, 2, &v), ST_OK);
    CHECK_BYTES(v.p, v.n, in.p + 5, 5);
    CHECK_INT(cbor_map_find(in, -1, &v), ST_OK);
    CHECK_BYTES(v.p, v.n, "\xf6", 1);
    CHECK_INT(cbor_map_find(in, 3, &v), ST_NOT_FOUND);
    CHECK_INT(v.n, 0);
    CHECK_INT(cbor_map_find(hex("80", buf, sizeof buf), 1, &v), ST_BAD_FORM);
    CHECK_INT(cbor_map_find(hex("a1616100", buf, sizeof buf), 1, &v), ST_BAD_FORM);
    CHECK_INT(cbor_map_find(hex("a20100", buf, sizeof buf), 5, &v), ST_BAD_FORM);
    CHECK_INT(cbor_map_find((bytes){NULL, 0}, 5, &v), ST_BAD_FORM);
}

/* ---- Writer --------------------------------------------------------------------------------- */

static void write_sample(struct cbor_w *w)
{
    cbor_put_tag18(w);
    cbor_put_map(w, 4);
    cbor_put_uint(w, 1);
    cbor_put_text(w, S("fault 故障"));
    cbor_put_uint(w, 2);
    cbor_put_bytes(w, bytes_of("\1\2\3", 3));
    cbor_put_uint(w, 300);
    cbor_put_array(w, 3);
    cbor_put_bool(w, true);
    cbor_put_null(w);
    cbor_put_int(w, -70000);
    cbor_put_int(w, -1);
    cbor_put_raw(w, bytes_of("\x81\x05", 2));
}

static void the_writer_writes_what_the_check_accepts(void)
{
    uint8_t buf[64], again[64];
    bytes out, copy;
    struct cbor_w w = cbor_w_init(buf, sizeof buf);
    write_sample(&w);
    CHECK_INT(cbor_w_done(&w, &out), ST_OK);
    CHECK_INT(cbor_check(out, CBOR_ALLOW_TAG18, NULL, NULL), ST_OK);
    CHECK_INT(copy_all(out, again, sizeof again, &copy), ST_OK);
    CHECK_BYTES(copy.p, copy.n, out.p, out.n);
}

static void a_full_writer_says_so_and_never_writes_beyond(void)
{
    uint8_t buf[64];
    bytes whole;
    struct cbor_w w = cbor_w_init(buf, sizeof buf);
    write_sample(&w);
    CHECK_INT(cbor_w_done(&w, &whole), ST_OK);
    for (size_t cap = 0; cap <= whole.n; cap++) {
        uint8_t *small = sodium_malloc(cap); /* a byte more would end the test */
        bytes out = {buf, 1};
        w = cbor_w_init(small, cap);
        write_sample(&w);
        CHECK_INT(cbor_w_done(&w, &out), cap == whole.n ? ST_OK : ST_FULL);
        CHECK_INT(out.n, cap == whole.n ? whole.n : 0);
        sodium_free(small);
    }
    w = cbor_w_init(buf, sizeof buf);
    cbor_put_uint(&w, (uint64_t)INT64_MAX + 1); /* could not be read back */
    CHECK_INT(cbor_w_done(&w, &whole), ST_FULL);
}

int main(void)
{
    if (sodium_init() < 0) {
        return 99;
    }
    RUN(what_is_accepted_has_no_second_encoding);
    RUN(a_reader_error_sticks_and_answers_nothing);
    RUN(every_getter_refuses_every_other_type);
    RUN(counts_never_exceed_what_the_input_could_hold);
    RUN(the_ends_of_the_integer_range_are_read_and_written);
    RUN(a_map_is_walked_by_key_and_what_is_unknown_is_skipped);
    RUN(the_writer_writes_what_the_check_accepts);
    RUN(a_full_writer_says_so_and_never_writes_beyond);
    CHECK_END();
}

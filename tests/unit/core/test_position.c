/* test_position.c - where he stood: as bytes and back; what is not on the globe is refused. */
#include "core/model/position.h"

#include "core/model/bodies.h"
#include "tests/support/check.h"

static uint8_t buf[POSITION_BYTES];

static void every_part_comes_back(void)
{
    static const struct position all[] = {
        {310000001, 1210000002, 12345, true, 678, POSITION_GPSD},
        {-900000000, -1800000000, 0, false, 0, POSITION_GPSD},
        {900000000, 1800000000, UINT32_MAX, true, UINT32_MAX, 9},
        {0, 0, 1, true, 0, POSITION_GPSD},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct position back;
        bytes b;
        CHECK_INT(position_encode(&all[i], buf, sizeof buf, &b), ST_OK);
        CHECK_INT(position_decode(b, &back), ST_OK);
        CHECK_INT(back.lat_e7, all[i].lat_e7);
        CHECK_INT(back.lon_e7, all[i].lon_e7);
        CHECK_INT(back.accuracy_mm, all[i].accuracy_mm);
        CHECK_INT(back.has_age, all[i].has_age);
        CHECK_INT(back.age_ms, all[i].age_ms);
        CHECK_INT(back.source, all[i].source);
        for (size_t n = 0; n < b.n; n++) {
            CHECK_INT(position_decode(bytes_of(b.p, n), &back), ST_BAD_FORM);
        }
    }
}

static void what_is_not_on_the_globe_is_refused(void)
{
    static const struct position off[] = {{900000001, 0, 0, false, 0, 1},
                                          {-900000001, 0, 0, false, 0, 1},
                                          {0, 1800000001, 0, false, 0, 1},
                                          {0, -1800000001, 0, false, 0, 1},
                                          {0, 0, 0, false, 0, 0}};
    bytes b;
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
        CHECK_INT(position_encode(&off[i], buf, sizeof buf, &b), ST_BAD_INPUT);
    }
}

static void bytes_of_others_are_read_with_care(void)
{
    static const struct {
        uint8_t b[16];
        size_t n;
        enum st st;
    } in[] = {
        {{0xA3, 1, 0, 2, 0, 5, 1}, 7, ST_OK},
        {{0xA4, 1, 0, 2, 0, 5, 1, 9, 7}, 9, ST_OK},                    /* a newer version's key */
        {{0xA2, 1, 0, 5, 1}, 5, ST_BAD_FORM},                          /* no longitude */
        {{0xA2, 1, 0, 2, 0}, 5, ST_BAD_FORM},                          /* no source */
        {{0xA3, 1, 0x41, 0, 2, 0, 5, 1}, 8, ST_BAD_FORM},              /* another type */
        {{0xA3, 1, 0x1A, 0xFF, 0, 0, 0, 2, 0, 5, 1}, 11, ST_BAD_FORM}, /* off the globe */
        {{0xA4, 1, 0, 2, 0, 3, 0x1B, 1, 0, 0, 0, 0, 0, 0, 0, 5}, 16, ST_BAD_FORM},
    };
    for (size_t i = 0; i < sizeof in / sizeof in[0]; i++) {
        struct position p;
        CHECK_INT(position_decode(bytes_of(in[i].b, in[i].n), &p), in[i].st);
    }
}

static void it_is_the_one_attachment_of_its_fact(void)
{
    union body b = {.head = {.visit = {{1}}}};
    CHECK_INT(body_att(KIND_VISIT_POSITION, &b, BA_POSITION), 0);
    CHECK_INT(body_att(KIND_VISIT_ARRIVED, &b, BA_POSITION), -1);
}

int main(void)
{
    RUN(every_part_comes_back);
    RUN(what_is_not_on_the_globe_is_refused);
    RUN(bytes_of_others_are_read_with_care);
    RUN(it_is_the_one_attachment_of_its_fact);
    CHECK_END();
}

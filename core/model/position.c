/* position.c - see position.h. */
#include "core/model/position.h"

#include "core/codec/cbor.h"

#define LAT_MAX 900000000LL
#define LON_MAX 1800000000LL

static bool on_globe(int64_t lat, int64_t lon)
{
    return lat >= -LAT_MAX && lat <= LAT_MAX && lon >= -LON_MAX && lon <= LON_MAX;
}

enum st position_encode(const struct position *p, uint8_t *buf, size_t cap, bytes *out)
{
    *out = (bytes){NULL, 0};
    if (!on_globe(p->lat_e7, p->lon_e7) || p->source == 0) {
        return ST_BAD_INPUT;
    }
    struct cbor_w w = cbor_w_init(buf, cap);
    cbor_put_map(&w, 3U + (p->accuracy_mm > 0 ? 1U : 0U) + (p->has_age ? 1U : 0U));
    cbor_put_uint(&w, 1);
    cbor_put_int(&w, p->lat_e7);
    cbor_put_uint(&w, 2);
    cbor_put_int(&w, p->lon_e7);
    if (p->accuracy_mm > 0) {
        cbor_put_uint(&w, 3);
        cbor_put_uint(&w, p->accuracy_mm);
    }
    if (p->has_age) {
        cbor_put_uint(&w, 4);
        cbor_put_uint(&w, p->age_ms);
    }
    cbor_put_uint(&w, 5);
    cbor_put_uint(&w, p->source);
    return cbor_w_done(&w, out);
}

static uint32_t get_u32(struct cbor_r *r)
{
    uint64_t v = cbor_get_uint(r);
    if (v > UINT32_MAX) {
        cbor_fail(r);
        return 0;
    }
    return (uint32_t)v;
}

enum st position_decode(bytes in, struct position *out)
{
    *out = (struct position){0};
    if (cbor_check(in, CBOR_NO_TEXT, NULL, NULL) != ST_OK) {
        return ST_BAD_FORM;
    }
    struct cbor_r r = cbor_r_init(in);
    struct cbor_map m = cbor_map_begin(&r);
    int64_t lat = LAT_MAX + 1, lon = LON_MAX + 1;
    for (int64_t key; cbor_map_next(&m, &key);) {
        switch (key) {
        case 1:
            lat = cbor_get_int(&r);
            break;
        case 2:
            lon = cbor_get_int(&r);
            break;
        case 3:
            out->accuracy_mm = get_u32(&r);
            break;
        case 4:
            out->age_ms = get_u32(&r);
            out->has_age = true;
            break;
        case 5:
            out->source = get_u32(&r);
            break;
        default:
            break; /* a newer version's */
        }
    }
    if (cbor_done(&r) != ST_OK || !on_globe(lat, lon) || out->source == 0) {
        *out = (struct position){0};
        return ST_BAD_FORM;
    }
    out->lat_e7 = (int32_t)lat;
    out->lon_e7 = (int32_t)lon;
    return ST_OK;
}

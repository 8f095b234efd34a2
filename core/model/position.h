/* position.h - where a technician stood when he said that he had arrived: the content of an
 * attachment of type ATT_POSITION, CBOR {1: latitude, 2: longitude, 3: accuracy?, 4: age?,
 * 5: source}; ENTRY.md section 6. Whole numbers only. Pure; any thread. */
#ifndef CORE_MODEL_POSITION_H
#define CORE_MODEL_POSITION_H
#include "core/base/slice.h"
#include "core/base/status.h"

#define POSITION_BYTES 64 /* the five keys at their longest, and some */

enum position_source { POSITION_GPSD = 1 };
struct position {
    int32_t lat_e7, lon_e7; /* WGS 84, ten-millionths of a degree: about a centimetre */
    uint32_t accuracy_mm;   /* radius as the receiver estimates it; 0: it does not say */
    bool has_age;           /* false: the receiver's clock and the device's tell different days */
    uint32_t age_ms;        /* of the fix when it was taken */
    unsigned source;        /* enum position_source; a newer version may know more */
};

/* position_encode: into buf (POSITION_BYTES do). ST_BAD_INPUT: not on the globe. */
MUST_USE enum st position_encode(const struct position *p, uint8_t *buf, size_t cap, bytes *out);
/* position_decode: back. ST_BAD_FORM: type, range, a missing key. */
MUST_USE enum st position_decode(bytes in, struct position *out);
#endif

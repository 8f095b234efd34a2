/* clock.h - the only way core and sync learn the time: filled in by main, or by a test. */
#ifndef CORE_BASE_CLOCK_H
#define CORE_BASE_CLOCK_H
#include <stdint.h>

/* One reading: taken once per action or request and passed down. */
struct now {
    int64_t wall_ms;            /* UTC milliseconds since 1970; may be wrong, never a gate */
    int64_t boot_ms;            /* CLOCK_BOOTTIME, milliseconds */
    uint8_t boot_id[8];         /* first 8 bytes of the kernel's boot id */
    int16_t utc_offset_minutes; /* of the device's zone */
};

struct clock {
    void (*read)(void *ctx, struct now *out);
    void *ctx;
};
#endif

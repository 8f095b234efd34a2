/* hq_clock.c - the system's clock for docketd and docketctl. See hq.h. */
#include "sync/hq/hq.h"

#include <stdio.h>
#include <time.h>

static void read_boot_id(uint8_t out[static 8])
{
    /* Without /proc it stays zero: boots are then not told apart, nothing else changes. */
    memset(out, 0, 8);
    FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");
    if (f == NULL) {
        return;
    }
    size_t digits = 0;
    for (int c = fgetc(f); c != EOF && digits < 16; c = fgetc(f)) {
        int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (v >= 0) {
            out[digits / 2] = (uint8_t)(out[digits / 2] << 4 | v);
            digits++;
        }
    }
    fclose(f);
}

static void read_clock(void *ctx, struct now *out)
{
    (void)ctx;
    struct timespec ts;
    memset(out, 0, sizeof *out);
    clock_gettime(CLOCK_REALTIME, &ts);
    out->wall_ms = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
    clock_gettime(CLOCK_BOOTTIME, &ts);
    out->boot_ms = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
    read_boot_id(out->boot_id);
    /* Headquarters says its times in UTC: its node may stand anywhere. */
}

struct clock hq_clock_system(void)
{
    return (struct clock){read_clock, NULL};
}

/* main.c - docket: arguments, wiring, the loop. Everything else is in the rooms. */
#include <getopt.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/platform/alone.h"
#include "app/platform/gpsd.h"
#include "app/platform/platform.h"
#include "app/state/run.h"
#include "app/ui/i18n.h"
#include "app/ui/ui_state.h"
#include "core/base/civil.h"
#include "sync/carrier/http_client.h"
#include "sync/carrier/process.h"

static const char usage[] =
    "docket --store DIR [options]   the job sheet that works where the network does not\n"
    "  --headless           no window; needs --script\n"
    "  --size WxH           pixels (480x800)\n"
    "  --density F          pixels per dp (from the display)\n"
    "  --scale F            text size, 1.0 to 2.0 (as kept)\n"
    "  --lang zh|en         language (as kept)\n"
    "  --theme light|dark|sunlight\n"
    "  --now TIME           clock at start: 2026-11-21T08:00 (+08:00 assumed) or milliseconds\n"
    "  --script FILE        play these actions, then end\n"
    "  --shots DIR          where `shot` and `tree` write\n"
    "  --tree FILE          append the semantics tree after each action\n"
    "  --locale DIR         message catalogues\n"
    "  --gpsd PORT          where gpsd answers on this machine (2947; headless 0: nobody is "
    "asked)\n"
    "  --help, --version\n";

struct args {
    const char *store, *lang, *locale;
    int theme;
    float scale;
    struct gpsd gpsd;
    bool gpsd_given;
    struct platform_config p;
};

static int theme_of(const char *s)
{
    static const char *const names[UI_THEMES] = {"light", "dark", "sunlight"};
    for (int k = 0; k < UI_THEMES; k++) {
        if (strcmp(s, names[k]) == 0) {
            return k;
        }
    }
    return -2;
}

static bool digits(const char **s, int n, int64_t *out)
{
    *out = 0;
    for (int k = 0; k < n; k++, (*s)++) {
        if (**s < '0' || **s > '9') {
            return false;
        }
        *out = *out * 10 + (**s - '0');
    }
    return true;
}

#define MS_MAX 253402300800000LL /* the year 10000: room to count on without overflow */

static bool time_of(const char *s, int64_t *ms, int16_t *offset)
{
    int64_t y, mo, d, h, mi;
    const char *p = s;
    *offset = 480;
    if (digits(&p, 4, &y) && *p++ == '-' && digits(&p, 2, &mo) && *p++ == '-' &&
        digits(&p, 2, &d) && (*p == 'T' || *p == ' ') && *++p != '\0' && digits(&p, 2, &h) &&
        *p++ == ':' && digits(&p, 2, &mi) && *p == '\0' && mo >= 1 && mo <= 12 && d >= 1 &&
        d <= 31 && h < 24 && mi < 60) {
        *ms = ((civil_days((struct civil){(int)y, (int)mo, (int)d}) * 24 + h) * 60 + mi - *offset) *
              60000;
        return true;
    }
    char *end = NULL;
    long long n = strtoll(s, &end, 10);
    *ms = (int64_t)n;
    return end != s && *end == '\0' && n > 0 && n < MS_MAX;
}

static bool size_of(const char *s, int *w, int *h)
{
    char *end = NULL;
    long a = strtol(s, &end, 10);
    if (*end != 'x') {
        return false;
    }
    long b = strtol(end + 1, &end, 10);
    *w = (int)a;
    *h = (int)b;
    return *end == '\0' && a >= 200 && b >= 200 && a <= 8192 && b <= 8192;
}

static bool port_of(const char *s, unsigned *port)
{
    char *end = NULL;
    unsigned long n = strtoul(s, &end, 10);
    *port = (unsigned)n;
    return end != s && *end == '\0' && s[0] != '-' && n <= 65535;
}

static int bad(const char *what, const char *value)
{
    fprintf(stderr, "docket: %s: %s\n%s", what, value, usage);
    return 2;
}

/* One option that is a number; false: *wanted says what it should be. */
static bool read_number(int c, const char *s, struct args *a, const char **wanted)
{
    switch (c) {
    case 'z':
        *wanted = "--size wants WxH in pixels";
        return size_of(s, &a->p.w_px, &a->p.h_px);
    case 'd':
        *wanted = "--density is 0.5 to 8";
        a->p.density = strtof(s, NULL);
        return a->p.density >= 0.5f && a->p.density <= 8.0f;
    case 'c':
        *wanted = "--scale is 1.0 to 2.0";
        a->scale = strtof(s, NULL);
        return a->scale >= 1.0f && a->scale <= 2.0f;
    case 'n':
        *wanted = "--now is not a time";
        return time_of(s, &a->p.now_ms, &a->p.utc_offset_minutes);
    default:
        *wanted = "--gpsd is a port, or 0";
        a->gpsd_given = true;
        return port_of(s, &a->gpsd.port);
    }
}

/* -1: go on; else the exit code. */
static int read_args(int argc, char **argv, struct args *a)
{
    const char *wanted = "";
    static const struct option opts[] = {
        {"store", 1, NULL, 's'},   {"headless", 0, NULL, 'H'}, {"size", 1, NULL, 'z'},
        {"density", 1, NULL, 'd'}, {"scale", 1, NULL, 'c'},    {"lang", 1, NULL, 'l'},
        {"theme", 1, NULL, 't'},   {"now", 1, NULL, 'n'},      {"script", 1, NULL, 'S'},
        {"shots", 1, NULL, 'o'},   {"tree", 1, NULL, 'T'},     {"locale", 1, NULL, 'L'},
        {"gpsd", 1, NULL, 'g'},    {"help", 0, NULL, 'h'},     {"version", 0, NULL, 'v'},
        {NULL, 0, NULL, 0}};
    for (int c = getopt_long(argc, argv, "", opts, NULL); c != -1;
         c = getopt_long(argc, argv, "", opts, NULL)) {
        switch (c) {
        case 's':
            a->store = optarg;
            break;
        case 'H':
            a->p.headless = true;
            break;
        case 'z':
        case 'd':
        case 'c':
        case 'n':
        case 'g':
            if (!read_number(c, optarg, a, &wanted)) {
                return bad(wanted, optarg);
            }
            break;
        case 'l':
            if (strcmp(optarg, "zh") != 0 && strcmp(optarg, "en") != 0) {
                return bad("--lang is zh or en", optarg);
            }
            a->lang = optarg;
            break;
        case 't':
            a->theme = theme_of(optarg);
            if (a->theme < 0) {
                return bad("--theme is light, dark or sunlight", optarg);
            }
            break;
        case 'S':
            a->p.script = optarg;
            break;
        case 'o':
            a->p.shots_dir = optarg;
            break;
        case 'T':
            a->p.tree_file = optarg;
            break;
        case 'L':
            a->locale = optarg;
            break;
        case 'h':
            fputs(usage, stdout);
            return 0;
        case 'v':
            puts("docket " DOCKET_VERSION);
            return 0;
        default:
            fputs(usage, stderr);
            return 2;
        }
    }
    if (a->store == NULL || optind != argc) {
        return bad("which store? --store DIR", optind != argc ? argv[optind] : "(none)");
    }
    if (a->p.headless && a->p.script == NULL) {
        return bad("--headless needs something to play", "--script FILE");
    }
    return -1;
}

static void wake(void *p)
{
    platform_wake(p);
}

static void loop(struct platform *p, struct app *a, struct ui *u)
{
    struct ui_out out = {.again = true};
    struct platform_turn turn;
    while (platform_wait(p, u, &out, app_pending(a), &turn)) {
        const struct app_settings *look = app_look(a);
        struct ui_frame f = {.now_ms = turn.now_ms,
                             .w_px = turn.w_px,
                             .h_px = turn.h_px,
                             .density = turn.density,
                             .scale = (float)look->scale_percent / 100.0f,
                             .theme = (enum ui_theme)look->theme,
                             .lang = look->lang,
                             .left_hand = look->left_hand};
        app_turn(a, u, &f);
        ui_end(u, &out);
        if (app_forgot(a)) {
            platform_forget(p);
        }
        platform_minute(p, app_wants_minute(a));
        platform_present(p, &out, turn.exposed);
    }
}

int main(int argc, char **argv)
{
    struct args args = {.theme = -1};
    args.p.title = "Docket";
    int rc = read_args(argc, argv, &args);
    if (rc >= 0) {
        return rc;
    }
    if (!args.gpsd_given) { /* a script gives the same on every machine */
        args.gpsd.port = args.p.headless ? 0 : GPSD_PORT;
    }
    struct err err = {0};
    struct platform *p = NULL;
    struct app *a = NULL;
    struct alone *door = NULL;
    if (!args.p.headless && !alone_begin(args.store, &door)) {
        fprintf(stderr, "docket: it is open already: that window was brought to the front\n");
        return 3;
    }
    struct ui *u = malloc(sizeof *u);
    rc = 1;
    if (u == NULL || sodium_init() < 0 || http_global_init(&err) != ST_OK) {
        fprintf(stderr, "docket: cannot start: no memory, or no source of randomness\n");
        goto out;
    }
    struct process_safety safety;
    process_secure(&safety);
    process_keys_said("docket", &safety);
    i18n_open(args.locale);
    if (platform_open(&args.p, &p, &err) != ST_OK) {
        fprintf(stderr, "docket: %s\n", err.text);
        goto out;
    }
    ui_init(u, platform_fonts(p));
    struct app_config c = {.dir = args.store,
                           .lang = args.lang,
                           .theme = args.theme,
                           .scale = args.scale,
                           .memory_unlocked = !safety.locks,
                           .clock = {platform_now, p},
                           .clock_given = args.p.now_ms != 0,
                           .where = {args.gpsd.port == 0 ? NULL : gpsd_ask, &args.gpsd},
                           .wake = wake,
                           .wake_ctx = p};
    if (app_open(&c, &a, &err) != ST_OK) {
        fprintf(stderr, "docket: %s\n", err.text);
        goto out;
    }
    alone_serve(door, platform_raise, p);
    loop(p, a, u);
    rc = platform_exit_code(p);
out:
    alone_end(&door);
    app_close(&a);
    platform_close(&p);
    free(u);
    return rc;
}

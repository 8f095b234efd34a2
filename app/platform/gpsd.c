/* gpsd.c - see gpsd.h. Numbers are read as decimals, without floats and whatever the locale. */
#include "app/platform/gpsd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/base/civil.h"

#define LINE_BYTES 4096    /* a TPV is some 500; what is longer is another class, and let pass */
#define DEGREES_E7 7       /* decimals kept of a degree */
#define METRES_MM 3        /* ... and of a metre */
#define NUMBER_MAX 1000000 /* no number of a fix has a longer whole part */

/* ---- a line ---------------------------------------------------------------------------------- */

/* The value of `key` in the outermost object: a number's characters, or a string's inside. */
static bool value_of(str line, const char *key, str *out)
{
    size_t want = strlen(key), depth = 0;
    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i];
        if (c != '"') {
            depth += c == '{' || c == '[';
            depth -= (c == '}' || c == ']') && depth > 0;
            continue;
        }
        size_t from = ++i;
        while (i < line.n && line.p[i] != '"') {
            i += line.p[i] == '\\' ? 2 : 1;
        }
        bool ours = i < line.n && depth == 1 && i - from == want &&
                    memcmp(line.p + from, key, want) == 0 && i + 1 < line.n && line.p[i + 1] == ':';
        if (!ours) {
            continue;
        }
        const char *v = line.p + i + 2, *end = line.p + line.n, *stop = v;
        bool quoted = v < end && *v == '"';
        v += quoted;
        for (stop = v; stop < end && *stop != '"' && (quoted || (*stop != ',' && *stop != '}'));) {
            stop++;
        }
        *out = (str){v, (size_t)(stop - v)};
        return stop < end && out->n > 0;
    }
    return false;
}

/* A decimal as a whole number of 10^-places; what is finer is cut off. */
static bool decimal(str s, int places, int64_t *out)
{
    size_t i = s.n > 0 && s.p[0] == '-' ? 1 : 0;
    bool minus = i == 1;
    int64_t v = 0;
    int after = -1;
    size_t digits = 0;
    for (; i < s.n; i++) {
        if (s.p[i] == '.' && after < 0) {
            after = 0;
            continue;
        }
        if (s.p[i] < '0' || s.p[i] > '9' || (after < 0 && v > NUMBER_MAX)) {
            return false;
        }
        digits++;
        if (after < places) {
            v = v * 10 + (s.p[i] - '0');
            after += after >= 0;
        }
    }
    for (int k = after < 0 ? 0 : after; k < places; k++) {
        v *= 10;
    }
    *out = minus ? -v : v;
    return digits > 0;
}

static bool number_of(str line, const char *key, int places, int64_t *out)
{
    str s;
    return value_of(line, key, &s) && decimal(s, places, out);
}

/* 2026-11-21T01:20:00.000Z */
static bool time_of(str s, int64_t *ms)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    int n[6] = {0};
    size_t field = 0;
    if (s.n < sizeof form - 1) {
        return false;
    }
    for (size_t i = 0; i < sizeof form - 1; i++) {
        if (form[i] == 'd' && s.p[i] >= '0' && s.p[i] <= '9') {
            n[field] = n[field] * 10 + (s.p[i] - '0');
        } else if (form[i] == 'd' || s.p[i] != form[i]) {
            return false;
        } else {
            field++;
        }
    }
    if (n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > 31) {
        return false;
    }
    int64_t days = civil_days((struct civil){n[0], n[1], n[2]});
    *ms = ((days * 24 + n[3]) * 60 + n[4]) * 60000 + (int64_t)n[5] * 1000;
    return true;
}

static void age_of(str line, int64_t now_ms, struct position *out)
{
    str s;
    int64_t then = 0;
    if (value_of(line, "time", &s) && time_of(s, &then)) {
        int64_t age = now_ms - then;
        out->has_age = age > -GPSD_AGE_MAX_MS && age < GPSD_AGE_MAX_MS;
        out->age_ms = out->has_age && age > 0 ? (uint32_t)age : 0;
    }
}

/* The radius as gpsd estimates it; of an older one, the larger of the two directions. */
static void accuracy_of(str line, struct position *out)
{
    int64_t e = 0, x = 0, y = 0;
    if (!number_of(line, "eph", METRES_MM, &e)) {
        bool both = number_of(line, "epx", METRES_MM, &x) && number_of(line, "epy", METRES_MM, &y);
        e = both ? (x > y ? x : y) : 0;
    }
    out->accuracy_mm = e > 0 && e < UINT32_MAX ? (uint32_t)e : 0;
}

bool gpsd_line(str line, int64_t now_ms, struct position *out)
{
    str class_;
    int64_t mode = 0, lat = 0, lon = 0;
    *out = (struct position){.source = POSITION_GPSD};
    if (!value_of(line, "class", &class_) || !str_eq(class_, S("TPV")) ||
        !number_of(line, "mode", 0, &mode) || mode < 2 ||
        !number_of(line, "lat", DEGREES_E7, &lat) || !number_of(line, "lon", DEGREES_E7, &lon) ||
        lat < -900000000 || lat > 900000000 || lon < -1800000000 || lon > 1800000000) {
        return false;
    }
    out->lat_e7 = (int32_t)lat;
    out->lon_e7 = (int32_t)lon;
    age_of(line, now_ms, out);
    accuracy_of(line, out);
    return true;
}

/* ---- the socket ------------------------------------------------------------------------------ */
static int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* False: stopped, or too late. */
static bool ready(int fd, short events, int stop_fd, int64_t until_ms)
{
    for (;;) {
        struct pollfd p[2] = {{.fd = fd, .events = events}, {.fd = stop_fd, .events = POLLIN}};
        int64_t left = until_ms - monotonic_ms();
        int n = left > 0 ? poll(p, 2, (int)left) : 0;
        if (n < 0 && errno == EINTR) {
            continue;
        }
        return n > 0 && p[1].revents == 0;
    }
}

static bool dial(int fd, unsigned port, int stop_fd, int64_t until_ms)
{
    static const char watch[] = "?WATCH={\"enable\":true,\"json\":true};\n";
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    union {
        struct sockaddr_in in;
        struct sockaddr any;
    } address = {to};
    int flags = fcntl(fd, F_GETFL), failed = 0;
    socklen_t n = sizeof failed;
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
        fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        return false;
    }
    if (connect(fd, &address.any, sizeof to) != 0 &&
        (errno != EINPROGRESS || !ready(fd, POLLOUT, stop_fd, until_ms) ||
         getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &n) != 0 || failed != 0)) {
        return false;
    }
    /* It fits the buffer of a new connection whole. */
    return send(fd, watch, sizeof watch - 1, MSG_NOSIGNAL) == (ssize_t)(sizeof watch - 1);
}

/* True when nothing better is to be waited for. A first fix that does not say how good it is stays,
 * and a better one has a moment to come. */
static bool good_fix(str line, const struct clock *clock, struct position *out, bool *rough,
                     int64_t *until_ms)
{
    struct now now;
    struct position p;
    clock->read(clock->ctx, &now);
    if (!gpsd_line(line, now.wall_ms, &p)) {
        return false;
    }
    int64_t soon = monotonic_ms() + GPSD_ROUGH_MS;
    *until_ms = !*rough && soon < *until_ms ? soon : *until_ms;
    *rough = true;
    *out = p;
    return p.accuracy_mm > 0;
}

static bool stopped(int stop_fd)
{
    struct pollfd p = {.fd = stop_fd, .events = POLLIN};
    return poll(&p, 1, 0) != 0;
}

/* Lines as they come; one that is too long is passed over. */
static bool listen_for(int fd, const struct clock *clock, int stop_fd, int64_t until_ms,
                       struct position *out)
{
    char buf[LINE_BYTES];
    size_t n = 0;
    bool skip = false, rough = false;
    while (ready(fd, POLLIN, stop_fd, until_ms)) {
        ssize_t got = recv(fd, buf + n, sizeof buf - n, 0);
        if (got <= 0) {
            if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
                continue;
            }
            break;
        }
        n += (size_t)got;
        char *end;
        for (end = memchr(buf, '\n', n); end != NULL; end = memchr(buf, '\n', n)) {
            size_t line = (size_t)(end - buf);
            if (!skip && good_fix((str){buf, line}, clock, out, &rough, &until_ms)) {
                return true;
            }
            skip = false;
            n -= line + 1;
            memmove(buf, end + 1, n);
        }
        if (n == sizeof buf) {
            skip = true;
            n = 0;
        }
    }
    return rough && !stopped(stop_fd);
}

bool gpsd_ask(void *ctx, const struct clock *clock, int stop_fd, struct position *out)
{
    const struct gpsd *g = ctx;
    *out = (struct position){0};
    int64_t until_ms = monotonic_ms() + GPSD_WAIT_MS;
    int fd = g->port == 0 ? -1 : socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) {
        return false;
    }
    bool found =
        dial(fd, g->port, stop_fd, until_ms) && listen_for(fd, clock, stop_fd, until_ms, out);
    close(fd);
    return found;
}

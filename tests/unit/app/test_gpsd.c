/* test_gpsd.c - where the device is: gpsd's lines, and a gpsd of our own behind a socket. */
#include "app/platform/gpsd.h"

#include "tests/support/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NOW_MS 1795224000000LL /* 2026-11-21T01:20:00Z */
#define TPV                                                                                        \
    "{\"class\":\"TPV\",\"device\":\"/dev/ttyUSB0\",\"mode\":3,\"time\":\"2026-11-21T01:19:58."    \
    "000Z\",\"lat\":31.230416700,\"lon\":121.473701000,\"eph\":11.2}"

static bool line(const char *s, struct position *p)
{
    return gpsd_line(str_c(s), NOW_MS, p);
}

static void a_fix_is_read_to_the_centimetre(void)
{
    struct position p;
    CHECK(line(TPV, &p));
    CHECK_INT(p.lat_e7, 312304167);
    CHECK_INT(p.lon_e7, 1214737010);
    CHECK_INT(p.accuracy_mm, 11200);
    CHECK(p.has_age);
    CHECK_INT(p.age_ms, 2000);
    CHECK_INT(p.source, POSITION_GPSD);
    CHECK(line("{\"class\":\"TPV\",\"mode\":2,\"lat\":-0.5,\"lon\":-1,\"epx\":4,\"epy\":7.5}", &p));
    CHECK_INT(p.lat_e7, -5000000);
    CHECK_INT(p.lon_e7, -10000000);
    CHECK_INT(p.accuracy_mm, 7500);
    CHECK(!p.has_age);
}

static void what_is_no_fix_is_none(void)
{
    static const char *const no[] = {
        "",
        "{",
        "}",
        "{\"class\":\"VERSION\",\"release\":\"3.22\"}",
        "{\"class\":\"TPV\",\"mode\":1,\"lat\":1,\"lon\":2}",
        "{\"class\":\"TPV\",\"lat\":1,\"lon\":2}",
        "{\"class\":\"TPV\",\"mode\":3,\"lat\":1}",
        "{\"class\":\"TPV\",\"mode\":3,\"lat\":91,\"lon\":2}",
        "{\"class\":\"TPV\",\"mode\":3,\"lat\":1e1,\"lon\":2}",
        "{\"class\":\"TPV\",\"mode\":3,\"lat\":\"\",\"lon\":2}",
        "{\"class\":\"TPV\",\"mode\":3,\"lat\":-,\"lon\":2}",
        "{\"class\":\"TPV\",\"mode\":3,\"lat\":1,\"lon\":99999999999999999999}",
        "{\"class\":\"TPV\",\"mode\":3,\"lat\":1,\"lon\":2",          /* cut */
        "{\"x\":{\"class\":\"TPV\"},\"mode\":3,\"lat\":1,\"lon\":2}", /* not the outermost */
        "{\"x\":\"\\\"class\\\":\\\"TPV\\\"\",\"mode\":3,\"lat\":1,\"lon\":2}",
        "{\"class\":\"TPV\",\"mode\":3,\"lat\":1,\"lon\":2\\",
    };
    struct position p;
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        if (line(no[i], &p)) {
            check_fail(__FILE__, __LINE__, "a fix: %s", no[i]);
        }
    }
    char cut[sizeof TPV];
    for (size_t n = 0; n + 1 < sizeof TPV; n++) { /* every beginning, in memory of its own length */
        memcpy(cut, TPV, n);
        IGNORE(gpsd_line((str){cut, n}, NOW_MS, &p));
    }
}

static void an_age_that_cannot_be_is_not_said(void)
{
    static const struct {
        const char *time;
        bool has;
        unsigned ms;
    } all[] = {{"2026-11-21T01:20:30.000Z", true, 0}, /* the receiver is half a minute ahead */
               {"2026-11-21T00:30:00.000Z", true, 3000000},
               {"2005-06-08T10:34:48.283Z", false, 0},
               {"2027-01-01T00:00:00.000Z", false, 0},
               {"2026-13-21T01:20:00.000Z", false, 0},
               {"soon", false, 0}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        char s[200];
        struct position p;
        snprintf(s, sizeof s, "{\"class\":\"TPV\",\"mode\":3,\"time\":\"%s\",\"lat\":1,\"lon\":2}",
                 all[i].time);
        CHECK(line(s, &p));
        CHECK_INT(p.has_age, all[i].has);
        CHECK_INT(p.age_ms, all[i].ms);
        CHECK_INT(p.accuracy_mm, 0);
    }
}

/* ---- behind a socket --------------------------------------------------------------------------*/
struct fake {
    int fd;
    unsigned port;
    const char *say[4]; /* one after the other */
    bool hang_up;
    size_t flood; /* bytes without a line's end that come first; SIZE_MAX: and nothing else, ever */
    char asked[64];
    pthread_t thread;
};

static void *serve(void *arg)
{
    struct fake *f = arg;
    int c = accept(f->fd, NULL, NULL);
    ssize_t n = recv(c, f->asked, sizeof f->asked - 1, 0);
    f->asked[n > 0 ? n : 0] = '\0';
    static const char junk[4099] = "{\"class\":\"TPV\",\0\xFF\xFE\"mode\":3,{[{[\\\"";
    for (size_t k = 0; k < f->flood; k += sizeof junk) {
        if (send(c, junk, sizeof junk, MSG_NOSIGNAL) < 0) {
            break; /* nobody listens any more */
        }
    }
    for (size_t k = 0; k < 4 && f->say[k] != NULL; k++) {
        const struct timespec moment = {.tv_nsec = 5000000};
        nanosleep(&moment, NULL); /* a line may come in pieces */
        if (send(c, f->say[k], strlen(f->say[k]), MSG_NOSIGNAL) < 0) {
            break;
        }
    }
    char rest[16];
    while (!f->hang_up && recv(c, rest, sizeof rest, 0) > 0) {
    }
    close(c);
    return NULL;
}

static void begin(struct fake *f)
{
    union {
        struct sockaddr_in in;
        struct sockaddr any;
    } at = {.in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}}};
    socklen_t n = sizeof at.in;
    f->fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(f->fd >= 0 && bind(f->fd, &at.any, sizeof at.in) == 0 && listen(f->fd, 1) == 0);
    CHECK_INT(getsockname(f->fd, &at.any, &n), 0);
    f->port = ntohs(at.in.sin_port);
    CHECK_INT(pthread_create(&f->thread, NULL, serve, f), 0);
}

static void end(struct fake *f)
{
    pthread_join(f->thread, NULL);
    close(f->fd);
}

static void at_now(void *ctx, struct now *out)
{
    (void)ctx;
    *out = (struct now){.wall_ms = NOW_MS};
}
static const struct clock at = {at_now, NULL};

static bool ask(unsigned port, int stop_fd, struct position *p)
{
    struct gpsd g = {port};
    return gpsd_ask(&g, &at, stop_fd, p);
}

static void the_first_fix_counts_whatever_comes_before(void)
{
    static char noise[3 * 4096];
    memset(noise, 'x', sizeof noise - 2);
    noise[sizeof noise - 2] = '\n';
    struct fake f = {.say = {"{\"class\":\"VERSION\"}\r\n{\"class\":\"TPV\",\"mode\":1}\r\n{\"cla",
                             "ss\":\"SKY\",\"satellites\":[{\"PRN\":1}]}\n", noise, TPV "\r\n"}};
    struct position p;
    int stop[2];
    CHECK_INT(pipe(stop), 0);
    begin(&f);
    CHECK(ask(f.port, stop[0], &p));
    CHECK_INT(p.lat_e7, 312304167);
    end(&f);
    CHECK(strstr(f.asked, "?WATCH={\"enable\":true,\"json\":true}") == f.asked);
    close(stop[0]);
    close(stop[1]);
}

#define ROUGH "{\"class\":\"TPV\",\"mode\":2,\"lat\":31.2,\"lon\":121.5}\n"
#define FINE "{\"class\":\"TPV\",\"mode\":3,\"lat\":31.3,\"lon\":121.4,\"eph\":8.5}\n"

static void a_fix_that_does_not_say_how_good_it_is_waits_a_moment_for_one_that_does(void)
{
    struct position p;
    struct fake f = {.say = {ROUGH, ROUGH, FINE}};
    int stop[2];
    CHECK_INT(pipe(stop), 0);
    begin(&f);
    CHECK(ask(f.port, stop[0], &p));
    end(&f);
    CHECK_INT(p.accuracy_mm, 8500);
    CHECK_INT(p.lat_e7, 313000000);
    struct fake only = {.say = {ROUGH}, .hang_up = true}; /* none comes: better than nothing */
    begin(&only);
    CHECK(ask(only.port, stop[0], &p));
    end(&only);
    CHECK_INT(p.accuracy_mm, 0);
    CHECK_INT(p.lat_e7, 312000000);
    close(stop[0]);
    close(stop[1]);
}

static void who_hangs_up_or_is_not_there_gives_none(void)
{
    struct fake f = {.say = {"{\"class\":\"VERSION\"}\n"}, .hang_up = true};
    struct position p;
    int stop[2];
    CHECK_INT(pipe(stop), 0);
    begin(&f);
    CHECK(!ask(f.port, stop[0], &p));
    end(&f); /* from here nobody listens there */
    CHECK(!ask(f.port, stop[0], &p));
    CHECK(!ask(0, stop[0], &p));
    close(stop[0]);
    close(stop[1]);
}

static void *halt(void *arg)
{
    const struct timespec moment = {.tv_nsec = 20000000};
    nanosleep(&moment, NULL);
    CHECK_INT(write(*(const int *)arg, "", 1), 1);
    return NULL;
}

/* A fake that gives no position is left at once when the asker is told to stop. */
static void ends_when_told(struct fake *f)
{
    struct position p;
    struct timespec a, b;
    pthread_t t;
    int stop[2];
    CHECK_INT(pipe(stop), 0);
    begin(f);
    clock_gettime(CLOCK_MONOTONIC, &a);
    CHECK_INT(pthread_create(&t, NULL, halt, &stop[1]), 0);
    CHECK(!ask(f->port, stop[0], &p));
    clock_gettime(CLOCK_MONOTONIC, &b);
    CHECK(b.tv_sec - a.tv_sec < GPSD_WAIT_MS / 2000); /* far from the whole time */
    pthread_join(t, NULL);
    end(f);
    close(stop[0]);
    close(stop[1]);
}

static void asking_ends_at_once_when_told_to(void)
{
    struct fake f = {.say = {"{\"class\":\"TPV\",\"mode\":1}\n"}};
    ends_when_told(&f);
}

/* Ten megabytes of anything in one line are one line that is none. */
static void a_line_without_an_end_costs_nothing_but_itself(void)
{
    struct fake f = {.flood = 10 << 20, .say = {"\n", TPV "\r\n"}};
    struct position p;
    int stop[2];
    CHECK_INT(pipe(stop), 0);
    begin(&f);
    CHECK(ask(f.port, stop[0], &p));
    CHECK_INT(p.lat_e7, 312304167);
    end(&f);
    close(stop[0]);
    close(stop[1]);
}

static void a_flood_that_never_ends_ends_when_told_to(void)
{
    struct fake f = {.flood = SIZE_MAX, .hang_up = true};
    ends_when_told(&f);
}

int main(void)
{
    RUN(a_fix_is_read_to_the_centimetre);
    RUN(what_is_no_fix_is_none);
    RUN(an_age_that_cannot_be_is_not_said);
    RUN(the_first_fix_counts_whatever_comes_before);
    RUN(a_fix_that_does_not_say_how_good_it_is_waits_a_moment_for_one_that_does);
    RUN(who_hangs_up_or_is_not_there_gives_none);
    RUN(asking_ends_at_once_when_told_to);
    RUN(a_line_without_an_end_costs_nothing_but_itself);
    RUN(a_flood_that_never_ends_ends_when_told_to);
    CHECK_END();
}

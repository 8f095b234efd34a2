/* test_pace.c - connections that take for ever end; slow ones that get on do not. */
#include "sync/hq/pace.h"
#include "tests/support/check.h"

#include <sys/socket.h>
#include <unistd.h>

static bool open_yet(int fd)
{
    char c;
    return recv(fd, &c, 1, MSG_DONTWAIT) < 0; /* 0: the other end is shut */
}

static void headers_without_end_are_cut_off(void)
{
    int a[2], b[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, a) == 0 &&
          socketpair(AF_UNIX, SOCK_STREAM, 0, b) == 0);
    struct pace *p = pace_new();
    CHECK(p != NULL);
    struct pace_line *slow = pace_begin(p, a[0], 1000), *other = pace_begin(p, b[0], 1000);
    pace_asked(p, other, 2000);
    CHECK_INT(pace_sweep(p, 1000 + PACE_HEADERS_MS), 0);
    CHECK(open_yet(a[1]));
    CHECK_INT(pace_sweep(p, 1001 + PACE_HEADERS_MS), 1);
    CHECK(!open_yet(a[1]) && open_yet(b[1]));
    CHECK_INT(pace_sweep(p, 5000 + PACE_HEADERS_MS), 0); /* once */
    pace_asks(p, other, 50000);                          /* answered: the next request may begin */
    CHECK_INT(pace_sweep(p, 50000 + PACE_HEADERS_MS), 0);
    CHECK_INT(pace_sweep(p, 50001 + PACE_HEADERS_MS), 1);
    CHECK(!open_yet(b[1]));
    pace_end(p, slow);
    pace_end(p, other);
    CHECK_INT(pace_sweep(p, INT64_MAX), 0);
    pace_free(&p);
    for (int i = 0; i < 2; i++) {
        close(a[i]);
        close(b[i]);
    }
}

static void a_body_by_the_byte_is_cut_off_and_a_slow_one_is_not(void)
{
    struct pace *p = pace_new();
    struct pace_line *line = pace_begin(p, -1, 0);
    pace_asked(p, line, 0);
    for (int64_t s = 0; s < 3600; s++) { /* an hour at the slowest pace that is one */
        CHECK(pace_body(line, PACE_BYTES_PER_S, s * 1000));
    }
    pace_asked(p, line, 0);
    int64_t s = 0;
    while (pace_body(line, 1, s * 1000)) {
        s++;
    }
    CHECK_INT(s, PACE_GRACE_MS / 1000 + 1); /* the byte of a second: as soon as it counts */
    CHECK(pace_body(NULL, 1, INT64_MAX));
    pace_end(p, line);
    pace_free(&p);
}

int main(void)
{
    RUN(headers_without_end_are_cut_off);
    RUN(a_body_by_the_byte_is_cut_off_and_a_slow_one_is_not);
    CHECK_END();
}

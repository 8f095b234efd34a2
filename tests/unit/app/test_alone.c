/* test_alone.c - one window a store: the second start is told, whenever it comes. */
#include "app/platform/alone.h"
#include "tests/support/check.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char dir[64], store[80];

static void begin(void)
{
    snprintf(dir, sizeof dir, "build/alone.XXXXXX");
    CHECK(mkdtemp(dir) != NULL);
    snprintf(store, sizeof store, "%s/store", dir);
}

static void end(void)
{
    CHECK_INT(rmdir(dir), 0); /* nothing was left beside the store */
}

static void raised(void *ctx)
{
    atomic_int *n = ctx;
    atomic_fetch_add(n, 1);
}

static void a_second_start_raises_the_first(void)
{
    atomic_int n = 0;
    struct alone *a = NULL, *b = NULL;
    begin();
    CHECK(alone_begin(store, &a) && a != NULL);
    alone_serve(a, raised, &n);
    CHECK(!alone_begin(store, &b) && b == NULL);
    CHECK_INT(atomic_load(&n), 1);
    alone_end(&a);
    CHECK(alone_begin(store, &b) && b != NULL); /* it has ended */
    alone_end(&b);
    end();
}

/* Killed without a word: its door stands there and nobody is behind it. */
static void a_door_that_nobody_opens_is_made_anew(void)
{
    struct alone *a = NULL;
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    begin();
    snprintf(at.sun_path, sizeof at.sun_path, "%s.here", store);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    const void *p = &at;
    CHECK(fd >= 0 && bind(fd, p, sizeof at) == 0 && listen(fd, 1) == 0);
    close(fd);
    CHECK(alone_begin(store, &a) && a != NULL);
    alone_end(&a);
    end();
}

/* Starts that come in one moment (an icon tapped twice): their exit codes. */
static int how_many_are_first(int starts)
{
    int gate[2], over[2], first = 0;
    CHECK_INT(pipe(gate), 0);
    CHECK_INT(pipe(over), 0);
    for (int k = 0; k < starts; k++) {
        if (fork() == 0) {
            struct alone *a = NULL;
            atomic_int n = 0;
            char c;
            close(gate[1]);
            (void)!read(gate[0], &c, 1); /* until all are here */
            bool mine = alone_begin(store, &a);
            alone_serve(a, raised, &n);
            close(over[1]);
            if (mine) {
                (void)!read(over[0], &c, 1); /* the first stays until all have tried */
            }
            alone_end(&a);
            _exit(mine ? 7 : 0);
        }
    }
    close(gate[0]);
    close(gate[1]);
    close(over[0]);
    close(over[1]);
    for (int k = 0; k < starts; k++) {
        int status = 0;
        CHECK(wait(&status) > 0);
        first += WIFEXITED(status) && WEXITSTATUS(status) == 7;
    }
    return first;
}

static void of_many_starts_in_one_moment_one_is_first(void)
{
    begin();
    CHECK_INT(how_many_are_first(12), 1);
    end();
}

/* The first one is stopped, or opens its window slowly: nobody waits long, nobody is a second. */
static void one_that_does_not_answer_is_still_the_first(void)
{
    struct alone *a = NULL;
    struct timespec from, to;
    begin();
    CHECK(alone_begin(store, &a) && a != NULL);
    clock_gettime(CLOCK_MONOTONIC, &from);
    CHECK_INT(how_many_are_first(12), 0);
    clock_gettime(CLOCK_MONOTONIC, &to);
    CHECK(to.tv_sec - from.tv_sec < 30);
    atomic_int n = 0;
    alone_serve(a, raised, &n);
    for (int k = 0; k < 500 && atomic_load(&n) == 0; k++) {
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    CHECK(atomic_load(&n) > 0); /* it comes forward when it goes on */
    alone_end(&a);
    end();
}

static void without_a_folder_to_write_there_is_no_door(void)
{
    struct alone *a = NULL;
    CHECK(alone_begin("build/no-such-folder/store", &a));
    CHECK(a == NULL);
    alone_serve(a, raised, NULL);
    alone_end(&a);
}

int main(void)
{
    RUN(a_second_start_raises_the_first);
    RUN(a_door_that_nobody_opens_is_made_anew);
    RUN(of_many_starts_in_one_moment_one_is_first);
    RUN(one_that_does_not_answer_is_still_the_first);
    RUN(without_a_folder_to_write_there_is_no_door);
    CHECK_END();
}

/* test_lane.c - what takes long at the console waits on threads of its own: the pool serves on. */
#include "sync/hq/server.h"
#include "sync/hq/web_lane.h"
#include "tests/unit/hq/pair.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ASKERS (2 * HQ_WORKERS_MAX) /* of each kind: more than the pool has threads */

static struct pair p;
static struct hq_writer *writer;
static struct server *server;
static struct sockaddr_in address;

/* Who asks for something of /api/v1 reads this clock, and stands at it while it is shut. */
static struct gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool shut;
    unsigned stand; /* at it now */
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static void gate_clock(void *ctx, struct now *out)
{
    (void)ctx;
    memset(out, 0, sizeof *out);
    pthread_mutex_lock(&gate.lock);
    gate.stand++;
    pthread_cond_broadcast(&gate.moved);
    while (gate.shut) {
        pthread_cond_wait(&gate.moved, &gate.lock);
    }
    gate.stand--;
    p.ms += 1;
    out->wall_ms = p.ms;
    out->boot_ms = p.ms - 1700000000000LL;
    pthread_mutex_unlock(&gate.lock);
}

static void gate_set(bool shut)
{
    pthread_mutex_lock(&gate.lock);
    gate.shut = shut;
    pthread_cond_broadcast(&gate.moved);
    pthread_mutex_unlock(&gate.lock);
}

static void until_somebody_stands(void)
{
    pthread_mutex_lock(&gate.lock);
    while (gate.stand == 0) {
        pthread_cond_wait(&gate.moved, &gate.lock);
    }
    pthread_mutex_unlock(&gate.lock);
}

static void begin(void)
{
    pair_begin(&p);
    p.hq->clock = (struct clock){.read = gate_clock};
    PAIR_OK(&p, hq_writer_start(&writer, p.hq, &p.err));
    PAIR_OK(&p, server_start(&server, p.hq, writer, "127.0.0.1:0", &p.err));
    address = (struct sockaddr_in){.sin_family = AF_INET};
    address.sin_port = htons((uint16_t)strtoul(strchr(server_address(server), ':') + 1, NULL, 10));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

static void end(void)
{
    server_stop(&server);
    hq_writer_stop(&writer);
    pair_end(&p);
}

static int dial(void)
{
    struct timeval patience = {.tv_sec = 20}; /* what never comes fails the test, not hangs it */
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0);
    CHECK_INT(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    return fd;
}

static void say(int fd, const char *head, const char *body)
{
    char text[512];
    int n = snprintf(text, sizeof text,
                     "%s HTTP/1.1\r\nHost: hq\r\nContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     head, strlen(body), body);
    CHECK_INT(send(fd, text, (size_t)n, MSG_NOSIGNAL), n);
}

/* The status; 0: none came. */
static unsigned hear(int fd)
{
    char text[4096];
    ssize_t n = recv(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    return n > 12 ? (unsigned)strtoul(text + 9, NULL, 10) : 0;
}

static unsigned ask(const char *head)
{
    int fd = dial();
    say(fd, head, "");
    unsigned status = hear(fd);
    close(fd);
    return status;
}

static const char login[] = "{\"login\":\"nobody\",\"password\":\"correct horse battery\"}";
/* Not an edition, which is an export's neighbour: who sends one is looked at by this clock before
 * his body comes, on the pool. */
static const char *const slow[] = {"GET /api/v1/registers/calls?format=csv",
                                   "GET /api/v1/jobs/0000/report.pdf", "POST /api/v1/session"};
#define SLOW (sizeof slow / sizeof slow[0])

/* As many exports, printed reports and logins as would take every thread of the pool, and each
 * stands still: bundles, trust and health are answered beside them. */
static void exports_and_logins_hold_up_no_connection_of_the_pool(void)
{
    int fd[SLOW][ASKERS];
    begin();
    gate_set(true);
    for (unsigned k = 0; k < SLOW; k++) {
        for (unsigned i = 0; i < ASKERS; i++) {
            fd[k][i] = dial();
            say(fd[k][i], slow[k], k + 1 == SLOW ? login : "");
        }
    }
    until_somebody_stands();
    for (unsigned i = 0; i < ASKERS; i++) {
        CHECK_INT(ask("GET /healthz"), 200);
        CHECK_INT(ask("GET /v1/trust"), 200);
    }
    gate_set(false);
    for (unsigned k = 0; k < SLOW; k++) {
        for (unsigned i = 0; i < ASKERS; i++) {
            unsigned status = hear(fd[k][i]); /* nobody is logged in; and his tries are counted */
            CHECK(status == 401 || (k + 1 == SLOW && status == 429));
            close(fd[k][i]);
        }
    }
    end();
}

static void a_server_that_stops_leaves_nobody_in_a_lane(void)
{
    int fd[ASKERS];
    begin();
    gate_set(true);
    for (unsigned i = 0; i < ASKERS; i++) {
        fd[i] = dial();
        say(fd[i], slow[0], "");
    }
    until_somebody_stands();
    gate_set(false);
    end(); /* returns, and what ASan sees is whole */
    for (unsigned i = 0; i < ASKERS; i++) {
        close(fd[i]);
    }
}

/* ---- the lane alone ---------------------------------------------------------------------------
 */

static struct {
    struct web_lane_task task[WEB_LANE_MAX + 2];
    unsigned order[WEB_LANE_MAX + 2], n;
} done;

static void note(struct web_lane_task *t)
{
    struct now now;
    gate_clock(NULL, &now);
    done.order[done.n++] = (unsigned)(t - done.task);
}

static void a_lane_takes_turns_has_a_bound_and_ends_when_all_was_done(void)
{
    struct web_lane *lane = NULL;
    struct err err;
    unsigned taken = 0;
    memset(&done, 0, sizeof done);
    CHECK_INT(web_lane_start(&lane, &err), ST_OK);
    gate_set(true);
    for (unsigned i = 0; i < WEB_LANE_MAX + 2; i++) {
        done.task[i].run = note;
        taken += web_lane_submit(lane, &done.task[i]);
        if (i == 0) {
            until_somebody_stands(); /* the first is out of the queue */
        }
    }
    CHECK_INT(taken, WEB_LANE_MAX + 1);
    gate_set(false);
    web_lane_stop(lane);
    CHECK_INT(done.n, WEB_LANE_MAX + 1);
    for (unsigned i = 0; i < done.n; i++) {
        CHECK_INT(done.order[i], i);
    }
    CHECK(!web_lane_submit(lane, &done.task[0]));
    web_lane_free(&lane);
    web_lane_free(&lane);
}

int main(void)
{
    RUN(a_lane_takes_turns_has_a_bound_and_ends_when_all_was_done);
    RUN(exports_and_logins_hold_up_no_connection_of_the_pool);
    RUN(a_server_that_stops_leaves_nobody_in_a_lane);
    CHECK_END();
}

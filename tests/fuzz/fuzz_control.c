/* fuzz_control.c - what comes in at docketd's control socket: the stream of bytes of one
 * connection, through the real socket, threads and writer. Operations that read or write files by
 * name are left to their own doors (bundle, document). */
/* memmem is the C library's own. */
#define _GNU_SOURCE
#include "sync/hq/control.h"
#include "tests/fuzz/door.h"
#include "tests/unit/hq/pair.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct pair p;
static struct hq_writer *writer;
static struct control *control;
static struct sockaddr_un address;

static void begin(void)
{
    static const char *const first[][2] = {
        {"record.set", "{\"type\":\"technician\",\"code\":\"T1\",\"fields\":{\"name\":\"Li\","
                       "\"role\":1}}"},
        {"record.set", "{\"type\":\"customer\",\"code\":\"C1\",\"fields\":{\"name\":\"Wang\"}}"},
        {"record.set", "{\"type\":\"job\",\"code\":\"J1\",\"fields\":{\"customer\":\"C1\"}}"},
    };
    if (access("/dev/shm", W_OK) == 0) {
        HOLD(setenv("TMPDIR", "/dev/shm", 1) == 0); /* a write is a commit: without a disk */
    }
    door_long_lived(true);
    pair_begin(&p);
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        json_t *in = json_loads(first[i][1], 0, NULL), *out = NULL;
        PAIR_OK(&p, ops_run(p.hq, first[i][0], in, &out, &p.err));
        json_decref(in);
        json_decref(out);
    }
    PAIR_OK(&p, hq_writer_start(&writer, p.hq, &p.err));
    PAIR_OK(&p, control_start(&control, p.dir, writer, &p.err));
    door_long_lived(false);
    address.sun_family = AF_UNIX;
    int n = snprintf(address.sun_path, sizeof address.sun_path, "%s/control.sock", p.dir);
    HOLD(n > 0 && n < (int)sizeof address.sun_path && check_failures == 0);
}

static bool names(bytes in, const char *what)
{
    return memmem(in.p, in.n, what, strlen(what)) != NULL;
}

/* Files by name; Argon2, which would eat the time. An escape could spell either. */
static bool is_kept_out(bytes in)
{
    return names(in, "import") || names(in, "publish") || names(in, "user") || names(in, "\\u");
}

static size_t talk(bytes in, uint8_t *back, size_t cap)
{
    size_t got = 0;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    HOLD(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    for (size_t at = 0; at < in.n;) {
        ssize_t k = send(fd, in.p + at, in.n - at, MSG_NOSIGNAL);
        if (k <= 0) {
            break; /* it has read what it wants */
        }
        at += (size_t)k;
    }
    shutdown(fd, SHUT_WR);
    for (;;) {
        ssize_t k = recv(fd, back + got, cap - got, 0);
        if (k <= 0) {
            break;
        }
        got += (size_t)k;
        HOLD(got < cap);
    }
    close(fd);
    return got;
}

static bool take(bytes in)
{
    static uint8_t back[4U << 20];
    if (in.n > 0 && is_kept_out(in)) {
        return false;
    }
    size_t n = talk(in, back, sizeof back);
    size_t head =
        n < 4 ? 0 : (size_t)back[0] << 24 | (size_t)back[1] << 16 | (size_t)back[2] << 8 | back[3];
    HOLD(n == 0 || n == head + 4);
    if (n == 0) { /* bytes of a connection that were never read reset it: nothing was done */
        return false;
    }
    json_t *out = json_loadb((const char *)back + 4, n - 4, 0, NULL);
    HOLD(out != NULL && json_is_boolean(json_object_get(out, "ok")));
    bool ok = json_is_true(json_object_get(out, "ok"));
    json_int_t st = json_integer_value(json_object_get(out, "st"));
    HOLD(ok || (json_string_length(json_object_get(out, "text")) > 0 && st != ST_OK));
    HOLD(st != ST_BUG && st != ST_CORRUPT);
    json_decref(out);
    return ok;
}

static void seed(const char *op, const char *in)
{
    uint8_t buf[1024];
    int n = snprintf((char *)buf + 4, sizeof buf - 4, "{\"op\":\"%s\",\"in\":%s}", op, in);
    HOLD(n > 0 && n < (int)sizeof buf - 4);
    buf[0] = buf[1] = 0;
    buf[2] = (uint8_t)(n >> 8);
    buf[3] = (uint8_t)n;
    door_seed(bytes_of(buf, (size_t)n + 4));
}

static void seeds(void)
{
    seed("status", "{}");
    seed("enrol", "{\"technician\":\"T1\",\"prefix\":\"D1\"}");
    seed("enrol", "{\"recover\":\"0011223344556677\"}");
    seed("assign", "{\"job\":\"J1\",\"technician\":\"T1\"}");
    seed("assign.batch", "{\"assignments\":[{\"job\":\"J1\",\"technician\":\"\"}]}");
    seed("record.set", "{\"type\":\"customer\",\"code\":\"C1\",\"fields\":{\"name\":\"Li\"}}");
    seed("record.batch", "{\"records\":[{\"type\":\"job\",\"code\":\"J2\",\"fields\":{\"customer\":"
                         "\"C1\",\"called\":7,\"fault_told\":\"leaks\"}}]}");
    seed("forget", "{\"customer\":\"C1\"}");
    seed("conflicts", "{}");
    seed("resolve", "{\"type\":\"job\",\"code\":\"J1\",\"field\":\"contact\",\"value\":\"A\"}");
    seed("revoke", "{\"author\":\"0011223344556677\"}");
    seed("admit", "{}");
    seed("cash.accept", "{\"job\":\"J1\",\"amount\":12000}");
    seed("call.create", "{\"fields\":{\"customer\":\"C1\",\"called\":7},\"actor\":\"T1\"}");
    seed("record.edit", "{\"type\":\"job\",\"id\":\"J1\",\"fields\":{\"contact\":\"A\"},\"seen\":{}"
                        "}");
    seed("job.cancel", "{\"job\":\"J1\",\"reason\":\"no\"}");
    seed("job.archive", "{\"job\":\"J1\"}");
    seed("paper.step", "{\"type\":\"goods\",\"id\":\"G1\",\"step\":\"goods.pass\"}");
    seed("token.add", "{\"name\":\"a\",\"role\":\"clerk\",\"scopes\":[\"jobs.read\"]}");
    seed("api.write", "{\"op\":\"status\",\"in\":{},\"key\":\"12345678\"}");
}

static size_t json_at(bytes in)
{
    (void)in;
    return 4;
}

const struct door door = {.name = "control",
                          .max_bytes = 8192,
                          .tries = 1500,
                          .begin = begin,
                          .take = take,
                          .seeds = seeds,
                          .json_at = json_at,
                          .headed = true};

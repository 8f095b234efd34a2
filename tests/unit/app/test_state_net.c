/* test_state_net.c - the network thread: joining and syncing with a headquarters in this process,
 * reading all the while; servers that do not answer; what is said when it does not work. */
#include "tests/unit/app/state_rig.h"
#include "tests/unit/hq/pair.h"

#include "sync/carrier/http_client.h"
#include "sync/hq/server.h"

#include <arpa/inet.h>
#include <sys/socket.h>

struct house {
    struct pair p;
    struct hq_writer *writer;
    struct server *server;
    char url[64];
    id16 who, customer;
};
static struct house x;
static struct rig r;

static id16 technician(const char *name)
{
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    return pair_record(&x.p, SUBJECT_TECHNICIAN, &w, 1, name, F_TECHNICIAN_NAME);
}

/* Headquarters by the rig's clock, which threads may read. */
static void house_open(void)
{
    struct hq_options o = {
        .dir = x.p.dir, .map_bytes = PAIR_MAP, .clock = {.read = rig_clock, .ctx = &r}};
    PAIR_OK(&x.p, hq_open(&o, &x.p.hq, &x.p.err));
}

static void house_serve(void)
{
    PAIR_OK(&x.p, hq_writer_start(&x.writer, x.p.hq, &x.p.err));
    PAIR_OK(&x.p, server_start(&x.server, x.p.hq, x.writer, "127.0.0.1:0", &x.p.err));
    snprintf(x.url, sizeof x.url, "http://%s", server_address(x.server));
}

static void house_shut(void)
{
    server_stop(&x.server);
    hq_writer_stop(&x.writer);
}

static void house_begin(void)
{
    struct record_write w = {.field = F_CUSTOMER_ZONE, .type = FT_ENUM, .i = 1};
    memset(&x, 0, sizeof x);
    pair_begin(&x.p);
    rig_place(&r);
    atomic_store(&r.ms, x.p.ms + 3600000);
    pair_end(&x.p);
    house_open();
    x.who = technician("Chen Zhiqiang");
    x.customer = pair_record(&x.p, SUBJECT_CUSTOMER, &w, 1, "Liu Meihua", F_CUSTOMER_NAME);
}

static void house_end(void)
{
    house_shut();
    pair_end(&x.p);
}

static void invite(const char *prefix, char code[static 20])
{
    struct hq_invite inv = {.person = x.who, .role = ROLE_TECHNICIAN};
    int64_t until;
    snprintf(inv.prefix, sizeof inv.prefix, "%s", prefix);
    PAIR_OK(&x.p, hq_join_invite(x.p.hq, &inv, code, &until, &x.p.err));
}

static const char *words(void)
{
    return app_error_words(r.a, app_result(r.a));
}

static bool join(const char *code, const char *url)
{
    rig_turn(&r);
    CHECK(app_join(r.a, code, url, SHOP_PIN));
    CHECK(!app_join(r.a, code, url, SHOP_PIN));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->what, APP_JOINING);
    CHECK_INT(app_busy(r.a), APP_IDLE);
    return app_result(r.a)->st == ST_OK;
}

static void joined(void)
{
    char code[20];
    house_begin();
    for (int k = 0; k < 3; k++) {
        pair_assign(&x.p, pair_job(&x.p, x.customer, "no cooling"), x.who);
    }
    invite("D1", code);
    house_serve();
    rig_open(&r);
    CHECK(join(code, x.url));
    CHECK(r.a->store != NULL);
}

static bool sync_now(void)
{
    CHECK(app_sync_now(r.a));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->what, APP_SYNCING);
    return app_result(r.a)->st == ST_OK;
}

/* ---------------------------------------------------------------------------------------------- */
static void joining_says_what_is_wrong_and_changes_nothing(void)
{
    char code[20], used[20], path[600];
    house_begin();
    invite("D1", code);
    invite("D2", used);
    house_serve();
    rig_open(&r);
    CHECK_INT(r.a->trail[0].screen, SCREEN_FIRST_START);
    CHECK(!join("0000000000000000", x.url));
    CHECK(strstr(words(), "code is not right") != NULL);
    CHECK(!join("!!", x.url));
    CHECK(strstr(words(), "16 letters") != NULL);
    CHECK(!join(code, "headquarters"));
    CHECK(strstr(words(), "address") != NULL);
    CHECK(!join(code, "http://127.0.0.1:1"));
    CHECK(strstr(words(), "does not answer") != NULL);
    snprintf(path, sizeof path, "%s/elsewhere", x.url);
    CHECK(!join(code, path));
    CHECK(strstr(words(), "does not answer") != NULL);
    CHECK(access(r.dir, F_OK) != 0);
    CHECK(join(code, x.url));
    CHECK_INT(r.a->trail[0].screen, SCREEN_TODAY);
    CHECK(!id8_zero(app_author(r.a)));
    CHECK_STR(r.a->who.prefix, "D1");
    CHECK_STR(r.a->net.address, x.url);
    app_close(&r.a);

    /* Another device with the same code, and one whose place is taken. */
    rig_place(&r);
    atomic_store(&r.ms, x.p.ms + 3700000);
    rig_open(&r);
    CHECK(!join(code, x.url));
    CHECK(strstr(words(), "used already") != NULL);
    CHECK_INT(mkdir(r.dir, 0700), 0);
    CHECK(!join(used, x.url));
    CHECK(strstr(words(), "Nothing was changed") != NULL);
    CHECK(strstr(words(), "used already") == NULL);
    CHECK_INT(rmdir(r.dir), 0);
    CHECK(join(used, x.url)); /* the same code, for the same keys */
    rig_end(&r);
    house_end();
}

/* All that the screens read, in every turn, while the other threads are at work. */
static void read_everything(void)
{
    struct today_row row;
    struct sync_state s;
    size_t n;
    rig_turn(&r);
    app_sync_state(r.a, &s);
    for (size_t k = 0; k < app_today_count(r.a) && k < 3; k++) {
        app_today_row(r.a, k, &row);
    }
    app_job(r.a);
    app_stock(r.a, &n);
    app_report(r.a, REPORT_1_ZH);
    app_technician_name(r.a);
    app_company(r.a);
    app_receipt_number(r.a);
    app_today_filter(r.a, "liu", 0);
}

static void screens_read_while_bundles_come_and_go(void)
{
    struct today_row row;
    struct sync_state s;
    joined();
    CHECK(sync_now());
    CHECK_INT(app_today_count(r.a), 3);
    CHECK(app_today_row(r.a, 0, &row));
    CHECK_BYTES(row.customer.p, row.customer.n, "Liu Meihua", 10);
    id16 job = row.row.subject;
    app_go(r.a, SCREEN_JOB, job);
    CHECK(app_job(r.a) != NULL);
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREENS));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    app_sync_state(r.a, &s);
    CHECK(s.unsent >= 1);
    for (int k = 0; k < 5; k++) {
        CHECK(app_sync_now(r.a));
        CHECK(!app_lock(r.a)); /* not under a sync's feet */
        unsigned turns = 0;
        while (app_busy(r.a) != APP_IDLE && turns++ < 200000) {
            read_everything();
        }
        rig_settle(&r);
        CHECK_INT(app_result(r.a)->st, ST_OK);
        atomic_fetch_add(&r.ms, 60000);
        rig_turn(&r);
        CHECK(rig_step(&r, k == 0 ? KIND_VISIT_TRAVELLING : KIND_VISIT_ARRIVED, NULL, SCREENS));
        rig_settle(&r);
    }
    CHECK(sync_now());
    app_sync_state(r.a, &s);
    CHECK_INT(s.unsent, 0);
    CHECK(s.last_receipt_ms > 0);
    CHECK_INT(app_job(r.a)->place, PLACE_HQ);
    rig_end(&r);
    house_end();
}

static void without_headquarters_work_goes_on(void)
{
    struct sync_state s;
    joined();
    CHECK(sync_now());
    house_shut();
    CHECK(!sync_now());
    CHECK_INT(app_result(r.a)->st, ST_OFFLINE);
    CHECK(strstr(words(), "saved here") != NULL);
    struct today_row row;
    CHECK_INT(app_today_count(r.a), 3);
    CHECK(app_today_row(r.a, 0, &row));
    app_go(r.a, SCREEN_JOB, row.row.subject);
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREENS));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    app_sync_state(r.a, &s);
    CHECK(s.unsent > 0);
    app_address(r.a, "not an address");
    CHECK(!sync_now());
    CHECK(strstr(words(), "address") != NULL);
    app_address(r.a, "");
    CHECK(!sync_now());
    CHECK(strstr(words(), "address") != NULL);

    /* By hand: out, to headquarters, back. */
    char out[600], back[600];
    snprintf(out, sizeof out, "%s.out.docket", r.dir);
    snprintf(back, sizeof back, "%s.back.docket", r.dir);
    CHECK(app_sync_file(r.a, out, true));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    struct bundle_buffer ans = {.cap = 64 << 20};
    uint8_t *req = malloc(1 << 20);
    FILE *f = fopen(out, "rb");
    size_t n = f == NULL ? 0 : fread(req, 1, 1 << 20, f);
    if (f != NULL) {
        fclose(f);
    }
    const char *problem;
    PAIR_OK(&x.p,
            hq_exchange(x.p.hq, bytes_of(req, n), bundle_buffer_sink, &ans, &problem, &x.p.err));
    f = fopen(back, "wb");
    CHECK(f != NULL && fwrite(ans.p, 1, ans.n, f) == ans.n);
    fclose(f);
    CHECK(app_sync_file(r.a, back, false));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    app_sync_state(r.a, &s);
    CHECK_INT(s.unsent, 0);
    bundle_buffer_drop(&ans);
    free(req);
    rig_end(&r);
    house_end();
}

/* A port that takes connections and never says a word. */
static int silent_port(char url[static 64])
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(fd, (struct sockaddr *)&a, n) == 0 && listen(fd, 4) == 0);
    CHECK_INT(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    snprintf(url, 64, "http://127.0.0.1:%u", ntohs(a.sin_port));
    return fd;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void closing_does_not_wait_for_a_server_that_is_silent(void)
{
    char url[64];
    const struct timespec moment = {.tv_nsec = 200000000};
    int fd = silent_port(url);
    rig_place(&r);
    rig_open(&r);
    rig_turn(&r);
    CHECK(app_join(r.a, "0123456789ABCDEF", url, SHOP_PIN));
    nanosleep(&moment, NULL);
    CHECK(app_pending(r.a));
    double from = seconds();
    app_close(&r.a);
    CHECK(seconds() - from < 5);
    rig_begin(&r);
    app_address(r.a, url);
    CHECK(app_sync_now(r.a));
    nanosleep(&moment, NULL);
    rig_turn(&r);
    CHECK_INT(app_busy(r.a), APP_SYNCING);
    CHECK(!rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREENS)); /* one thing at a time */
    from = seconds();
    app_close(&r.a);
    CHECK(seconds() - from < 5);
    close(fd);
}

int main(void)
{
    struct err err;
    if (http_global_init(&err) != ST_OK) {
        return 99;
    }
    RUN(joining_says_what_is_wrong_and_changes_nothing);
    RUN(screens_read_while_bundles_come_and_go);
    RUN(without_headquarters_work_goes_on);
    RUN(closing_does_not_wait_for_a_server_that_is_silent);
    CHECK_END();
}

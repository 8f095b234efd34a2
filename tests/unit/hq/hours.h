/* hours.h - a desk whose editions have calendars; when its calls are due, by pages, rows and
 * indexes. */
#ifndef TESTS_HQ_HOURS_H
#define TESTS_HQ_HOURS_H
#include "core/fold/refold.h"
#include "core/journal/check.h"
#include "core/model/catalogue.h"
#include "sync/carrier/file.h"
#include "sync/hq/hq_calendar.h"
#include "tests/unit/hq/desk.h"

#define HOUR 3600000LL
#define FRIDAY_0826 1780014360000LL /* 2026-05-29 08:26 in China */

static struct desk d;
static unsigned editions;

static inline void publish(const struct calendars *cal)
{
    static uint8_t buf[1U << 16];
    struct catalogue c = {.number = ++editions, .retention_days = 30, .calendars = *cal};
    char path[160];
    bytes out;
    CHECK_INT(catalogue_encode(&c, buf, sizeof buf, &out), ST_OK);
    snprintf(path, sizeof path, "%.100s.edition", d.p.dir);
    PAIR_OK(&d.p, file_write(path, out, 0600, &d.p.err));
    json_decref(desk_op(&d, "edition.publish", json_pack("{s:s}", "file", path)));
}

static inline void begin(void)
{
    char id[33];
    editions = 0;
    desk_begin(&d);
    desk_record(&d, "customer", "C1", "{\"name\":\"Wang\",\"zone\":1}", id);
    desk_login(&d, "administrator");
}

/* `branch`: in hex; NULL: none. */
static inline void call_in(const char *code, int64_t at_ms, const char *branch)
{
    char id[33], fields[200];
    snprintf(fields, sizeof fields, "{\"customer\":\"C1\",\"zone\":1,\"called\":%lld%s%s%s}",
             (long long)at_ms, branch == NULL ? "" : ",\"branch\":\"", branch == NULL ? "" : branch,
             branch == NULL ? "" : "\"");
    desk_record(&d, "job", code, fields, id);
    desk_settle(&d);
}

static inline void call(const char *code, int64_t at_ms)
{
    call_in(code, at_ms, NULL);
}

/* What the job's page and the row of the register say its arrival is due; both must agree. */
static inline int64_t due(const char *code, bool *late)
{
    char target[64];
    int64_t page = 0, row = -1;
    size_t i;
    json_t *one, *j;
    desk_login(&d, "administrator"); /* the clock has moved, a session ends */
    snprintf(target, sizeof target, "/jobs/%s", code);
    json_t *out = desk_get(&d, target);
    json_array_foreach(json_object_get(out, "deadlines"), i, one)
    {
        if (json_integer_value(json_object_get(one, "kind")) == DL_ARRIVE) {
            page = json_integer_value(json_object_get(one, "due_ms"));
        }
    }
    json_decref(out);
    out = desk_get(&d, "/registers/calls");
    json_array_foreach(json_object_get(out, "rows"), i, j)
    {
        if (strcmp(desk_str(j, "code"), code) == 0) {
            row = json_integer_value(json_object_get(j, "due_ms"));
            *late = json_is_true(json_object_get(j, "late"));
        }
    }
    json_decref(out);
    CHECK_INT(page, row);
    return page;
}

/* The first job that the register of deadlines names, and when it is due by its key. */
static inline int64_t first_due(void)
{
    uint8_t buf[LIST_KEY_BYTES];
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    bytes key, prefix = register_prefix(SUBJECT_JOB, REG_WHOLE, (id8){{0}}, REG_DUE, REG_BY_TIME,
                                        NULL, buf);
    int64_t ms = 0;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, store_scan(t, T_LIST, prefix, (bytes){NULL, 0}, &c, &d.p.err));
    if (store_next(c, &key) == ST_OK) {
        ms = register_time_ms(key.p + prefix.n);
    }
    store_scan_end(&c);
    store_abort(&t);
    return ms;
}

static inline unsigned overdue(void)
{
    json_t *out = desk_get(&d, "/dashboard");
    unsigned n = (unsigned)json_integer_value(json_object_get(out, "late"));
    json_decref(out);
    return n;
}

static inline void rows_hold(void)
{
    static uint8_t room[CAP_SCRATCH_BYTES];
    struct journal_check_totals totals;
    struct journal_check_sink none = {.found = NULL};
    PAIR_OK(&d.p,
            journal_check(d.p.hq->store, arena_of(room, sizeof room), &none, &totals, &d.p.err));
    for (unsigned i = 0; i < CHECK_FORKED; i++) {
        CHECK_INT(totals.found[i], 0);
    }
}
#endif

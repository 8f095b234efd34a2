/* test_registers.c - registers: pages without gap or double, ranges, filters, rebuilt to the same
 * bytes; search; the board's order; exports that no spreadsheet runs. */
#include "core/codec/hash.h"
#include "core/store/rebuild.h"
#include "sync/hq/reg.h"
#include "tests/unit/hq/desk.h"
#include "tests/unit/hq/scene.h"

#define DAY_MS 86400000LL
#define JOBS 137

static struct desk d;
static char ids[JOBS][33];

static void some_jobs(void)
{
    char code[16], text[300], id[33];
    desk_record(&d, "customer", "C1", "{\"name\":\"Golden Lotus\",\"branch\":\"" DESK_HERE "\"}",
                id);
    for (unsigned i = 0; i < JOBS; i++) {
        snprintf(code, sizeof code, "J%03u", i);
        /* Every third has the same time as the one before: subjects break the tie. */
        snprintf(text, sizeof text,
                 "{\"customer\":\"C1\",\"called\":%lld,\"zone\":1,\"branch\":\"%s\","
                 "\"class_proposed\":%u}",
                 1780000000000LL - (long long)(i - i % 3) * 60000,
                 i % 5 == 0 ? DESK_THERE : DESK_HERE, i % 2 + 1);
        desk_record(&d, "job", code, text, ids[i]);
        if (i % 4 == 0) {
            json_decref(desk_op(&d, "assign",
                                json_pack("{s:s,s:s}", "job", code, "technician",
                                          i % 8 == 0 ? "technician" : "technician2")));
        }
    }
}

/* Walks a register page by page: how many rows; times never go the wrong way; none comes twice. */
static unsigned walk(const char *query, unsigned limit, bool ascending)
{
    static char seen[JOBS * 2][33];
    unsigned n = 0, pages = 0;
    char cursor[64] = "";
    int64_t last = ascending ? INT64_MIN : INT64_MAX;
    do {
        char target[400];
        snprintf(target, sizeof target, "/registers/calls?limit=%u%s&cursor=%s", limit, query,
                 cursor);
        json_t *page = desk_get(&d, target), *row;
        size_t i;
        CHECK_INT(d.status, 200);
        json_array_foreach(json_object_get(page, "rows"), i, row)
        {
            int64_t ms = json_integer_value(json_object_get(row, ascending ? "due_ms" : "time_ms"));
            CHECK(ascending ? ms >= last : ms <= last);
            last = ms;
            for (unsigned k = 0; k < n; k++) {
                CHECK(strcmp(seen[k], desk_str(row, "id")) != 0);
            }
            snprintf(seen[n++ % (JOBS * 2)], 33, "%s", desk_str(row, "id"));
        }
        CHECK(i <= limit);
        snprintf(cursor, sizeof cursor, "%s", desk_str(page, "next"));
        json_decref(page);
        pages++;
    } while (cursor[0] != '\0' && pages < 300);
    return n;
}

static void pages_hold_every_row_once_and_in_order(void)
{
    desk_begin(&d);
    some_jobs();
    desk_login(&d, "department");
    CHECK_INT(walk("", 10, false), JOBS);
    CHECK_INT(walk("", 1, false), JOBS);
    CHECK_INT(walk("", 200, false), JOBS);
    CHECK_INT(walk("&due=1", 7, true), JOBS);
    CHECK_INT(walk("&state=dispatched", 10, false), 35);
    CHECK_INT(walk("&state=registered", 10, false), JOBS - 35);
    CHECK_INT(walk("&technician=technician", 4, false), 18);
    CHECK_INT(walk("&technician=technician&state=registered", 4, false), 0);
    CHECK_INT(walk("&class=1", 10, false), 69);
    CHECK_INT(walk("&class=2&state=dispatched", 10, false), 0);
    CHECK_INT(walk("&class=1&state=dispatched", 10, false), 35);
    CHECK_INT(walk("&branch=HZ", 10, false), 28);
    desk_login(&d, "clerk");
    CHECK_INT(walk("", 10, false), JOBS - 28);
    /* Ranges: from is within, to is not. */
    CHECK_INT(walk("&from=1780000000000", 10, false), 2);
    CHECK_INT(walk("&to=1780000000000", 10, false), JOBS - 28 - 2);
    CHECK_INT(walk("&from=1779999820000&to=1780000000000", 10, false), 2);
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?limit=201", NULL), 400);
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?cursor=zzz", NULL), 400);
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?state=flying", NULL), 400);
    CHECK_INT(desk_do(&d, "GET", "/registers/nothing", NULL), 404);
    desk_end(&d);
}

static void a_row_moves_with_its_state_and_leaves_nothing_behind(void)
{
    char id[33];
    desk_begin(&d);
    desk_record(&d, "customer", "C1", "{\"name\":\"A\"}", id);
    desk_record(&d, "job", "J1", "{\"customer\":\"C1\",\"called\":5}", id);
    desk_login(&d, "department");
    CHECK_INT(walk("&state=registered", 10, false), 1);
    json_decref(
        desk_op(&d, "assign", json_pack("{s:s,s:s}", "job", "J1", "technician", "technician")));
    CHECK_INT(walk("&state=registered", 10, false), 0);
    CHECK_INT(walk("&state=dispatched", 10, false), 1);
    CHECK_INT(walk("&technician=technician", 10, false), 1);
    json_decref(
        desk_op(&d, "assign", json_pack("{s:s,s:s}", "job", "J1", "technician", "technician2")));
    CHECK_INT(walk("&technician=technician", 10, false), 0);
    CHECK_INT(walk("&technician=technician2", 10, false), 1);
    json_decref(desk_op(&d, "job.cancel", json_pack("{s:s,s:i}", "job", "J1", "reason", 1)));
    CHECK_INT(walk("&state=dispatched", 10, false), 0);
    CHECK_INT(walk("&state=cancelled", 10, false), 1);
    CHECK_INT(walk("&due=1", 10, true), 0);
    CHECK_INT(walk("", 10, false), 1);
    desk_end(&d);
}

/* Every key and value of the derived tables. */
static h32 derived(void)
{
    static const enum table tables[] = {T_STATE, T_LIST, T_CODE};
    struct hasher {
        crypto_generichash_state g;
    } h;
    struct store_txn *t = NULL;
    h32 out;
    crypto_generichash_init(&h.g, NULL, 0, sizeof out.b);
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct store_cursor *c = NULL;
        bytes key, value;
        PAIR_OK(&d.p, store_scan(t, tables[i], (bytes){0}, (bytes){0}, &c, &d.p.err));
        while (store_next(c, &key) == ST_OK) {
            struct arena a = hq_arena(d.p.hq);
            PAIR_OK(&d.p, store_value(c, &a, &value, &d.p.err));
            crypto_generichash_update(&h.g, key.p, key.n);
            crypto_generichash_update(&h.g, value.p, value.n);
        }
        store_scan_end(&c);
    }
    store_abort(&t);
    crypto_generichash_final(&h.g, out.b, sizeof out.b);
    return out;
}

static void registers_are_rebuilt_to_the_same_bytes(void)
{
    struct store_rebuild_totals totals;
    desk_begin(&d);
    some_jobs();
    desk_login(&d, "clerk");
    h32 before = derived();
    PAIR_OK(&d.p, store_rebuild(d.p.hq->store, hq_arena(d.p.hq), &totals, &d.p.err));
    h32 after = derived();
    CHECK(h32_eq(before, after));
    CHECK(totals.subjects > JOBS);
    /* A store of before there were registers: their keys are gone, the first start brings them. */
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_write(d.p.hq->store, &t, &d.p.err));
    id16 one;
    CHECK(hex_get(str_c(ids[0]), one.b, sizeof one.b));
    PAIR_OK(&d.p, store_del(t, T_STATE, bytes_of(one.b, sizeof one.b), &d.p.err));
    PAIR_OK(&d.p, fold_refold(t, one, hq_arena(d.p.hq), &d.p.err));
    PAIR_OK(&d.p, store_commit(&t, &d.p.err));
    PAIR_OK(&d.p, hq_registers(d.p.hq, &d.p.err));
    after = derived();
    CHECK(h32_eq(before, after));
    desk_end(&d);
}

/* ---- search -----------------------------------------------------------------------------------
 */

static unsigned hits(const char *q)
{
    json_t *out = desk_ask(&d, "POST", "/search", json_pack("{s:s}", "q", q));
    unsigned n = (unsigned)json_array_size(json_object_get(out, "hits"));
    json_decref(out);
    return n;
}

static void search_finds_names_phones_addresses_and_what_changes(void)
{
    char id[33], there[33], path[64];
    desk_begin(&d);
    desk_record(
        &d, "customer", "C1",
        "{\"name\":\"Golden Lotus\",\"phone\":\"138-0000-1011\",\"address\":\"West Lake 7\","
        "\"branch\":\"" DESK_HERE "\"}",
        id);
    desk_record(&d, "customer", "C2",
                "{\"name\":\"\xE8\xA5\xBF\xE6\xB9\x96\",\"branch\":\"" DESK_HERE "\"}", there);
    desk_record(&d, "customer", "C3", "{\"name\":\"Golden Crane\",\"branch\":\"" DESK_THERE "\"}",
                there);
    desk_settle(&d);
    desk_login(&d, "clerk");
    CHECK_INT(hits("golden"), 1); /* the crane is another branch's */
    CHECK_INT(hits("GOLDEN lotus"), 1);
    CHECK_INT(hits("lotus 1011"), 1);
    CHECK_INT(hits("lotus 1012"), 0);
    CHECK_INT(hits("lake"), 1);
    CHECK_INT(hits("\xE8\xA5\xBF\xE6\xB9\x96"), 1);
    CHECK_INT(hits("C1"), 1);
    desk_login(&d, "department");
    CHECK_INT(hits("golden"), 2);
    desk_login(&d, "clerk");
    snprintf(path, sizeof path, "/customers/%s", id);
    json_t *record = desk_get(&d, path);
    json_t *seen =
        json_object_get(json_object_get(json_object_get(record, "values"), "name"), "seen");
    CHECK_INT(desk_do(&d, "PATCH", path,
                      json_pack("{s:{s:s},s:{s:O}}", "fields", "name", "Silver Fern", "seen",
                                "name", seen)),
              200);
    json_decref(record);
    desk_settle(&d);
    CHECK_INT(hits("lotus"), 0);
    CHECK_INT(hits("silver"), 1);
    CHECK_INT(desk_do(&d, "POST", "/search", json_object()), 400);
    CHECK_INT(desk_do(&d, "GET", "/search?q=silver", NULL), 405); /* never in an address */
    desk_end(&d);
}

static const struct acct_user all = {.role = ROLE_ADMINISTRATOR};

static bool told(const char *login, uint64_t from, const char *id)
{
    char buf[4096] = "";
    struct store_txn *t = NULL;
    struct acct_user u;
    struct arena a = hq_arena(d.p.hq);
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, acct_get(t, login, a, &u, &d.p.err));
    store_abort(&t);
    return api_event(d.api, &u, &from, buf, sizeof buf) > 0 && strstr(buf, id) != NULL;
}

static void who_listens_is_told_of_what_he_may_see(void)
{
    char buf[4096], job[33];
    uint64_t from = UINT64_MAX;
    desk_begin(&d);
    desk_settle(&d);
    CHECK_INT(api_event(d.api, &all, &from, buf, sizeof buf), 0);
    desk_record(&d, "job", "J1", "{\"fault_told\":\"hot\",\"branch\":\"" DESK_HERE "\"}", job);
    desk_settle(&d);
    CHECK(told("clerk", from, job) && told("department", from, job));
    CHECK(!told("clerk2", from, job)); /* another branch's */
    CHECK(!told("technician", from, job) && !told("technician3", from, job));
    json_decref(
        desk_op(&d, "assign", json_pack("{s:s,s:s}", "job", job, "technician", "technician")));
    desk_settle(&d);
    CHECK(told("technician", from, job));
    CHECK(!told("technician2", from, job) && !told("clerk2", from, job));
    desk_end(&d);
}

static void what_changed_is_told(void)
{
    char buf[4096], id[33];
    uint64_t after = UINT64_MAX;
    desk_begin(&d);
    desk_settle(&d);
    CHECK_INT(api_event(d.api, &all, &after, buf, sizeof buf), 0);
    desk_record(&d, "customer", "C1", "{\"name\":\"A\"}", id);
    CHECK(api_tick(d.api));
    size_t n = api_event(d.api, &all, &after, buf, sizeof buf);
    CHECK(n > 0 && n < sizeof buf && strstr(buf, id) != NULL && strstr(buf, "record.set") != NULL);
    CHECK(strstr(buf, "event: changed\n") != NULL && strcmp(buf + n - 2, "\n\n") == 0);
    CHECK_INT(api_event(d.api, &all, &after, buf, sizeof buf), 0); /* once */
    CHECK(!api_tick(d.api));
    for (unsigned i = 0; i < 300; i++) { /* more than an event names: it says so */
        char code[16];
        snprintf(code, sizeof code, "M%u", i);
        desk_record(&d, "customer", code, "{\"name\":\"B\"}", id);
    }
    desk_settle(&d);
    char *big = malloc(65536);
    CHECK(big != NULL && api_event(d.api, &all, &after, big, 65536) > 0);
    CHECK(big != NULL && strstr(big, "\"more\":true") != NULL);
    free(big);
    desk_end(&d);
}

/* ---- the board --------------------------------------------------------------------------------
 */

static void left_over_calls_head_the_board(void)
{
    char id[33], text[200];
    desk_begin(&d);
    desk_record(&d, "customer", "C1", "{\"name\":\"A\",\"branch\":\"" DESK_HERE "\"}", id);
    const struct {
        const char *code;
        int64_t called, priority;
    } jobs[] = {{"TODAY1", d.p.ms - 3600000, 0},
                {"LEFT", d.p.ms - 2 * DAY_MS, 0},
                {"TODAY2", d.p.ms - 7200000, 0}};
    for (size_t i = 0; i < 3; i++) {
        snprintf(text, sizeof text,
                 "{\"customer\":\"C1\",\"called\":%lld,\"zone\":1,\"branch\":\"" DESK_HERE "\"}",
                 (long long)jobs[i].called);
        desk_record(&d, "job", jobs[i].code, text, id);
    }
    desk_login(&d, "supervisor");
    json_t *board = desk_get(&d, "/board"), *list = json_object_get(board, "undispatched");
    CHECK_INT(json_array_size(list), 3);
    CHECK_STR(desk_str(json_array_get(list, 0), "code"), "LEFT");
    CHECK(json_is_true(json_object_get(json_array_get(list, 0), "left_over")));
    CHECK_STR(desk_str(json_array_get(list, 1), "code"), "TODAY2");
    CHECK_INT(json_array_size(json_object_get(board, "technicians")), 2); /* of this branch */
    json_decref(board);
    json_t *glance = desk_get(&d, "/dashboard");
    CHECK_INT(json_integer_value(json_object_get(glance, "undispatched")), 3);
    CHECK_INT(json_integer_value(json_object_get(glance, "left_over")), 1);
    CHECK_INT(json_integer_value(json_object_get(glance, "today")), 2);
    CHECK(json_integer_value(json_object_get(glance, "late")) >= 1);
    json_decref(glance);
    desk_end(&d);
}

/* ---- devices ----------------------------------------------------------------------------------
 */

static json_t *device_row(void)
{
    json_t *page = desk_get(&d, "/registers/devices");
    json_t *row = json_incref(json_array_get(json_object_get(page, "rows"), 0));
    CHECK_INT(json_array_size(json_object_get(page, "rows")), 1);
    json_decref(page);
    return row;
}

static size_t silent_devices(void)
{
    desk_login(&d, "administrator"); /* a session does not last for days */
    json_t *glance = desk_get(&d, "/dashboard");
    size_t n = json_array_size(json_object_get(glance, "devices_silent"));
    json_decref(glance);
    return n;
}

static void a_device_is_silent_three_days_after_its_last_word_or_its_joining(void)
{
    static struct pair_device device;
    struct exchange_result r;
    desk_begin(&d);
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    id16 who = pair_record(&d.p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    pair_join(&d.p, &device, who, "D1");
    CHECK_INT(silent_devices(), 0); /* joined just now, never heard of yet */
    json_t *row = device_row();
    CHECK_INT(json_integer_value(json_object_get(row, "time_ms")), 0);
    CHECK(json_is_null(json_object_get(json_object_get(row, "fields"), "unsent")));
    json_decref(row);
    d.p.ms += 4 * DAY_MS;
    CHECK_INT(silent_devices(), 1);
    pair_sync(&d.p, &device, &r);
    CHECK_INT(silent_devices(), 0);
    row = device_row();
    const json_t *f = json_object_get(row, "fields");
    CHECK(json_integer_value(json_object_get(row, "time_ms")) > d.p.ms - DAY_MS);
    CHECK_INT(json_integer_value(json_object_get(f, "unsent")), 0);
    CHECK_INT(json_integer_value(json_object_get(f, "waiting")), 0);
    json_decref(row);
    d.p.ms += 4 * DAY_MS;
    CHECK_INT(silent_devices(), 1);
    pair_leave(&device);
    desk_end(&d);
}

static void what_a_device_could_not_bring_in_one_part_is_shown_as_unsent(void)
{
    static struct pair_device device;
    struct exchange_result r;
    id16 who;
    desk_begin(&d);
    id16 job = scene_job(&d.p, &who);
    pair_join(&d.p, &device, who, "D1");
    pair_sync(&d.p, &device, &r);
    scene_part(&d.p, &device, job, &r);
    desk_login(&d, "administrator");
    json_t *row = device_row();
    json_t *unsent = json_object_get(json_object_get(row, "fields"), "unsent");
    CHECK(r.sent_entries > 0 && r.sent_entries < 60);
    CHECK_INT(json_integer_value(unsent), 60 - (int)r.sent_entries);
    json_decref(row);
    pair_leave(&device);
    desk_end(&d);
}

static void every_register_can_be_taken_away_as_csv(void)
{
    static const char *const names[] = {
        "calls",     "vouchers",  "archive",    "help",     "handovers", "cash",   "customers",
        "equipment", "contracts", "people",     "goods",    "slips",     "stock",  "days",
        "invoices",  "conflicts", "quarantine", "editions", "proposals", "devices"};
    static struct pair_device device;
    desk_begin(&d);
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    id16 who = pair_record(&d.p, SUBJECT_TECHNICIAN, &w, 1, "=Li Wei", F_TECHNICIAN_NAME);
    pair_join(&d.p, &device, who, "D1");
    desk_login(&d, "administrator");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char target[80];
        snprintf(target, sizeof target, "/registers/%s?format=csv", names[i]);
        json_decref(desk_get(&d, target));
        CHECK_INT(d.status, 200);
        CHECK_STR(d.type, "text/csv; charset=utf-8");
        CHECK(d.body != NULL && strncmp(d.body, "\xEF\xBB\xBF\"code\",\"state\"", 17) == 0);
    }
    /* The last, of devices: as many cells in the row as in the heading, no formula. */
    unsigned cells[2] = {1, 1}, line = 0;
    for (const char *p = d.body; p != NULL && *p != '\0' && line < 2; p++) {
        cells[line] += *p == ',';
        line += *p == '\n';
    }
    CHECK_INT(line, 2);
    CHECK_INT(cells[0], cells[1]);
    CHECK(d.body != NULL && strstr(d.body, "\"'=Li Wei\"") != NULL);
    pair_leave(&device);
    desk_end(&d);
}

/* ---- what people type -------------------------------------------------------------------------
 */

/* Who has the cash and how much: else nobody can do accounts with the file. */
static void a_file_of_calls_says_who_has_them_and_what_he_owes(void)
{
    char id[33], who[33];
    desk_begin(&d);
    desk_record(&d, "technician", "T7", "{\"name\":\"Chen\"}", who);
    desk_record(&d, "job", "J7", "{\"fault_told\":\"no heat\"}", id);
    json_decref(desk_op(&d, "assign", json_pack("{s:s,s:s}", "job", id, "technician", who)));
    desk_login(&d, "department");
    json_decref(desk_get(&d, "/registers/calls?format=csv"));
    CHECK_INT(d.status, 200);
    CHECK(d.body != NULL &&
          strstr(d.body, "\"code\",\"state\",\"time_ms\",\"type\",\"branch\",\"technician\","
                         "\"technician.code\",\"class\",\"due_ms\",\"cash_owed_minor\",") != NULL);
    const char *row = d.body == NULL ? NULL : strstr(d.body, "\"J7\",");
    CHECK(row != NULL && strstr(row, ",\"job\",") != NULL);
    CHECK(row != NULL && strstr(row, ",\"Chen\",\"T7\",0,") != NULL);
    desk_end(&d);
}

static void no_cell_of_an_export_is_a_formula(void)
{
    static const char *const nasty[] = {"=1+1",
                                        "+cmd|' /C calc'!A0",
                                        "-2+3",
                                        "@SUM(A1)",
                                        "\tx",
                                        "quote \" and, comma",
                                        "\xEF\xBC\x9DHYPERLINK(1)",
                                        "\xEF\xBC\x8B"
                                        "1",
                                        "\xEF\xBC\x8D"
                                        "1",
                                        "\xEF\xBC\xA0SUM(A1)"};
    char id[33], code[8];
    desk_begin(&d);
    for (size_t i = 0; i < sizeof nasty / sizeof nasty[0]; i++) {
        json_t *f = json_pack("{s:s,s:s}", "name", nasty[i], "branch", DESK_HERE);
        snprintf(code, sizeof code, "C%zu", i);
        json_decref(
            desk_op(&d, "record.set",
                    json_pack("{s:s,s:s,s:o}", "type", "customer", "code", code, "fields", f)));
    }
    desk_record(&d, "customer", "CX", "{\"name\":\"<script>alert(1)</script>\"}", id);
    desk_login(&d, "department");
    json_decref(desk_get(&d, "/registers/customers?format=csv"));
    CHECK_INT(d.status, 200);
    CHECK_STR(d.type, "text/csv; charset=utf-8");
    for (const char *p = d.body; p != NULL && *p != '\0';) {
        char before = p == d.body ? '\n' : p[-1];
        bool begins = *p == '"' && (before == ',' || before == '\n');
        if (begins && p[1] != '\0' && strchr("=+-@\t\r", p[1]) != NULL) {
            check_fail(__FILE__, __LINE__, "a cell begins with %c", p[1]);
        }
        if (begins &&
            (memcmp(p + 1, "\xEF\xBC\x9D", 3) == 0 || memcmp(p + 1, "\xEF\xBC\x8B", 3) == 0 ||
             memcmp(p + 1, "\xEF\xBC\x8D", 3) == 0 || memcmp(p + 1, "\xEF\xBC\xA0", 3) == 0)) {
            check_fail(__FILE__, __LINE__, "a cell begins with a wide sign: %.6s", p + 1);
        }
        p++;
    }
    CHECK(d.body != NULL && strstr(d.body, "\"'=1+1\"") != NULL);
    CHECK(d.body != NULL && strstr(d.body, "\"'\xEF\xBC\x9DHYPERLINK(1)\"") != NULL);
    CHECK(d.body != NULL && strstr(d.body, "\"quote \"\" and, comma\"") != NULL);
    /* Script in a name stays text of a JSON document that no browser renders. */
    json_t *page = desk_get(&d, "/customers/CX");
    CHECK_STR(d.type, "application/json");
    CHECK_STR(desk_str(json_object_get(page, "fields"), "name"), "<script>alert(1)</script>");
    json_decref(page);
    desk_end(&d);
}

int main(void)
{
    RUN(pages_hold_every_row_once_and_in_order);
    RUN(a_row_moves_with_its_state_and_leaves_nothing_behind);
    RUN(registers_are_rebuilt_to_the_same_bytes);
    RUN(search_finds_names_phones_addresses_and_what_changes);
    RUN(what_changed_is_told);
    RUN(who_listens_is_told_of_what_he_may_see);
    RUN(left_over_calls_head_the_board);
    RUN(a_device_is_silent_three_days_after_its_last_word_or_its_joining);
    RUN(what_a_device_could_not_bring_in_one_part_is_shown_as_unsent);
    RUN(every_register_can_be_taken_away_as_csv);
    RUN(a_file_of_calls_says_who_has_them_and_what_he_owes);
    RUN(no_cell_of_an_export_is_a_formula);
    CHECK_END();
}

/* test_worklists.c - people in the order of their names; the parts of registers that are worklists,
 * and the overview's figures, which count them; who overtakes whom at dispatch; what is known of a
 * device after a restart. */
#include "core/rules/office.h"
#include "sync/hq/hq_contact.h"
#include "sync/hq/reg_groups.h"
#include "tests/unit/hq/books.h"
#include "tests/unit/hq/scene.h"

static struct desk d;

static void restart(void)
{
    struct api_options opt = {.hash_ops = 1};
    api_free(&d.api);
    hq_close(&d.p.hq);
    pair_open_hq(&d.p);
    PAIR_OK(&d.p, api_new(d.p.hq, &opt, &d.api, &d.p.err));
    desk_login(&d, "administrator");
}

/* ---- names ------------------------------------------------------------------------------------
 */

static struct reg_name named(const char *text, uint8_t id)
{
    struct reg_name n = {.who = {{id}}};
    n.n = reg_name_key(str_c(text), n.key);
    return n;
}

static void names_stand_as_a_reader_looks_them_up(void)
{
    static const char *const rising[] = {"",
                                         "9 队",
                                         "10 队",
                                         "阿一",
                                         "白一",
                                         "陈志强",
                                         "陈志远",
                                         "林晓东",
                                         "王海燕",
                                         "赵敏芝",
                                         "\xF0\xA0\x80\x80",
                                         "鑫",
                                         "anna",
                                         "Bert 2",
                                         "bert 10",
                                         "BERTA",
                                         "Zoë",
                                         "Ольга"};
    for (size_t i = 1; i < sizeof rising / sizeof rising[0]; i++) {
        struct reg_name a = named(rising[i - 1], 9), b = named(rising[i], 1);
        if (reg_name_compare(&a, &b) >= 0) {
            check_fail(__FILE__, __LINE__, "%s is not before %s", rising[i - 1], rising[i]);
        }
    }
    struct reg_name a = named("Li", 1), b = named("li", 2);
    CHECK(reg_name_compare(&a, &b) < 0 && reg_name_compare(&b, &a) > 0);
    CHECK_INT(reg_name_compare(&a, &a), 0);
    static const char *const odd[] = {
        "\xFF\xFE", "\xE4\xB8", "7777777777777777777777777777777777777",
        "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct reg_name n = named(odd[i], 1);
        CHECK(n.n > 0 && n.n <= REG_NAME_BYTES);
    }
}

#define PEOPLE 9
static const char *const people[PEOPLE] = {"王海燕", "Bert 10", "陈志强", "anna", "赵敏芝",
                                           "Bert 9", "阿一",    "林晓东", "白 二"};
static const char *const sorted[PEOPLE] = {"阿一",   "白 二", "陈志强", "林晓东", "王海燕",
                                           "赵敏芝", "anna",  "Bert 9", "Bert 10"};

static void crew(const char *const *names)
{
    for (unsigned i = 0; i < PEOPLE; i++) {
        char f[160], code[24], id[33];
        snprintf(f, sizeof f, "{\"name\":\"%s\",\"branch\":\"%s\"}", names[i],
                 i % 3 == 0 ? DESK_THERE : DESK_HERE);
        snprintf(code, sizeof code, "N%u", i);
        desk_record(&d, "technician", code, f, id);
    }
}

static void calls(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        char code[24], who[24], id[33];
        snprintf(code, sizeof code, "J-%u", i);
        snprintf(who, sizeof who, "N%u", i * 5 % PEOPLE);
        desk_record(&d, "job", code,
                    i % 2 == 0
                        ? "{\"called\":1780000000000,\"zone\":1,\"branch\":\"" DESK_HERE "\"}"
                        : "{\"called\":1780000000001,\"zone\":1,\"branch\":\"" DESK_THERE "\"}",
                    id);
        if (i % 4 != 0) {
            json_decref(
                desk_op(&d, "assign", json_pack("{s:s,s:s}", "job", code, "technician", who)));
        }
    }
}

static const char *whose(const json_t *row)
{
    return desk_str(json_object_get(row, "technician"), "name");
}

/* Each page of each length, up and down, has the same groups in the order of `want`. */
static void reads_by_people(const char *const *want, const char *query, unsigned rows)
{
    for (unsigned limit = 1; limit <= 16; limit += 5) {
        for (unsigned down = 0; down < 2; down++) {
            char q[120];
            snprintf(q, sizeof q, "%s&sort=technician&order=%s", query, down ? "desc" : "asc");
            struct books_rows a = books_leaf(&d, "calls", q, limit);
            size_t n = json_array_size(a.rows), at = down ? PEOPLE : 0, wrong = 0;
            for (size_t i = 0; i < n; i++) {
                const char *name = whose(json_array_get(a.rows, down ? n - 1 - i : i));
                at = i == 0 ? 0 : at;
                while (name[0] != '\0' && at < PEOPLE && strcmp(want[at], name) != 0) {
                    at++;
                }
                wrong += at == PEOPLE || books_times(a.rows, books_id_at(a.rows, i)) != 1 ||
                         (name[0] == '\0' && at != 0); /* nobody is first */
            }
            if (wrong != 0 || n != rows) {
                check_fail(__FILE__, __LINE__, "%s: %zu of %zu rows, %u wanted", q, wrong, n, rows);
            }
            json_decref(a.rows);
        }
    }
}

static void calls_are_read_by_people_in_the_order_of_their_names(void)
{
    desk_begin(&d);
    crew(people);
    calls(60);
    desk_login(&d, "administrator");
    reads_by_people(sorted, "", 60);
    reads_by_people(sorted, "&branch=" DESK_HERE, 30);
    while (api_tick(d.api)) { /* the same names from memory */
    }
    reads_by_people(sorted, "", 60);
    CHECK(books_count(&d, "calls", "&sort=technician&state=dispatched") == 45);
    desk_end(&d);
}

/* Somebody is renamed, and somebody loses his last call, between two pages: the walk goes on behind
 * where they stand now, and nobody else is missed or seen twice. */
static void a_walk_by_people_goes_on_when_they_change(void)
{
    desk_begin(&d);
    crew(people);
    calls(60);
    desk_login(&d, "administrator");
    json_t *one = desk_get(&d, "/registers/calls?sort=technician&limit=23");
    char cursor[200], target[300], code[24] = "", last[33];
    const json_t *rows = json_object_get(one, "rows"), *row;
    snprintf(cursor, sizeof cursor, "%s", desk_str(one, "next"));
    row = json_array_get(rows, json_array_size(rows) - 1);
    snprintf(last, sizeof last, "%s", desk_str(json_object_get(row, "technician"), "id"));
    for (unsigned i = 0; i < 60; i++) { /* all that he has go to another */
        snprintf(code, sizeof code, "J-%u", i);
        snprintf(target, sizeof target, "/jobs/%s", code);
        json_t *job = desk_get(&d, target);
        if (strcmp(desk_str(json_object_get(job, "technician"), "id"), last) == 0) {
            json_decref(
                desk_op(&d, "assign", json_pack("{s:s,s:s}", "job", code, "technician", "N1")));
        }
        json_decref(job);
    }
    snprintf(target, sizeof target, "/registers/calls?sort=technician&limit=200&cursor=%s", cursor);
    json_t *rest = desk_get(&d, target);
    size_t i, twice = 0;
    json_t *r;
    json_array_foreach(json_object_get(rest, "rows"), i, r)
    {
        twice += books_times(rows, desk_str(r, "id")) != 0 &&
                 strcmp(whose(r), "Bert 10") != 0; /* who got his, behind him */
        CHECK(strcmp(whose(r), "阿一") != 0);
    }
    CHECK_INT(twice, 0);
    CHECK(json_array_size(json_object_get(rest, "rows")) >= 60 - 23);
    json_decref(rest);
    json_decref(one);
    desk_end(&d);
}

static void devices_are_read_by_people_in_the_order_of_their_names(void)
{
    static struct pair_device devices[PEOPLE];
    desk_begin(&d);
    crew(people);
    for (unsigned i = 0; i < PEOPLE; i++) {
        char code[24], name[8];
        id16 who;
        snprintf(code, sizeof code, "N%u", i);
        snprintf(name, sizeof name, "D%u", i);
        PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, str_c(code), &who, &d.p.err));
        pair_join(&d.p, &devices[i], who, name);
    }
    desk_login(&d, "administrator");
    for (unsigned limit = 1; limit <= 10; limit += 3) {
        struct books_rows up = books_leaf(&d, "devices", "&sort=technician&order=asc", limit),
                          down = books_leaf(&d, "devices", "&sort=technician&order=desc", limit);
        CHECK_INT(json_array_size(up.rows), PEOPLE);
        CHECK_INT(json_array_size(down.rows), PEOPLE);
        for (unsigned i = 0; i < PEOPLE; i++) {
            CHECK_STR(whose(json_array_get(up.rows, i)), sorted[i]);
            CHECK_STR(whose(json_array_get(down.rows, PEOPLE - 1 - i)), sorted[i]);
        }
        json_decref(up.rows);
        json_decref(down.rows);
    }
    for (unsigned i = 0; i < PEOPLE; i++) {
        pair_leave(&devices[i]);
    }
    desk_end(&d);
}

/* ---- figures and their lists ------------------------------------------------------------------
 */

static void figure(const char *name, const char *reg, const char *query, unsigned least)
{
    json_t *glance = desk_get(&d, "/dashboard");
    const json_t *v = json_object_get(glance, name);
    unsigned n = (unsigned)(json_is_array(v) ? json_array_size(v) : (size_t)json_integer_value(v));
    unsigned rows = books_count(&d, reg, query);
    if (n != rows || n < least) {
        check_fail(__FILE__, __LINE__, "%s: %u, its list has %u", name, n, rows);
    }
    json_decref(glance);
}

static void every_figure_counts_the_list_that_it_leads_to(void)
{
    static struct pair_device device;
    char id[33], from[60], to[80];
    desk_begin(&d);
    crew(people);
    d.p.ms += 20 * 86400000LL;
    calls(20); /* called long ago */
    for (unsigned i = 0; i < 12; i++) {
        char f[200], code[24];
        snprintf(f, sizeof f, "{\"receipt\":\"R%u\",\"state\":%u,\"in\":%u,\"branch\":\"%s\"%s}", i,
                 i % 7 + 1, i, i % 4 == 0 ? DESK_THERE : DESK_HERE,
                 i % 2 == 0 ? ",\"due\":1780000000000" : "");
        snprintf(code, sizeof code, "G%u", i);
        desk_record(&d, "goods", code, f, id);
    }
    id16 who;
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, str_c("N0"), &who, &d.p.err));
    pair_join(&d.p, &device, who, "D1");
    d.p.ms += 4 * 86400000LL;
    static const char *const logins[] = {"administrator", "supervisor", "department"};
    for (size_t i = 0; i < 3; i++) {
        desk_login(&d, logins[i]);
        bool here = i == 1;
        json_t *glance = desk_get(&d, "/dashboard");
        long long today = json_integer_value(json_object_get(glance, "today_ms"));
        CHECK(today > d.p.ms - 2 * 86400000LL && today <= d.p.ms);
        json_decref(glance);
        snprintf(from, sizeof from, "&from=%lld", today);
        snprintf(to, sizeof to, "&state=registered&to=%lld", today);
        figure("today", "calls", from, 0);
        figure("left_over", "calls", to, 1);
        figure("late", "calls", "&only=late&sort=due", here ? 1 : 10);
        figure("late", "calls", "&only=late", here ? 1 : 10);
        figure("late", "calls", "&only=late&sort=technician", here ? 1 : 10);
        figure("undispatched", "calls", "&state=registered", 1);
        figure("goods_open", "goods", "&only=open&sort=state", 4);
        figure("goods_open", "goods", "&only=open&sort=state&order=desc", 4);
        figure("goods_open", "goods", "&only=open", 4);
        figure("late_unhelped", "goods", "&only=unhelped&sort=state", here ? 0 : 1);
        figure("late_unhelped", "goods", "&only=unhelped&sort=number", here ? 0 : 1);
        figure("devices_silent", "devices", "&only=silent", here ? 0 : 1);
    }
    CHECK_INT(books_count(&d, "goods", "&only=open&state=voided"), 0);
    CHECK_INT(books_count(&d, "goods", ""), 12);
    static const char *const sorts[] = {"time", "number", "state", "technician", "branch", "due"};
    for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++) {
        char q[80];
        snprintf(q, sizeof q, "&only=workshop&sort=%s", sorts[i]);
        CHECK_INT(books_count(&d, "goods", q), 8); /* in, in work, finished, passed: two each */
        snprintf(q, sizeof q, "&only=workshop&branch=HZ&sort=%s", sorts[i]);
        CHECK_INT(books_count(&d, "goods", q), 2);
    }
    CHECK_INT(books_count(&d, "goods", "&only=workshop&state=taken"), 0);
    CHECK_INT(books_count(&d, "goods", "&only=workshop&state=passed"), 2);
    CHECK_INT(desk_do(&d, "GET", "/registers/calls?only=open", NULL), 400);
    CHECK_INT(desk_do(&d, "GET", "/registers/customers?only=late", NULL), 400);
    pair_leave(&device);
    desk_end(&d);
}

/* ---- dispatch ---------------------------------------------------------------------------------
 */

static unsigned give(const char *who, const char *seen, char stands[static 40])
{
    json_t *out = desk_ask(&d, "POST", "/jobs/J-1/assign",
                           json_pack("{s:s,s:s}", "technician", who, "seen", seen));
    const json_t *field =
        json_object_get(json_object_get(json_object_get(out, "conflict"), "fields"), "technician");
    const json_t *first = json_array_get(json_object_get(field, "stands"), 0);
    snprintf(stands, 40, "%s", desk_str(json_object_get(first, "value"), "code"));
    json_decref(out);
    return d.status;
}

static void who_dispatches_sees_whom_another_gave_the_call_to_before_he_takes_it_away(void)
{
    char stands[40], id[33];
    desk_begin(&d);
    desk_record(&d, "job", "J-1", "{\"called\":1,\"branch\":\"" DESK_HERE "\"}", id);
    desk_login(&d, "supervisor");
    CHECK_INT(give("technician", "", stands), 200);
    CHECK_INT(give("technician2", "", stands), 409); /* he saw nobody */
    CHECK_STR(stands, "technician");
    CHECK_INT(give("technician", "", stands), 200); /* the same wish: nothing is lost */
    CHECK_INT(give("technician2", "technician", stands), 200);
    CHECK_INT(give("", "technician", stands), 409);
    CHECK_STR(stands, "technician2");
    CHECK_INT(give("technician", "nobody of this name", stands), 409);
    CHECK_INT(desk_do(&d, "POST", "/jobs/J-1/assign", json_pack("{s:s}", "technician", "")), 200);
    desk_end(&d);
}

/* ---- a device, after a restart ----------------------------------------------------------------
 */

static json_int_t of_device(const char *member)
{
    json_t *page = desk_get(&d, "/registers/devices");
    const json_t *row = json_array_get(json_object_get(page, "rows"), 0);
    const json_t *v = json_object_get(json_object_get(row, "fields"), member);
    v = v == NULL ? json_object_get(row, member) : v;
    json_int_t n = json_is_integer(v) ? json_integer_value(v) : -1;
    json_decref(page);
    return n;
}

static void what_a_device_had_not_brought_is_known_after_a_restart(void)
{
    static struct pair_device device;
    struct exchange_result r;
    id16 who;
    desk_begin(&d);
    id16 job = scene_job(&d.p, &who);
    pair_join(&d.p, &device, who, "D1");
    pair_sync(&d.p, &device, &r);
    restart();
    CHECK_INT(of_device("unsent"), 0);
    scene_part(&d.p, &device, job, &r);
    desk_login(&d, "administrator");
    json_int_t unsent = of_device("unsent"), heard = of_device("time_ms");
    CHECK_INT(unsent, 60 - (int)r.sent_entries);
    CHECK(unsent > 0 && heard > 0);
    struct hq_contacts *fresh = hq_contacts_new(4); /* as a crash would find it */
    struct hq_contact was[HQ_CONTACTS];
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    unsigned n = hq_contacts_last(fresh, t, device.journal.head.author, was);
    store_abort(&t);
    CHECK(n > 0);
    CHECK_INT(was[n - 1].unsent, unsent);
    hq_contacts_free(&fresh);
    restart();
    CHECK_INT(of_device("unsent"), unsent);
    CHECK_INT(of_device("time_ms"), heard);
    pair_sync(&d.p, &device, &r);
    restart();
    CHECK_INT(of_device("unsent"), 0);
    pair_leave(&device);
    desk_end(&d);
}

int main(void)
{
    RUN(names_stand_as_a_reader_looks_them_up);
    RUN(calls_are_read_by_people_in_the_order_of_their_names);
    RUN(a_walk_by_people_goes_on_when_they_change);
    RUN(devices_are_read_by_people_in_the_order_of_their_names);
    RUN(every_figure_counts_the_list_that_it_leads_to);
    RUN(who_dispatches_sees_whom_another_gave_the_call_to_before_he_takes_it_away);
    RUN(what_a_device_had_not_brought_is_known_after_a_restart);
    CHECK_END();
}

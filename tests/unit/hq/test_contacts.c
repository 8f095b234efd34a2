/* test_contacts.c - when a device was last heard of: in memory, and what a restart knows of it. */
#include "sync/hq/hq_contact.h"
#include "tests/unit/hq/desk.h"

#define DAY_MS 86400000LL

static struct desk d;

static void what_was_heard_of_many_devices_is_told_apart_up_to_the_bound(void)
{
    enum { MOST = 40 };
    struct hq_contacts *c = hq_contacts_new(MOST);
    struct hq_contact got;
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < MOST + 3; i++) {
            id8 author = {{7, 0, 0, 0, 0, 0, 0, (uint8_t)i}}; /* all want the same place */
            const struct hq_contact what = {.at_ms = 1000 * round + i, .cursor = i};
            hq_contacts_note(c, author, &what);
        }
    }
    for (unsigned i = 0; i < MOST + 3; i++) {
        id8 author = {{7, 0, 0, 0, 0, 0, 0, (uint8_t)i}};
        CHECK_INT(hq_contacts_get(c, author, &got), i < MOST);
        CHECK(i >= MOST || (got.at_ms == 1000 + i && got.cursor == i));
    }
    CHECK(!hq_contacts_get(c, (id8){{8}}, &got));
    hq_contacts_free(&c);
}

static json_t *silent(void)
{
    desk_login(&d, "administrator"); /* a session does not last for days */
    json_t *glance = desk_get(&d, "/dashboard");
    json_t *list = json_incref(json_object_get(glance, "devices_silent"));
    json_decref(glance);
    return list;
}

static size_t silent_ones(void)
{
    json_t *list = silent();
    size_t n = json_array_size(list);
    json_decref(list);
    return n;
}

static void restart(void)
{
    struct api_options opt = {.hash_ops = 1};
    api_free(&d.api);
    pair_end(&d.p);
    pair_open_hq(&d.p);
    PAIR_OK(&d.p, api_new(d.p.hq, &opt, &d.api, &d.p.err));
}

/* After a restart the newest receipt says when; a device that was revoked is awaited no more. */
static void after_a_restart_a_device_is_as_silent_as_its_newest_receipt(void)
{
    static struct pair_device device[2];
    struct exchange_result r;
    desk_begin(&d);
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    for (unsigned i = 0; i < 2; i++) {
        id16 who = pair_record(&d.p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
        pair_join(&d.p, &device[i], who, i == 0 ? "D1" : "D2");
    }
    d.p.ms += 4 * DAY_MS;
    pair_sync(&d.p, &device[1], &r); /* opens its journal: it has a receipt now */
    int64_t at_ms = d.p.ms;
    CHECK_INT(silent_ones(), 1);
    restart();
    CHECK_INT(silent_ones(), 1);
    d.p.ms += 2 * DAY_MS;
    CHECK_INT(silent_ones(), 1);
    d.p.ms += 2 * DAY_MS;
    json_t *list = silent();
    CHECK_INT(json_array_size(list), 2);
    for (size_t i = 0; i < json_array_size(list); i++) {
        int64_t ms = json_integer_value(json_object_get(json_array_get(list, i), "receipt_ms"));
        char id[17];
        hex_put(bytes_of(device[1].journal.cert.author.b, 8), id);
        bool second = strcmp(desk_str(json_array_get(list, i), "author"), id) == 0;
        CHECK(second ? ms > at_ms - DAY_MS && ms <= at_ms : ms < at_ms - DAY_MS);
    }
    json_decref(list);
    json_t *page = desk_get(&d, "/registers/devices?limit=1"), *row;
    row = json_array_get(json_object_get(page, "rows"), 0);
    CHECK_INT(json_array_size(json_object_get(page, "rows")), 1);
    CHECK_STR(desk_str(row, "code"), "D2"); /* the latest first */
    CHECK(json_integer_value(json_object_get(row, "time_ms")) > at_ms - DAY_MS);
    CHECK(json_is_string(json_object_get(page, "next")));
    json_t *in = json_pack("{s:o}", "author", ops_hex(device[1].journal.cert.author.b, 8));
    json_decref(desk_op(&d, "revoke", in));
    json_decref(page);
    CHECK_INT(silent_ones(), 1);
    page = desk_get(&d, "/registers/devices?state=revoked");
    CHECK_INT(json_array_size(json_object_get(page, "rows")), 1);
    json_decref(page);
    pair_leave(&device[0]);
    pair_leave(&device[1]);
    desk_end(&d);
}

int main(void)
{
    RUN(what_was_heard_of_many_devices_is_told_apart_up_to_the_bound);
    RUN(after_a_restart_a_device_is_as_silent_as_its_newest_receipt);
    CHECK_END();
}

/* test_item.c - what came in and could not be kept: when, from whom, how often; and that somebody
 * saw to it, which is an entry. */
#include "core/codec/hash.h"
#include "core/store/rebuild.h"
#include "tests/unit/hq/desk.h"

static struct desk d;
static struct pair_device here, there; /* of a technician of each branch */
static char item[65], far_item[65];

static void came(const struct pair_device *dev, const char *bytes_of_it, unsigned reason,
                 char hex[static 65])
{
    struct store_txn *t = NULL;
    h32 what;
    bytes it = str_bytes(str_c(bytes_of_it));
    hash32(it, what.b);
    hex_put(bytes_of(what.b, sizeof what.b), hex);
    struct now now = pair_now(&d.p);
    PAIR_OK(&d.p, store_write(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, hq_odd_put(t, dev->journal.head.author, reason, it, now.wall_ms, &d.p.err));
    PAIR_OK(&d.p, store_commit(&t, &d.p.err));
}

static void begin(void)
{
    id16 who;
    desk_begin(&d);
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, S("technician"), &who, &d.p.err));
    pair_join(&d.p, &here, who, "D1");
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, S("technician3"), &who, &d.p.err));
    pair_join(&d.p, &there, who, "D2");
    came(&here, "no entry at all", PROBLEM_FORM, item);
    came(&there, "nor is this", PROBLEM_FORM, far_item);
}

static void end(void)
{
    pair_leave(&here);
    pair_leave(&there);
    desk_end(&d);
}

static json_t *look(const char *hex)
{
    char path[96];
    snprintf(path, sizeof path, "/quarantine/%s", hex);
    return desk_get(&d, path);
}

static unsigned settle(const char *hex, int reason)
{
    char path[96];
    snprintf(path, sizeof path, "/quarantine/%s/settle", hex);
    return desk_do(&d, "POST", path, json_pack("{s:i}", "reason", reason));
}

static int64_t field(const json_t *row, const char *name)
{
    return json_integer_value(json_object_get(json_object_get(row, "fields"), name));
}

static size_t told(const json_t *row)
{
    return json_array_size(json_object_get(row, "history"));
}

static unsigned rows(const char *state)
{
    char path[64];
    snprintf(path, sizeof path, "/registers/quarantine?state=%s", state);
    json_t *page = desk_get(&d, path);
    unsigned n = (unsigned)json_array_size(json_object_get(page, "rows"));
    json_decref(page);
    return n;
}

static void when_it_came_from_whom_and_how_often_is_told(void)
{
    begin();
    desk_login(&d, "supervisor");
    json_t *once = look(item);
    CHECK_INT(d.status, 200);
    CHECK_INT(field(once, "tries"), 1);
    CHECK_STR(desk_str(json_object_get(once, "technician"), "code"), "technician");
    CHECK_INT(strlen(desk_str(json_object_get(once, "fields"), "author")), 16);
    int64_t first = json_integer_value(json_object_get(once, "time_ms"));
    CHECK(first > 0 && field(once, "last_ms") == first);
    d.p.ms += 600000;
    came(&here, "no entry at all", PROBLEM_FORM, item);
    came(&here, "no entry at all", PROBLEM_GAP, item);
    json_t *thrice = look(item);
    CHECK_INT(field(thrice, "tries"), 3);
    CHECK_INT(json_integer_value(json_object_get(thrice, "time_ms")), first);
    CHECK(field(thrice, "last_ms") > first + 600000);
    CHECK_INT(field(thrice, "reason"), PROBLEM_GAP);
    CHECK_INT(rows("kept"), 1); /* one thing, however often; the other branch's is not his */
    json_decref(once);
    json_decref(thrice);
    end();
}

static void who_saw_to_it_and_why_is_an_entry(void)
{
    begin();
    desk_login(&d, "supervisor");
    CHECK_INT(settle(item, 0), 400);
    CHECK_INT(settle(item, ITEM_REASONS), 400);
    CHECK_INT(settle("00", ITEM_DEVICE), 404);
    CHECK_INT(settle(item, ITEM_DEVICE), 200);
    json_t *row = look(item);
    CHECK_STR(desk_str(row, "state"), "settled");
    CHECK_INT(told(row), 1);
    const json_t *step = json_array_get(json_object_get(row, "history"), 0);
    CHECK_STR(desk_str(step, "kind"), "item.settled");
    CHECK_STR(desk_str(step, "role"), "supervisor");
    CHECK_STR(desk_str(json_object_get(step, "actor"), "code"), "supervisor");
    CHECK_INT(json_integer_value(json_object_get(step, "reason")), ITEM_DEVICE);
    json_decref(row);
    CHECK_INT(rows("settled"), 1);
    CHECK_INT(rows("kept"), 0);
    d.p.ms += 600000;
    came(&here, "no entry at all", PROBLEM_FORM, item); /* it is back: somebody has to look again */
    CHECK_INT(rows("settled"), 0);
    CHECK_INT(rows("kept"), 1);
    CHECK_INT(settle(item, ITEM_FAULT), 200);
    row = look(item);
    CHECK_INT(told(row), 2);
    CHECK_STR(desk_str(row, "state"), "settled");
    json_decref(row);
    end();
}

static void another_branchs_and_other_roles_are_refused(void)
{
    begin();
    desk_login(&d, "supervisor");
    json_decref(look(far_item));
    CHECK_INT(d.status, 404);
    CHECK_INT(settle(far_item, ITEM_OTHER), 404);
    desk_login(&d, "clerk");
    json_decref(look(item));
    CHECK_INT(d.status, 403);
    CHECK_INT(settle(item, ITEM_OTHER), 403);
    desk_login(&d, "department"); /* all branches */
    json_decref(look(far_item));
    CHECK_INT(d.status, 200);
    CHECK_INT(settle(far_item, ITEM_OTHER), 200);
    end();
}

/* What a customer showed and headquarters does not hold: raised until somebody saw to it. */
static void what_was_shown_is_raised_until_it_was_seen_to(void)
{
    char shown[65];
    struct store_txn *t = NULL;
    begin();
    came(&here, "a sign-off", HQ_ODD_SHOWN, shown);
    PAIR_OK(&d.p, store_write(d.p.hq->store, &t, &d.p.err));
    static const uint8_t one[4] = {0, 0, 0, 1}; /* as shown_put counts them */
    PAIR_OK(&d.p, hq_meta_put(t, "shown", bytes_of(one, sizeof one), &d.p.err));
    PAIR_OK(&d.p, store_commit(&t, &d.p.err));
    desk_login(&d, "supervisor");
    json_t *dash = desk_get(&d, "/dashboard");
    CHECK_INT(json_integer_value(json_object_get(dash, "withheld")), 1);
    json_decref(dash);
    CHECK_INT(settle(shown, ITEM_ASKED), 200);
    dash = desk_get(&d, "/dashboard");
    CHECK_INT(json_integer_value(json_object_get(dash, "withheld")), 0);
    json_decref(dash);
    came(&here, "a sign-off", PROBLEM_FORM, shown); /* a bundle does not change what it says */
    CHECK_INT(rows("settled"), 1);
    end();
}

static void it_is_rebuilt_to_the_same_bytes(void)
{
    char path[96];
    struct store_rebuild_totals totals;
    begin();
    desk_login(&d, "supervisor");
    CHECK_INT(settle(item, ITEM_ASKED), 200);
    snprintf(path, sizeof path, "/quarantine/%s", item);
    CHECK_INT(desk_do(&d, "GET", path, NULL), 200);
    char *before = strdup(d.body);
    PAIR_OK(&d.p, store_rebuild(d.p.hq->store, hq_arena(d.p.hq), &totals, &d.p.err));
    CHECK_INT(desk_do(&d, "GET", path, NULL), 200);
    CHECK_STR(d.body, before);
    free(before);
    end();
}

/* ---- when a handheld was heard of ---------------------------------------------------------------
 */

static unsigned contacts(const struct pair_device *dev, struct hq_contact out[static HQ_CONTACTS])
{
    struct store_txn *t = NULL;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    unsigned n = hq_contacts_last(d.p.hq->contacts, t, dev->journal.head.author, out);
    store_abort(&t);
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

static void the_last_contacts_of_a_handheld_are_told(void)
{
    struct exchange_result r;
    struct hq_contact past[HQ_CONTACTS];
    char path[64], hex[17], id[33];
    id16 job;
    begin();
    desk_record(&d, "job", "J1", "{\"called\":5,\"branch\":\"" DESK_HERE "\"}", id);
    CHECK(hex_get(str_c(id), job.b, sizeof job.b));
    pair_assign(&d.p, job, here.person);
    CHECK_INT(contacts(&here, past), 0); /* joining is none */
    pair_sync(&d.p, &here, &r);
    CHECK_INT(contacts(&here, past), 1); /* some requests, one contact */
    int64_t first = past[0].at_ms;
    d.p.ms += 3600000;
    pair_sync(&d.p, &here, &r); /* nothing new */
    d.p.ms += 3600000;
    IGNORE(h32_zero(pair_step(&d.p, &here, job, KIND_VISIT_ACCEPTED, (id8){{1}})));
    pair_sync(&d.p, &here, &r);
    CHECK_INT(contacts(&here, past), 3);
    CHECK(past[0].at_ms == first && past[1].brought == 0 && past[2].brought == 1);
    CHECK(past[2].at_ms > past[1].at_ms && past[2].unsent == 0);
    d.p.ms += 3600000;
    pair_sync(&d.p, &here, &r); /* nothing new: in memory alone */
    CHECK_INT(contacts(&here, past), 4);
    restart();
    CHECK_INT(contacts(&here, past), 3); /* those before what it brought were kept with it */
    CHECK(past[0].at_ms == first && past[2].brought == 1);
    int64_t newest = past[2].at_ms;
    desk_login(&d, "supervisor");
    hex_put(bytes_of(here.journal.head.author.b, 8), hex);
    snprintf(path, sizeof path, "/devices/%s/late", hex);
    json_t *page = desk_get(&d, path);
    const json_t *list = json_object_get(page, "contacts");
    CHECK_INT(json_array_size(list), 3);
    CHECK_INT(json_integer_value(json_object_get(json_array_get(list, 0), "at_ms")), newest);
    json_decref(page);
    for (unsigned i = 0; i < HQ_CONTACTS + 3; i++) {
        d.p.ms += 3600000;
        pair_sync(&d.p, &here, &r);
    }
    CHECK_INT(contacts(&here, past), HQ_CONTACTS);
    CHECK(past[0].at_ms > newest && past[HQ_CONTACTS - 1].at_ms > past[0].at_ms);
    CHECK_INT(contacts(&there, past), 0);
    end();
}

int main(void)
{
    RUN(when_it_came_from_whom_and_how_often_is_told);
    RUN(who_saw_to_it_and_why_is_an_entry);
    RUN(another_branchs_and_other_roles_are_refused);
    RUN(what_was_shown_is_raised_until_it_was_seen_to);
    RUN(it_is_rebuilt_to_the_same_bytes);
    RUN(the_last_contacts_of_a_handheld_are_told);
    CHECK_END();
}

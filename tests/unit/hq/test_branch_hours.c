/* test_branch_hours.c - branches with hours of their own (J-04): what headquarters shows, what it
 * calls overdue, the order of its lists, and the handheld's; calls that move, editions that change
 * them. */
#include "core/store/rebuild.h"
#include "tests/unit/hq/hours.h"

/* ---- branches: SZ is shut on Fridays, HZ lies two hours further west ---------------------------
 */

static void of_branches(struct calendars *all, struct branch_hours branch[static 2])
{
    calendars_default(all);
    memset(branch, 0, 2 * sizeof *branch);
    memcpy(branch[0].branch.b, "HZ", 2);
    branch[0].zoned = true;
    branch[0].own.utc_offset_minutes = 360;
    memcpy(branch[1].branch.b, "SZ", 2);
    branch[1].weekdays = 1U << 4;
    all->branches = branch;
    all->nbranches = 2;
}
/* Six working hours of Friday 08:26, 06:26 in HZ, where the day begins at 10:00 of here. */
#define DUE_HERE (FRIDAY_0826 + 7 * HOUR + HOUR / 2)                        /* 15:56 */
#define DUE_SZ (FRIDAY_0826 - 26 * 60000 + 24 * HOUR + 7 * HOUR + HOUR / 2) /* Saturday 15:30 */
#define DUE_HZ (FRIDAY_0826 + 94 * 60000 + 7 * HOUR + HOUR / 2)             /* 17:30 */

/* What the board says of a call, as this login sees it; false: it does not. */
static bool on_board(const char *login, const char *code, int64_t *due_ms, int64_t *left)
{
    size_t i;
    json_t *one;
    bool there = false;
    desk_login(&d, login);
    json_t *out = desk_get(&d, "/board");
    json_array_foreach(json_object_get(out, "undispatched"), i, one)
    {
        if (strcmp(desk_str(one, "code"), code) == 0) {
            *due_ms = json_integer_value(json_object_get(one, "due_ms"));
            *left = json_integer_value(json_object_get(one, "left_minutes"));
            there = true;
        }
    }
    json_decref(out);
    return there;
}

static void move(const char *code, const char *branch)
{
    char id[33], fields[64];
    snprintf(fields, sizeof fields, "{\"branch\":\"%s\"}", branch);
    desk_record(&d, "job", code, fields, id);
    desk_settle(&d);
}

static void j04_each_branch_has_its_own_hours_on_every_page_and_in_every_index(void)
{
    struct calendars all;
    struct branch_hours branch[2];
    bool late;
    int64_t due_ms = 0, left = 0;
    begin();
    call_in("J1", FRIDAY_0826, DESK_HERE); /* before there is such an edition */
    of_branches(&all, branch);
    publish(&all);
    call_in("J2", FRIDAY_0826, DESK_THERE); /* and after */
    call("J3", FRIDAY_0826);
    CHECK_INT(due("J1", &late), DUE_SZ);
    CHECK_INT(due("J2", &late), DUE_HZ);
    CHECK_INT(due("J3", &late), DUE_HERE);
    CHECK_INT(first_due(), DUE_HERE);
    rows_hold();
    d.p.ms = FRIDAY_0826 + 4 * HOUR; /* Friday 12:26; in HZ 10:26 */
    CHECK(on_board("clerk", "J1", &due_ms, &left));
    CHECK(due_ms == DUE_SZ && left == 360);
    CHECK(!on_board("clerk2", "J1", &due_ms, &left) && on_board("clerk2", "J2", &due_ms, &left));
    CHECK(due_ms == DUE_HZ &&
          left == 213); /* 10:26 to 12:00, 13:30 to 15:30, there; a little less */
    CHECK(on_board("administrator", "J3", &due_ms, &left) && due_ms == DUE_HERE && left == 146);
    /* Each is late when its own time is over. */
    static const int64_t over[] = {DUE_HERE, DUE_HZ, DUE_SZ};
    for (unsigned i = 0; i < 3; i++) {
        d.p.ms = over[i] - 60000;
        desk_login(&d, "administrator");
        CHECK_INT(overdue(), i);
        d.p.ms = over[i] + 60000;
        CHECK_INT(overdue(), i + 1);
    }
    desk_end(&d);
}

static void a_call_that_moves_and_a_branch_whose_hours_change_are_put_in_their_place(void)
{
    struct calendars all;
    struct branch_hours branch[2];
    bool late;
    begin();
    of_branches(&all, branch);
    publish(&all);
    call_in("J1", FRIDAY_0826, DESK_HERE);
    CHECK_INT(first_due(), DUE_SZ);
    move("J1", DESK_THERE);
    CHECK_INT(due("J1", &late), DUE_HZ);
    CHECK_INT(first_due(), DUE_HZ);
    move("J1", "4e42000000000000"); /* NB, which has none of its own */
    CHECK_INT(first_due(), DUE_HERE);
    move("J1", DESK_HERE);
    rows_hold();
    branch[1].weekdays = 0; /* SZ opens on Fridays again, and has a later zone */
    branch[1].zoned = true;
    branch[1].own.utc_offset_minutes = 420;
    publish(&all);
    CHECK_INT(due("J1", &late), FRIDAY_0826 + 34 * 60000 + 7 * HOUR + HOUR / 2);
    CHECK_INT(first_due(), due("J1", &late));
    rows_hold();
    all.nbranches = 0; /* an edition that says nothing of branches */
    publish(&all);
    CHECK_INT(due("J1", &late), DUE_HERE);
    CHECK_INT(first_due(), DUE_HERE);
    rows_hold();
    desk_end(&d);
}

/* Half past midnight here is half past ten in HZ: there the day is not over. */
static void what_was_left_over_is_so_by_the_wall_of_its_branch(void)
{
    static const char *const logins[] = {"clerk2", "clerk", "administrator"};
    static const unsigned left_over[] = {0, 1, 3}, today[] = {1, 0, 0};
    struct calendars all;
    struct branch_hours branch[2];
    size_t i;
    json_t *one;
    begin();
    of_branches(&all, branch);
    publish(&all);
    call_in("J1", FRIDAY_0826 + 14 * HOUR, DESK_HERE);
    call_in("J2", FRIDAY_0826 + 14 * HOUR, DESK_THERE);
    call("J3", FRIDAY_0826 + 14 * HOUR);
    d.p.ms = FRIDAY_0826 + 16 * HOUR + 4 * 60000;
    for (unsigned k = 0; k < 3; k++) {
        desk_login(&d, logins[k]);
        json_t *out = desk_get(&d, "/dashboard");
        CHECK_INT(json_integer_value(json_object_get(out, "left_over")), left_over[k]);
        CHECK_INT(json_integer_value(json_object_get(out, "today")), today[k]);
        json_decref(out);
    }
    json_t *out = desk_get(&d, "/board"); /* each by its own */
    unsigned n = 0;
    json_array_foreach(json_object_get(out, "undispatched"), i, one)
    {
        bool there = strcmp(desk_str(one, "code"), "J2") == 0;
        CHECK(json_is_true(json_object_get(one, "left_over")) == !there);
        n++;
    }
    CHECK_INT(n, 3);
    json_decref(out);
    desk_end(&d);
}

/* ---- headquarters and the handheld ---------------------------------------------------------- */

static struct pair_device dev;
static uint8_t dev_room[CAP_SCRATCH_BYTES], edition_room[1 << 20];

/* The keys of the open jobs of a store: their limits and who they are. */
static size_t open_keys(struct store *store, uint8_t *out, size_t cap)
{
    static const uint8_t open_jobs[] = {LIST_JOBS_OPEN};
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    bytes key;
    size_t n = 0;
    PAIR_OK(&d.p, store_read(store, &t, &d.p.err));
    PAIR_OK(&d.p, store_scan(t, T_LIST, bytes_of(open_jobs, 1), (bytes){NULL, 0}, &c, &d.p.err));
    while (store_next(c, &key) == ST_OK && n + key.n <= cap) {
        memcpy(out + n, key.p, key.n);
        n += key.n;
    }
    store_scan_end(&c);
    store_abort(&t);
    return n;
}

/* As the app does with an edition that came: opens it, keeps its calendars beside the lists. */
static void take_edition(struct calendars *out)
{
    static struct catalogue cat;
    struct store_txn *t = NULL;
    struct arena a = arena_of(dev_room, sizeof dev_room),
                 m = arena_of(edition_room, sizeof edition_room);
    struct subject_state dep;
    id16 deployment;
    bytes content;
    memcpy(deployment.b, d.p.hq->keys.deployment, sizeof deployment.b);
    PAIR_OK(&d.p, store_write(dev.store, &t, &d.p.err));
    PAIR_OK(&d.p, fold_load(t, deployment, &a, &dep, NULL, &d.p.err));
    PAIR_OK(&d.p, store_att_get(t, dep.edition, &m, NULL, &content, &d.p.err));
    CHECK_INT(catalogue_open(content, &m, &cat, NULL), ST_OK);
    *out = cat.calendars;
    a = arena_of(dev_room, sizeof dev_room);
    PAIR_OK(&d.p, fold_calendars_put(t, out, dep.edition, a, &d.p.err));
    PAIR_OK(&d.p, store_commit(&t, &d.p.err));
}

/* Every limit of a call, and the minutes that are left of it now, there and here. */
static void same_limits(const char *code, const struct calendars *of)
{
    char target[32];
    struct store_txn *t = NULL;
    struct subject_state s;
    struct deadline dl[4];
    id16 id;
    size_t i;
    json_t *one;
    struct arena a = arena_of(dev_room, sizeof dev_room);
    snprintf(target, sizeof target, "/jobs/%s", code);
    desk_login(&d, "administrator");
    json_t *out = desk_get(&d, target), *list = json_object_get(out, "deadlines");
    CHECK(hex_get(str_c(desk_str(out, "id")), id.b, sizeof id.b));
    PAIR_OK(&d.p, store_read(dev.store, &t, &d.p.err));
    PAIR_OK(&d.p, fold_load(t, id, &a, &s, NULL, &d.p.err));
    CHECK_INT(deadlines(&s, of, dl), 4);
    CHECK_INT(json_array_size(list), 4);
    json_array_foreach(list, i, one)
    {
        CHECK_INT(json_integer_value(json_object_get(one, "kind")), (int)dl[i].kind);
        CHECK_INT(json_integer_value(json_object_get(one, "due_ms")), dl[i].due_ms);
        CHECK_INT(json_integer_value(json_object_get(one, "left_minutes")),
                  deadline_left_minutes(&dl[i], of, d.p.ms));
    }
    store_abort(&t);
    json_decref(out);
}

static void same_on_both_sides(void)
{
    static uint8_t there[1 << 12], here[1 << 12];
    struct exchange_result sum;
    struct calendars of;
    IGNORE(pair_sync(&d.p, &dev, &sum) == 0);
    take_edition(&of);
    size_t n = open_keys(d.p.hq->store, there, sizeof there);
    size_t m = open_keys(dev.store, here, sizeof here);
    CHECK_BYTES(here, m, there, n);
    CHECK_INT(n, 3 * 25);
    for (int64_t k = 0; k < 6; k++) {
        d.p.ms = FRIDAY_0826 + k * 5 * HOUR + 10000; /* of a minute, of which some seconds pass */
        same_limits("J1", &of);
        same_limits("J2", &of);
        same_limits("J3", &of);
    }
}

static void the_handheld_counts_every_call_as_headquarters_does(void)
{
    static const char *const where[] = {DESK_HERE, DESK_THERE, NULL};
    struct calendars all;
    struct branch_hours branch[2];
    id16 person;
    begin();
    of_branches(&all, branch);
    publish(&all);
    for (int i = 0; i < 3; i++) {
        char code[4] = {'J', (char)('1' + i), '\0'};
        call_in(code, FRIDAY_0826, where[i]);
        json_decref(
            desk_op(&d, "assign", json_pack("{s:s,s:s}", "job", code, "technician", "technician")));
    }
    json_t *out = desk_get(&d, "/people/technician");
    CHECK(hex_get(str_c(desk_str(out, "id")), person.b, sizeof person.b));
    json_decref(out);
    pair_join(&d.p, &dev, person, "T1");
    same_on_both_sides();
    d.p.ms = FRIDAY_0826;
    move("J1", DESK_THERE);
    same_on_both_sides();
    branch[0].weekdays = 1U << 4 | 1U << 5; /* and shut on both days */
    publish(&all);
    same_on_both_sides();
    pair_leave(&dev);
    desk_end(&d);
}

/* All rows of the lists, keys and values, one after the other. */
static size_t lists_dump(uint8_t *out, size_t cap)
{
    static uint8_t room[1 << 16];
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    bytes key, v;
    size_t n = 0;
    PAIR_OK(&d.p, store_read(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, store_scan(t, T_LIST, (bytes){NULL, 0}, (bytes){NULL, 0}, &c, &d.p.err));
    while (store_next(c, &key) == ST_OK) {
        struct arena a = arena_of(room, sizeof room);
        PAIR_OK(&d.p, store_get(t, T_LIST, key, &a, &v, &d.p.err));
        CHECK(n + key.n + v.n <= cap);
        memcpy(out + n, key.p, key.n);
        memcpy(out + n + key.n, v.p, v.n);
        n += key.n + v.n;
    }
    store_scan_end(&c);
    store_abort(&t);
    return n;
}

static void a_rebuild_makes_the_same_lists_of_all_branches(void)
{
    static uint8_t before[1 << 20], after[1 << 20];
    static const char *const where[] = {DESK_HERE, DESK_THERE, NULL};
    struct calendars all;
    struct branch_hours branch[2];
    struct store_rebuild_totals totals;
    begin();
    of_branches(&all, branch);
    publish(&all);
    for (int i = 0; i < 12; i++) {
        char code[16];
        snprintf(code, sizeof code, "J%d", i);
        call_in(code, FRIDAY_0826 + i * 7 * HOUR, where[i % 3]);
    }
    move("J3", DESK_THERE);
    size_t n = lists_dump(before, sizeof before);
    PAIR_OK(&d.p, store_rebuild(d.p.hq->store, hq_arena(d.p.hq), &totals, &d.p.err));
    size_t m = lists_dump(after, sizeof after);
    CHECK_BYTES(after, m, before, n);
    CHECK(n > 4000);
    rows_hold();
    desk_end(&d);
}

/* A store that an older program kept, which knew one calendar alone: it left the branches out. */
static void what_an_older_program_kept_is_taken_up_with_its_branches(void)
{
    static uint8_t value[1 << 12], room[CAP_SCRATCH_BYTES];
    struct calendars all;
    struct branch_hours branch[2];
    struct catalogue old = {.number = 0};
    struct store_txn *t = NULL;
    struct arena a = arena_of(room, sizeof room);
    bytes v, content;
    begin();
    of_branches(&all, branch);
    publish(&all);
    call_in("J1", FRIDAY_0826, DESK_HERE);
    calendars_default(&old.calendars);
    PAIR_OK(&d.p, store_write(d.p.hq->store, &t, &d.p.err));
    PAIR_OK(&d.p, store_get(t, T_META, str_bytes(S("calendar")), &a, &v, &d.p.err));
    memcpy(value, v.p, 32); /* the same edition */
    CHECK_INT(catalogue_encode(&old, value + 32, sizeof value - 32, &content), ST_OK);
    PAIR_OK(&d.p, store_put(t, T_META, str_bytes(S("calendar")), bytes_of(value, 32 + content.n),
                            &d.p.err));
    struct store_cursor *c = NULL;
    bytes key;
    static const uint8_t open_jobs[] = {LIST_JOBS_OPEN};
    PAIR_OK(&d.p, store_scan(t, T_LIST, bytes_of(open_jobs, 1), (bytes){NULL, 0}, &c, &d.p.err));
    CHECK_INT(store_next(c, &key), ST_OK);
    id16 job;
    memcpy(job.b, key.p + key.n - 16, 16);
    store_scan_end(&c);
    PAIR_OK(&d.p, fold_relist(t, job, hq_arena(d.p.hq), &d.p.err));
    PAIR_OK(&d.p, store_commit(&t, &d.p.err));
    CHECK_INT(first_due(), DUE_HERE);
    api_free(&d.api);
    pair_end(&d.p);
    pair_open_hq(&d.p);
    CHECK_INT(first_due(), DUE_SZ);
    rows_hold();
    free(d.body);
    pair_end(&d.p);
}

int main(void)
{
    RUN(j04_each_branch_has_its_own_hours_on_every_page_and_in_every_index);
    RUN(a_call_that_moves_and_a_branch_whose_hours_change_are_put_in_their_place);
    RUN(what_was_left_over_is_so_by_the_wall_of_its_branch);
    RUN(the_handheld_counts_every_call_as_headquarters_does);
    RUN(a_rebuild_makes_the_same_lists_of_all_branches);
    RUN(what_an_older_program_kept_is_taken_up_with_its_branches);
    CHECK_END();
}

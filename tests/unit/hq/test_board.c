/* test_board.c - a board of more calls than it shows: those that are given out stay on it. */
#include "tests/unit/hq/desk.h"

enum { SHOWN = 1000 };

static struct desk d;

static void a_flood_of_calls_empties_nobodys_column(void)
{
    char customer[33], given[33], id[33], code[16], text[128];
    desk_begin(&d);
    desk_record(&d, "customer", "C1", "{\"name\":\"Golden Lotus\",\"branch\":\"" DESK_HERE "\"}",
                customer);
    snprintf(text, sizeof text,
             "{\"customer\":\"C1\",\"called\":%lld,\"zone\":1,\"branch\":\"" DESK_HERE "\"}",
             (long long)d.p.ms);
    desk_record(&d, "job", "GIVEN", text, given);
    desk_login(&d, "supervisor");
    json_t *people = desk_get(&d, "/registers/people?limit=50"), *row;
    size_t i;
    const char *who = NULL;
    json_array_foreach(json_object_get(people, "rows"), i, row)
    {
        const char *role = desk_str(json_object_get(row, "fields"), "role");
        who = strcmp(role, "technician") == 0 ? desk_str(row, "id") : who;
    }
    CHECK(who != NULL);
    json_decref(desk_op(&d, "assign", json_pack("{s:s,s:s}", "job", given, "technician", who)));
    json_decref(people);
    PAIR_OK(&d.p, hq_batch_begin(d.p.hq, &d.p.err));
    for (unsigned k = 0; k < SHOWN + 5; k++) {
        snprintf(code, sizeof code, "F%05u", k);
        desk_record(&d, "job", code, text, id);
    }
    PAIR_OK(&d.p, hq_batch_end(d.p.hq, true, &d.p.err));
    json_t *board = desk_get(&d, "/board");
    unsigned here = 0;
    json_array_foreach(json_object_get(board, "technicians"), i, row)
    {
        const json_t *jobs = json_object_get(row, "jobs");
        here += json_array_size(jobs) == 1 &&
                strcmp(desk_str(json_array_get(jobs, 0), "code"), "GIVEN") == 0;
    }
    CHECK_INT(here, 1);
    CHECK_INT(json_array_size(json_object_get(board, "undispatched")), SHOWN - 1);
    CHECK(json_is_true(json_object_get(board, "more")));
    json_decref(board);
    desk_end(&d);
}

int main(void)
{
    RUN(a_flood_of_calls_empties_nobodys_column);
    CHECK_END();
}

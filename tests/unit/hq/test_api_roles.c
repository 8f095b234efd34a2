/* test_api_roles.c - tests/e2e/roles.csv, written by hand from the procedures: every cell is tried,
 * on one's own record and on another's; every route stands in it, and nothing else. */
#include "sync/hq/reg.h"
#include "tests/unit/hq/desk.h"

static struct desk d;

static const char *const roles[] = {"clerk", "supervisor", "technician", "accountant",
                                    "parts", "manager",    "department", "administrator"};
#define NROLES (sizeof roles / sizeof roles[0])

/* A record of each type: the technician's own or of his branch; and the other branch's. */
struct records {
    char own[SUBJECT_TYPES][33], other[SUBJECT_TYPES][33];
    char device[17], far_device[17];
};
static struct records r;

static void id_of(enum subject_type type, const char *code, char out[static 33])
{
    id16 id;
    PAIR_OK(&d.p, hq_id_of(d.p.hq, type, str_c(code), &id, &d.p.err));
    hex_put(bytes_of(id.b, 16), out);
}

static void fill(const char *branch, const char *technician, const char *mark,
                 char ids[SUBJECT_TYPES][33])
{
    char fields[600], code[32];
#define PUT(T, name, ...)                                                                          \
    snprintf(fields, sizeof fields, __VA_ARGS__);                                                  \
    snprintf(code, sizeof code, "%s-%s", #T, mark);                                                \
    desk_record(&d, name, code, fields, ids[SUBJECT_##T])
    PUT(CUSTOMER, "customer", "{\"name\":\"Golden Lotus\",\"branch\":\"%s\"}", branch);
    PUT(EQUIPMENT, "equipment", "{\"customer\":\"%s\",\"model\":\"KFR\",\"branch\":\"%s\"}",
        ids[SUBJECT_CUSTOMER], branch);
    PUT(CONTRACT, "contract", "{\"customer\":\"%s\",\"end\":1,\"branch\":\"%s\"}",
        ids[SUBJECT_CUSTOMER], branch);
    PUT(JOB, "job",
        "{\"customer\":\"%s\",\"equipment\":\"%s\",\"called\":5,\"fault_told\":\"hot\","
        "\"branch\":\"%s\"}",
        ids[SUBJECT_CUSTOMER], ids[SUBJECT_EQUIPMENT], branch);
    json_decref(desk_op(&d, "assign",
                        json_pack("{s:s,s:s}", "job", ids[SUBJECT_JOB], "technician", technician)));
    PUT(STOCK, "stock",
        "{\"technician\":\"%s\",\"part\":\"P1\",\"quantity\":1000,\"branch\":\"%s\"}", technician,
        branch);
    PUT(GOODS, "goods",
        "{\"job\":\"%s\",\"customer\":\"%s\",\"state\":1,\"in\":9,\"branch\":\"%s\"}",
        ids[SUBJECT_JOB], ids[SUBJECT_CUSTOMER], branch);
    PUT(SLIP, "slip",
        "{\"technician\":\"%s\",\"part\":\"P1\",\"state\":1,\"at\":9,\"branch\":\"%s\"}",
        technician, branch);
    PUT(DAY, "day", "{\"technician\":\"%s\",\"day\":9,\"state\":1,\"branch\":\"%s\"}", technician,
        branch);
    PUT(INVOICE, "invoice",
        "{\"job\":\"%s\",\"amount\":100,\"at\":9,\"state\":1,\"branch\":\"%s\"}", ids[SUBJECT_JOB],
        branch);
#undef PUT
    id_of(SUBJECT_TECHNICIAN, technician, ids[SUBJECT_TECHNICIAN]);
}

static void device(const char *technician, const char *name, char out[static 17])
{
    struct pair_device dev;
    id16 who;
    PAIR_OK(&d.p, hq_id_of(d.p.hq, SUBJECT_TECHNICIAN, str_c(technician), &who, &d.p.err));
    pair_join(&d.p, &dev, who, name);
    hex_put(bytes_of(dev.journal.head.author.b, 8), out);
    pair_leave(&dev);
}

static enum subject_type type_of(const struct api_route *route)
{
    return route->type;
}

/* The address with a record in it; false: own and other's are one. */
static bool address(const struct api_route *route, const char *path, bool own, char *out,
                    size_t cap)
{
    const char *brace = strchr(path, '{');
    enum subject_type type = type_of(route);
    const char *id = type == SUBJECT_AUTHOR ? (own ? r.device : r.far_device)
                     : type != 0            ? (own ? r.own[type] : r.other[type])
                                            : "spare";
    if (brace == NULL) {
        snprintf(out, cap, "%s", path);
        return false;
    }
    snprintf(out, cap, "%.*s%s%s", (int)(brace - path), path, id, strchr(brace, '}') + 1);
    return type != 0;
}

/* May go on: whatever the operation then says of an empty body. */
static bool let(const struct api_route *route)
{
    bool named = type_of(route) != 0;
    return d.status != 401 && d.status != 403 && !(named && d.status == 404) && d.status < 500;
}

static void cell(const struct api_route *route, const char *method, const char *path,
                 const char *role, const char *says)
{
    char target[256];
    for (unsigned own = 0; own < 2; own++) {
        bool differ = address(route, path, own == 1, target, sizeof target);
        bool want = strcmp(says, "yes") == 0 || (strcmp(says, "own") == 0 && own == 1);
        if (!differ && own == 0) {
            continue;
        }
        desk_login(&d, role);
        json_decref(
            desk_ask(&d, method, target, strcmp(method, "GET") == 0 ? NULL : json_object()));
        if (strcmp(path, "/session") == 0 && strcmp(method, "POST") == 0) {
            CHECK_INT(d.status, 400); /* nobody's: login and password are missing */
            continue;
        }
        if (strcmp(path, "/session/password") == 0) {
            CHECK_INT(d.status, 400);
            continue;
        }
        if (let(route) != want) {
            check_fail(__FILE__, __LINE__, "%s %s as %s on %s: %u, the table says %s", method, path,
                       role, own ? "his own" : "another's", d.status, says);
        }
        if (!want && differ && strcmp(says, "own") == 0) {
            CHECK_INT(d.status, 404); /* not even that it is there */
        }
    }
}

static const struct api_route *route_of(const char *method, const char *path, bool *listed)
{
    size_t n;
    const struct api_route *all = api_routes(&n);
    for (size_t i = 0; i < n; i++) {
        bool reg =
            strcmp(all[i].path, "/registers/{id}") == 0 && strncmp(path, "/registers/", 11) == 0;
        if (strcmp(all[i].method, method) == 0 && (reg || strcmp(all[i].path, path) == 0)) {
            listed[i] = true;
            return &all[i];
        }
    }
    return NULL;
}

static void every_cell_of_the_table_holds(void)
{
    FILE *f = fopen("tests/e2e/roles.csv", "r");
    char line[512];
    bool listed[256] = {false};
    unsigned cells = 0, registers = 0;
    CHECK(f != NULL);
    desk_begin(&d);
    fill(DESK_HERE, "technician", "own", r.own);
    fill(DESK_THERE, "technician3", "other", r.other);
    device("technician", "D1", r.device);
    device("technician3", "D2", r.far_device);
    desk_user(&d, "spare", ROLE_CLERK, DESK_HERE);
    CHECK(f != NULL && fgets(line, sizeof line, f) != NULL); /* the heading */
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        char *part[2 + NROLES], *p = line;
        line[strcspn(line, "\n")] = '\0';
        for (size_t i = 0; i < 2 + NROLES; i++) {
            part[i] = p;
            p += strcspn(p, ",");
            CHECK((*p == ',') == (i + 1 < 2 + NROLES));
            *p++ = '\0';
        }
        const struct api_route *route = route_of(part[0], part[1], listed);
        if (route == NULL) {
            check_fail(__FILE__, __LINE__, "there is no route %s %s", part[0], part[1]);
            continue;
        }
        registers += strncmp(part[1], "/registers/", 11) == 0;
        for (size_t i = 0; i < NROLES; i++, cells++) {
            cell(route, part[0], part[1], roles[i], part[2 + i]);
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    size_t n, nreg;
    const struct api_route *all = api_routes(&n);
    for (size_t i = 0; i < n; i++) {
        if (!listed[i]) {
            check_fail(__FILE__, __LINE__, "%s %s is not in the table", all[i].method, all[i].path);
        }
    }
    IGNORE(reg_table(&nreg) == NULL);
    CHECK_INT(registers, nreg);
    CHECK(cells > 600);
    desk_end(&d);
}

static unsigned rows_of(const char *path, const char *id)
{
    json_t *page = desk_get(&d, path), *row;
    size_t i;
    unsigned n = 0;
    json_array_foreach(json_object_get(page, "rows"), i, row)
    {
        n += strcmp(desk_str(row, "id"), id) == 0;
    }
    json_decref(page);
    return n;
}

static void a_branch_sees_its_own_rows(void)
{
    static const struct {
        const char *name;
        enum subject_type type;
    } registers[] = {{"calls", SUBJECT_JOB},
                     {"customers", SUBJECT_CUSTOMER},
                     {"equipment", SUBJECT_EQUIPMENT},
                     {"contracts", SUBJECT_CONTRACT},
                     {"people", SUBJECT_TECHNICIAN},
                     {"goods", SUBJECT_GOODS},
                     {"slips", SUBJECT_SLIP},
                     {"stock", SUBJECT_STOCK},
                     {"days", SUBJECT_DAY},
                     {"invoices", SUBJECT_INVOICE}};
    char path[64];
    desk_begin(&d);
    fill(DESK_HERE, "technician", "own", r.own);
    fill(DESK_THERE, "technician3", "other", r.other);
    for (size_t i = 0; i < sizeof registers / sizeof registers[0]; i++) {
        snprintf(path, sizeof path, "/registers/%s", registers[i].name);
        desk_login(&d, "manager");
        CHECK_INT(rows_of(path, r.own[registers[i].type]), 1);
        CHECK_INT(rows_of(path, r.other[registers[i].type]), 0);
        desk_login(&d, "department");
        CHECK_INT(rows_of(path, r.own[registers[i].type]), 1);
        CHECK_INT(rows_of(path, r.other[registers[i].type]), 1);
        snprintf(path, sizeof path, "/registers/%s?branch=HZ", registers[i].name);
        CHECK_INT(rows_of(path, r.own[registers[i].type]), 0);
        CHECK_INT(rows_of(path, r.other[registers[i].type]), 1);
        desk_login(&d, "manager"); /* asking for another branch changes nothing */
        CHECK_INT(rows_of(path, r.other[registers[i].type]), 0);
    }
    desk_login(&d, "technician2"); /* a colleague's job is not his */
    CHECK_INT(rows_of("/registers/calls?technician=technician", r.own[SUBJECT_JOB]), 0);
    desk_login(&d, "technician");
    CHECK_INT(rows_of("/registers/calls", r.own[SUBJECT_JOB]), 1);
    desk_end(&d);
}

int main(void)
{
    RUN(every_cell_of_the_table_holds);
    RUN(a_branch_sees_its_own_rows);
    CHECK_END();
}

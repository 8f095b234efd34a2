/* fuzz_csv.c - other people's tables and the map files for them. Input: the kind of import, the
 * encoding (0 none named), the length of the map file (two bytes, big end first; 0: none), the map
 * file, the table. */
#include "core/base/utf8.h"
#include "sync/ctl/csv_map.h"
#include "sync/ctl/csv_value.h"
#include "tests/fuzz/door.h"

static void begin(void)
{
}

static void value_holds(const struct csv_column *col, const struct csv_value *v)
{
    if (!v->given) {
        HOLD(v->text.n == 0 && v->number == 0 && v->day == 0 && v->weekday == 0);
        return;
    }
    HOLD(v->text.n > 0 && utf8_valid(v->text));
    HOLD(col->type != CSV_CODE || csv_value_code(v->text));
    HOLD((col->type != CSV_QUANTITY && col->type != CSV_COUNT) || v->number >= 0);
    HOLD(v->weekday >= 0 && v->weekday <= 7);
}

static bool rows_hold(struct csv *c, struct csv_map *m, const struct csv_kind *kind)
{
    static struct csv_row row;
    static struct csv_record rec;
    struct err err;
    uint32_t line = 0;
    bool heading = false, any = false;
    for (;;) {
        memset(&err, 0, sizeof err);
        enum st st = csv_next(c, &row, &err);
        if (st == ST_END) {
            return any;
        }
        HOLD(st == ST_OK || (st == ST_BAD_INPUT && strncmp(err.text, "line ", 5) == 0));
        HOLD(row.line > line && row.n <= CSV_COLUMNS && (st == ST_OK) == (row.n > 0));
        line = row.line;
        for (size_t i = 0; i < row.n; i++) {
            HOLD(utf8_valid(row.field[i]) && memchr(row.field[i].p, '\0', row.field[i].n) == NULL);
        }
        if (st != ST_OK || m == NULL) {
            continue;
        }
        if (!heading) {
            heading = true;
            if (csv_map_heading(m, &row, &err) != ST_OK) {
                HOLD(err.text[0] != '\0');
                m = NULL;
            }
            continue;
        }
        st = csv_map_row(m, &row, &rec, &err);
        HOLD(st == ST_OK || (st == ST_BAD_INPUT && strncmp(err.text, "line ", 5) == 0));
        HOLD(utf8_valid(str_c(err.text)));
        for (size_t i = 0; st == ST_OK && i < kind->n; i++) {
            value_holds(&kind->column[i], &rec.value[i]);
            HOLD(rec.value[i].given || !kind->column[i].required);
        }
        any = any || st == ST_OK;
    }
}

static bool take(bytes in)
{
    static const char *const encodings[] = {NULL,       "UTF-8",     "GB18030", "UTF-16LE",
                                            "UTF-16BE", "ISO8859-1", "no such"};
    if (in.n < 4) {
        return false;
    }
    size_t nkinds, map_n = (size_t)in.p[2] << 8 | in.p[3];
    const struct csv_kind *kinds = csv_columns_all(&nkinds), *kind = &kinds[in.p[0] % nkinds];
    const char *encoding = encodings[in.p[1] % 7];
    in = bytes_of(in.p + 4, in.n - 4);
    map_n = map_n < in.n ? map_n : in.n;
    struct csv_map *m = NULL;
    struct csv *c = NULL;
    struct err err = {.st = ST_OK};
    const char *map = map_n > 0 ? door_file(0, bytes_of(in.p, map_n)) : NULL;
    enum st st = csv_map_open(kind, map, 480, &m, &err);
    HOLD(st == ST_OK || (st == ST_BAD_INPUT && err.text[0] != '\0' && m == NULL));
    bool ok = false;
    st = csv_open(door_file(1, bytes_of(in.p + map_n, in.n - map_n)), encoding, &c, &err);
    HOLD(st == ST_OK || (st == ST_BAD_INPUT && c == NULL));
    if (st == ST_OK) {
        bool guessed;
        HOLD(csv_encoding(c, &guessed)[0] != '\0' && (encoding == NULL || !guessed));
        ok = rows_hold(c, m, kind) && m != NULL;
    }
    csv_close(&c);
    csv_map_close(&m);
    HOLD(c == NULL && m == NULL);
    return ok;
}

static void seed(unsigned kind, unsigned encoding, str map, str table)
{
    static uint8_t buf[32768];
    HOLD(4 + map.n + table.n <= sizeof buf);
    uint8_t head[] = {(uint8_t)kind, (uint8_t)encoding, (uint8_t)(map.n >> 8), (uint8_t)map.n};
    memcpy(buf, head, 4);
    memcpy(buf + 4, map.p != NULL ? map.p : "", map.n);
    memcpy(buf + 4 + map.n, table.p, table.n);
    door_seed(bytes_of(buf, 4 + map.n + table.n));
}

static str cut(str s, size_t lines)
{
    size_t n = 0;
    while (n < s.n && lines > 0) {
        lines -= s.p[n++] == '\n';
    }
    return (str){s.p, n};
}

static void seeds(void)
{
    size_t nkinds;
    const struct csv_kind *kinds = csv_columns_all(&nkinds);
    for (unsigned i = 0; i < nkinds; i++) {
        char path[128];
        snprintf(path, sizeof path, "assets/demo/%s.csv", kinds[i].name);
        seed(i, 0, (str){NULL, 0}, cut(door_read_file(0, path), 6));
        if (strcmp(kinds[i].name, "jobs") == 0) {
            str map = door_read_file(1, "tests/e2e/work-orders.map");
            seed(i, 1, map, S("Id,Date\n1,2024-01-02\n"));
        }
    }
    seed(0, 0,
         S("# said\nid = line number\nname = \"A\"\nphone = Tel default unit\nempty = NA\n"
           "date format = dd/mm/yyyy [HH:MM]\ntime of day = 08:00\n"),
         S("\xef\xbb\xbfid,name,tel\r\nT-1,\"Wang \"\"W\"\"\nLi\",5\" pipe\r\n\r\nT-2,NA,\n"));
    seed(0, 0, (str){NULL, 0}, (str){"\xff\xfei\0d\0,\0n\0a\0m\0e\0\n\0A\0,\0-N\n\0", 26});
    seed(0, 2, (str){NULL, 0}, S("id,name\nT-1,\xcd\xf5\n"));
}

const struct door door = {
    .name = "csv", .max_bytes = 32768, .tries = 1000, .begin = begin, .take = take, .seeds = seeds};

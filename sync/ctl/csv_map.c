/* csv_map.c - see csv_map.h: the map file and the heading. Rows are csv_map_row.c. */
#include "sync/ctl/csv_map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "core/base/utf8.h"
#include "sync/ctl/csv_map_rules.h"
#include "sync/ctl/csv_value.h"

/* A refusal of a statement; the line number is the first argument after the format. */
#define BAD(fmt, ...)                                                                              \
    err_set(err, ST_BAD_INPUT, 0, __func__, "line %u of the map: " fmt, __VA_ARGS__)

static bool same(str a, str b)
{
    return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* ---- the map file -----------------------------------------------------------------------------
 */

static enum st read_file(struct csv_map *m, const char *path, struct err *err)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        return err_set(err, errno == ENOENT ? ST_NOT_FOUND : ST_IO, errno, __func__,
                       "the map file %.90s cannot be opened: %s", path, strerror(errno));
    }
    m->text_n = fread(m->text, 1, sizeof m->text, f);
    bool failed = ferror(f) != 0;
    int sys = errno;
    (void)fclose(f);
    if (failed) {
        return err_set(err, ST_IO, sys, __func__, "the map file %.90s cannot be read: %s", path,
                       strerror(sys));
    }
    if (m->text_n == sizeof m->text || !utf8_valid((str){m->text, m->text_n}) ||
        memchr(m->text, '\0', m->text_n) != NULL) {
        return err_set(err, ST_BAD_INPUT, 0, __func__,
                       "%.90s is not a map file: that is UTF-8 text of less than 64 KiB", path);
    }
    return ST_OK;
}

/* "value" without its quotation marks: then *quoted; or the bare value. */
static bool unquote(str v, str *out, bool *quoted)
{
    *quoted = v.n > 0 && v.p[0] == '"';
    *out = v;
    if (!*quoted) {
        return true;
    }
    if (v.n < 2 || v.p[v.n - 1] != '"') {
        return false;
    }
    *out = (str){v.p + 1, v.n - 2};
    return true;
}

static enum st set_format(struct csv_map *m, str value, uint32_t line, struct err *err)
{
    char format[CSV_FORMAT_BYTES];
    if (value.n >= sizeof format) {
        return BAD("the date format is too long", line);
    }
    memcpy(format, value.p, value.n);
    format[value.n] = '\0';
    if (!csv_value_format_ok(format)) {
        return BAD("a date format names yyyy, mm and dd once each, perhaps HH and MM, like "
                   "dd/mm/yyyy [HH:MM]",
                   line);
    }
    memcpy(m->format, format, value.n + 1);
    return ST_OK;
}

/* Statements about the file rather than about a column; *done when it was one. */
static enum st take_setting(struct csv_map *m, str name, str value, uint32_t line, bool *done,
                            struct err *err)
{
    *done = true;
    if (same(name, S("date format"))) {
        return set_format(m, value, line, err);
    }
    if (same(name, S("time of day"))) {
        return csv_value_clock(value, &m->time_of_day) && m->time_of_day < 24 * 60
                   ? ST_OK
                   : BAD("a time of day is like 08:00", line);
    }
    if (same(name, S("empty"))) {
        if (m->nempty == CSV_MAP_EMPTY) {
            return BAD("more than %d words that mean empty", line, CSV_MAP_EMPTY);
        }
        m->empty[m->nempty++] = value;
        return ST_OK;
    }
    *done = false;
    return ST_OK;
}

static enum st no_such_column(const struct csv_map *m, str name, uint32_t line, struct err *err)
{
    char list[160];
    size_t n = 0;
    list[0] = '\0';
    for (size_t i = 0; i < m->kind->n && n < sizeof list; i++) {
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", i > 0 ? ", " : "",
                              m->kind->column[i].name);
    }
    return BAD("%s have no column \"%.*s\"; they have %s", line, m->kind->name,
               (int)(name.n < 40 ? name.n : 40), name.p, list);
}

static enum st take_column(struct csv_map *m, str name, str value, uint32_t line, struct err *err)
{
    bool fallback = name.n > 8 && strncasecmp(name.p, "default ", 8) == 0;
    if (fallback) {
        name = csv_value_trim((str){name.p + 8, name.n - 8});
    }
    int at = csv_columns_find(m->kind, name);
    if (at < 0) {
        return no_such_column(m, name, line, err);
    }
    struct csv_map_rule *r = &m->rule[at];
    uint32_t *said = fallback ? &r->default_line : &r->line;
    if (*said != 0) {
        return BAD("\"%.*s\" was said already on line %u", line, (int)name.n, name.p, *said);
    }
    *said = line;
    bool quoted;
    str bare;
    if (!unquote(value, &bare, &quoted)) {
        return BAD("a quotation mark is opened and not closed", line);
    }
    if (fallback) {
        r->fallback = bare;
        return ST_OK;
    }
    r->source = quoted ? CSV_FROM_CONSTANT : CSV_FROM_COLUMN;
    r->theirs = bare;
    if (!quoted && same(bare, S("line number"))) {
        r->source = CSV_FROM_LINE;
        if (m->kind->column[at].type != CSV_CODE) {
            return BAD("\"%.*s\" cannot be a line number", line, (int)name.n, name.p);
        }
    }
    return ST_OK;
}

static enum st take_line(struct csv_map *m, str text, uint32_t line, struct err *err)
{
    text = csv_value_trim(text);
    if (text.n == 0 || text.p[0] == '#') {
        return ST_OK;
    }
    const char *sign = memchr(text.p, '=', text.n);
    if (sign == NULL) {
        return BAD("there is no = on it; a line says: our column = their column", line);
    }
    str name = csv_value_trim((str){text.p, (size_t)(sign - text.p)});
    str value = csv_value_trim((str){sign + 1, (size_t)(text.p + text.n - sign) - 1});
    if (name.n == 0 || value.n == 0) {
        return BAD("nothing stands %s the =", line, name.n == 0 ? "before" : "after");
    }
    bool done;
    enum st st = take_setting(m, name, value, line, &done, err);
    return st != ST_OK || done ? st : take_column(m, name, value, line, err);
}

static enum st take_file(struct csv_map *m, struct err *err)
{
    size_t i = m->text_n >= 3 && memcmp(m->text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    for (uint32_t line = 1; i < m->text_n; line++) {
        const char *lf = memchr(m->text + i, '\n', m->text_n - i);
        size_t end = lf == NULL ? m->text_n : (size_t)(lf - m->text);
        enum st st = take_line(m, (str){m->text + i, end - i}, line, err);
        if (st != ST_OK) {
            return st;
        }
        i = end + 1;
    }
    return ST_OK;
}

enum st csv_map_open(const struct csv_kind *kind, const char *path, int utc_offset_minutes,
                     struct csv_map **out, struct err *err)
{
    struct csv_map *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory for a map");
    }
    m->kind = kind;
    m->utc_offset_minutes = utc_offset_minutes;
    memcpy(m->format, "yyyy-mm-dd [HH:MM]", sizeof "yyyy-mm-dd [HH:MM]");
    enum st st = path == NULL ? ST_OK : read_file(m, path, err);
    if (st == ST_OK) {
        st = take_file(m, err);
    }
    if (st != ST_OK) {
        csv_map_close(&m);
        return st;
    }
    *out = m;
    return ST_OK;
}

void csv_map_close(struct csv_map **m)
{
    free(*m);
    *m = NULL;
}

/* ---- the heading ------------------------------------------------------------------------------
 */

/* What the file has, for a sentence: as many names as fit. */
static void put_heading(const struct csv_row *row, char *to, size_t cap)
{
    size_t n = 0;
    to[0] = '\0';
    for (size_t i = 0; i < row->n; i++) {
        str name = csv_value_trim(row->field[i]);
        if (n + name.n + 8 > cap) {
            (void)snprintf(to + n, cap - n, " ...");
            return;
        }
        n += (size_t)snprintf(to + n, cap - n, "%s%.*s", i > 0 ? ", " : "", (int)name.n, name.p);
    }
}

/* The place of `name` in the heading: -1 none, -2 twice. */
static int find(const struct csv_row *row, str name)
{
    int at = -1;
    for (size_t i = 0; i < row->n; i++) {
        if (same(csv_value_trim(row->field[i]), name)) {
            if (at >= 0) {
                return -2;
            }
            at = (int)i;
        }
    }
    return at;
}

static enum st bind(struct csv_map *m, size_t c, const struct csv_row *row, struct err *err)
{
    struct csv_map_rule *r = &m->rule[c];
    const struct csv_column *column = &m->kind->column[c];
    if (r->source == CSV_FROM_CONSTANT || r->source == CSV_FROM_LINE) {
        return ST_OK;
    }
    bool named = r->source == CSV_FROM_COLUMN;
    str name = named ? r->theirs : str_c(column->name);
    int shown = (int)(name.n < 40 ? name.n : 40);
    r->at = find(row, name);
    if (r->at == -2) {
        return err_set(err, ST_BAD_INPUT, 0, __func__,
                       "the heading has the column \"%.*s\" twice; rename one", shown, name.p);
    }
    if (r->at == -1 && (named || (column->required && r->default_line == 0))) {
        char has[120];
        put_heading(row, has, sizeof has);
        return err_set(err, ST_BAD_INPUT, 0, __func__,
                       "%s: the file has no column \"%.*s\"; it has %s", m->kind->name, shown,
                       name.p, has);
    }
    return ST_OK;
}

enum st csv_map_heading(struct csv_map *m, const struct csv_row *row, struct err *err)
{
    m->heading_n = row->n;
    for (size_t c = 0; c < m->kind->n; c++) {
        enum st st = bind(m, c, row, err);
        if (st != ST_OK) {
            return st;
        }
    }
    return ST_OK;
}

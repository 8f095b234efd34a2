/* csv_map_row.c - a row of cells to a row of values; see csv_map.h. */
#include <stdio.h>

#include "core/base/caps.h"
#include "sync/ctl/csv_map_rules.h"
#include "sync/ctl/csv_value.h"

#define DAY_MS 86400000LL
#define MINUTE_MS 60000LL

static str cell_of(struct csv_map *m, size_t c, const struct csv_row *row)
{
    const struct csv_map_rule *r = &m->rule[c];
    if (r->source == CSV_FROM_CONSTANT) {
        return r->theirs;
    }
    if (r->source == CSV_FROM_LINE) {
        int n = snprintf(m->line_text, sizeof m->line_text, "%u", row->line);
        return (str){m->line_text, (size_t)n};
    }
    str cell = r->at < 0 ? (str){NULL, 0} : csv_value_trim(row->field[r->at]);
    for (size_t i = 0; i < m->nempty; i++) {
        if (str_eq(cell, m->empty[i])) {
            cell.n = 0;
        }
    }
    return cell.n == 0 ? r->fallback : cell;
}

/* A date or a time to UTC milliseconds; NULL, or what it should have been. */
static const char *take_when(const struct csv_map *m, enum csv_type type, struct csv_value *v)
{
    struct csv_when w;
    if (!csv_value_when(m->format, v->text, &w)) {
        return "not a date that exists, written like";
    }
    int64_t midnight = w.day * DAY_MS - m->utc_offset_minutes * MINUTE_MS;
    v->day = w.day;
    v->number = midnight;
    if (type == CSV_LAST_DAY) {
        v->number += DAY_MS - 1;
    } else if (type == CSV_TIME) {
        v->number += (w.minutes < 0 ? m->time_of_day : w.minutes) * MINUTE_MS + w.seconds * 1000LL;
    }
    return NULL;
}

static const char *take_number(const struct csv_column *column, struct csv_value *v)
{
    int n = 0;
    switch (column->type) {
    case CSV_MONEY:
        return csv_value_money(v->text, &v->number) ? NULL : "not an amount like 380.00";
    case CSV_QUANTITY:
        return csv_value_quantity(v->text, &v->number)
                   ? NULL
                   : "not a quantity like 2 or 0.5 (three decimals at most, not negative)";
    case CSV_COUNT:
        return csv_value_count(v->text, &v->number) ? NULL : "not a whole number";
    case CSV_CLOCK:
        if (!csv_value_clock(v->text, &n)) {
            return "not a time of day like 08:00";
        }
        v->number = n;
        return NULL;
    default: /* CSV_WORD */
        if (!csv_value_word(column->words, v->text, &n)) {
            return "not one of";
        }
        v->number = n;
        return NULL;
    }
}

/* NULL, or why the cell is not of the column's type. */
static const char *take(const struct csv_map *m, const struct csv_column *column,
                        struct csv_value *v)
{
    switch (column->type) {
    case CSV_CODE:
        return csv_value_code(v->text) ? NULL : "not a code of 1 to 32 letters, digits and signs";
    case CSV_TEXT:
        return v->text.n <= CAP_TEXT_BYTES ? NULL : "longer than 4000 bytes";
    case CSV_DAY:
        if (csv_value_weekday(v->text, &v->weekday)) {
            return NULL;
        }
        return take_when(m, CSV_DATE, v);
    case CSV_DATE:
    case CSV_LAST_DAY:
    case CSV_TIME:
        return take_when(m, column->type, v);
    default:
        return take_number(column, v);
    }
}

/* What follows the reason: the format, or the words. */
static void put_example(const struct csv_map *m, const struct csv_column *column, char *to,
                        size_t cap)
{
    to[0] = '\0';
    if (column->words != NULL) {
        size_t n = 0;
        for (const struct csv_word *w = column->words; w->en != NULL && n < cap; w++) {
            n += (size_t)snprintf(to + n, cap - n, "%s %s", n > 0 ? "," : "", w->en);
        }
    } else if (column->type == CSV_DATE || column->type == CSV_LAST_DAY ||
               column->type == CSV_TIME || column->type == CSV_DAY) {
        (void)snprintf(to, cap, " %s", m->format);
    }
}

/* The name under which the person who wrote the file knows the column. */
static str shown_name(const struct csv_map *m, size_t c)
{
    const struct csv_map_rule *r = &m->rule[c];
    str name = r->source == CSV_FROM_COLUMN ? r->theirs : str_c(m->kind->column[c].name);
    return name.n > 60 ? (str){name.p, 60} : name;
}

enum st csv_map_row(struct csv_map *m, const struct csv_row *row, struct csv_record *out,
                    struct err *err)
{
    *out = (struct csv_record){.line = row->line};
    if (row->n != m->heading_n) {
        return err_set(err, ST_BAD_INPUT, 0, __func__,
                       "line %u: it has %zu columns, the heading has %zu", row->line, row->n,
                       m->heading_n);
    }
    for (size_t c = 0; c < m->kind->n; c++) {
        const struct csv_column *column = &m->kind->column[c];
        struct csv_value *v = &out->value[c];
        v->text = cell_of(m, c, row);
        v->given = v->text.n > 0;
        str name = shown_name(m, c);
        if (!v->given && column->required) {
            return err_set(err, ST_BAD_INPUT, 0, __func__, "line %u: \"%.*s\" is empty", row->line,
                           (int)name.n, name.p);
        }
        const char *why = v->given ? take(m, column, v) : NULL;
        if (why != NULL) {
            char example[120];
            put_example(m, column, example, sizeof example);
            return err_set(err, ST_BAD_INPUT, 0, __func__, "line %u: \"%.*s\" is %s%s", row->line,
                           (int)name.n, name.p, why, example);
        }
    }
    return ST_OK;
}

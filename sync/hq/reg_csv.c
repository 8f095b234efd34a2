/* reg_csv.c - see reg_csv.h. */
#include "sync/hq/reg_csv.h"

#include <stdlib.h>

/* A cell that a spreadsheet would run as a formula begins with an apostrophe: Chinese and Japanese
 * ones take the wide signs for the narrow. */
bool reg_csv_formula(const char *s)
{
    static const char *const wide[] = {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
                                       "\xEF\xBC\xA0"};
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        if (strncmp(s, wide[i], 3) == 0) {
            return true;
        }
    }
    return s[0] != '\0' && strchr("=+-@\t\r\n", s[0]) != NULL;
}

static void cell(FILE *out, const char *s, bool first)
{
    fputs(first ? "\"" : ",\"", out);
    if (reg_csv_formula(s)) {
        fputc('\'', out);
    }
    for (; *s != '\0'; s++) {
        if (*s == '"') {
            fputc('"', out);
        }
        fputc(*s, out);
    }
    fputc('"', out);
}

static void json_cell(FILE *out, const json_t *v)
{
    const json_t *name = json_object_get(v, "name"), *code = json_object_get(v, "code");
    char number[32];
    if (json_is_integer(v)) {
        snprintf(number, sizeof number, ",%lld", (long long)json_integer_value(v));
        fputs(number, out);
    } else if (json_is_boolean(v)) {
        fputs(json_is_true(v) ? ",1" : ",0", out);
    } else if (json_is_string(v)) {
        cell(out, json_string_value(v), false);
    } else if (json_is_object(v)) {
        cell(out, json_is_string(name) ? json_string_value(name) : "", false);
        cell(out, json_is_string(code) ? json_string_value(code) : "", false);
    } else {
        fputc(',', out);
    }
}

/* ---- columns ----------------------------------------------------------------------------------
 */

/* Of what is no subject: members of "fields". */
static const char *const *others(enum reg_source source)
{
    static const char *const device[] = {"role",    "branch",    "entries", "unsent",  "outbox",
                                         "waiting", "joined_ms", "forked",  "revoked", NULL};
    static const char *const kept[] = {"reason", "bytes", "author", NULL};
    static const char *const edition[] = {"number", NULL};
    static const char *const user[] = {"name", "role", "person", NULL};
    static const char *const token[] = {"login", "scopes", "made_ms", NULL};
    static const char *const none[] = {NULL};
    return source == REG_DEVICES      ? device
           : source == REG_QUARANTINE ? kept
           : source == REG_EDITIONS   ? edition
           : source == REG_USERS      ? user
           : source == REG_TOKENS     ? token
                                      : none;
}

static bool columned(const struct reg *r, const struct field_info *f)
{
    return r->source == REG_SUBJECTS &&
           (f->subject == r->type || (f->subject == 0 && f->field == F_NOTE));
}

static const char *short_name(const struct field_info *f)
{
    const char *dot = strchr(f->name, '.');
    return dot == NULL ? f->name : dot + 1;
}

/* A name and the number beside it, also where nobody is named: lines are as long as the heading. */
static void ref_cells(FILE *out, const json_t *v)
{
    json_cell(out, v);
    if (!json_is_object(v)) {
        fputc(',', out);
    }
}

static void heading(const struct reg_csv *v)
{
    size_t n;
    const struct field_info *f = field_table(&n);
    fputs("\xEF\xBB\xBF\"code\",\"state\",\"time_ms\"", v->out);
    if (v->reg->source != REG_SUBJECTS) {
        fputs(",\"id\",\"type\",\"technician\",\"technician.code\"", v->out);
    } else {
        fputs(",\"type\",\"branch\"", v->out);
    }
    if (v->reg->type == SUBJECT_JOB) {
        fputs(",\"technician\",\"technician.code\",\"class\",\"due_ms\",\"cash_owed_minor\"",
              v->out);
    }
    for (const char *const *o = others(v->reg->source); *o != NULL; o++) {
        cell(v->out, *o, false);
    }
    for (size_t i = 0; i < n; i++) {
        if (columned(v->reg, &f[i])) {
            cell(v->out, short_name(&f[i]), false);
            if (f[i].type == FT_REF) {
                fprintf(v->out, ",\"%s.code\"", short_name(&f[i]));
            }
        }
    }
    fputs("\r\n", v->out);
}

void reg_csv_record(struct reg_csv *v, const json_t *row)
{
    const json_t *fields = json_object_get(row, "fields");
    const char *code = json_string_value(json_object_get(row, "code"));
    const char *state = json_string_value(json_object_get(row, "state"));
    size_t n;
    const struct field_info *f = field_table(&n);
    cell(v->out, code == NULL ? "" : code, true);
    cell(v->out, state == NULL ? "" : state, false);
    json_cell(v->out, json_object_get(row, "time_ms"));
    if (v->reg->source != REG_SUBJECTS) {
        json_cell(v->out, json_object_get(row, "id"));
        json_cell(v->out, json_object_get(row, "type"));
        ref_cells(v->out, json_object_get(row, "technician"));
    } else {
        json_cell(v->out, json_object_get(row, "type"));
        json_cell(v->out, json_object_get(row, "branch"));
    }
    if (v->reg->type == SUBJECT_JOB) {
        ref_cells(v->out, json_object_get(row, "technician"));
        json_cell(v->out, json_object_get(row, "class"));
        json_cell(v->out, json_object_get(row, "due_ms"));
        json_cell(v->out, json_object_get(row, "cash_owed_minor"));
    }
    for (const char *const *o = others(v->reg->source); *o != NULL; o++) {
        json_cell(v->out, json_object_get(fields, *o));
    }
    for (size_t i = 0; i < n; i++) {
        if (columned(v->reg, &f[i])) {
            const json_t *value = json_object_get(fields, short_name(&f[i]));
            if (f[i].type == FT_REF) {
                ref_cells(v->out, value);
            } else {
                json_cell(v->out, value);
            }
        }
    }
    fputs("\r\n", v->out);
}

/* ---- the reply --------------------------------------------------------------------------------
 */

enum st reg_csv_begin(struct api_call *c, const struct reg *r, struct reg_csv *v)
{
    v->reg = r;
    v->out = open_memstream(&c->reply.body, &c->reply.n);
    if (v->out == NULL) {
        return err_set(&c->err, ST_FULL, 0, __func__, "no memory");
    }
    heading(v);
    return ST_OK;
}

enum st reg_csv_end(struct api_call *c, struct reg_csv *v, enum st st)
{
    if (v->out != NULL && fclose(v->out) != 0 && st == ST_OK) {
        st = err_set(&c->err, ST_FULL, 0, __func__, "no memory");
    }
    v->out = NULL;
    if (st == ST_OK) {
        c->reply.status = 200;
        c->reply.type = "text/csv; charset=utf-8";
        snprintf(c->reply.file, sizeof c->reply.file, "%s.csv", v->reg->name);
    } else {
        free(c->reply.body);
        c->reply.body = NULL;
        c->reply.n = 0;
    }
    return st;
}

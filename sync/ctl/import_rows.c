/* import_rows.c - rows of technicians, customers, equipment, contracts, stock and jobs as records.
 * One table says which column is which field; what a row names must be there. */
#include <stdlib.h>

#include "core/base/utf8.h"
#include "sync/ctl/import.h"

#define ROW_BYTES 65536 /* one cleaned cell: nine times CAP_TEXT_BYTES, see utf8_clean */

enum give { AS_TEXT, AS_CODE, AS_NUMBER, AS_REF, AS_BRANCH };
struct cell {
    int column;
    const char *field; /* of record.set: fields.c without the type's name */
    enum give give;
    enum subject_type ref;
};
struct kind_rows {
    const char *kind;
    enum subject_type type;
    size_t n;
    const struct cell *cell;
};

static const struct cell technicians[] = {{TECHNICIANS_NAME, "name", AS_TEXT, 0},
                                          {TECHNICIANS_BRANCH, "branch", AS_BRANCH, 0},
                                          {TECHNICIANS_ROLE, "role", AS_NUMBER, 0},
                                          {TECHNICIANS_PHONE, "phone", AS_TEXT, 0}};
static const struct cell customers[] = {
    {CUSTOMERS_NAME, "name", AS_TEXT, 0},       {CUSTOMERS_PHONE, "phone", AS_TEXT, 0},
    {CUSTOMERS_ADDRESS, "address", AS_TEXT, 0}, {CUSTOMERS_ZONE, "zone", AS_NUMBER, 0},
    {CUSTOMERS_BRANCH, "branch", AS_BRANCH, 0}, {CUSTOMERS_LANGUAGE, "language", AS_NUMBER, 0},
    {CUSTOMERS_EMAIL, "email", AS_TEXT, 0},     {CUSTOMERS_NOTE, "note", AS_TEXT, 0}};
static const struct cell equipment[] = {{EQUIPMENT_CUSTOMER, "customer", AS_REF, SUBJECT_CUSTOMER},
                                        {EQUIPMENT_MODEL, "model", AS_TEXT, 0},
                                        {EQUIPMENT_SERIAL, "serial", AS_CODE, 0},
                                        {EQUIPMENT_NAME, "name", AS_TEXT, 0},
                                        {EQUIPMENT_MAKER, "maker", AS_TEXT, 0},
                                        {EQUIPMENT_PURCHASE_DATE, "bought", AS_NUMBER, 0},
                                        {EQUIPMENT_WARRANTY_UNTIL, "warranty_until", AS_NUMBER, 0},
                                        {EQUIPMENT_LOCATION, "place", AS_TEXT, 0},
                                        {EQUIPMENT_NOTE, "note", AS_TEXT, 0}};
static const struct cell contracts[] = {
    {CONTRACTS_CUSTOMER, "customer", AS_REF, SUBJECT_CUSTOMER},
    {CONTRACTS_EQUIPMENT, "equipment", AS_REF, SUBJECT_EQUIPMENT},
    {CONTRACTS_NUMBER, "number", AS_CODE, 0},
    {CONTRACTS_START, "start", AS_NUMBER, 0},
    {CONTRACTS_END, "end", AS_NUMBER, 0},
    {CONTRACTS_TERMS, "terms", AS_TEXT, 0}};
static const struct cell stock[] = {{STOCK_TECHNICIAN, "technician", AS_REF, SUBJECT_TECHNICIAN},
                                    {STOCK_PART, "part", AS_CODE, 0},
                                    {STOCK_QUANTITY, "quantity", AS_NUMBER, 0}};
static const struct cell jobs[] = {{JOBS_CUSTOMER, "customer", AS_REF, SUBJECT_CUSTOMER},
                                   {JOBS_EQUIPMENT, "equipment", AS_REF, SUBJECT_EQUIPMENT},
                                   {JOBS_CALL_TIME, "called", AS_NUMBER, 0},
                                   {JOBS_CHANNEL, "channel", AS_NUMBER, 0},
                                   {JOBS_FAULT_TEXT, "fault_told", AS_TEXT, 0},
                                   {JOBS_CLASS, "class_proposed", AS_NUMBER, 0},
                                   {JOBS_ZONE, "zone", AS_NUMBER, 0},
                                   {JOBS_APPOINTMENT, "appointment", AS_NUMBER, 0},
                                   {JOBS_PRIORITY, "priority", AS_NUMBER, 0},
                                   {JOBS_CONTACT, "contact", AS_TEXT, 0},
                                   {JOBS_PHONE, "phone", AS_TEXT, 0},
                                   {JOBS_COST, "cost", AS_NUMBER, 0},
                                   {JOBS_KIND_OF_WORK, "work_kind", AS_CODE, 0},
                                   {JOBS_NOTE, "note", AS_TEXT, 0},
                                   {JOBS_BRANCH, "branch", AS_BRANCH, 0}};
#define ROWS(t, type)                                                                              \
    {                                                                                              \
#t, type, sizeof t / sizeof t[0], t                                                        \
    }
static const struct kind_rows kinds[] = {
    ROWS(technicians, SUBJECT_TECHNICIAN),
    ROWS(customers, SUBJECT_CUSTOMER),
    ROWS(equipment, SUBJECT_EQUIPMENT),
    ROWS(contracts, SUBJECT_CONTRACT),
    ROWS(stock, SUBJECT_STOCK),
    ROWS(jobs, SUBJECT_JOB),
};

static const struct kind_rows *rows_of(const struct csv_kind *kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].kind, kind->name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

void import_refuse(struct import *im, uint32_t line, const char *why)
{
    const char *text = why;
    if (strncmp(why, "line ", 5) == 0 && strstr(why, ": ") != NULL) {
        text = strstr(why, ": ") + 2; /* the reader's sentences name the line themselves */
    }
    fprintf(stderr, "line %u: %s\n", line, text);
    json_array_append_new(im->refused,
                          json_pack("{s:I, s:s}", "line", (json_int_t)line, "why", text));
}

/* A cell as it is kept: NFC, no controls. NULL: not UTF-8 or too long for a text. */
static json_t *clean(str s)
{
    uint8_t *room = malloc(ROW_BYTES);
    struct arena a = arena_of(room, ROW_BYTES);
    str out;
    json_t *text = NULL;
    if (room != NULL && s.n <= CAP_TEXT_BYTES && utf8_clean(&a, s, &out) == ST_OK &&
        out.n <= CAP_TEXT_BYTES) {
        text = ctl_json_str(out);
    }
    free(room);
    return text;
}

static json_t *hex_of(id16 id)
{
    return ctl_json_hex(id.b, sizeof id.b);
}

/* give_ref: the subject that a cell names. NULL and a sentence in `why` when there is none. */
static json_t *give_ref(struct import *im, const struct cell *c, str code, char why[static 160])
{
    id16 id;
    if (ctl_view_find(&im->v, c->ref, code, &id) == ST_OK) {
        return hex_of(id);
    }
    snprintf(why, 160, "headquarters knows no %s \"%.*s\"; import %s first", ops_type_name(c->ref),
             (int)code.n, code.p,
             c->ref == SUBJECT_CUSTOMER    ? "customers"
             : c->ref == SUBJECT_EQUIPMENT ? "equipment"
                                           : "technicians");
    return NULL;
}

static json_t *give_value(struct import *im, const struct cell *c, const struct csv_value *v,
                          char why[static 160])
{
    json_t *out = NULL;
    switch (c->give) {
    case AS_TEXT:
        out = clean(v->text);
        if (out == NULL) {
            snprintf(why, 160, "the column \"%s\" cannot be kept as text (at most %d bytes)",
                     im->kind->column[c->column].name, CAP_TEXT_BYTES);
        }
        return out;
    case AS_CODE:
        return ctl_json_str(v->text);
    case AS_NUMBER:
        return json_integer(v->number);
    case AS_REF:
        return give_ref(im, c, v->text, why);
    case AS_BRANCH:
        return ctl_json_branch(v->text);
    }
    return out;
}

/* code_of_row: by which a second import of the row finds the record. A van's line of stock has no
 * code of its own: technician and part together, hashed where they are longer than a code. */
static void code_of_row(struct import *im, const struct csv_record *rec, char out[static 40])
{
    if (im->kind != csv_columns_kind(S("stock"))) {
        str id = rec->value[0].text;
        snprintf(out, 40, "%.*s", (int)id.n, id.p);
        return;
    }
    ops_stock_code(rec->value[STOCK_TECHNICIAN].text, rec->value[STOCK_PART].text, out);
}

/* A code that stood on an earlier line is refused, whatever else the row says. */
static bool repeated(struct import *im, const struct csv_record *rec, const char *code, enum st *st,
                     struct err *err)
{
    uint32_t first = 0;
    *st = csv_seen_add(im->seen, str_c(code), rec->line, &first, err);
    if (*st == ST_EXISTS) {
        char why[160];
        snprintf(why, sizeof why, "\"%s\" stands on line %u already; each id may stand once", code,
                 first);
        import_refuse(im, rec->line, why);
        *st = ST_OK;
        return true;
    }
    return false;
}

static json_t *fields_of(struct import *im, const struct kind_rows *k, const struct csv_record *rec,
                         char why[static 160])
{
    json_t *fields = json_object();
    for (size_t i = 0; fields != NULL && i < k->n; i++) {
        const struct csv_value *v = &rec->value[k->cell[i].column];
        json_t *value = v->given ? give_value(im, &k->cell[i], v, why) : NULL;
        if (v->given && value == NULL) {
            json_decref(fields);
            return NULL;
        }
        if (value != NULL && json_object_set_new(fields, k->cell[i].field, value) != 0) {
            json_decref(fields);
            fields = NULL;
        }
    }
    return fields;
}

static json_t *branch_at(struct import *im, id16 id)
{
    struct arena a = im->v.a;
    struct subject_state s;
    const struct field_value *v =
        fold_load(im->v.t, id, &a, &s, NULL, NULL) == ST_OK ? fold_shown(&s, F_BRANCH) : NULL;
    return v != NULL && v->type == FT_ID8 ? ctl_json_hex(v->b, 8) : NULL;
}

/* A row that says no branch, and a record that has none, belong to the branch of what they name:
 * the customer, else the technician. A clerk of a branch would not see them otherwise. */
static void default_branch(struct import *im, const struct kind_rows *k,
                           const struct csv_record *rec, bool known, id16 id, json_t *fields)
{
    json_t *branch = known ? branch_at(im, id) : NULL;
    bool has = json_object_get(fields, "branch") != NULL || branch != NULL;
    json_decref(branch);
    int customer = k->type == SUBJECT_JOB         ? JOBS_CUSTOMER
                   : k->type == SUBJECT_EQUIPMENT ? EQUIPMENT_CUSTOMER
                   : k->type == SUBJECT_CONTRACT  ? CONTRACTS_CUSTOMER
                                                  : -1;
    int technician = k->type == SUBJECT_JOB     ? JOBS_TECHNICIAN
                     : k->type == SUBJECT_STOCK ? STOCK_TECHNICIAN
                                                : -1;
    const struct {
        int column;
        enum subject_type type;
    } from[] = {{customer, SUBJECT_CUSTOMER}, {technician, SUBJECT_TECHNICIAN}};
    for (size_t i = 0; i < sizeof from / sizeof from[0] && !has; i++) {
        id16 named;
        if (from[i].column >= 0 && rec->value[from[i].column].given &&
            ctl_view_find(&im->v, from[i].type, rec->value[from[i].column].text, &named) == ST_OK) {
            branch = branch_at(im, named);
            has = branch != NULL && json_object_set_new(fields, "branch", branch) == 0;
        }
    }
}

/* wants_assignment: jobs.technician, unless he has the job already. */
static enum st want_assignment(struct import *im, const struct csv_record *rec, const char *code,
                               bool known, id16 job, char why[static 160])
{
    const struct csv_value *v = &rec->value[JOBS_TECHNICIAN];
    id16 who;
    struct list_row row;
    struct arena tmp = im->v.a;
    if (im->kind != csv_columns_kind(S("jobs")) || !v->given) {
        return ST_OK;
    }
    if (ctl_view_find(&im->v, SUBJECT_TECHNICIAN, v->text, &who) != ST_OK) {
        snprintf(why, 160, "headquarters knows no technician \"%.*s\"; import technicians first",
                 (int)v->text.n, v->text.p);
        return ST_NOT_FOUND;
    }
    if (known && list_row_get(im->v.t, job, &tmp, &row, NULL) == ST_OK &&
        id16_eq(row.assigned, who)) {
        return ST_OK;
    }
    json_t *a = json_pack("{s:s, s:o, s:I}", "job", code, "technician", hex_of(who), "line",
                          (json_int_t)rec->line);
    return json_array_append_new(im->assign, a) == 0 ? ST_OK : ST_FULL;
}

static void note_credit(struct import *im, const struct csv_record *rec, const char *code)
{
    const struct csv_value *v = &rec->value[JOBS_COST];
    if (im->kind != csv_columns_kind(S("jobs")) || !v->given || v->number >= 0) {
        return;
    }
    fprintf(stderr, "line %u: job %s has a negative cost (%.*s): taken in as a credit\n", rec->line,
            code, (int)v->text.n, v->text.p);
    json_array_append_new(im->credits,
                          json_pack("{s:I, s:s, s:I}", "line", (json_int_t)rec->line, "code", code,
                                    "amount_minor", (json_int_t)v->number));
}

enum st import_record(struct import *im, const struct csv_record *rec, struct err *err)
{
    const struct kind_rows *k = rows_of(im->kind);
    char code[40], why[160] = "";
    id16 id = {{0}};
    enum st st = ST_OK;
    if (k == NULL) {
        return err_set(err, ST_BUG, 0, __func__, "no records of %s", im->kind->name);
    }
    code_of_row(im, rec, code);
    if (repeated(im, rec, code, &st, err) || st != ST_OK) {
        return st;
    }
    json_t *fields = fields_of(im, k, rec, why);
    bool known = ctl_view_find(&im->v, k->type, str_c(code), &id) == ST_OK;
    if (fields != NULL) {
        default_branch(im, k, rec, known, id, fields);
        st = want_assignment(im, rec, code, known, id, why);
    }
    if (why[0] != '\0') {
        json_decref(fields);
        import_refuse(im, rec->line, why);
        return ST_OK;
    }
    json_t *record = json_pack("{s:s, s:s, s:o}", "type", ops_type_name(k->type), "code", code,
                               "fields", fields);
    if (st != ST_OK || record == NULL || json_array_append_new(im->records, record) != 0 ||
        json_array_append_new(im->lines, json_integer(rec->line)) != 0) {
        return err_set(err, ST_FULL, 0, __func__, "no memory for so many rows");
    }
    im->known += known;
    note_credit(im, rec, code);
    return ST_OK;
}

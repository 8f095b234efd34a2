/* export_rows.c - see export_rows.h. Records by one table of columns; parts, faults and prices from
 * the newest edition; entries as `log` has them. */
#include "sync/ctl/export_rows.h"

#include <stdlib.h>

#include "core/base/encode.h"
#include "core/journal/attachment.h"
#include "core/model/catalogue.h"
#include "sync/ctl/ctl_entries.h"

#define EDITION_ROOM (2U * CAP_ATT_BYTES)

/* Where a column's value comes from. */
enum from { FIELD, FIELD_NUMBER, REF_NAME, ID, STAGE, CLASS, ASSIGNED, VISITS, CONFLICT };
struct column {
    const char *name;
    enum from from;
    int field;
};
struct record_table {
    const char *name;
    enum subject_type type;
    struct column column[EXPORT_COLUMNS_MAX]; /* ended by a NULL name */
};

static const struct record_table kinds[] = {
    {"jobs",
     SUBJECT_JOB,
     {{"id", ID, 0},
      {"code", FIELD, F_CODE},
      {"provisional", FIELD, F_JOB_PROVISIONAL},
      {"customer", REF_NAME, F_JOB_CUSTOMER},
      {"customer_code", FIELD, F_JOB_CUSTOMER},
      {"equipment", REF_NAME, F_JOB_EQUIPMENT},
      {"equipment_code", FIELD, F_JOB_EQUIPMENT},
      {"class", CLASS, 0},
      {"stage", STAGE, 0},
      {"assigned", ASSIGNED, 0},
      {"visits", VISITS, 0},
      {"called", FIELD, F_JOB_CALLED},
      {"appointment", FIELD, F_JOB_APPOINTMENT},
      {"zone", FIELD_NUMBER, F_JOB_ZONE},
      {"channel", FIELD_NUMBER, F_JOB_CHANNEL},
      {"priority", FIELD_NUMBER, F_JOB_PRIORITY},
      {"fault_told", FIELD, F_JOB_FAULT_TOLD},
      {"contact", FIELD, F_JOB_CONTACT},
      {"phone", FIELD, F_JOB_PHONE},
      {"cost", FIELD, F_JOB_COST},
      {"work_kind", FIELD, F_JOB_WORK_KIND},
      {"branch", FIELD, F_BRANCH},
      {"note", FIELD, F_NOTE},
      {"conflict", CONFLICT, 0},
      {NULL, ID, 0}}},
    {"customers",
     SUBJECT_CUSTOMER,
     {{"id", ID, 0},
      {"code", FIELD, F_CODE},
      {"name", FIELD, F_CUSTOMER_NAME},
      {"phone", FIELD, F_CUSTOMER_PHONE},
      {"address", FIELD, F_CUSTOMER_ADDRESS},
      {"zone", FIELD_NUMBER, F_CUSTOMER_ZONE},
      {"branch", FIELD, F_BRANCH},
      {"language", FIELD_NUMBER, F_CUSTOMER_LANG},
      {"email", FIELD, F_CUSTOMER_EMAIL},
      {"note", FIELD, F_NOTE},
      {"conflict", CONFLICT, 0},
      {NULL, ID, 0}}},
    {"equipment",
     SUBJECT_EQUIPMENT,
     {{"id", ID, 0},
      {"code", FIELD, F_CODE},
      {"customer", REF_NAME, F_EQUIPMENT_CUSTOMER},
      {"customer_code", FIELD, F_EQUIPMENT_CUSTOMER},
      {"name", FIELD, F_EQUIPMENT_NAME},
      {"maker", FIELD, F_EQUIPMENT_MAKER},
      {"model", FIELD, F_EQUIPMENT_MODEL},
      {"serial", FIELD, F_EQUIPMENT_SERIAL},
      {"purchase_date", FIELD, F_EQUIPMENT_BOUGHT},
      {"warranty_until", FIELD, F_EQUIPMENT_WARRANTY_UNTIL},
      {"location", FIELD, F_EQUIPMENT_PLACE},
      {"note", FIELD, F_NOTE},
      {"conflict", CONFLICT, 0},
      {NULL, ID, 0}}},
    {"contracts",
     SUBJECT_CONTRACT,
     {{"id", ID, 0},
      {"code", FIELD, F_CODE},
      {"customer", REF_NAME, F_CONTRACT_CUSTOMER},
      {"customer_code", FIELD, F_CONTRACT_CUSTOMER},
      {"equipment_code", FIELD, F_CONTRACT_EQUIPMENT},
      {"number", FIELD, F_CONTRACT_NUMBER},
      {"start", FIELD, F_CONTRACT_START},
      {"end", FIELD, F_CONTRACT_END},
      {"terms", FIELD, F_CONTRACT_TERMS},
      {NULL, ID, 0}}},
    {"technicians",
     SUBJECT_TECHNICIAN,
     {{"id", ID, 0},
      {"code", FIELD, F_CODE},
      {"name", FIELD, F_TECHNICIAN_NAME},
      {"branch", FIELD, F_BRANCH},
      {"role", FIELD_NUMBER, F_TECHNICIAN_ROLE},
      {"phone", FIELD, F_TECHNICIAN_PHONE},
      {NULL, ID, 0}}},
    {"stock",
     SUBJECT_STOCK,
     {{"id", ID, 0},
      {"technician", FIELD, F_STOCK_TECHNICIAN},
      {"part", FIELD, F_STOCK_PART},
      {"quantity", FIELD, F_STOCK_QTY},
      {NULL, ID, 0}}},
};
#define NKINDS (sizeof kinds / sizeof kinds[0])

static const char *const parts_columns[] = {"number", "name",       "name_en",         "unit",
                                            "price",  "serialized", "warranty_months", NULL};
static const char *const faults_columns[] = {
    "code",   "name",      "name_en",   "equipment_type", "frequency",   "cause", "cause_en",
    "action", "action_en", "knowledge", "cause_code",     "action_code", NULL};
static const char *const cases_columns[] = {"code",           "title",   "title_en",   "faults",
                                            "equipment_type", "symptom", "symptom_en", "cause",
                                            "cause_en",       "action",  "action_en",  NULL};
static const char *const prices_columns[] = {"code",  "name",  "name_en", "unit",
                                             "price", "class", NULL};
static const char *const entries_columns[] = {
    "hash", "author",    "author_name", "epoch",   "seq",  "prev",  "time", "wall_ms", "boot_ms",
    "kind", "kind_name", "type",        "subject", "code", "place", "body", NULL};

const char *const *export_kinds(void)
{
    static const char *const all[] = {"jobs",        "customers", "equipment", "contracts",
                                      "technicians", "stock",     "parts",     "faults",
                                      "cases",       "prices",    "entries",   NULL};
    return all;
}

static const struct record_table *record_table(const char *name)
{
    for (size_t k = 0; k < NKINDS; k++) {
        if (strcmp(kinds[k].name, name) == 0) {
            return &kinds[k];
        }
    }
    return NULL;
}

static const char *const *other_kind(const char *name)
{
    return strcmp(name, "parts") == 0     ? parts_columns
           : strcmp(name, "faults") == 0  ? faults_columns
           : strcmp(name, "cases") == 0   ? cases_columns
           : strcmp(name, "prices") == 0  ? prices_columns
           : strcmp(name, "entries") == 0 ? entries_columns
                                          : NULL;
}

size_t export_columns(const char *kind, const char *names[static EXPORT_COLUMNS_MAX])
{
    const struct record_table *k = record_table(kind);
    const char *const *other = other_kind(kind);
    size_t n = 0;
    while (k != NULL && n < EXPORT_COLUMNS_MAX && k->column[n].name != NULL) {
        names[n] = k->column[n].name;
        n++;
    }
    while (k == NULL && other != NULL && n < EXPORT_COLUMNS_MAX && other[n] != NULL) {
        names[n] = other[n];
        n++;
    }
    return n;
}

/* ---- records -----------------------------------------------------------------------------------
 */
static json_t *number(const struct subject_state *s, int field)
{
    const struct field_value *f = fold_shown(s, field);
    return f == NULL ? json_null() : json_integer(f->i);
}

static json_t *ref_name(struct ctl_view *v, const struct subject_state *s, int field,
                        struct arena tmp)
{
    id16 id;
    return ctl_view_ref(s, field, &id) ? ctl_json_str(ctl_view_name(v, &tmp, id)) : json_string("");
}

static json_t *value_of(struct ctl_view *v, const struct column *c, const struct subject_state *s,
                        const struct list_row *row, struct arena tmp)
{
    switch (c->from) {
    case FIELD:
        return ctl_json_str(ctl_view_field(v, &tmp, s, c->field));
    case FIELD_NUMBER:
        return number(s, c->field);
    case REF_NAME:
        return ref_name(v, s, c->field, tmp);
    case ID:
        return ctl_json_hex(s->subject.b, sizeof s->subject.b);
    case STAGE:
        return json_string(ctl_view_stage(row));
    case CLASS:
        return json_string(ctl_view_class(row->class_));
    case ASSIGNED:
        return id16_zero(s->assigned) ? json_string("")
                                      : ctl_json_str(ctl_view_code(v, &tmp, s->assigned));
    case VISITS:
        return json_integer(s->nvisits);
    case CONFLICT:
        return json_boolean(s->nconflicts > 0);
    }
    return NULL;
}

static enum st record_row(struct ctl_view *v, const struct record_table *k, id16 id,
                          export_take take, void *ctx, struct err *err)
{
    struct arena tmp = v->a;
    struct subject_state *s = arena_new(&tmp, struct subject_state, 1);
    struct list_row row = {0};
    enum st st = s == NULL ? ST_FULL : fold_load(v->t, id, &tmp, s, NULL, err);
    if (st == ST_OK) {
        st = list_row_get(v->t, id, &tmp, &row, err);
    }
    if (st != ST_OK) {
        return st;
    }
    json_t *o = json_object();
    for (const struct column *c = k->column; c->name != NULL; c++) {
        json_object_set_new(o, c->name, value_of(v, c, s, &row, tmp));
    }
    return o == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory") : take(ctx, o, err);
}

static enum st records(struct ctl_view *v, const struct record_table *k, export_take take,
                       void *ctx, struct err *err)
{
    uint8_t buf[LIST_KEY_BYTES];
    bytes none = {NULL, 0}, key;
    struct store_cursor *c = NULL;
    id16 id;
    enum st st =
        store_scan(v->t, T_LIST, fold_list_prefix(LIST_BY_TYPE, k->type, NULL, buf), none, &c, err);
    while (st == ST_OK && ctl_view_next(c, &key, &st)) {
        if (key.n >= sizeof id.b) {
            memcpy(id.b, key.p + key.n - sizeof id.b, sizeof id.b);
            st = record_row(v, k, id, take, ctx, err);
        }
    }
    store_scan_end(&c);
    return st;
}

/* ---- the catalogue -----------------------------------------------------------------------------
 */
static json_t *money(int64_t minor)
{
    char buf[32];
    int64_t rest = minor % 100 < 0 ? -(minor % 100) : minor % 100;
    snprintf(buf, sizeof buf, "%s%lld.%02d", minor < 0 && minor > -100 ? "-" : "",
             (long long)(minor / 100), (int)rest);
    return json_string(buf);
}

static json_t *part_row(const struct cat_part *p)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:i}", "number", ctl_json_str(p->number),
                     "name", ctl_json_str(p->name), "name_en", ctl_json_str(p->name_en), "unit",
                     ctl_json_str(p->unit), "price", money(p->price_minor), "serialized",
                     p->serialized, "warranty_months", (int)p->warranty_months);
}

static json_t *fault_row(const struct cat_fault *f)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:i, s:i}", "code",
                     ctl_json_str(f->code), "name", ctl_json_str(f->name), "name_en",
                     ctl_json_str(f->name_en), "equipment_type", ctl_json_str(f->equipment_type),
                     "frequency", (int)f->frequency, "cause", ctl_json_str(f->cause), "cause_en",
                     ctl_json_str(f->cause_en), "action", ctl_json_str(f->action), "action_en",
                     ctl_json_str(f->action_en), "knowledge", ctl_json_str(f->knowledge),
                     "cause_code", (int)f->cause_code, "action_code", (int)f->action_code);
}

static json_t *case_row(const struct cat_case *h)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "code",
                     ctl_json_str(h->code), "title", ctl_json_str(h->title), "title_en",
                     ctl_json_str(h->title_en), "faults", ctl_json_str(h->faults), "equipment_type",
                     ctl_json_str(h->equipment_type), "symptom", ctl_json_str(h->symptom),
                     "symptom_en", ctl_json_str(h->symptom_en), "cause", ctl_json_str(h->cause),
                     "cause_en", ctl_json_str(h->cause_en), "action", ctl_json_str(h->action),
                     "action_en", ctl_json_str(h->action_en));
}

static json_t *price_row(const struct cat_price *p)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s}", "code", ctl_json_str(p->code), "name",
                     ctl_json_str(p->name), "name_en", ctl_json_str(p->name_en), "unit",
                     ctl_json_str(p->unit), "price", money(p->price_minor), "class",
                     ctl_view_class(p->class_));
}

static enum st catalogue_rows(const struct catalogue *cat, const char *kind, export_take take,
                              void *ctx, struct err *err)
{
    bool parts = strcmp(kind, "parts") == 0, faults = strcmp(kind, "faults") == 0;
    bool cases = strcmp(kind, "cases") == 0;
    unsigned n = parts ? cat->nparts : faults ? cat->nfaults : cases ? cat->ncases : cat->nprices;
    enum st st = ST_OK;
    for (unsigned i = 0; st == ST_OK && i < n; i++) {
        json_t *row = parts    ? part_row(&cat->parts[i])
                      : faults ? fault_row(&cat->faults[i])
                      : cases  ? case_row(&cat->cases[i])
                               : price_row(&cat->prices[i]);
        st = row == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory") : take(ctx, row, err);
    }
    return st;
}

static enum st editions(struct ctl_view *v, const char *kind, export_take take, void *ctx,
                        struct err *err)
{
    uint8_t *room = malloc(EDITION_ROOM);
    struct arena a = arena_of(room, room == NULL ? 0 : EDITION_ROOM);
    struct catalogue cat;
    enum st st = room == NULL ? err_set(err, ST_FULL, 0, __func__, "no memory")
                              : ctl_view_catalogue(v, &a, &cat, NULL, err);
    if (st == ST_OK) {
        st = catalogue_rows(&cat, kind, take, ctx, err);
    }
    free(room);
    return st == ST_NOT_FOUND ? ST_OK : st; /* no edition yet: no rows */
}

/* ---- entries -----------------------------------------------------------------------------------
 */
static enum st entries(struct ctl_view *v, export_take take, void *ctx, struct err *err)
{
    struct ctl_entries all;
    enum st st = ctl_entries_of(v, NULL, &all, err);
    for (size_t i = 0; st == ST_OK && i < all.n; i++) {
        struct arena tmp = v->a;
        struct entry_view e;
        st = journal_get(v->t, all.p[i].hash, &tmp, &e, err);
        if (st == ST_OK) {
            st = take(ctx, ctl_entries_facts(&all, &e, false, tmp), err);
        }
    }
    ctl_entries_drop(&all);
    return st;
}

enum st export_rows(struct ctl_view *v, const char *kind, export_take take, void *ctx,
                    struct err *err)
{
    const struct record_table *k = record_table(kind);
    return k != NULL                      ? records(v, k, take, ctx, err)
           : strcmp(kind, "entries") == 0 ? entries(v, take, ctx, err)
                                          : editions(v, kind, take, ctx, err);
}

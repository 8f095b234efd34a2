/* import_edition.c - parts, faults, hard cases, prices and the calendars (import_calendar.c):
 * merged into the newest edition. A row replaces the row of its code; a day's rows replace that
 * day. What the file does not name stays.
 */
#include <stdlib.h>

#include "core/base/utf8.h"
#include "core/journal/attachment.h"
#include "sync/ctl/import.h"

#define RETENTION_DAYS_USUAL 30 /* an archived job leaves the handheld after a month */
#define EDITION_ROOM                                                                               \
    (3U * CAP_ATT_BYTES)                  /* newest edition, its tables, new cells: address space  \
                                           */
#define CELL_BYTES (10U * CAP_TEXT_BYTES) /* what utf8_clean works in */

struct import_edition {
    uint8_t *room, *out;
    struct arena a;
    bytes before;              /* the newest edition's bytes; empty: there is none */
    struct catalogue was, now; /* now's tables are malloc'ed, was's lie in the arena */
    unsigned parts_room, faults_room, cases_room, prices_room;
    struct import_calendar *calendar; /* of an import of calendars */
};

bool import_edition_is(const struct csv_kind *kind)
{
    return kind == csv_columns_kind(S("parts")) || kind == csv_columns_kind(S("faults")) ||
           kind == csv_columns_kind(S("cases")) || kind == csv_columns_kind(S("prices")) ||
           kind == csv_columns_kind(S("calendar"));
}

static enum st full(struct err *err)
{
    return err_set(err, ST_FULL, 0, "import", "the catalogue is too large for one edition");
}

/* The newest edition, or, before there is one, what a company usually needs. */
static enum st load_newest(struct import *im, struct import_edition *e, struct err *err)
{
    enum st st = ctl_view_catalogue(&im->v, &e->a, &e->was, &e->before, err);
    if (st != ST_NOT_FOUND) {
        return st;
    }
    calendars_default(&e->was.calendars);
    e->was.calendars.usual.utc_offset_minutes = (int16_t)im->utc_offset_minutes;
    e->was.retention_days = RETENTION_DAYS_USUAL;
    return ST_OK;
}

/* A table of its own that can grow, so that `was` stays sorted for looking up. */
static void *own_table(const void *from, unsigned n, size_t item, unsigned *room)
{
    *room = n + 64;
    void *p = malloc(*room * item);
    if (p != NULL && n != 0) {
        memcpy(p, from, n * item);
    }
    return p;
}

enum st import_edition_begin(struct import *im, struct err *err)
{
    struct import_edition *e = calloc(1, sizeof *e);
    im->edition = e;
    if (e != NULL) {
        e->room = malloc(EDITION_ROOM);
        e->out = malloc(CAP_ATT_BYTES);
    }
    if (e == NULL || e->room == NULL || e->out == NULL) {
        return err_set(err, ST_FULL, 0, __func__, "no memory");
    }
    e->a = arena_of(e->room, EDITION_ROOM);
    enum st st = load_newest(im, e, err);
    if (st != ST_OK) {
        return st;
    }
    const struct catalogue *w = &e->was;
    e->now = *w;
    e->now.parts = own_table(w->parts, w->nparts, sizeof *w->parts, &e->parts_room);
    e->now.faults = own_table(w->faults, w->nfaults, sizeof *w->faults, &e->faults_room);
    e->now.cases = own_table(w->cases, w->ncases, sizeof *w->cases, &e->cases_room);
    e->now.prices = own_table(w->prices, w->nprices, sizeof *w->prices, &e->prices_room);
    if (im->verify_url != NULL) {
        e->now.verify_url = str_c(im->verify_url);
    }
    if (e->now.parts == NULL || e->now.faults == NULL || e->now.cases == NULL ||
        e->now.prices == NULL) {
        return full(err);
    }
    return im->kind == csv_columns_kind(S("calendar"))
               ? import_calendar_begin(&w->calendars, &e->calendar, err)
               : ST_OK;
}

void import_edition_drop(struct import *im)
{
    struct import_edition *e = im->edition;
    if (e != NULL) {
        free(e->now.parts);
        free(e->now.faults);
        free(e->now.cases);
        free(e->now.prices);
        free(e->calendar);
        free(e->room);
        free(e->out);
        free(e);
    }
    im->edition = NULL;
}

/* ---- cells -------------------------------------------------------------------------------------
 */
/* A cell as it is kept, in the edition's arena; empty when it was not given. */
static str cell(struct import_edition *e, const struct csv_value *v, bool *ok)
{
    str out = {"", 0};
    uint8_t *room = v->given && *ok ? malloc(CELL_BYTES) : NULL;
    if (room == NULL) {
        *ok = *ok && !v->given;
        return out;
    }
    struct arena a = arena_of(room, CELL_BYTES);
    *ok = v->text.n <= CAP_TEXT_BYTES && utf8_clean(&a, v->text, &out) == ST_OK;
    out = *ok ? arena_str(&e->a, out, ok) : (str){"", 0};
    free(room);
    return out;
}

/* slot: the row of `n` that stands for `at` of the old table, or a fresh one at the end. */
static void *slot(void **table, unsigned *n, unsigned *room, size_t item, const void *old_table,
                  const void *old_row)
{
    if (old_row != NULL) {
        size_t at = (size_t)((const uint8_t *)old_row - (const uint8_t *)old_table) / item;
        return (uint8_t *)*table + at * item;
    }
    if (*n == *room) {
        unsigned more = *room * 2;
        void *p = realloc(*table, more * item);
        if (p == NULL) {
            return NULL;
        }
        *table = p;
        *room = more;
    }
    return (uint8_t *)*table + (size_t)(*n)++ * item;
}

static bool put_part(struct import_edition *e, const struct csv_value *v)
{
    bool ok = true;
    struct cat_part p = {.number = cell(e, &v[PARTS_NUMBER], &ok),
                         .name = cell(e, &v[PARTS_NAME], &ok),
                         .name_en = cell(e, &v[PARTS_NAME_EN], &ok),
                         .unit = cell(e, &v[PARTS_UNIT], &ok),
                         .price_minor = v[PARTS_PRICE].number,
                         .serialized = v[PARTS_SERIALIZED].number != 0,
                         .warranty_months = (unsigned)v[PARTS_WARRANTY_MONTHS].number};
    void *table = e->now.parts;
    struct cat_part *at = ok ? slot(&table, &e->now.nparts, &e->parts_room, sizeof p, e->was.parts,
                                    catalogue_part(&e->was, str_bytes(p.number)))
                             : NULL;
    e->now.parts = table;
    if (at != NULL) {
        *at = p;
    }
    return at != NULL;
}

static bool put_fault(struct import_edition *e, const struct csv_value *v)
{
    bool ok = true;
    struct cat_fault f = {.code = cell(e, &v[FAULTS_CODE], &ok),
                          .name = cell(e, &v[FAULTS_NAME], &ok),
                          .name_en = cell(e, &v[FAULTS_NAME_EN], &ok),
                          .equipment_type = cell(e, &v[FAULTS_EQUIPMENT_TYPE], &ok),
                          .cause = cell(e, &v[FAULTS_CAUSE], &ok),
                          .cause_en = cell(e, &v[FAULTS_CAUSE_EN], &ok),
                          .action = cell(e, &v[FAULTS_ACTION], &ok),
                          .action_en = cell(e, &v[FAULTS_ACTION_EN], &ok),
                          .knowledge = cell(e, &v[FAULTS_KNOWLEDGE], &ok),
                          .frequency = (unsigned)v[FAULTS_FREQUENCY].number,
                          .cause_code = (unsigned)v[FAULTS_CAUSE_CODE].number,
                          .action_code = (unsigned)v[FAULTS_ACTION_CODE].number};
    void *table = e->now.faults;
    struct cat_fault *at = ok ? slot(&table, &e->now.nfaults, &e->faults_room, sizeof f,
                                     e->was.faults, catalogue_fault(&e->was, str_bytes(f.code)))
                              : NULL;
    e->now.faults = table;
    if (at != NULL) {
        *at = f;
    }
    return at != NULL;
}

static bool put_case(struct import_edition *e, const struct csv_value *v)
{
    bool ok = true;
    struct cat_case h = {.code = cell(e, &v[CASES_CODE], &ok),
                         .faults = cell(e, &v[CASES_FAULTS], &ok),
                         .title = cell(e, &v[CASES_TITLE], &ok),
                         .title_en = cell(e, &v[CASES_TITLE_EN], &ok),
                         .equipment_type = cell(e, &v[CASES_EQUIPMENT_TYPE], &ok),
                         .symptom = cell(e, &v[CASES_SYMPTOM], &ok),
                         .symptom_en = cell(e, &v[CASES_SYMPTOM_EN], &ok),
                         .cause = cell(e, &v[CASES_CAUSE], &ok),
                         .cause_en = cell(e, &v[CASES_CAUSE_EN], &ok),
                         .action = cell(e, &v[CASES_ACTION], &ok),
                         .action_en = cell(e, &v[CASES_ACTION_EN], &ok)};
    void *table = e->now.cases;
    struct cat_case *at = ok ? slot(&table, &e->now.ncases, &e->cases_room, sizeof h, e->was.cases,
                                    catalogue_case(&e->was, str_bytes(h.code)))
                             : NULL;
    e->now.cases = table;
    if (at != NULL) {
        *at = h;
    }
    return at != NULL;
}

static bool put_price(struct import_edition *e, const struct csv_value *v)
{
    bool ok = true;
    struct cat_price p = {.code = cell(e, &v[PRICES_CODE], &ok),
                          .name = cell(e, &v[PRICES_NAME], &ok),
                          .name_en = cell(e, &v[PRICES_NAME_EN], &ok),
                          .unit = cell(e, &v[PRICES_UNIT], &ok),
                          .price_minor = v[PRICES_PRICE].number,
                          .class_ = (enum service_class)v[PRICES_CLASS].number};
    void *table = e->now.prices;
    struct cat_price *at = ok ? slot(&table, &e->now.nprices, &e->prices_room, sizeof p,
                                     e->was.prices, catalogue_price(&e->was, str_bytes(p.code)))
                              : NULL;
    e->now.prices = table;
    if (at != NULL) {
        *at = p;
    }
    return at != NULL;
}

/* ---- rows --------------------------------------------------------------------------------------
 */
enum st import_edition_row(struct import *im, const struct csv_record *rec, struct err *err)
{
    struct import_edition *e = im->edition;
    const struct csv_value *v = rec->value;
    uint32_t first = 0;
    char why[IMPORT_WHY];
    bool ok;
    if (im->kind == csv_columns_kind(S("calendar"))) {
        if (!import_calendar_row(im, e->calendar, rec, why)) {
            import_refuse(im, rec->line, why);
        }
        return ST_OK;
    }
    enum st st = csv_seen_add(im->seen, v[0].text, rec->line, &first, err);
    if (st == ST_EXISTS) {
        snprintf(why, sizeof why, "\"%.*s\" stands on line %u already; each code may stand once",
                 (int)v[0].text.n, v[0].text.p, first);
        import_refuse(im, rec->line, why);
        return ST_OK;
    }
    if (st != ST_OK) {
        return st;
    }
    if (im->kind == csv_columns_kind(S("parts"))) {
        im->known += catalogue_part(&e->was, str_bytes(v[0].text)) != NULL;
        ok = put_part(e, v);
    } else if (im->kind == csv_columns_kind(S("faults"))) {
        im->known += catalogue_fault(&e->was, str_bytes(v[0].text)) != NULL;
        ok = put_fault(e, v);
    } else if (im->kind == csv_columns_kind(S("cases"))) {
        im->known += catalogue_case(&e->was, str_bytes(v[0].text)) != NULL;
        ok = put_case(e, v);
    } else {
        im->known += catalogue_price(&e->was, str_bytes(v[0].text)) != NULL;
        ok = put_price(e, v);
    }
    return ok ? ST_OK : full(err);
}

enum st import_edition_done(struct import *im, bytes *out, struct err *err)
{
    struct import_edition *e = im->edition;
    *out = (bytes){NULL, 0};
    if (e->calendar != NULL) {
        import_calendar_done(im, e->calendar, &e->now.calendars);
    }
    bytes same;
    enum st st = catalogue_encode(&e->now, e->out, CAP_ATT_BYTES, &same);
    if (st == ST_OK && e->before.n != 0 && bytes_eq(same, e->before)) {
        return ST_OK; /* nothing new: nothing is published */
    }
    e->now.number = e->was.number + 1;
    if (st == ST_OK) {
        st = catalogue_encode(&e->now, e->out, CAP_ATT_BYTES, out);
    }
    return st == ST_FULL ? full(err)
           : st != ST_OK
               ? err_set(err, st, 0, "import", "the edition cannot be made (%s)", st_name(st))
               : ST_OK;
}

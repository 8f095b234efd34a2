/* desk_file.c - see desk_file.h. */
#include <sodium.h>
#include <stdlib.h>

#include "app/state/app_internal.h"
#include "app/state/desk_book.h"
#include "app/state/desk_file.h"

#define SLICE 96 /* records a frame: some 3 ms */

struct kept {
    enum subject_type type;
    id16 subject, customer;
    int zone;
    uint32_t at;   /* of its texts, one after the other */
    uint16_t n[3]; /* how long they are */
};
struct rows {
    struct book_list rows; /* struct kept */
    struct book_list text; /* bytes */
};
struct file_store {
    struct rows page[2]; /* the one that is shown, the one that is being gathered */
    int showing;
    bool gathering, have, asked;
    unsigned long long generation; /* of words that is, or is being, gathered */
    unsigned type;                 /* which of the types below is being gone through */
    uint8_t next[LIST_KEY_BYTES];
    size_t nnext;
};
static const enum subject_type types[] = {SUBJECT_CUSTOMER, SUBJECT_EQUIPMENT};
#define TYPES (sizeof types / sizeof types[0])

/* ---- one record -------------------------------------------------------------------------------
 */

static bool put_text(struct rows *p, struct kept *k, int which, str s)
{
    size_t n = s.n < UINT16_MAX ? s.n : 0; /* nothing that long is a name */
    if (p->text.n + n > FILE_WORDS_MAX) {
        return false;
    }
    if (p->text.n + n > p->text.room) {
        size_t room = p->text.room == 0 ? 65536 : 2 * p->text.room;
        struct book_list more = {.room = room < p->text.n + n ? p->text.n + n : room};
        more.p = malloc(more.room);
        if (more.p == NULL) {
            return false;
        }
        if (p->text.n > 0) {
            memcpy(more.p, p->text.p, p->text.n);
        }
        more.n = p->text.n;
        book_empty(&p->text, 1);
        p->text = more;
    }
    if (n > 0) {
        memcpy((char *)p->text.p + p->text.n, s.p, n);
    }
    k->n[which] = (uint16_t)n;
    p->text.n += n;
    return true;
}

static int64_t no_time(const void *one)
{
    (void)one;
    return 0;
}

static void take(struct app *a, struct store_txn *t, struct rows *p, id16 subject)
{
    static const int fields[TYPES][3] = {{F_CUSTOMER_NAME, F_CUSTOMER_PHONE, F_CUSTOMER_ADDRESS},
                                         {F_EQUIPMENT_NAME, F_EQUIPMENT_MODEL, F_EQUIPMENT_SERIAL}};
    struct arena m = arena_of(a->row_mem, APP_ROW_BYTES);
    struct subject_state s;
    if (fold_load(t, subject, &m, &s, NULL, NULL) != ST_OK) {
        return;
    }
    unsigned type = s.type == SUBJECT_CUSTOMER ? 0 : 1;
    const struct field_value *zone = type == 0 ? fold_shown(&s, F_CUSTOMER_ZONE) : NULL;
    const struct field_value *whose = type == 1 ? fold_shown(&s, F_EQUIPMENT_CUSTOMER) : NULL;
    struct kept k = {.type = s.type,
                     .subject = subject,
                     .at = (uint32_t)p->text.n,
                     .zone = zone == NULL ? 0 : (int)zone->i};
    if (whose != NULL) {
        memcpy(k.customer.b, whose->b, sizeof k.customer.b);
    }
    for (int i = 0; i < 3; i++) {
        if (!put_text(p, &k, i, field_text(t, &m, &s, fields[type][i]))) {
            return;
        }
    }
    struct kept *to = book_place(&p->rows, sizeof k, FILE_ROWS_MAX, 0, no_time);
    if (to != NULL) {
        *to = k;
    }
}

/* ---- some hundred a frame ---------------------------------------------------------------------
 */

/* False: there are no more of this type. */
static bool slice(struct app *a, struct file_store *f, struct store_txn *t)
{
    uint8_t prefix[LIST_KEY_BYTES];
    struct store_cursor *c = NULL;
    bytes key, pre = fold_list_prefix(LIST_BY_TYPE, types[f->type], NULL, prefix);
    bool more = true;
    if (store_scan(t, T_LIST, pre, bytes_of(f->next, f->nnext), &c, NULL) != ST_OK) {
        return false;
    }
    for (unsigned n = 0; n < SLICE && more;) {
        id16 subject;
        more = store_next(c, &key) == ST_OK && key.n <= sizeof f->next && key.n >= 16;
        if (!more || (key.n == f->nnext && memcmp(key.p, f->next, key.n) == 0)) {
            continue; /* where the last slice ended */
        }
        memcpy(f->next, key.p, key.n);
        f->nnext = key.n;
        memcpy(subject.b, key.p + key.n - sizeof subject.b, sizeof subject.b);
        n++;
        take(a, t, &f->page[1 - f->showing], subject);
    }
    store_scan_end(&c);
    return more;
}

static void gather(struct app *a, struct file_store *f)
{
    unsigned long long g = atomic_load(&a->words_generation);
    struct store_txn *t = NULL;
    struct rows *p = &f->page[1 - f->showing];
    if (!f->gathering && f->have && f->generation == g) {
        return;
    }
    if (!f->gathering || f->generation != g) { /* from the beginning */
        f->gathering = true;
        f->generation = g;
        f->type = 0;
        f->nnext = 0;
        p->rows.n = p->text.n = 0;
    }
    if (store_read(a->store, &t, NULL) != ST_OK) {
        return;
    }
    if (!slice(a, f, t)) {
        f->nnext = 0;
        f->type++;
    }
    store_abort(&t);
    f->gathering = f->type < TYPES;
    if (f->gathering) {
        a->wake(a->wake_ctx);
    } else {
        f->showing = 1 - f->showing;
        f->have = true;
    }
}

static struct file_store *file_of(struct app *a)
{
    if (a->store == NULL) {
        return NULL;
    }
    a->file = a->file != NULL ? a->file : calloc(1, sizeof *a->file);
    if (a->file != NULL) {
        a->file->asked = true;
    }
    return a->file;
}

/* What is shown: the last that was gathered whole; the first time, what there is of it yet. */
static const struct rows *shown(const struct file_store *f)
{
    return &f->page[f->have ? f->showing : 1 - f->showing];
}

size_t app_file_count(struct app *a, bool *whole)
{
    struct file_store *f = file_of(a);
    *whole = true;
    if (f == NULL) {
        return 0;
    }
    gather(a, f);
    *whole = !f->gathering;
    return shown(f)->rows.n;
}

static str text_at(const struct rows *p, const struct kept *k, int which)
{
    size_t at = k->at;
    for (int i = 0; i < which; i++) {
        at += k->n[i];
    }
    return (str){k->n[which] == 0 ? NULL : (const char *)p->text.p + at, k->n[which]};
}

static void row_of(const struct rows *p, const struct kept *k, struct file_row *out)
{
    *out = (struct file_row){.type = k->type,
                             .subject = k->subject,
                             .customer = k->customer,
                             .name = text_at(p, k, 0),
                             .phone = text_at(p, k, 1),
                             .address = text_at(p, k, 2),
                             .zone = k->zone};
}

void app_file_row(struct app *a, size_t k, struct file_row *out)
{
    const struct rows *p = shown(a->file);
    row_of(p, (const struct kept *)p->rows.p + k, out);
}

bool app_file_get(struct app *a, id16 subject, struct file_row *out)
{
    struct rows one = {.rows = {.p = NULL}};
    struct store_txn *t = NULL;
    *out = (struct file_row){.type = 0};
    if (id16_zero(subject) || a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return false;
    }
    take(a, t, &one, subject);
    store_abort(&t);
    bool have = one.rows.n == 1, ok = true;
    if (have) {
        row_of(&one, one.rows.p, out);
        out->name = arena_str(&a->frame, out->name, &ok);
        out->phone = arena_str(&a->frame, out->phone, &ok);
        out->address = arena_str(&a->frame, out->address, &ok);
    }
    book_empty(&one.rows, sizeof(struct kept));
    book_empty(&one.text, 1);
    return have && ok;
}

static void add_once(id16 *out, size_t *n, size_t cap, id16 id)
{
    bool there = id16_zero(id) || *n == cap;
    for (size_t k = 0; k < *n && !there; k++) {
        there = id16_eq(out[k], id);
    }
    if (!there) {
        out[(*n)++] = id;
    }
}

size_t app_file_of(struct app *a, id16 customer, id16 *out, size_t cap)
{
    uint8_t prefix[LIST_KEY_BYTES];
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    bytes key, value, none = {NULL, 0};
    size_t n = 0;
    if (id16_zero(customer) || a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return 0;
    }
    if (store_scan(t, T_LIST, fold_list_prefix(LIST_OF_CUSTOMER, 0, &customer, prefix), none, &c,
                   NULL) == ST_OK) {
        while (n < cap && store_next(c, &key) == ST_OK) {
            struct arena tmp = arena_of(a->row_mem, APP_ROW_BYTES);
            struct list_row row;
            if (store_value(c, &tmp, &value, NULL) == ST_OK &&
                list_row_decode(value, &row) == ST_OK) {
                add_once(out, &n, cap,
                         row.type == SUBJECT_EQUIPMENT ? row.subject
                         : row.type == SUBJECT_JOB     ? row.equipment
                                                       : (id16){{0}});
            }
        }
        store_scan_end(&c);
    }
    store_abort(&t);
    return n;
}

id16 app_file_owner(struct app *a, const struct file_row *machine)
{
    uint8_t prefix[LIST_KEY_BYTES];
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    bytes key, value, none = {NULL, 0};
    id16 owner = machine->customer;
    if (!id16_zero(owner) || a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return owner;
    }
    if (store_scan(t, T_LIST,
                   fold_list_prefix(LIST_OF_EQUIPMENT, SUBJECT_JOB, &machine->subject, prefix),
                   none, &c, NULL) == ST_OK) {
        for (unsigned n = 0;
             n < APP_FITTED_JOBS && id16_zero(owner) && store_next(c, &key) == ST_OK; n++) {
            struct arena tmp = arena_of(a->row_mem, APP_ROW_BYTES);
            struct list_row row;
            if (store_value(c, &tmp, &value, NULL) == ST_OK &&
                list_row_decode(value, &row) == ST_OK) {
                owner = row.customer;
            }
        }
        store_scan_end(&c);
    }
    store_abort(&t);
    return owner;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool same_serial(str s, const char *serial)
{
    size_t k = 0;
    while (k < s.n && serial[k] != '\0' && upper(s.p[k]) == upper(serial[k])) {
        k++;
    }
    return s.n > 0 && k == s.n && serial[k] == '\0';
}

bool app_file_serial(struct app *a, const char *serial, id16 *out, unsigned *n)
{
    bool whole;
    size_t rows = app_file_count(a, &whole);
    *n = 0;
    for (size_t k = 0; k < rows; k++) {
        struct file_row r;
        app_file_row(a, k, &r);
        if (r.type == SUBJECT_EQUIPMENT && same_serial(r.address, serial)) {
            *out = (*n)++ == 0 ? r.subject : *out;
        }
    }
    return *n > 0;
}

bool file_running(const struct app *a)
{
    return a->file != NULL && a->file->gathering && a->file->asked;
}

void file_turn(struct app *a)
{
    if (a->file != NULL) {
        a->file->asked = false;
    }
}

void file_drop(struct app *a)
{
    struct file_store *f = a->file;
    for (int k = 0; f != NULL && k < 2; k++) {
        book_empty(&f->page[k].rows, sizeof(struct kept));
        book_empty(&f->page[k].text, 1);
    }
    free(f);
    a->file = NULL;
}

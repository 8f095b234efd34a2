/* today.c - the list of jobs: subjects in memory, rows read as they come into view, search by
 * words.
 *
 * The order is the store's (T_LIST). Search compares what a row shows; the words of all rows are
 * gathered by a thread of its own at the first search, so that neither unlock nor a keystroke
 * waits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/state/app_internal.h"
#include "core/rules/visit.h"

void today_drop(struct app *a)
{
    uint64_t serial = a->today.serial;
    free(a->today.subjects);
    free(a->today.shown);
    memset(&a->today, 0, sizeof a->today);
    a->today.serial = serial; /* never the same for another list */
    words_drop(&a->words);
}

static bool grow(void **p, size_t *cap, size_t n, size_t size)
{
    if (n <= *cap) {
        return true;
    }
    size_t want = n < 256 ? 256 : n * 2;
    void *q = realloc(*p, want * size);
    if (q == NULL) {
        return false;
    }
    *p = q;
    *cap = want;
    return true;
}

static void load(struct app *a)
{
    struct today *d = &a->today;
    uint64_t g = atomic_load(&a->generation);
    if (d->loaded && d->generation == g) {
        return;
    }
    d->n = 0;
    d->generation = g;
    d->loaded = true;
    d->serial++;
    struct store_txn *t = NULL;
    if (a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return;
    }
    uint8_t prefix[1] = {(uint8_t)(d->list == 0 ? LIST_JOBS_OPEN : d->list)};
    struct store_cursor *c = NULL;
    bytes none = {NULL, 0}, key;
    if (store_scan(t, T_LIST, bytes_of(prefix, 1), none, &c, NULL) == ST_OK) {
        while (d->n < APP_FOREIGN_JOBS && store_next(c, &key) == ST_OK) {
            void *p = d->subjects;
            if (key.n < 17 || !grow(&p, &d->cap, d->n + 1, sizeof d->subjects[0])) {
                break;
            }
            d->subjects = p;
            memcpy(d->subjects[d->n++].b, key.p + key.n - 16, 16);
        }
        store_scan_end(&c);
    }
    store_abort(&t);
}

/* What is typed on narrows down what was found; anything else looks through all. */
static void look(struct app *a, size_t ready)
{
    struct today *d = &a->today;
    size_t typed = strlen(d->found), hint = 0, n = 0;
    bool narrower = typed > 0 && d->found_serial == d->serial && d->found_ready == ready &&
                    strncmp(d->found, d->search, typed) == 0;
    size_t from = narrower ? d->nshown : d->n;
    char lower[WORDS_SEARCH_BYTES];
    words_lower(d->search, lower);
    for (size_t k = 0; k < from; k++) {
        void *p = d->shown;
        size_t index = narrower ? d->shown[k] : k;
        if (words_match(&a->words, d->subjects[index], lower, &hint) &&
            grow(&p, &d->shown_cap, n + 1, sizeof d->shown[0])) {
            d->shown = p;
            d->shown[n++] = index;
        }
    }
    d->nshown = n;
}

static void filter(struct app *a)
{
    struct today *d = &a->today;
    load(a);
    if (d->search[0] == '\0') {
        d->nshown = 0;
        d->found[0] = '\0';
        return;
    }
    words_want(&a->words, a, d->subjects, d->n, atomic_load(&a->words_generation), d->serial);
    size_t ready = atomic_load(&a->words.ready);
    if (d->found_words != a->words.generation) {
        d->found_words = a->words.generation;
        d->found[0] = '\0'; /* the same jobs, other words */
    }
    if (strcmp(d->found, d->search) == 0 && d->found_serial == d->serial &&
        d->found_ready == ready) {
        return;
    }
    look(a, ready);
    memcpy(d->found, d->search, sizeof d->found);
    d->found_serial = d->serial;
    d->found_ready = ready;
}

void app_today_filter(struct app *a, const char *search, int list)
{
    struct today *d = &a->today;
    if (list != d->list) {
        d->loaded = false;
        d->list = list;
    }
    snprintf(d->search, sizeof d->search, "%s", search);
    filter(a);
}

size_t app_today_count(struct app *a)
{
    load(a);
    return a->today.search[0] == '\0' ? a->today.n : a->today.nshown;
}

bool today_words(struct store_txn *t, id16 subject, struct arena *m, struct today_row *out)
{
    memset(out, 0, sizeof *out);
    struct subject_state job, other;
    if (fold_load(t, subject, m, &job, NULL, NULL) != ST_OK ||
        list_row_get(t, subject, m, &out->row, NULL) != ST_OK) {
        return false;
    }
    out->code = field_text(t, m, &job, F_CODE);
    out->provisional = field_text(t, m, &job, F_JOB_PROVISIONAL);
    out->not_numbered = out->code.n == 0 && out->provisional.n > 0;
    out->code = out->not_numbered ? out->provisional : out->code;
    out->fault_told = field_text(t, m, &job, F_JOB_FAULT_TOLD);
    if (!id16_zero(out->row.customer) &&
        fold_load(t, out->row.customer, m, &other, NULL, NULL) == ST_OK) {
        out->customer = field_text(t, m, &other, F_CUSTOMER_NAME);
        out->address = field_text(t, m, &other, F_CUSTOMER_ADDRESS);
        out->phone = field_text(t, m, &other, F_CUSTOMER_PHONE);
    }
    if (!id16_zero(out->row.equipment) &&
        fold_load(t, out->row.equipment, m, &other, NULL, NULL) == ST_OK) {
        out->equipment = field_text(t, m, &other, F_EQUIPMENT_NAME);
        out->model = field_text(t, m, &other, F_EQUIPMENT_MODEL);
        if (out->equipment.n == 0) {
            out->equipment = out->model;
        }
    }
    return true;
}

static void add_times(struct app *a, struct store_txn *t, id16 subject, struct arena tmp,
                      struct today_row *out)
{
    struct deadline d[4];
    struct subject_state job;
    if (fold_load(t, subject, &tmp, &job, NULL, NULL) != ST_OK) {
        return;
    }
    const struct visit_state *v = fold_visit_open(&job, a->who.author);
    out->reopened = v != NULL && visit_reopened(v);
    /* Over or not: help that was wanted may have ended it. */
    out->help = visit_help(&job, fold_visit_newest(&job, a->who.author));
    const struct field_value *zone = fold_shown(&job, F_JOB_ZONE);
    out->zone = zone == NULL ? 1 : (int)zone->i;
    size_t n = deadlines(&job, &a->edition.cat.calendars, d);
    size_t first[2];
    out->ndeadlines = (unsigned)deadlines_first(d, n, app_now_ms(a), first);
    for (unsigned k = 0; k < out->ndeadlines; k++) {
        out->deadline[k] = d[first[k]];
    }
    out->place = place_of(a, t, subject);
}

enum {
    CLASS_ROWS = 24 /* contracts of one customer that are looked at: a frame has no more */
};

/* The contracts of a customer; false: there are more, and no saying without them. */
static bool contracts_of(struct store_txn *t, struct arena *m, id16 customer,
                         struct subject_state *out, size_t cap, size_t *n)
{
    uint8_t room[LIST_KEY_BYTES];
    struct store_cursor *c = NULL;
    bytes none = {NULL, 0}, key;
    bytes prefix = fold_list_prefix(LIST_OF_CUSTOMER, SUBJECT_CONTRACT, &customer, room);
    size_t rows = 0;
    *n = 0;
    if (store_scan(t, T_LIST, prefix, none, &c, NULL) != ST_OK) {
        return false;
    }
    bool more = store_next(c, &key) == ST_OK;
    for (; more && rows < CLASS_ROWS && *n < cap; rows++, more = store_next(c, &key) == ST_OK) {
        id16 sub;
        memcpy(sub.b, key.p + key.n - 16, 16);
        *n += fold_load(t, sub, m, &out[*n], NULL, NULL) == ST_OK ? 1 : 0;
    }
    store_scan_end(&c);
    return !more;
}

/* What the technician recorded; before that, what the rules say of what the device holds. */
static enum service_class class_of(struct app *a, struct store_txn *t, struct arena m,
                                   const struct today_row *r)
{
    struct subject_state equipment, *e = NULL, *contracts;
    struct class_decision d;
    size_t n = 0;
    if (r->row.class_ != CLASS_NONE) {
        return (enum service_class)r->row.class_;
    }
    if (!id16_zero(r->row.equipment) &&
        fold_load(t, r->row.equipment, &m, &equipment, NULL, NULL) == ST_OK) {
        e = &equipment;
    }
    class_decide(e, NULL, 0, false, a->when.ms, &d);
    if (d.class_ == CLASS_C || id16_zero(r->row.customer)) {
        return d.class_;
    }
    enum { MOST = 4 };
    contracts = arena_new(&m, struct subject_state, MOST);
    if (contracts == NULL || !contracts_of(t, &m, r->row.customer, contracts, MOST, &n)) {
        return CLASS_NONE;
    }
    class_decide(e, contracts, n, false, a->when.ms, &d);
    return d.class_;
}

/* The row was read in memory of its own, which the next one takes: only the texts stay. */
static bool keep_texts(struct arena *m, struct today_row *r)
{
    str *const texts[] = {&r->customer, &r->phone,      &r->equipment, &r->model,
                          &r->address,  &r->fault_told, &r->code,      &r->provisional};
    bool ok = true;
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        *texts[k] = arena_str(m, *texts[k], &ok);
    }
    return ok;
}

bool app_today_row(struct app *a, size_t index, struct today_row *out)
{
    struct today *d = &a->today;
    memset(out, 0, sizeof *out);
    if (d->search[0] != '\0') {
        if (index >= d->nshown) {
            return false;
        }
        index = d->shown[index];
    }
    struct store_txn *t = NULL;
    if (index >= d->n || a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return false;
    }
    a->want_minute = true;
    struct arena row = arena_of(a->row_mem, APP_ROW_BYTES);
    bool ok = today_words(t, d->subjects[index], &row, out);
    if (ok) {
        add_times(a, t, d->subjects[index], row, out);
        out->class_ = class_of(a, t, row, out);
        ok = keep_texts(&a->frame, out);
    }
    store_abort(&t);
    if (!ok) {
        memset(out, 0, sizeof *out);
    }
    out->row.subject = d->subjects[index];
    return ok;
}

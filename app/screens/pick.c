/* pick.c - see pick.h. */
#include "app/screens/pick.h"
#include "app/screens/find.h"
#include "app/state/desk_book.h"

/* What a row is called, in both languages, and what sorts it to the front. */
typedef bool (*row_words)(const struct catalogue *c, unsigned k, const char *search);

static bool fault_words(const struct catalogue *c, unsigned k, const char *search)
{
    const struct cat_fault *f = &c->faults[k];
    const str texts[] = {f->name, f->name_en, f->code};
    return find_in(texts, 3, search);
}

static bool part_words(const struct catalogue *c, unsigned k, const char *search)
{
    const struct cat_part *p = &c->parts[k];
    const str texts[] = {p->name, p->name_en, p->number};
    return find_in(texts, 3, search);
}

static bool price_words(const struct catalogue *c, unsigned k, const char *search)
{
    const struct cat_price *p = &c->prices[k];
    const str texts[] = {p->name, p->name_en, p->code};
    return (p->class_ == CLASS_A || p->class_ == CLASS_NONE) && find_in(texts, 3, search);
}

static bool stale(struct app *a, struct pick *p)
{
    const struct catalogue *c = app_catalogue(a);
    if (p->fresh && strcmp(p->search, p->done) == 0 && h32_eq(p->edition, c->edition)) {
        return false;
    }
    memcpy(p->done, p->search, sizeof p->done);
    p->edition = c->edition;
    p->fresh = true;
    p->n = 0;
    p->more = false;
    return true;
}

static void take(struct pick *p, unsigned k)
{
    if (p->n == PICK_MAX) {
        p->more = true;
        return;
    }
    p->at[p->n++] = k;
}

static void find(struct app *a, struct pick *p, unsigned rows, row_words words)
{
    char plain[FIND_BYTES];
    find_plain(p->search, plain);
    for (unsigned k = 0; k < rows; k++) {
        if (words(app_catalogue(a), k, plain)) {
            take(p, k);
        }
    }
}

/* Is this fault of equipment with such a name? "wall-mounted air conditioner" holds "air
 * conditioner". */
static bool of_kind(const struct cat_fault *f, str equipment)
{
    if (f->equipment_type.n == 0 || equipment.n < f->equipment_type.n) {
        return false;
    }
    for (size_t k = 0; k + f->equipment_type.n <= equipment.n; k++) {
        if (memcmp(equipment.p + k, f->equipment_type.p, f->equipment_type.n) == 0) {
            return true;
        }
    }
    return false;
}

static bool before(const struct catalogue *c, unsigned x, unsigned y, str kind)
{
    bool kx = of_kind(&c->faults[x], kind), ky = of_kind(&c->faults[y], kind);
    if (kx != ky) {
        return kx;
    }
    return c->faults[x].frequency > c->faults[y].frequency;
}

void pick_faults(struct app *a, struct pick *p, str kind)
{
    if (!stale(a, p)) {
        return;
    }
    const struct catalogue *c = app_catalogue(a);
    find(a, p, c->nfaults, fault_words);
    for (unsigned k = 1; k < p->n; k++) {
        unsigned x = p->at[k];
        unsigned i = k;
        for (; i > 0 && before(c, x, p->at[i - 1], kind); i--) {
            p->at[i] = p->at[i - 1];
        }
        p->at[i] = x;
    }
}

void pick_parts(struct app *a, struct pick *p)
{
    if (!stale(a, p)) {
        return;
    }
    size_t n = 0;
    const struct catalogue *c = app_catalogue(a);
    const struct stock_item *van = app_stock(a, &n);
    char plain[FIND_BYTES];
    find_plain(p->search, plain);
    for (size_t k = 0; k < n; k++) {
        const struct cat_part *row = catalogue_part(c, code_bytes(&van[k].part));
        if (row != NULL && part_words(c, (unsigned)(row - c->parts), plain)) {
            take(p, (unsigned)(row - c->parts));
        }
    }
    unsigned in_van = p->n;
    for (unsigned k = 0; k < c->nparts; k++) {
        bool there = !part_words(c, k, plain);
        for (unsigned i = 0; i < in_van && !there; i++) {
            there = p->at[i] == k;
        }
        if (!there) {
            take(p, k);
        }
    }
}

void pick_prices(struct app *a, struct pick *p)
{
    if (stale(a, p)) {
        find(a, p, app_catalogue(a)->nprices, price_words);
    }
}

static unsigned frequent(const struct catalogue *c, const str *kind,
                         unsigned at[static PICK_FREQUENT], unsigned *all)
{
    unsigned n = 0;
    *all = 0;
    for (unsigned k = 0; k < c->nfaults; k++) {
        if (kind != NULL && !of_kind(&c->faults[k], *kind)) {
            continue;
        }
        (*all)++;
        if (n == PICK_FREQUENT && c->faults[at[n - 1]].frequency >= c->faults[k].frequency) {
            continue;
        }
        unsigned i = n < PICK_FREQUENT ? n++ : n - 1;
        for (; i > 0 && c->faults[at[i - 1]].frequency < c->faults[k].frequency; i--) {
            at[i] = at[i - 1];
        }
        at[i] = k;
    }
    return n;
}

static bool taken(const unsigned *at, unsigned n, unsigned row)
{
    for (unsigned k = 0; k < n; k++) {
        if (at[k] == row) {
            return true;
        }
    }
    return false;
}

unsigned pick_frequent(struct app *a, const struct job_model *j, unsigned at[static PICK_FREQUENT],
                       unsigned *all)
{
    const struct catalogue *c = app_catalogue(a);
    struct book_fault had[PICK_FREQUENT];
    unsigned usual[PICK_FREQUENT], n = 0;
    const struct book_like like = book_like(j);
    size_t nhad = book_faults(app_book(a), &like, had, PICK_FREQUENT);
    for (size_t k = 0; k < nhad; k++) {
        const struct cat_fault *f = catalogue_fault(c, code_bytes(&had[k].fault));
        if (f != NULL) {
            at[n++] = (unsigned)(f - c->faults);
        }
    }
    unsigned nusual = frequent(c, &j->equipment_name, usual, all);
    nusual = nusual > 0 || n > 0 ? nusual : frequent(c, NULL, usual, all);
    for (unsigned k = 0; k < nusual && n < PICK_FREQUENT; k++) {
        if (!taken(at, n, usual[k])) {
            at[n++] = usual[k];
        }
    }
    return n;
}

/* fold.c - from a heap of entries to the state of one subject: order, once each, by kind.
 *
 * Nothing here may depend on the order of arrival: what is first is decided by (hlc, hash), what
 * came after what by hashes that name each other and by the author's own sequence. */
#include "core/fold/inside.h"

#include "core/rules/money.h"

/* ---- order ---------------------------------------------------------------------------------- */

static int fold_cmp(const struct entry_view *a, const struct entry_view *b)
{
    if (a->time != b->time) {
        return a->time < b->time ? -1 : 1;
    }
    return h32_cmp(a->hash, b->hash);
}

static void swap(struct entry_view *e, size_t i, size_t j)
{
    struct entry_view x = e[i];
    e[i] = e[j];
    e[j] = x;
}

static void sift_down(struct entry_view *e, size_t i, size_t n)
{
    for (;;) {
        size_t big = i, l = 2 * i + 1, r = l + 1;
        if (l < n && fold_cmp(&e[l], &e[big]) > 0) {
            big = l;
        }
        if (r < n && fold_cmp(&e[r], &e[big]) > 0) {
            big = r;
        }
        if (big == i) {
            return;
        }
        swap(e, i, big);
        i = big;
    }
}

/* Heap sort, since the input may be hostile; most often it is in order already. */
static void sort_entries(struct entry_view *e, size_t n)
{
    size_t i = 1;
    while (i < n && fold_cmp(&e[i - 1], &e[i]) <= 0) {
        i++;
    }
    if (i >= n) {
        return;
    }
    for (i = n / 2; i-- > 0;) {
        sift_down(e, i, n);
    }
    for (i = n; i-- > 1;) {
        swap(e, 0, i);
        sift_down(e, 0, i);
    }
}

bool fold_item_before(const struct fold_item *a, const struct fold_item *b)
{
    if (a->epoch != b->epoch) {
        return a->epoch < b->epoch;
    }
    if (a->e->seq != b->e->seq) {
        return a->e->seq < b->e->seq;
    }
    return h32_cmp(a->e->hash, b->e->hash) < 0;
}

void fold_item_sort(struct fold_item **items, size_t n)
{
    for (size_t gap = n / 2; gap > 0; gap /= 2) { /* Shell: nearly in order, small */
        for (size_t i = gap; i < n; i++) {
            struct fold_item *x = items[i];
            size_t j = i;
            for (; j >= gap && fold_item_before(x, items[j - gap]); j -= gap) {
                items[j] = items[j - gap];
            }
            items[j] = x;
        }
    }
}

/* ---- items ---------------------------------------------------------------------------------- */

static uint32_t hash_slot(const struct fold_ctx *c, const h32 *h)
{
    uint32_t v;
    memcpy(&v, h->b + 8, sizeof v); /* a hash is random already; not the bytes that break ties */
    return v & c->mask;
}

struct fold_item *fold_item_find(const struct fold_ctx *c, const h32 *hash)
{
    for (uint32_t i = hash_slot(c, hash); c->table[i] != 0; i = (i + 1) & c->mask) {
        struct fold_item *it = &c->items[c->table[i] - 1];
        if (h32_eq(it->e->hash, *hash)) {
            return it;
        }
    }
    return NULL;
}

static void item_insert(struct fold_ctx *c, uint32_t item)
{
    uint32_t i = hash_slot(c, &c->items[item].e->hash);
    while (c->table[i] != 0) {
        i = (i + 1) & c->mask;
    }
    c->table[i] = item + 1;
}

enum role fold_author_role(const struct fold_author *a, const struct entry_view *e)
{
    if (!a->known) {
        return ROLE_NONE;
    }
    if (a->role == ROLE_HEADQUARTERS && e->actor_role != ROLE_NONE) {
        return e->actor_role;
    }
    return a->role;
}

/* Authors and their epochs as they appear; few, so they are searched from the last one found. */
struct who {
    struct fold_author author;
    const struct fold_item *last;
};
struct chain {
    uint32_t author;
    id8 epoch;
};
struct people {
    struct who *who;
    struct chain *chains;
    uint32_t nwho, nchains, at_who, at_chain;
};

static uint32_t find_who(struct people *p, id8 author, const struct fold_lookup *look)
{
    for (uint32_t k = 0; k < p->nwho; k++) {
        uint32_t i = (p->at_who + k) % p->nwho;
        if (id8_eq(p->who[i].author.author, author)) {
            p->at_who = i;
            return i;
        }
    }
    struct who *w = &p->who[p->nwho];
    memset(w, 0, sizeof *w);
    look->author(look->ctx, author, &w->author);
    w->author.author = author;
    p->at_who = p->nwho;
    return p->nwho++;
}

static uint32_t find_chain(struct people *p, uint32_t author, id8 epoch)
{
    for (uint32_t k = 0; k < p->nchains; k++) {
        uint32_t i = (p->at_chain + k) % p->nchains;
        if (p->chains[i].author == author && id8_eq(p->chains[i].epoch, epoch)) {
            p->at_chain = i;
            return i;
        }
    }
    p->chains[p->nchains] = (struct chain){author, epoch};
    p->at_chain = p->nchains;
    return p->nchains++;
}

static enum st note_authors(struct fold_ctx *c, const struct people *p)
{
    struct author_last *l = arena_new(c->a, struct author_last, p->nwho);
    if (l == NULL) {
        return ST_FULL;
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->nwho; i++) {
        if (p->who[i].last == NULL) {
            continue; /* nothing of his is trusted */
        }
        const struct entry_view *e = p->who[i].last->e;
        struct author_last x = {e->author, e->hash, e->time};
        uint32_t j = n++;
        for (; j > 0 && memcmp(l[j - 1].author.b, x.author.b, 8) > 0; j--) {
            l[j] = l[j - 1];
        }
        l[j] = x;
    }
    c->out->authors = l;
    c->out->nauthors = n;
    return ST_OK;
}

/* Of what type the subject is, when its entries differ: as the first entry of headquarters says,
 * else the first of somebody known. An entry of another type could else take a job out of sight. */
static enum subject_type find_type(struct people *p, const struct entry_view *e, size_t n,
                                   const struct fold_lookup *look)
{
    enum subject_type known = 0, any = 0;
    size_t same = 1;
    while (same < n && e[same].subject_type == e[0].subject_type) {
        same++;
    }
    for (size_t i = 0; same < n && i < n; i++) {
        if (!look->trusted(look->ctx, &e[i])) {
            continue;
        }
        const struct fold_author *a = &p->who[find_who(p, e[i].author, look)].author;
        if (a->known && a->role != ROLE_TECHNICIAN) {
            return e[i].subject_type;
        }
        known = known == 0 && a->known ? e[i].subject_type : known;
        any = any == 0 ? e[i].subject_type : any;
    }
    return known != 0 ? known : any != 0 ? any : e[0].subject_type;
}

static enum st take_items(struct fold_ctx *c, const struct entry_view *e, size_t n,
                          const struct fold_lookup *look)
{
    struct people p = {
        arena_new(c->a, struct who, n), arena_new(c->a, struct chain, n), 0, 0, 0, 0};
    if (p.who == NULL || p.chains == NULL) {
        return ST_FULL;
    }
    c->out->type = find_type(&p, e, n, look);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && h32_eq(e[i].hash, e[i - 1].hash)) {
            continue;
        }
        if (!look->trusted(look->ctx, &e[i])) {
            c->out->nbad++;
            continue;
        }
        if (e[i].subject_type != c->out->type) {
            c->out->nodd++;
            continue;
        }
        uint32_t who = find_who(&p, e[i].author, look);
        const struct fold_author *a = &p.who[who].author;
        struct fold_item *it = &c->items[c->n];
        *it = (struct fold_item){.e = &e[i],
                                 .role = fold_author_role(a, &e[i]),
                                 .person = a->person,
                                 .known = a->known,
                                 .node = a->known && a->role == ROLE_HEADQUARTERS,
                                 .epoch = find_chain(&p, who, e[i].epoch)};
        if (p.who[who].last == NULL || fold_item_before(p.who[who].last, it)) {
            p.who[who].last = it;
        }
        item_insert(c, c->n++);
    }
    c->out->nentries = c->n;
    return note_authors(c, &p);
}

/* ---- what is neither a field nor a visit ---------------------------------------------------- */

static bool named(const struct hash_list *l, h32 h)
{
    for (unsigned i = 0; i < l->n; i++) {
        if (h32_eq(l->h[i], h)) {
            return true;
        }
    }
    return false;
}

/* One that names another replaces it, whatever the clocks say; those that nobody named stand. */
static enum st fold_assigned(struct fold_ctx *c)
{
    struct subject_state *s = c->out;
    s->assignments = arena_new(c->a, struct assignment, CAP_FIELD_WRITES);
    struct arena scratch = *c->a;
    size_t most = 0;
    for (uint32_t i = 0; i < c->n; i++) {
        most += c->items[i].e->kind == KIND_JOB_ASSIGNED;
    }
    struct body_assigned *b = arena_new(&scratch, struct body_assigned, most);
    const struct fold_item **who = arena_new(&scratch, const struct fold_item *, most);
    if (b == NULL || who == NULL || s->assignments == NULL) {
        return ST_FULL;
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->n; i++) {
        union body body;
        const struct fold_item *it = &c->items[i];
        if (it->e->kind != KIND_JOB_ASSIGNED || !kind_has_effect(it->e->kind, it->role)) {
            continue;
        }
        if (body_decode(KIND_JOB_ASSIGNED, it->e->body, &body) == ST_OK) {
            b[n] = body.assigned;
            who[n++] = it;
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        bool stands = true;
        for (uint32_t k = 0; k < n && stands; k++) {
            stands = !named(&b[k].seen, who[i]->e->hash);
        }
        if (stands && s->nassigned < CAP_FIELD_WRITES) {
            s->assignments[s->nassigned++] =
                (struct assignment){who[i]->e->hash, b[i].technician, who[i]->e->time};
        }
    }
    if (s->nassigned > 0) {
        s->assigned = s->assignments[0].technician;
        s->assigned_entry = s->assignments[0].entry;
    }
    for (unsigned i = 1; i < s->nassigned; i++) {
        if (!id16_eq(s->assignments[i].technician, s->assigned)) {
            s->nconflicts++;
            break;
        }
    }
    return ST_OK;
}

/* What of `left` this payment takes: of cash, what nobody has accepted yet. */
static int64_t fill_payment(struct fold_item *paid, int64_t left)
{
    union body b;
    if (paid == NULL || paid->e->kind != KIND_VISIT_PAID ||
        body_decode(paid->e->kind, paid->e->body, &b) != ST_OK || b.paid.method != PAY_CASH ||
        b.paid.amount_minor <= paid->accepted_minor) {
        return 0;
    }
    int64_t room = b.paid.amount_minor - paid->accepted_minor;
    int64_t take = left < room ? left : room;
    paid->accepted = true;
    paid->accepted_minor += take;
    return take;
}

/* Money is accepted as far as it was paid and no further (B-18.11): the same payment that two
 * accountants accepted counts once, and the rest of one may be handed in later. */
static void fold_cash(struct fold_ctx *c, const struct fold_item *it)
{
    union body b;
    if (body_decode(it->e->kind, it->e->body, &b) != ST_OK) {
        c->out->nunknown++;
        return;
    }
    int64_t left = b.cash.amount_minor;
    for (unsigned i = 0; i < b.cash.paid.n && left > 0; i++) {
        left -= fill_payment(fold_item_find(c, &b.cash.paid.h[i]), left);
    }
    int64_t counted = b.cash.amount_minor > 0 ? b.cash.amount_minor - left : 0;
    c->out->nodd += counted <= 0 || left > 0;
    c->out->cash_accepted_minor = money_add(c->out->cash_accepted_minor, counted);
}

static void fold_edition(struct fold_ctx *c, const struct fold_item *it)
{
    union body b;
    h32 att = entry_att(it->e, 0);
    if (body_decode(it->e->kind, it->e->body, &b) != ST_OK || h32_zero(att)) {
        c->out->nunknown++;
    } else if (h32_zero(c->out->edition) || b.edition.number >= c->out->edition_number) {
        c->out->edition = att;
        c->out->edition_number = b.edition.number;
    }
}

static void fold_plain(struct fold_ctx *c, const struct fold_item *it)
{
    const struct kind_info *k = kind_info(it->e->kind);
    if (k == NULL) {
        c->out->nunknown++;
        return;
    }
    if (k->subject != 0 && k->subject != c->out->type) {
        c->out->nodd++;
        return;
    }
    if (k->visit_fact || k->kind == KIND_RECORD_SET) {
        return; /* fold_visits, fold_fields */
    }
    if (!kind_has_effect(it->e->kind, it->role) || (k->node_only && !it->node)) {
        c->out->nrequests++;
        return;
    }
    switch (k->kind) {
    case KIND_JOB_ARCHIVED:
        c->out->archived = true;
        break;
    case KIND_CASH_ACCEPTED:
        fold_cash(c, it);
        break;
    case KIND_EDITION:
        fold_edition(c, it);
        break;
    default:
        break; /* kept and counted; they change no state of this subject */
    }
}

/* A cancellation stands until an entry names it that takes it back; the next one stands anew. */
static enum st fold_cancelled(struct fold_ctx *c)
{
    struct subject_state *s = c->out;
    union body b;
    for (uint32_t i = 0; i < c->n; i++) {
        const struct fold_item *it = &c->items[i];
        if (it->e->kind != KIND_JOB_RESTORED || !kind_has_effect(it->e->kind, it->role)) {
            continue;
        }
        if (body_decode(it->e->kind, it->e->body, &b) != ST_OK) {
            s->nunknown++;
            continue;
        }
        for (unsigned k = 0; k < b.named.n; k++) {
            struct fold_item *x = fold_item_find(c, &b.named.h[k]);
            if (x != NULL) {
                x->undone = true;
            }
        }
    }
    s->cancellations = arena_new(c->a, h32, CAP_FIELD_WRITES);
    if (s->cancellations == NULL) {
        return ST_FULL;
    }
    for (uint32_t i = 0; i < c->n && s->ncancellations < CAP_FIELD_WRITES; i++) {
        const struct fold_item *it = &c->items[i];
        if (it->e->kind == KIND_JOB_CANCELLED && kind_has_effect(it->e->kind, it->role) &&
            !it->undone) {
            s->cancellations[s->ncancellations++] = it->e->hash;
        }
    }
    s->cancelled = s->ncancellations > 0;
    return ST_OK;
}

/* An answer with effect that reads, into *out. */
static bool answer_of(const struct fold_item *it, struct help_answer *out)
{
    union body b;
    if (it->e->kind != KIND_HELP_ANSWERED || !kind_has_effect(it->e->kind, it->role) ||
        body_decode(it->e->kind, it->e->body, &b) != ST_OK) {
        return false;
    }
    *out = (struct help_answer){.entry = it->e->hash,
                                .asked = b.help.asked,
                                .time = it->e->time,
                                .decision = b.help.decision,
                                .who = b.help.who,
                                .when_ms = b.help.when_ms};
    if (it->node) { /* who else names one says nothing by it */
        out->actor = it->e->actor;
    }
    if (b.help.words) {
        out->words = entry_att(it->e, 0);
    }
    return true;
}

static enum st fold_answers(struct fold_ctx *c)
{
    struct subject_state *s = c->out;
    struct help_answer x;
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->n; i++) {
        bool mine = answer_of(&c->items[i], &x);
        n += mine;
        s->nunknown += !mine && c->items[i].e->kind == KIND_HELP_ANSWERED &&
                       kind_has_effect(KIND_HELP_ANSWERED, c->items[i].role);
    }
    uint32_t skip = n > CAP_HELP_ANSWERS ? n - CAP_HELP_ANSWERS : 0;
    s->answers = arena_new(c->a, struct help_answer, n - skip);
    if (s->answers == NULL) {
        return ST_FULL;
    }
    for (uint32_t i = 0, k = 0; i < c->n && n > 0; i++) {
        if (answer_of(&c->items[i], &x) && k++ >= skip) {
            s->answers[s->nanswers++] = x;
        }
    }
    return ST_OK;
}

/* A request stands while the job is with the person who asked to be rid of it. */
static void fold_handover(struct fold_ctx *c)
{
    for (uint32_t i = 0; i < c->n; i++) {
        const struct fold_item *it = &c->items[i];
        if (it->e->kind == KIND_HANDOVER_ASKED && kind_has_effect(it->e->kind, it->role) &&
            id16_eq(it->person, c->out->assigned)) {
            c->out->handover_asked = true;
        }
    }
}

enum st fold_run(struct entry_view *entries, size_t n, const struct fold_lookup *look,
                 struct arena *a, struct subject_state *out)
{
    memset(out, 0, sizeof *out);
    if (n > CAP_SUBJECT_ENTRIES) {
        return ST_TOO_BIG;
    }
    if (n == 0) {
        return ST_OK;
    }
    sort_entries(entries, n);
    out->subject = entries[0].subject;

    uint32_t slots = 16;
    while (slots < 2 * n) {
        slots *= 2;
    }
    struct fold_ctx c = {.a = a, .out = out, .mask = slots - 1};
    c.items = arena_new(a, struct fold_item, n);
    c.table = arena_new(a, uint32_t, slots);
    if (c.items == NULL || c.table == NULL) {
        return ST_FULL;
    }
    enum st st = take_items(&c, entries, n, look);
    for (uint32_t i = 0; st == ST_OK && i < c.n; i++) {
        fold_plain(&c, &c.items[i]);
    }
    if (st == ST_OK) {
        st = fold_fields(&c);
    }
    if (st == ST_OK && out->type == SUBJECT_JOB) {
        st = fold_assigned(&c);
        st = st == ST_OK ? fold_cancelled(&c) : st;
        if (st == ST_OK) {
            fold_handover(&c);
            st = fold_visits(&c);
        }
    } else if (st == ST_OK && out->type == SUBJECT_GOODS) {
        st = fold_visits(&c); /* what was done in the workshop */
    }
    if (st == ST_OK && (out->type == SUBJECT_JOB || out->type == SUBJECT_GOODS)) {
        st = fold_answers(&c);
    }
    return st;
}
